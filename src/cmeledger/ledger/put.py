"""Put new bytes in a ledger's place, with the ledger locked: beside and swapped, or in place.

The steps and the reasons for them are in docs/guarantees.md.
"""

import contextlib
import errno
import os
import secrets
import stat
import time
from typing import Final

from cmeledger.ledger import disk, lock, platform

_NO_PLACE_BESIDE: Final = frozenset({errno.EACCES, errno.EPERM})
"""Why no file can be made beside the ledger though the ledger can be written."""
_FIXED: Final = frozenset({errno.EBUSY, errno.EXDEV, errno.EPERM, errno.EACCES})
"""Why the ledger's name cannot be given to another file: a mount point, for one."""


class Moved(Exception):
    """The file changed under our hands: begin anew with what is there now."""


class InPlace(Exception):
    """The ledger can be written only in place; the text says why."""


class Overtaken(Exception):
    """Both texts are on the disk, under two names; the text says which."""


# ── beside and swapped ───────────────────────────────────────────────────────────────────────


def beside(file: str, handle: int, before: bytes, after: bytes) -> bool:
    """Write a new file beside the ledger and exchange the two. True: the disk confirmed it."""
    found = os.fstat(handle)
    if found.st_nlink > 1:
        raise InPlace(f"the file has {found.st_nlink} names (hard links)")
    folder, name = os.path.split(file)
    temporary = os.path.join(folder, f".{name}.cmeledger-{os.getpid()}-{secrets.token_hex(4)}")
    writing = f"{temporary}.part"
    try:
        new = disk.make(writing)
    except OSError as error:
        if error.errno in _NO_PLACE_BESIDE:
            raise InPlace("no new file can be made in its folder") from error
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
            raise InPlace("a new file could not have its owner and permissions") from error
        if error.errno not in (errno.EOPNOTSUPP, errno.ENOSYS):
            raise


def _exchange(
    file: str, temporary: str, handle: int, new: int, before: bytes, after: bytes
) -> bool:
    """Exchange the names, look at what was displaced, and take the exchange back if need be."""
    if not lock.means(file, handle) or disk.read_all(handle) != before:
        raise Moved("another program is saving the file")
    try:
        swapped = platform.swap(temporary, file)
        if not swapped:
            os.replace(temporary, file)
    except FileNotFoundError as error:
        raise Moved("another program is moving the file") from error
    except OSError as error:
        if error.errno in _FIXED:
            raise InPlace("its name cannot be given to another file") from error
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
    raise Moved("another program is saving the file")


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


def _overtaken(file: str, theirs: bytes, temporary: str | None) -> Overtaken:
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
    return Overtaken(f"another program saved it in the same moment; its text is kept in {kept}")


def theirs_name(file: str) -> str:
    """Name a file for what somebody else wrote; no file of that name is there."""
    stem = f"{file}.theirs-{time.strftime('%Y%m%d-%H%M%S')}"
    name, count = stem, 1
    while os.path.lexists(name):
        count += 1
        name = f"{stem}-{count}"
    return name


# ── in place ─────────────────────────────────────────────────────────────────────────────────


def directly(file: str, handle: int, before: bytes, after: bytes) -> None:
    """Write into the ledger itself; the history has both texts.

    What is beyond the old end is written first: on a full disk the old text is still whole then.
    """
    writer = os.open(file, os.O_WRONLY | disk.BINARY | getattr(os, "O_NOFOLLOW", 0))
    try:
        if not os.path.samestat(os.fstat(writer), os.fstat(handle)):
            raise Moved("another program is saving the file")
        if disk.read_all(handle) != before:
            raise Moved("another program is saving the file")
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
