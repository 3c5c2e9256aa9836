"""Files made for others, as both faces make them: the packet, and the calendar."""

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from cmeledger import certificates
from cmeledger.book import Book, archive_name, read_bytes
from cmeledger.certificates import Certificate
from cmeledger.evidence import Owner, named
from cmeledger.ledger import export
from cmeledger.problems import LedgerUnusable, NotWritten, UsageError
from cmeledger.report import packet as packets
from cmeledger.rules.standing import Report
from cmeledger.visible import visible

if TYPE_CHECKING:  # it brings the readers of PDFs along
    from cmeledger.report.ahead import Ahead
    from cmeledger.report.packet_merge import Cleaner

Tell = Callable[[str, int, int], None]
"""Told what is being done, and how much of how many; what it raises ends the work."""
ANOTHER: Final = "name another file with -o; nothing was written"


class Made(NamedTuple):
    """A packet that was written."""

    packet: packets.Packet
    pages: int | None
    """None: it has none."""
    troubles: dict[int, str]
    """What is wrong with its files, by number."""
    confirmed: bool
    """Whether the disk confirmed the file's name."""


class Calendar(NamedTuple):
    """A calendar file, and what became of it."""

    dates: "Sequence[Ahead]"
    written: bool
    said: str
    """The same in words."""
    confirmed: bool
    """Whether the disk confirmed the file's name."""


def beside(book: Book, ending: str) -> str:
    """Name a file beside the ledger: cme.toml with `-packet.pdf` has cme-packet.pdf."""
    return f"{os.path.splitext(book.file)[0]}{ending}"


def packet_name(book: Book, year: int, extension: str = "pdf") -> str:
    """Name the packet of a cycle, by the year it ends in."""
    return beside(book, f"-packet-{year}.{extension}")


def kind_of(file: str) -> str:
    """Tell which kind of packet a file's name asks for: html, zip, or else pdf."""
    ending = os.path.splitext(file)[1].lower()
    return {".html": "html", ".htm": "html", ".zip": "zip"}.get(ending, "pdf")


def packet(
    book: Book, reports: Sequence[Report], file: str, tell: Tell, *, kind: str = "pdf",
    force: bool = False,
) -> Made:  # fmt: skip
    """Make the packet of some reports, and write it; `kind` is pdf, html or zip.

    Raises NotWritten and UsageError, with advice; what was there before is then as it was.
    """
    _refuse_own(book, file)
    export.refuse(file, force=force)
    chosen = [packets.choose(book, report) for report in reports]
    records = packets.together(chosen)
    owners = [activity for activity, _ in records]
    waivers = dict.fromkeys(waiver.path for item in chosen for waiver in item.waivers)
    granted = [waiver for waiver in book.ledger.waivers if waiver.path in waivers]
    naming: list[Owner] = [*owners, *granted]
    total = sum(len(owner.evidence) for owner in naming)
    files = certificates.gather(
        naming, book.folder, lambda number: tell("looking at files", number, total)
    )
    made = packets.packet(book, chosen, files)
    troubles = {item.number: item.trouble for item in made.files if item.trouble}
    pages = None
    if kind == "html":
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
                lambda number: tell("merging files", number, len(files)),
            )
        pages = drawn.pages
        for number, why in drawn.troubles.items():
            _add(troubles, number, why)
        fill = _filler(drawn.data)
        if kind == "zip":
            from cmeledger.report import packet_zip

            for item in files:
                if item.seen.digest and not packet_zip.fits(item):
                    _add(troubles, item.number, "too large for the archive: send it beside it")
            fill = partial(
                packet_zip.write,
                pdf=drawn.data, book=book, records=records, certificates=files,
                read=lambda item: certificates.blocks(item, book.folder),
            )  # fmt: skip
    return Made(made, pages, troubles, export.write(file, fill, force=force))


def notes(made: Made) -> Iterator[str]:
    """Say which files of a packet need a look, and why."""
    for item in made.packet.files:
        if item.number in made.troubles:
            yield f"{item.number}. {item.file}: {visible(made.troubles[item.number])}"


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


def calendar(book: Book, file: str, *, dry_run: bool = False) -> Calendar:
    """Write the dates ahead into a calendar file, or update the one that is there.

    Raises NotWritten and UsageError, with advice; what was there before is then as it was.
    """
    from cmeledger.report import ics
    from cmeledger.report.ahead import ahead

    dates = ahead(book, book.held(book.tallies()))
    there = _there(file)
    try:
        data = ics.calendar(dates, book.day, there)
    except ics.NotOurs as error:
        raise NotWritten(file, "this is no calendar of cmeledger", ANOTHER) from error
    written = there != data and not dry_run
    confirmed = not written or export.write(file, _filler(data), force=True)
    held = "nothing has changed" if there == data else "would be written"
    return Calendar(dates, written, "written" if written else held, confirmed)


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
