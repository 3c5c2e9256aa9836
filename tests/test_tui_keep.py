"""The view of what is kept, and the keys that move records into the archive and back."""

import os
from pathlib import Path

import pytest
from textual.widgets import ContentSwitcher, Input

from conftest import HEAD, SAMPLES
from forms import DAY, Screens, do, history_of, settled, writing
from ledgers import activity, course, ledger
from screens import (
    BY,
    SIZES,
    app_of,
    lines_of,
    opened,
    page_of,
    press,
    same_as_before,
    tells,
    until,
    words,
)
from test_archive import EHR, LEFT, MOVED, PAPER, RECENT, SEPSIS, TEXT, other, texts

# On 2026-03-01, sepsis and paper may go; EHR training is asked once, and stays (test_archive.py).
ASKED = "Move 2 records into"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "ledger"
    folder.mkdir()
    (folder / "cme.toml").write_text(TEXT, "utf-8")
    return folder / "cme.toml"


def kept(pilot: Screens) -> list[tuple[str, str, str]]:
    """Read the list: until when, the mark, the title's first word."""
    lines = lines_of(pilot, "kept")
    return [(line[:14].strip(), line[15:23].strip(), line[24:].split()[0]) for line in lines]


async def hold(pilot: Screens, file: Path, ledger: str, archive: str | None) -> None:
    """Wait until both files hold a text, or one is not there, and the screens show it."""
    await until(pilot, lambda: texts(file) == (ledger, archive), "the two files")
    app = app_of(pilot)
    await until(
        pilot,
        lambda: app.shown is not None and app.shown.book.archive.text == (archive or ""),
        "the archive is read again",
    )
    await settled(pilot)


async def asked(pilot: Screens, words_: str) -> None:
    await until(pilot, lambda: words_ in words(pilot), words_)


# ── the view ─────────────────────────────────────────────────────────────────────────────────


async def test_what_may_go_stands_first_and_what_went_last(file: Path) -> None:
    file.write_text(f"{HEAD}\n{EHR}\n{SEPSIS}\n{RECENT}", "utf-8")
    other(file).write_text(f"format = 1\n{PAPER}", "utf-8")
    async with writing(file) as pilot:
        await press(pilot, "6")
        assert kept(pilot) == [
            ("2024-05-10", "may go", "Sepsis"),
            ("2026-05-10", "", "Heart"),
            ("for good", "", "Using"),
            ("2022-05-10", "archived", "Handoffs"),
        ]
        assert "4 records: 1 may go, 1 archived, 1 for good" in words(pilot)


async def test_each_record_says_why_and_names_its_files(tmp_path: Path) -> None:
    # The cycle is 2024-05-11 to 2026-05-10, the next one ends on 2028-05-10.
    file = tmp_path / "cme.toml"
    records = (
        course("2025-01-01", 1, id="a", evidence=["evidence/a.pdf", "evidence/a 2.pdf"]),
        course("2025-01-02", 2, "end-of-life", id="b", no_evidence="the hospital has it"),
        course("2025-01-03", 1, id="c"),
        activity(start="2025-07-01", kind="residency", id="d"),
        course("2025-01-05", 1, id="e", nonsense=1),
    )
    file.write_text(ledger(*records), "utf-8")
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "a.pdf").write_bytes(b"%PDF-1.4")
    wanted = {
        "a": "Keep it until May 10, 2028. Keep its file until May 10, 2028: evidence/a.pdf "
        "Keep its file until May 10, 2028: evidence/a 2.pdf ! there is no file 'evidence/a 2.pdf'",
        "b": "Keep it for good: it serves a requirement that is asked once. "
        "It needs no file: the hospital has it",
        "c": "Keep it until May 10, 2028. It names no file.",
        "d": "Keep it: it is still going on. It names no file.",
        "e": "It has an error: nobody can tell how long it is to be kept. 4 shows the error.",
    }
    async with writing(file) as pilot:
        await press(pilot, "6")
        for id, text in wanted.items():
            assert app_of(pilot).view.choose(id)  # type: ignore[attr-defined]
            await pilot.pause()
            shown = page_of(pilot, "kept-record")
            assert shown.endswith(text), (id, shown)
        assert kept(pilot)[-1][0] == "not known"


async def test_the_filter_is_the_views_own(file: Path) -> None:
    async with writing(file) as pilot:
        await press(pilot, "6", "slash", *"kind:publication")
        assert pilot.app.query_one(ContentSwitcher).current == "keep"
        assert [title for _, _, title in kept(pilot)] == ["Handoffs"]
        assert "1 record: 1 may go, 0 archived, 0 for good" in words(pilot)
        await press(pilot, "enter", "enter")  # to the list, and to the record
        assert pilot.app.query_one(ContentSwitcher).current == "records"
        assert app_of(pilot).view.record == "paper"
        assert pilot.app.query_one("#filter", Input).value == ""
        await press(pilot, "escape", "escape")
        assert pilot.app.query_one(ContentSwitcher).current == "keep"
        assert len(kept(pilot)) == 4
        await press(pilot, "slash", *"kind:nonsense")
        assert "no kind is called 'nonsense'" in words(pilot)


@SIZES
async def test_the_screens_of_the_archive_have_their_pictures(
    size: tuple[int, int], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parent)
    async with opened("cme.toml", DAY, size=size) as pilot:
        await press(pilot, "6")
        same_as_before(pilot, "keep-archive")
        await press(pilot, "X")
        await asked(pilot, ASKED)
        same_as_before(pilot, "archive")


# ── into the archive, and back ───────────────────────────────────────────────────────────────


@BY
async def test_what_may_go_is_shown_and_moved_and_undone(by: str, file: Path) -> None:
    async with writing(file) as pilot:
        await press(pilot, "6")
        await do(pilot, "X", by)
        await asked(pilot, ASKED)
        shown = page_of(pilot, "reading-text")
        for id, title in (("paper", "Handoffs at night"), ("sepsis", "Sepsis")):
            assert f"{id} {title} the cycle after its own is over" in shown
        assert "2 records to be kept in the ledger, of which 1 for good." in shown
        assert not other(file).exists()
        await press(pilot, "y")
        await hold(pilot, file, LEFT, MOVED)
        await tells(pilot, "saved: archive 2 records; u takes it back")
        assert [mark for _, mark, _ in kept(pilot)] == ["", "", "archived", "archived"]
        await press(pilot, "u")
        await hold(pilot, file, TEXT, None)
        await tells(pilot, "undone: archive 2 records")
        await press(pilot, "U")
        await hold(pilot, file, LEFT, MOVED)


@pytest.mark.parametrize("key", ["n", "escape", "q"])
async def test_no_moves_nothing(key: str, file: Path) -> None:
    async with writing(file) as pilot:
        await press(pilot, "X")
        await asked(pilot, ASKED)
        await press(pilot, key)
        assert len(pilot.app.screen_stack) == 1
        assert file.read_text("utf-8") == TEXT
        assert not other(file).exists()


async def test_a_click_answers_too(file: Path) -> None:
    async with writing(file) as pilot:
        await press(pilot, "X")
        await asked(pilot, ASKED)
        await pilot.click("#take")
        await hold(pilot, file, LEFT, MOVED)


async def test_where_nothing_may_go_nothing_is_asked(file: Path) -> None:
    file.write_text(f"{HEAD}\n{RECENT}", "utf-8")
    async with writing(file) as pilot:
        await press(pilot, "X")
        await asked(pilot, "0 records may go")
        assert "Move" not in words(pilot)
        await press(pilot, "y")  # nothing was asked
        assert len(pilot.app.screen_stack) == 2
        await press(pilot, "escape")
        assert file.read_text("utf-8") == f"{HEAD}\n{RECENT}"
        assert not other(file).exists()


async def test_what_stands_in_the_way_is_said_instead_of_the_question(file: Path) -> None:
    # Both answer to 2021-03-06-sepsis; once the first is in the archive, it would be the -2.
    bare = SEPSIS.replace('id = "sepsis"\n', "")
    going_on = bare.replace("date =", "start =").replace("title", 'kind = "fellowship"\ntitle')
    text = f"{HEAD}\n{bare}\n{going_on.replace('credits', '# credits')}"
    file.write_text(text, "utf-8")
    async with writing(file) as pilot:
        await press(pilot, "X")
        await asked(
            pilot, "a record without an id would answer to another one; nothing was written"
        )
        await press(pilot, "y")  # nothing is asked
        assert file.read_text("utf-8") == text
        assert not other(file).exists()


@BY
async def test_a_record_comes_back_to_its_date(by: str, file: Path) -> None:
    file.write_text(LEFT, "utf-8")
    other(file).write_text(MOVED, "utf-8")
    # With its comments, before the first record that is later; the archive keeps the other one.
    wanted = (
        f"{HEAD}\n{SEPSIS}\n{EHR}\n# Nobody's comment.\n\n{RECENT}",
        f"format = 1\n\n{PAPER}",
    )
    async with writing(file) as pilot:
        await press(pilot, "6")
        app_of(pilot).view.choose("sepsis")  # type: ignore[attr-defined]
        await pilot.pause()
        assert "B brings it back into the ledger." in words(pilot)
        await do(pilot, "B", by)
        await hold(pilot, file, *wanted)
        await tells(pilot, "saved: restore sepsis; u takes it back")
        await press(pilot, "u")
        await hold(pilot, file, LEFT, MOVED)


async def test_only_a_record_of_the_archive_comes_back(file: Path) -> None:
    async with writing(file) as pilot:
        await press(pilot, "6", "B")
        await tells(pilot, "is in the ledger, not in its archive")
        await press(pilot, "m", "m", "B")
        await tells(pilot, "one record at a time")
        assert file.read_text("utf-8") == TEXT


async def test_a_record_changed_while_the_question_stands_stays(file: Path) -> None:
    async with writing(file) as pilot:
        await press(pilot, "X")
        await asked(pilot, ASKED)
        changed = TEXT.replace('title = "Sepsis"', 'title = "Sepsis, early"')
        file.write_text(changed, "utf-8")
        await press(pilot, "y")
        await tells(pilot, "nothing was written")
        assert file.read_text("utf-8") == changed
        assert not other(file).exists() or not other(file).read_bytes()


async def test_a_broken_ledger_is_not_touched(file: Path) -> None:
    file.write_text(TEXT + "x = ", "utf-8")
    async with opened(file, DAY, history=history_of(file)) as pilot:
        for key in "XN":
            await press(pilot, key)
            assert len(pilot.app.screen_stack) == 1
        await tells(pilot, "is not written to")
    assert sorted(os.listdir(file.parent)) == ["cme.toml"]


async def test_archived_records_of_a_sample_are_counted_and_marked() -> None:
    async with opened(SAMPLES / "surgeon.toml") as pilot:
        await press(pilot, "6")
        # 39 records; nothing of the cycles before the last one is left in the sample.
        assert "39 records: 0 may go, 0 archived, 7 for good" in words(pilot)
