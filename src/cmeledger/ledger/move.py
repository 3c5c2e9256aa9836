"""Put an activity where its date belongs: its lines and the comments above them as they are.

In its own file, or in the other one of ledger and archive.
"""

from datetime import date
from typing import Any, NamedTuple

from cmeledger.ledger import edit, fresh, spell
from cmeledger.ledger.blocks import Layout
from cmeledger.ledger.edit import Edited
from cmeledger.ledger.parse import Document, NotToml, parse
from cmeledger.ledger.spell import BY_HAND, EditRefused
from cmeledger.model import Path


class _Lines(NamedTuple):
    """An activity as it is written."""

    record: dict[str, Any]
    day: date
    text: str
    """From the comments above it to the end of its last line, or of the comments below."""
    comment_last: bool
    above: int
    """How many lines of comments stand above its header."""


def move(data: bytes, path: Path, document: Document | None = None) -> Edited:
    """Move an activity to where `edit.add` would put one of its day.

    It is taken out and a record of that day is added, which the activity's own lines then replace:
    where it goes, and how many blank lines stand around, is `edit`'s to say. One that stands there
    already, or among records of its own day, stays. `document` is what the bytes read as, where
    that is known. Raises EditRefused.
    """
    stays = edit.change(data, path, {}, document)  # refuses what does not read, or is not there
    document = stays.document
    records, number = document.tables["activity"], int(path[1])
    own, rest = records[number], [*records[:number], *records[number + 1 :]]
    day = _day_of(own)
    index = fresh.index(rest, own)
    passed = rest[min(number, index) : max(number, index)]
    if all(fresh.day_of(other) == day for other in passed):
        return stays
    lines = _lines_of(document, path)
    without = edit.remove(data, path, document)  # refuses tables that stand apart
    text, line = _put_in(without.data, lines, without.document)
    meant = document.tables | {"activity": [*rest[:index], own, *rest[index:]]}
    return _judged(text, data, data, meant, index, line)


def across(source: bytes, path: Path, target: bytes) -> tuple[Edited, Edited]:
    """Move an activity out of one file, to where its date belongs in another.

    Returns both files. Its lines and comments are the same there, but for the other file's line
    endings. Raises EditRefused.
    """
    stays = edit.change(source, path, {})
    lines = _lines_of(stays.document, path)
    without = edit.remove(source, path, stays.document)
    try:
        there = parse(target)
    except NotToml as error:
        raise EditRefused(f"the other file does not read: {error}", BY_HAND) from error
    eol = "\r\n" if "\r\n" in there.text else "\n"
    lines = lines._replace(text=lines.text.replace("\r\n", "\n").replace("\n", eol))
    records = there.tables.get("activity", [])
    text, line = _put_in(target, lines, there)
    index = fresh.index(records, lines.record)
    meant = there.tables | {"activity": [*records[:index], lines.record, *records[index:]]}
    own = b"\n" + lines.text.encode()
    return without, _judged(text, target, target + own, meant, index, line)


def _day_of(record: dict[str, Any]) -> date:
    day = fresh.day_of(record)
    if day is None:
        raise EditRefused("the record has no date to go by", "give it one, then move it")
    return day


def _lines_of(document: Document, path: Path) -> _Lines:
    layout = Layout(document.text)
    if layout.places.found[path].key is None:
        raise EditRefused("the records are written as one list, activity = [ … ]", BY_HAND)
    sections = layout.sections_of(path)
    end = layout.end(sections[-1])
    record = document.tables["activity"][int(path[1])]
    return _Lines(
        record,
        _day_of(record),
        document.text[layout.lead(sections[0]) : end],
        end > layout.line_end(sections[-1].own_end),
        document.text.count("\n", layout.lead(sections[0]), sections[0].start),
    )


def _put_in(data: bytes, lines: _Lines, document: Document) -> tuple[str, int]:
    """Add a record of the activity's day, and write the activity's own lines in its place.

    Returns the text, and the line of the activity's header.
    """
    added = edit.add(data, "activity", {"date": lines.day}, document)
    found = added.data.decode("utf-8-sig").split("\n")
    first, last = added.line - 1, added.line  # the header, and the date
    ending = "\r" if found[last].endswith("\r") else ""
    below = found[last + 1 :]
    blank = []
    if lines.comment_last and below and below[0].strip():
        blank = [ending]  # directly above a header, its last comment would become that record's
    text = "\n".join([*found[:first], lines.text + ending, *blank, *below])
    return text, added.line + lines.above


def _judged(
    text: str, old: bytes, lines: bytes, meant: dict[str, Any], index: int, line: int
) -> Edited:
    """Read the result: the records that are meant, in the lines that are given, and no others."""
    new = (edit.MARK if old.startswith(edit.MARK) else b"") + text.encode()
    advice = "nothing was changed; move it in your editor"
    try:
        read = parse(new)
    except NotToml as error:
        raise EditRefused(f"the ledger would not read: {error}", advice) from error
    same_lines = _sorted(new) == _sorted(lines)
    if not same_lines or not spell.same(read.tables, meant):
        raise EditRefused("the ledger would not say just what was meant", advice)
    path: Path = ("activity", index)
    return Edited(new, path, line, read)


def _sorted(data: bytes) -> list[bytes]:
    return sorted(filter(bytes.strip, data.removeprefix(edit.MARK).splitlines()))
