"""A ledger's text as lines that belong to records: where each begins and ends, and its style.

Comments directly above a header belong to it; those directly below a record's last line belong to
that record; a comment with blank lines around it belongs to nobody.
"""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from cmeledger.ledger import spell
from cmeledger.ledger.source import Place, Places
from cmeledger.model import Path


class Section(NamedTuple):
    """A header and the lines below it. The first, before any header, has the path ()."""

    path: Path
    start: int
    """Where its own line begins."""
    key: tuple[int, int]
    """The header, brackets included."""
    own_end: int
    """The end of its last header or value, before the comment on that line."""
    limit: int
    """Where the next header's line begins."""


class Entry(NamedTuple):
    """One `key = value` on lines of its own."""

    path: Path
    start: int
    """Where its line begins."""
    key: tuple[int, int]
    value: tuple[int, int]


class Style(NamedTuple):
    """How a record is written."""

    header: str
    eol: str
    indent: str
    before: str
    """What stands between a key and its equals sign."""
    after: str
    column: int | None
    """Where the equals signs stand, where they are aligned."""
    literal: bool
    """Strings are in single quotes."""

    def line(self, name: str, given: Any) -> str:
        """Write a key and its value, without the line's end."""
        head = self.indent + spell.key(name)
        pad = self.before if self.column is None else " " * max(1, self.column - len(head))
        text = spell.value(given, literal=self.literal, eol=self.eol)
        return f"{head}{pad}={self.after}{text}"


PLAIN: Final = Style("", "\n", "", " ", " ", None, literal=False)


class Layout:
    """The sections and entries of a text that tomli has accepted."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.places = Places(text)
        self.entries = _entries(text, self.places)
        self.sections = list(self._sections())
        self._entry_starts = [item.start for item in self.entries]
        self._numbers = {item.path: number for number, item in enumerate(self.sections)}
        self._of_records: dict[Path, list[Section]] = {}
        for item in self.sections:
            self._of_records.setdefault(item.path[:2], []).append(item)

    def line_start(self, position: int) -> int:
        """Find where the line at a position begins."""
        return self.text.rfind("\n", 0, position) + 1

    def line_end(self, position: int) -> int:
        """Find where the line at a position ends, before its line ending."""
        end = self.text.find("\n", position)
        if end < 0:
            return len(self.text)
        return end - 1 if end > position and self.text[end - 1] == "\r" else end

    def next_line(self, position: int) -> int:
        """Find where the line after that at a position begins."""
        end = self.text.find("\n", position)
        return len(self.text) if end < 0 else end + 1

    def eol(self, position: int) -> str:
        """Find the line ending to write at a position: that line's, else the one above, else LF."""
        end = self.text.find("\n", position)
        if end < 0:
            end = self.text.rfind("\n", 0, position)
        return "\r\n" if end > 0 and self.text[end - 1] == "\r" else "\n"

    def sections_of(self, path: Path) -> list[Section]:
        """Find the sections of a table: its own, and those of the tables inside it."""
        sections = self._of_records.get(path, []) if len(path) == 2 else self.sections
        return [item for item in sections if path and item.path[: len(path)] == path]

    def number(self, section: Section) -> int:
        """Find which section of the text it is, from 0."""
        return self._numbers[section.path]

    def entries_of(self, section: Section) -> list[Entry]:
        """Find the lines of one section."""
        first = bisect_left(self._entry_starts, section.start)
        return self.entries[first : bisect_left(self._entry_starts, section.limit, first)]

    def end(self, section: Section) -> int:
        """Find the end of a section's last line, with the comments directly below it."""
        end = self.line_end(section.own_end)
        position = self.next_line(end)
        last = end
        while position < section.limit and self.is_comment(position):
            last = self.line_end(position)
            position = self.next_line(position)
        touches_next = position >= section.limit and section.limit < len(self.text)
        return end if touches_next else last

    def lead(self, section: Section) -> int:
        """Find where the comments directly above a section's header begin."""
        number = self._numbers[section.path]
        floor = self.sections[number - 1].own_end if number else 0
        start = section.start
        while start > floor:
            above = self.line_start(start - 1)
            if above < floor or not self.is_comment(above):
                break
            start = above
        return start

    def blanks_above(self, position: int) -> int:
        """Count the blank lines directly above a line."""
        count = 0
        while position > 0:
            position = self.line_start(position - 1)
            if self.text[position : self.line_end(position)].strip(" \t"):
                break
            count += 1
        return count

    def blanks_below(self, position: int) -> int:
        """Count the blank lines below the line that ends at a position."""
        count, position = 0, self.next_line(position)
        while position < len(self.text):
            if self.text[position : self.line_end(position)].strip(" \t"):
                return count
            count, position = count + 1, self.next_line(position)
        return count

    def style(self, section: Section) -> Style:
        """Look how a section is written."""
        text = self.text
        header = text[section.start : section.key[1]]
        entries = self.entries_of(section)
        eol = self.eol(section.own_end)
        if not entries:
            return PLAIN._replace(header=header, eol=eol)
        last = entries[-1]
        equals = [text.index("=", item.key[1]) for item in entries]
        columns = {sign - item.start for sign, item in zip(equals, entries, strict=True)}
        widths = {item.key[1] - item.start for item in entries}
        strings = [text[item.value[0]] for item in entries if text[item.value[0]] in "\"'"]
        return Style(
            header,
            eol,
            text[last.start : self._first_letter(last.start)],
            text[last.key[1] : equals[-1]],
            text[equals[-1] + 1 : last.value[0]],
            columns.pop() if len(columns) == 1 and len(widths) > 1 else None,
            literal=bool(strings) and all(quote == "'" for quote in strings),
        )

    def line_number(self, position: int) -> int:
        """Count a position's line, from 1."""
        return self.text.count("\n", 0, position) + 1

    def is_comment(self, start: int) -> bool:
        """Tell whether the line that begins at a position is a comment."""
        return self.text.startswith("#", self._first_letter(start))

    def _first_letter(self, start: int) -> int:
        while self.text[start : start + 1] in (" ", "\t"):
            start += 1
        return start

    def _sections(self) -> Iterator[Section]:
        headers: dict[int, tuple[Path, Place]] = {}
        for path, place in self.places.found.items():
            if place.value is None and place.key is not None:
                known = headers.get(place.key[0])
                if known is None or len(known[0]) < len(path):
                    headers[place.key[0]] = path, place
        none = Place((0, 0), None)
        opened = [((), none), *(headers[at] for at in sorted(headers))]
        starts = [0, *(self.line_start(at) for at in sorted(headers)), len(self.text)]
        number = 0
        for (path, place), start, limit in zip(opened, starts, starts[1:], strict=False):
            key = place.key or (0, 0)
            end = key[1]
            while number < len(self.entries) and self.entries[number].start < limit:
                end = self.entries[number].value[1]
                number += 1
            yield Section(path, start, key, end, limit)


def _entries(text: str, places: Places) -> list[Entry]:
    """Find what stands on lines of its own, not what is inside a value."""
    pairs = [
        (place.key, place.value, path)
        for path, place in places.found.items()
        if place.key is not None and place.value is not None and place.value[0] >= place.key[1]
    ]
    pairs.sort(key=lambda pair: pair[0])
    found, covered = [], 0
    for key, value, path in pairs:
        if key[0] >= covered:
            found.append(Entry(path, text.rfind("\n", 0, key[0]) + 1, key, value))
            covered = value[1]
    return found
