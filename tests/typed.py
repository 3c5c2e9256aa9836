"""Ledgers as people type them, in parts: which bytes belong to which record, and which to none.

All dice are passed in: a `random.Random` for the long runs, or one drawn by hypothesis, which then
makes a failing ledger smaller. The first of several choices is always the plainest.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import spelling
from generate import MAKERS, Table, activity

Owner = tuple[str, int] | None

DAYS = [date(2025, 6, 1) + timedelta(days=70 * number) for number in range(-14, 8)]
RECORDS = ("license", "activity", "waiver", "requirement", "renewal")
WORDS = ["plain", "It's", 'With "quotes" and \\', "漢字 é", "# no comment", "[[activity]]", ""]
WORDS += [
    "Two\nlines",
    "tab\there",
    "'''",
    '"""',
    "a = 1\n[license]\n",
    "\\u0041",
    "no\u2028line\x85end",
]


class Part(NamedTuple):
    """Some of a ledger's text; without an owner, it stands between records."""

    owner: Owner
    text: str


class Typed(NamedTuple):
    """A ledger's text in parts, with what stands at its beginning and its line endings."""

    parts: list[Part]
    mark: bytes
    ends: list[str]
    """The line endings, used in turn."""

    @property
    def data(self) -> bytes:
        """The whole file."""
        return self.mark + b"".join(self.bytes_of())

    def bytes_of(self) -> list[bytes]:
        """Give each part as it stands in the file."""
        found, line = [], 0
        for part in self.parts:
            first, *others = part.text.split("\n")
            text = first
            for other in others:
                text += self.ends[line % len(self.ends)] + other
                line += 1
            found.append(text.encode())
        return found

    def around(self, owner: Owner) -> tuple[bytes, bytes]:
        """Give the bytes before the first part of a record, and those after its last."""
        own = [number for number, part in enumerate(self.parts) if part.owner == owner]
        pieces = self.bytes_of()
        return self.mark + b"".join(pieces[: own[0]]), b"".join(pieces[own[-1] + 1 :])


def some(dice: random.Random, chance: int) -> bool:
    """Say yes once in so many times; no is the plainer answer."""
    return dice.randint(1, chance) == chance


def document(dice: random.Random) -> Table:
    """Make a small ledger without errors."""
    doc: Table = {"format": 1, "physician": {"name": "Maya Chen, MD", "birthday": "05-10"}}
    if some(dice, 2):
        doc["physician"]["specialty"] = dice.choice(WORDS)
        doc["practice"] = {"serves-adults": some(dice, 2)}
    doc["license"] = [{"jurisdiction": "MA", "renewal-date": date(2026, 5, 10)}]
    if some(dice, 4):
        doc["license"].append({"jurisdiction": "MA", "number": "2", "issued": date(2019, 2, 3)})
    made = [
        activity(dice, dice.choice(MAKERS), DAYS, []) for _ in range(dice.choice([1, 2, 3, 5, 0]))
    ]
    records = [
        {"id": f"r{number}", **record} if some(dice, 2) else record
        for number, record in enumerate(made)
    ]
    for record in records:
        if some(dice, 3):
            record["note"] = dice.choice(WORDS)
        if some(dice, 5):
            record["evidence"] = ["a.pdf", {"file": "b.pdf", "sha256": "0" * 64}]
        if some(dice, 6):
            record["x-own"] = {"a": [1, 2], "b": dice.choice(WORDS)}
        if some(dice, 8):
            record["x-visits"] = [{"a": 1}, {"b": dice.choice(WORDS)}]
    if records:
        doc["activity"] = records
    if some(dice, 4):
        doc["waiver"] = [{"jurisdiction": "MA", "renewal-date": date(2026, 5, 10), "note": "n"}]
    if some(dice, 4):
        doc["requirement"] = [{"id": "own", "name": "The hospital's", "credits": Decimal("2.50")}]
    if some(dice, 6):
        doc["x-mine"] = [{"a": 1}, {"b": dice.choice(WORDS)}]
    return doc


def typed(dice: random.Random, doc: Table) -> Typed:
    """Type a ledger: comments, indents, blank lines, line endings, odd spellings, sub-tables."""
    manner = Manner(dice)
    parts = [Part(None, f"# {manner.number()} my ledger\n" if some(dice, 2) else "")]
    parts.append(Part(None, f"format = {doc['format']}\n"))
    groups = []
    for name, value in doc.items():
        tables = value if isinstance(value, list) else [value] if isinstance(value, dict) else []
        group = []
        for number, table in enumerate(tables):
            header = f"[[{name}]]" if isinstance(value, list) else f"[{name}]"
            owner = (name, number if isinstance(value, list) else -1)
            group.append([*manner.between(), Part(owner, manner.table(name, table, header))])
        groups.append(group)
    order = [group for group in groups if group]
    while order := [group for group in order if group]:
        parts += (dice.choice(order) if manner.mixed else order[0]).pop(0)
    parts.append(Part(None, dice.choice(["", "\n", "\n# the end\n", "\n\n"])))
    if some(dice, 4):  # no final line ending
        last = max(number for number, part in enumerate(parts) if part.text)
        parts[last] = Part(parts[last].owner, parts[last].text.removesuffix("\n"))
    ends = dice.choice([["\n"], ["\r\n"], ["\n", "\r\n", "\n", "\n"]])
    return Typed(parts, b"\xef\xbb\xbf" if some(dice, 8) else b"", ends)


class Manner:
    """How one person types: the same blanks and indents throughout."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.blanks = dice.choice(["\n", "", "\n\n", "\n \t\n"])
        self.indent = dice.choice(["", "  ", "\t"])
        self.aligned = some(dice, 5)
        self.quote = some(dice, 4)
        self.odd = some(dice, 4)
        self.mixed = some(dice, 4)
        self.busy = dice.choice([0, 9, 3])
        self.comments = 0

    def number(self) -> str:
        """Give the next comment a number, so that it can be found again."""
        self.comments += 1
        return f"c{self.comments}." + self.dice.choice(["", "", "", " no\u2028line\x85end"])

    def comment(self) -> bool:
        """Say whether there is a comment now."""
        return bool(self.busy) and some(self.dice, self.busy)

    def between(self) -> list[Part]:
        """Type what stands between two tables."""
        text = self.blanks
        if self.comment():
            text += f"\n# {self.number()} free\n\n"
        return [Part(None, text)]

    def table(self, name: str, table: Table, header: str) -> str:
        """Type one table with the comment directly above it."""
        if self.odd:
            return spelling.table(self.dice, name, table, header.replace(name, "")) + "\n"
        above = f"# {self.number()} about this {name}\n" if self.comment() else ""
        width = max(map(len, table), default=0) if self.aligned else 0
        lines, late = [header + self.tail()], []
        for key, value in table.items():
            if isinstance(value, dict) and value and some(self.dice, 3):
                late += self.inner(f"[{name}.{key}]", value)
                continue
            if key == "x-visits":
                late += [line for item in value for line in self.inner(f"[[{name}.{key}]]", item)]
                continue
            if self.comment():
                lines.append(f"{self.indent}# {self.number()} beside {key}")
            lines.append(f"{self.indent}{key:<{width}} = {self.value(value)}{self.tail()}")
        return above + "".join(f"{line}\n" for line in lines + late)

    def inner(self, header: str, table: Table) -> list[str]:
        """Type a table inside a record under a header of its own."""
        above = ["", f"# {self.number()} free", ""] if self.comment() else []
        return [*above, header, *(f"{key} = {self.value(item)}" for key, item in table.items())]

    def tail(self) -> str:
        """Type a comment at the end of a line."""
        return f"  # {self.number()} so" if self.comment() else ""

    def value(self, value: Any) -> str:
        """Type a value in one line, or an array in several."""
        if isinstance(value, list) and self.comment():
            items = [spelling.scalar(self.dice, item, "", one_line=True) for item in value]
            return "[\n" + "".join(f"  {item}, # {self.number()}\n" for item in items) + "]"
        if isinstance(value, str) and self.quote and not set(value) & set("'\n\t"):
            return f"'{value}'"
        if isinstance(value, str) and self.comment():
            return spelling.text(self.dice, value, one_line=False)
        return plain(value)


def plain(value: Any) -> str:
    """Spell a value in the plainest way."""
    if isinstance(value, str | bool) or not isinstance(value, int | float | Decimal | list | dict):
        return spelling.scalar(FIRST, value, "", one_line=True)
    if isinstance(value, list):
        return "[" + ", ".join(map(plain, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {plain(item)}" for key, item in value.items()) + " }"
    return str(value)


class _First(random.Random):
    """Dice that always fall on the first side."""

    def choice(self, seq: Any) -> Any:
        return seq[0]

    def random(self) -> float:
        return 0.0


FIRST = _First()


# What is done to it, and what it should say then


def read(data: bytes) -> Any:
    """Read a ledger with the standard library's own reader, which takes TOML 1.0 only."""
    return tomllib.loads(data.decode("utf-8-sig"))


def toml(value: Any) -> Any:
    """Give a value as a reader of what is written gives it back."""
    if isinstance(value, Decimal):
        return float(value) if "." in str(value) else int(value)
    if isinstance(value, list):
        return [toml(item) for item in value]
    if isinstance(value, Mapping):
        return {key: toml(item) for key, item in value.items()}
    return value


def same(one: Any, other: Any) -> bool:
    """Compare by type, too: True is not 1, and 2 is not 2.0."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def completed(record: Table) -> date:
    """Tell an activity's day: its completion, or its start while it goes on."""
    day: date = next(record[key] for key in ("date", "end", "start") if key in record)
    return day


def place_of(records: list[Table], new: Table) -> int:
    """Find where an activity goes: after the last in the file that is not later, else first."""
    earlier = [n for n, record in enumerate(records) if completed(record) <= completed(new)]
    return max(earlier) + 1 if earlier else 0


VALUES: dict[str, list[Any]] = {
    "title": WORDS,
    "note": [*WORDS, "\U0001f600"],
    "provider": WORDS,
    "credits": [2, Decimal("1.50"), Decimal("0.25"), Decimal(10)],
    "date": [date(2025, 3, 1), date(1999, 12, 31), date(2030, 1, 2)],
    "topics": [["ehr"], ["opioid-pain", "ehr"], [], {"ehr": Decimal("1.0"), "dementia": 1}, {}],
    "evidence": [["c.pdf"], ["a.pdf", {"file": "b.pdf"}], []],
    "status": ["planned", "attended"],
    "x-own": [True, ["a", {"b": 1}], {"a": {"b": [Decimal("2.5")]}}, WORDS],
    "x-odd key": [1],
}
"""What an edit gives to keys of an activity."""
OTHERS: dict[str, dict[str, list[Any]]] = {
    "license": {"number": WORDS, "type": ["full", "limited"], "ended": [date(2025, 1, 1)]},
    "waiver": {"note": WORDS, "requirements": [["total"], []], "granted": [date(2026, 1, 1)]},
    "requirement": {"name": WORDS, "credits": [Decimal("2.0")], "topics": [["ehr"], []]},
    "renewal": {"note": WORDS, "totals": [{"total": Decimal("50.5")}, {}]},
    "physician": {"name": WORDS, "npi": WORDS},
    "practice": {"serves-adults": [True, False], "ehr-proof": ["hospital"]},
}

CHANGED = ("activity", *OTHERS)
"""The tables whose keys are changed, the most usual first."""


def values_for(dice: random.Random, table: str) -> Table:
    """Choose values for some keys of a table."""
    offered = VALUES if table == "activity" else OTHERS[table]
    names = dice.sample(sorted(offered), dice.choice([1, 1, 2, len(offered)]))
    return {name: dice.choice(offered[name]) for name in names}
