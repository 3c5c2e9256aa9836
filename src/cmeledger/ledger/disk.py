"""Small steps on files that everything which writes shares."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from typing import Final

from cmeledger.problems import NotWritten

BINARY: Final[int] = getattr(os, "O_BINARY", 0)
_SAFE: Final[int] = (
    # A link is never followed by surprise, and a pipe never waited for.
    BINARY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
)

_REASONS: Final = {
    errno.ENOSPC: (
        "there is no room on the disk",
        "make room on that disk, then save again",
    ),
    errno.EDQUOT: (
        "your quota on that disk is used up",
        "make room, or ask for more, then save again",
    ),
    errno.EROFS: (
        "the disk is mounted read-only",
        "move the ledger to a disk that can be written, or mount this one for writing",
    ),
    errno.EACCES: (
        "you may not write there",
        "look at the permissions of the file and its folder: ls -ld FILE FOLDER",
    ),
    errno.EPERM: (
        "the system does not permit it",
        "look whether the file is protected: lsattr FILE",
    ),
    errno.EIO: (
        "the disk reported an error",
        "copy the ledger to another disk now, then check this one",
    ),
    errno.ENOENT: (
        "the file or its folder is gone",
        "look whether it was moved or renamed, or its disk was taken out",
    ),
}


def not_written(file: str, error: OSError | ValueError, more: str = "") -> NotWritten:
    """Say why a file could not be written, and what to do.

    `more` says where the text is that was to be written.
    """
    why = getattr(error, "strerror", None) or str(error)
    reason, advice = _REASONS.get(
        getattr(error, "errno", None) or 0, (why.lower(), "mend that, then save again")
    )
    advice = f"{advice}\n{more}" if more else advice
    gone = getattr(error, "errno", None) == errno.ENOENT
    return NotWritten(file, reason if gone else f"{reason}; the file is as it was", advice)


def open_to_read(file: str) -> int:
    """Open a file by a name that is no link."""
    return os.open(file, os.O_RDONLY | _SAFE)


def make(file: str) -> int:
    """Make a file that must not be there yet, to write and read."""
    return os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | _SAFE, 0o600)


def write_all(handle: int, data: bytes, offset: int = 0) -> None:
    """Write at a place, however often the system takes only a part."""
    os.lseek(handle, offset, os.SEEK_SET)
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def fill(handle: int, data: bytes) -> None:
    """Write a new file and have the disk keep it."""
    write_all(handle, data)
    os.fsync(handle)


def settle(temporary: str, name: str) -> None:
    """Give a whole file its name in the same folder; FileExistsError where that is taken.

    The temporary name may stay. Nothing half written ever bears the name.
    """
    try:
        os.link(temporary, name)
    except FileExistsError:
        raise
    except OSError:  # no hard links here: the name is taken with an empty file first
        os.close(make(name))
        try:
            os.replace(temporary, name)
        except OSError:
            os.unlink(name)
            raise


def read_all(handle: int) -> bytes:
    """Read an open file from its beginning."""
    return b"".join(blocks(handle))


def open_regular(file: str) -> int:
    """Open a regular file by a name that is no link."""
    handle = open_to_read(file)
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return handle
    os.close(handle)
    raise OSError(errno.EINVAL, "this is not a regular file", file)


def read_file(file: str) -> bytes:
    """Read a regular file by a name that is no link."""
    handle = open_regular(file)
    try:
        return read_all(handle)
    finally:
        os.close(handle)


def blocks(handle: int) -> Iterator[bytes]:
    """Read an open file from its beginning, as much at a time as memory does not notice."""
    os.lseek(handle, 0, os.SEEK_SET)
    while block := os.read(handle, 1 << 20):
        yield block


def keep_names(folder: str) -> bool:
    """Ask the disk to keep the names in a folder; False: it did not confirm that."""
    if os.name == "nt":  # folders cannot be opened there; the file system keeps its own journal
        return True
    try:
        handle = os.open(folder or ".", os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError:
        return False
    return True


def shared_ends(before: bytes, after: bytes) -> tuple[int, int]:
    """Measure what two texts share: the bytes at the beginning, and those at the end after that."""
    most = min(len(before), len(after))
    start = _longest(most, lambda size: before[:size] == after[:size])
    rest = most - start
    end = _longest(rest, lambda size: before[len(before) - size :] == after[len(after) - size :])
    return start, end


def _longest(most: int, agrees: Callable[[int], bool]) -> int:
    """Find the greatest size that agrees, given that every smaller one does too."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if agrees(middle):
            low = middle
        else:
            high = middle - 1
    return low
