"""One writer at a time: the lock of a ledger."""

import contextlib
import json
import os
import random
import socket
import stat
import time
from collections.abc import Iterator
from typing import Final

from cmeledger.ledger import disk, platform
from cmeledger.problems import NotWritten

GONE: Final = 1.0
"""How many seconds a missing file is waited for: some editors move it away and make it anew."""


@contextlib.contextmanager
def locked(file: str, wait: float) -> Iterator[int]:
    """Hold the lock of a ledger; the handle is open on it for reading.

    The lock is on the ledger's own inode, so a killed process leaves nothing behind. A save gives
    the name another inode: whoever waited looks whether the name still means what was locked.
    Raises NotWritten after `wait` seconds, or where the file is none to lock.
    """
    began = time.monotonic()
    while True:
        waited = time.monotonic() - began
        try:
            handle = disk.open_to_read(file)
        except FileNotFoundError as error:
            if waited > min(wait, GONE):
                raise gone(file) from error
            pause()
            continue
        except OSError as error:
            raise disk.not_written(file, error) from error
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise irregular(file)
            ours = platform.lock(handle)
            if ours is None:
                with _lock_file(file, wait - waited):
                    yield handle
                return
            if ours and means(file, handle):
                yield handle
                return
            if not ours and waited > wait:
                raise _busy(file, platform.lock_holder(handle))
        finally:
            with contextlib.suppress(OSError):
                os.close(handle)
        if not ours:
            pause()


def means(file: str, handle: int) -> bool:
    """Tell whether a name still means an open file."""
    try:
        return os.path.samestat(os.lstat(file), os.fstat(handle))
    except OSError:
        return False


def pause() -> None:
    """Wait a moment, not the same for all who wait."""
    time.sleep(random.uniform(0.001, 0.02))  # noqa: S311 - its dice need no secrecy


def gone(file: str) -> NotWritten:
    """Say that there is no file any more."""
    return NotWritten(
        file,
        "the file is gone; nothing was written",
        "look whether it was moved or renamed, or its disk was taken out",
    )


def irregular(file: str) -> NotWritten:
    """Say that a name is no file."""
    return NotWritten(
        file, "this is not a regular file", "a ledger is a plain text file; name that file"
    )


def _busy(file: str, pid: int | None, host: str = "") -> NotWritten:
    who = platform.process_name(pid) if pid and not host else f"process {pid} on {host}"
    if pid is None:
        who = "another process"
    return NotWritten(
        file,
        f"it is being saved by {who}; nothing was written",
        "wait for that, or end it, then save again",
    )


@contextlib.contextmanager
def _lock_file(file: str, wait: float) -> Iterator[None]:
    """Hold a lock where the file system has none: a file that names its holder."""
    folder, name = os.path.split(file)
    path = os.path.join(folder, f".{name}.cmeledger-lock")
    mine = {"host": socket.gethostname(), "pid": os.getpid(), "boot": platform.boot()}
    began = time.monotonic()
    while True:
        try:
            handle = disk.make(path)
        except FileExistsError as error:
            holder = _holder(path)
            if holder and _is_dead(holder, mine):
                _break(path, holder)
                continue
            if time.monotonic() - began > wait:
                pid, host = (holder or {}).get("pid"), (holder or {}).get("host")
                other = str(host) if host != mine["host"] else ""
                raise _busy(file, pid if isinstance(pid, int) else None, other) from error
            pause()
            continue
        except OSError as error:
            raise disk.not_written(file, error) from error
        break
    try:
        try:
            disk.fill(handle, json.dumps(mine).encode())
        finally:
            os.close(handle)
        yield
    finally:
        with contextlib.suppress(OSError):
            os.unlink(path)


def _holder(path: str) -> dict[str, object] | None:
    """Read who holds a lock file; None: it is just being written, or gone."""
    try:
        found = json.loads(disk.read_file(path))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _is_dead(holder: dict[str, object], mine: dict[str, object]) -> bool:
    if holder.get("host") != mine["host"]:
        return False  # nobody can tell from here
    pid = holder.get("pid")
    return holder.get("boot") != mine["boot"] or (
        isinstance(pid, int) and not platform.is_alive(pid)
    )


def _break(path: str, holder: dict[str, object]) -> None:
    """Take a dead process's lock file away; one that came in between is put back."""
    aside = f"{path}-{os.getpid()}"
    with contextlib.suppress(OSError):
        os.rename(path, aside)
        if _holder(aside) != holder:
            with contextlib.suppress(FileExistsError):
                os.link(aside, path)
        os.unlink(aside)
