"""The screens beside an archive: what a killed move left is cleared up, and a move is undone."""

from pathlib import Path

import pytest

from cmeledger.tui.choose import Choose
from conftest import run_here
from forms import Screens, history_of, open_form, save, settled, write, writing
from screens import LARGE, app_of, press, said, tells, until
from test_archive import AS_OF, LEFT, MOVED, SEPSIS, TEXT, doubled, file, other, texts
from test_tui_recover import notice

__all__ = ["file"]

CLEARED = "a move that was cut off left 2 records in the ledger and in its archive"


def command(file: Path, *words: str) -> None:
    """Run a command with the history of the screens."""
    env = {"CMELEDGER_HISTORY": history_of(file).folder}
    done = run_here(*words, str(file), *AS_OF, env=env)
    assert done.code == 0, done.err


async def hold(pilot: Screens, file: Path, ledger: str, archive: str | None) -> None:
    """Wait until the two files hold these texts."""
    wanted = ledger, archive
    await until(pilot, lambda: texts(file) == wanted, f"{wanted}\nare in the files, not:\n{file}")
    await settled(pilot)


async def test_looking_leaves_a_doubled_record_where_it_is(file: Path) -> None:
    doubled(file)
    before = texts(file)
    async with writing(file) as pilot:
        await press(pilot, "1", "3", "4", "5", "r")
        await settled(pilot)
        assert CLEARED not in said(pilot)
    assert texts(file) == before


async def test_an_edit_clears_it_up_first(file: Path) -> None:
    doubled(file)
    async with writing(file) as pilot:
        await open_form(pilot, "e", "sepsis")
        await write(pilot, credits="1.75")
        await save(pilot)
        await hold(pilot, file, TEXT.replace("1.50", "1.75"), "format = 1\n")
        await tells(pilot, CLEARED)
        await tells(pilot, "saved: edit sepsis")
        await press(pilot, "u")
        await hold(pilot, file, TEXT, "format = 1\n")


async def test_a_record_that_is_removed_does_not_come_back_from_the_archive(file: Path) -> None:
    doubled(file)
    async with writing(file) as pilot:
        app_of(pilot).go_to("sepsis")
        await press(pilot, "x")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose), "the question")
        await press(pilot, "y")
        await hold(pilot, file, TEXT.replace(f"{SEPSIS}\n", ""), "format = 1\n")
        await tells(pilot, CLEARED)


async def test_undo_clears_it_up_too(file: Path) -> None:
    command(file, "edit", "recent", "--credits", "3")
    changed = file.read_text("utf-8")
    other(file).write_text(MOVED, "utf-8")
    async with writing(file) as pilot:
        await press(pilot, "u")
        await hold(pilot, file, TEXT, "format = 1\n")
        await tells(pilot, CLEARED)
        await tells(pilot, "undone: edit recent")
        await press(pilot, "U")
        await hold(pilot, file, changed, "format = 1\n")


async def test_an_archive_that_cannot_be_written_stops_the_save(file: Path) -> None:
    doubled(file)
    other(file).chmod(0o400)
    before = texts(file)
    async with writing(file) as pilot:
        app_of(pilot).go_to("sepsis")
        await press(pilot, "x")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose), "the question")
        await press(pilot, "y")
        await tells(pilot, "chmod u+w")
    assert texts(file) == before


@pytest.mark.parametrize("move", ["archive", "restore"])
async def test_undo_and_redo_of_a_move_turn_both_files(file: Path, move: str) -> None:
    command(file, "archive", "--apply", "--yes")
    before: tuple[str, str | None] = (TEXT, None)
    after: tuple[str, str | None] = (LEFT, MOVED)
    if move == "restore":
        command(file, "restore", "sepsis")
        before, after = after, texts(file)
    async with writing(file) as pilot:
        await press(pilot, "u")
        await hold(pilot, file, *before)
        what = "archive 2 records" if move == "archive" else "restore sepsis"
        await tells(pilot, f"undone: {what}")
        await press(pilot, "U")
        await hold(pilot, file, *after)
        await tells(pilot, f"done again: {what}")


async def test_an_archive_that_goes_is_named_until_it_is_back(file: Path) -> None:
    command(file, "archive", "--apply", "--yes")
    async with writing(file, size=LARGE) as pilot:
        await settled(pilot)
        away = other(file).rename(file.parent.parent / "away.toml")
        gone = "cme.archive.toml is gone: it was saved on "
        await until(pilot, lambda: gone in notice(pilot), "the notice")
        await press(pilot, "V")
        await tells(pilot, "its records are not counted: cmeledger doctor says what to do")
        assert len(pilot.app.screen_stack) == 1  # there is nothing to look at
        assert "nothing that you saved is missing" not in said(pilot)
        away.rename(other(file))
        await until(pilot, lambda: notice(pilot) == "", "no notice any more")
