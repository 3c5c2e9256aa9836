"""Commit a few files of a repository, and nothing else that lies in it or is staged.

Git's own hooks are not run, nothing is signed, nothing is sent anywhere. What the repository's
attributes name as filters runs, as with every `git add`.
"""

import os
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from typing import Final, NamedTuple

from cmeledger.git.call import Caller, GitError
from cmeledger.git.repository import Repository
from cmeledger.problems import Exit

SECONDS: Final = 120.0
"""How long git may take to read the files and to write the commit."""
_IDENTITY: Final = tuple(
    f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL", "DATE")
)
_SETTINGS: Final = (
    "-c", "user.useConfigOnly=true", "-c", "i18n.commitEncoding=UTF-8",
    "-c", "gc.auto=0", "-c", "maintenance.auto=false",
)  # fmt: skip
_BY_STDIN: Final = ("--pathspec-from-file=-", "--pathspec-file-nul")
_GOING_ON: Final = (
    ("MERGE_HEAD", "merge", "a merge"),
    ("rebase-merge", "rebase", "a rebase"),
    (os.path.join("rebase-apply", "applying"), "am", "applying patches (git am)"),
    ("rebase-apply", "rebase", "a rebase"),
    ("CHERRY_PICK_HEAD", "cherry-pick", "a cherry-pick"),
    ("REVERT_HEAD", "revert", "a revert"),
)
"""What lies in git's folder while something is not finished, git's word for it, and ours."""

_TELLING: Final = ("HEAD", "index", os.path.join("logs", "HEAD"), "config", "MERGE_HEAD")


class NotCommitted(GitError):
    """Nothing was committed, and what is staged is as it was."""

    exit = Exit.NOT_WRITTEN


class Changed(NamedTuple):
    """A file that is not as the last commit has it."""

    path: str
    """From the top of the work tree, with slashes."""
    how: str
    """ "added", "changed" or "removed"."""
    is_new: bool
    """Whether git is still to be told of it."""


def ready(repository: Repository, env: Mapping[str, str]) -> None:
    """See that a commit can be made here now. Raises NotCommitted with what to do first."""
    git = repository.git
    folder = _folder(git)
    for name, word, what in _GOING_ON:
        if os.path.lexists(os.path.join(folder, name)):
            raise NotCommitted(
                f"{what} is not finished in this repository",
                f"finish it: git {word} --continue; or give it up: git {word} --abort",
            )
    unmerged = git.ask("ls-files", "--unmerged", "-z").split(b"\0")[0]
    if unmerged:
        path = os.fsdecode(unmerged.split(b"\t", 1)[1])
        raise NotCommitted(
            f"{path} has conflicts that are not resolved", "mend it, then: git add FILE"
        )
    lock = os.path.join(folder, "index.lock")
    if os.path.lexists(lock):
        raise NotCommitted(
            "another git is at work in this repository",
            f"wait until it is done; if none is, one was cut off: take {lock} away",
        )


def identified(repository: Repository, env: Mapping[str, str]) -> None:
    """See that git knows whose commit it will be: it guesses none. Raises NotCommitted."""
    for who in ("AUTHOR", "COMMITTER"):
        if _writer(repository, env).maybe("var", f"GIT_{who}_IDENT") is None:
            raise NotCommitted(
                "git does not know who you are",
                'tell it: git config --global user.name "YOUR NAME"\n'
                "and: git config --global user.email YOU@EXAMPLE.ORG",
            )


def watched(repository: Repository) -> tuple[str, ...]:
    """Name the files of git's own that tell one state from the next. Raises GitError."""
    folder = _folder(repository.git)
    return tuple(os.path.join(folder, name) for name in _TELLING)


def changed(repository: Repository, paths: Collection[str], folder: str) -> list[Changed]:
    """Find which of some files are not as the last commit has them; those that git ignores never.

    Takes paths from the top of the work tree, all of them below a folder of it ("": the top).
    Raises GitError.
    """
    roots = _roots(paths, folder)
    listed = repository.git._replace(seconds=SECONDS).ask(
        "status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--", *roots
    )
    states: dict[str, set[str]] = {}
    for line in filter(None, listed.split(b"\0")):
        states.setdefault(os.fsdecode(line[3:]), set()).add(line[:2].decode("ascii"))
    same = _same(repository, [path for path in paths if states.get(path) == {" M"}], roots)
    return [_changed(path, states[path]) for path in paths if path in states and path not in same]


def _same(repository: Repository, paths: Collection[str], roots: Iterable[str]) -> set[str]:
    """Find those that git calls changed for their size alone, as when only their line ends are.

    What is staged of them, and so committed, has the same bytes and mode as they would have.
    """
    facts: dict[str, list[bytes]] = {}
    if paths:
        listed = repository.git.ask("diff-files", "-z", "--", *roots).split(b"\0")
        names = map(os.fsdecode, listed[1::2])
        facts = dict(zip(names, map(bytes.split, listed[::2]), strict=False))
    asked = [
        path
        for path in paths
        if "\n" not in path and path in facts and facts[path][0] == b":" + facts[path][1]
    ]
    if not asked:
        return set()
    given = b"".join(os.fsencode(path) + b"\n" for path in asked)
    git = repository.git._replace(seconds=SECONDS)
    try:
        blobs = git.ask("hash-object", "--stdin-paths", given=given).split()
    except GitError:  # git will say why when it is to commit them
        return set()
    return {path for path, blob in zip(asked, blobs, strict=True) if facts[path][2] == blob}


def held(repository: Repository, paths: Iterable[str]) -> dict[str, str]:
    """Find which of some files git is told not to look at, and the option that takes it back.

    Takes paths from the top of the work tree. Raises GitError.
    """
    listed = repository.git.ask("ls-files", "-v", "-z", "--", *paths).split(b"\0")
    found = {}
    for line in filter(None, listed):
        tag = line[:1].decode("ascii")
        if tag.islower():
            found[os.fsdecode(line[2:])] = "--no-assume-unchanged"
        elif tag == "S":
            found[os.fsdecode(line[2:])] = "--no-skip-worktree"
    return found


def ignored(repository: Repository, paths: Collection[str], folder: str) -> list[str]:
    """Find which of some files git is told to ignore, as `changed` takes them. Raises GitError."""
    listed = repository.git.ask(
        "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--",
        *_roots(paths, folder),
    )  # fmt: skip
    found = set(map(os.fsdecode, listed.split(b"\0")))
    return [path for path in paths if path in found]


def unseen(repository: Repository, paths: Collection[str], folder: str) -> list[str]:
    """Find which of some files git does not know, as `changed` takes them. Raises GitError.

    Those that could be added are among them; so is what lies in another repository below.
    """
    listed = repository.git.ask("ls-files", "-z", "--", *_roots(paths, folder))
    known = set(map(os.fsdecode, listed.split(b"\0")))
    return [path for path in paths if path not in known]


def commit(
    repository: Repository, files: Iterable[Changed], message: str, env: Mapping[str, str]
) -> str:
    """Commit files as they are now, with a message as it is; return the commit.

    What is staged of other files stays staged. Raises NotCommitted.
    """
    git = _writer(repository, env)
    if _head(git) != repository.head:
        raise NotCommitted("another commit was made meanwhile", "look at it, and commit again")
    files = tuple(files)
    # UTF-8 whatever the locale is, with an escape for what is no character.
    said = os.fsdecode(message.encode("utf-8", "backslashreplace"))
    new = _listed(file.path for file in files if file.is_new)
    done = False
    try:
        if new:
            git.ask("add", "--intent-to-add", *_BY_STDIN, given=new)
        git.ask(
            "commit", "--only", "--quiet", "--no-verify", "--no-gpg-sign", "--no-status",
            "--cleanup=verbatim", f"--message={said}", *_BY_STDIN,
            given=_listed(file.path for file in files),
        )  # fmt: skip
        done = True
    except GitError as error:
        raise NotCommitted(*str(error).split("\n", 1)) from error
    finally:
        if new and not done:
            with suppress(GitError):
                git.ask("rm", "--cached", "--quiet", "--force", *_BY_STDIN, given=new)
    return _head(git) or ""


def _writer(repository: Repository, env: Mapping[str, str]) -> Caller:
    git = repository.git
    own = {key: env[key] for key in _IDENTITY if key in env}
    return git._replace(command=(*git.command, *_SETTINGS), env={**git.env, **own}, seconds=SECONDS)


def _folder(git: Caller) -> str:
    return os.fsdecode(git.ask("rev-parse", "--absolute-git-dir").removesuffix(b"\n"))


def _head(git: Caller) -> str | None:
    found = git.maybe("rev-parse", "--quiet", "--verify", "HEAD")
    return None if found is None else found.strip().decode("ascii")


def _listed(paths: Iterable[str]) -> bytes:
    return b"".join(os.fsencode(path) + b"\0" for path in paths)


def _roots(paths: Iterable[str], folder: str) -> list[str]:
    """Name what the files lie in, just below their folder: thousands of them, a few names."""
    start = folder and f"{folder}/"
    return sorted({start + path.removeprefix(start).split("/", 1)[0] for path in paths})


def _changed(path: str, states: set[str]) -> Changed:
    is_new = "??" in states
    if is_new and len(states) == 1:
        return Changed(path, "added", is_new)
    if not is_new and any("D" in state for state in states):
        return Changed(path, "removed", is_new)
    return Changed(path, "added" if any("A" in s for s in states) else "changed", is_new)
