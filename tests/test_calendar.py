"""`calendar`: the dates worked out by hand, read back by icalendar, and updates of a file."""

import errno
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest

from conftest import NASTY, SAMPLES, run_here, run_program
from ledgers import activity, course, ledger

DAY = "2026-01-10"
CONFIRMED, CANCELED = "CONFIRMED", "CANCEL" + "LED"


def events(data: bytes) -> dict[str, Any]:
    found = icalendar.Calendar.from_ical(data)
    assert found["VERSION"] == "2.0"
    assert found.errors == []
    walked = found.walk("VEVENT")
    named = {str(event["UID"]).removesuffix("@cmeledger"): event for event in walked}
    assert len(named) == len(walked)
    return named


def saved(folder: Path, text: str, day: str = DAY, code: int = 0) -> bytes:
    """Write the calendar of a ledger over the one that is there."""
    (folder / "cme.toml").write_text(text, "utf-8")
    file = folder / "cme.ics"
    result = run_here("calendar", str(folder / "cme.toml"), "-o", str(file), "--as-of", day)
    assert result.code == code, result.err
    return file.read_bytes()


def test_the_dates_of_this_cycle_and_the_next(tmp_path: Path) -> None:
    # The cycle ends on 2026-05-10, the next on 2028-05-10. 60, 30, 28 and 1 days before:
    # of May 10: March 11, April 10, April 12, May 9, in both years.
    text = ledger(
        course("2024-06-01", 3, id="kept"),  # to the end of the next cycle
        activity(
            date="2026-01-05",
            title="Sepsis",
            category=1,
            credits=1,
            status="attended",
            claim_by="2026-02-01",
            id="sepsis",
        ),
    )
    found = {
        name: event["DTSTART"].dt.isoformat()
        for name, event in events(saved(tmp_path, text)).items()
    }
    assert found == {
        "claim-by-sepsis": "2026-02-01",
        "notice-2026-MA-1": "2026-03-11",
        "waiver-2026-MA-1": "2026-04-10",
        "file-2026-MA-1": "2026-04-12",
        "last-day-2026-MA-1": "2026-05-09",
        "renewal-2026-MA-1": "2026-05-10",
        "notice-2028-MA-1": "2028-03-11",
        "waiver-2028-MA-1": "2028-04-10",
        "file-2028-MA-1": "2028-04-12",
        "last-day-2028-MA-1": "2028-05-09",
        "renewal-2028-MA-1": "2028-05-10",
        "keep-until-2028-05-10": "2028-05-10",
    }


def test_an_event_is_a_whole_day_with_alarms_a_week_before_and_on_it(tmp_path: Path) -> None:
    event = events(saved(tmp_path, ledger()))["last-day-2026-MA-1"]
    assert type(event["DTSTART"].dt) is date
    assert "DTEND" not in event
    assert event["SUMMARY"] == "CME: last safe day to file"
    assert event["DESCRIPTION"] == "MA license 1 (full), renewal date 2026-05-10"
    assert event["TRANSP"] == "TRANSPARENT"
    assert event["DTSTAMP"].dt == datetime(2026, 1, 10, tzinfo=UTC)
    alarms = event.walk("VALARM")
    assert {str(alarm["ACTION"]) for alarm in alarms} == {"DISPLAY"}
    # 7 days before at 9 in the morning is 6 days and 15 hours before midnight
    assert [alarm["TRIGGER"].dt for alarm in alarms] == [
        -timedelta(days=6, hours=15),
        timedelta(hours=9),
    ]


def test_the_same_ledger_gives_the_same_bytes_and_later_days_change_nothing(tmp_path: Path) -> None:
    first = saved(tmp_path, ledger())
    assert saved(tmp_path, ledger()) == first
    assert saved(tmp_path, ledger(), "2026-04-01") == first
    out = run_program("calendar", str(tmp_path / "cme.toml"), "--as-of", DAY).out
    assert out.encode().replace(b"\r\n", b"\n") == first.replace(b"\r\n", b"\n")
    assert first.count(b"\r\n") == first.count(b"\n")
    assert max(map(len, first.split(b"\r\n"))) <= 75


def test_what_changes_gets_a_higher_sequence_and_what_goes_is_canceled(tmp_path: Path) -> None:
    attended = activity(
        date="2026-01-05",
        title="Sepsis",
        category=1,
        credits=1,
        status="attended",
        claim_by="2026-02-01",
        id="sepsis",
    )
    saved(tmp_path, ledger(attended))
    second = events(
        saved(tmp_path, ledger(attended.replace("2026-02-01", "2026-02-15")), "2026-01-12")
    )
    event = second["claim-by-sepsis"]
    assert (event["SEQUENCE"], event["DTSTART"].dt) == (1, date(2026, 2, 15))
    assert event["DTSTAMP"].dt == datetime(2026, 1, 12, tzinfo=UTC)
    other = second["renewal-2026-MA-1"]
    assert (other["SEQUENCE"], other["DTSTAMP"].dt.day) == (0, 10)

    claimed = ledger(
        activity(date="2026-01-05", title="Sepsis", category=1, credits=1, id="sepsis")
    )
    third = saved(tmp_path, claimed, "2026-01-20")
    event = events(third)["claim-by-sepsis"]
    assert (event["SEQUENCE"], event["STATUS"]) == (2, CANCELED)
    assert event.walk("VALARM") == []
    assert saved(tmp_path, claimed, "2026-01-20") == third
    # attended again: it is confirmed again
    back = events(saved(tmp_path, ledger(attended), "2026-01-21"))["claim-by-sepsis"]
    assert (back["SEQUENCE"], back["STATUS"]) == (3, CONFIRMED)
    # and once its day is past it is dropped
    saved(tmp_path, claimed, "2026-01-22")
    assert "claim-by-sepsis" not in events(saved(tmp_path, claimed, "2026-02-02"))


def test_a_renewal_date_that_is_corrected_moves_its_events(tmp_path: Path) -> None:
    saved(tmp_path, ledger())
    moved = ledger(license='renewal-date = 2026-06-10\ntype = "full"')
    event = events(saved(tmp_path, moved))["renewal-2026-MA-1"]
    assert (event["SEQUENCE"], event["DTSTART"].dt) == (1, date(2026, 6, 10))


@pytest.mark.parametrize(("id", "names"), [("sepsis", 1), (None, 2)])
def test_an_event_outlives_its_title_where_the_record_has_an_id(
    tmp_path: Path, id: str | None, names: int
) -> None:
    keys = {"date": "2026-01-05", "category": 1, "credits": 1, "status": "attended"}
    keys |= {"claim_by": "2026-02-01", "id": id}
    first = events(saved(tmp_path, ledger(activity(**keys, title="Sepsis"))))
    second = events(saved(tmp_path, ledger(activity(**keys, title="Sepsis, again")), "2026-01-12"))
    found = {name: event for name, event in second.items() if name.startswith("claim-by")}
    assert len(found) == names
    (old,) = (name for name in first if name.startswith("claim-by"))
    if id is not None:
        assert str(found[old]["SUMMARY"]) == "CME: last day to claim Sepsis, again"
        assert (found[old]["SEQUENCE"], found[old]["STATUS"]) == (1, CONFIRMED)
    else:  # its id is made of the title: a program that imports both takes the old one out
        assert (found[old]["SEQUENCE"], found[old]["STATUS"]) == (1, CANCELED)
        (new,) = (event for name, event in found.items() if name != old)
        assert (new["SEQUENCE"], new["STATUS"]) == (0, CONFIRMED)


def test_a_program_that_imports_two_versions_ends_with_the_second(tmp_path: Path) -> None:
    """An event is taken over where it is new, or its SEQUENCE and DTSTAMP are later (RFC 5546)."""
    texts = [
        ledger(license=f'renewal-date = {renewal}\ntype = "full"')
        for renewal in ("2026-05-10", "2026-06-10", "2026-05-10")
    ]
    shown: dict[str, Any] = {}
    for text, day in zip(texts, ("2026-01-10", "2026-01-12", "2026-01-13"), strict=True):
        for name, event in events(saved(tmp_path, text, day)).items():
            age = (event["SEQUENCE"], event["DTSTAMP"].dt)
            if name not in shown or age > (shown[name]["SEQUENCE"], shown[name]["DTSTAMP"].dt):
                shown[name] = event
        last = "2026-06-10" if "2026-06-10" in text else "2026-05-10"
        assert shown["renewal-2026-MA-1"]["DTSTART"].dt.isoformat() == last


def test_as_json_it_says_what_is_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "cme.toml").write_text(ledger(), "utf-8")
    file = tmp_path / "cme.ics"
    arguments = ("calendar", str(tmp_path / "cme.toml"), "--as-of", "2026-05-09", "--json")
    expected = {
        "schema": 1,
        "as_of": "2026-05-09",
        "file": None,
        "written": False,
        "archive": None,
    }
    printed = run_here(*arguments)
    assert printed.code == 0
    assert {key: value for key, value in printed.json.items() if key != "dates"} == expected
    # The five deadlines of the cycle, and of the next.
    assert len(printed.json["dates"]) == 10
    assert printed.json["dates"][4] == {
        "id": "renewal-2026-MA-1",
        "kind": "renewal",
        "date": "2026-05-10",
        "text": "renewal date: the license expires at 11:59 p.m.",
        "more": "MA license 1 (full), renewal date 2026-05-10",
    }
    for more, written in ((("--dry-run",), False), ((), True), ((), False)):
        result = run_here(*arguments, "-o", str(file), *more)
        assert result.code == 0, result.err
        assert (result.json["file"], result.json["written"]) == (str(file), written)
        assert result.json["dates"] == printed.json["dates"]
        assert file.exists() == (more == ())
    assert set(events(file.read_bytes())) == {item["id"] for item in printed.json["dates"]}


def test_a_disk_that_fails_leaves_the_calendar_that_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = saved(tmp_path, ledger())
    moved = ledger(license='renewal-date = 2026-06-10\ntype = "full"')

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert saved(tmp_path, moved, code=4) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cme.ics", "cme.toml"]
    assert saved(tmp_path, moved) != before


@pytest.mark.parametrize(
    "data", [b"", b"my notes\n", b"BEGIN:VCALENDAR\r\nPRODID:-//other//EN\r\nEND:VCALENDAR\r\n", b"\xff\x00"]
)  # fmt: skip
def test_a_file_of_others_is_left_as_it_is(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "cme.ics").write_bytes(data)
    assert saved(tmp_path, ledger(), code=4) == data


def test_others_may_read_the_new_calendar_as_they_could_the_old(tmp_path: Path) -> None:
    saved(tmp_path, ledger())
    file = tmp_path / "cme.ics"
    assert file.stat().st_mode & 0o777 == 0o600  # it names what was done, and where
    file.chmod(0o644)
    moved = ledger(license='renewal-date = 2026-06-10\ntype = "full"')
    saved(tmp_path, moved)
    assert file.stat().st_mode & 0o777 == 0o644


def test_links_and_folders_are_refused_and_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "cme.toml").write_text(ledger())
    target = tmp_path / "target.ics"
    (tmp_path / "link.ics").symlink_to(target)
    for name in ("link.ics", ".", "not/there.ics", "cme.archive.toml", "a\0b", "fifo"):
        if name == "fifo":
            os.mkfifo(tmp_path / name)
        file = str(tmp_path / name)
        assert run_here("calendar", str(tmp_path / "cme.toml"), "-o", file).code == 4
    assert not target.exists()
    dry = run_here("calendar", str(tmp_path / "cme.toml"), "-o", str(target), "--dry-run")
    assert (dry.code, target.exists()) == (0, False)
    assert run_here("calendar", str(tmp_path / "cme.toml"), "-o", "").code == 2


@pytest.mark.parametrize("group", NASTY)
def test_hostile_titles_stay_text(tmp_path: Path, group: str) -> None:
    records = [
        activity(
            date="2026-01-05",
            title=f"a{text}",
            provider=f"b{text}",
            category=1,
            credits=1,
            status="attended",
            claim_by="2026-02-01",
            id=f"r{number}",
        )
        for number, text in enumerate(NASTY[group])
        if max(text, default="a") < "\ud800"  # the others need another spelling in TOML
    ]
    found = events(saved(tmp_path, ledger(*records), code=0))
    claims = [name for name in found if name.startswith("claim-by")]
    assert len(claims) == len(records)
    assert all(set(found[name]) <= FIELDS for name in claims)


FIELDS = {
    "UID", "DTSTART", "DTSTAMP", "SUMMARY", "DESCRIPTION", "STATUS", "TRANSP", "SEQUENCE",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(path.stem for path in SAMPLES.glob("*.toml")))
def test_the_calendar_of_a_sample_reads_back(tmp_path: Path, name: str) -> None:
    file = tmp_path / "x.ics"
    arguments = (
        "calendar",
        str(SAMPLES / f"{name}.toml"),
        "-o",
        str(file),
        "--as-of",
        "2026-11-24",
    )
    assert run_here(*arguments).code == (name == "broken")
    data = file.read_bytes()
    assert all(event["SEQUENCE"] == 0 for event in events(data).values())
    assert run_here(*arguments).code == (name == "broken")
    assert file.read_bytes() == data
