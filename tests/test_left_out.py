"""What `why`, `status` and `list` say of records that count for nothing, or not yet."""

from pathlib import Path
from typing import Any

import pytest

from conftest import run_here
from ledgers import activity, ask, by_id, course, ledger, licenses, renewing, standings, why

AS_OF = "2026-03-01"
"""The cycle is 2024-05-11 to 2026-05-10."""
BROKEN = {"pages": 12}
"""An unknown key: it leaves its record out."""


def left_out(folder: Path, text: str, id: str, code: int = 0) -> dict[str, list[str]]:
    """Ask what was left out of a requirement: record to the codes of its reasons."""
    found = ask(folder, text, "why", id, "--as-of", AS_OF, code=code)
    return {
        item["id"]: [reason["code"] for reason in item["reasons"]] for item in found["left_out"]
    }


def test_an_enrollment_that_counts_in_full_is_not_left_out(tmp_path: Path) -> None:
    # Three years; of the cycle it has the days to Jun 30, 2025, and all of those count.
    text = ledger(activity(id="a", kind="residency", start="2022-07-01", end="2025-06-30"))
    assert left_out(tmp_path, text, "total") == {}


@pytest.mark.parametrize("kind", ["residency", "fellowship"])
def test_an_enrollment_still_to_come_is_left_out_for_that(kind: str, tmp_path: Path) -> None:
    text = ledger(
        activity(id="planned", kind=kind, status="planned", start="2026-04-01"),
        activity(id="begins", kind=kind, start="2026-04-15"),
        activity(id="next-cycle", kind=kind, start="2026-05-11"),
    )
    assert left_out(tmp_path, text, "total") == {"planned": ["planned"], "begins": ["after-as-of"]}


def test_a_bad_record_is_left_out_of_what_its_kind_serves(tmp_path: Path) -> None:
    text = ledger(
        course("2025-01-02", 1, "dementia", id="course", **BROKEN),
        activity(id="study", kind="regulation-study", date="2025-01-03", category=2, credits=1, **BROKEN),
        activity(id="examiner", kind="medical-examiner", date="2025-01-04", **BROKEN),
        activity(id="degree", kind="degree", date="2025-01-05", topics=["dementia"], **BROKEN),
    )  # fmt: skip
    invalid = ["invalid"]
    assert left_out(tmp_path, text, "board-regulations", 1) == {"study": invalid}
    assert left_out(tmp_path, text, "dementia", 1) == {"course": invalid}
    assert left_out(tmp_path, text, "risk-management", 1).keys() >= {"examiner"}
    assert left_out(tmp_path, text, "risk-management", 1).keys().isdisjoint({"degree", "course"})
    everything = dict.fromkeys(("course", "study", "examiner", "degree"), invalid)
    assert left_out(tmp_path, text, "total", 1) == everything


def test_a_bad_record_of_any_date_is_left_out_of_what_is_asked_once(tmp_path: Path) -> None:
    training = {"kind": "mandated-training", "topics": ["child-abuse"]}
    text = ledger(
        activity(id="to-come", date="2026-04-01", **training, **BROKEN),
        activity(id="long-ago", date="2016-04-01", **training, **BROKEN),
        activity(id="no-day", **training),
    )
    expected = {name: ["invalid"] for name in ("no-day", "long-ago", "to-come")}
    assert left_out(tmp_path, text, "child-abuse", 1) == expected
    assert left_out(tmp_path, text, "total", 1) == {"to-come": ["invalid"]}


def test_a_record_named_like_a_requirement_does_not_hide_it(tmp_path: Path) -> None:
    text = ledger(course("2025-01-02", 1, id="total"), course("2025-01-03", 2, id="a"))
    found = ask(tmp_path, text, "why", "total", "--as-of", AS_OF, code=1)
    assert (found["asked"], found["counted"]) == (50, 2)
    assert [item["id"] for item in found["left_out"]] == ["2025-01-02-a-sample"]


def test_training_without_credits_is_not_left_out_of_the_total(tmp_path: Path) -> None:
    training = {"kind": "mandated-training", "topics": ["child-abuse"]}
    text = ledger(
        activity(id="none", date="2025-01-02", **training),
        activity(id="zero", date="2025-01-03", credits=0, category=1, **training),
    )
    assert left_out(tmp_path, text, "total") == {}


def test_planned_trainings_add_up(tmp_path: Path) -> None:
    training = {"kind": "mandated-training", "topics": ["child-abuse"], "status": "planned"}
    text = ledger(
        activity(id="a", date="2026-04-01", **training),
        activity(id="b", date="2026-04-02", **training),
    )
    found = standings(tmp_path, text, AS_OF)["child-abuse"]
    assert (found["planned"], found["attended"], found["counted"]) == (2, 0, 0)


def test_a_license_that_ended_is_shown_beside_the_one_that_goes_on(tmp_path: Path) -> None:
    limited = 'issued = 2020-07-01\ntype = "limited"\nended = 2023-06-30'
    text = ledger(
        course("2025-06-02", 2, id="a"), license=(limited, renewing("2026-05-10")), birthday="05-10"
    )
    shown = licenses(tmp_path, text, AS_OF)
    assert [(item["number"], item["type"]) for item in shown] == [("1", "limited"), ("2", "full")]
    assert by_id(shown[1])["total"]["counted"] == 2
    found = why(tmp_path, text, "total", AS_OF)
    assert [item["number"] for item in found["licenses"]] == ["1", "2"]
    # The first license renewed on May 10 of 2021 and 2023; the cycle that holds its end is over on
    # May 10, 2025, and the record lies behind it.
    (listed,) = ask(tmp_path, text, "list", "--as-of", AS_OF)["records"]
    assert listed["counted"] == 0
    assert why(tmp_path, text, "a", AS_OF)["counted"] == 0


def test_a_topic_that_does_nothing_on_its_kind_finds_its_record(tmp_path: Path) -> None:
    text = ledger(
        activity(id="degree", kind="degree", date="2025-01-02", topics=["ehr"]),
        activity(id="study", kind="regulation-study", date="2025-01-03", category=2, credits=1),
    )

    def ids(topic: str) -> list[Any]:
        found = ask(tmp_path, text, "list", "--topic", topic, "--as-of", AS_OF)["records"]
        return [item["id"] for item in found]

    assert ids("ehr") == ["degree"]
    assert ids("board-regulations") == ["study"]


def test_a_title_of_many_pages_is_shown_in_its_place(tmp_path: Path) -> None:
    title = "\n".join(["é" * 20_000] * 6)
    text = ledger(
        f'[[activity]]\nid = "a"\ndate = 2025-01-02\ntitle = """\n{title}"""\ncategory = 2\ncredits = 1\n'
    )
    (record,) = ask(tmp_path, text, "list", "--as-of", AS_OF)["records"]
    assert record["title"] == title
    for verb in ("list", "keep"):
        lines = run_here(verb, str(tmp_path / "cme.toml"), "--as-of", AS_OF).out.split("\n")
        assert max(map(len, lines)) <= 80
        (line,) = (line for line in lines if "éé" in line)
        # 80 columns, less what stands before the title: all of it is used.
        assert line.count("é") >= 40
