"""What the views share."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from cmeledger.model import Path
from cmeledger.report.terminal import Line, Style
from cmeledger.tui.lines import LineList, painted
from cmeledger.tui.session import Failed
from cmeledger.tui.shown import Place, Shown


@dataclass
class GoTo(Message):
    """A record is to be shown among the records."""

    record: str


class View(Container):
    """One of the views. It is shown a state of the ledger; it never reads the file itself."""

    NAME: ClassVar[str]
    HELP: ClassVar[str]
    """What the view is for, for the help screen."""

    def __init__(self) -> None:
        super().__init__(id=self.NAME)
        self.shown: Shown | None = None
        self.failed: Failed | None = None

    def show(self, shown: Shown | None, failed: Failed | None) -> None:
        """Take a state of the ledger (None: nothing could ever be read) and draw it."""
        self.shown = shown
        self.failed = failed
        self.fill()

    def fill(self) -> None:
        """Draw the state that is shown, or that nothing can be."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw again at another width."""
        was_read = self.shown is not None or self.failed is not None
        if self.is_mounted and self.size.width and was_read:
            self.fill()

    def on_resize(self) -> None:
        """Words are wrapped to the width."""
        self.redraw()

    @property
    def home(self) -> Widget:
        """What has the focus when the view comes up: never a text field."""
        return self.query(LineList).first()

    @property
    def record(self) -> str | None:
        """The record the keys act on."""
        return None

    @property
    def in_question(self) -> Path:
        """What of the ledger something is wrong with."""
        return ()

    @property
    def place(self) -> Place | None:
        """The line of the file an editor should open at."""
        record = self.record
        return self.shown.place_of(record) if self.shown and record else None

    def style_for(self, widget: Widget) -> Style:
        """Make the style of a page as wide as a widget."""
        width = widget.room if isinstance(widget, LineList) else widget.content_size.width - 2
        return Style(max(20, width), color=True, unicode=True)


class Lines(Static):
    """A few lines of a report that nobody moves through."""

    def put(self, lines: list[str]) -> None:
        """Show the lines, each as it is."""
        self.update(painted("\n").join([painted(line) for line in lines]))
        self.set_class(not lines, "-empty")


NOTHING: list[Line] = [
    Line("Nothing can be counted: the file has errors."),
    Line("Press 4 to see them; the numbers come back when the file is mended."),
]


def compose_split(first: Widget, second: Widget, *, id: str) -> ComposeResult:
    """Put two panes beside each other on a wide screen, below each other on a narrow one."""
    with Container(id=id, classes="split"):
        yield first
        yield second
