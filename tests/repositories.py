"""Real repositories for the tests of git: with no configuration but their own, on fixed days."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

needs_git: Final = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
NOON: Final = 1769947200
"""2026-02-01 at noon in Greenwich: the same day wherever the test runs."""
CLEAN: Final = {
    **{key: value for key, value in os.environ.items() if not key.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}
"""An environment in which git knows nothing of the machine."""
_IDENTITY: Final = ("-c", "user.name=Sample", "-c", "user.email=sample@example.org")


def run_git(folder: Path, *words: str, when: int = NOON) -> str:
    """Call git in a folder, as one invented person; return what it prints.

    `when` is the time of a commit, in seconds. Raises CalledProcessError where git fails.
    """
    day = f"{when} +0000"
    env = CLEAN | {"GIT_COMMITTER_DATE": day, "GIT_AUTHOR_DATE": day}
    done = subprocess.run(
        ["git", *_IDENTITY, *words],
        cwd=folder,
        env=env,
        check=True,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
    )
    return done.stdout
