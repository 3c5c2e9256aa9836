"""What the reader makes of records: their ids, their places, and advice for words nobody knows."""

from collections.abc import Callable

import pytest

from conftest import HEAD, run_here

Write = Callable[..., str]
AS_OF = ("--as-of", "2026-03-01")
READING = '[[activity]]\ndate = 2025-06-03\ntitle = "Reading"\nkind = "self-study"\ncredits = 1.0\n'
STEM = "2025-06-03-reading"


def test_derived_ids_are_numbered_in_the_order_of_the_file(write: Write) -> None:
    taken = READING.replace("[[activity]]", f'[[activity]]\nid = "{STEM}-3"')
    other = READING.replace("Reading", "Reading 2")  # derived: the stem of another, and taken by it
    ledger = write(HEAD + READING * 2 + taken + other + READING * 2 + other)
    found = run_here("list", ledger, *AS_OF, "--json").json["records"]
    # In the file: stem, -2, the explicit -3, "Reading 2" finds -2 taken, -4, -5, and once more.
    expected = {STEM, *(f"{STEM}-{end}" for end in ("2", "3", "2-2", "4", "5", "2-3"))}
    assert {item["id"] for item in found} == expected
    assert len(found) == 7


def test_thousands_of_records_of_one_day_and_title_have_ids_of_their_own(write: Write) -> None:
    found = run_here("list", write(HEAD + READING * 3000), *AS_OF, "--json").json["records"]
    expected = {STEM, *(f"{STEM}-{number}" for number in range(2, 3001))}
    assert {item["id"] for item in found} == expected


def test_an_id_that_cannot_be_used_stays_taken(write: Write) -> None:
    bad = READING.replace("[[activity]]", '[[activity]]\nid = "total"')
    ledger = write(HEAD + bad + READING)
    found = run_here("check", ledger, *AS_OF, "--json").json["problems"]
    assert [(p["code"], p["record"]) for p in found] == [("bad-value", STEM)]
    (record,) = run_here("list", ledger, *AS_OF, "--json").json["records"]
    assert record["id"] == f"{STEM}-2"
    why = run_here("why", STEM, ledger, *AS_OF, "--json").json
    assert [reason["code"] for reason in why["reasons"]] == ["invalid"]


@pytest.mark.parametrize("word", ["providr", "providr{}"])
def test_thousands_of_unknown_keys_each_get_advice(word: str, write: Write) -> None:
    keys = (word.format(number) for number in range(1500))
    text = HEAD + "".join(
        READING.replace("Reading", f"R{n}") + f"{k} = 1\n" for n, k in enumerate(keys)
    )
    found = run_here("check", write(text), *AS_OF, "--json").json["problems"]
    assert len(found) == 1500
    assert found[0]["help"] == "did you mean 'provider'?"
    listed = "{}" in word  # the last of so many different words get the list
    assert found[-1]["help"].startswith(
        "its keys are: id, date" if listed else "did you mean 'prov"
    )


def test_readable_values_of_a_bad_list_are_still_looked_at(write: Write) -> None:
    text = HEAD + READING + 'topics = ["opiod-pain", 7]\n'
    found = run_here("check", write(text), *AS_OF, "--json").json["problems"]
    assert [(p["code"], p["severity"], p["record"]) for p in found] == [
        ("unknown-topic", "warning", STEM),
        ("wrong-type", "error", STEM),
    ]


def test_an_unusable_ledger_says_so_to_every_command_and_all_of_it_to_check(write: Write) -> None:
    ledger = write(HEAD.replace('"MA"', '"NH"') + READING.replace("1.0", "1.1"))
    result = run_here("check", ledger, *AS_OF, "--json")
    assert result.code == 3
    assert [p["code"] for p in result.json["problems"]] == [
        "no-license",
        "bad-value",
        "quarter-hours",
    ]
    status = run_here("status", ledger, *AS_OF)
    assert (status.code, status.out) == (3, "")
    assert "error[no-license]" in status.err
