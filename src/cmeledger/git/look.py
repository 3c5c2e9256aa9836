"""What git knows of a ledger: a verdict that never fails.

Only plumbing is called. What stands in the file is compared by its hash: no filter is run.
"""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import new as new_hash
from typing import NamedTuple

from cmeledger.git.call import GitError, caller


class Git(NamedTuple):
    """Where a ledger stands in its repository."""

    state: str
    """ "no-git", "no-answer", "no-repository", "untracked", "added" (not committed yet), "changed"
    (since the last commit) or "committed"."""
    committed: datetime | None = None
    """When the last commit was made that changed it."""


def look(file: str, data: bytes, env: Mapping[str, str]) -> Git:
    """Ask the installed git about a file whose bytes are `data`. Never raises."""
    folder, name = os.path.split(os.path.realpath(file))
    git = caller(folder, env)
    if git is None:
        return Git("no-git")
    try:
        if (git.maybe("rev-parse", "--is-inside-work-tree") or b"").strip() != b"true":
            return Git("no-repository")
        if not git.maybe("ls-files", "-z", "--", name):
            return Git("untracked")
        tree = git.maybe("ls-tree", "-z", "HEAD", "--", name)
        if tree is None and git.maybe("rev-parse", "--quiet", "--verify", "HEAD") is not None:
            return Git("no-answer")
        if not tree:  # no commit of it, or none at all yet
            return Git("added")
        last = git.ask("rev-list", "-1", "--format=%ct", "HEAD", "--", name)
        day = datetime.fromtimestamp(int(last.split()[-1]), UTC)
        blob = tree.split(b"\t")[0].split()[2].decode("ascii")
    except (GitError, OSError, ValueError, IndexError):
        return Git("no-answer")
    # git may keep lines with LF that have CRLF in the file.
    texts = (data, data.replace(b"\r\n", b"\n"))
    same = blob in (_blob(text, len(blob)) for text in texts)
    return Git("committed" if same else "changed", day)


def _blob(data: bytes, length: int) -> str:
    """Give the hash that git has for a text; old repositories take SHA-1."""
    made = new_hash("sha256" if length == 64 else "sha1", usedforsecurity=False)
    made.update(b"blob %d\0" % len(data) + data)
    return made.hexdigest()
