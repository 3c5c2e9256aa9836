"""`cmeledger calendar`: the dates ahead as a calendar file."""

import os
from argparse import ArgumentParser, Namespace
from typing import Final

from cmeledger.book import read_bytes
from cmeledger.cli import common
from cmeledger.cli.main import VERBS, Io
from cmeledger.problems import Exit, LedgerUnusable, NotWritten
from cmeledger.visible import visible

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
    made.add_argument(
        "--as-of",
        metavar="DATE",
        type=common.a_day,
        help="use this date instead of today, like 2026-03-01",
    )
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
        data = ics.calendar(dates, book.day)
        binary = getattr(io.out, "buffer", None)
        if binary is None:
            io.out.write(data.decode())
        else:  # the lines end in CRLF on every system
            io.out.flush()
            binary.write(data)
        return common.answer(book)
    there = _there(file)
    try:
        data = ics.calendar(dates, book.day, there)
    except ics.NotOurs as error:
        raise NotWritten(file, "this is no calendar of cmeledger", ANOTHER) from error
    if there != data and not options.dry_run:
        _write(file, data)
    said = "is as it was" if there == data else "would be written" if options.dry_run else "written"
    io.out.write(f"{visible(file)}: {len(dates)} dates, {said}\n")
    return common.answer(book)


def _there(file: str) -> bytes | None:
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


def _write(file: str, data: bytes) -> None:
    from cmeledger.ledger.disk import not_written
    from cmeledger.starter import put

    try:
        put(file, data, 0o600, replace=True)
    except (OSError, ValueError) as error:
        raise not_written(file, error) from error
