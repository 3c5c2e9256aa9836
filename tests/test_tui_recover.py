"""What the screens find around a ledger: lost saves, copies, editors; seen, put back, let go."""

import os
import socket
from pathlib import Path

import pytest
from textual.widgets import Static

from cmeledger.ledger.history import History
from cmeledger.tui.recover import Recover
from conftest import HEAD, NASTY, run_here
from ledgers import LIST, TALK
from screens import (
    GROUPS,
    LARGE,
    SMALL,
    app_of,
    lines_of,
    opened,
    press,
    said,
    screen,
    tells,
    until,
    words,
)

AS_OF = "2026-03-01"
SEPSIS = """
[[activity]]
id = "2025-07-01-sepsis"
date = 2025-07-01
title = "Sepsis"
category = 1
credits = 1
"""
MISSING = "1 record you saved is no longer in the file"


def cme(file: Path, history: History, *arguments: str) -> None:
    """Run a command that saves."""
    env = {"CMELEDGER_HISTORY": history.folder}
    assert run_here(*arguments, str(file), "--as-of", AS_OF, env=env).code == 0


@pytest.fixture
def ledger(file: Path, history: History) -> Path:
    """Give a ledger whose editor held an old text: an addition, an edit and a removal are undone."""
    old = HEAD + TALK + LIST
    file.write_text(old, "utf-8")
    cme(file, history, "add", "Sepsis", "--date", "2025-07-01", "--category", "1", "--credits", "1")
    cme(file, history, "edit", "list", "--credits", "3")
    cme(file, history, "remove", "talk", "--yes")
    assert file.read_text("utf-8") == HEAD + LIST.replace("= 2\n", "= 3\n") + SEPSIS
    file.write_text(old, "utf-8")
    return file


def notice(pilot: object) -> str:
    """Read the line above the views; "": it is not there."""
    line = pilot.app.screen_stack[0].query_one("#notice", Static)  # type: ignore[attr-defined]
    return str(line.render()) if line.display else ""


async def open_list(pilot: object) -> None:
    """Open the list of what was lost."""
    await until(pilot, lambda: bool(notice(pilot)), "the notice")  # type: ignore[arg-type]
    await press(pilot, "V")  # type: ignore[arg-type]
    await until(pilot, lambda: isinstance(pilot.app.screen, Recover), "the list")  # type: ignore[arg-type, attr-defined]


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_what_was_lost_is_named_in_one_line(
    ledger: Path, history: History, size: tuple[int, int]
) -> None:
    async with opened(ledger, AS_OF, size=size, history=history) as pilot:
        await until(pilot, lambda: MISSING in screen(pilot), "the notice")
        line = next(line for line in screen(pilot).split("\n") if MISSING in line)
        assert line.startswith(f" ! {MISSING}")
        assert line.endswith(". V: look at them")
        assert said(pilot) == ""
        if size == LARGE:
            assert "1 record is in the file as before you last saved it" in line


async def test_the_list_says_what_befell_each_and_shows_it(ledger: Path, history: History) -> None:
    async with opened(ledger, AS_OF, history=history) as pilot:
        await open_list(pilot)
        rows = lines_of(pilot, "lost")
        # By the time of the last save of each: added, changed, removed.
        assert [row.split("  ")[0] for row in rows] == [
            "✗ no longer there",
            "↶ as before your save",
            "+ back though removed",
        ]
        assert "3 records not as you saved them" in screen(pilot)
        await until(pilot, lambda: "it is not in the file" in screen(pilot), "the first one")
        assert 'title = "Sepsis"' in screen(pilot)
        await press(pilot, "down")
        await until(pilot, lambda: "edit list" in "".join(lines_of(pilot, "lost-text")), "second")
        text = lines_of(pilot, "lost-text")
        assert (
            text.index("  credits = 3") < text.index("as it is now") < text.index("  credits = 2")
        )
        await press(pilot, "down")
        await until(pilot, lambda: "  (it was taken out)" in lines_of(pilot, "lost-text"), "third")
        assert "  # A talk worth remembering." in lines_of(pilot, "lost-text")
        await press(pilot, "escape")
        assert not isinstance(pilot.app.screen, Recover)


async def test_restore_brings_a_record_back_and_undo_takes_it_back(
    ledger: Path, history: History
) -> None:
    old = HEAD + TALK + LIST
    async with opened(ledger, AS_OF, history=history) as pilot:
        await open_list(pilot)
        await press(pilot, "r")
        await until(pilot, lambda: ledger.read_text("utf-8") != old, "the save")
        assert ledger.read_text("utf-8") == old + SEPSIS
        await until(pilot, lambda: len(lines_of(pilot, "lost")) == 2, "a shorter list")
        await tells(pilot, "saved: restore 2025-07-01-sepsis; u takes it back")
        await press(pilot, "escape")
        assert "4.5 / 50" in lines_of(pilot, "requirements")[0]  # 1.5 + 2 + 1
        assert "no longer in the file" not in notice(pilot)
        await press(pilot, "u")
        await until(pilot, lambda: ledger.read_text("utf-8") == old, "the undoing")


async def test_restore_all_asks_and_then_the_notice_goes(ledger: Path, history: History) -> None:
    old = HEAD + TALK + LIST
    async with opened(ledger, AS_OF, history=history) as pilot:
        await open_list(pilot)
        await press(pilot, "R")
        await until(pilot, lambda: "Put 3 records back as saved?" in screen(pilot), "the question")
        await press(pilot, "escape")
        assert ledger.read_text("utf-8") == old
        await press(pilot, "R")
        await until(pilot, lambda: "Put 3 records back as saved?" in screen(pilot), "the question")
        await press(pilot, "y")
        await until(pilot, lambda: notice(pilot) == "", "no notice")
        assert ledger.read_text("utf-8") == HEAD + LIST.replace("= 2\n", "= 3\n") + SEPSIS
        assert "Nothing is missing." in screen(pilot)
        await press(pilot, "u")
        await until(pilot, lambda: ledger.read_text("utf-8") == old, "the undoing")


async def test_accept_leaves_the_file_and_names_it_no_more(ledger: Path, history: History) -> None:
    old = HEAD + TALK + LIST
    async with opened(ledger, AS_OF, history=history) as pilot:
        await open_list(pilot)
        for left in (2, 1, 0):
            await press(pilot, "a")
            await until(pilot, lambda left=left: len(lines_of(pilot, "lost")) == left, "one less")  # type: ignore[misc]
        await until(pilot, lambda: notice(pilot) == "", "no notice")
        assert ledger.read_text("utf-8") == old
        await press(pilot, "escape", "V")
        await tells(pilot, "nothing that you saved is missing")
    async with opened(ledger, AS_OF, history=history) as pilot:
        await until(pilot, lambda: app_of(pilot).around is not None, "a look around")
        assert notice(pilot) == ""


async def test_an_old_text_saved_while_the_screens_are_open_is_found(
    file: Path, history: History
) -> None:
    file.write_text(HEAD + LIST, "utf-8")
    cme(file, history, "add", "Sepsis", "--date", "2025-07-01", "--category", "1", "--credits", "1")
    async with opened(file, AS_OF, history=history) as pilot:
        await until(pilot, lambda: app_of(pilot).around is not None, "a look around")
        assert notice(pilot) == ""
        file.write_text(HEAD + LIST, "utf-8")
        await until(pilot, lambda: MISSING in notice(pilot), "the notice")
        file.write_text(HEAD + LIST + SEPSIS, "utf-8")
        await until(pilot, lambda: notice(pilot) == "", "no notice")


async def test_with_the_history_off_nothing_is_missing(ledger: Path) -> None:
    async with opened(ledger, AS_OF) as pilot:
        await until(pilot, lambda: app_of(pilot).around is not None, "a look around")
        assert notice(pilot) == ""
        await press(pilot, "V")
        await tells(pilot, "the history is switched off")


async def test_a_broken_file_or_one_without_its_archive_is_not_missing_records(
    ledger: Path, history: History
) -> None:
    ledger.with_name("cme.archive.toml").write_text("format = 1\n" + SEPSIS, "utf-8")
    async with opened(ledger, AS_OF, history=history, with_archive=False) as pilot:
        await until(pilot, lambda: app_of(pilot).around is not None, "a look around")
        assert notice(pilot) == ""
    ledger.write_text(HEAD + TALK + LIST.replace('"list"', '"list'), "utf-8")
    async with opened(ledger, AS_OF, history=history) as pilot:
        await until(pilot, lambda: app_of(pilot).around is not None, "a look around")
        assert notice(pilot) == ""


async def test_copies_and_editors_beside_the_ledger_come_and_go(file: Path) -> None:
    file.write_text(HEAD + LIST, "utf-8")
    copy = file.with_name("cme (conflicted copy 2026-02-01).toml")
    lock = file.with_name(".#cme.toml")
    async with opened(file, AS_OF) as pilot:
        await until(pilot, lambda: app_of(pilot).around is not None, "a look around")
        copy.write_text(HEAD, "utf-8")
        await until(pilot, lambda: bool(notice(pilot)), "the notice")
        assert notice(pilot) == f"! {copy.name} is beside it. V: look at them"
        lock.symlink_to(f"me@{socket.gethostname()}x.1:2")
        await until(pilot, lambda: "maybe" in notice(pilot), "the editor")
        assert notice(pilot) == "! 1 copy beside the ledger; maybe open in Emacs. V: look at them"
        await press(pilot, "V")
        await until(pilot, lambda: isinstance(pilot.app.screen, Recover), "the list")
        assert "Beside the ledger" in screen(pilot)
        await press(pilot, "down")
        await until(pilot, lambda: "then remove it" in words(pilot), "advice")
        shown = "".join(lines_of(pilot, "lost-text")).replace(" ", "")
        assert str(copy).replace(" ", "") in shown  # it is wrapped
        await press(pilot, "r")
        await tells(pilot, "choose a record that is not as you saved it")
        copy.unlink()
        lock.unlink()
        await until(pilot, lambda: notice(pilot) == "", "no notice")


async def test_kept_texts_are_listed_and_the_editor_opens_them(
    file: Path, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[list[str]] = []

    def run(command: list[str], **_options: object) -> object:
        calls.append(command)
        return type("Done", (), {"returncode": 0})

    monkeypatch.setattr("cmeledger.tui.outward.subprocess.run", run)
    monkeypatch.setattr("cmeledger.tui.app.CmeledgerApp.suspend", lambda _app: open(os.devnull))  # noqa: SIM115
    monkeypatch.setenv("VISUAL", "vim")
    file.write_text(HEAD + LIST, "utf-8")
    kept = history.keep_unsaved(str(file), b"format = 1\n")
    theirs = file.with_name("cme.toml.theirs-20260201-101010")
    theirs.write_text(HEAD, "utf-8")
    async with opened(file, AS_OF, history=history) as pilot:
        await open_list(pilot)
        assert "a text that could not be saved" in lines_of(pilot, "lost")[1]
        await press(pilot, "E", "down", "E")
    assert [command[-1] for command in calls] == [str(theirs), kept]


async def test_what_a_killed_save_left_is_swept_once_at_the_start(
    file: Path, history: History
) -> None:
    file.write_text(HEAD + LIST, "utf-8")
    dead = 2**22 + 1  # no process has such a number
    twin = file.with_name(f".cme.toml.cmeledger-{dead}-00000000")
    other = file.with_name(f".cme.toml.cmeledger-{dead}-00000001")
    twin.write_text(HEAD + LIST, "utf-8")
    other.write_text(HEAD, "utf-8")
    archived = file.with_name(f".cme.archive.toml.cmeledger-{dead}-00000002.part")
    archived.write_text("half of a te", "utf-8")
    async with opened(file, AS_OF, history=history) as pilot:
        await tells(pilot, "a save that was cut off left")
        await until(pilot, lambda: "cme.toml.theirs-" in notice(pilot), "the notice")
    assert not twin.exists()
    assert not other.exists()
    assert not archived.exists()
    assert [p.read_text("utf-8") for p in file.parent.glob("cme.toml.theirs-*")] == [HEAD]


@GROUPS
async def test_hostile_texts_of_lost_records_are_shown_harmless(
    file: Path, history: History, group: str
) -> None:
    text = " ".join(NASTY[group])[:2000]
    file.write_text(HEAD + LIST, "utf-8")
    cme(file, history, "edit", "list", "--note", text)
    file.write_text(HEAD + LIST, "utf-8")
    async with opened(file, AS_OF, size=LARGE, history=history) as pilot:
        await open_list(pilot)
        await until(pilot, lambda: "as it is now" in lines_of(pilot, "lost-text"), "the record")
        shown = "\n".join([screen(pilot), *lines_of(pilot, "lost-text")])
        assert not any((ord(c) < 32 and c != "\n") or 0x7F <= ord(c) < 0xA0 for c in shown)
        assert any(line.startswith("  note = ") for line in lines_of(pilot, "lost-text"))
