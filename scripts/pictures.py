"""Draw the pictures of the README and docs/keys.md from the sample ledgers.

Run it after the screens changed: `.venv/bin/python scripts/pictures.py`. Each picture is the app
itself, at a fixed size, on a fixed day, after some keys.
"""

import asyncio
import re
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from cmeledger.tui.app import CmeledgerApp

ROOT: Final = Path(__file__).parent.parent
FOLDER: Final = ROOT / "docs" / "pictures"


class Picture(NamedTuple):
    """One picture: its name, the ledger, the size, and the keys pressed before."""

    name: str
    ledger: str
    size: tuple[int, int]
    keys: tuple[str, ...]
    day: date = date(2026, 11, 24)
    theme: str = "textual-dark"


PICTURES: Final = (
    Picture("progress", "surgeon.toml", (80, 24), ("down",)),
    Picture("progress-wide", "surgeon.toml", (160, 40), ("down",)),
    Picture("records", "surgeon.toml", (100, 32), ("2", "down", "down")),
    Picture(
        "filter",
        "psychiatrist.toml",
        (100, 30),
        ("slash", *"topic:wellness", "enter"),
        date(2026, 3, 1),
    ),
    Picture(
        "form",
        "surgeon.toml",
        (100, 30),
        ("a", *"Handling a complaint to the Board", "tab", "tab", "tab", "tab", "tab", *"1 1/2"),
    ),
    Picture("cycles", "hospitalist.toml", (100, 30), ("3",)),
    Picture("problems", "broken.toml", (100, 30), ("4", "down", "down"), date(2026, 3, 1)),
    Picture("rules", "hospitalist.toml", (120, 30), ("5", "down", "down", "down")),
    Picture("keep", "surgeon.toml", (100, 30), ("6",), date(2027, 3, 1)),
    Picture("light", "surgeon.toml", (80, 24), ("down",), theme="textual-light"),
    Picture("high-contrast", "surgeon.toml", (80, 24), ("down",), theme="high-contrast"),
)


async def draw(picture: Picture) -> str:
    """Run the app without a terminal and return what it shows as SVG."""
    app = CmeledgerApp(str(ROOT / "sample-ledgers" / picture.ledger), lambda: picture.day)
    async with app.run_test(size=picture.size) as pilot:
        app.theme = picture.theme
        while app.shown is None or app.shown.looked is None:
            await pilot.pause(0.02)
        for key in picture.keys:
            await pilot.press(key)
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause(0.5)
        await app.workers.wait_for_complete()
        await pilot.pause()
        svg = app.export_screenshot(title=f"cmeledger {picture.ledger}")
    # Textual numbers its style classes anew in every run: the same picture gives the same bytes.
    number = re.search(r"terminal-(\d+)", svg)
    return svg.replace(number[1], "0") if number else svg


def main() -> None:
    """Draw them all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for picture in PICTURES:
        (FOLDER / f"{picture.name}.svg").write_text(asyncio.run(draw(picture)), "utf-8")
        print(picture.name)


if __name__ == "__main__":
    main()
