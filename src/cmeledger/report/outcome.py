"""What the changes between two versions of a ledger did: per license and cycle."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from cmeledger.book import Book
from cmeledger.difference import Change, Record, State
from cmeledger.ledger.fresh import day_of
from cmeledger.ledger.pairs import pairs
from cmeledger.problems import LedgerUnusable
from cmeledger.report.effect import Shift, shifts
from cmeledger.rules.cycles import Cycle, Series
from cmeledger.rules.standing import Report


class Outcome(NamedTuple):
    """One license in one cycle, in which some requirement stands otherwise."""

    book: Book
    """The later version, on the day asked about."""
    report: Report
    """Of the later version."""
    shown: bool
    """Whether the cycle is that of the day."""
    shifts: tuple[Shift, ...]


def outcomes(before: State, after: State, changes: Sequence[Change], day: date) -> list[Outcome]:
    """Count both versions as of a day, and keep what is different.

    Looked at are, of each license that both have, the cycle of the day and those that changed
    records belong to. Raises LedgerUnusable where one of the versions cannot be counted.
    """
    old, new = before.book._replace(day=day), after.book._replace(day=day)
    tallies = {tally.license.path[1]: tally for tally in old.tallies()}
    found = pairs("license", *(_licenses(book) for book in (old, new)))
    numbers = {b: a for a, b in found.items()}
    outcomes = []
    for tally in new.tallies():
        was = tallies.get(numbers.get(int(tally.license.path[1]), -1))
        if was is None:
            continue
        cycles = {(was.series.shown_for(day), tally.series.shown_for(day)): True}
        for change in changes:
            if change.old is not None and change.new is not None and not change.fields:
                continue  # it was moved as it is
            for cycle in _touched(tally.series, change):
                if was.series.at(cycle.end) == cycle:
                    cycles.setdefault((cycle, cycle), False)
        for (one, other), shown in cycles.items():
            report = new.report(tally, other)
            different = tuple(shifts(old.report(was, one), report))
            if different:
                outcomes.append(Outcome(new, report, shown, different))
    return outcomes


def what_it_did(
    before: State, after: State, changes: Sequence[Change], day: date
) -> list[Outcome] | None:
    """Work out what differences did; None where one of the versions cannot be counted."""
    try:
        return outcomes(before, after, changes, day)
    except LedgerUnusable:
        return None


def _licenses(book: Book) -> Sequence[Record]:
    found = book.document.tables.get("license", ())
    return found if isinstance(found, list) else ()


def _touched(series: Series, change: Change) -> Iterator[Cycle]:
    """Find the cycles that the days of a changed record are in."""
    for record in filter(None, (change.old, change.new)):
        if change.table == "waiver":
            last = first = record.get("renewal-date")
        elif change.table == "activity":
            last = day_of(record)
            first = last if "date" in record else record.get("start", last)
        else:
            continue
        if type(first) is not date or type(last) is not date:
            continue
        cycle = series.at(first)
        while cycle is not None and cycle.start <= last:
            yield cycle
            cycle = series.at(series.after(cycle).end)
