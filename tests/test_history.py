"""Undo, redo, records that went missing, drafts, and what kills leave behind."""

import os
import pathlib

import pytest

from cmeledger.ledger import history as module
from cmeledger.ledger.entries import Touched, texts
from cmeledger.ledger.history import History, open_history
from cmeledger.ledger.leftover import sweep
from cmeledger.ledger.save import save
from cmeledger.ledger.undo import redo, undo
from cmeledger.problems import NotWritten
from saving import FIRST, add, beside


def put(file: pathlib.Path, history: History, *lines: bytes) -> None:
    for line in lines:
        name = line.decode()
        before = file.read_bytes()
        save(str(file), before, add(line), f"add {name}", history, touched=Touched((name,)))


def test_undo_and_redo_give_the_bytes_back(file: pathlib.Path, history: History) -> None:
    texts = [FIRST]
    for line in (b"one\r", b"two \xff\x00", b"three"):
        save(str(file), texts[-1], add(line), "add", history)
        texts.append(file.read_bytes())
    for back in (2, 1, 0):
        undo(str(file), History(history.folder))  # a new run each time
        assert file.read_bytes() == texts[back]
    with pytest.raises(NotWritten, match="there is nothing to undo"):
        undo(str(file), history)
    for forth in (1, 2, 3):
        redo(str(file), History(history.folder))
        assert file.read_bytes() == texts[forth]
    with pytest.raises(NotWritten, match="there is nothing to redo"):
        redo(str(file), history)
    undo(str(file), history)
    put(file, history, b"other")
    with pytest.raises(NotWritten, match="there is nothing to redo"):
        redo(str(file), history)
    undo(str(file), history)
    assert file.read_bytes() == texts[2]


def test_undo_refuses_after_an_edit_from_outside(file: pathlib.Path, history: History) -> None:
    put(file, history, b"one")
    file.write_bytes(file.read_bytes() + b"theirs\n")
    with pytest.raises(NotWritten, match="changed by something else since: add one"):
        undo(str(file), history)
    assert file.read_bytes() == FIRST + b"one\ntheirs\n"
    assert len(history.entries(str(file))) == 1


@pytest.mark.parametrize("cut", [0, 1, 50, -1])
def test_a_torn_last_entry_is_cut_off(file: pathlib.Path, history: History, cut: int) -> None:
    put(file, history, b"one", b"two")
    whole = pathlib.Path(history.entries(str(file))[-1].path)
    whole.with_name("00000003.begun").write_bytes(whole.read_bytes()[:cut])
    assert len(history.entries(str(file))) == 2
    put(file, history, b"three")
    assert [entry.number for entry in history.entries(str(file))] == [1, 2, 3]
    undo(str(file), history)
    assert file.read_bytes() == FIRST + b"one\ntwo\n"


def test_a_damaged_entry_is_never_brought_back(file: pathlib.Path, history: History) -> None:
    put(file, history, b"one")
    path = pathlib.Path(history.entries(str(file))[-1].path)
    data = bytearray(path.read_bytes())
    data[-2] ^= 1
    path.write_bytes(data)
    with pytest.raises(NotWritten, match="damaged in the history"):
        undo(str(file), history)
    assert file.read_bytes() == FIRST + b"one\n"


def test_a_save_killed_before_the_exchange_never_was(file: pathlib.Path, history: History) -> None:
    put(file, history, b"one")
    now = file.read_bytes()
    history.begin(str(file), "add two", now, now + b"two\n", Touched(("two",)))
    put(file, history, b"three")
    assert [entry.what for entry in history.entries(str(file))] == ["add one", "add three"]
    assert history.missing(str(file), ["one", "three"]) == []


def test_a_save_killed_after_the_exchange_was(file: pathlib.Path, history: History) -> None:
    history.begin(str(file), "add one", FIRST, FIRST + b"one\n")
    file.write_bytes(FIRST + b"one\n")
    undo(str(file), history)
    assert file.read_bytes() == FIRST


def test_a_cut_off_write_in_place_is_found_and_undone(file: pathlib.Path, history: History) -> None:
    history.in_place(history.begin(str(file), "add", FIRST, FIRST + b"a long line\n"))
    file.write_bytes(FIRST + b"a lo")
    with pytest.raises(NotWritten, match="cut off in the middle"):
        save(str(file), FIRST, add(b"one"), "add", history)
    undo(str(file), history)
    assert file.read_bytes() == FIRST
    assert history.entries(str(file)) == []
    put(file, history, b"one")


def test_records_that_a_stale_editor_overwrote_are_missed(
    file: pathlib.Path, history: History
) -> None:
    stale = file.read_bytes()
    put(file, history, b"one", b"two", b"three")
    file.write_bytes(stale)  # saved by an editor that had read the file before
    assert [found.id for found in history.missing(str(file), [])] == ["one", "two", "three"]
    found = history.missing(str(file), ["two"])[0]
    assert found.entry.what == "add one"
    assert b"one\n" in texts(found.entry)[1]
    history.accept(str(file), ["one", "three"])
    assert [found.id for found in history.missing(str(file), [])] == ["two"]


def test_records_taken_out_by_us_are_not_missed(file: pathlib.Path, history: History) -> None:
    put(file, history, b"one", b"two")
    undo(str(file), history)
    assert history.missing(str(file), ["one"]) == []
    redo(str(file), history)
    assert [found.id for found in history.missing(str(file), ["one"])] == ["two"]
    save(
        str(file), b"", lambda _: FIRST, "remove", history, touched=Touched(removed=("one", "two"))
    )
    assert history.missing(str(file), []) == []


def test_age_and_count_are_bounded(
    file: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_ENTRIES", 12)
    history = History(str(tmp_path / "history"))
    put(file, history, *(b"%d" % number for number in range(15)))
    assert [entry.number for entry in history.entries(str(file))] == list(range(4, 16))
    for entry in history.entries(str(file)):
        os.utime(entry.path, (0, 0))
    put(file, history, b"new")
    assert len(history.entries(str(file))) == module.KEPT_ANYWAY
    undo(str(file), history)
    assert file.read_bytes().endswith(b"14\n")


def test_a_save_of_thousands_of_records_is_kept(file: pathlib.Path, history: History) -> None:
    """More ids than fit a megabyte, as when a large ledger is archived."""
    ids = tuple(f"2014-01-01-{'x' * 50}-{number}" for number in range(15_000))
    touched = Touched(removed=ids, reads=tuple((id, "0" * 32, None) for id in ids))
    save(str(file), FIRST, add(b"# x"), "archive", history, touched=touched)
    assert history.entries(str(file))[0].touched == touched
    undo(str(file), history)
    assert file.read_bytes() == FIRST


def test_a_draft_is_kept_and_dropped(file: pathlib.Path, history: History) -> None:
    assert list(history.drafts(str(file))) == []
    history.put_draft(str(file), "add", {"title": "é [/b]"})
    history.put_draft(str(file), "add", {"title": "ü"})
    assert list(History(history.folder).drafts(str(file))) == [{"title": "ü"}]
    history.put_draft(str(file), "edit ../x", {"title": "in the same folder"})
    assert len(list(history.drafts(str(file)))) == 2
    history.drop_draft(str(file), "edit ../x")
    assert list(history.drafts(str(file))) == [{"title": "ü"}]
    history.drop_draft(str(file), "add")
    assert list(history.drafts(str(file))) == []


def test_what_a_kill_left_of_a_draft_goes(file: pathlib.Path, history: History) -> None:
    """The next save takes it away; what may just be written stays, and so does the draft."""
    history.put_draft(str(file), "form", {"title": "whole"})
    folder = pathlib.Path(history.place(str(file)))
    old, young = folder / "draft-0123456789abcdef.json.new", folder / "draft-89abcdef.json.new"
    for path in (old, young):
        path.write_bytes(b'{"tit')
    os.utime(old, (0, 0))
    assert list(history.drafts(str(file))) == [{"title": "whole"}]
    put(file, history, b"one")
    assert not old.exists()
    assert young.read_bytes() == b'{"tit'
    assert list(history.drafts(str(file))) == [{"title": "whole"}]


def test_where_the_history_is(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_history({"CMELEDGER_HISTORY": "off"}) is None
    chosen = open_history({"CMELEDGER_HISTORY": str(tmp_path / "h")})
    assert chosen
    assert chosen.folder == str(tmp_path / "h")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    standard = open_history({})
    assert standard
    assert standard.folder.endswith("history")
    assert not pathlib.Path(standard.folder).exists()  # looking makes nothing


def test_sweeping(file: pathlib.Path, history: History) -> None:
    dead = 2**22 + 1  # beyond the greatest pid of a Linux system
    put(file, history, b"one")
    for name, data in (
        (f".cme.toml.cmeledger-{dead}-00000000.part", b"half of a te"),
        (f".cme.toml.cmeledger-{dead}-00000001", FIRST),  # displaced, and known
        (f".cme.toml.cmeledger-{dead}-00000002", b"what an editor wrote"),
        (f".cme.toml.cmeledger-{os.getpid()}-00000003.part", b"of somebody alive"),
        (".other.toml.cmeledger-1-00000000", b"of another ledger"),
    ):
        file.with_name(name).write_bytes(data)
    (kept,) = sweep(str(file), history)
    assert pathlib.Path(kept).read_bytes() == b"what an editor wrote"
    assert beside(file) == [
        f".cme.toml.cmeledger-{os.getpid()}-00000003.part",
        ".other.toml.cmeledger-1-00000000",
        pathlib.Path(kept).name,
    ]
    assert sweep(str(file), history, young=-1) == []
    assert len(beside(file)) == 2
    assert sweep(str(file.parent / "no" / "cme.toml"), history) == []
