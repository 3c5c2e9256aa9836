"""`check --proof` as JSON (docs/json.md)."""

from collections.abc import Sequence

from cmeledger.book import Book
from cmeledger.proof import Paper, Proof
from cmeledger.report.documents import SCHEMA, Json


def document(book: Book, found: Sequence[Proof]) -> Json:
    """Give the checklist of each record."""
    return {
        "schema": SCHEMA,
        "file": book.file,
        "as_of": book.day.isoformat(),
        "missing": sum(proof.state == "missing" for proof in found),
        "look": sum(proof.state == "look" for proof in found),
        "records": [
            {
                "id": proof.activity.id,
                "title": proof.activity.title,
                "date": proof.activity.day.isoformat(),
                "state": proof.state,
                "no_evidence": proof.activity.no_evidence,
                "items": {
                    item.name: {"state": item.state, "value": item.value} for item in proof.items
                },
                "files": [_paper(paper) for paper in proof.papers],
                "missing": [
                    {"what": lack.what, "message": lack.message, "help": lack.help}
                    for lack in proof.lacks
                ],
            }
            for proof in found
        ],
        "archive": "left out" if book.archive_skipped else "read" if book.archive_file else None,
    }


def _paper(paper: Paper) -> Json:
    seen = paper.named.seen
    return {
        "file": seen.item.file,
        "state": seen.state,
        "wrong": seen.wrong,
        "read": paper.read,
        "found": list(paper.found),
        "same_bytes_as": paper.named.same_as,
        "moved_to": paper.named.moved_to,
    }
