"""`list` for people, and the table for a spreadsheet."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import IO, Final

from cmeledger.book import Book
from cmeledger.model import ZERO, Activity
from cmeledger.report.terminal import Style, amount, fit, plural
from cmeledger.rules.counting import Counted
from cmeledger.visible import visible

WIDE: Final = 120
MARGIN: Final = 35
"""The cells before a title: date, category, status, credits."""
COLUMNS: Final = (
    "id", "date", "title", "provider", "kind", "category", "status", "claimed", "counted",
)  # fmt: skip
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Characters with which a spreadsheet begins a formula, full-width ones too."""


def lines(book: Book, records: Sequence[tuple[Activity, Counted]], style: Style) -> Iterator[str]:
    """Lay out records with totals by kind. On a narrow terminal the id has a line of its own."""
    wide = style.width >= WIDE
    if not records:
        yield "No record matches."
        yield from left_out(book)
        return
    title_width = style.width - MARGIN - (50 if wide else 0)
    head = f"{'date':<10}  cat  {'status':<8} {'credits':>7}  "
    yield style.dim(head + ("title".ljust(title_width) + "  id" if wide else "title, id"))
    for activity, record in records:
        shown = amount(record.counted)
        if record.counted != record.claimed:
            shown = style.plain(f"{amount(record.claimed)}→{amount(record.counted)}")
        start = (
            f"{activity.day.isoformat()}  {activity.category or '-'!s:^3}  "
            f"{activity.status:<8} {shown:>7}  "
        )
        title = fit(activity.title, title_width)
        yield f"{start}{title}  {activity.id}" if wide else f"{start}{title}".rstrip()
        if not wide:
            yield " " * MARGIN + style.dim(activity.id)
    yield ""
    kinds: defaultdict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO, ZERO])
    for activity, record in records:
        total = kinds[activity.kind]
        total[0] += 1
        total[1] += record.claimed
        total[2] += record.counted
    yield style.dim(f"{'kind':<22} {'records':>7} {'claimed':>9} {'counted':>9}")
    for kind, (count, asked, given) in sorted(kinds.items()):
        yield f"{kind:<22} {count:>7} {amount(asked):>9} {amount(given):>9}"
    sums = [sum((total[n] for total in kinds.values()), ZERO) for n in range(3)]
    yield style.bold(f"{'all':<22} {sums[0]:>7} {amount(sums[1]):>9} {amount(sums[2]):>9}")
    yield from left_out(book)


def left_out(book: Book) -> Iterator[str]:
    """Say how many records an error leaves out."""
    if book.ledger.left_out:
        count = plural(len(book.ledger.left_out), "record")
        yield f"{count} left out for an error: cmeledger check"


def csv(records: Iterable[tuple[Activity, Counted]], out: IO[str]) -> None:
    """Write records as CSV (RFC 4180). No cell of text can begin a formula."""
    from csv import writer

    table = writer(out)
    table.writerow(COLUMNS)
    for activity, record in records:
        texts = (activity.id, activity.day.isoformat(), activity.title, activity.provider or "")
        table.writerow(
            [
                *map(_cell, texts),
                activity.kind,
                activity.category or "",
                activity.status,
                amount(record.claimed),
                amount(record.counted),
            ]
        )


def _cell(text: str) -> str:
    guarded = f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text
    return visible(guarded)
