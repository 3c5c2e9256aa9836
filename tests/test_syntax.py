"""Slips that make a file no TOML: the message says what to write instead."""

from collections.abc import Callable

import pytest

from conftest import HEAD, run_here

SLIPS = [
    ("date = 3/14/25", "2025-03-14"),
    ("date = 2026-6-3", "2026-06-03"),
    ("date = 2025-02-29", "is there such a day?"),
    ("title = \u201cCurly\u201d", "plain quotes"),
    ("title = \u00a0x", "no-break space"),
    ("x-a = True", "true or false"),
    ("credits = .5", "0.5"),
    ("credits = 3,0", "3.5"),
    ("credits: 3.0", "write = between"),
    ('title = "The "new" opioids"', "single ones"),
    ('x-a = "C:\\Users\\me"', "write / instead"),
    ("title = Grand rounds", 'in quotes: "…"'),
    ('title = "never closed', 'end it with "'),
    ('topics = ["wellness"\n[practice]', "the list that begins in line 11"),
    ("title = 'a'\ntitle = 'b'", "keep one of them"),
    ("<<<<<<< HEAD", "git left both versions"),
]


@pytest.mark.parametrize(("line", "advice"), SLIPS)
def test_a_slip_is_explained(line: str, advice: str, write: Callable[[str], str]) -> None:
    text = HEAD + '[[activity]]\nid = "a"\n' + line + "\n"
    (problem,) = run_here("check", write(text), "--json").json["problems"]
    assert problem["code"] == "not-toml"
    assert advice in problem["help"]
    assert problem["line"] >= 11


def test_a_table_written_twice_wants_double_brackets(write: Callable[[str], str]) -> None:
    text = HEAD + "[activity]\n[activity]\n"
    (problem,) = run_here("check", write(text), "--json").json["problems"]
    assert "[[activity]]" in problem["help"]


@pytest.mark.parametrize(
    ("key", "value", "advice"),
    [
        ("date", '"2026-06-03"', "write date = 2026-06-03, without quotes"),
        ("date", "2026-06-03T08:00:00", "write date = 2026-06-03, without a time"),
        ("credits", '"3.0"', "write credits = 3.0, without quotes"),
        ("credits", '"three"', "write credits = 1.5 (like this), without quotes"),
        ("provider", "3", 'write provider = "3", in quotes'),
        ("kind", '"lecture"', "one of: course, article, poster, teaching, "),
        ("kind", '"teach"', "did you mean 'teaching'?"),
        ("kind", '"certification"', "did you mean 'board-certification'?"),
        ("status", '"Claimed"', "did you mean 'claimed'?"),
        ("topics", '["opiod-pain"]', "did you mean 'opioid-pain'?"),
        ("topics", '["pain management"]', "known topics: "),
    ],
)
def test_a_wrong_value_is_respelled(
    key: str, value: str, advice: str, write: Callable[[str], str]
) -> None:
    keys = {"title": '"A"', "category": "2", "date": "2025-06-03", "credits": "1"} | {key: value}
    text = HEAD + "[[activity]]\n" + "".join(f"{k} = {v}\n" for k, v in keys.items())
    (problem,) = run_here("check", write(text), "--as-of", "2026-03-01", "--json").json["problems"]
    assert advice in problem["help"]
