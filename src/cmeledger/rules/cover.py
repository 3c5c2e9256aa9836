"""The fewest units that cover several demands at once: an exact search on whole numbers.

A unit of a column serves every demand of the column. Nothing here knows credits or rules.

The search is a branch and bound: were units split at will, the fewest would be found by a linear
program. That is a bound; where its answer is not whole, one column is held below it, and above.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

Key = tuple[int, str]
"""A demand: the license's place, and the requirement's id."""
Room = tuple[Key, str]
"""What has a limit: what a demand takes of one thing."""

EFFORT: Final = 5_000_000
"""After so much work, some seconds, the best answer so far is taken. A branch costs the size of the
table, demands by columns, times its turns, of which there are about as many as both together."""


class Column(NamedTuple):
    """One thing that can be had, in units."""

    serves: frozenset[Key]
    draws: frozenset[Room] = frozenset()
    """The rooms of which each unit takes one."""


class Cover(NamedTuple):
    """Units that leave no demand open."""

    units: Counter[int]
    """By the column's place."""
    fewest: bool
    """Fewer will not do; False: the search was stopped before that was known."""


class _Split(NamedTuple):
    """The fewest units if they could be split, each number over `over`."""

    total: int
    units: dict[int, int]
    over: int


def fewest(
    missing: Mapping[Key, int],
    columns: Sequence[Column],
    rooms: Mapping[Room, int],
    effort: int = EFFORT,
) -> Cover | None:
    """Choose the fewest units, by the column's place, that leave no demand open.

    Where several columns do equally well, the earlier one is taken: put the plainest first. None
    where a demand is served by no column that draws on no room.
    """
    open_ = {key: units for key, units in missing.items() if units > 0}
    if not open_.keys() <= {key for item in columns if not item.draws for key in item.serves}:
        return None
    used = _undominated(open_, columns)
    best = _filled(open_, used, Counter())
    # A branch: so many units of a column at least, and at most.
    waiting: list[tuple[Counter[int], dict[int, int]]] = [(Counter(), {})]
    cost = len(open_) * len(used) * (len(open_) + len(used))
    while waiting and effort >= cost:
        effort -= cost
        least, most = waiting.pop()
        limits = [({number}, units - least[number]) for number, units in most.items()]
        for room, units in rooms.items():
            drawing = {number for number, item in used.items() if room in item.draws}
            limits.append((drawing, units - sum(least[number] for number in drawing)))
        found = _split(_after(open_, used, least), used, limits)
        if found is None or least.total() - (-found.total // found.over) >= best.total():
            continue
        whole = least + Counter({n: units // found.over for n, units in found.units.items()})
        best = min(best, _filled(open_, used, whole), key=Counter.total)
        number = max(found.units, key=lambda number: found.units[number] % found.over)
        if found.units[number] % found.over:
            waiting.append((least, most | {number: whole[number]}))
            waiting.append((least | Counter({number: whole[number] + 1}), most))
    return Cover(_plainest(open_, columns, rooms, best), not waiting)


def _undominated(open_: Mapping[Key, int], columns: Sequence[Column]) -> dict[int, Column]:
    """Choose the columns, by place, that no other one can stand in for, unit for unit."""
    open_keys = frozenset(open_)
    different: dict[Column, int] = {}
    for number, column in enumerate(columns):
        different.setdefault(Column(column.serves & open_keys, column.draws), number)
    return {
        number: column
        for column, number in different.items()
        if not any(
            column != other and column.serves <= other.serves and other.draws <= column.draws
            for other in different
        )
    }


def _filled(
    open_: Mapping[Key, int], columns: Mapping[int, Column], chosen: Counter[int]
) -> Counter[int]:
    """Add what chosen units leave open, from the columns that serve most and draw on no room.

    What is not needed then is left out again.
    """
    chosen = chosen.copy()
    while left := _after(open_, columns, chosen):
        free = {number: left.keys() & c.serves for number, c in columns.items() if not c.draws}
        number = max(free, key=lambda number: len(free[number]))
        chosen[number] += min(left[key] for key in free[number])
    for number in list(chosen):
        spare = [
            sum(n for taken, n in chosen.items() if key in columns[taken].serves) - open_[key]
            for key in columns[number].serves
        ]
        chosen[number] -= min([chosen[number], *spare])
    return chosen


def _split(
    left: Mapping[Key, int],
    columns: Mapping[int, Column],
    limits: Sequence[tuple[set[int], int]],
) -> _Split | None:
    """Find the fewest units that may be split, by the simplex method, in whole numbers.

    `limits`: of some columns together at most so many. None where that leaves no answer. The table
    is of the dual program, the prices of demands and limits: it has a first answer, all prices 0.
    Always the first of the ways to go on is taken (Bland's rule): so it comes to an end.
    """
    table = [
        [int(key in column.serves) for key in left]
        + [-int(number in members) for members, _ in limits]
        + [1]
        for number, column in columns.items()
    ]
    bottom = [-units for units in left.values()] + [units for _, units in limits] + [0]
    table.append(bottom)
    width = len(bottom) - 1
    heads = list(range(width))
    sides = list(range(width, width + len(columns)))
    over = 1
    while entering := [(heads[n], n) for n in range(width) if bottom[n] < 0]:
        column = min(entering)[1]
        leaving = [
            (Fraction(row[-1], row[column]), sides[n], n)
            for n, row in enumerate(table[:-1])
            if row[column] > 0
        ]
        if not leaving:
            return None
        side = min(leaving)[2]
        over = _turn(table, side, column, over)
        heads[column], sides[side] = sides[side], heads[column]
    numbers = list(columns)
    units = {
        numbers[head - width]: bottom[n]
        for n, head in enumerate(heads)
        if head >= width and bottom[n]
    }
    return _Split(bottom[-1], units, over)


def _turn(table: list[list[int]], side: int, column: int, over: int) -> int:
    """Exchange what heads a column with what stands beside a row; all numbers are over `over`.

    Returns what they are over then: the entry where both meet.
    """
    turning = table[side]
    pivot = turning[column]
    for row in table:
        factor = row[column]
        if row is turning or (not factor and pivot == over):
            continue
        for n, value in enumerate(turning):
            row[n] = (row[n] * pivot - factor * value) // over
        row[column] = -factor
    turning[column] = over
    return pivot


def _plainest(
    open_: Mapping[Key, int],
    columns: Sequence[Column],
    rooms: Mapping[Room, int],
    chosen: Counter[int],
) -> Counter[int]:
    """Take earlier columns in the place of later ones, unit for unit, where nothing is lost.

    Units that serve the same narrow demand are not parted for that.
    """
    chosen = chosen.copy()
    width = {key: sum(key in column.serves for column in columns) for key in open_}
    for number in sorted(chosen, reverse=True):
        serves = columns[number].serves & open_.keys()
        narrow = min(serves, key=lambda key: (width[key], key), default=None)
        for other in range(number):
            spare = [
                sum(n for taken, n in chosen.items() if key in columns[taken].serves) - units
                for key, units in open_.items()
                if key in columns[number].serves - columns[other].serves
            ]
            spare += [
                rooms[room] - sum(n for taken, n in chosen.items() if room in columns[taken].draws)
                for room in columns[other].draws - columns[number].draws
            ]
            moved = min([chosen[number], *spare])
            if moved < chosen[number] and narrow in columns[other].serves:
                continue
            chosen[number] -= moved
            chosen[other] += moved
    return +chosen


def _after(
    open_: Mapping[Key, int], columns: Mapping[int, Column], chosen: Counter[int]
) -> dict[Key, int]:
    """Say what is open once units were chosen."""
    left = {
        key: units - sum(n for number, n in chosen.items() if key in columns[number].serves)
        for key, units in open_.items()
    }
    return {key: units for key, units in left.items() if units > 0}
