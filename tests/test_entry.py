"""Amounts, dates and lines as people type them, and what is no such thing."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cmeledger import entry
from cmeledger.cli import record_options
from conftest import HEAD, run_here

TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1.5", "1.5"),
        ("1.50", "1.50"),  # as on the certificate: the digits stay
        ("2", "2"),
        ("2.", "2"),
        (".5", "0.5"),
        ("0", "0"),
        ("007", "7"),
        ("1000", "1000"),
        (" 1.5\t", "1.5"),
        ("1/2", "0.5"),
        ("3/4", "0.75"),
        ("2/4", "0.5"),
        ("1 1/2", "1.5"),
        ("1  1/4", "1.25"),
        ("1-1/2", "1.5"),
        ("12 3/4", "12.75"),
        ("½", "0.5"),
        ("1½", "1.5"),
        ("1 ½", "1.5"),
        ("2¼", "2.25"),
        ("10¾", "10.75"),
        ("1 1\u20442", "1.5"),  # the fraction stroke
        ("1\u00a01/2", "1.5"),  # a blank that does not break
    ],
)
def test_amounts_are_read_as_people_type_them(typed: str, read: str) -> None:
    assert str(entry.an_amount(typed)) == read


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "write a number"),
        ("much", "write a number"),
        (".", "write a number"),
        ("1.5.2", "write a number"),
        ("1,5", "a comma"),
        ("1,000", "a comma"),
        ("1,000.5", "a comma"),
        ("-1", "not negative"),
        ("-0", "not negative"),
        ("+1", "write a number"),
        ("1000.25", "more than 1000"),
        ("999999999", "more than 1000"),
        ("9" * 5000, "write a number"),
        ("0." + "1" * 5000, "write a number"),
        ("1e3", "write a number"),
        ("1_0", "write a number"),
        ("nan", "write a number"),
        ("inf", "write a number"),
        ("0x10", "write a number"),
        ("\u0661", "write a number"),  # an Arabic one
        ("\uff11", "write a number"),  # a full-width one
        ("\u00b9/\u2082", "write a number"),  # raised and lowered digits
        ("1/3", "halves and quarters"),
        ("5/4", "halves and quarters"),
        ("1/0", "halves and quarters"),
        ("2 1 1/2", "halves and quarters"),
        ("1½½", "write a number"),
        ("1.5 \x1b[2J", "write a number"),
    ],
)
def test_what_is_no_amount_is_explained(typed: str, said: str) -> None:
    with pytest.raises(entry.Mistyped, match=re.escape(said)):
        entry.an_amount(typed)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("3/14/25", "2025-03-14"),
        ("3-14-25", "2025-03-14"),
        ("March 14, 25", "2025-03-14"),
        ("1/1/00", "2000-01-01"),
        ("12/31/36", "2036-12-31"),  # ten years ahead of 2026
        ("2/29/24", "2024-02-29"),
        ("today", "2026-03-01"),
        ("Yesterday", "2026-02-28"),
        ("3/14/2025", "2025-03-14"),
        ("2025-03-14", "2025-03-14"),
    ],
)
def test_short_years_and_words_are_read_where_today_is_known(typed: str, read: str) -> None:
    assert entry.a_date(typed, TODAY).isoformat() == read


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1/1/37", "2037 is far ahead"),
        ("5/10/75", "2075 is far ahead"),
        ("2/29/25", "February 2025 has no day 29"),
        ("13/1/25", "the month comes first"),
        ("3/14/5", "four digits"),
        ("3/14/025", "four digits"),
        ("25-03-14", "there is no month 25"),
        ("tomorrow", "no date"),
        ("3/14", "the year is missing"),
        ("\u0663/14/25", "no date"),
    ],
)
def test_what_is_no_date_of_a_record_is_explained(typed: str, said: str) -> None:
    with pytest.raises(entry.Mistyped, match=re.escape(said)):
        entry.a_date(typed, TODAY)


def test_short_years_and_words_need_a_today() -> None:
    for typed in ("3/14/25", "today", "yesterday"):
        with pytest.raises(entry.Mistyped):
            entry.a_date(typed)


def test_a_line_is_there_and_shows() -> None:
    assert entry.a_line("  Grand rounds ", "the title") == "Grand rounds"
    assert entry.a_line("x" * 200, "the title") == "x" * 200
    for typed, said in (
        (" \t", "please write the title"),
        ("a\x1b[A", "the title holds a character that does not show"),
        ("a\u202eb", "does not show"),
        ("x" * 201, "longer than 200"),
    ):
        with pytest.raises(entry.Mistyped, match=re.escape(said)):
            entry.a_line(typed, "the title")


def test_options_take_what_people_type_and_the_ledger_what_is_exact(tmp_path: Path) -> None:
    file = tmp_path / "cme.toml"
    file.write_text(HEAD, "utf-8")
    done = run_here(
        "add", "Talk", str(file), "--category", "1", "--credits", "1 1/2", "--date", "3/14/25",
        "--topics", "risk-management=½", "--as-of", "2026-03-01",
        env={"CMELEDGER_HISTORY": "off"},
    )  # fmt: skip
    assert done.code == 0, done.err
    assert "--date 3/14/25: that is 2025-03-14\n" in done.err
    assert "--credits 1 1/2: that is 1.5\n" in done.err
    assert file.read_text("utf-8") == HEAD + (
        "\n[[activity]]\n"
        'id = "2025-03-14-talk"\n'
        "date = 2025-03-14\n"
        'title = "Talk"\n'
        "category = 1\n"
        "credits = 1.5\n"
        "topics = { risk-management = 0.5 }\n"
    )


def test_keys_written_as_options_read_back_the_same() -> None:
    values = {
        "date": date(2025, 3, 14),
        "credits": Decimal("1.50"),
        "topics": {"wellness": Decimal("0.5")},
        "learners": ["students", "residents"],
        "note": "-- a dash",
        "provider": None,
    }
    assert record_options.words(values) == [
        "--date", "2025-03-14", "--credits", "1.50", "--topics", "wellness=0.5",
        "--learners", "students,residents", "--note=-- a dash", "--provider", "",
    ]  # fmt: skip
