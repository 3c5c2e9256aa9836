"""`cmeledger calendar`: the dates ahead as a calendar file."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cmeledger import handout
from cmeledger.book import Book
from cmeledger.cli import common
from cmeledger.cli.main import VERBS, Io
from cmeledger.problems import Exit
from cmeledger.visible import visible

if TYPE_CHECKING:
    from cmeledger.report.ahead import Ahead


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
    book = common.open_named(options, io)
    file = options.output
    if file is None:
        from cmeledger.report import ics
        from cmeledger.report.ahead import ahead

        dates = ahead(book, book.held(book.tallies()))
        if options.json:
            _document(io, book, dates, None, written=False)
        else:
            _print(io, ics.calendar(dates, book.day))
        return common.answer(book)
    made = handout.calendar(book, file, dry_run=options.dry_run)
    if options.json:
        _document(io, book, made.dates, file, written=made.written)
    else:
        io.out.write(f"{visible(file)}: {len(made.dates)} dates, {made.said}\n")
    if not made.confirmed:
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
