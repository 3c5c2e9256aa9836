"""What a renewal asks, worked out by hand: in force, by license type and practice, edges, topics."""

from pathlib import Path
from typing import Any

import pytest

from conftest import run_here
from ledgers import (
    RENEWAL,
    activity,
    ask,
    codes,
    counted,
    course,
    cuts,
    ledger,
    licenses,
    renewing,
    standings,
    warnings,
    why,
)

ONCE = {
    "end-of-life": 2,
    "ehr": 3,
    "implicit-bias": 2,
    "dementia": 1,
    "child-abuse": 1,
    "domestic-sexual-violence": 1,
}
"""What is asked once for a renewal of 2026: credits, or one completion."""

EVERY_CYCLE = {"total": 50, "risk-management": 10, "board-regulations": 2, "opioid-pain": 3}

ALL = EVERY_CYCLE | ONCE

MET = [
    # 10 + 2 + 3 + 2 + 3 + 2 = 22 of topics of risk management, 1 of dementia, and 37: 60 in all,
    # 38 of them not risk management
    course("2025-01-01", 10, "risk-management", id="rm"),
    course("2025-01-02", 2, "board-regulations", id="regulations"),
    course("2025-01-03", 3, "opioid-pain", id="opioids"),
    course("2025-01-04", 2, "end-of-life", id="end"),
    course("2025-01-05", 3, "ehr", id="records"),
    course("2025-01-06", 2, "implicit-bias", id="bias"),
    course("2025-01-07", 1, "dementia", id="memory"),
    activity(date="2025-01-08", kind="mandated-training", topics=["child-abuse"], id="child"),
    activity(
        date="2025-01-09", kind="mandated-training", topics=["domestic-sexual-violence"], id="home"
    ),
    course("2025-01-10", 37, id="rest"),
]
"""Everything that a full license of 2026 asks."""


def without(*ids: str) -> list[str]:
    return [text for text in MET if not any(f'id = "{id}"' in text for id in ids)]


# ── In force, by renewal date ─────────────────────────────────────────────────────────────

DEA = "dea-registered = true"


@pytest.mark.parametrize(
    ("id", "renewal", "asked"),
    [
        ("total", "1995-06-30", 100),
        ("total", "2017-12-31", 100),
        ("total", "2018-01-01", 50),
        ("total", "2026-05-10", 50),
        ("category-1", "1995-06-30", 40),
        ("category-1", "2017-12-31", 40),
        ("category-1", "2018-01-01", None),
        ("risk-management", "1995-06-30", 10),
        ("risk-management", "2017-12-31", 10),
        ("risk-management", "2018-01-01", 10),
        ("risk-management", "2026-05-10", 10),
        ("risk-management-category-1", "1995-06-30", 4),
        ("risk-management-category-1", "2017-12-31", 4),
        ("risk-management-category-1", "2018-01-01", None),
        ("board-regulations", "1995-06-30", 2),
        ("board-regulations", "2024-04-10", 2),
        ("board-regulations", "2024-04-11", 2),
        ("opioid-pain", "2012-01-31", None),
        ("opioid-pain", "2012-02-01", 3),
        ("opioid-pain", "2017-12-31", 3),
        ("opioid-pain", "2018-01-01", 3),
        ("end-of-life", "2012-01-31", None),
        ("end-of-life", "2012-02-01", 2),
        ("end-of-life", "2017-12-31", 2),
        ("end-of-life", "2018-01-01", 2),
        ("ehr", "2015-03-31", None),
        ("ehr", "2015-04-01", 3),
        ("ehr", "2017-12-31", 3),
        ("ehr", "2018-01-01", 3),
        ("implicit-bias", "2022-05-31", None),
        ("implicit-bias", "2022-06-01", 2),
        ("dementia", "2022-11-06", None),
        ("dementia", "2022-11-07", 1),
        ("child-abuse", "2009-12-31", None),
        ("child-abuse", "2010-01-01", 1),
        ("domestic-sexual-violence", "2018-12-05", None),
        ("domestic-sexual-violence", "2018-12-06", 1),
        ("dea-mate", "2023-06-26", None),
        ("dea-mate", "2023-06-27", 8),
    ],
)
def test_a_requirement_is_listed_from_the_renewal_date_it_is_in_force_for(
    id: str, renewal: str, asked: int | None, tmp_path: Path
) -> None:
    found = standings(tmp_path, ledger(license=renewing(renewal), practice=DEA), renewal)
    assert (found[id]["asked"] if id in found else None) == asked
    if asked is not None:
        assert found[id]["status"] == "short"


BEFORE_2018 = (
    "total",
    "category-1",
    "risk-management",
    "risk-management-category-1",
    "board-regulations",
)
SINCE_2018 = ("total", "risk-management", "board-regulations", "opioid-pain", "end-of-life", "ehr")


@pytest.mark.parametrize(
    ("renewal", "ids"),
    [
        ("2005-05-10", [*BEFORE_2018]),
        ("2017-05-10", [*BEFORE_2018, "opioid-pain", "end-of-life", "ehr", "child-abuse"]),
        ("2018-05-10", [*SINCE_2018, "child-abuse"]),
        (
            "2026-05-10",
            [
                *SINCE_2018,
                "implicit-bias",
                "dementia",
                "child-abuse",
                "domestic-sexual-violence",
                "dea-mate",
            ],
        ),
    ],
)
def test_what_a_renewal_asks_in_the_order_of_the_rules(
    renewal: str, ids: list[str], tmp_path: Path
) -> None:
    found = standings(tmp_path, ledger(license=renewing(renewal), practice=DEA), renewal)
    assert list(found) == ids


@pytest.mark.parametrize(
    ("renewal", "chapters"),
    [("2024-04-10", "243 CMR 1.00-5.00"), ("2024-04-11", "243 CMR 1.00-3.00")],
)
def test_which_chapters_of_the_regulations_are_studied(renewal: str, chapters: str) -> None:
    shown = run_here("rules", "board-regulations", "--renewal", renewal, "--json").json
    (entry,) = shown["requirements"]
    # a dash of either sort
    assert chapters in entry["asks"].replace("\N{EN DASH}", "-")
    assert entry["asked"] == 2


@pytest.mark.parametrize(
    ("renewal", "once"),
    [
        ("2017-12-31", {"ehr", "child-abuse"}),
        ("2018-01-01", {"end-of-life", "ehr", "child-abuse"}),
        ("2026-05-10", {*ONCE, "dea-mate"}),
    ],
)
def test_which_requirements_are_asked_once(renewal: str, once: set[str], tmp_path: Path) -> None:
    found = standings(tmp_path, ledger(license=renewing(renewal)), renewal)
    assert {id for id, entry in found.items() if entry["once"]} == once


def test_only_the_two_trainings_are_completions_and_have_no_credits(tmp_path: Path) -> None:
    found = standings(tmp_path, ledger(practice=DEA))
    completions = {id for id, entry in found.items() if entry["unit"] == "completion"}
    assert completions == {"child-abuse", "domestic-sexual-violence"}
    assert all(found[id]["asked"] == 1 for id in completions)


# ── By license type [CHART] ───────────────────────────────────────────────────────────────

# id, then: full, volunteer, administrative, temporary-faculty (None: not asked)
BY_TYPE: list[tuple[str, int | None, int | None, int | None, int | None]] = [
    ("total", 50, 50, 50, 25),
    ("risk-management", 10, 10, 10, 5),
    ("board-regulations", 2, 2, 2, 2),
    ("opioid-pain", 3, 3, None, 3),
    ("end-of-life", 2, 2, 2, 2),
    ("implicit-bias", 2, 2, 2, 2),
    ("child-abuse", 1, 1, 1, 1),
    ("domestic-sexual-violence", 1, 1, 1, 1),
    ("dementia", 1, 1, None, 1),
    ("ehr", 3, None, None, None),
    ("dea-mate", 8, 8, 8, 8),
]
TYPES = ("full", "volunteer", "administrative", "temporary-faculty")
NOTHING = ("limited", "inactive", "retired", "temporary-substitute", "temporary-cme")


@pytest.mark.parametrize(
    ("type", "id", "asked"),
    [(type, row[0], row[1 + n]) for row in BY_TYPE for n, type in enumerate(TYPES)],
)
def test_what_a_license_type_is_asked(
    type: str, id: str, asked: int | None, tmp_path: Path
) -> None:
    entry = standings(tmp_path, ledger(license=renewing(RENEWAL, type), practice=DEA))[id]
    if asked is None:
        # listed, with the full license's amount, and nothing missing
        wanted = ("not-applicable", (ALL | {"dea-mate": 8})[id], 0)
    else:
        wanted = ("short", asked, asked)
    assert (entry["status"], entry["asked"], entry["missing"]) == wanted


@pytest.mark.parametrize("type", TYPES)
def test_what_depends_on_practice_does_so_for_every_type(type: str, tmp_path: Path) -> None:
    practice = "prescribes-controlled-substances = false\nserves-adults = false"
    found = standings(tmp_path, ledger(license=renewing(RENEWAL, type), practice=practice))
    assert found["opioid-pain"]["status"] == "not-applicable"
    assert found["dementia"]["status"] == "not-applicable"


@pytest.mark.parametrize("type", NOTHING)
@pytest.mark.parametrize("renewal", ["2017-05-10", "2026-05-10"])
def test_nothing_is_asked_of_the_other_types(type: str, renewal: str, tmp_path: Path) -> None:
    license = licenses(tmp_path, ledger(license=renewing(renewal, type)), renewal)[0]
    assert license["status"] == "not-applicable"
    assert {entry["status"] for entry in license["requirements"]} == {"not-applicable"}
    assert {entry["missing"] for entry in license["requirements"]} == {0}


@pytest.mark.parametrize("type", NOTHING)
def test_the_federal_training_does_not_depend_on_the_type_and_never_decides(
    type: str, tmp_path: Path
) -> None:
    text = ledger(license=renewing(RENEWAL, type), practice=DEA)
    license = licenses(tmp_path, text, RENEWAL)[0]
    assert license["status"] == "not-applicable"
    asked = {entry["id"]: entry["status"] for entry in license["requirements"]}
    assert asked.pop("dea-mate") == "short"
    assert set(asked.values()) == {"not-applicable"}


@pytest.mark.parametrize("type", ["volunteer", "administrative", "temporary-faculty"])
def test_before_2018_every_type_that_owes_is_treated_like_full(type: str, tmp_path: Path) -> None:
    before = standings(tmp_path, ledger(license=renewing("2017-12-31", type)), "2017-12-31")
    assert {id: (entry["status"], entry["asked"]) for id, entry in before.items()} == {
        "total": ("short", 100),
        "category-1": ("short", 40),
        "risk-management": ("short", 10),
        "risk-management-category-1": ("short", 4),
        "board-regulations": ("short", 2),
        "opioid-pain": ("short", 3),
        "end-of-life": ("short", 2),
        "ehr": ("short", 3),
        "child-abuse": ("short", 1),
    }


@pytest.mark.parametrize(
    ("type", "id", "status", "asked"),
    [
        ("temporary-faculty", "total", "short", 25),
        ("temporary-faculty", "risk-management", "short", 5),
        ("temporary-faculty", "ehr", "not-applicable", 3),
        ("volunteer", "ehr", "not-applicable", 3),
        ("administrative", "ehr", "not-applicable", 3),
        ("administrative", "opioid-pain", "not-applicable", 3),
    ],
)
def test_the_table_of_types_holds_from_the_first_day_of_2018(
    type: str, id: str, status: str, asked: int, tmp_path: Path
) -> None:
    found = standings(tmp_path, ledger(license=renewing("2018-01-01", type)), "2018-01-01")[id]
    assert (found["status"], found["asked"]) == (status, asked)


# ── By practice ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("switch", "id", "default"),
    [
        ("prescribes-controlled-substances", "opioid-pain", "short"),
        ("serves-adults", "dementia", "short"),
        ("practicing-medicine", "ehr", "short"),
        ("dea-registered", "dea-mate", "not-applicable"),
    ],
)
def test_each_practice_switch_has_its_requirement_and_default(
    switch: str, id: str, default: str, tmp_path: Path
) -> None:
    def found(practice: str) -> dict[str, Any]:
        return standings(tmp_path, ledger(practice=practice))

    assert found("")[id]["status"] == default
    on, off = found(f"{switch} = true"), found(f"{switch} = false")
    assert (on[id]["status"], off[id]["status"]) == ("short", "not-applicable")
    assert off[id]["missing"] == 0
    # nothing else follows it
    assert [entry["status"] for name, entry in on.items() if name != id] == [
        entry["status"] for name, entry in off.items() if name != id
    ]


@pytest.mark.parametrize("renewal", ["2015-04-01", "2017-12-31", "2018-01-01"])
@pytest.mark.parametrize(
    ("switch", "id"),
    [("prescribes-controlled-substances", "opioid-pain"), ("practicing-medicine", "ehr")],
)
def test_practice_switches_requirements_of_every_edition(
    switch: str, id: str, renewal: str, tmp_path: Path
) -> None:
    for value, status in (("true", "short"), ("false", "not-applicable")):
        text = ledger(license=renewing(renewal), practice=f"{switch} = {value}")
        assert standings(tmp_path, text, renewal)[id]["status"] == status


@pytest.mark.parametrize("renewal", ["2015-04-01", "2017-12-31", RENEWAL])
@pytest.mark.parametrize("proof", ["meaningful-use", "hospital", "mass-hiway", "exempt"])
def test_another_proof_meets_ehr_without_credits(proof: str, renewal: str, tmp_path: Path) -> None:
    text = ledger(license=renewing(renewal), practice=f'ehr-proof = "{proof}"')
    found = standings(tmp_path, text, renewal)["ehr"]
    assert (found["status"], found["counted"], found["missing"]) == ("met", 0, 0)


def test_another_proof_is_not_asked_of_those_who_do_not_practice(tmp_path: Path) -> None:
    practice = 'practicing-medicine = false\nehr-proof = "hospital"'
    assert standings(tmp_path, ledger(practice=practice))["ehr"]["status"] == "not-applicable"


# ── A quarter short, and enough ───────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("id", "topic", "renewal", "asked"),
    [
        ("total", None, "2017-12-31", 100),
        ("total", None, "2018-01-01", 50),
        ("category-1", None, "2017-12-31", 40),
        ("risk-management", "risk-management", "2017-12-31", 10),
        ("risk-management", "risk-management", RENEWAL, 10),
        ("risk-management-category-1", "risk-management", "2017-12-31", 4),
        ("board-regulations", "board-regulations", "2017-12-31", 2),
        ("board-regulations", "board-regulations", RENEWAL, 2),
        ("opioid-pain", "opioid-pain", "2012-02-01", 3),
        ("opioid-pain", "opioid-pain", RENEWAL, 3),
        ("end-of-life", "end-of-life", "2017-12-31", 2),
        ("end-of-life", "end-of-life", "2018-01-01", 2),
        ("ehr", "ehr", "2015-04-01", 3),
        ("ehr", "ehr", RENEWAL, 3),
        ("implicit-bias", "implicit-bias", RENEWAL, 2),
        ("dementia", "dementia", RENEWAL, 1),
        ("dea-mate", "substance-use", RENEWAL, 8),
        ("dea-mate", "opioid-pain", RENEWAL, 8),
    ],
)
def test_a_quarter_less_than_asked_is_short(
    id: str, topic: str | None, renewal: str, asked: float, tmp_path: Path
) -> None:
    topics = [topic] if topic else []
    for credits, status, missing in ((asked - 0.25, "short", 0.25), (asked, "met", 0)):
        text = ledger(course(renewal, credits, *topics), license=renewing(renewal), practice=DEA)
        found = standings(tmp_path, text, renewal)[id]
        assert (found["counted"], found["missing"], found["status"]) == (credits, missing, status)


@pytest.mark.parametrize(
    ("id", "topic", "asked"),
    [("total", None, 25), ("risk-management", "risk-management", 5)],
)
def test_a_quarter_less_than_temporary_faculty_is_asked_is_short(
    id: str, topic: str | None, asked: float, tmp_path: Path
) -> None:
    topics = [topic] if topic else []
    for credits, status in ((asked - 0.25, "short"), (asked, "met")):
        license = renewing(RENEWAL, "temporary-faculty")
        text = ledger(course(RENEWAL, credits, *topics), license=license)
        assert standings(tmp_path, text)[id]["status"] == status


@pytest.mark.parametrize("topic", ["child-abuse", "domestic-sexual-violence"])
@pytest.mark.parametrize(
    ("keys", "status"),
    [
        ({"kind": "mandated-training"}, "met"),
        ({"kind": "mandated-training", "credits": 0}, "met"),
        ({"kind": "mandated-training", "credits": 2}, "met"),
        ({"category": 1, "credits": 0.25}, "met"),
        ({"category": 2, "credits": 0}, "met"),
        ({"kind": "mandated-training", "status": "planned"}, "short"),
        ({"kind": "mandated-training", "status": "attended"}, "short"),
    ],
)
def test_a_training_is_met_by_one_claimed_record_whatever_its_credits(
    topic: str, keys: dict[str, object], status: str, tmp_path: Path
) -> None:
    text = ledger(activity(id="one", date="2019-01-01", topics=[topic], **keys))
    found = standings(tmp_path, text)[topic]
    done = int(status == "met")
    assert (found["status"], found["counted"], found["missing"]) == (status, done, 1 - done)
    assert found["activities"] == [{"id": "one", "counted": 1}] * done


@pytest.mark.parametrize(
    ("keys", "practice"),
    [
        # a record that counts for nothing else: teaching of residents by faculty, and the second
        # article of a year
        (
            {"kind": "teaching", "category": 2, "hours": 1, "learners": ["residents"]},
            "full-time-faculty = true",
        ),
        ({"kind": "article"}, ""),
    ],
)
@pytest.mark.parametrize(
    ("date", "status"),
    [
        ("2019-12-31", "met"),  # the day before the license
        ("2024-12-31", "met"),
        ("2025-06-01", "met"),  # the day asked about
        ("2025-06-02", "short"),
    ],
)
def test_a_training_is_met_by_a_claimed_record_that_counts_no_credits(
    keys: dict[str, object], practice: str, date: str, status: str, tmp_path: Path
) -> None:
    first = activity(date=f"{date[:4]}-05-15", kind="article")
    text = ledger(
        first,
        activity(date=date, topics=["child-abuse"], **keys),
        license="issued = 2020-01-01\nrenewal-date = 2026-05-10",
        practice=practice,
    )
    assert standings(tmp_path, text, "2025-06-01")["child-abuse"]["status"] == status


@pytest.mark.parametrize(
    ("approved", "status"), [({"approved_on": "2024-12-31"}, "met"), ({}, "short")]
)
def test_a_service_without_approval_is_no_training(
    approved: dict[str, str], status: str, tmp_path: Path
) -> None:
    # medical-examiner, board-of-health "count only with" approved-on
    for kind in ("medical-examiner", "board-of-health"):
        text = ledger(activity(kind=kind, date="2024-12-31", topics=["child-abuse"], **approved))
        found = standings(tmp_path, text, "2025-06-01")["child-abuse"]
        assert found["status"] == status


def test_two_trainings_are_listed_and_counted_as_one_completion(tmp_path: Path) -> None:
    one = activity(id="a", date="2019-01-01", kind="mandated-training", topics=["child-abuse"])
    two = one.replace('"a"', '"b"')
    found = standings(tmp_path, ledger(one, two))["child-abuse"]
    assert (found["counted"], found["asked"]) == (1, 1)
    assert found["activities"] == [{"id": "a", "counted": 1}, {"id": "b", "counted": 1}]


def test_trainings_planned_add_up(tmp_path: Path) -> None:
    # what is planned is added up before limits: two of them are two
    one = activity(id="a", date="2026-05-01", kind="mandated-training", topics=["child-abuse"])
    one += 'status = "planned"\n'
    found = standings(tmp_path, ledger(one, one.replace('"a"', '"b"')), "2026-03-01")["child-abuse"]
    assert (found["planned"], found["counted"], found["status"]) == (2, 0, "short")


def test_a_refused_record_after_the_license_ended_is_no_training(tmp_path: Path) -> None:
    # Faculty may not count this teaching, but it is a completed training while the license lasts
    # (its last cycle ends May 10, 2024), and before the license; after it, nothing is.
    def kept_for_good(date: str) -> object:
        keys: dict[str, Any] = {"kind": "teaching", "category": 2, "hours": 1}
        text = ledger(
            activity(id="one", date=date, learners=["residents"], topics=["child-abuse"], **keys),
            practice="full-time-faculty = true",
            license="issued = 2020-01-01\nrenewal-date = 2024-05-10\nended = 2023-12-31",
        )
        return why(tmp_path, text, "one", "2025-01-01")["kept_for_good"]

    assert kept_for_good("2019-12-31") is True
    assert kept_for_good("2024-05-10") is True
    assert kept_for_good("2024-05-11") is False


# ── Once, and every cycle ─────────────────────────────────────────────────────────────────

ONCE_TOPICS = [(id, id) for id in ONCE] + [("dea-mate", "substance-use")]


@pytest.mark.parametrize(("id", "topic"), ONCE_TOPICS)
@pytest.mark.parametrize(
    ("date", "met"),
    [
        ("1999-12-31", True),  # long before the license
        ("2019-12-31", True),  # the day before its issue
        ("2024-05-10", True),  # in an earlier cycle
        ("2025-06-01", True),  # on the day asked about
        ("2025-06-02", False),  # the day after
    ],
)
def test_once_counts_any_date_up_to_the_day_asked_about(
    id: str, topic: str, date: str, met: bool, tmp_path: Path
) -> None:
    # Issued Jan 1, 2020, birthday May 10, four months later: renewals on May 10 of even years.
    license = "issued = 2020-01-01\nrenewal-date = 2026-05-10"
    text = ledger(course(date, 8, topic), license=license, practice=DEA)
    found = standings(tmp_path, text, "2025-06-01")[id]
    assert found["status"] == ("met" if met else "short")


@pytest.mark.parametrize(
    ("id", "topic"),
    [
        ("total", "risk-management"),
        ("risk-management", "risk-management"),
        ("board-regulations", "board-regulations"),
        ("opioid-pain", "opioid-pain"),
    ],
)
@pytest.mark.parametrize(
    ("date", "met"),
    [
        ("2024-05-10", False),
        ("2024-05-11", True),
        ("2025-06-01", True),
        ("2025-06-02", False),
    ],
)
def test_every_cycle_counts_only_days_of_its_own(
    id: str, topic: str, date: str, met: bool, tmp_path: Path
) -> None:
    found = standings(tmp_path, ledger(course(date, 50, topic)), "2025-06-01")[id]
    assert found["status"] == ("met" if met else "short")


@pytest.mark.parametrize(("renewal", "status"), [("2017-12-31", "short"), ("2018-01-01", "met")])
def test_end_of_life_of_an_earlier_cycle_counts_only_for_renewals_from_2018(
    renewal: str, status: str, tmp_path: Path
) -> None:
    text = ledger(course("2015-06-01", 2, "end-of-life"), license=renewing(renewal))
    assert standings(tmp_path, text, renewal)["end-of-life"]["status"] == status


# ── Categories ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("category", "counts", "status"), [(1, 3, "met"), (2, 0, "short")], ids=["one", "two"]
)
def test_ehr_takes_category_1_only(
    category: int, counts: float, status: str, tmp_path: Path
) -> None:
    text = ledger(course("2025-01-01", 3, "ehr", category=category, id="records"))
    found = standings(tmp_path, text)
    assert (found["ehr"]["counted"], found["ehr"]["status"]) == (counts, status)
    assert (found["total"]["counted"], found["risk-management"]["counted"]) == (3, 3)
    left_out = why(tmp_path, text, "ehr")["left_out"]
    wanted = [] if category == 1 else [("records", "wrong-category")]
    assert [(item["id"], item["reasons"][0]["code"]) for item in left_out] == wanted


@pytest.mark.parametrize(
    ("topic", "id"),
    [
        ("board-regulations", "board-regulations"),
        ("opioid-pain", "opioid-pain"),
        ("end-of-life", "end-of-life"),
        ("implicit-bias", "implicit-bias"),
        ("dementia", "dementia"),
        ("risk-management", "risk-management"),
    ],
)
def test_the_other_topics_take_either_category(topic: str, id: str, tmp_path: Path) -> None:
    text = ledger(course("2025-01-01", 10, topic, category=2))
    assert counted(tmp_path, text, ["total", id]) == (10, 10)


@pytest.mark.parametrize(
    ("one", "two", "total", "category_1"),
    [
        (40, 60, "met", "met"),  # 40 + 60 = 100
        (39.75, 60.25, "met", "short"),  # Category 2 above 60 counts in the total
        (40, 59.75, "short", "met"),
        (0, 100, "met", "short"),
        (100, 0, "met", "met"),
    ],
)
def test_before_2018_category_1_alone_holds_the_floor(
    one: float, two: float, total: str, category_1: str, tmp_path: Path
) -> None:
    text = ledger(
        course("2017-01-01", one),
        course("2017-01-02", two, category=2),
        license=renewing("2017-12-31"),
    )
    found = standings(tmp_path, text, "2017-12-31")
    assert found["total"]["counted"] == one + two
    assert (found["total"]["status"], found["category-1"]["status"]) == (total, category_1)


@pytest.mark.parametrize(
    ("one", "two", "all", "category_1"),
    [(4, 6, "met", "met"), (3.75, 6.25, "met", "short"), (4, 5.75, "short", "met")],
)
def test_before_2018_four_of_the_ten_of_risk_management_are_category_1(
    one: float, two: float, all: str, category_1: str, tmp_path: Path
) -> None:
    text = ledger(
        course("2017-01-01", one, "risk-management"),
        course("2017-01-02", two, "risk-management", category=2),
        license=renewing("2017-12-31"),
    )
    found = standings(tmp_path, text, "2017-12-31")
    assert found["risk-management"]["counted"] == one + two
    assert found["risk-management-category-1"]["counted"] == one
    assert found["risk-management"]["status"] == all
    assert found["risk-management-category-1"]["status"] == category_1


def test_before_2018_category_1_of_other_topics_is_no_risk_management(tmp_path: Path) -> None:
    text = ledger(
        course("2017-01-01", 40),
        course("2017-01-02", 10, "ehr", category=2),
        license=renewing("2017-12-31"),
    )
    names = ["category-1", "risk-management", "risk-management-category-1", "ehr"]
    assert counted(tmp_path, text, names, "2017-12-31") == (40, 10, 0, 0)


# ── Topics of risk management ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("topic", "counts"),
    [
        ("risk-management", 4),
        ("board-regulations", 4),
        ("opioid-pain", 4),
        ("end-of-life", 4),
        ("ehr", 4),
        ("implicit-bias", 4),
        ("wellness", 4),
        ("dementia", 0),
        ("child-abuse", 0),
        ("domestic-sexual-violence", 0),
        ("substance-use", 0),
    ],
)
def test_which_topics_risk_management_takes(topic: str, counts: float, tmp_path: Path) -> None:
    text = ledger(course("2025-01-01", 4, topic))
    assert counted(tmp_path, text, ["total", "risk-management"]) == (4, counts)


@pytest.mark.parametrize(
    ("topic", "renewal", "counts"),
    [
        ("wellness", "2019-12-31", 0),
        ("wellness", "2020-01-01", 4),
        ("implicit-bias", "2021-11-17", 0),
        ("implicit-bias", "2021-11-18", 4),
        # the others at any time, before they were asked for themselves too
        ("risk-management", "1995-06-30", 4),
        ("board-regulations", "1995-06-30", 4),
        ("opioid-pain", "1995-06-30", 4),
        ("end-of-life", "1995-06-30", 4),
        ("ehr", "1995-06-30", 4),
    ],
)
def test_since_when_risk_management_takes_a_topic(
    topic: str, renewal: str, counts: float, tmp_path: Path
) -> None:
    text = ledger(course(renewal, 4, topic), license=renewing(renewal))
    assert counted(tmp_path, text, ["total", "risk-management"], renewal) == (4, counts)


@pytest.mark.parametrize(
    ("topic", "date", "renewal"),
    [("wellness", "2018-06-01", "2020-05-10"), ("implicit-bias", "2020-06-01", "2022-05-10")],
)
def test_the_renewal_date_decides_on_a_topic_and_not_the_day_of_the_record(
    topic: str, date: str, renewal: str, tmp_path: Path
) -> None:
    text = ledger(course(date, 4, topic), license=renewing(renewal))
    assert counted(tmp_path, text, ["risk-management"], renewal) == (4,)


@pytest.mark.parametrize(
    "topic",
    [
        "board-regulations",
        "opioid-pain",
        "end-of-life",
        "ehr",
        "implicit-bias",
        "dementia",
        "child-abuse",
        "domestic-sexual-violence",
        "risk-management",
        "wellness",
    ],
)
@pytest.mark.parametrize("renewal", ["2017-12-31", "2018-12-31", RENEWAL])
def test_a_topic_requirement_takes_its_own_topic_alone(
    topic: str, renewal: str, tmp_path: Path
) -> None:
    text = ledger(course(renewal, 8, topic), license=renewing(renewal))
    found = standings(tmp_path, text, renewal)
    whole = {"total", "category-1", "risk-management", "risk-management-category-1", "dea-mate"}
    served = {id for id, entry in found.items() if entry["counted"]} - whole
    assert served == {topic} & (set(found) - whole)


@pytest.mark.parametrize(
    ("topics", "counts"),
    [
        (["substance-use"], 4),
        (["opioid-pain"], 4),
        (["substance-use", "opioid-pain"], 4),  # never more than the record's own
        ({"substance-use": 1.5, "opioid-pain": 2}, 3.5),  # the sum of what a table names
        ({"substance-use": 3, "opioid-pain": 2}, 4),  # 5, at most 4
        (["risk-management"], 0),
    ],
)
def test_the_federal_training_takes_substance_use_and_opioids(
    topics: object, counts: float, tmp_path: Path
) -> None:
    text = ledger(activity(date="2025-01-01", category=1, credits=4, topics=topics), practice=DEA)
    assert counted(tmp_path, text, ["dea-mate"]) == (counts,)


@pytest.mark.parametrize(
    ("credits", "topics", "counts"),
    [
        # listed twice, counted once
        (3, ["opioid-pain", "end-of-life"], 3),
        (3, ["risk-management", "ehr"], 3),
        # the larger of what `risk-management` names and the sum of the others
        (5, {"risk-management": 2, "opioid-pain": 1.5, "ehr": 1}, 2.5),
        (5, {"risk-management": 3, "opioid-pain": 1.5, "ehr": 1}, 3),
        (5, {"risk-management": 2.5, "opioid-pain": 1.5, "ehr": 1}, 2.5),
        (5, {"opioid-pain": 1.5, "ehr": 1}, 2.5),
        (5, {"risk-management": 2}, 2),
        # capped by the record's counted credits
        (3, {"opioid-pain": 2, "ehr": 2}, 3),
        # topics that are none of risk management's add nothing
        (5, {"opioid-pain": 1.5, "dementia": 2, "child-abuse": 1, "substance-use": 1}, 1.5),
        (5, {"dementia": 2}, 0),
    ],
)
def test_a_credit_counts_once_for_risk_management(
    credits: float, topics: object, counts: float, tmp_path: Path
) -> None:
    text = ledger(activity(date="2025-01-01", category=1, credits=credits, topics=topics))
    assert counted(tmp_path, text, ["total", "risk-management"]) == (credits, counts)


def test_a_list_of_two_requirements_serves_both_in_full_and_is_warned(tmp_path: Path) -> None:
    text = ledger(course("2025-01-01", 3, "opioid-pain", "end-of-life"))
    names = ["total", "risk-management", "opioid-pain", "end-of-life"]
    assert counted(tmp_path, text, names) == (3, 3, 3, 3)
    assert "two-mandates" in codes(tmp_path, text)


def test_a_table_gives_each_requirement_just_so_many(tmp_path: Path) -> None:
    topics = {"opioid-pain": 2, "end-of-life": 1}
    text = ledger(activity(date="2025-01-01", category=1, credits=4, topics=topics))
    names = ["total", "risk-management", "opioid-pain", "end-of-life"]
    assert counted(tmp_path, text, names) == (4, 3, 2, 1)
    assert "two-mandates" not in codes(tmp_path, text)


def test_a_table_entry_above_the_credits_is_cut_and_warned(tmp_path: Path) -> None:
    text = ledger(activity(date="2025-01-01", category=1, credits=2, topics={"opioid-pain": 2.25}))
    assert counted(tmp_path, text, ["total", "risk-management", "opioid-pain"]) == (2, 2, 2)
    assert "bad-value" in codes(tmp_path, text)


def test_a_table_entry_not_in_quarters_is_rounded_down_and_warned(tmp_path: Path) -> None:
    # 1.3 gives 1.25 and 0.99 gives 0.75: risk management gets 2 of 3, each entry for itself
    topics = {"opioid-pain": 1.3, "end-of-life": 0.99}
    text = ledger(activity(id="one", date="2025-01-01", category=1, credits=3, topics=topics))
    names = ["total", "risk-management", "opioid-pain", "end-of-life"]
    assert counted(tmp_path, text, names) == (3, 2, 1.25, 0.75)
    found = ask(tmp_path, text, "check", "--as-of", RENEWAL)["problems"]
    messages = [p["message"] for p in found if p["code"] == "quarter-hours"]
    assert [message.split(" is ")[0] for message in messages] == ["1.3", "0.99"]
    assert ("quarter-hours", "one") in warnings(tmp_path, text)
    # less than a quarter gives nothing, and a record that gives nothing once is not kept for good
    less = activity(id="one", date="2025-01-01", category=1, credits=3, topics={"dementia": 0.24})
    assert counted(tmp_path, ledger(less), ["total", "dementia"]) == (3, 0)
    assert why(tmp_path, ledger(less), "one")["kept_for_good"] is False


def test_regulation_study_bears_its_topic_for_all_credits_beside_a_table(tmp_path: Path) -> None:
    keys: dict[str, Any] = {"kind": "regulation-study", "topics": {"risk-management": 1}}
    text = ledger(activity(date="2025-01-01", category=2, credits=3, **keys))
    # the larger of 1 (risk-management) and 3 (board-regulations)
    assert counted(tmp_path, text, ["board-regulations", "risk-management"]) == (3, 3)


@pytest.mark.parametrize(
    ("renewal", "topic"),
    [("2017-12-31", "end-of-life"), ("2018-01-01", "end-of-life"), (RENEWAL, "implicit-bias")],
)
def test_a_training_with_credits_and_no_category_serves_its_topics_only(
    renewal: str, topic: str, tmp_path: Path
) -> None:
    def counts(**keys: object) -> tuple[float, ...]:
        keys |= {"date": renewal, "kind": "mandated-training", "credits": 2, "topics": [topic]}
        text = ledger(activity(**keys), license=renewing(renewal))
        return counted(tmp_path, text, ["total", "risk-management", topic], renewal)

    assert counts() == (0, 0, 2)
    assert counts(category=1) == counts(category=2) == (2, 2, 2)


def test_a_topic_never_gets_more_than_what_the_limits_leave(tmp_path: Path) -> None:
    # 8 hours of Category 1 teaching are 16 credits, 10 of them a year.
    for topics, counts in (
        (["opioid-pain"], 10),
        ({"opioid-pain": 12}, 10),
        ({"opioid-pain": 4}, 4),
    ):
        keys: dict[str, Any] = {"kind": "teaching", "hours": 8, "topics": topics}
        text = ledger(activity(date="2025-01-01", category=1, **keys))
        names = ["total", "risk-management", "opioid-pain"]
        assert counted(tmp_path, text, names) == (10, counts, counts)


# ── Wellness within risk management [19-06] ───────────────────────────────────────────────


@pytest.mark.parametrize(
    ("credits", "counts", "cut"),
    [(6.75, 6.75, []), (7, 7, []), (7.25, 7, [("share-limit", 0.25)])],
)
def test_wellness_gives_risk_management_at_most_seven(
    credits: float, counts: float, cut: list[tuple[str, float]], tmp_path: Path
) -> None:
    text = ledger(course("2025-01-01", credits, "wellness", id="rest"))
    assert counted(tmp_path, text, ["total", "risk-management"]) == (credits, counts)
    assert cuts(why(tmp_path, text, "rest")) == cut


@pytest.mark.parametrize(
    ("days", "counts"),
    [
        # the first 7 by date, then id: 4 + 3
        (("2025-01-01", "2025-01-02"), {"a": 4, "b": 3}),
        (("2025-01-02", "2025-01-01"), {"a": 3, "b": 4}),
        (("2025-01-01", "2025-01-01"), {"a": 4, "b": 3}),
    ],
)
def test_the_first_seven_of_wellness_count_by_date_then_id(
    days: tuple[str, str], counts: dict[str, float], tmp_path: Path
) -> None:
    a, b = (course(day, 4, "wellness", id=id) for day, id in zip(days, "ab", strict=True))
    found = standings(tmp_path, ledger(b, a))["risk-management"]
    assert found["counted"] == 7
    assert {item["id"]: item["counted"] for item in found["activities"]} == counts


def test_wellness_gives_seven_in_each_cycle(tmp_path: Path) -> None:
    text = ledger(course("2024-05-10", 8, "wellness"), course("2024-05-11", 8, "wellness"))
    for year in ("2024", "2026"):
        got = counted(tmp_path, text, ["risk-management"], RENEWAL, "--cycle", year)
        assert got == (7,)


@pytest.mark.parametrize(
    ("credits", "topics", "counts"),
    [
        # listed beside another topic, it counts as wellness
        (10, ["wellness", "risk-management"], 7),
        (10, ["opioid-pain", "wellness"], 7),
        (10, ["wellness", "dementia"], 7),
        # in a table the limit falls on wellness first: 7 + 2
        (10, {"wellness": 8, "ehr": 2}, 9),
        (10, {"wellness": 7, "ehr": 2}, 9),
        # the larger of 5 and 7 + 0, of 8 and 7
        (10, {"risk-management": 5, "wellness": 8}, 7),
        (10, {"risk-management": 8, "wellness": 8}, 8),
        # 7 + 4, at most the 10 counted
        (10, {"wellness": 8, "ehr": 4}, 10),
    ],
)
def test_wellness_beside_other_topics(
    credits: float, topics: object, counts: float, tmp_path: Path
) -> None:
    text = ledger(activity(date="2025-01-01", category=1, credits=credits, topics=topics))
    assert counted(tmp_path, text, ["risk-management"]) == (counts,)


def test_a_listed_record_counts_as_wellness_even_where_seven_are_taken(tmp_path: Path) -> None:
    text = ledger(
        course("2025-01-01", 7, "wellness"),
        course("2025-01-02", 3, "wellness", "opioid-pain"),
    )
    assert counted(tmp_path, text, ["risk-management", "opioid-pain"]) == (7, 3)


# ── Is risk management inside the 50? ─────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("type", "apart", "risk", "note"),
    [
        # full: a note where the total is met and less than 50 of it is not risk management
        ("full", 40, 10, "60"),
        ("full", 49.75, 10, "60"),
        ("full", 49.75, 0.25, "60"),
        ("full", 49.75, 0, None),  # short: nothing to add
        ("full", 39.75, 10, None),  # short
        ("full", 50, 0, None),
        ("full", 50, 10, None),
        ("full", 0, 60, "60"),
        ("administrative", 49.75, 10, "60"),
        ("volunteer", 50, 10, None),
        # 25: the same by half
        ("temporary-faculty", 20, 5, "30"),
        ("temporary-faculty", 24.75, 5, "30"),
        ("temporary-faculty", 25, 5, None),
        ("temporary-faculty", 24.75, 0, None),  # short
    ],
)
def test_the_note_where_risk_management_may_be_beside_the_total(
    type: str, apart: float, risk: float, note: str | None, tmp_path: Path
) -> None:
    text = ledger(
        course("2025-01-01", apart),
        course("2025-01-02", risk, "risk-management"),
        license=renewing(RENEWAL, type),
    )
    found = standings(tmp_path, text)["total"]
    assert found["counted"] == apart + risk
    asked = 25 if type == "temporary-faculty" else 50
    assert found["status"] == ("met" if apart + risk >= asked else "short")
    if note is None:
        assert "would satisfy either reading" not in (found["note"] or "")
    else:
        assert f"{note} would satisfy either reading" in found["note"]


def test_the_note_stands_in_the_headline_too(tmp_path: Path) -> None:
    file = tmp_path / "cme.toml"
    for apart, times in ((40, 2), (50, 0)):
        records = course("2025-01-01", apart), course("2025-01-02", 10, "risk-management")
        file.write_text(ledger(*records), "utf-8")
        shown = " ".join(run_here("status", "--as-of", RENEWAL, str(file)).out.split())
        assert shown.count("60 would satisfy either reading") == times


def test_risk_management_is_counted_inside_the_total(tmp_path: Path) -> None:
    text = ledger(course("2025-01-01", 40), course("2025-01-02", 10, "risk-management"))
    found = standings(tmp_path, text)
    assert (found["total"]["counted"], found["total"]["status"]) == (50, "met")


# ── Status ────────────────────────────────────────────────────────────────────────────────


def test_a_license_of_which_nothing_is_short_is_met(tmp_path: Path) -> None:
    license = licenses(tmp_path, ledger(*MET), RENEWAL)[0]
    assert license["status"] == "met"
    found = {entry["id"]: entry["counted"] for entry in license["requirements"]}
    assert found == {
        "total": 60,  # 10 + 2 + 3 + 2 + 3 + 2 + 1 + 37
        "risk-management": 22,
        "board-regulations": 2,
        "opioid-pain": 3,
        "end-of-life": 2,
        "ehr": 3,
        "implicit-bias": 2,
        "dementia": 1,
        "child-abuse": 1,
        "domestic-sexual-violence": 1,
        "dea-mate": 3,  # counted whatever the status
    }


@pytest.mark.parametrize(
    ("gone", "short"),
    [
        (["rest"], "total"),  # 23
        (["rm", "opioids", "end"], "risk-management"),  # 22 - 15 = 7
        (["regulations"], "board-regulations"),
        (["opioids"], "opioid-pain"),
        (["end"], "end-of-life"),
        (["records"], "ehr"),
        (["bias"], "implicit-bias"),
        (["memory"], "dementia"),
        (["child"], "child-abuse"),
        (["home"], "domestic-sexual-violence"),
    ],
)
def test_one_short_requirement_makes_the_license_short(
    gone: list[str], short: str, tmp_path: Path
) -> None:
    license = licenses(tmp_path, ledger(*without(*gone)), RENEWAL)[0]
    assert license["status"] == "short"
    assert short in {e["id"] for e in license["requirements"] if e["status"] == "short"}


def test_what_others_than_the_board_ask_never_decides(tmp_path: Path) -> None:
    own = '[[requirement]]\nid = "stroke"\nname = "Stroke center"\ncredits = 100\n'
    license = licenses(tmp_path, ledger(*MET, practice=DEA, more=own), RENEWAL)[0]
    status = {entry["id"]: entry["status"] for entry in license["requirements"]}
    assert (status["dea-mate"], status["stroke"]) == ("short", "short")
    assert license["status"] == "met"


@pytest.mark.parametrize("status", ["planned", "attended"])
def test_planned_and_attended_are_shown_beside_and_change_nothing(
    status: str, tmp_path: Path
) -> None:
    text = ledger(
        course("2025-01-01", 20),
        course("2025-01-02", 30, "opioid-pain", status=status),
    )
    found = standings(tmp_path, text)
    for id, counts in (("total", 20), ("opioid-pain", 0), ("risk-management", 0)):
        entry = found[id]
        assert (entry["counted"], entry["status"], entry[status]) == (counts, "short", 30)
    assert found["total"]["missing"] == 30
