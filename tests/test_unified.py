"""Unified diffs: as difflib makes them of small texts, quick and true for large ones."""

import random
from collections.abc import Iterator

import pytest

from cmeledger.report import unified as module
from cmeledger.report.unified import unified


def diff(before: str, after: str) -> list[str]:
    return list(unified("x", before.encode(), after.encode()))


def applied(before: str, found: list[str]) -> str:
    """Apply a diff by its own numbers; every line it shows as it was must be there."""
    lines, made, at = before.splitlines(keepends=True), [], 0
    for line in found[2:]:
        if line.startswith("@@ "):
            first, _, count = line.split()[1].removeprefix("-").partition(",")
            start = int(first) - (count != "0")
            made += lines[at:start]
            at = start
            place, _, _ = line.split()[2].removeprefix("+").partition(",")
            assert len(made) == int(place) - (not line.split()[2].endswith(",0"))
        elif line[0] == "+":
            made.append(line[1:])
        else:
            assert lines[at] == line[1:]
            made += [line[1:]] * (line[0] == " ")
            at += 1
    return "".join([*made, *lines[at:]])


def record(number: int) -> list[str]:
    """Give the lines of a record: two that it shares with all, one with some, one its own."""
    return [
        "[[activity]]\n",
        f'id = "record-{number}"\n',
        f"credits = {number % 4}\n",
        "\n",
    ]


def text(numbers: range | list[int]) -> str:
    return "".join(line for number in numbers for line in record(number))


def test_a_small_one() -> None:
    assert diff("a\nb\nc\nd\ne\n", "a\nb\nc\nd\ne\n") == []
    assert diff("a\nb\nc\nd\ne\nf\ng\nh\ni\n", "a\nb\nc\nd\nE\nf\ng\nh\ni\n") == [
        "--- x\n", "+++ x\n", "@@ -2,7 +2,7 @@\n",
        " b\n", " c\n", " d\n", "-e\n", "+E\n", " f\n", " g\n", " h\n",
    ]  # fmt: skip
    assert diff("", "a\r\nb") == ["--- x\n", "+++ x\n", "@@ -0,0 +1,2 @@\n", "+a\r\n", "+b\n"]
    assert diff("a\n", "") == ["--- x\n", "+++ x\n", "@@ -1 +0,0 @@\n", "-a\n"]


def test_many_records_that_go_from_among_many() -> None:
    every = range(2_000)  # 8,000 lines: difflib would compare 6,400 of them with each
    gone = [number for number in every if number % 5 == 2]
    before, after = text(every), text([number for number in every if number % 5 != 2])
    found = diff(before, after)
    # Record 2 is in the lines 9 to 12: it goes with the blank line above, and leaves that below.
    assert found[2:14] == [
        "@@ -5,10 +5,6 @@\n",
        *(f" {line}" for line in record(1)[:3]),
        *(f"-{line}" for line in ["\n", *record(2)[:3]]),
        *(f" {line}" for line in ["\n", *record(3)[:2]]),
        "@@ -25,10 +21,6 @@\n",  # five records, of four lines each, further down
    ]
    assert [line[1:] for line in found[2:] if line[0] == "-"] == [
        line for number in gone for line in ["\n", *record(number)[:3]]
    ]
    assert [line for line in found[2:] if line[0] == "+"] == []
    assert applied(before, found) == after
    back = diff(after, before)
    assert [line[1:] for line in back[2:] if line[0] == "+"] == [
        line for number in gone for line in ["\n", *record(number)[:3]]
    ]
    assert applied(after, back) == before


def test_large_texts_that_share_no_line_of_their_own() -> None:
    before, after = "a\nb\n" * 3_000 + "c\n", "x\n" + "b\na\n" * 3_000
    assert applied(before, diff(before, after)) == after
    assert applied(after, diff(after, before)) == before


def edited(dice: random.Random, lines: list[str]) -> Iterator[str]:
    """Put lines in, take some out, and move some."""
    lines = list(lines)
    for _ in range(dice.randrange(8)):
        at, to = dice.randrange(len(lines) + 1), dice.randrange(len(lines) + 1)
        taken = [lines.pop(at) for _ in range(min(dice.randrange(6), len(lines) - at))]
        lines[to:to] = dice.choice([[], taken, record(dice.randrange(9))])
    yield from lines


@pytest.mark.parametrize("small", [0, 60, 4_000_000])
def test_applied_it_gives_the_other_text(small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SMALL", small)
    dice = random.Random(7)
    for _ in range(1_000):
        words = dice.choice([3, 20, 200])
        lines = [f"{dice.randrange(words)}\n" for _ in range(dice.randrange(60))]
        before, after = "".join(lines), "".join(edited(dice, lines))
        assert applied(before, diff(before, after)) == after
