"""What stands beside a ledger and bears on it: copies of conflicts, open editors, rests of saves.

The folder's names are looked at once; only a lock or swap file that an editor made for this ledger
is opened. Other ledgers, the archive and backups are ordinary neighbors and are not named.
"""

import os
import re
import socket
import stat
from typing import Final, NamedTuple

from cmeledger.ledger import disk, platform

_SYNC: Final = (
    # What follows the name's stem, and who writes such names.
    (r" ?\(.*conflicted copy.*\)", "Dropbox or Nextcloud"),
    (r"_conflict-\d{8}-\d{6}", "ownCloud"),
    (r"\.sync-conflict-\d{8}-\d{6}-[A-Z0-9]{7}", "Syncthing"),
    (r" ?\([1-9]\d?\)", "OneDrive or Google Drive"),
    (r" [2-9]", "iCloud"),
)


class Beside(NamedTuple):
    """One file beside a ledger."""

    name: str
    kind: str
    """ "theirs", "copy", "editor" or "rest"."""
    who: str
    """Who made it: a sync program, an editor's process; "" where nobody can tell."""
    is_open: bool | None = None
    """Of an editor's file: whether the editor still runs; None: nobody can tell."""


def look(file: str, host: str | None = None) -> list[Beside]:
    """Look at the names in a ledger's folder; what cannot be read is not there.

    `host` is this machine's name.
    """
    folder, name = os.path.split(os.path.realpath(file))
    host = socket.gethostname() if host is None else host
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    stem, extension = map(re.escape, os.path.splitext(name))
    own = re.escape(name)
    theirs = re.compile(rf"{own}\.theirs-\d{{8}}-\d{{6}}(-\d+)?")
    rest = re.compile(rf"\.{own}\.cmeledger-(\d+)-[0-9a-f]{{8}}(\.part)?")
    # OneDrive writes the name of a machine behind the stem: of which it may be, this one is known.
    sync = [*_SYNC, (rf"-{re.escape(host.split('.')[0])}(-[1-9]\d?)?", "OneDrive")]
    copies = [(re.compile(rf"{stem}{part}{extension}", re.IGNORECASE), who) for part, who in sync]
    found = []
    for other in names:
        if other == name:
            continue
        if theirs.fullmatch(other):
            found.append(Beside(other, "theirs", ""))
        elif rest.fullmatch(other):
            found.append(Beside(other, "rest", ""))
        elif name in other:
            found += _of_an_editor(folder, name, other, host)
        if who := next((who for pattern, who in copies if pattern.fullmatch(other)), None):
            found.append(Beside(other, "copy", who))
    return found


def what(item: Beside) -> str:
    """Say what a file beside the ledger is."""
    if item.kind == "theirs":
        return f"{item.name} is what another program saved in the same moment as this one"
    if item.kind == "copy":
        return f"{item.name} looks like a copy by {item.who}, made where two changes met"
    if item.kind == "rest":
        return f"{item.name} is of a save that was cut off, or goes on just now"
    if item.is_open is False:
        return f"{item.name} was left by an editor that ended without saving ({item.who})"
    verb = "is" if item.is_open else "may be"
    return f"the ledger {verb} open in an editor ({item.name}: {item.who})"


def advice(item: Beside) -> str:
    """Say what to do about it."""
    if item.kind in ("theirs", "copy"):
        return "compare the two, take over what is missing, then remove it"
    if item.kind == "rest":
        return "the next command that writes clears it away"
    if item.is_open is False:
        return "it may hold unsaved text: open the ledger there once, and look"
    return "after a save by this program, read the file again there before you save"


def note(item: Beside) -> str:
    """Say it before a save; nothing where it does not bear on that."""
    bears = item.kind != "rest" and item.is_open is not False
    return f"{what(item)}; {advice(item)}" if bears else ""


def _of_an_editor(folder: str, name: str, other: str, host: str) -> list[Beside]:
    path = os.path.join(folder, other)
    if re.fullmatch(rf"\.{re.escape(name)}\.sw[a-p]", other):
        return [Beside(other, "editor", *_vim(path, host))]
    if other == f".#{name}":
        return [Beside(other, "editor", *_emacs(path, host))]
    if other == f"#{name}#":
        return [Beside(other, "editor", "Emacs")]
    if other == f".~lock.{name}#":
        return [Beside(other, "editor", "LibreOffice")]
    if other == f".{name}.kate-swp":
        return [Beside(other, "editor", "Kate")]
    return []


def _vim(path: str, host: str) -> tuple[str, bool | None]:
    """Read the first block of a swap file: the process, and the machine it runs on."""
    head = b""
    try:
        handle = disk.open_to_read(path)
        try:
            if stat.S_ISREG(os.fstat(handle).st_mode):
                head = os.read(handle, 108)
        finally:
            os.close(handle)
    except OSError:
        return "Vim", None
    if len(head) < 108 or not head.startswith(b"b0"):
        return "Vim", None
    pid = int.from_bytes(head[24:28], "little")
    there = head[68:108].split(b"\0")[0].decode("utf-8", "replace")
    return _process("Vim", pid, there, host, "vi")


def _emacs(path: str, host: str) -> tuple[str, bool | None]:
    """Read what the link that is Emacs's lock says: user@host.pid:boot."""
    try:
        match = re.fullmatch(r".*@(.+)\.(\d+)(:\d+)?", os.readlink(path))
    except OSError:
        match = None
    if match is None:
        return "Emacs", None
    return _process("Emacs", int(match[2]), match[1], host, "emacs")


def _process(editor: str, pid: int, there: str, host: str, word: str) -> tuple[str, bool | None]:
    if there != host:
        return f"{editor}, on {there}", None
    # The number may have gone to another program since.
    alive = platform.is_alive(pid) and platform.may_be(pid, word)
    return f"{editor}, process {pid}", alive
