"""Warnings that need the law, the day, or a look from one record to another.

The reader has said what cannot be used; these can be used, and an audit or the physician may
trip over them. Nothing here opens a file.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from cmeledger.ledger.context import nearest
from cmeledger.ledger.schema import KINDS
from cmeledger.model import ZERO, Activity, Ledger, License, Path, plain
from cmeledger.problems import Problem
from cmeledger.rules.counting import Tally, claims, floor_quarter, fold_title
from cmeledger.rules.cycles import first_renewal, in_year
from cmeledger.rules.enrollment import count_days, credits_for
from cmeledger.rules.retention import Keeping
from cmeledger.rules.rulebook import KindRule, Rulebook

MANY_CREDITS: Final = 12
CLAIM_SOON_DAYS: Final = 30


def warnings(
    ledger: Ledger,
    rulebook: Rulebook,
    tallies: Sequence[Tally],
    keeping: Mapping[str, Keeping],
    day: date,
) -> list[Problem]:
    """Find every warning that the ledger's text and the day show."""
    mandates = frozenset(rulebook.ids).intersection(rulebook.topics)
    mandates |= {item.id for item in ledger.requirements}
    found = []
    for item in ledger.licenses:
        found += _license(item, ledger.physician.birthday, rulebook)
    for activity in ledger.activities:
        found += _record(activity, rulebook.kinds[activity.kind], mandates, day)
    found += _many_credits(ledger)
    found += _duplicates(ledger)
    found += _no_evidence(ledger, rulebook, tallies, keeping, day)
    found += _waivers(ledger, rulebook, tallies)
    found += _own_topics(ledger, rulebook)
    return found


def _warning(
    activity: Activity, code: str, message: str, advice: str, key: str | Path, at: str = "value"
) -> Problem:
    path = (*activity.path, *((key,) if isinstance(key, str) else key))
    return Problem(
        code, message, advice, path, at, "warning", activity.id, archived=activity.archived
    )


def _license(item: License, birthday: tuple[int, int] | None, rulebook: Rulebook) -> list[Problem]:
    renewal, issued = item.renewal_date, item.issued
    if birthday is None:
        return []
    first = first_renewal(issued, birthday, rulebook) if issued else None
    if renewal is None:
        if first is None or not first.exactly:
            return []
        message = (
            f"the first birthday falls exactly {rulebook.skip_months} months after issue: the "
            f"first renewal may be {first.day.isoformat()} or two years later"
        )
        advice = "add renewal-date = the date printed on your license"
        path = (*item.path, "issued")
        return [Problem("three-months-exactly", message, advice, path, severity="warning")]
    path = (*item.path, "renewal-date")
    advice = (
        "check birthday, issued and renewal-date against your license; the Board assigns the date"
    )
    born = in_year(date(2000, *birthday), renewal.year)
    if in_year(renewal, renewal.year) != born:
        message = f"renewals fall on the birthday, {born:%m-%d}; this is {renewal:%m-%d}"
        return [Problem("renewal-mismatch", message, advice, path, severity="warning")]
    if first is not None:
        years = renewal.year - first.day.year
        if years < 0 or years % rulebook.cycle_years:
            message = (
                f"a license issued on {issued} renews on {first.day.isoformat()} and every "
                "two years from then"
            )
            return [Problem("renewal-mismatch", message, advice, path, severity="warning")]
    return []


def _record(
    activity: Activity, rule: KindRule, mandates: frozenset[str], day: date
) -> Iterator[Problem]:
    """Find what one record shows by itself."""
    if activity.credits is not None or activity.hours is not None:
        yield from _amounts(activity, rule)
    if activity.topics:
        yield from _topics(activity, rule, mandates)
    if activity.category == 1 and not (activity.provider and activity.provider.strip()):
        message = "a Category 1 record names no provider"
        advice = "add provider = who gave it, as on the certificate: an audit asks for it"
        yield _warning(activity, "missing-provider", message, advice, (), "table")
    if (
        activity.kind == "teaching"
        and activity.category == 2
        and not (activity.provider and activity.location)
    ):
        message = "Category 2 teaching names no institution or place"
        advice = "add provider = the institution, and location = its address"
        yield _warning(activity, "missing-details", message, advice, (), "table")
    done = activity.completed
    if done is not None and done > day and activity.status != "planned" and not rule.enrollment:
        message = f"{activity.status}, but completed on {done.isoformat()}, a day still to come"
        advice = 'check the date, or write status = "planned"'
        yield _warning(activity, "future-date", message, advice, _date_key(activity))
    if activity.status == "attended" and activity.claim_by is not None:
        left = (activity.claim_by - day).days
        if left <= CLAIM_SOON_DAYS:
            message = f"{left} days are left to claim this credit"
            if left < 0:
                message = "the last day to claim this credit is past"
            elif left < 2:
                message = (
                    "claim this credit today" if not left else "1 day is left to claim this credit"
                )
            advice = "claim it, then take out status and claim-by"
            yield _warning(activity, "claim-by-soon", message, advice, "claim-by")


def _amounts(activity: Activity, rule: KindRule) -> Iterator[Problem]:
    given = activity.credits
    factor = rule.per_hour.get(activity.category or 0)
    if given is not None and floor_quarter(given) != given:
        yield _not_quarters(activity, given, "credits")
    if activity.hours is not None and factor is not None:
        product = activity.hours * factor
        if floor_quarter(product) != product:
            yield _not_quarters(activity, product, "hours")
    if given is None:
        return
    if rule.whole_hours and given != given.to_integral_value():
        message = f"consultations come in whole hours: {int(given)} of {given} count"
        yield _warning(activity, "whole-hours", message, "write whole hours", "credits")
    claimed, most = claims(activity, rule)
    if most is not None and claimed > most:
        message = f"{claimed.normalize():f} credits, where the record gives {most.normalize():f}"
        advice = f"{most.normalize():f} are counted; check kind, hours and credits"
        yield _warning(activity, "more-than-kind", message, advice, "credits")


def _not_quarters(activity: Activity, amount: Decimal, key: str | Path) -> Problem:
    message = f"{plain(amount)} is not in steps of 0.25"
    advice = f"it is rounded down to {floor_quarter(amount).normalize():f}; check the certificate"
    return _warning(activity, "quarter-hours", message, advice, key)


def _topics(activity: Activity, rule: KindRule, mandates: frozenset[str]) -> Iterator[Problem]:
    listed = all(amount is None for amount in activity.topics.values())
    if rule.topics is not None:
        for number, topic in enumerate(activity.topics):
            if topic not in rule.topics:
                message = f"a record of kind {activity.kind} does not serve '{topic}'"
                advice = "it serves the total and Category 1"
                if rule.topics:
                    advice += ", and risk management where its topics say so"
                place: Path = ("topics", number) if listed else ("topics", topic)
                yield _warning(activity, "bad-value", message, advice, place)
        return
    if listed:
        both = [topic for topic in activity.topics if topic in mandates]
        if len(both) > 1:
            message = f"every credit counts for {' and for '.join(both)}"
            advice = "if the certificate splits the hours: topics = { " + ", ".join(
                f"{topic} = …" for topic in both
            )
            yield _warning(activity, "two-mandates", message, advice + " }", "topics")
        return
    claimed = claims(activity, rule)[0]
    for topic, amount in activity.topics.items():
        if amount is None:
            continue
        if amount > claimed:
            message = f"{plain(amount)} credits of {topic} in a record of {claimed.normalize():f}"
            advice = "a topic never gets more than the record's credits"
            yield _warning(activity, "bad-value", message, advice, ("topics", topic))
        elif floor_quarter(amount) != amount:
            yield _not_quarters(activity, amount, ("topics", topic))


def _many_credits(ledger: Ledger) -> Iterator[Problem]:
    """Look for days with more than 12 hours: credits as given, or the hours where only they are."""
    by_day: defaultdict[date, list[Activity]] = defaultdict(list)
    totals: defaultdict[date, Decimal] = defaultdict(Decimal)
    for activity in ledger.activities:
        if activity.date is None or activity.status != "claimed":
            continue
        if KINDS[activity.kind].in_hours:
            by_day[activity.date].append(activity)
            given = activity.hours if activity.credits is None else activity.credits
            totals[activity.date] += given or ZERO
    for day, total in totals.items():
        if total > MANY_CREDITS:
            *others, last = by_day[day]
            message = f"{total.normalize():f} credits on {day.isoformat()}{_with(others)}"
            advice = "check dates and credits; an activity of several days has start and end"
            yield _warning(last, "many-credits-a-day", message, advice, "date")


def _duplicates(ledger: Ledger) -> Iterator[Problem]:
    groups: defaultdict[tuple[date, str], list[Activity]] = defaultdict(list)
    for activity in ledger.activities:
        if activity.completed is not None:
            groups[activity.completed, fold_title(activity.title)].append(activity)
    for group in groups.values():
        if len(group) > 1:
            *others, last = group
            message = f"same day and title as {', '.join(repr(other.id) for other in others)}"
            advice = "both count; take one out if it is the same activity"
            yield _warning(last, "possible-duplicate", message, advice, _date_key(last))


def _no_evidence(
    ledger: Ledger,
    rulebook: Rulebook,
    tallies: Sequence[Tally],
    keeping: Mapping[str, Keeping],
    day: date,
) -> Iterator[Problem]:
    counted = {r.activity.id for tally in tallies for r in tally.records if r.counted}
    for tally in tallies:
        start = tally.series.first.start if tally.series.first else date.min
        counted |= {
            item.activity.id
            for item in tally.enrolled
            if credits_for(count_days(item.own, start, day), rulebook)
        }
    for activity in ledger.activities:
        if activity.evidence or activity.status != "claimed" or activity.no_evidence is not None:
            continue
        keep = keeping[activity.id]
        if (
            (keep.for_good or activity.id in counted)
            and (activity.category == 1 or keep.for_good or rulebook.kinds[activity.kind].approval)
            and not keep.expired(day)
        ):
            message = "no evidence is named for a record that counts"
            advice = 'add evidence = ["evidence/…"], or no-evidence = why there is none'
            yield _warning(activity, "no-evidence-named", message, advice, (), "table")


def _waivers(ledger: Ledger, rulebook: Rulebook, tallies: Sequence[Tally]) -> Iterator[Problem]:
    for waiver in ledger.waivers:
        day = waiver.renewal_date
        if not any(
            tally.license.jurisdiction == waiver.jurisdiction and tally.series.is_renewal(day)
            for tally in tallies
        ):
            message = f"no license renews on {day.isoformat()}: this waiver does nothing"
            advice = "write the renewal date of the cycle it covers"
            path = (*waiver.path, "renewal-date")
            yield Problem("bad-value", message, advice, path, severity="warning")
        statutory = {item.id for item in rulebook.requirements if item.statutory}
        statutory &= {item.id for item in rulebook.in_force(day) if item.statutory} | (
            statutory - {item.id for item in rulebook.in_force(day)}
        )
        for number, requirement in enumerate(waiver.requirements or ()):
            if requirement in statutory:
                message = f"'{requirement}' is statutory: the Board may be unable to waive it"
                advice = "keep the Board's letter as evidence"
                path = (*waiver.path, "requirements", number)
                yield Problem("statutory-waiver", message, advice, path, severity="warning")


def _own_topics(ledger: Ledger, rulebook: Rulebook) -> Iterator[Problem]:
    borne = {topic for activity in ledger.activities for topic in activity.topics}
    known = borne.union(rulebook.topics)
    for requirement in ledger.requirements:
        for number, topic in enumerate(requirement.topics):
            if topic not in known:
                message = f"neither the rules nor any record know the topic '{topic}'"
                advice = nearest(topic, sorted(known), "known topics")
                path = (*requirement.path, "topics", number)
                yield Problem("bad-value", message, advice, path, severity="warning")


def _date_key(activity: Activity) -> str:
    return "date" if activity.date is not None else "end"


def _with(others: Sequence[Activity]) -> str:
    return f", with {', '.join(repr(other.id) for other in others)}" if others else ""
