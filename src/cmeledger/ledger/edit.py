"""Add, change or remove one record: its own lines change, and nothing else.

The record's lines are found, the edit is made on them, and the whole text is read again: it must be
the old ledger with just that operation applied, and every byte outside the record must be the same.
Otherwise the edit is refused. Nothing here opens a file.
"""

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Final, NamedTuple

from cmeledger.ledger import fresh, inline, schema, spell
from cmeledger.ledger.blocks import Layout
from cmeledger.ledger.parse import Document, NotToml, parse
from cmeledger.ledger.spell import BY_HAND, EditRefused, Value
from cmeledger.ledger.splice import Splice, Splicer, applied, order
from cmeledger.model import Path

__all__ = ["EditRefused", "Edited", "Value", "add", "change", "remove", "repeated"]

MARK: Final = b"\xef\xbb\xbf"
SMALL: Final = 32 * 1024
"""Up to so many bytes a ledger is laid out as a whole; of a larger one only the lines around."""
NOT_REPEATED: Final = (
    "id",
    "date",
    "start",
    "end",
    "evidence",
    "no-evidence",
    "certificate-id",
    "claim-by",
    "approved-on",
)
"""What a copy of an activity does not take over: it is about the one occasion."""


class Edited(NamedTuple):
    """A ledger's bytes after an edit."""

    data: bytes
    path: Path
    """Of the record afterwards; of one taken out, where it was."""
    line: int
    """Where the record begins, from 1; of one taken out, where it began."""
    document: Document
    """What the new bytes read as: they have been read, to be compared with what was meant."""


class _Opened:
    """A ledger's text read; laid out only where that is asked for."""

    def __init__(self, data: bytes, text: str, tables: dict[str, Any]) -> None:
        self.data, self.text, self.tables = data, text, tables

    @cached_property
    def layout(self) -> Layout:
        """The sections and lines of the whole text, which cost more than reading it."""
        return Layout(self.text)


def add(
    data: bytes, table: str, values: Mapping[str, Value], document: Document | None = None
) -> Edited:
    """Add a record to one of the tables written with double brackets.

    An activity goes after the last one in the file that is not later, else before the first; any
    other record after the last of its table. It is written as its nearest neighbor is, its keys in
    the schema's order. `document` is what the bytes read as, where that is known. Raises
    EditRefused.
    """
    opened = _open(data, document)
    if table not in schema.ARRAYS:
        raise EditRefused(f"there is no table of records '{table}'", "add to one of the five")
    records = opened.tables.get(table, [])
    if not isinstance(records, list):
        raise EditRefused(f"{table} is not a list of tables", f"write [[{table}]] first: {BY_HAND}")
    ordered = {name: values[name] for name in sorted(values, key=lambda name: order(table, name))}
    index = fresh.index(records, ordered) if table == "activity" else len(records)
    meant = opened.tables | {table: [*records[:index], spell.normal(ordered), *records[index:]]}
    near = _near(opened, (table, index), meant, lambda data, _: add(data, table, values))
    if near is not None:
        return near
    layout = opened.layout
    place = layout.places.found.get((table,))
    if place is not None and place.value is not None:
        splices = inline.insert(layout, table, index, ordered)
        at = splices[-1].start + len(splices[-1].text) - len(splices[-1].text.lstrip())
        at += sum(len(item.text) for item in splices[:-1])
    else:
        position, before, text, after = fresh.block(layout, table, index, ordered)
        splices = [Splice(position, position, before + text + after)]
        at = position + len(before)
    data, read = _judged(opened, splices, meant, (table, index))
    return Edited(data, (table, index), read.text.count("\n", 0, at) + 1, read)


def change(
    data: bytes,
    path: Path,
    changes: Mapping[str, Value | None],
    document: Document | None = None,
) -> Edited:
    """Give keys of one table other values; None takes a key out.

    `path` is a record's, ("activity", 3), or a single table's, ("practice",). A new key stands
    where the schema's order puts it relative to those present; the record stays where it is.
    `document` is what the bytes read as, where that is known. Raises EditRefused.
    """
    opened = _open(data, document)
    old = _table_at(opened.tables, path)
    new: dict[str, Any] = dict(old)
    for name, given in changes.items():
        if given is None:
            new.pop(name, None)
        elif name not in old or not spell.same(old[name], spell.normal(given)):
            new[name] = given
    meant = _with(opened.tables, path, spell.normal(new))
    near = _near(opened, path, meant, lambda data, local: change(data, local, changes))
    if near is not None:
        return near
    layout = opened.layout
    place = layout.places.found[path]
    splicer = Splicer(layout, str(path[0]))
    if place.key is None:
        splices = inline.change(layout, path, old, new) if new != old or _differ(old, new) else []
    else:
        if place.value is None:
            splicer.change_table(path, old, new)
        elif _differ(old, new):
            splicer.replace(path, old, new)
        splices = splicer.splices
    at = (place.key or place.value or (0, 0))[0]
    data, read = _judged(opened, splices, meant, path)
    return Edited(data, path, layout.line_number(at), read)


def remove(data: bytes, path: Path, document: Document | None = None) -> Edited:
    """Take a record out: its lines, the comments directly above it and one run of blank lines.

    `document` is what the bytes read as, where that is known. Raises EditRefused.
    """
    opened = _open(data, document)
    _table_at(opened.tables, path)
    if len(path) != 2:
        raise EditRefused(f"{path[0]} is no record", BY_HAND)
    table, index = str(path[0]), int(path[1])
    records = opened.tables[table]
    rest = [*records[:index], *records[index + 1 :]]
    meant = opened.tables | {table: rest}
    near = _near(opened, path, meant, remove)
    if near is not None:
        return near
    layout = opened.layout
    place = layout.places.found[path]
    splices = inline.remove(layout, path) if place.key is None else fresh.without(layout, [path])
    if not rest and place.key is not None:
        del meant[table]
    at = (place.key or place.value or (0, 0))[0]
    data, read = _judged(opened, splices, meant, path)
    return Edited(data, path, layout.line_number(at), read)


def repeated(record: Mapping[str, Value], changes: Mapping[str, Value | None]) -> dict[str, Value]:
    """Take a record's values for a copy of it, with some changed: what `add` is given.

    What is about the one occasion (its id, dates, evidence) is left out; the user's own keys stay.
    """
    copied: dict[str, Value | None] = {
        name: given for name, given in record.items() if name not in NOT_REPEATED
    }
    copied |= changes
    return {name: given for name, given in copied.items() if given is not None}


def _open(data: bytes, document: Document | None = None) -> _Opened:
    try:
        document = document or parse(data)
    except NotToml as error:
        span = error.problem.span
        where = f"line {span.line}: " if span else ""
        raise EditRefused(
            f"the ledger does not read as TOML: {where}{error.problem.message}",
            f"nothing is written to such a file; first: {error.problem.help}",
        ) from error
    return _Opened(data, document.text, document.tables)


def _near(
    opened: _Opened, path: Path, meant: dict[str, Any], edit: Callable[[bytes, Path], Edited]
) -> Edited | None:
    """Edit a large ledger by the lines around one record alone; None: that cannot be done.

    Headers are looked for without regard to strings. Where that misleads, the reading of the whole
    does not give what was meant, and the whole is laid out instead.
    """
    if len(opened.data) <= SMALL or len(path) != 2:
        return None
    table, index = str(path[0]), int(path[1])
    pattern = re.compile(rb"^[ \t]*\[\[[ \t]*" + table.encode() + rb"[ \t]*\]\]", re.MULTILINE)
    starts = [match.start() for match in pattern.finditer(opened.data)]
    first = index - 2
    if first < 0 or len(starts) != len(opened.tables.get(table, ())):
        return None
    start, end = starts[first], (*starts, len(opened.data))[min(index + 2, len(starts))]
    if end - start >= len(opened.data):  # the lines around are the whole
        return None
    try:
        edited = edit(opened.data[start:end], (table, index - first))
        if edited.path != (table, index - first):
            return None
        data = opened.data[:start] + edited.data + opened.data[end:]
        read = parse(data)
    except (EditRefused, NotToml):
        return None
    if read.tables != meant:
        return None
    return Edited(data, path, edited.line + opened.data.count(b"\n", 0, start), read)


def _table_at(tables: Mapping[str, Any], path: Path) -> dict[str, Any]:
    found: Any = tables
    for part in path:
        try:
            found = found[part]
        except (KeyError, IndexError, TypeError):
            found = None
    if not isinstance(found, dict) or not 1 <= len(path) <= 2:
        raise EditRefused("there is no such record in the ledger", "list shows those that are")
    return found


def _with(tables: dict[str, Any], path: Path, new: dict[str, Any]) -> dict[str, Any]:
    if len(path) == 1:
        return tables | {str(path[0]): new}
    records = list(tables[str(path[0])])
    records[int(path[1])] = new
    return tables | {str(path[0]): records}


def _differ(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return not spell.same(old, spell.normal(new))


def _judged(
    opened: _Opened, splices: list[Splice], meant: dict[str, Any], path: Path
) -> tuple[bytes, Document]:
    """Make the new bytes, read them again, and see that they say what was meant, and only that."""
    if not splices:
        return opened.data, Document(opened.text, opened.tables)
    text = opened.text
    try:
        new = applied(text, splices).encode()
    except UnicodeEncodeError as error:
        raise EditRefused(
            "the text holds a character that is not Unicode", "type that text again, in UTF-8"
        ) from error
    if opened.data.startswith(MARK):
        new = MARK + new
    line = text.count("\n", 0, min(splices).start) + 1
    advice = f"nothing was changed; make this change in your editor, at line {line}"
    _refuse_spill(opened, new, splices, path, advice)
    try:
        document = parse(new)
    except NotToml as error:
        raise EditRefused(f"the edited ledger would not read: {error}", advice) from error
    if document.tables != meant and not spell.same(document.tables, meant):
        raise EditRefused("the edited ledger would not say just what was meant", advice)
    record, wanted = (_found(tables, path) for tables in (document.tables, meant))
    if not spell.same(record, wanted):
        raise EditRefused("the edited record would not say just what was meant", advice)
    return new, document


def _refuse_spill(
    opened: _Opened, new: bytes, splices: list[Splice], path: Path, advice: str
) -> None:
    """See that every byte outside the record's own lines is the same."""
    start, end = min(item.start for item in splices), max(item.end for item in splices)
    if start != end:  # an addition has no lines of its own yet
        layout = opened.layout
        own = layout.sections_of(path)
        first, last = (own[0], own[-1]) if own else (None, None)
        if first is not None and last is not None:
            lead, stop = layout.lead(first), layout.next_line(layout.end(last))
            around = opened.text[min(start, lead) : lead] + opened.text[stop : max(stop, end)]
            if around.strip():
                raise EditRefused("the edit would reach beyond the record", advice)
    before, after = opened.text[:start].encode(), opened.text[end:].encode()
    before = before.removesuffix(b"\n").removesuffix(b"\r")
    if not new.removeprefix(MARK).startswith(before) or not new.endswith(after):
        raise EditRefused("the edit would change bytes outside the record", advice)


def _found(tables: Mapping[str, Any], path: Path) -> Any:
    if len(path) == 1:
        return tables.get(str(path[0]))
    records = tables.get(str(path[0]), [])
    return records[int(path[1])] if int(path[1]) < len(records) else None
