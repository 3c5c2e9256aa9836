"""What the readers of values share: the words a ledger may use, and the problems so far."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any, Final

from cmeledger.ledger.parse import MAX_LEVELS, TooDeep, levels
from cmeledger.model import Path, Vocabulary
from cmeledger.problems import Problem

BAD: Final[Any] = object()
"""What a reader returns for a value that cannot be used."""
MOST_GUESSES: Final = 1000
MOST_IDS: Final = 5000
"""Among how many ids the nearest one is looked for: it takes its time."""


class Context:
    """What is known while one file is read: the words it may use, and the problems so far."""

    def __init__(
        self, vocabulary: Vocabulary, own_ids: Iterable[str], own_topics: Iterable[str]
    ) -> None:
        self.vocabulary = vocabulary
        self.requirement_ids = (*vocabulary.requirements, *own_ids)
        self.topics = frozenset((*vocabulary.topics, *own_topics))
        self.problems: list[Problem] = []
        self.errors = 0
        self._guessed: set[str] = set()
        self.archived = False

    def error(self, code: str, message: str, advice: str, path: Path, at: str = "value") -> Any:
        """Note an error; return BAD, so that a reader can end with it."""
        self.errors += 1
        self.problems.append(Problem(code, message, advice, path, at, archived=self.archived))
        return BAD

    def warn(self, code: str, message: str, advice: str, path: Path, at: str = "value") -> None:
        """Note a warning."""
        self.problems.append(
            Problem(code, message, advice, path, at, "warning", archived=self.archived)
        )

    def nearest(self, word: str, words: Iterable[str], what: str, cutoff: float = 0.65) -> str:
        """Word the advice for an unknown word of the file.

        Looking for the nearest one takes its time: a file of thousands of unknown words is not
        misspelled, and gets the list of the valid ones for the rest.
        """
        if word not in self._guessed:
            if len(self._guessed) == MOST_GUESSES:
                return f"{what}: {', '.join(words)}"
            self._guessed.add(word)
        return nearest(word, words, what, cutoff)

    def refuse_depth(self, value: object, path: Path) -> None:
        """Raise TooDeep for a value nested too deeply, counted from the top of the file.

        No reader accepts deep nesting, so only values that none reads are brought here.
        """
        if isinstance(value, dict | list) and len(path) - 1 + levels(value) > MAX_LEVELS:
            raise TooDeep(path, archived=self.archived)


def nearest(word: str, words: Iterable[str], what: str, cutoff: float = 0.65) -> str:
    """Word the advice for an unknown word: the nearest valid one, or all of them."""
    known = tuple(dict.fromkeys(words))
    found = _nearest(word[:80].lower(), known, cutoff)
    return f"did you mean '{found}'?" if found else f"{what}: {', '.join(known)}"


def nearest_id(word: str, ids: Iterable[str]) -> str:
    """Word the advice for an unknown id: the nearest one of those there are, or where they are."""
    found = _nearest(word[:80].lower(), tuple(islice(ids, MOST_IDS)), 0.65)
    return f"did you mean '{found}'?" if found else "list the records' ids with: cmeledger list"


@lru_cache(maxsize=MOST_GUESSES)
def _nearest(folded: str, words: tuple[str, ...], cutoff: float) -> str | None:
    from difflib import get_close_matches

    by_folded = {known.lower(): known for known in words}
    found = get_close_matches(folded, by_folded, 1, cutoff)
    found = found or [known for known in by_folded if folded and folded in known][:1]
    return by_folded[found[0]] if found else None


def wrong_type(context: Context, value: object, path: Path, wanted: str) -> Any:
    """Report a value of the wrong type."""
    context.refuse_depth(value, path)
    name = key_of(path)
    advice = f"write {name} = {_respelled(value, wanted)}"
    if isinstance(value, str) and wanted[0].isdigit():
        advice += ", without quotes"
    elif isinstance(value, datetime):
        advice += ", without a time"
    elif wanted[0] == '"':
        advice += ", in quotes"
    return context.error(
        "wrong-type", f"{name} is {_type(value)} where {_article(wanted)} is expected", advice, path
    )


def key_of(path: Path) -> str:
    """Name the key that a path leads through last."""
    return next((str(part) for part in reversed(path) if isinstance(part, str)), "the value")


def _article(wanted: str) -> str:
    if wanted[0] == '"':
        return "a string"
    if wanted[0] == "[":
        return "a list"
    if wanted[0] == "{":
        return "a table"
    if wanted in ("true or false", "1 or 2"):
        return wanted
    return "a date" if "-" in wanted else "a number"


def _type(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, int | Decimal):
        return "a number"
    if isinstance(value, datetime):
        return "a date with a time"
    if isinstance(value, date):
        return "a date"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a table"
    return "a time"


def _respelled(value: object, wanted: str) -> str:
    """Spell the value that is there as it is wanted, or show an example."""
    if isinstance(value, datetime) and wanted[0].isdigit():
        return value.date().isoformat()
    if isinstance(value, str) and wanted[0].isdigit():
        pattern = _DATE if "-" in wanted else _NUMBER
        return value if pattern.fullmatch(value) else f"{wanted} (like this)"
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and wanted == '"…"':
        return f'"{value}"'
    return wanted


_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NUMBER: Final = re.compile(r"\d+(\.\d+)?", re.ASCII)
