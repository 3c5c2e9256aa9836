"""The dates ahead as JSON (docs/json.md): what is near, and what a calendar file holds."""

from collections.abc import Sequence

from cmeledger.book import Book
from cmeledger.report.ahead import Ahead
from cmeledger.report.documents import SCHEMA, Json, archive, named, number
from cmeledger.rules.standing import Report, Standing


def remind(
    book: Book, days: int, dates: Sequence[Ahead], short: Sequence[tuple[Report, Standing]]
) -> Json:
    """Say what is near: every date of it."""
    return {
        "schema": SCHEMA,
        "as_of": book.day.isoformat(),
        "days": days,
        "dates": [_date(item) for item in dates],
        "short": [
            named(report.tally.license)
            | {"id": standing.requirement.id, "missing": number(standing.missing)}
            for report, standing in short
        ],
        "errors": sum(problem.severity == "error" for problem in book.problems),
        "archive": archive(book),
    }


def calendar(book: Book, dates: Sequence[Ahead], file: str | None, *, written: bool) -> Json:
    """Say which dates are in the calendar file, and whether it was written."""
    return {
        "schema": SCHEMA,
        "as_of": book.day.isoformat(),
        "file": file,
        "written": written,
        "dates": [_date(item) for item in dates],
        "archive": archive(book),
    }


def _date(item: Ahead) -> Json:
    return {
        "id": item.id,
        "kind": item.kind,
        "date": item.day.isoformat(),
        "text": item.text,
        "more": item.more,
    }
