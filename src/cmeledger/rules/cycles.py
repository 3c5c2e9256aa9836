"""Renewal dates and cycles. The only importer of dateutil."""

from datetime import date, timedelta
from typing import NamedTuple

from cmeledger.model import License
from cmeledger.rules.rulebook import Deadline, Rulebook

ONE_DAY = timedelta(days=1)


class Cycle(NamedTuple):
    """The days from one renewal date to the next: both inclusive."""

    start: date
    end: date
    """The renewal date."""

    def holds(self, day: date) -> bool:
        """Tell whether a day lies in the cycle."""
        return self.start <= day <= self.end

    def license_year(self, day: date) -> date:
        """Find the first day of the license year that holds a day of the cycle.

        License years begin on the cycle's first day and on every anniversary in the cycle;
        29 February counts as 28 February.
        """
        begin = in_year(self.start, day.year)
        if begin > day:
            begin = in_year(self.start, day.year - 1)
        return max(begin, self.start)


class Series(NamedTuple):
    """All cycles of one license."""

    anchor: date
    """One renewal date, never a 29 February."""
    years: int
    first: Cycle | None
    """None: as far back as anybody looks."""
    last_day: date | None
    """The last day of a license that ended: no cycle after the one that holds it."""

    def renewal_on_or_after(self, day: date) -> date:
        """Find the first renewal date of the series that is not before `day`."""
        steps = -(-(day.year - self.anchor.year) // self.years)
        renewal = in_year(self.anchor, self.anchor.year + steps * self.years)
        return renewal if renewal >= day else self._step(renewal, 1)

    def at(self, day: date) -> Cycle | None:
        """Find the cycle that holds a day; None before the first or after the last."""
        if self.first is not None and day <= self.first.end:
            return self.first if day >= self.first.start else None
        end = self.renewal_on_or_after(day)
        cycle = Cycle(self._step(end, -1) + ONE_DAY, end)
        return cycle if self.last_day is None or cycle.start <= self.last_day else None

    def is_over(self, day: date) -> bool:
        """Tell whether the license ended in a cycle before the one that would hold a day."""
        return self.last_day is not None and day > self.last_day and self.at(day) is None

    def shown_for(self, day: date) -> Cycle:
        """Find the cycle to show for a day: before the first the first, after the last the last."""
        cycle = self.at(day)
        if cycle is None and self.first is not None and day < self.first.start:
            cycle = self.first
        elif cycle is None and self.last_day is not None:
            cycle = self.at(self.last_day) or self.first
        assert cycle is not None  # a series is only empty before its first day or after its last
        return cycle

    def ending_in(self, year: int) -> Cycle | None:
        """Find the cycle whose renewal date falls in a year."""
        if self.first is not None and self.first.end.year == year:
            return self.first
        if (year - self.anchor.year) % self.years:
            return None
        cycle = self.at(in_year(self.anchor, year))
        return cycle if cycle is not None and cycle.end.year == year else None

    def after(self, cycle: Cycle) -> Cycle:
        """Return the cycle that follows, whether or not the license ended before."""
        end = self.renewal_on_or_after(cycle.end + ONE_DAY)
        return Cycle(cycle.end + ONE_DAY, end)

    def before(self, cycle: Cycle) -> Cycle | None:
        """Return the cycle that came before; None before the first."""
        return self.at(cycle.start - ONE_DAY)

    def is_renewal(self, day: date) -> bool:
        """Tell whether a cycle of the license ends on a day (29 February read as 28)."""
        day = in_year(day, day.year)
        cycle = self.at(day)
        return cycle is not None and cycle.end == day

    def _step(self, renewal: date, count: int) -> date:
        return in_year(self.anchor, renewal.year + count * self.years)


def in_year(day: date, year: int) -> date:
    """Return the same month and day in another year; 29 February becomes 28 in every year."""
    return date(year, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)


def years_after(day: date, years: int) -> date:
    """Return the day so many years later, month ends clamped."""
    from dateutil.relativedelta import relativedelta

    return day + relativedelta(years=years)


def months_after(day: date, months: int) -> date:
    """Return the day so many months later, month ends clamped."""
    from dateutil.relativedelta import relativedelta

    return day + relativedelta(months=months)


def deadlines(rulebook: Rulebook, cycle: Cycle) -> list[tuple[Deadline, date]]:
    """Lay out the days before a renewal on which something is due, in order."""
    return [
        (deadline, cycle.end - timedelta(days=deadline.days_before))
        for deadline in rulebook.deadlines
    ]


class FirstRenewal(NamedTuple):
    """The first renewal date that follows from issue and birthday."""

    day: date
    exactly: bool
    """The first birthday falls exactly so many months after issue: the Board may have taken
    the next one."""


def first_renewal(issued: date, birthday: tuple[int, int], rulebook: Rulebook) -> FirstRenewal:
    """Work out the first renewal date [MMS; MGL c.112 §2].

    The first birthday after issue; if that is within three months of it, the birthday two years
    later. Exactly three months: the earlier date.
    """
    month, day = birthday
    born = date(2000, month, day)
    first = in_year(born, issued.year)
    if first <= issued:
        first = in_year(born, issued.year + 1)
    limit = months_after(issued, rulebook.skip_months)
    if limit > first:
        return FirstRenewal(in_year(born, first.year + rulebook.cycle_years), exactly=False)
    return FirstRenewal(first, exactly=limit == first)


def series(license: License, birthday: tuple[int, int] | None, rulebook: Rulebook) -> Series:
    """Lay out the cycles of a license.

    `renewal-date` fixes the series, backwards and forwards; without it, the first renewal that
    follows from issue and birthday does. The first cycle starts on the day of issue.
    """
    formula = (
        first_renewal(license.issued, birthday, rulebook).day
        if license.issued and birthday
        else None
    )
    anchor = license.renewal_date or formula
    assert anchor is not None  # the reader asks for one of them
    found = Series(in_year(anchor, anchor.year), rulebook.cycle_years, None, None)
    first = None
    if license.issued is not None:
        end = found.renewal_on_or_after(license.issued + ONE_DAY)
        if formula is not None and found.renewal_on_or_after(formula) == formula:
            end = formula
        first = Cycle(license.issued, end)
    return found._replace(first=first, last_day=license.ended)
