"""Which record of one version of a ledger is which of another: by id, by what it says, by likeness.

For the differences between two versions, and for merging two that grew from one.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date
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


_ID: Final = ("id",)
"""What names the records of a table that is the user's own."""


_MANY: Final = 100
"""Of so many records with one title, none is looked at: that would take minutes."""


def pairs(table: str, old: Sequence[Any], new: Sequence[Any]) -> dict[int, int]:
    """Find for each record of one version the number that it has in the other.

    One that stands in one version alone is in no pair. Each record is tried by all it says, then
    by all but its id (which may have gone to a copy of it that became another record), then by the
    keys that name it, then, where one of the two is not named, by how much it says alike: a
    corrected title, date or number of credits makes no other record.
    """
    found: dict[int, int] = {}
    names = NAMED.get(table, _ID)
    _match_unchanged(found, old, new, names)
    _match(found, old, new, fingerprint)
    _match(found, old, new, lambda record: _named(record, names))
    _match_alike(found, old, new, names)
    if table == "license":
        _match_last(found, old, new)
    return found


def _named(record: Record, names: Iterable[str]) -> Hashable:
    values = tuple(record.get(name) for name in names)
    return None if None in values else tuple(map(repr, values))


def _match_unchanged(
    found: dict[int, int], old: Sequence[Any], new: Sequence[Any], names: Iterable[str]
) -> None:
    """Pair what is named and says the same: most of a ledger, in little time."""
    by_name = {
        _named(record, names): number
        for number, record in enumerate(new)
        if isinstance(record, Mapping)
    }
    by_name.pop(None, None)
    for number, record in enumerate(old):
        if isinstance(record, Mapping):
            other = by_name.get(_named(record, names))
            if other is not None and record == new[other]:
                found[number] = other
                del by_name[_named(record, names)]


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


def _match_alike(
    found: dict[int, int], old: Sequence[Any], new: Sequence[Any], names: Iterable[str]
) -> None:
    """Pair records of one event, then those that say most things alike, the most alike first."""
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
        traits = [trait for trait in _traits(record) if len(near[trait]) <= _MANY]
        for other in {other for trait in traits for other in near[trait]}:
            if _named(record, names) is None or _named(new[other], names) is None:
                same, different = _likeness(record, new[other])
                is_other = not _is_of_one_event(record, new[other])
                if same >= 2 * different or not is_other:
                    likely.append((is_other, different - same, number, other))
    for *_, number, other in sorted(likely):
        if number not in found and other not in taken:
            found[number] = other
            taken.add(other)


def _match_last(found: dict[int, int], old: Sequence[Any], new: Sequence[Any]) -> None:
    """Pair the one record that is left of each version, if both are of one jurisdiction."""
    olds = [number for number in range(len(old)) if number not in found]
    news = sorted(set(range(len(new))) - set(found.values()))
    if len(olds) == len(news) == 1:
        both = [item for item in (old[olds[0]], new[news[0]]) if isinstance(item, Mapping)]
        if len(both) == 2 and both[0].get("jurisdiction") == both[1].get("jurisdiction"):
            found[olds[0]] = news[0]


def _traits(record: Record) -> list[Hashable]:
    found = (day_of(record), *(record.get(key) for key in ("title", "name", "jurisdiction")))
    return [trait for trait in found if isinstance(trait, Hashable) and trait is not None]


def _likeness(one: Record, other: Record) -> tuple[int, int]:
    """Count the keys of two records that say the same, and those that do not.

    With another title from another provider, it is another record: nothing is the same.
    """
    names = (one.keys() | other.keys()) - {"id"}
    alike = {name for name in names if name in one and name in other}
    alike = {name for name in alike if _same(one[name], other[name])}
    if {"title", "provider"} <= names - alike:
        return 0, len(names)
    return len(alike), len(names) - len(alike)


def _is_of_one_event(one: Record, other: Record) -> bool:
    """Tell whether two records have one title, provider and day: whatever else was changed."""
    return (
        one.get("title") is not None
        and (one["title"], one.get("provider")) == (other.get("title"), other.get("provider"))
        and day_of(one) == day_of(other)
    )


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, str | date):  # most are, and there is but one way to write them
        return bool(one == other)
    return fingerprint({"": one}) == fingerprint({"": other})
