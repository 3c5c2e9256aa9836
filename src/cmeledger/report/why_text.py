"""`why` for people: what one record or requirement counts, and why not more."""

from collections.abc import Iterator, Sequence

from cmeledger.book import Book
from cmeledger.model import Activity, LeftOut
from cmeledger.report.keep_text import sentence
from cmeledger.report.terminal import Line, Style, amount, day, plural, wrap
from cmeledger.report.views import RecordView
from cmeledger.rules.counting import Reason
from cmeledger.rules.retention import Keeping
from cmeledger.rules.standing import Report, Standing
from cmeledger.visible import visible

LeftOutOf = tuple[str, tuple[Reason, ...]]


def record(
    book: Book, activity: Activity, views: Sequence[RecordView], keep: Keeping, style: Style
) -> Iterator[str]:
    """Lay out what one record counts for each license."""
    yield style.bold(visible(activity.title))
    category = f"Category {activity.category}" if activity.category else "no category"
    provider = f" · {visible(activity.provider)}" if activity.provider else ""
    yield from wrap(
        f"{activity.id} · {activity.kind}, {category}, {activity.status}{provider}", style, "  ", ""
    )
    for view in views:
        yield ""
        yield style.plain(_license(view.report, view.cycle is not None))
        yield style.plain(f"  claimed {amount(view.claimed)} → counted {amount(view.counted)}")
        names = {s.requirement.id: s.requirement for s in view.report.standings}
        for name, counted in view.requirements:
            what = "done" if names[name].unit == "completion" else amount(counted)
            yield f"    {visible(names[name].name):<28} {what}"
        if not view.requirements:
            yield "    It counts for no requirement."
        for reason in view.reasons:
            yield from _reason(book, reason, style)
    yield ""
    yield sentence(book, keep)


def left_out(item: LeftOut, style: Style) -> Iterator[str]:
    """Say that a record could not be used."""
    yield style.bold(visible(item.title or item.id or "a record"))
    yield style.paint("It is left out for an error and counts for nothing.", "31;1")
    yield "See: cmeledger check"


def requirement(
    book: Book, found: Sequence[tuple[Report, Standing, Sequence[LeftOutOf]]], style: Style
) -> Iterator[Line]:
    """Lay out where one requirement stands for each license, and what was left out."""
    what = found[0][1].requirement
    yield Line(style.bold(f"{visible(what.name)} ({what.id})"))
    yield from _lines(wrap(f"It asks {visible(what.asks)}.", style))
    for report, standing, gone in found:
        yield Line("")
        yield from _lines(wrap(_license(report, known=True), style, "  ", ""))
        if what.window is not None:
            yield Line(f"counted from {day(what.window[0])} to {day(what.window[1])}")
        numbers = f"{amount(standing.counted)} / {amount(standing.asked)}"
        if what.unit == "completion":
            numbers = "done" if standing.counted else "not done"
        missing = f", {amount(standing.missing)} missing" if standing.missing else ""
        yield Line(f"{style.status(standing.status)} {numbers}{missing}")
        for label, waiting in (("attended", standing.attended), ("planned", standing.planned)):
            if waiting:
                yield Line(f"          {amount(waiting)} {label}, not counted yet")
        for note in standing.notes:
            yield from _lines(wrap(visible(note), style, indent="          "))
        yield Line("")
        yield from _records(book, standing, gone, style)
    if what.source:
        yield Line("")
        yield from _lines(wrap(f"Source: {visible(what.source)}", style, "    ", ""))
        for tag in what.sources:
            if tag in book.rulebook.sources:
                yield from _lines(wrap(f"{tag}: {book.rulebook.sources[tag]}", style, "    ", "  "))
    if what.reading:
        yield from _lines(wrap(f"Reading taken: {what.reading}", style))


def _records(
    book: Book, standing: Standing, gone: Sequence[LeftOutOf], style: Style
) -> Iterator[Line]:
    """List the records that count for a requirement, and those left out with their reasons."""
    counts = [share for share in standing.shares if share.amount]
    verb = "counts" if len(counts) == 1 else "count"
    yield Line(f"  {plural(len(counts), 'record')} that {verb}")
    for share in counts:
        name = share.record.activity.id
        yield Line(f"    {amount(share.amount):>7}  {name}", name)
    if gone:
        yield Line(f"  {plural(len(gone), 'record')} left out, or not counted in full")
        for name, reasons in gone:
            yield Line(f"             {visible(name)}", name)
            for reason in reasons:
                for line in _reason(book, reason, style, " " * 15):
                    yield Line(line, name)


def _lines(lines: Sequence[str]) -> Iterator[Line]:
    return map(Line, lines)


def _reason(book: Book, reason: Reason, style: Style, indent: str = "  ") -> Iterator[str]:
    there = " there" if reason.code in ("wrong-category", "share-limit") else ""
    cut = f"{amount(reason.cut)} not counted{there}: " if reason.cut else ""
    source = f" [{reason.source}]" if reason.source else ""
    yield from wrap(
        f"{cut}{visible(reason.text)} ({reason.code}){visible(source)}",
        style,
        indent=f"{indent}  ",
        first=style.plain(f"{indent}– "),
    )


def _license(report: Report, known: bool) -> str:
    license = report.tally.license
    number = f" {visible(license.number)}" if license.number else ""
    cycle = (
        f"{day(report.cycle.start)} – {day(report.cycle.end)}" if known else "in none of its cycles"
    )
    return f"{license.jurisdiction} license{number} ({license.type}) · {cycle}"
