"""The screens killed while a form is filled in and saved: what is kept, and what comes back."""

import random
import re
import signal
import time
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from cmeledger.ledger.history import History
from conftest import HEAD
from terminal import Terminal, cmeledger

AS_OF = ("--as-of", "2026-03-01")
FIRST = date(2024, 6, 1)


def block(number: int) -> str:
    """Write what one save adds to the file: the first record again, some days later."""
    day = FIRST + timedelta(days=number)
    return (
        "\n[[activity]]\n"
        f'id = "{day}-talk"\n'
        f"date = {day}\n"
        'title = "Talk"\n'
        'provider = "BIDMC"\n'
        "category = 1\n"
        "credits = 0.5\n"
    )


def app(file: Path, state: Path) -> Terminal:
    return Terminal(cmeledger(file, *AS_OF), CMELEDGER_HISTORY=str(state))


def drafts(file: Path, state: Path) -> list[Any]:
    """Read what is kept unfinished."""
    return [form["typed"] for form in History(str(state)).drafts(str(file))]


def throw_away(terminal: Terminal) -> None:
    """Answer every offer of an unfinished form, until the screens are there."""
    while "Unfinished since" in terminal.words:
        before = terminal.words
        terminal.send("t")
        terminal.until(lambda before=before: terminal.words != before, "the next offer, or none")  # type: ignore[misc]


@pytest.mark.parametrize(
    "kills", [6, pytest.param(200, marks=pytest.mark.soak)], ids=["short", "soak"]
)
def test_a_kill_loses_nothing_that_was_said_to_be_saved(tmp_path: Path, kills: int) -> None:
    """The file is the old one or the next, whole; what the screen called saved is in it.

    Every third kill comes when the screen has said so, the others at any moment.
    """
    file, state = tmp_path / "cme.toml", tmp_path / "history"
    whole = HEAD + block(0)
    file.write_text(whole, "utf-8")
    dice = random.Random(4)
    acknowledged = unsaid = offered = 0
    for number in range(1, kills + 1):
        with app(file, state) as terminal:
            terminal.until(
                lambda: "days left" in terminal.words or "Unfinished since" in terminal.words,
                "the screens",
            )
            if drafts(file, state):
                terminal.shows("Unfinished since")
                offered += 1
                throw_away(terminal)
            terminal.send("2")
            terminal.shows("date▼")
            terminal.send("R")
            terminal.shows("The day of completion")
            day = (FIRST + timedelta(days=number)).isoformat()
            is_patient = number % 3 == 0
            is_whole = is_patient or dice.random() < 0.7
            cut = len(day) if is_whole else dice.randrange(len(day))
            terminal.send("\x15" + day[:cut])  # ctrl+u: over today, where the form begins
            if is_whole:
                terminal.shows(f"date {day}")
                terminal.send("\x13")  # ctrl+s
            if is_patient:
                terminal.shows("saved: add")
            end = time.monotonic() + dice.uniform(0, 1.5)
            while time.monotonic() < end and "saved: add" not in terminal.words:
                terminal.read(0.01)
            terminal.process.send_signal(signal.SIGKILL)
            terminal.process.wait()
            terminal.read(0.05)
            said = "saved: add" in terminal.words
        now = file.read_text("utf-8")
        if said:
            acknowledged += 1
            assert now == whole + block(number)
        assert now in (whole, whole + block(number))
        unsaid += now != whole and not said
        if not is_whole:
            assert now == whole
        whole = now
        tomllib.loads(now)
    assert acknowledged >= kills // 3
    print(
        f"{kills} kills, {acknowledged} saves said, {unsaid} more not said, {offered} forms offered, 0 lost"
    )


@pytest.mark.parametrize(
    "kills", [2, pytest.param(50, marks=pytest.mark.soak)], ids=["short", "soak"]
)
def test_an_unsaved_form_survives_a_kill_and_is_offered_with_its_time(
    tmp_path: Path, kills: int
) -> None:
    """What was typed is kept by itself, while typing goes on; continue brings the texts back."""
    file, state = tmp_path / "cme.toml", tmp_path / "history"
    file.write_text(HEAD, "utf-8")
    dice = random.Random(5)
    for number in range(kills):
        with app(file, state) as terminal:
            terminal.shows("days left")
            terminal.send("a")
            terminal.shows("What it was.")
            title, more = f"Talk {number} [red] é", " and what comes after it"
            terminal.send(title)
            terminal.until(
                lambda title=title: any(d["title"] == title for d in drafts(file, state)),  # type: ignore[misc]
                "the title is kept, with nothing else done",
            )
            terminal.send(more[: dice.randrange(len(more))])
            end = time.monotonic() + dice.uniform(0, 0.3)
            while time.monotonic() < end:
                terminal.read(0.01)
            terminal.process.send_signal(signal.SIGKILL)
            terminal.process.wait()
        (kept,) = drafts(file, state)
        assert file.read_text("utf-8") == HEAD
        assert kept["title"].startswith(title)
        assert (title + more).startswith(kept["title"])
        with app(file, state) as terminal:
            terminal.shows("Unfinished since")
            begun = next(History(str(state)).drafts(str(file)))["begun"]
            assert re.search(rf"\w{{3}} \d+, {begun[11:16]}: Talk {number}", terminal.words)
            terminal.send("c")
            terminal.shows("Add a record")
            terminal.shows(f"title {kept['title']}".rstrip())
            terminal.send("\x14")  # ctrl+t: it is thrown away
            terminal.until(lambda: not drafts(file, state), "it is gone")
            terminal.send("q")
            assert terminal.ended() == 0
        assert file.read_text("utf-8") == HEAD
