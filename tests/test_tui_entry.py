"""Typing into the form: what is kept to the byte, guessed, completed, understood, and refused."""

import os
import threading
import tomllib
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.widgets import ContentSwitcher

from cmeledger.ledger import platform
from cmeledger.ledger.save import save as save_bytes
from conftest import HEAD, PATIENCE, run_here
from forms import (
    DAY,
    Screens,
    field,
    form_of,
    has_form,
    history_of,
    open_form,
    paste,
    save,
    settled,
    write,
    writing,
)
from saving import start
from screens import app_of, press, said, tells, until, words

# Every spelling that a form does not have: quoted keys, a note of three lines, dotted keys of the
# physician's own, a table of topics, evidence with its digest, blanks, comments, and 1.50.
SPELLED = '''
# kept: above
[[activity]]   # kept: at the header
"id"     = 'odd'
date     = 2025-05-01      # kept: the day
title    = "It\\u0027s odd"
provider = """Boston
University"""
"category" = 0x1
credits  = 1.50            # kept: as on the certificate
topics   = { risk-management = 0.50, "end-of-life" = 1.0 }
note     = \'\'\'
one
  two # kept
three\'\'\'
evidence = [
  { file = "evidence/a.pdf", sha256 = "0000000000000000000000000000000000000000000000000000000000000000" }, # kept
]
x-room.number = 7
x-mood = "good"
# kept: below

'''
AFTER = """[[activity]]
id = "later"
date = 2025-08-01
title = "Later"
provider = "BIDMC"
kind = "journal-club"
credits = 1
"""
INLINE = """\
format = 1
activity = [
  { id = "one", date = 2025-05-01, title = "One", category = 1, credits = 1.50, x-a = { b = 1 } },
  { id = "two", date = 2025-06-01, title = "Two", category = 1, credits = 2, note = "kept" }, # kept
]
[physician]
name = "Test Sample, MD"
birthday = "05-10"
[[license]]
jurisdiction = "MA"
number = "1"
renewal-date = 2026-05-10
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "cme.toml"
    file.write_text(HEAD + SPELLED + AFTER, "utf-8")
    return file


def saved_text(file: Path) -> str:
    return file.read_bytes().decode()


def record(file: Path, id: str) -> dict[str, Any]:
    """Read one record with the standard library."""
    found = tomllib.loads(saved_text(file))["activity"]
    return next(item for item in found if item.get("id") == id)


async def tried_out(pilot: Screens) -> None:
    """Wait until what stands in the form was tried out."""
    form = form_of(pilot)
    form._examine()  # noqa: SLF001  as the timer would
    # What was being tried out just then is another text.
    await until(pilot, lambda: not form._trying.running, "it is tried out")  # noqa: SLF001
    assert form.trial is not None


# ── what was not typed over keeps its bytes ──────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("key", "typed", "before", "after"),
    [
        ("credits", "1.75", "credits  = 1.50  ", "credits  = 1.75  "),
        ("date", "5/2/2025", "date     = 2025-05-01", "date     = 2025-05-02"),
        ("title", "Odd", 'title    = "It\\u0027s odd"', 'title    = "Odd"'),
        ("category", "2", '"category" = 0x1', '"category" = 2'),
        ("topics", "risk-management", 'topics   = { risk-management = 0.50, "end-of-life" = 1.0 }',
         'topics   = ["risk-management"]'),
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
async def test_an_edit_leaves_every_other_byte(
    end: str, key: str, typed: str, before: str, after: str, file: Path
) -> None:
    text = (HEAD + SPELLED + AFTER).replace("\n", end)
    file.write_bytes(text.encode())
    assert text.count(before) == 1
    async with writing(file) as pilot:
        await open_form(pilot, "e", "odd")
        await write(pilot, **{key: typed})
        await save(pilot)
        assert saved_text(file) == text.replace(before, after)
        await press(pilot, "u")
        await until(pilot, lambda: saved_text(file) == text, "the bytes are back")


async def test_the_form_shows_what_stands_there_and_saves_nothing_untouched(file: Path) -> None:
    before = file.read_bytes()
    async with writing(file) as pilot:
        await open_form(pilot, "e", "odd")
        typed = form_of(pilot).typed
        assert typed["title"] == "It's odd"
        assert typed["provider"] == "Boston\nUniversity"
        assert typed["credits"] == "1.50"
        assert typed["topics"] == "risk-management=0.50,end-of-life=1.0"
        assert typed["note"] == "one\n  two # kept\nthree"
        assert typed["evidence"] == "evidence/a.pdf"
        assert "provider Boston␊University" in words(pilot)
        await write(pilot, credits="1.75")
        await write(pilot, credits="1.50")  # and back
        await save(pilot)
        assert file.read_bytes() == before
        assert history_of(file).entries(str(file)) == []


async def test_evidence_keeps_its_digest_beside_a_new_file(file: Path) -> None:
    async with writing(file) as pilot:
        await open_form(pilot, "e", "odd")
        await write(pilot, evidence="evidence/a.pdf, evidence/b.pdf")
        await save(pilot)
        assert record(file, "odd")["evidence"] == [
            {"file": "evidence/a.pdf", "sha256": "0" * 64},
            "evidence/b.pdf",
        ]
        assert saved_text(file).endswith(SPELLED[SPELLED.index("x-room") :] + AFTER)


async def test_an_emptied_field_takes_its_key_out(file: Path) -> None:
    async with writing(file) as pilot:
        await open_form(pilot, "e", "later")
        await write(pilot, provider="")
        await save(pilot)
        assert saved_text(file) == HEAD + SPELLED + AFTER.replace('provider = "BIDMC"\n', "")


async def test_inline_records_stay_inline(file: Path) -> None:
    file.write_text(INLINE, "utf-8")
    async with writing(file) as pilot:
        await open_form(pilot, "e", "one")
        await write(pilot, credits="1.75")
        await save(pilot)
        one = INLINE.replace("credits = 1.50", "credits = 1.75")
        assert saved_text(file) == one
        await open_form(pilot, "e", "two")
        await write(pilot, title="Second")
        await save(pilot)
        assert saved_text(file) == one.replace('title = "Two"', 'title = "Second"')


# ── guessed, completed, understood ───────────────────────────────────────────────────────────


async def test_leaving_the_title_or_the_provider_guesses_and_says_so(file: Path) -> None:
    async with writing(file) as pilot:
        await open_form(pilot, "a")
        await write(pilot, title="later")
        await press(pilot, "tab")
        await until(pilot, lambda: field(pilot, "provider").value == "BIDMC", "the provider")
        assert field(pilot, "kind").value == "journal-club"
        assert field(pilot, "category").value == ""  # the kind says it
        await until(pilot, lambda: "Taken from later: provider, kind." in words(pilot), "whence")
        await press(pilot, "ctrl+t")
        await open_form(pilot, "a")
        await write(pilot, title="Something new", provider="BIDMC")
        await press(pilot, "enter")
        await until(pilot, lambda: field(pilot, "kind").value == "journal-club", "the kind")
        await until(pilot, lambda: "Taken from later: kind." in words(pilot), "whence")
        # What was typed is never guessed over, and a record that is there is not guessed at.
        await press(pilot, "ctrl+t")
        await open_form(pilot, "a")
        await write(pilot, provider="My own", title="Later")
        await press(pilot, "tab")
        await until(pilot, lambda: field(pilot, "kind").value == "journal-club", "the kind")
        assert field(pilot, "provider").value == "My own"
        await press(pilot, "ctrl+t")
        await open_form(pilot, "e", "later")
        await write(pilot, kind="")
        await write(pilot, title="Later")
        await press(pilot, "tab")
        assert field(pilot, "kind").value == ""


@pytest.mark.parametrize(
    ("key", "typed", "whole"),
    [
        ("title", "lat", "later"),
        ("provider", "bi", "biDMC"),
        ("kind", "self-s", "self-study"),
        ("topics", "end", "end-of-life"),
        ("topics", "risk-management,opi", "risk-management,opioid-pain"),
        ("topics", "risk-management, opi", "risk-management, opioid-pain"),
        ("status", "att", "attended"),
        ("learners", "students,phy", "students,physicians"),
    ],
)
async def test_right_arrow_completes_what_is_typed(
    key: str, typed: str, whole: str, file: Path
) -> None:
    async with writing(file) as pilot:
        await open_form(pilot, "a")
        await write(pilot, **{key: typed})
        await until(pilot, lambda: field(pilot, key)._suggestion != "", "a suggestion")  # noqa: SLF001
        await press(pilot, "right")
        assert field(pilot, key).value == whole


async def test_forgiving_entry_is_shown_back_and_stored_strictly(file: Path) -> None:
    before = saved_text(file)
    async with writing(file) as pilot:
        await open_form(pilot, "a")
        await write(pilot, title="Talk", category="1")
        for text, day in (("yesterday", "2026-02-28"), ("3/14/25", "2025-03-14"),
                          ("Mar 14, 2025", "2025-03-14"), ("12/1/2025", "2025-12-01")):  # fmt: skip
            await write(pilot, date=text)
            await until(pilot, lambda day=day: f"Understood as {day}." in words(pilot), day)  # type: ignore[misc]
        for text, amount in (("1½", "1.5"), ("3/4", "0.75"), ("1 1/2", "1.5")):
            await write(pilot, credits=text)
            await until(
                pilot,
                lambda amount=amount: f"Understood as {amount}." in words(pilot),  # type: ignore[misc]
                amount,
            )
        await write(pilot, topics="risk-management=1/2, end-of-life=1 ")
        await save(pilot)
        assert saved_text(file) == before + (
            "\n[[activity]]\n"
            'id = "2025-12-01-talk"\n'
            "date = 2025-12-01\n"
            'title = "Talk"\n'
            "category = 1\n"
            "credits = 1.5\n"
            "topics = { risk-management = 0.5, end-of-life = 1 }\n"
        )


@pytest.mark.parametrize(
    ("key", "typed", "why"),
    [
        ("credits", "1,5", "a comma could mean two things"),
        ("credits", "-1", "credits and hours are not negative"),
        ("date", "13/1/2025", "there is no month 13"),
        ("date", "2/30/2025", "February has no day 30"),
        ("category", "3", "write 1 or 2"),
        ("kind", "curse", "did you mean 'course'?"),
        ("topics", "risk-management=1,ehr", "give every topic its credits"),
    ],
)
async def test_what_cannot_be_read_is_said_and_saving_goes_there(
    key: str, typed: str, why: str, file: Path
) -> None:
    before = file.read_bytes()
    async with writing(file) as pilot:
        await open_form(pilot, "a")
        await write(pilot, title="Talk", category="1", credits="1")
        await write(pilot, **{key: typed})
        field(pilot, "note").focus()
        await press(pilot, "ctrl+s")
        assert pilot.app.focused is field(pilot, key)
        await until(pilot, lambda: why.casefold() in words(pilot).casefold(), why)
        assert f"✗ {key}" in words(pilot)
        assert has_form(pilot)
        assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        ("credits", "1.1"),  # quarter-hours
        ("topics", "risk-managment"),  # unknown-topic
        ("topics", "opioid-pain,end-of-life"),  # two-mandates
        ("date", "2/1/2027"),  # future-date
    ],
)
async def test_messages_are_those_of_check(key: str, typed: str, file: Path) -> None:
    """What is said in the form, check prints of the saved record: message and help."""
    async with writing(file, size=(120, 40)) as pilot:
        await open_form(pilot, "a")
        await write(pilot, id="new", title="Talk", provider="A school", category="1", credits="1")
        await write(pilot, **{key: typed})
        await tried_out(pilot)
        shown = words(pilot)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: not has_form(pilot), "it is saved")
        await settled(pilot)
    checked = run_here("check", str(file), "--as-of", DAY, "--json").json["problems"]
    of_key = [p for p in checked if p["record"] == "new" and p["code"] != "no-evidence-named"]
    (problem,) = of_key
    message = problem["message"]
    assert f"{message[0].upper()}{message[1:]}; {problem['help']}" in shown
    assert f"! {key}" in shown


async def test_an_error_of_check_refuses_the_save_and_names_the_field(file: Path) -> None:
    before = file.read_bytes()
    async with writing(file) as pilot:
        await open_form(pilot, "a")
        await write(pilot, title="Talk", category="1", credits="1", start="1/1/2026")
        await tried_out(pilot)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "✗ start" in words(pilot), "the key that contradicts")
        await until(pilot, lambda: pilot.app.focused is field(pilot, "start"), "its field")
        assert has_form(pilot)
        assert file.read_bytes() == before
        await write(pilot, start="")
        await save(pilot)
        assert record(file, "2026-03-01-talk")["credits"] == 1


# ── a save that fails, or has to wait ────────────────────────────────────────────────────────


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX")
async def test_a_read_only_file_leaves_the_form_open_and_says_how_to_change_it(file: Path) -> None:
    before = file.read_bytes()
    file.chmod(0o444)
    async with writing(file) as pilot:
        await open_form(pilot, "a")
        await write(pilot, title="Talk", category="1", credits="1")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "the file is read-only" in words(pilot), "why")
        assert "chmod u+w" in words(pilot)
        assert form_of(pilot).typed["title"] == "Talk"
        assert file.read_bytes() == before
        file.chmod(0o644)
        await save(pilot)
        assert record(file, "2026-03-01-talk")["title"] == "Talk"


async def test_a_full_disk_leaves_the_form_open(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file.read_bytes()

    def full(*_arguments: object) -> None:
        raise OSError(28, os.strerror(28))

    async with writing(file) as pilot:
        await open_form(pilot, "a")
        await write(pilot, title="Talk", category="1", credits="1")
        with monkeypatch.context() as broken:
            broken.setattr("cmeledger.ledger.disk.fill", full)
            await press(pilot, "ctrl+s")
            await until(pilot, lambda: "no space left on device" in words(pilot).lower(), "why")
            assert has_form(pilot)
            assert file.read_bytes() == before
        await save(pilot)
        assert record(file, "2026-03-01-talk")["title"] == "Talk"


HOLDING = """
import sys
from cmeledger.ledger.lock import locked
with locked(sys.argv[1], 5):
    print("held", flush=True)
    sys.stdin.readline()
"""


async def test_a_file_that_another_process_saves_is_said(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file.read_bytes()
    monkeypatch.setattr("cmeledger.change.save", partial(save_bytes, wait=0.05))
    async with writing(file) as pilot:
        await open_form(pilot, "a")
        await write(pilot, title="Talk", category="1", credits="1")
        holder = start(
            HOLDING.replace(
                "sys.stdin.readline()", "sys.stdout.flush(); import time; time.sleep(600)"
            ),
            file,
        )
        try:
            assert holder.stdout
            assert holder.stdout.readline() == "held\n"
            await press(pilot, "ctrl+s")
            await until(pilot, lambda: "it is being saved by" in words(pilot), "who saves")
            assert has_form(pilot)
            assert file.read_bytes() == before
        finally:
            holder.kill()
            holder.communicate()
        monkeypatch.undo()  # whoever has the file now is waited for
        await save(pilot)
        assert record(file, "2026-03-01-talk")["title"] == "Talk"


async def test_nothing_waits_while_a_save_waits(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process holds the lock: meanwhile the keys work, and then the save is done."""
    monkeypatch.setattr("cmeledger.change.save", partial(save_bytes, wait=PATIENCE))
    async with writing(file) as pilot:
        app_of(pilot).go_to("later")
        holding, free = threading.Event(), threading.Event()

        def hold() -> None:
            handle = os.open(file, os.O_RDONLY)
            platform.lock(handle)
            holding.set()
            free.wait(PATIENCE)
            os.close(handle)

        thread = threading.Thread(target=hold)
        thread.start()
        assert holding.wait(PATIENCE)
        try:
            await open_form(pilot, "a")
            await write(pilot, title="Talk", category="1", credits="1")
            await press(pilot, "ctrl+s")
            await until(pilot, lambda: "Saving …" in words(pilot), "that it is being saved")
            await press(pilot, "tab", "tab")
            assert pilot.app.focused is not field(pilot, "credits")
            field(pilot, "note").focus()
            await until(pilot, lambda: "Anything else." in words(pilot), "what the field is for")
        finally:
            free.set()
            thread.join()
        await until(pilot, lambda: not has_form(pilot), "it is saved")
        assert record(file, "2026-03-01-talk")["title"] == "Talk"
        await press(pilot, "3")
        assert pilot.app.query_one(ContentSwitcher).current == "cycles"


async def test_without_a_history_it_is_saved_and_not_promised_back(tmp_path: Path) -> None:
    from screens import opened

    file = tmp_path / "cme.toml"
    file.write_text(HEAD + AFTER, "utf-8")
    async with opened(file, DAY) as pilot:
        await press(pilot, "2")
        await open_form(pilot, "e", "later")
        await write(pilot, title="Latest")
        await save(pilot)
        assert saved_text(file) == HEAD + AFTER.replace('"Later"', '"Latest"')
        await tells(pilot, "saved: edit later")
        assert "u takes it back" not in said(pilot)
        await press(pilot, "u")
        await tells(pilot, "the history is switched off")


async def test_a_long_note_is_pasted_with_its_lines(file: Path) -> None:
    async with writing(file) as pilot:
        await open_form(pilot, "e", "later")
        await paste(pilot, note="one\r\ntwo\n\nthree\n\n")
        assert "note one␊two␊␊three" in words(pilot)
        await save(pilot)
        assert record(file, "later")["note"] == "one\ntwo\n\nthree"


@pytest.mark.parametrize(
    ("key", "letters", "left"),
    [
        ("ctrl+u", "2024-07-09", "2024-07-09"),
        ("backspace", "2", "2026-03-02"),
        ("home", "1", "12026-03-01"),
        ("ctrl+w", "5", "2026-03-5"),
    ],
)
async def test_an_editing_key_takes_its_turn_among_letters_sent_with_it(
    key: str, letters: str, left: str, file: Path
) -> None:
    """A slow line sends several keys at once: none overtakes another."""
    async with writing(file) as pilot:
        await open_form(pilot, "a")
        field(pilot, "date").focus()
        await pilot.pause()
        for name in (key, *letters):
            pilot.app.post_message(events.Key(name, name if len(name) == 1 else None))
        await until(pilot, lambda: field(pilot, "date").value == left, left)


@pytest.mark.parametrize("next", ["tab", "enter", "down"])
async def test_what_is_sent_behind_the_key_to_the_next_field_is_typed_there(
    next: str, file: Path
) -> None:
    async with writing(file) as pilot:
        await open_form(pilot, "a")
        for name in (
            *"Sepsis",
            next,
            "ctrl+u",
            *"5",
            next,
            *"BMC",
            "shift+tab",
            *"1",
            "end",
            "slash",
        ):
            letter = "/" if name == "slash" else name if len(name) == 1 else None
            pilot.app.post_message(events.Key(name, letter))
        await until(pilot, lambda: field(pilot, "date").value == "51/", "the last letter")
        assert field(pilot, "title").value == "Sepsis"
        assert field(pilot, "provider").value == "BMC"


async def test_a_save_asked_for_twice_at_once_is_one(file: Path) -> None:
    before = saved_text(file)
    async with writing(file) as pilot:
        await open_form(pilot, "a")
        await paste(pilot, title="Sepsis", date="2025-09-01", category="2", credits="1")
        for _ in range(2):
            form_of(pilot).action_save()
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1, "the form is closed")
        await settled(pilot)
        assert saved_text(file) == before + (
            '\n[[activity]]\nid = "2025-09-01-sepsis"\ndate = 2025-09-01\ntitle = "Sepsis"\n'
            "category = 2\ncredits = 1\n"
        )
        assert len(history_of(file).entries(str(file))) == 1
