"""The JSON documents of the commands (docs/json.md): plain dicts, credits as JSON numbers."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from cmeledger.book import Book
from cmeledger.model import Activity, LeftOut, License
from cmeledger.problems import Problem
from cmeledger.report.views import RecordView, left_out_of
from cmeledger.rules.counting import Counted, Reason
from cmeledger.rules.cycles import Cycle, deadlines
from cmeledger.rules.retention import Keeping
from cmeledger.rules.standing import Report, Standing

if TYPE_CHECKING:  # it brings hashes along, which only `verify` and `check` need
    from cmeledger.evidence import Named, Survey
    from cmeledger.report.packet import Packet

Json = dict[str, Any]
SCHEMA: Final = 1


def dumps(document: Json) -> str:
    """Write a document as JSON that is safe on any terminal: ASCII, control characters escaped."""
    import json

    text = json.dumps(document, indent=2, ensure_ascii=True, allow_nan=False)
    return text.replace("\x7f", "\\u007f") + "\n"


def number(value: Decimal) -> int | float:
    """Return credits as a JSON number; quarters are exact in binary."""
    return int(value) if value == value.to_integral_value() else float(value)


def status(book: Book, reports: Sequence[Report], problems: Iterable[Problem]) -> Json:
    """Say where each license stands."""
    severities = [problem.severity for problem in problems]
    return {
        "schema": SCHEMA,
        "as_of": book.day.isoformat(),
        "physician": book.ledger.physician.name,
        "licenses": [license(book, report) for report in reports],
        "problems": {
            "errors": severities.count("error"),
            "warnings": severities.count("warning"),
        },
        "archive": archive(book),
    }


def requirement(standing: Standing) -> Json:
    """Say where one requirement stands."""
    what = standing.requirement
    entry = {
        "id": what.id,
        "name": what.name,
        "unit": what.unit,
        "asked": number(standing.asked),
        "counted": number(standing.counted),
        "missing": number(standing.missing),
        "planned": number(standing.planned),
        "attended": number(standing.attended),
        "status": standing.status,
        "once": what.once,
        "source": what.source or None,
        "note": "; ".join(standing.notes) or None,
        "activities": [
            {"id": share.record.activity.id, "counted": number(share.amount)}
            for share in standing.shares
            if share.amount
        ],
    }
    return entry | {"own": True} if what.own else entry


def why_record(book: Book, record: str, views: Sequence[RecordView], keep: Keeping) -> Json:
    """Say what one record counts for, and why not more; one view for each license."""
    entries = [
        named(view.report.tally.license)
        | {
            "cycle": _cycle(view.cycle),
            "counted": number(view.counted),
            "requirements": [
                {"id": name, "counted": number(amount)} for name, amount in view.requirements
            ],
            "reasons": [_reason(reason) for reason in view.reasons],
        }
        for view in views
    ]
    return _why(book, record, views[0].claimed, entries, keep)


def why_left_out(book: Book, record: LeftOut, reports: Sequence[Report]) -> Json:
    """Say of a record that could not be used that it counts for nothing."""
    nothing = {
        "cycle": None,
        "counted": 0,
        "requirements": [],
        "reasons": [_reason(invalid_reason())],
    }
    entries = [named(report.tally.license) | nothing for report in reports]
    return _why(book, record.id, None, entries, Keeping(None, for_good=False))


def _why(
    book: Book, record: str | None, claimed: Decimal | None, entries: list[Json], keep: Keeping
) -> Json:
    """Put the first license's entry on top, and all of them below."""
    first = entries[0]
    return {
        "schema": SCHEMA,
        "id": record,
        "claimed": None if claimed is None else number(claimed),
        "counted": first["counted"],
        "cycle": first["cycle"],
        "requirements": first["requirements"],
        "reasons": first["reasons"],
        "keep_until": keep.until.isoformat() if keep.until else None,
        "kept_for_good": keep.for_good,
        "licenses": entries,
        "archive": archive(book),
    }


def invalid_reason() -> Reason:
    """Give the reason of a record left out for an error."""
    return Reason("invalid", "left out for an error: run cmeledger check", Decimal(0))


def why_requirement(book: Book, found: Sequence[tuple[Report, Standing]]) -> Json:
    """Say where one requirement stands and what was left out; one pair for each license."""
    entries = [
        requirement(standing)
        | {
            "left_out": [
                {"id": name, "reasons": [_reason(reason) for reason in reasons]}
                for name, reasons in left_out_of(book, report, standing, invalid_reason())
            ]
        }
        for report, standing in found
    ]
    licenses = [
        named(report.tally.license) | {"cycle": _cycle(report.cycle)} | entry
        for (report, _), entry in zip(found, entries, strict=True)
    ]
    return {"schema": SCHEMA} | entries[0] | {"licenses": licenses, "archive": archive(book)}


def check(file: str, problems: Sequence[Problem], archive_file: str | None) -> Json:
    """List every problem with its place."""
    return {
        "schema": SCHEMA,
        "file": file,
        "errors": sum(problem.severity == "error" for problem in problems),
        "warnings": sum(problem.severity == "warning" for problem in problems),
        "problems": [
            {
                "code": problem.code,
                "severity": problem.severity,
                "line": problem.span.line if problem.span else 1,
                "column": problem.span.column if problem.span else 1,
                "end_line": problem.span.end_line if problem.span else 1,
                "end_column": problem.span.end_column if problem.span else 1,
                "record": problem.record,
                "message": problem.message,
                "help": problem.help,
                "file": archive_file if problem.archived else file,
            }
            for problem in problems
        ],
    }


def verify(book: Book, found: "Survey", without: Sequence[str]) -> Json:
    """Say of every evidence file how it is; `without`: records that should name one."""
    return {
        "schema": SCHEMA,
        "file": book.file,
        "as_of": book.day.isoformat(),
        "wrong": sum(item.seen.wrong for item in found.files),
        "files": [_evidence(item) for item in found.files],
        "unnamed": list(found.unnamed),
        "without_evidence": list(without),
        "archive": archive(book),
    }


def _evidence(item: "Named") -> Json:
    owner, seen = item.owner, item.seen
    day = None if isinstance(owner, Activity) else owner.renewal_date
    return {
        "file": seen.item.file,
        "record": (owner.id or None) if isinstance(owner, Activity) else None,
        "waiver": day.isoformat() if day else None,
        "state": seen.state,
        "wrong": seen.wrong,
        "recorded": seen.item.sha256,
        "sha256": seen.digest,
        "same_bytes_as": item.same_as,
        "moved_to": item.moved_to,
        "message": seen.message or None,
        "help": seen.help or None,
    }


def packet(
    book: Book, file: str, made: "Packet", pages: int | None, troubles: Mapping[int, str]
) -> Json:
    """Say which packet was written, and what is wrong with files that it names."""
    return {
        "schema": SCHEMA,
        "file": file,
        "written": True,
        "pages": pages,
        "records": sum(len(part.entries) for item in made.parts for part in item.sections),
        "files": [
            {
                "number": item.number,
                "file": item.file,
                "sha256": item.digest,
                "trouble": troubles.get(item.number),
            }
            for item in made.files
        ],
        "archive": archive(book),
    }


def listing(book: Book, records: Iterable[tuple[Activity, Counted]]) -> Json:
    """List records with what they claim and count."""
    return {
        "schema": SCHEMA,
        "records": [
            {
                "id": activity.id,
                "date": activity.day.isoformat(),
                "title": activity.title,
                "provider": activity.provider,
                "kind": activity.kind,
                "category": activity.category,
                "status": activity.status,
                "claimed": number(record.claimed),
                "counted": number(record.counted),
            }
            for activity, record in records
        ],
        "archive": archive(book),
    }


def keep(
    book: Book, records: Iterable[tuple[Activity, Keeping]], files: Mapping[str, Keeping]
) -> Json:
    """List how long each record and each evidence file is kept."""
    return {
        "schema": SCHEMA,
        "as_of": book.day.isoformat(),
        "records": [
            {"id": item.id} | _kept(book, keeping) | {"archived": item.archived}
            for item, keeping in records
        ],
        "files": [{"file": file} | _kept(book, keeping) for file, keeping in files.items()],
        "archive": archive(book),
    }


def _kept(book: Book, keeping: Keeping) -> Json:
    return {
        "keep_until": keeping.until.isoformat() if keeping.until else None,
        "kept_for_good": keeping.for_good,
        "expired": keeping.expired(book.day),
    }


def init(file: str, schema_file: str | None) -> Json:
    """Say that a first ledger was written, and where the schema beside it is."""
    return {"schema": SCHEMA, "file": file, "written": True, "schema_file": schema_file}


def written(record: str | None, diff: str, *, written: bool) -> Json:
    """Say what a writing command did: the record's id, and the change of the ledger's text."""
    return {"schema": SCHEMA, "id": record, "written": written, "diff": diff}


def license(book: Book, report: Report) -> Json:
    """Say where one license stands in the cycle shown."""
    cycle = report.cycle
    return named(report.tally.license) | {
        "cycle": (_cycle(cycle) or {}) | {"days_left": (cycle.end - book.day).days},
        "deadlines": [
            {"id": deadline.id, "date": day.isoformat()}
            for deadline, day in deadlines(book.rulebook, cycle)
        ],
        "status": report.status,
        "requirements": [requirement(standing) for standing in report.standings],
    }


def named(item: License) -> Json:
    """Name a license."""
    return {"jurisdiction": item.jurisdiction, "number": item.number, "type": item.type}


def _cycle(cycle: Cycle | None) -> Json | None:
    return cycle and {"start": cycle.start.isoformat(), "end": cycle.end.isoformat()}


def _reason(reason: Reason) -> Json:
    return {
        "code": reason.code,
        "text": reason.text,
        "cut": number(reason.cut),
        "source": reason.source,
    }


def archive(book: Book) -> str | None:
    """Name the part the archive played: "read", "left out", or None where there is none."""
    if book.archive_skipped:
        return "left out"
    return "read" if book.archive_file else None
