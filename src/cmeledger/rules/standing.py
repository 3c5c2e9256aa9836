"""Where a license stands in one cycle: each requirement, what counts for it, and what is missing.

A pure function of (ledger, rules, tally, cycle): nothing here knows an amount or a state.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from cmeledger.model import ZERO, Ledger, OwnRequirement, Waiver
from cmeledger.rules.counting import Counted, Reason, Tally, count_enrollment
from cmeledger.rules.cycles import Cycle, in_year
from cmeledger.rules.enrollment import (
    count_days,
    credits_for,
    exempts,
    may_exempt,
)
from cmeledger.rules.rulebook import (
    KindLimit,
    Requirement,
    Rulebook,
    TopicRule,
    limits_of,
    topics_of,
)
from cmeledger.rules.sharing import ONE, bearing, by_topics, claim, takes_category


class Share(NamedTuple):
    """What one record gives one requirement."""

    record: Counted
    amount: Decimal
    reasons: tuple[Reason, ...]
    """Why it is not more: the record's own reasons, and those of this requirement."""


class Standing(NamedTuple):
    """Where one requirement stands."""

    requirement: Requirement
    asked: Decimal
    counted: Decimal
    missing: Decimal
    planned: Decimal
    attended: Decimal
    status: str
    """"met", "short", "exempt", "waived" or "not-applicable"."""
    notes: tuple[str, ...]
    open_reading: str | None
    """What would satisfy either reading of an open question; None: it makes no difference."""
    shares: tuple[Share, ...]
    """Of every record that bears on it, the refused ones with amount 0."""


class Report(NamedTuple):
    """Where one license stands in one cycle."""

    tally: Tally
    cycle: Cycle
    day: date
    """The day it is judged on: never later than the renewal date."""
    status: str
    """"met", "short" or "not-applicable"."""
    standings: tuple[Standing, ...]
    practice: Mapping[str, Any]
    """The facts it was judged by."""


def judge(ledger: Ledger, rulebook: Rulebook, tally: Tally, cycle: Cycle) -> Report:
    """Judge one cycle of one license by the rules in force on its renewal date."""
    day = min(tally.day, cycle.end)
    judge_one = _Judge(ledger, rulebook, tally, cycle, day)
    editions = rulebook.in_force(cycle.end)
    kind_limits = tuple(rule for edition in editions for rule in edition.kind_limits)
    own = [as_requirement(item, kind_limits) for item in ledger.requirements]
    found = [judge_one.standing(requirement) for requirement in (*editions, *own)]
    standings = tuple(_with_open_reading(standing, judge_one.done) for standing in found)
    asked = [s for s in standings if s.requirement.decides and s.status != "not-applicable"]
    if not asked:
        status = "not-applicable"
    else:
        status = "short" if any(s.status == "short" for s in asked) else "met"
    return Report(tally, cycle, day, status, standings, ledger.practice)


def takes_training(requirement: Requirement) -> bool:
    """Tell whether residency and fellowship count for a requirement: they bear no topic."""
    return not (requirement.topics or requirement.once or requirement.part_of) and takes_category(
        requirement, 1
    )


def as_requirement(item: OwnRequirement, kind_limits: tuple[KindLimit, ...] = ()) -> Requirement:
    """Say a requirement of the physician's own in the terms of the rules.

    Topics on kinds that hardly serve any (board certification) give it no more than they give
    the rules: `kind_limits` are those of the rules in force.
    """
    window = (item.start, item.end) if item.start and item.end else None
    return Requirement(
        id=item.id,
        name=item.name,
        asks=f"{item.credits.normalize():f} credits",
        unit="credits",
        start=None,
        end=None,
        credits=item.credits,
        by_type={},
        not_for=frozenset(),
        every_type=True,
        practice=None,
        proof=None,
        once=False,
        statutory=False,
        topics=tuple(TopicRule(topic, None, None, ()) for topic in item.topics),
        headline_topic=None,
        category=item.category,
        categorized=not item.topics,
        part_of=None,
        goes_with=None,
        kind_limits=kind_limits if item.topics else (),
        either_reading=None,
        sources=(item.source,) if item.source else (),
        cite=None,
        reading=None,
        decides=False,
        own=True,
        window=window,
    )


class _Judge:
    """Judges the requirements of one cycle; `part-of` ones look at those before them."""

    def __init__(
        self, ledger: Ledger, rulebook: Rulebook, tally: Tally, cycle: Cycle, day: date
    ) -> None:
        self.ledger = ledger
        self.rulebook = rulebook
        self.tally = tally
        self.cycle = cycle
        self.day = day
        self.in_cycle = [
            count_enrollment(tally, item, cycle, rulebook)
            for item in tally.enrolled
            if count_days([item.whole], cycle.start, day)
        ]
        self.in_cycle += [
            record for record in tally.records if cycle.start <= record.day <= cycle.end
        ]
        self.in_cycle.sort(key=lambda record: (record.day, record.activity.id))
        self.done: dict[str, Standing] = {}
        self.exempt = {
            requirement
            for item in tally.enrolled
            if exempts(item, cycle, day, rulebook)
            for requirement in rulebook.enrollment.exempts
        }
        self.waived: set[str] = set()
        self.pending: dict[str, str] = {}
        for waiver in ledger.waivers:
            if (
                waiver.jurisdiction == tally.license.jurisdiction
                and in_year(waiver.renewal_date, waiver.renewal_date.year) == cycle.end
            ):
                covered = waiver.requirements
                covered = rulebook.waiver_default if covered is None else covered
                if waiver.granted is not None and waiver.granted <= day:
                    self.waived.update(covered)
                else:
                    self.pending |= dict.fromkeys(covered, _not_waived(waiver, tally.day))

    def standing(self, requirement: Requirement) -> Standing:
        """Judge one requirement."""
        license_type = self.tally.license.type
        asked = requirement.asked(license_type)
        shares = tuple(self._shares(requirement))
        if requirement.unit == "completion":
            counted = ONE if any(share.amount for share in shares) else ZERO
        else:
            counted = sum((share.amount for share in shares), ZERO)
        proved = bool(requirement.proof and self.ledger.practice[requirement.proof])
        if not self._applies(requirement):
            status, asked = "not-applicable", requirement.credits if requirement.decides else asked
        elif self._is_in(self.exempt, requirement):
            status = "exempt"
        elif self._is_in(self.waived, requirement):
            status = "waived"
        else:
            status = "met" if counted >= asked or proved else "short"
        if proved and status != "not-applicable":
            counted, shares = ZERO, ()
        found = Standing(
            requirement,
            asked,
            counted,
            asked - counted if status == "short" else ZERO,
            self._not_yet(requirement, "planned"),
            self._not_yet(requirement, "attended"),
            status,
            tuple(self._notes(requirement, status, proved=proved)),
            None,
            shares,
        )
        self.done[requirement.id] = found
        return found

    def _applies(self, requirement: Requirement) -> bool:
        license_type = self.tally.license.type
        owes = requirement.every_type or (
            license_type in self.rulebook.owing_types and license_type not in requirement.not_for
        )
        return owes and (
            requirement.practice is None or self.ledger.practice[requirement.practice] is True
        )

    @staticmethod
    def _is_in(ids: set[str], requirement: Requirement) -> bool:
        return requirement.id in ids or requirement.goes_with in ids

    def _notes(self, requirement: Requirement, status: str, *, proved: bool) -> Iterator[str]:
        training = self.rulebook.enrollment
        if status == "exempt":
            runs = [days for item in self.tally.enrolled for days in item.own]
            days = count_days(runs, self.cycle.start, self.day)
            if credits_for(days, self.rulebook) < training.credits_per_year:
                yield training.short_note
        elif (
            status in ("met", "short")
            and (requirement.id in training.exempts or requirement.goes_with in training.exempts)
            and any(
                may_exempt(item, self.cycle, self.day, self.rulebook)
                for item in self.tally.enrolled
            )
        ):
            yield "the enrollment still open will exempt the cycle if it goes on"
        if proved and status == "met":
            yield f"met by another proof: {self.ledger.practice[requirement.proof or '']}"
        pending = self.pending.get(requirement.id) or self.pending.get(requirement.goes_with or "")
        if status == "short" and pending:
            yield pending

    def _shares(self, requirement: Requirement) -> Iterator[Share]:
        """Go through the records that bear on a requirement, with what each gives it."""
        if requirement.part_of is not None:
            for share in self.done[requirement.part_of].shares:
                record = share.record
                if takes_category(requirement, record.activity.category):
                    yield share
                elif share.amount:
                    wrong = _wrong_category(requirement, record, share.amount)
                    yield Share(record, ZERO, (wrong,))
            return
        topics = topics_of(requirement, self.cycle.end)
        topic_room = {name: rule.limit for name, rule in topics.items() if rule.limit is not None}
        kind_limits = limits_of(requirement, self.cycle.end)
        kind_room: dict[tuple[str, Cycle | None], Decimal] = {}
        for record in self._candidates(requirement):
            if requirement.topics and topics.keys().isdisjoint(record.topics):
                continue
            if not takes_category(requirement, record.activity.category):
                if requirement.topics or requirement.category is None:
                    full = by_topics(requirement, topics, record.topics, record.claimed)
                    yield Share(record, ZERO, (_wrong_category(requirement, record, full),))
                continue
            if record.day > self.day:
                yield Share(record, ZERO, self._too_late(record))
                continue
            if requirement.unit == "completion":
                yield Share(record, ONE if record.completes else ZERO, record.reasons)
                continue
            usable = record.usable if requirement.once else record.counted
            if not usable:
                yield Share(record, ZERO, record.reasons)
                continue
            full = by_topics(requirement, topics, record.topics, usable)
            amount = full
            sources: tuple[str, ...] = ()
            if topic_room:
                amount = by_topics(requirement, topics, record.topics, usable, topic_room)
                sources = tuple(source for name in topic_room for source in topics[name].sources)
            kind = record.activity.kind
            if kind in kind_limits:
                room = kind_room.setdefault((kind, record.cycle), kind_limits[kind].credits)
                amount = min(amount, room)
                kind_room[kind, record.cycle] = room - amount
                sources = kind_limits[kind].sources
            reasons = record.reasons
            if amount < full:
                text = f"{_label(requirement)} takes no more of it in a cycle"
                reasons += (Reason("share-limit", text, full - amount, ", ".join(sources)),)
            yield Share(record, amount, reasons)

    def _candidates(self, requirement: Requirement) -> Iterable[Counted]:
        """Choose the records whose day a requirement looks at."""
        if requirement.once:
            return bearing(self.tally, requirement)
        if requirement.window is None:
            return self.in_cycle
        start, end = requirement.window
        in_window = Cycle(start, end)
        training = [
            count_enrollment(self.tally, item, self._licensed(in_window), self.rulebook)
            for item in self.tally.enrolled
        ]
        return [
            *(record for record in training if record.counted),
            *(record for record in self.tally.records if in_window.holds(record.day)),
        ]

    def _licensed(self, window: Cycle) -> Cycle:
        """Cut a window to the days from the license's first cycle to the day asked about."""
        first = self.tally.series.first
        start = window.start if first is None else max(window.start, first.start)
        return Cycle(start, min(window.end, self.day))

    def _too_late(self, record: Counted) -> tuple[Reason, ...]:
        if record.activity.status != "claimed" or record.day > self.tally.day:
            return record.reasons
        text = f"completed after {self.day.isoformat()}"
        return (Reason("after-as-of", text, record.claimed),)

    def _not_yet(self, requirement: Requirement, status: str) -> Decimal:
        """Add up what planned or attended records claim for a requirement, before limits."""
        return sum(
            (
                claim(requirement, record, self.cycle)
                for record in self._candidates(requirement)
                if record.activity.status == status
            ),
            self._training_not_yet(requirement, status),
        )

    def _training_not_yet(self, requirement: Requirement, status: str) -> Decimal:
        if not takes_training(requirement):
            return ZERO
        window = Cycle(*requirement.window) if requirement.window else self.cycle
        return sum(
            (
                credits_for(
                    count_days([(a.start, a.end or window.end)], window.start, window.end),
                    self.rulebook,
                )
                for a in self.ledger.activities
                if a.status == status and a.start and self.rulebook.kinds[a.kind].enrollment
            ),
            ZERO,
        )


def _label(requirement: Requirement) -> str:
    return requirement.name if requirement.own else requirement.name.lower()


def _wrong_category(requirement: Requirement, record: Counted, cut: Decimal) -> Reason:
    wanted = f"Category {requirement.category}" if requirement.category else "a category"
    has = f"Category {record.activity.category}" if record.activity.category else "none"
    text = f"{_label(requirement)} asks for {wanted}; the record has {has}"
    return Reason("wrong-category", text, cut, requirement.source or None)


def _with_open_reading(standing: Standing, done: Mapping[str, Standing]) -> Standing:
    """Note an open reading of a met total: what would satisfy either."""
    reading = standing.requirement.either_reading
    if reading is None or standing.status != "met":
        return standing
    enough = reading.totals.get(standing.asked)
    if enough is None or standing.counted - done[reading.apart_from].counted >= standing.asked:
        return standing
    apart = standing.counted - done[reading.apart_from].counted
    note = f"{enough} would satisfy either reading"
    notes = (*standing.notes, f"{note} ({reading.text} {apart.normalize():f} are beside it)")
    return standing._replace(notes=notes, open_reading=note)


def _not_waived(waiver: Waiver, day: date) -> str:
    """Say why a waiver waives nothing in its cycle, as known on a day."""
    if waiver.granted is None or waiver.granted > day:
        return "a waiver was asked for and is not granted yet"
    return (
        f"a waiver was granted on {waiver.granted}, after the cycle had ended, and is not counted: "
        "ask the Board whether it covers the cycle"
    )
