"""Read the activities: what a kind asks of its record, and the ids."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from cmeledger.ledger.context import Context
from cmeledger.ledger.schema import KINDS, Kind
from cmeledger.ledger.tables import read_table
from cmeledger.ledger.values import readable_evidence
from cmeledger.model import Activity, LeftOut, Path
from cmeledger.problems import Problem

SLUG_LENGTH: Final = 60
_NOT_SLUG: Final = re.compile("[^a-z0-9]+")
_EXTRA: Final = ("credit-type", "certificate-id", "delivery", "url")
_UNREADABLE: Final = {"provider": "?", "location": "?"}
"""What stands in a draft for a text that is there and cannot be read: it is not missing."""


class _Draft(NamedTuple):
    """A record read but not yet named."""

    table: dict[str, Any]
    values: dict[str, Any]
    path: Path
    archived: bool
    good: bool
    first_problem: int
    last_problem: int
    faulty: frozenset[str]
    """The keys that its errors are about."""


def read_activities(
    context: Context,
    ledger: Iterable[tuple[dict[str, Any], Path]],
    archive: Iterable[tuple[dict[str, Any], Path]],
) -> tuple[tuple[Activity, ...], tuple[LeftOut, ...]]:
    """Read every activity of the ledger and its archive, and give each its id.

    Returns the good ones and what could be read of the others, both in file order.
    """
    drafts = [_read(context, table, path) for source in (ledger, archive) for table, path in source]
    explicit: set[str] = {
        draft.values["id"] for draft in drafts if "id" in draft.values
    } | {  # an id that cannot be used is still taken
        draft.table["id"]
        for draft in drafts
        if "id" not in draft.values and isinstance(draft.table.get("id"), str)
    }
    seen: dict[str, bool] = {}  # whether the first record of an id is archived
    taken = set(explicit)
    numbers: dict[str, int] = {}
    good: list[Activity] = []
    left_out: list[LeftOut] = []
    for draft in drafts:
        record = draft.values.get("id")
        usable = draft.good
        if record is None:
            record = _derived_id(draft, taken, numbers)
        elif record in seen:
            context.archived = draft.archived
            where, advice = "above", "give this record another id, or take the key out"
            if draft.archived and not seen[record]:
                where = "of the ledger"
                advice = "if the two are one, take one of them out; else give this one another id"
            context.error(
                "duplicate-id",
                f"the id '{record}' is taken by a record {where}",
                advice,
                (*draft.path, "id"),
            )
            context.problems[-1] = context.problems[-1]._replace(record=record)
            usable = False
        if record is not None:
            seen.setdefault(record, draft.archived)
        for number in range(draft.first_problem, draft.last_problem):
            context.problems[number] = context.problems[number]._replace(record=record)
        if usable:
            assert record is not None
            good.append(_activity(draft, record))
        else:
            left_out.append(_left_out(draft, record))
    context.archived = False
    return tuple(good), tuple(left_out)


def slug(title: str) -> str:
    """Make the part of a derived id that comes from the title; "record" where nothing is left."""
    text = title
    if not title.isascii():
        from unicodedata import category, normalize

        text = "".join(char for char in normalize("NFKD", title) if category(char)[0] != "M")
    text = _NOT_SLUG.sub("-", text.lower()).strip("-")
    return text[:SLUG_LENGTH].strip("-") or "record"


def _derived_id(draft: _Draft, taken: set[str], numbers: dict[str, int]) -> str | None:
    """Derive an id and note it as taken; `numbers` holds the last number given to each stem."""
    day = _written_day(draft)
    if day is None:
        return None
    stem = f"{day.isoformat()}-{slug(draft.values.get('title', ''))}"
    record, numbers[stem] = free_id(stem, taken, numbers.get(stem, 1))
    taken.add(record)
    return record


def free_id(stem: str, taken: Collection[str], number: int = 1) -> tuple[str, int]:
    """Find an id that nobody has: the stem, else the stem with the first number that is free.

    `number`: the last one that is known to be taken. Returns the id and its number.
    """
    record = stem
    while record in taken:
        number += 1
        record = f"{stem}-{number}"
    return record, number


def _written_day(draft: _Draft) -> date | None:
    """Find the day of completion as written: one out of range names its record as well."""
    days = (draft.values.get(key) or draft.table.get(key) for key in ("date", "end", "start"))
    return next((day for day in days if type(day) is date), None)


def _day(values: dict[str, Any]) -> Any:
    return values.get("date") or values.get("end") or values.get("start")


def _read(context: Context, table: dict[str, Any], path: Path) -> _Draft:
    errors, first = context.errors, len(context.problems)
    values = read_table(context, table, "activity", path)
    kind = KINDS.get(values.get("kind", ""))
    _check_dates(context, table, values, path, kind)
    if kind is not None:
        _check_credits(context, table, path, kind)
        _check_category(context, table, values, path, kind)
    good = context.errors == errors
    last = len(context.problems)
    faulty = () if good else (_key_at_fault(item, path) for item in context.problems[first:last])
    keys = frozenset(key for key in faulty if key is not None)
    return _Draft(table, values, path, context.archived, good, first, last, keys)


def _key_at_fault(problem: Problem, path: Path) -> str | None:
    if problem.severity != "error" or len(problem.path) <= len(path):
        return None
    return str(problem.path[len(path)])


def _check_dates(
    context: Context, table: dict[str, Any], values: dict[str, Any], path: Path, kind: Kind | None
) -> None:
    """Check the dates of a record; of one whose kind cannot be read, what holds for every kind."""
    enrollment = kind is not None and kind.enrollment
    if kind is not None and enrollment and "date" in table:
        context.error(
            "bad-value",
            f"a {kind.name} has a start and an end, no date",
            "write start = the first day, and end = the last day once it is over",
            (*path, "date"),
            "key",
        )
    elif "date" in table and ("start" in table or "end" in table):
        context.error(
            "bad-value",
            "a record has either a date, or a start and an end",
            "take out date for an activity of several days, start and end for one day",
            (*path, "start" if "start" in table else "end"),
            "key",
        )
    if "end" in values and "start" in values and values["end"] < values["start"]:
        context.error(
            "bad-value", "the end is before the start", "check both dates", (*path, "end"), "key"
        )
    if "date" in table and not enrollment:
        return
    if "start" not in table:
        if "end" in table or enrollment:
            _missing(context, path, "start", "the first day")
        else:
            _missing(context, path, "date", "the day of completion, like 2026-03-01")
    elif "end" not in table and kind is not None and not kind.open_ended:
        _missing(context, path, "end", f"the last day; only a {_OPEN} may still go on")


_WANTED: Final = {
    "credits": "the credits on the certificate, in steps of 0.25",
    "hours": "the hours given (or credits)",
    "category": "1 or 2, as on the certificate",
}
_OPEN: Final = ", ".join(kind.name for kind in KINDS.values() if kind.open_ended)


def lacking(kind: Kind, table: Mapping[str, Any]) -> Iterator[str]:
    """Name the keys that a kind asks for and a record does not have; its days are not looked at."""
    if kind.needs_credits and "credits" not in table:
        yield "credits"
    if kind.by_hours and "credits" not in table and "hours" not in table:
        yield "hours"
    if kind.needs_category and "category" not in table:
        yield "category"


def _check_credits(context: Context, table: dict[str, Any], path: Path, kind: Kind) -> None:
    for key in lacking(kind, table):
        _missing(context, path, key, _WANTED[key])
    if kind.enrollment and "credits" in table:
        context.error(
            "bad-value",
            f"the credits of a {kind.name} come from its days",
            "take credits out",
            (*path, "credits"),
            "key",
        )


def _check_category(
    context: Context, table: dict[str, Any], values: dict[str, Any], path: Path, kind: Kind
) -> None:
    if kind.category and values.get("category", kind.category) != kind.category:
        context.error(
            "bad-value",
            f"a record of kind {kind.name} is Category {kind.category}",
            f"write category = {kind.category}, take the key out, or check the kind",
            (*path, "category"),
            "key",
        )


def _missing(context: Context, path: Path, key: str, what: str) -> None:
    context.error(
        "missing-key", f"the activity needs '{key}'", f"add {key} = {what}", path, "table"
    )


def _activity(draft: _Draft, record: str) -> Activity:
    """Make an activity of what was read, with blanks for what could not be."""
    get = draft.values.get
    kind = KINDS.get(get("kind", ""))
    topics = draft.table.get("topics") if "topics" in draft.values else None
    return Activity(
        record,
        get("title", ""),
        get("kind", ""),
        get("status", ""),
        get("category") or (kind and kind.category),
        get("date"),
        get("start"),
        get("end"),
        get("credits"),
        get("hours"),
        get("topics", {}),
        tuple(topics) if isinstance(topics, list) else (),
        get("provider"),
        get("location"),
        get("note"),
        get("claim-by"),
        get("approved-on"),
        get("work"),
        get("learners", ()),
        get("evidence", ()),
        get("no-evidence"),
        {key: draft.values[key] for key in _EXTRA if key in draft.values},
        draft.archived,
        draft.path,
    )


def _left_out(draft: _Draft, record: str | None) -> LeftOut:
    topics = draft.table.get("topics", ())
    readable = topics if isinstance(topics, list | dict) else ()
    stand_ins = {key: text for key, text in _UNREADABLE.items() if key in draft.faulty}
    found = _activity(draft._replace(values=stand_ins | draft.values), record or "")
    return LeftOut(
        record,
        draft.values.get("title"),
        draft.values.get("kind"),
        _day(draft.values),
        tuple(topic for topic in readable if isinstance(topic, str)),
        draft.archived,
        draft.path,
        found._replace(
            category=None if "category" in draft.faulty else found.category,
            evidence=readable_evidence(draft.table.get("evidence"), (*draft.path, "evidence")),
        ),
        draft.faulty,
    )
