"""Where a new record goes in a ledger and how it is written; what one that goes takes with it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from cmeledger.ledger import schema, spell
from cmeledger.ledger.blocks import PLAIN, Layout, Section, Style
from cmeledger.ledger.spell import BY_HAND, EditRefused
from cmeledger.ledger.splice import Splice
from cmeledger.model import Path


def day_of(record: Any) -> date | None:
    """Find the day of completion that an activity's table names."""
    if not isinstance(record, Mapping):
        return None
    days = (record.get(name) for name in ("date", "end", "start"))
    return next((day for day in days if type(day) is date), None)


class Place(NamedTuple):
    """Where a record goes among the lines of a text."""

    position: int
    before: str
    """What is written between the line above and the record."""
    after: str
    """What is written below it, where it does not take the end of the line above for its own."""
    gap: int
    """How many blank lines stand between records there."""
    eol: str
    above_next: bool
    """It goes directly above the next record of its table, or the blank lines there."""
    neighbor: Section | None
    """The record that it is written like; None: there is none yet."""


def index(records: list[Any], values: Mapping[str, Any]) -> int:
    """Find where an activity goes: after the last one that is not later, else before the first."""
    return slot([day_of(item) for item in records], day_of(values))


def slot(days: Sequence[date | None], day: date | None) -> int:
    """Find where an activity of a day goes among those of other days."""
    for number in range(len(days) - 1, -1, -1):
        other = days[number]
        if day is None or (other is not None and other <= day):
            return number + 1
    return 0 if any(days) else len(days)


def block(
    layout: Layout, table: str, index: int, values: Mapping[str, Any]
) -> tuple[int, str, str, str]:
    """Write a record: where it goes, what goes before it, its lines, what goes after."""
    at = place(layout, table, index)
    text = _written(layout, table, at.neighbor, values, at.eol)
    return at.position, at.before, text, at.after


def place(layout: Layout, table: str, index: int) -> Place:
    """Find where a record goes that is to have an index, and what stands around it."""
    if not index and (table, 0) in layout.places.found:
        successor = layout.sections_of((table, 0))[0]
        eol = layout.eol(successor.key[1])
        gap, _ = _gap(layout, table, layout.sections_of((table, 0))[-1], successor)
        position, after = layout.lead(successor), eol * (gap + 1)
        return Place(position, "", after, gap, eol, above_next=True, neighbor=successor)
    if index:
        own = layout.sections_of((table, index - 1))
        first, neighbor = own[0], own[-1]
    else:
        first, neighbor = None, _above(layout, table)
    own_eol = layout.eol(neighbor.own_end)
    end = layout.end(neighbor) if neighbor.key[1] or neighbor.own_end else 0
    eol = layout.eol(end)
    if not neighbor.key[1] and not neighbor.own_end:  # nothing but comments, or nothing at all
        end = len(layout.text) if len(layout.sections) == 1 else 0
        glue = "" if not layout.text[:end] or layout.text[:end].endswith("\n") else eol
        blank = eol if layout.text[:end].strip() else ""
        tail = eol if end == len(layout.text) else eol * 2
        return Place(end, glue + blank, tail, 1, own_eol, above_next=False, neighbor=None)
    gap, above_next = _gap(layout, table, neighbor, first)
    if not gap and end > layout.line_end(neighbor.own_end):
        gap = 1  # directly below a comment, the comment would become the new record's
    return Place(end, eol * (gap + 1), "", gap, own_eol, above_next=above_next, neighbor=first)


def _above(layout: Layout, table: str) -> Section:
    """Find the section that the first record of a table goes below."""
    names = list(schema.TABLES)
    rank = names.index(table)
    earlier = [
        item
        for item in layout.sections
        if item.path and item.path[0] in names and names.index(str(item.path[0])) < rank
    ]
    return earlier[-1] if earlier else layout.sections[-1]


def _gap(layout: Layout, table: str, last: Section, first: Section | None) -> tuple[int, bool]:
    """Tell how many blank lines stand between records near a neighbor.

    True: they are those above the next record.
    """
    number = layout.number(last)
    if number + 1 < len(layout.sections):
        following = layout.sections[number + 1]
        if following.path[:1] == (table,):
            return layout.blanks_above(layout.lead(following)), True
    if first is not None and layout.number(first) > 0:
        lead = layout.lead(first)
        if layout.text[:lead].strip():
            return layout.blanks_above(lead), False
    return 1, False


def _written(
    layout: Layout, table: str, neighbor: Section | None, values: Mapping[str, Any], eol: str
) -> str:
    """Write a record's lines in the style of a neighbor."""
    if neighbor is None:
        style = PLAIN._replace(header=f"[[{table}]]", eol=eol)
    else:
        style = layout.style(neighbor)._replace(eol=eol)
        style = style._replace(column=_column(layout, neighbor, style, values))
    return eol.join([style.header, *(style.line(name, item) for name, item in values.items())])


def _column(
    layout: Layout, neighbor: Section, style: Style, values: Mapping[str, Any]
) -> int | None:
    """Find the column of the equals signs: each record's own, or one for all."""
    if style.column is None:
        return None
    own = max(len(style.indent + spell.key(name)) for name in values) + 1
    others = {
        layout.style(item).column
        for item in layout.sections[-200:]
        if item.path[:1] == neighbor.path[:1] and len(item.path) == 2
    }
    longest = max(item.key[1] - item.start for item in layout.entries_of(neighbor))
    if len(others) == 1 and (style.column > longest + 1 or layout.sections[-1] != neighbor):
        return max(style.column, own)
    return own if style.column == longest + 1 and len(others) > 1 else max(style.column, own)


def without(layout: Layout, paths: Sequence[Path]) -> list[Splice]:
    """Take out records' sections, the comments above, and for each one of the runs of blank lines.

    They are taken out in the order of the paths, which is that of the text. Raises EditRefused.
    """
    splices: list[Splice] = []
    is_first, number = True, -1
    before: Path = ()
    for path in paths:
        own = layout.sections_of(path)
        first = layout.number(own[0])
        if layout.sections[first : first + len(own)] != own:
            raise EditRefused(
                "the tables of this record stand apart, "
                f"from line {layout.line_number(own[0].start)}",
                f"other tables are between them; {BY_HAND}",
            )
        if first != number:  # below a record that goes, what is above that one is above this one
            before = layout.sections[first - 1].path[:1] if first else ()
        number = first + len(own)
        after = layout.sections[number].path[:1] if number < len(layout.sections) else ()
        lead, end = layout.lead(own[0]), layout.end(own[-1])
        stop = layout.next_line(end)
        is_first = is_first and not layout.text[splices[-1].end if splices else 0 : lead].strip()
        start, kept = _upwards(layout, lead, splices)
        below = layout.blanks_below(end)
        # Directly above another header, the comment above would become that one's.
        comment = start > 0 and layout.is_comment(layout.line_start(start - 1))
        glues = comment and not below and stop < len(layout.text)
        if after == path[:1] != before or is_first or glues:
            for _ in range(below):
                stop = layout.next_line(stop)
            start, kept = lead, len(splices)
            if splices and splices[-1].end == lead:
                start, kept = splices[-1].start, kept - 1
        splices[kept:] = [Splice(start, stop, "")]
    return splices


def _upwards(layout: Layout, start: int, splices: Sequence[Splice]) -> tuple[int, int]:
    """Find where the blank lines above begin, beyond what is taken out between them.

    Returns how many of the splices are still above.
    """
    kept = len(splices)
    while True:
        for _ in range(layout.blanks_above(start)):
            start = layout.line_start(start - 1)
        if not kept or start > splices[kept - 1].end:
            return start, kept
        kept -= 1
        start = splices[kept].start
