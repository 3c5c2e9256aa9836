"""Saving where all is well, and where a file is not what it seems."""

import os
import pathlib
import stat
import tempfile
from collections.abc import Iterator

import pytest

from cmeledger.ledger import lock, platform
from cmeledger.ledger.entries import texts
from cmeledger.ledger.history import History
from cmeledger.ledger.save import save
from cmeledger.problems import Conflict, Exit, NotWritten
from saving import FIRST, add, beside, environment, finish, start


def test_a_save_is_the_operation_applied(file: pathlib.Path, history: History) -> None:
    saved = save(str(file), FIRST, add(b"one"), "add one", history)
    assert saved == (FIRST, FIRST + b"one\n", True, None)
    assert file.read_bytes() == FIRST + b"one\n"
    assert beside(file) == []
    (entry,) = history.entries(str(file))
    assert (entry.what, entry.state) == ("add one", "saved")
    assert texts(entry) == (FIRST, FIRST + b"one\n")


def test_an_operation_that_changes_nothing_writes_nothing(
    file: pathlib.Path, history: History
) -> None:
    inode = file.stat().st_ino
    assert save(str(file), FIRST, lambda found: found, "nothing", history).after == FIRST
    assert file.stat().st_ino == inode
    assert history.entries(str(file)) == []


def test_a_change_made_meanwhile_is_kept_and_said(file: pathlib.Path) -> None:
    file.write_bytes(FIRST + b"theirs\n")
    saved = save(str(file), FIRST, add(b"ours"), "add ours", None)
    assert file.read_bytes() == FIRST + b"theirs\nours\n"
    assert saved.note == "the file had been changed meanwhile; that change was kept"


def test_a_conflict_of_the_operation_passes_and_writes_nothing(
    file: pathlib.Path, history: History
) -> None:
    def refuse(found: bytes) -> bytes:
        raise Conflict("cme.toml", "the record was changed meanwhile", "look at both")

    with pytest.raises(Conflict) as caught:
        save(str(file), FIRST, refuse, "edit", history)
    assert caught.value.exit == Exit.NOT_WRITTEN
    assert file.read_bytes() == FIRST
    assert (beside(file), history.entries(str(file))) == ([], [])


@pytest.mark.parametrize("mode", [0o640, 0o600, 0o664])
def test_mode_and_owner_stay(file: pathlib.Path, mode: int) -> None:
    file.chmod(mode)
    if os.geteuid() == 0:
        os.chown(file, 65534, 65534)
    before = file.stat()
    save(str(file), FIRST, add(b"one"), "add", None)
    after = file.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (
        before.st_mode,
        before.st_uid,
        before.st_gid,
    )
    assert after.st_ino != before.st_ino


def test_a_link_stays_a_link(file: pathlib.Path, history: History, tmp_path: pathlib.Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(file)
    save(str(link), FIRST, add(b"one"), "add", history)
    assert link.is_symlink()
    assert file.read_bytes() == FIRST + b"one\n"
    assert history.entries(str(link)) == history.entries(str(file)) != []


def test_hard_links_stay_together(file: pathlib.Path, history: History) -> None:
    other = file.with_name("other.toml")
    os.link(file, other)
    saved = save(str(file), FIRST, add(b"one"), "add", history)
    assert other.read_bytes() == file.read_bytes() == FIRST + b"one\n"
    assert other.stat().st_ino == file.stat().st_ino
    assert saved.note == "it was written in place: the file has 2 names (hard links)"
    shorter = save(str(file), saved.after, lambda found: found[:10], "cut", history)
    assert other.read_bytes() == shorter.after == FIRST[:10]
    assert [entry.state for entry in history.entries(str(file))] == ["saved", "saved"]


@pytest.mark.parametrize("kind", ["folder", "fifo", "device", "loop"])
def test_what_is_no_regular_file_is_refused_at_once(tmp_path: pathlib.Path, kind: str) -> None:
    path = tmp_path / "cme.toml"
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/null")
    else:
        path.symlink_to(path)
    with pytest.raises(NotWritten, match=r"regular file|symbolic links"):
        save(str(path), b"", add(b"one"), "add", None)


def test_a_missing_file_is_never_made(tmp_path: pathlib.Path) -> None:
    for path in (tmp_path / "cme.toml", tmp_path / "no" / "folder" / "cme.toml"):
        with pytest.raises(NotWritten, match="the file is gone; nothing was written"):
            save(str(path), FIRST, add(b"one"), "add", None, wait=0.05)
        assert not path.exists()


def test_an_emptied_file_is_not_taken_for_an_empty_ledger(file: pathlib.Path) -> None:
    file.write_bytes(b"")
    with pytest.raises(NotWritten, match="another program has emptied the file"):
        save(str(file), FIRST, add(b"one"), "add", None, wait=0.05)
    assert file.read_bytes() == b""


def test_a_read_only_file_is_refused_with_how_to_change_it(file: pathlib.Path) -> None:
    file.chmod(0o444)
    with pytest.raises(NotWritten, match=r"read-only.*\n.*chmod u\+w"):
        save(str(file), FIRST, add(b"one"), "add", None)
    assert file.read_bytes() == FIRST


AS_NOBODY = """
import ctypes, fcntl, os, signal, sys  # the interpreter may lie where nobody may read
from cmeledger.ledger.history import History
from cmeledger.ledger.save import save
from cmeledger.problems import NotWritten
os.setgroups([]); os.setgid(65534); os.setuid(65534)
file, state = sys.argv[1:]
try:
    print(save(file, open(file, "rb").read(), lambda found: found + b"one\\n", "add", History(state)).note)
except NotWritten as error:
    print(error)
"""


@pytest.fixture
def anyones() -> Iterator[pathlib.Path]:
    """Give a folder that any user can reach: another run of pytest closes the ones of tmp_path."""
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder).chmod(0o755)
        yield pathlib.Path(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="gives up root's rights in a child to lose some")
@pytest.mark.parametrize("case", ["folder", "file", "owner", "state"])
def test_without_permission(anyones: pathlib.Path, case: str) -> None:
    file, state = anyones / "ledger" / "cme.toml", anyones / "history"
    file.parent.mkdir()
    file.write_bytes(FIRST)
    state.mkdir(mode=0o700)
    if case != "state":
        os.chown(state, 65534, 65534)
    file.parent.chmod(0o777 if case in ("owner", "state") else 0o755)
    file.chmod(0o644 if case == "file" else 0o666)
    said = finish(start(AS_NOBODY, file, state))
    written = file.read_bytes() == FIRST + b"one\n"
    assert (file.read_bytes() == FIRST) is not written
    assert beside(file) == []
    assert (written, said.splitlines()[0].removeprefix(f"{file}: ")) == {
        "folder": (True, "it was written in place: no new file can be made in its folder"),
        "owner": (
            True,
            "it was written in place: a new file could not have its owner and permissions",
        ),
        "file": (False, "you may not write this file; nothing was written"),
        "state": (
            False,
            f"its history in {state} cannot be written (permission denied); the file is as it was",
        ),
    }[case]


HOLD = """
import sys, time
from cmeledger.ledger.lock import locked
with locked(sys.argv[1], 1):
    print("locked", flush=True)
    sys.stdin.readline()
    time.sleep(60)
"""


@pytest.mark.parametrize("locks", [True, False])
def test_who_is_saving_is_said(
    file: pathlib.Path, monkeypatch: pytest.MonkeyPatch, *, locks: bool
) -> None:
    code = HOLD
    if not locks:
        monkeypatch.setattr(platform, "lock", lambda _: None)
        code = "from cmeledger.ledger import platform; platform.lock = lambda handle: None\n" + HOLD
    holder = start(code, file)
    try:
        assert holder.stdout
        assert holder.stdout.readline() == "locked\n"
        with pytest.raises(NotWritten, match=rf"being saved by .*process {holder.pid}\b"):
            save(str(file), FIRST, add(b"one"), "add", None, wait=0.05)
        assert file.read_bytes() == FIRST
    finally:
        holder.kill()
        holder.communicate()
    save(str(file), FIRST, add(b"one"), "add", None)  # a dead holder is no hindrance
    assert file.read_bytes() == FIRST + b"one\n"
    assert beside(file) == []


def test_a_lock_file_of_another_machine_is_respected(
    file: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "lock", lambda _: None)
    beside_it = file.with_name(".cme.toml.cmeledger-lock")
    beside_it.write_text('{"host": "elsewhere", "pid": 1, "boot": ""}')
    with pytest.raises(NotWritten, match="by process 1 on elsewhere"):
        save(str(file), FIRST, add(b"one"), "add", None, wait=0.05)
    assert beside_it.exists()


def test_without_an_exchange_a_plain_rename_does(
    file: pathlib.Path, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "swap", lambda *_: False)
    assert save(str(file), FIRST, add(b"one"), "add", history).confirmed
    assert file.read_bytes() == FIRST + b"one\n"
    assert beside(file) == []


def test_a_file_open_for_writing_elsewhere_is_waited_for(file: pathlib.Path) -> None:
    with (
        file.open("ab"),
        pytest.raises(NotWritten, match="another program is writing the file; nothing"),
    ):
        save(str(file), FIRST, add(b"one"), "add", None, wait=0.05)
    assert file.read_bytes() == FIRST
    save(str(file), FIRST, add(b"one"), "add", None)


def test_a_save_under_our_hands_is_merged(
    file: pathlib.Path, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An editor's rename lands between the last look and the exchange."""
    swap = platform.swap
    calls: list[str] = []

    def late(first: str, second: str) -> bool:
        if not calls:
            file.with_name("editor").write_bytes(FIRST + b"theirs\n")
            file.with_name("editor").replace(file)
        calls.append(first)
        return swap(first, second)

    monkeypatch.setattr(platform, "swap", late)
    saved = save(str(file), FIRST, add(b"ours"), "add", history)
    assert file.read_bytes() == saved.after == FIRST + b"theirs\nours\n"
    assert len(calls) == 3  # there, back, and once more
    assert beside(file) == []
    assert [entry.state for entry in history.entries(str(file))] == ["saved"]


@pytest.mark.parametrize("with_history", [True, False])
def test_a_save_under_our_hands_is_merged_in_place_too(
    file: pathlib.Path, history: History, *, with_history: bool
) -> None:
    os.link(file, file.with_name("other.toml"))
    calls: list[bytes] = []

    def late(found: bytes) -> bytes:
        if not calls:
            file.write_bytes(FIRST + b"theirs\n")
        calls.append(found)
        return found + b"ours\n"

    save(str(file), FIRST, late, "add", history if with_history else None)
    assert file.read_bytes() == FIRST + b"theirs\nours\n"
    assert len(calls) == 2
    assert len(history.entries(str(file))) == with_history


def test_both_texts_are_kept_where_the_exchange_cannot_be_taken_back(
    file: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    swap = platform.swap
    calls: list[str] = []

    def late(first: str, second: str) -> bool:
        calls.append(first)
        if len(calls) == 2:
            raise FileNotFoundError(2, "gone")
        file.with_name("editor").write_bytes(FIRST + b"theirs\n")
        file.with_name("editor").replace(file)
        return swap(first, second)

    monkeypatch.setattr(platform, "swap", late)
    with pytest.raises(Conflict, match=r"its text is kept in .*cme\.toml\.theirs-"):
        save(str(file), FIRST, add(b"ours"), "add", None)
    (kept,) = beside(file)
    assert file.with_name(kept).read_bytes() == FIRST + b"theirs\n"
    assert file.read_bytes() == FIRST + b"ours\n"


def test_what_an_editor_saved_into_our_file_is_kept(
    file: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exchange is taken back just when an editor has saved into the new file."""
    swap = platform.swap
    calls: list[str] = []

    def late(first: str, second: str) -> bool:
        calls.append(first)
        file.write_bytes(file.read_bytes() + b"theirs %d\n" % len(calls))
        return swap(first, second)

    monkeypatch.setattr(platform, "swap", late)
    with pytest.raises(Conflict, match="kept in"):
        save(str(file), FIRST, add(b"ours"), "add", None)
    (kept,) = beside(file)
    assert file.with_name(kept).read_bytes() == FIRST + b"ours\ntheirs 2\n"
    assert file.read_bytes() == FIRST + b"theirs 1\n"


def test_an_unconfirmed_folder_is_said_and_saved(
    file: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmeledger.ledger import disk

    monkeypatch.setattr(disk, "keep_names", lambda _: False)
    assert not save(str(file), FIRST, add(b"one"), "add", None).confirmed
    assert file.read_bytes() == FIRST + b"one\n"


def test_a_name_that_means_another_file_is_found_out(file: pathlib.Path) -> None:
    with lock.locked(str(file), 1) as handle:
        assert lock.means(str(file), handle)
        file.with_name("new").write_bytes(FIRST)
        file.with_name("new").replace(file)
        assert not lock.means(str(file), handle)


def test_modes_in_the_history(file: pathlib.Path, history: History) -> None:
    save(str(file), FIRST, add(b"one"), "add", history)
    for found in pathlib.Path(history.folder).rglob("*"):
        assert stat.S_IMODE(found.stat().st_mode) == (0o700 if found.is_dir() else 0o600)
    assert stat.S_IMODE(pathlib.Path(history.folder).stat().st_mode) == 0o700


def test_nothing_platform_bound_is_imported_by_saving() -> None:
    code = "import sys, cmeledger.ledger.save; print(*sys.modules)"
    loaded = set(finish(start(code)).split())
    assert not loaded & {"fcntl", "ctypes", "msvcrt", "platformdirs"}
    assert environment()["PYTHONPATH"]
