"""`rules` for people: what is in force, where it comes from, and how it is read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from cmeledger.report.changes import Change, Detail, changes
from cmeledger.report.terminal import Style, amount, day, wrap
from cmeledger.rules.rulebook import (
    KindRule,
    Requirement,
    Rulebook,
    TopicRule,
    limits_of,
    topics_of,
)


def lines(
    rulebook: Rulebook,
    shown: Sequence[Requirement],
    kinds: Sequence[str],
    renewal: date,
    style: Style,
    *,
    brief: bool,
) -> Iterator[str]:
    """Lay out the rules for one renewal date: everything in brief, or some in full."""
    yield style.bold(f"{rulebook.board}, for a renewal on {day(renewal)}")
    yield f"Rules {rulebook.edition}, last checked {day(rulebook.checked)}. Not legal advice."
    for item in shown:
        yield ""
        yield from requirement(item, renewal, style)
    tags = {tag for item in shown for tag in item.sources}
    for name in kinds:
        rule = rulebook.kinds[name]
        if brief and not facts(rule):
            continue
        yield ""
        yield from kind(name, rule, style)
        tags.update(rule.sources)
    yield ""
    yield from sources(rulebook, tags, style)
    if brief:
        yield ""
        yield from readings(rulebook, style)


def sources(rulebook: Rulebook, tags: Iterable[str], style: Style) -> Iterator[str]:
    """Lay out the sources with these tags."""
    wanted = set(tags)
    yield style.bold("Sources")
    for tag, text in rulebook.sources.items():
        if tag in wanted:
            yield from wrap(f"{tag}: {text}", style, "    ", "  ")


def readings(rulebook: Rulebook, style: Style) -> Iterator[str]:
    """Lay out the readings taken of cycles and licenses."""
    yield style.bold("Readings of cycles and licenses")
    for reading in rulebook.readings:
        yield from wrap(reading, style, "    ", style.plain("  – "))


def comparing(rulebook: Rulebook, one: date, other: date, style: Style) -> Iterator[str]:
    """Head a page of differences."""
    yield from map(style.bold, wrap(f"{rulebook.board}: what changes", style))
    yield from wrap(f"From a renewal on {day(one)} to a renewal on {day(other)}.", style)
    checked = day(rulebook.checked)
    yield from wrap(f"Rules {rulebook.edition}, last checked {checked}. Not legal advice.", style)


def differences(
    rulebook: Rulebook, one: date, other: date, style: Style, only: Sequence[str] = ()
) -> Iterator[str]:
    """Say what changes from a renewal on one day to a renewal on another: old → new.

    Begins with an empty line, to go below a heading.
    """
    found = list(changes(rulebook, one, other, only))
    if not found:
        yield ""
        yield "Nothing changes."
        return
    for change in found:
        yield ""
        yield from _change(change, style)
    yield ""
    yield from sources(rulebook, tags_of(found), style)


def tags_of(found: Sequence[Change]) -> set[str]:
    """Gather the sources that changes name."""
    tags: set[str] = set()
    for change in found:
        for item in (change.old, change.new):
            tags.update(item.sources if item else ())
        for detail in change.details:
            tags.update(detail.sources)
    return tags


def _change(change: Change, style: Style) -> Iterator[str]:
    item = change.new or change.old
    assert item is not None  # a change has one side at least
    heading = f"{_CHANGE[change.kind]}: {item.name} ({item.id})"
    yield from map(style.bold, wrap(heading, style, "  ", ""))
    if change.kind != "changed":
        yield from wrap(f"{item.asks}.", style, "  ")
    for detail in change.details:
        yield from wrap(_difference(detail), style, "    ", "  ")
    if not any(detail.what == "source" for detail in change.details):
        yield from wrap(f"Source: {item.source}", style, "    ", "  ")


_CHANGE: Final = {"added": "Comes in", "removed": "Goes out", "changed": "Changes"}

_WHAT: Final = {
    "name": "Name",
    "asks": "In words",
    "unit": "Counted in",
    "asked": "Asked",
    "by_type": "Asked of a license of type {}",
    "not_for": "Not asked of",
    "every_type": "For every type of license",
    "practice": "Asked where the ledger says",
    "proof": "Met without credits by",
    "once": "How often",
    "statutory": "A waiver may not reach it",
    "category": "Category",
    "categorized": "Needs a category",
    "topics": "Topic {}",
    "headline_topic": "Weighed against the other topics of a table",
    "kind_limits": "Of a {} in a cycle",
    "part_of": "Part of",
    "goes_with": "Exempt or waived together with",
    "either_reading": "Open question",
    "decides": "Decides whether the license is met",
    "source": "Source",
    "reading": "Reading taken",
}

_SAID: Final[Mapping[str, Mapping[Any, str]]] = {
    "once": {True: "once", False: "in every cycle"},
    "topics": {None: "not taken", True: "taken"},
    "kind_limits": {None: "no limit"},
    "category": {None: "any"},
}


def _difference(detail: Detail) -> str:
    """Say one difference: what, old → new, and where from if that is known more exactly."""
    old, new = (_said(detail.what, value) for value in (detail.old, detail.new))
    source = f" [{', '.join(detail.sources)}]" if detail.sources else ""
    return f"{_WHAT[detail.what].format(detail.of)}: {old} → {new}{source}"


def _said(what: str, value: Any) -> str:
    said = _SAID.get(what, {})
    if value is None or isinstance(value, bool):
        return said.get(value) or {None: "nothing", True: "yes", False: "no"}[value]
    if isinstance(value, Decimal):
        return amount(value) if what in ("asked", "by_type") else f"at most {amount(value)}"
    if isinstance(value, tuple):
        return ", ".join(value) or "nobody"
    return str(value)


def requirement(item: Requirement, renewal: date, style: Style) -> Iterator[str]:
    """Lay out one requirement as it is in force for a renewal date."""
    yield style.bold(f"{item.name} ({item.id})")
    yield from wrap(f"{item.asks}.", style, "  ")
    yield from wrap(f"In force for renewals {in_force(item)}.", style, "  ")
    topics = topics_of(item, renewal).values()
    if topics:
        names = ", ".join(map(_topic, topics))
        yield from wrap(f"Topics: {names}.", style, "    ", "  ")
    for kind, limit in limits_of(item, renewal).items():
        yield f"  Of a {kind} at most {amount(limit.credits)} a cycle."
    for name, asked in item.by_type.items():
        yield f"  Of a license of type {name}: {amount(asked)}."
    if item.not_for:
        yield from wrap(f"Not asked of: {', '.join(sorted(item.not_for))}.", style, "  ")
    if item.practice:
        yield f"  Asked where the ledger says: {item.practice}."
    yield from wrap(f"Source: {item.source}", style, "    ", "  ")
    if item.reading:
        yield from wrap(f"Reading taken: {item.reading}", style, "    ", "  ")


def kind(name: str, rule: KindRule, style: Style) -> Iterator[str]:
    """Lay out what a record of one kind gives, and its limits."""
    yield style.bold(name)
    for fact in facts(rule) or ["counts as given"]:
        yield from wrap(f"{fact}.", style, "    ", "  ")
    if rule.source:
        yield f"  Source: {rule.source}"
    if rule.reading:
        yield from wrap(f"Reading taken: {rule.reading}", style, "    ", "  ")


def facts(rule: KindRule) -> list[str]:
    """Say what a kind gives and what limits it has, a sentence each; nothing: as given."""
    return [*filter(None, [gives(rule)]), *limits(rule)]


def _topic(rule: TopicRule) -> str:
    return rule.topic if rule.limit is None else f"{rule.topic} (at most {amount(rule.limit)})"


def in_force(item: Requirement) -> str:
    """Say for which renewal dates an edition holds."""
    if item.start and item.end:
        return f"from {day(item.start)} to {day(item.end)}"
    if item.start:
        return f"from {day(item.start)} on"
    return f"to {day(item.end)}" if item.end else "always"


def gives(rule: KindRule) -> str | None:
    """Say what a record of a kind gives, where the kind fixes or derives it."""
    if rule.enrollment:
        return "credits by the day, from start to end"
    if rule.credits is not None:
        return f"gives {amount(rule.credits)} credits"
    if rule.per_hour:
        each = [
            f"{amount(factor)} an hour in Category {category}"
            for category, factor in rule.per_hour.items()
        ]
        return f"gives {', '.join(each)}"
    return None


def limits(rule: KindRule) -> list[str]:
    """Say what limits a kind has, a sentence each."""
    found = []
    if rule.records_per_year is not None:
        found.append(f"at most {rule.records_per_year} a year, calendar and license year both")
    for category, most in rule.credits_per_year.items():
        found.append(
            f"at most {amount(most)} credits a year in Category {category}, "
            "calendar and license year both"
        )
    if rule.per_cycle is not None:
        found.append(f"at most {amount(rule.per_cycle)} credits a cycle")
    if rule.per_work is not None:
        found.append(f"at most {amount(rule.per_work)} credits a work, ever")
    if rule.work:
        found.append("a work counts once, in its first record")
    if rule.approval:
        found.append("needs approved-on")
    if rule.max_years is not None:
        found.append(f"at most {rule.max_years} years")
    if rule.whole_hours:
        found.append("in whole hours")
    if rule.faculty_category is not None:
        learners = " and ".join(sorted(rule.faculty_not_learners))
        found.append(
            f"Category {rule.faculty_category} of full-time faculty counts only without {learners}"
        )
    if rule.implies is not None:
        found.append(f"all its credits bear the topic {rule.implies}")
    if rule.topics is not None:
        served = " and ".join(sorted(rule.topics))
        found.append(f"of topics only {served} does anything" if served else "topics do nothing")
    return found
