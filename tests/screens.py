"""What the tests of the screens share: running the app, waiting for a condition, reading the screen."""

import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from textual.pilot import Pilot

from cmeledger.tui import live
from cmeledger.tui.app import CmeledgerApp
from cmeledger.tui.lines import LineList, Page
from conftest import NASTY, PATIENCE

SMALL = (80, 24)
LARGE = (160, 50)
SCREENS = Path(__file__).parent / "data" / "screens"
SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "160x50"])
GROUPS = pytest.mark.parametrize(
    "group",
    [
        group
        if group in ("markup", "terminal", "unicode")
        else pytest.param(group, marks=pytest.mark.soak)
        for group in sorted(NASTY)
    ],
)
"""Hostile texts: in each run those that are meant for screens, the others in the soak run."""
BY = pytest.mark.parametrize("by", ["key", pytest.param("palette", marks=pytest.mark.soak)])
"""Both ways to a command. That the palette has each, and does what its key does, `test_tui_keys.py`
sees in every run."""

App = Pilot[int | None]


@asynccontextmanager
async def opened(
    file: str | Path,
    day: str = "2026-11-24",
    size: tuple[int, int] = SMALL,
    **options: Any,
) -> AsyncIterator["Pilot[int]"]:
    """Run the app on a ledger without a terminal, until it has read and looked at the file."""
    app = CmeledgerApp(str(file), lambda: date.fromisoformat(day), **options)
    # On a busy machine a note must not be gone before a test has read it.
    with patch.object(live, "NOTE_SECONDS", 10 * PATIENCE):
        async with app.run_test(size=size, notifications=True) as pilot:
            await until(pilot, lambda: is_settled(app), "the ledger is read and looked at")
            yield pilot


def app_of(pilot: "Pilot[int]") -> CmeledgerApp:
    """Return the app with its type."""
    assert isinstance(pilot.app, CmeledgerApp)
    return pilot.app


def is_settled(app: CmeledgerApp) -> bool:
    """Tell whether the file was read, and, where it can be, looked at."""
    if app.shown is None:
        return app.failed is not None
    return app.shown.looked is not None


async def until(pilot: "Pilot[int]", condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition; fail with what the screen shows when it does not come."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if condition():
            await pilot.pause()
            await calm(pilot)
            if condition():
                return
        await pilot.pause(0.01)
    raise AssertionError(f"never came true: {what}\n{screen(pilot)}")


async def press(pilot: "Pilot[int]", *keys: str) -> None:
    """Press keys, and let everything they set off happen, but for timers and threads."""
    await pilot.press(*keys)
    await pilot.pause()
    await calm(pilot)


async def calm(pilot: "Pilot[int]") -> None:
    """Wait until no widget has a message before it.

    Textual's own pause waits until the processor rests: on a busy machine that may be because
    others have it.
    """
    end, times = time.monotonic() + PATIENCE, 0
    while times < 2 and time.monotonic() < end:  # twice: what was in hand was handed on meanwhile
        await pilot.pause(0)
        times = 0 if _is_busy(pilot) else times + 1


def _is_busy(pilot: "Pilot[int]") -> bool:
    screen = pilot.app.screen
    widgets = (pilot.app, *screen.walk_children(with_self=True))
    return bool(screen._callbacks) or any(widget.message_queue_size for widget in widgets)  # noqa: SLF001


def screen(pilot: "Pilot[int]") -> str:
    """Read the screen as text, without trailing blanks."""
    strips = pilot.app.screen._compositor.render_strips()  # noqa: SLF001  Textual shows it in no other way
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


def words(pilot: "Pilot[int]") -> str:
    """Read the screen as words, whatever the line breaks and frames."""
    return " ".join(screen(pilot).replace("│", " ").split())


def lines_of(pilot: "Pilot[int]", id: str, only: int | None = None) -> list[str]:
    """Read all lines of a page (or only one), the unseen ones too, without colors."""
    from cmeledger.tui.lines import painted

    page = pilot.app.screen.query_one(f"#{id}", LineList)
    if isinstance(page, Page):
        return [painted(line.text).plain for line in page.items]
    items = page.items if only is None else [page.items[only]]
    return [painted(page._draw(item, page.room)).plain for item in items]  # noqa: SLF001


def page_of(pilot: "Pilot[int]", id: str) -> str:
    """Read a page, or a list, whole and as words, whatever the line breaks."""
    return " ".join(" ".join(lines_of(pilot, id)).split())


def said(pilot: "Pilot[int]") -> str:
    """Read what the app told in its passing notes."""
    return " ".join(note.message for note in pilot.app._notifications)  # noqa: SLF001


async def tells(pilot: "Pilot[int]", *texts: str) -> None:
    """Wait until the app has told some texts in passing notes."""
    for text in texts:
        await until(pilot, lambda text=text: text in said(pilot), f"a note: {text}")  # type: ignore[misc]


def same_as_before(pilot: "Pilot[int]", name: str) -> None:
    """Compare the screen with the picture in text kept under data/screens.

    CMELEDGER_NEW_SCREENS=1 writes the pictures anew; look at what git shows of them then.
    """
    width, height = pilot.app.size
    file = SCREENS / f"{name}-{width}x{height}.txt"
    shown = screen(pilot) + "\n"
    if os.environ.get("CMELEDGER_NEW_SCREENS"):
        file.write_text(shown, "utf-8")
    assert shown == file.read_text("utf-8")
