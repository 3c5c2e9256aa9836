"""What can be done to the records of a ledger: each an operation from bytes to bytes.

An operation is made for the bytes that were read. Should the file change before it is saved, the
same operation is good for the new bytes too, as long as its own record is the same there.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from cmeledger.book import Book, remake
from cmeledger.ledger import edit
from cmeledger.ledger.activities import slug
from cmeledger.ledger.history import Touched
from cmeledger.model import Activity, Path
from cmeledger.problems import Conflict, Problem, UsageError
from cmeledger.rules.counting import fold_title

GUESSED: Final = ("provider", "kind", "category")


class Operation(NamedTuple):
    """One thing to do to a ledger."""

    what: str
    """In words, for the history: "add 2026-11-20-grand-rounds"."""
    record: str
    """The id of the record it is about."""
    apply: Callable[[bytes], bytes]
    touched: Touched
    """The ids it adds, changes and takes out, for the history."""


def adding(book: Book, values: Mapping[str, Any]) -> Operation:
    """Add a record. Without an id among its keys, it gets the one it would answer to."""
    if values.get("id") is None:
        values = {"id": _free_id(book, values), **{k: v for k, v in values.items() if k != "id"}}
    id = values["id"]

    def apply(now: bytes) -> bytes:
        fresh = _read(book, now)
        edited = edit.add(now, "activity", values, fresh.document)
        _must_be_good(fresh, edited, id)
        return edited.data

    return Operation(f"add {id}", id, apply, Touched(added=(id,)))


def changing(book: Book, id: str, changes: Mapping[str, Any]) -> Operation:
    """Change some keys of a record; None takes a key out."""
    own = _find(book, id)[1]

    def apply(now: bytes) -> bytes:
        fresh = _read(book, now)
        edited = edit.change(now, _same(fresh, id, own), changes, fresh.document)
        _must_be_good(fresh, edited, changes.get("id") or id)
        return edited.data

    new = changes.get("id") or id
    touched = Touched(changed=(id,)) if new == id else Touched(added=(new,), removed=(id,))
    return Operation(f"edit {id}", new, apply, touched)


def removing(book: Book, id: str) -> Operation:
    """Take a record out."""
    own = _find(book, id)[1]

    def apply(now: bytes) -> bytes:
        fresh = _read(book, now)
        return edit.remove(now, _same(fresh, id, own), fresh.document).data

    return Operation(f"remove {id}", id, apply, Touched(removed=(id,)))


def claiming(book: Book, id: str) -> Operation:
    """Turn an attended or planned record into a claimed one."""
    activity = next((a for a in book.ledger.activities if a.id == id), None)
    if activity is not None and activity.status == "claimed":
        raise UsageError(f"'{id}' is claimed already")
    changes = {"status": None, "claim-by": None}
    return changing(book, id, changes)._replace(what=f"claim {id}")


def repeating(book: Book, id: str, changes: Mapping[str, Any]) -> Operation:
    """Add a record like another one, but for what is its own: id, days, evidence."""
    return adding(book, edit.repeated(book.data, _find(book, id)[0], changes))


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
                found = _keys_of(activity)
                open_keys = {k: v for k, v in found.items() if k not in values and v is not None}
                return open_keys, activity.id if open_keys else None
    return {}, None


def _keys_of(activity: Activity) -> dict[str, Any]:
    kind = None if activity.kind == "course" else activity.kind
    return dict(zip(GUESSED, (activity.provider, kind, activity.category), strict=True))


def _free_id(book: Book, values: Mapping[str, Any]) -> str:
    day = values.get("date") or values.get("end") or values.get("start")
    stem = slug(str(values.get("title") or ""))
    stem = f"{day.isoformat()}-{stem}" if isinstance(day, date) else stem
    ledger = book.ledger
    taken = {a.id for a in ledger.activities} | {item.id for item in ledger.left_out}
    taken |= {*book.rulebook.ids, *(item.id for item in ledger.requirements)}
    id, number = stem, 1
    while id in taken:
        number += 1
        id = f"{stem}-{number}"
    return id


def _find(book: Book, id: str) -> tuple[Path, Any]:
    """Find a record of the ledger's own file: its path, and what it says."""
    for path, archived, name in _records(book):
        if name == id:
            if archived:
                raise UsageError(
                    f"'{id}' is in the archive\nbring it back first, or edit that file"
                )
            return path, _table(book, path)
    raise UsageError(f"no record is called '{id}'\nlist the records' ids with: cmeledger list")


def _same(book: Book, id: str, own: Any) -> Path:
    """Find the record as the file has it now; it must read as it did."""
    for path, _, name in _records(book):
        if name == id:
            if _table(book, path) == own:
                return path
            raise Conflict(
                book.file,
                f"the record '{id}' was changed meanwhile; nothing was written",
                "look at it as it is now, and make your change again",
            )
    raise Conflict(
        book.file,
        f"the record '{id}' was taken out meanwhile; nothing was written",
        "add it again, if it should be there",
    )


def _table(book: Book, path: Path) -> Any:
    """Give what a record says, as TOML has it: comments and spelling may differ meanwhile."""
    return book.document.tables[str(path[0])][path[1]]


def _records(book: Book) -> Iterator[tuple[Path, bool, str | None]]:
    for activity in book.ledger.activities:
        yield activity.path, activity.archived, activity.id
    for item in book.ledger.left_out:
        yield item.path, item.archived, item.id


def _must_be_good(book: Book, edited: edit.Edited, id: str) -> None:
    """Refuse an edit that would leave the record with an error it did not have."""
    old = {_kind_of(p) for p in _errors(book, id)}
    for problem in _errors(remake(book, edited.data, edited.document), id):
        if _kind_of(problem) not in old:
            raise UsageError(f"{problem.message}\n{problem.help}")


def _read(book: Book, data: bytes) -> Book:
    """Read some bytes of the ledger; those it was opened with have been read already."""
    return book if data == book.data else remake(book, data)


def _errors(book: Book, id: str) -> list[Problem]:
    return [p for p in book.problems if p.record == id and p.severity == "error"]


def _kind_of(problem: Problem) -> tuple[str, str]:
    return problem.code, problem.message
