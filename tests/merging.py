"""Two versions of a ledger, grown apart by random edits, and what a merge of them has to say.

Which record is which is known from the edits alone, and values are read by the standard library:
nothing of the program's own merging is believed.
"""

import random
import re
import tomllib
from collections import Counter
from decimal import Decimal
from typing import Any, Final, NamedTuple

from cmeledger.ledger.edit import EditRefused, add, change, remove
from cmeledger.ledger.fmt import formatted
from typed import DAYS, RECORDS, VALUES, completed, document, place_of, some, toml, typed

Record = dict[str, Any]
LISTS: Final = dict.fromkeys((*RECORDS, "activity"))
"""The tables whose records are told apart."""


class Side(NamedTuple):
    """A version: its bytes, and which record each of its records is."""

    data: bytes
    names: dict[str, list[str]]
    """By table, in the order of the file."""

    @property
    def tables(self) -> Any:
        """What it says, numbers to the digit."""
        return read(self.data)

    @property
    def records(self) -> dict[str, Record]:
        """Its records by what they are."""
        tables = self.tables
        return {
            name: record
            for table, names in self.names.items()
            for name, record in zip(names, tables.get(table, []), strict=True)
        }


class History(NamedTuple):
    """A version, and two that grew from it."""

    base: Side
    ours: Side
    theirs: Side


def read(data: bytes) -> Any:
    """Read a ledger with the standard library."""
    return tomllib.loads(data.decode("utf-8-sig"), parse_float=Decimal)


def beginning(dice: random.Random) -> Side:
    """Type a ledger whose records can be told apart, all or some with ids, or none."""
    doc = document(dice)
    ids = dice.choice(["all", "some", "none"])
    for number, record in enumerate(doc.get("activity", [])):
        record["provider"] = f"Provider {number}"
        record["title"] = f"Title {number}"
        if ids == "none":
            record.pop("id", None)
        elif ids == "all":
            record.setdefault("id", f"n{number}")
    data = typed(dice, doc).data
    tables = read(data)
    names = {
        table: [f"{table} {number}" for number in range(len(tables.get(table, [])))]
        for table in LISTS
    }
    return Side(data, names)


def grown(dice: random.Random) -> History:
    """Edit a ledger on two sides, most often near one another."""
    base = beginning(dice)
    hot = dice.choice(base.names["activity"] or ["none"])
    sides = []
    for who in ("ours", "theirs"):
        side = base
        touched: set[str] = set()
        for number in range(dice.choice([1, 2, 3, 5])):
            side = edited(dice, side, f"{who}{number}", hot, touched)
        if some(dice, 8):
            side = tidied(side)
        if some(dice, 8):
            side = with_endings(dice, side)
        sides.append(side)
    return History(base, *sides)


def edited(dice: random.Random, side: Side, new: str, hot: str, touched: set[str]) -> Side:
    """Make one edit; what is refused is not made."""
    way = dice.choice(["change", "change", "add", "remove", "comment", "other"])
    try:
        if way == "add":
            return added(dice, side, new)
        if way == "comment":
            return commented(dice, side, new)
        if way == "other":
            return changed_elsewhere(dice, side)
        names = side.names["activity"]
        if not names:
            return side
        name = hot if hot in names and not some(dice, 3) else dice.choice(names)
        index = names.index(name)
        if way == "remove":
            data = remove(side.data, ("activity", index)).data
            return Side(data, side.names | {"activity": [*names[:index], *names[index + 1 :]]})
        old = side.tables["activity"][index]
        if "id" not in old and name in touched:
            return side  # without an id, it is told by what else it says
        touched.add(name)
        count = 1 if "id" not in old else dice.choice([1, 1, 2, 3])
        keys = dice.sample(["credits", "note", "topics", "title", "status", "x-own"], count)
        given = {key: None if some(dice, 4) else dice.choice(VALUES[key]) for key in keys}
        if "title" in given and ("id" not in old or given["title"] is None):
            given["title"] = f"{old['title']}, {dice.choice('ab')}"
        return side._replace(data=change(side.data, ("activity", index), given).data)
    except EditRefused:
        return side


def added(dice: random.Random, side: Side, new: str) -> Side:
    """Add an activity; now and then the one that the other side adds, or one of its id."""
    name = "activity both" if some(dice, 6) else f"activity {new}"
    names = side.names["activity"]
    if name in names:
        return side
    given: Record = {"date": dice.choice(DAYS), "title": name, "provider": f"Of {name}"}
    given |= {"category": 1, "credits": dice.choice(VALUES["credits"])}
    if name == "activity both":
        given |= {"date": DAYS[3], "credits": 1, "id": "both"}
    elif some(dice, 3):
        given["id"] = dice.choice(["new", f"id-{new}"])
        if any(record.get("id") == given["id"] for record in side.tables.get("activity", [])):
            del given["id"]
    index = place_of(side.tables.get("activity", []), toml(given))
    data = add(side.data, "activity", given).data
    return Side(data, side.names | {"activity": [*names[:index], name, *names[index:]]})


def commented(dice: random.Random, side: Side, new: str) -> Side:
    """Type a comment at some line; where it would be no comment, nothing is typed."""
    lines = side.data.split(b"\n")
    at = dice.randrange(len(lines))
    comment = f"# of {new}.".encode()
    ending = b"\r" if lines[at].endswith(b"\r") else b""
    way = dice.choice(["above", "behind", "apart"])
    if way == "behind":
        lines[at] = lines[at].removesuffix(b"\r") + b"  " + comment + ending
    elif way == "above":
        lines.insert(at, comment + ending)
    else:
        lines[at:at] = [ending, comment + ending, ending]
    data = b"\n".join(lines)
    if data.startswith(b"#") and side.data.startswith(b"\xef\xbb\xbf"):
        return side
    try:
        return side._replace(data=data) if read(data) == side.tables else side
    except ValueError:
        return side


def changed_elsewhere(dice: random.Random, side: Side) -> Side:
    """Change a key of a table of which there is one, or of the license."""
    name = dice.choice(["physician", "practice", "license"])
    if name not in side.tables:
        return side
    offered: dict[str, Record] = {
        "physician": {"npi": dice.choice("123")},
        "practice": {"dea-registered": some(dice, 2)},
        "license": {"type": dice.choice(["full", "limited"])},
    }
    path = (name, 0) if name == "license" else (name,)
    return side._replace(data=change(side.data, path, offered[name]).data)


def tidied(side: Side) -> Side:
    """Put a version into its usual form, which gives every activity an id."""
    try:
        data = formatted(side.data)
    except EditRefused:
        return side
    records = side.tables.get("activity", [])
    order = sorted(range(len(records)), key=lambda number: (completed(records[number]), number))
    names = [side.names["activity"][number] for number in order]
    return Side(data, side.names | {"activity": names})


def with_endings(dice: random.Random, side: Side) -> Side:
    """Give every line the same ending."""
    data = side.data.replace(b"\r\n", b"\n")
    return side._replace(data=data.replace(b"\n", dice.choice([b"\n", b"\r\n"])))


# ─── what a merge has to say ────────────────────────────────────────────────────────────────────


class Wanted(NamedTuple):
    """What the merged ledger says if all conflicts go to one side."""

    records: list[tuple[str, Record]]
    """With the name of each."""
    tables: Record
    """The single tables."""
    clashes: int


def wanted(history: History, ours: bool) -> Wanted:
    """Work out, from the edits, what a merge says: with conflicts gone to ours, or to theirs."""
    base, mine, other = (side.records for side in history)
    found, clashes = [], 0
    for name in dict.fromkeys((*base, *mine, *other)):
        versions = base.get(name), mine.get(name), other.get(name)
        old, one, two = versions
        if old is None:  # added: by one side, or by both, alike or not
            record = one if one is not None else two
            if one and two and is_one(one, two):
                record, clash = merged_keys({}, one, two, ours=ours)
                clashes += clash
            elif one and two and said(one) != said(two):
                found.append((name, two))
        elif one is None or two is None:
            kept = one if one is not None else two
            if kept is None or kept == old:  # 2 is what 2.0 was
                # Lines that changed otherwise, a comment among them, may make it a conflict.
                continue
            clashes += 1
            record = one if ours else two
        else:
            record, clash = merged_keys(old, one, two, ours=ours)
            clashes += clash
        if record is not None:
            found.append((name, record))
    singles = []
    for side in history:
        items = side.tables.items()
        singles.append({key: value for key, value in items if key not in LISTS})
    tables: Record = {}
    for name in dict.fromkeys((*singles[0], *singles[1], *singles[2])):
        parts = [single.get(name, {}) for single in singles]
        if all(isinstance(part, dict) for part in parts):
            tables[name], clash = merged_keys(parts[0], parts[1], parts[2], ours=ours)
            clashes += clash
        else:
            tables[name] = parts[0]
    return Wanted(found, tables, clashes)


def is_one(one: Record, two: Record) -> bool:
    """Tell whether records that both sides added are one: of one id, title and day."""
    return "id" in one and all(one.get(key) == two.get(key) for key in ("id", "title", "date"))


def merged_keys(old: Record, one: Record, two: Record, *, ours: bool) -> tuple[Record, int]:
    """Merge the keys of one record: what each side changed, and in a clash one side's."""
    found, clashes = {}, 0
    for key in dict.fromkeys((*old, *one, *two)):
        was, mine, other = (said(record.get(key)) for record in (old, one, two))
        source = two if mine == was else one
        if mine not in (was, other) and other != was:
            clashes += 1
            source = one if ours else two
        if key in source:
            found[key] = source[key]
    return found, clashes


def said(value: Any) -> str:
    """Write a value down to its type and digits, whatever the order of its keys."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {said(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(said, value)) + "]"
    return f"{type(value).__name__} {value!r}"


def one_side(data: bytes, size: int, side: int) -> bytes:
    """Resolve every conflict to one side: 0 is ours, 1 theirs."""
    kept, here = [], None
    for line in data.split(b"\n"):
        bare = line.removesuffix(b"\r").removeprefix(b"\xef\xbb\xbf")
        if bare == b"<" * size + b" ours":
            here = 0
        elif here == 0 and bare == b"=" * size:
            here = 1
        elif here == 1 and bare == b">" * size + b" theirs":
            here = None
        elif here in (None, side):
            kept.append(line)
    return b"\n".join(kept)


def trouble(history: History, data: bytes, *, with_comments: bool = True) -> str | None:
    """Say what is wrong with a merged ledger, read with its conflicts gone to either side."""
    for side in (0, 1):
        meant = wanted(history, ours=side == 0)
        try:
            tables = read(one_side(data, 7, side))
        except ValueError as error:
            return f"side {side} does not read: {error}"
        there = [record for name in LISTS for record in tables.get(name, [])]
        for name, record in meant.records:
            found = next((item for item in there if is_meant(item, record)), None)
            if found is None:
                return f"side {side} lacks {name}: {record}"
            there.remove(found)
        there = [item for item in there if not is_left(item, history)]
        if there:
            return f"side {side} has too much: {there}"
        singles = {key: value for key, value in tables.items() if key not in LISTS}
        if said(singles) != said(meant.tables):
            return f"side {side} has other tables: {singles}"
    if not with_comments:
        return None
    lost = comments(history) - set(re.findall(rb"# (?:c\d+|of \w+)\.", data))
    return f"comments are lost: {lost}" if lost else None


def is_meant(found: Record, record: Record) -> bool:
    """Tell whether a record is the one meant; its id may have been taken, or filled in."""
    id, wanted_id = found.get("id"), record.get("id")
    if wanted_id is not None and id != wanted_id and not re.fullmatch(rf"{wanted_id}-\d", str(id)):
        return False
    return said({**found, "id": 0}) == said({**record, "id": 0})


def is_left(record: Record, history: History) -> bool:
    """Tell whether a record may be a conflict of lines alone: removed here, a comment added there."""
    base, mine, other = (side.records for side in history)
    gone = [old for name, old in base.items() if (name in mine) != (name in other)]
    return any(is_meant(record, old) for old in gone)


def comments(history: History) -> set[bytes]:
    """Find the comments that a merge has to have: what a side added, and what both kept."""
    base, mine, other = (
        Counter(re.findall(rb"# (?:c\d+|of \w+)\.", side.data)) for side in history
    )
    return {c for c in mine | other if c not in base or (c in mine and c in other)}
