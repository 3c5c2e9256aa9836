"""A ledger as it would be if records not yet claimed were: nothing is written."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from cmeledger.book import Book, remake
from cmeledger.ledger.parse import Document
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


def planned(
    book: Book, extra: Sequence[Mapping[str, Any]], statuses: frozenset[str], last: date
) -> Plan:
    """Take the records of some statuses, and extra ones, for claimed on their days.

    Records after `last` are left as they are. Raises UsageError where an extra record has an error.
    """
    tables = list(book.document.tables.get("activity", ()))
    chosen = [
        activity.path[1]
        for activity in book.ledger.activities
        if activity.status in statuses and not activity.archived and activity.day <= last
    ]
    for number in map(int, chosen):
        tables[number] = {
            name: value
            for name, value in tables[number].items()
            if name not in ("status", "claim-by")
        }
    first = len(tables)
    tables += [normal(dict(values)) for values in extra]
    document = Document(book.document.text, book.document.tables | {"activity": tables})
    new = remake(book, book.data, document)
    for problem in new.problems:
        if problem.severity == "error" and not problem.archived:
            _refuse(problem.path, problem.message, problem.help, first)
    places = {("activity", number) for number in (*chosen, *range(first, len(tables)))}
    taken = [item for item in new.ledger.activities if not item.archived and item.path in places]
    taken.sort(key=lambda item: (item.day, item.id))
    later = max([book.day, *(item.day for item in taken)])
    return Plan(new._replace(day=later, archive_skipped=book.archive_skipped), tuple(taken))


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


def _refuse(path: Sequence[str | int], message: str, help: str | None, first: int) -> None:
    if path[:1] == ("activity",) and int(path[1]) >= first:
        which = f"--with, number {int(path[1]) - first + 1}: {message}"
        raise UsageError(f"{which}\n{help}" if help else which)


def lines(
    plan: Plan, before: Sequence[Report], after: Sequence[Report], style: Style
) -> Iterator[str]:
    """Lay out what was taken, what it brings, and where each license would stand."""
    if not plan.taken:
        yield 'No record is planned: add one with --with, or with status = "planned".'
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
