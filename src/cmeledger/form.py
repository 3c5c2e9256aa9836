"""A record as a form: its keys as texts, what was typed over them, and unfinished forms.

Only what was typed differently than it stood there is a change: a value that a form cannot show as
a text stays as it is in the file.
"""

import os
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from cmeledger.book import Book
from cmeledger.ledger import platform, spell
from cmeledger.ledger.activities import lacking
from cmeledger.ledger.history import History
from cmeledger.ledger.parse import NotToml, parse
from cmeledger.ledger.schema import ACTIVITY, KINDS, Key
from cmeledger.typed import text_of, value_of

FIRST: Final = (
    "title", "date", "provider", "kind", "category", "credits", "topics", "status", "claim-by",
    "note", "hours", "learners", "start", "end",
)  # fmt: skip
"""The keys in the order a person fills them in; the others follow in the format's order."""
KEYS: Final[dict[str, Key]] = {
    key.name: key
    for key in sorted(
        ACTIVITY, key=lambda key: FIRST.index(key.name) if key.name in FIRST else len(FIRST)
    )
}
SHAPES: Final[dict[str, tuple[type, ...]]] = {
    "date": (date,),
    "credits": (int, Decimal),
    "hours": (int, Decimal),
    "category": (int,),
    "choices": (list,),
    "topics": (list, dict),
    "evidence": (list,),
}
"""What TOML gives for the types of keys; for all others a text."""
HINTS: Final = {
    "date": "like 3/14/2026, 3/14/26, Mar 14, today or yesterday",
    "credits": "like 1.5 or 1 1/2",
    "hours": "like 1.5 or 1 1/2",
    "topics": "with commas between; risk-management=2 where only so many credits are",
    "choices": "with commas between",
    "evidence": "with commas between; A on a record copies a file into evidence/",
}
"""How to type a value, by the type of its key."""


class Read(NamedTuple):
    """What a form says."""

    changes: dict[str, Any]
    """The keys that are typed differently than they stood there; None: to be taken out."""
    complaints: dict[str, str]
    """What cannot be read, by key, with advice."""


class Draft(NamedTuple):
    """A form that was not finished."""

    name: str
    record: str | None
    """The record it changes; None: a new one."""
    base: dict[str, Any]
    """What the record said when the form was opened."""
    typed: dict[str, str]
    begun: str
    """When, as an ISO date and time."""

    @property
    def title(self) -> str:
        """What it is about."""
        return self.typed.get("title") or self.record or "a record without a title"


def texts(table: Mapping[str, Any]) -> dict[str, str]:
    """Write the keys of a record as they would be typed."""
    return {name: text_of(table[name]) for name in KEYS if name in table}


def read(base: Mapping[str, Any], typed: Mapping[str, str], today: date) -> Read:
    """Read what was typed over a record; over nothing, a new one."""
    before = texts(base)
    changes: dict[str, Any] = {}
    complaints: dict[str, str] = {}
    for name, text in typed.items():
        # A number in quotes, a word in brackets: they are read as what they were meant to be.
        wanted = SHAPES.get(KEYS[name].type, (str,))
        if text == before.get(name, "") and (name not in base or type(base[name]) in wanted):
            continue
        if not text.strip(" \t\r\n"):
            changes[name] = None
            continue
        try:
            value = value_of(KEYS[name], text, today)
        except ValueError as error:
            complaints[name] = str(error)
        else:
            changes[name] = _with_hashes(base, value) if name == "evidence" else value
    return Read(changes, complaints)


def rebased(
    base: Mapping[str, Any], now: Mapping[str, Any], typed: Mapping[str, str]
) -> dict[str, str]:
    """Take what was typed over a record to what that says now: the rest is as it is there."""
    before, after = texts(base), texts(now)
    return {
        name: after.get(name, "") if text == before.get(name, "") else text
        for name, text in typed.items()
    }


def whole(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Put changes over what a record says."""
    return {name: value for name, value in {**base, **changes}.items() if value is not None}


def needed(values: Mapping[str, Any]) -> list[str]:
    """Name the keys that a record still needs before it can be used."""
    name = values.get("kind") or "course"
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        return []
    days = ("start",) if kind.enrollment else ("date", "start")
    missing = [] if "title" in values else ["title"]
    missing += [] if any(name in values for name in days) else [days[0]]
    return [*missing, *lacking(kind, values)]


def hint(key: Key) -> str:
    """Say what a key is for, and how its value is typed."""
    if key.choices:
        return f"{key.doc} {', '.join(key.choices)}"
    how = HINTS.get(key.type)
    return f"{key.doc} {how[0].upper()}{how[1:]}." if how else key.doc


def completions(book: Book) -> dict[str, list[str]]:
    """Gather what may be typed again, by key: earlier texts, newest first; the format's words."""
    found: dict[str, dict[str, None]] = {
        name: dict.fromkeys(key.choices) for name, key in KEYS.items()
    }
    found["topics"] = dict.fromkeys(
        [
            *book.rulebook.topics,
            *(topic for own in book.ledger.requirements for topic in own.topics),
        ]
    )
    for activity in sorted(book.ledger.activities, key=lambda item: item.day, reverse=True):
        table = book.document.tables["activity"][activity.path[1]] if not activity.archived else {}
        for name, value in table.items():
            if name in KEYS and KEYS[name].type in ("text", "name") and isinstance(value, str):
                found[name].setdefault(value)
    return {name: list(words) for name, words in found.items()}


# ── unfinished forms ─────────────────────────────────────────────────────────────────────────


def keep_draft(history: History, file: str, draft: Draft) -> None:
    """Keep an unfinished form in the history. Raises OSError."""
    base = "\n".join(f"{spell.key(name)} = {_spelled(value)}" for name, value in draft.base.items())
    form = draft._asdict() | {"base": base, "pid": os.getpid(), "boot": platform.boot()}
    history.put_draft(file, draft.name, form)


def drafts(history: History, file: str) -> Iterator[Draft]:
    """Find the unfinished forms of processes that are gone, the oldest first."""
    for form in sorted(history.drafts(file), key=lambda form: str(form.get("begun"))):
        try:
            is_open = form["boot"] == platform.boot() and platform.is_alive(form["pid"])
            if is_open and form["pid"] != os.getpid():
                continue
            base = parse(form["base"].encode()).tables
            typed = {name: text for name, text in form["typed"].items() if name in KEYS}
            yield Draft(str(form["name"]), form["record"], base, typed, str(form["begun"]))
        except (KeyError, TypeError, AttributeError, NotToml):
            continue


def _spelled(value: Any) -> str:
    try:
        return spell.value(value)
    except spell.EditRefused:  # a key of the user's own, in a form that no form changes
        return '""'


def _with_hashes(base: Mapping[str, Any], files: list[str]) -> list[Any]:
    """Keep what the record has beside the name of an evidence file: its digest."""
    old = {text_of(item): item for item in base.get("evidence", ()) if isinstance(item, dict)}
    return [old.get(file, file) for file in files]
