"""Differences between two versions of a ledger, for people."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from cmeledger.difference import TOP, Change, Field, Record, State
from cmeledger.ledger.fresh import day_of
from cmeledger.ledger.pairs import NAMED
from cmeledger.report.outcome import Outcome
from cmeledger.report.status_text import license_line
from cmeledger.report.terminal import Style, amount, day, fit, plural, wrap
from cmeledger.typed import text_of
from cmeledger.visible import visible

MARKS: Final = {
    "added": ("+", "32"),
    "removed": ("-", "31"),
    "changed": ("~", "33"),
    "archived": (">", "36"),
    "restored": ("<", "36"),
    "unread": ("?", "33"),
}
"""How a record differs, to its mark and color: never the color alone."""

SAME: Final = "only comments, order or spelling differ"
NOTHING_READ: Final = "nothing differs in what reads of both"
_CELLS: Final = 40
"""How much is shown of one value."""
_TITLE: Final = 160
"""How much is shown of a title."""


def version(commit: str, when: datetime) -> str:
    """Name a version that was committed."""
    return f"{commit[:10]}, committed {day(when.date())}"


def lines(changes: Sequence[Change], style: Style) -> Iterator[str]:
    """List what is different, each in as many lines as it takes."""
    for change in changes:
        mark, codes = MARKS[change.how]
        first = f"{mark} {change.how:<9}"
        indent = " " * len(first)
        on = _on(change)
        if on:
            first, indent = f"{first}{on}  ", " " * (len(first) + len(on) + 2)
        start, *rest = wrap(said(change), style, indent=indent, first=first)
        head = f"{mark} {change.how}"
        yield style.paint(head, codes) + start.removeprefix(head)
        yield from rest


def row(change: Change, style: Style, cells: int) -> str:
    """Say what is different in one line of so many cells."""
    mark, codes = MARKS[change.how]
    on = _on(change)
    text = f"{change.how:<9}{on}  {said(change)}" if on else f"{change.how:<9}{said(change)}"
    return style.paint(mark, codes) + " " + fit(style.plain(text), cells - 2).rstrip()


def said(change: Change) -> str:
    """Say what is different in a record, without its day: what it is, or which keys differ."""
    record = change.new if change.new is not None else change.old
    assert record is not None  # one of the versions has it
    name = _name(change, record)
    if change.archived and change.how != "archived":
        name += ", in the archive"
    if change.how == "unread":
        return f"{name}: it may be in the part that does not read"
    if change.fields:
        return f"{name}: {'; '.join(map(field, change.fields))}"
    return _whole(name, record) if change.table == "activity" else _others(change, name, record)


def field(found: Field) -> str:
    """Say how one key differs."""
    key = _short(found.key)
    old, new = (_value(value) for value in (found.old, found.new))
    if found.new is None:
        return f"{key} taken out"
    if found.old is None:
        return f"{key} now {new}"
    return f"{key} changed" if old == new else f"{key} {old} → {new}"


def fault(which: str, state: State, style: Style) -> Iterator[str]:
    """Say of a version that not all of it reads, and what that means; nothing where it does."""
    if state.fault is None:
        return
    how = "what reads of it is compared" if state.readable else "nothing can be compared"
    yield from wrap(visible(f"{which} cannot be read: {state.fault}; {how}"), style, indent="  ")


def effects(found: Sequence[Outcome], on: date, style: Style) -> Iterator[str]:
    """Say what the differences do, as of a day, per license and cycle."""
    yield style.bold(f"What that does, as of {day(on)}")
    for outcome in found:
        text = license_line(outcome.book, outcome.report)
        yield from wrap(text, style, indent="    ", first="  ")
        for shift in outcome.shifts:
            yield from wrap(shift.text, style, indent="      ", first=style.plain("    → "))
    if not found:
        yield "  No requirement stands otherwise."


def short_effects(found: Sequence[Outcome]) -> list[str]:
    """Say what differences did, one short text for each requirement."""
    licenses = {outcome.report.tally.license.path for outcome in found}
    texts = []
    for outcome in found:
        license = outcome.report.tally.license
        where = "" if outcome.shown else f" in the cycle to {day(outcome.report.cycle.end)}"
        who = f"{license.jurisdiction} {license.number or license.type}: "
        who = visible(who) if len(licenses) > 1 else ""
        texts += [f"{who}{shift.text}{where}" for shift in outcome.shifts]
    return texts


def _on(change: Change) -> str:
    """Give the day of an activity, as the ledger writes it; else nothing."""
    if change.table != "activity":
        return ""
    found = day_of(change.new if change.new is not None else change.old)
    return found.isoformat() if found else "no date   "


def _name(change: Change, record: Record) -> str:

    def get(key: str) -> str | None:
        return _short(text_of(record[key])) if key in record else None

    match change.table:
        case "activity":
            title = record.get("title")
            return fit(title, _TITLE).rstrip() if isinstance(title, str) else "(no title)"
        case "license":
            return " ".join(filter(None, (get("jurisdiction"), "license", get("number"))))
        case "requirement":
            return f"requirement {get('name') or get('id') or '(no name)'}"
        case "waiver":
            return f"waiver for the renewal of {get('renewal-date') or '(no date)'}"
        case "renewal":
            when = f", attested {get('attested')}" if "attested" in record else ""
            return f"renewal of {get('renewal-date') or '(no date)'}{when}"
        case "practice":
            return "practice"
    return "ledger" if change.table == TOP else change.table


def _whole(name: str, record: Record) -> str:
    """Describe an activity in a few words: its title, what it gives, its category and status."""
    words = [name]
    for key in ("credits", "hours"):
        if key in record:
            found = record[key]
            one = key.removesuffix("s") if found == 1 else key
            words.append(f"{_value(found)} {one}")
            break
    words += [f"category {_value(record['category'])}"] if "category" in record else []
    words += [_value(record["status"])] if "status" in record else []
    return ", ".join(words)


def _others(change: Change, name: str, record: Record) -> str:
    """Describe another table: its name, and what its other keys say."""
    told = (*NAMED.get(change.table, ()), "name")
    said = [f"{_short(key)} {_value(record[key])}" for key in record if key not in told]
    return f"{name}: {', '.join(said)}" if said else name


def _value(value: Any) -> str:
    if isinstance(value, list):
        return _short(",".join(map(_value, value))) or "(none)"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < _CELLS:
        return amount(value)
    return _short(text_of(value)) or "(blank)"


def _short(text: str) -> str:
    return fit(text, _CELLS).rstrip()


def counts(state: State) -> str:
    """Say how many records a version has."""
    return plural(len(state.records), "record")
