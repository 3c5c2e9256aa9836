"""The fewest credits that close everything short, with a day to do them by.

One credit is taken to bear one topic at most: a certificate that splits its hours says so. What
such a credit serves along the way (opioid education is risk management too) is used.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from itertools import combinations
from typing import NamedTuple

from cmeledger.model import ZERO
from cmeledger.rules.cover import Column, Key, Room, fewest
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
    fewest: bool
    """Fewer will not do; False: the search was stopped before that was known."""
    open_readings: tuple[tuple[Key, Decimal], ...]
    """What the steps leave met by one reading of an open question only, and how many credits more
    would satisfy either: outside what the other reading sets apart."""


class _Kind(NamedTuple):
    """One kind of credit that could be earned."""

    topic: str | None
    category: int
    serves: frozenset[Key]
    """All that it would serve, short or not."""


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
        window, why = _window(standing, reports[key[0]], day)
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
    credits, is_fewest = _fewest(reports, closing, windows)
    steps = [*credits, *_joined(trainings)]
    steps.sort(key=lambda step: step.by)
    return Gaps(
        tuple(steps),
        sum((step.credits for step in steps if step.credits is not None), Decimal(0)),
        Decimal(sum(_quarters(standing) for standing in closing.values())) / 4,
        tuple(unclosed),
        is_fewest,
        tuple(_open_readings(reports, credits)),
    )


def _window(standing: Standing, report: Report, day: date) -> tuple[Cycle, str | None]:
    """Find the days on which a requirement can still be served, or say why there is none."""
    asked = standing.requirement.window
    cycle, first = report.cycle, report.tally.series.first
    start, end = asked or cycle
    # What is done before the license counts for nothing but what is asked once.
    licensed = start if first is None else max(start, first.start)
    window = Cycle(max(licensed, day), min(end, cycle.end))
    if asked is None and window.start < window.end:
        # The day before the renewal is the last on which it can be filed.
        window = Cycle(window.start, window.end - ONE_DAY)
    if window.start <= window.end:
        return window, None
    if end < day:
        return window, f"its last day was {end.isoformat()}"
    if end < licensed:
        return window, f"its days end on {end.isoformat()}, before this license"
    return window, f"its days begin on {start.isoformat()}, after this cycle"


def _fewest(
    reports: Sequence[Report],
    closing: Mapping[Key, Standing],
    windows: Mapping[Key, Cycle],
) -> tuple[list[Step], bool]:
    topics = dict.fromkeys(
        topic for key in closing for topic in _topics(reports[key[0]], closing[key])
    )
    days = sorted({windows[key].end for key in closing}, reverse=True)
    rooms: dict[Room, int] = {
        (key, topic): int(room * 4)
        for key, standing in closing.items()
        for topic, room in _rooms(reports[key[0]], standing).items()
    }
    kinds = [
        _Kind(topic, category, _served(topic, category, reports))
        for category in (1, 2)
        for topic in (None, *topics)
    ]
    # The plainest first: what serves the fewest requirements, short or not.
    kinds.sort(key=lambda kind: len(kind.serves))
    found = [
        (column, kind, day)
        for kind in kinds
        for day in days
        for column in _columns(kind, [k for k in windows if windows[k].holds(day)], rooms)
    ]
    found.sort(key=lambda item: len(item[0].draws))
    missing = {key: _quarters(standing) for key, standing in closing.items()}
    cover = fewest(missing, [column for column, _, _ in found], rooms)
    assert cover is not None  # each requirement takes some topic in some category
    steps = []
    for number, units in sorted(cover.units.items()):
        (serves, _), kind, day = found[number]
        either = serves <= _served(kind.topic, 3 - kind.category, reports)
        steps.append(
            Step(
                Decimal(units) / 4,
                kind.topic,
                None if either else kind.category,
                max(windows[key].start for key in serves),
                day,
                tuple(key for key in closing if key in serves),
            )
        )
    return steps, cover.fewest


def _columns(kind: _Kind, open_: Sequence[Key], rooms: Mapping[Room, int]) -> Iterator[Column]:
    """Say what a credit of a kind serves of what is open on its day.

    Where a requirement takes its topic up to a limit, it serves that within the limit, or else
    only the others.
    """
    serves = kind.serves.intersection(open_)
    limited = [key for key in open_ if key in serves and (key, kind.topic) in rooms]
    for count in range(len(limited) + 1):
        for within in combinations(limited, count):
            draws = frozenset((key, kind.topic or "") for key in within)
            yield Column(serves.difference(limited).union(within), draws)


def _open_readings(
    reports: Sequence[Report], steps: Sequence[Step]
) -> Iterator[tuple[Key, Decimal]]:
    for number, report in enumerate(reports):
        counted = {standing.requirement.id: standing.counted for standing in report.standings}
        for standing in report.standings:
            reading = standing.requirement.either_reading
            if reading is None or standing.status not in ("met", "short"):
                continue
            key, within = (number, standing.requirement.id), (number, reading.apart_from)
            apart = counted[key[1]] - counted[within[1]]
            for step in steps:
                serves = _served(step.topic, step.category or 1, reports)
                if report.cycle.holds(step.by) and key in serves and within not in serves:
                    apart += step.credits or ZERO
            if standing.asked in reading.totals and apart < standing.asked:
                yield key, standing.asked - apart


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


def _served(topic: str | None, category: int, reports: Sequence[Report]) -> frozenset[Key]:
    """Name all requirements that a credit would serve, by topic and category."""
    return frozenset(
        (number, standing.requirement.id)
        for number, report in enumerate(reports)
        for standing in report.standings
        if standing.requirement.unit != "completion"
        and takes_category(standing.requirement, category)
        and (
            not standing.requirement.topics
            or topic in topics_of(standing.requirement, report.cycle.end)
        )
    )


def _quarters(standing: Standing) -> int:
    return int((standing.missing * 4).to_integral_value(ROUND_CEILING))
