"""What git knows of a ledger, asked without running anything that a repository could name.

Only plumbing is called, with fixed arguments and without a shell: no hooks, monitors, filters,
aliases, pagers, nor fetches. What stands in the file is compared by its hash.
"""

import os
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import new as new_hash
from shutil import which
from typing import Final, NamedTuple

_SECONDS: Final = 10.0
"""How long git may take for one answer."""


class Git(NamedTuple):
    """Where a ledger stands in its repository."""

    state: str
    """ "no-git", "no-answer", "no-repository", "untracked", "added" (not committed yet), "changed"
    (since the last commit) or "committed"."""
    committed: datetime | None = None
    """When the last commit was made that changed it."""


def look(file: str, data: bytes, env: Mapping[str, str]) -> Git:
    """Ask the installed git about a file whose bytes are `data`. Never raises."""
    program = which("git", path=env.get("PATH") or os.defpath)
    if program is None:
        return Git("no-git")
    folder, name = os.path.split(os.path.realpath(file))
    command = [
        program, "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
        "--no-optional-locks", "--no-pager", "--literal-pathspecs", "-C", folder,
    ]  # fmt: skip
    clean = {key: value for key, value in env.items() if not key.startswith("GIT_")}
    # An object that is not there would be fetched, by a program that the repository names.
    clean |= {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none", "GIT_TERMINAL_PROMPT": "0"}

    def ask(*words: str) -> bytes | None:
        done = subprocess.run(  # noqa: S603 - fixed words, no shell
            [*command, *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=clean,
            timeout=_SECONDS,
            check=False,
        )
        return done.stdout if done.returncode == 0 else None

    try:
        if (ask("rev-parse", "--is-inside-work-tree") or b"").strip() != b"true":
            return Git("no-repository")
        if not ask("ls-files", "-z", "--", name):
            return Git("untracked")
        tree = ask("ls-tree", "-z", "HEAD", "--", name)
        if tree is None and ask("rev-parse", "--quiet", "--verify", "HEAD") is not None:
            return Git("no-answer")
        if not tree:  # no commit of it, or none at all yet
            return Git("added")
        last = ask("rev-list", "-1", "--format=%ct", "HEAD", "--", name) or b""
        day = datetime.fromtimestamp(int(last.split()[-1]), UTC)
        blob = tree.split(b"\t")[0].split()[2].decode("ascii")
    except (OSError, ValueError, IndexError, subprocess.SubprocessError):
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
