"""Put a changed ledger on the disk: whole or not at all, and over nobody else's change.

The steps and the reasons for them are in docs/guarantees.md. An operation is a function from the
ledger's bytes to the bytes it should have; it is applied to what is in the file at that moment,
and raises Conflict where the text it is about is no longer what it was made for.
"""

import contextlib
import os
import stat
import time
from collections.abc import Callable
from shlex import quote
from typing import Final, NamedTuple, TypeVar

from cmeledger.ledger import disk, lock, platform, put
from cmeledger.ledger.entries import Entry, Pair, Touched
from cmeledger.ledger.history import History
from cmeledger.problems import Conflict, NotWritten

WAIT: Final = 5.0
"""How many seconds another writer is waited for."""

Operation = Callable[[bytes], bytes]
T = TypeVar("T")


class Saved(NamedTuple):
    """How a save ended."""

    before: bytes
    after: bytes
    confirmed: bool
    """False: saved, but the disk did not confirm it (exit 5)."""
    note: str | None
    """What there is to say of the way it was written."""


class Order(NamedTuple):
    """What is to be saved."""

    based_on: bytes
    operation: Operation
    what: str
    history: History | None
    touched: Touched
    kind: str
    target: int | None
    pair: Pair | None = None
    """Of a save that is undone together with that of another file."""


def save(
    file: str,
    based_on: bytes,
    operation: Operation,
    what: str,
    history: History | None,
    *,
    touched: Touched = Touched(),  # noqa: B008 - it is immutable
    kind: str = "save",
    target: int | None = None,
    wait: float = WAIT,
) -> Saved:
    """Apply an operation to a ledger and save it.

    `based_on` is what the user has seen, `what` the operation in words. Raises NotWritten where
    nothing was written, Conflict where two changes meet; what the operation raises passes through.
    """
    order = Order(based_on, operation, what, history, touched, kind, target)
    real = resolve(file)

    def once(left: float) -> Saved:
        with lock.locked(real, left) as handle:
            return attempt(real, handle, order)

    return patiently(file, once, wait)


def patiently(file: str, once: Callable[[float], T], wait: float) -> T:
    """Try until no other program gets in between; `once` takes the seconds that are left.

    Raises NotWritten when those are over, and what `once` raises but put.Moved.
    """
    until = time.monotonic() + wait
    while True:
        try:
            return once(max(0.0, until - time.monotonic()))
        except put.Moved as error:
            if time.monotonic() > until:
                raise NotWritten(
                    file,
                    f"{error}; nothing was written",
                    "save it or close it there, then save again",
                ) from error
        except OSError as error:  # before anything was begun: an attempt explains its own
            raise disk.not_written(file, error) from error
        lock.pause()


def resolve(file: str) -> str:
    """Follow links to the ledger itself. Raises NotWritten where they lead nowhere."""
    try:
        real = os.path.realpath(file, strict=True)
        mode = os.stat(real).st_mode
    except FileNotFoundError:
        return os.path.realpath(file)  # for the moment: it is waited for
    except (OSError, ValueError) as error:
        raise disk.not_written(file, error) from error
    if not stat.S_ISREG(mode):
        raise lock.irregular(file)
    return real


def attempt(file: str, handle: int, order: Order) -> Saved:
    """Save once, with the ledger locked. Raises put.Moved to be called again."""
    try:
        refuse_read_only(file, handle)
        before = disk.read_all(handle)
    except OSError as error:
        raise disk.not_written(file, error) from error
    if platform.is_being_written(handle):
        raise put.Moved("another program is writing the file")
    if order.based_on and not before:
        raise put.Moved("another program has emptied the file")
    if order.history:
        order.history.settle(file, before)
        _refuse_torn(file, before, order)
    after = order.operation(before)
    if after == before:
        return Saved(before, before, confirmed=True, note=None)
    merged = before != order.based_on and order.kind == "save"
    notes = ["the file had been changed meanwhile; that change was kept"] if merged else []
    entry, direct = None, False
    try:
        entry = _begin(file, before, after, order)
        try:
            confirmed = put.beside(file, handle, before, after)
        except put.InPlace as reason:
            direct = True
            if entry and order.history:
                entry = order.history.in_place(entry)
            put.directly(file, handle, before, after)
            confirmed = True
            notes.append(f"it was written in place: {reason}")
    except OSError as error:
        if not _has_happened(file, before, after, order.history, entry, direct=direct):
            raise disk.not_written(file, error, _keep(file, after, order.history)) from error
        confirmed = False
    except put.Overtaken as error:
        _has_happened(file, before, after, order.history, entry, direct=direct)
        raise Conflict(file, str(error), "bring the two together: diff the two files") from error
    except put.Moved:
        if entry and order.history:
            order.history.drop(entry)
        raise
    except BaseException:
        _has_happened(file, before, after, order.history, entry, direct=direct)
        raise
    if entry and order.history:
        order.history.confirm(entry)
    return Saved(before, after, confirmed, "; ".join(notes) or None)


def _begin(file: str, before: bytes, after: bytes, order: Order) -> Entry | None:
    """Keep the save in the history first."""
    if order.history is None:
        return None
    try:
        return order.history.begin(
            file, order.what, before, after, order.touched, order.kind, order.target, order.pair
        )
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise NotWritten(
            file,
            f"its history in {order.history.folder} cannot be written ({why}); "
            "the file is as it was",
            "mend that, name another folder in CMELEDGER_HISTORY, or go without undo and "
            "recovery: CMELEDGER_HISTORY=off",
        ) from error


def _has_happened(
    file: str,
    before: bytes,
    after: bytes,
    history: History | None,
    entry: Entry | None,
    *,
    direct: bool,
) -> bool:
    """Look how a save that did not go through has left the file, and note it in the history.

    Raises NotWritten for a file that is half written.
    """
    try:
        now = disk.read_file(file)
    except OSError:
        now = before  # it is gone, or cannot be read: it is not our text that is there
    if direct and now not in (before, after):
        raise NotWritten(
            file,
            "writing in place failed in the middle and could not be taken back",
            "free the disk of its trouble, then bring the text back: cmeledger undo"
            if entry
            else "free the disk of its trouble; the file is damaged: look at it in an editor",
        )
    if entry and history:
        if now == after:
            history.confirm(entry)
        else:
            history.drop(entry)
    return now == after


def _keep(file: str, after: bytes, history: History | None) -> str:
    """Keep the text that could not be saved, and say where."""
    if history:
        with contextlib.suppress(OSError):
            return f"the whole text that was to be saved is in {history.keep_unsaved(file, after)}"
    return "your change was not kept anywhere: enter it again after that"


def refuse_read_only(file: str, handle: int) -> None:
    """Raise NotWritten for a file that its owner, or the system, protects."""
    if stat.S_IMODE(os.fstat(handle).st_mode) & 0o222 == 0:
        raise NotWritten(
            file,
            "the file is read-only; nothing was written",
            f"to change it: chmod u+w {quote(file)}",
        )
    if not os.access(file, os.W_OK):
        if not lock.means(file, handle):  # no name, no permission
            raise put.Moved("another program is moving the file")
        raise NotWritten(
            file,
            "you may not write this file; nothing was written",
            f"ask its owner, or look at: ls -l {quote(file)}",
        )


def _refuse_torn(file: str, before: bytes, order: Order) -> None:
    """Raise NotWritten for a file that a cut-off write in place left half written."""
    if order.kind == "save" and order.history and order.history.torn(file, before):
        raise NotWritten(
            file,
            "the last save, in place, was cut off in the middle; nothing was written",
            "bring the text back first: cmeledger undo",
        )
