"""The one list widget of the screens: lines to move through, drawn only where they are seen.

Every line comes from `report`, made safe there and colored with the same codes as on the command
line; `painted` is the only way from such a line to the screen, so that no text of a user is ever
read as markup. Twenty thousand lines cost no more than the forty that fit the screen.
"""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style as RichStyle
from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from cmeledger.report.terminal import Line
from cmeledger.tui.keys import IN_LISTS
from cmeledger.visible import visible

Item = TypeVar("Item")

MARK: Final = "▸ "
"""Stands before the chosen line: it is never told by color alone."""
GUTTER: Final = len(MARK)


def painted(line: str) -> Text:
    """Turn one of our own lines, with its colors, into text for the screen; nothing is markup."""
    return Text.from_ansi(line, no_wrap=True, end="")


def plain(text: str) -> Text:
    """Turn any text of a user or the system into text for the screen."""
    return Text(visible(text), no_wrap=True, end="")


def flowing(text: str) -> Text:
    """Turn any text into one that is wrapped where it is shown."""
    return Text(visible(text), end="")


def plain_lines(lines: Sequence[str]) -> Text:
    """Turn some texts into lines for the screen."""
    return Text("\n").join([plain(line) for line in lines])


class LineList(ScrollView, Generic[Item], can_focus=True):
    """Lines with one of them chosen.

    `draw` turns an item and a width into one line; `key` names it, so that the choice and the
    scroll position survive when the items are replaced.
    """

    DEFAULT_CSS = """
    LineList {
        height: 1fr; overflow-x: hidden; scrollbar-gutter: stable;
        background: $surface; color: $foreground;
    }
    LineList > .lines--chosen { background: $block-cursor-blurred-background; text-style: bold; }
    LineList:focus > .lines--chosen {
        background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold;
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"lines--chosen"}
    BINDINGS: ClassVar[list[BindingType]] = [
        key.binding for key in IN_LISTS if key.action != "focus_next"
    ]

    @dataclass
    class Highlighted(Message):
        """Another line was chosen."""

        lines: "LineList[Any]"
        key: str | None

        @property
        def control(self) -> "LineList[Any]":
            """The list it happened in."""
            return self.lines

        def can_replace(self, message: Message) -> bool:
            """Only the newest choice matters."""
            return isinstance(message, LineList.Highlighted) and message.lines is self.lines

    @dataclass
    class Selected(Message):
        """The chosen line was opened, with enter or a double click."""

        lines: "LineList[Any]"
        key: str | None

        @property
        def control(self) -> "LineList[Any]":
            """The list it happened in."""
            return self.lines

    def __init__(
        self,
        draw: Callable[[Item, int], str],
        key: Callable[[Item], str | None],
        *,
        id: str | None = None,
        empty: str = "",
    ) -> None:
        super().__init__(id=id)
        self._draw = draw
        self._key = key
        self._empty = empty
        self.items: Sequence[Item] = ()
        self.chosen = 0
        self.marked: Container[str] = ()
        """The keys of the lines that are marked."""
        self._styles = RichStyle.null(), RichStyle.null()

    @property
    def key(self) -> str | None:
        """The key of the chosen line."""
        return self._key(self.items[self.chosen]) if self.items else None

    @property
    def room(self) -> int:
        """The cells a line may take."""
        return max(1, self.scrollable_content_region.width - GUTTER)

    def show(self, items: Sequence[Item], *, empty: str | None = None) -> None:
        """Replace the items; the chosen one stays chosen, and where it was on the screen."""
        before, offset = self.key, self.chosen - self.scroll_offset.y
        self.items = items
        if empty is not None:
            self._empty = empty
        if before is not None:
            place = self._find(before)
            self.chosen = self.chosen if place is None else place
        self.chosen = max(0, min(self.chosen, len(items) - 1))
        self.virtual_size = Size(0, max(1, len(items)))
        self.scroll_to(y=max(0, self.chosen - offset), animate=False, force=True)
        self.refresh()
        self.post_message(self.Highlighted(self, self.key))

    def choose(self, key: str) -> bool:
        """Choose the line of a key; False where there is none."""
        place = self._find(key)
        if place is None:
            return False
        self._choose(place)
        return True

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw some lines, with the styles worked out once for all of them."""
        self._styles = self.rich_style, self.get_component_rich_style("lines--chosen")
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw one line of the visible part."""
        number = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        base, base_of_chosen = self._styles
        if number >= len(self.items):
            text = self._empty if number == 0 and not self.items else ""
            return Strip([Segment(" " * GUTTER + text, base)]).adjust_cell_length(width, base)
        chosen = number == self.chosen
        if chosen:
            base = base_of_chosen
        shown = painted(self._draw(self.items[number], self.room))
        is_marked = bool(self.marked) and self._key(self.items[number]) in self.marked
        gutter = (MARK[0] if chosen else " ") + ("*" if is_marked else " ")
        segments = [Segment(gutter, base)]
        for segment in shown.render(self.app.console):
            style = segment.style or RichStyle.null()
            if chosen and self.has_focus:
                style = RichStyle(bold=style.bold, dim=False)
            segments.append(Segment(segment.text, base + style))
        return Strip(segments).adjust_cell_length(width, base)

    def action_move(self, count: int) -> None:
        """Choose the next line up or down."""
        self._choose(self.chosen + count)

    def action_page(self, count: int) -> None:
        """Choose the line a screenful away."""
        self._choose(self.chosen + count * max(1, self.scrollable_content_region.height - 1))

    def action_jump(self, where: int) -> None:
        """Choose the first line or the last."""
        self._choose(where if where == 0 else len(self.items) - 1)

    def action_select(self) -> None:
        """Open the chosen line."""
        if self.items:
            self.post_message(self.Selected(self, self.key))

    def on_click(self, event: events.Click) -> None:
        """Choose the line under the pointer; a click on the chosen one opens it."""
        number = event.y + self.scroll_offset.y
        if number >= len(self.items):
            return
        if number == self.chosen and self.has_focus and event.chain > 1:
            self.action_select()
        else:
            self._choose(number)

    def _find(self, key: str) -> int | None:
        items = self.items
        if self.chosen < len(items) and self._key(items[self.chosen]) == key:
            return self.chosen
        return next((n for n, item in enumerate(items) if self._key(item) == key), None)

    def _choose(self, number: int) -> None:
        number = max(0, min(number, len(self.items) - 1))
        if number == self.chosen or not self.items:
            return
        self.refresh_line(self.chosen)
        self.chosen = number
        self.scroll_to_region(Region(0, number, 1, 1), animate=False, force=True)
        self.refresh_line(number)
        self.post_message(self.Highlighted(self, self.key))


class Page(LineList[Line]):
    """Lines of a report to read; those that name a record lead to it."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(lambda line, _width: line.text, lambda line: line.record, id=id)
