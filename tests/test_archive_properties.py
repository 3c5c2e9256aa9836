"""Whatever a ledger looks like: every line of it is in one of the two files, and comes back."""

import random
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmeledger import archive, change
from cmeledger.book import Book, open_book
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
