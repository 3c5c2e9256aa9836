"""What protects a ledger: the facts, the verdicts, real git, and that nothing is written."""

import os
from pathlib import Path
from typing import Any

import pytest

from cmeledger import doctor
from cmeledger.git.look import Git, look
from conftest import HEAD, Result, run_here
from repositories import NOON, forget_tree, make_hostile, needs_git, run_git

RECORD = """
[[activity]]
id = "talk"
date = 2025-05-01
title = "Heart failure at home"
provider = "Boston University"
category = 1
credits = 1.5
"""
NO_GIT = {"PATH": "/nowhere"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "ledger"
    (folder / "evidence").mkdir(parents=True)
    file = folder / "cme.toml"
    file.write_text(HEAD + RECORD, "utf-8")
    file.chmod(0o600)
    return file


def cme(file: Path, *arguments: str, **env: str) -> Result:
    history = {"CMELEDGER_HISTORY": str(file.parent.parent / "history")}
    return run_here(*arguments, str(file), "--as-of", "2026-03-01", env=history | NO_GIT | env)


def facts(file: Path, **env: str) -> dict[str, dict[str, Any]]:
    """Ask for the facts, but for the disk, which is the machine's own; check the exit code."""
    done = cme(file, "doctor", "--json", **env)
    assert done.json["schema"] == 1
    states = [fact["state"] for fact in done.json["facts"]]
    assert set(states) <= {"ok", "note", "attention"}
    assert done.code == ("attention" in states)
    return {fact["id"]: fact for fact in done.json["facts"] if fact["id"] != "file-system"}


def attention(file: Path, **env: str) -> set[str]:
    return {id for id, fact in facts(file, **env).items() if fact["state"] == "attention"}


def test_a_ledger_in_good_order(file: Path) -> None:
    found = facts(file)
    assert {id for id, fact in found.items() if fact["state"] == "attention"} == set()
    size = len(HEAD + RECORD)
    assert found["file"]["text"] == f"{file}: {size} bytes, mode 0600"
    assert found["encoding"]["text"] == "UTF-8, lines end with LF; a save keeps that"
    assert found["ledger"]["text"] == "the ledger reads well: 1 record"
    assert found["folder"]["state"] == "ok"
    assert found["sync"]["state"] == "ok"
    assert found["beside"]["state"] == "ok"
    history = file.parent.parent / "history"
    assert found["history"]["text"] == f"nothing saved yet; the history will be in {history}"
    assert found["archive"]["text"] == "there is no archive beside the ledger"
    assert found["evidence"]["state"] == "ok"
    assert found["git"]["text"] == "git is not installed"
    assert all(fact.keys() == {"id", "state", "text", "help"} for fact in found.values())


def test_for_people(file: Path) -> None:
    shown = cme(file, "doctor").out
    assert "✓ ok        UTF-8, lines end with LF; a save keeps that\n" in shown
    assert "· note      git is not installed\n            → keep a copy on another disk\n" in shown
    assert max(map(len, shown.split("\n"))) <= 80 or str(file.parent.parent) in shown
    file.with_name("cme (1).toml").write_text("x", "utf-8")
    done = cme(file, "doctor")
    assert done.code == 1
    assert "! attention cme (1).toml looks like a copy by OneDrive or Google Drive" in done.out
    assert " to look at\n" in done.out


def test_what_the_history_holds(file: Path) -> None:
    assert cme(file, "edit", "talk", "--credits", "2").code == 0
    found = facts(file)["history"]
    assert found["text"].startswith(f"1 save in {file.parent.parent / 'history'}")
    assert found["text"].endswith(": edit talk")
    assert "200 saves, 400 days and 64 MB" in found["help"]
    assert facts(file, CMELEDGER_HISTORY="off")["history"]["state"] == "note"
    blocked = file.with_name("no-folder")
    blocked.write_text("x", "utf-8")
    assert attention(file, CMELEDGER_HISTORY=str(blocked / "h")) == {"history"}


def test_records_missing_and_texts_kept(file: Path) -> None:
    stale = file.read_bytes()
    assert cme(file, "edit", "talk", "--credits", "2").code == 0
    file.write_bytes(stale)
    found = facts(file)
    assert found["recover"]["text"] == "1 record is in the file as before you last saved it"
    assert found["recover"]["help"] == f"see them: cmeledger recover {file}"
    assert cme(file, "recover", "--accept", "talk").code == 0
    assert attention(file) == set()


def test_the_history_of_a_ledger_that_was_moved(file: Path) -> None:
    assert cme(file, "edit", "talk", "--credits", "2").code == 0
    moved = file.rename(file.with_name("credits.toml"))
    found = facts(moved)["moved"]
    (old,) = (file.parent.parent / "history").iterdir()
    assert (found["state"], found["text"]) == (
        "note",
        f"the ledger was moved from {file}; its history is still in {old}",
    )
    *_, source, target = found["help"].split()
    os.rename(source, target)
    assert "moved" not in facts(moved)
    assert cme(moved, "undo").code == 0
    assert moved.read_text("utf-8") == HEAD + RECORD


def test_a_write_in_place_that_was_cut_off(file: Path) -> None:
    from cmeledger.ledger.history import History

    before = file.read_bytes()
    history = History(str(file.parent.parent / "history"))
    history.in_place(history.begin(str(file), "edit", before, before + b"# a longer text\n"))
    file.write_bytes(before + b"# a lon")
    assert attention(file) == {"torn"}


def test_a_ledger_that_cannot_be_used_is_looked_at_too(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbfformat = 1\r\n[[activity\n")
    found = facts(file)
    assert found["ledger"]["state"] == "attention"
    assert found["ledger"]["help"] == f"see why: cmeledger check {file}"
    assert found["encoding"]["text"] == (
        "UTF-8, with a byte order mark, lines end with LF and CRLF mixed; a save keeps that"
    )
    file.write_bytes(b"format = 1 # \xff\n")
    assert attention(file) == {"ledger", "encoding"}
    file.write_bytes(b"#" * (8 * 1024 * 1024 + 1))
    assert attention(file) == {"ledger", "size"}
    file.unlink()
    assert cme(file, "doctor").code == 3


def test_a_record_left_out_and_markers_in_a_note(file: Path) -> None:
    file.write_text(HEAD + RECORD.replace("1.5", "5000"), "utf-8")
    found = facts(file)["ledger"]
    assert found["text"] == "1 record, 1 of them left out for an error"
    assert found["state"] == "attention"
    note = 'note = """\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> laptop\n"""\n'
    file.write_text(HEAD + RECORD + note, "utf-8")
    # HEAD has 8 lines; a blank one and the record's 7 follow: the note's text begins in line 17.
    assert facts(file)["git-markers"]["text"] == "git's conflict markers, lines 18, 20, 22"


def test_links_and_permissions(file: Path) -> None:
    link = file.with_name("link.toml")
    link.symlink_to("cme.toml")
    assert facts(link)["link"]["text"] == f"{link} is a link to {file}; a save keeps it one"
    link.unlink()
    os.link(file, file.with_name("second"))
    assert facts(file)["hard-links"]["text"] == "the file has 2 names (hard links)"
    file.chmod(0o644)
    assert facts(file)["file"]["text"].endswith("mode 0644: not for you alone")
    file.chmod(0o400)
    assert facts(file)["file"]["text"].endswith("mode 0400: read-only")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(file: Path) -> None:
    file.parent.chmod(0o500)
    try:
        found = facts(file)["folder"]
    finally:
        file.parent.chmod(0o700)
    assert (found["state"], found["text"]) == ("note", f"{file.parent} cannot be written")


@pytest.mark.parametrize(
    ("folder", "who"),
    [
        ("Dropbox (Clinic)", "Dropbox"),
        ("OneDrive - Beacon Hospital", "OneDrive"),
        ("Google Drive", "Google Drive"),
        ("Mobile Documents", "iCloud"),
        ("Nextcloud", "Nextcloud"),
    ],
)
def test_sync_folders(folder: str, who: str, tmp_path: Path) -> None:
    inside = tmp_path / folder / "cme"
    inside.mkdir(parents=True)
    (inside / "cme.toml").write_text(HEAD, "utf-8")
    found = facts(inside / "cme.toml")["sync"]
    assert (found["state"], found["text"]) == ("note", f"the folder is synchronized by {who}")


def test_a_folder_of_syncthing(file: Path) -> None:
    (file.parent.parent / ".stfolder").mkdir()
    assert facts(file)["sync"]["text"] == "the folder is synchronized by Syncthing"


@pytest.mark.parametrize(
    ("kind", "state"),
    [("ext4", "ok"), ("tmpfs", "attention"), ("nfs4", "note"), ("fuse.sshfs", "note")],
)
def test_disks(kind: str, state: str, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cmeledger.ledger.platform.file_system", lambda _: kind)
    (fact,) = (f for f in cme(file, "doctor", "--json").json["facts"] if f["id"] == "file-system")
    assert fact["state"] == state
    assert f"({kind})" in fact["text"]


def test_a_save_that_goes_on(file: Path) -> None:
    import fcntl

    with file.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        found = facts(file)["lock"]
    assert found["state"] == "note"
    assert "it is just being saved by" in found["text"]


def test_an_archive(file: Path) -> None:
    archive = file.with_name("cme.archive.toml")
    archive.write_text("format = 1\n", "utf-8")
    assert facts(file)["archive"]["text"] == f"{archive}: 11 bytes"
    archive.unlink()
    os.mkfifo(archive)
    assert cme(file, "doctor").code == 3  # as every command has it


def test_hostile_names_are_shown_as_text(tmp_path: Path) -> None:
    folder = tmp_path / "a\x1b[31m[b]\u202e"
    folder.mkdir()
    (folder / "cme.toml").write_text(HEAD, "utf-8")
    (folder / "cme (\x1b]0;x\x07 conflicted copy).toml").write_text("x", "utf-8")
    for arguments in (("doctor",), ("doctor", "--json")):
        done = cme(folder / "cme.toml", *arguments)
        assert done.code == 1
        assert not set(done.out) & set("\x1b\x07\u202e")


def test_nothing_is_written(file: Path) -> None:
    assert cme(file, "edit", "talk", "--credits", "2").code == 0
    file.with_name(".cme.toml.cmeledger-4194305-00000000.part").write_bytes(b"of a dead process")

    def listing() -> dict[str, int]:
        return {str(path): path.stat().st_mtime_ns for path in file.parent.parent.rglob("*")}

    before = listing()
    assert facts(file)["rest"]["state"] == "note"
    assert listing() == before


# ── git ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def repository(file: Path) -> Path:
    run_git(file.parent, "init", "-q")
    return file


def state(file: Path) -> str:
    return look(str(file), file.read_bytes(), os.environ).state


@needs_git
def test_the_states_of_a_ledger_in_git(repository: Path) -> None:
    assert state(repository) == "untracked"
    run_git(repository.parent, "add", "cme.toml")
    assert state(repository) == "added"
    run_git(repository.parent, "commit", "-q", "-m", "first")
    found = look(str(repository), repository.read_bytes(), os.environ)
    assert found.state == "committed"
    assert found.committed is not None
    assert found.committed.timestamp() == NOON
    shown = facts(repository, PATH=os.environ["PATH"])["git"]
    assert (shown["state"], shown["help"]) == ("ok", "")
    assert shown["text"].startswith("git: committed as it is, last on 2026-02-0")
    repository.write_bytes(repository.read_bytes() + b"# more\n")
    assert state(repository) == "changed"
    assert facts(repository, PATH=os.environ["PATH"])["git"]["help"].startswith("commit it")


@needs_git
def test_no_repository_and_no_git(file: Path) -> None:
    env = {"PATH": os.environ["PATH"], "GIT_CEILING_DIRECTORIES": "/nowhere"}
    assert look(str(file), b"", env).state == "no-repository"
    assert look(str(file), b"", NO_GIT).state == "no-git"


@needs_git
def test_variables_of_git_do_not_lead_elsewhere(repository: Path, tmp_path: Path) -> None:
    env = dict(os.environ) | {"GIT_DIR": str(tmp_path), "GIT_WORK_TREE": str(tmp_path)}
    assert look(str(repository), b"", env).state == "untracked"


@needs_git
@pytest.mark.parametrize("name", ["-x.toml", ":(glob)*.toml", "*.toml", "a b'\n.toml"])
def test_hostile_names_in_git(name: str, repository: Path) -> None:
    run_git(repository.parent, "add", "cme.toml")
    run_git(repository.parent, "commit", "-q", "-m", "first")
    other = repository.with_name(name)
    other.write_text("x", "utf-8")
    assert state(other) == "untracked"
    run_git(repository.parent, "--literal-pathspecs", "add", "--", name)
    run_git(repository.parent, "commit", "-q", "-m", "second")
    assert state(other) == "committed"


@needs_git
def test_nothing_that_a_repository_names_is_run(repository: Path) -> None:
    run_git(repository.parent, "add", "cme.toml")
    run_git(repository.parent, "commit", "-q", "-m", "first")
    ran = make_hostile(repository.parent)
    os.utime(repository, (1, 1))  # so that git would look at it anew
    assert state(repository) == "committed"
    assert not ran.exists()


@needs_git
def test_nothing_is_fetched(repository: Path) -> None:
    run_git(repository.parent, "add", "cme.toml")
    run_git(repository.parent, "commit", "-q", "-m", "first")
    ran = forget_tree(repository.parent)
    assert state(repository) == "no-answer"
    assert not ran.exists()


@needs_git
def test_lines_that_git_keeps_with_other_ends(repository: Path) -> None:
    run_git(repository.parent, "add", "cme.toml")
    run_git(repository.parent, "commit", "-q", "-m", "first")
    repository.write_bytes(repository.read_bytes().replace(b"\n", b"\r\n"))
    assert state(repository) == "committed"


@needs_git
def test_a_repository_of_sha256(file: Path) -> None:
    run_git(file.parent, "init", "-q", "--object-format=sha256")
    run_git(file.parent, "add", "cme.toml")
    run_git(file.parent, "commit", "-q", "-m", "first")
    assert state(file) == "committed"


def test_a_git_that_does_not_answer(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = file.parent.parent / "bin"
    folder.mkdir()
    (folder / "git").write_text("#!/bin/sh\nexec sleep 60\n", "utf-8")
    (folder / "git").chmod(0o700)
    monkeypatch.setattr("cmeledger.git.call.SECONDS", 0.05)
    env = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    assert look(str(file), b"", env).state == "no-answer"


def test_every_state_of_git_has_its_words(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("no-git", "no-answer", "no-repository", "untracked", "added"):
        monkeypatch.setattr("cmeledger.doctor.look", lambda *_, name=name: Git(name))
        assert facts(file)["git"]["state"] == "note"
    assert not doctor.needs_attention([doctor.Fact("git", "note", "")])
