"""Warnings about amounts, and those that come of a look from one record to another."""

from pathlib import Path

import pytest

from conftest import run_here
from ledgers import RENEWAL, activity, ask, counted, course, ledger


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


@pytest.mark.parametrize("tiny", ["1e-4000000000", "3.7500000000000001e-999999", "0.1e-100"])
def test_an_amount_of_billions_of_digits_is_not_spelled_out(tiny: str, tmp_path: Path) -> None:
    # Nearly nothing, and nothing is counted; spelled out, the first would fill four gigabytes.
    for record in (
        course("2025-06-01", 777),
        activity(date="2025-06-01", kind="consultation", credits=777),
        activity(date="2025-06-01", kind="teaching", category=1, hours=777),
        activity(date="2025-06-01", kind="teaching", category=2, hours=777),
        course("2025-06-01", 0, topics={"dementia": 777}),
        course("2025-06-01", 1, topics={"dementia": 777}),
    ):
        own = '[[requirement]]\nid = "own"\nname = "Own"\ncredits = 777\n'
        text = ledger(record, more=own).replace("777", tiny)
        counts = 1 if "credits = 1\n" in record else 0
        assert counted(tmp_path, text, ["total", "own", "dementia"]) == (counts, counts, 0)
        (tmp_path / "cme.toml").write_text(text, "utf-8")
        for verb in ("status", "check", "list", "why own", "why total"):
            words = verb.split()
            shown = run_here(*words, str(tmp_path / "cme.toml"), "--as-of", RENEWAL).out
            assert all(len(line) < 200 for line in shown.split("\n"))
        found = ask(tmp_path, text, "check", "--as-of", RENEWAL)["problems"]
        assert all(len(problem["message"]) < 80 for problem in found)


@pytest.mark.parametrize("nothing", ["0e-4000000000", "0e+4000000000", "0e999999999999"])
def test_nothing_is_nothing_whatever_its_exponent(nothing: str, tmp_path: Path) -> None:
    own = '[[requirement]]\nid = "own"\nname = "Own"\ncredits = 777\n'
    text = ledger(course("2025-06-01", 777), more=own).replace("777", nothing)
    assert counted(tmp_path, text, ["total", "own"]) == (0, 0)
    found = ask(tmp_path, text, "check", "--as-of", RENEWAL)["problems"]
    assert "quarter-hours" not in [p["code"] for p in found]
