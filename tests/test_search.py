"""The filter of the records, understood by hand."""

from datetime import date

import pytest

from cmeledger.book import open_book
from cmeledger.report.records import rows, sort_key, totals, widths
from cmeledger.report.search import search
from conftest import SAMPLES

BOOK = open_book(str(SAMPLES / "surgeon.toml"), date(2026, 11, 24))
TALLY = BOOK.tallies()[0]
REPORT = BOOK.report(TALLY, TALLY.series.shown_for(BOOK.day))
ROWS = rows(BOOK, REPORT, BOOK.keeping([TALLY]))


def found(text: str) -> set[str]:
    wanted = search(text, BOOK.rulebook.topics)
    return {row.id for row in ROWS if wanted.matches(row)}


# By hand from sample-ledgers/surgeon.toml.
@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("safer", {"2026-10-29-safer-list"}),
        ("SAFER operating", {"2026-10-29-safer-list"}),
        ("safer nowhere", set()),
        ('"safer operating"', {"2026-10-29-safer-list"}),
        ('"operating safer"', set()),
        ("status:planned", {"2027-01-13-documentation"}),
        ("status:pl", {"2027-01-13-documentation"}),
        ("status:attended", {"2026-10-29-safer-list"}),
        ("topic:dementia", {"2023-01-18-dementia"}),
        ("topic:dementia -ev:yes", set()),
        ("kind:poster", {"2025-06-05-poster-recurrence"}),
        ("category:none", {"2016-09-14-child-abuse"}),
        ("topic:wellness cycle:2027", {"2026-02-19-fatigue"}),
        ("topic:wellness cycle:2025", set()),
    ],
)
def test_what_a_filter_finds(text: str, ids: set[str]) -> None:
    assert found(text) == ids


def test_a_field_without_a_value_yet_filters_nothing_and_minus_turns_around() -> None:
    everything = {row.id for row in ROWS}
    assert found("topic:") == found("") == found("   ") == everything
    assert found("-") == {row.id for row in ROWS if "-" in row.text}
    assert found("-category:1") == everything - found("category:1")
    assert found("-safer") == everything - found("safer")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("topic:opiod-pain", "no topic is called 'opiod-pain': did you mean 'opioid-pain'?"),
        ("kind:poter", "no kind is called 'poter': did you mean 'poster'?"),
        ("evidence:maybe", "no evidence is called 'maybe': one of: yes, no"),
        ("cycle:next", "no cycle is called 'next': one of: none"),
        ("cycle:2031", None),
        ("web:http", None),  # no field of ours: it is looked for as a word
    ],
)
def test_what_cannot_be_meant_is_said(text: str, problem: str | None) -> None:
    assert search(text, BOOK.rulebook.topics).problem == problem


def test_totals_and_order() -> None:
    # 2 planned, 1 attended: claimed as written, nothing counted.
    waiting = [row for row in ROWS if row.status != "claimed"]
    assert totals(waiting) == "2 records, 3 claimed, 0 counted"
    by_credits = sorted(ROWS, key=lambda row: sort_key(row, "credits"))
    assert [row.counted for row in by_credits] == sorted(row.counted for row in ROWS)
    for width in (58, 80, 104, 160):
        laid = widths(width)
        assert sum(cells for _, cells in laid) + len(laid) - 1 <= width
