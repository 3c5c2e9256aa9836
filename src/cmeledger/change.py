"""What can be done to the records of a ledger: each an operation from bytes to bytes.

An operation is made for the bytes that were read. Should the file change before it is saved, the
same operation is good for the new bytes too, as long as its own record is the same there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Any, Final, NamedTuple

from cmeledger import renewal
from cmeledger.book import Book, remake
from cmeledger.ledger import edit, spell
from cmeledger.ledger.activities import free_id, slug
from cmeledger.ledger.context import nearest_id
from cmeledger.ledger.doubled import without_doubled
from cmeledger.ledger.entries import Touched
from cmeledger.ledger.fingerprint import fingerprint
from cmeledger.ledger.history import History
from cmeledger.ledger.save import Saved, save
from cmeledger.ledger.schema import KINDS, Kind
from cmeledger.model import Activity, Path
from cmeledger.problems import Clash, Conflict, Problem, UsageError
from cmeledger.rules.counting import fold_title
from cmeledger.rules.standing import Report

GUESSED: Final = ("provider", "kind", "category")


class Operation(NamedTuple):
    """One thing to do to a ledger."""

    what: str
    """In words, for the history: "add 2026-11-20-grand-rounds"."""
    record: str | None
    """The id of the record it is about; None: there are several."""
    apply: Callable[[bytes], bytes]
    touched: Touched
    """The ids it adds, changes and takes out, for the history."""
    notes: Sequence[str] = ()
    """What there is to say of the record once it is applied: warnings it did not have."""


class IdTaken(Conflict):
    """The id made for a new record was given to another one meanwhile."""

    def __init__(self, file: str, id: str, instead: Operation) -> None:
        self.instead = instead
        """The same addition under the next id that is free."""
        super().__init__(
            file, f"the id '{id}' was taken meanwhile; nothing was written", "add the record again"
        )


def adding(book: Book, values: Mapping[str, Any]) -> Operation:
    """Add a record. Without an id among its keys, it gets the one it would answer to.

    The operation raises IdTaken where that id is another record's by the time it is saved.
    """
    chosen = values.get("id")
    id = _free_id(book, values) if chosen is None else chosen
    named = {"id": id, **{k: v for k, v in values.items() if k != "id"}}
    notes: list[str] = []

    def apply(now: bytes) -> bytes:
        fresh = read(book, now)
        if chosen is None and fresh is not book and id in _taken(fresh):
            raise IdTaken(book.file, id, adding(fresh, values))
        edited = edit.add(now, "activity", named, fresh.document)
        notes[:] = must_be_good(fresh, edited, id)
        return edited.data

    reads = (id, None, fingerprint(spell.normal(named)))
    return Operation(f"add {id}", id, apply, Touched(added=(id,), reads=(reads,)), notes)


def changing(
    book: Book,
    id: str,
    changes: Mapping[str, Any],
    *,
    base: Mapping[str, Any] | None = None,
    to_its_date: bool = False,
) -> Operation:
    """Change some keys of a record; None takes a key out.

    `base` is what the record said when the change was begun, where that was before the book was
    read. `to_its_date`: move it there, too.
    """
    own = find(book, id)[1] if base is None else base
    yours = {name: value for name, value in {**own, **changes}.items() if value is not None}
    notes: list[str] = []

    def apply(now: bytes) -> bytes:
        fresh = read(book, now)
        path = same(fresh, Clash(id, own, None, yours))
        edited = edit.change(now, path, changes, fresh.document)
        if to_its_date:
            from cmeledger.ledger.move import move

            edited = move(edited.data, edited.path, edited.document)
        notes[:] = must_be_good(fresh, edited, id)
        if new not in (id, changes.get("id")):
            notes.append(f"the record answers to {new} now: its id is made of day and title")
        return edited.data

    new = yours.get("id") or _free_id(book, yours, id)
    old_reads, new_reads = fingerprint(own), fingerprint(spell.normal(yours))
    if new == id:
        touched = Touched(changed=(id,), reads=((id, old_reads, new_reads),))
    else:
        reads = ((id, old_reads, None), (new, None, new_reads))
        touched = Touched(added=(new,), removed=(id,), reads=reads)
    return Operation(f"edit {id}", new, apply, touched, notes)


def removing(book: Book, id: str) -> Operation:
    """Take a record out."""
    own = find(book, id)[1]

    def apply(now: bytes) -> bytes:
        fresh = read(book, now)
        return edit.remove(now, same(fresh, Clash(id, own, None, None)), fresh.document).data

    touched = Touched(removed=(id,), reads=((id, fingerprint(own), None),))
    return Operation(f"remove {id}", id, apply, touched)


def claiming(book: Book, id: str) -> Operation:
    """Turn an attended or planned record into a claimed one."""
    activity = next((a for a in book.ledger.activities if a.id == id), None)
    if activity is not None and activity.status == "claimed":
        raise UsageError(f"'{id}' is claimed already")
    changes = {"status": None, "claim-by": None}
    return changing(book, id, changes)._replace(what=f"claim {id}")


def repeating(book: Book, id: str, changes: Mapping[str, Any]) -> Operation:
    """Add a record like another one, but for what is its own: id, days, evidence."""
    return adding(book, repeated(book, id, changes))


def repeated(book: Book, id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Take what a record says for one like it: the keys of `repeating`."""
    return edit.repeated(find(book, id)[1], changes)


def renewing(book: Book, reports: Sequence[Report]) -> Operation:
    """Write down what is attested on the book's day, for the cycle of each report.

    The operation raises Conflict where the ledger came to say something else meanwhile.
    """
    shown = [renewal.values(book, report) for report in reports]

    def apply(now: bytes) -> bytes:
        fresh = read(book, now)
        if fresh is not book and shown != list(_attested_again(fresh, reports)):
            raise Conflict(
                book.file,
                "what you would attest was changed meanwhile; nothing was written",
                "run it again, and look at the totals as they are now",
            )
        document = fresh.document
        for values in shown:
            edited = edit.add(now, "renewal", values, document)
            now, document = edited.data, edited.document
        return now

    days = ", ".join(report.cycle.end.isoformat() for report in reports)
    return Operation(f"renew {days}", None, apply, Touched())


def _attested_again(book: Book, reports: Sequence[Report]) -> Iterator[dict[str, Any]]:
    """Work out what is attested once more, in a ledger that was changed meanwhile."""
    tallies = {item.license.path: item for item in book.tallies()}
    for report in reports:
        counted = tallies.get(report.tally.license.path)
        if counted is not None:
            yield renewal.values(book, book.report(counted, report.cycle))


def together(what: str, operations: Sequence[Operation]) -> Operation:
    """Make one operation of several, saved and undone as one; `what` says how they are called."""
    if len(operations) == 1:
        return operations[0]._replace(what=f"{what} {operations[0].record}")

    def apply(now: bytes) -> bytes:
        for operation in operations:
            now = operation.apply(now)
        return now

    touched = (tuple(chain(*parts)) for parts in zip(*(o.touched for o in operations), strict=True))
    return Operation(f"{what} {len(operations)} records", None, apply, Touched(*touched))


def perform(book: Book, operation: Operation, history: History | None) -> tuple[Operation, Saved]:
    """Save what an operation does to the ledger of a book.

    Returns the operation that was saved: a new record whose id was taken meanwhile has the next
    one. Raises Conflict and NotWritten as `save` does, and what the operation raises.
    """
    while True:
        try:
            saved = save(
                book.file,
                book.data,
                operation.apply,
                operation.what,
                history,
                touched=operation.touched,
            )
        except IdTaken as error:
            operation = error.instead
        else:
            return operation, saved


def guessed(book: Book, values: Mapping[str, Any]) -> tuple[dict[str, Any], str | None]:
    """Guess what a new record leaves open from an earlier one of its title, or its provider.

    Returns the keys to add, and the id of the record they come from; nothing where there is none.
    """
    title = fold_title(str(values.get("title") or ""))
    provider = str(values.get("provider") or "")
    earlier = sorted(book.ledger.activities, key=lambda activity: (activity.day, activity.id))
    for same in (
        lambda activity: bool(title) and fold_title(activity.title) == title,
        lambda activity: bool(provider) and activity.provider == provider,
    ):
        for activity in reversed(earlier):
            if same(activity):
                found = {k: v for k, v in _keys_of(activity).items() if v is not None}
                if "kind" not in values and not _may_be(KINDS[activity.kind], values):
                    # It is something else of the same title or provider.
                    found = {k: v for k, v in found.items() if k == "provider"}
                kind = KINDS.get(values.get("kind", found.get("kind")) or "course")
                if kind is not None and kind.category is not None:
                    found.pop("category", None)  # the kind says it
                open_keys = {k: v for k, v in found.items() if k not in values}
                return open_keys, activity.id if open_keys else None
    return {}, None


def _may_be(kind: Kind, values: Mapping[str, Any]) -> bool:
    """Tell whether a record that says so much can be of a kind."""
    said = {name for name, value in values.items() if value is not None}
    if kind.enrollment and said & {"date", "credits"}:
        return False
    return not (kind.category and "category" in said) or values["category"] == kind.category


def _keys_of(activity: Activity) -> dict[str, Any]:
    kind = None if activity.kind == "course" else activity.kind
    return dict(zip(GUESSED, (activity.provider, kind, activity.category), strict=True))


def ids(book: Book) -> set[str]:
    """Gather the ids of the ledger's own records, of those with errors too."""
    return {id for _, archived, id in records(book) if id is not None and not archived}


def _free_id(book: Book, values: Mapping[str, Any], old: str | None = None) -> str:
    """Find the id that a record answers to; `old` is the one it has, which is not in its way."""
    day = values.get("date") or values.get("end") or values.get("start")
    stem = slug(str(values.get("title") or ""))
    stem = f"{day.isoformat()}-{stem}" if isinstance(day, date) else stem
    return free_id(stem, _taken(book) - {old})[0]


def _taken(book: Book) -> set[str]:
    """Gather the ids that a new record cannot have: the requirements' are taken too."""
    own = {item.id for item in book.ledger.requirements}
    return own | {*book.rulebook.ids} | {id for _, _, id in records(book) if id is not None}


def find(book: Book, id: str) -> tuple[Path, Any]:
    """Find a record of the ledger's own file: its path, and what it says.

    Raises UsageError for an id that nothing bears, and for a record of the archive.
    """
    for path, archived, name in records(book):
        if name == id:
            if archived:
                raise UsageError(
                    f"'{id}' is in the archive\nbring it back first: cmeledger restore {id}"
                )
            return path, table(book, path)
    raise UsageError(f"no record is called '{id}'\n{nearest_id(id, sorted(ids(book)))}")


def same(book: Book, clash: Clash) -> Path:
    """Find the record as the file has it now; it must read as the base that the change is for.

    Raises Conflict.
    """
    id = clash.record
    for path, _, name in records(book):
        if name == id:
            theirs = table(book, path)
            if theirs == clash.base:
                return path
            raise Conflict(
                book.file,
                f"the record '{id}' was changed meanwhile; nothing was written",
                "look at it as it is now, and make your change again",
                clash._replace(theirs=theirs),
            )
    raise Conflict(
        book.file,
        f"the record '{id}' was taken out meanwhile; nothing was written",
        "add it again, if it should be there",
        clash,
    )


def table(book: Book, path: Path) -> Any:
    """Give what a record says, as TOML has it: comments and spelling may differ meanwhile."""
    return book.document.tables[str(path[0])][path[1]]


def records(book: Book) -> Iterator[tuple[Path, bool, str | None]]:
    """Give every record's path, whether it is in the archive, and its id."""
    for activity in book.ledger.activities:
        yield activity.path, activity.archived, activity.id
    for item in book.ledger.left_out:
        yield item.path, item.archived, item.id


def must_be_good(book: Book, edited: edit.Edited, id: str) -> list[str]:
    """Refuse an edit that would leave the record with an error it did not have.

    `id` is what the record was called; by another title it may answer to another id. Returns the
    warnings it did not have, in words. Raises UsageError.
    """
    # A record that a move, cut off, left in both files is one record still once it is changed.
    archive = without_doubled(book.document, book.archive)
    after = remake(book, edited.data, edited.document, archive)
    called = next(
        (name for path, archived, name in records(after) if path == edited.path and not archived),
        id,
    )
    old = {_kind_of(p) for p in book.problems if p.record == id}
    new = [p for p in after.problems if p.record == (called or id) and _kind_of(p) not in old]
    for problem in new:
        if problem.severity == "error":
            raise UsageError(f"{problem.message}\n{problem.help}")
    return [f"{problem.message}; {problem.help}" for problem in new]


def read(book: Book, data: bytes) -> Book:
    """Read some bytes of the ledger; those it was opened with have been read already."""
    return book if data == book.data else remake(book, data)


def _kind_of(problem: Problem) -> tuple[str, str]:
    return problem.code, problem.message
