"""The versions of a ledger that git keeps: one of them, or all down the history."""

import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from cmeledger.book import archive_name, archive_of, read_bytes
from cmeledger.difference import (
    Change,
    Difference,
    Reading,
    State,
    difference,
    differing_from_all,
    reading,
)
from cmeledger.git import repository as git
from cmeledger.git.call import GitError
from cmeledger.git.objects import Objects
from cmeledger.git.repository import Repository, Version
from cmeledger.ledger.parse import MAX_BYTES, START
from cmeledger.ledger.pieces import Pieces
from cmeledger.problems import Problem


class Entry(NamedTuple):
    """What one commit did to the ledger."""

    version: Version
    before: State
    after: State
    changes: tuple[Change, ...]
    """Of a merge, what no parent has."""
    only_spelling: bool
    cut: bool
    """The clone ends here: what came before is not in it."""

    @property
    def merges(self) -> bool:
        """Whether it joins several lines of versions."""
        return len(self.version.parents) > 1


class Past:
    """A ledger's versions in its repository, each read once."""

    def __init__(self, file: str, env: Mapping[str, str], pieces: Pieces | None = None) -> None:
        """Find the repository of a ledger, which need not be there any more. Raises GitError.

        `pieces`: those that the file was read with, for they share most.
        """
        self.file = file
        self.repository: Repository = git.find(file, env)
        self._pieces = Pieces() if pieces is None else pieces
        self._read = lru_cache(maxsize=16)(self._read_blob)
        self._made = lru_cache(maxsize=8)(self._make)

    def at(self, revision: str) -> tuple[Version, State]:
        """Give the version that a revision names.

        Raises GitError: there is no such version, or it has no such ledger.
        """
        commit = git.resolve(self.repository, revision)
        path = git.place(self.repository, commit, archive_of)
        if path is None:
            next(self._versions())
            raise GitError(
                f"{self._name} is not in version {commit[:10]}",
                "see which versions have it: cmeledger log",
            )
        return git.version(self.repository, commit, path), self._one(commit, path)

    def last(self) -> tuple[str | None, State]:
        """Give the ledger's path in the last commit, and that version of it.

        None, and a version without a ledger, where it is not committed yet. Raises GitError.
        """
        head = self.repository.head
        path = head and git.place(self.repository, head, archive_of)
        return (path, self._one(head, path)) if head and path else (None, _NOWHERE)

    def _one(self, commit: str, path: str) -> State:
        """Read one version, by which its problems are named."""
        with Objects(self.repository.git) as objects:
            return self._state(objects, commit, path, f"{commit[:10]}:{path}")

    def _state(self, objects: Objects, commit: str, path: str, name: str) -> State:
        """Read the ledger and its archive as a commit has them; of the same texts, it is one."""
        try:
            found = [objects.find(commit, at, MAX_BYTES) for at in (path, archive_of(path))]
            return self._made(objects, name, *found)
        except GitError as error:
            return State(name, _unreadable(error), Reading())

    def log(self) -> Iterator[tuple[Entry, Difference]]:
        """Give what each commit did, newest first, with the whole difference to its first parent.

        Raises GitError.
        """
        with Objects(self.repository.git) as objects:
            for version in self._versions():
                yield self._entry(objects, version)

    def _entry(self, objects: Objects, version: Version) -> tuple[Entry, Difference]:
        after = self._state(objects, version.commit, version.path, version.path)
        parents = [
            self._state(objects, parent, version.before, version.before)
            for parent in version.parents
        ]
        cut = not parents and git.is_cut(self.repository, version.commit)
        found = [difference(parent, after) for parent in parents or [_NOWHERE]]
        changes = found[0].changes if len(found) == 1 else differing_from_all(found)
        before = parents[0] if parents else _NOWHERE
        only_spelling = all(item.only_spelling for item in found)
        return Entry(version, before, after, changes, only_spelling, cut), found[0]

    def _versions(self) -> Iterator[Version]:
        """Give the versions of the ledger. Raises GitError where there is none."""
        start = git.resolve(self.repository, "HEAD")
        none = True
        for version in git.versions(self.repository, archive_of, start):
            none = False
            yield version
        if none and not os.path.lexists(self.file):
            raise GitError(
                f"{self.file}: there is no such file, and no commit has one",
                "check the path of the ledger",
            )
        if none:
            raise GitError(f"{self._name} is not committed yet", "first: cmeledger commit")

    @property
    def _name(self) -> str:
        return os.path.basename(self.file)

    def _make(self, objects: Objects, name: str, ledger: str | None, archive: str | None) -> State:
        return State(name, *(self._read(objects, blob) for blob in (ledger, archive)))

    def _read_blob(self, objects: Objects, blob: str | None) -> Reading:
        return reading(objects.text(blob, MAX_BYTES) if blob else None, self._pieces)


def _unreadable(error: GitError) -> Reading:
    why, advice = str(error).split("\n", maxsplit=1)
    return Reading(b"", None, Problem("not-toml", why, advice, span=START))


_NOWHERE = State("", Reading(), Reading())


def on_disk(file: str, pieces: Pieces) -> State:
    """Read the ledger and its archive as they are now. Raises as `read_bytes` does."""
    ledger, archive = texts(file)
    return State(file, reading(ledger, pieces), reading(archive, pieces))


def texts(file: str) -> tuple[bytes, bytes | None]:
    """Give what the ledger and its archive hold now; None where there is no archive.

    Of a link, the archive beside the file it leads to: that is the one git keeps. Raises as
    `read_bytes` does.
    """
    archive = archive_name(file)
    return read_bytes(file), read_bytes(archive) if os.path.lexists(archive) else None
