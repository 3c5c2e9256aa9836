"""`cmeledger calendar`: the dates ahead as a calendar file."""

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from cmeledger.book import Book, read_bytes
from cmeledger.cli import common
from cmeledger.cli.main import VERBS, Io
from cmeledger.ledger import export
from cmeledger.problems import Exit, LedgerUnusable, NotWritten, UsageError
from cmeledger.visible import visible

if TYPE_CHECKING:
    from cmeledger.report.ahead import Ahead

ANOTHER: Final = "name another file with -o; nothing was written"


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("calendar", f"Write {VERBS['calendar']}.")
    made.add_argument(
        "-o",
        "--output",
        metavar="ICS",
        help="the calendar file; one that is there is updated (default: print it)",
    )
    made.add_argument("--dry-run", action="store_true", help="write nothing, say what would be")
    common.add_day(made)
    common.add_ledger(made)
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    from cmeledger.report import ics
    from cmeledger.report.ahead import ahead

    book = common.open_named(options, io)
    dates = ahead(book, book.held(book.tallies()))
    file = options.output
    if file is None:
        if options.json:
            _document(io, book, dates, None, written=False)
        else:
            _print(io, ics.calendar(dates, book.day))
        return common.answer(book)
    there = _there(file)
    try:
        data = ics.calendar(dates, book.day, there)
    except ics.NotOurs as error:
        raise NotWritten(file, "this is no calendar of cmeledger", ANOTHER) from error
    written = there != data and not options.dry_run
    confirmed = not written or export.write(file, lambda out: out.write(data), force=True)
    if options.json:
        _document(io, book, dates, file, written=written)
    else:
        held = "is as it was" if there == data else "would be written"
        said = "written" if written else held
        io.out.write(f"{visible(file)}: {len(dates)} dates, {said}\n")
    if not confirmed:
        print("note: saved, but the disk did not confirm it", file=io.err)
        return Exit.UNCONFIRMED
    return common.answer(book)


def _print(io: Io, data: bytes) -> None:
    binary = getattr(io.out, "buffer", None)
    if binary is None:
        io.out.write(data.decode())
    else:  # the lines end in CRLF on every system
        io.out.flush()
        binary.write(data)


def _document(
    io: Io, book: Book, dates: "Sequence[Ahead]", file: str | None, *, written: bool
) -> None:
    from cmeledger.report import ahead_json, documents

    found = ahead_json.calendar(book, dates, file, written=written)
    io.out.write(documents.dumps(found))


def _there(file: str) -> bytes | None:
    if not file:
        raise UsageError("the name after -o is empty\nname a file, or leave -o out")
    if file.endswith(".toml"):  # an archive of that name would be read beside a ledger
        raise NotWritten(file, "this is the name of a ledger", ANOTHER)
    if not os.path.lexists(file):
        return None
    if os.path.islink(file) or not os.path.isfile(file):
        raise NotWritten(file, "this is not a regular file", ANOTHER)
    try:
        return read_bytes(file)
    except LedgerUnusable as error:
        raise NotWritten(file, "this is too large for a calendar", ANOTHER) from error
