"""The screens in a real terminal: what is drawn, an editor beside it, and what is left behind."""

import signal
import sys
from pathlib import Path

import pytest

from conftest import PATIENCE, SAMPLES
from terminal import Terminal, cmeledger

AS_OF = ("--as-of", "2026-11-24")
SIZES = pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=["80x24", "160x50"])
SURGEON = SAMPLES / "surgeon.toml"


@SIZES
def test_the_surgeon(size: tuple[int, int]) -> None:
    with Terminal(cmeledger(SURGEON, *AS_OF), size) as terminal:
        terminal.shows("Short on record: risk management.")
        terminal.shows("82 days left")
        terminal.shows("94 / 50")
        terminal.shows("8.5 / 10 1.5 to go")
        terminal.send("q")
        assert terminal.ended() == 0
        assert terminal.is_clean()


@SIZES
def test_the_hospitalist(size: tuple[int, int]) -> None:
    with Terminal(cmeledger(SAMPLES / "hospitalist.toml", *AS_OF), size) as terminal:
        terminal.shows("Met on record: nothing that the Board asks is short.")
        terminal.shows("118 days left")
        terminal.shows("73.25 / 50")
        terminal.shows("14.5 / 10")
        terminal.send("2")
        terminal.shows("43 records")
        terminal.send("q")
        assert terminal.ended() == 0
        assert terminal.is_clean()


def test_a_file_moved_over_the_ledger_changes_the_total_with_the_same_row(tmp_path: Path) -> None:
    file = tmp_path / "cme.toml"
    text = SURGEON.read_text("utf-8")
    file.write_text(text, "utf-8")
    with Terminal(cmeledger(file, *AS_OF)) as terminal:
        terminal.shows("8.5 / 10")
        terminal.send("j")
        terminal.until(lambda: "▸ ✗ short Risk management" in terminal.words, "the row is chosen")
        # The course attended on October 29 is claimed: one credit of risk management more.
        new = tmp_path / "new.toml"
        new.write_text(text.replace('status   = "attended"\n', "", 1), "utf-8")
        assert new.read_text("utf-8") != text
        new.replace(file)
        terminal.shows("9.5 / 10")
        terminal.shows("95 / 50")
        assert "▸ ✗ short Risk management" in terminal.words


def test_a_broken_save_shows_its_line_and_the_mended_one_clears_it(tmp_path: Path) -> None:
    file = tmp_path / "cme.toml"
    text = SURGEON.read_text("utf-8")
    file.write_text(text, "utf-8")
    with Terminal(cmeledger(file, *AS_OF)) as terminal:
        terminal.shows("94 / 50")
        lines = text.split("\n")
        number = next(n for n, line in enumerate(lines, 1) if line.startswith("credits"))
        lines[number - 1] = "credits  = 2..0"
        file.write_text("\n".join(lines), "utf-8")
        terminal.shows(f"line {number}")
        terminal.shows("94 / 50")
        file.write_text(text, "utf-8")
        terminal.until(lambda: f"line {number}" not in terminal.words, "the mended file")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda n: n.name)
def test_a_signal_leaves_the_terminal_clean(number: signal.Signals) -> None:
    with Terminal(cmeledger(SURGEON, *AS_OF)) as terminal:
        terminal.shows("94 / 50")
        terminal.process.send_signal(number)
        assert terminal.ended() == 128 + number
        assert terminal.is_clean()


def test_a_terminal_that_goes_away_without_a_signal_ends_the_screens() -> None:
    with Terminal(cmeledger(SURGEON, *AS_OF)) as terminal:
        terminal.shows("94 / 50")
        terminal.vanish()
        assert terminal.process.wait(PATIENCE) == 128 + signal.SIGHUP


def test_a_fault_of_its_own_leaves_the_terminal_clean_and_shows_nobody_s_data() -> None:
    code = (
        "from cmeledger.tui.app import CmeledgerApp, run\n"
        "def fault(self): secret = 'Margaret'; raise RuntimeError('a fault')\n"
        "CmeledgerApp.action_sort = fault\n"
        f"import sys; sys.exit(run({str(SURGEON)!r}, None, with_archive=True))"
    )
    with Terminal([sys.executable, "-c", code]) as terminal:
        terminal.shows("94 / 50")
        terminal.send("s")
        assert terminal.ended() == 1
        assert terminal.is_clean()
        after = terminal.raw[terminal.raw.rfind(b"\x1b[?1049l") :].decode()
        assert "a fault of their own (RuntimeError at" in after
        assert "the ledger was not touched" in " ".join(after.split())
        assert "Traceback" not in after
        assert "Margaret" not in after


def test_without_a_terminal_status_is_printed() -> None:
    import subprocess

    done = subprocess.run(cmeledger(SURGEON, *AS_OF), capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout.startswith("Margaret Lindqvist, MD")


def test_a_dumb_terminal_gets_status() -> None:
    with Terminal(cmeledger(SURGEON, *AS_OF), TERM="dumb") as terminal:
        assert terminal.ended() == 0
        assert b"\x1b[" not in terminal.raw
        assert "Margaret Lindqvist, MD" in terminal.raw.decode()


def test_the_editor_takes_the_terminal_and_gives_it_back(tmp_path: Path) -> None:
    file = tmp_path / "cme.toml"
    file.write_text(SURGEON.read_text("utf-8"), "utf-8")
    editor = tmp_path / "editor"
    editor.write_text(
        '#!/bin/sh\necho "EDITING $1"\nread answer\nsed -i \'s/^status   = "attended"$//\' "$2"\n',
        "utf-8",
    )
    editor.chmod(0o755)
    with Terminal(cmeledger(file, *AS_OF), EDITOR=str(editor), VISUAL="") as terminal:
        terminal.shows("94 / 50")
        terminal.send("E")
        terminal.shows("EDITING +1")
        terminal.send("\n")
        terminal.shows("95 / 50")
        terminal.send("q")
        assert terminal.ended() == 0
        assert terminal.is_clean()
