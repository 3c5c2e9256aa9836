"""A ledger as it would be if records not yet claimed were: nothing is written."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from cmeledger.book import Book, remake
from cmeledger.ledger.parse import Document
from cmeledger.ledger.schema import KINDS
from cmeledger.ledger.spell import normal
from cmeledger.model import Activity
from cmeledger.problems import UsageError
from cmeledger.report import documents
from cmeledger.report.documents import Json
from cmeledger.report.effect import effects
from cmeledger.report.status_text import license_line, painted_headline, standing_line
from cmeledger.report.terminal import Style, day, wrap
from cmeledger.rules.standing import Report
from cmeledger.visible import visible


class Plan(NamedTuple):
    """A ledger with records taken for claimed."""

    book: Book
    """As of the day of the last of them."""
    taken: tuple[Activity, ...]
    """By date, then id."""
    doubts: tuple[str, ...]
    """Warnings about the extra records, in words."""


def planned(
    book: Book, extra: Sequence[Mapping[str, Any]], statuses: frozenset[str], last: date
) -> Plan:
    """Take the records of some statuses, and extra ones, for claimed on their days.

    Records after `last` are left as they are. Raises UsageError where an extra record has an error,
    or lies after `last`.
    """
    tables = list(book.document.tables.get("activity", ()))
    chosen = [
        activity.path[1]
        for activity in book.ledger.activities
        if activity.status in statuses and not activity.archived and _begins(activity) <= last
    ]
    for number in map(int, chosen):
        tables[number] = _claimed(tables[number])
    first = len(tables)
    tables += [_claimed(normal(dict(values))) for values in extra]
    document = Document(book.document.text, book.document.tables | {"activity": tables})
    new = remake(book, book.data, document)
    doubts = []
    for problem in new.problems:
        if problem.path[:1] == ("activity",) and not problem.archived:
            number = int(problem.path[1]) - first + 1
            if number > 0 and problem.severity == "error":
                raise UsageError(f"{_which(number)}: {problem.message}\n{problem.help}")
            doubts += [f"{_which(number)}: {problem.message}; {problem.help}"] * (number > 0)
    places = {("activity", number) for number in (*chosen, *range(first, len(tables)))}
    taken = [item for item in new.ledger.activities if not item.archived and item.path in places]
    for item in taken:
        if _begins(item) > last:
            which = _which(int(item.path[1]) - first + 1)
            raise UsageError(
                f"{which}: {_begins(item).isoformat()} is after the last cycle shown, "
                f"which ends on {last.isoformat()}\n"
                "give another day, or plan for a later cycle with --as-of, a day in it"
            )
    taken.sort(key=lambda item: (item.day, item.id))
    later = max([book.day, *(min(item.day, last) for item in taken)])
    return Plan(
        new._replace(day=later, archive_skipped=book.archive_skipped), tuple(taken), tuple(doubts)
    )


def compared(
    book: Book, extra: Sequence[Mapping[str, Any]], statuses: frozenset[str]
) -> tuple[Plan, list[Report], list[Report]]:
    """Plan to the end of the present cycles; give each license's report before and after.

    Raises UsageError as `planned` does.
    """
    tallies = book.tallies()
    before = book.reports(book.held(tallies) or tallies)
    plan = planned(book, extra, statuses, max(report.cycle.end for report in before))
    later = {tally.license: tally for tally in plan.book.tallies()}
    after = [plan.book.report(later[item.tally.license], item.cycle) for item in before]
    return plan, before, after


def _begins(activity: Activity) -> date:
    """Say from which day on a record counts: an enrollment from its first, any other once done."""
    return activity.start or activity.day if KINDS[activity.kind].enrollment else activity.day


def _claimed(table: Mapping[str, Any]) -> dict[str, Any]:
    """Take a record for claimed: so it is without a status."""
    return {name: value for name, value in table.items() if name not in ("status", "claim-by")}


def _which(number: int) -> str:
    return f"--with, number {number}"


def lines(
    plan: Plan, before: Sequence[Report], after: Sequence[Report], style: Style
) -> Iterator[str]:
    """Lay out what was taken, what it brings, and where each license would stand."""
    if not plan.taken:
        yield 'No record is planned: write one down with status = "planned", or try one:'
        yield '  cmeledger plan --with "2 risk-management"'
    else:
        yield from wrap(f"If these were claimed, as of {day(plan.book.day)}:", style)
    for activity in plan.taken:
        text = f"{day(activity.day)}: {visible(activity.title)}"
        yield from wrap(text, style, indent="    ", first="  + ")
    for old, new in zip(before, after, strict=True):
        yield ""
        yield from wrap(license_line(plan.book, new), style, indent="  ", first="")
        yield ""
        yield from painted_headline(new, style)
        if new.status == "not-applicable":
            continue
        yield ""
        for standing in new.standings:
            if standing.status != "not-applicable":
                yield standing_line(new, standing, style)
        found = effects(old, new)
        yield ""
        brought = f"This would bring: {'; '.join(found)}." if found else "Nothing would change."
        yield from wrap(brought, style)


def document(plan: Plan, asked: date, before: Sequence[Report], after: Sequence[Report]) -> Json:
    """Say the same as JSON: the licenses as `status` has them."""
    return {
        "schema": documents.SCHEMA,
        "as_of": asked.isoformat(),
        "planned_to": plan.book.day.isoformat(),
        "taken": [
            {"id": item.id, "date": item.day.isoformat(), "title": item.title}
            for item in plan.taken
        ],
        "licenses": [
            documents.license(plan.book, new)
            | {
                "before": [
                    {
                        "id": item.requirement.id,
                        "counted": documents.number(item.counted),
                        "status": item.status,
                    }
                    for item in old.standings
                ]
            }
            for old, new in zip(before, after, strict=True)
        ],
        "archive": documents.archive(plan.book),
    }
