"""The dates ahead of a ledger: what is due, and when, for `calendar` and `remind`."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from cmeledger.book import Book
from cmeledger.model import License
from cmeledger.report.terminal import plural
from cmeledger.rules.counting import Tally
from cmeledger.rules.cycles import Cycle, deadlines
from cmeledger.visible import visible


class Ahead(NamedTuple):
    """One date on which something is due, in text that is safe to show."""

    id: str
    """Stays the same while the date moves: what it is, and of what."""
    kind: str
    """The id of a deadline, "claim-by" or "keep-until"."""
    day: date
    text: str
    """What is due, in a few words."""
    more: str
    """What belongs to it: the license, or the records."""
    renewal: tuple[str, date] | None = None
    """Of a deadline: the jurisdiction, and the renewal date it comes before."""


def ahead(book: Book, tallies: Sequence[Tally]) -> list[Ahead]:
    """List the dates of the present cycle and the next: deadlines, claim-by and keep-until.

    `tallies` are of the licenses that are held. By day, then id.
    """
    cycles = [(tally, cycle) for tally in tallies for cycle in _cycles(book, tally)]
    found = [item for tally, cycle in cycles for item in _deadlines(book, tally, cycle)]
    found += _claims(book)
    if cycles:
        first = min(cycle.start for _, cycle in cycles)
        found += _keeping(book, Cycle(first, max(cycle.end for _, cycle in cycles)))
    named: dict[str, int] = {}
    different = []
    for item in found:
        named[item.id] = count = named.get(item.id, 0) + 1
        different.append(item if count == 1 else item._replace(id=f"{item.id}-{count}"))
    return sorted(different, key=lambda item: (item.day, item.id))


def license_name(item: License) -> str:
    """Name a license in a few words."""
    number = f" {visible(item.number)}" if item.number else ""
    return f"{item.jurisdiction} license{number} ({item.type})"


def _cycles(book: Book, tally: Tally) -> Iterator[Cycle]:
    cycle = tally.series.shown_for(book.day)
    following = tally.series.at(tally.series.after(cycle).end)
    for item in (cycle, following):
        if item is not None and book.report(tally, item).status != "not-applicable":
            yield item


def _deadlines(book: Book, tally: Tally, cycle: Cycle) -> Iterator[Ahead]:
    license = tally.license
    name = f"{license.jurisdiction}-{visible(license.number or license.type)}"
    for deadline, day in deadlines(book.rulebook, cycle):
        yield Ahead(
            f"{deadline.id}-{cycle.end.year}-{name}",
            deadline.id,
            day,
            deadline.name,
            f"{license_name(license)}, renewal date {cycle.end.isoformat()}",
            (license.jurisdiction, cycle.end),
        )


def _claims(book: Book) -> Iterator[Ahead]:
    for activity in book.ledger.activities:
        if activity.status == "attended" and activity.claim_by is not None:
            title = visible(activity.title)
            more = visible(activity.provider or "") or "no provider is named"
            yield Ahead(
                f"claim-by-{visible(activity.id)}",
                "claim-by",
                activity.claim_by,
                f"last day to claim {title}",
                more,
            )


def _keeping(book: Book, window: Cycle) -> Iterator[Ahead]:
    kept = book.keeping(book.tallies())
    by_day: dict[date, list[str]] = {}
    for activity in book.ledger.activities:
        until = kept[activity.id].until
        if until is not None and window.holds(until):
            by_day.setdefault(until, []).append(visible(activity.id))
    for day, names in by_day.items():
        count = plural(len(names), "record")
        yield Ahead(
            f"keep-until-{day.isoformat()}",
            "keep-until",
            day,
            f"last day to keep {count}",
            ", ".join(sorted(names)),
        )
