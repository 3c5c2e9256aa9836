"""`cmeledger packet`: what answers a letter of the Board, in one file."""

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Final

from cmeledger import certificates
from cmeledger.book import Book, archive_name
from cmeledger.certificates import Certificate
from cmeledger.cli import common
from cmeledger.cli.main import VERBS, Io
from cmeledger.evidence import Owner, named
from cmeledger.ledger import export
from cmeledger.model import ZERO
from cmeledger.problems import Exit, NotWritten, UsageError
from cmeledger.report import packet as packets
from cmeledger.report.terminal import style_for
from cmeledger.visible import visible

if TYPE_CHECKING:  # it brings the readers of PDFs along
    from cmeledger.report.packet_merge import Cleaner

_BAR_CELLS: Final = 60
"""Of the line that shows progress."""


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("packet", f"Make {VERBS['packet']}.")
    common.add_day(made)
    common.add_cycle(made)
    add = made.add_argument
    add("-o", "--output", metavar="FILE", help="where to (default: NAME-packet-YEAR.pdf beside it)")
    add("--format", choices=("pdf", "html"), default="pdf", help="pdf (the default) or html")
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
    file = _output(options, book, reports[0].cycle.end.year)
    _refuse_own(book, file)
    export.refuse(file, force=options.force)
    chosen = [packets.choose(book, report) for report in reports]
    records = packets.together(chosen)
    owners = [activity for activity, _ in records]
    waivers = dict.fromkeys(waiver.path for item in chosen for waiver in item.waivers)
    granted = [waiver for waiver in book.ledger.waivers if waiver.path in waivers]
    naming: list[Owner] = [*owners, *granted]
    named_files = sum(len(owner.evidence) for owner in naming)
    tell = _teller(io, "looking at files", named_files)
    files = certificates.gather(naming, book.folder, tell)
    made = packets.packet(book, chosen, files)
    troubles = {item.number: item.trouble for item in made.files if item.trouble}
    pages = None
    if options.format == "html":
        from cmeledger.report.packet_html import html

        fill = _filler(html(made).encode())
    else:
        from cmeledger.report.packet_merge import Cleaner
        from cmeledger.report.packet_pdf import render

        by_number = {item.number: item for item in files}
        with Cleaner() as cleaner:
            drawn = render(
                made,
                lambda number: _pages(by_number[number], book, cleaner),
                _teller(io, "merging files", len(files)),
            )
        pages = drawn.pages
        for number, why in drawn.troubles.items():
            _add(troubles, number, why)
        fill = _filler(drawn.data)
        if options.zip:
            from cmeledger.report import packet_zip

            for item in files:
                if item.seen.digest and not packet_zip.fits(item):
                    _add(troubles, item.number, "too large for the archive: send it beside it")

            def fill(out: IO[bytes]) -> None:
                packet_zip.write(
                    out, drawn.data, book, records, files,
                    lambda item: certificates.blocks(item, book.folder),
                )  # fmt: skip

    _clear(io)
    confirmed = export.write(file, fill, force=options.force)
    _report(options, io, file, made, pages, troubles)
    if not confirmed:
        print("note: saved, but the disk did not confirm it", file=io.err)
        return Exit.UNCONFIRMED
    return common.answer(book)


def _output(options: Namespace, book: Book, year: int) -> str:
    """Choose the file to write."""
    if options.output is not None:
        if not options.output:
            raise UsageError("the name after -o is empty\nname a file, or leave -o out")
        return str(options.output)
    extension = "zip" if options.zip else options.format
    return f"{os.path.splitext(book.file)[0]}-packet-{year}.{extension}"


def _refuse_own(book: Book, file: str) -> None:
    """Refuse what is never replaced, whatever is said: the ledger, its archive, its evidence."""
    own = [book.file, archive_name(book.file)]
    own += [os.path.join(book.folder, item.file) for _, item in named(book.ledger)]
    try:
        real = os.path.realpath(file)
        if any(os.path.realpath(name) == real for name in own):
            raise NotWritten(
                file,
                "this is the ledger, or a file that it names; it was left as it was",
                "choose another name with -o FILE",
            )
    except ValueError as error:
        raise UsageError(f"'{file}' cannot be a file's name\nchoose another one") from error


def _add(troubles: dict[int, str], number: int, why: str) -> None:
    troubles[number] = "; ".join(filter(None, (troubles.get(number), why)))


def _pages(certificate: Certificate, book: Book, cleaner: "Cleaner") -> tuple[bytes, int] | None:
    if not certificate.merge:
        return None
    return cleaner.pages(b"".join(certificates.blocks(certificate, book.folder)))


def _filler(data: bytes) -> Callable[[IO[bytes]], object]:
    return lambda out: out.write(data)


def _teller(io: Io, what: str, total: int) -> Callable[[int], None]:
    """Give what shows progress: on a terminal only, on one line that is written over."""
    if not io.err.isatty():
        return lambda _: None
    style = style_for(io.err, io.env)

    def tell(number: int) -> None:
        bar = style.bar(Decimal(number), ZERO, ZERO, Decimal(total), 20)
        io.err.write(f"\r{what} {bar} {number} of {total} ".ljust(_BAR_CELLS))
        io.err.flush()

    return tell


def _clear(io: Io) -> None:
    if io.err.isatty():
        io.err.write("\r" + " " * _BAR_CELLS + "\r")


def _report(
    options: Namespace,
    io: Io,
    file: str,
    made: packets.Packet,
    pages: int | None,
    troubles: dict[int, str],
) -> None:
    """Say what was written, and which files need a look."""
    if options.json:
        from cmeledger.report import documents

        io.out.write(documents.dumps(documents.packet(file, made, pages, troubles)))
    else:
        long = f", {pages} pages" if pages else ""
        print(f"Wrote {visible(file)}{long}.", file=io.out)
    for item in made.files:
        if item.number in troubles:
            print(
                f"note: {item.number}. {item.file}: {visible(troubles[item.number])}", file=io.err
            )
