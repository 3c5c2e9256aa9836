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


DAY: Final = 86400
"""A day in seconds."""


def commit(file: Path, text: str | None = None, subject: str = "a change", when: int = NOON) -> str:
    """Write a ledger, unless it is there as it should be, and commit its folder; give the hash."""
    if text is not None:
        file.write_text(text, "utf-8")
    run_git(file.parent, "add", "--all")
    run_git(file.parent, "commit", "-q", "--allow-empty", "-m", subject, when=when)
    return run_git(file.parent, "rev-parse", "HEAD").strip()


def make_hostile(folder: Path) -> Path:
    """Let a repository name programs wherever git would take one; give the file that they make."""
    ran = folder / "ran"
    script = folder / "script"
    script.write_text(f"#!/bin/sh\ntouch '{ran}'\ncat\n", "utf-8")
    script.chmod(0o700)
    for key in _PROGRAMS:
        run_git(folder, "config", key, str(script))
    for verb in (
        "cat-file",
        "diff-index",
        "diff-tree",
        "ls-files",
        "ls-tree",
        "rev-list",
        "rev-parse",
    ):
        run_git(folder, "config", f"alias.{verb}", f"!{script}")
    run_git(folder, "config", "log.showSignature", "true")
    (folder / ".gitattributes").write_text("* filter=x diff=x merge=x\n", "utf-8")
    for hook in ("post-index-change", "reference-transaction", "post-checkout"):
        path = folder / ".git" / "hooks" / hook
        path.parent.mkdir(exist_ok=True)
        shutil.copy(script, path)
    return ran


_PROGRAMS: Final = (
    "core.fsmonitor",
    "core.pager",
    "pager.rev-list",
    "pager.diff-tree",
    "core.editor",
    "core.sshCommand",
    "core.askPass",
    "credential.helper",
    "gpg.program",
    "gpg.ssh.program",
    "diff.external",
    "filter.x.clean",
    "filter.x.smudge",
    "filter.x.process",
    "diff.x.command",
    "diff.x.textconv",
    "merge.x.driver",
)
"""The keys of a configuration that name a program."""


def forget_tree(folder: Path) -> Path:
    """Take an object away that git would fetch by a program; give the file that this makes."""
    ran = folder / "ran"
    script = folder / "script"
    script.write_text(f"#!/bin/sh\ntouch '{ran}'\n", "utf-8")
    script.chmod(0o700)
    tree = run_git(folder, "rev-parse", "HEAD^{tree}").strip()
    for key, value in (
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", "ssh://elsewhere/x"),
        ("protocol.ssh.allow", "always"),
        ("core.sshCommand", str(script)),
    ):
        run_git(folder, "config", key, value)
    (folder / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    return ran
