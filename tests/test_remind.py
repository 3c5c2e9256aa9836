"""`remind`: silent when nothing is near, one line and exit 1 when something is."""

import pytest

from conftest import SAMPLES, run_here, run_program
from ledgers import activity, course, ledger, renewing
from test_cli import Write

SURGEON = str(SAMPLES / "surgeon.toml")
ALL_MET = (
    course("2024-06-01", 3, "ehr"),
    course("2024-06-02", 2, "end-of-life"),
    course("2024-06-03", 2, "implicit-bias"),
    course("2024-06-04", 1, "dementia"),
    course("2024-06-05", 45, "risk-management"),
    course("2024-06-06", 3, "opioid-pain"),
    *(
        activity(date="2024-06-07", kind="mandated-training", topics=[topic], title=topic)
        for topic in ("child-abuse", "domestic-sexual-violence")
    ),
    activity(date="2024-06-08", kind="regulation-study", category=2, credits=2),
)
"""All that is asked of a full license, the last of it the regulations."""


def said(file: str, day: str, *options: str) -> tuple[int, str]:
    result = run_here("remind", file, "--as-of", day, *options)
    return result.code, result.out


def test_nothing_is_near(write: Write) -> None:
    # The cycle ends on 2026-05-10; the notice comes on 2026-03-11: 61 days after January 9.
    file = write(ledger())
    assert said(file, "2026-01-09") == (0, "")
    notice = "CME: Mar 11, 2026 (in 60 days): the Board's renewal notice\n"
    assert said(file, "2026-01-10") == (1, notice)
    assert said(file, "2026-01-10", "--days", "59") == (0, "")
    result = run_program("remind", file, "--as-of", "2026-01-09")
    assert (result.code, result.out, result.err) == (0, "", "")


def test_what_is_short_is_said_once_the_last_day_is_near(write: Write) -> None:
    # 3 days before May 9: the last day to file, the renewal; regulations 0 of 2, all else is met
    file = write(ledger(*ALL_MET[:-1]))
    assert said(file, "2026-05-06") == (
        1,
        (
            "CME: May 9, 2026 (in 3 days): last safe day to file; May 10, 2026 (in 4 days): renewal "
            "date: the license expires at 11:59 p.m.; short: board regulations 2\n"
        ),
    )
    assert said(file, "2026-05-06", "--days", "3")[1] == (
        "CME: May 9, 2026 (in 3 days): last safe day to file; short: board regulations 2\n"
    )
    # on April 9 the waiver's last day is tomorrow; with nothing short it is nobody's business
    assert "ask for a waiver" in said(file, "2026-04-09", "--days", "1")[1]
    assert said(write(ledger(*ALL_MET)), "2026-04-09", "--days", "1") == (0, "")
    assert said(file, "2026-05-10")[1].startswith("CME: May 10, 2026 (today): renewal date")


def test_a_credit_to_claim_is_near_until_its_day_is_past(write: Write) -> None:
    claim = activity(
        date="2025-01-05", title="Two\nlines \x1b[31m", category=1, credits=1, status="attended",
        claim_by="2025-02-01",
    )  # fmt: skip
    file = write(ledger(claim))
    assert said(file, "2025-01-20") == (
        1,
        "CME: Feb 1, 2025 (in 12 days): last day to claim Two\\nlines \\e[31m\n",
    )
    assert said(file, "2025-02-02") == (0, "")


def test_four_dates_name_the_nearest_three() -> None:
    # The surgeon renews on 2027-02-14: notice 60, waiver 30 and filing 28 days before; claim by
    # December 15.
    assert said(SURGEON, "2026-11-24") == (
        1,
        (
            "CME: Dec 15, 2026 (in 21 days): last day to claim The safer operating list; Dec 16, 2026 "
            "(in 22 days): the Board's renewal notice; Jan 15, 2027 (in 52 days): last day to ask for "
            "a waiver; 1 more date by Jan 17, 2027\n"
        ),
    )


def test_json_has_every_date() -> None:
    result = run_here("remind", SURGEON, "--as-of", "2026-11-24", "--json", "--days", "90")
    assert result.code == 1
    assert [(item["kind"], item["date"]) for item in result.json["dates"]] == [
        ("claim-by", "2026-12-15"),
        ("notice", "2026-12-16"),
        ("waiver", "2027-01-15"),
        ("file", "2027-01-17"),
        ("last-day", "2027-02-13"),
        ("renewal", "2027-02-14"),
    ]
    # risk management 8.5 of 10, the federal training 6 of 8
    assert [(item["id"], item["missing"]) for item in result.json["short"]] == [
        ("risk-management", 1.5),
        ("dea-mate", 2),
    ]


def test_an_error_in_the_ledger_is_said_too(write: Write) -> None:
    file = write(ledger(course("2025-01-05", 1, wrong_key=3)))
    assert said(file, "2025-02-02") == (1, "CME: 1 error in the ledger: see cmeledger check\n")


@pytest.mark.parametrize("days", ["-1", "x", "1.5", "99999", ""])
def test_days_are_a_number(days: str) -> None:
    assert run_here("remind", SURGEON, f"--days={days}").code == 2


def test_a_license_given_up_reminds_of_nothing(write: Write) -> None:
    text = ledger(license="issued = 2020-01-01\nrenewal-date = 2026-05-10\nended = 2026-04-01")
    assert said(write(text), "2026-05-01") == (0, "")


def test_licenses_that_renew_on_one_day_have_one_line_of_it(write: Write) -> None:
    # Both renew on 2026-05-10; the third a year later.
    days = ("2026-05-10", "2026-05-10", "2027-05-10")
    file = write(ledger(license=tuple(map(renewing, days))))
    notice = "CME: Mar 11, 2026 (in 1 day): the Board's renewal notice\n"
    assert said(file, "2026-03-10", "--days", "1") == (1, notice)
    found = run_here("remind", file, "--as-of", "2026-03-10", "--days", "1", "--json").json
    assert len(found["dates"]) == 2


def test_what_is_short_is_cut_after_three(write: Write) -> None:
    # All is short: total, risk management, regulations; opioids, end of life, ehr, implicit bias,
    # dementia, child abuse and violence are 7 more.
    assert said(write(ledger()), "2026-05-10") == (
        1,
        (
            "CME: May 10, 2026 (today): renewal date: the license expires at 11:59 p.m.; short: "
            "all credits 50, risk management 10, board regulations 2, and 7 more\n"
        ),
    )


def test_a_long_title_does_not_fill_the_line(write: Write) -> None:
    claim = activity(
        date="2025-01-05", title="A" * 500, category=1, credits=1, status="attended",
        claim_by="2025-02-01",
    )  # fmt: skip
    _, line = said(write(ledger(claim)), "2025-01-20")
    # 60 cells: "last day to claim " has 18, the dots that something is cut off have 3
    assert line == f"CME: Feb 1, 2025 (in 12 days): last day to claim {'A' * 39}...\n"


RENEWED = '[[renewal]]\njurisdiction = "MA"\nrenewal-date = 2026-05-10\n'


def test_a_renewal_that_is_attested_is_nothing_to_be_reminded_of(write: Write) -> None:
    file = write(ledger(*ALL_MET, more=f"{RENEWED}attested = 2026-04-01\n"))
    # notice March 11, filing April 12, last day May 9, renewal May 10
    assert said(file, "2026-03-31", "--days", "20")[1] == (
        "CME: Apr 12, 2026 (in 12 days): file the renewal by now, to be safe\n"
    )
    for day in ("2026-04-01", "2026-04-12", "2026-05-10"):
        assert said(file, day) == (0, "")
    # The next one is: it renews on 2028-05-10.
    assert said(file, "2028-03-11", "--days", "0")[0] == 1
    # No key of a renewal has to be there; without the day, it was attested some time.
    assert said(write(ledger(*ALL_MET, more=RENEWED)), "2026-05-09") == (0, "")
    # One of another license, or cycle, or State, or without its date, says nothing of this one.
    for other in ("2026-05-11", "2024-05-10"):
        text = ledger(*ALL_MET, more=RENEWED.replace("2026-05-10", other))
        assert said(write(text), "2026-05-09", "--days", "0")[0] == 1
    text = ledger(*ALL_MET, more='[[renewal]]\njurisdiction = "MA"\nattested = 2026-04-01\n')
    assert said(write(text), "2026-05-09", "--days", "0")[0] == 1


def test_what_is_short_is_said_though_the_renewal_is_attested(write: Write) -> None:
    file = write(ledger(*ALL_MET[:-1], more=f"{RENEWED}attested = 2026-04-01\n"))
    assert said(file, "2026-05-06") == (1, "CME: short: board regulations 2\n")
