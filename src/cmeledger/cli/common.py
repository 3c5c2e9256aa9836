"""What the verbs share: their options, and opening the ledger they name."""

import argparse
from collections.abc import Sequence
from datetime import date
from typing import Final, NoReturn

from cmeledger.book import Book, open_book
from cmeledger.cli.main import Io
from cmeledger.problems import Exit, UsageError
from cmeledger.rules.counting import Tally
from cmeledger.rules.standing import Report
from cmeledger.visible import visible

DEFAULT_LEDGER: Final = "cme.toml"
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199


class _Help(argparse.HelpFormatter):
    """Help for 80 columns; asking the terminal for its width would load shutil at every start."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=78)


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are safe to show, whatever was typed."""

    def error(self, message: str) -> NoReturn:
        """Print usage and message, and end with the exit code for a wrong command line."""
        super().error(visible(message))


def parser(verb: str, description: str) -> argparse.ArgumentParser:
    """Make the parser of one verb, without options."""
    return _Parser(
        prog=f"cmeledger {verb}",
        description=description,
        allow_abbrev=False,
        formatter_class=_Help,
    )


def add_json(made: argparse.ArgumentParser) -> None:
    """Add the choice of JSON."""
    made.add_argument("--json", action="store_true", help="print one JSON document")


def add_day(made: argparse.ArgumentParser) -> None:
    """Add what every command has whose answer depends on the day: JSON, and another day."""
    add_json(made)
    made.add_argument(
        "--as-of",
        metavar="DATE",
        type=a_day,
        help="use this date instead of today, like 2026-03-01",
    )


def add_ledger(made: argparse.ArgumentParser, count: str = "?") -> None:
    """Add the ledger as the last positional, and the option to leave its archive out.

    `count` is "*" for a verb that takes several.
    """
    add_ledger_name(made, "the ledger", count)
    made.add_argument(
        "--without-archive",
        action="store_true",
        help="leave out the archive beside the ledger, and say so",
    )


def add_ledger_name(made: argparse.ArgumentParser, what: str, count: str = "?") -> None:
    """Add a ledger's path as the last positional."""
    made.add_argument(
        "ledger",
        nargs=count,
        metavar="LEDGER",
        help=f"{what} (default: $CMELEDGER, or {DEFAULT_LEDGER})",
    )


def add_cycle(made: argparse.ArgumentParser) -> None:
    """Add the choice of a cycle."""
    made.add_argument(
        "--cycle", metavar="YEAR", type=a_year, help="the cycle whose renewal date falls in YEAR"
    )


def open_named(options: argparse.Namespace, io: Io) -> Book:
    """Open the ledger that the options, the environment or the current folder name."""
    file = ledger_name(options, io)
    book = open_book(file, today(options), with_archive=not options.without_archive)
    if book.archive_skipped:
        print("note: the archive beside the ledger is left out", file=io.err)
    return book


def today(options: argparse.Namespace) -> date:
    """Say which day it is: the one asked about, or the present one."""
    day: date = options.as_of or date.today()
    return day


def ledger_name(options: argparse.Namespace, io: Io) -> str:
    """Say which file is meant. An empty argument is a mistake, never the default."""
    if options.ledger is not None:
        return str(options.ledger)
    return io.env.get("CMELEDGER") or DEFAULT_LEDGER


def again(options: argparse.Namespace) -> str:
    """Write what a suggested command needs to speak of the same ledger on the same day."""
    from shlex import quote

    named = [] if options.ledger is None else [options.ledger]
    day = ["--as-of", options.as_of.isoformat()] if options.as_of else []
    return "".join(f" {visible(quote(word))}" for word in (*named, *day))


def reports(book: Book, tallies: Sequence[Tally], year: int | None) -> list[Report]:
    """Judge the cycle asked about for each license.

    Raises UsageError where no license renews in the year asked about.
    """
    found = book.reports(tallies, year)
    if not found:
        ends = {tally.series.shown_for(book.day).end.year for tally in tallies}
        raise UsageError(
            f"no license of this ledger renews in {year}\n"
            f"the present cycle ends in {', '.join(map(str, sorted(ends)))}"
        )
    return found


def answer(book: Book) -> Exit:
    """Choose the exit code of a command that only reads: 1 where something was left out."""
    failed = any(problem.severity == "error" for problem in book.problems)
    return Exit.NO if failed else Exit.DONE


def a_day(text: str) -> date:
    """Read a date of the command line."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a date like 2026-03-01") from None
    if text != day.isoformat() or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise argparse.ArgumentTypeError(f"'{text}' is not a date from {FIRST_YEAR} to {LAST_YEAR}")
    return day


def a_year(text: str) -> int:
    """Read a year of the command line."""
    if not (text.isascii() and text.isdigit()) or not FIRST_YEAR <= int(text) <= LAST_YEAR:
        raise argparse.ArgumentTypeError(f"'{text}' is not a year like 2026")
    return int(text)
