"""How git merges once it is set up, and what `check` and `doctor` say of that."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from shlex import quote

import pytest

from cmeledger.git import patterns
from cmeledger.tui import session
from conftest import HEAD, run_here
from repositories import commit, needs_git, run_git
from setting_up import BROKEN, ENV, PROGRAM, WITHOUT_IT, alone, codes, in_git, setup

pytestmark = needs_git


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return alone(tmp_path)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return in_git(tmp_path)


# ── the driver ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def two_sides(repository: Path) -> Path:
    """Give a ledger to which both of two branches add their own last line."""
    folder = repository.parent
    run_git(folder, "add", "-A")
    run_git(folder, "commit", "-q", "-m", "first")
    repository.with_name(".gitattributes").write_text("cme.toml merge=cmeledger\n", "utf-8")
    for branch in ("theirs", "ours"):
        run_git(folder, "checkout", "-q", "-B", branch, "HEAD")
        repository.write_text(f"{HEAD}# {branch}\n", "utf-8")
        run_git(folder, "commit", "-q", "-a", "-m", branch)
        if branch == "theirs":
            run_git(folder, "checkout", "-q", "HEAD~1")
    return repository


@pytest.mark.parametrize(
    "program",
    [
        "/nowhere/cmeledger",
        f"{quote(sys.executable)} -P -m cme_ledger",
        "sh -c 'kill $$' --",
        "false",
    ],
)
def test_where_the_program_is_gone_the_lines_are_merged(program: str, two_sides: Path) -> None:
    folder = two_sides.parent
    run_git(folder, "config", "merge.cmeledger.driver", patterns.driver(program))
    with pytest.raises(subprocess.CalledProcessError) as failed:
        run_git(folder, "merge", "theirs")
    assert failed.value.returncode == 1
    assert "cmeledger could not merge the records" in failed.value.stderr
    assert two_sides.read_text("utf-8") == (
        f"{HEAD}<<<<<<< ours\n# ours\n=======\n# theirs\n>>>>>>> theirs\n"
    )


def test_what_the_program_answers_counts(two_sides: Path, tmp_path: Path) -> None:
    folder = two_sides.parent
    script = tmp_path / "100% cmeledger"
    script.write_text('#!/bin/sh\necho "$@" > "$3"\nexit 0\n', "utf-8")
    script.chmod(0o755)
    run_git(folder, "config", "merge.cmeledger.driver", patterns.driver(quote(str(script))))
    run_git(folder, "merge", "-q", "theirs", "-m", "merged")
    words = two_sides.read_text("utf-8").split()
    assert words[0] == "merge-file"
    assert words[4:] == ["--marker-size", "7", "--path=cme.toml"]
    run_git(folder, "reset", "-q", "--hard", "HEAD~1")
    script.write_text('#!/bin/sh\necho conflict > "$3"\nexit 1\n', "utf-8")
    with pytest.raises(subprocess.CalledProcessError):
        run_git(folder, "merge", "theirs")
    assert two_sides.read_text("utf-8") == "conflict\n"


def commit_all(folder: Path, what: str) -> None:
    """Commit everything, whatever the hook says of it."""
    run_git(folder, "add", "-A")
    run_git(folder, "commit", "-q", "--no-verify", "-m", what)


def their_branch(ledger: Path, text: str) -> None:
    """Commit another text on a branch of theirs, and begin one of ours beside it."""
    run_git(ledger.parent, "checkout", "-q", "-b", "theirs")
    ledger.write_text(text, "utf-8")
    commit_all(ledger.parent, "theirs")
    run_git(ledger.parent, "checkout", "-q", "-b", "ours", "HEAD~1")


def test_what_does_not_read_is_never_done_if_it_is_all_ours(repository: Path) -> None:
    # What theirs adds is in ours, whose own change above it does not read.
    folder = repository.parent
    late = '[[activity]]\ntitle = "Late"\n'
    setup(repository, "--yes")
    commit_all(folder, "first")
    their_branch(repository, HEAD + late)
    repository.write_text(BROKEN + late, "utf-8")
    commit_all(folder, "ours")
    with pytest.raises(subprocess.CalledProcessError) as failed:
        run_git(folder, "merge", "theirs")
    assert "the result could not be checked: look at it before you commit" in failed.value.stderr
    assert "git merges the lines" not in failed.value.stderr
    assert repository.read_text("utf-8") == BROKEN + late


def test_archived_here_and_changed_there(repository: Path) -> None:
    # The ledger has the conflict, the archive the record as it was; settled for the change, it is
    # in both until one of them goes.
    folder = repository.parent
    archive = repository.with_name("cme.archive.toml")
    talk = '\n[[activity]]\nid = "talk"\ndate = 2018-05-01\ntitle = "Heart"\ncredits = 1\n'
    changed = talk.replace("= 1\n", "= 2\n")
    setup(repository, "--yes")
    repository.write_text(HEAD + talk, "utf-8")
    commit_all(folder, "first")
    their_branch(repository, HEAD + changed)
    repository.write_text(HEAD, "utf-8")
    archive.write_text("format = 1\n" + talk, "utf-8")
    commit_all(folder, "ours")
    with pytest.raises(subprocess.CalledProcessError) as failed:
        run_git(folder, "merge", "theirs")
    assert "conflict: talk was removed here and changed on the other side" in failed.value.stderr
    assert repository.read_text("utf-8") == (
        f"{HEAD}\n<<<<<<< ours\n=======\n{changed.removeprefix(chr(10))}>>>>>>> theirs\n"
    )
    assert archive.read_text("utf-8") == "format = 1\n" + talk
    repository.write_text(HEAD + changed, "utf-8")
    found = run_here("check", str(repository), "--as-of", "2026-03-01", env=ENV)
    assert found.code == 1
    assert (
        "cme.archive.toml:4:6: error[duplicate-id]: the id 'talk' is taken by a record of the ledger"
    ) in found.out
    archive.write_text("format = 1\n", "utf-8")
    assert "duplicate-id" not in codes(repository)


def test_the_name_is_taken_where_everybody_finds_it(repository: Path, tmp_path: Path) -> None:
    script = tmp_path / "bin" / "cmeledger"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\n", "utf-8")
    script.chmod(0o755)
    setup(repository, "--yes", PATH=f"{script.parent}{os.pathsep}{WITHOUT_IT}")
    driver = run_git(repository.parent, "config", "merge.cmeledger.driver")
    assert " cmeledger merge-file %O %A %B " in driver
    setup(repository, "--yes")
    assert f" {PROGRAM} merge-file %O %A %B " in run_git(
        repository.parent, "config", "merge.cmeledger.driver"
    )


def test_a_diff_names_the_record(repository: Path) -> None:
    setup(repository, "--yes")
    keys = "".join(f"x-{n} = {n}\n" for n in range(8))
    text = f'{HEAD}[[activity]]\ntitle = "A talk"\n{keys}'
    repository.write_text(text, "utf-8")
    run_git(repository.parent, "add", "-A")
    repository.write_text(text.replace("x-6 = 6", "x-6 = 7"), "utf-8")
    assert ' @@ title = "A talk"\n' in run_git(repository.parent, "diff")


# ── what check and doctor say ────────────────────────────────────────────────────────────────


def test_a_clone_without_the_driver(repository: Path) -> None:
    assert codes(repository) == []
    setup(repository, "--yes")
    assert codes(repository) == []
    run_git(repository.parent, "config", "--remove-section", "merge.cmeledger")
    assert codes(repository) == ["git-no-driver"]
    found = run_here("check", str(repository), "--as-of", "2026-03-01", env=ENV)
    assert found.code == 0
    assert "git is to merge cme.toml by cmeledger, and this clone does not know how" in found.out
    assert "help: have git merge it record by record: cmeledger git setup\n" in found.out
    assert run_here("check", "--strict", str(repository), env=ENV).code == 1


def test_a_ledger_under_union(repository: Path) -> None:
    repository.with_name(".gitattributes").write_text("*.toml merge=union\n", "utf-8")
    assert codes(repository) == ["git-merge-union"]
    repository.with_name("cme.archive.toml").write_text("format = 1\n", "utf-8")
    found = run_here("check", str(repository), "--as-of", "2026-03-01", "--json", env=ENV).json
    (problem,) = found["problems"]
    assert problem["message"].startswith(
        "git puts the lines of both sides into cme.toml and cme.archive.toml (merge=union)"
    )
    setup(repository, "--yes")
    assert codes(repository) == []


@pytest.mark.parametrize(
    ("attributes", "state"),
    [("", "note"), ("*.toml merge=union", "attention"), ("*.toml merge=cmeledger", "attention")],
)
def test_doctor_says_how_git_merges(attributes: str, state: str, repository: Path) -> None:
    repository.with_name(".gitattributes").write_text(attributes, "utf-8")

    def fact() -> str:
        facts = run_here("doctor", "--json", str(repository), env=ENV).json["facts"]
        return str(next(fact["state"] for fact in facts if fact["id"] == "git-merge"))

    assert fact() == state
    setup(repository, "--yes")
    assert fact() == "ok"


def test_the_screens_name_it_too(repository: Path) -> None:
    repository.with_name(".gitattributes").write_text("*.toml merge=union\n", "utf-8")
    loaded = session.load(str(repository), date(2026, 3, 1))
    assert isinstance(loaded, session.Loaded)
    (problem,) = session.look_closer(loaded).problems
    assert problem.code == "git-merge-union"


def test_outside_a_repository_git_is_not_started(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cmeledger.git.call.caller", lambda *_: pytest.fail("git was asked"))
    assert codes(file) == []


def test_a_repository_that_git_will_not_read(repository: Path) -> None:
    (repository.parent / ".git" / "HEAD").unlink()
    assert codes(repository) == []


# ── a merge of lines, done anew ──────────────────────────────────────────────────────────────


def added(file: Path, title: str, on: str) -> str:
    """Add a record to a ledger and commit that; give the record's text."""
    record = (
        f'\n[[activity]]\ndate = {on}\ntitle = "{title}"\nprovider = "BIDMC"\n'
        'category = 1\ncredits = 1\nno-evidence = "sample"\n'
    )
    commit(file, file.read_text("utf-8") + record, title)
    return record


def test_what_was_merged_by_lines_is_merged_anew_by_records(repository: Path) -> None:
    folder = repository.parent
    commit(repository)
    run_git(folder, "branch", "other")
    mine = added(repository, "Mine", "2025-05-01")
    run_git(folder, "checkout", "-q", "other")
    theirs = added(repository, "Theirs", "2025-04-01")
    with pytest.raises(subprocess.CalledProcessError):
        run_git(folder, "merge", "-")
    said = run_here("check", str(repository), env=ENV)
    assert said.code == 3
    assert "cmeledger git setup, which says how to merge anew" in " ".join(said.out.split())
    done = setup(repository, "--yes")
    assert done.code == 0
    assert "git checkout -m -- cme.toml" in done.err
    run_git(folder, "checkout", "-m", "--", "cme.toml")
    assert repository.read_text("utf-8") == HEAD + theirs + mine
    assert run_here("check", str(repository), env=ENV).code == 0
    commit(repository)
    assert "git checkout -m" not in setup(repository).err


def test_so_is_a_ledger_that_the_other_side_renamed(repository: Path) -> None:
    folder, renamed = repository.parent, repository.with_name("credits.toml")
    assert setup(repository, "--yes").code == 0
    commit(repository, HEAD + "".join(f"# {number}\n" for number in range(20)))
    run_git(folder, "branch", "other")
    run_git(folder, "mv", "cme.toml", "credits.toml")
    assert setup(renamed, "--yes").code == 0
    mine = added(renamed, "Mine", "2025-05-01")
    run_git(folder, "checkout", "-q", "other")
    theirs = added(repository, "Theirs", "2025-04-01")
    with pytest.raises(subprocess.CalledProcessError):
        run_git(folder, "merge", "-")
    assert "<<<<<<< HEAD:cme.toml\n" in renamed.read_text("utf-8")
    done = setup(renamed, "--yes")
    assert "git checkout -m -- credits.toml" in done.err
    run_git(folder, "checkout", "-m", "--", "credits.toml")
    assert renamed.read_text("utf-8").endswith(theirs + mine)
    assert run_here("check", str(renamed), env=ENV).code == 0
