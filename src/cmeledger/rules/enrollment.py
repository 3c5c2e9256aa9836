"""Residency and fellowship: credits by the day, and the cycles they exempt [MMS]."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from cmeledger.model import Activity
from cmeledger.rules.cycles import ONE_DAY, Cycle, years_after
from cmeledger.rules.rulebook import Rulebook

Days = tuple[date, date]
"""A run of days, both inclusive."""


class Enrolled(NamedTuple):
    """The days of one claimed enrollment, as known on the day asked about."""

    activity: Activity
    whole: Days
    """From the start to the end, or to the day asked about."""
    allowed: Days
    """The same within the years a program may take."""
    own: tuple[Days, ...]
    """The allowed days that no earlier enrollment has."""
    last: date | None
    """The last day it can reach: its end or the limit of years; None: open."""


def enrolled(activities: Iterable[Activity], rulebook: Rulebook, day: date) -> list[Enrolled]:
    """Work out the days of every claimed enrollment begun by `day`.

    A day counts once, for the earlier record: as everywhere, by completion date, then id; one
    still going on comes last. A fellowship counts at most two years.
    """
    claimed = [
        activity
        for activity in activities
        if rulebook.kinds[activity.kind].enrollment
        and activity.status == "claimed"
        and activity.start is not None
        and activity.start <= day
    ]
    claimed.sort(key=lambda activity: (activity.end or date.max, activity.id))
    found: list[Enrolled] = []
    taken: list[Days] = []
    for activity in claimed:
        start, end = activity.start, activity.end
        assert start is not None
        limit = last_allowed(activity, rulebook)
        last = min(filter(None, (end, limit)), default=None)
        whole = start, min(end or day, day)
        allowed = start, min(last or day, day)
        own = [allowed]
        for run in taken:
            own = [rest for days in own for rest in _without(days, run)]
        taken += own
        found.append(Enrolled(activity, whole, allowed, tuple(own), last))
    return found


def last_allowed(activity: Activity, rulebook: Rulebook) -> date | None:
    """Find the last day that a program of this kind may count; None: without limit."""
    years = rulebook.kinds[activity.kind].max_years
    if years is None or activity.start is None:
        return None
    return years_after(activity.start, years) - ONE_DAY


def count_days(runs: Iterable[Days], start: date, end: date) -> int:
    """Count the days of some runs that lie between two days, both inclusive."""
    return sum(max(0, (min(last, end) - max(first, start)).days + 1) for first, last in runs)


def credits_for(days: int, rulebook: Rulebook) -> Decimal:
    """Turn enrolled days into credits, rounded down to quarters."""
    rule = rulebook.enrollment
    quarters = days * rule.credits_per_year * 4 // rule.days_per_year
    return quarters / 4


def exempts(item: Enrolled, cycle: Cycle, day: date, rulebook: Rulebook) -> bool:
    """Tell whether an enrollment, as known on `day`, exempts a cycle."""
    first = cycle.end - ONE_DAY * (rulebook.enrollment.window_days - 1)
    return count_days([item.allowed], first, min(day, cycle.end)) > 0


def may_exempt(item: Enrolled, cycle: Cycle, day: date, rulebook: Rulebook) -> bool:
    """Tell whether an enrollment still open on `day` will exempt the cycle if it goes on."""
    still_open = item.last is None or item.last > day
    first = cycle.end - ONE_DAY * (rulebook.enrollment.window_days - 1)
    return still_open and (item.last is None or item.last >= first)


def _without(days: Days, taken: Days) -> list[Days]:
    """Take one run of days out of another."""
    first, last = days
    rest = []
    if first < taken[0]:
        rest.append((first, min(last, taken[0] - ONE_DAY)))
    if last > taken[1]:
        rest.append((max(first, taken[1] + ONE_DAY), last))
    return [run for run in rest if run[0] <= run[1]]
