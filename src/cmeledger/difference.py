"""What is different between two versions of a ledger and its archive: record by record, by key."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any, Final, NamedTuple

from cmeledger.book import FATAL, Book, archive_name, book_of
from cmeledger.ledger import schema
from cmeledger.ledger.activities import free_id, slug
from cmeledger.ledger.doubled import doubled
from cmeledger.ledger.fingerprint import fingerprint
from cmeledger.ledger.fresh import day_of
from cmeledger.ledger.pairs import pairs
from cmeledger.ledger.parse import Document, NotToml
from cmeledger.ledger.pieces import Pieces
from cmeledger.ledger.read import NOTHING
from cmeledger.ledger.salvage import salvage
from cmeledger.problems import LedgerUnusable, Problem

Record = Mapping[str, Any]

TOP: Final = ""
"""The name under which the keys above all tables are compared."""
ARCHIVE: Final = "archive"
"""The name under which what an archive has beside its records is."""
_NO_DAY: Final = date(2000, 1, 1)


class Reading(NamedTuple):
    """One file of a version, as far as it reads."""

    data: bytes | None = None
    """None: the version has no such file."""
    document: Document | None = NOTHING
    """None: nothing of it reads."""
    problem: Problem | None = None
    """Why not all of it reads."""


class State:
    """One version of a ledger and of the archive beside it."""

    def __init__(self, file: str, ledger: Reading, archive: Reading) -> None:
        """Take the name that problems of the version go by, and its two files."""
        self.file = file
        self.ledger = ledger
        self.archive = archive

    @property
    def exists(self) -> bool:
        """Whether the version has the ledger at all."""
        return self.ledger.data is not None

    @property
    def fault(self) -> str | None:
        """Why not all of it reads, in a line."""
        if self.ledger.problem is not None:
            return fault_of(self.ledger.problem)
        if self.archive.problem is not None:
            return f"in the archive, {fault_of(self.archive.problem)}"
        return None

    @property
    def readable(self) -> bool:
        """Whether anything of it can be compared."""
        return self.ledger.document is not None and self.archive.document is not None

    @cached_property
    def book(self) -> Book:
        """The version brought together with the rules, of no day yet.

        Raises LedgerUnusable where not all of it reads, and as `open_book` does.
        """
        (data, document, problem), (more, archive, other) = self.ledger, self.archive
        if problem is None and other is None and data is not None and document and archive:
            return book_of(self.file, _NO_DAY, data, document, archive)
        problems = [problem] if problem else []
        problems += [other._replace(archived=True)] if other else []
        texts = [(text or b"").decode("utf-8-sig", "replace") for text in (data, more)]
        name = archive_name(self.file)
        raise LedgerUnusable(self.file, tuple(problems), texts[0], name, texts[1])

    @property
    def unusable(self) -> str | None:
        """Why nothing can be counted in it, in a line; None: it can."""
        try:
            _ = self.book
        except LedgerUnusable as error:
            fatal = (problem for problem in error.problems if problem.code in FATAL)
            return self.fault or next(map(fault_of, fatal), "there is no ledger")
        return None

    @cached_property
    def records(self) -> list[tuple[Record, bool]]:
        """Every activity, and whether it is in the archive; one in both files is in the ledger."""
        document, archive = self.ledger.document or NOTHING, self.archive.document or NOTHING
        twice = doubled(document, archive)
        found = [(item, False) for item in _rows(document.tables, "activity")]
        archived = enumerate(_rows(archive.tables, "activity"))
        return found + [(item, True) for number, item in archived if number not in twice]

    @cached_property
    def ids(self) -> list[str | None]:
        """What each activity answers to; None: it has neither id nor day."""
        taken = {id for item, _ in self.records if isinstance(id := item.get("id"), str)}
        numbers: dict[str, int] = {}
        return [_answers_to(item, taken, numbers) for item, _ in self.records]


class Field(NamedTuple):
    """One key whose value is another one; None: the key is not there."""

    key: str
    old: Any
    new: Any


class Change(NamedTuple):
    """One table that is not the same in two versions."""

    table: str
    """As the format names it; TOP or ARCHIVE for the keys of a file that are in none."""
    how: str
    """ "added", "removed", "changed", "archived", "restored" (from the archive), or "unread": it
    is in one version, and the other has a part that does not read, where it may be."""
    id: str | None
    """What an activity or requirement answers to, the new one where there is one."""
    old_id: str | None
    old: Record | None
    new: Record | None
    fields: tuple[Field, ...] = ()
    """What is different in one that both have."""
    archived: bool = False
    """Whether it is in the archive; of one that is gone, whether it was."""


class Difference(NamedTuple):
    """What is different between two versions."""

    changes: tuple[Change, ...]
    """The activities come last, by their day."""
    renamed: Mapping[str, str]
    """The old id of each activity that answers to another one now, changed or not."""
    only_spelling: bool
    """The texts differ in comments, order or spelling, and say the same."""


def reading(data: bytes | None, pieces: Pieces) -> Reading:
    """Read one file of a version: all of it, else the tables that read on their own."""
    if data is None:
        return Reading()
    try:
        return Reading(data, pieces.parse(data))
    except NotToml as error:
        problem = error.problem
    try:
        rest = pieces.parse(salvage(data) or b"")
    except NotToml:
        return Reading(data, None, problem)
    return Reading(data, rest if rest.tables else None, problem)


def fault_of(problem: Problem) -> str:
    """Say in a line why a file does not read, and where that is known."""
    return f"line {problem.span.line}: {problem.message}" if problem.span else problem.message


def difference(before: State, after: State) -> Difference:
    """Compare two versions; of one that does not read whole, what reads of it."""
    if not (before.readable and after.readable):
        return Difference((), {}, only_spelling=False)
    old, new = (state.ledger.document or NOTHING for state in (before, after))
    changes = list(_tables(old.tables, new.tables))
    if before.archive.data is not None and after.archive.data is not None:
        sides = [_above((state.archive.document or NOTHING).tables) for state in (before, after)]
        changes += _change(ARCHIVE, sides[0], sides[1], (None, None))
    renamed: dict[str, str] = {}
    activities = list(_activities(before, after, renamed))
    changes += sorted(activities, key=lambda change: str(day_of(change.new or change.old)))
    changes = [_doubted(change, before, after) for change in changes]
    unknown = before.fault or after.fault
    same = changes or unknown or _text(before) == _text(after)
    return Difference(tuple(changes), renamed, only_spelling=not same)


def differing_from_all(found: Sequence[Difference]) -> tuple[Change, ...]:
    """Keep of a merge what is different from each parent: the rest came from one of them.

    Takes the differences to the parents, in order; the old values are the first one's.
    """
    first, *others = found
    kept = []
    for change in first.changes:
        twins = [
            next((item for item in other.changes if _is_twin(item, change)), None)
            for other in others
        ]
        if None in twins:
            continue
        keys = [{field.key for field in twin.fields} for twin in twins if twin and twin.fields]
        fields = tuple(field for field in change.fields if all(field.key in own for own in keys))
        if fields or not change.fields or change.how != "changed":
            kept.append(change._replace(fields=fields))
    return tuple(kept)


def _is_twin(one: Change, other: Change) -> bool:
    if (one.table, one.id) != (other.table, other.id) or (one.new is None) != (other.new is None):
        return False
    if one.new is None or other.new is None:
        return one.id is not None or one.old == other.old
    return one.new is other.new or one.new == other.new


def _doubted(change: Change, before: State, after: State) -> Change:
    """Call nothing removed, or added, that may be in the part that does not read."""
    partial = after if change.new is None else before if change.old is None else None
    if partial is None or partial.fault is None:
        return change
    return change._replace(how="unread")


def _tables(old: Record, new: Record) -> Iterator[Change]:
    """Compare all tables but the activities."""
    yield from _change(TOP, _above(old), _above(new), (None, None))
    for table in schema.TABLES:
        if table in schema.ARRAYS:
            if table != "activity":
                yield from _array(table, _rows(old, table), _rows(new, table))
            continue
        sides = [None if _odd(side, table) else side.get(table) for side in (old, new)]
        if any(sides):
            yield from _change(table, sides[0], sides[1], (None, None))


def _above(tables: Record) -> Record:
    """Give the keys that are in no table of the format."""
    return {
        name: item
        for name, item in tables.items()
        if name not in schema.TABLES or _odd(tables, name)
    }


def _array(table: str, old: Sequence[Record], new: Sequence[Record]) -> Iterator[Change]:
    found = pairs(table, old, new)
    there = set(found.values())
    both: list[tuple[Record | None, Record | None]] = [(old[a], new[b]) for a, b in found.items()]
    both += [(item, None) for number, item in enumerate(old) if number not in found]
    both += [(None, item) for number, item in enumerate(new) if number not in there]
    for one, other in both:
        yield from _change(table, one, other, (_own_id(table, one), _own_id(table, other)))


def _activities(before: State, after: State, renamed: dict[str, str]) -> Iterator[Change]:
    old, new = before.records, after.records
    found = _paired([item for item, _ in old], [item for item, _ in new])
    old_ids, new_ids = before.ids, after.ids
    for a, b in found.items():
        ids = old_ids[a], new_ids[b]
        if ids[0] is not None and ids[1] is not None and ids[0] != ids[1]:
            renamed[ids[1]] = ids[0]
        (one, was), (other, archived) = old[a], new[b]
        if one is other and was == archived:  # most are, down a history
            continue
        moved = None if was == archived else "archived" if archived else "restored"
        for change in _change("activity", one, other, ids, moved):
            yield change._replace(archived=archived)
    there = set(found.values())
    for number, (item, archived) in enumerate(old):
        if number not in found:
            id = before.ids[number]
            yield Change("activity", "removed", id, id, item, None, archived=archived)
    for number, (item, archived) in enumerate(new):
        if number not in there:
            id = after.ids[number]
            yield Change("activity", "added", id, None, None, item, archived=archived)


def _paired(old: Sequence[Record], new: Sequence[Record]) -> Mapping[int, int]:
    """Pair activities, those first that are one table: most were read once for all versions."""
    waiting: dict[int, list[int]] = {}
    for number, item in enumerate(new):
        waiting.setdefault(id(item), []).append(number)
    found = {
        number: waiting[id(item)].pop(0) for number, item in enumerate(old) if waiting.get(id(item))
    }
    there = set(found.values())
    rest = (
        [number for number in range(len(old)) if number not in found],
        [number for number in range(len(new)) if number not in there],
    )
    more = pairs("activity", [old[a] for a in rest[0]], [new[b] for b in rest[1]])
    return found | {rest[0][a]: rest[1][b] for a, b in more.items()}


def _change(
    table: str,
    old: Record | None,
    new: Record | None,
    ids: tuple[str | None, str | None],
    moved: str | None = None,
) -> Iterator[Change]:
    """Give what is different between one record and another; nothing where nothing is."""
    id = ids[1] if new is not None else ids[0]
    if old is None or new is None:
        yield Change(table, "added" if old is None else "removed", id, ids[0], old, new)
        return
    fields = () if old is new or repr(old) == repr(new) else _fields(table, old, new)
    if fields or moved:
        yield Change(table, moved or "changed", id, ids[0], old, new, fields)


def _fields(table: str, old: Record, new: Record) -> tuple[Field, ...]:
    """Compare two tables key by key, in the order of the format."""
    order = [key.name for key in schema.TABLES.get(table, ())]
    names = dict.fromkeys((*order, *old, *new))
    return tuple(
        Field(name, old.get(name), new.get(name))
        for name in names
        if (name in old) != (name in new) or not _same(old.get(name), new.get(name))
    )


def _same(one: Any, other: Any) -> bool:
    return fingerprint({"": one}) == fingerprint({"": other})


def _rows(tables: Record, name: str) -> Sequence[Record]:
    return () if _odd(tables, name) else tables.get(name, ())


def _odd(tables: Record, name: str) -> bool:
    """Tell whether what has a table's name is none, or not all of it."""
    found = tables.get(name)
    if found is None:
        return False
    if name in schema.ARRAYS:
        return not isinstance(found, list) or not all(isinstance(item, dict) for item in found)
    return not isinstance(found, dict)


def _own_id(table: str, record: Record | None) -> str | None:
    id = record.get("id") if record is not None and table == "requirement" else None
    return id if isinstance(id, str) else None


def _answers_to(record: Record, taken: set[str], numbers: dict[str, int]) -> str | None:
    """Give the id of a record, or derive it; `numbers` has the last one given to each stem."""
    id = record.get("id")
    if isinstance(id, str):
        return id
    day, title = day_of(record), record.get("title")
    if day is None:
        return None
    stem = f"{day.isoformat()}-{slug(title if isinstance(title, str) else '')}"
    found, numbers[stem] = free_id(stem, taken, numbers.get(stem, 1))
    taken.add(found)
    return found


def _text(state: State) -> tuple[bytes | None, ...]:
    """Give the texts of a version; git may keep lines with LF that have CRLF in the file."""
    both = (state.ledger.data, state.archive.data)
    return tuple(data and data.replace(b"\r\n", b"\n") for data in both)
