"""What each record counts for one license: the kind's own amount, then the limits of its group.

A pure function of (ledger, rules, license, day). Every credit that is cut off leaves a reason with
the rule's source. What the counted credits are good for is the business of `standing`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from cmeledger.model import ZERO, Activity, Ledger, License
from cmeledger.rules.cycles import Cycle, Series, series
from cmeledger.rules.enrollment import Enrolled, count_days, credits_for, enrolled
from cmeledger.rules.rulebook import KindRule, Rulebook

MICRO: Final = Decimal("0.000001")

NO_DAY: Final = date.max
"""The day of a service that goes on and is not approved: it lies in no cycle."""


class Reason(NamedTuple):
    """Why credits of a record were cut off."""

    code: str
    text: str
    cut: Decimal
    source: str | None = None


class Counted(NamedTuple):
    """What one record gives."""

    activity: Activity
    day: date
    """The day it counts on: completion, or approval of a service that goes on."""
    cycle: Cycle | None
    """None: before the license, or after it ended."""
    claimed: Decimal
    counted: Decimal
    usable: Decimal
    """What requirements may take of it: the counted credits, or, before the first cycle, what the
    kind gives (only what is asked once takes it)."""
    completes: bool
    """It is claimed and done: whatever its credits, it is a completion."""
    topics: Mapping[str, Decimal | None]
    """Its topics with those its kind implies, without those that do nothing on it."""
    reasons: tuple[Reason, ...]


class Tally(NamedTuple):
    """Every record of a ledger, counted for one license as of one day."""

    license: License
    series: Series
    day: date
    records: tuple[Counted, ...]
    """By day, then id; without enrollments."""
    enrolled: tuple[Enrolled, ...]
    by_topic: Mapping[str, Sequence[Counted]]
    """The records that bear each topic, in the same order."""


def tally(ledger: Ledger, rulebook: Rulebook, license: License, day: date) -> Tally:
    """Count every record for one license, as known on `day`.

    A record counts by the rules and limits of the cycle it lies in, whichever cycle is asked
    about; later records never change what an earlier one counts.
    """
    found = series(license, ledger.physician.birthday, rulebook)
    counter = _Counter(ledger, rulebook, found, day)
    kinds = rulebook.kinds
    records = [a for a in ledger.activities if not kinds[a.kind].enrollment]
    order = sorted((_counting_day(a, kinds[a.kind]), a.id, a) for a in records)
    counted = tuple(counter.count(activity, on) for on, _, activity in order)
    by_topic: defaultdict[str, list[Counted]] = defaultdict(list)
    for record in counted:
        for topic in record.topics:
            by_topic[topic].append(record)
    training = tuple(enrolled(ledger.activities, rulebook, day))
    return Tally(license, found, day, counted, training, by_topic)


def count_enrollment(item: Tally, which: Enrolled, cycle: Cycle, rulebook: Rulebook) -> Counted:
    """Count one enrollment's days in one cycle, up to the day asked about."""
    rule = rulebook.kinds[which.activity.kind]
    last = min(item.day, cycle.end)
    counted = credits_for(count_days(which.own, cycle.start, last), rulebook)
    allowed = credits_for(count_days([which.allowed], cycle.start, last), rulebook)
    whole = credits_for(count_days([which.whole], cycle.start, last), rulebook)
    reasons = []
    if whole > allowed:
        reasons.append(
            Reason(
                "cap-of-kind", f"at most {rule.max_years} years count", whole - allowed, rule.source
            )
        )
    if allowed > counted:
        reasons.append(
            Reason(
                "cap-of-kind",
                "days that an earlier enrollment has count once",
                allowed - counted,
                rule.source,
            )
        )
    return Counted(
        which.activity,
        min(which.activity.completed or last, last),
        cycle,
        credits_for(count_days([which.whole], *which.whole), rulebook),
        counted,
        counted,
        counted > 0,
        {},
        tuple(reasons),
    )


def claims(activity: Activity, rule: KindRule) -> tuple[Decimal, Decimal | None]:
    """Work out what a record claims and what its kind gives at most (None: as claimed).

    The claim is the record's own number where it gives one, else the kind's; both rounded down
    to quarters after the kind's factor, consultations to whole hours.
    """
    most = rule.credits
    factor = rule.per_hour.get(activity.category or 0)
    if activity.hours is not None and factor is not None:
        most = floor_quarter(activity.hours.quantize(MICRO, ROUND_FLOOR) * factor)
    if activity.credits is None:
        return most or ZERO, most
    own = floor_quarter(activity.credits)
    if rule.whole_hours:
        own = own.to_integral_value(ROUND_FLOOR)
    return own, most


@lru_cache(maxsize=4096)
def floor_quarter(value: Decimal) -> Decimal:
    """Round credits down to quarters, exactly, however many digits they have."""
    return (value.quantize(MICRO, ROUND_FLOOR) * 4).to_integral_value(ROUND_FLOOR) / 4


def effective_topics(activity: Activity, rule: KindRule) -> Mapping[str, Decimal | None]:
    """Name the topics that do something on a record, with those its kind implies."""
    topics = activity.topics
    if rule.topics is not None:
        topics = {topic: topics[topic] for topic in topics if topic in rule.topics}
    if rule.implies is not None:
        topics = {**topics, rule.implies: None}
    return topics


def is_admitted_faculty(activity: Activity, rule: KindRule) -> bool:
    """Tell whether full-time faculty may count a record of teaching in this category."""
    return rule.faculty_category != activity.category or (
        bool(activity.learners) and not rule.faculty_not_learners.intersection(activity.learners)
    )


def _counting_day(activity: Activity, rule: KindRule) -> date:
    """Find the day a record counts on: completion, or approval of a service that goes on."""
    if rule.service:
        return activity.completed or activity.approved_on or NO_DAY
    return activity.day


class _Counter:
    """Counts records in order, remembering the room that counted ones have taken."""

    def __init__(self, ledger: Ledger, rulebook: Rulebook, found: Series, day: date) -> None:
        self.rulebook = rulebook
        self.series = found
        self.day = day
        self.faculty = ledger.practice["full-time-faculty"]
        self.cycle: Cycle | None = None
        self.works: dict[tuple[str, str], str] = {}
        self.used: defaultdict[tuple[object, ...], Decimal] = defaultdict(Decimal)

    def count(self, activity: Activity, on: date) -> Counted:
        """Count one record; records come by day, then id."""
        rule = self.rulebook.kinds[activity.kind]
        cycle = self.cycle
        if cycle is None or not cycle.start <= on <= cycle.end:
            cycle = self.cycle = None if on == NO_DAY else self.series.at(on)
        claimed, most = claims(activity, rule)
        topics = activity.topics
        if rule.topics is not None or rule.implies is not None:
            topics = effective_topics(activity, rule)
        counted, cuts = claimed, []
        if most is not None and claimed > most:
            text = f"a record of kind {activity.kind} gives {most.normalize():f}"
            cuts.append(Reason("cap-of-kind", text, claimed - most, rule.source))
            counted = most
        refused = self._not_yet(activity, on, counted) or self._refused(
            activity, rule, cycle, counted
        )
        if refused is not None:
            if refused.code in ("not-approved", "faculty") and cycle is None and on != NO_DAY:
                refused = Reason("outside-cycle", self._outside(on), counted)
            # A completion asks for a claimed record, whatever its credits.
            done = activity.status == "claimed" and on <= self.day
            done = done and (cycle is not None or self._is_before(on))
            done = done and refused.code != "not-approved"
            cuts.append(refused)
            return Counted(activity, on, cycle, claimed, ZERO, ZERO, done, topics, tuple(cuts))
        if cycle is None:
            cut = Reason("outside-cycle", self._outside(on), counted)
            before = self._is_before(on)
            usable = self._one_work(activity, rule, counted, []) if before else ZERO
            return Counted(activity, on, None, claimed, ZERO, usable, before, topics, (*cuts, cut))
        counted = self._one_work(activity, rule, counted, cuts)
        if rule.records_per_year is not None or rule.credits_per_year:
            counted = self._within_year(activity, rule, on, cycle, counted, cuts)
        if rule.per_cycle is not None:
            counted = self._within_cycle(activity, rule, cycle, counted, cuts)
        return Counted(
            activity,
            on,
            cycle,
            claimed,
            counted,
            usable=counted,
            completes=True,
            topics=topics,
            reasons=tuple(cuts),
        )

    def _is_before(self, on: date) -> bool:
        return self.series.first is not None and on < self.series.first.start

    def _outside(self, on: date) -> str:
        if self._is_before(on):
            return "completed before this license: only what is asked once can use it"
        return "completed after this license ended"

    def _not_yet(self, activity: Activity, on: date, given: Decimal) -> Reason | None:
        """Say why a record counts for nothing so far."""
        if activity.status == "planned":
            return Reason("planned", "planned: counts once it is done and claimed", given)
        if activity.status == "attended":
            text = "attended, but the credit is not claimed yet"
            if activity.claim_by is not None:
                text += f"; claim it by {activity.claim_by.isoformat()}"
            return Reason("not-claimed", text, given)
        if on > self.day and on != NO_DAY:
            return Reason("after-as-of", f"completed after {self.day.isoformat()}", given)
        return None

    def _refused(
        self, activity: Activity, rule: KindRule, cycle: Cycle | None, given: Decimal
    ) -> Reason | None:
        """Say why a record is not admitted."""
        approved = activity.approved_on
        if rule.approval and (approved is None or approved > self._judged_on(cycle)):
            text = "the Board's approval (approved-on) is missing"
            if approved is not None:
                text = f"approved on {approved.isoformat()}, too late for this cycle"
            return Reason("not-approved", text, given, rule.source)
        if self.faculty and rule.faculty_category and not is_admitted_faculty(activity, rule):
            text = (
                "full-time faculty: Category 2 teaching counts only where learners are named, "
                "and neither students nor residents are among them"
            )
            return Reason("faculty", text, given, rule.source)
        return None

    def _judged_on(self, cycle: Cycle | None) -> date:
        return self.day if cycle is None else min(self.day, cycle.end)

    def _one_work(
        self, activity: Activity, rule: KindRule, counted: Decimal, cuts: list[Reason]
    ) -> Decimal:
        """Count a work once, in its first record; a publication up to its limit."""
        if not rule.work:
            return counted
        if activity.work is not None:
            work = ("work", activity.work)
        elif rule.title_is_work:
            work = ("title", fold_title(activity.title))
        else:
            return counted
        first = self.works.setdefault(work, activity.id)
        if first != activity.id:
            text = f"the same work counts once, in '{first}'"
            cuts.append(Reason("cap-per-work", text, counted, rule.source))
            return ZERO
        if rule.per_work is not None and counted > rule.per_work:
            text = f"a work gives at most {rule.per_work} credits, ever"
            cuts.append(Reason("cap-per-work", text, counted - rule.per_work, rule.source))
            return rule.per_work
        return counted

    def _within_year(
        self,
        activity: Activity,
        rule: KindRule,
        on: date,
        cycle: Cycle,
        counted: Decimal,
        cuts: list[Reason],
    ) -> Decimal:
        """Hold a record to its group's limits in the calendar year and in the license year."""
        group = (activity.kind, activity.category)
        years = (("calendar", *group, on.year), ("license", *group, cycle.license_year(on)))
        if rule.records_per_year is not None:
            most, taken = Decimal(rule.records_per_year), Decimal(1)
            what = f"{rule.records_per_year} {activity.kind} a year"
        elif activity.category and activity.category in rule.credits_per_year:
            most, taken = rule.credits_per_year[activity.category], counted
            what = f"{most} credits a year of {activity.kind} in Category {activity.category}"
        else:
            return counted
        if not counted:
            return counted
        room = max(ZERO, most - max(self.used[year] for year in years))
        if taken > room:
            tighter = max(years, key=lambda year: self.used[year])
            left = ZERO if rule.records_per_year is not None else room
            text = f"at most {what}; this {tighter[0]} year is full"
            if left:
                text = f"at most {what}; {left.normalize():f} left of this {tighter[0]} year"
            cuts.append(Reason("cap-per-year", text, counted - left, rule.source))
            counted = taken = left
        for year in years:
            self.used[year] += taken
        return counted

    def _within_cycle(
        self, activity: Activity, rule: KindRule, cycle: Cycle, counted: Decimal, cuts: list[Reason]
    ) -> Decimal:
        """Hold a record to its kind's limit in the cycle."""
        assert rule.per_cycle is not None
        group = ("cycle", activity.kind, cycle.end)
        room = rule.per_cycle - self.used[group]
        if counted > room:
            text = f"{activity.kind} gives at most {rule.per_cycle} credits a cycle"
            cuts.append(Reason("cap-per-cycle", text, counted - room, rule.source))
            counted = room
        self.used[group] += counted
        return counted


def fold_title(title: str) -> str:
    """Return what two titles share that differ in case and blanks alone."""
    return "".join(title.split()).casefold()
