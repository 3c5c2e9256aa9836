"""From the bytes of a file to a TOML document, or to the one problem that stops it.

The limits here keep a hostile or broken file from costing more than a second; no ledger that a
person writes comes near them.
"""

import re
from decimal import Decimal
from typing import Any, Final, NamedTuple

import tomli

from cmeledger.ledger.syntax import explain
from cmeledger.problems import Problem, Span

MAX_BYTES: Final = 8 * 1024 * 1024
MAX_LINE: Final = 64 * 1024
MAX_LEVELS: Final = 100

# A key of over 100 parts needs a line of over 200 characters; most files have none, and only
# such lines are looked at more closely.
LONG_LINE: Final = 2 * MAX_LEVELS
KEY_PART: Final = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
DEEP_KEY: Final = re.compile(
    rf"(?:^|[\[{{,])[ \t]*(?:{KEY_PART}[ \t]*\.[ \t]*){{{MAX_LEVELS}}}{KEY_PART}"
)
LONG_INTEGER: Final = re.compile(r"[0-9][0-9_]{18,}|0x[0-9a-fA-F_]{16,}|0o[0-7_]{21,}|0b[01_]{63,}")
_DIGITS: Final = bytes(48 if chr(code) in "0123456789_" else 32 for code in range(256))
"""A translation that leaves digits as 0: runs of them are found at the speed of C."""
INT64: Final = 2**63


class Document(NamedTuple):
    """A parsed file: the text without its byte order mark, and what TOML makes of it."""

    text: str
    tables: dict[str, Any]


class NotToml(Exception):
    """The bytes are no TOML that this program reads. `problem` says why and where."""

    def __init__(
        self, message: str, advice: str, line: int = 1, column: int = 1, width: int = 1
    ) -> None:
        self.problem = Problem(
            "not-toml", message, advice, span=Span(line, column, line, column + width)
        )
        super().__init__(message)


def parse(data: bytes) -> Document:
    """Read a file's bytes as TOML, with numbers as int and Decimal.

    Raises NotToml with line and column. A byte order mark is accepted.
    """
    text = _decode(data)
    try:
        tables = tomli.loads(text, parse_float=Decimal)
    except tomli.TOMLDecodeError as error:
        raise NotToml(*explain(error)) from error
    except RecursionError as error:
        raise NotToml(_TOO_DEEP, _SPLIT, *_deepest(text)) from error
    except (ValueError, ArithmeticError) as error:  # thousands of digits, or beyond Decimal
        raise NotToml("a number is too long to be read", _SHORTEN, *_long_number(text)) from error
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


def refuse_depth(value: object) -> None:
    """Raise NotToml for a value nested too deeply.

    No reader accepts deep nesting, so only values that none reads are brought here.
    """
    if isinstance(value, dict | list) and levels(value) > MAX_LEVELS:
        raise NotToml(_TOO_DEEP, _SPLIT)


_TOO_DEEP: Final = f"tables or arrays are nested deeper than {MAX_LEVELS} levels"
_SPLIT: Final = "a ledger needs at most four levels; take the nesting apart"
_SHORTEN: Final = "write the number with fewer digits, or as a string in quotes"


def _decode(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise NotToml(
            f"the file is {len(data):,} bytes long; at most {MAX_BYTES:,} are read",
            "is this the right file? Move records that may go into an archive",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace").removeprefix("\ufeff")
        raise NotToml(
            f"byte 0x{data[error.start]:02x} is not UTF-8",
            "save the file as UTF-8 in your editor",
            before.count("\n") + 1,
            len(before) - before.rfind("\n"),
        ) from error
    lines = text.split("\n")
    if max(map(len, lines)) > LONG_LINE:
        for number, line in enumerate(lines, 1):
            if len(line) <= LONG_LINE:
                continue
            if len(line.removesuffix("\r").encode()) > MAX_LINE:
                raise NotToml(
                    f"line {number} is longer than {MAX_LINE // 1024} KiB",
                    "break the line, or move the long text into a file of its own",
                    number,
                )
            if DEEP_KEY.search(line) is not None:
                raise NotToml(_TOO_DEEP, _SPLIT, number)
    return text


def _deepest(text: str) -> tuple[int, int]:
    """Find the line where the most brackets open: near enough for a person to see it."""
    lines = text.split("\n")
    worst = max(range(len(lines)), key=lambda n: lines[n].count("[") + lines[n].count("{"))
    return worst + 1, 1


def _long_number(text: str) -> tuple[int, int]:
    match = re.search(r"[0-9_]{400,}|[0-9]e[+-]?[0-9]{6,}", text)
    start = match.start() if match else 0
    return text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)


def _may_have_long_integers(data: bytes) -> bool:
    return b"0" * 19 in data.translate(_DIGITS) or b"0x" in data or b"0o" in data or b"0b" in data


def _refuse_long_integers(tables: dict[str, Any], text: str) -> None:
    waiting: list[object] = [tables]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
        elif type(item) is int and not -INT64 <= item < INT64:
            for match in LONG_INTEGER.finditer(text):
                digits = match.group().replace("_", "")
                if int(digits, 0 if digits[1:2].isalpha() else 10) == abs(item):
                    line = text.count("\n", 0, match.start()) + 1
                    column = match.start() - text.rfind("\n", 0, match.start())
                    width = len(match.group())
                    raise NotToml("an integer does not fit 64 bits", _SHORTEN, line, column, width)
