"""What stands beside a ledger: copies of conflicts and open editors are named, neighbors are not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cmeledger.ledger import platform
from cmeledger.ledger.beside import Beside, look, note

HOST = "maya-laptop"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "cme.toml").write_text("format = 1\n", "utf-8")
    return tmp_path / "cme.toml"


def kinds(file: Path) -> list[tuple[str, str, str]]:
    return [(item.name, item.kind, item.who) for item in look(str(file), HOST)]


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("cme (Maya Chen's conflicted copy 2026-11-20).toml", "Dropbox or Nextcloud"),
        ("cme (maya-laptop's conflicted copy 2026-11-20 (1)).toml", "Dropbox or Nextcloud"),
        ("cme (conflicted copy 2026-11-20 101500).toml", "Dropbox or Nextcloud"),
        ("cme (Conflicted Copy).toml", "Dropbox or Nextcloud"),
        ("cme_conflict-20261120-101500.toml", "ownCloud"),
        ("cme.sync-conflict-20261120-101500-ABCDEF7.toml", "Syncthing"),
        ("cme (1).toml", "OneDrive or Google Drive"),
        ("cme(12).toml", "OneDrive or Google Drive"),
        ("cme 2.toml", "iCloud"),
        ("cme-maya-laptop.toml", "OneDrive"),
        ("cme-MAYA-LAPTOP-2.toml", "OneDrive"),
    ],
)
def test_copies_of_sync_programs(name: str, who: str, file: Path) -> None:
    file.with_name(name).write_text("x", "utf-8")
    assert kinds(file) == [(name, "copy", who)]


def test_what_other_programs_saved_in_the_same_moment(file: Path) -> None:
    names = ["cme.toml.theirs-20261120-101500", "cme.toml.theirs-20261120-101500-2"]
    for name in names:
        file.with_name(name).write_text("x", "utf-8")
    assert kinds(file) == [(name, "theirs", "") for name in names]


def test_rests_of_saves(file: Path) -> None:
    name = ".cme.toml.cmeledger-4194305-0123abcd.part"
    file.with_name(name).write_text("x", "utf-8")
    ((found, kind, _),) = kinds(file)
    assert (found, kind) == (name, "rest")
    assert note(look(str(file), HOST)[0]) == ""  # the command that writes clears it away


@pytest.mark.parametrize(
    "name",
    [
        "cme.archive.toml",
        "cme.archive (1).toml",
        "other.toml",
        "cme-2024.toml",
        "cme-old.toml",
        "cme-another-laptop.toml",
        "cme (2024).toml",
        "cme (copy).toml",
        "cme 2024.toml",
        "cme 1.toml",
        "cme2.toml",
        "my cme (1).toml",
        "cme (1).txt",
        "cme.toml~",
        "cme.toml.bak",
        "cme.toml.theirs-mine",
        "cmeledger.schema.json",
        "evidence",
        "4913",
        ".cme.toml.cmeledger-lock",
        ".other.toml.swp",
        "#other.toml#",
        "[b]\x1b[31m cme.toml",
        "c.e (1).toml",
    ],
)
def test_ordinary_neighbors_are_not_named(name: str, file: Path) -> None:
    file.with_name(name).write_text("x", "utf-8")
    assert kinds(file) == []


def test_a_hostile_ledger_name_is_no_pattern(tmp_path: Path) -> None:
    file = tmp_path / "c.e(.*.toml"
    for name in ("c.e(.*.toml", "c.e(.* (1).toml", "cme(xx (1).toml", "other (1).toml"):
        (tmp_path / name).write_text("x", "utf-8")
    assert kinds(file) == [("c.e(.* (1).toml", "copy", "OneDrive or Google Drive")]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert look(str(tmp_path / "no" / "cme.toml")) == []


def swap_file(file: Path, pid: int, host: str, name: str = ".cme.toml.swp") -> None:
    """Write the first block of a Vim swap file: see struct block0 of Vim's memline.c."""
    head = b"b0VIM 9.1".ljust(12, b"\0") + bytes(12) + pid.to_bytes(4, "little")
    block = head + b"maya".ljust(40, b"\0") + host.encode().ljust(40, b"\0") + b"cme.toml"
    file.with_name(name).write_bytes(block.ljust(4096, b"\0"))


DEAD = 2**22 + 1
"""Beyond the greatest pid of a Linux system."""


def editor(file: Path) -> Beside:
    (found,) = look(str(file), HOST)
    assert found.kind == "editor"
    return found


def test_vim_on_this_machine_and_others(file: Path) -> None:
    swap_file(file, DEAD, HOST)
    assert editor(file)[2:] == (f"Vim, process {DEAD}", False)
    assert note(editor(file)) == ""
    swap_file(file, 7, "clinic")
    assert editor(file)[2:] == ("Vim, on clinic", None)
    assert note(editor(file)).startswith("the ledger may be open in an editor (.cme.toml.swp: Vim")


@pytest.mark.skipif(sys.platform != "linux", reason="processes are named in /proc")
def test_a_number_that_another_program_has_now(file: Path) -> None:
    swap_file(file, os.getpid(), HOST)  # this process is no Vim
    assert editor(file).is_open is False


@pytest.mark.skipif(sys.platform != "linux", reason="processes are named in /proc")
def test_vim_that_runs(file: Path, tmp_path: Path) -> None:
    vim = tmp_path / "bin" / "vim"
    vim.parent.mkdir()
    vim.symlink_to("/bin/cat")
    with subprocess.Popen([vim], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(b"x\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"x\n"  # it runs under its own name now
        swap_file(file, process.pid, HOST)
        is_open = editor(file)[2:]
        process.stdin.close()
    assert is_open == (f"Vim, process {process.pid}", True)


@pytest.mark.parametrize("data", [b"", b"b0", b"no swap file" * 100])
def test_a_swap_file_that_is_none(data: bytes, file: Path) -> None:
    file.with_name(".cme.toml.swo").write_bytes(data)
    assert editor(file)[2:] == ("Vim", None)


def test_a_swap_file_that_is_a_pipe_or_link_is_not_waited_for(file: Path) -> None:
    os.mkfifo(file.with_name(".cme.toml.swp"))
    assert editor(file)[2:] == ("Vim", None)
    file.with_name(".cme.toml.swp").unlink()
    file.with_name(".cme.toml.swp").symlink_to("/dev/zero")
    assert editor(file)[2:] == ("Vim", None)


@pytest.mark.parametrize(
    ("target", "who", "is_open"),
    [
        (f"maya@{HOST}.{DEAD}:1700000000", f"Emacs, process {DEAD}", False),
        (f"maya@{HOST}.{DEAD}", f"Emacs, process {DEAD}", False),
        ("maya@clinic.example.org.77:1700000000", "Emacs, on clinic.example.org", None),
        ("somewhere", "Emacs", None),
    ],
)
def test_the_lock_of_emacs(target: str, who: str, is_open: bool | None, file: Path) -> None:
    file.with_name(".#cme.toml").symlink_to(target)
    assert editor(file)[2:] == (who, is_open)


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("#cme.toml#", "Emacs"),
        (".~lock.cme.toml#", "LibreOffice"),
        (".cme.toml.kate-swp", "Kate"),
    ],
)
def test_editors_that_do_not_say_whether_they_run(name: str, who: str, file: Path) -> None:
    file.with_name(name).write_text("x", "utf-8")
    assert editor(file)[1:] == ("editor", who, None)


def test_the_type_of_a_file_system_is_that_of_the_nearest_mount(tmp_path: Path) -> None:
    table = tmp_path / "mounts"
    table.write_text(
        "/dev/sda1 / ext4 rw 0 0\n"
        "tmpfs /run tmpfs rw 0 0\n"
        "server:/home /home/ma\\040ya nfs4 rw 0 0\n"
        "broken\n"
        "/dev/sdb1 /data xfs rw 0 0\n"
        "over /data overlay rw 0 0\n",
        "utf-8",
    )

    def on(path: str) -> str | None:
        return platform.file_system(path, str(table))

    assert on("/home/maya/cme.toml") == "ext4"
    assert on("/home/ma ya/cme.toml") == "nfs4"
    assert on("/run/cme.toml") == "tmpfs"
    assert on("/runs/cme.toml") == "ext4"
    assert on("/data/cme.toml") == "overlay"
    assert platform.file_system("/x", str(tmp_path / "none")) is None
