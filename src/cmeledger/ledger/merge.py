"""Two versions of a ledger that grew from one, merged record by record and key by key.

Ours is the skeleton: its lines stay where and as they are, but for what theirs changed. What the
result should say is worked out from the tables of the three versions, and the result is read again:
if it does not say that, or a comment is missing in it, nothing is merged.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from cmeledger.ledger import edit
from cmeledger.ledger.activities import free_id
from cmeledger.ledger.fingerprint import fingerprint
from cmeledger.ledger.fresh import day_of
from cmeledger.ledger.merge_keys import Sides, merge_keys
from cmeledger.ledger.merge_order import ACTIVITY, Item, Marks, Order
from cmeledger.ledger.merge_pieces import CannotMerge, Piece, comments, cut, needed_comments
from cmeledger.ledger.pairs import pairs
from cmeledger.ledger.parse import Document, NotToml, parse
from cmeledger.ledger.read import NOTHING, read
from cmeledger.ledger.spell import EditRefused
from cmeledger.model import Path, Vocabulary

_OF_A_LEDGER: Final = frozenset({"physician", "license"})
"""What an archive has not: it holds records alone."""
__all__ = ["CannotMerge", "Clash", "Done", "Marks", "Merged", "merge"]


class Clash(NamedTuple):
    """A record, or a table, of which both sides made something else."""

    name: str
    why: str
    """ "changed", "added" (on both sides), "removed" (here, and changed there), or "removed-there"
    (and changed here)."""
    keys: tuple[str, ...] = ()


class Done(NamedTuple):
    """What of theirs is in a merged ledger, by the names of records and tables."""

    clashes: list[Clash]
    """What is between markers in the text."""
    added: list[str]
    changed: list[str]
    removed: list[str]
    both: list[str]
    """What both sides changed, in different keys or comments."""
    renamed: list[tuple[str, str]]
    """Ids that both sides gave to different records, and what theirs has become."""


class Merged(NamedTuple):
    """A merged ledger, and what was done."""

    data: bytes
    done: Done


class _Sources(NamedTuple):
    """The pieces of the three versions, and which is which."""

    base: list[Piece]
    ours: list[Piece]
    theirs: list[Piece]
    base_of_ours: dict[int, int]
    base_of_theirs: dict[int, int]
    ours_of_theirs: dict[int, int]


def merge(base: bytes, ours: bytes, theirs: bytes, marks: Marks = Marks()) -> Merged:  # noqa: B008 - immutable
    """Merge theirs into ours, both grown from `base`. Raises CannotMerge."""
    old, mine, other = (
        _read(data, name)
        for data, name in (
            (base, "the common version"),
            (ours, "our version"),
            (theirs, "the other version"),
        )
    )
    eol = "\r\n" if "\r\n" in mine.text else "\n"
    other = other._replace(text=other.text.replace("\r\n", "\n").replace("\n", eol))
    own = cut(mine)
    is_ledger = any(_OF_A_LEDGER & document.tables.keys() for document in (old, mine, other))
    is_one = _is_twin if is_ledger else _is_archived
    sources = _matched(cut(old).pieces, own.pieces, cut(other).pieces, is_one)
    done = Done([], [], [], [], [], [])
    order = _ordered(sources, eol, done)
    _rename(order, sources, (mine, other), done)
    texts = [order.render(lambda sides: sides.ours), order.render(lambda sides: sides.theirs)]
    _judge(order, texts, (old.text, mine.text, other.text))
    text = order.render(lambda sides: _marked(sides, marks, eol)) + own.rest
    if mine.text and not mine.text.endswith("\n") and texts[0] == texts[1]:
        text = text.removesuffix(eol)
    data = (edit.MARK if ours.startswith(edit.MARK) else b"") + text.encode()
    return Merged(data, done)


def _read(data: bytes, name: str) -> Document:
    try:
        document = parse(data)
    except NotToml as error:
        span = error.problem.span
        line = f"line {span.line}: " if span else ""
        raise CannotMerge(f"{name} does not read as TOML ({line}{error})") from error
    for table in ("activity", "requirement"):
        records = document.tables.get(table)
        for id, count in Counter(_ids(records if isinstance(records, list) else ())).items():
            if count > 1:
                raise CannotMerge(f"{name} has two records of the id {id}")
    return document


def _ids(records: Iterable[Any]) -> list[str]:
    found = (item.get("id") for item in records if isinstance(item, Mapping))
    return [id for id in found if isinstance(id, str)]


# ─── which piece is which ───────────────────────────────────────────────────────────────────────


def _matched(
    base: list[Piece],
    ours: list[Piece],
    theirs: list[Piece],
    is_one: Callable[[Mapping[str, Any], Mapping[str, Any]], bool],
) -> _Sources:
    """Find which piece is which; `is_one` tells it of two activities that each side added."""
    of_ours = {new: old for old, new in _partners(base, ours).items()}
    of_theirs = {new: old for old, new in _partners(base, theirs).items()}
    ours_of = {old: new for new, old in of_ours.items()}
    found = {new: ours_of[old] for new, old in of_theirs.items() if old in ours_of}
    new_ours = [number for number in range(len(ours)) if number not in of_ours]
    new_theirs = [number for number in range(len(theirs)) if number not in of_theirs]
    twins = _partners([ours[number] for number in new_ours], [theirs[n] for n in new_theirs])
    for one, two in twins.items():
        mine, other = ours[new_ours[one]], theirs[new_theirs[two]]
        if mine.kind != ACTIVITY or is_one(mine.table, other.table):
            found[new_theirs[two]] = new_ours[one]
    return _Sources(base, ours, theirs, of_ours, of_theirs, found)


def _partners(old: Sequence[Piece], new: Sequence[Piece]) -> dict[int, int]:
    """Find for each piece of one version the number that it has in another."""
    waiting: dict[Any, list[int]] = defaultdict(list)
    for number in range(len(new) - 1, -1, -1):
        waiting[new[number].kind, new[number].plain].append(number)
    found: dict[int, int] = {}
    rest: dict[Path, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for number, piece in enumerate(old):
        same = waiting[piece.kind, piece.plain]
        if same:
            found[number] = same.pop()
        elif piece.kind is not None:
            rest[piece.kind][0].append(number)
    for number in sorted(number for numbers in waiting.values() for number in numbers):
        kind = new[number].kind
        if kind is not None:
            rest[kind][1].append(number)
    for kind, (olds, news) in rest.items():
        if olds and news and len(old[olds[0]].path or ()) < 2:
            found[olds[0]] = news[0]
        elif olds and news:
            tables = [old[number].table for number in olds], [new[number].table for number in news]
            for one, two in pairs(str(kind[0]), *tables).items():
                found[olds[one]] = news[two]
    return found


def _is_twin(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    """Tell whether activities that each side added are one: one may have an id, one none.

    Of one id, title and day they are one that both brought back from the archive, or wrote down.
    """
    if "id" in ours and "id" in theirs:
        return bool(ours["id"] == theirs["id"]) and _is_of_one_day(ours, theirs)
    id = ours.get("id", theirs.get("id"))
    return bool({**ours, "id": id} == {**theirs, "id": theirs.get("id", id)})


def _is_of_one_day(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    return ours.get("title") == theirs.get("title") and day_of(ours) == day_of(theirs)


def _is_archived(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    """Tell whether activities that each side added to an archive are one, as they came to it.

    Both have it from the ledger that they share: what says the same of title and day was changed
    on one side before it was moved.
    """
    if "id" in ours and "id" in theirs:
        return bool(ours["id"] == theirs["id"])
    return _is_of_one_day(ours, theirs)


# ─── what becomes of each ───────────────────────────────────────────────────────────────────────


def _ordered(sources: _Sources, eol: str, done: Done) -> Order:
    """Merge piece by piece: ours in their order, then theirs put among them."""
    order = Order(eol, sources.theirs, sources.ours_of_theirs)
    theirs_of_ours = {mine: other for other, mine in sources.ours_of_theirs.items()}
    handed: tuple[Path | None, str] | None = None
    for number, piece in enumerate(sources.ours):
        sides = _ours_merged(number, theirs_of_ours.get(number), sources, done)
        first = not order.items
        blank = handed[1] if handed and (first or handed[0] == piece.kind) else piece.blank
        if sides is not None:
            order.append(number, Item(piece.kind, blank, sides))
            handed = None
        elif first or handed or number == 0 or sources.ours[number - 1].kind != piece.kind:
            handed = piece.kind, blank  # what is first of its table hands on the lines above it
    comments = []
    for number, piece in enumerate(sources.theirs):
        if number in sources.ours_of_theirs:
            continue
        old = sources.base_of_theirs.get(number)
        if old is not None and _is_untouched(sources.base[old], piece):
            continue  # removed here, untouched there
        if piece.kind is None:
            comments.append(number)
        elif old is None:
            done.added.append(_name(piece))
            order.insert(number, _alone(piece))
        else:
            done.clashes.append(Clash(_name(piece), "removed"))
            order.insert(number, Sides("", piece.text, None, piece.table))
    for number in comments:
        order.insert_comment(number, _alone(sources.theirs[number]))
    return order


def _ours_merged(number: int, other: int | None, sources: _Sources, done: Done) -> Sides | None:
    """Merge one of our pieces with theirs; None: it goes."""
    ours = sources.ours[number]
    old = sources.base_of_ours.get(number)
    base = None if old is None else sources.base[old]
    if other is None:
        if base is None:
            return _alone(ours)
        if _is_untouched(base, ours):
            if ours.kind is not None:
                done.removed.append(_name(ours))
            return None
        done.clashes.append(Clash(_name(ours), "removed-there"))
        return Sides(ours.text, "", ours.table, None)
    theirs = sources.theirs[other]
    if theirs.plain == ours.plain or (base and theirs.plain == base.plain):
        return _alone(ours)
    if base and base.plain == ours.plain:
        done.changed.append(_name(ours))
        return _alone(theirs)
    is_named = len(ours.path or ()) > 1 and ours.kind != ACTIVITY
    if base is None and is_named and ours.table != theirs.table:
        done.clashes.append(Clash(_name(ours), "added"))
        return Sides(ours.text, theirs.text, ours.table, theirs.table)
    sides = merge_keys(base, ours, theirs)
    if sides.ours != sides.theirs:
        done.clashes.append(Clash(_name(ours), "changed" if base else "added", sides.clashing))
    elif base:
        done.both.append(_name(ours))
    return sides


def _is_untouched(base: Piece, piece: Piece) -> bool:
    """Tell whether a side left a piece as it was, or only wrote the same otherwise."""
    return base.plain == piece.plain or (
        fingerprint({"": base.table}) == fingerprint({"": piece.table})
        and sorted(comments(base.text)) == sorted(comments(piece.text))
    )


def _alone(piece: Piece) -> Sides:
    return Sides(piece.text, piece.text, piece.table, piece.table)


def _name(piece: Piece) -> str:
    """Name a piece to people: a record by its id, or by its day and title."""
    if not piece.path:
        return "the keys above the first table"
    table = str(piece.path[0])
    if len(piece.path) < 2:
        return f"[{table}]"
    record = piece.table
    if isinstance(record.get("id"), str):
        return str(record["id"])
    words = [day_of(record), record.get("title")]
    words += [record.get(key) for key in ("jurisdiction", "number", "renewal-date", "name")]
    named = " ".join(str(word) for word in words if word is not None)
    return named if table == "activity" and named else f"{table} {named}".rstrip()


# ─── ids, the text, and whether it is right ─────────────────────────────────────────────────────


def _rename(order: Order, sources: _Sources, documents: Sequence[Document], done: Done) -> None:
    """Give a record of theirs another id where ours has one of that id."""
    mine = {
        number: piece.table.get("id")
        for number, piece in enumerate(sources.ours)
        if piece.kind == ACTIVITY
    }
    activities = {number: item for number, item in order.items.items() if item.kind == ACTIVITY}
    held = {
        item.table.get("id")
        for number, item in activities.items()
        if item.table.get("id") == mine.get(number, ())
    }
    taken: set[str] = set()
    for number, item in activities.items():
        id = item.table.get("id")
        if not isinstance(id, str) or id == mine.get(number) or id not in held:
            continue
        taken = taken or _taken(documents)
        new = free_id(id, taken)[0]
        taken.add(new)
        ours, our_table = _with_id(item.sides.ours, item.sides.our_table, id, new)
        theirs, their_table = _with_id(item.sides.theirs, item.sides.their_table, id, new)
        sides = item.sides._replace(
            ours=ours, theirs=theirs, our_table=our_table, their_table=their_table
        )
        order.items[number] = item._replace(sides=sides)
        done.renamed.append((id, new))


def _taken(documents: Iterable[Document]) -> set[str]:
    """Give every id of some ledgers: of their records, written or derived, and requirements."""
    taken: set[str] = set()
    for document in documents:
        ledger, _ = read(document, Vocabulary((), (), ()), NOTHING)
        taken.update(item.id for item in ledger.activities)
        taken.update(item.id for item in ledger.left_out if item.id)
        taken.update(_ids(document.tables.get("activity", ())))
        taken.update(_ids(document.tables.get("requirement", ())))
    return taken


def _with_id(text: str, table: Any, old: str, new: str) -> tuple[str, Any]:
    if table is None or table.get("id") != old:
        return text, table
    try:
        edited = edit.change(text.encode(), ("activity", 0), {"id": new})
    except EditRefused as error:
        raise CannotMerge(f"two records have the id {old}, and it cannot be changed") from error
    return edited.data.decode(), {**table, "id": new}


def _marked(sides: Sides, marks: Marks, eol: str) -> str:
    if sides.ours == sides.theirs:
        return sides.ours
    return (
        f"{'<' * marks.size} {marks.ours}{eol}{sides.ours}"
        f"{'=' * marks.size}{eol}{sides.theirs}"
        f"{'>' * marks.size} {marks.theirs}{eol}"
    )


def _judge(order: Order, texts: Sequence[str], versions: tuple[str, str, str]) -> None:
    """See that the text says what is meant, whichever side is taken, and has every comment."""
    there: Counter[str] = Counter()
    for number, text in enumerate(dict.fromkeys(texts)):
        meant = _meant(order, ours=not number)
        try:
            tables = parse(text.encode()).tables
        except NotToml as error:
            raise CannotMerge("the merged ledger would not read") from error
        if tables != meant:
            raise CannotMerge("the merged ledger would not say just what was meant")
        ids = Counter(_ids((*meant.get("activity", ()), *meant.get("requirement", ()))))
        if any(count > 1 for count in ids.values()):
            raise CannotMerge("two records of the merged ledger would have one id")
        there |= Counter(comments(text))
    if needed_comments(*versions) - there:
        raise CannotMerge("a comment would be lost")


def _meant(order: Order, *, ours: bool) -> dict[str, Any]:
    """Put together what the ledger should say if all conflicts went to one side."""
    meant: dict[str, Any] = {}
    for item in order:
        table = item.sides.our_table if ours else item.sides.their_table
        if table is None or item.kind is None:
            continue
        if not item.kind:
            meant |= table
        elif len(item.kind) > 1:
            meant.setdefault(str(item.kind[0]), []).append(table)
        else:
            meant[str(item.kind[0])] = table
    return meant
