"""Which record of one version is which of another, told by hand."""

from datetime import date
from typing import Any

import pytest

from cmeledger.ledger.pairs import pairs

DAY, NEXT = date(2025, 3, 1), date(2025, 3, 2)
FIRST = {"date": DAY, "title": "Sepsis", "provider": "BIDMC", "category": 1, "credits": 1}
SECOND = {"date": NEXT, "title": "Gout", "provider": "BU", "category": 1, "credits": 2}
LICENSE = {"jurisdiction": "MA", "number": "1", "type": "full"}
WAIVER = {"jurisdiction": "MA", "renewal-date": DAY, "note": "n"}


def with_(record: dict[str, Any], **keys: Any) -> dict[str, Any]:
    """Copy a record with some keys changed; None takes one out."""
    changed = record | {name.replace("_", "-"): value for name, value in keys.items()}
    return {name: value for name, value in changed.items() if value is not None}


@pytest.mark.parametrize(
    ("table", "old", "new", "meant"),
    [
        # By id, whatever else was changed, and wherever it stands.
        ("activity", [{"id": "a", "title": "A"}, {"id": "b"}], [{"id": "b"}, {"id": "a", "date": DAY}], {0: 1, 1: 0}),
        # Another id, and all else alike: the id was changed.
        ("activity", [with_(FIRST, id="a")], [with_(FIRST, id="b")], {0: 0}),
        # A copy got the id and became another record; the old one has a new id.
        ("activity", [with_(FIRST, id="a")], [with_(SECOND, id="a"), with_(FIRST, id="b")], {0: 1}),
        # Two that say the same, one of them gone: the id tells which.
        ("activity", [with_(FIRST, id="a"), with_(FIRST, id="b")], [with_(FIRST, id="b")], {1: 0}),
        # An id given, and a number spelled otherwise.
        ("activity", [FIRST, SECOND], [with_(FIRST, id="a", credits=1), with_(SECOND, id="b")], {0: 0, 1: 1}),
        # Without ids: a corrected title, date, or number of credits.
        ("activity", [FIRST, SECOND], [SECOND, with_(FIRST, title="Sepsis on the ward")], {0: 1, 1: 0}),
        ("activity", [FIRST], [with_(FIRST, date=NEXT)], {0: 0}),
        ("activity", [FIRST], [with_(FIRST, credits=2)], {0: 0}),
        ("activity", [FIRST], [with_(FIRST, credits=2, id="a")], {0: 0}),
        # One title, provider and day: whatever else was changed or added, it is that record.
        ("activity", [FIRST], [with_(FIRST, category=2, credits=3, note="n", url="u")], {0: 0}),
        ("activity", [with_(FIRST, id="a")], [with_(FIRST, category=2, credits=3, note="n")], {0: 0}),
        # Sooner than one of another provider that says more alike.
        ("activity", [FIRST], [with_(FIRST, provider="BU", id="x"), with_(FIRST, credits=2, note="n")], {0: 1}),
        # Of two such, the more alike.
        ("activity", [FIRST], [with_(FIRST, category=2, credits=3), with_(FIRST, credits=3)], {0: 1}),
        # Another provider is not enough, on one day with one title, where the rest differs.
        ("activity", [FIRST], [with_(FIRST, provider="BU", category=2, credits=3)], {}),
        # Another title from another provider is another record, on whatever day.
        ("activity", [FIRST], [with_(FIRST, title="Gout", provider="BU")], {}),
        # So is one that says more that is different than alike.
        ("activity", [FIRST], [with_(FIRST, title="Gout", credits=5, category=2)], {}),
        # Neither day nor title in common.
        ("activity", [FIRST], [with_(FIRST, title="Gout", date=NEXT)], {}),
        # Two ids are two records, however alike.
        ("activity", [with_(FIRST, id="a")], [with_(FIRST, id="b", credits=2)], {}),
        # The more alike of two.
        ("activity", [FIRST], [with_(FIRST, credits=2, note="n"), with_(FIRST, credits=2)], {0: 1}),
        # Equal ones are paired in order; each only once.
        ("activity", [FIRST, FIRST], [FIRST, FIRST, FIRST], {0: 0, 1: 1}),
        ("activity", [FIRST, FIRST], [FIRST], {0: 0}),
        # Licenses by jurisdiction and number; the only one that is left is the one.
        ("license", [LICENSE, with_(LICENSE, number="2")], [with_(LICENSE, number="2", type="retired"), LICENSE], {0: 1, 1: 0}),
        ("license", [{"jurisdiction": "MA", "issued": DAY}], [{"jurisdiction": "MA", "number": "1", "renewal-date": NEXT}], {0: 0}),
        ("license", [{"jurisdiction": "MA", "issued": DAY}], [{"jurisdiction": "NH", "number": "1"}], {}),
        # Waivers by jurisdiction and renewal date.
        ("waiver", [WAIVER], [with_(WAIVER, granted=NEXT, note=None)], {0: 0}),
        ("waiver", [WAIVER], [with_(WAIVER, renewal_date=NEXT, note="m")], {}),
        ("requirement", [{"id": "own", "credits": 1}], [{"id": "own", "credits": 2}], {0: 0}),
        # Tables of one's own: by an id, else by all they say.
        ("x-visit", [{"id": "a", "n": 1}, {"n": 2}], [{"n": 2}, {"id": "a", "n": 3}], {0: 1, 1: 0}),
        ("x-visit", [{"n": 1}], [{"n": 2}], {}),
        # What is no table at all.
        ("x-list", [1, {"n": 1}], [{"n": 1}, 1], {1: 0}),
        ("activity", [], [FIRST], {}),
    ],
)  # fmt: skip
def test_pairs(table: str, old: list[Any], new: list[Any], meant: dict[int, int]) -> None:
    assert pairs(table, old, new) == meant


def test_a_title_that_hundreds_have_tells_nothing() -> None:
    # Nobody can say which of them became which; to compare each with each would take minutes.
    old = [with_(FIRST, date=date(2025, 1, 1 + day % 28), note=str(day)) for day in range(101)]
    new = [with_(record, credits=2, date=date(2026, 1, 1)) for record in old]
    assert pairs("activity", old, new) == {}
