"""What is wrong in the file, each with its place and the way out."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult

from cmeledger.model import Path
from cmeledger.problems import Problem
from cmeledger.report.check_text import COLORS, NOWHERE, in_context
from cmeledger.report.terminal import SYMBOLS, Line, wrap
from cmeledger.tui.lines import LineList, Page
from cmeledger.tui.shown import Place
from cmeledger.tui.views.base import GoTo, View, compose_split
from cmeledger.visible import visible


def problem_key(problem: Problem) -> str:
    """Name a problem, so that it stays chosen when the file is read again."""
    return f"{problem.code} {problem.record} {problem.path} {problem.archived} {problem.message}"


class Problems(View):
    """The problems, and the chosen one in its line of the file."""

    NAME: ClassVar[str] = "problems"
    HELP: ClassVar[str] = (
        "Errors leave a record out; warnings may trip you up in an audit. E opens your editor at "
        "the line, enter goes to the record. The list shrinks as you save."
    )

    def compose(self) -> ComposeResult:
        """Lay out the view."""
        self.found: LineList[Problem] = LineList(self._draw, problem_key, id="found-problems")
        yield from compose_split(self.found, Page(id="problem"), id="problems-split")

    def problems(self) -> tuple[Problem, ...]:
        """List the problems: of the file as it is now, also where the numbers are older."""
        if self.failed is not None:
            rest: tuple[Problem, ...] = ()
            if self.shown and self.shown.loaded.broken and self.shown.looked:
                rest = self.shown.looked.problems
            return rest or self.failed.problems
        if self.shown is None:
            return ()
        return self.shown.looked.problems if self.shown.looked else ()

    @property
    def chosen(self) -> Problem | None:
        """The chosen problem."""
        return self.found.items[self.found.chosen] if self.found.items else None

    @property
    def record(self) -> str | None:
        """The record of the chosen problem."""
        return self.chosen.record if self.chosen else None

    @property
    def in_question(self) -> Path:
        """What the chosen problem is about."""
        return self.chosen.path if self.chosen else ()

    @property
    def place(self) -> Place | None:
        """The line of the chosen problem."""
        problem = self.chosen
        return Place((problem.span or NOWHERE).line, problem.archived) if problem else None

    def fill(self) -> None:
        """Draw everything from the state shown."""
        waiting = self.failed is None and self.shown is not None and self.shown.looked is None
        empty = "Looking…" if waiting else "No problems."
        if self.failed is not None and not self.failed.problems:
            empty = visible(self.failed.why)
        self.found.show(self.problems(), empty=empty)

    def _draw(self, problem: Problem, _width: int) -> str:
        style = self.style_for(self.found)
        span = problem.span or NOWHERE
        symbol = style.paint(SYMBOLS[problem.severity][0], COLORS[problem.severity])
        where = f"{'archive ' if problem.archived else ''}{span.line}:{span.column}"
        return f"{symbol} {where:>7}  {problem.code:<20}  {visible(problem.message)}"

    @on(LineList.Highlighted, "#found-problems")
    def explain(self) -> None:
        """Show the chosen problem in its line."""
        page = self.query_one("#problem", Page)
        problem = self.chosen
        if problem is None:
            page.show([])
            return
        style = self.style_for(page)
        lines = wrap(visible(problem.message), style)
        lines[0] = style.paint(lines[0], COLORS[problem.severity])
        lines += in_context(problem, self._text(problem).split("\n"), style)
        if problem.record:
            lines += ["", f"Record: {visible(problem.record)}"]
        page.show([Line(line) for line in lines])

    def _text(self, problem: Problem) -> str:
        if self.failed is not None:
            return self.failed.archive_text if problem.archived else self.failed.text
        assert self.shown is not None
        book = self.shown.book
        return book.archive.text if problem.archived else book.document.text

    @on(LineList.Selected, "#found-problems")
    def go(self) -> None:
        """Go to the record, or look closer where there is none."""
        if self.record and self.shown and self.failed is None:
            self.post_message(GoTo(self.record))
        else:
            self.query_one("#problem", Page).focus()
