"""The law as data is whole: sources resolve, editions do not overlap, every name is known."""

import tomllib
from datetime import date, timedelta
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest

import cmeledger.rules
from cmeledger.ledger import schema
from cmeledger.rules import rulebook as rules
from conftest import run_here

FOLDER = Path(cmeledger.rules.__file__).parent
RULEBOOK = rules.load()
FILES = {path.name: tomllib.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.toml")}
TOPICS = {
    "risk-management", "board-regulations", "opioid-pain", "end-of-life", "ehr", "implicit-bias",
    "dementia", "child-abuse", "domestic-sexual-violence", "wellness", "substance-use",
}  # fmt: skip


def tables(value: Any) -> list[dict[str, Any]]:
    """List every table inside a value."""
    if isinstance(value, dict):
        return [value, *(inner for item in value.values() for inner in tables(item))]
    if isinstance(value, list):
        return [inner for item in value for inner in tables(item)]
    return []


@pytest.mark.parametrize("name", FILES)
def test_every_source_named_is_listed_and_every_one_listed_is_named(name: str) -> None:
    data = FILES[name]
    named = {
        tag
        for table in tables({key: item for key, item in data.items() if key != "sources"})
        for tag in table.get("sources", ())
    }
    assert named == set(data["sources"])


def test_every_rule_names_sources_and_the_files_a_day_of_checking() -> None:
    for data in FILES.values():
        assert isinstance(data["checked"], date)
        for item in (*data["requirement"], *data.get("deadline", ())):
            assert item["sources"], item["id"]
    for name, rule in RULEBOOK.kinds.items():
        facts = rule.credits, rule.per_hour, rule.records_per_year, rule.per_cycle, rule.per_work
        assert rule.sources or not any(facts), name


def test_editions_of_a_requirement_do_not_overlap_and_leave_no_gap() -> None:
    for name in RULEBOOK.ids:
        editions = sorted(
            (item for item in RULEBOOK.requirements if item.id == name),
            key=lambda item: item.start or date.min,
        )
        for one, other in combinations(editions, 2):
            assert one.end is not None
            assert other.start is not None
            assert one.end < other.start
        for one, other in pairwise(editions):
            assert one.end is not None
            assert other.start == one.end + timedelta(days=1)


def test_every_topic_kind_type_and_fact_is_known_to_the_format() -> None:
    assert set(RULEBOOK.topics) == TOPICS
    assert set(RULEBOOK.kinds) == set(schema.KINDS)
    practice = {key.name for key in schema.PRACTICE}
    for item in RULEBOOK.requirements:
        assert {item.practice, item.proof} <= practice | {None}
        assert item.not_for | set(item.by_type) <= set(schema.LICENSE_TYPES)
        assert {rule.kind for rule in item.kind_limits} <= set(schema.KINDS)
        assert item.goes_with in (None, *RULEBOOK.ids)
        assert item.unit in ("credits", "completion")
    assert set(schema.LICENSE_TYPES) >= RULEBOOK.owing_types
    for kind in RULEBOOK.kinds.values():
        assert {kind.implies} <= TOPICS | {None}
        assert (kind.topics or set()) <= TOPICS
        assert kind.faculty_not_learners <= set(schema.LEARNERS)


def test_kinds_of_format_and_rules_agree() -> None:
    for name, kind in schema.KINDS.items():
        rule = RULEBOOK.kinds[name]
        assert kind.enrollment == rule.enrollment
        assert kind.by_hours == bool(rule.per_hour)
        if rule.credits is not None:
            assert not kind.needs_credits
            assert kind.category == 1


def test_the_requirements_come_in_the_order_of_the_rules() -> None:
    assert RULEBOOK.ids == (
        "total", "category-1", "risk-management", "risk-management-category-1",
        "board-regulations", "opioid-pain", "end-of-life", "ehr", "implicit-bias", "dementia",
        "child-abuse", "domestic-sexual-violence", "dea-mate",
    )  # fmt: skip


def test_rules_command_shows_what_is_in_force_with_sources_and_readings() -> None:
    found = run_here("rules", "--renewal", "2026-05-10", "--json")
    assert found.code == 0
    assert [item["id"] for item in found.json["requirements"]] == [
        item.id for item in RULEBOOK.in_force(date(2026, 5, 10))
    ]
    assert found.json["readings"]
    old = run_here("rules", "--renewal", "2017-12-31", "--json").json["requirements"]
    assert [item["asked"] for item in old if item["id"] in ("total", "category-1")] == [100, 40]
    one = run_here("rules", "ehr", "--renewal", "2026-05-10").out
    assert "243 CMR 2.06(2)(d)" in one
    assert "Reading taken: CHART lets the credits be Category 1 or 2" in " ".join(one.split())
    assert "at most 1 a year" in run_here("rules", "article", "--renewal", "2026-05-10").out


def test_rules_say_which_day_they_were_checked() -> None:
    assert "last checked Nov 24, 2026" in run_here("rules", "--renewal", "2026-05-10").out
