"""Look at the evidence files that a ledger names: there, inside the folder, unchanged.

`look` gives what `check` warns of; `survey` looks at every file closely, for `verify`.
"""

import os
import stat
from collections.abc import Iterator
from hashlib import sha256
from typing import Final, NamedTuple

from cmeledger.ledger import disk
from cmeledger.ledger.values import outside
from cmeledger.model import Activity, Evidence, Ledger, Waiver, WaiverLeftOut
from cmeledger.problems import Problem

FOLDER: Final = "evidence"
"""Where certificates lie by custom, beside the ledger."""
STATES: Final = (
    "fine",
    "no-digest",
    "twice",
    "empty",
    "changed",
    "missing",
    "not-a-file",
    "unreadable",
    "outside",
)
"""What a file can turn out to be; from the third on, something is wrong."""
CODES: Final = {
    "outside": "bad-value",
    "changed": "evidence-changed",
    "missing": "missing-evidence",
    "not-a-file": "missing-evidence",
    "unreadable": "missing-evidence",
}
"""The states that are problems of `check`, with their codes."""

Owner = Activity | Waiver | WaiverLeftOut


class Seen(NamedTuple):
    """What an evidence file turned out to be."""

    item: Evidence
    state: str
    """One of STATES."""
    message: str = ""
    """What is wrong, and nothing where all is well."""
    help: str = ""
    digest: str | None = None
    """Of its bytes, where they were read."""
    identity: tuple[int, int] | None = None
    """The same for every name of one file."""

    @property
    def wrong(self) -> bool:
        """Whether an audit would trip over it."""
        return STATES.index(self.state) > 1


class Named(NamedTuple):
    """An evidence file of a record or waiver, looked at."""

    owner: Owner
    seen: Seen
    same_as: str | None = None
    """Another file that holds the same bytes, as the ledger names it."""
    moved_to: str | None = None
    """Where a file that is missing lies now: an unnamed one of its bytes, or else of its name."""


class Survey(NamedTuple):
    """Every evidence file of a ledger, looked at."""

    files: tuple[Named, ...]
    """In the order of the ledger, then those of the waivers."""
    unnamed: tuple[str, ...]
    """Files in the folder for evidence that nothing names."""


def look(ledger: Ledger, folder: str) -> Iterator[Problem]:
    """Check every evidence file of the ledger and its archive on disk.

    Takes the ledger's folder (`Book.folder`); yields a problem for each file that is missing,
    changed, or outside the folder through a symbolic link. Never opens anything but a regular file
    inside the folder.
    """
    for owner, item in named(ledger):
        seen = look_at(item, folder)
        if seen.state not in CODES:
            continue
        severity = "error" if seen.state == "outside" else "warning"
        code = CODES[seen.state]
        problem = Problem(code, seen.message, seen.help, item.path, severity=severity)
        if isinstance(owner, Activity):
            problem = problem._replace(record=owner.id or None, archived=owner.archived)
        yield problem


def survey(ledger: Ledger, folder: str, *, with_unnamed: bool = True) -> Survey:
    """Look at every evidence file of the ledger and its archive, and read every one.

    Takes the ledger's folder (`Book.folder`). A file that is named once more, by whatever path, is
    `twice` there.
    """
    files: list[Named] = []
    first: dict[tuple[int, int], Named] = {}
    holding: dict[str, str] = {}
    for owner, item in named(ledger):
        seen, same_as = look_at(item, folder, closely=True), None
        known = first.get(seen.identity) if seen.identity else None
        if known is not None and not seen.wrong:
            other = "this record" if known.owner is owner else who(known.owner)
            path = known.seen.item.file
            message = f"named by {other} already" + (f", as '{path}'" * (path != item.file))
            advice = 'name it once; in other records, no-evidence = "see …" can say where it is'
            seen = seen._replace(state="twice", message=message, help=advice)
        elif known is None and seen.digest is not None and seen.state != "empty":
            same_as = holding.setdefault(seen.digest, item.file)
        files.append(Named(owner, seen, None if same_as == item.file else same_as))
        if seen.identity:
            first.setdefault(seen.identity, files[-1])
    missing = any(item.seen.state == "missing" for item in files)
    others = kept(folder) if with_unnamed or missing else ()
    unnamed = tuple(file for file, found in others if found not in first)
    if missing and unnamed:
        files = _moved(files, folder, unnamed)
    return Survey(tuple(files), unnamed if with_unnamed else ())


def _moved(files: list[Named], folder: str, unnamed: tuple[str, ...]) -> list[Named]:
    """Say of each missing file where it may lie now."""
    by_digest: dict[str, str] = {}
    by_name: dict[str, list[str]] = {}
    for path in unnamed:
        by_name.setdefault(os.path.basename(path), []).append(path)
        digest = look_at(Evidence(path, None, ()), folder, closely=True).digest
        if digest is not None:
            by_digest.setdefault(digest, path)
    found = []
    for item in files:
        seen, moved = item.seen, None
        if seen.state == "missing":
            alike = by_name.get(os.path.basename(seen.item.file), ())
            if moved := by_digest.get(seen.item.sha256 or ""):
                what = f"its bytes are in '{moved}'"
            elif len(alike) == 1 and seen.item.sha256 is None:
                moved = alike[0]
                what = f"a file of its name is '{moved}'"
        if moved is not None:
            seen = seen._replace(
                message=f"{seen.message}; {what}", help="correct the path, or move the file back"
            )
        found.append(item._replace(seen=seen, moved_to=moved))
    return found


def who(owner: Owner) -> str:
    """Say whose evidence it is: a record's id, or the waiver's day."""
    if isinstance(owner, Activity):
        return owner.id or "a record without an id"
    day = owner.renewal_date
    return f"the waiver of {day.isoformat()}" if day else "a waiver without a renewal date"


def named(ledger: Ledger) -> Iterator[tuple[Owner, Evidence]]:
    """Go through all evidence of a ledger and its archive, of what was left out for errors too."""
    owners: tuple[Owner, ...] = (
        *ledger.activities,
        *(left.draft for left in ledger.left_out),
        *ledger.waivers,
        *ledger.waivers_left_out,
    )
    for owner in owners:
        for item in owner.evidence:
            yield owner, item


def inside(folder: str, file: str) -> str | None:
    """Follow a path that begins in a folder, links and all; None where it leads out of there.

    Takes a folder whose own links were followed, as the ledger's `Book.folder`. Raises ValueError
    for a name that this system's file names cannot spell.
    """
    if outside(file) is not None:
        return None
    path = os.path.realpath(os.path.join(folder, file))
    return path if os.path.commonpath([folder, path]) == folder else None


def kept(folder: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Find the files that lie in the folder for evidence, by name, each with its identity.

    Hidden ones are the system's own, and none of anybody's certificates.
    """
    real = inside(folder, FOLDER)
    if real is None:
        return
    for path, folders, files in os.walk(real):
        below = path.removeprefix(real).replace(os.sep, "/")
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            try:
                found = os.stat(os.path.join(path, name))
            except OSError:  # a link that leads nowhere
                continue
            if stat.S_ISREG(found.st_mode) and not name.startswith("."):
                yield f"{FOLDER}{below}/{name}", (found.st_dev, found.st_ino)


def look_at(item: Evidence, folder: str, *, closely: bool = False) -> Seen:
    """Look at one evidence file. `closely`: read it though no digest is named; none is empty."""
    file, identity = item.file, None
    try:
        path = inside(folder, file)
        if path is None:
            message = f"the evidence file '{file}' leads out of the ledger's folder"
            return Seen(item, "outside", message, "copy the file itself into the folder")
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            return Seen(item, "not-a-file", f"'{file}' is not a file", "name the file itself")
        identity = found.st_dev, found.st_ino
        digest = digest_of(path) if item.sha256 is not None or closely else None
    except ValueError:  # a name that this system's file names cannot spell
        message = f"the file '{file}' cannot be named on this system"
        return Seen(item, "unreadable", message, "use a UTF-8 locale, or rename it")
    except FileNotFoundError:
        advice = "put it there, or correct the path"
        return Seen(item, "missing", f"there is no file '{file}'", advice)
    except OSError as error:
        message = f"the file '{file}' cannot be read: {(error.strerror or '').lower()}"
        advice = "look at its permissions, or correct the path"
        return Seen(item, "unreadable", message, advice, identity=identity)
    seen = Seen(item, "fine", digest=digest, identity=identity)
    if closely and not found.st_size:
        message, advice = f"'{file}' is empty", "bring the file back, or get it from the provider"
        return seen._replace(state="empty", message=message, help=advice)
    if item.sha256 is None:
        message = f"no digest of '{file}' is recorded"
        advice = "record it: cmeledger attach ID FILE --link"
        return seen._replace(state="no-digest", message=message, help=advice)
    if digest != item.sha256:
        message = f"'{file}' is not the file that was recorded: its digest differs"
        advice = "bring the old file back, or record the new digest"
        return seen._replace(state="changed", message=message, help=advice)
    return seen


def digest_of(path: str) -> str:
    """Hash a regular file by a name that is no link, without ever waiting for a pipe."""
    handle = disk.open_regular(path)
    try:
        return digest_of_open(handle)
    finally:
        os.close(handle)


def digest_of_open(handle: int) -> str:
    """Hash an open file, block by block."""
    digest = sha256()
    for block in disk.blocks(handle):
        digest.update(block)
    return digest.hexdigest()
