"""A ledger as it is staged: what the next commit will hold, whatever lies in the folder."""

import os
from collections.abc import Mapping

from cmeledger.git.call import GitError
from cmeledger.git.repository import find


def staged(file: str, names: tuple[str, ...], env: Mapping[str, str], at_most: int) -> list[bytes]:
    """Give what is staged of a ledger and of others beside it; b"" for one that is not.

    `names` are theirs, without the folder, the ledger's first. `git commit` has a list of its own
    for what is given to it by name: the variable that names it to hooks is believed. Raises
    GitError: without git or a repository, for a ledger that is not staged, and for a text of more
    than so many bytes.
    """
    repository = find(file, env)
    git = repository.git
    if index := env.get("GIT_INDEX_FILE"):
        git = git._replace(env={**git.env, "GIT_INDEX_FILE": os.path.abspath(index)})
    folder = repository.path.rpartition("/")[0]
    found = []
    for name in names:
        path = f"{folder}/{name}".removeprefix("/")
        listed = git.ask("ls-files", "--stage", "-z", "--", path).split(b"\0")[0]
        if not listed:
            found.append(b"")
            continue
        mode, blob, stage = listed.split(b"\t")[0].decode("ascii").split()
        if stage != "0":
            raise GitError(
                f"{name} has conflicts that are not resolved", "mend it, then: git add FILE"
            )
        if mode not in ("100644", "100755"):
            raise GitError(f"{name} is staged as a link", "stage the file itself")
        if int(git.ask("cat-file", "-s", blob)) > at_most:
            raise GitError(f"{name} has more than {at_most:,} bytes", "look at it: git status")
        found.append(git.ask("cat-file", "blob", blob))
    if not found[0]:
        raise GitError(f"{names[0]} is not staged, or is empty", "first: git add FILE")
    return found
