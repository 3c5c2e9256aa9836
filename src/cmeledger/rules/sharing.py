"""What a record gives a requirement: by its topics, its category, and the limits of topics."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from cmeledger.model import ZERO
from cmeledger.rules.counting import Counted, Tally, floor_quarter
from cmeledger.rules.cycles import Cycle
from cmeledger.rules.rulebook import Requirement, TopicRule, topics_of

ONE: Final = Decimal(1)


def bearing(tally: Tally, requirement: Requirement) -> list[Counted]:
    """List the records that bear a topic of a requirement, by day, then id."""
    found = {
        record.activity.id: record
        for rule in requirement.topics
        for record in tally.by_topic.get(rule.topic, ())
    }
    if len(requirement.topics) == 1:
        return list(found.values())
    return sorted(found.values(), key=lambda record: (record.day, record.activity.id))


def claim(requirement: Requirement, record: Counted, cycle: Cycle) -> Decimal:
    """Work out what a record claims for a requirement before any limit; 0 if it bears not on it."""
    if not takes_category(requirement, record.activity.category):
        return ZERO
    topics = topics_of(requirement, cycle.end)
    if requirement.topics and topics.keys().isdisjoint(record.topics):
        return ZERO
    if requirement.unit == "completion":
        return ONE
    return by_topics(requirement, topics, record.topics, record.claimed)


def takes_category(requirement: Requirement, category: int | None) -> bool:
    """Tell whether a requirement takes credits of a category (None: without category)."""
    if requirement.category is not None:
        return category == requirement.category
    return category is not None or not requirement.categorized


def by_topics(
    requirement: Requirement,
    rules: Mapping[str, TopicRule],
    topics: Mapping[str, Decimal | None],
    credits: Decimal,
    room: dict[str, Decimal] | None = None,
) -> Decimal:
    """Work out how many of a record's credits bear a requirement's topics.

    A credit counts once, whatever number of topics it bears. With a table, the larger of what
    the headline topic names and the sum of what the others name. `room` holds what is left of
    topics with a limit, and is drawn on; a listed record that bears such a topic counts as that
    topic alone. Without `room`, no limit is applied.
    """
    if not requirement.topics:
        return credits
    bearing = [topic for topic in topics if topic in rules]
    if room:
        for topic in bearing:
            if topic in room and topics[topic] is None:
                amount = min(credits, room[topic])
                room[topic] -= amount
                return amount
    headline = others = ZERO
    for topic in bearing:
        named = topics[topic]
        part = credits if named is None else min(floor_quarter(named), credits)
        if room and topic in room:
            part = min(part, room[topic])
            room[topic] -= part
        if topic == requirement.headline_topic:
            headline = part
        else:
            others += part
    return min(credits, max(headline, others))
