"""`plan`: where a license would stand, worked out by hand."""

import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import generate
from books import opened
from cmeledger.report.planned import planned
from conftest import SAMPLES, run_here
from ledgers import RENEWAL, activity, ask, by_id, course, ledger

DAY = "2026-01-10"
"""In the cycle 2024-05-11 to 2026-05-10."""
SURGEON = str(SAMPLES / "surgeon.toml")


def plan(folder: Path, text: str, *options: str) -> Any:
    return ask(folder, text, "plan", "--as-of", DAY, *options)


def counts(found: Any, *names: str) -> tuple[float, ...]:
    standings = by_id(found["licenses"][0])
    return tuple(standings[name]["counted"] for name in names)


def test_planned_records_count_on_their_days(tmp_path: Path) -> None:
    text = ledger(
        course("2025-01-01", 4),
        course("2026-02-01", 2, "opioid-pain", status="planned", id="ahead"),
        course("2025-12-01", 1, "opioid-pain", status="attended", claim_by="2026-03-01", id="sat"),
        course("2026-06-01", 9, "opioid-pain", status="planned", id="next-cycle"),
    )
    found = plan(tmp_path, text)
    # 4 + 2 in all; opioids 2, which are risk management too
    assert counts(found, "total", "risk-management", "opioid-pain") == (6, 2, 2)
    assert [item["id"] for item in found["taken"]] == ["ahead"]
    assert (found["as_of"], found["planned_to"]) == (DAY, "2026-02-01")
    before = {item["id"]: item["counted"] for item in found["licenses"][0]["before"]}
    assert (before["total"], before["opioid-pain"]) == (4, 0)
    found = plan(tmp_path, text, "--attended")
    assert counts(found, "total", "risk-management", "opioid-pain") == (7, 3, 3)
    assert [item["id"] for item in found["taken"]] == ["sat", "ahead"]


def test_records_in_a_few_words(tmp_path: Path) -> None:
    text = ledger()
    more = (
        "--with", "2 risk-management 2026-05-01",
        "--with", "3 ehr=1,dementia=0.5",
        "--with", "regulation-study category=2 1.5 4/1/2026",
        "--with", "mandated-training child-abuse",
        "--with", "teaching hours=2",
    )  # fmt: skip
    found = plan(tmp_path, text, *more)
    # 2 + 3 + 1.5, and teaching in Category 1 twice its 2 hours: 10.5; risk management 2 + 1 + 1.5
    names = ("total", "risk-management", "board-regulations", "ehr", "dementia", "child-abuse")
    assert counts(found, *names) == (10.5, 4.5, 1.5, 1, 0.5, 1)
    assert found["planned_to"] == "2026-05-01"
    assert (tmp_path / "cme.toml").read_text() == text


def test_a_training_that_is_planned_exempts_the_cycle_it_reaches(tmp_path: Path) -> None:
    # It ends after the cycle, and has days in the last 365 before 2026-05-10: 40 of them in the cycle,
    # 40 x 50 / 365 = 5.4.
    training = activity(kind="fellowship", start="2026-04-01", end="2027-03-31", status="planned")
    found = plan(tmp_path, ledger(training))
    standings = by_id(found["licenses"][0])
    assert standings["total"]["status"] == "exempt"
    assert counts(found, "total") == (5.25,)
    assert found["planned_to"] == RENEWAL
    given = plan(tmp_path, ledger(), "--with", "fellowship start=2026-04-01 end=2027-03-31")
    assert counts(given, "total") == (5.25,)


def test_the_limits_of_a_kind_hold_for_what_is_planned(tmp_path: Path) -> None:
    # one article a year: of two in 2026 the first counts
    text = ledger(activity(date="2026-01-05", kind="article", title="One"))
    found = plan(tmp_path, text, "--with", "article 2026-03-01")
    assert counts(found, "total") == (10,)


def test_what_is_shown() -> None:
    shown = run_here("plan", SURGEON, "--as-of", "2026-11-24", "--with", "2 opioid-pain").out
    # planned: 2 of risk management; with 2 on opioids: 8.5 + 2 + 2, and the federal 6 + 2
    assert "  + Nov 24, 2026: With 1: 2 opioid-pain\n" in shown
    assert "Met on record" in shown
    assert "risk management 8.5 → 12.5 of 10, now met" in " ".join(shown.split())
    assert "substance use (DEA) 6 → 8 of 8, now met" in " ".join(shown.split())


def test_what_is_given_is_taken_for_claimed_whatever_its_status(tmp_path: Path) -> None:
    more = ("--with", "2 status=planned claim-by=2026-03-01")
    assert counts(plan(tmp_path, ledger(), *more), "total") == (2,)


def test_a_topic_that_nobody_knows_is_said(tmp_path: Path) -> None:
    (tmp_path / "cme.toml").write_text(ledger())
    words = ("plan", str(tmp_path / "cme.toml"), "--as-of", DAY, "--with")
    result = run_here(*words, "2 opioid-pan")
    assert result.code == 0
    assert "warning: --with, number 1: " in result.err
    assert "'opioid-pain'" in result.err
    assert run_here(*words, "2 opioid-pain").err == ""


def test_nothing_planned(tmp_path: Path) -> None:
    (tmp_path / "cme.toml").write_text(ledger())
    shown = run_here("plan", str(tmp_path / "cme.toml"), "--as-of", DAY).out
    assert shown.startswith(
        'No record is planned: write one down with status = "planned", or try one:\n'
        '  cmeledger plan --with "2 risk-management"\n'
    )
    assert "Nothing would change." in shown


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ("2 2026-02-31", "February has no day 31"),
        ("2 date=tomorrow", "that is no date"),
        ("category=3 2", "write 1 or 2"),
        ("risk-management", "credits"),
        ("1x", "write a number"),
        ("'2", "No closing quotation"),
        ("residency 2026-01-01", "date"),
        ("", "credits"),
        ("1 2", "credits is said twice"),
        ("1/2 credits=3", "credits is said twice"),
        ("article poster", "kind is said twice"),
        # The surgeon's cycle ends on 2027-02-14.
        ("2 2027-02-15", "2027-02-15 is after the last cycle shown, which ends on 2027-02-14"),
    ],
)
def test_a_record_that_cannot_be_is_exit_2(record: str, said: str) -> None:
    result = run_here("plan", SURGEON, "--with", record)
    assert (result.code, result.out) == (2, "")
    assert said in result.err


def assert_like_status(seed: int) -> None:
    """Compare a plan with the ledger that has those records claimed, on the day of the last."""
    dice = random.Random(seed)
    made = generate.ledger(dice)
    day = generate.as_of(dice, made)
    book = opened(generate.to_toml(made), day)
    statuses = frozenset(dice.choice([("planned",), ("planned", "attended")]))
    before = [book.report(t, t.series.shown_for(day)) for t in book.tallies()]
    last = max(report.cycle.end for report in before)
    extra = [
        {
            "title": "Extra",
            "date": dice.choice([min(day, last), last]),
            "category": dice.choice([1, 2]),
            "credits": Decimal("2.5"),
            "topics": dice.choice([["opioid-pain"], ["wellness"], {"ehr": 1}]),
        }
        for _ in range(dice.randint(0, 2))
    ]
    found = planned(book, extra, statuses, last)
    records = [dict(record) for record in made.get("activity", [])]
    for record in records:
        on = record.get("date") or record.get("end") or record["start"]
        if record.get("kind") in ("residency", "fellowship"):
            on = record["start"]
        if record.get("status") in statuses and on <= last:
            del record["status"]
            record.pop("claim-by", None)
    claimed = opened(generate.to_toml({**made, "activity": records + extra}), found.book.day)
    for report, one, other in zip(before, found.book.tallies(), claimed.tallies(), strict=True):
        said = found.book.report(one, report.cycle)
        meant = claimed.report(other, report.cycle)
        assert said.status == meant.status
        for left, right in zip(said.standings, meant.standings, strict=True):
            assert left[:8] == right[:8]  # all but the records behind it
            assert left.open_reading == right.open_reading


@pytest.mark.parametrize("seed", range(60))
def test_a_plan_is_the_status_of_the_ledger_that_has_it(seed: int) -> None:
    assert_like_status(seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(60, 2060))
def test_a_plan_is_the_status_of_the_ledger_that_has_it_often(seed: int) -> None:
    assert_like_status(seed)
