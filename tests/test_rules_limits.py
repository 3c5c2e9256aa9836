"""What each kind of record gives, and the limits of its group, worked out by hand."""

from pathlib import Path
from typing import Any

import pytest

from ledgers import (
    activity,
    codes,
    counted,
    course,
    cuts,
    errors,
    ledger,
    licenses,
    listed,
    renewing,
    standings,
    warnings,
    why,
)

Keys = dict[str, Any]

FACULTY = "full-time-faculty = true"
SELF_DIRECTED = (
    "self-study",
    "point-of-care",
    "consultation",
    "case-discussion",
    "patient-care-review",
    "journal-club",
    "self-assessment",
)
FIXED = {"article": 10, "poster": 5, "degree": 25, "board-certification": 60}
APPROVED = ("board-volunteer", "medical-examiner", "board-of-health")
EXAMINERS = ("medical-examiner", "board-of-health")


def give(folder: Path, *activities: str, **keys: str) -> dict[str, float]:
    """Say what each record counts, by id."""
    found = listed(folder, ledger(*activities, **keys))
    return {id: item["counted"] for id, item in found.items()}


def article(id: str, date: str, **keys: object) -> str:
    return activity(**{"id": id, "date": date, "kind": "article"} | keys)


def teaching(id: str, date: str, hours: float, category: int = 1, **keys: object) -> str:
    named = {"id": id, "date": date, "kind": "teaching", "category": category, "hours": hours}
    return activity(**named | keys)


# ── What a kind gives ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "keys", "category", "credits"),
    [
        ("course", {"category": 1, "credits": 2.25}, 1, 2.25),
        ("course", {"category": 2, "credits": 2.25}, 2, 2.25),
        ("article", {}, 1, 10),
        ("poster", {}, 1, 5),
        ("teaching", {"category": 1, "hours": 1.5}, 1, 3),
        ("teaching", {"category": 2, "hours": 1.5}, 2, 1.5),
        ("degree", {}, 1, 25),
        ("board-certification", {}, 1, 60),
        ("board-volunteer", {"hours": 7.5, "approved_on": "2024-06-01"}, 1, 7.5),
        ("medical-examiner", {"approved_on": "2024-06-01"}, 1, 4),
        ("board-of-health", {"approved_on": "2024-06-01"}, 1, 4),
        ("publication", {"credits": 8}, 2, 8),
        ("regulation-study", {"category": 1, "credits": 2}, 1, 2),
        ("regulation-study", {"category": 2, "credits": 2}, 2, 2),
        *[(kind, {"credits": 3}, 2, 3) for kind in SELF_DIRECTED],
        ("mandated-training", {}, None, 0),
        ("mandated-training", {"category": 1, "credits": 2}, 1, 2),
        ("mandated-training", {"category": 2, "credits": 2}, 2, 2),
    ],
)
def test_each_kind_has_its_category_and_credits(
    kind: str, keys: Keys, category: int | None, credits: float, tmp_path: Path
) -> None:
    text = ledger(activity(id="one", date="2025-01-01", kind=kind, **keys))
    item = listed(tmp_path, text)["one"]
    assert (item["category"], item["claimed"], item["counted"]) == (category, credits, credits)
    assert counted(tmp_path, text, ["total"]) == (credits,)


def test_without_a_kind_a_record_is_a_course(tmp_path: Path) -> None:
    assert listed(tmp_path, ledger(course("2025-01-01", 1, id="one")))["one"]["kind"] == "course"


@pytest.mark.parametrize(
    ("kind", "category"),
    [
        ("article", 2),
        ("poster", 2),
        ("degree", 2),
        ("board-certification", 2),
        ("board-volunteer", 2),
        ("medical-examiner", 2),
        ("board-of-health", 2),
        ("residency", 2),
        ("fellowship", 2),
        ("publication", 1),
        *[(kind, 1) for kind in SELF_DIRECTED],
    ],
)
def test_a_category_that_contradicts_the_kind_leaves_the_record_out(
    kind: str, category: int, tmp_path: Path
) -> None:
    days = {"start": "2025-01-01", "end": "2025-12-31"}
    keys: Keys = days if kind in ("residency", "fellowship") else {"date": "2025-01-01"}
    if kind == "board-volunteer":
        keys["hours"] = 1
    elif kind == "publication" or kind in SELF_DIRECTED:
        keys["credits"] = 1
    wrong = activity(id="one", kind=kind, category=category, **keys)
    assert ("bad-value", "one") in errors(tmp_path, ledger(wrong))
    assert standings(tmp_path, ledger(wrong), code=1)["total"]["counted"] == 0
    # the kind's own category may be said
    right = activity(id="one", kind=kind, category=3 - category, **keys)
    assert "bad-value" not in codes(tmp_path, ledger(right))


@pytest.mark.parametrize("kind", ["course", "teaching", "regulation-study"])
def test_a_category_is_asked_where_the_kind_implies_none(kind: str, tmp_path: Path) -> None:
    text = ledger(activity(id="one", date="2025-01-01", kind=kind, credits=1))
    assert errors(tmp_path, text) == {("missing-key", "one")}


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("course", {"category": 1}),
        ("regulation-study", {"category": 1}),
        ("publication", {}),
        *[(kind, {}) for kind in SELF_DIRECTED],
        ("teaching", {"category": 1}),  # credits or hours
        ("board-volunteer", {"approved_on": "2024-06-01"}),  # credits or hours
    ],
)
def test_credits_are_asked_where_the_kind_gives_none(kind: str, keys: Keys, tmp_path: Path) -> None:
    text = ledger(activity(id="one", date="2025-01-01", kind=kind, **keys))
    assert errors(tmp_path, text) == {("missing-key", "one")}


@pytest.mark.parametrize(("kind", "most"), [*FIXED.items(), *[(kind, 4) for kind in EXAMINERS]])
def test_of_own_credits_and_the_kinds_the_smaller_count(
    kind: str, most: float, tmp_path: Path
) -> None:
    def record(credits: float) -> str:
        keys: Keys = {"approved_on": "2024-06-01"} if kind in EXAMINERS else {}
        return ledger(activity(id="one", date="2025-01-01", kind=kind, credits=credits, **keys))

    for credits, counts in ((most - 0.25, most - 0.25), (most, most), (most + 0.25, most)):
        text = record(credits)
        found = why(tmp_path, text, "one")
        assert (found["claimed"], found["counted"]) == (credits, counts)
        larger = credits > counts
        assert cuts(found) == ([("cap-of-kind", 0.25)] if larger else [])
        assert (("more-than-kind", "one") in warnings(tmp_path, text)) is larger


@pytest.mark.parametrize(
    ("category", "hours", "credits", "counts"),
    [
        (1, 2, 3.75, 3.75),  # 2 hours give 4
        (1, 2, 4, 4),
        (1, 2, 4.25, 4),
        (2, 2, 1.75, 1.75),  # 2 hours give 2
        (2, 2, 2, 2),
        (2, 2, 2.25, 2),
        (1, None, 5, 5),
        (2, None, 5, 5),
    ],
)
def test_of_hours_taught_and_credits_the_smaller_count(
    category: int, hours: float | None, credits: float, counts: float, tmp_path: Path
) -> None:
    keys: Keys = {"kind": "teaching", "category": category, "credits": credits, "hours": hours}
    text = ledger(activity(id="one", date="2025-01-01", **keys))
    assert why(tmp_path, text, "one")["counted"] == counts


@pytest.mark.parametrize(("credits", "counts"), [(5.75, 5.75), (6, 6), (6.25, 6)])
def test_of_hours_served_and_credits_the_smaller_count(
    credits: float, counts: float, tmp_path: Path
) -> None:
    keys: Keys = {"kind": "board-volunteer", "hours": 6, "approved_on": "2025-01-01"}
    text = ledger(activity(id="one", date="2025-01-01", credits=credits, **keys))
    assert why(tmp_path, text, "one")["counted"] == counts


# ── Quarters and whole hours ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "keys", "counts", "warned"),
    [
        ("course", {"category": 1, "credits": 1.25}, 1.25, False),
        ("course", {"category": 1, "credits": 1.3}, 1.25, True),
        ("course", {"category": 1, "credits": 1.49}, 1.25, True),
        ("course", {"category": 1, "credits": 1.5}, 1.5, False),
        ("course", {"category": 1, "credits": 0.24}, 0, True),
        ("course", {"category": 2, "credits": 0.99}, 0.75, True),
        # after the kind's factor: 1.3 x 2 = 2.6, and 1.3
        ("teaching", {"category": 1, "hours": 1.3}, 2.5, None),
        ("teaching", {"category": 2, "hours": 1.3}, 1.25, None),
        ("teaching", {"category": 1, "hours": 1.125}, 2.25, None),
        ("teaching", {"category": 2, "hours": 1.125}, 1, None),
        ("board-volunteer", {"hours": 2.7, "approved_on": "2025-01-01"}, 2.5, None),
    ],
)
def test_what_a_record_gives_is_rounded_down_to_quarters(
    kind: str, keys: Keys, counts: float, warned: bool | None, tmp_path: Path
) -> None:
    text = ledger(activity(id="one", date="2025-01-01", kind=kind, **keys))
    assert why(tmp_path, text, "one")["counted"] == counts
    if warned is not None:
        assert (("quarter-hours", "one") in warnings(tmp_path, text)) is warned


@pytest.mark.parametrize(
    ("credits", "counts", "warned"),
    [(0.75, 0, True), (1, 1, False), (1.75, 1, True), (2, 2, False), (2.25, 2, True)],
)
def test_consultations_come_in_whole_hours(
    credits: float, counts: float, warned: bool, tmp_path: Path
) -> None:
    keys: Keys = {"kind": "consultation", "credits": credits}
    text = ledger(activity(id="one", date="2025-01-01", **keys))
    assert why(tmp_path, text, "one")["counted"] == counts
    assert (("whole-hours", "one") in warnings(tmp_path, text)) is warned


def test_each_record_is_rounded_by_itself(tmp_path: Path) -> None:
    # 3 x 1.2 is 3.6; each gives 1
    records = [course(f"2025-01-0{day}", 1.2) for day in (1, 2, 3)]
    assert counted(tmp_path, ledger(*records), ["total"]) == (3,)


# ── One article, one poster a year ────────────────────────────────────────────────────────

# License years of the cycle: May 11, 2024 to May 10, 2025, and May 11, 2025 to May 10, 2026.


@pytest.mark.parametrize(
    ("days", "counts"),
    [
        (["2025-06-01", "2025-07-01"], [1, 0]),  # both years the same
        (["2024-12-31", "2025-01-01"], [1, 0]),  # one license year
        (["2024-12-31", "2025-05-10"], [1, 0]),  # its last day
        (["2024-12-31", "2025-05-11"], [1, 1]),  # the first day of the next
        (["2025-05-10", "2025-05-11"], [1, 0]),  # one calendar year
        (["2025-05-10", "2025-12-31"], [1, 0]),
        (["2025-05-10", "2026-01-01"], [1, 1]),
        (["2024-05-11", "2025-05-11"], [1, 1]),
        (["2024-12-31", "2025-05-11", "2026-05-10"], [1, 1, 0]),  # the second license year
        # What did not count takes no room: the license year shuts out the second, so calendar
        # 2025 is free for the third; that shuts out the fourth.
        (["2024-12-01", "2025-03-01", "2025-06-01", "2026-02-01"], [1, 0, 1, 0]),
        # in whichever cycle it lies: March 2024 belongs to the cycle before
        (["2024-03-01", "2024-06-01"], [1, 0]),
        (["2024-03-01", "2024-06-01", "2025-01-01"], [1, 0, 1]),
        (["2023-12-31", "2024-06-01"], [1, 1]),
        (["2025-12-31", "2026-05-11"], [1, 1]),
        (["2026-01-01", "2026-05-11"], [1, 0]),
    ],
)
@pytest.mark.parametrize(("kind", "credits"), [("article", 10), ("poster", 5)])
def test_one_a_year_is_one_a_calendar_year_and_one_a_license_year(
    kind: str, credits: float, days: list[str], counts: list[int], tmp_path: Path
) -> None:
    records = [article(id, day, kind=kind) for id, day in zip("abcd", days, strict=False)]
    # whatever the order in the file
    found = listed(tmp_path, ledger(*reversed(records)), "2026-12-31")
    assert [found[id]["counted"] for id in sorted(found)] == [credits * one for one in counts]


@pytest.mark.parametrize(("kind", "credits"), [("article", 10), ("poster", 5)])
def test_a_second_one_in_a_year_says_why_it_does_not_count(
    kind: str, credits: float, tmp_path: Path
) -> None:
    text = ledger(article("a", "2025-06-01", kind=kind), article("b", "2025-07-01", kind=kind))
    found = why(tmp_path, text, "b")
    assert (found["claimed"], found["counted"], found["requirements"]) == (credits, 0, [])
    assert cuts(found) == [("cap-per-year", credits)]
    assert "MMS" in found["reasons"][0]["source"]
    assert cuts(why(tmp_path, text, "a")) == []


def test_of_one_day_the_first_id_counts(tmp_path: Path) -> None:
    found = give(tmp_path, article("b", "2025-06-01"), article("a", "2025-06-01"))
    assert found == {"a": 10, "b": 0}


def test_articles_and_posters_have_a_year_each(tmp_path: Path) -> None:
    found = give(tmp_path, article("a", "2025-06-01"), article("p", "2025-06-02", kind="poster"))
    assert found == {"a": 10, "p": 5}


@pytest.mark.parametrize("status", ["planned", "attended"])
def test_an_article_that_is_not_claimed_takes_no_room(status: str, tmp_path: Path) -> None:
    first = article("a", "2025-06-01", status=status)
    assert give(tmp_path, first, article("b", "2025-07-01")) == {"a": 0, "b": 10}


def test_a_smaller_article_takes_the_year_like_a_full_one(tmp_path: Path) -> None:
    first = article("a", "2025-06-01", credits=2)
    assert give(tmp_path, first, article("b", "2025-07-01")) == {"a": 2, "b": 0}


@pytest.mark.parametrize(
    ("days", "counts"),
    [
        # The cycle of Feb 29, 2024 to Feb 28, 2026: its second year begins on Feb 28, 2025.
        (["2024-12-01", "2025-02-27"], [10, 0]),
        (["2024-12-01", "2025-02-28"], [10, 10]),
    ],
)
def test_a_license_year_from_february_29_begins_on_february_28(
    days: list[str], counts: list[float], tmp_path: Path
) -> None:
    records = [article(id, day) for id, day in zip("ab", days, strict=True)]
    text = ledger(*records, license=renewing("2026-02-28"), birthday="02-29")
    found = listed(tmp_path, text, "2026-02-28")
    assert [found[id]["counted"] for id in "ab"] == counts


@pytest.mark.parametrize(
    ("days", "counts"),
    [
        # Issued Feb 11, 2024, to May 10, 2026: years begin on Feb 11 of 2024, 2025 and 2026.
        (["2024-12-01", "2025-02-10"], [10, 0]),
        (["2024-12-01", "2025-02-11"], [10, 10]),
        (["2025-03-01", "2026-02-10"], [10, 0]),
        (["2025-03-01", "2026-02-11"], [10, 10]),
    ],
)
def test_license_years_of_a_long_first_cycle_begin_on_anniversaries_of_issue(
    days: list[str], counts: list[float], tmp_path: Path
) -> None:
    records = [article(id, day) for id, day in zip("ab", days, strict=True)]
    text = ledger(*records, license="issued = 2024-02-11", birthday="05-10")
    found = listed(tmp_path, text)
    assert [found[id]["counted"] for id in "ab"] == counts


def test_license_years_are_of_each_license_by_itself(tmp_path: Path) -> None:
    # The second license year begins on May 11 for one, on Oct 1 for the other.
    text = ledger(
        article("a", "2024-12-31"),
        article("b", "2025-06-01"),
        license=(renewing("2026-05-10"), renewing("2026-09-30")),
    )
    found = why(tmp_path, text, "b", "2026-01-01")
    assert [entry["counted"] for entry in found["licenses"]] == [10, 0]


# ── A work counts once ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("first", ["article", "poster", "publication"])
@pytest.mark.parametrize("second", ["article", "poster", "publication"])
def test_a_work_counts_once_across_article_poster_and_publication(
    first: str, second: str, tmp_path: Path
) -> None:
    def record(id: str, date: str, kind: str, work: str) -> str:
        keys: Keys = {"credits": 5} if kind == "publication" else {}
        title = f"Sample {id}"
        return activity(id=id, date=date, kind=kind, title=title, work=work, **keys)

    gives = {"article": 10, "poster": 5, "publication": 5}
    # 2024 and 2026: no year is shared. The earlier in time counts, whatever the order in the file.
    late, early = (
        record("b", "2026-01-01", second, "doi:1"),
        record("a", "2024-06-01", first, "doi:1"),
    )
    text = ledger(late, early)
    assert give(tmp_path, late, early) == {"a": gives[first], "b": 0}
    assert cuts(why(tmp_path, text, "b")) == [("cap-per-work", gives[second])]
    other = record("b", "2026-01-01", second, "doi:2")
    assert give(tmp_path, other, early) == {"a": gives[first], "b": gives[second]}


@pytest.mark.parametrize(
    ("credits", "counts", "cut"),
    [(9.75, 9.75, []), (10, 10, []), (10.25, 10, [("cap-per-work", 0.25)])],
)
def test_a_publication_gives_at_most_ten(
    credits: float, counts: float, cut: list[tuple[str, float]], tmp_path: Path
) -> None:
    text = ledger(activity(id="one", date="2025-01-01", kind="publication", credits=credits))
    found = why(tmp_path, text, "one")
    assert (found["claimed"], found["counted"]) == (credits, counts)
    assert cuts(found) == cut


@pytest.mark.parametrize(
    ("title", "work", "counts"),
    [
        ("A chapter", None, 0),  # the title stands for the work
        ("a  CHAPTER ", None, 0),  # but for case and blanks
        ("Another chapter", None, 4),
        ("A chapter", "isbn 1", 4),  # a work of its own
    ],
)
@pytest.mark.parametrize("date", ["2025-02-01", "2027-02-01"])
def test_only_the_first_record_of_a_publication_counts_once_ever(
    title: str, work: str | None, counts: float, date: str, tmp_path: Path
) -> None:
    # The first gives 6 of the 10; the rest is lost to the second, in the next cycle too.
    first = activity(id="a", date="2025-01-01", kind="publication", title="A chapter", credits=6)
    keys: Keys = {"kind": "publication", "title": title, "work": work, "credits": 4}
    text = ledger(first, activity(id="b", date=date, **keys))
    found = listed(tmp_path, text, "2027-12-31")
    assert (found["a"]["counted"], found["b"]["counted"]) == (6, counts)


def test_case_is_folded_as_unicode_folds_it(tmp_path: Path) -> None:
    # "ß" is "SS" in capitals, and a sigma has two small forms
    for title, same in (
        ("Straße", "STRASSE"),
        ("ΟΔΟΣ", "οδος"),
        ("Straße", "Strase"),
    ):
        records = [
            activity(id=id, date=day, kind="publication", title=name, credits=4)
            for id, day, name in (("a", "2025-01-01", title), ("b", "2025-02-01", same))
        ]
        assert give(tmp_path, *records) == {"a": 4, "b": 4 if same == "Strase" else 0}


def test_two_articles_of_one_title_are_two_works(tmp_path: Path) -> None:
    records = article("a", "2024-06-01"), article("b", "2026-01-01")
    assert give(tmp_path, *records) == {"a": 10, "b": 10}


# ── Teaching ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("taught", "counts"),
    [
        ([("2025-06-01", 4.875)], [9.75]),
        ([("2025-06-01", 5)], [10]),
        ([("2025-06-01", 5.125)], [10]),
        # 6 + 4 of 6, in one year of either sort
        ([("2025-06-01", 3), ("2025-07-01", 3)], [6, 4]),
        ([("2024-12-31", 3), ("2025-01-01", 3)], [6, 4]),  # license year
        ([("2024-12-31", 3), ("2025-05-10", 3)], [6, 4]),
        ([("2024-12-31", 3), ("2025-05-11", 3)], [6, 6]),
        ([("2025-05-10", 3), ("2025-05-11", 3)], [6, 4]),  # calendar year
        ([("2025-05-10", 3), ("2025-12-31", 3)], [6, 4]),
        ([("2025-05-10", 3), ("2026-01-01", 3)], [6, 6]),
        # The smaller room of the two: 4 of the license year; then of calendar 2025 10 - 4 = 6.
        ([("2024-12-01", 3), ("2025-02-01", 3), ("2025-06-01", 5)], [6, 4, 6]),
        # in whichever cycle it lies: calendar 2024 has 10 - 8 = 2 left
        ([("2024-03-01", 4), ("2024-06-01", 4)], [8, 2]),
        # a full year gives nothing more
        ([("2025-06-01", 5), ("2025-07-01", 0.5)], [10, 0]),
    ],
)
def test_category_1_teaching_gives_ten_credits_a_year(
    taught: list[tuple[str, float]], counts: list[float], tmp_path: Path
) -> None:
    records = [teaching(id, day, hours) for id, (day, hours) in zip("abc", taught, strict=False)]
    found = give(tmp_path, *reversed(records))
    assert [found[id] for id in sorted(found)] == counts


def test_what_the_year_cuts_off_teaching_is_said(tmp_path: Path) -> None:
    found = why(tmp_path, ledger(teaching("one", "2025-06-01", 6)), "one")
    assert (found["claimed"], found["counted"]) == (12, 10)
    assert cuts(found) == [("cap-per-year", 2)]
    assert "MMS" in found["reasons"][0]["source"]


def test_category_2_teaching_has_no_limit_and_takes_no_room(tmp_path: Path) -> None:
    found = give(
        tmp_path, teaching("a", "2025-06-01", 30, category=2), teaching("b", "2025-06-02", 5)
    )
    assert found == {"a": 30, "b": 10}


@pytest.mark.parametrize(
    ("learners", "counts"),
    [
        (None, False),
        ([], False),
        (["students"], False),
        (["residents"], False),
        (["physicians"], True),
        (["allied-health"], True),
        (["physicians", "allied-health"], True),
        (["physicians", "residents"], False),
        (["allied-health", "students"], False),
    ],
)
def test_category_2_teaching_of_full_time_faculty(
    learners: list[str] | None, counts: bool, tmp_path: Path
) -> None:
    record = teaching("one", "2025-06-01", 3, category=2, learners=learners)
    found = why(tmp_path, ledger(record, practice=FACULTY), "one")
    assert found["counted"] == (3 if counts else 0)
    assert cuts(found) == ([] if counts else [("faculty", 3)])
    assert all("MMS" in reason["source"] for reason in found["reasons"])
    # others count it whoever learns, and faculty their Category 1
    assert why(tmp_path, ledger(record), "one")["counted"] == 3
    record = teaching("one", "2025-06-01", 3, learners=learners)
    assert why(tmp_path, ledger(record, practice=FACULTY), "one")["counted"] == 6


@pytest.mark.parametrize(
    ("provider", "location", "warned"),
    [
        (None, None, True),
        ("A school", "Boston", False),
        ("A school", None, True),
        (None, "B", True),
    ],
)
def test_category_2_teaching_names_institution_and_address(
    provider: str | None, location: str | None, warned: bool, tmp_path: Path
) -> None:
    keys: Keys = {"provider": provider, "location": location}
    text = ledger(teaching("one", "2025-06-01", 3, category=2, **keys))
    assert (("missing-details", "one") in warnings(tmp_path, text)) is warned
    text = ledger(teaching("one", "2025-06-01", 3, category=1, **keys))
    assert ("missing-details", "one") not in warnings(tmp_path, text)


@pytest.mark.parametrize("provider", [None, "", "  ", "\t"])
@pytest.mark.parametrize(("category", "warned"), [(1, True), (2, False)])
def test_category_1_names_its_provider(
    category: int, warned: bool, provider: str | None, tmp_path: Path
) -> None:
    text = ledger(course("2025-06-01", 1, id="one", category=category, provider=provider))
    assert (("missing-provider", "one") in warnings(tmp_path, text)) is warned
    text = ledger(course("2025-06-01", 1, id="one", category=category, provider=" A school "))
    assert ("missing-provider", "one") not in warnings(tmp_path, text)


# ── Degrees and board certification ───────────────────────────────────────────────────────


@pytest.mark.parametrize(("day", "counts"), [("2025-05-31", 0), ("2025-06-01", 25)])
def test_a_degree_counts_on_the_day_of_the_award(day: str, counts: float, tmp_path: Path) -> None:
    text = ledger(activity(date="2025-06-01", kind="degree"))
    assert counted(tmp_path, text, ["total", "risk-management"], day) == (counts, 0)


def test_each_degree_gives_25(tmp_path: Path) -> None:
    records = [activity(date=f"2025-06-0{day}", kind="degree") for day in (1, 2)]
    assert counted(tmp_path, ledger(*records), ["total"]) == (50,)


@pytest.mark.parametrize(("day", "counts"), [("2025-05-31", 0), ("2025-06-01", 60)])
def test_a_board_certification_counts_on_the_day_of_the_notice(
    day: str, counts: float, tmp_path: Path
) -> None:
    text = ledger(activity(date="2025-06-01", kind="board-certification"))
    assert counted(tmp_path, text, ["total"], day) == (counts,)


@pytest.mark.parametrize(
    ("renewal", "topics", "share"),
    [
        # MMS: exclusive of risk management; 94-05 as of Mar 28, 2024 includes 4
        ("2017-12-31", ["risk-management"], 0),
        ("2018-01-01", ["risk-management"], 0),
        ("2024-03-27", ["risk-management"], 0),
        ("2024-03-28", ["risk-management"], 4),
        ("2026-05-10", ["risk-management"], 4),
        # only where the topics say so
        ("2024-03-28", [], 0),
        ("2024-03-28", {"risk-management": 3.75}, 3.75),
        ("2024-03-28", {"risk-management": 4}, 4),
        ("2024-03-28", {"risk-management": 4.25}, 4),
        ("2024-03-27", {"risk-management": 4}, 0),
    ],
)
def test_the_risk_management_share_of_a_board_certification(
    renewal: str, topics: object, share: float, tmp_path: Path
) -> None:
    record = activity(id="one", date=renewal, kind="board-certification", topics=topics)
    text = ledger(record, license=renewing(renewal))
    assert counted(tmp_path, text, ["total", "risk-management"], renewal) == (60, share)


@pytest.mark.parametrize(("renewal", "share"), [("2023-05-10", 0), ("2024-05-10", 4)])
def test_the_renewal_date_decides_on_the_share_and_not_the_day_of_the_notice(
    renewal: str, share: float, tmp_path: Path
) -> None:
    keys: Keys = {"kind": "board-certification", "topics": ["risk-management"]}
    text = ledger(activity(date="2022-06-01", **keys), license=renewing(renewal))
    assert counted(tmp_path, text, ["risk-management"], renewal) == (share,)


def test_what_the_share_of_a_certification_leaves_out_is_said(tmp_path: Path) -> None:
    keys: Keys = {"kind": "board-certification", "topics": {"risk-management": 6}}
    found = why(tmp_path, ledger(activity(id="one", date="2025-06-01", **keys)), "one")
    assert found["counted"] == 60
    assert cuts(found) == [("share-limit", 2)]


def test_certifications_share_four_a_cycle(tmp_path: Path) -> None:
    keys: Keys = {"kind": "board-certification", "topics": {"risk-management": 3}}
    a = activity(id="a", date="2025-06-01", **keys)
    b = activity(id="b", date="2025-06-02", **keys)
    found = standings(tmp_path, ledger(b, a))["risk-management"]
    assert {item["id"]: item["counted"] for item in found["activities"]} == {"a": 3, "b": 1}
    assert counted(tmp_path, ledger(a, b), ["total"]) == (120,)


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("degree", {"date": "2025-06-01"}),
        ("board-certification", {"date": "2025-06-01"}),
        ("board-volunteer", {"date": "2025-06-01", "hours": 9, "approved_on": "2025-06-01"}),
        ("residency", {"start": "2025-01-01", "end": "2025-03-01"}),
        ("fellowship", {"start": "2025-01-01", "end": "2025-03-01"}),
    ],
)
@pytest.mark.parametrize("topic", ["opioid-pain", "wellness", "dementia"])
def test_other_topics_on_what_serves_the_total_are_warned_and_do_nothing(
    kind: str, keys: Keys, topic: str, tmp_path: Path
) -> None:
    text = ledger(activity(id="one", kind=kind, topics=[topic], **keys))
    assert ("bad-value", "one") in warnings(tmp_path, text)
    names = ["risk-management", "opioid-pain", "dementia"]
    assert counted(tmp_path, text, names) == (0, 0, 0)


# ── Service that needs approval ───────────────────────────────────────────────────────────


def service(id: str, kind: str = "board-volunteer", **keys: object) -> str:
    named: Keys = {"id": id, "kind": kind, "approved_on": "2024-06-01"}
    if kind == "board-volunteer" and "credits" not in keys:
        named["hours"] = 12
    return activity(**named | keys)


@pytest.mark.parametrize(
    ("hours", "counts", "cut"),
    [(19.75, 19.75, []), (20, 20, []), (20.25, 20, [("cap-per-cycle", 0.25)])],
)
def test_volunteers_of_the_board_get_at_most_20_a_cycle(
    hours: float, counts: float, cut: list[tuple[str, float]], tmp_path: Path
) -> None:
    text = ledger(service("one", date="2025-06-01", hours=hours))
    found = why(tmp_path, text, "one")
    assert found["counted"] == counts
    assert cuts(found) == cut
    assert all("MMS" in reason["source"] for reason in found["reasons"])


def test_volunteers_share_the_20_of_a_cycle_and_begin_anew_in_the_next(tmp_path: Path) -> None:
    text = ledger(
        service("c", date="2026-05-11"),
        service("b", date="2026-05-10"),
        service("a", date="2024-05-11", approved_on="2024-05-11"),
    )
    found = listed(tmp_path, text, "2026-12-31")
    assert {id: item["counted"] for id, item in found.items()} == {"a": 12, "b": 8, "c": 12}


@pytest.mark.parametrize(
    ("topics", "share"),
    [
        (["risk-management"], 4),  # of 12
        ([], 0),
        ({"risk-management": 3.75}, 3.75),
        ({"risk-management": 4.25}, 4),
    ],
)
@pytest.mark.parametrize("renewal", ["2017-12-31", "2024-03-27", "2026-05-10"])
def test_the_risk_management_share_of_a_volunteer(
    topics: object, share: float, renewal: str, tmp_path: Path
) -> None:
    record = service("one", date=renewal, approved_on=renewal, topics=topics)
    text = ledger(record, license=renewing(renewal))
    assert counted(tmp_path, text, ["total", "risk-management"], renewal) == (12, share)


def test_volunteers_share_four_of_risk_management_a_cycle(tmp_path: Path) -> None:
    text = ledger(
        service("a", date="2025-06-01", hours=3, topics=["risk-management"]),
        service("b", date="2025-06-02", hours=3, topics=["risk-management"]),
    )
    assert counted(tmp_path, text, ["total", "risk-management"]) == (6, 4)


def test_certifications_and_volunteers_have_four_each(tmp_path: Path) -> None:
    text = ledger(
        service("a", date="2025-06-01", topics=["risk-management"]),
        activity(date="2025-06-02", kind="board-certification", topics=["risk-management"]),
    )
    assert counted(tmp_path, text, ["total", "risk-management"]) == (72, 8)


@pytest.mark.parametrize("kind", EXAMINERS)
def test_an_examiner_or_board_of_health_gives_four_once_a_cycle(kind: str, tmp_path: Path) -> None:
    text = ledger(service("a", kind, date="2025-06-01"), service("b", kind, date="2025-06-02"))
    assert counted(tmp_path, text, ["total", "risk-management"]) == (4, 4)
    assert cuts(why(tmp_path, text, "b")) == [("cap-per-cycle", 4)]
    # 2.5 + 4: 1.5 are left
    text = ledger(
        service("a", kind, date="2025-06-01", credits=2.5), service("b", kind, date="2025-06-02")
    )
    found = listed(tmp_path, text)
    assert (found["a"]["counted"], found["b"]["counted"]) == (2.5, 1.5)


def test_an_examiner_and_board_of_health_give_four_each(tmp_path: Path) -> None:
    text = ledger(*[service(kind, kind, date="2025-06-01") for kind in EXAMINERS])
    assert counted(tmp_path, text, ["total", "risk-management"]) == (8, 8)


@pytest.mark.parametrize("renewal", ["2017-12-31", "2026-05-10"])
@pytest.mark.parametrize("kind", EXAMINERS)
def test_the_four_of_an_examiner_are_risk_management_at_any_time(
    kind: str, renewal: str, tmp_path: Path
) -> None:
    record = service("one", kind, date=renewal, approved_on=renewal)
    text = ledger(record, license=renewing(renewal))
    assert counted(tmp_path, text, ["total", "risk-management"], renewal) == (4, 4)


@pytest.mark.parametrize("kind", APPROVED)
def test_a_service_counts_once_in_the_cycle_of_its_end(kind: str, tmp_path: Path) -> None:
    gives = 12 if kind == "board-volunteer" else 4
    keys: Keys = {"start": "2023-01-01", "approved_on": "2023-01-01"}
    for end, counts in (
        ("2024-05-10", [gives, 0, 0]),
        ("2024-05-11", [0, gives, 0]),
        ("2026-05-10", [0, gives, 0]),
        ("2026-05-11", [0, 0, gives]),
    ):
        text = ledger(service("one", kind, end=end, **keys))
        cycles = [
            counted(tmp_path, text, ["total"], "2026-12-31", "--cycle", year)[0]
            for year in ("2024", "2026", "2028")
        ]
        assert cycles == counts


@pytest.mark.parametrize("kind", APPROVED)
def test_a_service_that_goes_on_counts_in_the_cycle_of_its_approval(
    kind: str, tmp_path: Path
) -> None:
    gives = 12 if kind == "board-volunteer" else 4
    for approved, counts in (
        ("2024-05-10", [gives, 0]),
        ("2024-05-11", [0, gives]),
        ("2026-05-10", [0, gives]),
        ("2026-05-11", [0, 0]),
    ):
        text = ledger(service("one", kind, start="2023-01-01", approved_on=approved))
        cycles = [
            counted(tmp_path, text, ["total"], "2026-12-31", "--cycle", year)[0]
            for year in ("2024", "2026")
        ]
        assert cycles == counts


@pytest.mark.parametrize("kind", APPROVED)
@pytest.mark.parametrize(
    ("approved", "day", "counts"),
    [
        (None, "2026-05-10", False),
        ("2025-09-01", "2025-08-31", False),
        ("2025-09-01", "2025-09-01", True),  # its own day
        ("2025-01-01", "2025-06-01", True),
        # The cycle is judged on its last day: approval on the day after comes too late for it.
        ("2026-05-10", "2026-12-31", True),
        ("2026-05-11", "2026-12-31", False),
    ],
)
def test_approval_counts_from_its_own_day(
    kind: str, approved: str | None, day: str, counts: bool, tmp_path: Path
) -> None:
    gives = 12 if kind == "board-volunteer" else 4
    text = ledger(service("one", kind, date="2025-06-01", approved_on=approved))
    found = why(tmp_path, text, "one", day, "--cycle", "2026")
    assert found["counted"] == (gives if counts else 0)
    assert cuts(found) == ([] if counts else [("not-approved", gives)])
    assert all("MMS" in reason["source"] for reason in found["reasons"])
    total = standings(tmp_path, text, day, "--cycle", "2026")["total"]
    assert total["counted"] == (gives if counts else 0)


# ── Never silent ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("date", "keys", "code"),
    [
        ("2025-06-01", {"status": "attended"}, "not-claimed"),
        ("2025-06-01", {"status": "planned"}, "planned"),
        ("2025-06-02", {}, "after-as-of"),
    ],
)
def test_a_record_that_does_not_count_yet_says_so(
    date: str, keys: Keys, code: str, tmp_path: Path
) -> None:
    found = why(tmp_path, ledger(course(date, 3, id="one", **keys)), "one", "2025-06-01")
    assert (found["claimed"], found["counted"]) == (3, 0)
    assert cuts(found) == [(code, 3)]


@pytest.mark.parametrize(
    ("kind", "keys", "code", "tag"),
    [
        ("course", {"category": 1, "credits": 9, "topics": ["wellness"]}, "share-limit", "19-06"),
        ("article", {"credits": 11}, "cap-of-kind", "MMS"),
        ("poster", {"credits": 6}, "cap-of-kind", "MMS"),
        ("degree", {"credits": 26}, "cap-of-kind", "MMS"),
        ("board-certification", {"credits": 61}, "cap-of-kind", "MMS"),
        ("board-certification", {"topics": ["risk-management"]}, "share-limit", "94-05"),
        (
            "board-volunteer",
            {"hours": 5, "topics": ["risk-management"], "approved_on": "2025-01-01"},
            "share-limit",
            "94-05",
        ),
        ("medical-examiner", {"credits": 5, "approved_on": "2025-01-01"}, "cap-of-kind", "MMS"),
        ("board-of-health", {"credits": 5, "approved_on": "2025-01-01"}, "cap-of-kind", "MMS"),
        ("publication", {"credits": 11}, "cap-per-work", "MMS"),
        ("teaching", {"category": 1, "hours": 1, "credits": 3}, "cap-of-kind", "MMS"),
        ("teaching", {"category": 1, "hours": 6}, "cap-per-year", "MMS"),
    ],
)
def test_what_is_cut_off_is_said_with_the_source_of_its_rule(
    kind: str, keys: Keys, code: str, tag: str, tmp_path: Path
) -> None:
    text = ledger(activity(id="one", date="2025-06-01", kind=kind, **keys))
    (reason,) = why(tmp_path, text, "one")["reasons"]
    assert reason["code"] == code
    assert tag in reason["source"]


def test_the_kinds_own_amount_comes_before_the_limit_of_its_group(tmp_path: Path) -> None:
    # 6 hours give 12 of the 20 claimed, and 10 of those a year.
    record = teaching("one", "2025-06-01", 6, credits=20)
    found = why(tmp_path, ledger(record), "one")
    assert (found["claimed"], found["counted"]) == (20, 10)
    assert cuts(found) == [("cap-of-kind", 8), ("cap-per-year", 2)]


# ── Before the first license ──────────────────────────────────────────────────────────────


def test_before_the_first_cycle_once_only_requirements_take_what_the_kind_gives(
    tmp_path: Path,
) -> None:
    license = "issued = 2024-05-20\nrenewal-date = 2027-05-10"
    # Two articles of one year and 6 hours of teaching: 10 + 10 + 12, without yearly limits.
    text = ledger(
        article("a", "2020-01-01", topics=["dementia"]),
        article("b", "2020-02-01", topics=["dementia"]),
        teaching("c", "2020-03-01", 6, topics=["dementia"]),
        course("2020-04-01", 1.3, "implicit-bias"),
        license=license,
    )
    found = standings(tmp_path, text, "2025-01-01")
    assert found["dementia"]["counted"] == 32
    assert found["implicit-bias"]["counted"] == 1.25  # in quarters
    assert (found["total"]["counted"], found["risk-management"]["counted"]) == (0, 0)


def test_a_record_before_the_first_cycle_is_outside_and_lists_what_it_serves(
    tmp_path: Path,
) -> None:
    text = ledger(course("2024-05-19", 2, "end-of-life", id="one"), license="issued = 2024-05-20")
    found = why(tmp_path, text, "one", "2025-01-01")
    assert (found["cycle"], found["counted"]) == (None, 0)
    assert cuts(found)[0][0] == "outside-cycle"
    assert found["requirements"] == [{"id": "end-of-life", "counted": 2}]


def test_a_year_of_before_the_license_takes_no_room_from_the_first_cycle(tmp_path: Path) -> None:
    text = ledger(
        article("a", "2024-02-01"), article("b", "2024-06-01"), license="issued = 2024-05-20"
    )
    # Only what was counted takes room: the first lies in no cycle.
    assert licenses(tmp_path, text, "2024-07-01")[0]["cycle"]["start"] == "2024-05-20"
    assert listed(tmp_path, text, "2024-07-01")["b"]["counted"] == 10
