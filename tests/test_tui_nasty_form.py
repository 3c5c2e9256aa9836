"""Hostile text typed and pasted into the fields of the form: stored, shown, and read back."""

import tomllib
from pathlib import Path

import pytest

from conftest import HEAD, NASTY
from forms import TEXT_KEYS, field, form_of, open_form, paste, save, type_text, writing
from screens import screen
from test_tui_nasty import CONTROL

TEXTS = [
    text.replace("\r\n", "\n").rstrip("\n")
    for group in NASTY.values()
    for text in group
    if text.strip(" \t\r\n") and text.strip("\n")
]
LONGEST_TYPED = 100
RECORD = '\n[[activity]]\nid = "r"\ndate = 2025-06-01\ntitle = "A"\ncategory = 1\ncredits = 1\n'


def typeable(text: str) -> str:
    """Leave out what a keyboard cannot type as a character."""
    return "".join(char for char in text if char.isprintable())


def rounds(count: int, every_nth: int) -> list[dict[str, str]]:
    """Spread the texts, or every n-th, over the fields: each in `count` of them."""
    width, texts = len(TEXT_KEYS), TEXTS[::every_nth]
    every = []
    for shift in range(count):
        for start in range(0, len(texts), width):
            part = texts[start : start + width]
            every.append({TEXT_KEYS[(n + shift) % width]: text for n, text in enumerate(part)})
    return every


@pytest.mark.parametrize(
    ("way", "fields", "every_nth"),
    [
        ("pasted", 1, 8),
        ("typed", 1, 25),
        pytest.param("pasted", len(TEXT_KEYS), 1, marks=pytest.mark.soak),
        pytest.param("typed", len(TEXT_KEYS), 1, marks=pytest.mark.soak),
    ],
    ids=["some pasted", "a few typed", "each pasted in every field", "each typed in every field"],
)
async def test_a_text_is_stored_shown_and_read_back(
    way: str, fields: int, every_nth: int, tmp_path: Path
) -> None:
    file = tmp_path / "cme.toml"
    file.write_text(HEAD + RECORD, "utf-8")
    async with writing(file) as pilot:
        for texts in rounds(fields, every_nth):
            if way == "typed":  # nobody types the longest
                texts = {name: text[:LONGEST_TYPED] for name, text in texts.items()}  # noqa: PLW2901
            await open_form(pilot, "e", "r")
            wanted = {}
            for name, text in texts.items():
                if way == "pasted":
                    await paste(pilot, **{name: text + "\n"})
                    wanted[name] = text
                else:
                    field(pilot, name).focus()
                    await type_text(pilot, field(pilot, name), text)
                    wanted[name] = typeable(text)
                assert field(pilot, name).value == wanted[name]
                assert CONTROL.search(screen(pilot)) is None, name
            await save(pilot)
            stored = tomllib.loads(file.read_bytes().decode())["activity"][0]
            for name, text in wanted.items():
                # A field of blanks is an empty one; a title cannot be left out.
                if text.strip(" \t\r\n"):
                    assert stored[name] == text
                else:
                    assert name not in stored
            before = file.read_bytes()
            await open_form(pilot, "e", "r")
            typed = form_of(pilot).typed
            assert {name: typed[name] for name in wanted} == {
                name: text if text.strip(" \t\r\n") else "" for name, text in wanted.items()
            }
            await save(pilot)
            assert file.read_bytes() == before
            assert CONTROL.search(screen(pilot)) is None
