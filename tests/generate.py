"""Invent small ledgers without errors, and days to ask about, from a seed.

`ledger` leans to the edges of the rules: days on and beside the ends of cycles and years, license
anniversaries, 29 February, limits just reached, and the oddities of each kind. A ledger has at most
fifteen records, so that a failing one can be read. Warnings occur; errors never do.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

Table = dict[str, Any]
Maker = Callable[[random.Random, list[date]], Table]

DAY = timedelta(days=1)
QUARTER = Decimal("0.25")
FIRST, LAST = date(1990, 1, 1), date(2060, 12, 31)

OWING = ["full", "full", "full", "full", "administrative", "volunteer", "temporary-faculty"]
NOT_OWING = ["limited", "limited", "inactive", "retired", "temporary-substitute", "temporary-cme"]
RISK_TOPICS = [
    "risk-management",
    "board-regulations",
    "opioid-pain",
    "end-of-life",
    "ehr",
    "implicit-bias",
    "wellness",
]
OTHER_TOPICS = ["dementia", "child-abuse", "domestic-sexual-violence", "substance-use"]
RULES_IDS = [
    "total",
    "category-1",
    "risk-management",
    "risk-management-category-1",
    "board-regulations",
]
RULES_IDS += ["opioid-pain", "end-of-life", "ehr", "implicit-bias", "dementia", "child-abuse"]
RULES_IDS += ["domestic-sexual-violence", "dea-mate"]
SELF_DIRECTED = [
    "self-study",
    "point-of-care",
    "case-discussion",
    "patient-care-review",
    "journal-club",
]
TITLES = [
    "Grand Rounds",
    "SCOPE of Pain",
    "Pain",
    "Révision générale",
    "漢字",
    '[/bold] "quoted"',
    "  Blanks in it",
]
TITLES += ["x" * 58 + " -- long tail that is cut", "GRAND ROUNDS", "Grand  Rounds"]


# Days


def in_year(day: date, year: int) -> date:
    """Move a day to another year, 29 February to the 28th."""
    return date(year, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=year)


def edges(licenses: list[Table], birthday: str) -> list[date]:
    """Collect the days about which the rules turn, with their neighbors."""
    days = []
    for one in licenses:
        for anchor in (one.get("issued"), one.get("renewal-date"), one.get("ended")):
            if anchor is None:
                continue
            days += [in_year(anchor, anchor.year + n) for n in range(-2, 5)]
            days += [anchor - 364 * DAY, anchor + 90 * DAY]
        near = (one.get("renewal-date") or one["issued"]).year
        born = date(2000, int(birthday[:2]), int(birthday[3:]))
        for year in range(near - 2, near + 4):
            days += [in_year(born, year), date(year, 12, 31), date(year, 2, 28)]
            if year % 4 == 0:
                days.append(date(year, 2, 29))
    # Each edge with the day before it and the day after it.
    days += [day + DAY for day in days] + [day - DAY for day in days]
    return [day for day in days if FIRST <= day <= LAST]


def a_day(rng: random.Random, days: list[date]) -> date:
    """Choose an edge mostly, otherwise any day not far from one."""
    day = rng.choice(days)
    if rng.random() < 0.35:
        day += DAY * rng.randint(-400, 400)
    return min(max(day, FIRST), LAST)


def sometimes(rng: random.Random, chance: float) -> bool:
    """Toss a coin."""
    return rng.random() < chance


# Numbers and topics


def spelled(rng: random.Random, value: Decimal) -> int | float | Decimal:
    """Spell a number as an integer, a float or a decimal."""
    if value == value.to_integral_value() and sometimes(rng, 0.6):
        return int(value)
    return float(value) if sometimes(rng, 0.5) else value


def amount(rng: random.Random, most: int = 12, least: Decimal = QUARTER) -> int | float | Decimal:
    """Choose credits or hours: quarters mostly, near the limits often."""
    if sometimes(rng, 0.05):
        return Decimal(rng.randint(30, most * 100)) / 100
    if sometimes(rng, 0.5):
        return spelled(rng, Decimal(rng.choice([1, 2, 3, 4, 5, 7, 10, most])))
    return spelled(rng, max(QUARTER * rng.randint(0, most * 4), least))


def topics(rng: random.Random, credits: Any, extra: list[str]) -> list[str] | Table:
    """Choose a list of topics, or a table whose parts may add up to more than the credits."""
    names = rng.sample(RISK_TOPICS + OTHER_TOPICS + extra, rng.choice([1, 1, 1, 2, 2, 3]))
    if sometimes(rng, 0.3) and "wellness" not in names:
        names[0] = "wellness"
    if sometimes(rng, 0.65):
        return names
    most = int(Decimal(str(credits)) * 4) + rng.choice([0, 0, 0, 1])
    parts = {name: spelled(rng, QUARTER * rng.randint(1, max(most, 1))) for name in names}
    if sometimes(rng, 0.15):  # a part that is not in quarters, at times less than one
        parts[names[-1]] = Decimal(rng.randint(1, max(most, 1) * 25)) / 100
    return parts


# Records, by kind


def course(rng: random.Random, days: list[date]) -> Table:
    """Make a course, with or without a kind that says so."""
    record: Table = {
        "date": a_day(rng, days),
        "category": rng.choice([1, 1, 2]),
        "credits": amount(rng),
    }
    if sometimes(rng, 0.2):
        record["kind"] = "course"
    if sometimes(rng, 0.15):
        record["start"] = record.pop("date")
        record["end"] = record["start"] + DAY * rng.choice([0, 1, 5, 365])
    return record


def written(rng: random.Random, days: list[date]) -> Table:
    """Make an article, poster or publication; few works, so that they repeat."""
    kind = rng.choice(["article", "article", "poster", "publication", "publication"])
    record: Table = {"kind": kind, "date": a_day(rng, days)}
    if kind == "publication" or sometimes(rng, 0.3):
        record["credits"] = rng.choice([4, 5, 8, 10, 11, 12.5, Decimal("9.75")])
    if sometimes(rng, 0.5):
        record["work"] = rng.choice(["doi:1", "doi:2"])
    return record


def teaching(rng: random.Random, days: list[date]) -> Table:
    """Make teaching of either category, with hours, credits or both."""
    record: Table = {
        "kind": "teaching",
        "date": a_day(rng, days),
        "category": rng.choice([1, 1, 2]),
    }
    which = rng.choice(["hours", "hours", "credits", "both"])
    if which != "credits":
        record["hours"] = rng.choice([1, 2, 2.5, 4, Decimal("4.75"), 5, 5.25, Decimal("1.3"), 0.25])
    if which != "hours":
        record["credits"] = amount(rng)
    if sometimes(rng, 0.6):
        people = ["students", "residents", "physicians", "allied-health"]
        record["learners"] = rng.sample(people, rng.choice([1, 1, 2]))
    return record


def awarded(rng: random.Random, days: list[date]) -> Table:
    """Make a degree or a certification, at times with a number of its own."""
    record: Table = {
        "kind": rng.choice(["degree", "board-certification"]),
        "date": a_day(rng, days),
    }
    if sometimes(rng, 0.3):
        record["credits"] = rng.choice([2, 3, 20, 25, 30, 60, 61.25])
    if sometimes(rng, 0.6):
        record["topics"] = rng.choice(
            [["risk-management"], {"risk-management": 2}, ["risk-management", "dementia"]]
        )
    return record


def service(rng: random.Random, days: list[date]) -> Table:
    """Make work for the Board or the State: approved in time, late, or never; at times still going on."""
    kind = rng.choice(["board-volunteer", "board-volunteer", "medical-examiner", "board-of-health"])
    record: Table = {"kind": kind}
    first = a_day(rng, days)
    last = first
    shape = rng.choice(["date", "date", "span", "open"])
    if shape == "date":
        record["date"] = first
    else:
        record["start"] = first
    if shape == "span":
        last = first + DAY * rng.choice([0, 1, 30, 364, 800])
        record["end"] = last
    if sometimes(rng, 0.8):
        record["approved-on"] = last + DAY * rng.choice([-30, 0, 0, 1, 30, 400, 800])
    if kind == "board-volunteer":
        which = rng.choice(["hours", "hours", "credits", "both"])
        if which != "credits":
            record["hours"] = rng.choice([3, 8, 10, 10.5, 12, 20, 25])
        if which != "hours":
            record["credits"] = rng.choice([4, 9.75, 10, 20])
        if sometimes(rng, 0.6):
            record["topics"] = rng.choice(
                [["risk-management"], {"risk-management": 2.5}, {"risk-management": 3}]
            )
    elif sometimes(rng, 0.3):
        record["credits"] = rng.choice([1, 2.5, 4, 6])
    elif sometimes(rng, 0.15):
        record["topics"] = rng.choice([["opioid-pain"], {"implicit-bias": 1}])
    return record


def training(rng: random.Random, days: list[date]) -> Table:
    """Make a residency or fellowship: long, short, open, or over two years."""
    kind = rng.choice(["residency", "fellowship"])
    start = a_day(rng, days)
    record: Table = {"kind": kind, "start": start}
    if sometimes(rng, 0.05):
        record["topics"] = ["opioid-pain"]  # does nothing
    if sometimes(rng, 0.75):
        record["end"] = start + DAY * rng.choice(
            [0, 1, 90, 364, 365, 366, 729, 730, 731, 1095, 1460]
        )
    return record


def self_directed(rng: random.Random, days: list[date]) -> Table:
    """Make a Category 2 activity, or a consultation, whole hours or not."""
    kind = rng.choice([*SELF_DIRECTED, "consultation", "self-assessment"])
    record = {"kind": kind, "date": a_day(rng, days), "credits": amount(rng)}
    if sometimes(rng, 0.1):
        record["category"] = 2
    return record


def regulations(rng: random.Random, days: list[date]) -> Table:
    """Study the Board's regulations."""
    credits = rng.choice([0.5, 1, 1.75, 2, 2.5])
    return {
        "kind": "regulation-study",
        "date": a_day(rng, days),
        "category": rng.choice([1, 2, 2]),
        "credits": credits,
    }


def mandated(rng: random.Random, days: list[date]) -> Table:
    """Take a training that the law asks for, mostly without credit."""
    record: Table = {"kind": "mandated-training", "date": a_day(rng, days)}
    record["topics"] = [
        rng.choice(["child-abuse", "domestic-sexual-violence", "implicit-bias", "ehr"])
    ]
    if sometimes(rng, 0.4):
        record["credits"] = rng.choice([0, 1, 2, 3])
    if sometimes(rng, 0.3):
        record["category"] = rng.choice([1, 2])
    return record


MAKERS: list[Maker] = [course, course, written, teaching, awarded, service, training]
MAKERS += [self_directed, regulations, mandated]
TAKES_ANY_TOPIC = (course, teaching, self_directed, regulations, written)


def activity(rng: random.Random, make: Maker, days: list[date], extra: list[str]) -> Table:
    """Make one record by a maker, with what every kind may bear."""
    record = make(rng, days)
    credits = record.get("credits", record.get("hours", 4))
    wanted = 0.65 if make is course else 0.35
    if make in TAKES_ANY_TOPIC and sometimes(rng, wanted):
        record["topics"] = topics(rng, credits, extra)
    if make is not training or sometimes(rng, 0.3):
        status = rng.choice([None] * 8 + ["planned", "attended", "claimed"])
        record |= {"status": status} if status else {}
    if sometimes(rng, 0.5):
        record["provider"] = "Boston University"
    if record.get("category", 1) == 1 and sometimes(rng, 0.1):
        record["credit-type"] = "AMA PRA Category 1"
    if sometimes(rng, 0.05):
        record["x-mood"] = "good"
    return {"title": rng.choice(TITLES), **record}


def nearly_enough(rng: random.Random, last: date) -> list[Table]:
    """Make records that together meet all that is asked by a day, or fail by a quarter or a record."""
    asked: list[tuple[Any, list[str]]] = [
        (rng.choice([36, 38, 40, 90, Decimal("35.75")]), []),
        (rng.choice([3, 4, 5]), ["risk-management"]),
        (2, ["board-regulations"]),
        (3, ["opioid-pain"]),
        (2, ["end-of-life"]),
        (2, ["implicit-bias"]),
        (3, ["ehr"]),
        (1, ["dementia"]),
        (rng.choice([4.75, 5, 8]), ["substance-use"]),
        (0, ["child-abuse"]),
        (0, ["domestic-sexual-violence"]),
    ]
    if sometimes(rng, 0.3):
        asked.pop(rng.randrange(len(asked)))
    if sometimes(rng, 0.3):
        n = rng.randrange(len(asked))
        credits, named = asked[n]
        asked[n] = (max(Decimal(str(credits)) - QUARTER, Decimal(0)), named)
    return [
        {
            "title": f"Number {n}",
            "date": last - DAY * rng.choice([0, 0, 1, 30, 200, 364, 365]),
            "category": 1,
            "credits": credits,
            "topics": named,
        }
        for n, (credits, named) in enumerate(asked)
    ]


# The rest of the ledger


def license_table(rng: random.Random, birthday: str) -> Table:
    """Make a license: by its issue, by a renewal date, or by both, agreeing or not."""
    year = rng.choice(
        [
            2008,
            2012,
            2014,
            2015,
            2016,
            2017,
            2018,
            2019,
            2020,
            2021,
            2022,
            2023,
            2024,
            2024,
            2025,
            2026,
        ]
    )
    born = date(2000, int(birthday[:2]), int(birthday[3:]))
    renewal = in_year(born, year)
    one: Table = {"jurisdiction": "MA"}
    if sometimes(rng, 0.6):
        one["number"] = str(rng.randint(200000, 299999))
    kinds = rng.choice([OWING, OWING, OWING, NOT_OWING])
    if sometimes(rng, 0.6):
        one["type"] = rng.choice(kinds)
    which = rng.choice(["issued", "renewal", "renewal", "both"])
    if which != "renewal":
        back = rng.choice([0, 1, 30, 88, 89, 90, 91, 92, 93, 200, 364, 365, 400, 731, 900, 1500])
        one["issued"] = renewal - DAY * back
        if sometimes(rng, 0.15):
            one["issued"] = date(rng.choice([2012, 2016, 2020]), 2, 29)
    if which != "issued":
        one["renewal-date"] = renewal + DAY * rng.choice([0] * 8 + [1, -1])
        if birthday == "02-29" and year % 4 == 0 and sometimes(rng, 0.5):
            one["renewal-date"] = date(year, 2, 29)
    return one


def end_a_license(rng: random.Random, one: Table) -> None:
    """Give a license up, after it began."""
    anchor = one.get("issued") or one["renewal-date"]
    ended = anchor + DAY * rng.choice([0, 1, 364, 365, 700, 731, 1000])
    one["ended"] = max(ended, one.get("issued", ended))


def waiver(rng: random.Random, licenses: list[Table], birthday: str, own: list[str]) -> Table:
    """Make a waiver, mostly for a renewal date, granted early, late or not yet."""
    one = rng.choice(licenses)
    born = date(2000, int(birthday[:2]), int(birthday[3:]))
    anchor = one.get("renewal-date") or in_year(born, one["issued"].year)
    covered = in_year(anchor, anchor.year + rng.choice([-2, 0, 0, 0, 0, 1, 2, 2]))
    made: Table = {"jurisdiction": "MA", "renewal-date": covered, "requested": covered - 250 * DAY}
    if sometimes(rng, 0.8):
        made["granted"] = covered + DAY * rng.choice([-200, -30, -1, 0, 1, 30])
    if sometimes(rng, 0.5):
        made["requirements"] = rng.sample(RULES_IDS + own, rng.choice([1, 2, 3]))
    return made


def requirement(rng: random.Random, number: int, days: list[date]) -> Table:
    """Make a requirement of the physician's own."""
    made: Table = {
        "id": f"own-{number}",
        "name": "The hospital's",
        "credits": rng.choice([1, 2.5, 5, 20]),
    }
    if sometimes(rng, 0.6):
        made["topics"] = rng.sample([*RISK_TOPICS, *OTHER_TOPICS, "stroke"], rng.choice([1, 1, 2]))
    if sometimes(rng, 0.4):
        made["category"] = rng.choice([1, 2])
    if sometimes(rng, 0.5):
        made["from"] = a_day(rng, days)
        made["to"] = made["from"] + DAY * rng.choice([0, 364, 365, 730, 1500])
    return made


def practice(rng: random.Random) -> Table:
    """Make a practice table of a few keys."""
    made: Table = {}
    for key in ("prescribes-controlled-substances", "serves-adults", "practicing-medicine"):
        if sometimes(rng, 0.2):
            made[key] = sometimes(rng, 0.4)
    for key in ("full-time-faculty", "dea-registered"):
        if sometimes(rng, 0.4):
            made[key] = sometimes(rng, 0.8)
    if sometimes(rng, 0.1):
        made["ehr-proof"] = rng.choice(["meaningful-use", "hospital", "mass-hiway", "exempt"])
    return made


def ledger(rng: random.Random, only: list[Maker] | None = None) -> Table:
    """Make a ledger without errors: a dict that TOML can spell, with dates, numbers, texts and tables.

    `only`: the makers of its records, for a ledger of one subject.
    """
    birthday = rng.choice(["05-10", "02-29", "02-28", "03-01", "12-31", "01-01", "01-31", "07-04"])
    licenses = [license_table(rng, birthday)]
    while sometimes(rng, 0.2) and len(licenses) < 3:
        licenses.append(license_table(rng, birthday))
    for one in licenses:
        if sometimes(rng, 0.3 if len(licenses) > 1 else 0.08):
            end_a_license(rng, one)
    days = edges(licenses, birthday)
    doc: Table = {"format": 1, "physician": {"name": "Maya Chen, MD", "birthday": birthday}}
    if sometimes(rng, 0.7):
        doc["practice"] = practice(rng)
    doc["license"] = licenses
    own = [requirement(rng, n, days) for n in range(rng.choice([0, 0, 0, 1, 2]))]
    extra = ["stroke"] if any("stroke" in one.get("topics", []) for one in own) else []

    # A ledger of one subject reaches its limits; one of all kinds mixes them.
    subjects: list[list[Maker]] = [
        MAKERS,
        MAKERS,
        MAKERS,
        [rng.choice(MAKERS)],
        rng.sample(MAKERS, 2),
    ]
    subjects += [[written], [teaching], [service], [awarded], [course]]
    subject = rng.choice(subjects) if only is None else only
    anchor = rng.choice(licenses)
    born = date(2000, int(birthday[:2]), int(birthday[3:]))
    home = anchor.get("renewal-date") or in_year(
        born, anchor["issued"].year + rng.choice([1, 2, 3])
    )
    home += rng.choice([0, 0, 730]) * DAY
    if sometimes(rng, 0.4):
        home = rng.choice(days)
    if sometimes(rng, 0.6):  # most of them in two years, so that they meet
        days = [day for day in days if home - 740 * DAY <= day <= home] or days
    if sometimes(rng, 0.2):
        days = rng.sample(days, min(3, len(days)))
    records = [
        activity(rng, rng.choice(subject), days, extra)
        for _ in range(rng.choice([0, 1, 2, 3, 5, 8, 12, 15]))
    ]
    if sometimes(rng, 0.3):
        records = [*nearly_enough(rng, home), *records][:15]
        rng.shuffle(records)
    for n, record in enumerate(records):
        if sometimes(rng, 0.5):
            records[n] = {"id": f"{rng.choice('abz')}{n}", **record}
    if len(records) < 15 and sometimes(rng, 0.1):
        clash = next((r for r in records if "date" in r and "id" not in r), None)
        if clash is not None:  # an explicit id that another record would derive
            clash["title"] = "Pain"
            records.append({"id": f"{clash['date']}-pain", "title": "Pain", **course(rng, days)})
    if records:
        doc["activity"] = records
    waivers = [
        waiver(rng, licenses, birthday, [r["id"] for r in own])
        for _ in range(rng.choice([0, 0, 0, 1, 2]))
    ]
    if waivers:
        doc["waiver"] = waivers
    if own:
        doc["requirement"] = own
    return doc


def as_of(rng: random.Random, doc: Table) -> date:
    """Choose a day to ask about: an edge of the licenses, a day of a record or waiver, or any near day."""
    days = edges(doc["license"], doc["physician"]["birthday"])
    named: list[date] = [
        v
        for r in [*doc.get("activity", []), *doc.get("waiver", [])]
        for v in r.values()
        if isinstance(v, date)
    ]
    if named and sometimes(rng, 0.3):
        return rng.choice(named) + DAY * rng.choice([-1, 0, 0, 1, 400])
    if named and sometimes(rng, 0.3):
        return max(named) + DAY * rng.choice([0, 0, 1, 30])
    if named and sometimes(rng, 0.6):  # late enough to see most of the ledger
        middle = sorted(named)[len(named) // 2]
        return rng.choice([day for day in days if middle <= day <= middle + 800 * DAY] or named)
    return a_day(rng, days)


# TOML


def value_to_toml(value: Any) -> str:
    """Spell one value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "[" + ", ".join(value_to_toml(part) for part in value) + "]"
    if isinstance(value, dict):
        return (
            "{ " + ", ".join(f"{key} = {value_to_toml(part)}" for key, part in value.items()) + " }"
        )
    return str(value)


def to_toml(doc: Table) -> str:
    """Spell a ledger in plain TOML 1.0."""
    lines = [
        f"{key} = {value_to_toml(value)}"
        for key, value in doc.items()
        if not isinstance(value, (dict, list))
    ]
    for name, value in doc.items():
        if not isinstance(value, (dict, list)):
            continue
        for table in value if isinstance(value, list) else [value]:
            lines += ["", f"[[{name}]]" if isinstance(value, list) else f"[{name}]"]
            lines += [f"{key} = {value_to_toml(part)}" for key, part in table.items()]
    return "\n".join(lines) + "\n"
