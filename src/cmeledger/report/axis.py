"""The days of a cycle as a line: where today is, and how near the deadlines are."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from cmeledger.report.terminal import MONTHS, Style, width_of
from cmeledger.rules.cycles import Cycle

NEAR_DAYS: Final = 75
"""So many days before the renewal date get the right part of the line, at a larger scale."""
NEAR_SHARE: Final = 0.5

WORDS: Final = {
    "notice": "Notice",
    "waiver": "Waiver",
    "file": "File",
    "last-day": "Last day",
    "renewal": "Renewal",
}
"""What stands for a deadline: the word below the line, its first letter on it."""


def axis(
    cycle: Cycle, deadlines: Sequence[tuple[str, date]], today: date, style: Style
) -> list[str]:
    """Draw the cycle on one line and explain its letters below.

    `deadlines` are (id, day) in order. The last weeks are drawn larger than the rest: the mark
    between the two scales is `╎`. Days that are past are dim; today is `●`, also outside the line.
    """
    width = min(style.width, 120)
    split = cycle.end.toordinal() - NEAR_DAYS
    left = int(width * (1 - NEAR_SHARE))
    if split - cycle.start.toordinal() < NEAR_DAYS:  # a short first cycle: one scale
        split, left = cycle.start.toordinal(), 0
    cells = ["─" if style.unicode else "-"] * width
    cells[0], cells[-1] = ("├", "┤") if style.unicode else ("|", "|")
    if left:
        cells[left] = "╎" if style.unicode else ":"

    def cell(day: date) -> int:
        number = day.toordinal()
        if number < split:
            share = (number - cycle.start.toordinal()) / (split - cycle.start.toordinal())
            return max(0, int(share * (left - 1)))
        share = (number - split) / max(1, cycle.end.toordinal() - split)
        return min(width - 1, left + (left > 0) + int(share * (width - 2 - left)))

    taken = width
    codes: dict[int, str] = {}
    for name, day in reversed(deadlines):
        place = min(cell(day), taken - 1)  # two days in one cell stand side by side
        taken = place
        cells[place] = WORDS[name][0]
        codes[place] = "2" if day < today else "33;1"
    place = 0 if today < cycle.start else width - 1 if today > cycle.end else cell(today)
    cells[place] = "●" if style.unicode else "@"
    codes[place] = "36;1"
    line = "".join(
        style.paint(char, codes[number]) if number in codes else char
        for number, char in enumerate(cells)
    )
    mark = "●" if style.unicode else "@"
    parts = [
        (f"{WORDS[name]} {_short(day)}", "2" if day < today else "") for name, day in deadlines
    ]
    if sum(width_of(text) + 2 for text, _ in parts) + 7 <= style.width:
        parts.append((f"{mark} today", "36;1"))
    return [line, *_flow(parts, style)]


def _short(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.day}"


def _flow(parts: Sequence[tuple[str, str]], style: Style) -> list[str]:
    """Set colored words one after the other, on as many lines as they need."""
    lines, room = [""], style.width
    for text, codes in parts:
        cells = width_of(text) + 2
        if cells > room + 2 and lines[-1]:
            lines.append("")
            room = style.width
        lines[-1] += ("  " if lines[-1] else "") + (style.paint(text, codes) if codes else text)
        room -= cells
    return lines
