"""A ledger in its canonical form: order of tables, records and keys, spacing, ids filled in.

Comments go with the record below them. Nothing else ever reorders a user's file.
"""

from datetime import date
from typing import Final

from cmeledger.ledger import schema, spell
from cmeledger.ledger.blocks import Layout, Section, whole
from cmeledger.ledger.fresh import day_of
from cmeledger.ledger.parse import Document, NotToml, parse
from cmeledger.ledger.read import NOTHING, read
from cmeledger.ledger.spell import EditRefused
from cmeledger.ledger.splice import order
from cmeledger.model import Activity, LeftOut, Path, Vocabulary

MARK: Final = b"\xef\xbb\xbf"
BY_HAND: Final = "put it right in your editor first; check names the line"


def formatted(data: bytes, archive: bytes | None = None) -> bytes:
    """Put a ledger into its canonical form; doing so twice changes nothing more.

    `archive`: the bytes of the archive beside it, whose ids are taken. Raises EditRefused for a
    file that does not read, has two records of one id, or writes records as inline tables.
    """
    try:
        document = parse(data)
        beside = NOTHING if archive is None else parse(archive)
        ids = _ids(document, beside)
    except NotToml as error:
        raise EditRefused(f"the ledger does not read as TOML: {error}", BY_HAND) from error
    tables, layout = document.tables, Layout(document.text)
    for name in schema.ARRAYS:
        if name in tables and (
            not isinstance(tables[name], list) or layout.places.found[name,].value is not None
        ):
            raise EditRefused(
                f"{name} is not written with [[{name}]] above each record",
                "write them so in your editor; fmt does the rest",
            )
    records = tables.get("activity", [])
    numbers = sorted(
        range(len(records)), key=lambda number: (day_of(records[number]) or date.max, number)
    )
    text = _text(layout, ids, numbers)
    eol = "\r\n" if "\r\n" in document.text else "\n"
    text = text.replace("\r\n", "\n").replace("\n", eol)
    new = (MARK if data.startswith(MARK) else b"") + text.encode()
    meant = dict(tables)
    if records:
        meant["activity"] = [
            {"id": ids[number], **records[number]} if number in ids else records[number]
            for number in numbers
        ]
    if not spell.same(parse(new).tables, meant):
        raise EditRefused(
            "the formatted ledger would not say the same", "order the lines in your editor"
        )
    return new


def _ids(document: Document, archive: Document) -> dict[int, str]:
    """Find the derived ids, by the number of the record."""
    ledger, problems = read(document, Vocabulary((), (), ()), archive)
    if any(problem.code in ("duplicate-id", "format-version") for problem in problems):
        raise EditRefused("two records have one id, or the format is newer", BY_HAND)
    found: dict[int, str] = {}
    items: list[Activity | LeftOut] = [*ledger.activities, *ledger.left_out]
    for item in items:
        number = int(item.path[1])
        if not item.archived and item.id and "id" not in document.tables["activity"][number]:
            found[number] = item.id
    return found


def _text(layout: Layout, ids: dict[int, str], numbers: list[int]) -> str:
    names = list(schema.TABLES)
    ranks = {number: rank for rank, number in enumerate(numbers)}
    groups: dict[Path, list[str]] = {}
    keys: dict[Path, tuple[int, int]] = {}
    position, last = 0, None
    for section in layout.sections:
        path = whole(section.path)
        if path in groups and path != last:
            raise EditRefused(
                f"the tables of one {path[0]} stand apart",
                "put them below each other in your editor; fmt does the rest",
            )
        last = path
        end = layout.end(section) if section.own_end else 0
        block = _section(layout, section, position, end, ids)
        position = layout.next_line(end) if section.own_end else 0
        groups.setdefault(path, []).append(block)
        rank = names.index(str(path[0])) if path and path[0] in names else len(names)
        within = ranks[int(path[1])] if path[:1] == ("activity",) else len(keys)
        keys.setdefault(path, (rank if path else -1, within))
    ordered = sorted(groups, key=lambda path: keys[path])
    parts = ["\n".join(block for block in groups[path] if block) for path in ordered]
    tail = "\n".join(_comments(layout.text[position:]))
    return "\n\n".join(part for part in [*parts, tail] if part) + "\n"


def _section(layout: Layout, section: Section, start: int, end: int, ids: dict[int, str]) -> str:
    """Write one section: what stands above its header, the header, its keys in order."""
    text, path = layout.text, section.path
    depth = len(path)
    parts = []
    position = 0 if not path else layout.next_line(section.key[1])
    if path:
        parts = _comments(text[start : section.start])
        if parts and path == whole(path) and layout.blanks_above(section.start):
            parts.append("")
        parts.append(text[section.key[0] : layout.line_end(section.key[1])].rstrip())
    pieces = []
    for entry in layout.entries_of(section):
        lines = _comments(text[position : entry.start], blanks=not path)
        if not path and lines and layout.blanks_above(entry.start):
            lines.append("")  # a file's heading stays apart from its first key
        key = text[entry.start : entry.key[1]].strip()
        line = layout.line_end(entry.value[1])
        lines.append(f"{key} = {text[entry.value[0] : line].rstrip()}")
        name = str(entry.path[depth])
        rank = order(str(path[0]), name) if depth <= 2 and path else 0
        pieces.append((rank, "\n".join(lines)))
        position = layout.next_line(line)
    if path[:1] == ("activity",) and depth == 2 and int(path[1]) in ids:
        pieces.append((-1, f"id = {spell.value(ids[int(path[1])])}"))
    pieces.sort(key=lambda piece: piece[0])
    return "\n".join([*parts, *(piece for _, piece in pieces), *_comments(text[position:end])])


def _comments(text: str, *, blanks: bool = True) -> list[str]:
    """Take comments for what they are, with one blank line between two blocks, or none."""
    lines = [line.strip() for line in text.strip().split("\n")]
    above = ["", *lines]
    return [line for line, last in zip(lines, above, strict=False) if line or (last and blanks)]
