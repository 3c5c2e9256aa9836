"""`remind`: what is near, on one line, and as JSON."""

from collections.abc import Sequence
from datetime import date, timedelta

from cmeledger.book import Book
from cmeledger.report.ahead import Ahead
from cmeledger.report.effect import in_a_sentence
from cmeledger.report.terminal import amount, day, fit, plural
from cmeledger.rules.cycles import in_year
from cmeledger.rules.standing import Report, Standing

MOST = 3
"""So many dates, and so much of what is short, does one line name."""
TITLE = 60
"""Cells that what is due may take on the line; a title may have any length."""


def near(
    book: Book, dates: Sequence[Ahead], reports: Sequence[Report], days: int
) -> tuple[list[Ahead], list[tuple[Report, Standing]]]:
    """Choose what is near: the dates within so many days, and what is short of a near renewal.

    The last day to ask for a waiver matters only where something is short; how long records are
    kept is nothing to be reminded of; and once a renewal is attested, its deadlines are not. What
    is short then is still said: until the renewal date it can be done.
    """
    renewed = {
        (item.jurisdiction, in_year(item.renewal_date, item.renewal_date.year))
        for item in book.ledger.renewals
        if item.renewal_date and (item.attested or book.day) <= book.day
    }
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
        and item.renewal not in renewed
        and (item.kind != "waiver" or any(report.status == "short" for report in reports))
    ]
    return found, short


def _last(today: date, days: int) -> date:
    return date.fromordinal(min(today.toordinal() + days, date.max.toordinal() - 1))


def line(
    book: Book, dates: Sequence[Ahead], short: Sequence[tuple[Report, Standing]]
) -> str | None:
    """Say on one line what is near, the nearest first; None: nothing is."""
    # Licenses that renew on the same day have the same deadlines.
    due = dict.fromkeys((item.day, fit(item.text, TITLE).rstrip()) for item in dates)
    parts = [f"{_when(on, book.day)}: {text}" for on, text in list(due)[:MOST]]
    if len(due) > MOST:
        parts.append(f"{plural(len(due) - MOST, 'more date')} by {day(dates[-1].day)}")
    if short:
        # With several licenses a requirement may be short in each.
        names = list(dict.fromkeys(_short(standing) for _, standing in short))
        more = f", and {len(names) - MOST} more" if len(names) > MOST else ""
        parts.append(f"short: {', '.join(names[:MOST])}{more}")
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
