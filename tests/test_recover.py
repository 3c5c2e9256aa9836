"""Records that an editor with an old text took back: noticed, listed, shown, put back, let go."""

import json
import os
from pathlib import Path

import pytest

from cmeledger.ledger.entries import Touched
from cmeledger.ledger.fingerprint import fingerprint
from cmeledger.ledger.history import History
from cmeledger.ledger.parse import parse
from conftest import HEAD, Result, run_here
from ledgers import LIST

AS_OF = ("--as-of", "2026-03-01")
TALK = """
# A talk worth remembering.
[[activity]]
id = "talk"
date = 2025-05-01
title = "Heart failure at home"
provider = "Boston University"
category = 1
credits = 1.50   # as on the certificate
x-room = "B [12]"
no-evidence = "sample"
"""
SEPSIS = ("add", "Sepsis", "--date", "2025-07-01", "--category", "1", "--credits", "1")
SEPSIS_LINES = """\
[[activity]]
id = "2025-07-01-sepsis"
date = 2025-07-01
title = "Sepsis"
category = 1
credits = 1
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "ledger"
    folder.mkdir()
    file = folder / "cme.toml"
    file.write_text(HEAD + TALK + LIST, "utf-8")
    return file


def cme(file: Path, *arguments: str, **env: str) -> Result:
    history = {"CMELEDGER_HISTORY": str(file.parent.parent / "history")}
    return run_here(*arguments, str(file), *AS_OF, env=history | env)


def records(file: Path) -> list[tuple[str, str]]:
    """List what `recover` finds: ids and states; the exit code must fit."""
    found = cme(file, "recover", "--json")
    listed = [(item["id"], item["state"]) for item in found.json["records"]]
    assert found.code == (1 if listed else 0)
    return listed


def listing(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in sorted(folder.rglob("*"))
    }


def test_a_record_that_a_stale_editor_took_back_is_noticed_and_comes_back(file: Path) -> None:
    stale = file.read_bytes()
    assert cme(file, *SEPSIS).code == 0
    saved = file.read_bytes()
    file.write_bytes(stale)  # the editor saves what it had read before

    assert records(file) == [("2025-07-01-sepsis", "missing")]
    noted = cme(file, "edit", "list", "--note", "x", "--dry-run")
    assert noted.code == 0
    assert (
        f"note: 1 record you saved is no longer in the file: see cmeledger recover {file}"
        in noted.err
    )
    shown = cme(file, "recover", "--view", "2025-07-01-sepsis", "--json").json
    assert (shown["saved_text"], shown["now_text"]) == (SEPSIS_LINES, None)
    assert shown["what"] == "add 2025-07-01-sepsis"

    back = cme(file, "recover", "--restore", "2025-07-01-sepsis")
    assert back.code == 0, back.err
    assert file.read_bytes() == saved
    assert records(file) == []
    assert "no longer" not in cme(file, "edit", "list", "--note", "x", "--dry-run").err
    assert cme(file, "undo").code == 0
    assert file.read_bytes() == stale
    assert records(file) == []  # taken back by us: nothing is missed


def test_a_record_comes_back_with_its_own_lines(file: Path) -> None:
    assert cme(file, "edit", "talk", "--note", "good").code == 0
    saved = file.read_text("utf-8")
    file.write_text(HEAD + LIST, "utf-8")  # an editor's text without the record
    assert records(file) == [("talk", "missing")]
    assert cme(file, "recover", "--restore", "talk").code == 0
    # Comments, user's keys and spelling are as they were; the record stands before the later one.
    talk = TALK.replace('no-evidence = "sample"\n', 'no-evidence = "sample"\nnote = "good"\n')
    assert sorted(saved.split("\n")) == sorted((HEAD + talk + LIST).split("\n"))
    lines = file.read_text("utf-8").split("\n")
    assert sorted(lines) == sorted(saved.split("\n"))
    assert lines.index("# A talk worth remembering.") + 1 == lines.index('id = "talk"') - 1
    assert lines.index('id = "talk"') < lines.index('id = "list"')
    assert parse(file.read_bytes()).tables == parse(saved.encode()).tables


def test_the_comments_of_others_stay(file: Path) -> None:
    # The record comes back between two that stand close, the later one with a comment of its own.
    before = LIST.lstrip("\n")
    later = '# of the later one\n[[activity]]\nid = "z"\ndate = 2025-08-01\ntitle = "Z"\n'
    later += "category = 1\ncredits = 1\n# below it\n"
    file.write_text(HEAD + before + later, "utf-8")
    assert cme(file, *SEPSIS).code == 0
    saved = file.read_bytes()
    file.write_text(HEAD + before + later, "utf-8")
    assert cme(file, "recover", "--restore", "--all").code == 0
    assert file.read_bytes() == saved
    assert saved.decode() == HEAD + before + SEPSIS_LINES + later


def test_lines_come_back_with_the_line_ends_and_mark_of_the_file(file: Path) -> None:
    assert cme(file, "edit", "talk", "--location", "A").code == 0
    saved = parse(file.read_bytes()).tables
    file.write_bytes(b"\xef\xbb\xbf" + (HEAD + LIST).replace("\n", "\r\n").encode())
    assert cme(file, "recover", "--restore", "talk").code == 0
    data = file.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n")
    assert b"# A talk worth remembering.\r\n[[activity]]\r\n" in data
    assert parse(data).tables == saved


def test_a_change_that_was_taken_back_is_found_and_made_again(file: Path) -> None:
    stale = file.read_text("utf-8")
    assert cme(file, "edit", "talk", "--credits", "2.25", "--provider", "").code == 0
    after = file.read_bytes()
    file.write_text(stale.replace('title = "Handoffs"', 'title = "Hand-offs"'), "utf-8")
    assert records(file) == [("talk", "reverted")]
    noted = cme(file, "claim", "list", "--dry-run")  # refused, and noted nevertheless
    assert "1 record is in the file as before you last saved it" in noted.err
    shown = cme(file, "recover", "--view", "talk", "--json").json
    assert "credits = 2.25   # as on the certificate\n" in shown["saved_text"]
    assert shown["now_text"] == TALK.lstrip("\n")
    assert cme(file, "recover", "--restore", "talk").code == 0
    # What was changed beside it stays.
    assert file.read_bytes() == after.replace(b'"Handoffs"', b'"Hand-offs"')
    assert records(file) == []


def test_one_of_several_older_texts_is_found_too(file: Path) -> None:
    first = file.read_bytes()
    for credits in ("2", "3", "4"):
        assert cme(file, "edit", "talk", "--credits", credits).code == 0
    file.write_bytes(first)
    assert records(file) == [("talk", "reverted")]


def test_a_record_that_somebody_changed_on_purpose_is_not_named(file: Path) -> None:
    assert cme(file, "edit", "talk", "--credits", "2").code == 0
    text = file.read_text("utf-8")
    file.write_text(text.replace("credits = 2   #", "credits = 5   #"), "utf-8")
    assert records(file) == []
    # Nor for another spelling of the same, another order, or a comment.
    file.write_text(text.replace("credits = 2   #", "# mine\ncredits = 2.00   #"), "utf-8")
    assert records(file) == []


def test_fmt_is_no_reversal(file: Path) -> None:
    bare = LIST.replace('id = "list"\n', "").replace("credits = 2\n", "") + "credits = 2.50\n"
    file.write_text(HEAD + bare + TALK, "utf-8")
    for credits in ("2", "3.5"):
        assert cme(file, "edit", "2025-06-01-handoffs", "--credits", credits).code == 0
    before = file.read_bytes()
    assert cme(file, "fmt").code == 0
    assert b'id = "2025-06-01-handoffs"\n' in file.read_bytes()  # written in by fmt
    assert records(file) == []
    file.write_bytes(before)
    assert records(file) == []  # no record says anything else


def test_undo_and_redo_are_no_reversal(file: Path) -> None:
    before = file.read_bytes()
    assert cme(file, "edit", "talk", "--credits", "2").code == 0
    after = file.read_bytes()
    assert cme(file, "undo").code == 0
    assert records(file) == []
    file.write_bytes(after)  # the text of before the undo
    assert records(file) == [("talk", "reverted")]
    file.write_bytes(before)
    assert cme(file, "redo").code == 0
    assert records(file) == []


def test_a_record_that_was_taken_out_and_came_back(file: Path) -> None:
    stale = file.read_bytes()
    assert cme(file, "remove", "list", "--yes").code == 0
    without = file.read_bytes()
    file.write_bytes(stale)
    assert records(file) == [("list", "returned")]
    shown = cme(file, "recover", "--view", "list")
    assert "(it was taken out)" in shown.out
    assert cme(file, "recover", "--restore", "list").code == 0
    assert file.read_bytes() == without
    assert records(file) == []
    # Written anew by hand, it is another record of that name.
    file.write_bytes(stale.replace(b'"Handoffs"', b'"Handoffs, again"'))
    assert records(file) == []


def test_another_id_is_a_record_gone_and_one_come(file: Path) -> None:
    stale = file.read_bytes()
    assert cme(file, "edit", "talk", "--id", "lecture").code == 0
    after = file.read_bytes()
    file.write_bytes(stale)
    assert sorted(records(file)) == [("lecture", "missing"), ("talk", "returned")]
    assert cme(file, "recover", "--restore", "--all").code == 0
    assert parse(file.read_bytes()).tables == parse(after).tables


def test_a_save_on_top_of_the_old_text_hides_nothing(file: Path) -> None:
    stale = file.read_bytes()
    assert cme(file, *SEPSIS).code == 0
    file.write_bytes(stale)
    assert cme(file, "edit", "list", "--credits", "3").code == 0
    assert records(file) == [("2025-07-01-sepsis", "missing")]


def test_all_come_back_in_one_save(file: Path) -> None:
    stale = file.read_bytes()
    assert cme(file, *SEPSIS).code == 0
    assert cme(file, "edit", "talk", "--note", "n").code == 0
    saved = file.read_bytes()
    file.write_bytes(stale)
    shown = cme(file, "recover", "--restore", "--all", "--dry-run", "--json").json
    assert (shown["id"], shown["written"]) == (None, False)
    assert '+note = "n"\n' in shown["diff"]
    assert file.read_bytes() == stale
    done = cme(file, "recover", "--restore", "--all")
    assert done.out == f"Saved in {file}: restore 2 records\n"
    assert file.read_bytes() == saved
    assert cme(file, "undo").code == 0
    assert file.read_bytes() == stale


def test_two_of_three_by_their_ids(file: Path) -> None:
    stale = file.read_bytes()
    for day in "123":
        assert cme(file, *SEPSIS, "--date", f"2025-07-0{day}").code == 0
    file.write_bytes(stale)
    ids = [f"2025-07-0{day}-sepsis" for day in "123"]
    assert records(file) == [(id, "missing") for id in ids]
    assert cme(file, "recover", "--restore", ids[0], "--restore", ids[2]).code == 0
    assert records(file) == [(ids[1], "missing")]


@pytest.mark.parametrize("lost", ["missing", "reverted", "returned"])
def test_what_is_accepted_is_not_named_again(lost: str, file: Path) -> None:
    stale = file.read_bytes()
    verb = {
        "missing": SEPSIS,
        "reverted": ("edit", "list", "--credits", "3"),
        "returned": ("remove", "list", "--yes"),
    }
    id = "2025-07-01-sepsis" if lost == "missing" else "list"
    assert cme(file, *verb[lost]).code == 0
    file.write_bytes(stale)
    assert records(file) == [(id, lost)]
    dry = cme(file, "recover", "--accept", id, "--dry-run", "--json").json
    assert dry == {"schema": 1, "id": id, "written": False, "diff": ""}
    assert records(file) == [(id, lost)]
    done = cme(file, "recover", "--accept", id)
    assert (done.code, done.out) == (0, f"accepted as it is now: {id}\n")
    assert file.read_bytes() == stale
    assert records(file) == []
    if lost == "reverted":  # as accepted, it is the record to keep
        file.write_text(HEAD + TALK, "utf-8")
        assert records(file) == [("list", "missing")]
        assert cme(file, "recover", "--restore", "--all").code == 0
        assert file.read_bytes() == stale


def test_all_are_accepted(file: Path) -> None:
    stale = file.read_bytes()
    assert cme(file, *SEPSIS).code == 0
    assert cme(file, "edit", "list", "--credits", "3").code == 0
    file.write_bytes(stale)
    done = cme(file, "recover", "--accept", "--all", "--json").json
    assert (done["id"], done["written"], done["diff"]) == (None, True, "")
    assert records(file) == []


def test_a_record_in_the_archive_is_not_missed(file: Path) -> None:
    assert cme(file, "edit", "talk", "--credits", "2").code == 0
    moved = TALK.replace("credits = 1.50", "credits = 2")
    file.with_name("cme.archive.toml").write_text("format = 1\n" + moved, "utf-8")
    file.write_text(HEAD + LIST, "utf-8")
    assert records(file) == []


def test_a_record_written_inline_comes_back_with_its_values(file: Path) -> None:
    inline = (
        'activity = [{ id = "a", date = 2025-05-01, title = "A", category = 1, credits = 1 }]\n'
    )
    file.write_text(inline + HEAD, "utf-8")
    assert cme(file, "edit", "a", "--credits", "2").code == 0
    saved = parse(file.read_bytes()).tables
    file.write_text(inline.replace("{", "").split("[", maxsplit=1)[0] + "[]\n" + HEAD, "utf-8")
    assert records(file) == [("a", "missing")]
    shown = cme(file, "recover", "--view", "a").out
    assert "  credits = 2\n" in shown
    assert cme(file, "recover", "--restore", "a").code == 0
    assert parse(file.read_bytes()).tables["activity"] == saved["activity"]


def test_a_record_without_an_id_keeps_its_name(file: Path) -> None:
    bare = LIST.replace('id = "list"\n', "")
    file.write_text(HEAD + bare + bare, "utf-8")  # the second answers to …-2
    assert cme(file, "edit", "2025-06-01-handoffs-2", "--credits", "5").code == 0
    file.write_text(HEAD, "utf-8")
    assert records(file) == [("2025-06-01-handoffs-2", "missing")]
    assert cme(file, "recover", "--restore", "--all").code == 0
    assert records(file) == []
    (record,) = parse(file.read_bytes()).tables["activity"]
    assert (record["id"], record["credits"]) == ("2025-06-01-handoffs-2", 5)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--restore",),
        ("--accept",),
        ("--all",),
        ("--restore", "nobody"),
        ("--accept", "talk"),  # nothing happened to it
        ("--view", "talk"),
        ("--restore", "--all"),  # there is nothing
        ("--restore", "a", "--accept", "b"),
        ("--restore", "a", "--restore", "--all"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments: tuple[str, ...], file: Path) -> None:
    before = file.read_bytes()
    # The ledger comes by its variable: a lone --restore would take it for an id.
    history = str(file.parent.parent / "history")
    env = {"CMELEDGER": str(file), "CMELEDGER_HISTORY": history}
    assert run_here("recover", *arguments, *AS_OF, env=env).code == 2
    assert file.read_bytes() == before


def test_without_history_only_copies_are_listed(file: Path) -> None:
    done = cme(file, "recover", CMELEDGER_HISTORY="off")
    assert (done.code, done.out) == (0, f"{file}: nothing to recover\n")
    assert "the history is switched off" in done.err
    assert cme(file, "recover", "--restore", "--all", CMELEDGER_HISTORY="off").code == 4


def test_texts_kept_elsewhere_are_listed(file: Path) -> None:
    theirs = file.with_name("cme.toml.theirs-20260101-101500")
    theirs.write_text("theirs", "utf-8")
    history = History(str(file.parent.parent / "history"))
    unsaved = history.keep_unsaved(str(file), b"what could not be saved")
    history.put_draft(str(file), "add", {"title": "half"})
    done = cme(file, "recover", "--json")
    assert done.code == 1
    assert done.json["records"] == []
    assert done.json["copies"] == [str(theirs)]
    assert done.json["unsaved"] == [unsaved]
    (draft,) = done.json["drafts"]
    assert json.loads(Path(draft).read_text("utf-8")) == {"title": "half"}
    shown = cme(file, "recover").out
    for path in (str(theirs), unsaved, draft):
        assert path in shown


def test_a_damaged_history_restores_nothing(file: Path) -> None:
    stale = file.read_bytes()
    assert cme(file, *SEPSIS).code == 0
    file.write_bytes(stale)
    history = History(str(file.parent.parent / "history"))
    path = Path(history.entries(str(file))[-1].path)
    data = bytearray(path.read_bytes())
    data[-2] ^= 1
    path.write_bytes(data)
    done = cme(file, "recover", "--restore", "--all")
    assert done.code == 4
    assert "is damaged in the history" in done.err
    assert "--accept 2025-07-01-sepsis" in done.err
    assert file.read_bytes() == stale


def test_entries_without_fingerprints_still_find_what_is_missing(file: Path) -> None:
    data = file.read_bytes()
    history = History(str(file.parent.parent / "history"))
    entry = history.begin(str(file), "edit", data, data + b"#", Touched((), ("talk", "gone")))
    history.confirm(entry)
    head, _, body = Path(entry.path.replace(".begun", ".saved")).read_bytes().partition(b"\n")
    old = {key: value for key, value in json.loads(head).items() if key != "reads"}
    rewritten = json.dumps(old).encode() + b"\n" + body
    Path(entry.path.replace(".begun", ".saved")).write_bytes(rewritten)
    assert records(file) == [("gone", "missing")]


def test_listing_and_viewing_write_nothing(file: Path) -> None:
    stale = file.read_bytes()
    assert cme(file, *SEPSIS).code == 0
    file.write_bytes(stale)
    file.with_name(".cme.toml.cmeledger-4194305-00000000.part").write_bytes(b"of a dead process")
    before = listing(file.parent.parent)
    for arguments in (
        ("recover",),
        ("recover", "--json"),
        ("recover", "--view", "2025-07-01-sepsis"),
        ("recover", "--restore", "--all", "--dry-run"),
        ("recover", "--accept", "--all", "--dry-run"),
        ("add", "X", "--category", "1", "--credits", "1", "--dry-run"),
    ):
        assert cme(file, *arguments).code in (0, 1)
    assert cme(file, "undo", "--dry-run").code == 4  # the file is not as the save left it
    assert listing(file.parent.parent) == before


def test_hostile_text_is_shown_as_text(file: Path) -> None:
    stale = file.read_bytes()
    assert cme(file, *SEPSIS, "--note", "a\x1b[31m\u202e[/b]").code == 0
    file.write_bytes(stale)
    shown = cme(file, "recover", "--view", "2025-07-01-sepsis").out
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert cme(file, "recover", "--restore", "--all").code == 0
    (record,) = (r for r in parse(file.read_bytes()).tables["activity"] if "sepsis" in r["id"])
    assert record["note"] == "a\x1b[31m\u202e[/b]"


def test_undo_says_what_is_missing_where_it_refuses(file: Path) -> None:
    stale = file.read_bytes()
    assert cme(file, *SEPSIS).code == 0
    file.write_bytes(stale)
    refused = cme(file, "undo")
    assert refused.code == 4
    assert f"see cmeledger recover {file}" in refused.err


def test_a_writing_command_names_what_stands_beside(file: Path) -> None:
    copy = file.with_name("cme (Maya's conflicted copy 2026-02-01).toml")
    copy.write_text("x", "utf-8")
    os.symlink(f"maya@elsewhere.{os.getpid()}:1", file.with_name(".#cme.toml"))
    file.with_name("cme.toml~").write_text("x", "utf-8")
    noted = cme(file, "edit", "list", "--credits", "3")
    assert noted.code == 0
    first, second, end = noted.err.split("\n")
    assert first == (
        "note: the ledger may be open in an editor (.#cme.toml: Emacs, on elsewhere); "
        "after a save by this program, read the file again there before you save"
    )
    assert second == (
        f"note: {copy.name} looks like a copy by Dropbox or Nextcloud, made where two changes met; "
        "compare the two, take over what is missing, then remove it"
    )
    assert end == ""


def test_a_fingerprint_is_of_what_is_said() -> None:
    def of(text: str) -> str:
        return fingerprint(parse(text.encode()).tables)

    assert of('id = "x"\na = 1.50\nb = [1, "c"]') == of('b = [1.0, "c"] # c\na = 1.5\nid = "y"')
    texts = ["a = 1", "a = true", 'a = "1"', "a = 2025-01-01", 'a = "2025-01-01"', "a = [1]"]
    texts += [
        "b = 1",
        "a = 1\nb = 1",
        "a = { b = 1 }",
        'a = "1,b:1"',
        "a = nan",
        "a = 1e9999999999",
    ]
    assert len({of(text) for text in texts}) == len(texts)
