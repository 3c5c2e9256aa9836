"""Warnings that come of a look from one record to another."""

from pathlib import Path

import pytest

from ledgers import ask, course, ledger


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("Straße", "STRASSE", True),
        ("Grand Rounds", "grand rounds", True),
        ("Grand Rounds", " Grand\tRounds", True),
        ("Grand Rounds", "GrandRounds", True),
        ("Straße", "Strase", False),
        ("Révision", "Revision", False),
    ],
)
def test_titles_are_the_same_but_for_case_and_blanks(
    one: str, two: str, same: bool, tmp_path: Path
) -> None:
    text = ledger(
        course("2025-06-01", 1, id="a", title=one), course("2025-06-01", 1, id="b", title=two)
    )
    problems = ask(tmp_path, text, "check", "--as-of", "2026-01-01")["problems"]
    found = [p for p in problems if p["code"] == "possible-duplicate"]
    assert [p["record"] for p in found] == ["b"] * same
    assert all("'a'" in p["message"] for p in found)
