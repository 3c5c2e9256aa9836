"""Where a file goes beyond the limits. Only a file that does, or may, has this loaded."""

import re
from decimal import Decimal
from typing import Any, Final

import tomli

from cmeledger.ledger.parse import MAX_LEVELS
from cmeledger.ledger.source import KEY_PART, TOKEN, Places, closing, span_of
from cmeledger.model import Path
from cmeledger.problems import Span

INT64: Final = 2**63

_PARTS: Final = re.compile(KEY_PART)
# Whole numbers of hundreds of digits: neither a part of a float nor an exponent.
_DIGITS: Final = re.compile(r"(?<![0-9_eE.])(?<![eE][+-])[0-9][0-9_]{639,}+(?![.eE])")


def long_key(text: str) -> Span | None:
    """Find the first dotted key of more than 100 parts; text and comments are no keys."""
    for token in TOKEN.finditer(text):
        key = token["key"]
        if key is not None and key.count(".") >= MAX_LEVELS:
            parts = sum(1 for _ in _PARTS.finditer(key))
            if parts > MAX_LEVELS:
                return span_of(text, *token.span())
    return None


def deep_value(text: str) -> Span:
    """Find the first value that opens more than 100 brackets within each other."""
    depth = start = 0
    for token in TOKEN.finditer(text):
        if token["bracket"] is None:
            continue
        if token["bracket"] in "[{":
            start = start if depth else token.start()
            depth += 1
        else:
            depth = max(0, depth - 1)
        if depth > MAX_LEVELS:
            return span_of(text, start, closing(text, start) or start + 1)
    return Span(1, 1, 1, 1)


def long_integer(text: str) -> Span:
    """Find the integer of thousands of digits that keeps `text` from being read.

    With an exponent in place of its last digits it is a float: just as long, and read.
    """
    spelled = _DIGITS.sub(lambda run: run[0].replace("_", "0")[:-2] + "e1", text)
    path = None
    try:
        tables = tomli.loads(spelled, parse_float=lambda written: _length(written) * INT64)
        path = beyond_64_bits(tables)
    except (ValueError, RecursionError):  # the file has another fault as well
        pass
    if path is not None:
        return Places(spelled).span(path)
    found = _DIGITS.search(text)
    return span_of(text, *found.span()) if found else Span(1, 1, 1, 1)


def beyond_64_bits(tables: dict[str, Any]) -> Path | None:
    """Find the path of the first integer that does not fit 64 bits."""
    waiting: list[tuple[Path, Any]] = [((), tables)]
    while waiting:
        path, item = waiting.pop()
        if isinstance(item, dict):
            inner = [((*path, key), value) for key, value in item.items()]
        elif isinstance(item, list):
            inner = [((*path, number), value) for number, value in enumerate(item)]
        elif type(item) is int and not -INT64 <= item < INT64:
            return path
        else:
            continue
        if len(path) <= MAX_LEVELS:  # what lies deeper is refused for that
            waiting += reversed(inner)
    return None


def any_number(written: str) -> Decimal:
    """Read a number whose exponent `Decimal` may refuse: as infinite, or as next to nothing.

    No ledger has a use for either; the record that gives it is told so, and the others are read.
    """
    try:
        return Decimal(written)
    except ArithmeticError:
        digits, _, exponent = written.lower().partition("e")
        value = Decimal(digits)
        if not value:
            return value
        return Decimal("1e-99" if exponent[0] == "-" else "Infinity").copy_sign(value)


def _length(written: str) -> int:
    """Tell a number that was an integer of hundreds of digits (1) from any other (0)."""
    return int(len(written) >= 640 and written.endswith("e1") and "." not in written)
