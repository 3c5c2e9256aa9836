"""Each pair in data/fmt: a ledger as it was typed, and in its usual order and spacing."""

from pathlib import Path

import pytest

from cmeledger.ledger.fmt import formatted
from cmeledger.ledger.spell import EditRefused
from conftest import DATA, HEAD, run_here

FOLDER = DATA / "fmt"
NAMES = sorted(file.name.removesuffix("--before.toml") for file in FOLDER.glob("*--before.toml"))


@pytest.mark.parametrize("name", NAMES)
def test_pair(name: str) -> None:
    before, after = ((FOLDER / f"{name}--{when}.toml").read_bytes() for when in ("before", "after"))
    assert formatted(before).decode() == after.decode()
    assert formatted(after) == after


@pytest.mark.parametrize("name", NAMES)
def test_the_command_says_whether_it_would_change(name: str, tmp_path: Path) -> None:
    before, after = ((FOLDER / f"{name}--{when}.toml").read_bytes() for when in ("before", "after"))
    file = tmp_path / "cme.toml"
    file.write_bytes(before)
    env = {"CMELEDGER_HISTORY": str(tmp_path / "history")}
    assert run_here("fmt", "--check", str(file), env=env).code == (before != after)
    assert run_here("fmt", "--diff", str(file), env=env).code == 0
    assert file.read_bytes() == before
    assert run_here("fmt", str(file), env=env).code == 0
    assert file.read_bytes() == after
    assert run_here("fmt", "--check", str(file), env=env).code == 0


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        (
            'activity = [{ date = 2025-01-10, title = "A", category = 1, credits = 1 }]\n' + HEAD,
            "write them so in your editor; fmt does the rest",
        ),
        (
            HEAD + '[[activity]]\nid = "a"\ntitle = "1"\n[[activity]]\nid = "a"\ntitle = "2"\n',
            "put it right in your editor first; check names the line",
        ),
        (HEAD + "[[activity]\n", "put it right in your editor first; check names the line"),
    ],
    ids=["inline array of records", "one id twice", "not TOML"],
)
def test_what_cannot_be_put_in_order_is_left_alone_with_advice(text: str, advice: str) -> None:
    with pytest.raises(EditRefused, match=f"\n{advice}"):
        formatted(text.encode())
