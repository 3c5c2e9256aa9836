"""`archive` and `restore` killed: no record is lost, and after the next command none is doubled."""

import os
import random
import signal
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from conftest import run_here
from saving import beside, start
from test_archive import AS_OF, TEXT, file, other

__all__ = ["file"]

KILLED = """
import os, signal, sys
from cmeledger.cli.main import Io, main
from cmeledger.ledger import disk, platform, save
state, moment, *words = sys.argv[1:]
steps = 0
def die():
    os.kill(os.getpid(), signal.SIGKILL)
def counted(step):
    def run(*arguments):
        global steps
        steps += 1
        if str(steps) == moment:
            die()
        return step(*arguments)
    return run
def between(step):
    def run(*arguments):
        try:
            return step(*arguments)
        finally:
            die()
    return run
if moment == "between":
    save.attempt = between(save.attempt)
else:
    for module, name in (
        (disk, "make"), (disk, "fill"), (disk, "keep_names"), (platform, "swap"),
        (os, "rename"), (os, "replace"), (os, "unlink"), (os, "fsync"), (os, "write"),
    ):
        setattr(module, name, counted(getattr(module, name)))
sys.exit(main(words, Io(sys.stdout, sys.stderr, {"CMELEDGER_HISTORY": state})))
"""
"""Runs a command that is killed between its two saves, or before one of its steps on the disk."""
NEXT = (
    ("add", "Rounds", "--category", "1", "--credits", "1"),
    ("edit", "recent", "--note", "seen"),
    ("fmt",),
    ("archive", "--apply", "--yes"),
    ("redo",),
)
"""Commands that write; `redo` finds nothing to do again, and clears up all the same."""


def ids(path: Path) -> Counter[str]:
    """Count the ids of a file."""
    tables = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    return Counter(record["id"] for record in tables.get("activity", ()))


def listed(ledger: Path) -> list[str]:
    """Ask which records there are."""
    answer = run_here("list", str(ledger), *AS_OF, "--json")
    assert answer.code == 0, answer.err
    return [record["id"] for record in answer.json["records"]]


@pytest.mark.parametrize(
    "kills", [10, pytest.param(200, marks=pytest.mark.soak)], ids=["short", "soak"]
)
@pytest.mark.parametrize("move", ["archive", "restore"])
def test_each_record_is_in_one_file_after_the_next_command(
    file: Path, move: str, kills: int
) -> None:
    state = str(file.parent.parent / "history")
    env = {"CMELEDGER_HISTORY": state}
    dice = random.Random(move)
    ends = Counter[str]()
    for kill in range(kills):
        file.write_text(TEXT, "utf-8")
        other(file).unlink(missing_ok=True)
        words = ["archive", "--apply", "--yes"]
        if move == "restore":
            assert run_here(*words, str(file), *AS_OF, env=env).code == 0
            words = ["restore", "sepsis"]
        whole = ids(file) + ids(other(file))
        assert set(whole) == {"ehr-course", "sepsis", "recent", "paper"}
        moment = "between" if kill % 2 == 0 else str(dice.randint(1, 40))
        process = start(KILLED, state, moment, *words, file, *AS_OF)
        process.communicate(timeout=300)
        assert process.returncode in (-signal.SIGKILL, 0)
        found = ids(file) | ids(other(file))
        assert found == whole, moment  # none is lost,
        assert Counter(listed(file)) == whole, moment  # none counts twice,
        twice = ids(file) & ids(other(file))
        if moment == "between":
            assert set(twice) == ({"sepsis"} if move == "restore" else {"sepsis", "paper"})
        done = run_here(*dice.choice(NEXT), str(file), *AS_OF, env=env)
        assert done.code in (0, 4), done.err
        after = ids(file) + ids(other(file))
        after.pop("2026-03-01-rounds", None)
        assert after == whole, moment  # and none stays in both
        left = [name for name in beside(file) if name != other(file).name]
        assert left == [], moment
        ends["in both" if twice else "done" if process.returncode == 0 else "in one"] += 1
    print(f"{move}: {kills} kills, {dict(ends)}, none lost or doubled")


@pytest.mark.parametrize("way", ["undo", "redo"])
def test_the_same_of_undo_and_redo(file: Path, way: str) -> None:
    state = str(file.parent.parent / "history")
    env = {"CMELEDGER_HISTORY": state}
    whole = ids(file)
    assert run_here("archive", "--apply", "--yes", str(file), *AS_OF, env=env).code == 0
    if way == "redo":
        assert run_here("undo", str(file), *AS_OF, env=env).code == 0
    process = start(KILLED, state, "between", way, file, *AS_OF)
    process.communicate(timeout=300)
    assert process.returncode == -signal.SIGKILL
    assert set(ids(file) & ids(other(file))) == {"sepsis", "paper"}
    done = run_here("edit", "recent", "--note", "seen", str(file), *AS_OF, env=env)
    assert done.code == 0, done.err
    assert ids(file) + ids(other(file)) == whole
    assert os.listdir(file.parent).count(other(file).name) == 1


@pytest.mark.parametrize("way", ["undo", "redo"])
def test_an_archive_that_comes_or_goes_when_the_turn_is_killed(file: Path, way: str) -> None:
    state = str(file.parent.parent / "history")
    env = {"CMELEDGER_HISTORY": state}
    dice = random.Random(way)
    whole = ids(file)
    # A turn takes 33 such steps; the last two of an undo take the archive away.
    for kill in (*dice.sample(range(1, 31), 3), 31, 32, 33):
        assert run_here("archive", "--apply", "--yes", str(file), *AS_OF, env=env).code == 0
        if way == "redo":
            assert run_here("undo", str(file), *AS_OF, env=env).code == 0
            assert not other(file).exists()
        start(KILLED, state, str(kill), way, file, *AS_OF).communicate(timeout=300)
        assert ids(file) | ids(other(file)) == whole, kill
        done = run_here("edit", "recent", "--note", str(kill), str(file), *AS_OF, env=env)
        assert done.code == 0, done.err
        assert ids(file) + ids(other(file)) == whole, kill
        assert set(beside(file)) <= {other(file).name}, kill
        file.write_text(TEXT, "utf-8")
        other(file).unlink(missing_ok=True)
