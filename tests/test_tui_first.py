"""Where there is no ledger: the offer, the form, and what it writes."""

from pathlib import Path

from textual.widgets import Button, Input

from cmeledger.tui.first import FirstLedger
from conftest import run_here
from screens import LARGE, app_of, opened, press, screen, tells, until, words

AS_OF = "2026-03-01"


async def fill(pilot: object, **typed: str) -> None:
    for field, text in typed.items():
        pilot.app.screen.query_one(f"#first-{field.replace('_', '-')}", Input).value = text  # type: ignore[attr-defined]
    await pilot.pause()  # type: ignore[attr-defined]


async def test_from_nothing_to_a_first_understood_short(tmp_path: Path) -> None:
    file = tmp_path / "cme.toml"
    async with opened(file, AS_OF) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, FirstLedger), "the offer")
        assert isinstance(pilot.app.focused, Button)  # no text field
        assert not file.exists()
        await press(pilot, "enter")
        assert isinstance(pilot.app.focused, Input)
        await press(pilot, *"Maya Chen", "enter", *"5/10", "enter", *"267812", "enter")
        await press(pilot, *"5/10/2026")
        assert "understood as 2026-05-10" in words(pilot)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: app_of(pilot).shown is not None, "the new ledger is read")
        await until(pilot, lambda: "Short on record" in words(pilot), "where it stands")
        assert "MA license 267812 (full)" in words(pilot)
        assert "70 days left" in words(pilot)
        await tells(pilot, "wrote")
    assert run_here("check", str(file), "--as-of", AS_OF).code == 0
    assert (tmp_path / "cmeledger.schema.json").is_file()


async def test_what_cannot_be_read_is_said_and_nothing_written(tmp_path: Path) -> None:
    file = tmp_path / "cme.toml"
    async with opened(file, AS_OF, size=LARGE) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, FirstLedger), "the offer")
        await press(pilot, "ctrl+s")  # nothing to save yet
        await press(pilot, "enter", "ctrl+s")
        await until(pilot, lambda: "please write your name" in words(pilot), "a word about it")
        await fill(pilot, name="Maya Chen", birthday="13/45")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "there is no month 13" in words(pilot), "a word about it")
        await fill(pilot, birthday="5/10")
        await press(pilot, "ctrl+s")
        await until(
            pilot,
            lambda: "the renewal date, or the day your license was first issued" in words(pilot),
            "a word about it",
        )
        await fill(pilot, renewal_date="5/11/2026")
        await press(pilot, "ctrl+s")
        await until(
            pilot,
            lambda: "renewals fall on the birthday, 05-10; this is 05-11" in words(pilot),
            "a word about it",
        )
        assert not file.exists()
        await press(pilot, "ctrl+s")  # once more: so be it
        await until(pilot, file.exists, "the ledger")


async def test_the_offer_can_be_declined_and_taken_up_again(tmp_path: Path) -> None:
    file = tmp_path / "cme.toml"
    async with opened(file, AS_OF) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, FirstLedger), "the offer")
        await press(pilot, "escape")
        assert not isinstance(pilot.app.screen, FirstLedger)
        assert "there is no such file" in words(pilot)
        assert list(tmp_path.iterdir()) == []
        await press(pilot, "n")
        assert isinstance(pilot.app.screen, FirstLedger)


async def test_a_folder_that_cannot_be_written_keeps_the_form(tmp_path: Path) -> None:
    async with opened(tmp_path / "nowhere" / "cme.toml", AS_OF, size=LARGE) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, FirstLedger), "the offer")
        await press(pilot, "enter")
        await fill(pilot, name="Maya Chen", birthday="5/10", renewal_date="5/10/2026")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "there is no such folder" in words(pilot), "why")
        assert isinstance(pilot.app.screen, FirstLedger)
        assert "Maya Chen" in screen(pilot)


async def test_no_offer_where_the_ledger_is_only_broken(tmp_path: Path) -> None:
    file = tmp_path / "cme.toml"
    file.write_text("format = ", "utf-8")
    async with opened(file, AS_OF) as pilot:
        assert not isinstance(pilot.app.screen, FirstLedger)
        await press(pilot, "n")
        await tells(pilot, "there is a ledger already")
        assert file.read_text("utf-8") == "format = "
