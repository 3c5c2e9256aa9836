"""Attach a certificate to a record: a copy in the folder for evidence, named with its digest.

`plan` looks and makes nothing; `attached` makes the copy, and takes it back where the ledger could
not be saved.
"""

import contextlib
import os
import re
import secrets
import stat
from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import count
from typing import Any, Final, NamedTuple

from cmeledger import change
from cmeledger.book import Book
from cmeledger.evidence import FOLDER, digest_of, inside, kept, look_at, named, who
from cmeledger.ledger import disk, platform
from cmeledger.ledger.activities import slug
from cmeledger.ledger.leftover import sweep_copies
from cmeledger.ledger.values import outside
from cmeledger.model import Activity, Evidence
from cmeledger.problems import NotWritten, UsageError

MOST_BYTES: Final = 200_000_000
"""A certificate is a page or some; what is larger was probably not meant."""
_EXTENSION: Final = re.compile(r"\.[a-z0-9]{1,10}")


class Note(NamedTuple):
    """Something to say before a certificate is attached."""

    text: str
    file: str | None = None
    """A file in the ledger's folder that `link` would name instead, or give its digest."""


class Plan(NamedTuple):
    """What attaching a file to a record would do."""

    id: str
    source: str
    """The file, links followed."""
    file: str
    """As the ledger will name it."""
    sha256: str
    link: bool
    """The file is in its place: nothing is copied."""
    known: bool = False
    """The record has it already: there is nothing to do."""
    entry: int | None = None
    """Which of the record's entries gets the digest; None: a new one."""
    notes: tuple[Note, ...] = ()
    """What there is to say beforehand."""


class Attached(NamedTuple):
    """A certificate that is in its place, and waits for the ledger to name it."""

    operation: change.Operation
    file: str
    """As the ledger will name it."""
    confirmed: bool
    """False: it was copied, but the disk did not confirm it (exit 5)."""


class _Copy(NamedTuple):
    """A copy that was made."""

    file: str
    identity: tuple[int, int]
    new_folder: bool
    confirmed: bool


def plan(book: Book, id: str, file: str, *, link: bool = False) -> Plan:
    """Look what attaching a file to a record would do.

    `link` leaves the file where it is, inside the ledger's folder. Raises UsageError for a record
    or a file that will not do, NotWritten for a folder for evidence that will not.
    """
    activity, table = record(book, id)
    source, size = _source(file)
    _refuse_ledger(book, file, source)
    try:
        digest = digest_of(source)
    except OSError as error:
        raise _unreadable(file, error) from error
    notes: list[Note] = []
    made = Plan(id, source, "", digest, link)
    for number, item in enumerate(activity.evidence):
        found = _holding(book.folder, item.file, size, digest)
        if found is not None and (not link or found != source or item.sha256 == digest):
            return made._replace(file=item.file, known=True, notes=(_known(item),))
        if found is not None:
            if item.sha256 is not None:
                notes.append(Note("the file was changed: another digest was recorded before"))
            made = made._replace(file=item.file, entry=number)
            break
        if item.sha256 == digest:
            raise UsageError(
                f"the record names this file already, as '{item.file}', "
                "and there it is missing or changed\nput it back under that name"
            )
        if look_at(item, book.folder).state == "missing":
            notes.append(Note(f"the record names '{item.file}' too, which is not there"))
    if made.entry is None and link:
        made = made._replace(file=_linked(book, file, source))
    elif made.entry is None:
        _refuse_folder(book)
        path, is_there = _name(book, activity, file, size, digest)
        if is_there:
            notes.append(Note(f"'{path}' is there from before; it is not copied again"))
        made = made._replace(file=path, link=is_there)
    notes += _elsewhere(book, activity, made, size)
    if "no-evidence" in table:
        notes.append(Note(f"no-evidence is taken out; it said: {table['no-evidence']}"))
    return made._replace(notes=tuple(notes))


def naming(book: Book, plan: Plan) -> change.Operation:
    """Name the file of a plan in the ledger. Entries that are there keep their spelling."""
    table = record(book, plan.id)[1]
    entries = list(table.get("evidence", ()))
    if plan.entry is None:
        entries.append({"file": plan.file, "sha256": plan.sha256})
    else:
        old = entries[plan.entry]
        old = old if isinstance(old, dict) else {"file": old}
        entries[plan.entry] = old | {"sha256": plan.sha256}
    changes = {"evidence": entries} | {name: None for name in table if name == "no-evidence"}
    what = f"attach {plan.file} to {plan.id}"
    return change.changing(book, plan.id, changes)._replace(what=what)


@contextlib.contextmanager
def attached(book: Book, plan: Plan) -> Iterator[Attached]:
    """Put the certificate in its place, for as long as the ledger is saved that names it.

    Gives the operation to save. Where the block fails, the copy is taken back. Raises NotWritten
    where there can be no copy, UsageError for a file that changes meanwhile.
    """
    if plan.link:
        yield Attached(naming(book, plan), plan.file, confirmed=True)
        return
    copy = _make(book, plan)
    try:
        yield Attached(naming(book, plan._replace(file=copy.file)), copy.file, copy.confirmed)
    except BaseException:
        _take_back(book, copy)
        raise


def may_stay(book: Book, file: str) -> bool:
    """Tell whether a file lies inside the ledger's folder, by a path that a ledger can name."""
    try:
        _linked(book, file, os.path.realpath(file))
    except (UsageError, OSError, ValueError):
        return False
    return True


def record(book: Book, id: str) -> tuple[Activity, Mapping[str, Any]]:
    """Find a record that a certificate can be attached to, and what it says.

    Raises UsageError for any other.
    """
    path, table = change.find(book, id)
    for activity in book.ledger.activities:
        if activity.path == path and not activity.archived:
            return activity, table
    raise UsageError(
        f"'{id}' has an error and is left out: nothing can be attached to it\n"
        "mend that first; this names it: cmeledger check"
    )


def _source(file: str) -> tuple[str, int]:
    """Find the file to attach, and its size."""
    try:
        real = os.path.realpath(file)
        found = os.stat(real)
    except FileNotFoundError:
        raise UsageError(f"there is no file '{file}'\nlook at its name: ls -l") from None
    except (OSError, ValueError) as error:
        raise _unreadable(file, error) from error
    if stat.S_ISDIR(found.st_mode):
        raise UsageError(f"'{file}' is a folder\nattach the files in it one by one")
    if not stat.S_ISREG(found.st_mode):
        raise UsageError(f"'{file}' is not a regular file\nsave the certificate as a file first")
    if not found.st_size:
        raise UsageError(f"'{file}' is empty\nsave or download it again")
    if found.st_size > MOST_BYTES:
        raise UsageError(
            f"'{file}' is over {MOST_BYTES // 1_000_000} MB, the most that is attached\n"
            "scan it at a lower resolution, or name the file in the ledger by hand"
        )
    return real, found.st_size


def _refuse_ledger(book: Book, file: str, source: str) -> None:
    """Refuse what no certificate can be: the digest in it would change it."""
    if source == os.path.realpath(book.file):
        raise UsageError(f"'{file}' is the ledger itself\nchoose the file of the certificate")


def _unreadable(file: str, error: OSError | ValueError) -> UsageError:
    why = (getattr(error, "strerror", None) or str(error)).lower()
    return UsageError(f"'{file}' cannot be read: {why}\nlook at its permissions: ls -l")


def _linked(book: Book, file: str, source: str) -> str:
    """Write the path of a file that stays where it is, as the ledger names it."""
    try:
        path = os.path.relpath(source, book.folder)
        path.encode()
    except ValueError:  # on another drive, or of a name that is not Unicode
        path = ".."
    path = path.replace(os.sep, "/")
    if path.split("/")[0] == "..":
        raise UsageError(
            f"'{file}' is not inside the ledger's folder\n"
            f"leave out --link: then it is copied into {FOLDER}/"
        )
    why = outside(path)
    if why is not None:
        raise UsageError(
            f"the path '{path}' {why}\nrename it, or leave out --link: then it is copied"
        )
    return path


def _name(book: Book, activity: Activity, file: str, size: int, digest: str) -> tuple[str, bool]:
    """Choose the name of a copy; True: it is there already, with the same bytes."""
    names = _names(book, activity, file)
    found = ((name, _holding(book.folder, name, size, digest) is not None) for name in names)
    return next(
        (name, is_there)
        for name, is_there in found
        if is_there or not os.path.lexists(os.path.join(book.folder, name))
    )


def _names(book: Book, activity: Activity, file: str) -> Iterator[str]:
    """Give names for a copy that nothing in the ledger names; from the second on, numbered."""
    taken = {item.file for _, item in named(book.ledger)}
    stem = f"{FOLDER}/{activity.day.isoformat()}-{slug(activity.title)}"
    extension = os.path.splitext(file)[1].lower()
    extension = extension if _EXTENSION.fullmatch(extension) else ""
    for number in count(1):
        name = f"{stem}-{number}{extension}" if number > 1 else f"{stem}{extension}"
        if name not in taken:
            yield name


def _holding(folder: str, file: str, size: int, digest: str) -> str | None:
    """Follow a path of the ledger to a file that holds just these bytes; None for any other."""
    with contextlib.suppress(OSError, ValueError):
        if os.stat(os.path.join(folder, file)).st_size != size:
            return None  # nearly every file: it is neither followed nor read
        path = inside(folder, file)
        if path is not None and digest_of(path) == digest:
            return path
    return None


def _known(item: Evidence) -> Note:
    text = f"nothing to do: the record has this file already, as '{item.file}'"
    return Note(text, None if item.sha256 else item.file)


def _elsewhere(book: Book, activity: Activity, plan: Plan, size: int) -> Iterator[Note]:
    """Say where else the same bytes lie, and whose they are."""
    folder = book.folder
    files = [(item.file, who(o)) for o, item in named(book.ledger) if o is not activity]
    files += [(file, "") for file, _ in kept(folder)]
    said = {inside(folder, plan.file)} if plan.link else set()
    for file, owner in files:
        path = _holding(folder, file, size, plan.sha256)
        if path is None or (path in said and not owner):
            continue
        said.add(path)
        by = f"named by {owner}" if owner else "which nothing names"
        yield Note(f"the same file is there already as '{file}', {by}", None if owner else file)


def _refuse_folder(book: Book) -> None:
    """Refuse a folder for evidence that is none, or leads out of the ledger's folder."""
    path = os.path.join(book.folder, FOLDER)
    if not os.path.lexists(path):
        return
    if inside(book.folder, FOLDER) is None:
        why = f"{FOLDER} beside it leads out of its folder; nothing was written"
        advice = f"make {FOLDER} a folder beside the ledger, and put the certificates there"
        raise NotWritten(book.file, why, advice)
    if not os.path.isdir(path):
        why = f"{FOLDER} beside it is no folder; nothing was written"
        raise NotWritten(book.file, why, f"rename it: certificates go into a folder {FOLDER}")


def _make(book: Book, plan: Plan) -> _Copy:
    """Copy the file, whole or not at all, under a name that nobody has."""
    _refuse_folder(book)
    folder = os.path.join(book.folder, FOLDER)
    new_folder = not os.path.isdir(folder)
    try:
        if new_folder:
            os.mkdir(folder, 0o700)
        sweep_copies(folder)
        temporary = os.path.join(folder, f".cmeledger-{os.getpid()}-{secrets.token_hex(4)}.part")
        handle = disk.make(temporary)
        try:
            platform.lock(handle)
            _fill(handle, plan)
            file = _settle(book, plan, temporary)
        finally:
            found = os.fstat(handle)
            os.close(handle)
            with contextlib.suppress(OSError):
                os.unlink(temporary)
    except BaseException as error:
        if new_folder:
            with contextlib.suppress(OSError):
                os.rmdir(folder)
        if isinstance(error, OSError):
            more = f"it is the copy in {FOLDER}/ that could not be made"
            raise disk.not_written(book.file, error, more) from error
        raise
    confirmed = disk.keep_names(folder) and (not new_folder or disk.keep_names(book.folder))
    return _Copy(file, (found.st_dev, found.st_ino), new_folder, confirmed)


def _fill(handle: int, plan: Plan) -> None:
    """Copy the bytes that were hashed, and have the disk keep them."""
    source = disk.open_regular(plan.source)
    try:
        digest, size = sha256(), 0
        for block in disk.blocks(source):
            digest.update(block)
            disk.write_all(handle, block, size)
            size += len(block)
    finally:
        os.close(source)
    if digest.hexdigest() != plan.sha256:
        raise UsageError(
            f"'{plan.source}' changed while it was copied\n"
            "wait until it is downloaded or saved, then attach it again"
        )
    os.fsync(handle)


def _settle(book: Book, plan: Plan, temporary: str) -> str:
    """Give the copy the first name that is free: the plan's, unless somebody was faster."""
    names = _names(book, record(book, plan.id)[0], plan.file)
    while True:
        name = next(names)
        with contextlib.suppress(FileExistsError):
            disk.settle(temporary, os.path.join(book.folder, name))
            return name


def _take_back(book: Book, copy: _Copy) -> None:
    """Remove a copy, unless the ledger names it after all or somebody put another in its place."""
    path = os.path.join(book.folder, copy.file)
    with contextlib.suppress(OSError):
        try:
            ledger = disk.read_file(os.path.realpath(book.file))
        except FileNotFoundError:
            ledger = b""
        found = os.lstat(path)
        if copy.file.encode() in ledger or (found.st_dev, found.st_ino) != copy.identity:
            return
        os.unlink(path)
        if copy.new_folder:
            os.rmdir(os.path.dirname(path))
