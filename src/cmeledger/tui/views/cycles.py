"""Previous, present and next cycle; and what is kept until when."""

from datetime import date
from typing import ClassVar

from textual import on
from textual.app import ComposeResult

from cmeledger.report import cycles_text
from cmeledger.report.records import Row
from cmeledger.report.terminal import Line, fit
from cmeledger.tui.lines import LineList, Page
from cmeledger.tui.views.base import NOTHING, GoTo, Lines, View


class Cycles(View):
    """Three cycles side by side, and the records by the day they may go."""

    NAME: ClassVar[str] = "cycles"
    HELP: ClassVar[str] = (
        "Each column is a cycle, judged by the rules of its renewal date. [ and ] move to an "
        "earlier or later one, here and in Progress. Below: until when each record must be kept; "
        "'over' means it may go. Enter goes to the record."
    )

    def compose(self) -> ComposeResult:
        """Lay out the view."""
        yield Page(id="compare")
        yield Lines(id="kept-heading")
        self.kept: LineList[Row] = LineList(self._draw, lambda row: row.id, id="kept")
        yield self.kept

    @property
    def record(self) -> str | None:
        """The chosen record of the list below."""
        return self.kept.key if self.kept.has_focus else None

    def fill(self) -> None:
        """Draw everything from the state shown."""
        page = self.query_one("#compare", Page)
        heading = self.query_one("#kept-heading", Lines)
        if self.shown is None:
            page.show(NOTHING)
            heading.put([])
            self.kept.show([])
            return
        shown = self.shown
        columns = []
        for steps, name in ((-1, "before"), (0, "shown"), (1, "after")):
            cycle = shown.next_cycle(steps)
            report = shown.report_of(cycle) if cycle else None
            is_present = cycle is not None and cycle.holds(shown.book.day)
            columns.append(("present" if is_present else name, report))
        style = self.style_for(page)
        page.show([Line(line) for line in cycles_text.lines(columns, style)])
        rows = [row for row in shown.rows if row.activity is not None]
        rows.sort(key=lambda row: (row.keep.until or date.max, row.keep.for_good, row.id))
        gone = sum(row.keep.expired(shown.book.day) for row in rows)
        good = sum(row.keep.for_good for row in rows)
        heading.put([style.bold(f"Kept until ({gone} over, {good} for good)")])
        self.kept.show(rows, empty="No records yet.")

    def _draw(self, row: Row, width: int) -> str:
        assert self.shown is not None
        style = self.style_for(self.kept)
        if row.keep.for_good:
            until = "for good"
        elif row.keep.until is None:
            until = "going on"
        else:
            until = row.keep.until.isoformat()
        over = row.keep.expired(self.shown.book.day)
        head = f"{until:<11}{'over' if over else '':<6}"
        day = row.day.isoformat() if row.day else ""
        text = f"{head}{fit(row.title, max(8, width - 29))} {day:>10}"
        return style.dim(text) if over else text

    @on(LineList.Selected, "#kept")
    def go(self, event: LineList.Selected) -> None:
        """Go to the chosen record."""
        if event.key is not None:
            self.post_message(GoTo(event.key))
