"""Spell one ledger in many ways: what TOML 1.0 lets a person write for the same document.

Records and licenses keep their order among themselves, for the order of records without ids means
something; all else is drawn by lot.
"""

from __future__ import annotations

import json
import random
from datetime import date
from decimal import Decimal
from typing import Any

Table = dict[str, Any]

WHOLE_ONLY = ("format", "category")
"""Keys that want an integer: 1.0 is a number of another type."""
BARE = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def spell(rng: random.Random, doc: Table) -> str:
    """Spell a ledger, each table, key and value in a way of its own."""
    head, tables = [], []
    for name, value in shuffled(rng, doc):
        inline = rng.random() < 0.3
        if isinstance(value, dict):
            if inline:
                head.append(f"{key(rng, name)} = {inline_table(rng, value)}")
            elif value and rng.random() < 0.4:
                head += dotted(rng, name, value)
            else:
                tables.append([table(rng, name, value, "[]")])
        elif isinstance(value, list):
            if inline:
                items = [inline_table(rng, item) for item in value]
                head.append(f"{key(rng, name)} = {array(rng, items)}")
            else:
                tables.append([table(rng, name, item, "[[]]") for item in value])
        else:
            head.append(f"{key(rng, name)} = {scalar(rng, value, name)}")
    text = "\n".join([*head, *interleaved(rng, tables), ""])
    if rng.random() < 0.3:
        text = text.replace("\n", "\r\n")
    return ("\ufeff" if rng.random() < 0.2 else "") + text


def shuffled(rng: random.Random, table: Table) -> list[tuple[str, Any]]:
    """List the keys of a table in any order."""
    items = list(table.items())
    rng.shuffle(items)
    return items


def interleaved(rng: random.Random, groups: list[list[str]]) -> list[str]:
    """Mix tables of several names; those of one name stay in order."""
    waiting = [group[:] for group in groups]
    mixed = []
    while waiting := [group for group in waiting if group]:
        mixed.append(rng.choice(waiting).pop(0))
    return mixed


def key(rng: random.Random, name: str) -> str:
    """Spell a key: bare, in quotes of either sort, or by an escape."""
    ways = [f'"{name}"', f"'{name}'", f'"\\u{ord(name[0]):04x}{name[1:]}"']
    return name if set(name) <= BARE and rng.random() < 0.7 else rng.choice(ways)


def equals(rng: random.Random) -> str:
    """Spell the sign between key and value."""
    return rng.choice([" = ", "=", "  =\t", " = "])


def table(rng: random.Random, name: str, value: Table, brackets: str) -> str:
    """Write a table under a header, its topics inline, by dotted keys or under a header of their own."""
    middle = len(brackets) // 2
    opening, closing = brackets[:middle], brackets[middle:]
    blank = rng.choice(["", " "])
    lines = [
        rng.choice(["", "# above", "\n  "]) + f"{opening}{blank}{key(rng, name)}{blank}{closing}"
    ]
    last = []
    for inner, item in shuffled(rng, value):
        if isinstance(item, dict) and item and rng.random() < 0.6:
            if rng.random() < 0.5:
                lines += dotted(rng, inner, item)
            else:
                last = [f"[{name}.{key(rng, inner)}]"]
                last += [f"{key(rng, k)} = {scalar(rng, v, k)}" for k, v in shuffled(rng, item)]
        else:
            end = rng.choice(["", "", " # a comment", "\n"])
            lines.append(f"{key(rng, inner)}{equals(rng)}{scalar(rng, item, inner)}{end}")
    lines = [lines[0].replace("# above", "# above\n"), *lines[1:]]
    return "\n".join(lines + last)


def dotted(rng: random.Random, name: str, value: Table) -> list[str]:
    """Write a table by dotted keys."""
    return [
        f"{key(rng, name)}{rng.choice(['.', ' . '])}{key(rng, inner)}{equals(rng)}{scalar(rng, item, inner)}"
        for inner, item in shuffled(rng, value)
    ]


def inline_table(rng: random.Random, value: Table) -> str:
    """Write a table in one line."""
    parts = [
        f"{key(rng, inner)}{equals(rng)}{scalar(rng, item, inner, one_line=True)}"
        for inner, item in shuffled(rng, value)
    ]
    return "{" + rng.choice(["", " "]) + ", ".join(parts) + " }"


def array(rng: random.Random, items: list[str]) -> str:
    """Write an array in one line or in many, with a comma behind the last or without."""
    if rng.random() < 0.5:
        return "[" + ", ".join(items) + "]"
    end = rng.choice([",", ""]) if items else ""
    return "[\n  " + ", # a comment\n  ".join(items) + end + "\n]"


def scalar(rng: random.Random, value: Any, name: str, *, one_line: bool = False) -> str:
    """Spell a value that stands under a key."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return text(rng, value, one_line=one_line)
    if isinstance(value, list):
        items = [scalar(rng, item, "", one_line=one_line) for item in value]
        return "[" + ", ".join(items) + "]" if one_line else array(rng, items)
    if isinstance(value, dict):
        return inline_table(rng, value)
    return number(rng, Decimal(str(value)), whole=name in WHOLE_ONLY)


def number(rng: random.Random, value: Decimal, *, whole: bool) -> str:
    """Spell a number: 3, +3, 0x3, 3.0, 3.00, 30e-1."""
    ways = []
    if value == value.to_integral_value():
        ways = [f"{value:.0f}", f"+{value:.0f}", hex(int(value)), bin(int(value))]
    if not whole:
        digits = f"{value:f}" if "." in f"{value:f}" else f"{value:f}.0"
        ways += [digits, f"{digits}0", f"+{digits}", f"{digits}_0", f"{digits}e0"]
        ways += [f"{(value * 10):f}e-1", f"{(value * 10):f}E-01"]
    return rng.choice(ways)


def text(rng: random.Random, value: str, *, one_line: bool) -> str:
    """Spell a string: basic, literal, or of many lines."""
    basic = json.dumps(value, ensure_ascii=rng.random() < 0.5)
    ways = [basic, basic]
    if "'" not in value and "\n" not in value:
        ways.append(f"'{value}'")
    if not one_line:
        inner = basic[1:-1]
        ways.append(f'"""\n{inner}"""')
        ways.append('"""\\\n   ' + inner.replace(" ", "\\u0020", 1) + '\\\n  """')
        if "'''" not in value and not value.endswith("'"):
            ways.append(f"'''\n{value}'''")
    return rng.choice(ways)
