"""The screens beside an editor: every way a file changes, breaks, goes and comes back."""

import threading
import weakref
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cmeledger.tui.app import CmeledgerApp
from cmeledger.tui.session import Failed, Loaded, load
from conftest import HEAD, PATIENCE, SAMPLES
from ledgers import course
from screens import LARGE, app_of, calm, lines_of, opened, press, screen, until, words

AS_OF = "2026-03-01"


def record(id: str, credits: float) -> str:
    """Write a record that nothing is wrong with."""
    return course("2025-06-01", credits, id=id, title=id, no_evidence="sample")


def ledger(**credits: float) -> str:
    """Write a ledger with a record for each keyword."""
    return HEAD + "".join(record(id, amount) for id, amount in credits.items())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a ledger of three records, 6 credits."""
    file = tmp_path / "cme.toml"
    file.write_text(ledger(one=1, two=2, three=3), "utf-8")
    return file


def rename_over(file: Path, text: str) -> None:
    beside = file.with_name("beside")
    beside.write_text(text, "utf-8")
    beside.replace(file)


def write_in_place(file: Path, text: str) -> None:
    file.write_text(text, "utf-8")


def as_vim_does(file: Path, text: str) -> None:
    file.rename(file.with_name("cme.toml~"))
    file.write_text(text, "utf-8")
    file.with_name("cme.toml~").unlink()


@pytest.mark.parametrize("save", [rename_over, write_in_place, as_vim_does])
async def test_a_save_changes_the_numbers_and_keeps_the_choice(file: Path, save: object) -> None:
    async with opened(file, AS_OF) as pilot:
        assert "6 / 50" in lines_of(pilot, "requirements")[0]
        await press(pilot, "2", "down")
        assert (
            app_of(pilot).view.record == "three"
        )  # by date, then id, the last first: two, three, one
        save(file, ledger(zero=0.5, one=1, two=2, three=3, four=4))  # type: ignore[operator]
        await until(pilot, lambda: "5 records, 10.5 claimed" in screen(pilot), "the new total")
        assert app_of(pilot).view.record == "three"
        await press(pilot, "1")
        assert "10.5 / 50" in lines_of(pilot, "requirements")[0]


async def test_the_scroll_position_stays(file: Path) -> None:
    many = {f"r{number:03}": 1.0 for number in range(100)}
    file.write_text(ledger(**many), "utf-8")
    async with opened(file, AS_OF) as pilot:
        await press(pilot, "2", *["pagedown"] * 3)
        rows = app_of(pilot).view.home
        top, chosen = rows.scroll_offset.y, app_of(pilot).view.record
        assert top > 0
        rename_over(file, ledger(**many | {"r999": 1}))  # sorts before all others
        await until(pilot, lambda: "101 records" in screen(pilot), "the new record")
        assert app_of(pilot).view.record == chosen
        assert rows.scroll_offset.y == top + 1


async def test_a_slow_reading_does_not_come_over_a_later_one(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(file, AS_OF) as pilot:
        begun, may_go_on, done = threading.Event(), threading.Event(), threading.Event()

        def slow(*arguments: Any, **options: Any) -> Loaded | Failed:
            result = load(*arguments, **options)
            if not begun.is_set():
                begun.set()
                may_go_on.wait(PATIENCE)
                done.set()
            return result

        def listen(app: CmeledgerApp, loaded: Loaded) -> None:
            heard.append(loaded.book.data)
            use(app, loaded)

        heard: list[bytes] = []
        use = CmeledgerApp._use  # noqa: SLF001  what is shown, in its order
        monkeypatch.setattr(CmeledgerApp, "_use", listen)
        monkeypatch.setattr("cmeledger.tui.session.load", slow)
        app_of(pilot).action_reload()
        try:
            await until(pilot, begun.is_set, "the old file is read")
            rename_over(file, ledger(one=1))
            app_of(pilot).action_reload()
            await until(pilot, lambda: "1 / 50" in lines_of(pilot, "requirements")[0], "the new")
        finally:
            may_go_on.set()
        await until(pilot, done.is_set, "the old one is over")
        await pilot.app.workers.wait_for_complete()
        await calm(pilot)
        assert set(heard) == {file.read_bytes()}


async def test_a_broken_save_names_the_line_over_the_last_good_state(file: Path) -> None:
    async with opened(file, AS_OF, size=LARGE) as pilot:
        good = file.read_text("utf-8")
        broken = good.replace('title = "two"', 'title = "two')
        line = broken.split("\n").index('title = "two') + 1
        rename_over(file, broken)
        await until(pilot, lambda: f"line {line}" in words(pilot), "the place of the trouble")
        assert "before it broke" in words(pilot)
        assert "6 / 50" in lines_of(pilot, "requirements")[0]
        await press(pilot, "4")
        assert 'title = "two' in "\n".join(lines_of(pilot, "problem"))
        place = app_of(pilot).view.place
        assert place is not None
        assert place.line == line
        rename_over(file, good.replace("credits = 3", "credits = 4"))
        await until(pilot, lambda: "before it broke" not in words(pilot), "the mended file")
        await press(pilot, "1")
        assert "7 / 50" in lines_of(pilot, "requirements")[0]


async def test_a_ledger_broken_from_the_start_shows_what_can_be_read(file: Path) -> None:
    file.write_text(file.read_text("utf-8").replace('title = "two"', 'title = "two'), "utf-8")
    async with opened(file, AS_OF, size=LARGE) as pilot:
        assert "totals are incomplete" in words(pilot)
        assert "Incomplete: only a part of the file could be read." in words(pilot)
        assert "4 / 50" in lines_of(pilot, "requirements")[0]  # 1 + 3: the second does not read


async def test_a_missing_file_is_no_empty_ledger(file: Path) -> None:
    async with opened(file, AS_OF) as pilot:
        away = file.with_name("away.toml")
        file.rename(away)
        await until(pilot, lambda: "there is no such file" in words(pilot), "a word about it")
        assert "6 / 50" in lines_of(pilot, "requirements")[0]
        away.rename(file)
        await until(pilot, lambda: "no such file" not in words(pilot), "the file that is back")
        assert not file.with_name("away.toml").exists()


async def test_an_empty_file_is_no_empty_ledger(file: Path) -> None:
    async with opened(file, AS_OF) as pilot:
        good = file.read_text("utf-8")
        file.write_bytes(b"")
        await until(pilot, lambda: "before it broke" in words(pilot), "a word about it")
        assert "6 / 50" in lines_of(pilot, "requirements")[0]
        file.write_text(good, "utf-8")
        await until(pilot, lambda: "before it broke" not in words(pilot), "the good file")


async def test_a_file_that_is_no_ledger_says_so_and_shows_its_problems(tmp_path: Path) -> None:
    file = tmp_path / "cme.toml"
    file.write_text("format = 2\n", "utf-8")
    async with opened(file, AS_OF) as pilot:
        assert "format 2 is newer than this program" in words(pilot)
        for view in "12345":
            await press(pilot, view)
        await press(pilot, "4")
        assert "install a newer version of cmeledger" in "\n".join(lines_of(pilot, "problem"))


async def test_the_archive_is_watched_too(file: Path) -> None:
    async with opened(file, AS_OF) as pilot:
        archive = file.with_name("cme.archive.toml")
        archive.write_text("format = 1\n" + record("old", 5), "utf-8")
        await until(pilot, lambda: "11 / 50" in lines_of(pilot, "requirements")[0], "11 credits")


async def test_midnight_moves_the_days(file: Path) -> None:
    today = [date(2026, 3, 1)]
    async with opened(file, AS_OF) as pilot:
        app_of(pilot).today = lambda: today[0]
        await until(pilot, lambda: "70 days left" in words(pilot), "70 days")
        today[0] = date(2026, 3, 2)
        await until(pilot, lambda: "69 days left" in words(pilot), "69 days")


async def test_the_cycle_shown_stays_when_the_file_changes(file: Path) -> None:
    async with opened(file, AS_OF) as pilot:
        await press(pilot, "left_square_bracket")
        assert "May 10, 2024" in words(pilot)
        rename_over(file, ledger(one=1))
        await until(pilot, lambda: len(app_of(pilot).shown.rows) == 1, "the new file")  # type: ignore[union-attr]
        assert "May 10, 2024" in words(pilot)


async def test_resizing_lays_out_anew_and_says_when_it_is_too_small(file: Path) -> None:
    async with opened(SAMPLES / "surgeon.toml") as pilot:
        for width, height in ((160, 50), (200, 60), (60, 15), (80, 24)):
            await pilot.resize_terminal(width, height)
            await until(
                pilot,
                lambda size=(width, height): pilot.app.screen.size == size,  # type: ignore[misc]
                "the new size",
            )
            assert "Risk management" in screen(pilot)
            assert all(len(line) <= width for line in screen(pilot).split("\n"))
        await pilot.resize_terminal(59, 24)
        await until(pilot, lambda: "needs 60 × 15" in screen(pilot), "a plain word")
        await pilot.resize_terminal(80, 14)
        await until(pilot, lambda: "here are 80 × 14" in screen(pilot), "a plain word")
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "needs 60" not in screen(pilot), "the screens again")


class _Node:
    """Something that refers to itself, as widgets do: only the collector can take it away."""

    def __init__(self) -> None:
        self.own = self


def test_reading_again_lets_go_of_what_is_used_no_more(file: Path) -> None:
    load(str(file), date(2026, 3, 1))
    node = weakref.ref(_Node())
    load(str(file), date(2026, 3, 1))  # what there is now is not looked through
    load(str(file), date(2026, 3, 1))  # until this one
    assert node() is None
