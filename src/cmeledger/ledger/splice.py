"""The splices that change one table's keys, wherever and however they are written."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from cmeledger.ledger import schema, spell
from cmeledger.ledger.blocks import PLAIN, Entry, Layout, Section, Style
from cmeledger.ledger.spell import BY_HAND, EditRefused
from cmeledger.model import Path


class Splice(NamedTuple):
    """Put a text in place of a part of the old one."""

    start: int
    end: int
    text: str


def applied(text: str, splices: list[Splice]) -> str:
    """Make the new text. A missing last line ending stays missing."""
    merged: list[Splice] = []
    for item in sorted(splices, key=lambda splice: (splice.start, splice.end)):
        if merged and item.start <= merged[-1].end and not item.text and not merged[-1].text:
            merged[-1] = Splice(merged[-1].start, max(merged[-1].end, item.end), "")
        else:
            merged.append(item)
    parts, position = [], 0
    for start, end, new in merged:
        at_end = end == len(text) and start < end and not new and not text.endswith("\n")
        kept = text[position:start]
        if at_end:  # the last line goes: the one above becomes the last, without an ending too
            kept = kept.removesuffix("\n").removesuffix("\r") if kept.endswith("\n") else kept
        parts += [kept, new]
        position = end
    return "".join([*parts, text[position:]])


def order(table: str, name: str) -> int:
    """Tell a key's place in the canonical order; those of the user come last."""
    names = [item.name for item in schema.TABLES.get(table, ())]
    return names.index(name) if name in names else len(names)


class Splicer:
    """Collects the splices of one edit."""

    def __init__(self, layout: Layout, table: str) -> None:
        self.layout = layout
        self.table = table
        self.splices: list[Splice] = []

    def change_table(self, path: Path, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Turn the table under a header of its own into another."""
        section = next(item for item in self.layout.sections if item.path == path)
        stay = [name for name in old if name in new]
        for name in old:
            if name not in new:
                self._take_out((*path, name))
        for name in stay:
            if not spell.same(old[name], spell.normal(new[name])):
                self.replace((*path, name), old[name], new[name])
        added = [name for name in new if name not in old]
        if len(path) <= 2:
            added.sort(key=lambda name: order(self.table, name))
        for name in added:
            self._put_in(section, name, new[name], stay)
            stay.append(name)

    def replace(self, path: Path, old: Any, new: Any) -> None:
        """Give one key another value."""
        layout = self.layout
        place = layout.places.found[path]
        if place.value is None:
            self._replace_sections(path, old, new)
        elif place.key is not None and place.value[0] <= place.key[0]:
            self._replace_dotted(path, old, new)
        else:
            start, end = place.value
            written = layout.text[start:end]
            found = layout.places.found
            parts = []
            if written[0] == "[":
                for number in range(len(old)):
                    value = found[*path, number].value
                    assert value is not None
                    parts.append(layout.text[slice(*value)])
            style = self._style(path)
            text = spell.like(
                written, new, literal=style.literal, eol=layout.eol(start), parts=parts
            )
            self.splices.append(Splice(start, end, text))

    def _style(self, path: Path) -> Style:
        """Look how the section is written that a path lies in."""
        for length in range(len(path), 0, -1):
            for section in self.layout.sections:
                if section.path == path[:length]:
                    return self.layout.style(section)
        return PLAIN

    def _replace_sections(self, path: Path, old: Any, new: Any) -> None:
        if isinstance(old, dict) and isinstance(new, dict):
            self.change_table(path, old, new)
            return
        tables = isinstance(new, list) and all(isinstance(item, dict) for item in new)
        if isinstance(old, list) and tables and len(new) >= len(old):
            for number, item in enumerate(old):
                if not spell.same(item, spell.normal(new[number])):
                    self.change_table((*path, number), item, new[number])
            self._append_sections((*path, len(old) - 1), new[len(old) :])
            return
        for section in self.layout.sections_of(path):
            if "#" in self.layout.text[self.layout.lead(section) : section.limit]:
                raise EditRefused(f"comments inside {path[-1]} would be lost", BY_HAND)
        self._take_out(path)
        parent = next(item for item in self.layout.sections if item.path == path[:-1])
        self._put_in(parent, str(path[-1]), new, [])

    def _append_sections(self, path: Path, tables: list[dict[str, Any]]) -> None:
        """Write more tables below the last of an array of tables inside a record."""
        if not tables:
            return
        layout = self.layout
        section = layout.sections_of(path)[-1]
        style = layout.style(section)
        gap = layout.blanks_above(layout.lead(section))
        end = layout.end(section)
        for table in tables:
            lines = [style.header, *(style.line(name, item) for name, item in table.items())]
            text = style.eol * (gap + 1) + style.eol.join(lines)
            self.splices.append(Splice(end, end, text))

    def _replace_dotted(self, path: Path, old: Any, new: Any) -> None:
        entries = self._below(path)
        if any(len(item.path) != len(path) + 1 for item in entries):
            raise EditRefused(f"{path[-1]} is written with keys of many parts", BY_HAND)
        if not isinstance(new, dict) or not new:
            self._join(path, entries, new)
            return
        for name in old:
            if name not in new:
                self._take_out((*path, name))
            elif not spell.same(old[name], spell.normal(new[name])):
                self.replace((*path, name), old[name], new[name])
        last = entries[-1]
        text = self.layout.text
        sign = text.index("=", last.key[1])
        gap, after = text[last.key[1] : sign], text[sign + 1 : last.value[0]]
        head = text[last.start : last.key[0]]
        end = self.layout.line_end(last.value[1])
        for name in new:
            if name not in old:
                eol = self.layout.eol(last.value[1])
                line = f"{eol}{head}{spell.key(name)}{gap}={after}{spell.value(new[name])}"
                self.splices.append(Splice(end, end, line))

    def _join(self, path: Path, entries: list[Entry], new: Any) -> None:
        """Write one line in place of those of a table that is written by dotted keys."""
        layout, (first, *rest) = self.layout, entries
        text = layout.text
        for item in rest:
            if "#" in text[item.value[1] : layout.line_end(item.value[1])]:
                raise EditRefused(f"comments inside {path[-1]} would be lost", BY_HAND)
            self.splices.append(Splice(item.start, layout.next_line(item.value[1]), ""))
        head = text[first.start : first.key[0]].rstrip().removesuffix(".").rstrip()
        sign = text[first.key[1] : first.value[0]]
        written = spell.value(new, literal=self._style(path).literal)
        self.splices.append(Splice(first.start, first.value[1], f"{head}{sign}{written}"))

    def _below(self, path: Path) -> list[Entry]:
        return [item for item in self.layout.entries if item.path[: len(path)] == path]

    def _take_out(self, path: Path) -> None:
        """Take out a key: its lines, or its sections."""
        layout = self.layout
        found = False
        for entry in self._below(path):
            inside = next(
                (s for s in layout.sections_of(path) if s.start <= entry.start < s.limit), None
            )
            if inside is None:
                self.splices.append(Splice(entry.start, layout.next_line(entry.value[1]), ""))
                found = True
        for section in layout.sections_of(path):
            start = layout.lead(section)
            for _ in range(layout.blanks_above(start)):
                start = layout.line_start(start - 1)
            self.splices.append(Splice(start, layout.next_line(layout.end(section)), ""))
            found = True
        if not found:
            raise EditRefused(f"{path[-1]} does not stand on a line of its own", BY_HAND)

    def _put_in(self, section: Section, name: str, given: Any, stay: list[str]) -> None:
        """Write a new key below the one that goes before it in the schema's order."""
        layout, depth = self.layout, len(section.path)
        style = layout.style(section)
        entries = layout.entries_of(section)
        if not entries:
            style = self._neighbor_style(section)
        here = order(self.table, name)
        before = [
            item
            for item in entries
            if item.path[depth] in stay
            and (depth > 2 or order(self.table, str(item.path[depth])) <= here)
        ]
        end = section.key[1]
        if before:
            last = (
                before[-1]
                if depth > 2
                else max(
                    before, key=lambda item: (order(self.table, str(item.path[depth])), item.start)
                )
            )
            end = last.value[1]
        eol = layout.eol(end)
        end = layout.line_end(end)
        text = eol + style._replace(eol=eol).line(name, given)
        self.splices.append(Splice(end, end, text))

    def _neighbor_style(self, section: Section) -> Style:
        for other in self.layout.sections:
            if other.path[:1] == section.path[:1] and self.layout.entries_of(other):
                return self.layout.style(other)
        return PLAIN
