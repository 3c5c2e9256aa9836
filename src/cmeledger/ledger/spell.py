r"""Values as TOML 1.0 text: what an edit writes, in the manner of what stood there.

Nothing here writes what Python 3.11's tomllib refuses: no `\e`, no `\x`, no newline in an inline
table.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

import tomli

from cmeledger.problems import CmeledgerError, Exit

Value = str | int | bool | Decimal | date | list[Any] | dict[str, Any]
"""What can be written. A Decimal is spelled as given: Decimal("1.50") stays 1.50."""


BY_HAND: Final = "change it in your editor: cmeledger edit ID opens it at the record"


class EditRefused(CmeledgerError):
    """The edit was not made: the text is as it was."""

    exit = Exit.NOT_WRITTEN

    def __init__(self, why: str, advice: str) -> None:
        super().__init__(f"{why}\n{advice}")


BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_SHORT: Final = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
_SHORT_QUOTED: Final = _SHORT | {'"': '\\"', "\\": "\\\\"}
_ESCAPED: Final = re.compile(r'[\x00-\x1f\x7f"\\]')
_ESCAPED_LONG: Final = re.compile(r'[\x00-\x08\x0b-\x1f\x7f\\]|"(?="")|"\Z')
_NOT_LITERAL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f']")
_NOT_LONG_LITERAL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]|'''|'\Z")


def key(name: str) -> str:
    """Spell a key: bare where it can be."""
    return name if BARE.fullmatch(name) else _basic(name)


def value(given: Any, *, literal: bool = False, eol: str = "\n") -> str:
    """Spell a value. `literal`: strings in single quotes where they can be.

    A text of several lines is written as such, its lines ended by `eol`. Raises EditRefused for
    what TOML cannot say.
    """
    if isinstance(given, str):
        return _string(given, literal=literal, eol=eol)
    if isinstance(given, list):
        return "[" + ", ".join(inner(item, literal=literal) for item in given) + "]"
    if isinstance(given, dict):
        pairs = (f"{key(name)} = {inner(item, literal=literal)}" for name, item in given.items())
        return "{ " + ", ".join(pairs) + " }" if given else "{}"
    return _plain(given)


def like(
    old: str, given: Any, *, literal: bool = False, eol: str = "\n", parts: Iterable[str] = ()
) -> str:
    """Spell a value in the manner of the text that it replaces.

    `parts`: the texts of the elements of an array in `old`, which elements that stay keep.
    """
    if isinstance(given, str) and old[0] in "\"'":
        return _string_like(old, given, eol)
    if isinstance(given, list | dict) and old[0] in "[{":
        if "\n" in old or "#" in old:
            return _revised(old, given, lambda item: inner(item, literal=literal))
        if isinstance(given, list) and old[0] == "[":
            return _list_like(old, given, list(parts), literal=literal)
        if isinstance(given, dict) and old[0] == "{":
            return _revised(old, given, lambda item: inner(item, literal=literal))
    return value(given, literal=literal, eol=eol)


def inner(given: Any, *, literal: bool = False) -> str:
    """Spell a value inside an array or inline table: on one line."""
    if isinstance(given, str):
        return _literal(given) if literal and not _NOT_LITERAL.search(given) else _basic(given)
    return value(given, literal=literal)


def normal(given: Any) -> Any:
    """Turn a value into what reading its spelling gives: without a point, an integer."""
    if isinstance(given, Decimal) and re.fullmatch(r"-?[0-9]+", str(given)):
        return int(given)
    if isinstance(given, list | tuple):
        return [normal(item) for item in given]
    if isinstance(given, Mapping):
        return {name: normal(item) for name, item in given.items()}
    return given


def same(one: Any, other: Any) -> bool:
    """Compare what two texts say, down to the type and to the digits of 1.50."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return str(one) == str(other) if isinstance(one, Decimal) else bool(one == other)


def _plain(given: Any) -> str:
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, Decimal) and not given.is_finite():
        raise EditRefused(f"{given} is no number of credits", "give a number like 1.5")
    if isinstance(given, date):
        return given.isoformat()
    if isinstance(given, int | Decimal):
        return str(given)
    raise EditRefused(
        f"a value of type {type(given).__name__} cannot be written", "give a text, number or date"
    )


def _string(given: str, *, literal: bool, eol: str) -> str:
    if "\n" in given:
        return _long(given, eol, '"""', opening=True)
    return inner(given, literal=literal)


def _string_like(old: str, given: str, eol: str) -> str:
    for quotes in ('"""', "'''"):
        if old.startswith(quotes):
            opening = old[3:5].startswith(("\n", "\r\n")) or ("\n" in given and "\n" not in old)
            if quotes == '"""' or not _NOT_LONG_LITERAL.search(given):
                return _long(given, eol, quotes, opening=opening)
            return _long(given, eol, '"""', opening=opening)
    return _string(given, literal=old[0] == "'", eol=eol)


def _long(given: str, eol: str, quotes: str, *, opening: bool) -> str:
    _refuse_surrogates(given)
    text = given
    if quotes == '"""':
        text = _ESCAPED_LONG.sub(_escape, given)
    opening = opening or text.startswith("\n")  # the first newline after the quotes is not read
    return quotes + (eol if opening else "") + text.replace("\n", eol) + quotes


def _basic(given: str) -> str:
    _refuse_surrogates(given)
    return '"' + _ESCAPED.sub(_escape, given) + '"'


def _literal(given: str) -> str:
    _refuse_surrogates(given)
    return "'" + given + "'"


def _escape(match: re.Match[str]) -> str:
    char = match.group()
    return _SHORT_QUOTED.get(char) or f"\\u{ord(char):04x}"


def _refuse_surrogates(given: str) -> None:
    if any("\ud800" <= char <= "\udfff" for char in given):
        raise EditRefused(
            "the text holds a character that is not Unicode", "type that text again, in UTF-8"
        )


def _list_like(old: str, given: list[Any], parts: list[str], *, literal: bool) -> str:
    """Spell an array on one line: elements that stay keep their text, and its blanks are kept."""
    known = [(tomli.loads(f"a = {part}", parse_float=Decimal)["a"], part) for part in parts]
    quoted = [part for part in parts if part[0] in "\"'"]
    if quoted:
        literal = all(part[0] == "'" for part in quoted)
    texts = [
        next(
            (part for item, part in known if same(item, normal(wanted))),
            inner(wanted, literal=literal),
        )
        for wanted in given
    ]
    inside = old[1:-1]
    blank = inside[: len(inside) - len(inside.lstrip())] if inside.strip() else ""
    comma = ","
    if len(parts) > 1:
        between = inside.lstrip()[len(parts[0]) :]
        comma = between[: between.index(parts[1])] if parts[1] in between else ", "
    else:
        comma = ", "
    return "[" + blank + comma.join(texts) + blank + "]" if texts else "[]"


def _revised(old: str, given: Any, spell: Callable[[Any], str]) -> str:
    """Let tomlkit edit an array of several lines, or an inline table, and keep its comments."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    wanted = normal(given)
    try:
        document = tomlkit.parse(f"a = {old}")
        held: Any = document["a"]
        before = tomli.loads(f"a = {old}", parse_float=Decimal)["a"]
        if isinstance(given, list) and isinstance(before, list):
            _revise_array(held, before, wanted, lambda item: tomlkit.value(spell(item)))
        elif isinstance(given, dict) and isinstance(before, dict):
            for name in before.keys() - wanted.keys():
                del held[name]
            for name, item in wanted.items():
                if name not in before or not same(before[name], item):
                    held[name] = tomlkit.value(spell(item))
        text = tomlkit.dumps(document)[len("a = ") :].rstrip("\r\n")
        if "\r\n" in old:
            text = re.sub(r"(?<!\r)\n", "\r\n", text)
        if same(tomli.loads(f"a = {text}", parse_float=Decimal)["a"], wanted):
            return text
    except (TOMLKitError, ValueError, TypeError, IndexError, KeyError):
        pass  # tomlkit could not: the value is written anew, unless a comment would be lost
    if "#" in old:
        raise EditRefused("a comment inside the value would be lost", BY_HAND)
    return spell(given)


def _revise_array(
    held: Any, before: list[Any], wanted: list[Any], make: Callable[[Any], Any]
) -> None:
    """Replace, take out and put in elements so that those that stay are not touched."""
    first = 0
    while first < min(len(before), len(wanted)) and same(before[first], wanted[first]):
        first += 1
    last = 0
    room = min(len(before), len(wanted)) - first
    while last < room and same(before[-1 - last], wanted[-1 - last]):
        last += 1
    old, new = len(before) - last, len(wanted) - last
    both = min(old, new)
    for number in range(first, both):  # in its place, between the comments there
        held[number] = make(wanted[number])
    for _ in range(both, old):
        del held[both]
    for number in range(both, new):
        held.insert(number, make(wanted[number]))
