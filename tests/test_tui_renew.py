"""Renewals in the screens: what is shown, what is written, and what is said afterwards."""

import shutil
from pathlib import Path

from conftest import run_here
from forms import DAY, Screens, do, settled, writing
from screens import BY, SIZES, app_of, opened, page_of, press, same_as_before, tells, until, words
from test_renew import edit, file, renewed  # noqa: F401  a fixture, and what it is for
from test_tui_keep import asked
from test_tui_writing import holds

QUESTION = "Record this as attested on Mar 1, 2026?"
DIFFERS = (
    "What you attested for May 10, 2026 is not what the ledger says now: N shows what differs."
)


def sheet(pilot: Screens) -> str:
    return page_of(pilot, "reading-text")


def text_after(file: Path, *more: str) -> str:  # noqa: F811
    """Give the ledger as the command writes it, which has tests of its own."""
    copy = file.parent / "copy.toml"
    shutil.copy(file, copy)
    words_ = ("renew", str(copy), "--as-of", DAY, "--yes", *more)
    assert run_here(*words_, env={"CMELEDGER_HISTORY": "off"}).code == 0
    return copy.read_text("utf-8")


@BY
async def test_what_is_attested_is_shown_and_written_and_undone(by: str, file: Path) -> None:  # noqa: F811
    before, wanted = file.read_text("utf-8"), text_after(file)
    assert wanted.startswith(before)
    async with writing(file) as pilot:
        await do(pilot, "N", by)
        await asked(pilot, QUESTION)
        text = sheet(pilot)
        assert "The renewal of May 10, 2026, if attested on Mar 1, 2026" in text
        # 6 + 2 + 20 credits; 4 and the 2 of the Board's regulations are risk management.
        assert "28 / 50 22 to go" in text
        assert "6 / 10 4 to go" in text
        assert "6 totals would be recorded as short." in text
        assert file.read_text("utf-8") == before
        await press(pilot, "y")
        await holds(pilot, file, wanted)
        await tells(pilot, "saved: renew 2026-05-10; u takes it back")
        await press(pilot, "1")
        assert "N shows what differs" not in words(pilot)
        await press(pilot, "u")
        await holds(pilot, file, before)


async def test_no_writes_nothing(file: Path) -> None:  # noqa: F811
    before = file.read_bytes()
    async with writing(file) as pilot:
        await press(pilot, "N")
        await asked(pilot, QUESTION)
        await press(pilot, "escape")
        assert len(pilot.app.screen_stack) == 1
        assert file.read_bytes() == before


async def test_the_cycle_shown_is_meant(file: Path) -> None:  # noqa: F811
    wanted = text_after(file, "--cycle", "2024")
    assert "renewal-date = 2024-05-10" in wanted
    async with writing(file) as pilot:
        await press(pilot, "left_square_bracket", "N")
        await asked(pilot, QUESTION)
        assert "The renewal of May 10, 2024, if attested on Mar 1, 2026" in sheet(pilot)
        await press(pilot, "y")
        await holds(pilot, file, wanted)


async def test_a_cycle_that_has_not_begun_is_not_attested(file: Path) -> None:  # noqa: F811
    before = file.read_bytes()
    async with writing(file) as pilot:
        await press(pilot, "right_square_bracket", "N")
        await asked(pilot, "that cycle has not begun: its first day is 2026-05-11")
        await press(pilot, "y")  # nothing is asked
        assert len(pilot.app.screen_stack) == 2
        assert file.read_bytes() == before


async def test_a_later_change_is_told_on_progress_and_explained(file: Path) -> None:  # noqa: F811
    renewed(file)
    edit(file, "credits = 20", "credits = 18")
    async with opened(file, DAY) as pilot:
        assert DIFFERS in words(pilot)
        await press(pilot, "N")
        await asked(pilot, QUESTION)
        text = sheet(pilot)
        assert "note: attested already on 2026-03-01; that record stays" in text
        assert "totals: total 28 → 26; changed: long" in text
        assert "undo the change, or ask the Board whether to correct what you attested" in text
        await press(pilot, "escape")
        edit(file, "credits = 18", "credits = 20")
        await press(pilot, "r")
        await settled(pilot)
        await until(pilot, lambda: DIFFERS not in words(pilot), "as it was attested")


async def test_what_an_error_leaves_out_is_said(file: Path) -> None:  # noqa: F811
    edit(file, "credits = 20", "credits = 20\nnonsense = 1")
    async with opened(file, DAY) as pilot:
        await press(pilot, "N")
        await asked(pilot, QUESTION)
        assert "note: what has an error is left out of these totals: 4 shows it" in sheet(pilot)
        assert "8 / 50" in sheet(pilot)  # 6 + 2


async def test_what_was_changed_while_the_question_stands_is_not_attested(file: Path) -> None:  # noqa: F811
    async with writing(file) as pilot:
        await press(pilot, "N")
        await asked(pilot, QUESTION)
        edit(file, "credits = 20", "credits = 18")
        changed = file.read_text("utf-8")
        await press(pilot, "y")
        await tells(pilot, "what you would attest was changed")
        assert file.read_text("utf-8") == changed


@SIZES
async def test_the_screen_has_its_picture(size: tuple[int, int], file: Path) -> None:  # noqa: F811
    renewed(file)
    edit(file, "credits = 20", "credits = 18")
    async with opened(file, DAY, size=size) as pilot:
        assert app_of(pilot).shown is not None
        same_as_before(pilot, "progress-altered")
        await press(pilot, "N")
        await asked(pilot, QUESTION)
        same_as_before(pilot, "renewal")
