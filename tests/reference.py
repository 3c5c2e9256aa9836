"""Count a ledger a second time: the law in the plainest words, slowly.

An independent reading of the format and the rules, against which the program is checked on many
generated ledgers. It shares no code with the program, takes the parsed TOML of a ledger without
errors (warnings are fine), works in exact fractions and walks over every day and every record. The
sentence behind a line stands beside it.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

Record = dict[str, Any]
Cycle = tuple[date, date]
Report = dict[str, Any]

ZERO = Fraction(0)
NO_LIMIT = Fraction(10**9)
DAY = timedelta(days=1)

ENROLLMENTS = ("residency", "fellowship")
NEEDS_APPROVAL = ("board-volunteer", "medical-examiner", "board-of-health")
SHARE_ONLY = ("board-certification", "board-volunteer")
NOTHING_ASKED = ("limited", "inactive", "retired", "temporary-substitute", "temporary-cme")
COMPLETIONS = ("child-abuse", "domestic-sexual-violence")


# Numbers and days


def number(value: Any) -> Fraction:
    """Read a TOML number as it is written: 0.1 is a tenth."""
    return Fraction(str(value))


def plain(value: Fraction) -> int | float:
    """Turn a fraction into the number that stands in JSON."""
    return int(value) if value.denominator == 1 else float(value)


def quarters(value: Fraction) -> Fraction:
    """Round down to 0.25: "Never round credits up"."""
    return Fraction(value * 4 // 1, 4)


def by_days(days: int) -> Fraction:
    """Give what an enrollment earns: days * 50 / 365, rounded down to 0.25."""
    return quarters(Fraction(days * 50, 365))


def in_year(day: date, year: int) -> date:
    """Move a day to another year: 29 February is kept on 28 February, in every year."""
    return date(year, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=year)


def three_months_after(day: date) -> date:
    """Add three months, "month ends clamped"."""
    year, month = (day.year, day.month + 3) if day.month <= 9 else (day.year + 1, day.month - 9)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


# Cycles


def first_renewal(issued: date, birthday: str) -> date:
    """Find the first birthday after `issued`, or the one two years later where that is too near."""
    born = date(2000, int(birthday[:2]), int(birthday[3:]))
    first = min(
        d for d in (in_year(born, issued.year), in_year(born, issued.year + 1)) if d > issued
    )
    # "within three months after `issued`"; "exactly three months: take the earlier date"
    return in_year(born, first.year + 2) if three_months_after(issued) > first else first


def endless_cycles(doc: Report, license_: Record) -> list[Cycle]:
    """List a license's cycles in order, as if it never ended."""
    return all_cycles(
        license_.get("issued"), license_.get("renewal-date"), doc["physician"]["birthday"]
    )


@cache
def all_cycles(issued: date | None, renewal: date | None, birthday: str) -> list[Cycle]:
    """List the cycles that follow from a license's days; the same list is asked for many times."""
    formula = first_renewal(issued, birthday) if issued else date.max
    anchor = renewal or formula
    # "in steps of two years from that date itself, backwards and forwards"
    ends = [in_year(anchor, y) for y in range(1801, 2300) if (y - anchor.year) % 2 == 0]
    if issued is None:
        return [(before + DAY, end) for before, end in pairwise(ends)]
    # "on the formula's first renewal where that is in the series, else on the first date after `issued`"
    first = formula if formula in ends else min(d for d in ends if d > issued)
    ends = [d for d in ends if d >= first]
    return [(issued, first)] + [(before + DAY, end) for before, end in pairwise(ends)]


def cycles_of(doc: Report, license_: Record) -> list[Cycle]:
    """List a license's cycles: "no cycle after the one that holds" `ended`."""
    ended: date = license_.get("ended", date.max)
    return [cycle for cycle in endless_cycles(doc, license_) if cycle[0] <= ended]


def cycle_at(cycles: list[Cycle], day: date) -> Cycle:
    """Pick the cycle that holds the day; before the first the first, after the last the last."""
    if day < cycles[0][0]:
        return cycles[0]
    return [cycle for cycle in cycles if cycle[0] <= day][-1]


def license_year(cycle: Cycle, day: date) -> date:
    """Give the first day of the license year: the cycle's first day or an anniversary in the cycle."""
    begins = [cycle[0]] + [in_year(cycle[0], cycle[0].year + n) for n in (1, 2, 3)]
    return max(d for d in begins if d <= day)


# What a record says


def records_of(doc: Report) -> list[Record]:
    """List the activities in file order."""
    return list(doc.get("activity", []))


def kind_of(record: Record) -> str:
    """Give the kind; "default course"."""
    return str(record.get("kind", "course"))


def category_of(record: Record) -> int | None:
    """Give the category that the record or its kind says."""
    kind = kind_of(record)
    if kind in ("course", "teaching", "regulation-study", "mandated-training"):
        return record.get("category")  # "as given"; "none unless given"
    if kind in ("article", "poster", "degree", *SHARE_ONLY, *NEEDS_APPROVAL, *ENROLLMENTS):
        return 1
    return 2


def completion(record: Record) -> date | None:
    """Give `date` or `end`; nothing while it is still going on."""
    return record.get("date") or record.get("end")


def counting_day(record: Record) -> date | None:
    """Give the day that decides the cycle: service without `end` counts with its approval."""
    if kind_of(record) in NEEDS_APPROVAL:
        return completion(record) or record.get("approved-on")
    return completion(record)


def ids(doc: Report) -> list[str]:
    """Name every record in file order; explicit ids are taken before derived ones."""
    taken = {record["id"] for record in records_of(doc) if "id" in record}
    names = []
    for record in records_of(doc):
        name = record.get("id")
        if name is None:
            letters = [
                c
                for c in unicodedata.normalize("NFKD", record["title"])
                if unicodedata.category(c)[0] != "M"
            ]
            slug = (
                re.sub("[^a-z0-9]+", "-", "".join(letters).lower()).strip("-")[:60].strip("-")
                or "record"
            )
            base = name = f"{completion(record) or record['start']}-{slug}"
            clash = 1
            while name in taken:
                clash += 1
                name = f"{base}-{clash}"
            taken.add(name)
        names.append(str(name))
    return names


def in_order(doc: Report) -> list[tuple[str, Record]]:
    """Take records "in order of completion date, then id"; those without a day last."""
    pairs = zip(ids(doc), records_of(doc), strict=True)
    return sorted(pairs, key=lambda pair: (counting_day(pair[1]) or date.max, pair[0]))


def gives(record: Record) -> tuple[Fraction, Fraction]:
    """Give what the record claims and what its kind allows of that; not for enrollments."""
    kind = kind_of(record)
    amounts = {"article": 10, "poster": 5, "degree": 25, "board-certification": 60}
    amounts |= {"medical-examiner": 4, "board-of-health": 4}
    fixed = Fraction(amounts[kind]) if kind in amounts else None
    if kind in ("teaching", "board-volunteer") and "hours" in record:
        factor = 2 if kind == "teaching" and category_of(record) == 1 else 1
        fixed = quarters(number(record["hours"]) * factor)  # rounded "after the kind's factor"
    if "credits" not in record:
        return fixed or ZERO, fixed or ZERO  # `mandated-training`: "0 unless given"
    given = quarters(number(record["credits"]))
    if kind == "consultation":
        given = Fraction(given // 1)  # "rounded down to whole hours"
    return given, given if fixed is None else min(given, fixed)  # "the smaller counts"


def topics_of(record: Record, credits: Fraction) -> dict[str, Fraction]:
    """Say how many of `credits` each topic gets: "never more than the record's counted credits"."""
    kind = kind_of(record)
    said = record.get("topics", [])
    if isinstance(said, dict):
        topics = {topic: min(quarters(number(part)), credits) for topic, part in said.items()}
    else:
        topics = dict.fromkeys(said, credits)
    if kind == "regulation-study":
        topics["board-regulations"] = credits  # "holds for all its credits, also beside a table"
    if kind in ("medical-examiner", "board-of-health"):
        topics["risk-management"] = credits  # "4, all risk management"
    if kind in ("degree", *ENROLLMENTS):
        return {}  # "any other topic on them ... does nothing"
    if kind in SHARE_ONLY:
        return {topic: part for topic, part in topics.items() if topic == "risk-management"}
    return topics


def together(record: Record, wanted: Any, credits: Fraction) -> Fraction:
    """Add up what several topics get, at most the credits themselves."""
    topics = topics_of(record, credits)
    return min(sum((topics[topic] for topic in set(wanted) if topic in topics), ZERO), credits)


def risk_share(
    record: Record, credits: Fraction, renewal: date, wellness_room: Fraction, share_room: Fraction
) -> tuple[Fraction, Fraction]:
    """Give the risk-management share of `credits`, and how much of the wellness room it takes."""
    if category_of(record) is None:
        return ZERO, ZERO  # "neither `total` nor `risk-management`"
    topics = topics_of(record, credits)
    if kind_of(record) in SHARE_ONLY:
        return min(topics.get("risk-management", ZERO), share_room), ZERO
    others = ["board-regulations", "opioid-pain", "end-of-life", "ehr"]
    if renewal >= date(2021, 11, 18):
        others.append("implicit-bias")
    wellness = (
        min(topics.get("wellness", ZERO), wellness_room) if renewal >= date(2020, 1, 1) else ZERO
    )
    listed = not isinstance(record.get("topics", []), dict)
    if listed and "wellness" in topics and renewal >= date(2020, 1, 1):
        return (
            wellness,
            wellness,
        )  # "also bears another risk-management topic counts as wellness here"
    named = sum((topics[topic] for topic in others if topic in topics), ZERO) + wellness
    # "the larger of what `risk-management` names and the sum of what the others name, capped"
    return min(max(topics.get("risk-management", ZERO), named), credits), wellness


def work_of(record: Record) -> tuple[str, str] | None:
    """Identify the work of an article, poster or publication; a publication without `work` by its title."""
    if kind_of(record) not in ("article", "poster", "publication"):
        return None
    if "work" in record:
        return "work", record["work"]
    if kind_of(record) == "publication":
        return "title", "".join(record["title"].split()).casefold()
    return None


# What a record counts for


@dataclass
class Outcome:
    """What one record gives under one license, up to one day."""

    claimed: Fraction
    cycle: Cycle | None = None
    counted: Fraction = ZERO
    for_once: Fraction = (
        ZERO  # what requirements once for all may take: counted, or earlier than all cycles
    )
    completes: bool = False  # claimed, and done by the day asked about
    share: Fraction = ZERO
    wellness: Fraction = ZERO
    days: list[date] = field(default_factory=list)  # an enrollment's days that earn
    reasons: list[tuple[str, Fraction]] = field(default_factory=list)

    def cut(self, code: str, amount: Fraction) -> None:
        """Take credits off, "with its reason"."""
        self.counted -= amount
        self.reasons.append((code, amount))


def enrolled_days(record: Record, day: date) -> list[date]:
    """List an enrollment's days up to the day asked about, both ends inclusive."""
    last = min(record.get("end", date.max), day)
    return [record["start"] + DAY * n for n in range((last - record["start"]).days + 1)]


def training_days(record: Record, day: date) -> list[date]:
    """List the days that earn and exempt: a fellowship's two years end on start + 2 years - 1 day."""
    if kind_of(record) != "fellowship":
        return enrolled_days(record, day)
    return [
        d
        for d in enrolled_days(record, day)
        if d < in_year(record["start"], record["start"].year + 2)
    ]


def enrollment(record: Record, cycles: list[Cycle], day: date, taken: set[date]) -> Outcome:
    """Count a residency or fellowship by the day; `taken` holds the days of earlier records."""
    every, two_years = enrolled_days(record, day), training_days(record, day)
    alone = [d for d in two_years if d not in taken]
    claimed = by_days(len(every))  # "the whole of it up to the day"
    now = cycle_at(cycles, day)
    last: date = record["end"] if "end" in record else day if every else record["start"]
    if every:
        last = min(last, day)
    outcome = Outcome(claimed, counted=claimed)
    if record["start"] <= now[1] and last >= now[0]:
        outcome.cycle = now  # "that of the day asked if it touches it"
    else:
        outcome.cycle = next(
            (c for c in cycles if c[0] <= last <= c[1]), None
        )  # "else of its completion"
    if record.get("status", "claimed") != "claimed":
        outcome.cut("planned" if record["status"] == "planned" else "not-claimed", claimed)
        return outcome
    taken.update(alone)
    outcome.days = [d for d in alone if cycles[0][0] <= d <= cycles[-1][1]]
    if not every:
        outcome.cut("after-as-of", ZERO)
        return outcome
    if outcome.cycle is None:
        outcome.counted = ZERO
        outcome.reasons.append(("outside-cycle", by_days(len(alone))))
        return outcome
    # In its cycle; what lies in other cycles is said there.
    first, end = outcome.cycle
    whole, allowed, own = (
        by_days(len([d for d in days if first <= d <= end])) for days in (every, two_years, alone)
    )
    outcome.counted = whole
    for left in (allowed, own):  # "a fellowship at most two years"; "a day counts once"
        if outcome.counted > left:
            outcome.cut("cap-of-kind", outcome.counted - left)
    return outcome


def refusal(doc: Report, record: Record, judged: date, works: set[tuple[str, str]]) -> str | None:
    """Say why a record does not count at all, whichever the cycle."""
    if kind_of(record) in NEEDS_APPROVAL and record.get("approved-on", date.max) > judged:
        return "not-approved"  # "approval counts from its own day"
    if (
        kind_of(record) == "teaching"
        and category_of(record) == 2
        and doc.get("practice", {}).get("full-time-faculty")
    ):
        learners = record.get("learners")
        # "left out unless `learners` is there and names neither students nor residents"
        if learners is None or "students" in learners or "residents" in learners:
            return "faculty"
    return "cap-per-work" if work_of(record) in works else None


def tally(doc: Report, license_: Record, day: date) -> dict[str, Outcome]:
    """Count every record under one license as known on `day`, each in its own cycle."""
    cycles = cycles_of(doc, license_)
    outcomes: dict[str, Outcome] = {}
    earlier: list[tuple[Record, date, Outcome]] = []  # what was counted: only that takes room
    works: set[tuple[str, str]] = set()
    taken: set[date] = set()
    for name, record in in_order(doc):
        kind, when = kind_of(record), counting_day(record)
        if kind in ENROLLMENTS:
            outcomes[name] = enrollment(record, cycles, day, taken)
            continue
        claimed, amount = gives(record)
        outcome = outcomes[name] = Outcome(claimed, counted=claimed)
        outcome.cycle = next((c for c in cycles if when and c[0] <= when <= c[1]), None)
        if amount < claimed:
            outcome.cut("cap-of-kind", claimed - amount)
        status = record.get("status", "claimed")
        if status != "claimed":
            outcome.cut("planned" if status == "planned" else "not-claimed", amount)
            continue
        # "A cycle that has ended is judged on its last day"
        refused = refusal(doc, record, min(day, outcome.cycle[1]) if outcome.cycle else day, works)
        work = work_of(record)
        if work is not None:
            works.add(work)  # "in its first record"
        # "count only with it": an unapproved service is no completion either
        outcome.completes = refused != "not-approved" and (
            when is not None and when <= min(day, cycles[-1][1])
        )
        most = min(amount, Fraction(10)) if kind == "publication" else amount
        if when is None:
            outcome.cut("not-approved", amount)
        elif when > day:
            outcome.cut("after-as-of", amount)
        elif outcome.cycle is None:
            outcome.cut("outside-cycle", amount)
            if when < cycles[0][0] and refused is None:
                outcome.for_once = most  # "what its kind gives ... without yearly limits"
        elif refused is not None:
            outcome.cut(refused, amount)
        else:
            if most < amount:
                outcome.cut("cap-per-work", amount - most)
            limit(record, when, outcome.cycle, outcome, earlier)
            outcome.for_once = outcome.counted
            earlier.append((record, when, outcome))
    return outcomes


def limit(
    record: Record,
    when: date,
    cycle: Cycle,
    outcome: Outcome,
    earlier: list[tuple[Record, date, Outcome]],
) -> None:
    """Apply the yearly limits, the limits of the cycle and those of the risk-management share."""
    kind, category = kind_of(record), category_of(record)
    alike = [(d, o) for r, d, o in earlier if kind_of(r) == kind and category_of(r) == category]
    calendar = sum((o.counted for d, o in alike if d.year == when.year), ZERO)
    in_cycle = sum((o.counted for d, o in alike if o.cycle == cycle), ZERO)
    licensed = sum(
        (
            o.counted
            for d, o in alike
            if o.cycle == cycle and license_year(cycle, d) == license_year(cycle, when)
        ),
        ZERO,
    )
    room, code = NO_LIMIT, "cap-per-year"
    if kind in ("article", "poster") and (calendar > 0 or licensed > 0):
        room = ZERO  # "only if nothing else counted in its calendar year or its license year"
    if kind == "teaching" and category == 1:
        room = min(10 - calendar, 10 - licensed)  # "the smaller room left in the two"
    if kind == "board-volunteer":
        room, code = 20 - in_cycle, "cap-per-cycle"
    if kind in ("medical-examiner", "board-of-health"):
        room, code = 4 - in_cycle, "cap-per-cycle"
    if outcome.counted > room:
        outcome.cut(code, outcome.counted - room)

    renewal = cycle[1]
    wellness_room = 7 - sum((o.wellness for _, _, o in earlier if o.cycle == cycle), ZERO)
    share_room = 4 - sum((o.share for _, o in alike if o.cycle == cycle), ZERO)
    if kind == "board-certification" and renewal < date(2024, 3, 28):
        share_room = ZERO  # "none for renewals before 2024-03-28"
    unlimited, _ = risk_share(record, outcome.counted, renewal, NO_LIMIT, NO_LIMIT)
    outcome.share, outcome.wellness = risk_share(
        record, outcome.counted, renewal, wellness_room, share_room
    )
    if outcome.share < unlimited:
        outcome.reasons.append(("share-limit", unlimited - outcome.share))


# What is asked


@dataclass
class Asked:
    """One requirement of one cycle; an own one bears its table and the days it looks at."""

    id: str
    asked: Fraction
    applies: bool
    once: bool
    window: Cycle
    own: Record | None = None


def asked_of(doc: Report, license_: Record, cycle: Cycle) -> list[Asked]:
    """List what is in force for the cycle's renewal date, in the order of the rules, the ledger's own last."""
    practice, kind, renewal = doc.get("practice", {}), license_.get("type", "full"), cycle[1]
    old = renewal <= date(2017, 12, 31)
    asks = kind not in NOTHING_ASKED
    if asks and old:
        kind = "full"  # "treat every other type that owes CME like `full`"
    half = kind == "temporary-faculty"
    clinical = asks and kind != "administrative"
    prescribes = practice.get("prescribes-controlled-substances", True)
    adults = practice.get("serves-adults", True)
    ehr = kind == "full" and practice.get("practicing-medicine", True)
    registered = practice.get("dea-registered", False)  # "does not depend on the license type"
    every, once, always, never = False, True, date.min, date.max
    rows: list[tuple[str, int, bool, bool, date]] = [
        ("total", 100 if old else 25 if half else 50, asks, every, always),
        ("category-1", 40, asks, every, always if old else never),
        ("risk-management", 5 if half else 10, asks, every, always),
        ("risk-management-category-1", 4, asks, every, always if old else never),
        ("board-regulations", 2, asks, every, always),
        ("opioid-pain", 3, clinical and prescribes, every, date(2012, 2, 1)),
        ("end-of-life", 2, asks, every if old else once, date(2012, 2, 1)),
        ("ehr", 3, ehr, once, date(2015, 4, 1)),
        ("implicit-bias", 2, asks, once, date(2022, 6, 1)),
        ("dementia", 1, clinical and adults, once, date(2022, 11, 7)),
        ("child-abuse", 1, asks, once, date(2010, 1, 1)),
        ("domestic-sexual-violence", 1, asks, once, date(2018, 12, 6)),
        ("dea-mate", 8, registered, once, date(2023, 6, 27)),
    ]
    listed = [
        Asked(name, Fraction(amount), applies, is_once, cycle)
        for name, amount, applies, is_once, since in rows
        if renewal >= since  # "not in force for the cycle's renewal date is not listed at all"
    ]
    for own in doc.get("requirement", []):
        window = (
            (own["from"], own["to"]) if "from" in own else cycle
        )  # "neither (then: the license cycle)"
        listed.append(
            Asked(
                own["id"], number(own["credits"]), applies=True, once=False, window=window, own=own
            )
        )
    return listed


def takes(asked: Asked, record: Record, credits: Fraction, share: Fraction) -> Fraction:
    """Say how many of a record's credits a requirement takes."""
    name, own, category = asked.id, asked.own, category_of(record)
    if own is not None and "category" in own and own["category"] != category:
        return ZERO
    if name == "total" or (own is not None and "topics" not in own):
        return credits if category is not None else ZERO
    if own is not None and kind_of(record) in SHARE_ONLY:
        return share if "risk-management" in own["topics"] else ZERO
    if own is not None:
        return together(record, own["topics"], credits)
    if name == "category-1":
        return credits if category == 1 else ZERO
    if name == "risk-management" or (name == "risk-management-category-1" and category == 1):
        return share
    if name in COMPLETIONS:
        return Fraction(name in topics_of(record, credits))  # "whatever its credits"
    if name == "risk-management-category-1" or (name == "ehr" and category != 1):
        return ZERO
    return together(
        record, ["substance-use", "opioid-pain"] if name == "dea-mate" else [name], credits
    )


def wrong_category(
    asked: Asked, record: Record, outcome: Outcome, renewal: date
) -> Fraction | None:
    """Say what a record claims for a requirement that its category keeps from it; None: nothing."""
    name, own, category, claimed = asked.id, asked.own, category_of(record), outcome.claimed
    if outcome.counted == 0 or kind_of(record) in ENROLLMENTS:
        return None
    when = counting_day(record)
    if not asked.once and not (when and asked.window[0] <= when <= asked.window[1]):
        return None
    topics = topics_of(record, claimed)
    if name == "total" or (own is not None and not {"topics", "category"} & set(own)):
        return claimed if category is None else None
    if own is not None:
        wrong = "topics" in own and own.get("category", category) != category
        return (
            together(record, own["topics"], claimed)
            if wrong and set(own["topics"]) & set(topics)
            else None
        )
    if name == "ehr":
        return topics["ehr"] if category != 1 and "ehr" in topics else None
    if name == "risk-management-category-1":
        return outcome.share if category == 2 and outcome.share > 0 else None
    if name == "risk-management" and category is None:
        bears = {"risk-management", "board-regulations", "opioid-pain", "end-of-life", "ehr"}
        bears |= {"wellness"} if renewal >= date(2020, 1, 1) else set()
        bears |= {"implicit-bias"} if renewal >= date(2021, 11, 18) else set()
        if bears & set(topics):
            return risk_share({**record, "category": 1}, claimed, renewal, NO_LIMIT, NO_LIMIT)[0]
    return None


def counted_for(asked: Asked, record: Record, outcome: Outcome, cycles: list[Cycle]) -> Fraction:
    """Count one record for one requirement."""
    if asked.id in COMPLETIONS:
        return takes(asked, record, ZERO, ZERO) if outcome.completes else ZERO
    if asked.once:
        return takes(asked, record, outcome.for_once, ZERO)
    first, last = max(asked.window[0], cycles[0][0]), min(asked.window[1], cycles[-1][1])
    if kind_of(record) in ENROLLMENTS:
        return takes(
            asked, record, by_days(len([d for d in outcome.days if first <= d <= last])), ZERO
        )
    when = counting_day(record)
    return (
        takes(asked, record, outcome.counted, outcome.share)
        if when and first <= when <= last
        else ZERO
    )


def promised(doc: Report, asked: Asked, renewal: date, status: str) -> Fraction:
    """Add up what planned or attended records claim for a requirement, before limits."""
    total = ZERO
    for record in records_of(doc):
        when, (first, last) = counting_day(record), asked.window
        if record.get("status") != status:
            continue
        if kind_of(record) in ENROLLMENTS:
            claimed = by_days(len([d for d in enrolled_days(record, last) if d >= first]))
        elif asked.once or (when and first <= when <= last):  # "once-only: any date"
            claimed, _ = gives(record)
        else:
            continue
        share, _ = risk_share(record, claimed, renewal, NO_LIMIT, NO_LIMIT)
        total += takes(asked, record, claimed, share)
    return total


def exempt(doc: Report, renewal: date, day: date) -> set[str]:
    """Exempt after an enrollment "on any of the 365 days that end on the renewal date"."""
    for record in records_of(doc):
        if kind_of(record) in ENROLLMENTS and record.get("status", "claimed") == "claimed":
            for enrolled in training_days(record, day):
                if renewal - 364 * DAY <= enrolled <= renewal:
                    return with_category_1({"total", "risk-management", "board-regulations"})
    return set()


def waived(doc: Report, renewal: date, day: date) -> set[str]:
    """Collect what granted waivers take off the cycle that ends on a renewal date."""
    names: set[str] = set()
    for waiver in doc.get("waiver", []):
        covered = in_year(waiver["renewal-date"], waiver["renewal-date"].year)
        if (
            covered == renewal and waiver.get("granted", date.max) <= day
        ):  # "a waiver holds from `granted`"
            names |= set(
                waiver.get("requirements", ["total", "risk-management", "board-regulations"])
            )
    return with_category_1(names)


def with_category_1(names: set[str]) -> set[str]:
    """Let `category-1` go with `total`, and `risk-management-category-1` with `risk-management`."""
    pairs = (("total", "category-1"), ("risk-management", "risk-management-category-1"))
    return names | {second for first, second in pairs if first in names}


# What is shown


def status(doc: Report, as_of: date, cycle_year: int | None = None) -> Report:
    """Give the document of `status --json`, without names, sources, notes and problems."""
    licenses = []
    for license_ in doc["license"]:
        cycles = cycles_of(doc, license_)
        asked_about = [c for c in cycles if cycle_year in (None, c[1].year)]
        if asked_about:
            licenses.append(
                license_status(doc, license_, cycles, cycle_at(asked_about, as_of), as_of)
            )
    return {"as_of": as_of.isoformat(), "physician": doc["physician"]["name"], "licenses": licenses}


def parts_of(
    doc: Report, license_: Record, cycles: list[Cycle], cycle: Cycle, day: date
) -> list[tuple[Asked, list[tuple[str, Fraction]]]]:
    """List what each record counts for each requirement of a cycle, as known on a day of it."""
    outcomes, records = tally(doc, license_, day), in_order(doc)
    return [
        (asked, [(name, counted_for(asked, one, outcomes[name], cycles)) for name, one in records])
        for asked in asked_of(doc, license_, cycle)
    ]


def totals(doc: Report, as_of: date) -> list[dict[str, Fraction]]:
    """Add up, as fractions, what counts for each requirement in credits, for each license."""
    found = []
    for license_ in doc["license"]:
        cycles = cycles_of(doc, license_)
        cycle = cycle_at(cycles, as_of)
        parts = parts_of(doc, license_, cycles, cycle, min(as_of, cycle[1]))
        found.append(
            {
                asked.id: sum((part for _, part in its if not proven_otherwise(doc, asked)), ZERO)
                for asked, its in parts
                if asked.id not in COMPLETIONS
            }
        )
    return found


def license_status(
    doc: Report, license_: Record, cycles: list[Cycle], cycle: Cycle, as_of: date
) -> Report:
    """Give one license's part of `status`."""
    renewal = cycle[1]
    day = min(as_of, renewal)  # "the day asked about is never later than the renewal date"
    exempted, taken_off = exempt(doc, renewal, day), waived(doc, renewal, day)
    requirements: list[Report] = []
    for asked, parts in parts_of(doc, license_, cycles, cycle, day):
        proven = proven_otherwise(doc, asked)
        counted = ZERO if proven else sum((part for _, part in parts), ZERO)
        if asked.id in COMPLETIONS:
            counted = min(counted, Fraction(1))
        state = "met" if proven or counted >= asked.asked else "short"
        if asked.id in taken_off:
            state = "waived"
        if asked.id in exempted:
            state = "exempt"
        if not asked.applies:
            state = "not-applicable"
        entry: Report = {
            "id": asked.id,
            "unit": "completion" if asked.id in COMPLETIONS else "credits",
            "asked": plain(asked.asked),
            "counted": plain(counted),
            "missing": plain(asked.asked - counted) if state == "short" else 0,
            "planned": plain(promised(doc, asked, renewal, "planned")),
            "attended": plain(promised(doc, asked, renewal, "attended")),
            "status": state,
            "once": asked.once,
            "activities": [
                {"id": n, "counted": plain(part)} for n, part in parts if part > 0 and not proven
            ],
        }
        if asked.own is not None:
            entry["own"] = True
        requirements.append(entry)
    total = requirements[0]
    other = total["counted"] - next(
        r["counted"] for r in requirements if r["id"] == "risk-management"
    )
    # "counted total less counted risk management is under 50 (25-credit licenses: under 25)"
    total["note_60"] = total["status"] == "met" and total["asked"] != 100 and other < total["asked"]
    boards = [r["status"] for r in requirements if r["id"] != "dea-mate" and "own" not in r]
    answer = (
        "not-applicable"
        if set(boards) == {"not-applicable"}
        else "short"
        if "short" in boards
        else "met"
    )
    back = {"notice": 60, "waiver": 30, "file": 28, "last-day": 1, "renewal": 0}
    return {
        "jurisdiction": license_["jurisdiction"],
        "number": license_.get("number"),
        "type": license_.get("type", "full"),
        "cycle": {**shown(cycle), "days_left": (renewal - as_of).days},
        "deadlines": [
            {"id": name, "date": (renewal - n * DAY).isoformat()} for name, n in back.items()
        ],
        "status": answer,
        "requirements": requirements,
    }


def proven_otherwise(doc: Report, asked: Asked) -> bool:
    """Say whether "another proof" meets `ehr`: "met, counted 0, missing 0"."""
    return asked.id == "ehr" and asked.applies and "ehr-proof" in doc.get("practice", {})


def shown(cycle: Cycle) -> Report:
    """Give a cycle as it stands in JSON."""
    return {"start": cycle[0].isoformat(), "end": cycle[1].isoformat()}


def documents(doc: Report, as_of: date, license_index: int = 0) -> dict[str, Report]:
    """Give what `why ID` says of every record under one license, by id; `reasons` as (code, cut)."""
    license_ = doc["license"][license_index]
    cycles = cycles_of(doc, license_)
    outcomes = tally(doc, license_, as_of)
    found = {}
    for id, one in in_order(doc):
        outcome = outcomes[id]
        requirements, reasons = [], set(outcome.reasons)
        cycle = outcome.cycle or cycle_at(cycles, as_of)
        for asked in asked_of(doc, license_, cycle):
            if proven_otherwise(doc, asked):
                continue
            part = counted_for(asked, one, outcome, cycles)
            if part > 0:
                requirements.append({"id": asked.id, "counted": plain(part)})
            refused = wrong_category(asked, one, outcome, cycle[1])
            if refused is not None:
                reasons.add(("wrong-category", refused))
        found[id] = {
            "id": id,
            "claimed": plain(outcome.claimed),
            "counted": plain(outcome.counted),
            "cycle": shown(outcome.cycle) if outcome.cycle else None,
            "requirements": requirements,
            "reasons": sorted((code, plain(cut)) for code, cut in reasons),
        }
    return found


def keep(doc: Report, as_of: date) -> list[Report]:
    """Give the records of `keep --json`, in file order."""
    rows = []
    tallies = [tally(doc, license_, as_of) for license_ in doc["license"]]
    for name, one in zip(ids(doc), records_of(doc), strict=True):
        good = any(for_good(doc, one, outcomes[name]) for outcomes in tallies)
        until = None if good else keep_until(doc, one)
        row = {
            "id": name,
            "keep_until": until.isoformat() if until else None,
            "kept_for_good": good,
        }
        rows.append({**row, "expired": until is not None and as_of > until})
    return rows


def for_good(doc: Report, one: Record, outcome: Outcome) -> bool:
    """Say whether a record is "counted above zero (or completed)" for anything once-only in any edition."""
    names = ["end-of-life", "ehr", "implicit-bias", "dementia", *COMPLETIONS]
    if doc.get("practice", {}).get("dea-registered", False):
        names.append("dea-mate")
    ever = (date.min, date.max)
    asked = [Asked(name, ZERO, applies=True, once=True, window=ever) for name in names]
    return any(counted_for(each, one, outcome, [ever]) > 0 for each in asked)


def keep_until(doc: Report, one: Record) -> date | None:
    """Give "the end of the cycle that follows the cycle of its completion date", the latest of all licenses."""
    when = completion(one)
    if when is None:
        return None  # "while an enrollment or service has no `end`"
    within: list[date] = []
    after: list[date] = []
    for license_ in doc["license"]:
        cycles = endless_cycles(doc, license_)
        following = next(
            end for start, end in cycles if start > when
        )  # before the first cycle: its end
        (within if when <= cycles_of(doc, license_)[-1][1] else after).append(following)
    # An ended license says nothing of later records, unless there is no other to say it.
    return max(within or after)
