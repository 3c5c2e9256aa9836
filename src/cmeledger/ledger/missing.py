"""Saved records that are not in the file as they were saved: an old text has come back.

Each save notes the fingerprints of its records before and after, so no old text is read to compare.
"""

from collections.abc import Callable, Container, Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cmeledger.ledger.entries import Entry


class Missing(NamedTuple):
    """A record that is not in the file as it was saved."""

    id: str
    entry: "Entry"
    """The last save of it; the text it left is in `entries.texts(entry)[1]`."""
    how: str = "missing"
    """ "missing"; "reverted": it reads as before that save; "returned": that save took it out."""


def find_missing(
    entries: "Iterable[Entry]", now: Container[str], reads: Callable[[str], str | None]
) -> list[Missing]:
    """Find records that are gone, or read as at an earlier time than after their last save.

    Takes the saves, oldest first, and the ids of the records that are in the ledger now, or in its
    archive; `reads` gives the fingerprint of one in the ledger itself. A record that reads as at no
    time before was changed on purpose. The order is that of the saves.
    """
    last: dict[str, Entry] = {}
    known: dict[str, set[str | None]] = {}
    wanted: dict[str, str | None] = {}
    for entry in entries:
        touched = entry.touched
        for id in (*touched.removed, *touched.added, *touched.changed):
            last.pop(id, None)
            last[id] = entry
            wanted.pop(id, None)
        for id, before, after in touched.reads:
            known.setdefault(id, set()).update((before, after))
            wanted[id] = after
            if entry.kind == "accept":
                known[id].clear()
    found = []
    for id, entry in last.items():
        if id not in now:
            if id not in entry.touched.removed:
                found.append(Missing(id, entry))
        elif id in wanted:
            reading = reads(id)
            if reading and reading != wanted[id] and reading in known[id]:
                how = "returned" if wanted[id] is None else "reverted"
                found.append(Missing(id, entry, how))
    return found
