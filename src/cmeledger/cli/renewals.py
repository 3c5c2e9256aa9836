"""What commands say of earlier attestations, loaded only where the ledger has some."""

from typing import Any

from cmeledger.book import Book
from cmeledger.report.terminal import Style


def as_json(book: Book) -> list[dict[str, Any]]:
    """Give each cycle's last attestation, and what differs now."""
    if not book.ledger.renewals:
        return []
    from cmeledger.renewal import since
    from cmeledger.report import renewal_json

    return [renewal_json.since(item) for item in since(book)]


def as_lines(book: Book, style: Style, again: str) -> list[str]:
    """Say of attestations that the ledger no longer says the same; nothing where all do.

    `again` is what a suggested command needs to speak of the same ledger.
    """
    if not book.ledger.renewals:
        return []
    from cmeledger.renewal import since
    from cmeledger.report.renewal_text import notes
    from cmeledger.report.terminal import wrap

    said = notes(since(book), again)
    return [line for note in said for line in wrap(f"note: {note}", style, indent="  ", first="")]
