"""No group of records ever counts more than its limit, on ledgers that lean to it."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from fractions import Fraction
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import generate
from books import opened
from cmeledger.rules.counting import Counted
from cmeledger.rules.cycles import Cycle
from cmeledger.rules.standing import Report

Groups = dict[object, Fraction]
WRITTEN = ("article", "poster", "publication")
SINCE_WELLNESS, SINCE_SHARE = "2020-01-01", "2024-03-28"


class Case(NamedTuple):
    """A limit: how ledgers that lean to it are made, what is measured, and the most there may be."""

    makers: list[generate.Maker]
    measure: Callable[[list[Report]], Groups]
    most: int


def cycles(seed: int, makers: list[generate.Maker]) -> Iterator[list[Report]]:
    """Judge every cycle of each license of a ledger in which a record lies."""
    dice = random.Random(seed)
    document = generate.ledger(dice, makers)
    book = opened(generate.to_toml(document), generate.as_of(dice, document))
    for tally in book.tallies():
        found = {record.cycle for record in tally.records if record.cycle is not None}
        for item in tally.enrolled:
            first, last = item.whole
            days = [first + timedelta(days=n) for n in range(0, (last - first).days, 90)]
            found |= {cycle for day in (*days, last) if (cycle := tally.series.at(day))}
        yield [book.report(tally, cycle) for cycle in sorted(found)]


def counted(reports: list[Report]) -> Iterator[tuple[Counted, Cycle, Fraction]]:
    """Go through the records of a license that are no enrollments, each in its own cycle."""
    if reports:
        for record in reports[0].tally.records:
            if record.cycle is not None:
                yield record, record.cycle, Fraction(record.counted)


def shares(reports: list[Report], requirement: str) -> Iterator[tuple[Counted, Cycle, Fraction]]:
    """Go through what records give a requirement."""
    for report in reports:
        for standing in report.standings:
            if standing.requirement.id == requirement:
                for share in standing.shares:
                    yield share.record, report.cycle, Fraction(share.amount)


def a_year(
    kind: str, category: int | None = None, *, number: bool = False
) -> Callable[[list[Report]], Groups]:
    """Measure what a kind counts in each calendar year and in each license year."""

    def measure(reports: list[Report]) -> Groups:
        found: Groups = defaultdict(Fraction)
        for record, cycle, amount in counted(reports):
            if record.activity.kind == kind and category in (None, record.activity.category):
                taken = Fraction(amount > 0) if number else amount
                found["calendar", record.day.year] += taken
                found["license", cycle.license_year(record.day)] += taken
        return found

    return measure


def a_cycle(kind: str) -> Callable[[list[Report]], Groups]:
    """Measure what a kind counts in each cycle."""

    def measure(reports: list[Report]) -> Groups:
        found: Groups = defaultdict(Fraction)
        for record, cycle, amount in counted(reports):
            if record.activity.kind == kind:
                found[cycle] += amount
        return found

    return measure


def risk_management(kind: str) -> Callable[[list[Report]], Groups]:
    """Measure what a kind gives risk management in each cycle."""

    def measure(reports: list[Report]) -> Groups:
        found: Groups = defaultdict(Fraction)
        for record, cycle, amount in shares(reports, "risk-management"):
            if record.activity.kind == kind:
                found[cycle] += amount
        return found

    return measure


def certification_before(reports: list[Report]) -> Groups:
    """Measure what certifications give risk management before they may."""
    found = risk_management("board-certification")(reports)
    return {c: v for c, v in found.items() if isinstance(c, Cycle) and str(c.end) < SINCE_SHARE}


def a_work(reports: list[Report]) -> Groups:
    """Measure what each work counts as a publication, ever."""
    found: Groups = defaultdict(Fraction)
    for record, _, amount in counted(reports):
        if record.activity.kind == "publication":
            title = "".join(record.activity.title.split()).casefold()
            found[record.activity.work or ("title", title)] += amount
    return found


def records_of_a_work(reports: list[Report]) -> Groups:
    """Measure in how many records each work counts, of whatever kind."""
    found: Groups = defaultdict(Fraction)
    for record, _, amount in counted(reports):
        if record.activity.kind in WRITTEN and record.activity.work is not None:
            found[record.activity.work] += amount > 0
    return found


def wellness(reports: list[Report]) -> Groups:
    """Measure what wellness alone gives risk management: beside what other topics explain."""
    found: Groups = defaultdict(Fraction)
    for record, cycle, amount in shares(reports, "risk-management"):
        if "wellness" not in record.topics or str(cycle.end) < SINCE_WELLNESS:
            continue
        others = [Fraction(v or 0) for topic, v in record.topics.items() if topic != "wellness"]
        listed = None in record.activity.topics.values()
        explained = Fraction(0) if listed else sum(others, Fraction(0))
        if None in record.topics.values() and not listed:
            explained = Fraction(record.counted)  # regulations imply their topic for all credits
        found[cycle] += max(Fraction(0), amount - explained)
    return found


def fellowship(reports: list[Report]) -> Groups:
    """Measure what each fellowship counts in all cycles together."""
    found: Groups = defaultdict(Fraction)
    for record, _, amount in shares(reports, "total"):
        if record.activity.kind == "fellowship":
            found[record.activity.id] += amount
    return found


WELLNESS_MAKERS: list[generate.Maker] = [generate.course, generate.self_directed]
WELLNESS_MAKERS += [generate.course, generate.regulations]
CASES = {
    "article": Case([generate.written], a_year("article", number=True), 1),
    "poster": Case([generate.written], a_year("poster", number=True), 1),
    "publication": Case([generate.written], a_work, 10),
    "works": Case([generate.written], records_of_a_work, 1),
    "teaching": Case([generate.teaching], a_year("teaching", 1), 10),
    "board-volunteer": Case([generate.service], a_cycle("board-volunteer"), 20),
    "volunteers share": Case([generate.service], risk_management("board-volunteer"), 4),
    "medical-examiner": Case([generate.service], a_cycle("medical-examiner"), 4),
    "board-of-health": Case([generate.service], a_cycle("board-of-health"), 4),
    "certifications share": Case([generate.awarded], risk_management("board-certification"), 4),
    "certifications before": Case([generate.awarded], certification_before, 0),
    "wellness": Case(WELLNESS_MAKERS, wellness, 7),
    # 365 + 366 days at most: 731 x 50 / 365 = 100.137
    "fellowship": Case([generate.training], fellowship, 100),
}


@pytest.mark.parametrize("name", CASES)
def test_a_group_never_counts_more_than_its_limit(name: str) -> None:
    case = CASES[name]

    @given(st.integers(0, 10**9))
    @settings(max_examples=80, deadline=None)
    def check(seed: int) -> None:
        for reports in cycles(seed, case.makers):
            for group, amount in case.measure(reports).items():
                assert amount <= case.most, group

    check()


@pytest.mark.parametrize("name", CASES)
def test_the_ledgers_reach_the_limit_and_ask_for_more(name: str) -> None:
    case = CASES[name]
    most, cut = Fraction(0), False
    for seed in range(150):
        for reports in cycles(seed, case.makers):
            most = max([most, *case.measure(reports).values()])
            cut = cut or any(
                reason.code.startswith(("cap-per", "cap-of-kind", "share-limit"))
                for report in reports
                for standing in report.standings
                for share in standing.shares
                for reason in share.reasons
            )
    assert most == case.most
    assert cut
