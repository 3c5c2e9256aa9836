"""`gaps`: the fewest credits that close everything short, for people and as JSON."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from cmeledger.book import Book
from cmeledger.report import documents
from cmeledger.report.documents import Json, number
from cmeledger.report.effect import in_a_sentence
from cmeledger.report.status_text import license_line
from cmeledger.report.terminal import Style, amount, day, join, plural, wrap
from cmeledger.rules.cover import Key
from cmeledger.rules.gaps import Gaps, Step
from cmeledger.rules.rulebook import Requirement
from cmeledger.rules.standing import Report
from cmeledger.visible import visible

NOT_PROVED: Final = (
    "This may not be the fewest: too many requirements take each other's topics, and the search "
    "was stopped. It closes them all the same."
)


def lines(book: Book, reports: Sequence[Report], found: Gaps, style: Style) -> Iterator[str]:
    """Lay out what to do, by when, and what each credit serves."""
    for report in reports:
        yield from wrap(license_line(book, report), style, indent="  ", first="")
    if not reports:
        yield "No license of this ledger is held on this day."
        return
    yield ""
    if not found.steps and not found.unclosed:
        yield "Nothing is short: no credit is missing."
        yield from _readings(reports, found, style)
        return
    if found.credits:
        text = f"{_credits(found.credits)} will do"
        if found.apart > found.credits:
            text += f" ({amount(found.apart)} if none served two requirements)"
        yield from wrap(f"{text}.", style)
        if not found.fewest:
            yield from wrap(NOT_PROVED, style)
    trainings = [step for step in found.steps if step.credits is None]
    if trainings:
        many = plural(len(trainings), "training")
        text = (
            f"{many} to complete: no credits can stand in for {'it' if many[0] == '1' else 'them'}."
        )
        yield from wrap(text, style)
    yield ""
    for step in found.steps:
        yield from wrap(_said(step, reports), style, indent="    ", first=style.plain("  → "))
    for key, why in found.unclosed:
        text = f"{_name(key, reports)}: nothing done from now on can close it; {why}."
        yield from wrap(text, style, indent="    ", first="  ! ")
    yield from _notes(reports, style)
    yield from _readings(reports, found, style)
    yield ""
    yield from wrap("Planned and attended credits are not taken for done.", style)


def _notes(reports: Sequence[Report], style: Style) -> Iterator[str]:
    """Say what is known of requirements that are short: a waiver asked for, a training going on."""
    noted: dict[str, list[str]] = {}
    for place, report in enumerate(reports):
        for standing in report.standings:
            for note in standing.notes if standing.status == "short" else ():
                name = _name((place, standing.requirement.id), reports)
                noted.setdefault(note, []).append(name)
    for note, names in noted.items():
        yield ""
        text = join(names)
        yield from wrap(f"{text[0].upper()}{text[1:]}: {note}.", style)


def _readings(reports: Sequence[Report], found: Gaps, style: Style) -> Iterator[str]:
    """Say what would satisfy either reading of an open question, where the steps do not."""
    for key, credits in found.open_readings:
        requirement = _requirement(key, reports)
        reading = requirement.either_reading
        assert reading is not None  # only such are named
        apart = in_a_sentence(_requirement((key[0], reading.apart_from), reports))
        text = (
            f"{_name(key, reports)}, an open question ({reading.text}): "
            f"{_credits(credits)} more that are not {apart} would satisfy either reading."
        )
        yield ""
        yield from wrap(f"{text[0].upper()}{text[1:]}", style)


def _said(step: Step, reports: Sequence[Report]) -> str:
    by = f" by {day(step.by)}"
    served = [_requirement(key, reports) for key in step.serves]
    if step.credits is None:
        text = f"{visible(served[0].name)}: {served[0].asks.removesuffix(', once')}, completed{by}"
    else:
        topic = f" on {visible(step.topic)}" if step.topic else " on any topic"
        category = f" in Category {step.category}" if step.category else ""
        text = f"{_credits(step.credits)}{topic}{category}{by}"
    if any(step.start > report.day for report in reports):
        text += f", not before {day(step.start)}"
    if step.credits is not None:
        text += f": for {join(dict.fromkeys(_name(key, reports) for key in step.serves))}"
    return f"{text}."


def _credits(value: Decimal) -> str:
    text = amount(value)
    return f"{text} credit{'' if text == '1' else 's'}"


def _requirement(key: Key, reports: Sequence[Report]) -> Requirement:
    standings = reports[key[0]].standings
    return next(item.requirement for item in standings if item.requirement.id == key[1])


def _name(key: Key, reports: Sequence[Report]) -> str:
    text = in_a_sentence(_requirement(key, reports))
    if sum(report.status != "not-applicable" for report in reports) > 1:
        license = reports[key[0]].tally.license
        text += f" (license {visible(license.number or license.type)})"
    return text


def document(book: Book, reports: Sequence[Report], found: Gaps) -> Json:
    """Say the same as JSON."""
    return {
        "schema": documents.SCHEMA,
        "as_of": book.day.isoformat(),
        "credits": number(found.credits),
        "credits_apart": number(found.apart),
        "fewest": found.fewest,
        "steps": [
            {
                "credits": None if step.credits is None else number(step.credits),
                "topic": step.topic,
                "category": step.category,
                "from": step.start.isoformat(),
                "by": step.by.isoformat(),
                "serves": [_key(key, reports) for key in step.serves],
            }
            for step in found.steps
        ],
        "unclosed": [_key(key, reports) | {"why": why} for key, why in found.unclosed],
        "open_readings": [
            _key(key, reports) | {"credits": number(credits)}
            for key, credits in found.open_readings
        ],
        "archive": documents.archive(book),
    }


def _key(key: Key, reports: Sequence[Report]) -> Json:
    return documents.named(reports[key[0]].tally.license) | {"id": key[1]}
