"""Files of commits, read through one process of git's, whatever lies there or happens to it."""

import os
import random
import shutil
from pathlib import Path
from typing import Final

import pytest

from cmeledger.git.call import Caller, GitError, caller
from cmeledger.git.objects import Objects
from repositories import CLEAN, commit, needs_git, run_git

pytestmark = needs_git

MOST: Final = 1000
LOST: Final = "is damaged, or not in this clone"


@pytest.fixture(params=["sha1", "sha256"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Give a repository without commits, with short and with long hashes."""
    run_git(tmp_path, "init", "-q", f"--object-format={request.param}")
    return tmp_path


def git(folder: Path, path: str | None = None) -> Caller:
    found = caller(str(folder), CLEAN | ({} if path is None else {"PATH": path}))
    assert found is not None
    return found


def wrapped(folder: Path, script: str) -> str:
    """Put a script in git's place; give the PATH on which it is found."""
    bin = folder / "bin"
    bin.mkdir()
    real = shutil.which("git")
    (bin / "git").write_text(f'#!/bin/sh\ngit="{real}"\n{script}', "utf-8")
    (bin / "git").chmod(0o700)
    return f"{bin}{os.pathsep}{os.environ['PATH']}"


def text(objects: Objects, commit: str, path: str) -> bytes | None:
    name = objects.find(commit, path, MOST)
    return None if name is None else objects.text(name, MOST)


def refused(objects: Objects, commit: str, path: str) -> str:
    with pytest.raises(GitError) as caught:
        objects.find(commit, path, MOST)
    return str(caught.value).split("\n")[0]


def test_what_a_commit_has_for_a_path(folder: Path) -> None:
    nested = folder / "a b" / "line\nbreak" / "cme.toml"
    nested.parent.mkdir(parents=True)
    nested.write_bytes(b"nested\r\n")
    nested.with_name("more").write_bytes(b"x" * (MOST + 1))
    (folder / "empty").write_bytes(b"")
    (folder / "run").write_bytes(b"#!")
    (folder / "run").chmod(0o700)
    (folder / "link").symlink_to("empty")
    (folder / "most").write_bytes(b"x" * MOST)
    (folder / "more").write_bytes(b"x" * (MOST + 1))
    made = commit(folder / "cme.toml", "top\n")
    with Objects(git(folder)) as objects:
        assert text(objects, made, "cme.toml") == b"top\n"
        assert text(objects, made, "a b/line\nbreak/cme.toml") == b"nested\r\n"
        assert text(objects, made, "empty") == b""
        assert text(objects, made, "run") == b"#!"
        assert text(objects, made, "most") == b"x" * MOST
        for path in ("none", "cme.tom", "none/cme.toml", "empty/cme.toml", "link/cme.toml"):
            assert text(objects, made, path) is None
        assert refused(objects, made, "link") == f"link was no file in {made[:10]}"
        assert refused(objects, made, "a b") == f"a b was no file in {made[:10]}"
        long = "has more than 1,000 bytes there"
        assert refused(objects, made, "a b/line\nbreak/more") == rf"a b/line\nbreak/more {long}"
        assert refused(objects, made, "more") == "more has more than 1,000 bytes there"
        assert text(objects, made, "cme.toml") == b"top\n"  # it goes on after that


def test_an_object_that_breaks_off_takes_no_other_with_it(folder: Path) -> None:
    bad = folder / "bad"
    bad.write_bytes(random.Random(1).randbytes(MOST))  # nothing of it can be packed smaller
    made = commit(folder / "good", "good\n")
    name = run_git(folder, "rev-parse", f"{made}:bad").strip()
    kept = folder / ".git" / "objects" / name[:2] / name[2:]
    kept.chmod(0o600)
    os.truncate(kept, MOST // 2)
    with Objects(git(folder)) as objects:
        assert refused(objects, made, "bad") == f"bad of {made[:10]} {LOST}"
        assert text(objects, made, "good") == b"good\n"
        assert refused(objects, "0" * len(made), "good") == f"good of 0000000000 {LOST}"
        assert text(objects, made, "good") == b"good\n"


def test_a_git_that_dies_is_started_once_more(folder: Path) -> None:
    made = commit(folder / "cme.toml", "top\n")
    path = wrapped(folder, 'test -e "$0.ran" && exec "$git" "$@"\ntouch "$0.ran"\n')
    with Objects(git(folder, path)) as objects:
        assert text(objects, made, "cme.toml") == b"top\n"


def test_a_git_that_always_dies_or_never_answers(folder: Path) -> None:
    made = commit(folder / "cme.toml", "top\n")
    path = wrapped(folder, "exit 3\n")
    with Objects(git(folder, path)) as objects:
        assert refused(objects, made, "cme.toml") == f"cme.toml of {made[:10]} {LOST}"
    (folder / "bin" / "git").write_text("#!/bin/sh\nexec sleep 600\n", "utf-8")
    with Objects(git(folder, path)._replace(seconds=0.1)) as objects:
        assert refused(objects, made, "cme.toml") == "git did not answer"
    (folder / "bin" / "git").write_text("#!/nowhere\n", "utf-8")
    with Objects(git(folder, path)) as objects:
        assert refused(objects, made, "cme.toml").startswith("git could not be run: ")
