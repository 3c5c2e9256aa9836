"""The keys of a record as texts that people type: reading them, and writing what is there.

Typing is forgiving, the ledger is not: what is read here is an ISO date, a decimal number, a word
of the format. What the format says beyond a value's shape is the reader's business.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from cmeledger import entry
from cmeledger.ledger.context import nearest
from cmeledger.ledger.schema import Key


def value_of(key: Key, typed: str, today: date) -> Any:
    """Read what was typed for a key, as the ledger will have it. Raises ValueError with advice."""
    text = typed.strip()
    match key.type:
        case "date":
            return entry.a_date(text, today)
        case "credits" | "hours":
            return entry.an_amount(text)
        case "category":
            if text not in ("1", "2"):
                raise ValueError("write 1 or 2")
            return int(text)
        case "choice":
            return _word(text, key)
        case "choices":
            return [_word(word, key) for word in _words(text)]
        case "topics":
            return _topics(text)
        case "evidence":
            return _words(text)
    return typed


def text_of(value: Any) -> str:
    """Write a value as it would be typed; None: nothing."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        if isinstance(value.get("file"), str):  # an evidence file; its hash nobody types
            return str(value["file"])
        return ",".join(f"{name}={amount}" for name, amount in value.items())
    if isinstance(value, list):
        return ",".join(map(text_of, value))
    return str(value)


def _word(text: str, key: Key) -> str:
    if text not in key.choices:
        raise ValueError(nearest(text, key.choices, "one of"))
    return text


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _topics(text: str) -> Sequence[str] | Mapping[str, Decimal]:
    words = _words(text)
    if not any("=" in word for word in words):
        return words
    table: dict[str, Decimal] = {}
    for word in words:
        topic, sign, amount = word.partition("=")
        if not sign:
            raise ValueError("give every topic its credits (a=1,b=2), or none")
        table[topic.strip()] = entry.an_amount(amount)
    return table
