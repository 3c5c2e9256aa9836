"""Merges that the real git makes through the driver: merge, rebase, cherry-pick, stash, CRLF."""

import random
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from ledgers import LIST, OTHER, TALK
from merging import grown, one_side, trouble
from repositories import needs_git, run_git

pytestmark = needs_git

HEAD = 'format = 1\n[physician]\nname = "Maya Chen, MD"\nbirthday = "05-10"\n'
LATE = OTHER.replace('"other"', '"late"').replace("2025-06-01", "2025-07-01")
PROGRAM: Final = f"{shlex.quote(sys.executable)} -m cmeledger"
GUARDED: Final = (
    " merge-file %O %A %B --marker-size %L --path=%P; code=$?; test $code -le 1 && exit $code; "
    "git merge-file --marker-size=%L -L ours -L base -L theirs %A %O %B"
)
"""Git takes an error for a conflict, with ours alone in the file."""
DRIVER: Final = PROGRAM + GUARDED
HISTORIES: Final = 100
"""How many a block of the long run merges."""


def ledger(*records: str) -> bytes:
    """Write a ledger of some records."""
    return (HEAD + "".join(records)).encode()


def repository(folder: Path, data: bytes, driver: str | None = DRIVER) -> Path:
    """Make a repository with one commit of a ledger; without a driver, git merges lines."""
    folder.mkdir()
    run_git(folder, "init", "--quiet", "--initial-branch=main")
    for key, value in {"user.name": "Sample", "user.email": "s@example.org"}.items():
        run_git(folder, "config", key, value)
    run_git(folder, "config", "core.autocrlf", "false")
    if driver:
        run_git(folder, "config", "merge.cmeledger.name", "records of a ledger")
        run_git(folder, "config", "merge.cmeledger.driver", driver)
        (folder / ".gitattributes").write_text("cme.toml merge=cmeledger\n", "utf-8")
        run_git(folder, "add", ".gitattributes")
    commit(folder, data, "base")
    return folder


def commit(folder: Path, data: bytes, what: str) -> None:
    """Write the ledger and commit it."""
    (folder / "cme.toml").write_bytes(data)
    run_git(folder, "add", "cme.toml")
    run_git(folder, "commit", "--quiet", "--allow-empty", "-m", what)


def branches(folder: Path, ours: bytes, theirs: bytes) -> None:
    """Commit one version on main and the other on a branch."""
    run_git(folder, "checkout", "--quiet", "-b", "desk")
    commit(folder, theirs, "theirs")
    run_git(folder, "checkout", "--quiet", "main")
    commit(folder, ours, "ours")


def failing(folder: Path, *words: str) -> str:
    """Call git where it ends with an error; return what it says."""
    with pytest.raises(subprocess.CalledProcessError) as caught:
        run_git(folder, *words)
    return str(caught.value.stdout) + str(caught.value.stderr)


BASE = ledger(TALK, LIST)
OURS = ledger(TALK, LIST, OTHER)
THEIRS = ledger(TALK.replace("1.50", "1.75"), LIST, LATE)
MEANT = ledger(TALK.replace("1.50", "1.75"), LIST, OTHER, LATE)


def test_two_clones_that_both_append_merge(tmp_path: Path) -> None:
    origin = repository(tmp_path / "origin", BASE)
    run_git(tmp_path, "clone", "--quiet", "origin", "desk")
    desk = tmp_path / "desk"
    run_git(desk, "config", "merge.cmeledger.driver", DRIVER)
    commit(desk, THEIRS, "at the desk")
    commit(origin, OURS, "at home")
    run_git(origin, "pull", "--quiet", "--no-rebase", "--no-edit", "../desk", "main")
    assert (origin / "cme.toml").read_bytes() == MEANT
    assert run_git(origin, "status", "--porcelain") == ""


def test_git_alone_calls_the_same_a_conflict(tmp_path: Path) -> None:
    folder = repository(tmp_path / "lines", BASE, driver=None)
    branches(folder, OURS, THEIRS)
    assert "CONFLICT" in failing(folder, "merge", "--no-edit", "desk")


def test_rebase(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", BASE)
    branches(folder, OURS, THEIRS)
    run_git(folder, "rebase", "--quiet", "desk")
    assert (folder / "cme.toml").read_bytes() == MEANT
    assert run_git(folder, "log", "--format=%s").split() == ["ours", "theirs", "base"]


def test_cherry_pick(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", BASE)
    branches(folder, OURS, THEIRS)
    run_git(folder, "cherry-pick", "desk")
    assert (folder / "cme.toml").read_bytes() == MEANT


def test_stash_pop(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", BASE)
    (folder / "cme.toml").write_bytes(THEIRS)
    run_git(folder, "stash")
    commit(folder, OURS, "ours")
    run_git(folder, "stash", "pop")
    assert (folder / "cme.toml").read_bytes() == MEANT


def test_a_conflict_is_one_for_git_and_can_be_settled(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", BASE)
    branches(folder, ledger(TALK.replace("1.50", "2"), LIST, OTHER), THEIRS)
    said = failing(folder, "merge", "--no-edit", "desk")
    assert "CONFLICT (content): Merge conflict in cme.toml" in said
    assert "cmeledger: cme.toml: conflict: talk was changed on both sides: credits" in said
    data = (folder / "cme.toml").read_bytes()
    assert data.count(b"<<<<<<< ours\n") == 1
    assert one_side(data, 7, 1) == MEANT
    commit(folder, one_side(data, 7, 1), "settled")
    assert run_git(folder, "log", "-1", "--format=%P").count(" ") == 1  # two parents


@pytest.mark.parametrize(
    "driver", ["/nowhere/cmeledger" + GUARDED, DRIVER.replace("--path", "--no-such-option --path")]
)
def test_a_driver_that_fails_leaves_the_merge_to_git(tmp_path: Path, driver: str) -> None:
    folder = repository(tmp_path / "r", BASE, driver)
    branches(folder, OURS, THEIRS)
    failing(folder, "merge", "--no-edit", "desk")
    data = (folder / "cme.toml").read_bytes()
    assert one_side(data, 7, 0) == OURS.replace(b"1.50", b"1.75")
    assert one_side(data, 7, 1) == THEIRS


def test_crlf_in_the_repository(tmp_path: Path) -> None:
    base, ours, theirs, meant = (
        data.replace(b"\n", b"\r\n") for data in (BASE, OURS, THEIRS, MEANT)
    )
    folder = repository(tmp_path / "r", base)
    branches(folder, ours, theirs)
    run_git(folder, "merge", "--no-edit", "desk")
    assert (folder / "cme.toml").read_bytes() == meant


def test_crlf_in_the_work_tree_alone(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", BASE)
    run_git(folder, "config", "core.autocrlf", "true")
    branches(folder, OURS.replace(b"\n", b"\r\n"), THEIRS.replace(b"\n", b"\r\n"))
    run_git(folder, "merge", "--no-edit", "desk")
    assert (folder / "cme.toml").read_bytes() == MEANT.replace(b"\n", b"\r\n")
    assert run_git(folder, "show", "HEAD:cme.toml").encode() == MEANT


def test_histories_that_cross(tmp_path: Path) -> None:
    # Each side merges the other's first commit: there is no one common version.
    folder = repository(tmp_path / "r", BASE)
    branches(folder, OURS, THEIRS)
    run_git(folder, "tag", "first")
    run_git(folder, "merge", "--no-edit", "desk")
    run_git(folder, "checkout", "--quiet", "desk")
    run_git(folder, "merge", "--no-edit", "first")
    commit(folder, MEANT.replace(b"credits = 2\n", b"credits = 2.5\n", 1), "more")
    run_git(folder, "checkout", "--quiet", "main")
    commit(folder, MEANT + b"\n# the end\n", "end")
    run_git(folder, "merge", "--no-edit", "desk")
    meant = MEANT.replace(b"credits = 2\n", b"credits = 2.5\n", 1) + b"\n# the end\n"
    assert (folder / "cme.toml").read_bytes() == meant


def test_histories_that_cross_in_a_conflict(tmp_path: Path) -> None:
    # Both sides settled it alike; git's common version has it with markers.
    folder = repository(tmp_path / "r", BASE)
    mine, other, settled = (BASE.replace(b"1.50", credits) for credits in (b"1", b"2", b"3"))
    branches(folder, mine, other)
    run_git(folder, "tag", "first")
    for branch, other_one, data in (
        ("main", "desk", settled + OTHER.encode()),
        ("desk", "first", settled + LATE.encode()),
    ):
        run_git(folder, "checkout", "--quiet", branch)
        failing(folder, "merge", "--no-edit", other_one)
        commit(folder, data, "settled")
    run_git(folder, "checkout", "--quiet", "main")
    run_git(folder, "merge", "--no-edit", "desk")
    assert (folder / "cme.toml").read_bytes() == settled + OTHER.encode() + LATE.encode()


# ─── random histories, beside git's own merge ───────────────────────────────────────────────────


def merges(folder: Path) -> bool:
    """Merge the branch; say whether git calls the merge done."""
    try:
        run_git(folder, "merge", "--no-edit", "desk")
    except subprocess.CalledProcessError as error:
        if error.returncode != 1:
            raise
        return False
    return True


def compare(dice: random.Random, folder: Path) -> Counter[str]:
    """Merge one random history with the driver and without; say how both ended."""
    history = grown(dice)
    base, ours, theirs = (side.data for side in history)
    ends: Counter[str] = Counter()
    for name, driver in (("driver", DRIVER), ("lines", None), ("union", "union")):
        here = repository(folder / name, base, driver if driver != "union" else None)
        if driver == "union":
            (here / ".gitattributes").write_text("cme.toml merge=union\n", "utf-8")
        branches(here, ours, theirs)
        clean = merges(here)
        data = (here / "cme.toml").read_bytes()
        wrong = None
        if clean or (driver == DRIVER and b"<<<<<<< ours\n[" in data.replace(b"\r", b"")):
            wrong = trouble(history, data)
        assert driver != DRIVER or wrong is None, f"{wrong}\n{data.decode()}"
        ends[f"{name}: " + ("wrong" if wrong else "clean" if clean else "conflict")] += 1
    return ends


def compare_all(seeds: Sequence[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Merge a random history for each seed, and print how they ended."""
    ends: Counter[str] = Counter()
    for number, seed in enumerate(seeds):
        here = folder / str(number)
        here.mkdir()
        ends += compare(random.Random(seed), here)
    with capsys.disabled():
        print(f"\n{dict(sorted(ends.items()))}", end="")
    assert ends["driver: wrong"] == 0


def test_random_histories(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    compare_all([f"histories {number}" for number in range(8)], tmp_path, capsys)


@pytest.mark.soak
@pytest.mark.parametrize("block", range(30))
def test_three_thousand_histories(
    block: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seeds = [f"histories {block} {number}" for number in range(HISTORIES)]
    compare_all(seeds, tmp_path, capsys)
