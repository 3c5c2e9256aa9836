"""Until when each record is kept, and its files with it, for people."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from cmeledger.book import Book
from cmeledger.model import Activity
from cmeledger.report.list_text import left_out
from cmeledger.report.records import Row
from cmeledger.report.terminal import Style, day, fit, plural, wrap
from cmeledger.rules.retention import Keeping
from cmeledger.visible import visible


def until(keeping: Keeping) -> str:
    """Say in a word until when a record is kept."""
    if keeping.for_good:
        return "for good"
    return "still going on" if keeping.until is None else keeping.until.isoformat()


def sentence(book: Book, keeping: Keeping) -> str:
    """Say until when a record is kept, and why where that is for good."""
    if keeping.for_good:
        return "Keep it for good: it serves a requirement that is asked once."
    if keeping.until is None:
        return "Keep it: it is still going on."
    if keeping.expired(book.day):
        return f"It may be discarded: it was to be kept until {day(keeping.until)}."
    return f"Keep it until {day(keeping.until)}."


def lines(
    book: Book,
    records: Sequence[tuple[Activity, Keeping]],
    files: Mapping[str, Keeping],
    style: Style,
) -> Iterator[str]:
    """Lay out until when each record is kept, and each evidence file."""
    yield style.dim(f"{'keep until':<14}  {'':<6}  id, title")
    for activity, keeping in records:
        yield f"{_until(book, keeping)}{activity.id}"
        yield style.dim(" " * 24 + fit(activity.title, style.width - 24).rstrip())
    if files:
        yield ""
        yield style.dim(f"{'keep until':<14}  {'':<6}  evidence file")
    for file, keeping in files.items():
        yield f"{_until(book, keeping)}{visible(file)}"
    yield ""
    yield f"{_count(book, 'record', [keeping for _, keeping in records])}."
    if files:
        yield f"{_count(book, 'file', files.values())}."
    yield from left_out(book)


def _until(book: Book, keeping: Keeping) -> str:
    return f"{until(keeping):<14}  {'over' if keeping.expired(book.day) else '':<6}  "


def _count(book: Book, what: str, kept: Collection[Keeping]) -> str:
    gone = sum(keeping.expired(book.day) for keeping in kept)
    return f"{plural(len(kept), what)}, of which {gone} may be discarded"


def mark(book: Book, activity: Activity, keeping: Keeping) -> str:
    """Say in a word where a record is that may go, or went."""
    return "archived" if activity.archived else "may go" if keeping.expired(book.day) else ""


def row(book: Book, item: Row, style: Style) -> str:
    """Draw one record as a line of the screens."""
    if item.activity is None:
        until_when, marked = "not known", style.paint("✗ error ", "31;1")
    else:
        until_when, marked = until(item.keep), f"{mark(book, item.activity, item.keep):<8}"
    day_done = item.day.isoformat() if item.day else ""
    title = fit(item.title, max(8, style.width - 37))
    return f"{until_when:<14} {marked} {title} {day_done:>10}"


def detail(
    book: Book, item: Row, files: Mapping[str, Keeping], troubles: Sequence[str], style: Style
) -> Iterator[str]:
    """Say of one record how long it is kept, why, and how long its files are.

    `files` are all that are named, each with its own date: another record may name one, too.
    `troubles` are what is wrong with its files.
    """
    yield style.bold(visible(item.title))
    activity = item.activity
    if activity is None:
        yield from wrap("It has an error: nobody can tell how long it is to be kept.", style)
        return
    where = "in the archive" if activity.archived else "in the ledger"
    yield from wrap(f"{activity.id} · {day(activity.day)} · {where}", style, "  ", "")
    yield from wrap(sentence(book, item.keep), style)
    for file in activity.evidence:
        yield from wrap(
            f"{_of_file(book, files.get(file.file))}: {visible(file.file)}", style, "  ", ""
        )
    if activity.no_evidence:
        yield from wrap(f"It needs no file: {visible(activity.no_evidence)}", style)
    elif not activity.evidence:
        yield "It names no file."
    for trouble in troubles:
        yield from wrap(visible(trouble), style, "    ", "  ! ")


def _of_file(book: Book, keeping: Keeping | None) -> str:
    if keeping is None or (keeping.until is None and not keeping.for_good):
        return "Keep its file"
    if keeping.expired(book.day):
        return "Its file may be discarded"
    return f"Keep its file {'for good' if keeping.until is None else f'until {day(keeping.until)}'}"


def totals(book: Book, found: Sequence[Row]) -> str:
    """Sum up how many records may go, went, and stay for good."""
    marks = [mark(book, item.activity, item.keep) for item in found if item.activity is not None]
    good = sum(item.keep.for_good for item in found)
    return (
        f"{plural(len(found), 'record')}: {marks.count('may go')} may go, "
        f"{marks.count('archived')} archived, {good} for good"
    )
