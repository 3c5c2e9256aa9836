"""A record changed in the file while it is in a form: five answers, and the file's bytes after each."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cmeledger import form
from cmeledger.ledger.history import History
from cmeledger.ledger.parse import parse
from cmeledger.ledger.save import save
from cmeledger.tui.choose import Choose
from cmeledger.tui.fields import Field
from cmeledger.tui.form import RecordForm
from conftest import HEAD, NASTY
from ledgers import LIST
from screens import GROUPS, LARGE, SMALL, app_of, opened, press, screen, tells, until, words

if TYPE_CHECKING:
    from textual.pilot import Pilot

AS_OF = "2026-03-01"


def talk(credits: str = "1.50   # as on the certificate", more: str = "") -> str:
    """Write the record that two change."""
    return f"""
# A talk worth remembering.
[[activity]]
id = "talk"
date = 2025-05-01
title = "Heart failure at home"
provider = "Boston University"
category = 1
credits = {credits}
{more}no-evidence = "sample"
"""


OTHER = LIST.replace("list", "other").replace("Handoffs", "Sepsis")
BASE = HEAD + talk() + LIST
THEIRS = HEAD + talk("3", 'note = "theirs"\n') + LIST


@pytest.fixture
def ledger(file: Path) -> Path:
    """Give a ledger of two records."""
    file.write_text(BASE, "utf-8")
    return file


def drafts(history: History, file: Path) -> list[form.Draft]:
    """Read what is kept unfinished."""
    return list(form.drafts(history, str(file)))


def typed(pilot: "Pilot[int]", key: str) -> str:
    """Read a field of the form."""
    return pilot.app.screen.query_one(f"#key-{key}", Field).value


async def type_over(pilot: "Pilot[int]", key: str, text: str) -> None:
    """Type a text into a field of the form."""
    field = pilot.app.screen.query_one(f"#key-{key}", Field)
    field.focus()
    await pilot.pause()
    field.value = text
    await pilot.pause()


async def open_form(pilot: "Pilot[int]", credits: str = "2.5") -> None:
    """Open the form of the talk, the older of the two, and type other credits."""
    await press(pilot, "2", "end")
    assert app_of(pilot).view.record == "talk"
    await press(pilot, "e")
    await until(pilot, lambda: isinstance(pilot.app.screen, RecordForm), "the form")
    await type_over(pilot, "credits", credits)


async def change_outside(pilot: "Pilot[int]", file: Path, text: str, sign: str) -> None:
    """Save in another program, and wait until the form says so."""
    file.write_text(text, "utf-8")
    await until(pilot, lambda: sign in words(pilot), "a word in the form")


async def meet(pilot: "Pilot[int]", file: Path, text: str = THEIRS) -> None:
    """Type, have the file changed outside, and save: the question comes up."""
    await open_form(pilot)
    file.write_text(text, "utf-8")
    await press(pilot, "ctrl+s")
    await until(pilot, lambda: isinstance(pilot.app.screen, Choose), "the question")


def is_closed(pilot: "Pilot[int]") -> bool:
    """Tell whether only the views are there."""
    return len(pilot.app.screen_stack) == 1


async def closed(pilot: "Pilot[int]") -> None:
    """Wait for the form to close."""
    await until(pilot, lambda: is_closed(pilot), "the views")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_both_versions_and_every_answer_are_seen(
    ledger: Path, history: History, size: tuple[int, int]
) -> None:
    async with opened(ledger, AS_OF, size=size, history=history) as pilot:
        await meet(pilot, ledger)
        shown = words(pilot)
        assert "The record was changed in the file meanwhile. Nothing was written." in shown
        for label in ("Decide later (l)", "Keep the file's (f)", "Write mine (m)", "Keep both (b)"):
            assert label in shown
        assert "Open editor (e) at the record; your text is kept unfinished" in shown
        assert "credits before 1.50 file now 3 yours 2.5" in shown
        assert 'note before (none) file now "theirs" yours (none)' in shown
        assert getattr(pilot.app.focused, "id", None) == "later"


@pytest.mark.parametrize("key", ["escape", "l", "enter"])
async def test_decide_later_keeps_the_file_and_the_text(
    ledger: Path, history: History, key: str
) -> None:
    async with opened(ledger, AS_OF, history=history) as pilot:
        await meet(pilot, ledger)
        await press(pilot, key)
        await closed(pilot)
        assert ledger.read_text("utf-8") == THEIRS
        kept = drafts(history, ledger)
        assert [(draft.record, draft.typed["credits"]) for draft in kept] == [("talk", "2.5")]
        begun = kept[0].begun
        await press(pilot, "d")
        await until(pilot, lambda: f"{begun[11:16]}: Heart failure" in words(pilot), "the offer")
        await press(pilot, "c")
        await until(pilot, lambda: isinstance(pilot.app.screen, RecordForm), "the form")
        assert typed(pilot, "credits") == "2.5"
        await until(
            pilot,
            lambda: "The record was changed in the file meanwhile" in words(pilot),
            "that it is read by now",
        )
        await press(pilot, "escape")
    # At the next start it is offered too, and is a conflict still.
    async with opened(ledger, AS_OF, history=history) as pilot:
        await until(pilot, lambda: "Unfinished since" in screen(pilot), "the offer")
        await press(pilot, "c")
        await until(pilot, lambda: isinstance(pilot.app.screen, RecordForm), "the form")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "file now 3" in words(pilot), "the question")
        assert ledger.read_text("utf-8") == THEIRS


async def test_keep_the_files_drops_the_text(ledger: Path, history: History) -> None:
    async with opened(ledger, AS_OF, history=history) as pilot:
        await meet(pilot, ledger)
        await press(pilot, "f")
        await closed(pilot)
        assert ledger.read_text("utf-8") == THEIRS
        assert drafts(history, ledger) == []


async def test_write_mine_puts_what_i_changed_over_the_files(
    ledger: Path, history: History
) -> None:
    async with opened(ledger, AS_OF, history=history) as pilot:
        await meet(pilot, ledger)
        await press(pilot, "m")
        await closed(pilot)
        assert ledger.read_text("utf-8") == HEAD + talk("2.5", 'note = "theirs"\n') + LIST
        assert drafts(history, ledger) == []
        await tells(pilot, "saved: edit talk")
        await press(pilot, "u")
        await until(pilot, lambda: ledger.read_text("utf-8") == THEIRS, "the undoing")


async def test_keep_both_adds_mine_as_another_record(ledger: Path, history: History) -> None:
    async with opened(ledger, AS_OF, history=history) as pilot:
        await meet(pilot, ledger)
        await press(pilot, "b")
        await closed(pilot)
        mine = """
[[activity]]
id = "2025-05-01-heart-failure-at-home"
date = 2025-05-01
title = "Heart failure at home"
provider = "Boston University"
category = 1
credits = 2.5
no-evidence = "sample"
"""
        theirs = talk("3", 'note = "theirs"\n')
        assert ledger.read_text("utf-8") == HEAD + theirs + mine + LIST
        assert drafts(history, ledger) == []


async def test_open_editor_opens_at_the_record_and_keeps_the_text(
    ledger: Path, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    opens: list[tuple[str, int]] = []
    monkeypatch.setattr(
        "cmeledger.tui.writing.open_editor", lambda _, file, line: opens.append((file, line))
    )
    async with opened(ledger, AS_OF, history=history) as pilot:
        await meet(pilot, ledger, "# moved down\n" + THEIRS)
        await press(pilot, "e")
        await closed(pilot)
        assert ledger.read_text("utf-8") == "# moved down\n" + THEIRS
        assert [draft.typed["credits"] for draft in drafts(history, ledger)] == ["2.5"]
    # Eight lines of the head, an empty one, the comment; one more stands before them now.
    assert opens == [(str(ledger), 12)]


async def test_without_a_history_later_leaves_the_form_open(ledger: Path) -> None:
    async with opened(ledger, AS_OF) as pilot:
        await meet(pilot, ledger)
        await press(pilot, "escape")
        await until(pilot, lambda: "cannot be kept unfinished" in words(pilot), "a word")
        assert isinstance(pilot.app.screen, RecordForm)
        assert typed(pilot, "credits") == "2.5"
        assert ledger.read_text("utf-8") == THEIRS


async def test_a_change_of_other_records_is_merged_and_noted(
    ledger: Path, history: History
) -> None:
    async with opened(ledger, AS_OF, size=LARGE, history=history) as pilot:
        await open_form(pilot, "3")
        # 1.5 + 2 = 3.5 with the list as it was.
        await until(pilot, lambda: "all credits 3.5 → 5 of 50" in words(pilot), "the live line")
        more = LIST.replace("credits = 2", "credits = 4")
        await change_outside(pilot, ledger, HEAD + talk() + more, "all credits 5.5 → 7 of 50")
        await press(pilot, "ctrl+s")
        await closed(pilot)
        assert ledger.read_text("utf-8") == HEAD + talk("3   # as on the certificate") + more
        await tells(pilot, "what changed in the file meanwhile was kept")
        assert drafts(history, ledger) == []


async def test_the_same_change_in_both_places_is_no_question(
    ledger: Path, history: History
) -> None:
    both = HEAD + talk("2.5") + LIST
    async with opened(ledger, AS_OF, history=history) as pilot:
        await open_form(pilot)
        ledger.write_text(both, "utf-8")
        await press(pilot, "ctrl+s")
        await closed(pilot)
        assert ledger.read_text("utf-8") == both
        await tells(pilot, "the file says so already")
        assert drafts(history, ledger) == []


@pytest.mark.parametrize(
    ("key", "after"),
    [
        ("l", HEAD + LIST),
        ("f", HEAD + LIST),
        (
            "m",
            HEAD
            + """
[[activity]]
id = "talk"
date = 2025-05-01
title = "Heart failure at home"
provider = "Boston University"
category = 1
credits = 2.5
no-evidence = "sample"
"""
            + LIST,
        ),
    ],
)
async def test_a_record_taken_out_outside(
    ledger: Path, history: History, key: str, after: str
) -> None:
    async with opened(ledger, AS_OF, history=history) as pilot:
        await open_form(pilot)
        await change_outside(pilot, ledger, HEAD + LIST, "was taken out of the file meanwhile")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose), "the question")
        assert "Leave it out (f)" in screen(pilot)
        assert "Keep both" not in screen(pilot)
        await press(pilot, key)
        await closed(pilot)
        assert ledger.read_text("utf-8") == after
        assert len(drafts(history, ledger)) == (1 if key == "l" else 0)


async def test_an_id_that_another_record_has_now_is_not_written_over(
    ledger: Path, history: History
) -> None:
    taken = HEAD + OTHER.replace('"other"', '"talk"') + LIST
    async with opened(ledger, AS_OF, history=history) as pilot:
        await meet(pilot, ledger, taken)
        assert "its id is that of another one now" in words(pilot)
        assert "Write mine" not in screen(pilot)
        await press(pilot, "m")
        assert isinstance(pilot.app.screen, Choose)
        await press(pilot, "l")
        await closed(pilot)
        assert ledger.read_text("utf-8") == taken


async def test_the_id_of_a_new_record_that_was_taken_meanwhile(
    ledger: Path, history: History
) -> None:
    one = """
[[activity]]
id = "2026-03-01-sepsis"
date = 2026-03-01
title = "Sepsis"
category = 1
credits = 1
"""
    async with opened(ledger, AS_OF, history=history) as pilot:
        await press(pilot, "a")
        await until(pilot, lambda: isinstance(pilot.app.screen, RecordForm), "the form")
        for key, text in (("title", "Sepsis"), ("category", "1"), ("credits", "1")):
            await type_over(pilot, key, text)
        ledger.write_text(BASE + one, "utf-8")
        await press(pilot, "ctrl+s")
        await closed(pilot)
        assert ledger.read_text("utf-8") == BASE + one + one.replace("-sepsis", "-sepsis-2")


def broken(file: Path) -> None:
    """Leave a file that is no TOML."""
    file.write_text(BASE.replace('"Handoffs"', '"Handoffs'), "utf-8")


def gone(file: Path) -> None:
    """Take the file away."""
    file.unlink()


@pytest.mark.parametrize(
    ("harm", "sign"), [(broken, "cme.toml, line 23: "), (gone, "there is no such file")]
)
async def test_a_file_that_breaks_or_goes_leaves_the_form(
    ledger: Path,
    history: History,
    monkeypatch: pytest.MonkeyPatch,
    harm: Callable[[Path], None],
    sign: str,
) -> None:
    monkeypatch.setitem(save.__kwdefaults__ or {}, "wait", 0.0)
    async with opened(ledger, AS_OF, history=history) as pilot:
        await open_form(pilot)
        harm(ledger)
        bad = ledger.read_bytes() if ledger.exists() else None
        await until(pilot, lambda: sign in words(pilot), "a word in the form")
        assert "What you typed stays here" in words(pilot)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: not pilot.app.screen.saving, "the end of the save")  # type: ignore[attr-defined]
        assert isinstance(pilot.app.screen, RecordForm)
        assert typed(pilot, "credits") == "2.5"
        assert (ledger.read_bytes() if ledger.exists() else None) == bad
        assert [draft.typed["credits"] for draft in drafts(history, ledger)] == ["2.5"]
        ledger.write_text(BASE, "utf-8")
        await until(pilot, lambda: app_of(pilot).failed is None, "the good file")
        await press(pilot, "ctrl+s")
        await closed(pilot)
        expected = HEAD + talk("2.5   # as on the certificate") + LIST
        assert ledger.read_text("utf-8") == expected


async def test_a_broken_file_is_refused_in_words(ledger: Path, history: History) -> None:
    async with opened(ledger, AS_OF, size=LARGE, history=history) as pilot:
        await open_form(pilot)
        await press(pilot, "ctrl+s")
        await closed(pilot)
        saved = ledger.read_text("utf-8")
        app_of(pilot).file_watch.seen = None  # nobody looks at the file any more
        await press(pilot, "e")
        await until(pilot, lambda: isinstance(pilot.app.screen, RecordForm), "the form")
        await type_over(pilot, "credits", "4")
        broken(ledger)
        bad = ledger.read_bytes()
        assert saved != bad.decode()
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "the file has errors in line 23" in words(pilot), "a word")
        assert ledger.read_bytes() == bad


@GROUPS
async def test_hostile_texts_in_a_conflict_are_shown_harmless(
    ledger: Path, history: History, group: str
) -> None:
    text = " ".join(NASTY[group])[:2000]
    spelled = "".join(f"\\U{ord(char):08x}" for char in text if not 0xD800 <= ord(char) < 0xE000)
    theirs = HEAD + talk("3", f'note = "{spelled}"\n') + LIST
    async with opened(ledger, AS_OF, size=LARGE, history=history) as pilot:
        await open_form(pilot)
        await type_over(pilot, "location", text)
        ledger.write_text(theirs, "utf-8")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose), "the question")
        shown = screen(pilot)
        assert not any((ord(c) < 32 and c != "\n") or 0x7F <= ord(c) < 0xA0 for c in shown)
        assert "file now  3" in shown
        await press(pilot, "m")
        await closed(pilot)
        record = parse(ledger.read_bytes()).tables["activity"][0]
        assert str(record["credits"]) == "2.5"
        assert record["location"].strip() == text.strip()
        assert f'note = "{spelled}"\n' in ledger.read_text("utf-8")
