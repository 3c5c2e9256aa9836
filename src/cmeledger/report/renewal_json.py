"""Renewals as JSON (docs/json.md): what would be attested, and what has changed since it was."""

from cmeledger.book import Book
from cmeledger.renewal import Since, attested
from cmeledger.report.documents import Json, number, requirement
from cmeledger.rules.standing import Report


def ready(book: Book, report: Report) -> Json:
    """Say what a license would attest on the book's day, by the Board's requirements."""
    license, cycle = report.tally.license, report.cycle
    return {
        "jurisdiction": license.jurisdiction,
        "number": license.number,
        "type": license.type,
        "cycle": {"start": cycle.start.isoformat(), "end": cycle.end.isoformat()},
        "attested": book.day.isoformat(),
        "edition": book.rulebook.edition,
        "status": report.status,
        "requirements": [requirement(standing) for standing in attested(report)],
    }


def since(found: Since) -> Json:
    """Say what was attested, and what the ledger says otherwise since."""
    item = found.renewal
    return {
        "jurisdiction": item.jurisdiction,
        "renewal_date": item.renewal_date and item.renewal_date.isoformat(),
        "attested": item.attested and item.attested.isoformat(),
        "edition": item.edition,
        "altered": found.altered,
        "readable": found.readable,
        "totals": [
            {
                "id": total.id,
                "attested": number(total.attested),
                "counted": None if total.counted is None else number(total.counted),
            }
            for total in found.totals
        ],
        "records": [{"id": record.id, "how": record.how} for record in found.records],
    }
