"""`renew`: what is written down of an attestation, and what is said when the ledger changes later."""

import io
import json
import tomllib
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from cmeledger.book import open_book
from cmeledger.change import perform, renewing
from cmeledger.cli.main import Io, main
from cmeledger.problems import Conflict
from conftest import Result, run_here, squeezed
from ledgers import activity, course, ledger, toml
from ledgers import renewing as license_of
from test_writing import DAY, Typing

# Switched off: what the Board asks of this license is credits alone, and child abuse, violence,
# implicit bias and end of life.
PRACTICE = (
    "prescribes-controlled-substances = false\nserves-adults = false\npracticing-medicine = false\n"
)
RECORDS = (
    course("2025-01-10", 6, id="risk", topics={"risk-management": 4}),
    course("2025-03-01", 2, "board-regulations", id="board"),
    course("2025-06-01", 20, id="long"),
)
TOTALS = {
    "total": 28,  # 6 + 2 + 20
    "risk-management": 6,  # 4 + 2: it takes the credits of the Board's regulations too
    "board-regulations": 2,
    "end-of-life": 0,
    "implicit-bias": 0,
    "child-abuse": 0,
    "domestic-sexual-violence": 0,
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "cme.toml"
    file.write_text(ledger(*RECORDS, practice=PRACTICE), "utf-8")
    return file


def cme(file: Path, *arguments: str, day: str = "2026-03-01") -> Result:
    env = {"CMELEDGER_HISTORY": str(file.parent / "history")}
    return run_here(*arguments, str(file), "--as-of", day, env=env)


def renewed(file: Path) -> Path:
    done = cme(file, "renew", "--yes")
    assert done.code == 0, done.err
    return file


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), "utf-8")


def found(file: Path, day: str = "2026-04-01", *more: str) -> Any:
    """Give the one renewal that `status` compares: the totals and the records that differ."""
    (one,) = cme(file, "status", "--json", *more, day=day).json["renewals"]
    totals = [(total["id"], total["attested"], total["counted"]) for total in one["totals"]]
    records = [(record["id"], record["how"]) for record in one["records"]]
    assert one["altered"] == bool(totals or records)
    return totals, records


def test_what_is_written(file: Path) -> None:
    before = file.read_text("utf-8")
    done = cme(file, "renew", "--yes", "--json")
    assert (done.code, done.json["written"], done.json["id"]) == (0, True, None)
    after = file.read_text("utf-8")
    assert after.startswith(before)
    (item,) = tomllib.loads(after)["renewal"]
    first, *lines = item.pop("digest").split("\n")
    assert item == {
        "jurisdiction": "MA",
        "renewal-date": DAY.replace(2026, 5, 10),
        "attested": DAY,
        "edition": "MA-2026.1",
        "totals": TOTALS,
        "note": "short on record: total 28 of 50, risk-management 6 of 10, end-of-life 0 of 2, "
        "implicit-bias 0 of 2, child-abuse 0 of 1, domestic-sexual-violence 0 of 1",
    }
    assert [line.split(" ")[0] for line in lines] == ["board", "long", "risk"]
    assert first == "sha256:" + sha256("".join(f"\n{line}" for line in lines).encode()).hexdigest()
    (ready,) = done.json["licenses"]
    assert {entry["id"]: entry["counted"] for entry in ready["requirements"]} == TOTALS
    assert cme(file, "check", "--json").json["errors"] == 0
    assert found(file) == ([], [])
    assert cme(file, "undo").code == 0
    assert file.read_text("utf-8") == before


def test_the_totals_are_those_of_the_day_attested(file: Path) -> None:
    """On 2025-04-01, the 20 credits of June were not there."""
    assert cme(file, "renew", "--yes", "--date", "2025-04-01").code == 0
    (item,) = tomllib.loads(file.read_text("utf-8"))["renewal"]
    assert item["totals"]["total"] == 8  # 6 + 2
    assert item["attested"].isoformat() == "2025-04-01"
    assert found(file) == ([], [])


def test_another_cycle(file: Path) -> None:
    assert cme(file, "renew", "--yes", "--cycle", "2024").code == 0
    (item,) = tomllib.loads(file.read_text("utf-8"))["renewal"]
    assert item["renewal-date"].isoformat() == "2024-05-10"
    assert item["totals"]["total"] == 0
    assert cme(file, "renew", "--yes", "--cycle", "2025").code == 2


def test_a_cycle_that_has_not_begun_cannot_be_attested(file: Path) -> None:
    before = file.read_bytes()
    refused = cme(file, "renew", "--yes", "--cycle", "2028")
    assert refused.code == 2
    assert "its first day is 2026-05-11" in refused.err
    assert file.read_bytes() == before


def test_it_asks_on_a_terminal(file: Path) -> None:
    before = file.read_bytes()
    for typed, written in (("\n", False), ("n\n", False), ("", False), ("y\n", True)):
        out, err = io.StringIO(), Typing()
        env = {"CMELEDGER_HISTORY": "off"}
        words = ["renew", str(file), "--as-of", "2026-03-01"]
        assert main(words, Io(out, err, env, Typing(typed))) == 0
        assert "Record this as attested on 2026-03-01? [y/N]" in err.getvalue()
        assert "6 totals would be recorded as short." in out.getvalue()
        assert (file.read_bytes() != before) is written


def test_off_a_terminal_it_wants_a_yes_and_a_dry_run_writes_nothing(file: Path) -> None:
    before = file.read_bytes()
    refused = cme(file, "renew")
    assert (refused.code, "--yes" in refused.err) == (2, True)
    shown = cme(file, "renew", "--dry-run")
    assert shown.code == 0
    assert "+attested = 2026-03-01" in shown.out
    assert cme(file, "renew", "--yes", "--date", "2026-03-02").code == 2  # it has not come
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("credits = 20", "credits = 20.00 # as printed"),
        ('topics = ["board-regulations"]', "topics = [\n  'board-regulations',\n]"),
        ('id = "long"', 'id = "longer"'),
        ('id = "long"', 'id = "long"\nstatus = "claimed"\nkind = "course"'),
        ('id = "long"', 'id = "long"\nno-evidence = "sample"\nnote = "good"\ncertificate-id = "7"'),
        ('id = "long"', 'id = "long"\nevidence = ["a.pdf"]\nx-mine = 1'),
    ],
)
def test_spelling_and_what_only_documents_alter_nothing(old: str, new: str, file: Path) -> None:
    edit(renewed(file), old, new)
    assert found(file) == ([], [])


LESS = [("total", 28, 26), ("risk-management", 6, 4), ("board-regulations", 2, 0)]
"""What differs without the record of the Board's regulations."""


@pytest.mark.parametrize(
    ("old", "new", "totals", "records"),
    [
        ("credits = 20", "credits = 18.5", [("total", 28, 26.5)], [("long", "changed")]),
        ("credits = 20", 'credits = 20\nstatus = "planned"', [("total", 28, 8)],
         [("long", "changed")]),
        ('id = "long"', 'id = "long"\nlocatoin = "x"', [("total", 28, 8)],
         [("long", "not-counted")]),
        ("date = 2025-03-01", "date = 2025-03-02", [], [("board", "changed")]),
        ("date = 2025-03-01", "date = 2023-03-01",
         LESS, [("board", "changed")]),
        (RECORDS[1], "", LESS, [("board", "removed")]),
        (RECORDS[1], RECORDS[1] + course("2025-04-01", 1.5, id="late"), [("total", 28, 29.5)],
         [("late", "added")]),
        # After the day of attesting: nothing that was attested then.
        (RECORDS[1], RECORDS[1] + course("2026-03-02", 1.5, id="later"), [], []),
    ],
)  # fmt: skip
def test_a_later_change_is_found(
    old: str, new: str, totals: list[object], records: list[object], file: Path
) -> None:
    edit(renewed(file), old, new)
    # A year later, in the next cycle, it is still said.
    assert found(file, "2027-04-01") == (totals, records)
    assert found(file) == (totals, records)


def test_the_note_in_words(file: Path) -> None:
    edit(renewed(file), "credits = 20", "credits = 18")
    note = (
        "note: the renewal of May 10, 2026, attested Mar 1, 2026, is not what the ledger\n"
        "  says now (totals: total 28 → 26; changed: long); undo the change, or ask the\n"
        "  Board whether to correct what you attested, and record that: cmeledger renew\n"
        "  --cycle 2026 cme.toml --as-of 2026-04-01\n"
    ).replace("cme.toml", str(file))
    for verb in ("status", "check"):
        out = cme(file, verb, day="2026-04-01").out
        assert squeezed(out[out.index("note: the renewal") :]) == squeezed(note)
    out = cme(file, "renew", "--dry-run", day="2026-04-01").out
    assert squeezed(note) in squeezed(out)


def test_where_no_total_differs_the_board_was_told_nothing_else(file: Path) -> None:
    edit(renewed(file), "date = 2025-03-01", "date = 2025-03-02")
    note = (
        "says now (no total differs; changed: board); undo the change, or record it as it is now, if "
        f"that is right: cmeledger renew --cycle 2026 {file} --as-of 2026-04-01"
    )
    said = cme(file, "status", day="2026-04-01").out
    assert squeezed(note) in squeezed(said)  # a long path is broken within a word


def test_several_renewals_are_kept_and_the_last_is_compared(file: Path) -> None:
    edit(renewed(file), "credits = 20", "credits = 18")
    again = cme(file, "renew", "--yes", day="2026-04-01")
    assert "attested already on 2026-03-01" in again.err
    items = tomllib.loads(file.read_text("utf-8"))["renewal"]
    assert [item["totals"]["total"] for item in items] == [28, 26]
    assert found(file) == ([], [])


def test_an_enrollment_that_goes_on_does_not_alter_what_was_attested(tmp_path: Path) -> None:
    file = tmp_path / "cme.toml"
    training = activity(kind="residency", start="2025-07-01", id="training")
    file.write_text(ledger(training, practice=PRACTICE), "utf-8")
    assert found(renewed(file), "2026-05-01") == ([], [])


def test_a_renewal_written_by_hand(file: Path) -> None:
    """Without a digest only the totals are compared; without both, nothing."""
    hand = '\n[[renewal]]\njurisdiction = "MA"\nrenewal-date = 2026-05-10\n'
    text = file.read_text("utf-8")
    file.write_text(text + hand + "attested = 2026-03-01\ntotals = { total = 30 }\n", "utf-8")
    assert found(file) == ([("total", 30, 28)], [])
    file.write_text(text + hand, "utf-8")
    assert found(file) == ([], [])
    file.write_text(text + hand.replace("2026-05-10", "2026-05-11"), "utf-8")
    assert cme(file, "status", "--json").json["renewals"] == []  # no cycle ends on that day


def test_a_renewal_spelled_as_one_inline_table_reads_the_same(file: Path) -> None:
    head, written = renewed(file).read_text("utf-8").split("[[renewal]]\n")
    item = tomllib.loads(written)
    item |= {key: item[key].isoformat() for key in ("renewal-date", "attested")}
    spelled = toml([item])
    for key in ("renewal-date", "attested"):
        spelled = spelled.replace(f'{key} = "{item[key]}"', f"{key} = {item[key]}")
    file.write_text(f"renewal = {spelled}\n{head}", "utf-8")
    assert "\\n" in spelled  # the lines of its digest, in a string on one line
    codes = {problem["code"] for problem in cme(file, "check", "--json").json["problems"]}
    # the three courses, one of them of 20 credits on a day
    assert codes == {"no-evidence-named", "many-credits-a-day"}
    assert found(file) == ([], [])


def test_a_digest_changed_by_hand_is_named(file: Path) -> None:
    edit(renewed(file), "\nlong ", "\nlonger ")
    assert "the digest of the renewal of May 10, 2026" in cme(file, "check").out
    (one,) = cme(file, "status", "--json").json["renewals"]
    assert (one["readable"], one["altered"]) == (False, False)


def test_a_record_in_the_archive_is_still_there(file: Path) -> None:
    edit(renewed(file), RECORDS[2], "")
    (file.parent / "cme.archive.toml").write_text(RECORDS[2], "utf-8")
    assert found(file) == ([], [])
    left_out = cme(file, "status", "--json", "--without-archive").json
    assert left_out["renewals"] == []  # nobody can tell


def test_what_changes_while_it_asks_is_not_attested(file: Path) -> None:
    book = open_book(str(file), DAY)
    operation = renewing(book, [book.report(t, t.series.shown_for(DAY)) for t in book.tallies()])
    edit(file, "credits = 20", "credits = 18")
    changed = file.read_bytes()
    with pytest.raises(Conflict, match="changed meanwhile"):
        perform(book, operation, None)
    assert file.read_bytes() == changed
    edit(file, "credits = 18", "credits = 20 # the same")
    perform(book, operation, None)
    assert b"[[renewal]]" in file.read_bytes()


def test_what_was_left_out_for_an_error_is_said(file: Path) -> None:
    edit(file, 'id = "long"', 'id = "long"\nlocatoin = "x"')
    done = cme(file, "renew", "--yes")
    assert done.code == 0
    assert "what has an error is left out of these totals" in done.err
    (item,) = tomllib.loads(file.read_text("utf-8"))["renewal"]
    assert item["totals"]["total"] == 8  # 6 + 2


def test_a_license_of_which_nothing_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "cme.toml"
    license = license_of("2026-05-10", "inactive")
    file.write_text(ledger(*RECORDS, license=license, practice=PRACTICE), "utf-8")
    done = cme(file, "renew", "--yes")
    assert (done.code, "Nothing is asked of this license." in done.out) == (0, True)
    (item,) = tomllib.loads(file.read_text("utf-8"))["renewal"]
    assert item["totals"] == {}
    assert found(file) == ([], [])


def test_two_licenses_get_one_renewal_each(tmp_path: Path) -> None:
    """A limited license that ended goes untold where another one goes on."""
    file = tmp_path / "cme.toml"
    licenses = (license_of("2026-05-10"), license_of("2027-01-31"))
    file.write_text(ledger(*RECORDS, license=licenses, practice=PRACTICE), "utf-8")
    done = cme(file, "renew", "--yes", "--json")
    days = [item["renewal-date"].isoformat() for item in tomllib.loads(file.read_text())["renewal"]]
    assert days == ["2026-05-10", "2027-01-31"]
    assert "these are 2 renewals; for one of them alone, add --cycle YEAR" in done.err
    one = cme(file, "renew", "--dry-run", "--cycle", "2026")
    assert ("+renewal-date = 2026-05-10" in one.out, "2 renewals" in one.err) == (True, False)
    assert "+renewal-date = 2027-01-31" not in one.out
    assert [item["cycle"]["end"] for item in done.json["licenses"]] == days
    assert json.loads(cme(file, "status", "--json").out)["renewals"][1]["renewal_date"] == days[1]


TWINS = "".join(course("2025-09-01", credits, title="Rounds") for credits in (1, 2))
"""Two records of one day and title, without ids: the second one answers to a name with -2."""


@pytest.mark.parametrize(
    ("new", "totals", "records"),
    [
        (course("2025-09-01", 2, title="Rounds") + course("2025-09-01", 1, title="Rounds"), [], []),
        # A third before them moves their names on, and is the only one that is new.
        (course("2025-09-01", 4, title="Rounds") + TWINS, [("total", 31, 35)],
         [("2025-09-01-rounds", "added")]),
        # The first is gone; the second, which has its name now, says what it said.
        (course("2025-09-01", 2, title="Rounds"), [("total", 31, 30)],
         [("2025-09-01-rounds", "removed")]),
    ],
)  # fmt: skip
def test_records_without_an_id_are_known_by_what_they_say(
    new: str, totals: list[object], records: list[object], tmp_path: Path
) -> None:
    file = tmp_path / "cme.toml"
    file.write_text(ledger(*RECORDS, TWINS, practice=PRACTICE), "utf-8")  # 28 + 1 + 2 in all
    edit(renewed(file), TWINS, new)
    assert found(file) == (totals, records)


@pytest.mark.parametrize(
    ("limited", "full"),
    [
        # A fellow's limited license, and the full one after it: both end on the birthday.
        ('type = "limited"\nrenewal-date = 2026-05-10\nended = 2025-06-30',
         "issued = 2025-07-01\nrenewal-date = 2026-05-10"),
        ('type = "administrative"\nrenewal-date = 2026-05-10\nended = 2025-06-30',
         "issued = 2025-07-01\nrenewal-date = 2026-05-10"),
        ('type = "inactive"\nrenewal-date = 2026-05-10', "renewal-date = 2026-05-10"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("turned", [False, True])
def test_of_two_licenses_of_one_day_the_one_that_is_held_and_asked_is_attested(
    limited: str, full: str, turned: bool, tmp_path: Path
) -> None:
    file = tmp_path / "cme.toml"
    licenses = (full, limited) if turned else (limited, full)
    later = course("2025-08-01", 5, id="later")
    file.write_text(ledger(later, license=licenses, practice=PRACTICE), "utf-8")
    done = cme(file, "renew", "--yes", "--json")
    assert [item["type"] for item in done.json["licenses"]] == ["full"]
    (item,) = tomllib.loads(file.read_text("utf-8"))["renewal"]
    assert item["totals"] == dict.fromkeys(TOTALS, 0) | {"total": 5}
    assert found(file) == ([], [])
    edit(file, "credits = 5", "credits = 4")
    assert found(file) == ([("total", 5, 4)], [("later", "changed")])


def test_the_renewal_before_is_named_where_it_may_be_meant(file: Path) -> None:
    # Two days after the renewal of 2026-05-10 the cycle of the day is that to 2028-05-10.
    done = cme(file, "renew", "--dry-run", day="2026-05-12")
    assert "note: if you mean the renewal of 2026-05-10: cmeledger renew --cycle 2026" in done.err
    assert "if you mean" not in cme(file, "renew", "--dry-run", day="2028-03-11").err  # 60 days
    assert "if you mean" in cme(file, "renew", "--dry-run", day="2028-03-10").err
    for more in (("--cycle", "2028"), ("--date", "2026-05-09")):
        assert "if you mean" not in cme(file, "renew", "--dry-run", *more, day="2026-05-12").err
    renewed(file)
    assert "if you mean" not in cme(file, "renew", "--dry-run", day="2026-05-12").err


@pytest.mark.parametrize(
    ("keys", "errors"),
    [
        ("totals = { total = -1 }", 1),
        ('totals = { total = "x" }', 1),
        ("totals = 5", 1),
        ("digest = 5", 1),
        ("attested = 2026-13-01", None),
        ('attested = "yesterday"', 1),
        ("attested = true", 1),
        ("totals = { nobody = 3 }", 0),
        ('digest = ""', 0),
        ('digest = "sha256:"', 0),
        ('digest = "\\u0000 x\\n\\n a b"', 0),
        ('edition = "\\u001b[31m"\ntotals = { total = 1 }', 0),
    ],
)
def test_bad_values_written_by_hand_stop_nothing(keys: str, errors: int | None, file: Path) -> None:
    head = '\n[[renewal]]\njurisdiction = "MA"\nrenewal-date = 2026-05-10\n'
    file.write_text(file.read_text("utf-8") + head + keys + "\n", "utf-8")
    status = cme(file, "status")
    check = cme(file, "check", "--json")
    if errors is None:  # this is not TOML
        assert (status.code, check.code) == (3, 3)
        return
    assert status.code == check.code == min(errors, 1)
    assert check.json["errors"] == errors
    assert "\x1b" not in status.out
    assert cme(file, "renew", "--yes").code == 0


def test_another_edition_of_the_rules_alone_is_no_change(file: Path) -> None:
    edit(renewed(file), 'edition = "MA-2026.1"', 'edition = "MA-2025.9"')
    assert found(file) == ([], [])
    edit(file, "total = 28", "total = 30")
    assert found(file) == ([("total", 30, 28)], [])
    said = " ".join(cme(file, "status").out.split())
    assert "rules: MA-2025.9 then, MA-2026.1 now" in said


def test_the_order_of_the_records_and_the_canonical_form_alter_nothing(file: Path) -> None:
    file.write_text(ledger(*RECORDS, practice=PRACTICE).replace("\n", "\r\n"), "utf-8", newline="")
    text = renewed(file).read_bytes()
    assert found(file) == ([], [])
    assert cme(file, "fmt").code == 0
    assert file.read_bytes() != text
    assert found(file) == ([], [])
    written = file.read_text("utf-8")
    file.write_text(
        ledger(*reversed(RECORDS), practice=PRACTICE, more=written[written.index("[[renewal]]") :])
    )
    assert found(file) == ([], [])
