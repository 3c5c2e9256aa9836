"""Residency, fellowship and waivers, worked out by hand: credits by the day, what is not asked."""

from pathlib import Path
from typing import Any

import pytest

from ledgers import (
    activity,
    by_id,
    codes,
    counted,
    course,
    cuts,
    ledger,
    licenses,
    renewing,
    standings,
    waiver,
    warnings,
    why,
)

# The cycle of every ledger here is May 11, 2024 to May 10, 2026, unless a test says otherwise:
# 365 days to May 10, 2025, and 365 more. The last 365 begin on May 11, 2025.

EXEMPTED = ("total", "risk-management", "board-regulations")
STILL_ASKED = (
    "opioid-pain",
    "end-of-life",
    "ehr",
    "implicit-bias",
    "dementia",
    "child-abuse",
    "domestic-sexual-violence",
)
ONCE = STILL_ASKED[1:]
CONFIRM = "exempt per MMS; confirm with the Board"


def enrolled(start: str, end: str | None, kind: str = "residency", **keys: object) -> str:
    return activity(**{"id": "one", "start": start, "end": end, "kind": kind} | keys)


def statuses(found: dict[str, Any]) -> dict[str, str]:
    return {id: entry["status"] for id, entry in found.items()}


# ── Credits by the day [MMS] ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("end", "days", "credits"),
    [
        # days x 50 / 365, rounded down to quarters, from May 11, 2024; both ends count
        ("2024-05-11", 1, 0),  # 0.137
        ("2024-05-12", 2, 0.25),  # 0.274
        ("2024-07-22", 73, 10),  # 21 + 30 + 22; 73 is a fifth of 365
        ("2025-05-09", 364, 49.75),  # 49.863
        ("2025-05-10", 365, 50),
        ("2025-05-11", 366, 50),  # 50.137
        ("2025-05-12", 367, 50.25),  # 50.274
        ("2026-05-09", 729, 99.75),  # 99.863
        ("2026-05-10", 730, 100),
    ],
)
@pytest.mark.parametrize("kind", ["residency", "fellowship"])
def test_training_gives_50_credits_a_year_by_the_day(
    kind: str, end: str, days: int, credits: float, tmp_path: Path
) -> None:
    text = ledger(enrolled("2024-05-11", end, kind))
    found = why(tmp_path, text, "one")
    assert credits == days * 50 * 4 // 365 / 4
    assert found["counted"] == credits
    assert counted(tmp_path, text, ["total", "risk-management"]) == (credits, 0)


def test_training_counts_as_category_1(tmp_path: Path) -> None:
    # Jan 1 to Mar 14, 2016: 31 + 29 + 14 = 74 days, 10.137
    text = ledger(enrolled("2016-01-01", "2016-03-14"), license=renewing("2017-12-31"))
    assert counted(tmp_path, text, ["total", "category-1"], "2017-12-31") == (10, 10)


def test_a_cycle_with_a_leap_day_is_a_day_longer(tmp_path: Path) -> None:
    # May 11, 2022 to May 10, 2024: 731 days, 100.137; to May 9: 730
    for end, credits in (("2024-05-09", 100), ("2024-05-10", 100), ("2024-05-08", 99.75)):
        text = ledger(enrolled("2022-05-11", end), license=renewing("2024-05-10"))
        assert counted(tmp_path, text, ["total"], "2024-05-10") == (credits,)


@pytest.mark.parametrize(
    ("start", "end", "before", "present"),
    [
        # 73 days to the end of the cycle before: Feb 28 to May 10, 2024, 2 + 31 + 30 + 10
        ("2024-02-28", "2024-05-10", 10, 0),
        # and 146 of this: May 21, June 30, July 31, Aug 31, Sept 30, Oct 3
        ("2024-02-28", "2024-10-03", 10, 20),
        ("2024-05-11", "2024-10-03", 0, 20),
    ],
)
def test_training_counts_by_the_days_in_each_cycle(
    start: str, end: str, before: float, present: float, tmp_path: Path
) -> None:
    text = ledger(enrolled(start, end))
    assert counted(tmp_path, text, ["total"], "2026-05-10", "--cycle", "2024") == (before,)
    assert counted(tmp_path, text, ["total"], "2026-05-10", "--cycle", "2026") == (present,)


@pytest.mark.parametrize(
    ("day", "credits"),
    [
        ("2024-07-21", 9.75),  # 72 days, 9.863
        ("2024-07-22", 10),
        ("2025-05-10", 50),
        ("2026-05-10", 100),
    ],
)
@pytest.mark.parametrize("end", [None, "2028-06-30"])
def test_training_that_goes_on_counts_up_to_the_day_asked_about(
    end: str | None, day: str, credits: float, tmp_path: Path
) -> None:
    text = ledger(enrolled("2024-05-11", end))
    assert counted(tmp_path, text, ["total"], day) == (credits,)
    assert "future-date" not in codes(tmp_path, text, day)


@pytest.mark.parametrize("status", ["planned", "attended"])
def test_training_that_is_not_claimed_neither_counts_nor_exempts(
    status: str, tmp_path: Path
) -> None:
    text = ledger(enrolled("2024-05-11", "2026-05-10", status=status))
    found = standings(tmp_path, text)
    assert found["total"]["counted"] == 0
    assert {found[id]["status"] for id in EXEMPTED} == {"short"}


@pytest.mark.parametrize("status", ["planned", "attended"])
@pytest.mark.parametrize(
    ("start", "end", "credits"),
    [
        ("2024-05-11", "2026-05-10", 100),  # 730 days, those ahead too
        ("2024-02-28", "2024-10-03", 20),  # 146 in this cycle
        ("2026-02-27", "2027-06-30", 10),  # 2 + 31 + 30 + 10 = 73
        ("2023-01-01", "2024-05-10", 0),
        # going on without an end, to the renewal: 184 days of 2025 and 130 of 2026, 43.01
        ("2025-07-01", None, 43),
        ("2024-05-11", None, 100),
    ],
)
def test_training_not_claimed_is_shown_beside_by_its_days_in_the_cycle(
    start: str, end: str | None, credits: float, status: str, tmp_path: Path
) -> None:
    text = ledger(enrolled(start, end, status=status))
    total = standings(tmp_path, text, "2025-01-01")["total"]
    assert (total[status], total["counted"]) == (credits, 0)


@pytest.mark.parametrize(
    ("start", "end", "day", "credits"),
    [
        # the window is Jan 1 to Mar 14, 2025: 31 + 28 + 14 = 73 days
        ("2024-07-01", "2025-06-30", "2026-05-10", 10),
        ("2024-07-01", "2025-03-13", "2026-05-10", 9.75),  # 72 days, 9.863
        ("2025-01-02", "2025-06-30", "2026-05-10", 9.75),
        ("2024-07-01", "2025-06-30", "2025-02-05", 4.75),  # 36 days so far, 4.932
        ("2024-07-01", "2024-12-31", "2026-05-10", 0),
        ("2025-03-15", "2025-06-30", "2026-05-10", 0),
    ],
)
def test_training_counts_for_an_own_requirement_by_its_days_in_the_window(
    start: str, end: str, day: str, credits: float, tmp_path: Path
) -> None:
    own = (
        '[[requirement]]\nid = "own"\nname = "Own"\ncredits = 4\n'
        "from = 2025-01-01\nto = 2025-03-14\n"
    )
    text = ledger(enrolled(start, end), more=own)
    assert counted(tmp_path, text, ["own"], day) == (credits,)
    assert counted(tmp_path, text + "category = 1\n", ["own"], day) == (credits,)
    assert counted(tmp_path, text + "category = 2\n", ["own"], day) == (0,)
    assert counted(tmp_path, text + 'topics = ["dementia"]\n', ["own"], day) == (0,)


def test_training_before_the_license_counts_for_no_own_requirement(tmp_path: Path) -> None:
    own = (
        '[[requirement]]\nid = "own"\nname = "Own"\ncredits = 4\n'
        "from = 2024-07-01\nto = 2025-06-30\n"
    )
    # Issued Jan 1, 2025: of the window and the training, Jan 1 to Mar 14 is left, 73 days.
    text = ledger(enrolled("2024-07-01", "2025-03-14"), license="issued = 2025-01-01", more=own)
    assert counted(tmp_path, text, ["total", "own"], "2025-04-01") == (10, 10)


@pytest.mark.parametrize(
    ("start", "days", "credits"),
    [
        # two years less a day after the start; this cycle begins on May 11, 2024
        ("2022-05-11", 0, 0),  # to May 10, 2024
        ("2022-05-12", 1, 0),  # to May 11, 2024
        ("2022-05-13", 2, 0.25),
        ("2022-07-23", 73, 10),  # to July 22, 2024
        ("2023-05-10", 364, 49.75),  # to May 9, 2025
        ("2023-05-11", 365, 50),
        ("2023-05-12", 366, 50),
        ("2023-05-13", 367, 50.25),
        ("2024-05-11", 730, 100),  # to May 10, 2026
    ],
)
def test_a_fellowship_counts_two_years_from_its_start(
    start: str, days: int, credits: float, tmp_path: Path
) -> None:
    assert credits == days * 50 * 4 // 365 / 4
    for end in ("2026-05-10", None):
        text = ledger(enrolled(start, end, "fellowship"))
        assert counted(tmp_path, text, ["total"]) == (credits,)
    # a residency counts on
    assert counted(tmp_path, ledger(enrolled(start, "2026-05-10")), ["total"]) == (100,)


def test_what_a_fellowship_has_beyond_two_years_is_said(tmp_path: Path) -> None:
    # May 11 to July 22, 2025 is 73 days after the two years: 50 of 60 count.
    found = why(tmp_path, ledger(enrolled("2023-05-11", "2025-07-22", "fellowship")), "one")
    assert found["counted"] == 50
    assert cuts(found) == [("cap-of-kind", 10)]
    assert "MMS" in found["reasons"][0]["source"]


def test_a_day_of_two_programs_counts_once_for_the_earlier(tmp_path: Path) -> None:
    # The residency has 146 days to Oct 3, 2024, 20 credits; of the fellowship's to May 10, 2025
    # the 365 - 146 = 219 after that are left, 30 credits.
    text = ledger(
        enrolled("2024-07-01", "2025-05-10", "fellowship", id="b"),
        enrolled("2024-05-11", "2024-10-03", id="a"),
    )
    total = standings(tmp_path, text)["total"]
    assert total["counted"] == 50
    assert {item["id"]: item["counted"] for item in total["activities"]} == {"a": 20, "b": 30}


@pytest.mark.parametrize(
    ("one", "two", "gives"),
    [
        # The one that ends first has the days in common, whichever began first. a: 365 days, 50. b:
        # June 1, 2024 to Dec 31, 2025 are 579 days, less 365 = 214, 29.315.
        (("2024-07-01", "2025-06-30"), ("2024-06-01", "2025-12-31"), {"a": 50, "b": 29.25}),
        (("2024-06-01", "2025-12-31"), ("2024-07-01", "2025-06-30"), {"a": 29.25, "b": 50}),
        # ending together: by id. July 23, 2024 to May 10, 2025 are 292 days, 40; the 73 before, 10
        (("2024-07-23", "2025-05-10"), ("2024-05-11", "2025-05-10"), {"a": 40, "b": 10}),
        (("2024-05-11", "2025-05-10"), ("2024-07-23", "2025-05-10"), {"a": 50}),
        # one that goes on comes last, whatever its id: May 11, 2025 to May 10, 2026 are left to it
        (("2024-05-11", None), ("2024-05-11", "2025-05-10"), {"a": 50, "b": 50}),
        (("2024-05-11", None), ("2024-07-23", "2025-05-10"), {"a": 60, "b": 40}),
    ],
)
def test_of_programs_that_overlap_the_one_that_ends_first_has_the_days(
    one: tuple[str, str | None],
    two: tuple[str, str | None],
    gives: dict[str, float],
    tmp_path: Path,
) -> None:
    for order in ((("a", one), ("b", two)), (("b", two), ("a", one))):
        text = ledger(*(enrolled(*days, id=id) for id, days in order))
        found = standings(tmp_path, text)["total"]["activities"]
        assert {item["id"]: item["counted"] for item in found} == gives


@pytest.mark.parametrize(
    ("one", "two", "total"),
    [
        # next to each other, 73 + 292 days; then with one day in common, and with all of them
        (("2024-05-11", "2024-07-22"), ("2024-07-23", "2025-05-10"), 50),
        (("2024-05-11", "2024-07-22"), ("2024-07-22", "2025-05-10"), 50),
        (("2024-05-11", "2024-07-22"), ("2024-05-11", "2025-05-10"), 50),
        (("2024-07-01", "2024-09-11"), ("2024-05-11", "2025-05-10"), 50),  # 31 + 31 + 11 = 73
        (("2025-02-27", "2025-05-10"), ("2024-05-11", "2025-05-10"), 50),  # 2 + 31 + 30 + 10 = 73
        (("2024-05-11", "2024-07-22"), ("2024-05-11", "2024-07-22"), 10),
        (("2024-05-11", "2024-07-22"), ("2024-05-11", None), 100),  # 73 + 657
        # 73 + 291 days, 10 + 39.863: the day they share is no 292nd
        (("2024-05-11", "2024-07-22"), ("2024-07-22", "2025-05-09"), 49.75),
        (("2025-02-27", "2025-05-10"), ("2024-05-12", "2025-02-27"), 49.75),
        # 73 + 294 days, 10 + 40.27, the last of the first being one of the second's 295
        (("2024-05-11", "2024-07-22"), ("2024-07-22", "2025-05-12"), 50.25),
    ],
)
def test_days_that_programs_share_count_once(
    one: tuple[str, str], two: tuple[str, str | None], total: float, tmp_path: Path
) -> None:
    text = ledger(enrolled(*two, id="b"), enrolled(*one, id="a"))
    assert counted(tmp_path, text, ["total"]) == (total,)


# ── Exemption ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("renewal", "start", "end", "exempt"),
    [
        # the 365 days that end on May 10, 2026 begin on May 11, 2025
        ("2026-05-10", "2024-05-11", "2025-05-10", False),
        ("2026-05-10", "2024-05-11", "2025-05-11", True),
        ("2026-05-10", "2025-05-11", "2025-05-11", True),  # any one of them
        ("2026-05-10", "2025-12-24", "2025-12-24", True),
        ("2026-05-10", "2026-05-10", "2026-12-31", True),
        ("2026-05-10", "2026-05-11", "2026-12-31", False),
        # with Feb 29, 2024 among them they begin on May 12, 2023: 31 + 29 + 31 + 30 + 10 = 131 days
        # of 2024, and 20 + 30 + 31 + 31 + 30 + 31 + 30 + 31 = 234 of 2023
        ("2024-05-10", "2022-05-11", "2023-05-11", False),
        ("2024-05-10", "2022-05-11", "2023-05-12", True),
        # a renewal on Feb 28: from Mar 1, 2025
        ("2026-02-28", "2024-06-01", "2025-02-28", False),
        ("2026-02-28", "2024-06-01", "2025-03-01", True),
    ],
)
@pytest.mark.parametrize("kind", ["residency", "fellowship"])
def test_training_on_any_of_the_last_365_days_exempts(
    kind: str, renewal: str, start: str, end: str, exempt: bool, tmp_path: Path
) -> None:
    text = ledger(enrolled(start, end, kind), license=renewing(renewal))
    day = f"{int(renewal[:4]) + 1}-01-01"
    found = standings(tmp_path, text, day, "--cycle", renewal[:4])
    wanted = "exempt" if exempt else "short"
    asked = {id: found[id]["status"] for id in EXEMPTED}
    assert asked["risk-management"] == asked["board-regulations"] == wanted
    # Without an exemption two full years of days could still meet the total.
    assert (asked["total"] == "exempt") is exempt
    for id in EXEMPTED if exempt else ():
        assert found[id]["missing"] == 0


def test_an_exempt_cycle_is_still_asked_what_statutes_ask_and_everything_once(
    tmp_path: Path,
) -> None:
    text = ledger(enrolled("2024-05-11", "2026-05-10"), practice="dea-registered = true")
    license = licenses(tmp_path, text, "2026-05-10")[0]
    found = by_id(license)
    assert {id: found[id]["status"] for id in EXEMPTED} == dict.fromkeys(EXEMPTED, "exempt")
    assert {found[id]["status"] for id in (*STILL_ASKED, "dea-mate")} == {"short"}
    assert {id: found[id]["asked"] for id in EXEMPTED} == {
        "total": 50,
        "risk-management": 10,
        "board-regulations": 2,
    }
    assert license["status"] == "short"


def test_training_exempts_the_one_cycle(tmp_path: Path) -> None:
    text = ledger(enrolled("2021-07-01", "2024-05-10"))
    found = standings(tmp_path, text, "2026-05-10", "--cycle", "2024")
    assert found["total"]["status"] == "exempt"
    assert standings(tmp_path, text, "2026-05-10")["total"]["status"] == "short"


def test_before_2018_category_1_goes_with_what_is_exempt(tmp_path: Path) -> None:
    text = ledger(enrolled("2017-01-01", "2017-06-30"), license=renewing("2017-12-31"))
    found = statuses(standings(tmp_path, text, "2017-12-31"))
    assert {id for id, status in found.items() if status == "exempt"} == {
        *EXEMPTED,
        "category-1",
        "risk-management-category-1",
    }


@pytest.mark.parametrize(
    ("start", "exempt"),
    [
        ("2023-05-11", False),  # the two years end on May 10, 2025, before the window
        ("2023-05-12", True),  # on May 11, 2025, its first day
        ("2020-07-01", False),
    ],
)
def test_days_of_a_fellowship_beyond_two_years_do_not_exempt(
    start: str, exempt: bool, tmp_path: Path
) -> None:
    found = standings(tmp_path, ledger(enrolled(start, "2026-05-10", "fellowship")))
    assert (found["risk-management"]["status"] == "exempt") is exempt
    found = standings(tmp_path, ledger(enrolled(start, "2026-05-10")))
    assert found["risk-management"]["status"] == "exempt"


@pytest.mark.parametrize(
    ("start", "end", "confirm"),
    [
        ("2024-05-13", "2025-05-11", True),  # 364 days, 49.86
        ("2024-05-12", "2025-05-11", False),  # 365 days, 50
        ("2024-05-11", "2025-05-11", False),
        ("2025-05-12", "2026-05-10", True),  # 364
        ("2025-05-11", "2026-05-10", False),
        ("2026-05-10", "2026-05-10", True),
    ],
)
def test_an_exemption_by_less_than_a_year_asks_to_confirm(
    start: str, end: str, confirm: bool, tmp_path: Path
) -> None:
    found = standings(tmp_path, ledger(enrolled(start, end)))
    assert found["total"]["status"] == "exempt"
    assert (CONFIRM in (found["total"]["note"] or "")) is confirm


@pytest.mark.parametrize("end", [None, "2026-06-30"])
@pytest.mark.parametrize(
    ("day", "status"), [("2025-05-10", "short"), ("2025-05-11", "exempt"), ("2026-05-10", "exempt")]
)
def test_training_is_known_only_up_to_the_day_asked_about(
    day: str, status: str, end: str | None, tmp_path: Path
) -> None:
    found = standings(tmp_path, ledger(enrolled("2024-09-01", end)), day)["risk-management"]
    assert found["status"] == status
    # until it exempts, a note says that it will if it goes on
    assert ("exempt" in (found["note"] or "")) or status == "exempt"


@pytest.mark.parametrize(
    ("end", "noted"), [("2025-05-10", False), ("2025-05-11", True), ("2026-06-30", True)]
)
def test_a_planned_end_before_the_window_will_not_exempt(
    end: str, noted: bool, tmp_path: Path
) -> None:
    found = standings(tmp_path, ledger(enrolled("2024-09-01", end)), "2025-05-09")
    assert found["risk-management"]["status"] == "short"
    assert ("exempt" in (found["risk-management"]["note"] or "")) is noted


def test_training_that_ended_before_the_window_gets_no_note(tmp_path: Path) -> None:
    text = ledger(enrolled("2024-09-01", "2025-01-31"))
    found = standings(tmp_path, text, "2025-02-01")["risk-management"]
    assert (found["status"], found["note"]) == ("short", None)


def test_training_that_ended_long_before_the_renewal_leaves_its_cycle_asked(
    tmp_path: Path,
) -> None:
    # It ended more than a year before the renewal: CME is asked in this cycle already.
    found = standings(tmp_path, ledger(enrolled("2021-07-01", "2025-05-10")))
    assert {found[id]["status"] for id in EXEMPTED[1:]} == {"short"}
    assert (found["total"]["counted"], found["total"]["status"]) == (50, "met")  # 365 days


# ── Waivers ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("day", "note"),
    [
        ("2026-05-11", "asked for and is not granted yet"),
        ("2026-05-12", "granted on 2026-05-12, after the cycle had ended, and is not counted: ask"),
    ],
)
def test_a_waiver_that_came_too_late_is_not_called_pending(
    day: str, note: str, tmp_path: Path
) -> None:
    text = ledger(more=waiver("2026-05-10", granted="2026-05-12", requirements=["opioid-pain"]))
    found = standings(tmp_path, text, day, "--cycle", "2026")["opioid-pain"]
    assert found["status"] == "short"
    assert found["note"].startswith(f"a waiver was {note}")


@pytest.mark.parametrize(
    ("granted", "day", "status"),
    [
        ("2026-01-15", "2026-01-14", "short"),
        ("2026-01-15", "2026-01-15", "waived"),
        ("2026-01-15", "2026-05-10", "waived"),
        ("2026-01-16", "2026-01-15", "short"),
        (None, "2026-05-10", "short"),  # pending
        # the cycle is judged on its last day
        ("2026-05-10", "2026-12-31", "waived"),
        ("2026-05-11", "2026-12-31", "short"),
    ],
)
def test_a_waiver_holds_from_the_day_it_is_granted(
    granted: str | None, day: str, status: str, tmp_path: Path
) -> None:
    keys = {"granted": granted} if granted else {}
    text = ledger(more=waiver("2026-05-10", **keys))
    found = standings(tmp_path, text, day, "--cycle", "2026")
    assert {id: found[id]["status"] for id in EXEMPTED} == dict.fromkeys(EXEMPTED, status)
    assert {found[id]["status"] for id in STILL_ASKED} == {"short"}
    if status == "waived":
        assert {id: (found[id]["asked"], found[id]["missing"]) for id in EXEMPTED} == {
            "total": (50, 0),
            "risk-management": (10, 0),
            "board-regulations": (2, 0),
        }


@pytest.mark.parametrize("id", [*EXEMPTED, *STILL_ASKED])
def test_a_waiver_can_name_any_requirement_and_warns_of_statutory_ones(
    id: str, tmp_path: Path
) -> None:
    text = ledger(more=waiver("2026-05-10", granted="2026-01-15", requirements=[id]))
    found = statuses(standings(tmp_path, text))
    assert {name for name, status in found.items() if status == "waived"} == {id}
    assert ("statutory-waiver" in codes(tmp_path, text)) is (id in STILL_ASKED)


@pytest.mark.parametrize(
    ("renewal", "id", "warned"),
    [
        ("2017-12-31", "opioid-pain", True),
        ("2017-12-31", "ehr", True),
        ("2017-12-31", "child-abuse", True),
        ("2017-12-31", "end-of-life", False),  # asked every cycle, by the Board's own regulation
        ("2017-12-31", "total", False),
        ("2018-01-01", "end-of-life", True),  # once
        ("2026-05-10", "dea-mate", True),
    ],
)
def test_a_waiver_warns_of_opioids_and_of_what_is_asked_once(
    renewal: str, id: str, warned: bool, tmp_path: Path
) -> None:
    waived = waiver(renewal, granted=renewal, requirements=[id])
    text = ledger(license=renewing(renewal), more=waived, practice="dea-registered = true")
    assert ("statutory-waiver" in codes(tmp_path, text, renewal)) is warned


def test_a_waiver_covers_the_cycle_of_its_renewal_date_alone(tmp_path: Path) -> None:
    text = ledger(more=waiver("2024-05-10", granted="2024-01-15"))
    for year, status in (("2022", "short"), ("2024", "waived"), ("2026", "short")):
        found = standings(tmp_path, text, "2026-05-10", "--cycle", year)
        assert found["total"]["status"] == status


def test_a_waiver_for_a_day_that_is_no_renewal_is_warned_and_does_nothing(tmp_path: Path) -> None:
    text = ledger(more=waiver("2026-05-09", granted="2026-01-15"))
    assert {code for code, _ in warnings(tmp_path, text)} == {"bad-value"}
    assert standings(tmp_path, text)["total"]["status"] == "short"


@pytest.mark.parametrize("renewal", ["2024-05-19", "2023-05-10", "2025-05-11", "2026-05-10"])
def test_a_waiver_before_the_first_cycle_or_between_renewals_is_warned(
    renewal: str, tmp_path: Path
) -> None:
    # Issued May 20, 2024: renewals on May 10 of 2025, 2027, ...
    text = ledger(license="issued = 2024-05-20", more=waiver(renewal, granted="2024-06-01"))
    assert "bad-value" in codes(tmp_path, text, "2025-01-01")
    text = ledger(license="issued = 2024-05-20", more=waiver("2025-05-10", granted="2024-06-01"))
    assert "bad-value" not in codes(tmp_path, text, "2025-01-01")


def test_a_waiver_holds_for_every_license_of_its_renewal_date(tmp_path: Path) -> None:
    text = ledger(
        license=(
            renewing("2026-05-10"),
            renewing("2028-05-10", "administrative"),
            renewing("2025-05-10"),
        ),
        more=waiver("2026-05-10", granted="2024-06-01"),
    )
    # The second renews every other year with the first, the third in the years between.
    found = licenses(tmp_path, text, "2025-01-01")
    assert [by_id(license)["total"]["status"] for license in found] == ["waived", "waived", "short"]


@pytest.mark.parametrize(
    ("named", "waived"),
    [
        (None, {*EXEMPTED, "category-1", "risk-management-category-1"}),
        (["total"], {"total", "category-1"}),
        (["risk-management"], {"risk-management", "risk-management-category-1"}),
        (["board-regulations"], {"board-regulations"}),
    ],
)
def test_before_2018_category_1_goes_with_what_is_waived(
    named: list[str] | None, waived: set[str], tmp_path: Path
) -> None:
    keys: dict[str, Any] = {"requirements": named} if named else {}
    text = ledger(
        license=renewing("2017-12-31"), more=waiver("2017-12-31", granted="2017-06-01", **keys)
    )
    found = statuses(standings(tmp_path, text, "2017-12-31"))
    assert {id for id, status in found.items() if status == "waived"} == waived


def test_what_is_waived_or_exempt_leaves_a_license_met(tmp_path: Path) -> None:
    once = [course("2025-01-01", 3, topic) for topic in STILL_ASKED]
    for text in (
        ledger(*once, more=waiver("2026-05-10", granted="2026-01-15")),
        ledger(*once, enrolled("2025-07-01", "2026-05-10")),
    ):
        assert licenses(tmp_path, text, "2026-05-10")[0]["status"] == "met"
