"""How long each record is kept, worked out by hand [MMS, GUIDE]."""

from pathlib import Path
from typing import Any

import pytest

from conftest import run_here
from ledgers import RENEWAL, activity, ask, course, ledger, renewing, waiver, why

Keys = dict[str, Any]


def keeping(folder: Path, text: str, day: str = "2026-05-10") -> dict[str, tuple[str | None, bool]]:
    found = ask(folder, text, "keep", "--as-of", day)["records"]
    return {item["id"]: (item["keep_until"], item["kept_for_good"]) for item in found}


def kept(folder: Path, record: str, **keys: Any) -> tuple[str | None, bool]:
    """Say how long the one record of a ledger is kept; `why` says the same."""
    text = ledger(record, **keys)
    found = why(folder, text, "one")
    until = found["keep_until"], found["kept_for_good"]
    assert keeping(folder, text) == {"one": until}
    return until


# ── One full cycle after the cycle of the completion date ─────────────────────────────────


@pytest.mark.parametrize(
    ("date", "until"),
    [
        ("2022-05-10", "2024-05-10"),
        ("2022-05-11", "2026-05-10"),
        ("2024-05-10", "2026-05-10"),
        ("2024-05-11", "2028-05-10"),
        ("2025-06-01", "2028-05-10"),
        ("2026-05-10", "2028-05-10"),
        ("2026-05-11", "2030-05-10"),
    ],
)
def test_a_record_is_kept_to_the_end_of_the_following_cycle(
    date: str, until: str, tmp_path: Path
) -> None:
    assert kept(tmp_path, course(date, 3, id="one")) == (until, False)
    # the completion date decides
    long = activity(id="one", start="2020-01-01", end=date, category=1, credits=3)
    assert kept(tmp_path, long) == (until, False)


@pytest.mark.parametrize(
    ("date", "until"),
    [("2024-02-28", "2026-02-28"), ("2024-02-29", "2028-02-28"), ("2026-03-01", "2030-02-28")],
)
def test_a_leap_day_of_birth_keeps_to_february_28(date: str, until: str, tmp_path: Path) -> None:
    keys = {"license": renewing("2026-02-28"), "birthday": "02-29"}
    assert kept(tmp_path, course(date, 3, id="one"), **keys) == (until, False)


@pytest.mark.parametrize(
    ("day", "expired"), [("2028-05-09", False), ("2028-05-10", False), ("2028-05-11", True)]
)
def test_a_record_may_go_the_day_after(day: str, expired: bool, tmp_path: Path) -> None:
    found = ask(tmp_path, ledger(course("2025-06-01", 3)), "keep", "--as-of", day)["records"]
    assert [(item["keep_until"], item["expired"]) for item in found] == [("2028-05-10", expired)]


def test_what_is_kept_for_good_never_may_go(tmp_path: Path) -> None:
    text = ledger(course("2001-06-01", 3, "end-of-life"))
    (found,) = ask(tmp_path, text, "keep", "--as-of", "2199-12-31")["records"]
    assert (found["kept_for_good"], found["expired"]) == (True, False)


@pytest.mark.parametrize("status", ["planned", "attended"])
def test_a_record_that_is_not_claimed_is_kept_like_others(status: str, tmp_path: Path) -> None:
    record = course("2025-06-01", 3, "implicit-bias", id="one", status=status)
    assert kept(tmp_path, record) == ("2028-05-10", False)


# ── Before the first license ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("date", "until"),
    [
        # Issued May 20, 2024: the first cycle ends on May 10, 2025, the next on May 10, 2027.
        ("2001-06-01", "2025-05-10"),
        ("2024-05-19", "2025-05-10"),
        ("2024-05-20", "2027-05-10"),
        ("2025-05-10", "2027-05-10"),
        ("2025-05-11", "2029-05-10"),
    ],
)
def test_a_record_before_the_first_license_is_kept_to_the_end_of_the_first_cycle(
    date: str, until: str, tmp_path: Path
) -> None:
    record = course(date, 3, id="one")
    assert kept(tmp_path, record, license="issued = 2024-05-20") == (until, False)


@pytest.mark.parametrize(("topic", "good"), [("end-of-life", True), ("opioid-pain", False)])
def test_before_the_first_license_what_is_asked_once_is_kept_for_good(
    topic: str, good: bool, tmp_path: Path
) -> None:
    until = None if good else "2025-05-10"
    record = course("2001-06-01", 3, topic, id="one")
    assert kept(tmp_path, record, license="issued = 2024-05-20") == (until, good)


def test_a_license_that_ended_keeps_its_records_for_the_following_two_years(
    tmp_path: Path,
) -> None:
    license = renewing("2026-05-10") + "\nended = 2025-01-01"
    for date, until in (("2022-06-01", "2026-05-10"), ("2024-06-01", "2028-05-10")):
        assert kept(tmp_path, course(date, 3, id="one"), license=license) == (until, False)


def test_a_license_that_ended_before_a_record_does_not_keep_it(tmp_path: Path) -> None:
    # The first has no cycle after May 10, 2026; the second's from Dec 1, 2025 is followed by one
    # that ends on Nov 30, 2029.
    both = renewing("2026-05-10") + "\nended = 2025-01-01", renewing("2027-11-30")
    record = course("2026-06-01", 3, id="one")
    assert kept(tmp_path, record, license=both) == ("2029-11-30", False)


# ── For good ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("keys", "good"),
    [
        ({"topics": ["end-of-life"]}, True),
        ({"topics": ["ehr"]}, True),
        ({"topics": ["ehr"], "category": 2}, False),  # it takes Category 1 only
        ({"topics": ["implicit-bias"]}, True),
        ({"topics": ["implicit-bias"], "category": 2}, True),
        ({"topics": ["dementia"]}, True),
        ({"topics": ["child-abuse"]}, True),
        ({"topics": ["domestic-sexual-violence"]}, True),
        ({"topics": {"dementia": 0.25}}, True),
        ({"topics": {"dementia": 0}}, False),
        ({"topics": ["dementia"], "credits": 0}, False),
        ({"topics": ["dementia"], "credits": 0.25}, True),
        ({"topics": ["dementia"], "credits": 0.24}, False),  # rounds down to nothing
        ({"topics": ["child-abuse"], "credits": 0}, True),  # a completion has no credits
        ({"topics": ["child-abuse"], "credits": 0, "status": "attended"}, False),
        ({"topics": ["risk-management"]}, False),
        ({"topics": ["board-regulations"]}, False),
        ({"topics": ["opioid-pain"]}, False),
        ({"topics": ["wellness"]}, False),
        ({"topics": ["substance-use"]}, False),
        ({"topics": []}, False),
    ],
)
def test_what_serves_a_once_only_requirement_is_kept_for_good(
    keys: Keys, good: bool, tmp_path: Path
) -> None:
    record = activity(**{"id": "one", "date": "2025-06-01", "category": 1, "credits": 3} | keys)
    assert kept(tmp_path, record) == (None if good else "2028-05-10", good)


@pytest.mark.parametrize("topic", ["child-abuse", "domestic-sexual-violence"])
def test_a_training_without_credits_is_kept_for_good(topic: str, tmp_path: Path) -> None:
    keys: Keys = {"kind": "mandated-training", "topics": [topic]}
    assert kept(tmp_path, activity(id="one", date="2025-06-01", **keys)) == (None, True)


def test_what_a_limit_leaves_nothing_of_is_not_kept_for_good(tmp_path: Path) -> None:
    # The second article of a year counts nothing, for its topic either.
    one, two = (
        activity(id=id, date=date, kind="article", topics=["dementia"])
        for id, date in (("a", "2025-06-01"), ("b", "2025-07-01"))
    )
    assert keeping(tmp_path, ledger(one, two)) == {"a": (None, True), "b": ("2028-05-10", False)}


def test_end_of_life_of_a_time_when_it_was_asked_every_cycle_is_kept_for_good(
    tmp_path: Path,
) -> None:
    assert kept(tmp_path, course("2013-06-01", 2, "end-of-life", id="one")) == (None, True)


@pytest.mark.parametrize("topic", ["substance-use", "opioid-pain"])
@pytest.mark.parametrize("registered", [True, False])
def test_the_federal_training_is_kept_for_good_only_by_who_is_registered(
    topic: str, registered: bool, tmp_path: Path
) -> None:
    practice = f"dea-registered = {str(registered).lower()}"
    found = kept(tmp_path, course("2025-06-01", 3, topic, id="one"), practice=practice)
    assert found == (None if registered else "2028-05-10", registered)


@pytest.mark.parametrize(
    ("topic", "type", "practice"),
    [
        ("dementia", "full", "serves-adults = false"),
        ("ehr", "full", "practicing-medicine = false"),
        ("ehr", "full", 'ehr-proof = "hospital"'),
        ("dementia", "administrative", ""),
        ("ehr", "volunteer", ""),
        ("ehr", "temporary-faculty", ""),
        ("end-of-life", "limited", ""),
    ],
)
def test_what_practice_or_type_switches_off_is_kept_for_good_all_the_same(
    topic: str, type: str, practice: str, tmp_path: Path
) -> None:
    record = course("2025-06-01", 3, topic, id="one")
    found = kept(tmp_path, record, license=renewing("2026-05-10", type), practice=practice)
    assert found == (None, True)


# ── Several licenses, and what still goes on ──────────────────────────────────────────────


@pytest.mark.parametrize(
    ("date", "until"),
    [
        # renewals on May 10 of even years, and on Nov 30 of odd ones
        ("2025-06-01", "2028-05-10"),  # 2028-05-10 and 2027-11-30
        ("2025-12-01", "2029-11-30"),  # 2028-05-10 and 2029-11-30
        ("2026-05-11", "2030-05-10"),  # 2030-05-10 and 2029-11-30
    ],
)
def test_of_several_licenses_the_latest_day_holds(date: str, until: str, tmp_path: Path) -> None:
    record = course(date, 3, id="one")
    both = renewing("2026-05-10"), renewing("2025-11-30")
    assert kept(tmp_path, record, license=both) == (until, False)


def test_a_record_before_one_license_is_kept_for_the_other_too(tmp_path: Path) -> None:
    # of the second, issued Sept 1, 2024: to the end of its first cycle, May 10, 2025
    both = renewing("2026-05-10"), "issued = 2024-09-01"
    assert kept(tmp_path, course("2024-06-01", 3, id="one"), license=both) == ("2028-05-10", False)
    assert kept(tmp_path, course("2022-05-10", 3, id="one"), license=both) == ("2025-05-10", False)


@pytest.mark.parametrize(
    ("end", "until"),
    [(None, None), ("2024-05-10", "2026-05-10"), ("2025-06-30", "2028-05-10")],
)
@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("residency", {}),
        ("fellowship", {}),
        ("medical-examiner", {"approved_on": "2022-07-01"}),
        ("board-of-health", {"approved_on": "2022-07-01"}),
        ("board-volunteer", {"approved_on": "2022-07-01", "hours": 3}),
    ],
)
def test_what_goes_on_has_no_day_yet(
    kind: str, keys: Keys, end: str | None, until: str | None, tmp_path: Path
) -> None:
    record = activity(id="one", kind=kind, start="2022-07-01", end=end, **keys)
    assert kept(tmp_path, record) == (until, False)


def test_an_evidence_file_is_kept_as_long_as_any_record_that_names_it(tmp_path: Path) -> None:
    # The cycle is 2024-05-11 to 2026-05-10: a record in it is kept to 2028-05-10, one in the cycle
    # before it to 2026-05-10, and implicit bias for good.
    text = ledger(
        course("2023-01-01", 1, id="old", evidence=["old.pdf", "both.pdf", "all.pdf", "left.pdf"]),
        course("2025-01-01", 1, id="new", evidence=["both.pdf", "all.pdf"]),
        course("2025-01-02", 2, "implicit-bias", id="bias", evidence=["all.pdf"]),
        activity(id="on", kind="residency", start="2026-07-01", evidence=["open.pdf", "old-2.pdf"]),
        course("2023-01-02", 1, id="last", evidence=["old-2.pdf"]),
        course("2025-01-01", 1, id="bad", evidence=["left.pdf"], wrong_key=1),
        license=renewing(RENEWAL),
    )
    found = ask(tmp_path, text, "keep", "--as-of", "2026-08-01", code=1)["files"]
    assert [(f["file"], f["keep_until"], f["kept_for_good"], f["expired"]) for f in found] == [
        ("all.pdf", None, True, False),
        ("both.pdf", "2028-05-10", False, False),
        ("old-2.pdf", None, False, False),  # the residency goes on
        ("old.pdf", "2026-05-10", False, True),
        ("open.pdf", None, False, False),
    ]
    shown = run_here("keep", str(tmp_path / "cme.toml"), "--as-of", "2026-08-01").out
    assert "2026-05-10      over    old.pdf\n" in shown
    assert (
        "5 records, of which 2 may be discarded.\n5 files, of which 1 may be discarded.\n" in shown
    )


def test_a_waiver_keeps_its_files_as_a_record_of_the_last_day_of_its_cycle(tmp_path: Path) -> None:
    text = ledger(
        course("2023-01-01", 1, id="old", evidence=["letter.pdf", "./scan.pdf", "bad.pdf"]),
        course("2025-01-01", 1, id="new", evidence=["scan.pdf"]),
        waiver("2024-05-10", granted="2024-04-01", evidence=["early.pdf"]),
        waiver("2026-05-10", granted="2026-04-01", evidence=["./letter.pdf"]),
        waiver("2026-05-10", granted='"soon"', evidence=["bad.pdf"]),
        license=renewing(RENEWAL),
    )
    found = ask(tmp_path, text, "keep", "--as-of", "2026-08-01", code=1)["files"]
    # One file by two names is kept as long by either.
    assert [(f["file"], f["keep_until"], f["expired"]) for f in found] == [
        ("./letter.pdf", "2028-05-10", False),
        ("./scan.pdf", "2028-05-10", False),
        ("early.pdf", "2026-05-10", True),
        ("letter.pdf", "2028-05-10", False),
        ("scan.pdf", "2028-05-10", False),
    ]
