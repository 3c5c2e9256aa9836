"""The six views: what stands on them, and what each key does."""

from textual.widgets import ContentSwitcher, Input

from cmeledger.tui.lines import LineList, Page
from conftest import SAMPLES
from screens import (
    LARGE,
    SIZES,
    app_of,
    lines_of,
    opened,
    page_of,
    press,
    same_as_before,
    screen,
    tells,
    until,
    words,
)

SURGEON = SAMPLES / "surgeon.toml"
HOSPITALIST = SAMPLES / "hospitalist.toml"
# What each sample shows was worked out by hand in sample-ledgers/README.md.


@SIZES
async def test_progress_shows_where_the_surgeon_stands(size: tuple[int, int]) -> None:
    async with opened(SURGEON, size=size) as pilot:
        text = words(pilot)
        assert "Margaret Lindqvist, MD" in text
        assert "82 days left" in text
        assert "Short on record: risk management." in text
        for deadline in ("Notice Dec 16", "Waiver Jan 15", "File Jan 17", "Last day Feb 13"):
            assert deadline in text
        assert "Next: Claim The safer operating list by Dec 15, 2026: risk management +1." in text
        rows = lines_of(pilot, "requirements")
        assert rows[0].split() == [
            "✓",
            "met",
            "All",
            "credits",
            rows[0].split()[4],
            "94",
            "/",
            "50",
        ]
        assert rows[1].startswith("✗ short   Risk management")
        assert "8.5 / 10  1.5 to go" in rows[1]
        assert {"█", "▓", "░"} <= set(rows[1])  # counted, attended and planned are told apart
        same_as_before(pilot, "progress-surgeon")


@SIZES
async def test_progress_shows_the_hospitalist_met(size: tuple[int, int]) -> None:
    async with opened(HOSPITALIST, size=size) as pilot:
        assert "Met on record: nothing that the Board asks is short." in words(pilot)
        assert "118 days left" in words(pilot)
        rows = lines_of(pilot, "requirements")
        assert "73.25 / 50" in rows[0]
        assert "14.5 / 10" in rows[1]
        assert all(row.startswith("✓ met") for row in rows)
        same_as_before(pilot, "progress-hospitalist")


@SIZES
async def test_every_view_has_its_picture(size: tuple[int, int]) -> None:
    async with opened(SURGEON, size=size) as pilot:
        for number, name in enumerate(
            ("progress", "records", "cycles", "problems", "rules", "keep"), 1
        ):
            await press(pilot, str(number))
            assert pilot.app.query_one(ContentSwitcher).current == name
            assert isinstance(pilot.app.focused, LineList)
            same_as_before(pilot, f"{name}-surgeon")
        await press(pilot, "5", "question_mark")
        await until(pilot, lambda: "Rules · help" in words(pilot), "the help")
        same_as_before(pilot, "help-rules")


async def test_the_chosen_requirement_is_explained_and_leads_to_its_records() -> None:
    async with opened(SURGEON) as pilot:
        await press(pilot, "down")
        why = lines_of(pilot, "why")
        text = " ".join(" ".join(why).split())
        assert "Risk management (risk-management)" in text
        assert "It asks 10 credits in risk management" in text
        assert "8.5 / 10, 1.5 missing" in text
        assert "Source: CMR, GUIDE, CHART, 19-06" in text
        assert "Reading taken: A credit that bears two of the topics counts once." in text
        assert "3 2025-05-20-postoperative-pain Postoperative pain without refills" in text
        assert "2 records left out, or not counted in full" in text
        assert "1 not counted: attended, but the credit is not claimed yet" in text
        await press(pilot, "enter")
        page = pilot.app.query_one("#why", Page)
        assert page.has_focus
        while page.key != "2026-10-29-safer-list":
            before = page.chosen
            await press(pilot, "down")
            assert page.chosen > before
        await press(pilot, "enter")
        assert pilot.app.query_one(ContentSwitcher).current == "records"
        assert app_of(pilot).view.record == "2026-10-29-safer-list"
        assert "2026-10-29-safer-list" in " ".join(lines_of(pilot, "record"))
        await press(pilot, "escape")
        assert pilot.app.query_one(ContentSwitcher).current == "progress"


async def test_a_record_shows_its_count_its_reasons_and_its_own_text() -> None:
    async with opened(SURGEON, size=LARGE) as pilot:
        app_of(pilot).go_to("2026-10-08-hernia-faculty")
        await pilot.pause()
        text = page_of(pilot, "record")
        # 2 x 2.25 hours; 6 + 1 of calendar 2026 are taken, so 3 of 10 are left.
        assert "claimed 4.5 → counted 3" in text
        assert "cap-per-year" in text
        assert "[MMS]" in text
        assert "Keep it until Feb 14, 2029." in text
        assert 'title = "Faculty at the hernia course"' in text


async def test_records_filter_as_typed_and_clear_with_escape() -> None:
    async with opened(SURGEON) as pilot:
        await press(pilot, "slash", *"topic:risk cycle:2027")
        assert isinstance(pilot.app.focused, Input)
        rows = lines_of(pilot, "rows")
        # Of the cycle that ends in 2027, these bear the topic: the forum, the complaint, the list,
        # the documentation; regulations bear a topic of their own.
        assert [row.split()[0] for row in rows] == [
            "2027-01-13", "2026-10-29", "2026-09-16", "2026-04-18",
        ]  # fmt: skip
        await press(pilot, "enter")
        assert isinstance(pilot.app.focused, LineList)
        await press(pilot, "escape")
        assert len(lines_of(pilot, "rows")) == 39
        await press(pilot, "slash", *"kind:nonsense")
        assert "no kind is called 'nonsense'" in screen(pilot)


async def test_the_keys_of_the_filter_go_to_the_filter() -> None:
    async with opened(SURGEON) as pilot:
        await press(pilot, "slash", *"q?E1")
        assert pilot.app.query_one(Input).value == "q?E1"
        assert pilot.app.is_running


async def test_records_sort_by_each_column_and_turn_around() -> None:
    async with opened(SURGEON, size=LARGE) as pilot:
        await press(pilot, "2")
        assert "date▼" in screen(pilot)
        first = lines_of(pilot, "rows")[0]
        assert first.startswith("2027-01-13")
        await press(pilot, "S")
        assert "date▲" in screen(pilot)
        assert lines_of(pilot, "rows")[0].startswith("2016-09-14")
        await press(pilot, "s")
        assert "title▲" in screen(pilot)
        titles = [row[11:30].casefold() for row in lines_of(pilot, "rows")]
        assert titles == sorted(titles)
        for name in ("provider▲", "topics▲", "ca▲", "credits▼", "e▲", "keep unti▼", "date▼"):
            await press(pilot, "s")
            assert name in screen(pilot), name


async def test_a_click_on_a_heading_sorts() -> None:
    async with opened(SURGEON, size=LARGE) as pilot:
        await press(pilot, "2")
        await pilot.click("#heading", offset=(20, 0))
        await pilot.pause()
        assert "title▲" in screen(pilot)


async def test_cycles_stand_side_by_side_and_move() -> None:
    async with opened(SURGEON, size=LARGE) as pilot:
        await press(pilot, "3")
        text = "\n".join(lines_of(pilot, "compare"))
        assert text.split("\n")[0].split() == ["before", "present", "after"]
        assert "2025-02-14" in text
        assert "2029-02-14" in text
        assert "✓ 94 / 50" in text
        await press(pilot, "left_square_bracket")
        assert "Feb 15, 2023 – Feb 14, 2025" in screen(pilot)
        await press(pilot, "1")
        assert "ended 648 days ago" in screen(pilot)  # 2025-02-14 to 2026-11-24
        await press(pilot, "right_square_bracket", "right_square_bracket")
        assert "Feb 15, 2027 – Feb 14, 2029" in screen(pilot)


async def test_the_first_cycle_has_none_before() -> None:
    async with opened(SAMPLES / "locum.toml", "2026-03-01") as pilot:
        for _ in range(3):
            await press(pilot, "left_square_bracket")
        await tells(pilot, "no cycle before")


async def test_problems_show_their_line_and_lead_to_the_record() -> None:
    async with opened(SAMPLES / "broken.toml", "2026-03-01", size=LARGE) as pilot:
        await press(pilot, "4")
        rows = lines_of(pilot, "found-problems")
        assert len(rows) == 26
        assert "4 Problems ✗8 !18" in screen(pilot)
        planed = next(n for n, row in enumerate(rows) if "unknown status 'planed'" in row)
        await press(pilot, *["down"] * planed)
        page = page_of(pilot, "problem")
        assert 'status = "planed"' in page
        assert "^^^^^^^^" in page
        assert "did you mean 'planned'?" in page
        place = app_of(pilot).view.place
        assert place is not None
        line = (SAMPLES / "broken.toml").read_text("utf-8").split("\n")[place.line - 1]
        assert "planed" in line
        record = app_of(pilot).view.record
        await press(pilot, "enter")
        assert app_of(pilot).view.record == record
        assert "left out for an error" in " ".join(lines_of(pilot, "record"))


async def test_rules_are_explained_one_by_one() -> None:
    async with opened(HOSPITALIST, size=LARGE) as pilot:
        await press(pilot, "5")
        seen = []
        entries = pilot.app.query_one("#entries", LineList)
        for number in range(len(entries.items)):
            seen.append(page_of(pilot, "rule"))
            if number + 1 < len(entries.items):
                await press(pilot, "down")
        assert len(set(seen)) == len(seen)
        text = "\n".join(seen)
        assert "50 credits in either category" in text
        assert "at most 10 credits a year in Category 1" in text
        assert "Readings of cycles and licenses" in text


async def test_a_ledger_of_two_licenses_shows_one_and_l_shows_the_other() -> None:
    async with opened(SAMPLES / "fellow.toml", "2023-06-01") as pilot:
        first = words(pilot)
        await press(pilot, "l")
        second = words(pilot)
        assert "(limited)" in first
        assert "(limited)" in second
        assert first != second


async def test_l_says_that_there_is_one_license() -> None:
    async with opened(SURGEON) as pilot:
        await press(pilot, "l")
        await tells(pilot, "one license")
