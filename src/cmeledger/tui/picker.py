"""Picks a file: a path to type or paste, and the folder it lies in."""

import asyncio
import os
from collections.abc import Sequence
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from cmeledger.tui.fields import Field, Words
from cmeledger.tui.folder import UP, Entry, line, meant, read_folder
from cmeledger.tui.lines import LineList, flowing, plain

HINT = "Letters find a name; / and ~ begin a path. A path can be pasted too."


class Picker(ModalScreen[str | None]):
    """Picks a file; returns its path, or None."""

    AUTO_FOCUS = "#picker-files"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("backspace", "up", "Folder above", id="picker.up"),
        Binding("down", "list", show=False, id="picker.list"),
        Binding("escape", "dismiss(None)", "Close", id="picker.leave"),
    ]

    def __init__(self, title: str, start: str, said: str = "") -> None:
        """Take what the file is for, the folder or file to start at, and what is to be said."""
        super().__init__()
        self.heading, self.start, self.first_said = title, start, said
        self.folder = ""
        self.sought = ""
        """The letters typed in the list, which a name is looked for by."""

    def compose(self) -> ComposeResult:
        """Lay out the path, and what lies in the folder."""
        self.list: LineList[Entry] = LineList(line, lambda entry: entry.name, id="picker-files")
        self.path = Field("", id="picker-path")
        with Vertical(id="picker"):
            yield Static(plain(self.heading), id="picker-title")
            with Horizontal(classes="field"):
                yield Static("Path", id="picker-label")
                yield self.path
            yield Static(id="picker-message")
            yield self.list
        yield Footer()

    def on_mount(self) -> None:
        """Begin in the folder, at the file if one is named."""
        if os.path.isdir(self.start):
            self._go(self.start)
        else:
            self._go(os.path.dirname(self.start), os.path.basename(self.start))

    # ── Going about ──────────────────────────────────────────────────────────────────────

    @work(exclusive=True, group="folder")
    async def _go(self, path: str, name: str = "") -> None:
        """Show a folder, at a name in it; take what is none."""
        try:
            entries = await asyncio.to_thread(read_folder, path)
        except (OSError, ValueError) as error:
            if isinstance(error, NotADirectoryError) and self.folder:
                self.dismiss(path)
                return
            missing = isinstance(error, FileNotFoundError)
            why = (getattr(error, "strerror", None) or str(error)).lower()
            self._say(f"there is no '{path}'" if missing else f"'{path}' cannot be read: {why}")
            if not self.list.items:
                self._put(path, [Entry(UP, is_folder=True)])  # there is always a way out
        else:
            said = "" if self.folder else self.first_said
            self._put(path, entries)
            newest = next((entry.name for entry in entries if not entry.is_folder), "")
            if not self.list.choose(name):
                self.list.choose(newest)
            self._say(said or ("" if newest else "No files here."))

    def _put(self, folder: str, entries: Sequence[Entry]) -> None:
        self.folder = folder
        self.sought = ""
        self.list.chosen = 0
        self.list.show(entries)
        self.path.value = os.path.join(folder, "")
        self.path.cursor_position = len(self.path.value)
        names = [os.path.join(folder, entry.name) for entry in entries if entry.name != UP]
        self.path.suggester = Words(names, last=False)
        self.list.focus()

    @on(LineList.Selected)
    def take(self) -> None:
        """Take the chosen file, or go into the chosen folder."""
        entry = self.list.items[self.list.chosen]
        if entry.name == UP:
            self._up()
        elif entry.is_folder:
            self._go(os.path.join(self.folder, entry.name))
        else:
            self.dismiss(os.path.join(self.folder, entry.name))

    @on(Field.Submitted)
    def take_path(self) -> None:
        """Take the file of the path, or go into its folder."""
        self._go(meant(self.path.value, self.folder))

    def action_up(self) -> None:
        """Take back a letter, or go to the folder above."""
        if self.sought:
            self._seek(self.sought[:-1])
        else:
            self._up()

    def _up(self) -> None:
        self._go(os.path.dirname(self.folder), os.path.basename(self.folder))

    def action_list(self) -> None:
        """Go from the path to the list."""
        self.list.focus()

    # ── Typing in the list ───────────────────────────────────────────────────────────────

    def on_key(self, event: events.Key) -> None:
        """Look for a name by the letters typed in the list; begin a path with its first letter."""
        if not self.list.has_focus:
            return
        char = event.character if event.is_printable else None
        if char is None:
            if event.key != "backspace":
                self.sought = ""
            return
        event.stop()
        if char in (os.sep, "~") and not self.sought:
            self.on_paste(events.Paste(char))
        else:
            self._seek(self.sought + char)

    def on_paste(self, event: events.Paste) -> None:
        """Put what is pasted over the list into the path."""
        self.path.value = event.text.rstrip("\r\n")
        self.path.cursor_position = len(self.path.value)
        self.path.focus()

    def _seek(self, text: str) -> None:
        """Choose the first name that begins with some letters, else one that holds them."""
        self.sought = text
        wanted = text.casefold()
        names = [(entry.name.casefold(), entry.name) for entry in self.list.items]
        found = [name for folded, name in names if folded.startswith(wanted)]
        found += [name for folded, name in names if wanted in folded]
        if found:
            self.list.choose(found[0])
        what = "Looking for" if found else "No name here has"
        self._say(f"{what} '{text}'; backspace takes a letter back." if text else "")

    def _say(self, text: str) -> None:
        self.query_one("#picker-message", Static).update(flowing(text or HINT))
