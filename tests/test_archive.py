"""`archive` and `restore`: what the two files hold afterwards, to the byte."""

import os
import stat
from pathlib import Path
from typing import NamedTuple

import pytest

from cmeledger import archive
from cmeledger.book import Book, open_book
from cmeledger.cli.archive_cmd import parser
from cmeledger.ledger import save as saving
from cmeledger.ledger.history import History
from cmeledger.ledger.pair import Step
from cmeledger.problems import Conflict, NotWritten
from conftest import HEAD, Result, run_here
from saving import beside
from test_writing import DAY

AS_OF = ("--as-of", "2026-03-01")
# The license renews on 2026-05-10 and every two years before. On 2026-03-01 the present cycle is
# 2024-05-11 to 2026-05-10, and the one before begins on 2022-05-11: what is older may go, but for
# the EHR training, which is asked once.
SEPSIS = """\
# Saturday course; the certificate
# is in the blue folder.
[[activity]]
id = "sepsis"
date = 2021-03-06
title = "Sepsis"
provider = "BIDMC"
category = 1
credits = 1.50   # as on the certificate
no-evidence = "sample"
# slides on the old laptop
"""
EHR = """\
[[activity]]
id = "ehr-course"
date = 2021-10-06
title = "Using the record well"
provider = "MMS"
category = 1
credits = 3
topics = ["ehr"]
no-evidence = "sample"
"""
PAPER = """\
[[activity]]
id = "paper"
date = 2019-11-02
title = "Handoffs at night"
kind = "publication"
category = 2
credits = 10
work = "doi:10.0/1"
"""
RECENT = """\
# The first day of the cycle before.
[[activity]]
id = "recent"
date = 2022-05-11
title = "Heart failure"
provider = "BIDMC"
category = 1
credits = 2
no-evidence = "sample"
"""
TEXT = f"{HEAD}\n{EHR}\n{SEPSIS}\n# Nobody's comment.\n\n{RECENT}\n{PAPER}"
LEFT = f"{HEAD}\n{EHR}\n# Nobody's comment.\n\n{RECENT}"
MOVED = f"format = 1\n\n{PAPER}\n{SEPSIS}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "ledger"
    folder.mkdir()
    (folder / "cme.toml").write_text(TEXT, "utf-8")
    return folder / "cme.toml"


def other(file: Path) -> Path:
    return file.with_name("cme.archive.toml")


def texts(file: Path) -> tuple[str, str | None]:
    """Read both files; None: there is no archive."""
    there = other(file).read_bytes().decode() if other(file).exists() else None
    return file.read_bytes().decode(), there


def cme(file: Path, *arguments: str, **more: str) -> Result:
    env = {"CMELEDGER_HISTORY": str(file.parent.parent / "history")} | more
    return run_here(*arguments, str(file), *AS_OF, env=env)


def apply(file: Path) -> Result:
    return cme(file, "archive", "--apply", "--yes")


@pytest.fixture
def moved(file: Path) -> Path:
    """Give the ledger after its two records went."""
    done = apply(file)
    assert (done.code, texts(file)) == (0, (LEFT, MOVED)), done.err
    return file


class Planned(NamedTuple):
    """A step made for a ledger as it was read, and not yet done."""

    book: Book
    step: Step

    def perform(self, history: History | None = None) -> None:
        """Do it to the files as they are now."""
        archive.perform(self.book, self.step, history)


def planned(file: Path, move: str = "archive") -> Planned:
    book = open_book(str(file), DAY)
    if move == "archive":
        return Planned(book, archive.archiving(book, archive.going(book)))
    return Planned(book, archive.restoring(book, "sepsis"))


def test_it_says_what_may_go_and_writes_nothing(file: Path) -> None:
    said = cme(file, "archive")
    assert (said.code, file.read_text("utf-8"), beside(file)) == (0, TEXT, [])
    assert said.out == (
        "keep until      id, title, why it may go\n"
        "2022-05-10      paper\n"
        "                Handoffs at night\n"
        "                the cycle after its own is over\n"
        "2024-05-10      sepsis\n"
        "                Sepsis\n"
        "                the cycle after its own is over\n"
        "\n"
        f"2 records may go into {other(file)}.\n"
        "2 records to be kept in the ledger, of which 1 for good.\n"
    )
    assert said.err == (
        f"Nothing was written; to move them: cmeledger archive --apply {file} --as-of 2026-03-01\n"
    )


def test_it_says_so_in_json(file: Path) -> None:
    said = cme(file, "archive", "--json").json
    assert file.read_text("utf-8") == TEXT
    why = "the cycle after its own is over"
    assert (said["id"], said["written"], said["archive_file"]) == (None, False, str(other(file)))
    assert said["records"] == [
        {"id": "paper", "keep_until": "2022-05-10", "why": why},
        {"id": "sepsis", "keep_until": "2024-05-10", "why": why},
    ]
    assert '-id = "sepsis"\n' in said["diff"]
    assert '+id = "sepsis"\n' in said["archive_diff"]
    assert '-id = "recent"' not in said["diff"]
    assert cme(file, "archive", "--apply", "--dry-run", "--json").json == said
    assert (file.read_text("utf-8"), beside(file)) == (TEXT, [])


def test_off_a_terminal_it_wants_yes(file: Path) -> None:
    refused = cme(file, "archive", "--apply")
    assert (refused.code, refused.out) == (2, "")
    assert "say --yes" in refused.err
    assert (file.read_text("utf-8"), beside(file)) == (TEXT, [])


def test_records_move_with_their_lines_and_comments(file: Path) -> None:
    done = apply(file)
    assert done.code == 0, done.err
    assert texts(file) == (LEFT, MOVED)
    assert done.out == (f"Saved in {file}: archive 2 records\nSaved in {other(file)}, too\n")
    again = cme(file, "archive", "--apply", "--yes")
    assert "0 records may go" in again.out
    assert texts(file) == (LEFT, MOVED)


def test_a_date_that_comes_later_makes_more_records_go(file: Path) -> None:
    # From 2026-05-11 on, the cycle before is the one of 2024-05-11.
    assert [item["id"] for item in _going(file, "2026-05-10")] == ["paper", "sepsis"]
    assert [item["id"] for item in _going(file, "2026-05-11")] == ["paper", "sepsis", "recent"]


def _going(file: Path, day: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = run_here("archive", str(file), "--as-of", day, "--json").json[
        "records"
    ]
    return found


def test_a_record_older_than_the_license_says_why(file: Path) -> None:
    # The first cycle is 2024-05-11 to 2026-05-10.
    issued = HEAD.replace("renewal-date", "issued = 2024-05-11\nrenewal-date")
    file.write_text(issued + SEPSIS, "utf-8")
    assert _going(file, "2026-05-10") == []
    assert _going(file, "2026-05-11") == [
        {
            "id": "sepsis",
            "keep_until": "2026-05-10",
            "why": "it is older than the license, and the first cycle is over",
        }
    ]


def test_the_archive_keeps_its_own_lines(file: Path) -> None:
    before = "# Old things.\nformat = 1   # of the ledger\n\n\n# between\n\n" + PAPER.replace(
        '"paper"', '"older"'
    ).replace("2019-11-02", "2020-01-01").replace("doi:10.0/1", "doi:10.0/2")
    other(file).write_text(before, "utf-8")
    other(file).chmod(0o640)
    assert apply(file).code == 0
    first = before.index("[[activity]]")
    assert texts(file) == (
        LEFT,
        before[:first] + PAPER + "\n" + before[first:] + "\n" + SEPSIS,
    )
    assert stat.S_IMODE(other(file).stat().st_mode) == 0o640


def test_a_new_archive_has_the_permissions_of_the_ledger(file: Path) -> None:
    file.chmod(0o604)
    assert apply(file).code == 0
    assert stat.S_IMODE(other(file).stat().st_mode) == 0o604


def test_line_endings_are_those_of_each_file(file: Path) -> None:
    file.write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert apply(file).code == 0
    assert texts(file) == (LEFT.replace("\n", "\r\n"), MOVED.replace("\n", "\r\n"))
    file.write_bytes(TEXT.replace("\n", "\r\n").encode())
    other(file).write_bytes(b"format = 1\n")
    assert apply(file).code == 0
    assert texts(file) == (LEFT.replace("\n", "\r\n"), MOVED)


@pytest.mark.parametrize("which", ["ledger", "archive"])
def test_undo_of_either_takes_both_back(file: Path, which: str) -> None:
    other(file).write_text("format = 1\n", "utf-8")
    assert apply(file).code == 0
    named = file if which == "ledger" else other(file)
    undone = cme(named, "undo")
    assert (undone.code, texts(file)) == (0, (TEXT, "format = 1\n"))
    assert "undone: archive 2 records" in undone.out
    assert cme(named, "redo").code == 0
    assert texts(file) == (LEFT, MOVED)


def test_an_archive_that_was_made_is_gone_when_undone(moved: Path) -> None:
    undone = cme(moved, "undo")
    assert undone.out == (
        f"Saved in {moved}: undone: archive 2 records\nTook {other(moved)} away again\n"
    )
    assert texts(moved) == (TEXT, None)
    assert beside(moved) == []
    again = cme(moved, "redo")
    assert again.out == (
        f"Saved in {moved}: done again: archive 2 records\nSaved in {other(moved)}, too\n"
    )
    assert texts(moved) == (LEFT, MOVED)
    assert cme(moved, "undo").code == 0
    assert texts(moved) == (TEXT, None)
    assert apply(moved).code == 0  # anew
    assert texts(moved) == (LEFT, MOVED)


@pytest.mark.parametrize("which", ["ledger", "archive"])
def test_undo_and_redo_show_both_files(moved: Path, which: str) -> None:
    named = moved if which == "ledger" else other(moved)
    for way, here, there in (("undo", "+", "-"), ("redo", "-", "+")):
        said = cme(named, way, "--dry-run").out
        shown = cme(named, way, "--dry-run", "--json").json
        before = texts(moved)
        done = cme(named, way, "--json").json
        assert (shown["written"], done["written"]) == (False, True)
        assert texts(moved) != before
        for answer in (shown, done):
            assert (answer["id"], answer["archive_file"]) == (None, str(other(moved)))
            for id in ("sepsis", "paper"):
                assert f'\n{here}id = "{id}"\n' in answer["diff"]
                assert f'\n{there}id = "{id}"\n' in answer["archive_diff"]
            assert answer["diff"].startswith(f"--- {moved}\n")
            assert answer["archive_diff"].startswith(f"--- {other(moved)}\n")
        # As people read it: the ledger's half, and below it the archive's.
        ledger, archived = said.index(f"--- {moved}\n"), said.index(f"--- {other(moved)}\n")
        assert ledger < said.index(f'\n{here}id = "sepsis"\n') < archived
        assert archived < said.index(f'\n{there}id = "sepsis"\n')


def test_undo_says_where_both_were_saved(moved: Path) -> None:
    done = cme(other(moved), "undo")
    assert done.out == (
        f"Saved in {moved}: undone: archive 2 records\nTook {other(moved)} away again\n"
    )
    done = cme(other(moved), "redo")
    assert done.out == (
        f"Saved in {moved}: done again: archive 2 records\nSaved in {other(moved)}, too\n"
    )


def test_undo_takes_back_no_change_of_the_other_file(moved: Path) -> None:
    mine = MOVED + "# mine\n"
    other(moved).write_text(mine, "utf-8")
    refused = cme(moved, "undo")
    assert refused.code == 4
    assert "changed by something else" in refused.err
    assert texts(moved) == (LEFT, mine)


def test_restore_brings_a_record_back_to_its_date(moved: Path) -> None:
    done = cme(moved, "restore", "sepsis", "--json").json
    assert (done["id"], done["written"]) == ("sepsis", True)
    first = LEFT.index(EHR)
    assert texts(moved) == (
        LEFT[:first] + SEPSIS + "\n" + LEFT[first:],
        f"format = 1\n\n{PAPER}",
    )
    assert cme(moved, "undo").code == 0
    assert texts(moved) == (LEFT, MOVED)
    assert cme(moved, "undo").code == 0
    assert texts(moved) == (TEXT, None)


def test_restore_shows_what_it_would_do(moved: Path) -> None:
    said = cme(moved, "restore", "paper", "--dry-run")
    assert said.code == 0
    assert '+id = "paper"\n' in said.out
    assert '-id = "paper"\n' in said.out
    assert texts(moved) == (LEFT, MOVED)


@pytest.mark.parametrize(
    ("id", "message"),
    [("recent", "is in the ledger, not in its archive"), ("sepsi", "did you mean 'sepsis'")],
)
def test_restore_wants_a_record_of_the_archive(moved: Path, id: str, message: str) -> None:
    refused = cme(moved, "restore", id)
    assert (refused.code, refused.out) == (2, "")
    assert message in refused.err
    assert texts(moved) == (LEFT, MOVED)


def test_of_two_records_of_one_id_the_other_never_comes_to_count(file: Path) -> None:
    # As a merge leaves it: archived on one computer, corrected on the other.
    changed = SEPSIS.replace("1.50", "0.75")
    file.write_text(f"{HEAD}\n{changed}\n{PAPER}", "utf-8")
    other(file).write_text(f"format = 1\n\n{SEPSIS}", "utf-8")
    before = texts(file)
    refused = apply(file)
    assert (refused.code, refused.out) == (4, "")
    assert "more than one record has the id 'sepsis'" in refused.err
    assert "cmeledger check names the place" in refused.err
    assert texts(file) == before
    refused = cme(file, "restore", "sepsis")
    assert refused.code == 2
    assert "'sepsis' is in the ledger and in its archive" in refused.err
    assert "keep one of them" in refused.err
    # Of two in the ledger the first counts; moved away, it would be the second.
    file.write_text(f"{HEAD}\n{SEPSIS}\n{changed}", "utf-8")
    other(file).unlink()
    refused = apply(file)
    assert (refused.code, beside(file)) == (4, [])
    assert "more than one record has the id 'sepsis'" in refused.err


def test_a_ledger_behind_a_link_has_one_archive_by_every_name(file: Path) -> None:
    link = file.parent.parent / "elsewhere" / "mine.toml"
    link.parent.mkdir()
    link.symlink_to(file)
    status = cme(file, "status", "--json").json
    assert apply(link).code == 0
    assert texts(file) == (LEFT, MOVED)
    assert beside(link) == []
    for name in (link, file):
        assert cme(name, "status", "--json").json == status | {"archive": "read"}
    assert cme(link, "restore", "paper").code == 0
    assert cme(file, "undo").code == 0
    assert texts(file) == (LEFT, MOVED)
    assert link.is_symlink()


def test_an_archive_that_is_gone_is_missed(moved: Path) -> None:
    away = other(moved).rename(moved.parent.parent / "away.toml")
    gone = "cme.archive.toml is gone: it was saved on "
    said = cme(moved, "edit", "recent", "--credits", "1")
    assert (said.code, gone in said.err, "archive 2 records: see cmeledger doctor" in said.err) == (
        0, True, True,
    )  # fmt: skip
    found = {fact["id"]: fact for fact in cme(moved, "doctor", "--json").json["facts"]}["archive"]
    assert (found["state"], found["text"].startswith(gone)) == ("attention", True)
    assert "bring it back from git, a backup or another computer" in found["help"]
    assert gone not in cme(moved, "edit", "recent", "--credits", "1", CMELEDGER_HISTORY="off").err
    away.rename(other(moved))
    assert cme(moved, "edit", "recent", "--credits", "2").err == ""
    # What was undone left none, or an empty one: nothing is missed.
    assert [cme(moved, "undo").code for _ in range(3)] == [0, 0, 0]
    other(moved).unlink(missing_ok=True)
    assert cme(moved, "edit", "recent", "--credits", "1").err == ""


def test_moved_records_are_not_missed(file: Path) -> None:
    assert cme(file, "edit", "sepsis", "--credits", "2").code == 0
    assert apply(file).code == 0
    assert cme(file, "recover", "--json").json["records"] == []
    assert cme(file, "restore", "sepsis").code == 0
    assert cme(file, "recover", "--json").json["records"] == []
    assert cme(file, "undo").code == 0
    assert cme(file, "recover", "--json").json["records"] == []


def test_a_record_without_an_id_keeps_its_name_or_stays(file: Path) -> None:
    bare = SEPSIS.replace('id = "sepsis"\n', "")
    file.write_text(HEAD + bare, "utf-8")
    assert apply(file).code == 0
    assert texts(file) == (HEAD, "format = 1\n\n" + bare)
    assert cme(file, "restore", "2021-03-06-sepsis").code == 0
    # Of two that answer to one name the first is the ledger's: moved away, it would be the second.
    later = bare.replace("1.50", "1.25").replace("BIDMC", "MGH")
    later = later.replace("date = 2021-03-06", "start = 2021-03-06")
    both = HEAD + bare + "\n" + later.replace("title", 'kind = "fellowship"\ntitle')
    file.write_text(both, "utf-8")
    other(file).write_text("format = 1\n", "utf-8")
    refused = apply(file)
    assert refused.code == 4, refused.out
    assert "cmeledger fmt" in refused.err
    assert texts(file) == (both, "format = 1\n")


def doubled(file: Path) -> None:
    file.write_text(TEXT, "utf-8")
    other(file).write_text(
        MOVED.replace(SEPSIS, SEPSIS.replace("1.50   # as", "1.5 # as")), "utf-8"
    )


def test_a_record_in_both_files_is_one(file: Path) -> None:
    plain = cme(file, "list", "--json").json["records"]
    doubled(file)
    assert cme(file, "check", "--json").json["errors"] == 0
    assert cme(file, "list", "--json").json["records"] == plain
    assert "sepsis" in other(file).read_text("utf-8")  # a command that reads leaves it


@pytest.mark.parametrize(
    "command",
    [("add", "New", "--category", "1", "--credits", "1"), ("edit", "sepsis", "--credits", "2")],
)
def test_the_next_command_that_writes_clears_it_up(file: Path, command: tuple[str, ...]) -> None:
    doubled(file)
    assert cme(file, *command, "--dry-run").code == 0
    assert "sepsis" in other(file).read_text("utf-8")
    done = cme(file, *command)
    assert done.code == 0, done.err
    assert "left 2 records in the ledger and in its archive" in done.err
    ledger, archive = texts(file)
    assert ledger.count('"sepsis"') == 1
    assert ledger.count('"paper"') == 1
    assert archive == "format = 1\n"


@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_a_comment_that_only_the_one_in_the_archive_has_is_kept(file: Path, eol: str) -> None:
    doubled(file)
    written = SEPSIS.replace('BIDMC"', 'BIDMC"  # Boston').replace("1.50", "1.5")
    there = f"format = 1\n\n# mine\n{written}# and # mine\n"
    other(file).write_text(there, "utf-8", newline=eol)
    assert cme(file, "edit", "recent", "--note", "seen").code == 0
    ledger, archive = texts(file)
    assert ledger == TEXT.replace("credits = 2\n", 'credits = 2\nnote = "seen"\n')
    wanted = ["format = 1", "", "# mine", "# Boston", "# and # mine", ""]
    assert archive == eol.join(wanted)


def test_a_record_that_differs_in_the_archive_is_left_there(file: Path) -> None:
    both = MOVED.replace("1.50", "1.25")
    other(file).write_text(both, "utf-8")
    found = cme(file, "check", "--json").json["problems"]
    assert [(p["code"], p["record"]) for p in found if p["severity"] == "error"] == [
        ("duplicate-id", "sepsis")
    ]
    assert cme(file, "claim", "recent").code == 2  # claimed already: nothing but clearing up
    assert 'id = "sepsis"' in other(file).read_text("utf-8")
    assert 'id = "paper"' not in other(file).read_text("utf-8")


@pytest.mark.parametrize("which", ["ledger", "archive"])
def test_a_read_only_file_leaves_both_as_they_are(file: Path, which: str) -> None:
    other(file).write_text("format = 1\n", "utf-8")
    (file if which == "ledger" else other(file)).chmod(0o400)
    refused = apply(file)
    assert refused.code == 4
    assert "chmod u+w" in refused.err
    assert texts(file) == (TEXT, "format = 1\n")


@pytest.mark.parametrize("linked", [False, True], ids=["beside", "in place"])
@pytest.mark.parametrize("move", ["archive", "restore"])
def test_where_the_second_file_cannot_be_saved_the_first_is_taken_back(
    file: Path, move: str, linked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History(str(file.parent.parent / "history"))
    other(file).write_text("format = 1\n", "utf-8")
    if move == "restore":
        assert apply(file).code == 0
    if linked:
        for path in (file, other(file)):
            os.link(path, path.with_suffix(".bak"))
    before = texts(file)
    step = planned(file, move)
    real, calls = saving.attempt, []

    def second_fails(path: str, handle: int, order: saving.Order) -> saving.Saved:
        calls.append(path)
        if len(calls) == 2:
            raise NotWritten(path, "there is no room on the disk", "make room")
        return real(path, handle, order)

    monkeypatch.setattr(saving, "attempt", second_fails)
    with pytest.raises(NotWritten, match="no room"):
        step.perform(history)
    first, second = (other(file), file) if move == "archive" else (file, other(file))
    assert calls == [str(first), str(second), str(first)]
    assert texts(file) == before
    monkeypatch.undo()
    step.perform(history)
    assert texts(file) != before


def test_a_record_changed_meanwhile_is_a_conflict(file: Path) -> None:
    step = planned(file)
    changed = TEXT.replace("1.50", "1.75")
    file.write_text(changed, "utf-8")
    with pytest.raises(Conflict, match="'sepsis' was changed meanwhile"):
        step.perform()
    assert file.read_text("utf-8") == changed
    assert beside(file) == []


def test_another_record_added_meanwhile_is_kept(file: Path) -> None:
    step = planned(file)
    more = RECENT.replace('"recent"', '"more"').replace("2022-05-11", "2025-01-01")
    file.write_text(TEXT + "\n" + more, "utf-8")
    step.perform()
    assert texts(file) == (LEFT + "\n" + more, MOVED)


def test_without_a_history_it_goes_too(file: Path) -> None:
    env = {"CMELEDGER_HISTORY": "off"}
    done = run_here("archive", "--apply", "--yes", str(file), *AS_OF, env=env)
    assert (done.code, texts(file)) == (0, (LEFT, MOVED))


def test_a_broken_archive_stops_it(file: Path) -> None:
    other(file).write_text("a = \n", "utf-8")
    refused = apply(file)
    assert refused.code == 3
    assert texts(file) == (TEXT, "a = \n")


def test_evidence_stays_where_it_is(file: Path) -> None:
    paper = file.parent / "evidence" / "sepsis.pdf"
    paper.parent.mkdir()
    paper.write_bytes(b"%PDF-1.7")
    named = SEPSIS.replace('no-evidence = "sample"', 'evidence = ["evidence/sepsis.pdf"]')
    file.write_text(TEXT.replace(SEPSIS, named), "utf-8")
    found = cme(file, "verify", "--json").json["files"]
    assert apply(file).code == 0
    assert paper.read_bytes() == b"%PDF-1.7"
    assert [item["file"] for item in found] == ["evidence/sepsis.pdf"]
    assert cme(file, "verify", "--json").json["files"] == found


def test_the_numbers_are_the_same(file: Path) -> None:
    def answers() -> list[object]:
        status = cme(file, "status", "--json").json
        old = cme(file, "status", "--cycle", "2020", "--json").json
        why = cme(file, "why", "paper", "--json").json
        return [status["licenses"], old["licenses"], why["counted"], why["reasons"]]

    before = answers()
    assert apply(file).code == 0
    assert answers() == before


def test_an_archived_publication_does_not_count_again(moved: Path) -> None:
    again = PAPER.replace('"paper"', '"again"').replace("2019-11-02", "2025-11-02")
    with moved.open("a", encoding="utf-8") as opened:
        opened.write("\n" + again)
    # Ten credits a work, ever; the archived record of 2019 took them.
    assert cme(moved, "why", "again", "--json").json["counted"] == 0
    alone = cme(moved, "why", "again", "--json", "--without-archive")
    assert alone.json["counted"] == 10
    assert "left out" in alone.err


def test_the_help_says_that_nothing_is_deleted() -> None:
    assert "nothing is ever deleted" in " ".join(parser().format_help().split())
