"""`edit ID` without keys: the ledger in the user's editor, and what is to be said of it after."""

import signal
import subprocess
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from cmeledger import change
from cmeledger.book import Book, read_bytes, remake
from cmeledger.cli import asking, common, writing
from cmeledger.cli.main import Io
from cmeledger.ledger import lock, spell
from cmeledger.ledger.entries import Touched
from cmeledger.ledger.fingerprint import fingerprint
from cmeledger.ledger.history import History, open_history
from cmeledger.ledger.save import WAIT
from cmeledger.ledger.source import Places, place
from cmeledger.outside import editor_command
from cmeledger.problems import (
    Exit,
    LedgerUnreadable,
    LedgerUnusable,
    NotWritten,
    Problem,
    UsageError,
)
from cmeledger.report.check_text import lines
from cmeledger.report.terminal import plural, style_for
from cmeledger.report.unified import unified
from cmeledger.visible import visible


class _Left(NamedTuple):
    """What an editor left behind."""

    data: bytes
    book: Book | None
    """None: it cannot be used."""
    text: str
    problems: tuple[Problem, ...]
    """The errors that are new, and those of the record."""


def edit(options: Namespace, io: Io) -> Exit:
    """Open the editor at a record, look at the ledger afterwards, and say what changed.

    Raises UsageError off a terminal, NotWritten where the editor cannot be started.
    """
    if options.json or options.dry_run:
        flag = "--json" if options.json else "--dry-run"
        raise UsageError(
            f"an editor cannot be opened with {flag}\nname a key to change, like --credits 1.5"
        )
    if not (asking.can_ask(io) and io.out.isatty()):
        raise UsageError(
            "nothing to change\nname a key, like --credits 1.5; on a terminal your editor opens"
        )
    book = writing.opened(options, io)
    path, _ = change.find(book, options.id)
    span = Places(book.document.text).span(path, "table")
    history = open_history(io.env)
    saves = _saves(history, book.file)
    name = common.ledger_name(options, io)
    line, interrupted = span.line, False
    while True:
        code = _run(book.file, line, io)
        left = _left(book, options.id)
        if left.data == book.data or not left.problems:
            break
        style = style_for(io.err, io.env)
        beside = (book.archive_file, book.archive.text)
        for shown in lines(name, left.problems, left.text, beside, style):
            print(shown, file=io.err)
        try:
            if code or not asking.agreed("Open the editor again?", io, default=True):
                break
        except KeyboardInterrupt:  # what the editor saved is there all the same
            print(file=io.err)
            interrupted = True
            break
        line = left.problems[0].span.line if left.problems[0].span else line
    if left.data == book.data:
        io.out.write(f"{visible(name)}: nothing was changed\n")
    else:
        known = _remember(history, saves, book, left, options.id, io)
        if known and left.problems:
            print("help: cmeledger undo brings the ledger back as it was", file=io.err)
        io.out.write("".join(f"{said}\n" for said in _said(book, left, options.id, name)))
    if code:
        print(f"cmeledger: the editor ended with code {code}", file=io.err)
        print("help: the file is as the editor left it; look at it once more", file=io.err)
        return Exit.NOT_WRITTEN
    if interrupted:
        return Exit.INTERRUPTED
    return Exit.NO if left.problems else Exit.DONE


def _run(file: str, line: int, io: Io) -> int:
    """Lend the terminal to the editor; give its exit code."""
    try:
        command = editor_command(io.env, file, line)
    except ValueError as error:
        why, _, advice = str(error).partition("; ")
        raise NotWritten(file, why, advice or "set EDITOR, like: export EDITOR=nano") from error
    try:
        with _interrupts_left_to_it():
            return subprocess.run(command, check=False).returncode  # noqa: S603  no shell
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise NotWritten(
            file, f"{command[0]} could not be started: {why}", "set EDITOR to an editor that can"
        ) from error


@contextmanager
def _interrupts_left_to_it() -> Iterator[None]:
    """Let Ctrl-C in the editor mean what the editor takes it for."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _left(book: Book, id: str) -> _Left:
    """Read what the editor left: which errors are new, or the record's."""
    data = _settled(book)
    try:
        now: Book | None = remake(book, data)
    except LedgerUnusable as error:
        now, text, found = None, error.text, error.problems
    else:
        assert now is not None
        text, found = now.document.text, now.problems
    old = {_kind_of(problem) for problem in book.problems if problem.record != id}
    errors = [p for p in found if p.severity == "error" and _kind_of(p) not in old]
    placed = place(errors, Places(text), Places(book.archive.text))
    return _Left(data, now, text, tuple(placed))


def _kind_of(problem: Problem) -> tuple[str, str, str | None]:
    return problem.code, problem.message, problem.record


def _settled(book: Book) -> bytes:
    """Read the file; one that is moved or emptied may be on its way back, and is waited for."""
    until = time.monotonic() + WAIT
    while True:
        try:
            data = read_bytes(book.file)
            if data or time.monotonic() > until:
                return data
        except LedgerUnreadable as error:
            if time.monotonic() > until:
                raise LedgerUnreadable(
                    book.file,
                    "the file is not there any more after the editor",
                    "save it in the editor again, under this name",
                ) from error
        lock.pause()


def _saves(history: History | None, file: str) -> int:
    return len(history.entries(file)) if history else 0


def _remember(
    history: History | None, saves: int, book: Book, left: _Left, id: str, io: Io
) -> bool:
    """Let `undo` know of what was done in the editor, unless other saves came in between.

    A ledger that was left broken is no less a text to be taken back.
    """
    if history is None:
        return False
    if _saves(history, book.file) != saves:
        print(
            "note: the ledger was saved by a command meanwhile; undo does not know what you did "
            "in the editor",
            file=io.err,
        )
        return False
    touched = _touched(book, left.book) if left.book else Touched()
    try:
        history.confirm(history.begin(book.file, f"edit {id}", book.data, left.data, touched))
    except OSError as error:
        why = error.strerror or str(error)
        print(f"note: the history cannot be written ({why}); no undo of this", file=io.err)
        return False
    return True


def _touched(book: Book, now: Book) -> Touched:
    """Say which records were added, changed and taken out, and what each read."""
    old, new = (
        {
            id: change.table(part, path)
            for path, archived, id in change.records(part)
            if id is not None and not archived
        }
        for part in (book, now)
    )
    ids = [id for id in {**old, **new} if old.get(id) != new.get(id)]
    was, is_now = ({id: fingerprint(part[id]) for id in ids if id in part} for part in (old, new))
    return Touched(
        tuple(id for id in ids if id not in old),
        tuple(id for id in ids if id in old and id in new),
        tuple(id for id in ids if id not in new),
        tuple((id, was.get(id), is_now.get(id)) for id in ids),
    )


def _said(book: Book, left: _Left, id: str, name: str) -> Iterator[str]:
    """Say what is different: the record's keys, and how many lines in all."""
    if left.book is not None:
        yield visible(_of_the_record(book, left.book, id))
    marks = [line[0] for line in list(unified(name, book.data, left.data))[2:]]
    added, gone = (plural(marks.count(mark), "line") for mark in "+-")
    yield f"{visible(name)}: {added} added, {gone} taken out"


def _of_the_record(book: Book, now: Book, id: str) -> str:
    """Say which keys of the record changed, whatever it is called now."""
    own, ids = change.find(book, id)[1], change.ids(now)
    called = id
    if id not in ids:
        new = sorted(ids - change.ids(book))
        if len(new) != 1:
            return f"{id}: the record is not there any more"
        called = new[0]
    table = change.find(now, called)[1]
    changed = [key for key in own if key in table and not spell.same(own[key], table[key])]
    parts = [
        f"{what} {', '.join(keys)}"
        for what, keys in (
            ("changed", changed),
            ("added", [key for key in table if key not in own]),
            ("took out", [key for key in own if key not in table]),
        )
        if keys
    ]
    name = id if called == id else f"{id}, now {called}"
    return f"{name}: {'; '.join(parts) or 'no key of the record changed'}"
