"""One save as the history keeps it: a line of what it was, the old text, and what is new.

The file's name tells its number and how the save ended: `00000007.saved`.
"""

import json
import os
import zlib
from hashlib import sha256
from typing import Final, NamedTuple

from cmeledger.ledger import disk

_VERSION: Final = 1
_MAX_HEAD: Final = 32 << 20
"""Ids and fingerprints of all records that the largest ledger can hold stay below."""


class Touched(NamedTuple):
    """The ids of the records that a save is about."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    reads: tuple[tuple[str, str | None, str | None], ...] = ()
    """Of each: the id, and its fingerprints before and after; None: it is not in the ledger."""

    def reversed(self) -> "Touched":
        """Give what undoing it does."""
        reads = tuple((id, after, before) for id, before, after in self.reads)
        return Touched(self.removed, self.changed, self.added, reads)


class Pair(NamedTuple):
    """What the two saves of one step have in common."""

    name: str
    ledger: str
    archive: str
    made: bool = False
    """Whether the archive was made for the step: it goes again where that is undone."""


class Entry(NamedTuple):
    """One save, without its bytes."""

    number: int
    state: str
    """ "begun", "direct" or "saved"."""
    path: str
    kind: str
    """ "save", "undo", "redo", or "accept" (nothing saved: records are no longer missed)."""
    what: str
    """The operation in words: add "Grand rounds"."""
    time: float
    """Seconds since 1970."""
    before: str
    """The SHA-256 of the bytes before."""
    after: str
    touched: Touched
    target: int | None
    """The number of the entry that was undone or redone."""
    file: str
    """The ledger, links followed."""
    pair: Pair | None = None
    """Of a save that is undone together with that of another file."""


def digest(data: bytes) -> str:
    """Give the SHA-256 of some bytes, in hexadecimal."""
    return sha256(data).hexdigest()


def packed(
    before: bytes,
    after: bytes,
    *,
    kind: str,
    what: str,
    time: float,
    file: str,
    touched: Touched,
    target: int | None,
    pair: Pair | None = None,
) -> bytes:
    """Write a save as the bytes of its file: the keys of an entry, and both texts."""
    start, end = disk.shared_ends(before, after)
    old, middle = zlib.compress(before, 1), after[start : len(after) - end]
    head = {
        "version": _VERSION,
        "kind": kind,
        "what": what,
        "time": time,
        "file": file,
        "before": digest(before),
        "after": digest(after),
        "touched": touched[:3],
        "reads": touched.reads,
        "target": target,
        "pair": pair,
        "shared": (start, end),
        "sizes": (len(old), len(middle)),
    }
    return json.dumps(head).encode("ascii") + b"\n" + old + middle


def texts(entry: Entry) -> tuple[bytes, bytes]:
    """Give the ledger's bytes before and after a save. Raises OSError if they are damaged."""
    line, _, body = disk.read_file(entry.path).partition(b"\n")
    try:
        head = json.loads(line)
        size = head["sizes"][0]
        before = zlib.decompress(body[:size])
        start, end = head["shared"]
        after = before[:start] + body[size:] + before[len(before) - end :]
    except (ValueError, KeyError, TypeError, IndexError, zlib.error) as error:
        raise OSError(5, "the entry of the history is damaged", entry.path) from error
    if (digest(before), digest(after)) != (entry.before, entry.after):
        raise OSError(5, "the entry of the history is damaged", entry.path)
    return before, after


def with_state(path: str, state: str) -> str:
    """Name the file of an entry that has come to another state."""
    return f"{os.path.splitext(path)[0]}.{state}"


def read_head(path: str) -> Entry | None:
    """Read an entry without its bytes; None: it is torn, of another version, or gone."""
    try:
        with open(path, "rb") as opened:
            line = opened.readline(_MAX_HEAD)
            size = os.fstat(opened.fileno()).st_size
        head = json.loads(line)
        if head["version"] != _VERSION or size != len(line) + sum(head["sizes"]):
            return None
        number, state = os.path.basename(path).split(".")
        added, changed, removed = map(tuple, head["touched"])
        return Entry(
            int(number),
            state,
            path,
            head["kind"],
            head["what"],
            head["time"],
            head["before"],
            head["after"],
            # Entries of earlier versions have no fingerprints: their records can only be missing.
            Touched(added, changed, removed, tuple(map(tuple, head.get("reads", ())))),
            head["target"],
            head["file"],
            Pair(*head["pair"]) if head.get("pair") else None,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
