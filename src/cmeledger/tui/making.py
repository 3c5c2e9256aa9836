"""A file made for others: its name is asked for, and how far it is shown; it can be called off."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from threading import Event
from typing import ClassVar, Final, NamedTuple

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from cmeledger.handout import Tell
from cmeledger.model import ZERO
from cmeledger.problems import CmeledgerError, NotWritten
from cmeledger.report.terminal import Line, Style, wrap
from cmeledger.tui.fields import Field
from cmeledger.tui.lines import Page, plain
from cmeledger.tui.outward import why
from cmeledger.visible import visible

BAR_CELLS: Final = 20


class Asked(NamedTuple):
    """Something to type before it is made."""

    id: str
    label: str
    value: str
    empty: str = ""
    """What stands where nothing is typed."""


class CalledOff(Exception):
    """Nobody waits for it any more."""


class Making(ModalScreen[None]):
    """Asks for a few words, makes something of them in a thread, and says what it made."""

    AUTO_FOCUS = "Field"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close", id="making.leave"),
        Binding("ctrl+s", "make", "Make", id="making.make"),
    ]

    def __init__(
        self,
        title: str,
        asked: Sequence[Asked],
        make: Callable[[Mapping[str, str], Tell], Sequence[str]],
    ) -> None:
        """Take the heading, what is asked, and what makes it: for a thread.

        `make` returns what there is to say. What `Tell` raises, it lets through.
        """
        super().__init__()
        self.heading, self.asked, self.make = title, asked, make
        self.said: Sequence[str] = ()
        self.called_off = Event()
        self.is_working = False

    def compose(self) -> ComposeResult:
        """Lay out the heading, the fields, the buttons, and what is said."""
        with Vertical(id="making"):
            yield Static(plain(f"{self.heading} (enter makes it, esc leaves)"), id="making-title")
            for item in self.asked:
                with Horizontal(classes="field"):
                    yield Static(plain(item.label), classes="label")
                    yield Field(item.value, placeholder=visible(item.empty), id=f"ask-{item.id}")
            with Horizontal(classes="buttons"):
                yield Button("Make it (ctrl+s)", id="make", compact=True)
                yield Button("Leave (esc)", id="leave", compact=True)
            yield Page(id="making-text")

    def on_unmount(self) -> None:
        """Call off what is still in work."""
        self.called_off.set()

    def on_resize(self) -> None:
        """Wrap again."""
        self.call_after_refresh(self._put)

    @on(Input.Submitted)
    @on(Button.Pressed, "#make")
    def action_make(self) -> None:
        """Make it, once at a time."""
        if not self.is_working:
            self.is_working = True
            self._make({item.id: self.query_one(f"#ask-{item.id}", Field).value.strip()
                        for item in self.asked})  # fmt: skip

    @on(Button.Pressed, "#leave")
    def action_leave(self) -> None:
        """Leave, and call off what is in work."""
        self.called_off.set()
        self.dismiss(None)

    @work(group="make")
    async def _make(self, typed: Mapping[str, str]) -> None:
        self._say("working…")
        try:
            self._say(*await asyncio.to_thread(self.make, typed, self._tell))
        except CalledOff:
            return
        except NotWritten as error:  # its advice is that of the command line
            self._say(str(error).split("\n")[0], "Type another name under File, and make it again.")
        except CmeledgerError as error:
            self._say(why(error))
        finally:
            self.is_working = False

    def _tell(self, what: str, number: int, total: int) -> None:
        """Show how far it is; called in the thread."""
        if self.called_off.is_set():
            raise CalledOff
        bar = Style(80, color=True, unicode=True).bar(
            Decimal(number), ZERO, ZERO, Decimal(total), BAR_CELLS
        )
        self.app.call_later(self._say, f"{what} {bar} {number} of {total}")

    def _say(self, *texts: str) -> None:
        self.said = texts
        self._put()

    def _put(self) -> None:
        for page in self.query(Page) if self.is_attached else ():
            style = Style(max(20, page.room), color=True, unicode=True)
            lines = [line for text in self.said for line in wrap(visible(text), style, "  ", "")]
            page.show([Line(line) for line in lines])
