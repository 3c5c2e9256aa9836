"""The records that may go into the archive, laid out."""

from collections.abc import Iterator, Sequence
from typing import Any

from cmeledger.archive import Going
from cmeledger.book import Book, archive_name
from cmeledger.report.terminal import Style, fit, plural
from cmeledger.visible import visible


def lines(book: Book, found: Sequence[Going], style: Style) -> Iterator[str]:
    """Lay out the records that may go, and how many stay."""
    kept = book.keeping(book.tallies())
    here = [kept[item.id] for item in book.ledger.activities if not item.archived]
    for_good = sum(keeping.for_good for keeping in here)
    if found:
        yield style.dim(f"{'keep until':<14}  id, title, why it may go")
    for item in found:
        yield f"{item.until.isoformat():<14}  {item.activity.id}"
        yield " " * 16 + fit(item.activity.title, style.width - 16).rstrip()
        yield style.dim(" " * 16 + item.why)
    if found:
        yield ""
    yield f"{plural(len(found), 'record')} may go into {visible(archive_name(book.file))}."
    yield (
        f"{plural(len(here) - len(found), 'record')} to be kept in the ledger, "
        f"of which {for_good} for good."
    )


def records(found: Sequence[Going]) -> list[dict[str, Any]]:
    """Give the records that may go, for JSON."""
    return [
        {"id": item.activity.id, "keep_until": item.until.isoformat(), "why": item.why}
        for item in found
    ]
