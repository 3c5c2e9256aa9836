"""Requirements of the physician's own, a hospital's say: what counts for them, worked out by hand."""

from pathlib import Path

import pytest

from ledgers import (
    RENEWAL,
    activity,
    codes,
    counted,
    course,
    cuts,
    ledger,
    renewing,
    standings,
    why,
)


def requirement(credits: float = 4, **keys: str) -> str:
    """Write an own requirement, its keys spelled in TOML; `start` stands for `from`, `end` for `to`."""
    names = {"start": "from", "end": "to"}
    lines = ['id = "own"', 'name = "Own"', f"credits = {credits}"]
    lines += [f"{names.get(key, key)} = {value}" for key, value in keys.items()]
    return "\n".join(["[[requirement]]", *lines, ""])


@pytest.mark.parametrize(
    ("date", "category", "topics", "counts"),
    [
        ("2024-12-31", 1, ["wellness"], 0),  # the window is Jan 1, 2025 to Dec 31, 2025
        ("2025-01-01", 1, ["wellness"], 4),
        ("2025-12-31", 1, ["wellness"], 4),
        ("2026-01-01", 1, ["wellness"], 0),
        ("2025-06-01", 2, ["wellness"], 0),
        ("2025-06-01", 1, ["dementia"], 0),
        ("2025-06-01", 1, ["wellness", "ehr"], 4),  # a record counts once
        ("2025-06-01", 1, {"wellness": 1, "ehr": 1.5}, 2.5),
        ("2025-06-01", 1, {"wellness": 3, "ehr": 3}, 4),  # 6, at most 4
    ],
)
def test_an_own_requirement_counts_its_window_category_and_topics(
    date: str, category: int, topics: object, counts: float, tmp_path: Path
) -> None:
    own = (
        '[[requirement]]\nid = "own"\nname = "Own"\ncredits = 4\ncategory = 1\n'
        'topics = ["wellness", "ehr"]\nfrom = 2025-01-01\nto = 2025-12-31\n'
    )
    text = ledger(activity(date=date, category=category, credits=4, topics=topics), more=own)
    found = standings(tmp_path, text)["own"]
    assert found["counted"] == counts
    assert found["status"] == ("met" if counts == 4 else "short")
    assert found["own"] is True


@pytest.mark.parametrize(
    ("date", "counts"),
    [("2024-05-10", 0), ("2024-05-11", 4), ("2026-05-10", 4), ("2026-05-11", 0)],
)
def test_an_own_requirement_without_a_window_counts_the_license_cycle(
    date: str, counts: float, tmp_path: Path
) -> None:
    own = '[[requirement]]\nid = "own"\nname = "Own"\ncredits = 4\n'
    text = ledger(course(date, 4), more=own)
    got = counted(tmp_path, text, ["own"], "2026-06-01", "--cycle", "2026")
    assert got == (counts,)


@pytest.mark.parametrize(
    ("date", "counts"), [("2025-03-02", 0), ("2025-03-03", 4), ("2025-03-04", 0)]
)
def test_a_window_may_be_one_day(date: str, counts: float, tmp_path: Path) -> None:
    own = requirement(start="2025-03-03", end="2025-03-03")
    assert counted(tmp_path, ledger(course(date, 4), more=own), ["own"]) == (counts,)


def test_a_window_of_one_day_holds_one_day_of_training(tmp_path: Path) -> None:
    training = activity(kind="residency", start="2025-01-01", end="2025-12-31")
    # 1 x 50 / 365 = 0.137 gives nothing; 2 x 50 / 365 = 0.274 gives a quarter
    for end, counts in (("2025-03-03", 0), ("2025-03-04", 0.25)):
        own = requirement(start="2025-03-03", end=end)
        assert counted(tmp_path, ledger(training, more=own), ["own"]) == (counts,)


def test_a_past_cycle_knows_nothing_of_a_window_beyond_its_end(tmp_path: Path) -> None:
    # Of the window only the days to May 10, 2024 are known in the cycle that ended on it. Training
    # from July 1, 2023: 184 days to the end of the year, 31 + 29 + 31 + 30 + 10 = 131 after that;
    # 315 x 50 / 365 = 43.15. The course a day later is not known either.
    text = ledger(
        activity(id="training", kind="residency", start="2023-07-01", end="2025-06-30"),
        course("2024-05-10", 2),
        course("2024-05-11", 3),
        more=requirement(start="2023-01-01", end="2025-12-31"),
    )
    assert counted(tmp_path, text, ["own"], RENEWAL, "--cycle", "2024") == (43 + 2,)
    # The present cycle knows all: July 1, 2023 to June 30, 2025 are 366 + 365 = 731 days, 100.13.
    assert counted(tmp_path, text, ["own"]) == (100 + 2 + 3,)


@pytest.mark.parametrize(
    ("renewal", "topics", "first", "second"),
    [
        # a certification gives risk management 4 a cycle since March 28, 2024, all together
        ("2024-03-28", '["risk-management"]', 4, 0),
        ("2024-03-27", '["risk-management"]', 0, 0),
        ("2024-03-28", '["risk-management", "dementia"]', 4, 0),
        ("2024-03-28", '["dementia"]', 0, 0),
        ("2024-03-28", None, 60, 25),
    ],
)
def test_limits_of_a_kind_hold_for_an_own_requirement(
    renewal: str, topics: str | None, first: float, second: float, tmp_path: Path
) -> None:
    keys = {"kind": "board-certification", "topics": ["risk-management"]}
    text = ledger(
        activity(id="a", date="2024-01-10", **keys),
        activity(id="b", date="2024-01-11", credits=25, **keys),
        license=renewing(renewal),
        more=requirement(90, **({"topics": topics} if topics else {})),
    )
    found = standings(tmp_path, text, renewal)["own"]
    gives = {item["id"]: item["counted"] for item in found["activities"]}
    assert (gives.get("a", 0), gives.get("b", 0)) == (first, second)


def test_the_limit_of_a_kind_is_of_each_cycle_in_a_long_window(tmp_path: Path) -> None:
    keys = {"kind": "board-volunteer", "hours": 6, "topics": ["risk-management"]}
    text = ledger(
        activity(id="a", date="2024-05-10", approved_on="2024-05-10", **keys),
        activity(id="b", date="2024-05-11", approved_on="2024-05-11", **keys),
        activity(id="c", date="2025-05-11", approved_on="2025-05-11", **keys),
        more=requirement(topics='["risk-management"]', start="2024-01-01", end="2025-12-31"),
    )
    # 4 of the 6 in the cycle to May 10, 2024, and 4 of the 12 in the next
    assert counted(tmp_path, text, ["own"]) == (8,)
    assert ("share-limit", 6) in cuts(why(tmp_path, text, "own")["left_out"][-1])


def test_a_topic_that_a_record_bears_is_known(tmp_path: Path) -> None:
    own = requirement(topics='["stroke"]')
    assert codes(tmp_path, ledger(course("2025-01-01", 4, "wellness"), more=own)) >= {"bad-value"}
    text = ledger(course("2025-01-01", 4, "stroke"), more=own)
    assert "bad-value" not in codes(tmp_path, text)
    assert "unknown-topic" not in codes(tmp_path, text)
    assert counted(tmp_path, text, ["own"]) == (4,)


def test_a_list_that_serves_an_own_requirement_and_another_is_warned(tmp_path: Path) -> None:
    own = requirement(topics='["stroke"]').replace('id = "own"', 'id = "stroke"')
    both = course("2025-01-01", 3, "stroke", "opioid-pain")
    assert "two-mandates" in codes(tmp_path, ledger(both, more=own))
    assert counted(tmp_path, ledger(both, more=own), ["stroke", "opioid-pain"]) == (3, 3)
    alone = course("2025-01-01", 3, "stroke", "wellness")
    assert "two-mandates" not in codes(tmp_path, ledger(alone, more=own))
