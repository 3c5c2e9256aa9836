"""What must hold for every ledger: counting, dates, and spelling."""

import random
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

import generate
from cmeledger.book import Book
from cmeledger.ledger.parse import NotToml, parse
from cmeledger.ledger.read import NOTHING, read
from cmeledger.ledger.source import Places, place
from cmeledger.model import License
from cmeledger.rules import rulebook as rules
from cmeledger.rules.counting import floor_quarter
from cmeledger.rules.cycles import Series, first_renewal, series
from cmeledger.rules.standing import Report

RULEBOOK = rules.load()
WORDS = rules.vocabulary(RULEBOOK)
SEEDS = st.integers(0, 10**9)
DAYS = st.dates(date(1950, 1, 1), date(2150, 1, 1))
BIRTHDAYS = DAYS.map(lambda day: (day.month, day.day))
FREE_KINDS = ("course", "self-study", "journal-club", "regulation-study")
"""Kinds without a limit."""


def opened(text: str, day: date) -> Book:
    parsed = parse(text.encode())
    ledger, problems = read(parsed, WORDS)
    assert [problem for problem in problems if problem.severity == "error"] == []
    return Book("x", ledger, RULEBOOK, day, tuple(problems), parsed, NOTHING, None, False)  # noqa: FBT003


def judged(book: Book) -> list[Report]:
    return [book.report(tally, tally.series.shown_for(book.day)) for tally in book.tallies()]


def counts(book: Book) -> list[dict[str, Decimal]]:
    return [{s.requirement.id: s.counted for s in report.standings} for report in judged(book)]


@given(SEEDS, st.sampled_from(FREE_KINDS), st.integers(1, 40), st.integers(0, 900))
@settings(max_examples=60, deadline=None)
def test_a_record_of_a_kind_without_limit_never_lowers_a_count(
    seed: int, kind: str, quarters: int, ago: int
) -> None:
    dice = random.Random(seed)
    document = generate.ledger(dice)
    day = generate.as_of(dice, document)
    before = counts(opened(generate.to_toml(document), day))
    extra = {
        "id": "one-more",
        "title": "One more",
        "kind": kind,
        "date": day - timedelta(days=ago),
        "credits": quarters / 4,
        "category": 2,
        "topics": ["risk-management"],
    }
    more = dict(document, activity=[*document.get("activity", []), extra])
    after = counts(opened(generate.to_toml(more), day))
    for old, new in zip(before, after, strict=True):
        assert all(new[name] >= old[name] for name in old)


@given(SEEDS)
@settings(max_examples=80, deadline=None)
def test_groups_keep_to_their_limits_and_sums_agree(seed: int) -> None:
    dice = random.Random(seed)
    document = generate.ledger(dice)
    for report in judged(opened(generate.to_toml(document), generate.as_of(dice, document))):
        years: dict[tuple[object, ...], Decimal] = {}
        for record in report.tally.records:
            kind, category = record.activity.kind, record.activity.category
            assert 0 <= record.counted <= record.claimed
            assert record.counted % Decimal("0.25") == 0
            if record.cycle is None:
                assert record.counted == 0
                continue
            taken = (
                Decimal(bool(record.counted)) if kind in ("article", "poster") else record.counted
            )
            group = (kind, category)
            for year in (record.day.year, (record.cycle, record.cycle.license_year(record.day))):
                years[*group, year] = years.get((*group, year), Decimal(0)) + taken
        for (what, number, _), taken in years.items():
            if what in ("article", "poster"):
                assert taken <= 1
            if (what, number) == ("teaching", 1):
                assert taken <= 10
        for standing in report.standings:
            total = sum((Fraction(share.amount) for share in standing.shares), Fraction(0))
            if standing.requirement.unit == "credits":
                assert Fraction(standing.counted) == total
            assert (standing.status == "short") == (standing.missing > 0)


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_the_order_of_records_never_changes_a_result(seed: int) -> None:
    dice = random.Random(seed)
    document = generate.ledger(dice)
    day = generate.as_of(dice, document)
    activities = [dict(item, id=f"r{n}") for n, item in enumerate(document.get("activity", []))]
    shuffled = activities[:]
    dice.shuffle(shuffled)
    one, other = (
        counts(opened(generate.to_toml(dict(document, activity=order)), day))
        for order in (activities, shuffled)
    )
    assert one == other


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_the_spelling_of_toml_never_changes_a_result(seed: int) -> None:
    dice = random.Random(seed)
    document = generate.ledger(dice)
    day = generate.as_of(dice, document)
    plain = generate.to_toml(document)
    for other in (
        "\ufeff" + plain,
        plain.replace("\n", "\r\n"),
        plain.replace("\n", " # a comment\n"),
        plain.replace(" = ", "="),
        plain.replace("[[activity]]", "\n# above\n  [[ activity ]]"),
    ):
        assert counts(opened(other, day)) == counts(opened(plain, day))


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_nothing_is_kept_for_less_than_its_own_cycle(seed: int) -> None:
    dice = random.Random(seed)
    document = generate.ledger(dice)
    book = opened(generate.to_toml(document), generate.as_of(dice, document))
    tallies = book.tallies()
    for activity in book.ledger.activities:
        keep = book.keeping(tallies)[activity.id]
        if keep.until is None or activity.completed is None:
            continue
        for tally in tallies:
            cycle = tally.series.at(activity.completed)
            assert cycle is None or keep.until >= cycle.end


@given(DAYS, BIRTHDAYS)
def test_a_first_renewal_is_a_birthday_more_than_three_months_ahead(
    issued: date, birthday: tuple[int, int]
) -> None:
    first = first_renewal(issued, birthday, RULEBOOK)
    month, day = birthday
    assert (first.day.month, first.day.day) == ((2, 28) if birthday == (2, 29) else (month, day))
    assert timedelta(days=89) <= first.day - issued <= timedelta(days=366 + 731)
    assert first.exactly or first.day - issued > timedelta(days=88)


@given(DAYS, BIRTHDAYS, DAYS, st.booleans())
def test_cycles_follow_each_other_without_gap(
    issued: date, birthday: tuple[int, int], day: date, with_renewal: bool
) -> None:
    renewal = date(2020, birthday[0], min(birthday[1], 28)) if with_renewal else None
    license_ = License("MA", None, "full", issued, renewal, None, ())
    found: Series = series(license_, birthday, RULEBOOK)
    cycle = found.at(day)
    if day < issued:
        assert cycle is None
        return
    assert cycle is not None
    assert cycle.start <= day <= cycle.end
    assert found.is_renewal(cycle.end)
    after = found.after(cycle)
    assert after.start == cycle.end + timedelta(days=1)
    assert found.at(after.start) == after == found.at(after.end)
    assert after.end.year == cycle.end.year + 2
    assert found.ending_in(cycle.end.year) == cycle
    year = cycle.license_year(day)
    assert cycle.start <= year <= day
    assert day - year < timedelta(days=366)


@given(st.decimals(0, 1000, allow_nan=False, allow_infinity=False))
def test_credits_are_never_rounded_up(value: Decimal) -> None:
    quarters = Fraction(floor_quarter(value)) * 4
    assert quarters.denominator == 1
    # To a millionth: an amount that near above a quarter is that quarter.
    assert quarters <= Fraction(value) * 4 < quarters + 1 + Fraction(1, 10**5)


TOML_LIKE = st.lists(
    st.sampled_from(
        ["[[activity]]", "[activity]", "\n", "\r\n", "title", " = ", '"a"', "'b'", '"""', "'''",
         "date", "2025-06-01", "1.5", "{", "}", "[", "]", ",", "#", ".", "topics", "x-a", "\t",
         "credits", "nan", "-0.0", "true", "license", "\\u0041", "é", "\x00", "\ufeff", "format = 1"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@given(st.one_of(TOML_LIKE.map(str.encode), st.binary(max_size=200)))
@settings(max_examples=500, deadline=None)
def test_any_bytes_give_a_ledger_or_problems_with_places(data: bytes) -> None:
    check_bytes(data)


def check_bytes(data: bytes) -> None:
    try:
        document = parse(data)
        _, problems = read(document, WORDS)
    except NotToml as error:
        problems, text = [error.problem], data.decode("utf-8-sig", "replace")
    else:
        text = document.text
    lines = text.split("\n")
    for problem in place(problems, Places(text), Places("")):
        span = problem.span
        assert span is not None
        assert 1 <= span.line <= span.end_line <= len(lines)
        assert 1 <= span.column <= len(lines[span.line - 1]) + 1
        assert (span.line, span.column) <= (span.end_line, span.end_column)


@given(SEEDS)
@settings(max_examples=40, deadline=None)
def test_every_key_is_found_where_it_stands(seed: int) -> None:
    text = generate.to_toml(generate.ledger(random.Random(seed)))
    places = Places(text)
    lines = text.split("\n")
    for path in places.found:
        span = places.span(path, "key")
        shown = lines[span.line - 1][span.column - 1 : span.end_column - 1]
        if span.line == span.end_line and isinstance(path[-1], str):
            assert path[-1] in shown
