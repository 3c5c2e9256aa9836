"""Hostile text on every screen: whole, literal, and harmless."""

import re
from pathlib import Path

import pytest

from cmeledger.tui.lines import LineList
from cmeledger.visible import visible
from conftest import HEAD, NASTY, squeezed
from screens import LARGE, app_of, lines_of, opened, press, screen, tells, until

TEXTS = [text for group in NASTY.values() for text in group if text.strip(" \t\r\n")]
SOAK = pytest.mark.soak
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
AS_OF = "2026-03-01"


def basic(text: str) -> str:
    """Spell any text as a TOML basic string."""
    return '"' + "".join(f"\\U{ord(char):08x}" for char in text) + '"'


def record(number: int, **keys: str) -> str:
    values = {
        "id": f'"r{number}"',
        "title": '"A lecture"',
        "date": "2025-06-01",
        "category": "1",
        "credits": "0.25",
        "provider": '"A school"',
    }
    return "\n[[activity]]\n" + "".join(f"{k} = {v}\n" for k, v in (values | keys).items())


def test_there_are_hostile_texts() -> None:
    assert len(TEXTS) > 100


async def test_titles_and_providers_are_whole_and_literal(tmp_path: Path) -> None:
    file = tmp_path / "cme.toml"
    records = (
        record(number, title=basic(text), provider=basic(text), note=basic(text))
        for number, text in enumerate(TEXTS)
    )
    file.write_text(HEAD + "".join(records), "utf-8")
    async with opened(file, AS_OF, size=(120, 30)) as pilot:
        await press(pilot, "2")
        app = app_of(pilot)
        for number, text in enumerate(TEXTS):
            app.go_to(f"r{number}")
            await pilot.pause()
            shown = lines_of(pilot, "record")
            assert squeezed(visible(text)) in squeezed("".join(shown)), text
            assert CONTROL.search("\n".join(shown)) is None
            assert CONTROL.search(screen(pilot)) is None
            row = lines_of(pilot, "rows", only=app.view.home.chosen)[0]  # type: ignore[attr-defined]
            assert CONTROL.search(row) is None
            assert visible(text)[:8].strip() in row
        for view in "13456":
            await press(pilot, view)
            assert CONTROL.search(screen(pilot)) is None
        assert app.is_running


@pytest.mark.parametrize(
    ("group", "count"),
    [
        *((group, 1) for group in ("markup", "terminal", "unicode")),
        *(pytest.param(group, len(texts), marks=SOAK) for group, texts in sorted(NASTY.items())),
    ],
)
async def test_names_numbers_ids_and_messages(group: str, count: int, tmp_path: Path) -> None:
    for number, text in enumerate(NASTY[group][:count]):
        if not text.strip(" \t\r\n"):
            continue
        file = tmp_path / f"cme{number}.toml"
        head = HEAD.replace('"Test Sample, MD"', basic(text)).replace(
            'number = "1"', f"number = {basic(text)}"
        )
        file.write_text(
            head
            + f'[[requirement]]\nid = "own"\nname = {basic(text)}\ncredits = 3\nsource = {basic(text)}\n'
            + record(1, status=basic(text), title=basic(text))
            + record(2, **{basic(text): "1"})
            + record(3, evidence=f"[{basic('evidence/' + text)}]", title=basic(text))
            + record(4, topics=f"[{basic(text)}]"),
            "utf-8",
        )
        async with opened(file, AS_OF, size=LARGE) as pilot:
            assert squeezed(visible(text))[:40] in squeezed(screen(pilot).replace("▸", ""))
            for view in "123456":
                await press(pilot, view)
                home = app_of(pilot).view.home
                assert isinstance(home, LineList)
                await press(pilot, "down", "down", "down")
                assert CONTROL.search(screen(pilot)) is None
            await press(pilot, "4")
            problems = squeezed("\n".join(lines_of(pilot, "found-problems")))
            assert squeezed(f"unknown status '{visible(text)}'")[:60] in problems
            app_of(pilot).say(text)
            await tells(pilot, visible(text))
            assert CONTROL.search(screen(pilot)) is None
            assert app_of(pilot).is_running


async def test_the_palette_offers_hostile_titles_as_they_are(tmp_path: Path) -> None:
    titles = [text for text in NASTY["markup"] if text.isascii() and text.isprintable()]
    file = tmp_path / "cme.toml"
    records = (record(n, title=basic(f"zebra {text}")) for n, text in enumerate(titles))
    file.write_text(HEAD + "".join(records), "utf-8")
    async with opened(file, AS_OF, size=(160, 80)) as pilot:
        await press(pilot, "ctrl+p", *"zebra")
        for text in titles[:8]:
            await until(pilot, lambda text=text: f"zebra {text} (2025" in screen(pilot), text)  # type: ignore[misc]


async def test_a_hostile_file_name_is_shown_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "a [red]b[/] \x1b[31m.toml"
    async with opened(file, AS_OF) as pilot:
        assert "[red]b[/] \\e[31m.toml" in screen(pilot).replace("\n", "")
        assert CONTROL.search(screen(pilot)) is None
