"""Dates as people type them: only to be typed. A ledger takes ISO dates, and shows them.

Nothing is guessed: digits are read month first, as Americans write them, or year first.
"""

import calendar
import re
from datetime import date
from typing import Final

from cmeledger.ledger.values import FIRST_YEAR, LAST_YEAR

EXAMPLE: Final = "write it like 5/10/2027 or 2027-05-10"

_NAMES: Final = [name.lower() for name in calendar.month_name]
_WORD: Final = r"([a-z]{3,9})\.?"
_DAY: Final = r"(\d{1,2})(?:st|nd|rd|th)?"
_YEAR_FIRST: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
_MONTH_FIRST: Final = re.compile(r"(\d{1,2})[-/](\d{1,2})(?:[-/](\d+))?", re.ASCII)
_NAMED: Final = re.compile(rf"{_WORD} {_DAY}(?:,? (\d+))?", re.ASCII)
_NAMED_LATER: Final = re.compile(rf"{_DAY} {_WORD}(?:,? (\d+))?", re.ASCII)


class Mistyped(ValueError):
    """What was typed is no such thing; the text says so, and what to write."""


def a_date(typed: str) -> date:
    """Read a date: 5/10/2027, 2027-05-10, May 10, 2027. Raises Mistyped."""
    year, month, day = _parts(typed)
    if year is None:
        raise Mistyped(f"the year is missing; {EXAMPLE}")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Mistyped(f"{year} is not a year from {FIRST_YEAR} to {LAST_YEAR}; {EXAMPLE}")
    return date(year, month, _day_of(day, month, year))


def a_month_day(typed: str) -> str:
    """Read a birthday as "MM-DD": 5/10, 05-10, May 10; a year is left out. Raises Mistyped."""
    year, month, day = _parts(typed, "5/10 or May 10")
    return f"{month:02}-{_day_of(day, month, year or 2000):02}"  # 2000 has a February 29


def _parts(typed: str, example: str = "5/10/2027 or 2027-05-10") -> tuple[int | None, int, int]:
    text = " ".join(typed.lower().split())
    if (match := _YEAR_FIRST.fullmatch(text)) is not None:
        year, month, day = match[1], match[2], match[3]
    elif (match := _MONTH_FIRST.fullmatch(text)) is not None:
        month, day, year = match[1], match[2], match[3]
    elif (match := _NAMED.fullmatch(text)) is not None:
        month, day, year = _number_of(match[1]), match[2], match[3]
    elif (match := _NAMED_LATER.fullmatch(text)) is not None:
        day, month, year = match[1], _number_of(match[2]), match[3]
    else:
        raise Mistyped(f"that is no date to this program; write it like {example}")
    if year is not None and len(year) != 4:
        raise Mistyped("write the year with four digits, like 5/10/2027")
    if not 1 <= int(month) <= 12:
        raise Mistyped(f"there is no month {int(month)}; the month comes first, like {example}")
    return (None if year is None else int(year)), int(month), int(day)


def _number_of(name: str) -> str:
    found = [number for number, known in enumerate(_NAMES) if known.startswith(name)]
    if not found:
        raise Mistyped(f"there is no month '{name}'; {EXAMPLE}")
    return str(found[0])


def _day_of(day: int, month: int, year: int) -> int:
    last = calendar.monthrange(year, month)[1]
    if 1 <= day <= last:
        return day
    of = f" {year}" if (month, day) == (2, 29) else ""
    raise Mistyped(f"{calendar.month_name[month]}{of} has no day {day}")
