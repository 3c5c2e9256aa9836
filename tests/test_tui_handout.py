"""The packet and the calendar, made in the screens."""

import os
import shutil
import threading
from pathlib import Path

import pytest

from cmeledger import certificates
from cmeledger.evidence import look_at
from cmeledger.tui.fields import Field
from cmeledger.tui.making import Making
from conftest import NASTY, SAMPLES, run_here
from forms import Screens, do, type_text
from screens import (
    BY,
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
from test_tui_nasty import CONTROL

DAY = "2026-11-24"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    shutil.copytree(SAMPLES / "evidence", tmp_path / "evidence")
    return Path(shutil.copy(SAMPLES / "surgeon.toml", tmp_path / "cme.toml"))


def told(pilot: Screens) -> str:
    return page_of(pilot, "making-text")


async def opened_with(pilot: Screens, key: str, by: str = "key") -> None:
    await do(pilot, key, by)
    await until(pilot, lambda: isinstance(pilot.app.screen, Making), "the fields")


def field(pilot: Screens, id: str) -> Field:
    return pilot.app.screen.query_one(f"#ask-{id}", Field)


async def fill(pilot: Screens, id: str, text: str) -> None:
    field(pilot, id).focus()
    await pilot.pause()
    await type_text(pilot, field(pilot, id), text)


@BY
async def test_the_packet_is_the_one_of_the_command(by: str, file: Path) -> None:
    wanted = file.with_name("wanted.pdf")
    assert run_here("packet", str(file), "--as-of", DAY, "-o", str(wanted)).code == 0
    async with opened(file, DAY) as pilot:
        await opened_with(pilot, "P", by)
        assert field(pilot, "cycle").value == "2027"
        await press(pilot, "enter")
        made = file.with_name("cme-packet-2027.pdf")
        await until(pilot, lambda: "Wrote" in told(pilot), "it is made")
        assert str(made) in told(pilot).replace(" ", "")
        assert made.read_bytes() == wanted.read_bytes()
        await press(pilot, "escape")
        assert len(pilot.app.screen_stack) == 1
    assert sorted(os.listdir(file.parent)) == [
        "cme-packet-2027.pdf", "cme.toml", "evidence", "wanted.pdf",
    ]  # fmt: skip


async def test_another_cycle_and_another_name(file: Path) -> None:
    wanted = file.with_name("wanted.pdf")
    words_ = ("packet", str(file), "--as-of", DAY, "--cycle", "2025", "-o", str(wanted))
    assert run_here(*words_).code == 0
    async with opened(file, DAY) as pilot:
        await press(pilot, "left_square_bracket")
        await opened_with(pilot, "P")
        assert field(pilot, "cycle").value == "2025"  # the one shown
        await fill(pilot, "file", "letter.pdf")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "Wrote" in told(pilot), "it is made")
    assert file.with_name("letter.pdf").read_bytes() == wanted.read_bytes()


@pytest.mark.parametrize(
    ("name", "flag"),
    [("letter.html", ["--format", "html"]), ("letter.zip", ["--zip"])],
    ids=["html", "zip"],
)
async def test_the_name_says_what_kind_it_is(name: str, flag: list[str], file: Path) -> None:
    wanted = file.with_name("wanted")
    assert run_here("packet", str(file), "--as-of", DAY, *flag, "-o", str(wanted)).code == 0
    async with opened(file, DAY) as pilot:
        await opened_with(pilot, "P")
        await fill(pilot, "file", name)
        await press(pilot, "enter")
        await until(pilot, lambda: "Wrote" in told(pilot), "it is made")
        assert ("pages" in told(pilot)) == (name == "letter.zip")  # HTML has none
    assert file.with_name(name).read_bytes() == wanted.read_bytes()


async def test_what_is_there_is_not_replaced(file: Path) -> None:
    text = file.read_bytes()
    file.with_name("there.pdf").write_bytes(b"mine")
    async with opened(file, DAY) as pilot:
        await opened_with(pilot, "P")
        for name, why in (
            ("there.pdf", "there is a file of this name"),
            ("evidence", "this is a folder"),
            ("cme.toml", "this is the ledger, or a file that it names"),
        ):
            await fill(pilot, "file", name)
            await press(pilot, "enter")
            await until(pilot, lambda why=why: why in told(pilot), why)  # type: ignore[misc]
            assert "Type another name under File" in told(pilot)
            assert "--force" not in told(pilot)
        await fill(pilot, "cycle", "2026")
        await press(pilot, "enter")
        await until(pilot, lambda: "renews in '2026'" in told(pilot), "why")
        assert "the present cycle ends in 2027" in told(pilot)
    assert file.with_name("there.pdf").read_bytes() == b"mine"
    assert file.read_bytes() == text


async def test_progress_is_shown_and_it_can_be_called_off(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, ended, whole = threading.Event(), threading.Event(), look_at
    calls: list[object] = []

    def slow(*arguments: object, **named: object) -> object:
        calls.append(arguments)
        if len(calls) == 2:  # the first of the files was looked at
            held.wait(60)
            ended.set()
        return whole(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(certificates, "look_at", slow)
    try:
        async with opened(file, DAY) as pilot:
            await opened_with(pilot, "P")
            await press(pilot, "enter")
            await until(pilot, lambda: "2 of " in told(pilot), "how far it is")
            assert "looking at files" in told(pilot)
            await press(pilot, "enter")  # it is in work already
            await press(pilot, "escape")
            assert len(pilot.app.screen_stack) == 1
            held.set()
            await until(pilot, ended.is_set, "the thread goes on")
            await press(pilot, "2")
            assert "39 records" in words(pilot)
    finally:
        held.set()
    assert len(calls) == 2
    assert sorted(os.listdir(file.parent)) == ["cme.toml", "evidence"]


@BY
async def test_the_calendar_is_written_and_updated(by: str, file: Path) -> None:
    wanted = file.with_name("wanted.ics")
    assert run_here("calendar", str(file), "--as-of", DAY, "-o", str(wanted)).code == 0
    made = file.with_name("cme.ics")
    async with opened(file, DAY) as pilot:
        await opened_with(pilot, "C", by)
        await press(pilot, "enter")
        await until(pilot, lambda: "dates, written" in told(pilot), "it is written")
        assert made.read_bytes() == wanted.read_bytes()
        await press(pilot, "enter")
        await until(pilot, lambda: "nothing has changed" in told(pilot), "nothing to update")
        await fill(pilot, "file", "cme.toml")
        await press(pilot, "enter")
        await until(pilot, lambda: "this is the name of a ledger" in told(pilot), "why")
    assert made.read_bytes() == wanted.read_bytes()


async def test_without_a_ledger_nothing_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "cme.toml"
    file.write_text("format = 2\n", "utf-8")
    async with opened(file) as pilot:
        for key in "PC":
            await press(pilot, key)
            assert len(pilot.app.screen_stack) == 1
            await tells(pilot, "nothing can be counted")


@SIZES
async def test_the_screen_has_its_picture(size: tuple[int, int]) -> None:
    async with opened(SAMPLES / "surgeon.toml", DAY, size=size) as pilot:
        await opened_with(pilot, "P")
        same_as_before(pilot, "packet-surgeon")


async def test_hostile_names_are_shown_as_they_are(file: Path) -> None:
    async with opened(file, DAY, size=LARGE) as pilot:
        for group in sorted(NASTY):
            text = f"nowhere/{NASTY[group][0]}".replace("\0", "")
            await opened_with(pilot, "C")
            field(pilot, "file").value = text
            await press(pilot, "enter")
            await until(pilot, lambda: told(pilot) not in ("", "working…"), "an answer")
            assert CONTROL.search(screen(pilot)) is None
            assert CONTROL.search("\n".join(lines_of(pilot, "making-text"))) is None
            await press(pilot, "escape")
    assert sorted(os.listdir(file.parent)) == ["cme.toml", "evidence"]
