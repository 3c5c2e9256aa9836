"""Load the rules that the package ships, and choose the edition in force.

What the keys of the data mean is written in docs/rules.md. The engine knows kinds of limits and
windows; amounts, dates and names are all in the data.
"""

import os
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Final, NamedTuple

import tomli

from cmeledger.model import Vocabulary

STATE_FILES: Final = ("massachusetts.toml",)
FEDERAL_FILE: Final = "federal.toml"


class TopicRule(NamedTuple):
    """A topic that a requirement takes."""

    topic: str
    start: date | None
    """Taken for renewals from this day."""
    limit: Decimal | None
    """At most so many credits a cycle."""
    sources: tuple[str, ...]


class KindLimit(NamedTuple):
    """How much of a requirement records of one kind may give in a cycle, all together."""

    kind: str
    start: date | None
    end: date | None
    credits: Decimal
    sources: tuple[str, ...]


class EitherReading(NamedTuple):
    """An open question of the sources: whether another requirement is inside this one."""

    apart_from: str
    totals: Mapping[Decimal, Decimal]
    """Asked, to what would satisfy either reading."""
    text: str


class Requirement(NamedTuple):
    """One edition of a requirement, or one of the physician's own."""

    id: str
    name: str
    asks: str
    unit: str
    """Either "credits" or "completion"."""
    start: date | None
    end: date | None
    """The renewal dates it is in force for, both inclusive."""
    credits: Decimal
    by_type: Mapping[str, Decimal]
    not_for: frozenset[str]
    every_type: bool
    """It does not depend on the type of license."""
    practice: str | None
    """The practice fact that switches it on."""
    proof: str | None
    """The practice fact that meets it without credits."""
    once: bool
    statutory: bool
    topics: tuple[TopicRule, ...]
    """Empty: credits of every topic."""
    headline_topic: str | None
    """In a table, the larger of this topic's credits and the sum of the others'."""
    category: int | None
    categorized: bool
    """It takes no credits without a category."""
    part_of: str | None
    """It counts what another requirement counted, in its own category."""
    goes_with: str | None
    """It is exempt or waived where that one is."""
    kind_limits: tuple[KindLimit, ...]
    either_reading: EitherReading | None
    sources: tuple[str, ...]
    cite: str | None
    reading: str | None
    decides: bool
    """The license's own Board asks it: it decides the status of the license."""
    own: bool = False
    window: tuple[date, date] | None = None

    @property
    def source(self) -> str:
        """The sources as one line."""
        cited = [self.cite] if self.cite else []
        tags = [tag for tag in self.sources if not (self.cite and tag in _CITED)]
        return "; ".join([*cited, ", ".join(tags)] if tags else cited)

    def in_force(self, renewal: date) -> bool:
        """Tell whether this edition holds for a cycle that ends on `renewal`."""
        return _within(self.start, self.end, renewal)

    def asked(self, license_type: str) -> Decimal:
        """How much it asks of a license of this type."""
        return self.by_type.get(license_type, self.credits)


_CITED: Final = frozenset({"MGL", "ACTS", "MATE"})
"""Sources that `cite` names more exactly."""


class KindRule(NamedTuple):
    """What a record of a kind gives before and after limits."""

    credits: Decimal | None
    """Fixed by the kind."""
    per_hour: Mapping[int, Decimal]
    """By category."""
    records_per_year: int | None
    credits_per_year: Mapping[int, Decimal]
    """By category."""
    per_cycle: Decimal | None
    per_work: Decimal | None
    work: bool
    """A work counts once, in its first record."""
    title_is_work: bool
    approval: bool
    service: bool
    """It counts once: in the cycle of its end, or of its approval."""
    enrollment: bool
    max_years: int | None
    topics: frozenset[str] | None
    """The only topics that do anything on it; None: all."""
    implies: str | None
    """A topic that all its credits bear."""
    whole_hours: bool
    faculty_category: int | None
    faculty_not_learners: frozenset[str]
    sources: tuple[str, ...]
    reading: str | None

    @property
    def source(self) -> str | None:
        """The sources as one line."""
        return ", ".join(self.sources) or None


class Deadline(NamedTuple):
    """A day before the renewal date on which something is due."""

    id: str
    days_before: int
    name: str
    sources: tuple[str, ...]


class Enrollment(NamedTuple):
    """What residency and fellowship give and exempt."""

    credits_per_year: Decimal
    days_per_year: int
    window_days: int
    exempts: tuple[str, ...]
    sources: tuple[str, ...]
    reading: str
    short_note: str
    """The note where the enrolled days alone come to less than a year's credits."""


class Rulebook(NamedTuple):
    """The rules of one jurisdiction, with the federal ones behind them."""

    jurisdiction: str
    name: str
    board: str
    edition: str
    checked: date
    sources: Mapping[str, str]
    owing_types: frozenset[str]
    cycle_years: int
    skip_months: int
    deadlines: tuple[Deadline, ...]
    requirements: tuple[Requirement, ...]
    """Every edition, in the order they are shown."""
    kinds: Mapping[str, KindRule]
    enrollment: Enrollment
    waiver_default: tuple[str, ...]
    readings: tuple[str, ...]
    """Readings of the cycle and the types of license."""

    def in_force(self, renewal: date) -> list[Requirement]:
        """List the requirements of a cycle that ends on `renewal`, in order."""
        return [item for item in self.requirements if item.in_force(renewal)]

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all requirements of any edition, in order."""
        return tuple(dict.fromkeys(item.id for item in self.requirements))

    @property
    def topics(self) -> tuple[str, ...]:
        """All topics of any edition, in order."""
        return tuple(
            dict.fromkeys(rule.topic for item in self.requirements for rule in item.topics)
        )


@cache
def load(jurisdiction: str = "MA") -> Rulebook:
    """Load the rules of a jurisdiction from the package's data."""
    federal = _file(FEDERAL_FILE)
    for name in STATE_FILES:
        state = _file(name)
        if state["jurisdiction"] == jurisdiction:
            return _rulebook(state, federal)
    raise KeyError(jurisdiction)


def vocabulary(rulebook: Rulebook) -> Vocabulary:
    """Name the words that a ledger under these rules may use."""
    return Vocabulary((rulebook.jurisdiction,), rulebook.ids, rulebook.topics)


def _file(name: str) -> dict[str, Any]:
    # importlib.resources would cost as much as counting a whole ledger.
    with open(os.path.join(os.path.dirname(__file__), name), "rb") as file:
        return tomli.load(file, parse_float=Decimal)


def _rulebook(state: Mapping[str, Any], federal: Mapping[str, Any]) -> Rulebook:
    training = state["enrollment"]
    return Rulebook(
        jurisdiction=state["jurisdiction"],
        name=state["name"],
        board=state["board"],
        edition=state["edition"],
        checked=state["checked"],
        sources=state["sources"] | federal["sources"],
        owing_types=frozenset(state["types"]["owing"]),
        cycle_years=state["cycle"]["years"],
        skip_months=state["cycle"]["skip-months"],
        deadlines=tuple(
            Deadline(item["id"], item["days-before"], item["name"], tuple(item["sources"]))
            for item in state["deadline"]
        ),
        requirements=_with_parts(
            [_requirement(item, decides=True) for item in state["requirement"]]
            + [_requirement(item, decides=False) for item in federal["requirement"]]
        ),
        kinds={name: _kind(item) for name, item in state["kinds"].items()},
        enrollment=Enrollment(
            Decimal(training["credits-per-year"]),
            training["days-per-year"],
            training["window-days"],
            tuple(training["exempts"]),
            tuple(training["sources"]),
            training["reading"],
            training["short-note"],
        ),
        waiver_default=tuple(state["waiver"]["default"]),
        readings=(*state["cycle"]["readings"], *state["types"]["readings"]),
    )


def _requirement(item: Mapping[str, Any], *, decides: bool) -> Requirement:
    get = item.get
    return Requirement(
        id=item["id"],
        name=item["name"],
        asks=item["asks"],
        unit=get("unit", "credits"),
        start=get("from"),
        end=get("to"),
        credits=Decimal(get("credits", 1)),
        by_type={name: Decimal(amount) for name, amount in get("by-type", {}).items()},
        not_for=frozenset(get("not-for", ())),
        every_type=get("every-type", False),
        practice=get("practice"),
        proof=get("proof"),
        once=get("once", False),
        statutory=get("statutory", False),
        topics=tuple(
            TopicRule(
                rule["topic"],
                rule.get("from"),
                Decimal(rule["limit"]) if "limit" in rule else None,
                tuple(rule.get("sources", ())),
            )
            for rule in get("topics", ())
        ),
        headline_topic=get("headline-topic"),
        category=get("category"),
        categorized=get("categorized", False),
        part_of=get("part-of"),
        goes_with=get("goes-with"),
        kind_limits=tuple(
            KindLimit(
                rule["kind"],
                rule.get("from"),
                rule.get("to"),
                Decimal(rule["credits"]),
                tuple(rule["sources"]),
            )
            for rule in get("kind-limits", ())
        ),
        either_reading=_either(item["either-reading"]) if "either-reading" in item else None,
        sources=tuple(item["sources"]),
        cite=get("cite"),
        reading=get("reading"),
        decides=decides,
    )


def _kind(item: Mapping[str, Any]) -> KindRule:
    get = item.get
    return KindRule(
        credits=_amount(get("credits")),
        per_hour=_by_category(get("per-hour", {})),
        records_per_year=get("records-per-year"),
        credits_per_year=_by_category(get("credits-per-year", {})),
        per_cycle=_amount(get("per-cycle")),
        per_work=_amount(get("per-work")),
        work=get("work", False),
        title_is_work=get("title-is-work", False),
        approval=get("approval", False),
        service=get("service", False),
        enrollment=get("enrollment", False),
        max_years=get("max-years"),
        topics=frozenset(item["topics"]) if "topics" in item else None,
        implies=get("implies"),
        whole_hours=get("whole-hours", False),
        faculty_category=get("faculty-category"),
        faculty_not_learners=frozenset(get("faculty-not-learners", ())),
        sources=tuple(get("sources", ())),
        reading=get("reading"),
    )


def _with_parts(items: list[Requirement]) -> tuple[Requirement, ...]:
    """Give a part of another requirement the topics of that one, of the same edition."""
    wholes = {(item.id, item.start, item.end): item for item in items}
    found = []
    for item in items:
        if item.part_of is None:
            found.append(item)
            continue
        whole = wholes[item.part_of, item.start, item.end]
        found.append(
            item._replace(
                topics=whole.topics,
                headline_topic=whole.headline_topic,
                kind_limits=whole.kind_limits,
            )
        )
    return tuple(found)


def _either(item: Mapping[str, Any]) -> EitherReading:
    totals = {Decimal(asked): Decimal(enough) for asked, enough in item["totals"].items()}
    return EitherReading(item["apart-from"], totals, item["text"])


def _amount(value: int | Decimal | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _by_category(table: Mapping[str, int]) -> dict[int, Decimal]:
    return {int(category): Decimal(amount) for category, amount in table.items()}


def _within(start: date | None, end: date | None, day: date) -> bool:
    return (start is None or start <= day) and (end is None or day <= end)


def limits_of(requirement: Requirement, renewal: date) -> dict[str, KindLimit]:
    """Choose, by kind, the limits of a requirement for a cycle that ends on `renewal`."""
    return {
        rule.kind: rule
        for rule in requirement.kind_limits
        if _within(rule.start, rule.end, renewal)
    }


def topics_of(requirement: Requirement, renewal: date) -> dict[str, TopicRule]:
    """Choose, by name, the topics that a requirement takes in a cycle that ends on `renewal`."""
    return {rule.topic: rule for rule in requirement.topics if _within(rule.start, None, renewal)}


def once_topics(requirements: Iterable[Requirement]) -> list[Requirement]:
    """List the editions that are asked once only: what meets them is kept for good."""
    return [item for item in requirements if item.once]
