"""Two versions of a ledger merged: pairs of files written by hand, the command, and what falls back."""

import os
import stat
from pathlib import Path

import pytest

from cmeledger.ledger.kept import is_whole
from cmeledger.ledger.merge import CannotMerge, Clash, Marks, merge
from cmeledger.merging import merged
from conftest import DATA, run_here
from ledgers import LIST, OTHER, TALK
from repositories import CLEAN, needs_git

CASES = sorted(path.name for path in (DATA / "merges").iterdir())
HEAD = 'format = 1\n[physician]\nname = "Maya Chen, MD"\nbirthday = "05-10"\n'
BASE = HEAD + TALK + LIST
LATE = """
[[activity]]
id = "late"
date = 2025-07-01
title = "Late"
category = 1
credits = 1
"""
INLINE = """\
format = 1
activity = [
  { id = "a", date = 2025-01-01, title = "A" },
  { id = "b", date = 2025-02-01, title = "B" },
]
x-own = 1
x-other = 1
x-third = 1
x-last = 1
"""


def versions(name: str) -> tuple[bytes, bytes, bytes, bytes]:
    """Read the files of a case: base, ours, theirs, merged."""
    base, ours, theirs, meant = (
        (DATA / "merges" / name / f"{version}.toml").read_bytes()
        for version in ("base", "ours", "theirs", "merged")
    )
    return base, ours, theirs, meant


@pytest.mark.parametrize("name", CASES)
def test_a_merge_gives_just_these_bytes(name: str) -> None:
    base, ours, theirs, meant = versions(name)
    found = merge(base, ours, theirs)
    assert found.data == meant
    assert bool(found.done.clashes) == (b"<<<<<<<" in meant)


@pytest.mark.parametrize("name", CASES)
def test_what_one_side_alone_changed_is_that_side(name: str) -> None:
    base, ours, _, _ = versions(name)
    assert merge(base, ours, base).data == ours
    assert merge(base, ours, ours).data == ours


def ledger(*records: str) -> bytes:
    """Write a ledger of some records."""
    return (HEAD + "".join(records)).encode()


def test_what_was_done_is_told() -> None:
    ours = ledger(TALK.replace("1.50", "1.75"), LATE)
    theirs = ledger(TALK.replace("Boston University", "BU"), LIST, OTHER)
    done = merge(BASE.encode(), ours, theirs).done
    assert done.added == ["other"]
    assert done.both == ["talk"]
    assert done.removed == []
    assert done.clashes == []
    back = merge(BASE.encode(), theirs, ours).done
    assert (back.added, back.removed, back.both) == (["late"], ["list"], ["talk"])


def test_one_id_title_and_day_are_one_record_that_both_brought_back() -> None:
    base, back = HEAD + LIST, HEAD + TALK + LIST
    changed = back.replace("Boston University", "BU")
    found = merge(base.encode(), back.encode(), changed.encode())
    assert [(clash.name, clash.keys) for clash in found.done.clashes] == [("talk", ("provider",))]
    noted = back.replace("# as on the certificate", '\nnote = "seen"')
    found = merge(base.encode(), back.encode(), noted.encode())
    assert (found.done.clashes, found.done.renamed) == ([], [])
    assert (found.data.count(b'id = "talk'), b'note = "seen"' in found.data) == (1, True)
    # Of another day it is another record, under another id.
    later = back.replace("2025-05-01", "2025-05-02")
    found = merge(base.encode(), back.encode(), later.encode())
    assert found.done.renamed == [("talk", "talk-2")]


BARE = TALK.replace('id = "talk"\n', "")


@pytest.mark.parametrize("record", [TALK, BARE], ids=["id", "bare"])
@pytest.mark.parametrize("base", [b"", b"format = 1\n" + LIST.encode()], ids=["made", "there"])
def test_a_record_that_both_sides_archived_is_one_though_one_changed_it(
    record: str, base: bytes
) -> None:
    start = base or b"format = 1\n"
    changed = record.replace("provider", 'note = "twice"\nprovider')
    for ours, theirs in ((record, changed), (changed, record)):
        found = merge(base, start + ours.encode(), start + theirs.encode())
        assert found.data == start + changed.encode()
        assert found.done.clashes == []
    # The same key is a conflict; another title or day is another record.
    other = record.replace("1.50", "1.75")
    found = merge(base, start + record.encode(), start + other.encode())
    assert [clash.keys for clash in found.done.clashes] == [("credits",)]
    later = BARE.replace("2025-05-01", "2025-05-02")
    found = merge(base, start + record.encode(), start + later.encode())
    assert found.data.count(b"[[activity]]") == start.count(b"[[activity]]") + 2
    # In a ledger, two who write down the like of it may mean two.
    head = HEAD.encode()
    found = merge(head, head + BARE.encode(), head + BARE.replace("1.50", "1.75").encode())
    assert found.data.count(b"[[activity]]") == 2


def test_the_keys_that_clash_are_told() -> None:
    ours = BASE.replace("1.50", "1.75").replace("Heart failure at home", "Heart failure")
    theirs = BASE.replace("1.50", "2").replace('"Boston University"', '"BU"')
    done = merge(BASE.encode(), ours.encode(), theirs.encode()).done
    assert done.clashes == [Clash("talk", "changed", ("credits",))]


def test_markers_are_as_git_asks_for_them() -> None:
    ours, theirs = BASE.replace("1.50", "1.75"), BASE.replace("1.50", "2")
    data = merge(BASE.encode(), ours.encode(), theirs.encode(), Marks(9, "HEAD", "desk")).data
    lines = data.decode().split("\n")
    assert lines.count("<<<<<<<<< HEAD") == 1
    assert lines.count("=========") == 1
    assert lines.count(">>>>>>>>> desk") == 1


@pytest.mark.parametrize(
    ("side", "why"),
    [
        ("format = \n", "does not read as TOML (line 1"),
        ("<<<<<<< HEAD\n" + BASE, "does not read as TOML (line 1"),
        (HEAD + LIST + LIST, "two records of the id list"),
        (INLINE, "one list"),
        (HEAD + TALK + "[activity.x-a]\nb = 1\n[practice]\n[activity.x-c]\nd = 1\n", "stand apart"),
        ("#" * (8 * 1024 * 1024 + 1), "does not read as TOML"),
    ],
)
def test_what_cannot_be_told_apart_is_not_merged_by_record(side: str, why: str) -> None:
    with pytest.raises(CannotMerge, match=r".") as caught:
        merge(BASE.encode(), ledger(TALK, LIST, LATE), side.encode())
    assert why in str(caught.value)


# ─── what falls back ────────────────────────────────────────────────────────────────────────────


@needs_git
def test_git_merges_lines_where_records_are_one_list() -> None:
    ours = INLINE.replace('title = "A"', 'title = "AA"')
    theirs = INLINE.replace("x-last = 1", "x-last = 2")
    found = merged(INLINE.encode(), ours.encode(), theirs.encode(), Marks(), CLEAN)
    assert (found.way, found.is_clean) == ("text", True)
    assert found.data.decode() == ours.replace("x-last = 1", "x-last = 2")


@needs_git
def test_a_conflict_of_lines_is_a_conflict() -> None:
    ours = INLINE.replace('title = "A"', 'title = "AA"')
    theirs = INLINE.replace('title = "A"', 'title = "AAA"')
    found = merged(INLINE.encode(), ours.encode(), theirs.encode(), Marks(8), CLEAN)
    assert (found.way, found.is_clean) == ("text", False)
    assert found.data.count(b"<<<<<<<< ours\n") == 1


@needs_git
def test_lines_that_merge_into_a_doubled_record_are_a_conflict() -> None:
    # Each side adds the record "c", in different lines: git sees nothing amiss.
    new = '  { id = "c", date = 2025-01-15, title = "C" },\n'
    first, last = '  { id = "a"', "]\n"
    more = INLINE.replace(last, '  { id = "d", date = 2025-03-01, title = "D" },\n' + last)
    ours = more.replace(first, new + first)
    theirs = more.replace(last, new.replace('"C"', '"CC"') + last)
    found = merged(more.encode(), ours.encode(), theirs.encode(), Marks(), CLEAN)
    assert (found.way, found.is_clean) == ("whole", False)
    assert found.data.decode() == f"<<<<<<< ours\n{ours}=======\n{theirs}>>>>>>> theirs\n"


@needs_git
@pytest.mark.parametrize("others", [(LIST,), (LIST, OTHER)])
def test_lines_that_would_settle_into_too_many_or_too_few_are_not_taken(
    others: tuple[str, ...],
) -> None:
    # Theirs moved the talk to the end, where ours has two records of one id. Whoever settled the
    # conflict of lines for ours would have the list twice or, with more below it, no talk.
    base = ledger(TALK, *others)
    ours, theirs = ledger(TALK, *others, LATE, LATE), ledger(*others, TALK)
    found = merged(base, ours, theirs, Marks(), CLEAN)
    assert (found.way, found.is_clean) == ("whole", False)
    assert found.data == b"<<<<<<< ours\n" + ours + b"=======\n" + theirs + b">>>>>>> theirs\n"


@needs_git
def test_a_side_that_does_not_read_is_merged_by_lines_and_never_called_done() -> None:
    theirs = BASE.replace("format = 1", "format = ")
    found = merged(BASE.encode(), ledger(TALK, LIST, LATE), theirs.encode(), Marks(), CLEAN)
    assert (found.way, found.is_clean) == ("unread", False)
    assert found.data.decode() == theirs + LATE
    assert found.why.startswith("the other version does not read as TOML (line 1: ")


def test_without_git_both_versions_stand_in_the_file() -> None:
    ours = b"\xef\xbb\xbf" + INLINE.replace('"A"', '"AA"').encode()
    theirs = INLINE.replace("x-last = 1\n", "x-last = 2").encode()
    found = merged(INLINE.encode(), ours, theirs, Marks(), {"PATH": "/nowhere"})
    assert (found.way, found.is_clean) == ("whole", False)
    inner = ours.removeprefix(b"\xef\xbb\xbf")
    text = b"<<<<<<< ours\n" + inner + b"=======\n" + theirs + b"\n>>>>>>> theirs\n"
    assert found.data == b"\xef\xbb\xbf" + text


def test_a_mistake_of_the_program_is_no_lost_record(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RecursionError("deep")

    monkeypatch.setattr("cmeledger.merging.merge", broken)
    found = merged(BASE.encode(), ledger(TALK), ledger(TALK, LATE), Marks(), {"PATH": "/nowhere"})
    assert (found.way, found.is_clean) == ("whole", False)
    assert "mistake in this program" in found.why


A = {"id": "a", "title": "A", "credits": 1}
B = {"id": "b", "title": "B", "credits": 2}
C = {"title": "C"}


@pytest.mark.parametrize(
    ("ours", "theirs", "result", "right"),
    [
        ([A, B], [A, B, C], [A, B, C], True),
        ([A, B], [A, B, C], [C, B, A], True),  # another order loses nothing
        ([A, B, C], [A, B, C], [A, B, C], True),  # added alike by both
        ([A, B, C], [A, B, C], [A, B, C, C], False),  # doubled
        ([A, B], [A, B, C], [A, B], False),  # dropped
        ([A, B], [A, B, C], [A, {**B, "x-c": "C"}], False),  # fused
        ([A], [A, B], [A], True),  # removed here, untouched there
        ([A], [A, {**B, "credits": 3}], [A], False),  # removed here, changed there
        ([A], [A, {**B, "credits": 3}], [A, {**B, "credits": 3}], False),
        (
            [A, {**B, "credits": 3}],
            [A, {**B, "note": "n"}],
            [A, {**B, "credits": 3, "note": "n"}],
            True,
        ),
        ([A, {**B, "credits": 3}], [A, {**B, "note": "n"}], [A, {**B, "note": "n"}], False),
        ([A, {**B, "credits": 3}], [A, {**B, "credits": 4}], [A, {**B, "credits": 3}], False),
        ([A, B, {**C, "id": "c"}], [A, B, {"title": "D", "id": "c"}], [A, B], False),  # one id
        ([{**A, "id": "x"}, B], [A, B], [{**A, "id": "x"}, B], True),
        ([{**A, "id": "x"}, B], [A, B], [A, B], False),  # a lost id
    ],
)
def test_a_result_is_right_if_every_record_is_in_it_once(
    ours: list[object], theirs: list[object], result: list[object], right: bool
) -> None:
    old, one, two, found = ({"activity": records} for records in ([A, B], ours, theirs, result))
    assert is_whole(old, one, two, found) == right


@pytest.mark.parametrize(
    ("ours", "theirs", "result", "right"),
    [
        (
            {"a": 1, "t": {"b": 2, "c": 3}},
            {"a": 2, "t": {"b": 1}},
            {"a": 2, "t": {"b": 2, "c": 3}},
            True,
        ),
        ({"a": 1, "t": {"b": 2, "c": 3}}, {"a": 2, "t": {"b": 1}}, {"a": 2, "t": {"b": 2}}, False),
        ({"a": 3, "t": {"b": 1}}, {"a": 2, "t": {"b": 1}}, {"a": 2, "t": {"b": 1}}, False),
        ({"a": 1}, {"a": 1, "t": {"b": 1}}, {"a": 1}, True),
        ({"a": 1}, {"a": 1, "t": {"b": 1}}, {"a": 1, "t": {"b": 1}}, False),
    ],
)
def test_single_tables_are_looked_at_key_by_key(
    ours: dict[str, object], theirs: dict[str, object], result: dict[str, object], right: bool
) -> None:
    assert is_whole({"a": 1, "t": {"b": 1}}, ours, theirs, result) == right


# ─── the command ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def three(tmp_path: Path) -> tuple[str, str, str]:
    """Write three versions: ours has a late record, theirs changed the first and has another."""
    files = {
        "base": ledger(TALK, LIST),
        "ours": ledger(TALK, LIST, LATE),
        "theirs": ledger(TALK.replace("1.50", "1.75"), LIST, OTHER),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    base, ours, theirs = (str(tmp_path / name) for name in files)
    return base, ours, theirs


HELP = (
    "open cme.toml in your editor, keep what is right between the lines <<<<<<< and >>>>>>>, "
    "and take these lines out; then: cmeledger check cme.toml && git add cme.toml"
)
OUT = "take these lines out"
ARCHIVED = " (one that was archived stands in the archive too: keep it in one of them)"
MEANT = ledger(TALK.replace("1.50", "1.75"), LIST, OTHER, LATE)


def test_the_command_writes_into_ours(three: tuple[str, str, str]) -> None:
    os.chmod(three[1], 0o640)
    done = run_here("merge-file", *three, "--path", "my\x1bcme.toml")
    assert (done.code, done.out) == (0, "")
    shown = "cmeledger: my\\ecme.toml: from the other side: added other; changed talk\n"
    assert done.err == shown
    assert Path(three[1]).read_bytes() == MEANT
    assert stat.S_IMODE(os.stat(three[1]).st_mode) == 0o640
    assert sorted(os.listdir(Path(three[1]).parent)) == ["base", "ours", "theirs"]


def test_the_command_writes_elsewhere_or_not_at_all(three: tuple[str, str, str]) -> None:
    before = Path(three[1]).read_bytes()
    other = f"{three[1]}.merged"
    assert run_here("merge-file", *three, "--dry-run").code == 0
    assert run_here("merge-file", *three, "-o", other).code == 0
    assert Path(other).read_bytes() == MEANT
    again = run_here("merge-file", *three, "-o", other)
    assert again.code == 129
    assert Path(three[1]).read_bytes() == before


def test_the_command_answers_in_json(three: tuple[str, str, str]) -> None:
    Path(three[1]).write_bytes(ledger(TALK.replace("1.50", "2"), LIST))
    done = run_here("merge-file", *three, "--json", "--dry-run")
    assert done.code == 1
    assert done.json == {
        "schema": 1,
        "merged": "records",
        "conflicts": ["talk"],
        "notes": [
            "from the other side: added other",
            "conflict: talk was changed on both sides: credits",
        ],
        "written": False,
    }
    assert done.err == ""


def test_a_conflict_says_what_to_do(three: tuple[str, str, str]) -> None:
    Path(three[1]).write_bytes(ledger(LIST))
    done = run_here("merge-file", *three, "--path", "cme.toml", "--ours-label", "a\nb")
    assert done.code == 1
    assert done.err.split("\n")[1:] == [
        "cmeledger: cme.toml: conflict: talk was removed here and changed on the other side",
        f"help: {HELP.replace(OUT, OUT + ARCHIVED)}",
        "",
    ]
    assert b"<<<<<<< a b\n" in Path(three[1]).read_bytes()


def test_only_of_a_record_that_went_the_archive_is_spoken_of(three: tuple[str, str, str]) -> None:
    Path(three[1]).write_bytes(ledger(TALK.replace("1.50", "2"), LIST))
    done = run_here("merge-file", *three, "--path", "cme.toml")
    assert (done.code, done.err.split("\n")[-2]) == (1, f"help: {HELP}")


@pytest.mark.parametrize(
    "words",
    [
        ["nowhere", "ours", "theirs"],
        ["base", "ours"],
        ["base", "ours", "theirs", "--marker-size", "0"],
        ["base", "ours", "theirs", "--unknown"],
        [".", "ours", "theirs"],
    ],
)
def test_an_error_is_one_for_git_too(
    three: tuple[str, str, str], words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Path(three[1]).read_bytes()
    monkeypatch.chdir(Path(three[1]).parent)
    done = run_here("merge-file", *words)
    assert done.code == 129
    assert done.out == ""
    assert Path("ours").read_bytes() == before
