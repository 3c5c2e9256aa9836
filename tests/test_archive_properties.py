"""Whatever a ledger looks like: every line of it is in one of the two files, and comes back."""

import random
import tomllib
from datetime import date
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmeledger import archive, change
from cmeledger.book import Book, open_book
from cmeledger.ledger import edit
from cmeledger.ledger.move import Text, across, taken_out
from cmeledger.ledger.parse import parse
from conftest import HEAD
from typed import document, typed

DAY = date(2032, 1, 1)
"""Later than any record of a drawn ledger is kept for."""


def lines(*texts: bytes) -> list[bytes]:
    """Give the lines that hold something, in whatever order and with whatever ending."""
    found = [line for text in texts for line in text.removeprefix(b"\xef\xbb\xbf").split(b"\n")]
    return sorted(line.rstrip(b"\r") for line in found if line.strip())


def named(book: Book) -> list[str]:
    """List the ids that the records answer to, in both files."""
    return sorted(str(id) for _, _, id in change.records(book))


@given(st.randoms(use_true_random=False))
@settings(max_examples=25)
def test_no_line_is_lost_or_doubled(
    tmp_path_factory: pytest.TempPathFactory, dice: random.Random
) -> None:
    folder: Path = tmp_path_factory.mktemp("archive")
    file, beside = folder / "cme.toml", folder / "cme.archive.toml"
    data = typed(dice, document(dice)).data
    file.write_bytes(data)
    book = open_book(str(file), DAY)
    found = archive.going(book)
    if not found:
        return
    archive.perform(book, archive.archiving(book, found), None)
    assert lines(file.read_bytes(), beside.read_bytes()) == lines(data, b"format = 1")
    moved = open_book(str(file), DAY)
    assert archive.going(moved) == []
    assert named(moved) == named(book)
    for item in found:
        now = open_book(str(file), DAY)
        archive.perform(now, archive.restoring(now, item.activity.id), None)
    assert lines(file.read_bytes()) == lines(data)
    assert beside.read_bytes().strip() == b"format = 1"
    assert named(open_book(str(file), DAY)) == named(book)


# Blocks of ledgers whose activities have comments of their own, comments of nobody's above them,
# and tables of others between. Each line says whose it is, so that no two are the same.
BLOCKS = st.tuples(
    st.dates(date(2025, 1, 1), date(2025, 1, 9)),
    st.sampled_from(["", "# above {0}\n", "# free {0}\n\n", "# free {0}\n\n# above {0}\n# more {0}\n"]),
    st.sampled_from(
        ["", "# below {0}\n", 'note = """{0}\n[[activity]] # {0}\n# note of {0}"""\n',
         "[activity.topics] # {0}\nehr = 1.0 # {0}\n"]
    ),
    st.sampled_from(["", "\n", "\n\n"]),
    st.sampled_from(["", "", "[[waiver]] # {0}\nnote = 'w{0}'\n", "# free w{0}\n\n[x-mine{0}]\na = 1 # {0}\n\n"]),
)  # fmt: skip
SOURCES, TARGETS = (
    st.tuples(
        st.lists(BLOCKS, min_size=least, max_size=7), st.sampled_from(["\n", "\r\n"]),
        st.booleans(), st.sampled_from([b"", edit.MARK]),
    )
    for least in (1, 0)
)  # fmt: skip
Block = tuple[date, str, str, str, str]
Drawn = tuple[list[Block], str, bool, bytes]


def written(drawn: Drawn, prefix: str) -> Text:
    """Write a drawn file; its records are called by the prefix and their number."""
    blocks, eol, ended, mark = drawn
    text = HEAD + "\n"
    for number, (day, above, below, blank, other) in enumerate(blocks):
        id = f"{prefix}{number}"
        text += above.format(id) + (
            f'[[activity]] # {id}\nid = "{id}"\ndate = {day} # {id}\ntitle = "{id}"\n'
            f"credits = 1.50 # {id}\n"
        )
        # A comment that touches the next header is that record's.
        gap = blank or "\n" if below.startswith("#") else blank
        text += below.format(id) + gap + other.format(id)
    text = text if ended else text.rstrip("\n")
    data = mark + text.replace("\n", eol).encode()
    return Text(data, parse(data))


def in_order(data: bytes) -> list[str]:
    """Give the lines that hold something, as they stand."""
    found = data.decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    return [line for line in found if line.strip()]


def of(text: Text) -> list[dict[str, object]]:
    """Read the activities by the standard library."""
    found: list[dict[str, object]] = tomllib.loads(text.data.decode("utf-8-sig")).get(
        "activity", []
    )
    return found


@given(SOURCES, TARGETS, st.data())
@settings(max_examples=60)
def test_many_at_once_are_as_one_at_a_time(one: Drawn, other: Drawn, data: st.DataObject) -> None:
    source, target = written(one, "s"), written(other, "t")
    records = of(source)
    chosen = sorted(data.draw(st.sets(st.integers(0, len(records) - 1), min_size=1)))
    left, there = across(source, chosen, target)

    # Each record is in one of the two files, and in it once; those that stay keep their order.
    gone = [records[number] for number in chosen]
    assert of(left) == [item for number, item in enumerate(records) if number not in chosen]
    assert [item for item in of(there) if item not in gone] == of(target)
    assert sorted(str(item["id"]) for item in of(there) if item in gone) == sorted(
        str(item["id"]) for item in gone
    )
    # So is each line; those that stay keep their order, and those that go still belong together.
    assert sorted(in_order(left.data) + in_order(there.data)) == sorted(
        in_order(source.data) + in_order(target.data)
    )
    stayed = in_order(left.data)
    assert stayed == [line for line in in_order(source.data) if line in stayed]
    before = in_order(target.data)
    assert [line for line in in_order(there.data) if line in before] == before
    arrived = there.data.decode("utf-8-sig").replace("\r\n", "\n")
    for number in chosen:
        _, above, below, _, _ = one[0][number]
        own = above.rpartition("\n\n")[2].format(f"s{number}")
        assert own + f"[[activity]] # s{number}\n" in arrived
        assert f"credits = 1.50 # s{number}\n{below.format(f's{number}')}".rstrip("\n") in arrived

    # And it is all as if they were moved one by one: taken out from the top, put in by day.
    alone, taken = source, 0
    for number in chosen:
        (alone, _), taken = taken_out(alone, [number - taken]), taken + 1
    assert alone.data == left.data
    by_day = sorted(chosen, key=lambda number: one[0][number][0])
    step, reached = target, source
    for count, number in enumerate(by_day):
        before_it = sum(earlier < number for earlier in by_day[:count])
        reached, step = across(reached, [number - before_it], step)
    assert step.data == there.data

    # A large text is laid out only where records move; the result is the same.
    with mock.patch.object(edit, "SMALL", 0):
        near = across(source, chosen, target)
    assert (near[0].data, near[1].data) == (left.data, there.data)
