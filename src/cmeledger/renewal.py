"""What was attested at a renewal: written down, and compared with the ledger ever since.

What stands behind a total is judged as it was known on the day of attesting: what is completed
later alters nothing, and an enrollment that goes on does not grow.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final, NamedTuple

from cmeledger.book import Book
from cmeledger.ledger.fingerprint import fingerprint
from cmeledger.ledger.values import MOST
from cmeledger.model import Activity, Renewal
from cmeledger.problems import UsageError
from cmeledger.rules.counting import tally
from cmeledger.rules.cycles import in_year, series
from cmeledger.rules.standing import Report, Standing

FACTS: Final = (
    "title", "kind", "status", "category", "date", "start", "end", "credits", "hours",
    "provider", "approved_on", "work",
)  # fmt: skip
"""What a record says of the activity itself; the rest only documents it, and may be added later."""
MARK: Final = "sha256:"


class Total(NamedTuple):
    """A requirement whose total is not the one attested."""

    id: str
    attested: Decimal
    counted: Decimal | None
    """None: it is not asked any more."""


class Altered(NamedTuple):
    """A record behind the totals that is not as it was."""

    id: str
    how: str
    """ "changed", "removed", "not-counted" (it is there, and counts no more) or "added"."""


class Since(NamedTuple):
    """What became of one renewal since it was attested."""

    renewal: Renewal
    report: Report
    """The same cycle as the ledger has it now, as of the day of attesting."""
    totals: tuple[Total, ...]
    records: tuple[Altered, ...]
    readable: bool
    """Whether the digest is one that tells of single records."""
    edition: str
    """Of the rules that judged it now."""

    @property
    def altered(self) -> bool:
        """Tell whether the ledger says something else than what was attested."""
        return bool(self.totals or self.records)


def attested(report: Report) -> list[Standing]:
    """Choose what an attestation is about: what the Board asks of this license."""
    return [
        standing
        for standing in report.standings
        if standing.requirement.decides and standing.status != "not-applicable"
    ]


def values(book: Book, report: Report) -> dict[str, Any]:
    """Say what is attested on the book's day, as the keys of a `[[renewal]]`."""
    short = [
        f"{item.requirement.id} {item.counted.normalize():f} of {item.asked.normalize():f}"
        for item in attested(report)
        if item.status == "short"
    ]
    said: dict[str, Any] = {
        "jurisdiction": report.tally.license.jurisdiction,
        "renewal-date": report.cycle.end,
        "attested": book.day,
        "edition": book.rulebook.edition,
        "totals": {name: Decimal(f"{total.normalize():f}") for name, total in _totals(report)},
        "digest": _digest(_behind(report)),
    }
    return said | ({"note": f"short on record: {', '.join(short)}"} if short else {})


def ready(book: Book, shown: Sequence[Report]) -> list[Report]:
    """Choose what of some reports can be attested on the book's day, one for each renewal.

    Raises UsageError where none of their cycles has begun.
    """
    reports = one_a_renewal(book, [item for item in shown if item.cycle.start <= book.day])
    if not reports:
        begins = min(report.cycle.start for report in shown)
        raise UsageError(
            f"that cycle has not begun: its first day is {begins.isoformat()}\n"
            "name the cycle that you attested with --cycle YEAR, and the day with --date DATE"
        )
    return reports


def one_a_renewal(book: Book, reports: Sequence[Report]) -> list[Report]:
    """Choose one license for each renewal: a `[[renewal]]` names the State and the day alone.

    That is the first that is held on the book's day and of which something is asked. A fellow's
    limited license and the full one that followed it renew on the same birthday.
    """
    held = [item.license for item in book.held([report.tally for report in reports])]
    chosen: dict[tuple[str, date], Report] = {}
    for report in sorted(
        reports,
        key=lambda item: (item.tally.license not in held, item.status == "not-applicable"),
    ):
        chosen.setdefault((report.tally.license.jurisdiction, report.cycle.end), report)
    licenses = {report.tally.license.path for report in chosen.values()}
    return [report for report in reports if report.tally.license.path in licenses]


def earlier(book: Book, reports: Sequence[Report]) -> list[Renewal]:
    """Find what was attested before for the cycles of these reports."""
    cycles = {(report.tally.license.jurisdiction, report.cycle.end.year) for report in reports}
    return [
        item
        for item in book.ledger.renewals
        if item.jurisdiction
        and item.renewal_date
        and (item.jurisdiction, item.renewal_date.year) in cycles
    ]


def skipped(book: Book, reports: Sequence[Report]) -> list[Report]:
    """Find the renewals before those of these reports that nobody wrote down.

    Only where the one shown is further ahead than the Board's notice of it: then the one before
    may be meant. They are judged as of the book's day.
    """
    first = max(deadline.days_before for deadline in book.rulebook.deadlines)
    found = []
    for report in reports:
        before = report.tally.series.before(report.cycle)
        if before is not None and (report.cycle.end - book.day).days > first:
            found.append(book.report(report.tally, before))
    done = {
        (item.jurisdiction, item.renewal_date and item.renewal_date.year)
        for item in earlier(book, found)
    }
    return [
        report
        for report in found
        if (report.tally.license.jurisdiction, report.cycle.end.year) not in done
        and report.status != "not-applicable"
    ]


def since(book: Book) -> list[Since]:
    """Compare each cycle's last attestation with what the ledger says now.

    Those of no cycle of any license are left aside, and all of them where the archive is left out.
    """
    if book.archive_skipped:
        return []
    last: dict[tuple[str, int], Renewal] = {}
    for item in book.ledger.renewals:
        if item.jurisdiction and item.renewal_date:
            known = last.get((item.jurisdiction, item.renewal_date.year))
            if known is None or not (
                item.attested and known.attested and item.attested < known.attested
            ):
                last[item.jurisdiction, item.renewal_date.year] = item
    return [found for item in last.values() if (found := _compared(book, item)) is not None]


def _totals(report: Report) -> Iterator[tuple[str, Decimal]]:
    for standing in attested(report):
        yield standing.requirement.id, min(standing.counted, Decimal(MOST))


def _behind(report: Report) -> dict[str, str]:
    """Give the records behind the totals, each with what it says as one short text."""
    found = {
        share.record.activity.id: share.record.activity
        for standing in attested(report)
        for share in standing.shares
        if share.amount
    }
    return {name: _said(found[name]) for name in sorted(found)}


def _said(activity: Activity) -> str:
    facts = {name: getattr(activity, name) for name in FACTS}
    facts["topics"] = activity.topics
    facts["learners"] = sorted(activity.learners)
    return fingerprint(facts)[:16]


def _digest(behind: Mapping[str, str]) -> str:
    lines = "".join(f"\n{name} {said}" for name, said in behind.items())
    return f"{MARK}{sha256(lines.encode()).hexdigest()}{lines}"


def _records_of(digest: str | None) -> dict[str, str] | None:
    """Read a digest; None where it is not whole, or not one of ours."""
    lines = [line.split() for line in (digest or "").splitlines()[1:]]
    if any(len(words) != 2 for words in lines):
        return None
    behind = {words[0]: words[1] for words in lines}
    return behind if digest is not None and _digest(behind) == digest.strip() else None


def _compared(book: Book, item: Renewal) -> Since | None:
    renewal_date = item.renewal_date
    assert renewal_date is not None  # `since` chose only such
    then = book._replace(day=item.attested or book.day)
    reports = []
    for license in book.ledger.licenses:
        cycles = series(license, book.ledger.physician.birthday, book.rulebook)
        cycle = cycles.ending_in(renewal_date.year)
        if (
            license.jurisdiction == item.jurisdiction
            and cycle is not None
            and cycle.end == in_year(renewal_date, renewal_date.year)
        ):
            counted = tally(book.ledger, book.rulebook, license, then.day)
            reports.append(book.report(counted, cycle))
    for report in one_a_renewal(then, reports):
        now = dict(_totals(report))
        totals = [
            Total(name, total, now.get(name))
            for name, total in item.totals.items()
            if now.get(name) != total
        ]
        behind = _records_of(item.digest)
        records = () if behind is None else tuple(_altered(book, behind, _behind(report)))
        return Since(
            item, report, tuple(totals), records, behind is not None, book.rulebook.edition
        )
    return None


def _altered(book: Book, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Altered]:
    """Tell which records are not as they were; another id alone is no difference.

    A record without an id answers to its day and title, and to a number where others do: so one
    is first looked for by its id and what it says, then by what it says alone.
    """
    here = {activity.id: _said(activity) for activity in book.ledger.activities}
    left_out = {item.id for item in book.ledger.left_out}
    gone = [(name, said) for name, said in old.items() if new.get(name) != said]
    fresh = [(name, said) for name, said in new.items() if old.get(name) != said]
    same = Counter(said for _, said in gone) & Counter(said for _, said in fresh)
    rest = dict(_without(fresh, same))
    for name, said in _without(gone, same):
        is_here = name in here and (name not in new or name in rest)
        if is_here and here[name] != said:
            rest.pop(name, None)
            yield Altered(name, "changed")
        else:
            yield Altered(name, "not-counted" if is_here or name in left_out else "removed")
    for name in rest:
        yield Altered(name, "added")


def _without(records: Iterable[tuple[str, str]], same: Counter[str]) -> Iterator[tuple[str, str]]:
    """Leave out of some records those that say the same as another one, one for one."""
    left = same.copy()
    for name, said in records:
        if left[said]:
            left[said] -= 1
        else:
            yield name, said
