"""A ledger as the screens hold it: read, counted and looked at. Nothing here knows a screen.

Everything is a value made by one call in a worker's thread; the screens only swap one for the
next.
"""

import gc
import os
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from cmeledger.book import Book, archive_name, make_book, open_book, read_bytes
from cmeledger.evidence import look
from cmeledger.git import attributes
from cmeledger.ledger.salvage import salvage
from cmeledger.ledger.source import Places, place
from cmeledger.ledger.syntax import marked
from cmeledger.model import Renewal
from cmeledger.problems import LedgerUnreadable, LedgerUnusable, Problem
from cmeledger.rules.counting import Tally

Stamp = tuple[tuple[int, int, int] | None, ...]
"""Inode, size and time of change of the ledger and its archive; None: not there."""


class Loaded(NamedTuple):
    """A ledger that was read and counted."""

    book: Book
    counted: list[Tally]
    """Of every license, in the order of the file."""
    stamp: Stamp
    broken: "Failed | None" = None
    """Why the file cannot be read, where this is only what was salvaged of it."""

    @property
    def tallies(self) -> list[Tally]:
        """Those of the licenses that are shown."""
        return self.book.going(self.counted)


class Failed(NamedTuple):
    """A ledger that cannot be read, and why."""

    why: str
    advice: str
    missing: bool
    problems: tuple[Problem, ...]
    """With their places."""
    text: str
    archive_text: str
    stamp: Stamp


class Looked(NamedTuple):
    """What takes longer than counting: where everything stands, and the evidence files."""

    problems: tuple[Problem, ...]
    """All of them, with their places."""
    places: Places
    archive_places: Places
    altered: tuple[Renewal, ...]
    """What was attested, and is not what the ledger says now."""


def stamp(file: str) -> Stamp:
    """Tell one state of the ledger and its archive from the next."""
    return _stamp_of(file), _stamp_of(archive_name(file))


def load(file: str, day: date, *, with_archive: bool = True) -> Loaded | Failed:
    """Read and count a ledger as of a day; of a broken one, what can be salvaged."""
    # Looking through a large ledger for garbage again and again would cost a fifth of the time.
    gc.disable()
    try:
        return _load(file, day, with_archive=with_archive)
    finally:
        gc.enable()
        gc.freeze()


def _load(file: str, day: date, *, with_archive: bool) -> Loaded | Failed:
    seen = stamp(file)  # before reading: a change meanwhile is then noticed afterwards
    try:
        return _loaded(open_book(file, day, with_archive=with_archive), seen)
    except LedgerUnreadable as error:
        why, _, advice = str(error).partition("\n")
        return Failed(why, advice, not os.path.lexists(file), (), "", "", seen)
    except LedgerUnusable as error:
        problems = tuple(place(error.problems, Places(error.text), Places(error.archive_text)))
        first = problems[0]
        line = f"line {first.span.line}: " if first.span else ""
        name = error.archive_file if first.archived and error.archive_file else file
        failed = Failed(
            f"{os.path.basename(name)}, {line}{first.message}",
            first.help,
            missing=False,
            problems=problems,
            text=error.text,
            archive_text=error.archive_text,
            stamp=seen,
        )
        return _salvaged(file, day, failed) if first.code == "not-toml" else failed


def look_closer(loaded: Loaded) -> Looked:
    """Find the places of everything, and look at the evidence files: not for the first paint."""
    book = loaded.book
    kept = book.keeping(loaded.counted)
    problems = book.all_problems(loaded.counted, kept)
    around: list[Problem] = []
    if not loaded.broken:
        around += marked(book.document.text)
        around += look(book.ledger, book.folder)
        around += attributes.look(book.file, archive_name(book.file), os.environ)
    places, archive_places = Places(book.document.text), Places(book.archive.text)
    assert places.found  # scanned here, in the worker, and not when a key is pressed
    found = place((*problems, *around), places, archive_places)
    if loaded.broken:
        found = [*loaded.broken.problems, *found]
    altered = () if loaded.broken else tuple(_altered(book))
    return Looked(tuple(found), places, archive_places, altered)


def _altered(book: Book) -> Iterator[Renewal]:
    if book.ledger.renewals:
        from cmeledger.renewal import since  # few ledgers need it

        for item in since(book):
            if item.altered:
                yield item.renewal


def _loaded(book: Book, seen: Stamp, broken: Failed | None = None) -> Loaded:
    return Loaded(book, book.tallies(), seen, broken)


def _salvaged(file: str, day: date, failed: Failed) -> Loaded | Failed:
    """Count what is left of a broken ledger; a broken archive is left out as a whole."""
    if failed.problems[0].archived:
        return failed
    try:
        data = salvage(read_bytes(file))
        if data is None:
            return failed
        return _loaded(make_book(file, day, data, None), failed.stamp, failed)
    except (LedgerUnreadable, LedgerUnusable):
        return failed


def _stamp_of(file: str) -> tuple[int, int, int] | None:
    try:
        found = os.stat(file)
    except (OSError, ValueError):
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
