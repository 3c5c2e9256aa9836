"""The fewest units that cover several demands at once: a small exact search on whole numbers.

A unit of a column serves every demand of the column. Nothing here knows credits or rules.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

Key = tuple[int, str]
"""A demand: the license's place, and the requirement's id."""


class Column(NamedTuple):
    """One thing that can be had, in units."""

    serves: frozenset[Key]
    cap: int | None = None
    """At most so many units; None: any number."""


def fewest(missing: Mapping[Key, int], columns: Sequence[Column]) -> Counter[int] | None:
    """Choose the fewest units, by the column's place, that leave no demand open.

    Where several columns do equally well, the earlier one is taken: put the plainest first. None
    where a demand is served by no column without a cap.
    """
    open_ = {key: units for key, units in missing.items() if units > 0}
    free = [number for number, column in enumerate(columns) if column.cap is None]
    if not all(any(key in columns[number].serves for number in free) for key in open_):
        return None
    # A column with a cap is only worth looking at where no other does as much without one.
    capped = [
        number
        for number, column in enumerate(columns)
        if column.cap
        and column.serves & open_.keys()
        and not any(column.serves & open_.keys() <= columns[other].serves for other in free)
    ]
    chosen = (
        first + _covered(_after(open_, columns, first), columns, free)
        for first in _capped(open_, columns, capped)
    )
    return min(chosen, key=Counter.total)


def _capped(
    open_: Mapping[Key, int], columns: Sequence[Column], capped: Sequence[int]
) -> Iterator[Counter[int]]:
    """Go through all amounts of the columns with a cap."""
    if not capped:
        yield Counter()
        return
    column = columns[capped[0]]
    most = max(open_[key] for key in column.serves & open_.keys())
    for units in range(min(column.cap or 0, most) + 1):
        for rest in _capped(open_, columns, capped[1:]):
            yield rest + Counter({capped[0]: units})


def _covered(
    open_: Mapping[Key, int], columns: Sequence[Column], free: Sequence[int]
) -> Counter[int]:
    """Cover what is open by columns without a cap.

    A column that serves all that another one serves can take its place, unit for unit. So a demand
    with one such best column takes its units from there; only where no demand has one are all ways
    of sharing a demand among its best columns gone through.
    """
    if not open_:
        return Counter()
    options = {key: _best(key, open_, columns, free) for key in open_}
    width = {key: sum(key in columns[number].serves for number in free) for key in open_}
    # The narrowest demand first: what serves it serves wider ones along the way.
    key = min(open_, key=lambda key: (len(options[key]), width[key], key))
    found = (
        share + _covered(_after(open_, columns, share), columns, free)
        for share in _shared(open_[key], options[key])
    )
    return min(found, key=Counter.total)


def _best(
    key: Key, open_: Mapping[Key, int], columns: Sequence[Column], free: Sequence[int]
) -> list[int]:
    """List the columns that serve a demand and that no other one outdoes; of equals the first."""
    serving = {n: columns[n].serves & open_.keys() for n in free if key in columns[n].serves}
    return [
        number
        for number, serves in serving.items()
        if not any(
            serves < other or (serves == other and earlier < number)
            for earlier, other in serving.items()
        )
    ]


def _shared(units: int, numbers: Sequence[int]) -> Iterator[Counter[int]]:
    """Go through all ways of sharing units among columns."""
    first, *others = numbers
    if not others:
        yield Counter({first: units})
        return
    for own in range(units, -1, -1):
        for rest in _shared(units - own, others):
            yield rest + Counter({first: own})


def _after(
    open_: Mapping[Key, int], columns: Sequence[Column], chosen: Counter[int]
) -> dict[Key, int]:
    """Say what is open once units were chosen."""
    left = {
        key: units - sum(n for number, n in chosen.items() if key in columns[number].serves)
        for key, units in open_.items()
    }
    return {key: units for key, units in left.items() if units > 0}
