"""What the tests of the form share: opening it, typing into it, and what it has said and saved."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual import events
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from cmeledger import form
from cmeledger.ledger.history import History
from cmeledger.tui.fields import Field
from cmeledger.tui.form import PREFIX, RecordForm
from cmeledger.tui.keys import EVERYWHERE
from screens import SMALL, app_of, is_settled, opened, press, until

DAY = "2026-03-01"
Screens = Pilot[int]
TEXT_KEYS = [name for name, key in form.KEYS.items() if key.type in ("text", "name")]
"""The keys that take any text."""


def history_of(file: Path) -> History:
    """Open the history that the tests keep for a ledger."""
    return History(str(file.parent / "state" / "history"))


@asynccontextmanager
async def writing(
    file: Path, day: str = DAY, size: tuple[int, int] = SMALL
) -> AsyncIterator[Screens]:
    """Run the app on a ledger, with a history, at its records."""
    async with opened(file, day, size, history=history_of(file)) as pilot:
        await press(pilot, "2")
        yield pilot


def form_of(pilot: Screens) -> RecordForm:
    """Return the form that is open."""
    screen = pilot.app.screen
    assert isinstance(screen, RecordForm), screen
    return screen


def has_form(pilot: Screens) -> bool:
    """Tell whether a form is open, and nothing above it."""
    return isinstance(pilot.app.screen, RecordForm)


def field(pilot: Screens, name: str) -> Field:
    """Return the field of a key."""
    return form_of(pilot).query_one(f"#{PREFIX}{name}", Field)


async def open_form(pilot: Screens, key: str, record: str | None = None) -> None:
    """Open a form with a key, on a record where one is named."""
    if record is not None:
        app_of(pilot).go_to(record)
        await pilot.pause()
    await press(pilot, key)
    await until(pilot, lambda: has_form(pilot) and form_of(pilot).is_mounted, "the form")


async def do(pilot: Screens, key: str, by: str) -> None:
    """Do what a key does, by the key itself or from the palette."""
    if by == "key":
        await press(pilot, key)
        return
    meant = next(item for item in EVERYWHERE if key in item.keys.split(","))
    name = f"{meant.label} ({meant.shown})"
    await press(pilot, "ctrl+p")
    pilot.app.screen.query_one(Input).value = name
    await until(pilot, lambda: _first_hit(pilot) == name, "the command stands first")
    await press(pilot, "enter")
    await until(
        pilot, lambda: not isinstance(pilot.app.screen, CommandPalette), "the palette is gone"
    )


def _first_hit(pilot: Screens) -> str | None:
    options = pilot.app.screen.query_one(OptionList)
    return options.get_option_at_index(0).hit.text if options.option_count else None  # type: ignore[attr-defined]


async def write(pilot: Screens, **texts: str) -> None:
    """Type over what stands in some fields, key by key; `claim_by` stands for `claim-by`."""
    for name, text in texts.items():
        there = field(pilot, name.replace("_", "-"))
        there.focus()
        await type_text(pilot, there, text)


async def type_text(pilot: Screens, there: Field, text: str) -> None:
    """Type over what stands in a field that has the focus, as fast as a terminal would send it."""
    there.value = ""
    await pilot.pause()
    for char in text:
        pilot.app.post_message(events.Key(char, char))
    wanted = "".join(char for char in text if char.isprintable())
    await until(pilot, lambda: there.value == wanted, f"{text!r} is typed")


async def paste(pilot: Screens, **texts: str) -> None:
    """Paste over what stands in some fields."""
    for name, text in texts.items():
        there = field(pilot, name.replace("_", "-"))
        there.value = ""
        there.post_message(events.Paste(text))
        await pilot.pause()


async def save(pilot: Screens) -> None:
    """Save the form, and wait until it is gone and the ledger is read again."""
    await press(pilot, "ctrl+s")
    await until(pilot, lambda: len(pilot.app.screen_stack) == 1, "the form is closed")
    await settled(pilot)


async def settled(pilot: Screens) -> None:
    """Wait until the ledger was read as it is now."""
    app = app_of(pilot)
    await until(
        pilot,
        lambda: (
            app.shown is not None
            and app.file_watch.seen is not None
            and app.shown.book.data == Path(app.file).read_bytes()
            and is_settled(app)
        ),
        "the ledger is read again",
    )
