"""Put activities where their dates belong: their lines and the comments above them as they are.

In their own file, or in the other one of ledger and archive. All are cut out at once and put in at
once, and each text is read again once: it must say what was meant, in the lines that were there.
"""

import re
import sys
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeVar

from cmeledger.ledger import edit, fresh, spell
from cmeledger.ledger.blocks import Layout
from cmeledger.ledger.edit import Edited
from cmeledger.ledger.parse import Document, NotToml, parse
from cmeledger.ledger.spell import BY_HAND, EditRefused
from cmeledger.ledger.splice import Splice, applied
from cmeledger.model import Path

T = TypeVar("T")
_HEADER: Final = re.compile(r"^[ \t]*\[\[[ \t]*activity[ \t]*\]\]", re.MULTILINE)
_AROUND: Final = 2
"""How many records are looked at on either side of a place: they say how many blank lines."""
_ADVICE: Final = "nothing was changed; move it in your editor"


class Text(NamedTuple):
    """The bytes of a file, and what they read as."""

    data: bytes
    document: Document


class _Lines(NamedTuple):
    """An activity as it is written."""

    record: dict[str, Any]
    day: date
    text: str
    """From the comments above it to the end of its last line, or of the comments below."""
    comment_last: bool
    above: int
    """How many lines of comments stand above its header."""


class _Part(NamedTuple):
    """Some lines of a text, laid out."""

    start: int
    first: int
    """The number that its first record has in the whole."""
    stop: int
    """That of the first record below it."""
    layout: Layout

    def own(self, numbers: Sequence[int]) -> slice:
        """Find which of some numbers in order are of this part."""
        return slice(bisect_left(numbers, self.first), bisect_left(numbers, self.stop))


def move(data: bytes, path: Path, document: Document | None = None) -> Edited:
    """Move an activity to where `edit.add` would put one of its day.

    One that stands there already, or among records of its own day, stays. `document` is what the
    bytes read as, where that is known. Raises EditRefused.
    """
    stays = edit.change(data, path, {}, document)  # refuses what does not read, or is not there
    records, number = stays.document.tables["activity"], int(path[1])
    own, rest = records[number], [*records[:number], *records[number + 1 :]]
    day = _day_of(own)
    index = fresh.index(rest, own)
    passed = rest[min(number, index) : max(number, index)]
    if all(fresh.day_of(other) == day for other in passed):
        return stays
    left, lines = _taken(Text(data, stays.document), [number])
    moved, splices = _put_in(left, lines)
    line = left.document.text.count("\n", 0, splices[0].start) + 1 + lines[0].above
    line += splices[0].text[: splices[0].text.index(lines[0].text)].count("\n")
    return Edited(moved.data, ("activity", index), line, moved.document)


def across(source: Text, numbers: Sequence[int], target: Text) -> tuple[Text, Text]:
    """Move activities out of one file, to where their dates belong in another.

    Returns both files. Lines and comments are the same there, but for the other file's line
    endings; those of one day keep their order. Raises EditRefused.
    """
    left, lines = _taken(source, numbers)
    eol = "\r\n" if "\r\n" in target.document.text else "\n"
    own = [item._replace(text=item.text.replace("\r\n", "\n").replace("\n", eol)) for item in lines]
    return left, _put_in(target, own)[0]


def taken_out(source: Text, numbers: Sequence[int]) -> tuple[Text, str]:
    """Take activities out, with the comments above them; give their lines. Raises EditRefused."""
    left, lines = _taken(source, numbers)
    return left, "\n".join(item.text for item in lines)


def _taken(source: Text, numbers: Sequence[int]) -> tuple[Text, list[_Lines]]:
    """Cut activities out, and give their lines in the order of the file."""
    records = _records(source)
    gone, rest = sorted(numbers), list(records)
    for number in reversed(gone):
        del rest[number]
    meant = {name: value for name, value in source.document.tables.items() if name != "activity"}
    if rest:
        meant["activity"] = rest

    def cut(parts: Iterable[_Part]) -> tuple[Text, list[_Lines]]:
        splices, lines = [], []
        for part in parts:
            own = gone[part.own(gone)]
            paths: list[Path] = [("activity", number - part.first) for number in own]
            lines += [
                _lines_of(part.layout, path, records[number])
                for path, number in zip(paths, own, strict=True)
            ]
            splices += _moved(fresh.without(part.layout, paths), part.start)
        new = _judged(source, splices, meant)
        _refuse_other_lines(source.data, [new.data, *(item.text.encode() for item in lines)])
        return new, lines

    return _near_or_whole(source, gone, cut)


def _put_in(target: Text, lines: Sequence[_Lines]) -> tuple[Text, list[Splice]]:
    """Write activities into a text, each where its date belongs; give the splices, too."""
    records = list(_records(target))
    days = [fresh.day_of(item) for item in records]
    ordered = sorted(lines, key=lambda item: item.day)
    slots: list[int] = []
    for item in ordered:
        index = fresh.slot(days, item.day)
        slots.append(index - len(slots))  # each goes below those that were put in before
        days.insert(index, item.day)
        records.insert(index, item.record)
    meant = target.document.tables | {"activity": records}

    def put(parts: Iterable[_Part]) -> tuple[Text, list[Splice]]:
        splices: list[Splice] = []
        for part in parts:
            own = part.own(slots)
            local = [slot - part.first for slot in slots[own]]
            splices += _moved(list(_splices(part.layout, local, ordered[own])), part.start)
        new = _judged(target, splices, meant)
        _refuse_other_lines(new.data, [target.data, *(item.text.encode() for item in lines)])
        return new, splices

    return _near_or_whole(target, slots, put)


def _splices(layout: Layout, slots: Sequence[int], lines: Sequence[_Lines]) -> Iterator[Splice]:
    """Write activities at their places, as if one were put in after the other."""
    lifted = -1  # the place below a record above which a blank line was put
    for slot, group in groupby(zip(slots, lines, strict=True), key=itemgetter(0)):
        at = fresh.place(layout, "activity", slot)
        gap, before = at.gap, at.before
        if slot == lifted and not gap and not at.above_next:
            gap, before = 1, before + at.eol
        parts, last_is_comment, any_comment = [before], False, False
        for number, (_, item) in enumerate(group):
            # Directly above a header, the last comment would become that record's.
            gap = 1 if last_is_comment and not gap else gap
            parts += [at.eol * (gap + 1) if number else "", item.text]
            last_is_comment = item.comment_last
            any_comment = any_comment or item.comment_last
        below = layout.next_line(layout.next_line(at.position))
        following = (at.after + layout.text[at.position : below]).split("\n")
        if any_comment and len(following) > 1 and following[1].strip():
            parts.append(at.eol)
            lifted = slot + 1 if at.above_next else lifted
        yield Splice(at.position, at.position, "".join([*parts, at.after]))


def _records(text: Text) -> list[Any]:
    records = text.document.tables.get("activity", [])
    if not isinstance(records, list):
        raise EditRefused("activity is not a list of tables", f"write [[activity]]: {BY_HAND}")
    return records


def _day_of(record: dict[str, Any]) -> date:
    day = fresh.day_of(record)
    if day is None:
        raise EditRefused("the record has no date to go by", "give it one, then move it")
    return day


def _lines_of(layout: Layout, path: Path, record: dict[str, Any]) -> _Lines:
    sections = layout.sections_of(path)
    end, lead = layout.end(sections[-1]), layout.lead(sections[0])
    return _Lines(
        record,
        _day_of(record),
        layout.text[lead:end],
        end > layout.line_end(sections[-1].own_end),
        layout.text.count("\n", lead, sections[0].start),
    )


# ── a large text is laid out only where records move ─────────────────────────────────────────


def _near_or_whole(text: Text, numbers: Sequence[int], do: Callable[[Iterable[_Part]], T]) -> T:
    """Do something to the lines around some records alone, or, where that fails, to the whole.

    Headers are looked for without regard to strings. Where that misleads, the reading of the result
    does not give what was meant.
    """
    near = _near(text, numbers)
    if near:
        try:
            return do(near)
        except EditRefused:
            pass
    whole = Layout(text.document.text)
    place = whole.places.found.get(("activity",))
    if place is not None and place.value is not None:
        raise EditRefused("the records are written as one list, activity = [ … ]", BY_HAND)
    return do([_Part(0, 0, sys.maxsize, whole)])


def _near(text: Text, numbers: Sequence[int]) -> list[_Part]:
    """Lay out the lines around some records; nothing where that cannot be told, or is no less."""
    whole = text.document.text
    count = len(_records(text))
    starts = [match.start() for match in _HEADER.finditer(whole)]
    if len(text.data) <= edit.SMALL or len(starts) != count or not count:
        return []
    spans: list[tuple[int, int]] = []
    for number in numbers:
        first, stop = max(0, number - _AROUND), number + _AROUND
        if spans and first <= spans[-1][1]:
            spans[-1] = spans[-1][0], stop
        else:
            spans.append((first, stop))
    parts = []
    for first, stop in spans:
        start = starts[first] if first else 0
        end = starts[stop] if stop < count else len(whole)
        parts.append(_Part(start, first, stop, Layout(whole[start:end])))
    return parts


def _moved(splices: Sequence[Splice], by: int) -> list[Splice]:
    return [Splice(item.start + by, item.end + by, item.text) for item in splices]


# ── the results, read again ──────────────────────────────────────────────────────────────────


def _judged(text: Text, splices: list[Splice], meant: dict[str, Any]) -> Text:
    """Make the new text and read it: it must say what is meant. Raises EditRefused."""
    mark = edit.MARK if text.data.startswith(edit.MARK) else b""
    new = mark + applied(text.document.text, splices).encode()
    try:
        read = parse(new)
    except NotToml as error:
        raise EditRefused(f"the ledger would not read: {error}", _ADVICE) from error
    if not spell.same(read.tables, meant):
        raise EditRefused("the ledger would not say just what was meant", _ADVICE)
    return Text(new, read)


def _refuse_other_lines(whole: bytes, parts: Iterable[bytes]) -> None:
    """See that a text has just the lines of its parts. Raises EditRefused."""
    if _sorted(whole) != _sorted(b"\n".join(part.removeprefix(edit.MARK) for part in parts)):
        raise EditRefused("other lines would not stay as they are", _ADVICE)


def _sorted(data: bytes) -> list[bytes]:
    return sorted(filter(bytes.strip, data.removeprefix(edit.MARK).splitlines()))
