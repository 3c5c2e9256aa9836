"""A file made for others, as a packet is: whole under its name, or not there at all."""

import contextlib
import os
import secrets
import stat
from collections.abc import Callable
from typing import IO

from cmeledger.ledger import disk, platform
from cmeledger.ledger.leftover import sweep_copies
from cmeledger.problems import NotWritten


def refuse(file: str, *, force: bool) -> None:
    """Refuse a place that cannot be written to, before work is done for it.

    `force` allows another regular file or link to be replaced. Raises NotWritten.
    """
    if os.path.isdir(file):
        advice = "name a file in it: -o FILE"
        raise NotWritten(file, "this is a folder; nothing was written", advice)
    if os.path.lexists(file) and not force:
        advice = "choose another name with -o FILE, or replace it with --force"
        raise NotWritten(file, "there is a file of this name; it was left as it was", advice)


def write(file: str, fill: Callable[[IO[bytes]], object], *, force: bool) -> bool:
    """Write a file beside its place, then give it its name.

    `fill` writes into it. Gives False where the disk did not confirm the name. Raises NotWritten;
    what was there before is then as it was.
    """
    refuse(file, force=force)
    folder = os.path.dirname(file)
    temporary = os.path.join(folder, f".cmeledger-{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        sweep_copies(folder or ".")
        with open(disk.make(temporary), "w+b") as opened:
            platform.lock(opened.fileno())  # whoever sweeps sees that it is in work
            fill(opened)
            opened.flush()
            os.fsync(opened.fileno())
        if force:
            _as_open_as(file, temporary)
            os.replace(temporary, file)
        else:
            disk.settle(temporary, file)
    except FileExistsError:
        refuse(file, force=False)
        raise
    except (OSError, ValueError) as error:
        raise disk.not_written(file, error) from error
    finally:
        with contextlib.suppress(OSError, ValueError):
            os.unlink(temporary)
    return disk.keep_names(folder)


def _as_open_as(file: str, temporary: str) -> None:
    """Let others read what takes a file's place as they could read that file."""
    with contextlib.suppress(FileNotFoundError):
        mode = os.lstat(file).st_mode
        if stat.S_ISREG(mode):
            os.chmod(temporary, stat.S_IMODE(mode) & 0o777)
