"""The help screen: what the view is for, and every key."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from cmeledger.report.terminal import Line, Style, wrap
from cmeledger.tui.keys import EVERYWHERE, IN_LISTS, Key
from cmeledger.tui.lines import Page, plain


class Help(ModalScreen[None]):
    """Keys and a few sentences; any of escape, ? and q leaves it."""

    AUTO_FOCUS = "Page"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,f1,q", "dismiss", "Close", id="help.close")
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self.heading = title
        self.text = text

    def compose(self) -> ComposeResult:
        """Lay out the help."""
        with Vertical(id="help"):
            yield Static(plain(f"{self.heading} · help (esc closes)"), id="help-title")
            yield Page(id="help-text")

    def on_mount(self) -> None:
        """Fill it once its width is known."""
        self.call_after_refresh(self._fill)

    def on_resize(self) -> None:
        """Wrap again."""
        self.call_after_refresh(self._fill)

    def _fill(self) -> None:
        page = self.query_one(Page)
        style = Style(max(20, page.room), color=True, unicode=True)
        lines = wrap(self.text, style)
        for title, keys in (("In a list", IN_LISTS), ("Everywhere", EVERYWHERE)):
            lines += ["", style.bold(title), *_keys(keys, style)]
        lines += [
            "",
            *wrap("ctrl+p opens the palette: every command and every record by name.", style),
        ]
        page.show([Line(line) for line in lines])


def _keys(keys: Sequence[Key], style: Style) -> list[str]:
    found = []
    for key in keys:
        found += wrap(key.what, style, " " * 14, f"  {key.shown:<12}")
    return found
