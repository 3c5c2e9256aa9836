"""An app that edits at random, beside others on the same ledger: one process of a test."""

import asyncio
import json
import random
import sys
import tomllib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import conftest  # noqa: F401  Textual is told not to animate before it is imported
from cmeledger.ledger import undo as undoing
from cmeledger.ledger.entries import Entry
from cmeledger.ledger.history import History
from cmeledger.ledger.save import Saved
from cmeledger.ledger.undo import Turned
from cmeledger.tui.choose import Choose
from cmeledger.tui.form import RecordForm
from cmeledger.tui.writing import Writing
from forms import Screens, has_form, open_form, paste, writing
from screens import app_of, press, until


def records(data: bytes) -> dict[str, Any]:
    """Read the records of a ledger; fails where an id is not the only one."""
    found = tomllib.loads(data.decode()).get("activity", [])
    by_id = {record["id"]: record for record in found}
    assert len(by_id) == len(found)
    return by_id


class Heard:
    """What an app told: each acknowledged save as a line on stdout, with its place in the order."""

    def __init__(self) -> None:
        """Listen to what the app says, and to the history."""
        self.said: list[str] = []
        self.number = 0
        begin, say, wrote = History.begin, Writing.say, Writing.wrote

        def numbered(history: History, *rest: Any, **options: Any) -> Entry:
            entry = begin(history, *rest, **options)
            self.number = entry.number
            return entry

        def heard(app: Writing, text: str, *, warning: bool = False) -> None:
            self.said.append(text)
            say(app, text, warning=warning)

        def acknowledged(app: Writing, done: Any) -> None:
            if done is not None:
                self.tell(done[1])
            wrote(app, done)

        def turned(turn: Callable[..., Turned]) -> Callable[..., Turned]:
            def turned(*arguments: Any) -> Turned:
                done = turn(*arguments)
                self.tell(done.saved)
                return done

            return turned

        History.begin = numbered  # type: ignore[method-assign,assignment]
        Writing.say = heard  # type: ignore[method-assign,assignment]
        Writing.wrote = acknowledged  # type: ignore[method-assign,assignment]
        undoing.undo = turned(undoing.undo)
        undoing.redo = turned(undoing.redo)

    def tell(self, saved: Saved) -> None:
        """Print which records a save changed, and what they are by it; null: taken out."""
        before, after = records(saved.before), records(saved.after)
        ids = [id for id in {**before, **after} if before.get(id) != after.get(id)]
        line = {"number": self.number, "records": {id: after.get(id) for id in ids}}
        print(json.dumps(line, default=str), flush=True)


async def save_form(pilot: Screens, heard: Heard, dice: random.Random) -> None:
    """Save the form, and settle a conflict somehow; a form that is refused is thrown away."""
    count = len(heard.said)

    def is_over() -> bool:
        form = pilot.app.screen
        if isinstance(form, RecordForm):
            return form.said not in ("", "Saving …") and not form.saving
        return isinstance(form, Choose) or len(heard.said) > count

    await press(pilot, "ctrl+s")
    while len(pilot.app.screen_stack) > 1:
        await until(pilot, is_over, "the form is saved, or not")
        if isinstance(pilot.app.screen, Choose):
            print(json.dumps({"conflict": pilot.app.screen.question}), flush=True)
            form = pilot.app.screen_stack[-2]
            assert isinstance(form, RecordForm)
            form.said = ""
            await press(pilot, dice.choice("lfm"))
        elif has_form(pilot):
            await press(pilot, "ctrl+t")


async def add(pilot: Screens, heard: Heard, dice: random.Random, name: str) -> None:
    """Add a record of a title that no other has."""
    await open_form(pilot, "a")
    day = f"2025-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
    await paste(pilot, title=name, date=day, provider="BIDMC", category="1", credits="1")
    await save_form(pilot, heard, dice)


async def edit(pilot: Screens, heard: Heard, dice: random.Random, name: str) -> None:
    """Change the note of some record."""
    await open_form(pilot, "e", some(pilot, dice))
    await paste(pilot, note=f"by {name}")
    await save_form(pilot, heard, dice)


async def do(pilot: Screens, heard: Heard, dice: random.Random, *keys: str) -> None:
    """Press keys on some record, and wait for what is said."""
    count = len(heard.said)
    app_of(pilot).go_to(some(pilot, dice))
    await pilot.pause()
    for key in keys:
        await press(pilot, key)
        if key == "x":
            await until(
                pilot,
                lambda: isinstance(pilot.app.screen, Choose) or len(heard.said) > count,
                "the question, or why there is none",
            )
    await until(pilot, lambda: len(heard.said) > count, "something is said")


def some(pilot: Screens, dice: random.Random) -> str:
    """Choose a record."""
    shown = app_of(pilot).shown
    assert shown is not None
    return dice.choice(sorted(shown.activities))


async def main(file: str, name: str, edits: int) -> None:
    """Do so many edits on a ledger."""
    dice, heard = random.Random(name), Heard()
    ways: list[Callable[[Screens, str], Awaitable[None]]] = [
        lambda pilot, new: add(pilot, heard, dice, new),
        lambda pilot, new: edit(pilot, heard, dice, new),
        lambda pilot, _: do(pilot, heard, dice, "c"),
        lambda pilot, _: do(pilot, heard, dice, "x", "y"),
        lambda pilot, _: do(pilot, heard, dice, "u"),
    ]
    async with writing(Path(file)) as pilot:
        app = app_of(pilot)
        for number in range(edits):
            await until(
                pilot,
                lambda: app.failed is None and bool(app.shown and app.shown.activities),
                "the ledger reads",
            )
            (way,) = dice.choices(ways, (4, 4, 2, 1, 2))
            await way(pilot, f"{name}-{number}")


def run() -> None:
    """Run the app as the command line says: the ledger, a name, and how many edits."""
    file, name, edits = sys.argv[1:]
    asyncio.run(main(file, name, int(edits)))
