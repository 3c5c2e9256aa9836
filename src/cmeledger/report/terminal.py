"""Lines for a terminal: width, color, symbols, and the user's text made safe."""

import os
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import IO, Final, NamedTuple

from cmeledger.visible import visible

WIDTH: Final = 80
"""The width of a page that goes to no terminal."""

MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip

SYMBOLS: Final = {
    "met": ("✓", "+", "32"),
    "short": ("✗", "x", "31;1"),
    "exempt": ("○", "o", "36"),
    "waived": ("○", "o", "36"),
    "not-applicable": ("·", ".", "2"),
    "error": ("✗", "x", "31;1"),
    "warning": ("!", "!", "33"),
}
"""Status to symbol, its plain ASCII form, and its color: never the color alone."""

WORDS: Final = {"not-applicable": "n/a"}


class Line(NamedTuple):
    """One line of a report, safe to show and as wide as the page."""

    text: str
    record: str | None = None
    """The id of the record it speaks of, if it speaks of one."""


class Style(NamedTuple):
    """What the terminal at the other end can show."""

    width: int
    color: bool
    unicode: bool

    def paint(self, text: str, codes: str) -> str:
        """Color a text that has its final width."""
        return f"\x1b[{codes}m{text}\x1b[0m" if self.color and text else text

    def bold(self, text: str) -> str:
        """Make a text stand out."""
        return self.paint(text, "1")

    def dim(self, text: str) -> str:
        """Make a text stand back."""
        return self.paint(text, "2")

    def status(self, status: str, word: str | None = None) -> str:
        """Show a status as symbol and word, nine cells wide; `word`: another one, 13 cells wide."""
        symbol, plain, codes = SYMBOLS[status]
        shown = f"{WORDS.get(status, status):<7}" if word is None else f"{word:<11}"
        return self.paint(f"{symbol if self.unicode else plain} {shown}", codes)

    def plain(self, text: str) -> str:
        """Return one of our own texts in what the terminal can show."""
        if self.unicode:
            return text
        for char, instead in _PLAIN.items():
            text = text.replace(char, instead)
        return text

    def bar(
        self, counted: Decimal, attended: Decimal, planned: Decimal, asked: Decimal, cells: int
    ) -> str:
        """Draw progress: counted, attended and planned told apart by their pattern."""
        full, half, light, empty = "█▓░·" if self.unicode else "#+-."
        drawn = 0
        parts = []
        total = Decimal(0)
        for amount, char in ((counted, full), (attended, half), (planned, light)):
            total += amount
            upto = cells if total >= asked else int(total * cells / asked)
            parts.append(char * (upto - drawn))
            drawn = max(drawn, upto)
        return "".join(parts) + empty * (cells - drawn)

    def legend(self) -> str:
        """Explain the patterns of a bar."""
        full, half, light = "█▓░" if self.unicode else "#+-"
        return f"{full} counted  {half} attended  {light} planned"


_PLAIN: Final = {"·": "-", "–": "-", "→": "->", "…": "...", "§": "sec. ", "×": "x", "≥": ">="}


def style_for(stream: IO[str], env: Mapping[str, str]) -> Style:
    """Find out what a stream can show. NO_COLOR and TERM=dumb are respected."""
    width, is_terminal = WIDTH, False
    try:
        is_terminal = stream.isatty()
        if is_terminal:
            width = os.get_terminal_size(stream.fileno()).columns or WIDTH
    except (OSError, ValueError):
        pass
    color = is_terminal and not env.get("NO_COLOR") and env.get("TERM") != "dumb"
    encoding = (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "")
    return Style(max(40, min(width, 160)), color, encoding.startswith("utf"))


def width_of(text: str) -> int:
    """Count the terminal cells of a text that is safe to show."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth

    return max(0, wcswidth(text))


def fit(text: str, cells: int) -> str:
    """Make a user's text safe and exactly so many cells wide, cut with an ellipsis."""
    text = visible(text)
    if text.isascii():
        return text.ljust(cells) if len(text) <= cells else text[: cells - 3] + "..."
    width = width_of(text)
    if width <= cells:
        return text + " " * (cells - width)
    text = text[: 4 * cells]  # no letter takes more than some of its marks along
    while width_of(text) > cells - 3:
        text = text[:-1]
    return text + "..." + " " * (cells - 3 - width_of(text))


def wrap(text: str, style: Style, indent: str = "", first: str | None = None) -> list[str]:
    """Break a text into lines of the terminal's width."""
    from textwrap import wrap as break_lines

    lines = break_lines(
        style.plain(text),
        style.width,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_on_hyphens=False,
    )
    return lines or [indent.rstrip()]


def day(value: date) -> str:
    """Write a date as Americans do: May 10, 2026."""
    return f"{MONTHS[value.month - 1]} {value.day}, {value.year}"


def amount(value: Decimal) -> str:
    """Write credits without needless zeros."""
    return f"{value.normalize():f}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def join(words: Iterable[str]) -> str:
    """Join words as in a sentence."""
    words = list(words)
    if len(words) < 2:
        return "".join(words)
    mark = ";" if any(" and " in word or "," in word for word in words) else ","
    if len(words) == 2:
        return f"{words[0]}{mark if mark == ';' else ''} and {words[1]}"
    return f"{mark} ".join(words[:-1]) + f"{mark} and {words[-1]}"
