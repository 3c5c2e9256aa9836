"""A ledger's text cut into pieces that are merged each as a whole: records, tables, comments.

Cutting looks for headers at the beginnings of lines, which is many times quicker than laying out
the text; where strings or odd spellings could mislead it, the text is laid out after all.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from cmeledger.ledger.blocks import Layout, whole
from cmeledger.ledger.parse import Document
from cmeledger.ledger.source import TOKEN
from cmeledger.model import Path


class CannotMerge(Exception):
    """The versions cannot be merged record by record, in words that follow "because"."""


class Piece(NamedTuple):
    """Some whole lines of a ledger, and the blank ones above them."""

    path: Path | None
    """("activity", 3) of a record with its comments, ("practice",) of a table, () of the keys
    above all headers; None: comments that belong to nobody."""
    blank: str
    text: str
    """Lines, each with its ending."""
    table: Any
    """What the document says there."""

    @property
    def plain(self) -> str:
        """The text with LF: what is compared."""
        return self.text.replace("\r\n", "\n")

    @property
    def kind(self) -> Path | None:
        """Its path in a text of its own: alike for all records of one table."""
        return (self.path[0], 0) if self.path and len(self.path) > 1 else self.path


_BRACKET: Final = re.compile(r"^[ \t]*\[[^\n]*", re.MULTILINE)
_HEADER: Final = re.compile(
    r"[ \t]*(\[\[?)[ \t]*([A-Za-z0-9_-]+)((?:[ \t]*\.[ \t]*[A-Za-z0-9_-]+)*)[ \t]*\]\]?"
    r"[ \t]*(?:#.*)?"
)
_COMMENT: Final = re.compile(r"[ \t]*#")
_LINES: Final = re.compile(r"(?:^[ \t]*#[^\n]*\n)+", re.MULTILINE)
_EMPTY: Final = re.compile(r"[ \t]*(?:#[^\n]*|\r?)\n")
_TRIPLE: Final = ('"""', "'''")
_MISLEADING: Final = re.compile(r"^[ \t]*#[^\n]*(?:\"\"\"|''')", re.MULTILINE)


class Cut(NamedTuple):
    """A ledger in pieces: their blank lines and texts, joined, and the rest are its text."""

    pieces: list[Piece]
    rest: str
    """Blank lines at the end."""


class _Head(NamedTuple):
    """A header."""

    start: int
    """Where its line begins."""
    path: Path
    """What it is the header of, or of a table in."""
    known: int
    """Up to here, at least, its lines go."""


def cut(document: Document) -> Cut:
    """Cut a ledger into its pieces. A missing last line ending is added.

    Raises CannotMerge: tables of one record stand apart, or the activities are written as one list.
    Another table that is written so is one key of those above all headers.
    """
    text, tables = document.text, document.tables
    if text and not text.endswith("\n"):
        text += "\r\n" if "\r\n" in text else "\n"
    misleading = any(quotes in text for quotes in _TRIPLE) and _MISLEADING.search(text)
    heads = None if misleading else _headers(text, tables)
    if heads is None:
        sections = Layout(text).sections
        heads = [_Head(item.start, whole(item.path), item.own_end) for item in sections]
    else:
        heads.insert(0, _Head(0, (), 0))
    named = {head.path[0] for head in heads if head.path}
    if tables.get("activity") and "activity" not in named:
        raise CannotMerge("the activities are written as one list, activity = [ … ]")
    found, position = [], 0
    for path, start, end in _spans(text, heads):
        table: Any = None
        if path == ():
            table = {name: value for name, value in tables.items() if name not in named}
        elif path is not None:
            table = tables[str(path[0])]
            table = table[path[1]] if len(path) > 1 else table
        found.append(Piece(path, text[position:start], text[start:end], table))
        position = end
    return Cut(found, text[position:])


def comments(text: str) -> list[str]:
    """Give every comment of a text, those behind values among them, without the line's end."""
    in_lines = not any(quotes in text for quotes in _TRIPLE)
    parts = _lines_with_hashes(text) if in_lines else [text]
    tokens = (found[0] for part in parts for found in TOKEN.finditer(part))
    return [token.rstrip() for token in tokens if token.startswith("#")]


def needed_comments(base: str, ours: str, theirs: str) -> Counter[str]:
    """Give the comments that a merged text has to have: those that a side added, or both kept."""
    was, mine, other = (Counter(comments(text)) for text in (base, ours, theirs))
    needed: Counter[str] = Counter()
    for comment in mine | other:
        old, one, two = was[comment], mine[comment], other[comment]
        needed[comment] = max(one, two) if one >= old and two >= old else one + two - old
    return +needed


def _lines_with_hashes(text: str) -> Iterator[str]:
    end = -1
    while (at := text.find("#", end + 1)) >= 0:
        start = text.rfind("\n", 0, at) + 1
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        yield text[start:end]


def _headers(text: str, tables: Mapping[str, Any]) -> list[_Head] | None:
    """Find the headers, and what each is part of; None: that takes a layout."""
    found = []
    counts: Counter[str] = Counter()
    read: dict[str, tuple[str, str, str] | None] = {}
    for line in _BRACKET.finditer(text):
        written = line[0]
        if written not in read:
            header = _HEADER.fullmatch(written.rstrip("\r"))
            read[written] = header and (header[1], header[2], header[3])
        parts = read[written]
        if parts is None:
            return None
        bracket, name, inner = parts
        said = tables.get(name)
        if not inner:
            counts[name] += 1
        if isinstance(said, list) and (bracket == "[[" or inner):
            path: Path = (name, counts[name] - 1)
        elif isinstance(said, dict):
            path = (name,)
        else:
            return None
        found.append(_Head(line.start(), path, line.end()))
    wanted = {name: len(tables[name]) if isinstance(tables[name], list) else 1 for name in counts}
    return found if counts == wanted else None


def _spans(text: str, heads: list[_Head]) -> Iterator[tuple[Path | None, int, int]]:
    """Find where each piece begins and ends."""
    wholes: list[tuple[Path, int, int]] = []
    for head in heads:
        if wholes and head.path == wholes[-1][0]:
            wholes[-1] = (*wholes[-1][:2], head.known)
        else:
            floor = wholes[-1][2] if wholes else 0
            wholes.append((head.path, _lead(text, head.start, floor), head.known))
    if len({path for path, _, _ in wholes}) < len(wholes):
        raise CannotMerge("the tables of one record stand apart, with others between them")
    limits = [*(start for _, start, _ in wholes[1:]), len(text)]
    for (path, start, known), limit in zip(wholes, limits, strict=True):
        first = start
        if not path:
            first = _first_value(text, limit)
            yield from _free(text, 0, first)
            if first == limit:
                continue
        end = _end(text, max(first, known), limit)
        yield path, first, end
        yield from _free(text, end, limit)


def _lead(text: str, start: int, floor: int) -> int:
    """Find where the comments directly above a header begin."""
    while start > floor:
        above = text.rfind("\n", 0, start - 1) + 1
        if above < floor or not _COMMENT.match(text, above):
            break
        start = above
    return start


def _first_value(text: str, limit: int) -> int:
    """Find where the keys above all headers begin, with the comments directly above them."""
    start = position = 0
    while position < limit and (line := _EMPTY.match(text, position)):
        position = line.end()
        if not _COMMENT.match(line[0]):
            start = position
    return start if position < limit else limit


def _end(text: str, known: int, limit: int) -> int:
    """Find the end of the last line with a value, and of the comments directly below it."""
    end = limit
    while end > known:
        above = text.rfind("\n", 0, end - 1) + 1
        if above < known or not _EMPTY.match(text, above):
            break
        end = above
    while end < limit and _COMMENT.match(text, end):
        end = text.index("\n", end) + 1
    return end


def _free(text: str, start: int, end: int) -> Iterator[tuple[None, int, int]]:
    """Find the comments that belong to nobody: lines without a blank one between them."""
    for found in _LINES.finditer(text, start, end):
        yield None, found.start(), found.end()
