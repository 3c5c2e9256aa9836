"""The repository that a ledger stands in: where it is, and the versions of the ledger it keeps."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from shlex import quote
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
    if not os.path.isdir(folder):
        raise GitError(f"there is no folder {folder}", "check the path of the ledger")
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
            named = re.search(r"'(.*)'", error.said)
            top = named[1] if named else folder
            raise GitError(
                f"git does not trust {top}: the folder is another user's",
                f"if you do: git config --global --add safe.directory {quote(top)}",
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
        advice = "HEAD is the last; others: cmeledger log"
        one, _, other = revision.partition("..")
        if other.lstrip("."):
            advice = f"two versions are two words: {one or 'HEAD'} {other.lstrip('.')}"
        raise GitError(f"git knows no version '{revision}'", advice) from error


def version(repository: Repository, commit: str, path: str) -> Version:
    """Describe a commit, in which the ledger has a path. Raises GitError."""
    words = ("rev-list", "-1", "--encoding=UTF-8", f"--format={_FORMAT}", commit)
    return _version(_lines(repository.git.ask(*words))[0], path)


def place(repository: Repository, commit: str, archive: Callable[[str], str]) -> str | None:
    """Find the path that the ledger has in a commit, also before it was renamed; None: it has none.

    `archive` is as for `versions`. Raises GitError.
    """
    if _has(repository, commit, repository.path):
        return repository.path
    if repository.head is None:
        return None
    earlier = (item.before for item in versions(repository, archive, repository.head))
    return next((path for path in earlier if _has(repository, commit, path)), None)


def _has(repository: Repository, commit: str, path: str) -> bool:
    return bool(repository.git.ask("ls-tree", "-z", "--name-only", commit, "--", path))


def is_cut(repository: Repository, commit: str) -> bool:
    """Tell whether a shallow clone ends at a commit: what came before is not in it."""
    if _line(repository.git.maybe("rev-parse", "--is-shallow-repository")) != "true":
        return False
    name = _line(repository.git.ask("rev-parse", "--git-path", "shallow")) or ""
    try:
        with open(os.path.join(repository.top, name), "rb") as opened:
            return commit.encode("ascii") in opened.read().split()
    except OSError:
        return False


def versions(
    repository: Repository, archive: Callable[[str], str], start: str
) -> Iterator[Version]:
    """Give the commits that changed the ledger or its archive, newest first, through renames.

    `archive` gives the archive's path for a ledger's, which has other names in earlier times;
    `start` is the commit to begin with. Raises GitError.
    """
    path = repository.path
    if not _has(repository, start, path):
        path = _renamed_from(repository, path, "diff-index", "--cached", start) or path
    while True:
        listed = repository.git.ask(
            "rev-list", "--date-order", "--encoding=UTF-8", f"--format={_FORMAT}",
            start, "--", path, archive(path),
        )  # fmt: skip
        found = _lines(listed)
        if not found:
            return
        *others, oldest = (_version(line, path) for line in found)
        yield from others
        before = None
        if len(oldest.parents) == 1:
            words = ("diff-tree", "-r", oldest.parents[0], oldest.commit)
            before = _renamed_from(repository, path, *words)
        yield oldest._replace(before=before or path)
        if before is None:
            return
        path, start = before, oldest.parents[0]


def _lines(listed: bytes) -> list[str]:
    """Split what was listed: each commit has its hash once more, then what the format asks for."""
    return [line.decode("utf-8", "replace") for line in listed.split(b"\n")[1::2]]


def _version(line: str, path: str) -> Version:
    commit, parents, when, author, subject = line.split("\0", 4)
    try:
        day = datetime.fromisoformat(when)
    except ValueError:  # a time that nobody has, which a commit can be given
        day = datetime.fromtimestamp(0, UTC)
    return Version(commit, tuple(parents.split()), day, author, subject, path, path)


def _renamed_from(repository: Repository, path: str, *words: str) -> str | None:
    """Find the path that a file had before, where git compares two trees."""
    options = ("-M", "-z", "--no-ext-diff", "--name-status", "--diff-filter=R")
    listed = repository.git.ask(words[0], *options, *words[1:]).split(b"\0")
    renames = zip(listed[1::3], listed[2::3], strict=False)
    return next((os.fsdecode(a) for a, b in renames if os.fsdecode(b) == path), None)


def _line(found: bytes | None) -> str | None:
    return None if found is None else os.fsdecode(found.removesuffix(b"\n"))
