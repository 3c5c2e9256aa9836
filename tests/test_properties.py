"""What must hold for every ledger: sums, dates, and spelling."""

import random
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

import generate
import spelling
from books import RULEBOOK, WORDS, judged, opened
from cmeledger.book import Book
from cmeledger.ledger.parse import NotToml, parse
from cmeledger.ledger.read import read
from cmeledger.ledger.source import Places, place
from cmeledger.model import License
from cmeledger.report import documents
from cmeledger.report.views import records
from cmeledger.rules.counting import floor_quarter
from cmeledger.rules.cycles import Series, first_renewal, series
from cmeledger.rules.retention import keeping_files

SEEDS = st.integers(0, 10**9)
DAYS = st.dates(date(1950, 1, 1), date(2150, 1, 1))
BIRTHDAYS = DAYS.map(lambda day: (day.month, day.day))
WITHOUT_LIMIT = (
    generate.course,
    generate.self_directed,
    generate.regulations,
    generate.mandated,
)
"""Makers of kinds that have no limit of their own."""


@given(SEEDS)
@settings(max_examples=150, deadline=None)
def test_a_record_of_a_kind_without_limit_never_lowers_a_count(seed: int) -> None:
    dice = random.Random(seed)
    document = generate.ledger(dice)
    day = generate.as_of(dice, document)
    before = judged(opened(generate.to_toml(document), day))
    days = generate.edges(document["license"], document["physician"]["birthday"])
    named = [topic for one in document.get("requirement", []) for topic in one.get("topics", [])]
    extra = generate.activity(dice, dice.choice(WITHOUT_LIMIT), days, named)
    extra |= {"id": "one-more", "status": "claimed"}
    if dice.random() < 0.5:  # among the records that are there, where limits are at work
        here = [one["date"] for one in document.get("activity", []) if "date" in one]
        extra |= {"date": dice.choice(here)} if here and "date" in extra else {}
    more = dict(document, activity=[*document.get("activity", []), extra])
    after = judged(opened(generate.to_toml(more), day))
    for old, new in zip(before, after, strict=True):
        for was, now in zip(old.standings, new.standings, strict=True):
            assert now.requirement.id == was.requirement.id
            assert now.counted >= was.counted, was.requirement.id
            assert now.missing <= was.missing, was.requirement.id


@given(SEEDS)
@settings(max_examples=80, deadline=None)
def test_counted_is_the_sum_of_its_activities(seed: int) -> None:
    dice = random.Random(seed)
    document = generate.ledger(dice)
    book = opened(generate.to_toml(document), generate.as_of(dice, document))
    for license_ in documents.status(book, judged(book), [])["licenses"]:
        for entry in license_["requirements"]:
            parts = [Fraction(str(item["counted"])) for item in entry["activities"]]
            if entry["unit"] == "credits":
                assert Fraction(str(entry["counted"])) == sum(parts, Fraction(0)), entry["id"]
            else:
                assert entry["counted"] == bool(parts)
                assert set(parts) <= {1}
            assert all(part > 0 for part in parts)
            assert (entry["status"] == "short") == (entry["missing"] > 0)
    for tally in book.tallies():
        for record in tally.records:
            assert 0 <= record.counted <= record.claimed
            assert Fraction(record.counted) * 4 % 1 == 0
            assert record.cycle is not None or record.counted == 0


def everything(book: Book) -> list[object]:
    """Say all that the commands say of a ledger, but for words that quote its spelling."""
    tallies = book.tallies()
    kept = book.keeping(tallies)
    reports = judged(book)
    order = sorted(book.ledger.activities, key=lambda activity: (activity.day, activity.id))
    problems = [(p.code, p.record) for p in book.all_problems(tallies, kept)]
    return [
        documents.status(book, reports, []),
        documents.listing(book, records(book, reports[0])),
        documents.keep(
            book,
            [(activity, kept[activity.id]) for activity in order],
            keeping_files(book.ledger, kept, tallies),
        ),
        sorted(problems, key=repr),
    ]


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
        everything(opened(generate.to_toml(dict(document, activity=order)), day))[:3]
        for order in (activities, shuffled)
    )
    assert one == other


@given(SEEDS)
@settings(max_examples=120, deadline=None)
def test_the_spelling_of_toml_never_changes_a_result(seed: int) -> None:
    dice = random.Random(seed)
    document = generate.ledger(dice)
    day = generate.as_of(dice, document)
    plain = everything(opened(generate.to_toml(document), day))
    for _ in range(3):
        assert everything(opened(spelling.spell(dice, document), day)) == plain


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
    # Three months are 89 days at least, February among them; the exact day aside it is later.
    assert first.exactly or first.day - issued >= timedelta(days=90)


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
    assert quarters <= Fraction(value) * 4 < quarters + 1


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
