"""Until when each record is kept, with its files, and what may go."""

from datetime import date
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult

from cmeledger.report import keep_text
from cmeledger.report.records import Row
from cmeledger.report.terminal import Line, wrap
from cmeledger.tui.lines import LineList, Page
from cmeledger.tui.views.base import NOTHING, GoTo, Lines, compose_split
from cmeledger.tui.views.filtered import FilteredView, filter_field
from cmeledger.visible import visible

OF_FILES: Final = ("missing-evidence", "evidence-changed")


class Keep(FilteredView):
    """The records by the day they may go, and the chosen one's files."""

    NAME: ClassVar[str] = "keep"
    HELP: ClassVar[str] = (
        "Until when each record must be kept, and its files with it: one full cycle after its own, "
        "or for good. What may go stands first, what went into the archive last. X shows what may "
        "go and moves it, when you say so, into the file beside the ledger: nothing is deleted, "
        "and the archive is still counted. B brings a record of the archive back."
    )

    def compose(self) -> ComposeResult:
        """Lay out the view."""
        yield filter_field("keep-filter")
        yield Lines(id="kept-heading")
        self.table: LineList[Row] = LineList(self._draw, lambda row: row.id, id="kept")
        yield from compose_split(self.table, Page(id="kept-record"), id="keep-split")

    def fill(self) -> None:
        """Draw everything from the state shown."""
        heading = self.query_one("#kept-heading", Lines)
        if self.shown is None:
            heading.put([])
            self.table.show([])
            self.query_one("#kept-record", Page).show(NOTHING)
            return
        wanted = self.wanted()
        found = [row for row in self.shown.rows if wanted.matches(row)]
        style = self.style_for(self.table)
        note = keep_text.totals(self.shown.book, found)
        if wanted.problem:
            note = style.paint(visible(wanted.problem), "33;1")
        heading.put([style.bold(note)])
        found.sort(key=self._order)
        empty = "No record matches the filter." if self.shown.rows else "No records yet."
        self.table.show(found, empty=empty)

    def _order(self, row: Row) -> tuple[bool, bool, date, bool]:
        """Put first what may go, last what went; the rest by its day."""
        is_archived = row.activity is not None and row.activity.archived
        until = row.keep.until or date.max
        return is_archived, row.activity is None, until, row.keep.for_good

    def _draw(self, row: Row, _width: int) -> str:
        assert self.shown is not None
        return keep_text.row(self.shown.book, row, self.style_for(self.table))

    @on(LineList.Highlighted, "#kept")
    def explain(self) -> None:
        """Say how long the chosen record and its files are kept, and why."""
        page = self.query_one("#kept-record", Page)
        shown = self.shown
        if shown is None or not self.table.items:
            page.show([])
            return
        row = self.table.items[self.table.chosen]
        problems = shown.looked.problems if shown.looked else ()
        troubles = [p.message for p in problems if p.record == row.id and p.code in OF_FILES]
        style = self.style_for(page)
        lines = list(keep_text.detail(shown.book, row, shown.keeping_files, troubles, style))
        if row.activity is None:
            lines.append("4 shows the error.")
        elif row.activity.archived:
            lines += wrap("B brings it back into the ledger.", style)
        elif row.keep.expired(shown.book.day):
            lines += wrap("X moves it into the archive, with all that may go.", style)
        page.show([Line(line) for line in lines])

    @on(LineList.Selected, "#kept")
    def go(self, event: LineList.Selected) -> None:
        """Go to the chosen record."""
        if event.key is not None:
            self.post_message(GoTo(event.key))
