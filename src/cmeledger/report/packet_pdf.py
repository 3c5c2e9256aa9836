"""A packet as one PDF: the pages drawn here, then the certificates' own."""

import os
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from fpdf import FPDF, XPos, YPos
from fpdf.enums import MethodReturnValue
from fpdf.fonts import TTFFont

from cmeledger.report.packet import NOT_ADVICE, Entry, Packet, Part, Summary
from cmeledger.report.packet_merge import Mark, Unusable, put_together
from cmeledger.visible import escape

FONT: Final = "DejaVu"
_FONTS: Final = os.path.join(os.path.dirname(__file__), "fonts")
_FILES: Final = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}
LEADING: Final = 0.48
"""The height of a line in millimeters, to each point of its letters."""
BAR: Final = 4
"""The height that a bar takes, in millimeters."""
LONG: Final = 120
"""More characters of a name than fit at the foot of a page."""
BLACK: Final = (0, 0, 0)
DIM: Final = (80, 80, 80)
COLORS: Final = {"Met": (30, 110, 60), "Short": (170, 30, 30)}
"""Of the bar; its word is beside it."""

Read = Callable[[int], tuple[bytes, int] | None]
"""Gives the clean pages of a certificate by its number, and how many; None: it is not merged.
Raises OSError and Unusable."""
Tell = Callable[[int], None]
"""Is told how many certificates were read."""


class Made(NamedTuple):
    """A packet's PDF."""

    data: bytes
    pages: int
    troubles: Mapping[int, str]
    """Why certificates are not in it, by their numbers; those that were not to be are not here."""


def render(packet: Packet, read: Read, tell: Tell) -> Made:
    """Draw a packet and merge its certificates. The same packet and bytes give the same bytes."""
    merged: dict[int, tuple[bytes, int]] = {}
    troubles: dict[int, str] = {}
    for listed in packet.files:
        tell(listed.number)
        try:
            clean = read(listed.number)
            if clean is not None:
                merged[listed.number] = clean
        except Unusable as error:
            troubles[listed.number] = str(error)
        except OSError as error:
            troubles[listed.number] = (error.strerror or str(error)).lower()
    paper = _Paper(packet)
    _cover(paper, packet)
    for part in packet.parts:
        _part(paper, part)
    # The index names pages that come after it: how many it takes is seen on another sheet.
    sheet = _Paper(packet)
    _index(sheet, packet, dict.fromkeys(merged, 0), troubles)
    page = paper.page_no() + sheet.page_no()
    sheet.close_fonts()
    first: dict[int, int] = {}
    for number, (_, count) in merged.items():
        first[number] = page + 1
        page += count
    _index(paper, packet, first, troubles)
    marks = [*paper.marks]
    if first:
        marks.append(Mark("Certificates", min(first.values()) - 1, 0))
    files = {listed.number: listed.file for listed in packet.files}
    marks += [Mark(f"{n}. {files[n]}", at - 1, 1) for n, at in first.items()]
    drawn = bytes(paper.output())
    paper.close_fonts()
    parts = [drawn, *(data for data, _ in merged.values())]
    title = f"Continuing medical education: {packet.physician}"
    return Made(put_together(parts, marks, title, f"As of {packet.as_of}"), page, troubles)


class Line(NamedTuple):
    """A paragraph: how it is written, and how far to the right."""

    text: str
    style: str = ""
    size: float = 9
    color: tuple[int, int, int] = BLACK
    indent: float = 0


class _Paper(FPDF):
    """Pages of text that breaks into lines, with bookmarks."""

    def __init__(self, packet: Packet) -> None:
        super().__init__("portrait", "mm", "letter")
        for style, name in _FILES.items():
            self.add_font(FONT, style, os.path.join(_FONTS, name))
        self.set_margins(20, 18)
        self.set_auto_page_break(auto=True, margin=20)
        self.name, self.day = packet.physician, packet.as_of
        self.marks: list[Mark] = []

    def footer(self) -> None:
        """Name the physician, the day and the page on every page."""
        self.set_y(-14)
        self.set_font(FONT, "", 7.5)
        self.set_text_color(*DIM)
        name, width = self.shown(self.name), self.epw - 25
        day = f" · as of {self.day}"
        if self.get_string_width(name + day) > width:
            fits = (
                cut
                for cut in range(LONG, 0, -1)
                if self.get_string_width(f"{name[:cut]}…{day}") <= width
            )
            name = f"{name[: next(fits, 0)]}…"
        self.cell(width, 4, name + day)
        self.cell(25, 4, f"page {self.page_no()}", align="R")

    def heading(self, text: str, *, level: int = 0, new_page: bool = False) -> None:
        """Write a heading, and a bookmark to it."""
        if new_page:
            self.add_page()
        else:
            self.ln(3)
            self.keep(50)  # never a heading without the first thing below it
        self.marks.append(Mark(text, self.page_no() - 1, level))
        self.write_line(text, "B", 11 if level else 15)
        self.ln(1)

    def write_line(
        self,
        text: str,
        style: str = "",
        size: float = 9,
        color: tuple[int, int, int] = BLACK,
        indent: float = 0,
    ) -> None:
        """Write a paragraph over the whole width."""
        self.set_font(FONT, style, size)
        self.set_text_color(*color)
        self.set_x(self.l_margin + indent)
        text, width, height = self.shown(text), self.epw - indent, size * LEADING
        draw = self.cell if self.fits(text, indent) else self.multi_cell
        draw(width, height, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def write_block(self, *lines: Line, more: float = 0) -> None:
        """Write paragraphs on one page, as far as a page holds them, with room for more."""
        self.keep(sum(map(self.height_of, lines)) + more)
        for line in lines:
            self.write_line(*line)

    def height_of(self, line: Line) -> float:
        """Measure a paragraph."""
        self.set_font(FONT, line.style, line.size)
        text, height = self.shown(line.text), line.size * LEADING
        if self.fits(text, line.indent):
            return height
        width = self.epw - line.indent
        broken = self.multi_cell(
            width, height, text, align="L", dry_run=True, output=MethodReturnValue.LINES
        )
        assert isinstance(broken, list)
        return height * len(broken)

    def fits(self, text: str, indent: float) -> bool:
        """Tell whether a text is one line: breaking takes ten times as long as drawing."""
        return self.get_string_width(text) <= self.epw - indent - 2 * self.c_margin

    def shown(self, text: str) -> str:
        """Write what the font has no shape for as escapes: nothing is dropped."""
        if text.isascii():
            return text
        style = "B" if self.font_style == "B" else ""
        font = self.fonts[f"{FONT.lower()}{style}"]
        known = font.cmap if isinstance(font, TTFFont) else {}
        return "".join(char if ord(char) in known else escape(char) for char in text)

    def close_fonts(self) -> None:
        """Close the files of the fonts, which are read as their shapes are needed."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()

    def keep(self, height: float) -> None:
        """Begin a page where less than a height is left of this one."""
        if self.will_page_break(height):
            self.add_page()


def _cover(paper: _Paper, packet: Packet) -> None:
    paper.add_page()
    paper.marks.append(Mark("Cover", 0, 0))
    paper.set_y(60)
    paper.write_line("Continuing medical education", "B", 22)
    paper.ln(6)
    paper.write_line(packet.physician, "B", 15)
    for part in packet.parts:
        paper.ln(4)
        paper.write_line(part.license, "", 12)
        paper.write_line(f"Cycle: {part.cycle}", "", 12)
        paper.write_line(part.headline, "", 10)
    paper.ln(8)
    paper.write_line(f"As of {packet.as_of}. Rules: {packet.edition}.", "", 10)
    count = len(packet.files)
    paper.write_line(f"Files on the index: {count}.", "", 10)
    for text in packet.left_out:
        paper.write_line(text, "B", 10)
    paper.ln(8)
    paper.write_line(NOT_ADVICE, "", 8.5, DIM)


def _part(paper: _Paper, part: Part) -> None:
    paper.heading(f"Summary: {part.license}", new_page=True)
    paper.write_line(f"Cycle: {part.cycle}", "", 10)
    paper.write_line(part.headline, "", 10)
    paper.ln(3)
    for item in part.summary:
        _requirement(paper, item)
    if part.sources:
        paper.heading("Sources", level=1)
    for source in part.sources:
        paper.write_line(source, "", 8)
    paper.heading("Waivers and exemptions", level=1)
    for line in part.relief or ("None.",):
        paper.write_line(line)
    for section in part.sections:
        paper.heading(section.title, level=1)
        paper.write_line(section.total, "", 9, DIM)
        paper.ln(2)
        for entry in section.entries:
            _entry(paper, entry)


def _requirement(paper: _Paper, item: Summary) -> None:
    title = Line(f"{item.name}: {item.status}, {item.numbers}", "B", 9.5)
    below = [Line(note, "", 8) for note in item.notes]
    below.append(Line(f"Sources: {item.sources}", "", 8, DIM))
    paper.write_block(title, more=BAR + sum(map(paper.height_of, below)))
    left, top = paper.l_margin + paper.c_margin, paper.get_y() + 0.6
    paper.set_fill_color(225, 225, 225)
    paper.rect(left, top, 80, 2.2, "F")
    paper.set_fill_color(*COLORS.get(item.status, DIM))
    if item.share:
        paper.rect(left, top, 80 * float(item.share), 2.2, "F")
    paper.ln(BAR)
    paper.write_block(*below)
    paper.ln(2)


def _entry(paper: _Paper, entry: Entry) -> None:
    paper.write_block(
        Line(entry.title, "B", 9.5),
        *((Line(entry.provider, indent=4),) if entry.provider else ()),
        Line(f"{entry.date} · credits: {entry.credits}", indent=4),
        *(Line(detail, "", 8, DIM, 4) for detail in entry.details),
        Line(f"Record {entry.id}", "", 7.5, DIM, 4),
    )
    paper.ln(2)


def _index(
    paper: _Paper, packet: Packet, first: Mapping[int, int], troubles: Mapping[int, str]
) -> None:
    paper.heading("Index of files", new_page=True)
    paper.write_line("Each with its SHA-256, worked out when this document was made.", color=DIM)
    paper.ln(2)
    for listed in packet.files:
        why = "; ".join(filter(None, (listed.trouble, troubles.get(listed.number))))
        at = first.get(listed.number)
        # As many characters whatever the page: the index is measured before it is known.
        where = "Not in this document" if at is None else f"Page {at:4}"
        trouble = (Line(f"Trouble: {why}", "B", 8, indent=4),) if why else ()
        digest = listed.digest or "not known: it could not be read"
        paper.write_block(
            Line(f"{listed.number}. {listed.file}", "B"),
            Line(f"{where} · {listed.size} · {listed.owners}", "", 8, indent=4),
            *trouble,
            Line(f"SHA-256 {digest}", "", 7.5, DIM, 4),
        )
        paper.ln(1.5)
    if not packet.files:
        paper.write_line("No record of this cycle names a file.")
