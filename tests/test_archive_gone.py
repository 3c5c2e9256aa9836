"""An archive that a move made: gone when that is undone, unless there is anything in it."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cmeledger.ledger import lock, pair, platform
from cmeledger.ledger.history import History
from cmeledger.ledger.leftover import sweep
from conftest import run_here
from saving import beside
from test_archive import (
    AS_OF,
    EHR,
    LEFT,
    MOVED,
    PAPER,
    SEPSIS,
    TEXT,
    apply,
    cme,
    file,
    moved,
    other,
    texts,
)

__all__ = ["file", "moved"]

MINE = "# mine\n"
"""What another program writes into the archive in the meantime."""


def test_an_empty_file_that_was_there_stays(file: Path) -> None:
    other(file).write_bytes(b"")
    assert apply(file).code == 0
    assert cme(file, "undo").code == 0
    assert texts(file) == (TEXT, "")


def test_one_that_has_got_another_name_stays(moved: Path) -> None:
    os.link(other(moved), moved.with_name("mine"))
    assert cme(moved, "undo").code == 0
    assert texts(moved) == (TEXT, "")


def test_only_the_undo_of_the_move_that_made_it_takes_it_away(moved: Path) -> None:
    assert cme(moved, "restore", "sepsis").code == 0
    first = LEFT.index(EHR)
    back = LEFT[:first] + SEPSIS + "\n" + LEFT[first:]
    restored = (back, f"format = 1\n\n{PAPER}")
    for verb, wanted in (
        ("undo", (LEFT, MOVED)),
        ("undo", (TEXT, None)),
        ("redo", (LEFT, MOVED)),
        ("redo", restored),
    ):
        assert cme(moved, verb).code == 0
        assert texts(moved) == wanted


def test_what_was_written_there_since_is_kept(moved: Path) -> None:
    assert cme(moved, "undo").code == 0
    other(moved).write_text(MINE, "utf-8")
    refused = cme(moved, "redo")
    assert refused.code == 4
    assert "changed by something else" in refused.err
    assert texts(moved) == (TEXT, MINE)


def test_a_redo_that_is_refused_makes_none(moved: Path) -> None:
    assert cme(moved, "undo").code == 0
    moved.write_text(TEXT + MINE, "utf-8")
    for words in (("redo",), ("redo", "--dry-run")):
        assert cme(moved, *words).code == 4
        assert texts(moved) == (TEXT + MINE, None)
    assert beside(moved) == []


def test_redo_of_the_archive_does_nothing_else_again(moved: Path) -> None:
    assert cme(moved, "undo").code == 0
    assert cme(moved, "edit", "recent", "--note", "seen").code == 0
    assert cme(moved, "undo").code == 0
    for words in (("redo",), ("redo", "--dry-run")):
        refused = cme(other(moved), *words)
        assert refused.code == 4
        assert "not saved in one step with the other file" in refused.err
        assert texts(moved) == (TEXT, None)
    assert beside(moved) == []


def test_of_a_ledger_that_has_a_link(file: Path) -> None:
    link = file.parent.parent / "linked" / file.name
    link.parent.mkdir()
    link.symlink_to(file)
    assert apply(link).code == 0
    assert texts(file) == (LEFT, MOVED)
    assert cme(link, "restore", "paper").code == 0
    assert cme(link, "undo").out.endswith(f"\nSaved in {other(file)}, too\n")
    assert cme(link, "undo").out.endswith(f"\nTook {other(file)} away again\n")
    assert texts(file) == (TEXT, None)
    assert beside(link) == []


def test_it_is_missed_where_no_undo_took_it_away(moved: Path) -> None:
    other(moved).unlink()
    assert cme(moved, "undo").code == 4
    assert cme(moved, "redo").code == 4
    assert cme(other(moved), "redo").code == 3
    assert texts(moved) == (LEFT, None)


def write_over(path: Path) -> None:
    """Save as an editor that makes a new file and gives it the name."""
    new = path.with_name("new")
    new.write_text(MINE, "utf-8")
    new.replace(path)


def write_into(path: Path) -> None:
    """Save as an editor that writes in place."""
    with path.open("r+", encoding="utf-8") as opened:
        opened.write(MINE)


def taken_away(
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    before: Callable[[Path], None] = lambda _: None,
    after: Callable[[Path, Path], None] = lambda *_: None,
) -> None:
    """Take an empty archive away, and do something before and after it gets another name.

    `before` gets its name, `after` the old and the new one.
    """
    other(file).write_bytes(b"")
    real = os.rename

    def meanwhile(old: str, new: str) -> None:
        monkeypatch.setattr(os, "rename", real)
        before(Path(old))
        real(old, new)
        after(Path(old), Path(new))

    monkeypatch.setattr(os, "rename", meanwhile)
    pair.remove_empty(str(other(file)))


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("write", [write_over, write_into])
def test_what_is_written_in_that_moment_is_kept(
    file: Path, when: str, write: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    if when == "before":
        taken_away(file, monkeypatch, before=write)
    elif write is write_into:
        taken_away(file, monkeypatch, after=lambda _, new: write(new))
    else:
        taken_away(file, monkeypatch, after=lambda old, _: write(old))
    assert texts(file) == (TEXT, MINE)
    assert beside(file) == [other(file).name]


def test_what_is_written_between_two_looks_is_kept(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = platform.is_being_written
    editors: list[int] = []

    def closed(handle: int) -> bool:
        os.write(editors[0], MINE.encode())
        os.close(editors[0])
        return look(handle)

    taken_away(
        file,
        monkeypatch,
        before=lambda old: editors.append(os.open(old, os.O_WRONLY)),
        after=lambda *_: monkeypatch.setattr(platform, "is_being_written", closed),
    )
    assert texts(file) == (TEXT, MINE)
    assert beside(file) == [other(file).name]


def test_it_gets_its_name_back_where_no_file_has_two(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link(old: str, new: str) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM), old, None, new)

    monkeypatch.setattr(os, "link", link)
    taken_away(file, monkeypatch, before=write_over)
    assert texts(file) == (TEXT, MINE)
    assert beside(file) == [other(file).name]


def test_two_texts_of_that_moment_are_both_kept(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def yours(old: Path, _: Path) -> None:
        old.write_text("# yours\n", "utf-8")

    taken_away(file, monkeypatch, before=write_over, after=yours)
    assert texts(file) == (TEXT, "# yours\n")
    _, kept = beside(file)
    assert kept.startswith(f"{other(file).name}.theirs-")
    assert file.with_name(kept).read_text("utf-8") == MINE


def test_one_that_is_being_saved_stays(file: Path) -> None:
    other(file).write_bytes(b"")
    with lock.locked(str(other(file)), 0):
        pair.remove_empty(str(other(file)))
    assert texts(file) == (TEXT, "")


def test_what_a_kill_in_that_moment_left_is_swept_up(moved: Path) -> None:
    history = History(str(moved.parent.parent / "history"))
    assert cme(moved, "undo").code == 0
    dead = 2**22 + 1  # beyond the greatest pid of a Linux system
    for number, data in enumerate((b"", MINE.encode())):
        moved.with_name(f".{other(moved).name}.cmeledger-{dead}-0000000{number}").write_bytes(data)
    (kept,) = sweep(str(other(moved)), history)
    assert Path(kept).read_text("utf-8") == MINE
    assert beside(moved) == [Path(kept).name]


def test_an_empty_rest_is_swept_up_without_a_history(file: Path) -> None:
    file.with_name(f".{other(file).name}.cmeledger-{2**22 + 1}-00000000").write_bytes(b"")
    assert sweep(str(other(file))) == []
    assert beside(file) == []


def test_an_empty_ledger_was_not_an_archive(moved: Path) -> None:
    assert cme(moved, "undo").code == 0
    empty = moved.with_name("empty.toml")
    empty.write_bytes(b"")
    env = {"CMELEDGER_HISTORY": str(moved.parent.parent / "history")}
    done = run_here("doctor", str(empty), *AS_OF, env=env)
    assert "was moved from" not in done.out + done.err
