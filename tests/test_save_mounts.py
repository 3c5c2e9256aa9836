"""Saving on a small disk that is really full, and into a ledger that is itself a mount point."""

import contextlib
import os
import pathlib
import subprocess
from collections.abc import Iterator

import pytest

from cmeledger.ledger.history import History
from cmeledger.ledger.save import save
from cmeledger.ledger.undo import undo
from cmeledger.problems import NotWritten
from saving import FIRST, add, beside

PAGE = 4096
"""What a tmpfs gives out at a time."""


@contextlib.contextmanager
def mounted(place: pathlib.Path, *options: str) -> Iterator[None]:
    """Mount something, and take it away again; skips the test where that is not allowed."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root may mount")
    done = subprocess.run(
        ["mount", *options, str(place)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"mounting is refused here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.fixture
def disk(tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    """Give a disk of 16 pages with a ledger on it."""
    place = tmp_path / "disk"
    place.mkdir()
    with mounted(place, "-t", "tmpfs", "-o", f"size={16 * PAGE}", "none"):
        (place / "cme.toml").write_bytes(FIRST)
        yield place


def fill(disk: pathlib.Path, free: int) -> pathlib.Path:
    """Fill a disk but for some pages."""
    filler = disk / "filler"
    taken = 0
    with filler.open("wb", 0) as opened, contextlib.suppress(OSError):  # until it is full
        while True:
            taken += opened.write(bytes(PAGE))
    assert taken < 16 * PAGE
    os.truncate(filler, filler.stat().st_size - free * PAGE)
    return filler


@pytest.mark.parametrize(
    ("way", "free"),
    [("beside", free) for free in range(4)] + [("in-place", free) for free in range(3)],
)
def test_a_full_disk_leaves_the_old_text(
    disk: pathlib.Path, history: History, way: str, free: int
) -> None:
    """The new text needs four pages beside the old, or three more in place: it never fits."""
    file = disk / "cme.toml"
    if way == "in-place":
        os.link(file, disk / "other.toml")
    filler = fill(disk, free)
    others = beside(file)
    after = b"# changed\n" * (PAGE * 7 // 2 // 10)
    with pytest.raises(NotWritten) as caught:
        save(str(file), FIRST, lambda _: after, "edit", history)
    first, advice, where = str(caught.value).splitlines()
    assert first == f"{file}: there is no room on the disk; the file is as it was"
    assert advice == "make room on that disk, then save again"
    kept = pathlib.Path(where.removeprefix("the whole text that was to be saved is in "))
    assert kept.read_bytes() == after
    assert file.read_bytes() == FIRST
    assert beside(file) == others
    assert history.entries(str(file)) == []
    filler.unlink()
    save(str(file), FIRST, lambda _: after, "edit", history)
    assert file.read_bytes() == after
    undo(str(file), history)
    assert file.read_bytes() == FIRST


def test_a_history_on_a_full_disk_refuses_the_save(disk: pathlib.Path) -> None:
    file, history = disk / "cme.toml", History(str(disk / "history"))
    filler = fill(disk, 0)
    with pytest.raises(NotWritten, match=r"cannot be written \(no space left on device\)"):
        save(str(file), FIRST, add(b"one"), "add", history)
    assert file.read_bytes() == FIRST
    filler.unlink()
    save(str(file), FIRST, add(b"one"), "add", history)
    assert [entry.what for entry in history.entries(str(file))] == ["add"]


def test_a_ledger_that_is_a_mount_point_is_written_in_place(
    tmp_path: pathlib.Path, history: History
) -> None:
    """As a container has it that was given one file."""
    outside, inside = tmp_path / "outside.toml", tmp_path / "inside" / "cme.toml"
    outside.write_bytes(FIRST)
    inside.parent.mkdir()
    inside.touch()
    with mounted(inside, "--bind", str(outside)):
        saved = save(str(inside), FIRST, add(b"one"), "add", history)
        assert saved.note == "it was written in place: its name cannot be given to another file"
        assert inside.read_bytes() == outside.read_bytes() == FIRST + b"one\n"
        assert beside(inside) == []
        undo(str(inside), history)
        assert outside.read_bytes() == FIRST
    assert inside.read_bytes() == b""
