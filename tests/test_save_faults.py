"""Every system call of a save fails once, in every way a disk can fail."""

import errno
import os
import pathlib
from collections.abc import Callable
from typing import Any

import pytest

from cmeledger.ledger import platform
from cmeledger.ledger.history import History
from cmeledger.ledger.leftover import sweep
from cmeledger.ledger.save import save
from cmeledger.ledger.undo import undo
from cmeledger.problems import NotWritten
from saving import FIRST, add, beside

CALLS = (
    "open", "read", "write", "lseek", "fsync", "rename", "replace", "unlink", "close", "fstat",
    "lstat", "fchmod", "fchown", "mkdir", "chmod", "ftruncate", "listxattr", "stat", "listdir",
)  # fmt: skip
FAULTS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS, errno.EDQUOT)


class Shim:
    """Counts the system calls of a save, and lets one of them fail."""

    def __init__(self, patch: pytest.MonkeyPatch, fault: int) -> None:
        self.calls: list[str] = []
        self.fails_at = -1
        self.short = False
        self.on = False
        for name in CALLS:
            patch.setattr(os, name, self._wrapped(name, getattr(os, name), fault))
        patch.setattr(platform, "swap", self._wrapped("swap", platform.swap, fault))

    def _wrapped(self, name: str, call: Callable[..., Any], fault: int) -> Callable[..., Any]:
        def wrapped(*args: Any, **more: Any) -> Any:
            if not self.on:
                return call(*args, **more)
            self.calls.append(name)
            if len(self.calls) - 1 == self.fails_at:
                if name == "close":
                    call(*args)  # the handle is gone all the same
                elif name == "write" and len(args[1]) > 1:
                    call(args[0], args[1][: len(args[1]) // 2])  # a part was taken before that
                raise OSError(fault, os.strerror(fault))
            return call(*args, **more)

        return wrapped


@pytest.mark.parametrize("fault", FAULTS, ids=errno.errorcode.get)
@pytest.mark.parametrize("way", ["exchange", "replace", "in-place"])
@pytest.mark.parametrize("with_history", [True, False], ids=["history", "no-history"])
def test_each_call_fails_once(
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: int,
    way: str,
    *,
    with_history: bool,
) -> None:
    """The file is wholly old or wholly new, and what is said of it is true."""
    if way == "replace":
        monkeypatch.setattr(platform, "swap", lambda *_: False)
    shim = Shim(monkeypatch, fault)
    after = FIRST.replace(b"few", b"great many") + b"one\n"
    point, outcomes = 0, {"saved": 0, "unconfirmed": 0, "refused": 0}
    while True:
        folder = tmp_path / str(point)
        folder.mkdir()
        file = folder / "cme.toml"
        file.write_bytes(FIRST)
        if way == "in-place":
            os.link(file, tmp_path / f"{point}-other.toml")
        history = History(str(tmp_path / f"{point}-state")) if with_history else None
        message = ""
        shim.calls, shim.fails_at, shim.on = [], point, True
        try:
            saved = save(str(file), FIRST, lambda _: after, "edit", history, wait=0.02)
            outcome = "saved" if saved.confirmed else "unconfirmed"
        except NotWritten as error:
            outcome, message = "refused", str(error)
        finally:
            shim.on = False
        if outcome == "refused":
            assert len(message.splitlines()) >= 2, message
            _, found, kept = message.partition("the whole text that was to be saved is in ")
            assert not found or pathlib.Path(kept).read_bytes() == after
        done = len(shim.calls) <= point  # no call was left to fail
        outcomes[outcome] += 1
        where = (point, shim.calls[point:][:1], outcome)
        assert file.read_bytes() == (FIRST if outcome == "refused" else after), where
        for kept in sweep(str(file), history, young=-1):
            # Without a history nobody can tell any more that the old text is our own.
            assert (history, pathlib.Path(kept).read_bytes()) == (None, FIRST), where
            pathlib.Path(kept).unlink()
        assert beside(file) == [], where
        if history:
            now = file.read_bytes()
            history.settle(str(file), now)
            assert history.torn(str(file), now) is None
            if outcome == "refused":
                assert history.stacks(str(file)).done == (), where
            else:
                undo(str(file), history)
                assert file.read_bytes() == FIRST, where
        # And the next save goes well.
        save(str(file), file.read_bytes(), add(b"two"), "add", history)
        if done:
            break
        point += 1
    print(f"{way}, {errno.errorcode[fault]}: {point} calls failed once each: {outcomes}")
    assert point > 15
    assert outcomes["saved"]
    assert outcomes["refused"]


def test_the_message_says_what_to_do(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "cme.toml"
    file.write_bytes(FIRST)
    write = os.write

    def full(handle: int, data: bytes) -> int:
        if ".part" in os.readlink(f"/proc/self/fd/{handle}"):
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(handle, data)

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(NotWritten) as caught:
        save(str(file), FIRST, add(b"one"), "add", History(str(tmp_path / "state")))
    first, advice, where = str(caught.value).splitlines()
    assert first == f"{file}: there is no room on the disk; the file is as it was"
    assert advice == "make room on that disk, then save again"
    kept = pathlib.Path(where.removeprefix("the whole text that was to be saved is in "))
    assert kept.read_bytes() == FIRST + b"one\n"
    with pytest.raises(NotWritten, match="not kept anywhere: enter it again"):
        save(str(file), FIRST, add(b"one"), "add", None)


@pytest.mark.parametrize("with_history", [True, False])
def test_a_write_in_place_that_cannot_be_taken_back_is_said(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, *, with_history: bool
) -> None:
    file = tmp_path / "cme.toml"
    file.write_bytes(FIRST)
    os.link(file, tmp_path / "other.toml")
    history = History(str(tmp_path / "state")) if with_history else None
    write = os.write
    calls: list[int] = []

    def dying(handle: int, data: bytes) -> int:
        if os.readlink(f"/proc/self/fd/{handle}") != str(file):
            return write(handle, data)
        calls.append(handle)
        if len(calls) > 1:
            raise OSError(errno.EIO, "Input/output error")
        return write(handle, data[:3])

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", dying)
        advice = "cmeledger undo" if history else "look at it in an editor"
        with pytest.raises(NotWritten, match=rf"could not be taken back\n.*{advice}"):
            save(str(file), FIRST, lambda _: b"quite another", "edit", history)
    assert file.read_bytes() != FIRST
    if history is None:
        return
    undo(str(file), history)
    assert file.read_bytes() == (tmp_path / "other.toml").read_bytes() == FIRST


@pytest.mark.parametrize("gone", ["file", "folder"])
def test_what_is_taken_away_during_a_save_is_not_made_again(
    file: pathlib.Path, tmp_path: pathlib.Path, gone: str
) -> None:
    def take_away(found: bytes) -> bytes:
        if gone == "folder":
            file.parent.rename(tmp_path / "moved")
        else:
            file.unlink()
        return found + b"one\n"

    with pytest.raises(NotWritten, match="is gone"):
        save(str(file), FIRST, take_away, "add", None, wait=0.05)
    assert not file.exists()
    if gone == "folder":
        assert [found.name for found in (tmp_path / "moved").iterdir()] == ["cme.toml"]
        assert (tmp_path / "moved" / "cme.toml").read_bytes() == FIRST
