"""The certificates of a packet: which files they are, how they are, and their bytes."""

import os
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import Final, NamedTuple

from cmeledger.evidence import Owner, Seen, inside, look_at, who
from cmeledger.ledger import disk
from cmeledger.model import Path

MOST_BYTES: Final = 50_000_000
"""The largest certificate that is merged into a packet: it is held in memory, as is every page."""
MOST_TOGETHER: Final = 500_000_000
"""The most that is merged of all certificates together."""
MOST_IN_ARCHIVE: Final = 200_000_000
"""The largest file that goes into an archive of a packet."""
UNREAD: Final = ("outside", "missing", "not-a-file", "unreadable")
"""The states of a file without bytes that could be shown."""


class Certificate(NamedTuple):
    """A file that records or waivers name as proof."""

    number: int
    """Of the packet, from 1."""
    owners: tuple[str, ...]
    """The records and waivers that name it."""
    named: tuple[Path, ...]
    """Where the ledger names it; of waivers, no two of which need differ in a name."""
    seen: Seen
    size: int
    merge: bool
    """Whether its bytes may go into a document: they are there, and not too many."""

    @property
    def file(self) -> str:
        """Its path, as the ledger names it first."""
        return self.seen.item.file


def gather(
    owners: Iterable[Owner], folder: str, tell: Callable[[int], None]
) -> tuple[Certificate, ...]:
    """Look at every file that records and waivers name; one named twice is one certificate.

    Takes the ledger's folder (`Book.folder`); nothing but regular files inside it is opened.
    `tell` is called with the count of names before each file is read.
    """
    found: dict[object, Certificate] = {}
    together, looked_at = 0, 0
    for owner in owners:
        for item in owner.evidence:
            looked_at += 1
            tell(looked_at)
            seen = look_at(item, folder, closely=True)
            key = seen.identity or item.file
            known = found.get(key)
            if known is not None:
                names = dict.fromkeys((*known.owners, who(owner)))
                named = (*known.named, item.path)
                found[key] = known._replace(owners=tuple(names), named=named)
                continue
            size = _size(folder, item.file) if seen.state not in UNREAD else 0
            merge = 0 < size <= MOST_BYTES and together + size <= MOST_TOGETHER
            together += size if merge else 0
            found[key] = Certificate(len(found) + 1, (who(owner),), (item.path,), seen, size, merge)
    return tuple(found.values())


def blocks(certificate: Certificate, folder: str) -> Iterator[bytes]:
    """Read a certificate's bytes, block by block, as they were when it was looked at.

    Raises OSError where they cannot be read, or are others by now.
    """
    path = inside(folder, certificate.file)
    if path is None:
        raise OSError("it leads out of the ledger's folder")
    digest = sha256()
    handle = disk.open_regular(path)
    try:
        for block in disk.blocks(handle):
            digest.update(block)
            yield block
    finally:
        os.close(handle)
    if digest.hexdigest() != certificate.seen.digest:
        raise OSError("it changed while the packet was made")


def _size(folder: str, file: str) -> int:
    try:
        return os.stat(os.path.join(folder, file)).st_size
    except OSError:  # it went away just now: reading it will say so
        return 0
