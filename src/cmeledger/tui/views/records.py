"""Every record: sort, filter, and the chosen one in full."""

from typing import TYPE_CHECKING, ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.widgets import Input

from cmeledger.report import records as table
from cmeledger.report import why_text
from cmeledger.report.records import Row
from cmeledger.report.terminal import Line
from cmeledger.report.views import find, view
from cmeledger.tui.lines import LineList, Page
from cmeledger.tui.shown import Shown
from cmeledger.tui.views.base import NOTHING, Lines, compose_split
from cmeledger.tui.views.filtered import FilteredView, filter_field
from cmeledger.visible import visible

if TYPE_CHECKING:
    from textual.timer import Timer

PAUSE_SECONDS: Final = 0.15
NEWEST_FIRST: Final = ("date", "credits", "keep until")
"""Columns whose largest value is looked for first."""


class Records(FilteredView):
    """The table of records, its filter, and the chosen record's own text and count."""

    NAME: ClassVar[str] = "records"
    HELP: ClassVar[str] = (
        "Type / and then words, or fields: topic:opioid-pain kind:teaching category:1 cycle:2027 "
        "status:planned evidence:no. A minus before one turns it around: -topic:wellness. Enter "
        "goes to the table, escape clears the filter. Credits read claimed→counted where not all "
        "of them count; below stands why. ev tells whether a certificate is named."
    )

    def __init__(self) -> None:
        super().__init__()
        self.by = "date"
        self.descending = True
        self._order: tuple[Shown, str, bool] | None = None
        self._in_order: list[Row] = []
        self._soon: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay out the view."""
        yield filter_field("filter")
        yield Lines(id="found")
        yield Lines(id="heading")
        self.table: LineList[Row] = LineList(self._draw, lambda row: row.id, id="rows")
        yield from compose_split(self.table, Page(id="record"), id="records-split")

    def fill(self) -> None:
        """Draw everything from the state shown."""
        if self.shown is None:
            self.table.show([])
            self.query_one("#record", Page).show(NOTHING)
            return
        wanted = self.wanted()
        found = [row for row in self._sorted(self.shown) if wanted.matches(row)]
        style = self.style_for(self.table)
        note = table.totals(found)
        if wanted.problem:
            note = style.paint(visible(wanted.problem), "33;1")
        self.query_one("#found", Lines).put([note])
        room = self.table.room
        self.query_one("#heading", Lines).put(
            ["  " + table.heading(room, self.by, descending=self.descending, style=style)]
        )
        self.table.show(
            found,
            empty="No record matches the filter."
            if len(self.shown.rows)
            else "No records yet: write the first one in your editor (E), and it shows here.",
        )

    def _sorted(self, shown: Shown) -> list[Row]:
        """Sort the rows once for all filters."""
        order = (shown, self.by, self.descending)
        if self._order != order:
            self._order = order
            self._in_order = sorted(
                shown.rows,
                key=lambda row: table.sort_key(row, self.by),
                reverse=self.descending,
            )
        return self._in_order

    def sort(self) -> None:
        """Sort by the next column."""
        shown = [column.name for column, _ in table.widths(self.table.room)]
        place = shown.index(self.by) if self.by in shown else -1
        self._sort_by(shown[(place + 1) % len(shown)])

    def reverse(self) -> None:
        """Turn the order around."""
        self.descending = not self.descending
        self.fill()

    def sort_at(self, x: int) -> None:
        """Sort by the column at a cell of the heading; again: turn it around."""
        start = 2
        for column, cells in table.widths(self.table.room):
            if start <= x < start + cells + 1:
                self._sort_by(column.name)
                return
            start += cells + 1

    def _sort_by(self, column: str) -> None:
        """Sort by a column, in the order one looks for in it; again: the other way around."""
        again = self.by == column
        self.descending = not self.descending if again else column in NEWEST_FIRST
        self.by = column
        self.fill()

    def _draw(self, row: Row, width: int) -> str:
        return table.line(row, width, self.style_for(self.table))

    def on_click(self, event: events.Click) -> None:
        """Sort by the column whose heading was clicked."""
        if event.widget is not None and event.widget.id == "heading":
            self.sort_at(event.x)

    @on(LineList.Selected, "#rows")
    def look_closer(self) -> None:
        """Move into the chosen record."""
        self.query_one("#record", Page).focus()

    @on(LineList.Highlighted, "#rows")
    def explain_soon(self) -> None:
        """Explain the chosen record; while the filter is typed, only when the typing pauses."""
        if self._soon is not None:
            self._soon.stop()
            self._soon = None
        if self.query_one(Input).has_focus:
            self._soon = self.set_timer(PAUSE_SECONDS, self.explain)
        else:
            self.explain()

    def explain(self) -> None:
        """Show the chosen record: what it counts, why, and its own text."""
        page = self.query_one("#record", Page)
        shown, record = self.shown, self.table.key
        if shown is None or record is None:
            page.show([])
            return
        style = self.style_for(page)
        activity = shown.activities.get(record)
        if activity is not None:
            seen = find(shown.tally, activity, shown.cycle, shown.book)
            report = shown.report_of(seen.cycle) if seen.cycle else shown.report
            views = [view(shown.book, report, seen)]
            kept = shown.keeping[record]
            lines = list(why_text.record(shown.book, activity, views, kept, style))
            lines += [f"Evidence: {visible(item.file)}" for item in activity.evidence]
        else:
            left = next((x for x in shown.book.ledger.left_out if x.id == record), None)
            lines = list(why_text.left_out(left, style)) if left else []
        text = shown.text_of(record)
        if text:
            lines += ["", style.dim("In the file:")]
            lines += ["  " + visible(line.expandtabs(4)) for line in text.rstrip("\n").split("\n")]
        page.show([Line(line) for line in lines])
