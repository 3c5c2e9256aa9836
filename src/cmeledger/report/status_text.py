"""`status` for people: where each license stands, by when, and what to do next."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from cmeledger.book import Book
from cmeledger.problems import Problem
from cmeledger.report.terminal import Style, amount, day, fit, join, plural, wrap
from cmeledger.rules.cycles import deadlines
from cmeledger.rules.sharing import claim
from cmeledger.rules.standing import Report, Standing
from cmeledger.visible import visible


def lines(
    book: Book, reports: Sequence[Report], problems: Sequence[Problem], style: Style
) -> Iterator[str]:
    """Lay out the status of every license."""
    name = visible(book.ledger.physician.name or "(no name)")
    as_of = f"as of {day(book.day)}"
    gap = style.width - len(name) - len(as_of)
    yield style.bold(name) + (" " * gap + as_of if gap > 1 else f", {as_of}")
    for report in reports:
        yield from _license(book, report, style)
    yield from _problems(problems, style)
    if book.archive_skipped:
        yield ""
        yield "The archive beside the ledger is left out of these numbers."


def next_steps(book: Book, report: Report) -> Iterator[str]:
    """Say what is worth doing next, the most pressing first."""
    short = [standing for standing in report.standings if standing.status == "short"]
    waiting = sorted(
        (
            record
            for record in report.tally.records
            if record.activity.status == "attended"
            and any(claim(s.requirement, record, report.cycle) for s in short)
        ),
        key=lambda record: (record.activity.claim_by or date.max, record.activity.id),
    )
    for record in waiting:
        activity = record.activity
        until = f" by {day(activity.claim_by)}" if activity.claim_by else ""
        helps = [
            f"{s.requirement.name.lower()} +{amount(claim(s.requirement, record, report.cycle))}"
            for s in short
            if claim(s.requirement, record, report.cycle)
        ]
        yield f"Claim {visible(activity.title)}{until}: {join(helps)}."
    for standing in short:
        what = standing.requirement
        name = f"{visible(what.name)} ({what.id})"
        if what.unit == "completion":
            yield f"{name}: {what.asks}."
        elif standing.planned >= standing.missing:
            yield f"{name}: {amount(standing.missing)} more, which planned records would give."
        else:
            yield f"{name}: {amount(standing.missing)} more. It asks {visible(what.asks)}."


def headline(report: Report) -> str:
    """Say in a sentence or two where the license stands. Nothing is ever called compliant."""
    decisive = [s for s in report.standings if s.requirement.decides]
    if report.status == "not-applicable":
        return "Nothing is asked of this license."
    short = [s.requirement.name.lower() for s in decisive if s.status == "short"]
    text = "Met on record: nothing that the Board asks is short."
    if short:
        text = f"Short on record: {join(short)}."
    for standing in decisive:
        if standing.open_reading:
            text += f" {standing.requirement.name}: {standing.open_reading}."
    return text


def _license(book: Book, report: Report, style: Style) -> Iterator[str]:
    license, cycle = report.tally.license, report.cycle
    left = (cycle.end - book.day).days
    when = f"{plural(left, 'day')} left" if left >= 0 else f"ended {plural(-left, 'day')} ago"
    number = f" {visible(license.number)}" if license.number else ""
    yield style.plain(
        f"{license.jurisdiction} license{number} ({license.type}) · "
        f"{day(cycle.start)} – {day(cycle.end)} · {when}"
    )
    yield ""
    word = headline(report)
    first, *rest = wrap(word, style, indent="  ", first="")
    for status in ("Short on record", "Met on record"):
        if first.startswith(status):
            codes = "31;1" if status[0] == "S" else "32;1"
            first = style.paint(status, codes) + first.removeprefix(status)
    yield first
    yield from rest
    yield ""
    for standing in report.standings:
        yield from _standing(standing, style)
    yield ""
    yield style.bold("Deadlines")
    for deadline, on in deadlines(book.rulebook, cycle):
        days = (on - book.day).days
        when = "past" if days < 0 else "today" if not days else f"in {plural(days, 'day')}"
        text = f"  {day(on):<13} {when:<13} {deadline.name}"
        yield style.dim(text) if days < 0 else text
    steps = list(next_steps(book, report))
    if steps:
        yield ""
        yield style.bold("Next")
        for step in steps:
            yield from wrap(step, style, indent="    ", first=style.plain("  → "))
        yield style.dim("  Why? cmeledger why ID, with the id of a requirement or a record.")
    yield ""


def _standing(standing: Standing, style: Style) -> Iterator[str]:
    what = standing.requirement
    cells = 16 + min(24, max(0, style.width - 80))
    name = fit(what.name, 28)
    bar = style.bar(standing.counted, standing.attended, standing.planned, standing.asked, cells)
    if what.unit == "completion":
        numbers = "done" if standing.counted else "not done"
    else:
        numbers = f"{amount(standing.counted)} / {amount(standing.asked)}"
    tail = _tail(standing)
    status = style.status(standing.status)
    yield f"{status} {name} {bar} {numbers:>11}  {style.plain(tail)}".rstrip()
    for note in standing.notes:
        yield from wrap(visible(note), style, indent="          ")


def _tail(standing: Standing) -> str:
    if standing.status == "short" and standing.requirement.unit == "credits":
        return f"{amount(standing.missing)} to go"
    waiting: Decimal = standing.planned + standing.attended
    return f"+{amount(waiting)}" if waiting and standing.status != "met" else ""


def _problems(problems: Sequence[Problem], style: Style) -> Iterator[str]:
    errors = [problem for problem in problems if problem.severity == "error"]
    warnings = len(problems) - len(errors)
    if errors:
        places = {problem.record or problem.path[:2] for problem in errors}
        text = (
            f"{plural(len(errors), 'error')} in {plural(len(places), 'place')}: what is written "
            "there is left out of these numbers. See: cmeledger check"
        )
        for line in wrap(text, style):
            yield style.paint(line, "31;1")
    if warnings:
        yield f"{plural(warnings, 'warning')}. See: cmeledger check"
