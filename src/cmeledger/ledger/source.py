"""Where every table and key stands in the text.

tomli says what a document means, not where. This scanner walks the same text once more and notes
the place of each header, key and value. It is only called when a place is to be shown or
edited, and only on text that tomli has accepted: it need not judge, only find its way.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Final, NamedTuple

from cmeledger.ledger.parse import MAX_LEVELS
from cmeledger.model import Path
from cmeledger.problems import Problem, Span


class Place(NamedTuple):
    """Offsets into the text, ends exclusive.

    A header has no value, an array element no key; a table that only dotted keys make has its
    own part as key, and the whole of the first dotted key as value.
    """

    key: tuple[int, int] | None
    value: tuple[int, int] | None


WS: Final = re.compile(r"[ \t]*")
BLANK: Final = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
LINE_END: Final = re.compile(r"[^\n]*\n?")
KEY_PART: Final = r"""(?:[A-Za-z0-9_-]++|"(?:[^"\\\n]++|\\[^\n])*+"|'[^'\n]*+')"""
KEY: Final = re.compile(KEY_PART)
DOT: Final = re.compile(r"[ \t]*\.[ \t]*")
VALUE: Final = re.compile(
    r'''"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}'''
    r"""|'''(?:[^']|'{1,2}(?!'))*'{3,5}"""
    r'''|"(?:[^"\\\n]|\\.)*"'''
    r"""|'[^'\n]*'"""
    r"""|[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[^\s,\]}#]*"""
    r"""|[^\s,\]}#]+""",
    re.DOTALL,
)
# One-line strings are told as keys of one part. What is never closed runs to the end.
TOKEN: Final = re.compile(
    rf'''"""(?:[^"\\]++|\\.|"{{1,2}}(?!"))*+(?:"{{3,5}}|\Z)'''
    rf"""|'''(?:[^']++|'{{1,2}}(?!'))*+(?:'{{3,5}}|\Z)"""
    rf"""|\#[^\n]*+"""
    rf"""|(?P<key>{KEY_PART}(?:[ \t]*+\.[ \t]*+{KEY_PART})*+)"""
    rf"""|(?P<bracket>[\[\]{{}}])""",
    re.DOTALL,
)
ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|(.))")
SHORT_ESCAPES: Final = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}


class Places:
    """The places of one text, by path."""

    def __init__(self, text: str) -> None:
        """Take `text`, which tomli has accepted, without its byte order mark.

        It is scanned when the first place is asked for.
        """
        self.text = text
        self._found: dict[Path, Place] = {}
        self._lines: list[int] | None = None
        self._extents: dict[Path, tuple[int, int]] | None = None
        self._counts: dict[Path, int] = {}

    @cached_property
    def found(self) -> Mapping[Path, Place]:
        """Every place, by path."""
        self._scan()
        return self._found

    def span(self, path: Path, at: str = "value") -> Span:
        """Find the place of a path: its "value", its "key", or its "table" (header).

        A path that is nowhere in the text (a missing table) is at line 1, column 1.
        """
        place = self.found.get(path)
        if place is None:
            return Span(1, 1, 1, 1)
        if at == "table" and place.value is not None and self.text[place.value[0]] == "{":
            return self._span(place.value[0], place.value[0] + 1)
        offsets = (place.key if at == "key" else place.value) or place.value or place.key
        assert offsets is not None
        return self._span(*offsets)

    def text_of(self, path: Path) -> str:
        """Cut out the lines of one element of an array of tables, header to last value.

        `path` is like ("activity", 3). A path that is nowhere in the text gives "".
        """
        if self._extents is None:
            self._extents = {}
            for inner, place in self.found.items():
                start, end = self._extents.get(inner[:2], (len(self.text), 0))
                for offsets in filter(None, place):
                    start, end = min(start, offsets[0]), max(end, offsets[1])
                self._extents[inner[:2]] = start, end
        if path not in self._extents:
            return ""
        start, end = self._extents[path]
        return self.text[self.text.rfind("\n", 0, start) + 1 : _end(LINE_END, self.text, end)]

    def is_multiline(self, path: Path) -> bool:
        """Tell whether the string at a path is written with three quotes."""
        place = self.found.get(path)
        if place is None or place.value is None:
            return False
        return self.text[place.value[0] : place.value[0] + 3] in ('"""', "'''")

    def _span(self, start: int, end: int) -> Span:
        return Span(*self._at(start), *self._at(end))

    def _at(self, offset: int) -> tuple[int, int]:
        from bisect import bisect_right

        if self._lines is None:
            self._lines = [0, *(match.end() for match in re.finditer("\n", self.text))]
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def _scan(self) -> None:
        text, position = self.text, 0
        table: Path = ()
        while True:
            position = _end(BLANK, text, position)
            if position >= len(text):
                return
            if text[position] == "[":
                table, position = self._header(position)
            else:
                position = self._pair(position, table)
            position = _end(LINE_END, text, position)

    def _header(self, start: int) -> tuple[Path, int]:
        """Note a `[table]` or `[[table]]` header; return the path it opens."""
        double = self.text.startswith("[[", start)
        parts = self._key(_end(WS, self.text, start + (2 if double else 1)))
        position = self.text.index("]", parts[-1][1][1]) + (2 if double else 1)
        path: Path = ()
        for number, (part, _) in enumerate(parts, 1):
            path += (part,)
            if number == len(parts) and double:
                self._counts[path] = self._counts.get(path, 0) + 1
                self._found.setdefault(path, Place((start, position), None))
            if path in self._counts:
                path += (self._counts[path] - 1,)
            elif number < len(parts):
                self._found.setdefault(path, Place((start, position), None))
        self._found[path] = Place((start, position), None)
        return path, position

    def _pair(self, start: int, table: Path) -> int:
        """Note `key = value`; return the position after the value."""
        *parents, (last, place) = self._key(start)
        path = table
        for part, own in parents:
            path += (part,)
            self._found.setdefault(path, Place(own, (start, place[1])))
        path += (last,)
        value = _end(WS, self.text, self.text.index("=", place[1]) + 1)
        end = self._value(value, path)
        self._found[path] = Place(place, (value, end))
        return end

    def _key(self, position: int) -> list[tuple[str, tuple[int, int]]]:
        """Read a dotted key: its parts, each with its place."""
        parts = []
        while True:
            match = KEY.match(self.text, position)
            assert match is not None
            parts.append((_plain(match.group()), match.span()))
            dot = DOT.match(self.text, match.end())
            if dot is None:
                return parts
            position = dot.end()

    def _value(self, start: int, path: Path) -> int:
        """Note what is inside the value at `start`; return the position after it."""
        text = self.text
        if len(path) > MAX_LEVELS and text[start] in "[{":
            return closing(text, start) or len(text)  # refused as a whole: no place is asked for
        if text[start] == "[":
            position, index = _end(BLANK, text, start + 1), 0
            while text[position] != "]":
                end = self._value(position, (*path, index))
                self._found[*path, index] = Place(None, (position, end))
                position, index = self._comma(end), index + 1
            return position + 1
        if text[start] == "{":
            position = _end(BLANK, text, start + 1)
            while text[position] != "}":
                position = self._comma(self._pair(position, path))
            return position + 1
        return _end(VALUE, text, start)

    def _comma(self, position: int) -> int:
        position = _end(BLANK, self.text, position)
        if self.text[position] == ",":
            position = _end(BLANK, self.text, position + 1)
        return position


def span_of(text: str, start: int, end: int) -> Span:
    """Turn two offsets into a place."""
    first, last = (
        (text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))
        for offset in (start, end)
    )
    return Span(*first, *last)


def closing(text: str, start: int) -> int | None:
    """Find the end of the array or inline table that opens at `start`; None: it is not closed."""
    depth = 0
    for token in TOKEN.finditer(text, start):
        if token["bracket"] is not None:
            depth += 1 if token["bracket"] in "[{" else -1
            if not depth:
                return token.end()
    return None


def place(problems: Iterable[Problem], text: Places, archive: Places) -> list[Problem]:
    """Give every problem its span, and sort them by their place, the ledger's before the archive's.

    `text` and `archive` are the places of the two files.
    """
    placed = [
        problem._replace(
            span=(archive if problem.archived else text).span(problem.path, problem.at)
        )
        if problem.span is None
        else problem
        for problem in problems
    ]
    return sorted(placed, key=lambda problem: (problem.archived, problem.span, problem.code))


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    assert match is not None
    return match.end()


def _plain(key: str) -> str:
    """Take a key part out of its quotes."""
    if key[0] == "'":
        return key[1:-1]
    if key[0] != '"':
        return key
    return ESCAPE.sub(_unescape, key[1:-1])


def _unescape(match: re.Match[str]) -> str:
    *code, short = match.groups()
    digits = next(filter(None, code), None)
    return chr(int(digits, 16)) if digits else SHORT_ESCAPES.get(short, short)
