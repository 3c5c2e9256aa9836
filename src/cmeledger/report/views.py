"""One record, seen by one license: what `why`, `list` and the screens show of it."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from cmeledger.book import Book
from cmeledger.model import ZERO, Activity, LeftOut
from cmeledger.rules.counting import Counted, Reason, Tally, count_enrollment
from cmeledger.rules.cycles import Cycle
from cmeledger.rules.enrollment import Enrolled, count_days, credits_for
from cmeledger.rules.sharing import claim
from cmeledger.rules.standing import Report, Standing, takes_training


class RecordView(NamedTuple):
    """What one record counts for."""

    report: Report
    """The cycle it is judged in: its own, or, before the license, the one asked about."""
    cycle: Cycle | None
    claimed: Decimal
    counted: Decimal
    requirements: tuple[tuple[str, Decimal], ...]
    reasons: tuple[Reason, ...]
    topics: Mapping[str, Decimal | None]


def records(book: Book, report: Report) -> Iterator[tuple[Activity, Counted]]:
    """Go through all records by date, then id, each counted in its own cycle by one license."""
    tally = report.tally
    counted = {record.activity.id: record for record in tally.records}
    for item in tally.enrolled:
        counted[item.activity.id] = enrollment(tally, item, report.cycle, book)
    for activity in sorted(book.ledger.activities, key=lambda a: (a.day, a.id)):
        found = counted.get(activity.id)
        yield activity, found or _not_counting(tally, activity, report.cycle, book)


def find(tally: Tally, activity: Activity, asked: Cycle, book: Book) -> Counted:
    """Find what a record counts for a license, in its own cycle.

    An enrollment counts in many cycles: the one asked about if it touches that, else the one
    of its completion.
    """
    for record in tally.records:
        if record.activity is activity:
            return record
    for item in tally.enrolled:
        if item.activity is activity:
            return enrollment(tally, item, asked, book)
    return _not_counting(tally, activity, asked, book)


def enrollment(tally: Tally, item: Enrolled, asked: Cycle, book: Book) -> Counted:
    """Count an enrollment in the cycle asked about if it touches that, else at its completion."""
    cycle = _cycle_of(tally, item.whole, asked)
    if cycle is not None:
        return count_enrollment(tally, item, cycle, book.rulebook)
    found = count_enrollment(tally, item, Cycle(*item.whole), book.rulebook)
    reason = Reason("outside-cycle", "no cycle of this license holds it", found.counted)
    return found._replace(cycle=None, counted=ZERO, usable=ZERO, reasons=(reason,))


def _cycle_of(tally: Tally, days: tuple[date, date], asked: Cycle) -> Cycle | None:
    touches = days[0] <= asked.end and days[1] >= asked.start
    return asked if touches else tally.series.at(days[1])


def view(book: Book, report: Report, record: Counted) -> RecordView:
    """See one record by the rules of its own cycle.

    `report` is the cycle asked about, and is used where the record lies in it or in none.
    """
    cycle = record.cycle
    if cycle is not None and cycle != report.cycle:
        report = book.report(report.tally, cycle)
    requirements = []
    reasons = {(reason.code, reason.cut): reason for reason in record.reasons}
    for standing in report.standings:
        for share in standing.shares:
            if share.record.activity is not record.activity:
                continue
            if share.amount:
                requirements.append((standing.requirement.id, share.amount))
            if record.counted:
                for reason in share.reasons:
                    reasons.setdefault((reason.code, reason.cut), reason)
    return RecordView(
        report,
        cycle,
        record.claimed,
        record.counted,
        tuple(requirements),
        tuple(reasons.values()),
        record.topics,
    )


def left_out_of(
    book: Book, report: Report, standing: Standing, invalid: Reason
) -> Iterator[tuple[str, tuple[Reason, ...]]]:
    """Go through the records that bear on a requirement and did not count in full, with reasons.

    Of the requirement's own days: the cycle, its window, or, for once only, any. By day, then id.
    """
    requirement = standing.requirement
    window = Cycle(*requirement.window) if requirement.window else report.cycle
    found: list[tuple[date, str, tuple[Reason, ...]]] = []
    for share in standing.shares:
        record = share.record
        full = claim(requirement, record, report.cycle)
        other_category = any(r.code == "wrong-category" and r.cut for r in share.reasons)
        if share.reasons and (share.amount < full or (other_category and not share.amount)):
            found.append((record.day, record.activity.id, share.reasons))
    if takes_training(requirement):
        counted = {item.activity.id for item in report.tally.enrolled}
        for activity in book.ledger.activities:
            if not book.rulebook.kinds[activity.kind].enrollment or activity.id in counted:
                continue
            days = activity.start or activity.day, activity.end or window.end
            if count_days([days], *window):
                seen = _not_counting(report.tally, activity, report.cycle, book)
                found.append((seen.day, activity.id, seen.reasons))
    topics = {rule.topic for rule in requirement.topics}
    for item in book.ledger.left_out:
        in_time = requirement.once or (item.day is not None and window.holds(item.day))
        if item.id and in_time and (not topics or topics.intersection(_topics_of(item, book))):
            found.append((item.day or date.min, item.id, (invalid,)))
    for _, name, reasons in sorted(found, key=lambda entry: entry[:2]):
        yield name, reasons


def _topics_of(item: LeftOut, book: Book) -> set[str]:
    """Name the topics a record left out would bear, with those its kind implies."""
    rule = book.rulebook.kinds.get(item.kind or "")
    if rule is None:
        return set(item.topics)
    topics = set(item.topics) if rule.topics is None else rule.topics.intersection(item.topics)
    return {*topics, rule.implies} if rule.implies else set(topics)


def _not_counting(tally: Tally, activity: Activity, asked: Cycle, book: Book) -> Counted:
    """See an enrollment that is not claimed, or has not begun."""
    start = activity.start or activity.day
    days = start, activity.end or start
    claimed = ZERO
    if start <= tally.day:
        days = start, min(activity.end or tally.day, tally.day)
        claimed = credits_for(count_days([days], *days), book.rulebook)
    codes = {"planned": "planned", "attended": "not-claimed"}
    code = codes.get(activity.status, "after-as-of")
    reason = Reason(code, f"{activity.status}, from {start.isoformat()}", claimed)
    cycle = _cycle_of(tally, days, asked)
    return Counted(
        activity, days[1], cycle, claimed, ZERO, ZERO, completes=False, topics={}, reasons=(reason,)
    )
