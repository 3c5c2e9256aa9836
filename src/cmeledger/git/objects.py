"""The files that a repository keeps in its commits, read through one process of git's."""

import os
import re
from functools import lru_cache
from typing import IO, Final, NamedTuple

from cmeledger.git.call import Caller, GitError, late
from cmeledger.process import Process
from cmeledger.visible import visible

_TREE: Final = 64 * 1024 * 1024
"""How many bytes of names one folder may have: some hundred thousand files."""
_OTHER: Final = "choose another version"


class Kept(NamedTuple):
    """What git keeps under a name."""

    kind: bytes
    """ "blob", "tree", "commit" or "tag"; "missing": there is no such object, or it is damaged."""
    data: bytes | None
    """None: it is missing, or has more bytes than were asked for."""


_MISSING: Final = Kept(b"missing", None)


class Objects(Process):
    """Reads the objects of one repository; the process is ended with the context."""

    def __init__(self, git: Caller) -> None:
        """Take the caller of git."""
        super().__init__(lambda: git.start("cat-file", "--batch"), git.seconds)
        self._read = lru_cache(maxsize=8)(self._ask)

    def find(self, commit: str, path: str, at_most: int) -> str | None:
        """Give the object that a commit has for a path from its top; None: it has no such file.

        Raises GitError: what it has is no file, has more than so many bytes, or cannot be read.
        """
        mode, name = b"40000", f"{commit}^{{tree}}"
        for part in os.fsencode(path).split(b"/"):
            if mode != b"40000":
                return None
            tree = self._whole(name, b"tree", commit, path, _TREE)
            entry = rb"0*(\d+) ([^\0]+)\0(.{%d})" % (len(commit) // 2)
            found = next((it for it in re.finditer(entry, tree, re.DOTALL) if it[2] == part), None)
            if found is None:
                return None
            mode, name = found[1], found[3].hex()
        if not mode.startswith(b"100"):
            raise GitError(f"{visible(path)} was no file in {commit[:10]}", _OTHER)
        self._whole(name, b"blob", commit, path, at_most)
        return name

    def text(self, blob: str, at_most: int) -> bytes:
        """Give what is in a file that `find` found. Raises GitError."""
        data = self._read(blob, at_most).data
        if data is None:
            raise GitError(f"git has no object {blob[:10]} any more", "look with: git fsck")
        return data

    def _whole(self, name: str, kind: bytes, commit: str, path: str, at_most: int) -> bytes:
        kept = self._read(name, at_most)
        if kept.kind != kind:
            raise GitError(
                f"{visible(path)} of {commit[:10]} is damaged, or not in this clone",
                f"look with: git fsck; {_OTHER}",
            )
        if kept.data is None:
            raise GitError(f"{visible(path)} has more than {at_most:,} bytes there", _OTHER)
        return kept.data

    def _ask(self, name: str, at_most: int) -> Kept:
        def exchange(to: IO[bytes], back: IO[bytes]) -> Kept | None:
            to.write(name.encode("ascii") + b"\n")
            to.flush()
            return _answer(back, at_most)

        for _ in range(2):  # the process may have been killed; a damaged object ends it again
            kept = self.talk(exchange)
            if self.late:
                raise late()
            if kept is not None:
                break
        else:
            return _MISSING
        if kept.data is None and kept is not _MISSING:
            self.end()  # rather than read the rest
        return kept


def _answer(back: IO[bytes], at_most: int) -> Kept | None:
    """Read what git says of an object; None: it ended before."""
    head = back.readline()
    if not head.endswith(b"\n"):
        return None
    words = head.split()
    if len(words) != 3:
        return _MISSING
    size = int(words[2])
    if size > at_most:
        return Kept(words[1], None)
    data = back.read(size + 1)
    return Kept(words[1], data[:-1]) if len(data) > size else None
