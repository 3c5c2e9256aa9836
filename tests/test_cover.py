"""The search for the fewest units, against trying everything."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from cmeledger.rules.cover import Column, Key, fewest

NAMES: list[Key] = [(0, name) for name in "abcd"]
A, B, C, D = NAMES


def of(*keys: Key, cap: int | None = None) -> Column:
    return Column(frozenset(keys), cap)


def total(missing: dict[Key, int], *columns: Column) -> int | None:
    found = fewest(missing, columns)
    return None if found is None else found.total()


def test_a_narrow_demand_fills_the_wider_ones() -> None:
    # 2 of the third column serve all; the first needs 48 more, the second 8 of these
    found = fewest({A: 50, B: 10, C: 2}, [of(A), of(A, B), of(A, B, C)])
    assert found == {2: 2, 1: 8, 0: 40}


def test_three_demands_that_overlap_in_a_ring() -> None:
    # each column serves two of three: 2 each, of 6 in all, takes 3, one of each column
    assert total({A: 2, B: 2, C: 2}, of(A, B), of(B, C), of(C, A)) == 3
    # 1 each, of 3 in all: two columns, for half a unit there is not
    assert total({A: 1, B: 1, C: 1}, of(A, B), of(B, C), of(C, A)) == 2


def test_the_greediest_choice_is_not_the_fewest() -> None:
    # the column of three looks best, and then two more are needed for the rest
    ring = [of(A, B, C), of(A, B, D), of(C, NAMES[3])]
    assert total({A: 1, B: 1, C: 1, D: 1}, *ring) == 2


def test_a_column_with_a_cap_serves_no_more_than_that() -> None:
    # 3 of the first serve both demands; 2 more for B, 7 more for A
    assert total({A: 10, B: 5}, of(A, B, cap=3), of(A), of(B)) == 3 + 2 + 7


def test_what_nothing_serves_is_said() -> None:
    assert fewest({A: 1}, [of(B)]) is None
    assert fewest({}, [of(B)]) == {}
    assert fewest({A: 0}, []) == {}


COLUMNS = st.lists(
    st.builds(
        Column,
        st.frozensets(st.sampled_from(NAMES), min_size=1),
        st.none() | st.integers(0, 3),
    ),
    min_size=1,
    max_size=5,
)


@given(st.dictionaries(st.sampled_from(NAMES), st.integers(0, 3), max_size=4), COLUMNS)
def test_nothing_smaller_is_found_by_trying_everything(
    missing: dict[Key, int], columns: list[Column]
) -> None:
    columns = [*columns, *map(of, missing)]
    found = fewest(missing, columns)
    assert found is not None

    def covers(amounts: dict[int, int]) -> bool:
        return all(
            sum(n for number, n in amounts.items() if key in columns[number].serves) >= units
            for key, units in missing.items()
        )

    assert covers(found)
    assert all(n <= (columns[number].cap or n) for number, n in found.items())
    # A unit of every demand's own column is always as good as the demand itself: try the others.
    tried = columns[: len(columns) - len(missing)]
    most = max(missing.values(), default=0)
    ranges = [range(min(most, most if c.cap is None else c.cap) + 1) for c in tried]
    least = sum(missing.values())
    for amounts in product(*ranges):
        chosen = dict(enumerate(amounts))
        left = sum(
            max(0, units - sum(n for number, n in chosen.items() if key in columns[number].serves))
            for key, units in missing.items()
        )
        least = min(least, sum(amounts) + left)
    assert found.total() == least
