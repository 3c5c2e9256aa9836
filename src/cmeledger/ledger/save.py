"""Put a changed ledger on the disk: whole or not at all, and over nobody else's change.

The steps and the reasons for them are in docs/guarantees.md. An operation is a function from the
ledger's bytes to the bytes it should have; it is applied to what is in the file at that moment,
and raises Conflict where the text it is about is no longer what it was made for.
"""

import contextlib
import errno
import os
import secrets
import stat
import time
from collections.abc import Callable
from typing import Final, NamedTuple

from cmeledger.ledger import disk, lock, platform
from cmeledger.ledger.history import Entry, History, Touched
from cmeledger.problems import Conflict, NotWritten

WAIT: Final = 5.0
"""How many seconds another writer is waited for."""

Operation = Callable[[bytes], bytes]

_NO_PLACE_BESIDE: Final = frozenset({errno.EACCES, errno.EPERM})
"""Why no file can be made beside the ledger though the ledger can be written."""
_FIXED: Final = frozenset({errno.EBUSY, errno.EXDEV, errno.EPERM, errno.EACCES})
"""Why the ledger's name cannot be given to another file: a mount point, for one."""


class Saved(NamedTuple):
    """How a save ended."""

    before: bytes
    after: bytes
    confirmed: bool
    """False: saved, but the disk did not confirm it (exit 5)."""
    note: str | None
    """What there is to say of the way it was written."""


class _Save(NamedTuple):
    """What is to be saved."""

    based_on: bytes
    operation: Operation
    what: str
    history: History | None
    touched: Touched
    kind: str
    target: int | None


class _Moved(Exception):
    """The file changed under our hands: begin anew with what is there now."""


class _InPlace(Exception):
    """The ledger can be written only in place; the text says why."""


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
    order = _Save(based_on, operation, what, history, touched, kind, target)
    real = resolve(file)
    until = time.monotonic() + wait
    while True:
        try:
            with lock.locked(real, max(0.0, until - time.monotonic())) as handle:
                return _attempt(real, handle, order)
        except _Moved as error:
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


def _attempt(file: str, handle: int, order: _Save) -> Saved:
    """Save once, with the ledger locked. Raises _Moved to be called again."""
    try:
        _refuse_read_only(file, handle)
        before = disk.read_all(handle)
    except OSError as error:
        raise disk.not_written(file, error) from error
    if platform.is_being_written(handle):
        raise _Moved("another program is writing the file")
    if order.based_on and not before:
        raise _Moved("another program has emptied the file")
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
            confirmed = _beside(file, handle, before, after)
        except _InPlace as reason:
            direct = True
            if entry and order.history:
                entry = order.history.in_place(entry)
            _directly(file, handle, before, after)
            confirmed = True
            notes.append(f"it was written in place: {reason}")
    except OSError as error:
        if not _has_happened(file, before, after, order.history, entry, direct=direct):
            raise disk.not_written(file, error, _keep(file, after, order.history)) from error
        confirmed = False
    except _Overtaken as error:
        _has_happened(file, before, after, order.history, entry, direct=direct)
        raise Conflict(file, str(error), "bring the two together: diff the two files") from error
    except _Moved:
        if entry and order.history:
            order.history.drop(entry)
        raise
    except BaseException:
        _has_happened(file, before, after, order.history, entry, direct=direct)
        raise
    if entry and order.history:
        order.history.confirm(entry)
    return Saved(before, after, confirmed, "; ".join(notes) or None)


class _Overtaken(Exception):
    """Both texts are on the disk, under two names; the text says which."""


def _begin(file: str, before: bytes, after: bytes, order: _Save) -> Entry | None:
    """Keep the save in the history first."""
    if order.history is None:
        return None
    try:
        return order.history.begin(
            file, order.what, before, after, order.touched, order.kind, order.target
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


def _refuse_read_only(file: str, handle: int) -> None:
    """Raise NotWritten for a file that its owner, or the system, protects."""
    if stat.S_IMODE(os.fstat(handle).st_mode) & 0o222 == 0:
        raise NotWritten(
            file, "the file is read-only; nothing was written", f"to change it: chmod u+w {file}"
        )
    if not os.access(file, os.W_OK):
        if not lock.means(file, handle):  # no name, no permission
            raise _Moved("another program is moving the file")
        raise NotWritten(
            file,
            "you may not write this file; nothing was written",
            f"ask its owner, or look at: ls -l {file}",
        )


def _refuse_torn(file: str, before: bytes, order: _Save) -> None:
    """Raise NotWritten for a file that a cut-off write in place left half written."""
    if order.kind == "save" and order.history and order.history.torn(file, before):
        raise NotWritten(
            file,
            "the last save, in place, was cut off in the middle; nothing was written",
            "bring the text back first: cmeledger undo",
        )


# ── beside and swapped ───────────────────────────────────────────────────────────────────────


def _beside(file: str, handle: int, before: bytes, after: bytes) -> bool:
    """Write a new file beside the ledger and exchange the two. True: the disk confirmed it."""
    found = os.fstat(handle)
    if found.st_nlink > 1:
        raise _InPlace(f"the file has {found.st_nlink} names (hard links)")
    folder, name = os.path.split(file)
    temporary = os.path.join(folder, f".{name}.cmeledger-{os.getpid()}-{secrets.token_hex(4)}")
    writing = f"{temporary}.part"
    try:
        new = disk.make(writing)
    except OSError as error:
        if error.errno in _NO_PLACE_BESIDE:
            raise _InPlace("no new file can be made in its folder") from error
        raise
    ours = writing
    try:
        _dress(new, handle, found)
        disk.fill(new, after)
        writer, new = new, disk.open_to_read(writing)
        os.close(writer)
        # Locked before it bears the ledger's name: nobody takes it up before we are through. Open
        # for reading only: so it can be told whether an editor writes it.
        platform.lock(new)
        os.rename(writing, temporary)
        ours = temporary
        with platform.signals_held():
            return _exchange(file, temporary, handle, new, before, after)
    finally:
        # After an exchange the name may stand for somebody else's text.
        with contextlib.suppress(OSError):
            if lock.means(ours, new):
                os.unlink(ours)
        with contextlib.suppress(OSError):
            os.close(new)


def _dress(new: int, handle: int, found: os.stat_result) -> None:
    """Give a new file the owner, mode and extended attributes of the ledger."""
    try:
        made = os.fstat(new)
        if hasattr(os, "fchown") and (made.st_uid, made.st_gid) != (found.st_uid, found.st_gid):
            os.fchown(new, found.st_uid, found.st_gid)
        if hasattr(os, "fchmod"):
            os.fchmod(new, stat.S_IMODE(found.st_mode))
        if hasattr(os, "listxattr"):
            for name in os.listxattr(handle):
                os.setxattr(new, name, os.getxattr(handle, name))
    except OSError as error:
        if error.errno in (errno.EPERM, errno.EACCES):
            raise _InPlace("a new file could not have its owner and permissions") from error
        if error.errno not in (errno.EOPNOTSUPP, errno.ENOSYS):
            raise


def _exchange(
    file: str, temporary: str, handle: int, new: int, before: bytes, after: bytes
) -> bool:
    """Exchange the names, look at what was displaced, and take the exchange back if need be."""
    if not lock.means(file, handle) or disk.read_all(handle) != before:
        raise _Moved("another program is saving the file")
    try:
        swapped = platform.swap(temporary, file)
        if not swapped:
            os.replace(temporary, file)
    except FileNotFoundError as error:
        raise _Moved("another program is moving the file") from error
    except OSError as error:
        if error.errno in _FIXED:
            raise _InPlace("its name cannot be given to another file") from error
        raise
    folder = os.path.dirname(file)
    if not swapped:
        if disk.read_all(handle) != before:
            raise _overtaken(file, disk.read_all(handle), None)
        return disk.keep_names(folder)
    if _untouched(temporary, handle, before):
        confirmed = disk.keep_names(folder)
        if _untouched(temporary, handle, before):  # somebody may have had it open all the while
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            return confirmed
    try:
        platform.swap(temporary, file)
    except OSError as error:
        raise _overtaken(file, b"", temporary) from error
    if not _untouched(temporary, new, after):
        # Another file, or ours: an editor found it under the ledger's name and saved into it.
        raise _overtaken(file, b"", temporary)
    raise _Moved("another program is saving the file")


def _untouched(temporary: str, handle: int, before: bytes) -> bool:
    """Tell whether what was displaced is what we had read, and nobody is writing it."""
    try:
        return (
            lock.means(temporary, handle)
            and not platform.is_being_written(handle)
            and disk.read_all(handle) == before
        )
    except OSError:
        return False


def _overtaken(file: str, theirs: bytes, temporary: str | None) -> _Overtaken:
    """Keep what somebody else wrote in the same moment under a name of its own."""
    kept = theirs_name(file)
    if temporary is None:
        handle = disk.make(kept)
        try:
            disk.fill(handle, theirs)
        finally:
            os.close(handle)
    else:
        os.rename(temporary, kept)
    return _Overtaken(f"another program saved it in the same moment; its text is kept in {kept}")


def theirs_name(file: str) -> str:
    """Name a file for what somebody else wrote; no file of that name is there."""
    stem = f"{file}.theirs-{time.strftime('%Y%m%d-%H%M%S')}"
    name, count = stem, 1
    while os.path.lexists(name):
        count += 1
        name = f"{stem}-{count}"
    return name


# ── in place ─────────────────────────────────────────────────────────────────────────────────


def _directly(file: str, handle: int, before: bytes, after: bytes) -> None:
    """Write into the ledger itself; the history has both texts.

    What is beyond the old end is written first: on a full disk the old text is still whole then.
    """
    writer = os.open(file, os.O_WRONLY | disk.BINARY | getattr(os, "O_NOFOLLOW", 0))
    try:
        if not os.path.samestat(os.fstat(writer), os.fstat(handle)):
            raise _Moved("another program is saving the file")
        if disk.read_all(handle) != before:
            raise _Moved("another program is saving the file")
        start = disk.shared_ends(before, after)[0]
        with platform.signals_held():
            try:
                if len(after) > len(before):
                    disk.write_all(writer, after[len(before) :], len(before))
                disk.write_all(writer, after[start : len(before)], start)
                os.ftruncate(writer, len(after))
                os.fsync(writer)
            except OSError:
                os.ftruncate(writer, len(before))
                disk.write_all(writer, before[start:], start)
                raise
    finally:
        os.close(writer)
