"""Cycles, worked out by hand: first renewals, series, deadlines, what a cycle holds."""

from pathlib import Path

import pytest

from conftest import run_here
from ledgers import (
    activity,
    by_id,
    codes,
    counted,
    course,
    ledger,
    licenses,
    listed,
    renewing,
    standings,
    warnings,
)


def cycle(folder: Path, text: str, day: str, *arguments: str) -> tuple[str, str]:
    found = licenses(folder, text, day, *arguments)[0]["cycle"]
    return found["start"], found["end"]


# ── The first renewal, from the day of issue and the birthday [MMS; MGL c.112 §2] ─────────


@pytest.mark.parametrize(
    ("issued", "birthday", "first", "warned"),
    [
        # the table of the rules
        ("2024-03-15", "05-10", "2026-05-10", False),
        ("2024-02-10", "05-10", "2024-05-10", True),
        ("2024-01-01", "05-10", "2024-05-10", False),
        ("2024-05-20", "05-10", "2025-05-10", False),
        ("2024-01-10", "02-29", "2026-02-28", False),
        ("2023-11-30", "01-31", "2026-01-31", False),
        # one day to either side of three months
        ("2024-02-09", "05-10", "2024-05-10", False),
        ("2024-02-11", "05-10", "2026-05-10", False),
        # on the birthday, the first birthday after it is next year's; and the days around it
        ("2024-05-09", "05-10", "2026-05-10", False),
        ("2024-05-10", "05-10", "2025-05-10", False),
        ("2024-05-11", "05-10", "2025-05-10", False),
        # three months over the new year: Oct 15 + 3 months = Jan 15
        ("2024-10-14", "01-15", "2025-01-15", False),
        ("2024-10-15", "01-15", "2025-01-15", True),
        ("2024-10-16", "01-15", "2027-01-15", False),
        # month ends clamped: Nov 30, 2022 + 3 months = Feb 28, 2023, to the day
        ("2022-11-30", "02-28", "2023-02-28", True),
        # before a leap day it is Feb 29, 2024, past Feb 28
        ("2023-11-30", "02-28", "2026-02-28", False),
        ("2023-11-28", "02-28", "2024-02-28", True),
        ("2023-11-27", "02-28", "2024-02-28", False),
        # Jan 31 + 3 months = Apr 30, to the day
        ("2024-01-31", "04-30", "2024-04-30", True),
        ("2024-01-31", "05-01", "2024-05-01", False),
        # a birthday on Feb 29 is kept on Feb 28, in leap years too
        ("2023-11-27", "02-29", "2024-02-28", False),
        ("2023-11-28", "02-29", "2024-02-28", True),
        ("2023-11-29", "02-29", "2026-02-28", False),
        ("2024-02-28", "02-29", "2025-02-28", False),
        ("2024-02-29", "02-29", "2025-02-28", False),
    ],
)
def test_first_renewal_follows_from_issue_and_birthday(
    issued: str, birthday: str, first: str, warned: bool, tmp_path: Path
) -> None:
    text = ledger(license=f"issued = {issued}", birthday=birthday)
    assert cycle(tmp_path, text, issued) == (issued, first)
    assert ("three-months-exactly" in codes(tmp_path, text, issued)) is warned


def test_exactly_three_months_is_no_warning_beside_a_renewal_date(tmp_path: Path) -> None:
    text = ledger(license="issued = 2024-02-10\nrenewal-date = 2026-05-10")
    assert "three-months-exactly" not in codes(tmp_path, text, "2024-02-10")


@pytest.mark.parametrize(
    ("issued", "end"),
    [
        ("2024-01-01", "2024-05-10"),  # four months
        ("2024-02-11", "2026-05-10"),  # two years and three months
    ],
)
def test_a_first_cycle_starts_on_issue_and_asks_the_full_amounts(
    issued: str, end: str, tmp_path: Path
) -> None:
    text = ledger(license=f"issued = {issued}")
    assert cycle(tmp_path, text, end) == (issued, end)
    found = standings(tmp_path, text, end)
    wanted = {"total": 50, "risk-management": 10, "board-regulations": 2, "opioid-pain": 3}
    assert {name: found[name]["asked"] for name in wanted} == wanted


def test_the_second_cycle_begins_the_day_after_the_first(tmp_path: Path) -> None:
    text = ledger(license="issued = 2024-01-01")
    assert cycle(tmp_path, text, "2024-05-10") == ("2024-01-01", "2024-05-10")
    assert cycle(tmp_path, text, "2024-05-11") == ("2024-05-11", "2026-05-10")
    assert cycle(tmp_path, text, "2026-05-11") == ("2026-05-11", "2028-05-10")


def test_a_day_before_the_first_cycle_shows_the_first(tmp_path: Path) -> None:
    text = ledger(license="issued = 2024-01-01")
    assert cycle(tmp_path, text, "2023-12-31") == ("2024-01-01", "2024-05-10")


# ── The series of a renewal date ──────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        ("2024-05-10", "2022-05-11", "2024-05-10"),
        ("2024-05-11", "2024-05-11", "2026-05-10"),
        ("2025-05-10", "2024-05-11", "2026-05-10"),
        ("2026-05-10", "2024-05-11", "2026-05-10"),
        ("2026-05-11", "2026-05-11", "2028-05-10"),
        ("1999-01-01", "1998-05-11", "2000-05-10"),
        ("2047-01-01", "2046-05-11", "2048-05-10"),
    ],
)
def test_a_renewal_date_fixes_the_series_backwards_and_forwards(
    day: str, start: str, end: str, tmp_path: Path
) -> None:
    assert cycle(tmp_path, ledger(license="renewal-date = 2026-05-10"), day) == (start, end)


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        # Feb 29 is read as Feb 28, in leap years too; the day after is Feb 29 there, else Mar 1
        ("2024-02-28", "2022-03-01", "2024-02-28"),
        ("2024-02-29", "2024-02-29", "2026-02-28"),
        ("2026-02-28", "2024-02-29", "2026-02-28"),
        ("2026-03-01", "2026-03-01", "2028-02-28"),
        ("2028-02-28", "2026-03-01", "2028-02-28"),
        ("2028-02-29", "2028-02-29", "2030-02-28"),
        ("2044-02-28", "2042-03-01", "2044-02-28"),
        ("2044-02-29", "2044-02-29", "2046-02-28"),
    ],
)
@pytest.mark.parametrize("renewal", ["2024-02-29", "2026-02-28"])
def test_a_leap_day_is_kept_on_february_28_and_never_drifts(
    renewal: str, day: str, start: str, end: str, tmp_path: Path
) -> None:
    text = ledger(license=f"renewal-date = {renewal}", birthday="02-29")
    assert cycle(tmp_path, text, day) == (start, end)
    assert "renewal-mismatch" not in codes(tmp_path, text, day)


# ── Both keys: the renewal date wins ──────────────────────────────────────────────────────

# Issued Apr 2, 2016, birthday May 10: within three months, so the first renewal is May 10, 2018.


@pytest.mark.parametrize(
    ("birthday", "issued", "renewal", "mismatch"),
    [
        ("05-10", "2016-04-02", "2018-05-10", False),
        ("05-10", "2016-04-02", "2020-05-10", False),
        ("05-10", "2016-04-02", "2026-05-10", False),
        ("05-10", "2016-04-02", "2016-05-10", True),  # one step before the first
        ("05-10", "2016-04-02", "2025-05-10", True),  # an odd number of years
        ("05-10", "2016-04-02", "2026-05-09", True),
        ("05-10", "2016-04-02", "2026-05-11", True),
        # exactly three months: the formula takes the earlier date, 2024
        ("05-10", "2024-02-10", "2024-05-10", False),
        ("05-10", "2024-02-10", "2026-05-10", False),
        # without `issued` only the day is compared
        ("05-10", None, "2025-05-10", False),
        ("05-10", None, "2026-05-11", True),
        ("02-29", None, "2026-02-28", False),
        ("02-29", None, "2028-02-29", False),
        ("02-29", None, "2026-03-01", True),
        ("02-28", None, "2028-02-29", False),  # read as Feb 28
    ],
)
def test_a_renewal_date_off_the_formula_is_warned(
    birthday: str, issued: str | None, renewal: str, mismatch: bool, tmp_path: Path
) -> None:
    lines = f"renewal-date = {renewal}" + (f"\nissued = {issued}" if issued else "")
    text = ledger(license=lines, birthday=birthday)
    assert ("renewal-mismatch" in codes(tmp_path, text, "2026-01-01")) is mismatch


@pytest.mark.parametrize(
    ("renewal", "first"),
    [
        # The formula's date, May 10, 2018, is in the series: it ends the first cycle.
        ("2018-05-10", "2018-05-10"),
        ("2026-05-10", "2018-05-10"),
        # It is not: the first date of the series after Apr 2, 2016.
        ("2025-05-10", "2017-05-10"),
        ("2026-05-11", "2016-05-11"),
        ("2026-04-02", "2018-04-02"),  # Apr 2, 2016 itself is not after
        ("2026-04-03", "2016-04-03"),
    ],
)
def test_with_both_keys_the_first_cycle_ends_on_the_formula_or_the_next_of_the_series(
    renewal: str, first: str, tmp_path: Path
) -> None:
    lines = f"issued = 2016-04-02\nrenewal-date = {renewal}"
    text = ledger(license=lines, birthday="05-10")
    assert cycle(tmp_path, text, "2016-04-02") == ("2016-04-02", first)


def test_a_cycle_is_asked_for_by_the_year_of_its_renewal(tmp_path: Path) -> None:
    text = ledger(license="issued = 2016-04-02\nrenewal-date = 2026-05-10")
    # The first runs to 2018; there is none that ends in 2016, in 2014 or in an odd year.
    assert cycle(tmp_path, text, "2026-05-10", "--cycle", "2018") == ("2016-04-02", "2018-05-10")
    assert cycle(tmp_path, text, "2026-05-10", "--cycle", "2020") == ("2018-05-11", "2020-05-10")
    for year in ("2014", "2016", "2017", "2025"):
        file = tmp_path / "cme.toml"
        assert run_here("status", "--cycle", year, str(file)).code == 2
    # the formula's 2018 is not in this series
    text = ledger(license="issued = 2016-04-02\nrenewal-date = 2025-05-10")
    assert cycle(tmp_path, text, "2026-05-10", "--cycle", "2017") == ("2016-04-02", "2017-05-10")


def test_where_both_keys_disagree_the_renewal_date_wins(tmp_path: Path) -> None:
    text = ledger(license="issued = 2016-04-02\nrenewal-date = 2025-05-10")
    assert cycle(tmp_path, text, "2024-01-01") == ("2023-05-11", "2025-05-10")


def test_no_cycle_follows_the_one_that_holds_the_last_day_of_a_license(tmp_path: Path) -> None:
    going, gone = renewing("2026-05-10"), renewing("2026-05-10") + "\nended = 2026-05-10"
    text = ledger(license=(going, gone))
    assert len(licenses(tmp_path, text, "2026-05-10", "--cycle", "2026")) == 2
    assert [
        item["number"] for item in licenses(tmp_path, text, "2026-05-10", "--cycle", "2028")
    ] == ["1"]
    # a day later the next cycle holds the last day
    text = ledger(license=(going, gone.replace("ended = 2026-05-10", "ended = 2026-05-11")))
    assert len(licenses(tmp_path, text, "2026-05-10", "--cycle", "2028")) == 2
    assert len(licenses(tmp_path, text, "2026-05-10", "--cycle", "2030")) == 1


@pytest.mark.parametrize(
    ("ended", "last"),
    [("2024-05-10", "2024-05-10"), ("2024-05-11", "2026-05-10"), ("2026-05-10", "2026-05-10")],
)
def test_an_only_license_that_ended_shows_its_last_cycle(
    ended: str, last: str, tmp_path: Path
) -> None:
    text = ledger(license=renewing("2026-05-10") + f"\nended = {ended}")
    assert cycle(tmp_path, text, "2027-01-01")[1] == last


def test_a_license_may_end_on_the_day_of_its_issue(tmp_path: Path) -> None:
    # The one cycle is from issue to the first renewal; a record counts in it, none after it.
    lines = "issued = 2024-09-01\nended = 2024-09-01"
    text = ledger(
        course("2024-09-01", 1), course("2025-05-10", 2), course("2025-05-11", 4), license=lines
    )
    assert cycle(tmp_path, text, "2024-09-01") == ("2024-09-01", "2025-05-10")
    assert cycle(tmp_path, text, "2026-01-01") == ("2024-09-01", "2025-05-10")
    assert counted(tmp_path, text, ["total"], "2026-01-01") == (3,)
    found = licenses(tmp_path, text, "2026-01-01", "--cycle", "2025")
    assert len(found) == 1


# ── Deadlines [MMS, CMR] ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("renewal", "notice", "waiver", "file", "last"),
    [
        # 60, 30, 28 days and 1 day before. May 10: -10 = Apr 30, -40 = Mar 31, -60 = Mar 11.
        ("2026-05-10", "2026-03-11", "2026-04-10", "2026-04-12", "2026-05-09"),
        # Feb 28: -28 = Jan 31, -59 = Dec 31, -60 = Dec 30.
        ("2026-02-28", "2025-12-30", "2026-01-29", "2026-01-31", "2026-02-27"),
        # Mar 15 in a leap year: -15 = Feb 29, -28 = Feb 16, -44 = Jan 31, -60 = Jan 15.
        ("2028-03-15", "2028-01-15", "2028-02-14", "2028-02-16", "2028-03-14"),
        # and in another: -15 = Feb 28, -28 = Feb 15, -43 = Jan 31, -60 = Jan 14.
        ("2026-03-15", "2026-01-14", "2026-02-13", "2026-02-15", "2026-03-14"),
    ],
)
def test_deadlines_are_60_30_28_days_and_a_day_before_the_renewal(
    renewal: str, notice: str, waiver: str, file: str, last: str, tmp_path: Path
) -> None:
    found = licenses(tmp_path, ledger(license=renewing(renewal)), renewal)[0]["deadlines"]
    assert [(item["id"], item["date"]) for item in found] == [
        ("notice", notice),
        ("waiver", waiver),
        ("file", file),
        ("last-day", last),
        ("renewal", renewal),
    ]


@pytest.mark.parametrize(
    ("day", "year", "left"),
    [
        ("2026-03-01", "2026", 70),  # 30 in March, 30 in April, 10 in May
        ("2026-05-09", "2026", 1),
        ("2026-05-10", "2026", 0),
        ("2026-05-11", "2026", -1),
        ("2026-05-10", "2028", 731),  # Feb 29, 2028 lies between
    ],
)
def test_days_left_are_those_to_the_renewal_date(
    day: str, year: str, left: int, tmp_path: Path
) -> None:
    found = licenses(tmp_path, ledger(), day, "--cycle", year)[0]
    assert found["cycle"]["days_left"] == left
    assert len(found["deadlines"]) == 5


# ── What a cycle holds ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("date", "before", "present", "next"),
    [
        ("2024-05-10", 4, 0, 0),
        ("2024-05-11", 0, 4, 0),
        ("2026-05-10", 0, 4, 0),
        ("2026-05-11", 0, 0, 4),
    ],
)
def test_both_ends_of_a_cycle_are_its_own(
    date: str, before: float, present: float, next: float, tmp_path: Path
) -> None:
    text = ledger(course(date, 4))
    for year, wanted in (("2024", before), ("2026", present), ("2028", next)):
        got = counted(tmp_path, text, ["total"], "2027-01-01", "--cycle", year)
        assert got == (wanted,)


@pytest.mark.parametrize(
    ("start", "end", "before", "present"),
    [
        ("2024-05-01", "2024-05-10", 4, 0),
        ("2024-05-01", "2024-05-11", 0, 4),
        ("2024-05-10", "2026-05-10", 0, 4),
        ("2026-05-10", "2026-05-11", 0, 0),
    ],
)
def test_the_completion_date_decides(
    start: str, end: str, before: float, present: float, tmp_path: Path
) -> None:
    text = ledger(activity(start=start, end=end, category=1, credits=4))
    assert counted(tmp_path, text, ["total"], "2027-01-01", "--cycle", "2024") == (before,)
    assert counted(tmp_path, text, ["total"], "2027-01-01", "--cycle", "2026") == (present,)


def test_nothing_is_carried_over_from_cycle_to_cycle(tmp_path: Path) -> None:
    text = ledger(course("2024-05-10", 80, "risk-management"))
    names = ["total", "risk-management"]
    assert counted(tmp_path, text, names, "2024-05-10") == (80, 80)
    assert counted(tmp_path, text, names, "2024-05-11") == (0, 0)


def test_counted_is_not_cut_off_at_asked(tmp_path: Path) -> None:
    found = standings(tmp_path, ledger(course("2025-06-01", 70)))["total"]
    assert (found["counted"], found["asked"], found["missing"]) == (70, 50, 0)


@pytest.mark.parametrize(
    ("credits", "counts", "missing"),
    [(49.99, 49.75, 0.25), (49.75, 49.75, 0.25), (50, 50, 0), (50.2, 50, 0)],
)
def test_credits_are_never_rounded_up(
    credits: float, counts: float, missing: float, tmp_path: Path
) -> None:
    found = standings(tmp_path, ledger(course("2025-06-01", credits)))["total"]
    assert (found["counted"], found["missing"]) == (counts, missing)


@pytest.mark.parametrize(
    ("written", "counts"),
    [
        # more digits than a product of Decimals keeps: 4 x 0.2499…9 must not come out as 1
        ("0.24" + "9" * 44, 0),
        ("0.25" + "0" * 44, 0.25),
        ("1.74" + "9" * 44, 1.5),
        ("12.99" + "9" * 44, 12.75),
    ],
)
def test_credits_a_hair_below_a_quarter_are_rounded_down(
    written: str, counts: float, tmp_path: Path
) -> None:
    text = ledger(course("2025-06-01", 3)).replace("credits = 3", f"credits = {written}")
    assert counted(tmp_path, text, ["total"]) == (counts,)
    hours = activity(date="2025-06-01", kind="teaching", category=2, hours=3)
    text = ledger(hours).replace("hours = 3", f"hours = {written}")
    assert counted(tmp_path, text, ["total"]) == (counts,)


@pytest.mark.parametrize(("day", "counts"), [("2025-05-31", 0), ("2025-06-01", 5)])
def test_a_record_counts_only_up_to_the_day_asked_about(
    day: str, counts: float, tmp_path: Path
) -> None:
    text = ledger(course("2025-06-01", 5, id="later"))
    assert counted(tmp_path, text, ["total"], day) == (counts,)
    assert (("future-date", "later") in warnings(tmp_path, text, day)) is (counts == 0)


@pytest.mark.parametrize(
    ("date", "met"), [("2024-05-10", True), ("2024-05-11", False)], ids=["last day", "a day late"]
)
def test_a_cycle_that_ended_is_judged_on_its_last_day_for_once_only_requirements_too(
    date: str, met: bool, tmp_path: Path
) -> None:
    text = ledger(course(date, 2, "implicit-bias"))
    found = standings(tmp_path, text, "2026-01-01", "--cycle", "2024")["implicit-bias"]
    assert found["status"] == ("met" if met else "short")
    assert standings(tmp_path, text, "2026-01-01")["implicit-bias"]["status"] == "met"


def test_rules_are_chosen_by_the_renewal_date_for_every_record_of_the_cycle(
    tmp_path: Path,
) -> None:
    # The cycle of 2016 to 2018 ends after the change of Jan 1, 2018: 50, for a record of 2016 too.
    text = ledger(course("2016-06-01", 50), license=renewing("2018-05-10"))
    found = standings(tmp_path, text, "2016-06-01")
    assert (found["total"]["asked"], found["total"]["status"]) == (50, "met")
    assert "category-1" not in found


def test_each_license_has_cycles_of_its_own(tmp_path: Path) -> None:
    text = ledger(
        course("2024-08-01", 6),
        license=(renewing("2026-05-10"), "issued = 2024-09-01"),
    )
    # The second is issued after the record; May 10, 2025 is its first renewal.
    first, second = licenses(tmp_path, text, "2025-01-01")
    assert by_id(first)["total"]["counted"] == 6
    assert by_id(second)["total"]["counted"] == 0
    assert second["cycle"]["start"] == "2024-09-01"
    assert second["cycle"]["end"] == "2025-05-10"


def test_the_archive_beside_the_ledger_is_counted_and_can_be_left_out(tmp_path: Path) -> None:
    old = course("2010-01-01", 2, "end-of-life", id="old")
    (tmp_path / "cme.archive.toml").write_text(f"format = 1\n{old}", "utf-8")
    text = ledger(course("2025-01-01", 1, id="new"))
    assert standings(tmp_path, text)["end-of-life"]["status"] == "met"
    without = standings(tmp_path, text, "2026-05-10", "--without-archive")
    assert without["end-of-life"]["status"] == "short"
    assert sorted(listed(tmp_path, text)) == ["new", "old"]
