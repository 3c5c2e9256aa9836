"""The program agrees with a brute-force reading of the rules on generated ledgers."""

import random
from fractions import Fraction
from typing import Any

import pytest

import generate
import reference
from books import judged, opened
from cmeledger.book import Book
from cmeledger.cli import common
from cmeledger.problems import UsageError
from cmeledger.report import documents
from cmeledger.report.views import find, view

COMPARED = ("id", "unit", "asked", "counted", "missing", "planned", "attended", "status", "once")


def open_generated(seed: int) -> tuple[dict[str, Any], Book]:
    dice = random.Random(seed)
    document = generate.ledger(dice)
    day = generate.as_of(dice, document)
    return document, opened(generate.to_toml(document), day)


def brief(status: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [
        (
            item["cycle"],
            item["status"],
            [
                (
                    *(r[key] for key in COMPARED),
                    sorted((a["id"], a["counted"]) for a in r["activities"]),
                    r.get("own", False),
                    r["id"] == "total"
                    and r.get("note_60", "either reading" in (r.get("note") or "")),
                )
                for r in item["requirements"]
            ],
        )
        for item in status["licenses"]
    ]


def compare_status(document: dict[str, Any], book: Book, year: int | None) -> None:
    tallies = book.tallies()
    try:
        reports = common.reports(book, tallies, year)
    except UsageError:
        reports = []
    wanted = brief(reference.status(document, book.day, year))
    got = brief(documents.status(book, reports, []))
    assert got == wanted


def compare_keep(document: dict[str, Any], book: Book) -> None:
    keeping = book.keeping(book.tallies())
    for wanted in reference.keep(document, book.day):
        got = keeping[wanted["id"]]
        assert (got.until and got.until.isoformat()) == wanted["keep_until"], wanted["id"]
        assert got.for_good == wanted["kept_for_good"], wanted["id"]
        assert got.expired(book.day) == wanted["expired"], wanted["id"]


def compare_records(document: dict[str, Any], book: Book) -> None:
    licenses = list(book.ledger.licenses)
    for report in common.reports(book, book.tallies(), None):
        documented = reference.documents(document, book.day, licenses.index(report.tally.license))
        for activity in book.ledger.activities:
            seen = view(book, report, find(report.tally, activity, report.cycle, book))
            wanted = documented[activity.id]
            assert documents.number(seen.claimed) == wanted["claimed"], activity.id
            assert documents.number(seen.counted) == wanted["counted"], activity.id
            assert [
                {"id": name, "counted": documents.number(amount)}
                for name, amount in seen.requirements
            ] == wanted["requirements"], activity.id
            cycle = seen.cycle and reference.shown((seen.cycle.start, seen.cycle.end))
            assert cycle == wanted["cycle"], activity.id
            reasons = {(reason.code, documents.number(reason.cut)) for reason in seen.reasons}
            assert sorted(reasons) == wanted["reasons"], activity.id


def compare(seed: int) -> None:
    document, book = open_generated(seed)
    compare_status(document, book, None)
    compare_status(document, book, book.day.year - seed % 4)
    compare_keep(document, book)
    compare_records(document, book)


def compare_totals(seed: int) -> None:
    """Compare each total, a Decimal, with the exact sum of fractions."""
    document, book = open_generated(seed)
    got = [
        {
            standing.requirement.id: Fraction(standing.counted)
            for standing in report.standings
            if standing.requirement.unit == "credits"
        }
        for report in judged(book)
    ]
    assert got == reference.totals(document, book.day), f"seed {seed}"


def test_totals_equal_exact_fractions() -> None:
    for seed in range(20_000, 20_300):
        compare_totals(seed)


@pytest.mark.soak
@pytest.mark.parametrize("block", range(100))
def test_totals_equal_exact_fractions_on_many_more(block: int) -> None:
    for seed in range(100_000 + block * 1000, 100_000 + block * 1000 + 1000):
        compare_totals(seed)


@pytest.mark.parametrize("block", range(20))
def test_program_agrees_with_the_reference_counter(block: int) -> None:
    for seed in range(block * 60, block * 60 + 60):
        try:
            compare(seed)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}") from error


@pytest.mark.soak
@pytest.mark.parametrize("block", range(100))
def test_program_agrees_with_the_reference_counter_on_many_more(block: int) -> None:
    for seed in range(10_000 + block * 200, 10_000 + block * 200 + 200):
        try:
            compare(seed)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}") from error


def test_generated_ledgers_reach_every_status_and_reason() -> None:
    statuses: set[str] = set()
    codes: set[str] = set()
    for seed in range(600):
        _, book = open_generated(seed)
        for report in common.reports(book, book.tallies(), None):
            statuses |= {standing.status for standing in report.standings}
            codes |= {reason.code for record in report.tally.records for reason in record.reasons}
    assert statuses == {"met", "short", "exempt", "waived", "not-applicable"}
    assert codes >= {
        "cap-per-year", "cap-per-cycle", "cap-per-work", "cap-of-kind", "faculty", "not-approved",
        "not-claimed", "planned", "after-as-of", "outside-cycle",
    }  # fmt: skip
