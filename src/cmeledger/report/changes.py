"""What changes in the rules from one renewal date to another, as plain values."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from cmeledger.rules.rulebook import EitherReading, Requirement, Rulebook, limits_of, topics_of


class Detail(NamedTuple):
    """One thing about a requirement that is not the same on the two days."""

    what: str
    """Of a requirement: one of DETAILS."""
    of: str | None
    """The type of license, topic or kind it is about."""
    old: Any
    """Decimal, text, True or False, int, a sorted tuple of texts, or None for nothing. Of a topic:
    None, True where it is taken, or the most credits it may give in a cycle."""
    new: Any
    sources: tuple[str, ...] = ()
    """Where the new one (or, if it goes, the old one) comes from, if not from the requirement's."""


class Change(NamedTuple):
    """A requirement that is not the same on the two days."""

    id: str
    old: Requirement | None
    """None: it comes in."""
    new: Requirement | None
    """None: it goes out."""
    details: tuple[Detail, ...] = ()
    """Where it stays: what is different."""

    @property
    def kind(self) -> str:
        """Say "added", "removed" or "changed"."""
        if self.old is None:
            return "added"
        return "removed" if self.new is None else "changed"


_PLAIN: Final[Mapping[str, Callable[[Requirement], Any]]] = {
    "name": lambda item: item.name,
    "asks": lambda item: item.asks,
    "unit": lambda item: item.unit,
    "asked": lambda item: item.credits,
    "not_for": lambda item: tuple(sorted(item.not_for)),
    "every_type": lambda item: item.every_type,
    "practice": lambda item: item.practice,
    "proof": lambda item: item.proof,
    "once": lambda item: item.once,
    "statutory": lambda item: item.statutory,
    "category": lambda item: item.category,
    "categorized": lambda item: item.categorized,
    "headline_topic": lambda item: item.headline_topic,
    "part_of": lambda item: item.part_of,
    "goes_with": lambda item: item.goes_with,
    "either_reading": lambda item: item.either_reading and _open_question(item.either_reading),
    "decides": lambda item: item.decides,
    "source": lambda item: item.source,
    "reading": lambda item: item.reading,
}

DETAILS: Final = (*_PLAIN, "by_type", "topics", "kind_limits")
"""Everything that can change in a requirement that stays."""


def changes(
    rulebook: Rulebook, one: date, other: date, only: Sequence[str] = ()
) -> Iterator[Change]:
    """Compare what is in force for renewals on two days, in the order of the rules.

    `only` names the requirements to look at; without it, all are.
    """
    old = {item.id: item for item in rulebook.in_force(one)}
    new = {item.id: item for item in rulebook.in_force(other)}
    for name in only or rulebook.ids:
        before, after = old.get(name), new.get(name)
        if before is None or after is None:
            if before is not after:
                yield Change(name, before, after)
            continue
        details = tuple(_details(before, after, one, other))
        if details:
            yield Change(name, before, after, details)


def _details(old: Requirement, new: Requirement, one: date, other: date) -> Iterator[Detail]:
    for what, value in _PLAIN.items():
        if value(old) != value(new):
            yield Detail(what, None, value(old), value(new))
        if what == "asked":
            for name in sorted({*old.by_type, *new.by_type}):
                asked = old.asked(name), new.asked(name)
                if asked[0] != asked[1]:
                    yield Detail("by_type", name, *asked)
    topics = topics_of(old, one), topics_of(new, other)
    yield from _entries("topics", *topics, lambda rule: True if rule.limit is None else rule.limit)
    limits = limits_of(old, one), limits_of(new, other)
    yield from _entries("kind_limits", *limits, lambda rule: rule.credits)


def _entries(
    what: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    value: Callable[[Any], Any],
) -> Iterator[Detail]:
    for name in dict.fromkeys((*old, *new)):
        before, after = (value(side[name]) if name in side else None for side in (old, new))
        if before != after:
            yield Detail(what, name, before, after, (new.get(name) or old[name]).sources)


def _open_question(reading: EitherReading) -> str:
    enough = ", ".join(
        f"{either:f} instead of {asked:f}" for asked, either in reading.totals.items()
    )
    return f"{reading.text} {enough} would satisfy either reading"
