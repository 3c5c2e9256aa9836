"""The repository that a ledger stands in: where it is, and the versions of the ledger it keeps."""

import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from cmeledger.git.call import Caller, GitError, Refused, caller

_FORMAT: Final = "%H%x00%P%x00%aI%x00%an%x00%s"


class Repository(NamedTuple):
    """A work tree, and the ledger's place in it."""

    git: Caller
    """Called at the top of the work tree."""
    top: str
    path: str
    """Of the ledger, from the top, with slashes."""
    branch: str | None
    """None: the head is detached."""
    head: str | None
    """The commit; None: there is none yet."""


class Version(NamedTuple):
    """One commit that changed the ledger or its archive."""

    commit: str
    parents: tuple[str, ...]
    when: datetime
    """When it was written, in the writer's own time zone."""
    author: str
    subject: str
    path: str
    """Of the ledger, in that commit."""
    before: str
    """Of the ledger, in its parents."""


class NoRepository(GitError):
    """A ledger's folder is in no repository."""


def find(file: str, env: Mapping[str, str]) -> Repository:
    """Find the repository that a ledger's folder is in, tracked there or not.

    Raises GitError: no git, no repository, one without a work tree, one that git does not trust.
    """
    folder, name = os.path.split(os.path.realpath(file))
    made = caller(folder, env)
    if made is None:
        raise GitError("git is not installed", "install it from git-scm.com, or your system's way")
    begin = "to begin one there: cmeledger git setup --init"
    try:
        inside, bare = made.ask(
            "rev-parse", "--is-inside-work-tree", "--is-bare-repository"
        ).split()
    except Refused as error:
        if "dubious ownership" in error.said:
            raise GitError(
                f"git does not trust {folder}: the folder is another user's",
                f"if it is yours: git config --global --add safe.directory {folder}",
            ) from error
        if "not a git repository" not in error.said:
            raise
        raise NoRepository(f"{folder} is in no git repository", begin) from error
    if inside != b"true":
        kind = "a bare repository" if bare == b"true" else "inside a repository's own folder"
        raise GitError(f"{folder} is {kind}, without a work tree", "work in a clone of it")
    top, prefix = (_line(made.ask("rev-parse", w)) for w in ("--show-toplevel", "--show-prefix"))
    git = caller(top or folder, env) or made
    branch = _line(git.maybe("symbolic-ref", "--quiet", "--short", "HEAD"))
    head = _line(git.maybe("rev-parse", "--quiet", "--verify", "HEAD"))
    return Repository(git, top or folder, (prefix or "") + name, branch, head)


def resolve(repository: Repository, revision: str) -> str:
    """Find the commit that a revision names. Raises GitError."""
    if repository.head is None:
        raise GitError("nothing is committed in this repository yet", "first: cmeledger commit")
    words = ("rev-parse", "--quiet", "--verify", "--end-of-options", revision + "^{commit}")
    try:
        return repository.git.ask(*words).split()[-1].decode("ascii")
    except Refused as error:
        raise GitError(
            f"git knows no version '{revision}'", "HEAD is the last; others: cmeledger log"
        ) from error


def content(repository: Repository, commit: str, path: str, at_most: int) -> bytes | None:
    """Give what a path held in a commit; None where there was no such file.

    Raises GitError, for a file of more than so many bytes, too.
    """
    listed = repository.git.ask("ls-tree", "-z", "-l", commit, "--", path)
    if not listed:
        return None
    mode, kind, blob, size = listed.split(b"\t")[0].split()
    if kind != b"blob" or mode == b"120000":
        raise GitError(f"{path} was no file in {commit[:10]}", "choose another version")
    if int(size) > at_most:
        raise GitError(f"{path} has more than {at_most:,} bytes there", "choose another version")
    return repository.git.ask("cat-file", "blob", blob.decode("ascii"))


def versions(
    repository: Repository, archive: Callable[[str], str], start: str
) -> Iterator[Version]:
    """Give the commits that changed the ledger or its archive, newest first, through renames.

    `archive` gives the archive's path for a ledger's, which has other names in earlier times;
    `start` is the commit to begin with. Raises GitError.
    """
    path = repository.path
    while True:
        listed = repository.git.ask(
            "rev-list", "--date-order", f"--format={_FORMAT}", start, "--", path, archive(path)
        )
        # Each commit has two lines: its hash once more, and what the format asks for.
        found = [line.decode("utf-8", "replace") for line in listed.split(b"\n")[1::2]]
        if not found:
            return
        *others, oldest = (_version(line, path) for line in found)
        yield from others
        before = _renamed_from(repository, oldest)
        yield oldest._replace(before=before or path)
        if before is None:
            return
        path, start = before, oldest.parents[0]


def _version(line: str, path: str) -> Version:
    commit, parents, when, author, subject = line.split("\0", 4)
    day = datetime.fromisoformat(when)
    return Version(commit, tuple(parents.split()), day, author, subject, path, path)


def _renamed_from(repository: Repository, version: Version) -> str | None:
    """Find the ledger's path before a commit that made it, where another file became it."""
    if len(version.parents) != 1:
        return None
    words = ("diff-tree", "-r", "-M", "-z", "--no-ext-diff", "--name-status", "--diff-filter=R")
    listed = repository.git.ask(*words, version.parents[0], version.commit).split(b"\0")
    renames = zip(listed[1::3], listed[2::3], strict=False)
    return next((os.fsdecode(a) for a, b in renames if os.fsdecode(b) == version.path), None)


def _line(found: bytes | None) -> str | None:
    return None if found is None else os.fsdecode(found.removesuffix(b"\n"))
