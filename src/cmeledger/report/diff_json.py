"""Differences between two versions of a ledger as JSON (docs/json.md)."""

from collections.abc import Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any, Final

from cmeledger.difference import TOP, Change, State
from cmeledger.git.repository import Version
from cmeledger.past import Entry
from cmeledger.report.documents import Json, named, number
from cmeledger.report.outcome import Outcome
from cmeledger.rules.standing import Standing

_DIGITS: Final = 15
"""Beyond so many digits a number is given as text."""


def version(found: Version | None, state: State) -> Json:
    """Name one side of a comparison; without a version, it is the file."""
    return {
        "commit": found and found.commit,
        "committed": found and found.when.isoformat(),
        "path": found.path if found else state.file,
        "problem": state.fault,
        "readable": state.readable,
    }


def changes(found: Sequence[Change]) -> list[Json]:
    """Give each difference, with its values."""
    return [
        {
            "table": None if change.table == TOP else change.table,
            "change": change.how,
            "id": change.id,
            "old_id": change.old_id,
            "archived": change.archived,
            "keys": [
                {"key": item.key, "before": plain(item.old), "after": plain(item.new)}
                for item in change.fields
            ],
            "before": plain(change.old),
            "after": plain(change.new),
        }
        for change in found
    ]


def effects(found: Sequence[Outcome] | None) -> list[Json] | None:
    """Say what differences did; None: nobody can tell."""
    if found is None:
        return None
    return [
        named(outcome.report.tally.license)
        | {
            "cycle": {
                "start": outcome.report.cycle.start.isoformat(),
                "end": outcome.report.cycle.end.isoformat(),
            },
            "requirements": [
                {
                    "id": shift.requirement.id,
                    "text": shift.text,
                    "before": shift.before and _standing(shift.before),
                    "after": shift.after and _standing(shift.after),
                }
                for shift in outcome.shifts
            ],
        }
        for outcome in found
    ]


def entry(found: Entry, shown: Sequence[Change], did: Sequence[Outcome] | None) -> Json:
    """Say what one commit did."""
    return {
        "commit": found.version.commit,
        "parents": list(found.version.parents),
        "when": found.version.when.isoformat(),
        "author": found.version.author,
        "subject": found.version.subject,
        "path": found.version.path,
        "problem": found.after.fault,
        "records": len(found.after.records) if found.after.readable else None,
        "cut": found.cut,
        "only_spelling": found.only_spelling,
        "changes": changes(shown),
        "effects": effects(did),
    }


def plain(value: Any) -> Any:
    """Put a value of TOML in terms of JSON: days as text, and so numbers that JSON has not."""
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, date | time):
        return value.isoformat()
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < _DIGITS:
        return number(value)
    return str(value)


def _standing(found: Standing) -> Json:
    return {
        "asked": number(found.asked),
        "counted": number(found.counted),
        "planned": number(found.planned),
        "attended": number(found.attended),
        "status": found.status,
    }
