"""Files that a killed save left beside the ledger, or a killed copy among the certificates."""

import contextlib
import os
import re
import time
from collections.abc import Iterator
from typing import Final, Literal

from cmeledger.ledger import disk, lock, platform
from cmeledger.ledger.entries import digest
from cmeledger.ledger.history import History
from cmeledger.ledger.put import theirs_name

_YOUNG = 60.0
"""A process is given so many seconds to lock the file it has just made."""
_COPY: Final = re.compile(r"\.cmeledger-(\d+)-[0-9a-f]{8}\.part")


def sweep(file: str, history: History | None = None, *, young: float = _YOUNG) -> list[str]:
    """Remove what dead processes left beside a ledger. For writing commands and screens only.

    Returns the names of files that were kept: they hold a text that stands nowhere else. Nothing
    is done while somebody saves, and no failure matters.
    """
    kept: list[str] = []
    real = os.path.realpath(file)
    folder, name = os.path.split(real)
    ours = re.compile(rf"\.{re.escape(name)}\.cmeledger-(\d+)-[0-9a-f]{{8}}(\.part)?")
    with contextlib.suppress(OSError):
        found = [match for match in map(ours.fullmatch, os.listdir(folder)) if match]
        if not found:
            return kept
        with _held(real) as handle:
            if handle is False:
                return kept
            known = {digest(b"" if handle is None else disk.read_all(handle))}
            for entry in history.entries(real) if history else ():
                known |= {entry.before, entry.after}
            for match in found:
                path = os.path.join(folder, match[0])
                if _is_dead(path, int(match[1]), young):
                    if match[2] or digest(disk.read_file(path)) in known:
                        os.unlink(path)
                    else:
                        kept.append(theirs_name(real))
                        os.rename(path, kept[-1])
    return kept


@contextlib.contextmanager
def _held(file: str) -> Iterator[int | Literal[False] | None]:
    """Lock a file and give it open to read; None: there is none; False: somebody saves."""
    if not os.path.lexists(file):
        yield None
        return
    handle = disk.open_to_read(file)
    try:
        free = platform.lock(handle) is not False and lock.means(file, handle)
        yield handle if free else False
    finally:
        os.close(handle)


def sweep_copies(folder: str) -> None:
    """Remove the parts of certificates that dead processes left in a folder; no failure matters."""
    with contextlib.suppress(OSError):
        for match in filter(None, map(_COPY.fullmatch, os.listdir(folder))):
            path = os.path.join(folder, match[0])
            if _is_dead(path, int(match[1]), _YOUNG):
                os.unlink(path)


def _is_dead(path: str, pid: int, young: float) -> bool:
    """Tell whether nobody works on a file: its lock is free, and its process gone or it is old.

    The process alone says little where the folder is shared with other machines or containers.
    """
    handle = disk.open_to_read(path)
    try:
        if platform.lock(handle) is False:
            return False
        return not platform.is_alive(pid) or time.time() - os.fstat(handle).st_mtime > young
    finally:
        os.close(handle)
