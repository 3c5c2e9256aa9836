"""`cmeledger calendar`: the dates ahead as a calendar file."""

from argparse import ArgumentParser, Namespace

from cmeledger import handout
from cmeledger.cli import common
from cmeledger.cli.main import VERBS, Io
from cmeledger.problems import Exit
from cmeledger.visible import visible


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
    book = common.open_named(options, io)
    file = options.output
    if file is None:
        from cmeledger.report import ics
        from cmeledger.report.ahead import ahead

        data = ics.calendar(ahead(book, book.held(book.tallies())), book.day)
        binary = getattr(io.out, "buffer", None)
        if binary is None:
            io.out.write(data.decode())
        else:  # the lines end in CRLF on every system
            io.out.flush()
            binary.write(data)
        return common.answer(book)
    count, said = handout.calendar(book, file, dry_run=options.dry_run)
    io.out.write(f"{visible(file)}: {count} dates, {said}\n")
    return common.answer(book)
