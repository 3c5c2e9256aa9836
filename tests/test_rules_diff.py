"""`rules --diff`: worked out by hand from the editions in the rules' data."""

from datetime import date
from decimal import Decimal
from typing import Any, Final

import pytest

from cmeledger.report.changes import DETAILS, Change, changes
from cmeledger.report.rules_text import comparing, differences
from cmeledger.report.terminal import Style
from cmeledger.rules import rulebook as rules
from cmeledger.rules.rulebook import EitherReading, KindLimit, Requirement, TopicRule
from conftest import run_here

RULEBOOK = rules.load()
EACH_DAY: Final = sorted(
    {item.start for item in RULEBOOK.requirements if item.start}
    | {rule.start for item in RULEBOOK.requirements for rule in item.topics if rule.start}
    | {rule.start for item in RULEBOOK.requirements for rule in item.kind_limits if rule.start}
)


def diff(one: str, other: str, *arguments: str) -> Any:
    result = run_here("rules", *arguments, "--diff", one, other, "--json")
    assert result.code == 0
    return result.json


def shown(one: str, other: str, *arguments: str) -> str:
    """Give the text with its line breaks taken out."""
    return " ".join(run_here("rules", *arguments, "--diff", one, other).out.split())


def details(change: Any) -> dict[str, tuple[Any, Any]]:
    return {
        " ".join(filter(None, (item["what"], item["of"]))): (item["old"], item["new"])
        for item in change["details"]
    }


def test_from_2017_to_2018() -> None:
    found = diff("2017-12-31", "2018-01-01")
    assert found["renewals"] == ["2017-12-31", "2018-01-01"]
    assert [(item["id"], item["change"]) for item in found["changes"]] == [
        ("total", "changed"),
        ("category-1", "removed"),
        ("risk-management", "changed"),
        ("risk-management-category-1", "removed"),
        ("opioid-pain", "changed"),
        ("end-of-life", "changed"),
        ("ehr", "changed"),
    ]
    by_id = {item["id"]: item for item in found["changes"]}
    total = details(by_id["total"])
    assert total["asked"] == (100, 50)
    assert total["by_type temporary-faculty"] == (100, 25)  # before 2018 as a full license
    assert total["source"] == ("CMR", "17-05, MMS, GUIDE, CHART")
    assert set(total) == {
        "asks", "asked", "by_type temporary-faculty", "either_reading", "source", "reading",
    }  # fmt: skip
    assert by_id["category-1"]["old"]["asked"] == 40
    assert by_id["category-1"]["new"] is None
    risk = details(by_id["risk-management"])
    assert risk["by_type temporary-faculty"] == (10, 5)
    assert "asked" not in risk
    # Wellness and implicit bias come later: 2020-01-01 and 2021-11-18.
    assert not any(what.startswith(("topics", "kind_limits")) for what in risk)
    assert details(by_id["opioid-pain"]) == {"not_for": ([], ["administrative"])}
    once = details(by_id["end-of-life"])
    assert once["once"] == (False, True)
    assert details(by_id["ehr"]) == {
        "not_for": ([], ["administrative", "temporary-faculty", "volunteer"])
    }
    assert set(found["sources"]) == {"CMR", "17-05", "MMS", "GUIDE", "CHART", "19-06", "MGL"}


@pytest.mark.parametrize(
    ("one", "other", "name", "expected"),
    [
        ("2019-12-31", "2020-01-01", "risk-management", {"topics wellness": (None, 7)}),
        ("2021-11-17", "2021-11-18", "risk-management", {"topics implicit-bias": (None, True)}),
        (
            "2024-03-27",
            "2024-03-28",
            "risk-management",
            {"kind_limits board-certification": (0, 4)},
        ),
        (
            "2024-04-10",
            "2024-04-11",
            "board-regulations",
            {
                "asks": (
                    "2 credits studying the Board's regulations, 243 CMR 1.00-5.00",
                    "2 credits studying the Board's regulations, 243 CMR 1.00-3.00",
                )
            },
        ),
        ("2020-01-01", "2019-12-31", "risk-management", {"topics wellness": (7, None)}),
    ],
)
def test_one_requirement_changes_in_one_thing(
    one: str, other: str, name: str, expected: dict[str, Any]
) -> None:
    (change,) = diff(one, other)["changes"]
    assert (change["id"], change["change"]) == (name, "changed")
    assert details(change) == expected


@pytest.mark.parametrize(
    ("day", "before", "name"),
    [
        ("2010-01-01", "2009-12-31", "child-abuse"),
        ("2015-04-01", "2015-03-31", "ehr"),
        ("2018-12-06", "2018-12-05", "domestic-sexual-violence"),
        ("2022-06-01", "2022-05-31", "implicit-bias"),
        ("2022-11-07", "2022-11-06", "dementia"),
        ("2023-06-27", "2023-06-26", "dea-mate"),
    ],
)
def test_a_requirement_comes_in_and_backwards_goes_out(day: str, before: str, name: str) -> None:
    (change,) = diff(before, day)["changes"]
    assert (change["id"], change["change"], change["old"]) == (name, "added", None)
    assert change["new"]["from"] == day
    (change,) = diff(day, before)["changes"]
    assert (change["id"], change["change"], change["new"]) == (name, "removed", None)
    assert change["old"]["source"] in shown(day, before)


def test_in_words_with_sources() -> None:
    text = shown("2017-12-31", "2018-01-01")
    assert "From a renewal on Dec 31, 2017 to a renewal on Jan 1, 2018." in text
    assert "Changes: All credits (total)" in text
    assert "Asked: 100 → 50" in text
    assert "Asked of a license of type temporary-faculty: 100 → 25" in text
    assert "Goes out: Category 1 (category-1)" in text
    assert "How often: in every cycle → once" in text
    assert "Source: CMR → 17-05, MMS, GUIDE, CHART" in text
    assert "17-05: Board of Registration in Medicine, Policy 17-05" in text
    text = shown("2022-05-31", "2022-06-01")
    assert (
        "Comes in: Implicit bias (implicit-bias) "
        "2 credits on implicit bias in health care, once. Source: 2021-04, CHART" in text
    )
    assert "Topic wellness: not taken → at most 7 [19-06]" in shown("2019-12-31", "2020-01-01")
    assert "Of a board-certification in a cycle: at most 0 → at most 4 [94-05]" in shown(
        "2024-03-27", "2024-03-28"
    )


def test_nothing_changes() -> None:
    assert diff("2026-05-10", "2027-05-10")["changes"] == []
    assert shown("2026-05-10", "2027-05-10").endswith("Nothing changes.")
    assert shown("2017-12-31", "2018-01-01", "child-abuse").endswith("Nothing changes.")


def test_one_requirement_can_be_asked_about() -> None:
    found = diff("2017-12-31", "2022-06-01", "implicit-bias")
    assert [item["id"] for item in found["changes"]] == ["implicit-bias"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--diff", "2017-12-31"),
        ("--diff", "2017-12-31", "soon"),
        ("--diff", "2017-12-31", "2018-01-01", "--renewal", "2018-01-01"),
        ("no-such-rule", "--diff", "2017-12-31", "2018-01-01"),
        ("teaching", "--diff", "2017-12-31", "2018-01-01"),
    ],
)
def test_a_wrong_command_line_is_exit_2(arguments: tuple[str, ...]) -> None:
    result = run_here("rules", *arguments)
    assert (result.code, result.out) == (2, "")


@pytest.mark.parametrize("unicode", [True, False])
def test_every_line_fits_the_page(unicode: bool) -> None:
    style = Style(50, color=False, unicode=unicode)
    days = (date(1990, 1, 1), *EACH_DAY, date(2030, 1, 1))
    for one in days:
        for other in days:
            head = comparing(RULEBOOK, one, other, style)
            lines = [*head, *differences(RULEBOOK, one, other, style)]
            assert max(map(len, lines)) <= 50
            assert unicode or "→" not in "".join(lines)


ITEM: Final = RULEBOOK.in_force(date(2026, 5, 10))[0]
OTHER_VALUES: Final[dict[str, Any]] = {
    "name": "Another",
    "asks": "another",
    "unit": "completion",
    "credits": Decimal(60),
    "by_type": {"volunteer": Decimal("1.5")},
    "not_for": frozenset({"volunteer"}),
    "every_type": True,
    "practice": "serves-adults",
    "proof": "ehr-proof",
    "once": True,
    "statutory": True,
    "topics": (TopicRule("wellness", None, Decimal("1.5"), ("19-06",)),),
    "headline_topic": "wellness",
    "category": 1,
    "categorized": False,
    "part_of": "risk-management",
    "goes_with": "risk-management",
    "kind_limits": (KindLimit("course", None, None, Decimal("2.5"), ("MMS",)),),
    "either_reading": EitherReading("total", {Decimal(50): Decimal(55)}, "is it?"),
    "sources": ("MMS",),
    "cite": "a law",
    "reading": "another",
    "decides": False,
}


@pytest.mark.parametrize("field", OTHER_VALUES)
def test_no_difference_goes_unnoticed(field: str) -> None:
    changed = ITEM._replace(**{field: OTHER_VALUES[field]}, start=date(2030, 1, 1))
    book = RULEBOOK._replace(requirements=(ITEM._replace(end=date(2029, 12, 31)), changed))
    (change,) = changes(book, date(2029, 12, 31), date(2030, 1, 1))
    assert change == Change(ITEM.id, book.requirements[0], changed, change.details)
    assert change.details
    lines = differences(book, date(2029, 12, 31), date(2030, 1, 1), Style(80, False, True))  # noqa: FBT003
    assert " → " in " ".join(" ".join(lines).split())


def test_every_field_and_detail_is_thought_of() -> None:
    left = {"id", "start", "end", "own", "window"}  # what it is, and when: never a change of it
    assert set(OTHER_VALUES) | left == set(Requirement._fields)
    named = {"asked" if field == "credits" else field for field in OTHER_VALUES}
    assert named - {"sources", "cite"} | {"source"} == set(DETAILS)
