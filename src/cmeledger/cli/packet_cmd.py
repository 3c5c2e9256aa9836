"""`cmeledger packet`: what answers a letter of the Board, in one file."""

from argparse import ArgumentParser, Namespace
from decimal import Decimal
from typing import Final

from cmeledger import handout
from cmeledger.book import Book
from cmeledger.cli import common
from cmeledger.cli.main import VERBS, Io
from cmeledger.model import ZERO
from cmeledger.problems import Exit, UsageError
from cmeledger.report.terminal import style_for
from cmeledger.visible import visible

_BAR_CELLS: Final = 60
"""Of the line that shows progress."""


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("packet", f"Make {VERBS['packet']}.")
    common.add_day(made)
    common.add_cycle(made)
    add = made.add_argument
    add("-o", "--output", metavar="FILE", help="where to (default: NAME-packet-YEAR.pdf beside it)")
    add(
        "--format",
        choices=("pdf", "html"),
        help="pdf or html (default: as the name after -o ends, else pdf)",
    )
    add(
        "--zip",
        action="store_true",
        help="an archive of the PDF, the records as TOML and CSV, the files, and a manifest",
    )
    add("--force", action="store_true", help="replace a file of that name")
    common.add_ledger(made)
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    if options.zip and options.format == "html":
        raise UsageError("the archive holds the PDF\nleave out --format html, or --zip")
    book = common.open_named(options, io)
    tallies = book.tallies()
    shown = tallies if options.cycle else book.going(tallies)
    reports = common.reports(book, shown, options.cycle)
    kind = _kind(options)
    file = _output(options, book, reports[0].cycle.end.year, kind)
    made = handout.packet(book, reports, file, _teller(io), kind=kind, force=options.force)
    _clear(io)
    _report(options, io, book, file, made)
    code = common.answer(book)
    if code:
        again = common.again(options)
        print(f"note: what has an error is not in it: see cmeledger check{again}", file=io.err)
    if not made.confirmed:
        print("note: saved, but the disk did not confirm it", file=io.err)
        return Exit.UNCONFIRMED
    return code


def _kind(options: Namespace) -> str:
    """Tell what is to be made: what was asked for, else what the file's name says."""
    return "zip" if options.zip else options.format or handout.kind_of(options.output or "")


def _output(options: Namespace, book: Book, year: int, kind: str) -> str:
    """Choose the file to write."""
    if options.output is not None:
        if not options.output:
            raise UsageError("the name after -o is empty\nname a file, or leave -o out")
        return str(options.output)
    return handout.packet_name(book, year, kind)


def _teller(io: Io) -> handout.Tell:
    """Give what shows progress: on a terminal only, on one line that is written over."""
    if not io.err.isatty():
        return lambda *_: None
    style = style_for(io.err, io.env)

    def tell(what: str, number: int, total: int) -> None:
        bar = style.bar(Decimal(number), ZERO, ZERO, Decimal(total), 20)
        io.err.write(f"\r{what} {bar} {number} of {total} ".ljust(_BAR_CELLS))
        io.err.flush()

    return tell


def _clear(io: Io) -> None:
    if io.err.isatty():
        io.err.write("\r" + " " * _BAR_CELLS + "\r")


def _report(options: Namespace, io: Io, book: Book, file: str, made: handout.Made) -> None:
    """Say what was written, and which files need a look."""
    if options.json:
        from cmeledger.report import documents

        io.out.write(
            documents.dumps(documents.packet(book, file, made.packet, made.pages, made.troubles))
        )
    else:
        long = f", {made.pages} pages" if made.pages else ""
        print(f"Wrote {visible(file)}{long}.", file=io.out)
    for text in handout.notes(made):
        print(f"note: {text}", file=io.err)
