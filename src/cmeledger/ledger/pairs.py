"""Which record of one version of a ledger is which of another: by id, by what it says, by likeness.

For the differences between two versions, and for merging two that grew from one.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, Final

from cmeledger.ledger.fingerprint import fingerprint
from cmeledger.ledger.fresh import day_of

Record = Mapping[str, Any]
Key = Callable[[Record], Hashable]
"""What records have in common that are one and the same; None: this one has no such thing."""

NAMED: Final[Mapping[str, tuple[str, ...]]] = {
    "license": ("jurisdiction", "number"),
    "activity": ("id",),
    "waiver": ("jurisdiction", "renewal-date"),
    "requirement": ("id",),
    "renewal": ("jurisdiction", "renewal-date", "attested"),
}
"""The keys by which a record of each table is the same one, whatever else was changed."""


def pairs(table: str, old: Sequence[Any], new: Sequence[Any]) -> dict[int, int]:
    """Find for each record of one version the number that it has in the other.

    One that stands in one version alone is in no pair. Each record is tried by the keys that name
    it, then by all it says but its id, then, an activity that has no id in one of the two, by how
    much it says alike: a corrected title, date or number of credits is no other record.
    """
    found: dict[int, int] = {}
    names = NAMED.get(table)
    if names:
        _match(found, old, new, lambda record: _named(record, names))
    _match(found, old, new, fingerprint)
    if table == "activity":
        _match_alike(found, old, new)
    return found


def _named(record: Record, names: Iterable[str]) -> Hashable:
    values = tuple(record.get(name) for name in names)
    return None if None in values else tuple(map(repr, values))


def _match(found: dict[int, int], old: Sequence[Any], new: Sequence[Any], key: Key) -> None:
    """Pair what is not in a pair yet and has the same key, in order."""
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    taken = set(found.values())
    for number, record in enumerate(new):
        if number not in taken and isinstance(record, Mapping):
            waiting[key(record)].append(number)
    for numbers in waiting.values():
        numbers.reverse()
    for number, record in enumerate(old):
        if number not in found and isinstance(record, Mapping):
            name = key(record)
            if name is not None and waiting[name]:
                found[number] = waiting[name].pop()


def _match_alike(found: dict[int, int], old: Sequence[Any], new: Sequence[Any]) -> None:
    """Pair activities of the same day or title that say most things alike, the most alike first."""
    taken = set(found.values())
    near: dict[Hashable, list[int]] = defaultdict(list)
    for number, record in enumerate(new):
        if number not in taken and isinstance(record, Mapping):
            for trait in _traits(record):
                near[trait].append(number)
    likely = []
    for number, record in enumerate(old):
        if number in found or not isinstance(record, Mapping):
            continue
        for other in {other for trait in _traits(record) for other in near[trait]}:
            if "id" in record and "id" in new[other]:
                continue
            same, different = _likeness(record, new[other])
            if same > different:
                likely.append((different - same, number, other))
    for _, number, other in sorted(likely):
        if number not in found and other not in taken:
            found[number] = other
            taken.add(other)


def _traits(record: Record) -> list[Hashable]:
    day, title = day_of(record), record.get("title")
    return [trait for trait in (day, title) if isinstance(trait, Hashable) and trait is not None]


def _likeness(one: Record, other: Record) -> tuple[int, int]:
    """Count the keys of two records that say the same, and those that do not."""
    names = (one.keys() | other.keys()) - {"id"}
    same = sum(name in one and name in other and _same(one[name], other[name]) for name in names)
    return same, len(names) - same


def _same(one: Any, other: Any) -> bool:
    return fingerprint({"": one}) == fingerprint({"": other})
