"""Where the license stands: what is met, what is missing, by when, and why."""

from collections.abc import Iterator
from typing import ClassVar

from textual import on
from textual.app import ComposeResult

from cmeledger.report import why_text
from cmeledger.report.axis import axis
from cmeledger.report.documents import invalid_reason
from cmeledger.report.status_text import next_steps, painted_headline, standing_line
from cmeledger.report.terminal import Line, Style, day, wrap
from cmeledger.report.views import left_out_of
from cmeledger.rules.cycles import deadlines
from cmeledger.rules.standing import Standing
from cmeledger.tui.lines import LineList, Page
from cmeledger.tui.views.base import NOTHING, GoTo, Lines, View, compose_split
from cmeledger.visible import visible


class Progress(View):
    """Headline, time axis, next step; the requirements; the chosen one explained."""

    NAME: ClassVar[str] = "progress"
    HELP: ClassVar[str] = (
        "Each line is a requirement: met or short on record, a bar, and counted / asked. In bars, "
        "█ is counted, ▓ attended but not claimed yet, ░ planned: only counted credits count. "
        "Below or beside it stands why: what is asked, by which source, which records count, and "
        "which do not. Enter moves there; on a record, enter goes to it."
    )

    def compose(self) -> ComposeResult:
        """Lay out the view."""
        yield Lines(id="headline")
        yield Lines(id="axis")
        yield Lines(id="next")
        self.requirements: LineList[Standing] = LineList(
            self._draw, lambda standing: standing.requirement.id, id="requirements"
        )
        yield from compose_split(self.requirements, Page(id="why"), id="progress-split")

    def fill(self) -> None:
        """Draw everything from the state shown."""
        headline, line, step = (
            self.query_one(f"#{id}", Lines) for id in ("headline", "axis", "next")
        )
        if self.shown is None:
            for widget in (headline, line, step):
                widget.put([])
            self.requirements.show([])
            self.query_one("#why", Page).show(NOTHING)
            return
        report, book = self.shown.report, self.shown.book
        style = self.style_for(self)
        first = painted_headline(report, style)
        if self.shown.loaded.broken:
            first = [
                style.paint("Incomplete: only a part of the file could be read.", "31;1"),
                *first,
            ]
        headline.put([*first, *self._altered(style)])
        if report.status == "not-applicable":
            line.put([])
        else:
            days = [(deadline.id, day) for deadline, day in deadlines(book.rulebook, report.cycle)]
            line.put(axis(report.cycle, days, book.day, style))
        steps = list(next_steps(book, report))[:1]
        step.put([text for s in steps for text in wrap(f"Next: {s}", style, "  ", "")])
        self.requirements.show(report.standings)

    def _altered(self, style: Style) -> Iterator[str]:
        """Name the renewals of which the ledger no longer says what was attested."""
        assert self.shown is not None
        for renewal in self.shown.looked.altered if self.shown.looked else ():
            assert renewal.renewal_date is not None  # only such are compared
            text = (
                f"! What you attested for {day(renewal.renewal_date)} is not what the ledger says "
                "now: N shows what differs."
            )
            yield from (style.paint(line, "33;1") for line in wrap(text, style, "  ", ""))

    def _draw(self, standing: Standing, _width: int) -> str:
        assert self.shown is not None
        style = self.style_for(self.requirements)
        text = standing_line(self.shown.report, standing, style)
        if standing.notes:
            text += style.dim("  *")
        return text

    @property
    def record(self) -> str | None:
        """The record under the cursor, while the explanation has the focus."""
        why = self.query_one("#why", Page)
        return why.key if why.has_focus else None

    @on(LineList.Highlighted, "#requirements")
    def explain(self) -> None:
        """Explain the chosen requirement."""
        why = self.query_one("#why", Page)
        if self.shown is None or not self.requirements.items:
            return
        standing = self.requirements.items[self.requirements.chosen]
        style = self.style_for(why)
        gone = list(left_out_of(self.shown.book, self.shown.report, standing, invalid_reason()))
        found = [(self.shown.report, standing, gone)]
        lines = [self._titled(line) for line in why_text.requirement(self.shown.book, found, style)]
        why.show(lines)

    def _titled(self, line: Line) -> Line:
        """Put a record's title behind its id."""
        if (
            line.record is None
            or self.shown is None
            or not line.text.rstrip().endswith(line.record)
        ):
            return line
        activity = self.shown.activities.get(line.record)
        if activity is None:
            return line
        return line._replace(text=f"{line.text}  {visible(activity.title)}")

    @on(LineList.Selected, "#requirements")
    def look_closer(self) -> None:
        """Move into the explanation."""
        self.query_one("#why", Page).focus()

    @on(LineList.Selected, "#why")
    def go(self, event: LineList.Selected) -> None:
        """Go to the record under the cursor."""
        if event.key is not None:
            self.post_message(GoTo(event.key))
