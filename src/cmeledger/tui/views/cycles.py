"""Previous, present and next cycle."""

from typing import ClassVar

from textual.app import ComposeResult

from cmeledger.report import cycles_text
from cmeledger.report.terminal import Line
from cmeledger.tui.lines import Page
from cmeledger.tui.views.base import NOTHING, View


class Cycles(View):
    """Three cycles side by side."""

    NAME: ClassVar[str] = "cycles"
    HELP: ClassVar[str] = (
        "Each column is a cycle, judged by the rules of its renewal date. [ and ] move to an "
        "earlier or later one, here and in Progress."
    )

    def compose(self) -> ComposeResult:
        """Lay out the view."""
        yield Page(id="compare")

    def fill(self) -> None:
        """Draw everything from the state shown."""
        page = self.query_one("#compare", Page)
        if self.shown is None:
            page.show(NOTHING)
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
