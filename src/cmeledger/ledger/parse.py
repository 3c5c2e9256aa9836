"""From the bytes of a file to a TOML document, or to the one problem that stops it.

The limits here keep a hostile or broken file from costing more than a second; no ledger that a
person writes comes near them. `limits` finds the places of what is refused.
"""

import re
from decimal import Decimal
from typing import Any, Final, NamedTuple

import tomli

from cmeledger.ledger.syntax import explain
from cmeledger.model import Path
from cmeledger.problems import Problem, Span

MAX_BYTES: Final = 8 * 1024 * 1024
MAX_LINE: Final = 64 * 1024
MAX_LEVELS: Final = 100

# A key of over 100 parts needs a line of over 200 characters; most files have none, and only
# such lines are looked at more closely.
LONG_LINE: Final = 2 * MAX_LEVELS
LONG_INTEGER: Final = re.compile(r"[0-9][0-9_]{18,}|0x[0-9a-fA-F_]{16,}|0o[0-7_]{21,}|0b[01_]{63,}")
_DIGITS: Final = bytes(48 if chr(code) in "0123456789_" else 32 for code in range(256))
"""A translation that leaves digits as 0: runs of them are found at the speed of C."""
START: Final = Span(1, 1, 1, 1)


class Document(NamedTuple):
    """A parsed file: the text without its byte order mark, and what TOML makes of it."""

    text: str
    tables: dict[str, Any]


class NotToml(Exception):
    """The bytes are no TOML that this program reads. `problem` says why and where."""

    def __init__(self, message: str, advice: str, span: Span = START) -> None:
        self.problem = Problem("not-toml", message, advice, span=span)
        super().__init__(message)


class TooDeep(NotToml):
    """A value is nested too deeply. Its path is known; its place is found when it is shown."""

    def __init__(self, path: Path, *, archived: bool) -> None:
        super().__init__(_TOO_DEEP, _SPLIT)
        self.problem = Problem("not-toml", _TOO_DEEP, _SPLIT, path, archived=archived)


def parse(data: bytes) -> Document:
    """Read a file's bytes as TOML, with numbers as int and Decimal.

    Raises NotToml with line and column. A byte order mark is accepted.
    """
    text = _decode(data)
    try:
        tables = _tables(text)
    except tomli.TOMLDecodeError as error:
        raise NotToml(*explain(error)) from error
    except RecursionError as error:
        from cmeledger.ledger.limits import deep_value

        raise NotToml(_TOO_DEEP, _SPLIT, deep_value(text)) from error
    except ValueError as error:  # an integer of thousands of digits
        from cmeledger.ledger.limits import long_integer

        message = "a number is too long to be read"
        raise NotToml(message, _SHORTEN, long_integer(text)) from error
    if _may_have_long_integers(data) and LONG_INTEGER.search(text):
        _refuse_long_integers(tables, text)
    return Document(text, tables)


def levels(value: object) -> int:
    """Count how deep tables and arrays are nested in a value; a plain value has 0."""
    deepest, waiting = 0, [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        if isinstance(item, dict):
            waiting += [(inner, depth + 1) for inner in item.values()]
            depth += 1
        elif isinstance(item, list):
            waiting += [(inner, depth + 1) for inner in item]
            depth += 1
        deepest = max(deepest, depth)
    return deepest


_TOO_DEEP: Final = f"tables or arrays are nested deeper than {MAX_LEVELS} levels"
_SPLIT: Final = "a ledger needs at most four levels; take the nesting apart"
_SHORTEN: Final = "write the number with fewer digits, or as a string in quotes"


def _tables(text: str) -> dict[str, Any]:
    try:
        return tomli.loads(text, parse_float=Decimal)
    except ArithmeticError:  # an exponent beyond Decimal, which is worth a slower reader
        from cmeledger.ledger.limits import any_number

        return tomli.loads(text, parse_float=any_number)


def _decode(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise NotToml(*too_large(len(data)))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace").removeprefix("\ufeff")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise NotToml(
            f"byte 0x{data[error.start]:02x} is not UTF-8",
            "save the file as UTF-8 in your editor",
            Span(line, column, line, column + 1),
        ) from error
    lines = text.split("\n")
    if max(map(len, lines)) > LONG_LINE:
        _refuse_long_lines(text, lines)
    return text


def too_large(size: int) -> tuple[str, str]:
    """Word the refusal of a file of more bytes than are read: message and advice."""
    return (
        f"the file is {size:,} bytes long; at most {MAX_BYTES:,} are read",
        "is this the right file? Move records that may go into an archive",
    )


def _refuse_long_lines(text: str, lines: list[str]) -> None:
    dotted = False
    for number, line in enumerate(lines, 1):
        if len(line) <= LONG_LINE:
            continue
        if len(line.removesuffix("\r").encode()) > MAX_LINE:
            raise NotToml(
                f"line {number} is longer than {MAX_LINE // 1024} KiB",
                "break the line, or move the long text into a file of its own",
                Span(number, 1, number, 2),
            )
        dotted = dotted or line.count(".") >= MAX_LEVELS
    if dotted:
        # tomli takes a minute over such a key: it is looked for first, among strings and comments.
        from cmeledger.ledger.limits import long_key

        span = long_key(text)
        if span is not None:
            raise NotToml(_TOO_DEEP, _SPLIT, span)


def _may_have_long_integers(data: bytes) -> bool:
    return b"0" * 19 in data.translate(_DIGITS) or b"0x" in data or b"0o" in data or b"0b" in data


def _refuse_long_integers(tables: dict[str, Any], text: str) -> None:
    from cmeledger.ledger.limits import beyond_64_bits

    path = beyond_64_bits(tables)
    if path is not None:
        from cmeledger.ledger.source import Places

        raise NotToml("an integer does not fit 64 bits", _SHORTEN, Places(text).span(path))
