"""What protects a ledger where it stands: facts, each with a verdict and what to do about it.

Nothing here writes or deletes: what a system can do is inferred, or tried without leaving a trace.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from shlex import quote
from typing import Final, NamedTuple

from cmeledger import change, recovery
from cmeledger.book import Book, archive_name, open_book, read_bytes
from cmeledger.git import attributes
from cmeledger.git.look import look
from cmeledger.ledger import beside, disk, history, platform
from cmeledger.ledger.history import History, open_history
from cmeledger.ledger.parse import MAX_BYTES
from cmeledger.ledger.syntax import marked
from cmeledger.problems import LedgerUnreadable, LedgerUnusable

NETWORK: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "davfs", "webdav"}
)
MEMORY: Final = frozenset({"tmpfs", "ramfs"})
_SYNC_FOLDERS: Final = (
    ("dropbox", "Dropbox"),
    ("onedrive", "OneDrive"),
    ("google drive", "Google Drive"),
    ("googledrive", "Google Drive"),
    ("my drive", "Google Drive"),
    ("icloud", "iCloud"),
    ("mobile documents", "iCloud"),
    ("com~apple~clouddocs", "iCloud"),
    ("nextcloud", "Nextcloud"),
    ("owncloud", "ownCloud"),
)


class Fact(NamedTuple):
    """One thing that is so, and what it means for the ledger."""

    id: str
    state: str
    """ "ok", "note" (worth knowing) or "attention" (something to do)."""
    text: str
    help: str = ""


def examine(file: str, day: date, env: Mapping[str, str]) -> list[Fact]:
    """Gather the facts about a ledger, one that cannot be used as well.

    Raises LedgerUnreadable where there is no file to look at.
    """
    book: Book | None = None
    try:
        book = open_book(file, day)
        data = book.data
    except LedgerUnusable:
        data = _bytes(file)
    saved = open_history(env)
    return [
        *_the_file(file, data),
        _usable(file, book),
        *_markers(book),
        *_the_place(file),
        *_neighbors(file),
        *_history(file, data, book, saved),
        *_company(file, saved),
        _git(file, data, env),
        *_merging(file, env),
    ]


def needs_attention(facts: list[Fact]) -> bool:
    """Tell whether there is something to do."""
    return any(fact.state == "attention" for fact in facts)


def _bytes(file: str) -> bytes:
    try:
        return read_bytes(file)
    except LedgerUnusable:  # too large to be read
        return b""


def _the_file(file: str, data: bytes) -> Iterator[Fact]:
    real = os.path.realpath(file)
    if os.path.islink(file):
        yield Fact("link", "ok", f"{file} is a link to {real}; a save keeps it one")
    found = os.stat(real)
    mode = stat.S_IMODE(found.st_mode)
    text = f"{real}: {found.st_size:,} bytes, mode {mode:04o}"
    if not os.access(real, os.W_OK) or mode & 0o222 == 0:
        yield Fact("file", "note", f"{text}: read-only", "to save in it: chmod u+w FILE")
    elif mode & 0o077:
        help = "if others use this machine: chmod 600 FILE"
        yield Fact("file", "note", f"{text}: not for you alone", help)
    else:
        yield Fact("file", "ok", text)
    if found.st_nlink > 1:
        help = "such a file is saved in place, which a power cut can tear; undo mends it"
        yield Fact("hard-links", "note", f"the file has {found.st_nlink} names (hard links)", help)
    if found.st_size > MAX_BYTES * 3 // 4:
        help = "move records that may go into an archive"
        yield Fact("size", "attention", f"at most {MAX_BYTES:,} bytes are read", help)
    yield _encoding(data)


def _encoding(data: bytes) -> Fact:
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Fact("encoding", "attention", "not UTF-8", "save the file as UTF-8 in your editor")
    crlf = data.count(b"\r\n")
    lf = data.count(b"\n") - crlf
    ends = "LF and CRLF mixed" if crlf and lf else "CRLF" if crlf else "LF"
    mark = ", with a byte order mark" if data.startswith(b"\xef\xbb\xbf") else ""
    return Fact("encoding", "ok", f"UTF-8{mark}, lines end with {ends}; a save keeps that")


def _usable(file: str, book: Book | None) -> Fact:
    if book is None:
        help = f"see why: cmeledger check {quote(file)}"
        return Fact("ledger", "attention", "the ledger cannot be used as it is", help)
    count = sum(not archived for _, archived, _ in change.records(book))
    left_out = sum(not item.archived for item in book.ledger.left_out)
    records = f"{count} record" if count == 1 else f"{count} records"
    if left_out:
        text = f"{records}, {left_out} of them left out for an error"
        return Fact("ledger", "attention", text, f"see why: cmeledger check {quote(file)}")
    return Fact("ledger", "ok", f"the ledger reads well: {records}")


def _markers(book: Book | None) -> Iterator[Fact]:
    """Find git's conflict markers in a text of several lines, where they are no fault of TOML."""
    for problem in marked(book.document.text) if book else ():
        yield Fact("git-markers", "attention", problem.message, problem.help)


def _the_place(file: str) -> Iterator[Fact]:
    real = os.path.realpath(file)
    folder = os.path.dirname(real)
    if os.access(folder, os.W_OK | os.X_OK):
        yield Fact("folder", "ok", f"{folder} can be written")
    else:
        help = "saves are written in place, which a power cut can tear; undo mends it"
        yield Fact("folder", "note", f"{folder} cannot be written", help)
    kind = platform.file_system(real)
    yield _file_system(kind)
    yield _locks(real)
    swaps = platform.swaps_on(kind)
    if swaps:
        yield Fact("exchange", "ok", "old and new file are exchanged in one step")
    else:
        help = "a save renames instead; close the file in other programs before"
        what = "cannot" if swaps is False else "may not be able to"
        yield Fact("exchange", "note", f"this disk {what} exchange two names", help)
    yield _sync(folder)


def _file_system(kind: str | None) -> Fact:
    if kind is None:
        return Fact("file-system", "note", "the system does not tell what disk the file is on")
    if kind in MEMORY:
        help = "move the ledger to a disk, and a copy of it to another"
        text = f"the file is in memory ({kind}) and gone when the machine is off"
        return Fact("file-system", "attention", text, help)
    if kind in NETWORK or kind in ("fuse.sshfs", "fuse.rclone", "fuse.gvfsd-fuse", "fuse.davfs"):
        help = "save from one machine at a time"
        return Fact("file-system", "note", f"the file is on a network share ({kind})", help)
    return Fact("file-system", "ok", f"the file is on a disk of this machine ({kind})")


def _locks(real: str) -> Fact:
    try:
        handle = disk.open_to_read(real)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        return Fact("lock", "note", f"the lock could not be tried: {why}")
    try:
        locked = platform.lock(handle)
        holder = None if locked else platform.lock_holder(handle)
    finally:
        os.close(handle)
    if locked is None:
        text = "there are no locks here: a lock file beside the ledger keeps two saves apart"
        return Fact("lock", "note", text, "save from one machine at a time")
    if not locked:
        who = platform.process_name(holder) if holder else "another process"
        return Fact("lock", "note", f"it is just being saved by {who}", "look again in a moment")
    return Fact("lock", "ok", "a lock keeps two saves apart")


def _sync(folder: str) -> Fact:
    while True:
        name = os.path.basename(folder).lower()
        who = next((who for start, who in _SYNC_FOLDERS if name.startswith(start)), None)
        if who is None and os.path.lexists(os.path.join(folder, ".stfolder")):
            who = "Syncthing"
        if who is not None:
            help = "edit it on one machine at a time, and let that one finish syncing"
            return Fact("sync", "note", f"the folder is synchronized by {who}", help)
        above = os.path.dirname(folder)
        if above == folder:
            return Fact("sync", "ok", "the folder is in none of the known sync folders")
        folder = above


def _neighbors(file: str) -> Iterator[Fact]:
    found = beside.look(file)
    folder = os.path.dirname(os.path.realpath(file))
    for item in found:
        to_do = item.kind in ("theirs", "copy") or item.is_open is False
        state = "attention" if to_do else "note"
        yield Fact(item.kind, state, beside.what(item), beside.advice(item))
    if not found:
        yield Fact("beside", "ok", f"no copies, open editors or rests of saves in {folder}")


def _history(file: str, data: bytes, book: Book | None, saved: History | None) -> Iterator[Fact]:
    if saved is None:
        help = "there is no undo and no recovery; to switch it on: unset CMELEDGER_HISTORY"
        yield Fact("history", "note", "the history is switched off", help)
        return
    place = saved.place(file)
    if not _can_be_made(place):
        help = "saves are refused; mend that, or name another folder in CMELEDGER_HISTORY"
        yield Fact("history", "attention", f"the history in {place} cannot be written", help)
        return
    for entry in saved.of_moved(file, data):
        old = os.path.dirname(entry.path)
        help = f"to take it along: mv {quote(old)} {quote(place)}"
        if os.path.lexists(place):
            help = "there is a new one for it here; remove the old one when you like"
        text = f"the ledger was moved from {entry.file}; its history is still in {old}"
        yield Fact("moved", "note", text, help)
    entries = saved.entries(file)
    if not entries:
        yield Fact("history", "ok", f"nothing saved yet; the history will be in {saved.folder}")
    else:
        size = sum(item.stat().st_size for item in os.scandir(place) if item.is_file())
        last = datetime.fromtimestamp(entries[-1].time, UTC).astimezone()
        count = f"{len(entries)} save" if len(entries) == 1 else f"{len(entries)} saves"
        yield Fact(
            "history",
            "ok",
            f"{count} in {place}, {size:,} bytes; the last {last:%Y-%m-%d %H:%M}: "
            f"{entries[-1].what}",
            f"at most {history.MAX_ENTRIES} saves, {history.MAX_DAYS} days and "
            f"{history.MAX_BYTES >> 20} MB are kept; to delete it, remove that folder; "
            "to go without: CMELEDGER_HISTORY=off",
        )
    if saved.torn(file, data):
        help = "bring the text back: cmeledger undo"
        yield Fact("torn", "attention", "the last save was cut off in the middle", help)
    if book is not None:
        for text in recovery.notes(recovery.find(book, saved)):
            yield Fact("recover", "attention", text, f"see them: cmeledger recover {quote(file)}")
    unsaved, drafts = saved.unfinished(file)
    for path in unsaved:
        help = "take over from it what is missing, then remove it"
        yield Fact("unsaved", "attention", f"{path}: a text that could not be saved", help)
    for path in drafts:
        yield Fact("draft", "note", f"{path}: an unfinished form")


def _can_be_made(folder: str) -> bool:
    """Tell whether a folder can be written, or made where it is missing."""
    while not os.path.lexists(folder) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    return os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK)


def _company(file: str, saved: History | None) -> Iterator[Fact]:
    archive = archive_name(os.path.realpath(file))
    if os.path.lexists(archive):
        try:
            size = len(read_bytes(archive))
            yield Fact("archive", "ok", f"{archive}: {size:,} bytes")
        except (LedgerUnreadable, LedgerUnusable):
            help = f"see why: cmeledger check {quote(file)}"
            yield Fact("archive", "attention", f"{archive} cannot be read", help)
    elif saved is not None and (gone := recovery.archive_gone(file, saved)) is not None:
        help = (
            "its records are not counted: bring it back from git, a backup or another computer; "
            f"if it is to be gone, remove {quote(saved.place(archive))}"
        )
        yield Fact("archive", "attention", gone, help)
    else:
        yield Fact("archive", "ok", "there is no archive beside the ledger")
    folder = os.path.join(os.path.dirname(archive), "evidence")
    if os.path.isdir(folder):
        yield Fact("evidence", "ok", f"{folder}: keep it where the ledger is")
    else:
        help = "certificates are best kept in a folder evidence beside the ledger"
        yield Fact("evidence", "note", "there is no folder evidence beside the ledger", help)


def _git(file: str, data: bytes, env: Mapping[str, str]) -> Fact:
    found = look(file, data, env)
    when = f"{found.committed.astimezone():%Y-%m-%d}" if found.committed else ""
    commit = "commit it: cmeledger commit"
    state, text, help = {
        "no-git": ("note", "git is not installed", "keep a copy on another disk"),
        "no-answer": ("note", "git did not answer", "look with: git status"),
        "no-repository": (
            "note",
            "the folder is in no git repository that git will read",
            "every version kept: cmeledger git setup --init; else keep a copy on another disk",
        ),
        "untracked": ("note", "the folder is in a git repository, the ledger is not", commit),
        "added": ("note", "git knows the ledger, and has no commit of it yet", commit),
        "changed": ("note", f"changed since its last commit, {when}", commit),
        "committed": ("ok", f"committed as it is, last on {when}", ""),
    }[found.state]
    return Fact("git", state, f"git: {text}" if state == "ok" else text, help)


def _merging(file: str, env: Mapping[str, str]) -> Iterator[Fact]:
    setup = f"cmeledger git setup {quote(file)}"
    for item in attributes.merging(file, archive_name(file), env):
        names = " and ".join(item.names)
        wrong = attributes.explanation(item)
        if wrong is not None:
            yield Fact("git-merge", "attention", wrong, f"set that up: {setup}")
        elif item.way == "lines":
            help = f"have it merge records: {setup}"
            yield Fact("git-merge", "note", f"git merges {names} line by line", help)
        else:
            yield Fact("git-merge", "ok", f"git merges {names} record by record")
