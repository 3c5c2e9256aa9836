"""What differs between operating systems: locks, swaps of names, signals, processes.

Nothing platform-bound is imported before it is used, so the module loads anywhere.
"""

import contextlib
import errno
import os
import re
import sys
from collections.abc import Iterator
from typing import Final

_NO_LOCKS: Final = frozenset(
    # EBADF: a network file system that lends locks only to those who may write through the handle.
    {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL, errno.EBADF}
)
_NO_SWAP: Final = frozenset({errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP})
_SWAPPING: Final = frozenset(
    {"ext4", "ext3", "xfs", "btrfs", "f2fs", "bcachefs", "tmpfs", "overlay", "ubifs", "zfs"}
)
_OCTAL: Final = re.compile(r"\\([0-7]{3})")
_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2
_RENAME_SWAP: Final = 2


def lock(handle: int) -> bool | None:
    """Try to lock an open file for this process.

    Returns True: it is locked; False: somebody else holds it; None: there are no locks here. The
    system takes the lock back when the handle is closed or the process dies.
    """
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES):
            return False
        if error.errno in _NO_LOCKS:
            return None
        raise
    return True


def lock_holder(handle: int) -> int | None:
    """Find the process that holds the lock of an open file, where the system tells."""
    found = os.fstat(handle)
    place = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    try:
        with open("/proc/locks", encoding="ascii") as table:
            for line in table:
                words = line.split()
                if len(words) > 5 and words[1] == "FLOCK" and words[5] == place:
                    return int(words[4]) if int(words[4]) > 0 else None
    except (OSError, ValueError):
        return None
    return None


def process_name(pid: int) -> str:
    """Name a process as its user would know it."""
    try:
        with open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as name:
            return f"{name.read().strip()} (process {pid})"
    except OSError:
        return f"process {pid}"


def is_alive(pid: int) -> bool:
    """Tell whether a process of this machine runs; when in doubt, it does."""
    if sys.platform == "win32":  # os.kill would end it there
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def may_be(pid: int, word: str) -> bool:
    """Tell whether a process may be a program with a word in its name; when in doubt, it is."""
    name = process_name(pid)
    return word in name.lower() or name == f"process {pid}"


def boot() -> str:
    """Tell one run of the machine from the next: a pid means something only within one."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as identity:
            return identity.read().strip()
    except OSError:
        return ""


def file_system(path: str, table: str = "/proc/self/mounts") -> str | None:
    """Name the type of the file system that a path lies on; None: the system does not tell.

    `table` lists what is mounted where, as Linux writes it.
    """
    best, found = "", None
    try:
        with open(table, encoding="utf-8", errors="surrogateescape") as mounts:
            for line in mounts:
                words = line.split(" ")
                if len(words) < 3:
                    continue
                place = _OCTAL.sub(lambda match: chr(int(match[1], 8)), words[1])
                inside = path == place or path.startswith(place.rstrip("/") + "/")
                if inside and len(place) >= len(best):  # of two at one place, the later is on top
                    best, found = place, words[2]
    except OSError:
        return None
    return found


def swaps_on(file_system: str | None) -> bool | None:
    """Tell whether names can be exchanged on a type of file system; None: nobody knows."""
    if sys.platform != "linux":
        return sys.platform == "darwin"
    if file_system is None or file_system.startswith("fuse"):
        return None
    return file_system in _SWAPPING


def swap(first: str, second: str) -> bool:
    """Exchange two names in one step.

    Returns False where the system has no such step; raises OSError where it failed, among others
    FileNotFoundError if either name is gone.
    """
    if sys.platform not in ("linux", "darwin"):
        return False
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(first), os.fsencode(second)
    try:
        if sys.platform == "linux":
            result = library.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE)
        else:
            result = library.renamex_np(names[0], names[1], _RENAME_SWAP)
    except AttributeError:  # a C library without it
        return False
    if result == 0:
        return True
    number = ctypes.get_errno()
    if number in _NO_SWAP:
        return False
    raise OSError(number, os.strerror(number), first, None, second)


def is_being_written(handle: int) -> bool:
    """Tell whether any process has an open file open for writing; False where nobody can tell.

    The handle must be open for reading only. Linux grants a read lease only where there is no
    writer: it is asked for and given back at once.
    """
    if sys.platform != "linux":
        return False
    import fcntl
    import signal

    try:
        # Who opens the file in this very moment breaks the lease, and the signal for that would
        # end the process; SIGURG is ignored.
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    try:
        # Who came in between waits for the lease, and is about to write.
        return fcntl.fcntl(handle, fcntl.F_GETLEASE) != fcntl.F_RDLCK
    finally:
        with contextlib.suppress(OSError):
            fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)


@contextlib.contextmanager
def signals_held() -> Iterator[None]:
    """Let signals that would end or stop this thread wait."""
    import signal

    if sys.platform == "win32":
        yield
        return
    held = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGTSTP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, held)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
