"""The difference of two texts as a unified diff, of large texts as well.

difflib alone takes most of a minute where many records go from among many. There, it is asked only
for what lies between the lines that a text has once, as those with a record's id.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import Match, SequenceMatcher
from io import StringIO
from typing import Final

from cmeledger.ledger.disk import shared_ends

CONTEXT: Final = 3
"""How many lines are shown around a change."""
_SMALL: Final = 4_000_000
"""How many pairs of lines difflib compares in a few hundredths of a second."""


def unified(name: str, before: bytes, after: bytes) -> Iterator[str]:
    """Give the lines of a unified diff, each with its end; none where the texts are the same."""
    old, new = (  # only what ends a line in TOML ends one here
        StringIO(part.decode("utf-8-sig", "replace"), newline="\n").readlines()
        for part in (before, after)
    )
    # What both begin and end with need not be compared.
    start, end = shared_ends(before, after)
    skip = max(0, before.count(b"\n", 0, start) - CONTEXT)
    stop = max(0, before.count(b"\n", len(before) - end) - 1 - CONTEXT)
    if not _is_large(len(old) - skip - stop, len(new) - skip - stop):
        old, new = (lines[skip : len(lines) - stop] for lines in (old, new))
    else:
        skip = 0  # a change may begin above where the bytes differ
    groups = _Matcher(old, new).get_grouped_opcodes(CONTEXT)
    for number, group in enumerate(groups):
        if not number:
            yield f"--- {name}\n"
            yield f"+++ {name}\n"
        (_, i, _, j, _), (_, _, k, _, m) = group[0], group[-1]
        yield f"@@ -{_span(i, k, skip)} +{_span(j, m, skip)} @@\n"
        for tag, i, k, j, m in group:
            if tag == "equal":
                yield from _marked(" ", old[i:k])
            else:
                yield from _marked("-", old[i:k])
                yield from _marked("+", new[j:m])


def _is_large(old: int, new: int) -> bool:
    """Tell whether so many lines are too many to compare each with each."""
    return old * new > _SMALL


def _span(start: int, stop: int, skip: int) -> str:
    count, first = stop - start, skip + start + 1
    if count == 1:
        return str(first)
    return f"{first if count else first - 1},{count}"


def _marked(mark: str, lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        yield f"{mark}{line}" if line.endswith("\n") else f"{mark}{line}\n"


class _Matcher(SequenceMatcher[str]):
    """Finds what two lists of lines share; of large ones, around the lines they have once."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        super().__init__(None, old, new)
        self._old = old
        self._new = new

    def get_matching_blocks(self) -> list[Match]:
        """Give the runs of lines that both have, in order, and an empty one at the end."""
        if not _is_large(len(self._old), len(self._new)):
            return super().get_matching_blocks()
        # From the end: so it is the record that goes whose header goes, not that of the next one.
        found = [Match(len(self._old), len(self._new), 0)]
        for i, j in reversed([(0, 0), *_anchors(self._old, self._new)]):
            a, b = found[-1].a, found[-1].b
            if i < a:  # else the run below it came so far
                run = self._run(i, j, a, b)
                found += self._between(run.a + run.size, a, run.b + run.size, b)
                found.append(run)
        return [*_joined(found[:0:-1]), found[0]]

    def _run(self, i: int, j: int, a: int, b: int) -> Match:
        """Follow equal lines from two places, forth to two others, and back to the beginning."""
        k, m = i, j
        while k < a and m < b and self._old[k] == self._new[m]:
            k, m = k + 1, m + 1
        while i and j and self._old[i - 1] == self._new[j - 1]:
            i, j = i - 1, j - 1
        return Match(i, j, k - i)

    def _between(self, a: int, i: int, b: int, j: int) -> Iterator[Match]:
        """Compare what lies between two runs, from its end; if it is large, it shares nothing."""
        if not _is_large(i - a, j - b):
            matcher = SequenceMatcher(None, self._old[a:i], self._new[b:j])
            for own, other, size in reversed(matcher.get_matching_blocks()):
                yield Match(a + own, b + other, size)


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Pair the lines that both texts have once, as many as stand in one order."""
    counts = Counter(old), Counter(new)
    there = {line: place for place, line in enumerate(new) if counts[1][line] == 1}
    pairs = [
        (place, there[line])
        for place, line in enumerate(old)
        if line in there and counts[0][line] == 1
    ]
    # The longest row of rising places: `ends` has, for each length, the lowest place one ends at.
    ends: list[int] = []
    last: list[int] = []
    before: list[int | None] = []
    for number, (_, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        before.append(last[length - 1] if length else None)
        ends[length : length + 1] = [place]
        last[length : length + 1] = [number]
    row: list[tuple[int, int]] = []
    at = last[-1] if last else None
    while at is not None:
        row.append(pairs[at])
        at = before[at]
    return row[::-1]


def _joined(blocks: Sequence[Match]) -> Iterator[Match]:
    """Put runs that adjoin into one, and leave out the empty ones."""
    waiting = Match(0, 0, 0)
    for block in blocks:
        if (waiting.a + waiting.size, waiting.b + waiting.size) == (block.a, block.b):
            waiting = Match(waiting.a, waiting.b, waiting.size + block.size)
        elif block.size:
            if waiting.size:
                yield waiting
            waiting = block
    if waiting.size:
        yield waiting
