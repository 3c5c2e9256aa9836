"""`remind`: what is near, on one line, and as JSON."""

from collections.abc import Sequence
from datetime import date, timedelta

from cmeledger.book import Book
from cmeledger.report.ahead import Ahead
from cmeledger.report.effect import in_a_sentence
from cmeledger.report.terminal import amount, day, plural
from cmeledger.rules.standing import Report, Standing

MOST = 3
"""Dates that one line names."""


def near(
    book: Book, dates: Sequence[Ahead], reports: Sequence[Report], days: int
) -> tuple[list[Ahead], list[tuple[Report, Standing]]]:
    """Choose what is near: the dates within so many days, and what is short of a near renewal.

    The last day to ask for a waiver matters only where something is short; how long records are
    kept is nothing to be reminded of.
    """
    last = _last(book.day, days)
    short = [
        (report, standing)
        for report in reports
        for standing in report.standings
        if standing.status == "short" and book.day <= report.cycle.end <= last + timedelta(days=1)
    ]
    found = [
        item
        for item in dates
        if book.day <= item.day <= last
        and item.kind != "keep-until"
        and (item.kind != "waiver" or any(report.status == "short" for report in reports))
    ]
    return found, short


def _last(today: date, days: int) -> date:
    return date.fromordinal(min(today.toordinal() + days, date.max.toordinal() - 1))


def line(
    book: Book, dates: Sequence[Ahead], short: Sequence[tuple[Report, Standing]]
) -> str | None:
    """Say on one line what is near, the nearest first; None: nothing is."""
    parts = [f"{_when(item.day, book.day)}: {item.text}" for item in dates[:MOST]]
    if len(dates) > MOST:
        parts.append(f"{len(dates) - MOST} more by {day(dates[-1].day)}")
    if short:
        # With several licenses a requirement may be short in each.
        names = dict.fromkeys(_short(standing) for _, standing in short)
        parts.append(f"short: {', '.join(names)}")
    errors = sum(problem.severity == "error" for problem in book.problems)
    if errors:
        parts.append(f"{plural(errors, 'error')} in the ledger: see cmeledger check")
    return f"CME: {'; '.join(parts)}" if parts else None


def _when(on: date, today: date) -> str:
    days = (on - today).days
    return f"{day(on)} ({'today' if not days else 'in ' + plural(days, 'day')})"


def _short(standing: Standing) -> str:
    name = in_a_sentence(standing.requirement)
    if standing.requirement.unit == "completion":
        return name
    return f"{name} {amount(standing.missing)}"
