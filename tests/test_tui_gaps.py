"""What is missing, and what is planned, as the screens show it."""

import threading
from pathlib import Path

import pytest

from cmeledger.rules import gaps as module
from conftest import HEAD, NASTY, SAMPLES
from forms import Screens, do
from screens import (
    BY,
    GROUPS,
    LARGE,
    SIZES,
    lines_of,
    opened,
    page_of,
    press,
    same_as_before,
    screen,
    tells,
    until,
    words,
)
from test_tui_nasty import CONTROL, basic, record

SURGEON = SAMPLES / "surgeon.toml"


def sheet(pilot: Screens) -> str:
    return page_of(pilot, "reading-text")


@BY
async def test_the_fewest_credits_are_shown(by: str) -> None:
    async with opened(SURGEON) as pilot:
        await do(pilot, "w", by)
        # Risk management lacks 1.5, the DEA training 2: two credits on opioids serve both.
        await until(pilot, lambda: "2 credits will do" in words(pilot), "what to do")
        assert "2 credits on opioid-pain by Feb 13, 2027" in sheet(pilot)
        assert "(3.5 if none served two requirements)" in sheet(pilot)
        await press(pilot, "y")  # nothing is asked
        assert len(pilot.app.screen_stack) == 2
        await press(pilot, "escape")
        assert len(pilot.app.screen_stack) == 1


@BY
async def test_what_is_planned_is_taken_for_claimed(by: str) -> None:
    async with opened(SURGEON) as pilot:
        await do(pilot, "p", by)
        await until(pilot, lambda: "If these were claimed" in words(pilot), "the plan")
        # The planned course of Jan 13, 2027 bears 2 credits of risk management.
        assert "+ Jan 13, 2027: Documentation that defends you" in sheet(pilot)
        assert "risk management 8.5 → 10.5 of 10, now met" in sheet(pilot)


@pytest.mark.parametrize("key", ["w", "p"])
async def test_of_a_broken_file_they_say_what_they_are_of(key: str, tmp_path: Path) -> None:
    file = tmp_path / "cme.toml"
    text = SURGEON.read_text("utf-8")
    file.write_text(text + "title = \n", "utf-8")
    async with opened(file) as pilot:
        await press(pilot, key)
        await until(pilot, lambda: "incomplete" in sheet(pilot), "that a part is missing")
        await press(pilot, "escape")
        file.write_text(text, "utf-8")
        await until(pilot, lambda: "✗ cme.toml" not in words(pilot), "it is mended")
        await press(pilot, key)
        await until(pilot, lambda: "MA license" in sheet(pilot), "what the whole says")
        assert "✗ cme.toml" not in sheet(pilot)
        await press(pilot, "escape")
        file.write_text(text + "title = \n", "utf-8")
        await until(pilot, lambda: "before it broke" in words(pilot), "it is broken again")
        await press(pilot, key)
        await until(pilot, lambda: "This is of the text before." in sheet(pilot), "of what")


@SIZES
async def test_both_have_their_pictures(size: tuple[int, int]) -> None:
    async with opened(SURGEON, size=size) as pilot:
        await press(pilot, "w")
        await until(pilot, lambda: "2 credits will do" in words(pilot), "what to do")
        same_as_before(pilot, "gaps-surgeon")
        await press(pilot, "escape", "p")
        await until(pilot, lambda: "If these were claimed" in words(pilot), "the plan")
        same_as_before(pilot, "plan-surgeon")


async def test_a_long_search_can_be_left(monkeypatch: pytest.MonkeyPatch) -> None:
    held, whole = threading.Event(), module.gaps

    def slow(*arguments: object) -> object:
        held.wait(60)
        return whole(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "gaps", slow)
    try:
        async with opened(SURGEON) as pilot:
            await press(pilot, "w")
            await until(pilot, lambda: "working…" in words(pilot), "a word meanwhile")
            await press(pilot, "escape", "2")
            assert "39 records" in words(pilot)
            held.set()
            await press(pilot, "w")
            await until(pilot, lambda: "2 credits will do" in words(pilot), "what to do")
    finally:
        held.set()


async def test_the_lines_are_wrapped_again_when_the_terminal_changes() -> None:
    async with opened(SURGEON) as pilot:
        await press(pilot, "w")
        await until(pilot, lambda: "2 credits will do" in words(pilot), "what to do")
        before = lines_of(pilot, "reading-text")
        await pilot.resize_terminal(70, 24)
        await until(pilot, lambda: lines_of(pilot, "reading-text") != before, "other lines")
        assert max(map(len, lines_of(pilot, "reading-text"))) <= 66  # less frame, mark and bar
        assert "2 credits on opioid-pain by Feb 13, 2027" in sheet(pilot)


async def test_where_nothing_can_be_counted_it_says_so(tmp_path: Path) -> None:
    file = tmp_path / "cme.toml"
    file.write_text("format = 2\n", "utf-8")
    async with opened(file) as pilot:
        for key in "wp":
            await press(pilot, key)
            assert len(pilot.app.screen_stack) == 1
            await tells(pilot, "nothing can be counted")


async def test_a_ledger_with_nothing_short_says_so() -> None:
    async with opened(SAMPLES / "hospitalist.toml") as pilot:
        await press(pilot, "w")
        await until(pilot, lambda: "Nothing is short: no credit is missing." in words(pilot), "so")


@GROUPS
async def test_hostile_text_is_harmless_on_every_sheet(group: str, tmp_path: Path) -> None:
    for number, text in enumerate(NASTY[group][:3]):
        if not text.strip(" \t\r\n"):
            continue
        file = tmp_path / f"cme{number}.toml"
        own = f'[[requirement]]\nid = "own"\nname = {basic(text)}\ncredits = 3\ntopics = ["ehr"]\n'
        file.write_text(
            HEAD.replace('number = "1"', f"number = {basic(text)}")
            + own
            + record(1, title=basic(text), date="2026-04-01", status='"planned"')
            + record(2, title=basic(text), date="2019-04-01")
            + record(3, title=basic(text), evidence=f"[{basic('evidence/' + text)}]"),
            "utf-8",
        )
        async with opened(file, "2026-03-01", size=LARGE) as pilot:
            for key in ("w", "p", "X", "N"):
                await press(pilot, key)
                await until(pilot, lambda: "working…" not in words(pilot), "the sheet")
                assert CONTROL.search(screen(pilot)) is None
                assert CONTROL.search("\n".join(lines_of(pilot, "reading-text"))) is None
                await press(pilot, "escape")
                assert len(pilot.app.screen_stack) == 1
            await press(pilot, "6", "down", "down")
            assert CONTROL.search("\n".join(lines_of(pilot, "kept-record"))) is None
