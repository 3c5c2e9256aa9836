"""A text field that shows every character, also those that a terminal would act on or hide."""

import unicodedata
from collections.abc import Sequence
from typing import Any, Final

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.actions import SkipAction
from textual.binding import Binding
from textual.screen import Screen
from textual.suggester import Suggester
from textual.widgets import Input

from cmeledger.visible import visible

EDITING: Final = {
    key: binding.action
    for binding in Input.BINDINGS
    if isinstance(binding, Binding)
    for key in binding.key.split(",")
}
"""What each editing key does, as Textual has it."""
BETWEEN_FIELDS: Final = (
    Binding("tab,down", "app.focus_next", show=False, priority=True, id="form.next"),
    Binding("shift+tab,up", "app.focus_previous", show=False, priority=True, id="form.previous"),
    Binding("enter", "enter", show=False, priority=True, id="form.enter"),
)
"""The keys of a form that go from field to field: done as they come in.

Textual hands a key to the field that has the focus as the key comes in. Were these looked up in
their turn, what a fast hand types behind them would go to the field before.
"""


def enter(screen: Screen[Any]) -> None:
    """Go on from a field to the next; where the focus is on a button, leave the key to it."""
    if not isinstance(screen.focused, Input):
        raise SkipAction
    screen.focus_next()


def shown(text: str) -> str:
    """Stand one visible character for each that is none: the same places, nothing acted on."""
    return text if text.isprintable() else "".join(map(_sign, text))


def _sign(char: str) -> str:
    if visible(char) == char:
        return char
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)  # the pictures of control characters
    return "\u2421" if code == 0x7F else "\ufffd"


class Field(Input):
    """One line to type a text into. What is pasted keeps its line breaks, as ␊."""

    def __init__(
        self, value: str, words: Sequence[str] = (), *, several: bool = False, **options: Any
    ) -> None:
        """Take the text that is there, and the words that may be meant; `several` of them."""
        suggester = Words(words, last=several) if words else None
        super().__init__(value, suggester=suggester, compact=True, select_on_focus=False, **options)

    @property
    def _value(self) -> Text:
        """The text as it is drawn."""
        return Text(shown(self.value), no_wrap=True, overflow="ignore", end="")

    def _position_to_cell(self, position: int) -> int:
        return cell_len(shown(self.value[:position]))

    async def _on_key(self, event: events.Key) -> None:
        """Do what an editing key does in its turn.

        Textual looks a key up only when it has gone up to the app, behind the letters that a
        terminal sent together with it: ctrl+u would take those away too.
        """
        action = EDITING.get(event.key)
        if action is not None:
            event.stop()
            event.prevent_default()
            await self.run_action(action)

    def _on_paste(self, event: events.Paste) -> None:
        """Put a text in as it is, but for the line breaks at its end."""
        text = event.text.replace("\r\n", "\n").rstrip("\n")
        self.replace(text, *sorted(self.selection))
        event.stop()
        event.prevent_default()


class Words(Suggester):
    """Completes from a list; where several words are written, the last of them."""

    def __init__(self, words: Sequence[str], *, last: bool) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.words = [word for word in words if visible(word) == word]
        self.last = last

    async def get_suggestion(self, value: str) -> str | None:
        """Find the first word that goes on as what is typed, whatever its case."""
        start = value.rfind(",") + 1 if self.last else 0
        start += len(value[start:]) - len(value[start:].lstrip())
        typed = _folded(value[start:])
        if not typed:
            return None
        for word in self.words:
            if _folded(word).startswith(typed) and len(word) > len(value) - start:
                return value + word[len(value) - start :]
        return None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).lower()
