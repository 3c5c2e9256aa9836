"""`status` for people: where each license stands, by when, and what to do next."""

from collections.abc import Iterator, Sequence
from datetime import date

from cmeledger.book import Book
from cmeledger.problems import Problem
from cmeledger.report.effect import in_a_sentence
from cmeledger.report.terminal import (
    Style,
    amount,
    day,
    fit,
    join,
    plural,
    width_of,
    wrap,
)
from cmeledger.rules.cycles import deadlines
from cmeledger.rules.sharing import claim
from cmeledger.rules.standing import Report, Standing
from cmeledger.visible import visible


def lines(
    book: Book,
    reports: Sequence[Report],
    problems: Sequence[Problem],
    style: Style,
    again: str | None = "",
) -> Iterator[str]:
    """Lay out the status of every license.

    `again` is what a suggested command needs to speak of the same ledger: its name, the day; with
    None, none is suggested.
    """
    name = visible(book.ledger.physician.name or "(no name)")
    as_of = f"as of {day(book.day)}"
    gap = min(style.width, 100) - width_of(name) - len(as_of)
    yield style.bold(name) + (" " * gap + as_of if gap > 1 else f", {as_of}")
    # A license that ended in an earlier cycle is told in a line where another goes on.
    going = [report for report in reports if not report.tally.series.is_over(book.day)] or reports
    for report in going:
        yield from _license(book, report, style, again)
    for report in reports:
        if report not in going:
            yield from wrap(license_line(book, report), style, indent="  ", first="")
    yield from _problems(problems, style, again)
    if book.archive_skipped:
        yield ""
        yield "The archive beside the ledger is left out of these numbers."


def next_steps(book: Book, report: Report, again: str | None = None) -> Iterator[str]:
    """Say what is worth doing next, the most pressing first; nothing for a cycle that is over.

    `again` is what a command needs to speak of the same ledger; with None, none is suggested.
    """
    if book.day > report.cycle.end or _has_ended(book, report):
        return
    short = [standing for standing in report.standings if standing.status == "short"]
    helped: dict[str, list[str]] = {}
    waiting = {}
    for standing in short:
        for share in standing.shares:
            activity = share.record.activity
            more = claim(standing.requirement, share.record, report.cycle)
            if activity.status == "attended" and more and share.record.day <= report.cycle.end:
                waiting[activity.id] = activity
                name = in_a_sentence(standing.requirement)
                helped.setdefault(activity.id, []).append(f"{name} +{amount(more)}")
    for activity in sorted(waiting.values(), key=lambda a: (a.claim_by or date.max, a.id)):
        title = visible(activity.title)
        if activity.claim_by is not None and activity.claim_by < book.day:
            last = day(activity.claim_by)
            yield f"The last day to claim {title} was {last}: ask the provider."
            continue
        until = f" by {day(activity.claim_by)}" if activity.claim_by else ""
        yield f"Claim {title}{until}: {join(helped[activity.id])}."
    for standing in short:
        what = standing.requirement
        if what.unit == "completion":
            step = f"{what.name}: {what.asks}"
        else:
            step = f"{what.name}: {amount(standing.missing)} more"
            if standing.planned:
                step += f" (planned, before any limit: {amount(standing.planned)})"
        ask = "" if again is None else f" Why? cmeledger why {what.id}{again}"
        yield f"{visible(step)}.{ask}"


def headline(report: Report) -> str:
    """Say in a sentence or two where the license stands. Nothing is ever called compliant."""
    decisive = [s for s in report.standings if s.requirement.decides]
    if report.status == "not-applicable":
        return "Nothing is asked of this license."
    short = [in_a_sentence(s.requirement) for s in decisive if s.status == "short"]
    text = "Met on record: nothing that the Board asks is short."
    if short:
        text = f"Short on record: {join(short)}."
    for standing in decisive:
        if standing.open_reading:
            text += f" {standing.requirement.name}: {standing.open_reading}."
    others = [s for s in report.standings if not s.requirement.decides and s.status == "short"]
    if others:
        text += (
            f" Also short, not for the Board: {join(visible(s.requirement.name) for s in others)}."
        )
    return text


def license_line(book: Book, report: Report) -> str:
    """Name a license, the cycle shown, and the days left of it."""
    license, cycle = report.tally.license, report.cycle
    left = (cycle.end - book.day).days
    when = f"{plural(left, 'day')} left" if left >= 0 else f"ended {plural(-left, 'day')} ago"
    if license.ended is not None and _has_ended(book, report):
        when = f"license ended {day(license.ended)}"
    number = f" {visible(license.number)}" if license.number else ""
    return (
        f"{license.jurisdiction} license{number} ({license.type}) · "
        f"{day(cycle.start)} – {day(cycle.end)} · {when}"
    )


def painted_headline(report: Report, style: Style) -> list[str]:
    """Lay out the headline, with its first words in the color of what they say."""
    first, *rest = wrap(headline(report), style, indent="  ", first="")
    for status in ("Short on record", "Met on record"):
        if first.startswith(status):
            codes = "31;1" if status[0] == "S" else "32;1"
            first = style.paint(status, codes) + first.removeprefix(status)
    return [first, *rest]


def _has_ended(book: Book, report: Report) -> bool:
    ended = report.tally.license.ended
    return ended is not None and ended < book.day


def _license(book: Book, report: Report, style: Style, again: str | None) -> Iterator[str]:
    cycle = report.cycle
    yield from wrap(license_line(book, report), style, indent="  ", first="")
    yield ""
    yield from painted_headline(report, style)
    yield ""
    shown = [
        s for s in report.standings if s.status != "not-applicable" or report.status != s.status
    ]
    for standing in shown:
        yield from _standing(report, standing, style)
    if any(standing.attended or standing.planned for standing in shown):
        yield style.dim(" " * 39 + style.legend())
    if shown:
        yield ""
    ahead = [(deadline, on) for deadline, on in deadlines(book.rulebook, cycle) if on >= book.day]
    if ahead and report.status != "not-applicable" and not _has_ended(book, report):
        yield style.bold("Deadlines")
        for deadline, on in ahead:
            days = (on - book.day).days
            when = f"in {plural(days, 'day')}" if days else "today"
            yield f"  {day(on):<13} {when:<13} {deadline.name}"
        yield ""
    steps = list(next_steps(book, report, again))
    if steps:
        yield style.bold("Next")
        for step in steps:
            yield from wrap(step, style, indent="    ", first=style.plain("  → "))
        yield ""


def _standing(report: Report, standing: Standing, style: Style) -> Iterator[str]:
    yield standing_line(report, standing, style)
    if standing.status != "not-applicable":
        for note in standing.notes:
            yield from wrap(visible(note), style, indent="          ")


def standing_line(report: Report, standing: Standing, style: Style) -> str:
    """Show one requirement on a line: symbol, word, name, bar, numbers, and what is missing."""
    what = standing.requirement
    cells = min(40, max(4, style.width - 64))
    name = fit(what.name, 28)
    status = style.status(standing.status)
    if standing.status == "not-applicable":
        return style.dim(f"{status} {name} {_why_not(report, standing)}")
    bar = style.bar(standing.counted, standing.attended, standing.planned, standing.asked, cells)
    if what.unit == "completion":
        numbers = "done" if standing.counted else "not done"
    else:
        numbers = f"{amount(standing.counted)} / {amount(standing.asked)}"
    tail = ""
    if standing.status == "short" and what.unit == "credits":
        tail = f"{amount(standing.missing)} to go"
    if standing.status != "short":
        bar = style.dim(bar)
    return f"{status} {name} {bar} {numbers:>11}  {tail}".rstrip()


def _why_not(report: Report, standing: Standing) -> str:
    """Say what switches a requirement off."""
    fact = standing.requirement.practice
    if fact is not None and report.practice[fact] is not True:
        return f"{fact} = false"
    return f"not asked of a license of type {report.tally.license.type}"


def _problems(problems: Sequence[Problem], style: Style, again: str | None) -> Iterator[str]:
    errors = [problem for problem in problems if problem.severity == "error"]
    warnings = len(problems) - len(errors)
    if errors:
        places = {problem.record or problem.path[:2] for problem in errors}
        see = "" if again is None else f" See: cmeledger check{again}"
        text = (
            f"{plural(len(errors), 'error')} in {plural(len(places), 'place')}: what is written "
            f"there is left out of these numbers.{see}"
        )
        for line in wrap(text, style):
            yield style.paint(line, "31;1")
    codes = sorted({problem.code for problem in problems if problem.severity == "warning"})
    texts = [f"{plural(warnings, 'warning')} ({', '.join(codes)})."] if warnings else []
    if again is not None:
        more = (
            "see more, and look at the evidence files"
            if warnings
            else "look at the evidence files too"
        )
        texts.append(f"To {more}: cmeledger check{again}")
    if texts:
        yield from wrap(" ".join(texts), style)
