"""Open a ledger: the file, the archive beside it, the rules, and everything found wrong.

This is the one place that brings file and law together; the command line and the screens both
begin here.
"""

import os
import stat
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from cmeledger.checks import warnings
from cmeledger.ledger.parse import MAX_BYTES, Document, NotToml, parse, too_large
from cmeledger.ledger.read import NOTHING, read
from cmeledger.model import Ledger
from cmeledger.problems import LedgerUnreadable, LedgerUnusable, Problem
from cmeledger.rules import rulebook as rules
from cmeledger.rules.counting import Tally, tally
from cmeledger.rules.cycles import Cycle
from cmeledger.rules.retention import Keeping, keeping
from cmeledger.rules.rulebook import Rulebook
from cmeledger.rules.standing import Report, judge

FATAL: Final = frozenset({"not-toml", "format-version", "no-license"})


class Book(NamedTuple):
    """A ledger opened with its rules, counted as of one day."""

    file: str
    ledger: Ledger
    rulebook: Rulebook
    day: date
    problems: tuple[Problem, ...]
    """What the reader found; without places."""
    document: Document
    archive: Document
    archive_file: str | None
    """The archive that was read; None: there is none, or it was left out."""
    archive_skipped: bool
    data: bytes = b""
    """The ledger's bytes as they were read: what an edit is based on."""

    def tallies(self) -> list[Tally]:
        """Count every record for each license, in the order of the file."""
        return [tally(self.ledger, self.rulebook, item, self.day) for item in self.ledger.licenses]

    def report(self, counted: Tally, cycle: Cycle) -> Report:
        """Judge one cycle of one license."""
        return judge(self.ledger, self.rulebook, counted, cycle)

    def reports(self, tallies: Sequence[Tally], year: int | None = None) -> list[Report]:
        """Judge the cycle of each license that is shown on the day.

        `year`: the one that ends in that year instead, of the licenses that have such a cycle.
        """
        chosen = [
            (item, item.series.shown_for(self.day) if year is None else item.series.ending_in(year))
            for item in tallies
        ]
        return [self.report(item, cycle) for item, cycle in chosen if cycle is not None]

    def keeping(self, tallies: list[Tally]) -> dict[str, Keeping]:
        """Work out how long each record is kept."""
        return keeping(self.ledger, self.rulebook, tallies)

    def all_problems(self, tallies: list[Tally], kept: Mapping[str, Keeping]) -> list[Problem]:
        """Gather what the ledger's text and the day show; the evidence files are not looked at."""
        found = warnings(self.ledger, self.rulebook, tallies, kept, self.day)
        return [*self.problems, *found]

    def going(self, tallies: list[Tally]) -> list[Tally]:
        """Choose the licenses to show.

        One that ended in an earlier cycle is shown only where there is no other.
        """
        return [item for item in tallies if not item.series.is_over(self.day)] or tallies

    def held(self, tallies: list[Tally]) -> list[Tally]:
        """Choose the licenses that are not given up on the day."""
        return [item for item in tallies if (item.license.ended or self.day) >= self.day]

    @property
    def folder(self) -> str:
        """The folder that evidence paths are relative to."""
        return os.path.dirname(os.path.realpath(self.file))


def open_book(file: str, day: date, *, with_archive: bool = True) -> Book:
    """Open a ledger as of a day.

    Raises LedgerUnreadable where there is no such regular file, LedgerUnusable where it is not
    TOML, of a higher format, or without a usable license.
    """
    data = read_bytes(file)
    archive_file = archive_name(file)
    has_archive = os.path.lexists(archive_file)
    try:
        archive_data = read_bytes(archive_file) if has_archive and with_archive else None
    except LedgerUnusable as error:
        problems = tuple(problem._replace(archived=True) for problem in error.problems)
        text = data.decode("utf-8-sig", "replace")
        raise LedgerUnusable(file, problems, text, archive_file) from error
    book = make_book(file, day, data, archive_data)
    return book._replace(archive_skipped=has_archive and not with_archive)


def make_book(file: str, day: date, data: bytes, archive_data: bytes | None) -> Book:
    """Make a book of bytes that were read: the ledger's, and those of the archive beside it.

    Raises LedgerUnusable as `open_book` does.
    """
    in_archive = False
    try:
        document = parse(data)
        in_archive = True
        archive = NOTHING if archive_data is None else parse(archive_data)
    except NotToml as error:
        problem = error.problem._replace(archived=in_archive)
        archive_text = (archive_data or b"").decode("utf-8-sig", "replace")
        raise _not_toml(file, problem, data, archive_text) from error
    return book_of(file, day, data, document, archive)


def remake(
    book: Book, data: bytes, document: Document | None = None, archive: Document | None = None
) -> Book:
    """Make the book that another text of the same ledger gives, with the same archive or another.

    `document` is what the text reads as, where that is known. Raises LedgerUnusable as `open_book`
    does.
    """
    try:
        document = document or parse(data)
    except NotToml as error:
        raise _not_toml(book.file, error.problem, data, book.archive.text) from error
    return book_of(book.file, book.day, data, document, archive or book.archive)


def _not_toml(file: str, problem: Problem, data: bytes, archive_text: str) -> LedgerUnusable:
    text = data.decode("utf-8-sig", "replace")
    return LedgerUnusable(file, (problem,), text, archive_name(file), archive_text)


def book_of(file: str, day: date, data: bytes, document: Document, archive: Document) -> Book:
    """Make a book of what is parsed already; NOTHING stands for an archive that is not there.

    Raises LedgerUnusable as `open_book` does.
    """
    rulebook = rules.load()
    try:
        ledger, problems = read(document, rules.vocabulary(rulebook), archive)
    except NotToml as error:
        ledger, problems = None, [error.problem]
    if ledger is None or any(problem.code in FATAL for problem in problems):
        # Of the warnings only those that need no license.
        more = warnings(ledger, rulebook, (), {}, day) if ledger else ()
        raise LedgerUnusable(
            file, (*problems, *more), document.text, archive_name(file), archive.text, ledger
        )
    return Book(
        file,
        ledger,
        rulebook,
        day,
        tuple(problems),
        document,
        archive,
        None if archive is NOTHING else archive_name(file),
        archive_skipped=False,
        data=data,
    )


def archive_name(file: str) -> str:
    """Name the archive beside a ledger on the disk; of a link, beside the file it leads to.

    There git and the certificates are, and by whatever name the ledger is opened, it has one.
    """
    return archive_of(os.path.realpath(file) if os.path.islink(file) else file)


def archive_of(name: str) -> str:
    """Name the archive that goes with a ledger's name: cme.toml has cme.archive.toml."""
    stem, extension = os.path.splitext(name)
    return f"{stem}.archive{extension or '.toml'}"


def read_bytes(file: str) -> bytes:
    """Read a regular file without ever waiting on a pipe or a device.

    Raises LedgerUnreadable with advice, LedgerUnusable for a file of too many bytes.
    """
    if not file:
        advice = "name your ledger, or leave the argument out: then CMELEDGER or cme.toml is read"
        raise LedgerUnreadable("''", "the name of the ledger is empty", advice)
    try:
        # O_NONBLOCK: opening a FIFO must not wait for somebody to write into it.
        handle = os.open(
            file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        )
    except FileNotFoundError as error:
        advice = (
            "name your ledger (cmeledger status PATH) or set CMELEDGER to its path; "
            "a first one is made by: cmeledger init"
        )
        raise LedgerUnreadable(file, "there is no such file", advice) from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        advice = "check the path and the permissions of the file"
        raise LedgerUnreadable(file, why.lower(), advice) from error
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        os.close(handle)
        advice = "a ledger is a plain text file; name that file"
        raise LedgerUnreadable(file, "this is not a regular file", advice)
    if found.st_size > MAX_BYTES:  # the size is enough to refuse it
        os.close(handle)
        raise LedgerUnusable(file, (NotToml(*too_large(found.st_size)).problem,), "")
    with open(handle, "rb") as opened:
        return opened.read(MAX_BYTES + 1)  # it may grow meanwhile; more is refused
