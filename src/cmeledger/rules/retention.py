"""How long each record is kept [MMS, GUIDE]."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from cmeledger.model import Ledger
from cmeledger.rules.counting import Counted, Tally
from cmeledger.rules.cycles import Series
from cmeledger.rules.rulebook import Requirement, Rulebook, once_topics
from cmeledger.rules.standing import takes_category


class Keeping(NamedTuple):
    """How long one record is kept."""

    until: date | None
    """None: kept for good, or still going on."""
    for_good: bool

    def expired(self, day: date) -> bool:
        """Tell whether the record may go on a day."""
        return self.until is not None and day > self.until


def keeping(ledger: Ledger, rulebook: Rulebook, tallies: Sequence[Tally]) -> dict[str, Keeping]:
    """Work out, by id, how long every record is kept; with several licenses, the longest.

    At least one full cycle after the cycle of its completion. What serves a once-only requirement
    of any edition is kept for good, also where practice or license type switches it off.
    """
    lasting = [
        requirement
        for requirement in once_topics(rulebook.requirements)
        if requirement.decides or ledger.practice[requirement.practice or ""] is True
    ]
    for_good = {
        record.activity.id
        for tally in tallies
        for record in tally.records
        if record.topics and any(_serves(record, requirement) for requirement in lasting)
    }
    found = {}
    for activity in ledger.activities:
        good = activity.id in for_good
        done = activity.completed
        until = None if good or done is None else _until(done, [tally.series for tally in tallies])
        found[activity.id] = Keeping(until, good)
    return found


def _serves(record: Counted, requirement: Requirement) -> bool:
    return (
        any(rule.topic in record.topics for rule in requirement.topics)
        and takes_category(requirement, record.activity.category)
        and (
            record.completes
            if requirement.unit == "completion"
            else any(
                record.usable and record.topics[rule.topic] != 0
                for rule in requirement.topics
                if rule.topic in record.topics
            )
        )
    )


def _until(done: date, all_series: Sequence[Series]) -> date:
    """Find the end of the following cycle; before the first license, of the first cycle."""
    ends = [end for series in all_series if (end := _until_by(done, series)) is not None]
    # After every license has ended, retention goes on by the same two-year steps.
    return max(
        ends or filter(None, (_until_by(done, s._replace(last_day=None)) for s in all_series))
    )


def _until_by(done: date, series: Series) -> date | None:
    cycle = series.at(done)
    if cycle is not None:
        return series.after(cycle).end
    if series.first is not None and done < series.first.start:
        return series.first.end
    return None
