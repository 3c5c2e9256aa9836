"""What the keys that write do: seen on the screen, and in the file to the byte."""

import subprocess
import sys
from pathlib import Path

import pytest

from cmeledger.tui.choose import Choose
from cmeledger.tui.views.problems import Problems
from conftest import HEAD
from forms import (
    Screens,
    do,
    field,
    form_of,
    has_form,
    history_of,
    open_form,
    save,
    settled,
    write,
    writing,
)
from ledgers import TALK
from screens import BY, app_of, lines_of, press, screen, tells, until, words

LIST = """
[[activity]]
id = "list"
date = 2025-06-01
title = "Handoffs"
provider = "BIDMC"
category = 1
credits = 2
status = "attended"
claim-by = 2026-04-01
topics = ["risk-management"]
"""
CLUB = """
[[activity]]
id = "club"
date = 2025-07-01
title = "Journal club"
kind = "journal-club"
credits = 0.5
status = "planned"
"""
TEXT = HEAD + TALK + LIST + CLUB

# What stands where a record is claimed: without its status, and without the day to claim it by.
CLAIMED_LIST = LIST.replace('status = "attended"\nclaim-by = 2026-04-01\n', "")
CLAIMED_CLUB = CLUB.replace('status = "planned"\n', "")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "cme.toml"
    file.write_text(TEXT, "utf-8")
    return file


def text_of(file: Path) -> str:
    """Read the ledger as it is, line endings and all."""
    return file.read_bytes().decode()


def rows(pilot: Screens) -> list[str]:
    """Read the table of records, marks included."""
    lines = screen(pilot).split("\n")
    return [line for line in lines if line[2:6] in ("2025", "2026")]


async def holds(pilot: Screens, file: Path, text: str) -> None:
    """Wait until the file holds a text and the screens show that one; not another, then."""
    await until(
        pilot, lambda: text_of(file) == text, f"the file holds:\n{text}\nnot:\n{text_of(file)}"
    )
    await settled(pilot)


# ── each key ─────────────────────────────────────────────────────────────────────────────────


@BY
async def test_add_writes_a_record_down(by: str, file: Path) -> None:
    async with writing(file) as pilot:
        await do(pilot, "a", by)
        await until(pilot, lambda: has_form(pilot), "the form")
        assert "Add a record" in words(pilot)
        assert field(pilot, "date").value == "2026-03-01"
        await write(pilot, title="Grand rounds", category="1", credits="1")
        await save(pilot)
        assert text_of(file) == TEXT + (
            "\n[[activity]]\n"
            'id = "2026-03-01-grand-rounds"\n'
            "date = 2026-03-01\n"
            'title = "Grand rounds"\n'
            "category = 1\n"
            "credits = 1\n"
        )
        await tells(pilot, "saved: add 2026-03-01-grand-rounds; u takes it back")
        assert "▸ 2026-03-01 Grand rounds" in words(pilot)
        assert "4 records" in words(pilot)


@BY
async def test_edit_changes_one_value_and_no_other_byte(by: str, file: Path) -> None:
    async with writing(file) as pilot:
        app_of(pilot).go_to("talk")
        await do(pilot, "e", by)
        await until(pilot, lambda: has_form(pilot), "the form")
        assert "Change talk" in words(pilot)
        await write(pilot, credits="1.25")
        await save(pilot)
        assert text_of(file) == TEXT.replace("credits = 1.50   # as", "credits = 1.25   # as")
        await tells(pilot, "saved: edit talk")
        await until(pilot, lambda: "1.25" in rows(pilot)[-1], "the new credits")


@BY
async def test_repeat_takes_what_is_not_of_the_one_day(by: str, file: Path) -> None:
    async with writing(file) as pilot:
        app_of(pilot).go_to("list")
        await do(pilot, "R", by)
        await until(pilot, lambda: has_form(pilot), "the form")
        assert pilot.app.focused is field(pilot, "date")
        await write(pilot, date="7/15/2025", status="")
        await save(pilot)
        assert text_of(file) == TEXT + (
            "\n[[activity]]\n"
            'id = "2025-07-15-handoffs"\n'
            "date = 2025-07-15\n"
            'title = "Handoffs"\n'
            'provider = "BIDMC"\n'
            "category = 1\n"
            "credits = 2\n"
            'topics = ["risk-management"]\n'
        )
        assert "▸ 2025-07-15 Handoffs" in words(pilot)


@BY
async def test_claim_takes_out_status_and_the_day_to_claim_by(by: str, file: Path) -> None:
    async with writing(file) as pilot:
        app_of(pilot).go_to("list")
        await do(pilot, "c", by)
        await holds(pilot, file, HEAD + TALK + CLAIMED_LIST + CLUB)
        await tells(pilot, "saved: claim list")
        await until(pilot, lambda: "atte." not in screen(pilot), "it is attended no more")


@BY
async def test_remove_asks_and_takes_the_comment_along(by: str, file: Path) -> None:
    async with writing(file) as pilot:
        app_of(pilot).go_to("talk")
        for answer in ("n", "escape", "enter"):  # the first answer, the safe one, has the focus
            await do(pilot, "x", by)
            await until(pilot, lambda: isinstance(pilot.app.screen, Choose), "the question")
            assert "Remove Heart failure at home (May 1, 2025)? u takes it back." in words(pilot)
            await press(pilot, answer)
            await until(pilot, lambda: len(pilot.app.screen_stack) == 1, "the question is gone")
            assert text_of(file) == TEXT
            assert history_of(file).entries(str(file)) == []
        await do(pilot, "x", by)
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose), "the question")
        await press(pilot, "y")
        await holds(pilot, file, HEAD + LIST + CLUB)
        await tells(pilot, "saved: remove talk")
        assert "Heart failure" not in screen(pilot)


@BY
async def test_marked_records_are_claimed_as_one_save_and_one_undo(by: str, file: Path) -> None:
    after = HEAD + TALK + CLAIMED_LIST + CLAIMED_CLUB
    async with writing(file) as pilot:
        app_of(pilot).go_to("club")
        await do(pilot, "m", by)
        assert rows(pilot)[0].startswith(" *2025-07-01")  # and the next is chosen
        await do(pilot, "m", by)
        assert rows(pilot)[1].startswith(" *2025-06-01")
        assert rows(pilot)[2].startswith("▸ 2025-05-01")
        await do(pilot, "c", by)
        await holds(pilot, file, after)
        await tells(pilot, "saved: claim 2 records")
        assert len(history_of(file).entries(str(file))) == 1
        assert "*2025" not in screen(pilot)  # they are marked no longer
        await do(pilot, "u", by)
        await holds(pilot, file, TEXT)
        await tells(pilot, "undone: claim 2 records")
        await do(pilot, "U", by)
        await holds(pilot, file, after)
        await tells(pilot, "done again: claim 2 records")


async def test_ctrl_r_does_again_too_and_the_ends_are_said(file: Path) -> None:
    async with writing(file) as pilot:
        await press(pilot, "u")
        await tells(pilot, "nothing to undo")
        await press(pilot, "U")
        await tells(pilot, "nothing to redo")
        assert text_of(file) == TEXT
        app_of(pilot).go_to("list")
        await press(pilot, "c")
        await holds(pilot, file, HEAD + TALK + CLAIMED_LIST + CLUB)
        await press(pilot, "u")
        await holds(pilot, file, TEXT)
        await press(pilot, "ctrl+r")
        await holds(pilot, file, HEAD + TALK + CLAIMED_LIST + CLUB)


@BY
async def test_marked_records_are_removed_as_one_save(by: str, file: Path) -> None:
    async with writing(file) as pilot:
        app_of(pilot).go_to("club")
        await press(pilot, "m", "m")
        await do(pilot, "x", by)
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose), "the question")
        assert "Remove 2 records?" in words(pilot)
        await press(pilot, "n")
        assert text_of(file) == TEXT
        assert "*2025-07-01" in screen(pilot)  # still marked
        await do(pilot, "x", by)
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose), "the question")
        await press(pilot, "y")
        await holds(pilot, file, HEAD + TALK)
        await press(pilot, "u")
        await holds(pilot, file, TEXT)
        assert len(history_of(file).stacks(str(file)).undone) == 1


@BY
async def test_unmark_takes_all_marks_off_and_m_its_own(by: str, file: Path) -> None:
    async with writing(file) as pilot:
        app_of(pilot).go_to("club")
        await press(pilot, "m", "m")
        assert screen(pilot).count("*2025") == 2
        await do(pilot, "M", by)
        assert "*2025" not in screen(pilot)
        app_of(pilot).go_to("club")
        await press(pilot, "m", "k", "m")
        assert "*2025" not in screen(pilot)
        assert text_of(file) == TEXT


async def test_two_marks_are_not_edited_at_once_and_one_claimed_already_refuses_both(
    file: Path,
) -> None:
    async with writing(file) as pilot:
        app_of(pilot).go_to("list")
        await press(pilot, "m", "m")
        await press(pilot, "e")
        await tells(pilot, "one record at a time")
        await press(pilot, "c")
        await tells(pilot, "'talk' is claimed already")
        assert text_of(file) == TEXT
        assert screen(pilot).count("*2025") == 2


@BY
async def test_an_unfinished_form_comes_back_with_d(by: str, file: Path) -> None:
    async with writing(file) as pilot:
        await do(pilot, "d", by)
        await tells(pilot, "no form was left unfinished")
        await open_form(pilot, "a")
        await write(pilot, title="Sepsis", credits="3/4", note="to be looked up")
        await press(pilot, "escape")
        await tells(pilot, "kept unfinished; d goes on with it")
        assert text_of(file) == TEXT
        await do(pilot, "d", by)
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose), "the offer")
        assert ": Sepsis" in words(pilot)
        assert "Unfinished since" in words(pilot)
        await press(pilot, "c")
        await until(pilot, lambda: has_form(pilot), "the form")
        typed = form_of(pilot).typed
        assert (typed["title"], typed["credits"], typed["note"]) == (
            "Sepsis",
            "3/4",
            "to be looked up",
        )
        await write(pilot, category="2", date="8/1/2025")
        await save(pilot)
        assert text_of(file) == TEXT + (
            "\n[[activity]]\n"
            'id = "2025-08-01-sepsis"\n'
            "date = 2025-08-01\n"
            'title = "Sepsis"\n'
            "category = 2\n"
            "credits = 0.75\n"
            'note = "to be looked up"\n'
        )
        assert list(history_of(file).drafts(str(file))) == []


async def test_an_unfinished_form_can_wait_or_be_thrown_away(file: Path) -> None:
    async with writing(file) as pilot:
        await open_form(pilot, "e", "list")
        await write(pilot, credits="2.5")
        await press(pilot, "escape")
        for answer in ("l", "escape"):
            await press(pilot, "d")
            await until(pilot, lambda: isinstance(pilot.app.screen, Choose), "the offer")
            assert ": Handoffs" in words(pilot)
            await press(pilot, answer)
            assert len(list(history_of(file).drafts(str(file)))) == 1
        await press(pilot, "d")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose), "the offer")
        await press(pilot, "t")
        await until(pilot, lambda: not list(history_of(file).drafts(str(file))), "it is gone")
        assert text_of(file) == TEXT


async def test_discard_and_an_untouched_form_leave_nothing(file: Path) -> None:
    async with writing(file) as pilot:
        await open_form(pilot, "a")
        await write(pilot, title="Nothing of it")
        await until(
            pilot,
            lambda: len(list(history_of(file).drafts(str(file)))) == 1,
            "what was typed is kept",
        )
        await press(pilot, "ctrl+t")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1, "the form is closed")
        assert list(history_of(file).drafts(str(file))) == []
        for key in ("a", "e", "R"):
            await open_form(pilot, key, "list")
            await press(pilot, "escape")
            await until(pilot, lambda: len(pilot.app.screen_stack) == 1, "the form is closed")
            assert list(history_of(file).drafts(str(file))) == []
        await open_form(pilot, "e", "list")
        await save(pilot)  # nothing was typed over: nothing is written
        assert text_of(file) == TEXT
        assert history_of(file).entries(str(file)) == []


# ── a form at the key in question ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("wrong", "key", "typed", "right"),
    [
        ('date = 2025-06-01\ncategory = 1\ncredits = "two"\n', "credits", "2",
         "date = 2025-06-01\ncategory = 1\ncredits = 2\n"),
        ('date = "June 1"\ncategory = 1\ncredits = 2\n', "date", "6/1/2025",
         "date = 2025-06-01\ncategory = 1\ncredits = 2\n"),
        ('date = 2025-06-01\ncategory = 1\nkind = "curse"\ncredits = 2\n', "kind", "course",
         'date = 2025-06-01\ncategory = 1\nkind = "course"\ncredits = 2\n'),
        ("date = 2025-06-01\ncategory = 1\n", "credits", "2",
         "date = 2025-06-01\ncategory = 1\ncredits = 2\n"),
        ('date = 2025-06-01\ncategory = 1\nkind = ["course"]\ncredits = 2\n', "kind", "course",
         'date = 2025-06-01\ncategory = 1\nkind = "course"\ncredits = 2\n'),
        ("date = 2025-06-01\ncategory = 3\ncredits = 2\n", "category", "2",
         "date = 2025-06-01\ncategory = 2\ncredits = 2\n"),
        ('date = 2025-06-01\ncategory = 1\ncredits = 2\nstatus = "planed"\n', "status", "planned",
         'date = 2025-06-01\ncategory = 1\ncredits = 2\nstatus = "planned"\n'),
        ("date = 1825-06-01\ncategory = 1\ncredits = 2\n", "date", "6/1/2025",
         "date = 2025-06-01\ncategory = 1\ncredits = 2\n"),
        ("date = 2025-06-01\ncategory = 1\ncredits = -2\n", "credits", "2",
         "date = 2025-06-01\ncategory = 1\ncredits = 2\n"),
    ],
    ids=["type", "a text for a day", "kind", "missing", "a list", "category", "status", "century", "negative"],
)  # fmt: skip
async def test_a_form_from_a_problem_starts_at_its_key(
    wrong: str, key: str, typed: str, right: str, file: Path
) -> None:
    begin, end = '\n[[activity]]\nid = "off"\ntitle = "Sepsis"\n', 'no-evidence = "sample"\n'
    file.write_text(TEXT + begin + wrong + end, "utf-8")
    async with writing(file) as pilot:
        await press(pilot, "4", "home")
        view = app_of(pilot).view
        assert isinstance(view, Problems)
        for _ in view.problems():  # the only error is the one in question
            if view.chosen is None or view.chosen.severity != "error":
                await press(pilot, "down")
        assert "Record: off" in lines_of(pilot, "problem")
        await press(pilot, "e")
        await until(pilot, lambda: has_form(pilot), "the form")
        assert pilot.app.focused is field(pilot, key)
        await until(pilot, lambda: form_of(pilot).trial is not None, "it was tried out")
        await press(pilot, "end", "ctrl+u", *typed)
        await save(pilot)
        assert text_of(file) == TEXT + begin + right + end
        await until(pilot, lambda: "✗" not in screen(pilot), "no error any more")


async def test_a_warning_leads_to_its_key_too(file: Path) -> None:
    text = TEXT.replace("2025-07-01", "2025-08-01").replace(
        'topics = ["risk-management"]', 'topics = ["risk-managment"]'
    )
    file.write_text(text, "utf-8")
    async with writing(file) as pilot:
        await press(pilot, "4", "home")
        while "risk-managment" not in " ".join(lines_of(pilot, "problem")):
            await press(pilot, "down")
        await press(pilot, "e")
        await until(pilot, lambda: has_form(pilot), "the form")
        assert pilot.app.focused is field(pilot, "topics")
        await until(pilot, lambda: "'risk-management'" in words(pilot), "the word that is meant")
        await write(pilot, topics="risk-management")
        await save(pilot)
        assert text_of(file) == TEXT.replace("2025-07-01", "2025-08-01")


def test_the_first_picture_does_not_wait_for_what_writes() -> None:
    unwanted = [
        "cmeledger.change", "cmeledger.form", "cmeledger.recovery", "tomlkit",
        "cmeledger.archive", "cmeledger.renewal", "cmeledger.rules.gaps", "cmeledger.handout",
        "cmeledger.report.planned", "cmeledger.report.packet", "icalendar", "fpdf", "pypdf",
    ]  # fmt: skip
    code = f"import sys, cmeledger.tui.app; print([m for m in {unwanted} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
