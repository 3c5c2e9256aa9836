"""Whether a certificate's text has a name, a date or credits on it, in the usual spellings."""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Final

MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
FRACTIONS: Final = {"¼": " 1/4", "½": " 1/2", "¾": " 3/4"}
PARTS: Final = {"0.25": "1/4", "0.5": "1/2", "0.75": "3/4"}
APART: Final = 3
"""How many words first and last name may stand apart: initials, a second name."""
_DEGREES: Final = re.compile(r"\b(?:m\.? ?d|d\.? ?o|ph\.? ?d|m\.?p\.?h|jr|sr|iii?|iv)\b\.?")
_TITLES: Final = re.compile(r"^\s*(?:dr|doctor|prof|professor)\b\.?")
_CATEGORY: Final = re.compile(r"\bcategory\s*(?:[12]|ii?)\b")
_NEAR: Final = r"\b(?:credits?|hours?|hrs?|cme|ama|category|points?|units?|awarded|earned|claimed)"
_ACCREDITED: Final = re.compile(
    r"accredit|\bama pra\b|\bprescribed credit|\baoa (?:category )?1-?a"
)


def flat(text: str) -> str:
    """Fold a text: no marks, no case, one blank between words."""
    for char, spelled in FRACTIONS.items():
        text = text.replace(char, spelled)
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(text.casefold().replace("⁄", "/").split())


def has_name(text: str, name: str) -> bool:
    """Tell whether a folded text has first and last name, in either order, degrees left aside."""
    own = _DEGREES.sub(" ", _TITLES.sub(" ", flat(name.split(",", maxsplit=1)[0])))
    wanted = _words(own)
    if not wanted:
        return False
    words = _words(text)
    last = {number for number, word in enumerate(words) if word == wanted[-1]}
    near = range(-APART, APART + 1)
    if any(
        word == wanted[0] and any(number + step in last for step in near)
        for number, word in enumerate(words)
    ):
        return True
    apart = "".join(word for word in words if len(word) == 1)  # "M A Y A  C H E N"
    return len(wanted) > 1 and "".join(wanted) in apart


def has_words(text: str, phrase: str) -> bool:
    """Tell whether a folded text has all words of a phrase, in a row."""
    wanted = _words(flat(phrase))
    words = _words(text)
    return bool(wanted) and f" {' '.join(wanted)} " in f" {' '.join(words)} "


def has_date(text: str, day: date) -> bool:
    """Tell whether a folded text has a date: as Americans write it, or year first."""
    month = MONTHS[day.month - 1]
    names = f"{month}|{month[:3]}" + ("|sept" if day.month == 9 else "")
    return _date(f"0?{day.month}", f"0?{day.day}", f"{day.year}", names).search(text) is not None


def has_credits(text: str, credits: Decimal) -> bool:
    """Tell whether a folded text has a number of credits: near a word for credits or hours.

    Neither a date nor "Category 1" is a number of credits.
    """
    text = _ANY_DATE.sub(" ", _CATEGORY.sub("category", text))
    whole, _, part = f"{credits.normalize():f}".partition(".")
    leading = "0?" if whole == "0" else f"0*{whole}"
    number = rf"{leading}\.{part}0*" if part else rf"{leading}(?:\.0+)?"
    if fraction := PARTS.get(f"0.{part}"):
        spelled = fraction if whole == "0" else rf"{whole}(?: |-| and ){fraction}"
        number = rf"(?:{number}|(?<!\d ){spelled})"
    number = rf"(?<![\d.,/]){number}(?![\d/]|[.,]\d| [1-3]/[24]\b)"
    return re.search(rf"{number}.{{0,40}}?{_NEAR}|{_NEAR}.{{0,40}}?{number}", text) is not None


def has_accreditation(text: str) -> bool:
    """Tell whether a folded text speaks of accreditation."""
    return _ACCREDITED.search(text) is not None


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", re.sub(r"['’]", "", text))


def _date(month: str, day: str, year: str, names: str) -> re.Pattern[str]:
    """Match a date of which each part is a pattern; the year as four or two digits."""
    short = year[2:] if year.isdigit() else r"\d\d"
    name = rf"(?:{names})\b\.?"
    nth = "(?:st|nd|rd|th)?"
    # A range ends with the day of completion: June 3-5, 2025; June 30 - July 2, 2025.
    until = r"(?:\d{1,2} ?(?:-|–|—|to|and|&) ?)?"
    spellings = (
        rf"{year}[-/.](?:{month})[-/.](?:{day})",
        rf"(?:{month}) ?[-/.] ?(?:{day}) ?[-/.] ?(?:{year}|{short})",
        rf"{name} ?{until}(?:{day}){nth} ?,? ?{year}",
        rf"(?:{day}){nth}(?: ?day)?(?: of)?[ -]?{name},?[ -]?{year}",
    )
    return re.compile(rf"(?<![\d/.-])(?:{'|'.join(spellings)})(?![\d/-]|\.\d)")


_ANY_DATE: Final = _date(
    r"\d{1,2}", r"\d{1,2}", r"[12]\d{3}", "|".join(f"{name[:3]}[a-z]{{0,7}}" for name in MONTHS)
)
