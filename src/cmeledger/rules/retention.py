"""How long each record is kept [MMS, GUIDE]."""

from collections.abc import Mapping, Sequence
from datetime import date
from posixpath import normpath
from typing import NamedTuple

from cmeledger.model import ZERO, Ledger
from cmeledger.rules.counting import Counted, Tally, floor_quarter
from cmeledger.rules.cycles import Series, in_year
from cmeledger.rules.rulebook import Requirement, Rulebook, once_topics
from cmeledger.rules.sharing import bearing, takes_category


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
        for requirement in lasting
        for record in bearing(tally, requirement)
        if _serves(record, requirement)
    }
    all_series = [tally.series for tally in tallies]
    until_by_day: dict[date, date] = {}
    found = {}
    for activity in ledger.activities:
        good = activity.id in for_good
        done = activity.completed
        until = None
        if done is not None and not good:
            until = until_by_day.get(done) or until_by_day.setdefault(
                done, _until(done, all_series)
            )
        found[activity.id] = Keeping(until, good)
    return found


def keeping_files(
    ledger: Ledger, kept: Mapping[str, Keeping], tallies: Sequence[Tally]
) -> dict[str, Keeping]:
    """Work out, by name, how long every evidence file is kept: as long as anything that names it.

    A waiver's is kept as long as a record of the last day of the cycle that it covers. Files that
    a record or a waiver with an error names are left out: nobody knows how long that one is kept.
    """
    all_series = [tally.series for tally in tallies]
    naming: dict[str, list[Keeping]] = {}
    names = set()
    granted = (
        (waiver.evidence, Keeping(_until(in_year(end, end.year), all_series), for_good=False))
        for waiver in ledger.waivers
        for end in [waiver.renewal_date]
    )
    for evidence, keeping in (*((a.evidence, kept[a.id]) for a in ledger.activities), *granted):
        for item in evidence:
            names.add(item.file)
            naming.setdefault(normpath(item.file), []).append(keeping)
    drafts = (left_out.draft.evidence for left_out in ledger.left_out)
    for evidence in (*drafts, *(left_out.evidence for left_out in ledger.waivers_left_out)):
        for item in evidence:
            naming.pop(normpath(item.file), None)
    return {
        file: max(naming[normpath(file)], key=_length)
        for file in sorted(names)
        if normpath(file) in naming
    }


def _length(keeping: Keeping) -> tuple[bool, bool, date]:
    return keeping.for_good, keeping.until is None, keeping.until or date.min


def _serves(record: Counted, requirement: Requirement) -> bool:
    if not takes_category(requirement, record.activity.category):
        return False
    if requirement.unit == "completion":
        return record.completes
    return record.usable > 0 and any(
        (named := record.topics.get(rule.topic, ZERO)) is None or floor_quarter(named) > 0
        for rule in requirement.topics
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
