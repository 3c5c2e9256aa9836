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
from cmeledger.model import (
    ZERO,
    Activity,
    Ledger,
    License,
    OwnRequirement,
    Path,
    RequirementLeftOut,
    Waiver,
    WaiverLeftOut,
)
from cmeledger.problems import Problem
from cmeledger.rules.counting import Tally, claims, floor_quarter, fold_title
from cmeledger.rules.cycles import first_renewal, in_year
from cmeledger.rules.enrollment import count_days, credits_for
from cmeledger.rules.retention import Keeping
from cmeledger.rules.rulebook import KindRule, Rulebook

MANY_CREDITS: Final = 12
CLAIM_SOON_DAYS: Final = 30
MILLIONTH: Final = Decimal("0.000001")
NOTHING: Final[frozenset[str]] = frozenset()


def warnings(
    ledger: Ledger,
    rulebook: Rulebook,
    tallies: Sequence[Tally],
    keeping: Mapping[str, Keeping],
    day: date,
) -> list[Problem]:
    """Find every warning that the ledger's text and the day show.

    Without a license that can be used, those that need none.
    """
    mandates = frozenset(rulebook.ids).intersection(rulebook.topics)
    mandates |= {item.id for item in ledger.requirements}
    found: list[Problem] = []
    for license in ledger.licenses:
        found += _license(license, ledger.physician.birthday, rulebook)
    for activity in ledger.activities:
        found += _record(activity, rulebook.kinds[activity.kind], mandates, day)
    for item in ledger.left_out:
        found += _record(
            item.draft, rulebook.kinds.get(item.draft.kind), mandates, day, item.faulty
        )
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
        code, message, advice, path, at, "warning", activity.id or None, archived=activity.archived
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
    activity: Activity,
    rule: KindRule | None,
    mandates: frozenset[str],
    day: date,
    faulty: frozenset[str] = NOTHING,
) -> Iterator[Problem]:
    """Find what one record shows by itself.

    Of a record left out for an error, `faulty` names the keys that are not to be relied on; without
    a `rule`, its kind is one of them.
    """
    if activity.credits is not None or activity.hours is not None:
        yield from _amounts(activity, rule, faulty)
    if activity.topics and rule is not None:
        yield from _topics(activity, rule, mandates, faulty)
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
    over = activity.status in ("claimed", "attended") and _date_key(activity) not in faulty
    # An enrollment that goes on has an end to come; of an unknown kind, `end` may be one.
    over = over and (activity.date is not None if rule is None else not rule.enrollment)
    if over and done is not None and done > day:
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


def _amounts(
    activity: Activity, rule: KindRule | None, faulty: frozenset[str]
) -> Iterator[Problem]:
    given = None if "credits" in faulty else activity.credits
    if given is not None and floor_quarter(given) != given:
        yield _not_quarters(activity, given, "credits")
    if rule is None:
        return
    most = rule.credits
    factor = rule.per_hour.get(activity.category or 0)
    if activity.hours is not None and factor is not None:
        most = activity.hours * factor
        if floor_quarter(most) != most:
            yield _not_quarters(activity, most, "hours")
    if given is None:
        return
    if rule.whole_hours and given != given.to_integral_value():
        message = f"consultations come in whole hours: {int(given)} of {_shown(given)} count"
        yield _warning(activity, "whole-hours", message, "write whole hours", "credits")
    if most is not None and given > most:
        message = f"{_shown(given)} credits, where the record gives {_shown(most)}"
        advice = f"{_shown(floor_quarter(most))} are counted; check kind, hours and credits"
        yield _warning(activity, "more-than-kind", message, advice, "credits")


def _not_quarters(activity: Activity, amount: Decimal, key: str | Path) -> Problem:
    message = f"{_shown(amount)} is not in steps of 0.25"
    advice = f"it is rounded down to {_shown(floor_quarter(amount))}; check the certificate"
    return _warning(activity, "quarter-hours", message, advice, key)


def _shown(amount: Decimal) -> str:
    """Write an amount without exponent and without an end of zeros, whatever its length."""
    if amount and amount < MILLIONTH:
        return "less than a millionth"
    text = f"{amount.normalize():f}"
    return text if len(text) <= 12 else f"{text[:12]}…"


def _topics(
    activity: Activity, rule: KindRule, mandates: frozenset[str], faulty: frozenset[str]
) -> Iterator[Problem]:
    topics = activity.topics
    if rule.topics is not None:
        for topic in topics:
            if topic not in rule.topics:
                message = f"a record of kind {activity.kind} does not serve '{topic}'"
                advice = "it serves the total and Category 1"
                if rule.topics:
                    advice += ", and risk management where its topics say so"
                if activity.listed:
                    place: Path = ("topics", activity.listed.index(topic))
                    yield _warning(activity, "bad-value", message, advice, place)
                else:
                    yield _warning(activity, "bad-value", message, advice, ("topics", topic), "key")
        topics = {topic: topics[topic] for topic in topics if topic in rule.topics}
    if activity.listed:
        both = [topic for topic in topics if topic in mandates]
        if len(both) > 1:
            message = f"every credit counts for {' and for '.join(both)}"
            advice = "if the certificate splits the hours: topics = { " + ", ".join(
                f"{topic} = …" for topic in both
            )
            yield _warning(activity, "two-mandates", message, advice + " }", "topics")
        return
    most = _shared_out(activity, rule, faulty)
    for topic, amount in topics.items():
        if amount is None:
            continue
        if most is not None and amount > most:
            message = f"{_shown(amount)} credits of {topic} in a record of {_shown(most)}"
            advice = "a topic never gets more than the record's credits"
            yield _warning(activity, "bad-value", message, advice, ("topics", topic))
        if floor_quarter(amount) != amount:
            yield _not_quarters(activity, amount, ("topics", topic))


def _shared_out(activity: Activity, rule: KindRule, faulty: frozenset[str]) -> Decimal | None:
    """Find the credits that a table of topics shares out: as written, else as the kind gives.

    None where an error keeps them from being known.
    """
    if not faulty.isdisjoint(("credits", "hours", "category")):
        return None
    if activity.credits is not None:
        return activity.credits
    kind = KINDS[activity.kind]
    if kind.needs_credits or (kind.by_hours and activity.hours is None):
        return None
    return claims(activity, rule)[0]


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
    if not tallies:
        return
    counted = {r.activity.id for tally in tallies for r in tally.records if r.counted}
    for tally in tallies:
        start = tally.series.first.start if tally.series.first else date.min
        counted |= {
            item.activity.id
            for item in tally.enrolled
            if credits_for(count_days(item.own, start, day), rulebook)
        }
    for activity in ledger.activities:
        if activity.evidence or activity.status != "claimed" or activity.needs_no_evidence:
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
    waivers: Sequence[Waiver | WaiverLeftOut] = (*ledger.waivers, *ledger.waivers_left_out)
    for waiver in waivers:
        day = waiver.renewal_date
        known = day is not None and waiver.jurisdiction is not None and bool(tallies)
        if (
            day is not None
            and known
            and not any(
                tally.license.jurisdiction == waiver.jurisdiction and tally.series.is_renewal(day)
                for tally in tallies
            )
        ):
            message = f"no license renews on {day.isoformat()}: this waiver does nothing"
            advice = "write the renewal date of the cycle it covers"
            path = (*waiver.path, "renewal-date")
            yield Problem("bad-value", message, advice, path, severity="warning")
        # Of two editions the one of that renewal; those of other days where none is in force.
        now = rulebook.in_force(day) if day is not None else ()
        decided = {item.id for item in now}
        statutory = {
            item.id
            for item in (*now, *rulebook.requirements)
            if item.statutory and (item in now or item.id not in decided)
        }
        for number, requirement in enumerate(waiver.requirements or ()):
            if requirement in statutory:
                message = f"'{requirement}' is statutory: the Board may be unable to waive it"
                advice = "keep the Board's letter as evidence"
                path = (*waiver.path, "requirements", number)
                yield Problem("statutory-waiver", message, advice, path, severity="warning")


def _own_topics(ledger: Ledger, rulebook: Rulebook) -> Iterator[Problem]:
    borne = {topic for activity in ledger.activities for topic in activity.topics}
    known = borne.union(rulebook.topics)
    asked: Sequence[OwnRequirement | RequirementLeftOut]
    asked = (*ledger.requirements, *ledger.requirements_left_out)
    for requirement in asked:
        for number, topic in enumerate(requirement.topics):
            if topic and topic not in known:
                message = f"neither the rules nor any record know the topic '{topic}'"
                advice = nearest(topic, sorted(known), "known topics")
                path = (*requirement.path, "topics", number)
                yield Problem("bad-value", message, advice, path, severity="warning")


def _date_key(activity: Activity) -> str:
    return "date" if activity.date is not None else "end"


def _with(others: Sequence[Activity]) -> str:
    return f", with {', '.join(repr(other.id) for other in others)}" if others else ""
