"""A certificate attached in the screens: picked, copied or left where it lies, named, undone."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual import events

from cmeledger.ledger.history import History
from cmeledger.tui import folder, picker
from cmeledger.tui.choose import Choose
from cmeledger.tui.picker import Picker
from cmeledger.visible import visible
from conftest import HEAD, NASTY
from ledgers import OTHER
from saving import beside
from screens import app_of, lines_of, opened, press, screen, tells, until, words

# The digest of b"abc", as FIPS 180-2 prints it.
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
NAME = "evidence/2025-05-01-heart-failure-at-home.pdf"
NAMED = f'evidence = [{{ file = "{NAME}", sha256 = "{ABC}" }}]\n'
NOW = 1_700_000_000
"""Nov 14, 2023, 22:13 UTC."""
TALK = """
[[activity]]
id = "talk"
date = 2025-05-01
title = "Heart failure at home"
provider = "Boston University"
category = 1
credits = 1.50   # as on the certificate
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a home folder of the physician's own, with what a browser has saved."""
    home = tmp_path / "home"
    downloads = home / "Downloads"
    downloads.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TZ", "UTC")
    for age, name in enumerate(("scan.PDF", "older.pdf", "oldest.pdf")):
        (downloads / name).write_bytes(b"abc" if not age else name.encode())
        os.utime(downloads / name, (NOW, NOW - age * 86_400))
    return home


@pytest.fixture
def file(tmp_path: Path, home: Path) -> Path:
    """Write a ledger into a folder of its own."""
    file = tmp_path / "cme" / "cme.toml"
    file.parent.mkdir()
    file.write_text(HEAD + TALK + OTHER, "utf-8")
    return file


@asynccontextmanager
async def picking(file: Path, record: str = "talk", **options: Any) -> AsyncIterator[Any]:
    """Open the screens, and the picker on a record."""
    history = History(str(file.parent.parent / "history"))
    async with opened(file, "2026-03-01", history=history, **options) as pilot:
        app_of(pilot).go_to(record)
        await pilot.pause()
        await press(pilot, "A")
        await at_picker(pilot)
        yield pilot


async def at_picker(pilot: Any) -> None:
    await until(
        pilot,
        lambda: isinstance(pilot.app.screen, Picker) and bool(pilot.app.screen.list.items),
        "the picker shows a folder",
    )


def chosen(pilot: Any) -> str | None:
    """Read the name of the chosen line."""
    assert isinstance(pilot.app.screen, Picker)
    return pilot.app.screen.list.key


async def go(pilot: Any, path: object) -> None:
    """Type a path over the list, and press enter."""
    pilot.app.screen.path.value = ""
    pilot.app.post_message(events.Paste(str(path)))
    await until(pilot, lambda: pilot.app.screen.path.value == str(path), "it is in the field")
    await press(pilot, "enter")


async def is_saved(pilot: Any, text: str) -> None:
    await tells(pilot, f"saved: attach {text}")


# ── what is written ──────────────────────────────────────────────────────────────────────────


async def test_the_newest_download_is_one_enter_away_and_undone(file: Path, home: Path) -> None:
    async with picking(file) as pilot:
        assert lines_of(pilot, "picker-files") == [
            "../".ljust(74),
            "scan.PDF".ljust(53) + " Nov 14, 2023     3 B",
            "older.pdf".ljust(53) + " Nov 13, 2023     9 B",
            "oldest.pdf".ljust(53) + " Nov 12, 2023    10 B",
        ]
        assert chosen(pilot) == "scan.PDF"
        await press(pilot, "enter")
        await is_saved(pilot, f"{NAME} to talk; u takes it back")
        assert file.read_text("utf-8") == f"{HEAD}{TALK}{NAMED}{OTHER}"
        copy = file.parent / NAME
        assert copy.read_bytes() == b"abc"
        assert beside(file) == ["evidence"]
        assert os.listdir(copy.parent) == [copy.name]
        assert (home / "Downloads" / "scan.PDF").read_bytes() == b"abc"
        await until(pilot, lambda: NAME in "".join(lines_of(pilot, "record")), "it is shown")
        assert app_of(pilot).view.record == "talk"

        await press(pilot, "u")
        await tells(pilot, f"undone: attach {NAME} to talk")
        assert file.read_text("utf-8") == HEAD + TALK + OTHER
        assert copy.read_bytes() == b"abc"  # evidence is not deleted
        await press(pilot, "U")
        await tells(pilot, f"done again: attach {NAME}")
        assert file.read_text("utf-8") == f"{HEAD}{TALK}{NAMED}{OTHER}"


async def test_the_same_file_again_is_nothing_to_do(file: Path) -> None:
    async with picking(file) as pilot:
        await press(pilot, "enter")
        await is_saved(pilot, NAME)
        await press(pilot, "A")
        await at_picker(pilot)
        assert chosen(pilot) == "scan.PDF"  # where it was picked last
        before = file.read_bytes()
        await press(pilot, "enter")
        await tells(pilot, f"the record has this file already, as '{NAME}'")
        assert file.read_bytes() == before
        assert os.listdir(file.parent / "evidence") == [Path(NAME).name]


@pytest.mark.parametrize("where", ["stays", "is copied", "is left"])
async def test_a_file_of_the_ledgers_folder_is_asked_about(file: Path, where: str) -> None:
    before = file.read_bytes()
    (file.parent / "scans").mkdir()
    (file.parent / "scans" / "a b.pdf").write_bytes(b"abc")
    async with picking(file) as pilot:
        await go(pilot, file.parent)
        await until(pilot, lambda: chosen(pilot) == "cme.toml", "the ledger's folder is shown")
        await press(pilot, "s", "c", "enter")
        await until(pilot, lambda: chosen(pilot) == "a b.pdf", "the folder in it is shown")
        await press(pilot, "enter")
        await until(pilot, lambda: "a b.pdf is in the ledger's folder" in words(pilot), "it asks")
        if where == "stays":
            await press(pilot, "w")
            await is_saved(pilot, "scans/a b.pdf to talk")
            entry = f'{{ file = "scans/a b.pdf", sha256 = "{ABC}" }}'
            assert file.read_text("utf-8") == f"{HEAD}{TALK}evidence = [{entry}]\n{OTHER}"
            assert beside(file) == ["scans"]
        elif where == "is copied":
            await press(pilot, "c")
            await is_saved(pilot, f"{NAME} to talk")
            assert file.read_text("utf-8") == f"{HEAD}{TALK}{NAMED}{OTHER}"
            assert (file.parent / NAME).read_bytes() == b"abc"
        else:
            await press(pilot, "escape")
            await until(pilot, lambda: len(pilot.app.screen_stack) == 1, "it is left")
            assert file.read_bytes() == before
            assert beside(file) == ["scans"]


async def test_a_link_out_of_the_folder_and_a_name_no_ledger_can_hold_are_copied(
    file: Path, home: Path
) -> None:
    (file.parent / "link.pdf").symlink_to(home / "Downloads" / "scan.PDF")
    (file.parent / "a\\b.pdf").write_bytes(b"other")
    async with picking(file) as pilot:
        await go(pilot, file.parent / "link.pdf")
        await is_saved(pilot, f"{NAME} to talk")
        assert (file.parent / NAME).read_bytes() == b"abc"
        await press(pilot, "A")
        await at_picker(pilot)
        second = NAME.replace(".pdf", "-2.pdf")
        await go(pilot, file.parent / "a\\b.pdf")
        await is_saved(pilot, f"{second} to talk")
        assert (file.parent / second).read_bytes() == b"other"


async def test_what_would_be_taken_out_is_asked_about(file: Path) -> None:
    before = file.read_bytes()
    async with picking(file, "other") as pilot:
        for key in ("escape", "n"):
            await press(pilot, "enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, Choose), "a question")
            assert "Attach scan.PDF to other?" in words(pilot)
            assert "no-evidence is taken out; it said: sample" in words(pilot)
            await press(pilot, key)
            await until(pilot, lambda: len(pilot.app.screen_stack) == 1, "it is left")
            assert file.read_bytes() == before
            assert beside(file) == []
            await press(pilot, "A")
            await at_picker(pilot)
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose), "a question")
        await press(pilot, "y")
        name = "evidence/2025-06-01-handoffs.pdf"
        await is_saved(pilot, f"{name} to other")
        entry = f'evidence = [{{ file = "{name}", sha256 = "{ABC}" }}]\n'
        other = OTHER.replace('no-evidence = "sample"\n', entry)
        assert file.read_text("utf-8") == HEAD + TALK + other
        assert (file.parent / name).read_bytes() == b"abc"


async def test_the_same_bytes_in_the_folder_can_be_named_instead(file: Path) -> None:
    (file.parent / "evidence").mkdir()
    (file.parent / "evidence" / "loose.pdf").write_bytes(b"abc")
    async with picking(file) as pilot:
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose), "a question")
        assert "there already as 'evidence/loose.pdf', which nothing names" in words(pilot)
        assert "--link" not in screen(pilot)
        await press(pilot, "t")
        await is_saved(pilot, "evidence/loose.pdf to talk")
        entry = f'{{ file = "evidence/loose.pdf", sha256 = "{ABC}" }}'
        assert file.read_text("utf-8") == f"{HEAD}{TALK}evidence = [{entry}]\n{OTHER}"
        assert os.listdir(file.parent / "evidence") == ["loose.pdf"]


async def test_a_digest_is_recorded_where_none_is(file: Path) -> None:
    (file.parent / "a.pdf").write_bytes(b"abc")
    file.write_text(f'{HEAD}{TALK}evidence = ["a.pdf"]  # by mail\n{OTHER}', "utf-8")
    async with picking(file) as pilot:
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose), "a question")
        assert "the record has this file already, as 'a.pdf'" in words(pilot)
        await press(pilot, "t")
        await is_saved(pilot, "a.pdf to talk")
        entry = f'evidence = [{{ file = "a.pdf", sha256 = "{ABC}" }}]  # by mail\n'
        assert file.read_text("utf-8") == f"{HEAD}{TALK}{entry}{OTHER}"
        assert beside(file) == ["a.pdf"]


# ── what is refused ──────────────────────────────────────────────────────────────────────────


async def test_a_save_that_is_refused_takes_the_copy_back_and_says_so(file: Path) -> None:
    changed = HEAD + TALK.replace("1.50", "1.25") + OTHER
    async with picking(file) as pilot:
        app = app_of(pilot)
        perform = app.perform

        def late(operation: Any) -> Any:
            assert (file.parent / NAME).read_bytes() == b"abc"  # the copy is there by now
            file.write_text(changed, "utf-8")  # and an editor saves
            return perform(operation)

        app.perform = late  # type: ignore[method-assign]
        await press(pilot, "enter")
        await tells(pilot, "the copy was taken back")
        await tells(pilot, "the record 'talk' was changed meanwhile; nothing was written")
        assert file.read_text("utf-8") == changed
        assert beside(file) == []
        assert len(pilot.app.screen_stack) == 1


async def test_a_file_that_will_not_do_leads_back_to_the_list(file: Path, home: Path) -> None:
    downloads = home / "Downloads"
    (downloads / "empty.pdf").touch()
    os.mkfifo(downloads / "pipe.pdf")
    before = file.read_bytes()
    async with picking(file) as pilot:
        for path, why in (
            (downloads / "empty.pdf", "is empty; save or download it again"),
            (downloads / "pipe.pdf", "is not a regular file"),
            (file, "is the ledger itself"),
        ):
            await go(pilot, path)
            await until(pilot, lambda why=why: why in words(pilot), why)  # type: ignore[misc]
            await at_picker(pilot)
        assert chosen(pilot) == "cme.toml"
        await press(pilot, "escape")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1, "the picker is closed")
        assert file.read_bytes() == before
        assert beside(file) == []


async def test_one_record_at_a_time(file: Path) -> None:
    before = file.read_bytes()
    async with opened(file, "2026-03-01") as pilot:
        await press(pilot, "2", "m", "m", "A")
        await tells(pilot, "one record at a time: M takes all")
        assert len(pilot.app.screen_stack) == 1
        await press(pilot, "M", "A")
        await at_picker(pilot)
    assert file.read_bytes() == before


async def test_a_record_with_an_error_is_refused_before_a_file_is_picked(file: Path) -> None:
    file.write_text(HEAD + TALK.replace("1.50", '"many"') + OTHER, "utf-8")
    async with opened(file, "2026-03-01") as pilot:
        app_of(pilot).go_to("talk")
        await pilot.pause()
        await press(pilot, "A")
        await tells(pilot, "nothing can be attached to it")
        assert len(pilot.app.screen_stack) == 1


async def test_where_there_is_no_certificate_the_key_is_named(file: Path) -> None:
    async with opened(file, "2026-03-01") as pilot:
        for record, text in (
            ("talk", "this record names no certificate; A attaches one"),
            ("other", "this record names no certificate (sample); A attaches one"),
        ):
            app_of(pilot).go_to(record)
            await pilot.pause()
            await press(pilot, "o")
            await tells(pilot, text)


# ── going about ──────────────────────────────────────────────────────────────────────────────


async def test_what_lies_below_a_file_is_no_folder(file: Path, home: Path) -> None:
    before = file.read_bytes()
    async with picking(file) as pilot:
        await go(pilot, home / "Downloads" / "scan.PDF" / "x")
        await until(pilot, lambda: "not a directory" in words(pilot), "it is said")
        assert isinstance(pilot.app.screen, Picker)
        await press(pilot, "escape")
    assert file.read_bytes() == before


async def test_enter_twice_is_enter_once(file: Path) -> None:
    async with picking(file) as pilot:
        await press(pilot, "enter", "enter", "enter")
        await is_saved(pilot, NAME)
        assert file.read_text("utf-8") == f"{HEAD}{TALK}{NAMED}{OTHER}"


async def test_a_record_changed_while_the_question_stands_is_a_conflict(file: Path) -> None:
    """The entry that would get the digest is another one by then."""
    (file.parent / "a.pdf").write_bytes(b"abc")
    file.write_text(f'{HEAD}{TALK}evidence = ["a.pdf"]\n{OTHER}', "utf-8")
    changed = f'{HEAD}{TALK}evidence = ["b.pdf", "a.pdf"]\n{OTHER}'
    async with picking(file) as pilot:
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose), "a question")
        shown = app_of(pilot).shown
        file.write_text(changed, "utf-8")
        await until(pilot, lambda: app_of(pilot).shown is not shown, "the change is read")
        await press(pilot, "t")
        await tells(pilot, "was changed meanwhile")
        assert file.read_text("utf-8") == changed


async def test_without_downloads_it_begins_in_the_ledgers_folder(file: Path, home: Path) -> None:
    for item in (home / "Downloads").iterdir():
        item.unlink()
    (home / "Downloads").rmdir()
    async with picking(file) as pilot:
        assert pilot.app.screen.path.value == f"{file.parent}/"
        assert chosen(pilot) == "cme.toml"


async def test_going_up_and_down_with_the_keyboard(file: Path, home: Path) -> None:
    (home / "Archive").mkdir()
    (home / ".hidden").mkdir()
    (home / "Downloads" / ".hidden.pdf").write_bytes(b"abc")
    async with picking(file) as pilot:
        assert ".hidden.pdf" not in screen(pilot)
        await press(pilot, "backspace")
        await until(pilot, lambda: chosen(pilot) == "Downloads", "the folder it came from")
        names = [item.name for item in pilot.app.screen.list.items]
        assert names == ["..", "Archive", "Downloads"]
        await press(pilot, "up", "enter")
        await until(pilot, lambda: "No files here" in words(pilot), "an empty folder")
        assert chosen(pilot) == ".."
        await press(pilot, "enter")
        await until(pilot, lambda: chosen(pilot) == "Archive", "the folder it came from")
        await press(pilot, *"k", "backspace", *"dow", "enter")
        await until(pilot, lambda: chosen(pilot) == "scan.PDF", "the folder is shown")
        await press(pilot, *"pdf")  # none begins so: the first that holds it
        assert "Looking for 'pdf'" in words(pilot)
        assert chosen(pilot) == "scan.PDF"
        await press(pilot, "down", *"olde", "down", "up", *"oldest")
        assert chosen(pilot) == "oldest.pdf"
        await press(pilot, "q")
        assert "No name here has 'oldestq'" in words(pilot)
        await press(pilot, "backspace")
        assert "Looking for 'oldest'" in words(pilot)
    assert beside(file) == []


async def test_a_path_is_typed_with_the_home_folder(file: Path) -> None:
    async with picking(file) as pilot:
        await press(pilot, *"~/Downloads/scan.PDF")
        assert pilot.app.screen.path.has_focus
        assert pilot.app.screen.path.value == "~/Downloads/scan.PDF"
        await press(pilot, "enter")
        await is_saved(pilot, NAME)
        assert file.read_text("utf-8") == f"{HEAD}{TALK}{NAMED}{OTHER}"


async def test_what_is_not_there_or_cannot_be_read_is_said(file: Path, home: Path) -> None:
    (home / "loop").symlink_to(home / "loop")
    async with picking(file) as pilot:
        for path, why in (
            (home / "nowhere", f"there is no '{home}/nowhere'"),
            (home / "loop", "cannot be read: too many levels of symbolic links"),
            (f"{home}/a\0b", "cannot be read: embedded null"),
        ):
            await go(pilot, path)
            shown = "".join(why.split())
            await until(
                pilot,
                lambda shown=shown: shown in "".join(screen(pilot).split()),  # type: ignore[misc]
                why,
            )
            assert chosen(pilot) == "scan.PDF"
            await press(pilot, "down")
            assert pilot.app.screen.list.has_focus


async def test_a_folder_that_cannot_be_read_at_the_start_has_a_way_out(
    file: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str) -> list[folder.Entry]:
        if path == str(home / "Downloads"):
            raise PermissionError(13, "Permission denied", path)
        return folder.read_folder(path)

    monkeypatch.setattr(picker, "read_folder", refuse)
    async with picking(file) as pilot:
        assert "cannot be read: permission denied" in words(pilot)
        await press(pilot, "enter")
        await until(pilot, lambda: chosen(pilot) == "Downloads", "the folder above")


async def test_five_thousand_files(file: Path, home: Path) -> None:
    many = home / "many"
    many.mkdir()
    for number in range(5_000):
        (many / f"scan {number:04}.pdf").touch()
    async with picking(file) as pilot:
        await go(pilot, many)
        await until(pilot, lambda: len(pilot.app.screen.list.items) == 5_001, "all of them")
        await press(pilot, *"scan 4321")
        assert chosen(pilot) == "scan 4321.pdf"
        assert "scan 4321.pdf" in screen(pilot)


# ── hostile names ────────────────────────────────────────────────────────────────────────────

HOSTILE = [
    "[red]x [@click=app.quit] [.pdf",
    "new\nline.pdf",
    "esc\x1b[31m.pdf",
    os.fsdecode(b"not \xff unicode.pdf"),
    "turned \u202efdp.exe",
    "-rf",
    "'quo\"ted'.pdf",
]


@pytest.mark.parametrize("name", HOSTILE, ids=visible)
async def test_a_hostile_name_is_shown_as_it_is_and_attached(
    name: str, file: Path, home: Path
) -> None:
    path = home / "Downloads" / name
    path.write_bytes(b"abcd")  # the newest of all
    async with picking(file) as pilot:
        assert chosen(pilot) == name
        assert visible(name) in screen(pilot)
        assert "\x1b" not in screen(pilot)
        await press(pilot, "enter")
        extension = ".pdf" if name.endswith(".pdf") else ".exe" if "exe" in name else ""
        copy = NAME.removesuffix(".pdf") + extension
        await is_saved(pilot, f"{copy} to talk")
        assert (file.parent / copy).read_bytes() == b"abcd"
        assert pilot.app.is_running


async def test_hostile_texts_in_the_path_do_no_harm(file: Path) -> None:
    before = file.read_bytes()
    async with picking(file) as pilot:
        for text in [text for group in NASTY.values() for text in group[:2]]:
            await go(pilot, text.strip("\r\n"))
            await until(
                pilot,
                lambda: isinstance(pilot.app.screen, Picker) and pilot.app.is_running,
                "the picker stays",
            )
    assert file.read_bytes() == before


def test_what_a_pasted_text_means(tmp_path: Path, home: Path) -> None:
    for name in ("a b.pdf", "it's.pdf", "'x'", "100%41.pdf"):
        (tmp_path / name).touch()
    here = str(tmp_path)
    for text, path in {
        "a b.pdf": "a b.pdf",
        "  a b.pdf ": "a b.pdf",
        "'a b.pdf'": "a b.pdf",
        "a\\ b.pdf ": "a b.pdf",
        f"'{here}/a b.pdf' ": "a b.pdf",
        "it's.pdf": "it's.pdf",
        "'x'": "'x'",
        f"file://{here}/a%20b.pdf": "a b.pdf",
        f"file://{here}/100%2541.pdf": "100%41.pdf",
        "nowhere \\x": "nowhere \\x",
    }.items():
        assert folder.meant(text, here) == f"{here}/{path}"
    assert folder.meant("~/Downloads/none", here) == f"{home}/Downloads/none"
    assert folder.meant(f"{here}/{home}/Downloads/none", here) == f"{home}/Downloads/none"
    assert folder.meant(f"{here}/~/none", here) == f"{home}/none"
    assert folder.meant("..", here) == os.path.dirname(here)
    assert folder.meant("", here) == here


def test_sizes_and_days(monkeypatch: pytest.MonkeyPatch) -> None:
    for size, text in {
        0: "0 B",
        999: "999 B",
        1_000: "1 kB",
        999_499: "999 kB",
        999_500: "1 MB",
        2_500_001: "3 MB",
        7_000_000_000: "7 GB",
    }.items():
        entry = folder.Entry("x", is_folder=False, size=size, changed=1e30)  # no day at all
        assert folder.line(entry, 40) == "x" + " " * (39 - len(text)) + text
    assert folder.line(folder.Entry("a" * 50, is_folder=True), 40) == "a" * 37 + "..."
