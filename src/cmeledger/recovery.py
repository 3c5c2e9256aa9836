"""Records that are not in the ledger as they were saved: found, shown, put back, or let go.

An editor that saves what it had read before our save takes the save back without a word. The
history tells which records that befell.
"""

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from cmeledger import change
from cmeledger.book import Book, archive_name, make_book
from cmeledger.change import Operation
from cmeledger.ledger import edit, leftover, lock
from cmeledger.ledger.blocks import Layout
from cmeledger.ledger.entries import Touched, digest, texts
from cmeledger.ledger.fingerprint import fingerprint
from cmeledger.ledger.history import History
from cmeledger.ledger.missing import Missing
from cmeledger.ledger.parse import NotToml, parse
from cmeledger.ledger.save import WAIT, resolve
from cmeledger.ledger.spell import key, value
from cmeledger.model import Path
from cmeledger.problems import Conflict, LedgerUnusable, NotWritten, UsageError

_NOTES: Final = {
    "missing": ("{} you saved is no longer in the file", "{} you saved are no longer in the file"),
    "reverted": (
        "{} is in the file as before you last saved it",
        "{} are in the file as before you last saved them",
    ),
    "returned": ("{} you took out is in the file again", "{} you took out are in the file again"),
}


class View(NamedTuple):
    """One record as it was saved, and as it is: its lines, empty where it is not there."""

    found: Missing
    saved: str
    now: str


def sweep(file: str, history: History | None) -> list[str]:
    """Clear away what killed saves left beside a ledger and its archive.

    Gives the names of the files that hold a text that no other has; no failure matters.
    """
    names = (file, archive_name(file))
    return [kept for name in names for kept in leftover.sweep(name, history)]


def find(book: Book, history: History | None) -> list[Missing]:
    """Find the records that are not in the ledger as they were saved. Reads the history only."""
    if history is None:
        return []
    here = {id for _, _, id in change.records(book) if id is not None}
    return history.missing(book.file, here, _reads(book))


def notes(found: Sequence[Missing]) -> list[str]:
    """Say how many records there are to recover: a sentence for each way they were lost."""
    said = []
    for how, (one, many) in _NOTES.items():
        count = sum(item.how == how for item in found)
        if count:
            words = f"{count} record" if count == 1 else f"{count} records"
            said.append((one if count == 1 else many).format(words))
    return said


def archive_gone(file: str, history: History | None) -> str | None:
    """Say that the archive, which was saved with something in it, is no longer there.

    Nothing else would: without it, its records are simply not counted.
    """
    archive = archive_name(file)
    if history is None or os.path.lexists(archive):
        return None
    last = next(reversed(history.entries(archive)), None)
    if last is None or last.after == digest(b""):
        return None
    when = datetime.fromtimestamp(last.time, UTC).astimezone().date()
    return f"{os.path.basename(archive)} is gone: it was saved on {when}, {last.what}"


def chosen(found: Sequence[Missing], ids: Sequence[str]) -> list[Missing]:
    """Take the records of these ids. Raises UsageError for one that there is not."""
    by_id = {item.id: item for item in found}
    for id in ids:
        if id not in by_id:
            raise UsageError(
                f"there is nothing to recover of '{id}'\nlist what there is: cmeledger recover"
            )
    return [by_id[id] for id in dict.fromkeys(ids)]


def view(book: Book, found: Missing) -> View:
    """Show a record as it was saved beside what is there now. Raises NotWritten as `restoring`."""
    saved = ""
    if found.how != "returned":
        old = _as_saved(book, found)
        saved = _lines(old, change.find(old, found.id)[0])
    now = "" if found.how == "missing" else _lines(book, change.find(book, found.id)[0])
    return View(found, saved, now)


def restoring(book: Book, found: Sequence[Missing]) -> Operation:
    """Put records back as they were saved: an edit like any other, which undo takes back.

    A missing record comes back with its own lines and comments; a reverted one gets its saved
    values; one that was taken out is taken out again. Raises NotWritten where the history's text
    is damaged.
    """
    return change.together("restore", [_step(book, item) for item in found])


def accept(book: Book, history: History, found: Sequence[Missing]) -> None:
    """Note that records are right as they are: they are not named again. Raises NotWritten."""
    try:
        # A save that goes on at the same time would clear away what is not yet finished.
        with lock.locked(resolve(book.file), WAIT):
            history.accept(book.file, [item.id for item in found], book.data, _reads(book))
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise NotWritten(
            book.file, f"the history in {history.folder} cannot be written ({why})", "mend that"
        ) from error


def _reads(book: Book) -> Callable[[str], str | None]:
    """Make the look at what a record of the ledger itself says."""
    paths: dict[str, Path] = {}
    for path, archived, id in change.records(book):
        if id is not None and not archived:
            paths.setdefault(id, path)

    def reads(id: str) -> str | None:
        return fingerprint(change.table(book, paths[id])) if id in paths else None

    return reads


def _step(book: Book, found: Missing) -> Operation:
    if found.how == "returned":
        return change.removing(book, found.id)
    saved = _as_saved(book, found)
    path, values = change.find(saved, found.id)
    if found.how == "reverted":
        now = change.find(book, found.id)[1]
        gone = dict.fromkeys(name for name in now if name not in values)
        return change.changing(book, found.id, values | gone)
    return _adding(book, found.id, values, _lines(saved, path))


def _adding(book: Book, id: str, values: dict[str, Any], lines: str) -> Operation:
    """Put a record back with the lines it had."""

    def apply(now: bytes) -> bytes:
        if id in _ids(book, now):
            raise Conflict(
                book.file,
                f"the record '{id}' is in the file again; nothing was written",
                "look at it: cmeledger recover",
            )
        edited = edit.add(now, "activity", values)
        if "id" not in values and id not in _ids(book, edited.data):  # it answers to another now
            edited = edit.add(now, "activity", {"id": id} | values)
        edited = _in_its_lines(edited, lines)
        change.must_be_good(change.read(book, now), edited, id)
        return edited.data

    reads = ((id, None, fingerprint(values)),)
    return Operation(f"restore {id}", id, apply, Touched(added=(id,), reads=reads))


def _ids(book: Book, data: bytes) -> set[str | None]:
    return {id for _, _, id in change.records(change.read(book, data))}


def _in_its_lines(edited: edit.Edited, lines: str) -> edit.Edited:
    """Write a record that was just added as it was written before, if it reads the same."""
    meant = edited.document
    layout = Layout(meant.text)
    own = layout.sections_of(edited.path)
    if not own:
        return edited
    start, end = own[0].start, layout.line_end(own[-1].own_end)
    eol = layout.eol(start)
    text = meant.text[:start] + lines.rstrip("\n").replace("\n", eol) + meant.text[end:]
    mark = edit.MARK if edited.data.startswith(edit.MARK) else b""
    data = mark + text.encode()
    try:
        document = parse(data)
    except NotToml:
        return edited
    return (
        edited._replace(data=data, document=document) if document.tables == meant.tables else edited
    )


def _lines(book: Book, path: Path) -> str:
    """Give a record's lines, with the comments directly above."""
    layout = Layout(book.document.text)
    own = layout.sections_of(path)
    first = layout.sections.index(own[0]) if own else 0
    if not own or layout.sections[first : first + len(own)] != own:
        # It is written inline, or in pieces: what it says is all there is to show.
        pairs = change.table(book, path).items()
        return "".join([f"[[{path[0]}]]\n", *(f"{key(k)} = {value(v)}\n" for k, v in pairs)])
    text = layout.text[layout.lead(own[0]) : layout.end(own[-1])]
    return text.replace("\r\n", "\n") + "\n"


def _as_saved(book: Book, found: Missing) -> Book:
    """Open the ledger as it was after the last save of a record."""
    try:
        return make_book(book.file, book.day, texts(found.entry)[1], None)
    except (OSError, LedgerUnusable) as error:
        raise NotWritten(
            book.file,
            f"the text of '{found.id}' is damaged in the history ({found.entry.path})",
            f"enter it again, then: cmeledger recover --accept {found.id}",
        ) from error
