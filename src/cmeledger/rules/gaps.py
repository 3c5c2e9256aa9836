"""The fewest credits that close everything short, with a day to do them by.

One credit is taken to bear one topic at most: a certificate that splits its hours says so. What
such a credit serves along the way (opioid education is risk management too) is used.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

from cmeledger.rules.cover import Column, Key, fewest
from cmeledger.rules.cycles import Cycle
from cmeledger.rules.rulebook import topics_of
from cmeledger.rules.sharing import by_topics, takes_category
from cmeledger.rules.standing import Report, Standing

ONE_DAY = timedelta(days=1)


class Step(NamedTuple):
    """Something to do: credits on a topic, or a training that is completed."""

    credits: Decimal | None
    """None: a training, whatever its credits."""
    topic: str | None
    """None: any topic."""
    category: int | None
    """None: either will do."""
    start: date
    """The first day on which it serves all of `serves`."""
    by: date
    """The last."""
    serves: tuple[Key, ...]
    """What was short and is served: the report's place, and the requirement's id."""


class Gaps(NamedTuple):
    """What closes everything short."""

    steps: tuple[Step, ...]
    credits: Decimal
    """Of all steps together."""
    apart: Decimal
    """What it would be if no credit served two requirements."""
    unclosed: tuple[tuple[Key, str], ...]
    """What nothing done from now on can close, and why."""


class _Kind(NamedTuple):
    """One kind of credit that could be earned."""

    topic: str | None
    category: int
    day: date


def gaps(reports: Sequence[Report], day: date) -> Gaps:
    """Choose the fewest credits that leave nothing short in any report, in steps of a quarter.

    A requirement that is asked as a completion becomes a training. Nothing planned is taken for
    done.
    """
    short: dict[Key, Standing] = {
        (number, standing.requirement.id): standing
        for number, report in enumerate(reports)
        for standing in report.standings
        if standing.status == "short"
    }
    windows: dict[Key, Cycle] = {}
    unclosed: list[tuple[Key, str]] = []
    for key, standing in short.items():
        window, why = _window(standing, reports[key[0]].cycle, day)
        if why is None:
            windows[key] = window
        else:
            unclosed.append((key, why))
    trainings = [
        Step(None, short[key].requirement.topics[0].topic, None, window.start, window.end, (key,))
        for key, window in windows.items()
        if short[key].requirement.unit == "completion"
    ]
    closing = {key: short[key] for key in windows if short[key].requirement.unit != "completion"}
    steps = [*_fewest(reports, closing, windows), *_joined(trainings)]
    steps.sort(key=lambda step: step.by)
    return Gaps(
        tuple(steps),
        sum((step.credits for step in steps if step.credits is not None), Decimal(0)),
        Decimal(sum(_quarters(standing) for standing in closing.values())) / 4,
        tuple(unclosed),
    )


def _window(standing: Standing, cycle: Cycle, day: date) -> tuple[Cycle, str | None]:
    """Find the days on which a requirement can still be served, or say why there is none."""
    asked = standing.requirement.window
    start, end = asked or cycle
    window = Cycle(max(start, day), min(end, cycle.end))
    if asked is None and window.start < window.end:
        # The day before the renewal is the last on which it can be filed.
        window = Cycle(window.start, window.end - ONE_DAY)
    if window.start <= window.end:
        return window, None
    if end < day:
        return window, f"its last day was {end.isoformat()}"
    return window, f"its days begin on {start.isoformat()}, after this cycle"


def _fewest(
    reports: Sequence[Report],
    closing: Mapping[Key, Standing],
    windows: Mapping[Key, Cycle],
) -> Iterator[Step]:
    topics = dict.fromkeys(
        topic for key in closing for topic in _topics(reports[key[0]], closing[key])
    )
    days = sorted({windows[key].end for key in closing}, reverse=True)
    kinds = [
        _Kind(topic, category, day)
        for day in days
        for category in (1, 2)
        for topic in (None, *topics)
    ]
    # The plainest first: what serves the fewest requirements, short or not.
    kinds.sort(key=lambda kind: len(_served(kind, reports)))
    rooms = {key: _rooms(reports[key[0]], standing) for key, standing in closing.items()}
    columns: list[Column] = []
    whose: list[_Kind] = []
    capped: dict[str, tuple[Column, _Kind]] = {}
    for kind in kinds:
        serves = frozenset(
            key
            for key in _served(kind, reports)
            if key in closing and windows[key].start <= kind.day <= windows[key].end
        )
        limited = [key for key in serves if kind.topic in rooms[key]]
        if kind.topic and limited:
            # The room is one for all days and categories: those that serve most may have it.
            room = min(rooms[key][kind.topic] for key in limited)
            best = capped.setdefault(kind.topic, (Column(serves, int(room * 4)), kind))
            if len(serves) > len(best[0].serves):
                capped[kind.topic] = Column(serves, int(room * 4)), kind
        columns.append(Column(serves.difference(limited)))
        whose.append(kind)
    for column, kind in capped.values():
        columns.append(column)
        whose.append(kind)
    chosen = fewest({key: _quarters(standing) for key, standing in closing.items()}, columns)
    assert chosen is not None  # each requirement takes some topic in some category
    for number, units in chosen.items():
        kind, serves_now = whose[number], columns[number].serves
        other = kind._replace(category=3 - kind.category)
        either = serves_now <= _served(other, reports)
        yield Step(
            Decimal(units) / 4,
            kind.topic,
            None if either else kind.category,
            max(windows[key].start for key in serves_now),
            kind.day,
            tuple(key for key in closing if key in serves_now),
        )


def _joined(trainings: Sequence[Step]) -> Iterator[Step]:
    """Take trainings on one topic for several licenses together."""
    for topic in dict.fromkeys(step.topic for step in trainings):
        same = [step for step in trainings if step.topic == topic]
        yield same[0]._replace(
            start=max(step.start for step in same),
            by=min(step.by for step in same),
            serves=tuple(key for step in same for key in step.serves),
        )


def _topics(report: Report, standing: Standing) -> list[str]:
    """List the topics a requirement takes, the one it is named for first."""
    requirement = standing.requirement
    names = topics_of(requirement, report.cycle.end)
    return sorted(names, key=lambda name: name != requirement.headline_topic)


def _rooms(report: Report, standing: Standing) -> dict[str, Decimal]:
    """Say how much a requirement still takes of the topics that it takes up to a limit."""
    topics = topics_of(standing.requirement, report.cycle.end)
    rooms = {name: rule.limit for name, rule in topics.items() if rule.limit is not None}
    for share in standing.shares:
        if rooms and share.amount:
            record = share.record
            by_topics(standing.requirement, topics, record.topics, record.counted, rooms)
    return rooms


def _served(kind: _Kind, reports: Sequence[Report]) -> frozenset[Key]:
    """Name all requirements that a credit of a kind would serve, by topic and category."""
    return frozenset(
        (number, standing.requirement.id)
        for number, report in enumerate(reports)
        for standing in report.standings
        if standing.requirement.unit != "completion"
        and takes_category(standing.requirement, kind.category)
        and (
            not standing.requirement.topics
            or kind.topic in topics_of(standing.requirement, report.cycle.end)
        )
    )


def _quarters(standing: Standing) -> int:
    return int((standing.missing * 4).to_integral_value(ROUND_CEILING))
