"""The records as rows to sort, filter and draw."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from cmeledger.book import Book
from cmeledger.model import ZERO, Activity, LeftOut
from cmeledger.report.terminal import SYMBOLS, Style, amount, fit
from cmeledger.report.views import records
from cmeledger.rules.counting import Counted
from cmeledger.rules.retention import Keeping
from cmeledger.rules.standing import Report


class Row(NamedTuple):
    """One record, or what could be read of one that was left out for an error."""

    id: str
    day: date | None
    title: str
    provider: str
    kind: str
    category: int | None
    status: str
    """"claimed", "attended", "planned" or "invalid"."""
    claimed: Decimal
    counted: Decimal
    topics: tuple[str, ...]
    evidence: bool
    expects_evidence: bool
    keep: Keeping
    renewal: date | None
    """The end of the cycle it counts in."""
    text: str
    """What a search looks in, without regard to case."""
    activity: Activity | None


def rows(book: Book, report: Report, keeping: Mapping[str, Keeping]) -> list[Row]:
    """Make a row of every record, as one license counts it, by date, then id."""
    found = [_row(activity, seen, keeping[activity.id]) for activity, seen in records(book, report)]
    return found + [_invalid(item, number) for number, item in enumerate(book.ledger.left_out, 1)]


def _row(activity: Activity, seen: Counted, keep: Keeping) -> Row:
    words = (activity.title, activity.provider, activity.note, activity.id)
    return Row(
        activity.id,
        activity.day,
        activity.title,
        activity.provider or "",
        activity.kind,
        activity.category,
        activity.status,
        seen.claimed,
        seen.counted,
        tuple(seen.topics) or tuple(activity.topics),
        bool(activity.evidence),
        not activity.needs_no_evidence,
        keep,
        seen.cycle.end if seen.cycle else None,
        "\n".join(filter(None, words)).casefold(),
        activity,
    )


def _invalid(item: LeftOut, number: int) -> Row:
    title = item.title or "(a record with an error)"
    id = item.id or f"invalid:{number}"
    nothing = Keeping(None, for_good=False)
    text = f"{title}\n{id}".casefold()
    return Row(
        id=id,
        day=item.day,
        title=title,
        provider="",
        kind="",
        category=None,
        status="invalid",
        claimed=ZERO,
        counted=ZERO,
        topics=item.topics,
        evidence=False,
        expects_evidence=False,
        keep=nothing,
        renewal=None,
        text=text,
        activity=None,
    )


class Column(NamedTuple):
    """A column of the table: its heading, its cells, and how its rows are ordered."""

    name: str
    cells: int
    """0: it shares what is left with the other columns of 0 cells."""
    from_width: int
    """It is shown from this width of the page on."""


COLUMNS: Final = (
    Column("date", 10, 0),
    Column("title", 0, 0),
    Column("provider", 0, 84),
    Column("topics", 0, 100),
    Column("cat", 3, 0),
    Column("credits", 9, 0),
    Column("ev", 2, 0),
    Column("keep until", 10, 72),
)
"""Of the table of records, from left to right."""

_NO_DAY: Final = date.min


def sort_key(row: Row, column: str) -> tuple[object, ...]:
    """Order rows by a column, and by date and id within it."""
    first: object
    match column:
        case "title":
            first = row.title.casefold()
        case "provider":
            first = row.provider.casefold()
        case "topics":
            first = ", ".join(row.topics)
        case "cat":
            first = row.category or 0
        case "credits":
            first = row.counted
        case "ev":
            first = row.evidence
        case "keep until":
            first = date.max if row.keep.for_good else row.keep.until or _NO_DAY
        case _:
            first = row.day or _NO_DAY
    return first, row.day or _NO_DAY, row.id


def widths(width: int) -> list[tuple[Column, int]]:
    """Lay the columns out for a page of so many cells, one cell between them."""
    shown = [column for column in COLUMNS if width >= column.from_width]
    rest = width - sum(column.cells for column in shown) - (len(shown) - 1)
    shares = {"title": 3, "provider": 2, "topics": 2}
    total = sum(shares[column.name] for column in shown if not column.cells)
    laid = []
    for column in shown:
        cells = column.cells or max(4, rest * shares[column.name] // total)
        laid.append((column, cells))
    return laid


def heading(width: int, by: str, *, descending: bool, style: Style) -> str:
    """Draw the heading of the table, with a sign at the column it is sorted by."""
    up, down = ("▲", "▼") if style.unicode else ("^", "v")
    parts = []
    for column, cells in widths(width):
        name = column.name
        if name == by:
            name = name[: cells - 1] + (down if descending else up)
        parts.append(name[:cells].ljust(cells))
    return style.bold(" ".join(parts))


def line(row: Row, width: int, style: Style) -> str:
    """Draw one record as a line of the table."""
    cells = {column.name: cells for column, cells in widths(width)}
    parts = []
    for name, room in cells.items():
        parts.append(_cell(row, name, room, style))
    return " ".join(parts)


def _cell(row: Row, name: str, room: int, style: Style) -> str:
    match name:
        case "date":
            return row.day.isoformat() if row.day else " " * room
        case "title":
            return fit(row.title, room)
        case "provider":
            return fit(row.provider, room)
        case "topics":
            return fit(", ".join(row.topics), room)
        case "cat":
            return f"{row.category or '-'!s:^{room}}"
        case "credits":
            return _credits(row, room, style)
        case "ev":
            sign = "✓ " if style.unicode else "+ "
            if row.evidence:
                return style.paint(sign, "32")
            return "no" if row.expects_evidence else "- "
        case _:
            if row.keep.for_good:
                return "for good  "
            return row.keep.until.isoformat() if row.keep.until else " " * room


def _credits(row: Row, room: int, style: Style) -> str:
    if row.status == "invalid":
        symbol, ascii_symbol, codes = SYMBOLS["error"]
        return style.paint(f"{symbol if style.unicode else ascii_symbol} error".rjust(room), codes)
    if row.status != "claimed":
        return style.paint(f"{row.status[:4]}. {amount(row.claimed)}"[:room].rjust(room), "33")
    if row.counted == row.claimed:
        return amount(row.counted).rjust(room)
    shown = style.plain(f"{amount(row.claimed)}→{amount(row.counted)}")
    return style.paint(shown.rjust(room), "33;1")


def totals(found: Iterable[Row]) -> str:
    """Sum up what a list of records claims and counts."""
    chosen = list(found)
    claimed = sum((row.claimed for row in chosen), ZERO)
    counted = sum((row.counted for row in chosen), ZERO)
    noun = "record" if len(chosen) == 1 else "records"
    return f"{len(chosen)} {noun}, {amount(claimed)} claimed, {amount(counted)} counted"
