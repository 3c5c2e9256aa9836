"""Lines to read, worked out in a thread; and, where there is something to do, the question."""

import asyncio
from collections.abc import Callable, Iterable
from typing import ClassVar, Generic, NamedTuple, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from cmeledger.problems import CmeledgerError
from cmeledger.report.terminal import Line, Style, wrap
from cmeledger.tui.lines import Page, flowing, plain
from cmeledger.tui.outward import why
from cmeledger.visible import visible

Value = TypeVar("Value")


class Sheet(NamedTuple, Generic[Value]):
    """What there is to read."""

    lines: Callable[[Style], Iterable[str]]
    """Lays it out, for a width."""
    question: str = ""
    """What is asked about it; "": nothing."""
    yes: str = ""
    """What the answer yes does, in a word."""
    value: Value | None = None
    """What the screen returns for yes."""


class Reading(ModalScreen[Value | None], Generic[Value]):
    """Shows a sheet; returns its value where the answer is yes, None for every other way out."""

    AUTO_FOCUS = "Page"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n,q", "leave", "Close", id="reading.leave"),
        Binding("y", "take", "Yes", id="reading.take"),
    ]

    def __init__(self, title: str, find: "Callable[[], Sheet[Value]]") -> None:
        """Take the heading, and what works the sheet out: for a thread."""
        super().__init__()
        self.heading, self.find = title, find
        self.sheet: Sheet[Value] | None = None
        """None: it is still being worked out."""

    def compose(self) -> ComposeResult:
        """Lay out the heading, the lines, the question and the answers."""
        with Vertical(id="reading"):
            yield Static(plain(f"{self.heading} (esc closes)"), id="reading-title")
            yield Page(id="reading-text")
            yield Static(id="reading-question")
            with Horizontal(classes="buttons"):
                yield Button("No (n)", id="leave", compact=True)
                yield Button("", id="take", compact=True)

    def on_mount(self) -> None:
        """Work it out; it may take a while, and can be left."""
        self._put()
        self.run_worker(self._find())

    async def _find(self) -> None:
        try:
            self.sheet = await asyncio.to_thread(self.find)
        except CmeledgerError as error:
            text = visible(why(error))
            self.sheet = Sheet(lambda style: wrap(text, style))
        self._put()

    def on_resize(self) -> None:
        """Wrap again."""
        self.call_after_refresh(self._put)

    def _put(self) -> None:
        sheet, page = self.sheet, self.query_one(Page)
        asks = sheet is not None and bool(sheet.question)
        question = self.query_one("#reading-question", Static)
        question.display = self.query_one(".buttons").display = asks
        if sheet is None:
            page.show([Line("working…")])
            return
        question.update(flowing(sheet.question))
        self.query_one("#take", Button).label = f"{sheet.yes} (y)"
        style = Style(max(20, page.room), color=True, unicode=True)
        page.show([Line(line) for line in sheet.lines(style)])

    @on(Button.Pressed, "#leave")
    def action_leave(self) -> None:
        """Leave it as it is."""
        self.dismiss(None)

    @on(Button.Pressed, "#take")
    def action_take(self) -> None:
        """Answer yes, where something is asked."""
        if self.sheet is not None and self.sheet.question:
            self.dismiss(self.sheet.value)
