"""Where a new record goes in a ledger and how it is written; what one that goes takes with it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

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


def index(records: list[Any], values: Mapping[str, Any]) -> int:
    """Find where an activity goes: after the last one that is not later, else before the first."""
    day = day_of(values)
    for number in range(len(records) - 1, -1, -1):
        other = day_of(records[number])
        if day is None or (other is not None and other <= day):
            return number + 1
    return 0 if any(day_of(item) for item in records) else len(records)


def block(
    layout: Layout, table: str, index: int, values: Mapping[str, Any]
) -> tuple[int, str, str, str]:
    """Write a record: where it goes, what goes before it, its lines, what goes after."""
    sections = layout.sections
    if index or (table, 0) not in layout.places.found:
        if index:
            neighbor = layout.sections_of((table, index - 1))[-1]
            first = layout.sections_of((table, index - 1))[0]
        else:
            neighbor, first = _above(layout, table), None
        text = _written(layout, table, first, values, layout.eol(neighbor.own_end))
        end = layout.end(neighbor) if neighbor.key[1] or neighbor.own_end else 0
        eol = layout.eol(end)
        if not neighbor.key[1] and not neighbor.own_end:  # nothing but comments, or nothing at all
            end = len(layout.text) if len(sections) == 1 else 0
            glue = "" if not layout.text[:end] or layout.text[:end].endswith("\n") else eol
            blank = eol if layout.text[:end].strip() else ""
            tail = eol if end == len(layout.text) else eol * 2
            return end, glue + blank, text, tail
        gap = _gap(layout, table, neighbor, first)
        last_line = layout.text[layout.line_start(end) : end]
        if not gap and last_line.lstrip().startswith("#"):
            gap = 1  # directly below a comment, the comment would become the new record's
        return end, eol * (gap + 1), text, ""
    successor = layout.sections_of((table, 0))[0]
    position = layout.lead(successor)
    eol = layout.eol(successor.key[1])
    text = _written(layout, table, successor, values, eol)
    gap = _gap(layout, table, layout.sections_of((table, 0))[-1], successor)
    return position, "", text, eol * (gap + 1)


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


def _gap(layout: Layout, table: str, last: Section, first: Section | None) -> int:
    """Tell how many blank lines stand between records near a neighbor."""
    number = layout.sections.index(last)
    if number + 1 < len(layout.sections):
        following = layout.sections[number + 1]
        if following.path[:1] == (table,):
            return layout.blanks_above(layout.lead(following))
    if first is not None and layout.sections.index(first) > 0:
        lead = layout.lead(first)
        if layout.text[:lead].strip():
            return layout.blanks_above(lead)
    return 1


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


def without(layout: Layout, path: Path) -> Splice:
    """Take out a record's sections, the comments above, and one of the runs of blank lines."""
    own = layout.sections_of(path)
    first = layout.sections.index(own[0])
    if layout.sections[first : first + len(own)] != own:
        raise EditRefused(
            f"the tables of this record stand apart, from line {layout.line_number(own[0].start)}",
            f"other tables are between them; {BY_HAND}",
        )
    lead, end = layout.lead(own[0]), layout.end(own[-1])
    stop = layout.next_line(end)
    before = layout.sections[first - 1].path[:1] if first else ()
    after_number = first + len(own)
    after = layout.sections[after_number].path[:1] if after_number < len(layout.sections) else ()
    blanks = layout.blanks_above(lead)
    same_table = path[:1]
    if (after == same_table != before) or not layout.text[:lead].strip():
        for _ in range(layout.blanks_below(end)):
            stop = layout.next_line(stop)
        return Splice(lead, stop, "")
    for _ in range(blanks):
        lead = layout.line_start(lead - 1)
    return Splice(lead, stop, "")
