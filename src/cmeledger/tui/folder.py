"""What lies in a folder, to pick a file from; and which path a typed or pasted text means."""

import os
import shlex
import stat
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Final, NamedTuple

from cmeledger.report.terminal import day, fit

UP: Final = ".."
DATE_CELLS: Final = 12
SIZE_CELLS: Final = 7


class Entry(NamedTuple):
    """A folder, or a file that can be picked."""

    name: str
    is_folder: bool
    size: int = 0
    """In bytes."""
    changed: float = 0
    """When, in seconds, as the system counts them."""


def read_folder(folder: str) -> list[Entry]:
    """List a folder: the way up, folders by name, then files, the newest first.

    Hidden ones are left out, and what is neither file nor folder. Raises OSError and ValueError for
    what cannot be listed, NotADirectoryError among them.
    """
    folders, files = [], []
    with os.scandir(folder) as found:
        for item in found:
            if item.name.startswith("."):
                continue
            with suppress(OSError):  # a link that leads nowhere
                about = item.stat()
                if stat.S_ISDIR(about.st_mode):
                    folders.append(Entry(item.name, is_folder=True))
                elif stat.S_ISREG(about.st_mode):
                    size, changed = about.st_size, about.st_mtime
                    files.append(Entry(item.name, is_folder=False, size=size, changed=changed))
    folders.sort(key=lambda entry: (entry.name.casefold(), entry.name))
    files.sort(key=lambda entry: (-entry.changed, entry.name))
    up = [] if os.path.dirname(folder) == folder else [Entry(UP, is_folder=True)]
    return [*up, *folders, *files]


def line(entry: Entry, width: int) -> str:
    """Lay out a file with its day and size, or a folder; safe to show, and so many cells wide."""
    if entry.is_folder:
        return fit(f"{entry.name}/", width)
    room = max(4, width - DATE_CELLS - SIZE_CELLS - 2)
    return f"{fit(entry.name, room)} {_day(entry):<{DATE_CELLS}} {_size(entry):>{SIZE_CELLS}}"


def meant(text: str, folder: str) -> str:
    """Find the path that a text means, as typed in a folder, or as terminals and systems paste it.

    Takes `~` for the home folder; quotes, backslashes and `file://` where only so there is a file.
    A whole path that was pasted behind the folder's own stands for itself.
    """
    text = text.removeprefix(os.path.join(folder, ""))
    paths = [
        os.path.abspath(os.path.join(folder, os.path.expanduser(one))) for one in _readings(text)
    ]
    return next((path for path in paths if os.path.lexists(path)), paths[-1])


def _readings(text: str) -> Iterator[str]:
    """Read a text in every way it may be meant; the most ordinary one last."""
    bare = text.strip()
    yield text
    if bare.startswith("file://"):
        from urllib.parse import unquote, urlsplit

        with suppress(ValueError):
            yield unquote(urlsplit(bare).path, errors="surrogateescape")
    with suppress(ValueError):
        words = shlex.split(bare)
        if len(words) == 1 and bare != words[0]:
            yield words[0]
    yield bare


def _day(entry: Entry) -> str:
    try:
        return day(date.fromtimestamp(entry.changed))  # noqa: DTZ012  the physician's own calendar
    except (OSError, OverflowError, ValueError):  # no day that a calendar has
        return ""


def _size(entry: Entry) -> str:
    size = float(entry.size)
    for unit in ("B", "kB", "MB"):
        if size < 999.5:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.0f} GB"
