"""The search for the fewest units, against trying everything."""

from collections.abc import Mapping
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from cmeledger.rules.cover import Column, Key, Room, fewest

NAMES: list[Key] = [(0, name) for name in "abcd"]
A, B, C, D = NAMES


ROOM: Room = (A, "x")


def of(*keys: Key, draws: frozenset[Room] = frozenset()) -> Column:
    return Column(frozenset(keys), draws)


def total(missing: dict[Key, int], *columns: Column, room: int = 0) -> int | None:
    found = fewest(missing, columns, {ROOM: room})
    return None if found is None else found.units.total()


def test_a_narrow_demand_fills_the_wider_ones() -> None:
    # 2 of the third column serve all; the first needs 48 more, the second 8 of these
    found = fewest({A: 50, B: 10, C: 2}, [of(A), of(A, B), of(A, B, C)], {})
    assert found == ({2: 2, 1: 8, 0: 40}, True)


def test_three_demands_that_overlap_in_a_ring() -> None:
    # each column serves two of three: 2 each, of 6 in all, takes 3, one of each column
    assert total({A: 2, B: 2, C: 2}, of(A, B), of(B, C), of(C, A)) == 3
    # 1 each, of 3 in all: two columns, for half a unit there is not
    assert total({A: 1, B: 1, C: 1}, of(A, B), of(B, C), of(C, A)) == 2


def test_the_greediest_choice_is_not_the_fewest() -> None:
    # the column of three looks best, and then two more are needed for the rest
    ring = [of(A, B, C), of(A, B, D), of(C, NAMES[3])]
    assert total({A: 1, B: 1, C: 1, D: 1}, *ring) == 2


def test_a_column_serves_no_more_than_its_room() -> None:
    within = frozenset({ROOM})
    # 3 of the first serve both demands; 2 more for B, 7 more for A
    columns = [of(A, B, draws=within), of(A), of(B)]
    assert total({A: 10, B: 5}, *columns, room=3) == 3 + 2 + 7
    # A has the room in company with B or C, not with both: 6 of 6 and 2 are left, none of A's
    shared = [of(A, B, draws=within), of(A, C, draws=within), of(A), of(B), of(C)]
    assert total({A: 6, B: 4, C: 4}, *shared, room=6) == 6 + 2


def test_a_search_that_is_stopped_has_an_answer_and_says_so() -> None:
    # A circle of five: 4 of each column serve everything twice 4 times, and nothing does with less
    # than 5 x 4 / 2. The first steps alone, without the search, take more.
    names: list[Key] = [(0, name) for name in "abcde"]
    circle = [of(names[n], names[n - 1]) for n in range(5)]
    found = fewest(dict.fromkeys(names, 4), circle, {}, effort=0)
    assert found is not None
    assert not found.fewest
    for n in range(5):
        assert found.units[n] + found.units[(n + 1) % 5] >= 4
    found = fewest(dict.fromkeys(names, 4), circle, {})
    assert found is not None
    assert (found.units.total(), found.fewest) == (10, True)


def test_many_demands_across_each_other_come_to_an_answer() -> None:
    # 30 in a circle, each column serves three neighbors, 40 asked of each: 30 x 40 / 3 is the least
    # that could do, and every third column does it
    names: list[Key] = [(0, f"{n:02}") for n in range(30)]
    circle = [of(*(names[(n + k) % 30] for k in range(3))) for n in range(30)]
    assert total(dict.fromkeys(names, 40), *circle) == 400


def test_what_nothing_serves_is_said() -> None:
    assert fewest({A: 1}, [of(B)], {}) is None
    assert fewest({}, [of(B)], {}) == ({}, True)
    assert fewest({A: 0}, [], {}) == ({}, True)


ROOMS: list[Room] = [(A, "x"), (B, "x")]
COLUMNS = st.lists(
    st.builds(
        Column,
        st.frozensets(st.sampled_from(NAMES), min_size=1),
        st.frozensets(st.sampled_from(ROOMS)),
    ),
    min_size=1,
    max_size=5,
)


@given(
    st.dictionaries(st.sampled_from(NAMES), st.integers(0, 3), max_size=4),
    COLUMNS,
    st.lists(st.integers(0, 3), min_size=2, max_size=2),
)
def test_nothing_smaller_is_found_by_trying_everything(
    missing: dict[Key, int], columns: list[Column], amounts_of_rooms: list[int]
) -> None:
    columns = [*columns, *map(of, missing)]
    rooms = dict(zip(ROOMS, amounts_of_rooms, strict=True))
    cover = fewest(missing, columns, rooms)
    assert cover is not None
    assert cover.fewest
    found = cover.units

    def covers(amounts: Mapping[int, int]) -> bool:
        return all(
            sum(n for number, n in amounts.items() if key in columns[number].serves) >= units
            for key, units in missing.items()
        )

    def fits(amounts: Mapping[int, int]) -> bool:
        return all(
            sum(n for number, n in amounts.items() if room in columns[number].draws) <= units
            for room, units in rooms.items()
        )

    assert covers(found)
    assert fits(found)
    # A unit of every demand's own column is always as good as the demand itself: try the others.
    tried = columns[: len(columns) - len(missing)]
    most = max(missing.values(), default=0)
    least = sum(missing.values())
    for amounts in product(range(most + 1), repeat=len(tried)):
        chosen = dict(enumerate(amounts))
        if not fits(chosen):
            continue
        left = sum(
            max(0, units - sum(n for number, n in chosen.items() if key in columns[number].serves))
            for key, units in missing.items()
        )
        least = min(least, sum(amounts) + left)
    assert found.total() == least
