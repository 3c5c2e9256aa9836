"""Dates, amounts and lines as people type them: only to be typed.

A ledger takes ISO dates and decimal numbers, and shows them. Nothing is guessed: the digits of a
date are read month first, as Americans write them, or year first; a comma is no decimal point.
"""

import calendar
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from cmeledger.ledger.values import FIRST_YEAR, LAST_YEAR, MOST
from cmeledger.visible import visible

EXAMPLE: Final = "write it like 5/10/2027 or 2027-05-10"
AMOUNT: Final = "write a number like 1.5 or 1 1/2"
LONGEST: Final = 200
"""Characters of a line that is asked for."""
AHEAD: Final = 10
"""Years from today that a year of two digits may lie ahead."""

_DAYS_BACK: Final = {"today": 0, "yesterday": 1}
_NAMES: Final = [name.lower() for name in calendar.month_name]
_WORD: Final = r"([a-z]{3,9})\.?"
_DAY: Final = r"(\d{1,2})(?:st|nd|rd|th)?"
_YEAR_FIRST: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
_MONTH_FIRST: Final = re.compile(r"(\d{1,2})[-/](\d{1,2})(?:[-/](\d+))?", re.ASCII)
_NAMED: Final = re.compile(rf"{_WORD} {_DAY}(?:,? (\d+))?", re.ASCII)
_NAMED_LATER: Final = re.compile(rf"{_DAY} {_WORD}(?:,? (\d+))?", re.ASCII)
_DECIMAL: Final = re.compile(r"\d{1,9}\.?|\d{0,9}\.\d{1,9}", re.ASCII)
_FRACTION: Final = re.compile(r"(?:(\d{1,9})[ -])?(?:(1)/(2)|([1-3])/(4))", re.ASCII)
_SIGNS: Final = {"¼": " 1/4", "½": " 1/2", "¾": " 3/4", "\u2044": "/"}
"""Fractions of one character, and the stroke that some keyboards write in others."""


class Mistyped(ValueError):
    """What was typed is no such thing; the text says so, and what to write."""


def a_date(typed: str, today: date | None = None) -> date:
    """Read a date: 5/10/2027, 2027-05-10, May 10, 2027. Raises Mistyped.

    With `today`, also: today, yesterday, and years of two digits, from 2000 to a few years ahead.
    """
    if today is not None and (back := _DAYS_BACK.get(typed.strip().lower())) is not None:
        return today - timedelta(days=back)
    year, month, day = _parts(typed, today=today)
    if year is None:
        raise Mistyped(f"the year is missing; {EXAMPLE}")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Mistyped(f"{year} is not a year from {FIRST_YEAR} to {LAST_YEAR}; {EXAMPLE}")
    return date(year, month, _day_of(day, month, year))


def a_month_day(typed: str) -> str:
    """Read a birthday as "MM-DD": 5/10, 05-10, May 10; a year is left out. Raises Mistyped."""
    year, month, day = _parts(typed, "5/10 or May 10")
    return f"{month:02}-{_day_of(day, month, year or 2000):02}"  # 2000 has a February 29


def an_amount(typed: str) -> Decimal:
    """Read credits or hours: 1.5, .5, 1 1/2, 1½. Digits stay as typed: 1.50. Raises Mistyped."""
    text = typed
    for sign, plain in _SIGNS.items():
        text = text.replace(sign, plain)
    text = " ".join(text.split())
    if _DECIMAL.fullmatch(text) is not None:
        value = Decimal(text)
    elif (match := _FRACTION.fullmatch(text)) is not None:
        whole, half, two, quarters, four = match.groups()
        value = Decimal(whole or 0) + Decimal(half or quarters) / Decimal(two or four)
    elif re.fullmatch(r"[\d.]+(?:,\d+)+[\d.]*", text, re.ASCII):
        raise Mistyped("a comma could mean two things; write the decimals with a point, like 1.5")
    elif re.fullmatch(r"-[\d.,]+", text, re.ASCII):
        raise Mistyped(f"credits and hours are not negative; {AMOUNT}")
    elif re.fullmatch(r"[\d. -]+/[\d.]+", text, re.ASCII):
        raise Mistyped("only halves and quarters are read as fractions; write 1 1/2, 3/4 or 1.5")
    else:
        raise Mistyped(AMOUNT)
    if value > MOST:
        raise Mistyped(f"that is more than {MOST}; {AMOUNT}")
    return value


def a_line(typed: str, what: str) -> str:
    """Read a text that must be there, on one line, every character visible. Raises Mistyped."""
    text = typed.strip()
    if not text:
        raise Mistyped(f"please write {what}")
    if visible(text) != text:
        raise Mistyped(f"{what} holds a character that does not show; write it anew")
    if len(text) > LONGEST:
        raise Mistyped(f"{what} is longer than {LONGEST} characters")
    return text


def _parts(
    typed: str, example: str = "5/10/2027 or 2027-05-10", today: date | None = None
) -> tuple[int | None, int, int]:
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
    if year is not None and len(year) == 2 and today is not None:
        if 2000 + int(year) > today.year + AHEAD:
            raise Mistyped(f"20{year} is far ahead; write the year with four digits")
        year = f"20{year}"
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
