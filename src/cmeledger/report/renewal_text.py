"""Renewals for people: what would be attested, and what has changed since it was."""

from collections.abc import Iterator, Sequence
from typing import Final

from cmeledger.book import Book
from cmeledger.renewal import Since, Total, attested, earlier
from cmeledger.report.status_text import license_line, painted_headline, standing_line
from cmeledger.report.terminal import Style, amount, day, join, plural, wrap
from cmeledger.rules.standing import Report
from cmeledger.visible import visible

HOW: Final = {
    "changed": "changed",
    "removed": "no longer in the ledger",
    "not-counted": "no longer counted",
    "added": "counted now, and not then",
}


def lines(book: Book, reports: Sequence[Report], style: Style) -> Iterator[str]:
    """Show what would be attested on the book's day: each requirement, short ones loudly."""
    for report in reports:
        what = f"The renewal of {day(report.cycle.end)}, if attested on {day(book.day)}"
        yield style.bold(what)
        yield from wrap(license_line(book, report), style, indent="  ", first="")
        yield ""
        shown = attested(report)
        for standing in shown:
            yield standing_line(report, standing, style)
        if not shown:
            yield "Nothing is asked of this license."
        else:
            yield ""
            yield from painted_headline(report, style)
        short = sum(standing.status == "short" for standing in shown)
        if short:
            text = f"{plural(short, 'total')} would be recorded as short."
            yield style.paint(text, "31;1")
        yield ""


def before(book: Book, reports: Sequence[Report]) -> Iterator[str]:
    """Say which of these renewals were attested before."""
    for item in earlier(book, reports):
        when = f" on {item.attested.isoformat()}" if item.attested else ""
        yield f"attested already{when}; that record stays, the new one is compared"


def notes(found: Sequence[Since], again: str) -> Iterator[str]:
    """Say of each renewal that the ledger no longer says what was attested, and what to do.

    `again` is what a suggested command needs to speak of the same ledger.
    """
    for item in found:
        renewal = item.renewal
        assert renewal.renewal_date is not None  # only such are compared
        when = f", attested {day(renewal.attested)}," if renewal.attested else ""
        name = f"the renewal of {day(renewal.renewal_date)}{when}"
        if renewal.digest is not None and not item.readable:
            yield f"the digest of {name} cannot be read: nobody can tell which records it is about"
        if not item.altered:
            continue
        totals = [_total(total) for total in item.totals]
        said = [f"totals: {join(totals)}" if totals else "no total differs"]
        for how, words in HOW.items():
            ids = [visible(record.id) for record in item.records if record.how == how]
            said += [f"{words}: {join(ids)}"] * bool(ids)
        if item.totals and renewal.edition not in (None, item.edition):
            said.append(f"rules: {visible(renewal.edition)} then, {item.edition} now")
        right = "ask the Board whether to correct what you attested, and record that"
        if not totals:  # the Board was told of nothing else
            right = "record it as it is now, if that is right"
        yield (
            f"{name} is not what the ledger says now ({'; '.join(said)}); undo the change, or "
            f"{right}: cmeledger renew --cycle {renewal.renewal_date.year}{again}"
        )


def _total(total: Total) -> str:
    now = "not asked" if total.counted is None else amount(total.counted)
    return f"{visible(total.id)} {amount(total.attested)} → {now}"
