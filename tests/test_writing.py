"""The writing commands: what the file holds afterwards, to the byte."""

import io
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from cmeledger import change
from cmeledger.book import open_book
from cmeledger.cli import writing
from cmeledger.cli.main import Io, main
from cmeledger.problems import Conflict
from conftest import HEAD, NASTY, Result, run_here
from ledgers import TALK

DAY = date(2026, 3, 1)
AS_OF = ("--as-of", "2026-03-01")
RECORDS = (
    TALK
    + """
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
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "cme.toml"
    file.write_text(HEAD + RECORDS, "utf-8")
    return file


def cme(file: Path, *arguments: str) -> Result:
    env = {"CMELEDGER_HISTORY": str(file.parent / "history")}
    return run_here(*arguments, str(file), *AS_OF, env=env)


def test_another_title_is_another_id_where_none_is_written(file: Path) -> None:
    file.write_text(HEAD + RECORDS.replace('id = "talk"\n', ""), "utf-8")
    done = cme(file, "edit", "2025-05-01-heart-failure-at-home", "--title", "Heart failure")
    assert done.code == 0
    assert done.err == (
        "note: the record answers to 2025-05-01-heart-failure now: its id is made of day and "
        "title\n"
    )
    assert cme(file, "why", "2025-05-01-heart-failure").code == 0
    # One that is written, or changed on purpose, needs no word.
    assert cme(file, "edit", "list", "--title", "Handoffs at night").err == ""
    assert cme(file, "edit", "list", "--id", "handoffs").err == ""


def test_one_line_writes_a_record_down(file: Path) -> None:
    done = cme(file, "add", "Grand rounds", "--provider", "BIDMC", "--credits", "1")
    assert done.code == 0, done.err
    # Today by default; kind and category as in the last record of that provider, and said so.
    assert file.read_text("utf-8") == HEAD + RECORDS + (
        "\n[[activity]]\n"
        'id = "2026-03-01-grand-rounds"\n'
        "date = 2026-03-01\n"
        'title = "Grand rounds"\n'
        'provider = "BIDMC"\n'
        "category = 1\n"
        "credits = 1\n"
    )
    assert "taken from list: category 1" in done.err


def test_an_earlier_record_goes_before_later_ones(file: Path) -> None:
    done = cme(
        file,
        "add",
        "Sepsis",
        "--date",
        "5/15/2025",
        "--category",
        "1",
        "--credits",
        "1.50",
        "--json",
    )
    assert done.json["id"] == "2025-05-15-sepsis"
    assert done.json["written"] is True
    added = (
        "[[activity]]\n"
        'id = "2025-05-15-sepsis"\n'
        "date = 2025-05-15\n"
        'title = "Sepsis"\n'
        "category = 1\n"
        "credits = 1.50\n\n"
    )
    second = RECORDS.index('[[activity]]\nid = "list"')
    assert file.read_text("utf-8") == HEAD + RECORDS[:second] + added + RECORDS[second:]
    assert "+credits = 1.50\n" in done.json["diff"]


def test_a_field_is_replaced_and_nothing_else(file: Path) -> None:
    assert cme(file, "edit", "talk", "--credits", "1.25", "--note", "a good one").code == 0
    wanted = RECORDS.replace("credits = 1.50   # as", "credits = 1.25   # as").replace(
        'no-evidence = "sample"\n', 'no-evidence = "sample"\nnote = "a good one"\n'
    )
    found = file.read_text("utf-8").removeprefix(HEAD)
    assert sorted(found.split("\n")) == sorted(wanted.split("\n"))
    assert (
        found[found.index('[[activity]]\nid = "list"') :]
        == wanted[wanted.index('[[activity]]\nid = "list"') :]
    )


def test_an_empty_value_takes_a_key_out(file: Path) -> None:
    assert cme(file, "edit", "list", "--topics", "").code == 0
    assert file.read_text("utf-8") == HEAD + RECORDS.replace('topics = ["risk-management"]\n', "")


def test_claim_takes_out_status_and_claim_by(file: Path) -> None:
    done = cme(file, "claim", "list")
    assert done.code == 0
    assert file.read_text("utf-8") == HEAD + RECORDS.replace(
        'status = "attended"\nclaim-by = 2026-04-01\n', ""
    )
    total = run_here("status", str(file), *AS_OF, "--json").json["licenses"][0]["requirements"][0]
    assert total["counted"] == 3.5  # 1.5 + 2


def test_remove_asks_and_takes_the_comment_along(file: Path) -> None:
    refused = cme(file, "remove", "talk")
    assert refused.code == 2
    assert "--yes" in refused.err
    assert file.read_text("utf-8") == HEAD + RECORDS
    assert cme(file, "remove", "talk", "--yes").code == 0
    assert (
        file.read_text("utf-8")
        == HEAD + "\n" + RECORDS[RECORDS.index('[[activity]]\nid = "list"') :]
    )


class Typing(io.StringIO):
    """A terminal: what is typed into it, or shown on it."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("typed", ["n\n", "\n", "", "maybe\n"])
def test_without_a_yes_on_the_terminal_nothing_is_removed(typed: str, file: Path) -> None:
    env = {"CMELEDGER_HISTORY": "off"}
    for more, answer in (
        ((), f"{file}: nothing was changed\n"),
        (("--json",), {"schema": 1, "id": "talk", "written": False, "diff": ""}),
    ):
        out, err = io.StringIO(), Typing()
        assert main(["remove", "talk", str(file), *more], Io(out, err, env, Typing(typed))) == 0
        question = "Remove talk (Heart failure at home) from the ledger? [y/N] "
        assert err.getvalue().rstrip("\n") == question.rstrip("\n")
        assert (json.loads(out.getvalue()) if more else out.getvalue()) == answer
        assert file.read_text("utf-8") == HEAD + RECORDS
    assert main(["remove", "talk", str(file)], Io(io.StringIO(), Typing(), env, Typing("y\n"))) == 0
    assert "Heart failure" not in file.read_text("utf-8")


def test_repeat_copies_what_is_not_of_the_one_day(file: Path) -> None:
    assert cme(file, "repeat", "list", "--date", "2025-07-01", "--status", "").code == 0
    assert file.read_text("utf-8") == HEAD + RECORDS + (
        "\n[[activity]]\n"
        'id = "2025-07-01-handoffs"\n'
        "date = 2025-07-01\n"
        'title = "Handoffs"\n'
        'provider = "BIDMC"\n'
        "category = 1\n"
        "credits = 2\n"
        'topics = ["risk-management"]\n'
    )


def test_undo_and_redo_are_exact_across_runs(file: Path) -> None:
    before = file.read_bytes()
    assert cme(file, "claim", "list").code == 0
    after = file.read_bytes()
    assert cme(file, "undo").code == 0
    assert file.read_bytes() == before
    assert cme(file, "redo").code == 0
    assert file.read_bytes() == after
    file.write_bytes(after + b"# by hand\n")
    refused = cme(file, "undo")
    assert refused.code == 4
    assert file.read_bytes() == after + b"# by hand\n"


def test_undo_with_nothing_to_undo(file: Path) -> None:
    assert cme(file, "undo").code == 4
    assert cme(file, "redo").code == 4
    assert cme(file, "undo", "--dry-run").code == 4


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "X", "--category", "1", "--credits", "5000"),
        ("add", "X", "--category", "1", "--credits", "much"),
        ("add", "X", "--category", "3", "--credits", "1"),
        ("add", "X", "--credits", "1"),  # no category, and nothing to guess it from
        ("add", "X", "--category", "1", "--credits", "1", "--date", "2026-02-30"),
        ("add", "X", "--category", "1", "--credits", "1", "--status", "planed"),
        ("add", "X", "--category", "1", "--credits", "1", "--id", "talk"),
        ("add", "X", "--category", "1", "--credits", "1", "--evidence", "../x.pdf"),
        ("edit", "talk"),
        ("edit", "nobody", "--credits", "1"),
        ("edit", "talk", "--credits", "-1"),
        ("claim", "nobody"),
        ("claim", "talk"),  # it is claimed already
        ("repeat", "nobody"),
    ],
)
def test_what_is_wrong_is_refused_and_the_file_stays(
    arguments: tuple[str, ...], file: Path
) -> None:
    before = file.read_bytes()
    done = cme(file, *arguments)
    assert done.code == 2, (done.out, done.err)
    assert done.err.startswith("cmeledger: ")
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "X", "--category", "1", "--credits", "1"),
        ("edit", "talk", "--credits", "2"),
        ("claim", "list"),
        ("remove", "talk"),
        ("repeat", "talk"),
    ],
)
def test_a_dry_run_shows_the_change_and_writes_nothing(
    arguments: tuple[str, ...], file: Path
) -> None:
    before = file.read_bytes()
    done = cme(file, *arguments, "--dry-run")
    assert done.code == 0, done.err
    assert any(line[:1] in "+-" for line in done.out.split("\n"))
    assert file.read_bytes() == before
    assert not (file.parent / "history").exists()
    as_json = json.loads(cme(file, *arguments, "--dry-run", "--json").out)
    assert as_json["written"] is False
    assert as_json["diff"].startswith(f"--- {file}\n+++ {file}\n@@")


def test_a_change_that_changes_nothing_is_not_called_saved(file: Path) -> None:
    before = file.read_bytes()
    done = cme(file, "edit", "talk", "--credits", "1.50")
    assert done == Result(0, f"{file}: nothing was changed\n", "")
    as_json = cme(file, "edit", "talk", "--credits", "1.50", "--json").json
    assert as_json == {"schema": 1, "id": "talk", "written": False, "diff": ""}
    dry = cme(file, "edit", "talk", "--credits", "1.50", "--dry-run")
    assert dry == Result(0, "", "note: nothing would change\n")
    assert file.read_bytes() == before
    assert "nothing to undo" in cme(file, "undo").err


def test_a_new_warning_about_the_record_is_said_at_once(file: Path) -> None:
    said = (
        "note: no requirement takes the topic 'risk-managment'; did you mean 'risk-management'?\n"
    )
    topic = ("--topics", "risk-managment")
    dry = cme(file, "edit", "talk", *topic, "--dry-run")
    assert (dry.code, dry.err) == (0, said)
    assert cme(file, "edit", "talk", *topic).err == said
    assert cme(file, "edit", "talk", "--note", "the topic was named before").err == ""
    added = cme(file, "add", "X\x1b", "--provider", "Y", "--category", "1", "--credits", "1")
    assert added.code == 0
    assert added.err.startswith("note: 'title' holds the character U+001B")
    assert "\x1b" not in added.err


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_undo_and_its_dry_run_refuse_alike(dry: tuple[str, ...], file: Path) -> None:
    nothing = cme(file, "redo", *dry)
    assert (nothing.code, nothing.out) == (4, "")
    assert "there is nothing to redo" in nothing.err
    assert cme(file, "claim", "list").code == 0
    file.write_bytes(file.read_bytes() + b"# by hand\n")
    refused = cme(file, "undo", *dry)
    assert (refused.code, refused.out) == (4, "")
    assert "changed by something else since: claim list; nothing was written" in refused.err
    file.unlink()
    gone = cme(file, "undo", *dry)
    assert (gone.code, gone.out) == (3, "")
    assert "there is no such file" in gone.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_an_answer_that_cannot_be_given_does_not_hide_the_save(file: Path) -> None:
    command = [sys.executable, "-m", "cmeledger", "claim", "list", str(file)]
    env = {**os.environ, "CMELEDGER_HISTORY": "off"}
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, env=env, text=True, check=False
        )
    assert done.returncode == 1
    assert "the answer could not be written" in done.stderr
    assert "help: what the command saved, it saved; look at the ledger" in done.stderr
    assert 'status = "attended"' not in file.read_text("utf-8")


def test_an_unknown_id_gets_the_nearest_one(file: Path) -> None:
    for verb in (("edit", "tlak", "--credits", "1"), ("remove", "tlak", "--yes")):
        done = cme(file, *verb)
        assert (done.code, done.out) == (2, "")
        assert done.err == "cmeledger: no record is called 'tlak'\nhelp: did you mean 'talk'?\n"
    assert "help: list the records' ids with: cmeledger list" in cme(file, "claim", "0").err


def test_advice_for_a_shell_is_quoted_for_one(file: Path) -> None:
    named = file.rename(file.with_name("my ledger.toml"))
    named.chmod(0o444)
    done = cme(named, "claim", "list")
    assert done.code == 4
    assert done.err.endswith(f"help: to change it: chmod u+w '{named}'\n")


def test_a_change_meanwhile_is_merged_unless_it_is_the_same_record(file: Path) -> None:
    book = open_book(str(file), DAY)
    operation = change.changing(book, "talk", {"credits": 2})
    elsewhere = book.data.replace(b'"Handoffs"', b'"Handoffs, again"') + b"# a line\n"
    merged = operation.apply(elsewhere)
    assert merged == elsewhere.replace(b"credits = 1.50 ", b"credits = 2 ", 1) or (
        b"credits = 2" in merged and b'"Handoffs, again"' in merged and b"# a line\n" in merged
    )
    with pytest.raises(Conflict, match="changed meanwhile"):
        operation.apply(book.data.replace(b"Heart failure at home", b"Heart failure"))
    with pytest.raises(Conflict, match="taken out meanwhile"):
        operation.apply(HEAD.encode())


def test_a_record_of_the_archive_is_left_alone(file: Path) -> None:
    archive = file.with_name("cme.archive.toml")
    archive.write_text(
        "format = 1\n" + RECORDS.replace('"talk"', '"old"').replace('"list"', '"old2"'), "utf-8"
    )
    assert "is in the archive" in cme(file, "edit", "old", "--credits", "2").err
    done = cme(file, "add", "Handoffs", "--date", "2025-06-01", "--credits", "1", "--json")
    assert done.json["id"] == "2025-06-01-handoffs"
    assert "old" in archive.read_text("utf-8")


def test_fmt_orders_and_spaces_and_changes_no_value(file: Path) -> None:
    # Two records in the wrong order, keys in another order, one without an id, no blank line.
    text = HEAD + (
        "# the later one\n"
        '[[activity]]\ncredits = 2.50\ncategory = 1\ntitle = "B"\ndate = 2025-02-02\n'
        '[[activity]]\nid = "a"\ndate = 2025-01-01\ntitle = "A"\ncategory = 2\ncredits = 1\n'
    )
    file.write_text(text, "utf-8")
    status = run_here("status", str(file), *AS_OF, "--json").json
    checked = cme(file, "fmt", "--check")
    assert (checked.code, file.read_text("utf-8")) == (1, text)
    assert cme(file, "fmt", "--diff").code == 0
    assert file.read_text("utf-8") == text
    assert cme(file, "fmt").code == 0
    after = file.read_text("utf-8")
    first, second = (
        '[[activity]]\nid = "a"\ndate = 2025-01-01\ntitle = "A"\ncategory = 2\ncredits = 1\n',
        (
            '# the later one\n[[activity]]\nid = "2025-02-02-b"\ndate = 2025-02-02\ntitle = "B"\n'
            "category = 1\ncredits = 2.50\n"
        ),
    )
    assert after.endswith(f"\n{first}\n{second}")
    assert run_here("status", str(file), *AS_OF, "--json").json == status
    assert cme(file, "fmt", "--check").code == 0
    assert cme(file, "fmt").code == 0
    assert file.read_text("utf-8") == after
    assert cme(file, "undo").code == 0
    assert file.read_text("utf-8") == text


@pytest.mark.parametrize("group", sorted(NASTY))
def test_hostile_text_is_stored_right_and_read_back_equal(group: str, file: Path) -> None:
    first = file.read_bytes()
    for number, text in enumerate(NASTY[group]):
        if not text.strip(" \t\r\n") or text.startswith("-"):
            continue
        arguments = ("--category", "1", "--credits", "1", "--id", f"n{number}", f"--note={text}")
        done = cme(file, "add", text, *arguments, f"--provider={text}")
        assert done.code == 0, (text, done.err)
        found = run_here("list", str(file), *AS_OF, "--find", text, "--json").json["records"]
        (record,) = [item for item in found if item["id"] == f"n{number}"]
        assert record["title"] == record["provider"] == text
        assert cme(file, "undo").code == 0
        assert file.read_bytes() == first


def test_text_that_is_no_unicode_is_refused(file: Path) -> None:
    before = file.read_bytes()
    done = cme(file, "add", "a \udcff b", "--category", "1", "--credits", "1")
    assert done.code in (2, 4)
    assert "Traceback" not in done.err
    assert file.read_bytes() == before


def test_an_unusable_ledger_is_never_written(file: Path) -> None:
    file.write_text("format = 1\n[[activity\n", "utf-8")
    assert cme(file, "add", "X", "--category", "1", "--credits", "1").code == 3
    assert file.read_text("utf-8") == "format = 1\n[[activity\n"


def test_only_a_line_feed_ends_a_line_of_the_diff(file: Path) -> None:
    done = cme(file, "edit", "talk", "--note", "one\u2028line\x85still", "--json", "--dry-run")
    assert done.json["diff"].splitlines()[0].startswith("--- ")
    added = [line for line in done.json["diff"].split("\n") if line.startswith("+")]
    assert added[1:] == ['+note = "one\u2028line\x85still"']


def test_a_record_without_an_id_is_known_by_its_new_title(file: Path) -> None:
    first = HEAD + RECORDS.replace('id = "list"\n', "")
    file.write_text(first, "utf-8")
    done = cme(file, "edit", "2025-06-01-handoffs", "--title", "Sign-out", "--json")
    assert (done.code, done.json["id"]) == (0, "2025-06-01-sign-out")
    second = first.replace("Handoffs", "Sign-out")
    assert file.read_text("utf-8") == second
    # An error under the new name is refused like any other: a start beside a date.
    refused = cme(file, "edit", "2025-06-01-sign-out", "--title", "Y", "--start", "2025-05-01")
    assert refused.code == 2
    assert file.read_text("utf-8") == second


@pytest.mark.parametrize(
    ("change", "hunk"),
    [
        # Three lines are shown around what changes: 15 is in the middle of 12 to 18.
        ({15: ["fifteen"]}, "@@ -12,7 +12,7 @@"),
        ({15: ["fifteen"], 16: []}, "@@ -12,8 +12,7 @@"),
        ({1: ["one"]}, "@@ -1,4 +1,4 @@"),
        ({20: ["20", "21"]}, "@@ -18,3 +18,4 @@"),
        ({1: [], 20: []}, "@@ -1,4 +1,3 @@"),
    ],
)
def test_a_diff_counts_the_lines_of_the_whole_file(change: dict[int, list[str]], hunk: str) -> None:
    lines = [str(number) for number in range(1, 21)]
    changed = [new for number in range(1, 21) for new in change.get(number, [str(number)])]
    before, after = ("".join(f"{line}\n" for line in some).encode() for some in (lines, changed))
    diff = writing.diff_of("cme.toml", writing.shown(before, after)).split("\n")
    assert diff[:3] == ["--- cme.toml", "+++ cme.toml", hunk]
    gone = [line for number, new in change.items() for line in [str(number)] if line not in new]
    come = [line for number, new in change.items() for line in new if line != str(number)]
    assert [line[1:] for line in diff[3:] if line.startswith("-")] == gone
    assert [line[1:] for line in diff[3:] if line.startswith("+")] == come
