"""From a TOML document to a ledger and everything that is wrong with it.

All problems are found, never just the first. An error in an activity, waiver or requirement
leaves that one record out; an error in a license makes it unusable; in the other tables the
remaining keys hold (docs/format.md).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cmeledger.ledger import schema
from cmeledger.ledger.activities import read_activities
from cmeledger.ledger.context import Context, key_of, wrong_type
from cmeledger.ledger.doubled import doubled
from cmeledger.ledger.parse import Document
from cmeledger.ledger.tables import read_table
from cmeledger.ledger.values import readable_evidence
from cmeledger.model import (
    Ledger,
    License,
    OwnRequirement,
    Path,
    Physician,
    Renewal,
    RequirementLeftOut,
    Vocabulary,
    Waiver,
    WaiverLeftOut,
)
from cmeledger.problems import Problem
from cmeledger.visible import first_unsafe, may_be_unsafe

NOTHING: Final = Document("", {})


def read(
    document: Document, vocabulary: Vocabulary, archive: Document = NOTHING
) -> tuple[Ledger, list[Problem]]:
    """Read a ledger, with the archive beside it.

    Returns the ledger, without what could not be used, and all problems, without their places
    (`source.place` adds those). A document of a higher format gives an empty ledger. Raises
    NotToml for nesting too deep, which only keys unknown to the format can have.
    """
    tables = document.tables
    own = [item for item in _items(tables.get("requirement")) if isinstance(item, dict)]
    context = Context(
        vocabulary,
        own_ids=[item["id"] for item in own if isinstance(item.get("id"), str)],
        own_topics=[
            topic for item in own for topic in _items(item.get("topics")) if isinstance(topic, str)
        ],
    )
    for context.archived, source in ((False, document), (True, archive)):
        if source is not NOTHING and not _format_is_known(context, source.tables):
            return _EMPTY, context.problems
        _refuse_unknown_tables(context, source.tables)
    context.archived = False

    physician = _physician(context, tables)
    practice = read_table(context, _table(context, tables, "practice"), "practice")
    licenses = _licenses(context, tables, physician.get("birthday") is not None)
    requirements, requirements_left_out = _requirements(context, tables)
    waivers, waivers_left_out = _waivers(context, tables)
    renewals = tuple(
        Renewal(
            values.get("jurisdiction"),
            values.get("renewal-date"),
            values.get("attested"),
            values.get("edition"),
            values.get("totals", {}),
            values.get("digest"),
            values.get("note"),
            path,
        )
        for values, path, _ in _records(context, tables, "renewal")
    )
    activities, left_out = read_activities(
        context, _elements(context, tables, "activity"), _archived(context, document, archive)
    )
    if not licenses:
        advice = 'write [[license]], jurisdiction = "MA" and renewal-date = the date printed on it'
        context.error(
            "no-license",
            "no license can be used" + (": each has an error" if tables.get("license") else ""),
            "fix the errors of its table" if tables.get("license") else advice,
            (),
            "table",
        )
    defaults = {key.name: key.default for key in schema.PRACTICE}
    ledger = Ledger(
        Physician(*(physician.get(key.name) for key in schema.PHYSICIAN)),
        defaults | practice,
        licenses,
        activities,
        left_out,
        waivers,
        requirements,
        renewals,
        waivers_left_out,
        requirements_left_out,
    )
    records: dict[tuple[Path, bool], str | None] = {
        (activity.path, activity.archived): activity.id for activity in activities
    }
    records |= {(item.path, item.archived): item.id for item in left_out}
    _name_unsafe_strings(context, document, archive, records)
    return ledger, context.problems


_EMPTY: Final = Ledger(Physician(None, None), {}, (), (), (), (), (), ())


def _format_is_known(context: Context, tables: Mapping[str, Any]) -> bool:
    path: Path = ("format",)
    if "format" not in tables:
        if context.archived:  # a list of records beside the ledger, which says the format
            return True
        context.error(
            "missing-key", "the ledger names no format", "begin the file with: format = 1", ()
        )
    elif type(tables["format"]) is not int:
        wrong_type(context, tables["format"], path, "1")
    elif tables["format"] > schema.FORMAT:
        context.error(
            "format-version",
            f"format {tables['format']} is newer than this program, which reads {schema.FORMAT}",
            "install a newer version of cmeledger",
            path,
        )
        return False
    elif tables["format"] < schema.FORMAT:
        context.error("bad-value", f"there is no format {tables['format']}", "write 1", path)
    return True


def _refuse_unknown_tables(context: Context, tables: Mapping[str, Any]) -> None:
    known = ("format", *schema.TABLES)
    for name, value in tables.items():
        if name not in known or (context.archived and name != "activity"):
            context.refuse_depth(value, (name,))
        if name not in known and not name.startswith("x-"):
            is_table = isinstance(value, dict | list)
            context.error(
                "unknown-key",
                f"unknown {'table' if is_table else 'key'} '{name}'",
                context.nearest(name, known, "a ledger has"),
                (name,),
                "key",
            )


def _physician(context: Context, tables: Mapping[str, Any]) -> dict[str, Any]:
    if "physician" in tables:
        table = _table(context, tables, "physician")
        return read_table(context, table, "physician") if table is tables["physician"] else {}
    advice = 'write [physician], name = "…" and birthday = "MM-DD"'
    context.error("missing-key", "the ledger has no physician", advice, ("physician",), "table")
    return {}


def _table(context: Context, tables: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Find a table written with single brackets; an absent one is empty."""
    value = tables.get(name, {})
    if isinstance(value, dict):
        return value
    context.refuse_depth(value, (name,))
    context.error("wrong-type", f"{name} is not a table", f"write [{name}] once", (name,))
    return {}


def _elements(
    context: Context, tables: Mapping[str, Any], name: str
) -> Iterator[tuple[dict[str, Any], Path]]:
    """Go through the tables written with double brackets, with their paths."""
    value = tables.get(name, [])
    if not isinstance(value, list):
        context.refuse_depth(value, (name,))
        context.error(
            "wrong-type",
            f"{name} is not a list of tables",
            f"write [[{name}]] with double brackets, once for each",
            (name,),
        )
        return
    for number, item in enumerate(value):
        if isinstance(item, dict):
            yield item, (name, number)
        else:
            wrong_type(context, item, (name, number), "{ … }")


def _archived(
    context: Context, document: Document, archive: Document
) -> Iterator[tuple[dict[str, Any], Path]]:
    """Go through the archive's activities; its problems are marked as such."""
    context.archived = True
    twice = doubled(document, archive)
    for table, path in _elements(context, archive.tables, "activity"):
        if path[1] not in twice:
            yield table, path
    context.archived = False


def _records(
    context: Context, tables: Mapping[str, Any], name: str
) -> Iterator[tuple[dict[str, Any], Path, bool]]:
    """Read each table of an array: its values, its path, and whether it is free of errors."""
    for table, path in _elements(context, tables, name):
        before = context.errors
        values = read_table(context, table, name, path)
        yield values, path, context.errors == before


def _licenses(
    context: Context, tables: Mapping[str, Any], has_birthday: bool
) -> tuple[License, ...]:
    licenses = []
    for values, path, good in _records(context, tables, "license"):
        issued, renewal, ended = (values.get(key) for key in ("issued", "renewal-date", "ended"))
        table = tables["license"][path[1]]
        if "issued" not in table and "renewal-date" not in table:
            context.error(
                "missing-key",
                "the license names neither issued nor renewal-date",
                "add renewal-date = the date printed on your license",
                path,
                "table",
            )
        elif issued and ended and ended < issued:
            context.error(
                "bad-value",
                "the license ended before it was issued",
                "check both dates",
                (*path, "ended"),
                "key",
            )
        elif good and (renewal or has_birthday):
            number, kind = values.get("number"), values["type"]
            licenses.append(
                License(values["jurisdiction"], number, kind, issued, renewal, ended, path)
            )
    return tuple(licenses)


def _requirements(
    context: Context, tables: Mapping[str, Any]
) -> tuple[tuple[OwnRequirement, ...], tuple[RequirementLeftOut, ...]]:
    found: list[OwnRequirement] = []
    left_out: list[RequirementLeftOut] = []
    seen: set[str] = set()
    for table, path in _elements(context, tables, "requirement"):
        errors = context.errors
        values = read_table(context, table, "requirement", path)
        _check_window(context, table, values, path)
        name = values.get("id")
        if name in seen:
            context.error(
                "duplicate-id",
                f"a requirement '{name}' stands above",
                "give this one another id",
                (*path, "id"),
            )
        if name is not None:
            seen.add(name)
        if context.errors > errors:
            left_out.append(RequirementLeftOut(_texts(table.get("topics")), path))
            continue
        found.append(
            OwnRequirement(
                values["id"],
                values["name"],
                values["credits"],
                values.get("topics", ()),
                values.get("category"),
                values.get("from"),
                values.get("to"),
                values.get("source"),
                path,
            )
        )
    return tuple(found), tuple(left_out)


def _check_window(
    context: Context, table: Mapping[str, Any], values: Mapping[str, Any], path: Path
) -> None:
    start, end = values.get("from"), values.get("to")
    if ("from" in table) != ("to" in table):
        missing = "to" if "from" in table else "from"
        context.error(
            "missing-key",
            f"the requirement has no '{missing}' for its window",
            "give both from and to, or neither: then it holds for each license cycle",
            path,
            "table",
        )
    elif start and end and end < start:
        context.error(
            "bad-value",
            "the window ends before it begins",
            "check both dates",
            (*path, "to"),
            "key",
        )


def _waivers(
    context: Context, tables: Mapping[str, Any]
) -> tuple[tuple[Waiver, ...], tuple[WaiverLeftOut, ...]]:
    found: list[Waiver] = []
    left_out: list[WaiverLeftOut] = []
    for values, path, good in _records(context, tables, "waiver"):
        if not good:
            table = tables["waiver"][path[1]]
            left_out.append(
                WaiverLeftOut(
                    values.get("jurisdiction"),
                    values.get("renewal-date"),
                    _texts(table.get("requirements")),
                    readable_evidence(table.get("evidence"), (*path, "evidence")),
                    path,
                )
            )
            continue
        found.append(
            Waiver(
                values["jurisdiction"],
                values["renewal-date"],
                values.get("requested"),
                values.get("granted"),
                values.get("requirements"),
                values.get("evidence", ()),
                values.get("note"),
                path,
            )
        )
    return tuple(found), tuple(left_out)


_IN_LINES: Final = ("renewal", "digest")
"""Where line feeds belong however the string is written: one line for each record."""


def _name_unsafe_strings(
    context: Context,
    document: Document,
    archive: Document,
    records: Mapping[tuple[Path, bool], str | None],
) -> None:
    """Warn about characters that act on a terminal or hide, and line feeds in one-line strings."""
    for context.archived, source in ((False, document), (True, archive)):
        if not may_be_unsafe(source.text):
            continue
        places = None
        for path, value in _strings(source.tables):
            unsafe = first_unsafe(value)
            if unsafe is None and "\n" in value and (path[0], path[-1]) != _IN_LINES:
                from cmeledger.ledger.source import Places

                places = places or Places(source.text)
                unsafe = None if places.is_multiline(path) else "\n"
            if unsafe is not None:
                context.warn(
                    "control-character",
                    f"'{key_of(path)}' holds the character U+{ord(unsafe):04X}, "
                    "which does not show or acts on a terminal",
                    "take it out; it is always shown as an escape",
                    path,
                )
                record = records.get((path[:2], context.archived))
                if record is not None:
                    context.problems[-1] = context.problems[-1]._replace(record=record)
    context.archived = False


def _strings(tables: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Go through every string of a document but those under the user's own x- keys."""
    waiting: list[tuple[Path, Any]] = [((), tables)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, str):
            yield path, value
        elif isinstance(value, dict):
            waiting += [((*path, k), v) for k, v in value.items() if not k.startswith("x-")]
        elif isinstance(value, list):
            waiting += [((*path, number), item) for number, item in enumerate(value)]


def _texts(value: Any) -> tuple[str, ...]:
    """Keep the texts of a list in their places, with blanks for the rest."""
    return tuple(item if isinstance(item, str) else "" for item in _items(value))


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
