"""A question with a few answers, each with a key."""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from cmeledger.report.terminal import Line
from cmeledger.tui.lines import Page, flowing, plain


class Answer(NamedTuple):
    """One of the answers."""

    id: str
    key: str
    label: str
    what: str = ""
    """What it does, where the label alone does not say it."""


class Choose(ModalScreen[str]):
    """Asks a question; returns the id of an answer. The first is the safe one: escape takes it."""

    AUTO_FOCUS = "Button"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "safe", "Back", id="choose.safe"),
        Binding("left,up", "app.focus_previous", show=False),
        Binding("right,down", "app.focus_next", show=False),
    ]

    def __init__(self, title: str, answers: Sequence[Answer], lines: Sequence[Line] = ()) -> None:
        """Take the question, the answers, and what there is to know before choosing."""
        super().__init__()
        self.question, self.answers, self.lines = title, answers, lines

    def compose(self) -> ComposeResult:
        """Lay out the question, what to know, and the answers."""
        with Vertical(id="choose"):
            yield Static(flowing(self.question), id="choose-title")
            yield Page(id="choose-lines")
            if any(answer.what for answer in self.answers):
                for answer in self.answers:
                    with Horizontal(classes="answer"):
                        yield _button(answer)
                        yield Static(plain(answer.what))
            else:
                with Horizontal(classes="buttons"):
                    for answer in self.answers:
                        yield _button(answer)

    def on_mount(self) -> None:
        """Show the lines."""
        page = self.query_one(Page)
        page.display = bool(self.lines)
        room = max(1, self.app.size.height - 10 - len(self.query(".answer")))
        page.styles.height = max(1, min(len(self.lines), room))
        page.show(self.lines)

    def on_key(self, event: events.Key) -> None:
        """Take an answer by its key."""
        for answer in self.answers:
            if event.character == answer.key:
                event.stop()
                self.dismiss(answer.id)

    @on(Button.Pressed)
    def choose(self, event: Button.Pressed) -> None:
        """Take the answer that was pressed."""
        self.dismiss(event.button.id or self.answers[0].id)

    def action_safe(self) -> None:
        """Take the safe answer."""
        self.dismiss(self.answers[0].id)


def _button(answer: Answer) -> Button:
    return Button(f"{answer.label} ({answer.key})", id=answer.id, compact=True)
