"""One record, or one table, that was changed on both sides: merged key by key, in its own lines.

The values are merged apart from the lines; where the merged lines do not say just what was meant,
the whole record is a conflict.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from cmeledger.ledger.blocks import Layout
from cmeledger.ledger.fingerprint import fingerprint
from cmeledger.ledger.merge_pieces import Piece, comments, needed_comments
from cmeledger.ledger.parse import NotToml, parse
from cmeledger.ledger.spell import same
from cmeledger.model import Path

Table = Mapping[str, Any]


class Sides(NamedTuple):
    """A piece after a merge, as each side would have it; alike where nothing clashes."""

    ours: str
    theirs: str
    our_table: Any
    """What the text says; None: there is none on this side."""
    their_table: Any
    clashing: tuple[str, ...] = ()
    """The keys that both sides changed, each to something else."""


class _Field(NamedTuple):
    """The lines of one key."""

    above: str
    """Blank lines and comments."""
    lines: str
    """Up to the end of its value, or of its last one."""
    note: str
    """What follows on the line."""
    is_section: bool
    """It stands under a header of its own, and so below the keys that do not."""

    @property
    def text(self) -> str:
        """All its lines."""
        return self.above + self.lines + self.note


class _Slot(NamedTuple):
    """A key of the merged record, as each side would have it."""

    name: str
    ours: _Field | None
    theirs: _Field | None


_NO_FIELD: Final = _Field("", "", "", is_section=False)
_HEADER: Final = ""
_TAIL: Final = " "
"""Comments below the last key; no key has this name as it would be quoted."""


def merge_keys(base: Piece | None, ours: Piece, theirs: Piece) -> Sides:
    """Merge a piece that both sides have and changed; `base` is None where both added it.

    `theirs` has the line endings of `ours`. A key is taken from the side that changed it, comments
    from both.
    """
    was = base.table if base else {}
    mine, other, clashing = values(was, ours.table, theirs.table)
    path = ours.kind or ()
    fields = [_fields(piece.text, path) if piece else {} for piece in (base, ours, theirs)]
    before, one, two = fields
    if one is not None and two is not None and before is not None:
        slots = _slots(before, one, two, (was, ours.table, theirs.table))
        texts = [_joined([slot.ours for slot in slots]), _joined([slot.theirs for slot in slots])]
        old = base.text if base else ""
        needed = needed_comments(old, ours.text, theirs.text)
        there = Counter(comments(texts[0])) | Counter(comments(texts[1]))
        lost = list((needed - there).elements())
        texts = [_with_comments(text, lost, path) for text in texts]
        if _says(texts[0], path, mine) and _says(texts[1], path, other):
            return Sides(texts[0], texts[1], mine, other, clashing)
    names = tuple(
        name
        for name in dict.fromkeys((*ours.table, *theirs.table))
        if not _agree(ours.table, theirs.table, name)
    )
    return Sides(ours.text, theirs.text, ours.table, theirs.table, names)


def values(
    base: Table, ours: Table, theirs: Table
) -> tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]:
    """Merge the values of a table: as each side would have them, and the keys that clash."""
    mine, other, clashing = {}, {}, []
    for name in dict.fromkeys((*ours, *theirs)):
        one, two = ours, ours
        if not _alike(base, theirs, name):
            if _alike(base, ours, name):
                one, two = theirs, theirs
            elif not _agree(ours, theirs, name):
                two = theirs
                clashing.append(name)
        if name in one:
            mine[name] = one[name]
        if name in two:
            other[name] = two[name]
    return mine, other, tuple(clashing)


def _alike(one: Table, other: Table, name: str) -> bool:
    if name in one and name in other:
        return same(one[name], other[name])
    return name not in one and name not in other


def _agree(ours: Table, theirs: Table, name: str) -> bool:
    """Tell whether two changes come to the same, if only one wrote 1.50 and one 1.5."""
    if name in ours and name in theirs:
        return fingerprint({"": ours[name]}) == fingerprint({"": theirs[name]})
    return name not in ours and name not in theirs


def _fields(text: str, path: Path) -> dict[str, _Field] | None:
    """Cut the text of a piece into the lines of its keys; None: those of one stand apart."""
    layout = Layout(text)
    found: dict[str, _Field] = {}
    position, last = 0, ""

    def put(name: str, start: int, end: int, *, is_section: bool) -> bool:
        nonlocal position, last
        above, stop = position, layout.next_line(end)
        position = stop
        if name == last and name in found:
            old = found[name]
            lines = old.lines + old.note + text[above:end]
            found[name] = _Field(old.above, lines, text[end:stop], is_section or old.is_section)
            return True
        last = name
        is_new = name not in found
        found[name] = _Field(text[above:start], text[start:end], text[end:stop], is_section)
        return is_new

    for section in layout.sections:
        own = section.path == path
        if own and path:
            put(_HEADER, section.start, section.key[1], is_section=False)
        elif not own and section.path:
            name = str(section.path[len(path)])
            if not put(name, section.start, section.own_end, is_section=True):
                return None
        for entry in layout.entries_of(section) if own else ():
            name = str(entry.path[len(path)])
            if not put(name, entry.start, entry.value[1], is_section=False):
                return None
    found[_TAIL] = _Field(text[position:], "", "", is_section=True)
    return found


def _slots(
    base: Mapping[str, _Field],
    ours: Mapping[str, _Field],
    theirs: Mapping[str, _Field],
    tables: tuple[Table, Table, Table],
) -> list[_Slot]:
    """Merge the lines key by key: in our order, each new key below the one it is below there."""
    names = list(ours)
    last = None
    for name in theirs:
        if name not in ours:
            names.insert(names.index(last) + 1 if last is not None else 0, name)
        last = name
    slots = [
        _slot(name, base.get(name), ours.get(name), theirs.get(name), tables) for name in names
    ]
    return sorted(slots, key=lambda slot: any(item and item.is_section for item in slot[1:]))


def _slot(
    name: str,
    base: _Field | None,
    ours: _Field | None,
    theirs: _Field | None,
    tables: tuple[Table, Table, Table],
) -> _Slot:
    was, mine, other = tables
    kept_by_us, kept_by_them = _alike(was, mine, name), _alike(was, other, name)
    clash = not kept_by_us and not kept_by_them and not _agree(mine, other, name)
    if ours is None or theirs is None:
        if clash or base is None:
            return _Slot(
                name, ours or (None if clash else theirs), theirs or (None if clash else ours)
            )
        return _Slot(name, None, None)  # one side took it out, the other left its value
    old = base or _NO_FIELD
    lines = _chosen(old.lines, ours.lines, theirs.lines)
    if lines is None:
        lines = theirs.lines if kept_by_us and not kept_by_them else ours.lines
    taken = theirs if lines == theirs.lines and lines != ours.lines else ours
    note = _chosen(old.note, ours.note, theirs.note)
    field = _Field(
        _above(old.above, ours.above, theirs.above),
        lines,
        ours.note if note is None else note,
        taken.is_section,
    )
    if clash:
        return _Slot(
            name,
            ours._replace(above=field.above),
            theirs._replace(above=field.above),
        )
    return _Slot(name, field, field)


def _chosen(base: str, ours: str, theirs: str) -> str | None:
    """Choose the text that one side changed; None: both did, and not alike."""
    old, one, two = (text.replace("\r\n", "\n") for text in (base, ours, theirs))
    if two in (old, one):
        return ours
    return theirs if one == old else None


def _above(base: str, ours: str, theirs: str) -> str:
    """Merge comments: where both sides changed them, theirs that are new go below ours."""
    chosen = _chosen(base, ours, theirs)
    if chosen is not None:
        return chosen
    known = {line.strip() for line in (base + ours).split("\n")}
    new = [line for line in theirs.split("\n") if line.strip() not in known]
    return ours + "".join(f"{line}\n" for line in new)


def _joined(fields: Sequence[_Field | None]) -> str:
    return "".join(field.text for field in fields if field)


def _with_comments(text: str, lost: Sequence[str], path: Path) -> str:
    """Put comments whose place is gone directly above a record's header, or a table's keys."""
    if not lost:
        return text
    eol = "\r\n" if "\r\n" in text else "\n"
    layout = Layout(text)
    at = layout.sections[1 if path else 0].start
    return text[:at] + "".join(comment + eol for comment in lost) + text[at:]


def _says(text: str, path: Path, meant: Table) -> bool:
    """Tell whether a text is one piece that says what is meant, and nothing else."""
    try:
        tables = parse(text.encode()).tables
    except NotToml:
        return False
    if not path:
        return same(tables, meant)
    wanted: Any = [meant] if len(path) > 1 else meant
    return same(tables, {str(path[0]): wanted})
