"""`attach`: the copy in evidence/, the entry in the ledger, and what happens where one fails."""

import contextlib
import errno
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from cmeledger import attach
from cmeledger.book import Book, open_book
from cmeledger.ledger.save import save
from cmeledger.problems import Conflict, UsageError
from conftest import HEAD, Result, run_here
from ledgers import OTHER
from saving import beside, start

# The digest of b"abc", as FIPS 180-2 prints it.
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
NAME = "evidence/2025-05-01-heart-failure-at-home.pdf"
ENTRY = f'{{ file = "{NAME}", sha256 = "{ABC}" }}'
DAY = date(2026, 3, 1)

TALK = """
# A talk worth remembering.
[[activity]]
id = "talk"
date = 2025-05-01
title = "Heart failure at home"
provider = "Boston University"
category = 1
credits = 1.50   # as on the certificate
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Write a ledger into a folder of its own; `certificate` lies outside of it."""
    (tmp_path / "cme").mkdir()
    file = tmp_path / "cme" / "cme.toml"
    file.write_text(HEAD + TALK + OTHER, "utf-8")
    return file


@pytest.fixture
def certificate(tmp_path: Path) -> str:
    scan = tmp_path / "Scan of May 3.PDF"
    scan.write_bytes(b"abc")
    return str(scan)


def cme(file: Path, *arguments: str) -> Result:
    env = {"CMELEDGER_HISTORY": str(file.parent.parent / "history")}
    return run_here(*arguments, str(file), "--as-of", "2026-03-01", env=env)


def opened(file: Path) -> Book:
    return open_book(str(file), DAY)


def test_a_certificate_is_copied_and_named_with_its_digest(file: Path, certificate: str) -> None:
    done = cme(file, "attach", "talk", certificate)
    assert done == Result(0, f"Saved in {file}: attach {NAME} to talk\n", "")
    assert file.read_text("utf-8") == f"{HEAD}{TALK}evidence = [{ENTRY}]\n{OTHER}"
    copy = file.parent / NAME
    assert copy.read_bytes() == b"abc"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700
    assert beside(file) == ["evidence"]
    assert os.listdir(copy.parent) == [copy.name]
    assert Path(certificate).read_bytes() == b"abc"
    checked = cme(file, "check", "--json").json
    assert [p["code"] for p in checked["problems"]] == []


def test_no_evidence_is_taken_out_and_said(file: Path, certificate: str) -> None:
    done = cme(file, "attach", "other", certificate)
    assert done.err == "note: no-evidence is taken out; it said: sample\n"
    entry = f'{{ file = "evidence/2025-06-01-handoffs.pdf", sha256 = "{ABC}" }}'
    assert file.read_text("utf-8") == HEAD + TALK + OTHER.replace(
        'no-evidence = "sample"\n', f"evidence = [{entry}]\n"
    )


SHAPES = {
    "none yet": ("evidence = []\n", f"evidence = [{ENTRY}]\n"),
    "one line": ('evidence = ["a.pdf"]  # one\n', f'evidence = ["a.pdf", {ENTRY}]  # one\n'),
    "several lines, with comments": (
        'evidence = [\n  # by mail\n  "a.pdf",  # the letter\n  "b.pdf"   # the list\n]\n',
        (
            'evidence = [\n  # by mail\n  "a.pdf",  # the letter\n  "b.pdf",   # the list\n'
            f"  {ENTRY}\n]\n"
        ),
    ),
    "a last comma": (
        f'evidence = [\n    {{ file="a.pdf", sha256="{"0" * 64}" }},\n]\n',
        f'evidence = [\n    {{ file="a.pdf", sha256="{"0" * 64}" }},\n    {ENTRY},\n]\n',
    ),
    "tables of their own": (
        '[[activity.evidence]]\nfile = "a.pdf"\n',
        (
            '[[activity.evidence]]\nfile = "a.pdf"\n'
            f'[[activity.evidence]]\nfile = "{NAME}"\nsha256 = "{ABC}"\n'
        ),
    ),
}


@pytest.mark.parametrize("eol", ["\n", "\r\n"])
@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_there_keeps_its_spelling(
    shape: str, eol: str, file: Path, certificate: str
) -> None:
    before, after = (
        (HEAD + TALK + part + OTHER).replace("\n", eol).encode() for part in SHAPES[shape]
    )
    (file.parent / "a.pdf").write_bytes(b"a")
    (file.parent / "b.pdf").write_bytes(b"b")
    file.write_bytes(before)
    assert cme(file, "attach", "talk", certificate).code == 0
    assert file.read_bytes() == after
    assert cme(file, "undo").code == 0
    assert file.read_bytes() == before


def test_an_inline_record_gets_it_too(file: Path, certificate: str) -> None:
    record = 'date = 2025-05-01, title = "Heart failure at home", category = 2, credits = 1'
    file.write_text(
        HEAD.replace("[physician]", f'activity = [{{ id = "talk", {record} }}]\n[physician]'),
        "utf-8",
    )
    assert cme(file, "attach", "talk", certificate).code == 0
    wanted = f'activity = [{{ id = "talk", {record}, evidence = [{ENTRY}] }}]\n[physician]'
    assert file.read_text("utf-8") == HEAD.replace("[physician]", wanted)


@pytest.mark.parametrize(
    ("name", "extension"),
    [
        ("scan.PDF", ".pdf"),
        ("scan.tar.gz", ".gz"),
        ("scan", ""),
        (".pdf", ""),
        ("scan.p d\x1b[31mf", ""),
        ("scan.été", ""),
        ("scan.abcdefghijk", ""),  # eleven letters are no extension
    ],
)
def test_the_copy_has_a_plain_name(name: str, extension: str, file: Path, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"abc")
    done = cme(file, "attach", "talk", str(tmp_path / name), "--json")
    assert done.json["file"] == NAME.replace(".pdf", extension)
    assert (file.parent / done.json["file"]).read_bytes() == b"abc"


def test_a_hostile_title_makes_a_harmless_name(file: Path, certificate: str) -> None:
    title = r'title = "../../\u202e[/red]/\u001b[31m Éclair"'
    text = HEAD + TALK.replace('title = "Heart failure at home"', title)
    file.write_text(text, "utf-8")
    done = cme(file, "attach", "talk", certificate, "--json")
    assert done.json["file"] == "evidence/2025-05-01-red-31m-eclair.pdf"


def test_nothing_is_ever_written_over(file: Path, certificate: str) -> None:
    """The first name holds another file, the second a broken link, the third a ledger's entry."""
    folder = file.parent / "evidence"
    folder.mkdir()
    first, second = folder / Path(NAME).name, folder / Path(NAME.replace(".pdf", "-2.pdf")).name
    first.write_bytes(b"another")
    second.symlink_to(folder / "nowhere")
    third = NAME.replace(".pdf", "-3.pdf")
    entry = f'evidence = ["{third}"]\n'
    file.write_text(HEAD + TALK + OTHER.replace('no-evidence = "sample"\n', entry), "utf-8")
    done = cme(file, "attach", "talk", certificate, "--json")
    assert done.json["file"] == NAME.replace(".pdf", "-4.pdf")
    assert (folder.parent / done.json["file"]).read_bytes() == b"abc"
    assert first.read_bytes() == b"another"
    assert second.is_symlink()
    assert not (folder.parent / third).exists()
    assert not (folder / "nowhere").exists()


def test_who_is_faster_keeps_the_name(file: Path, certificate: str) -> None:
    book = opened(file)
    plan = attach.plan(book, "talk", certificate)
    assert plan.file == NAME
    (file.parent / "evidence").mkdir()
    (file.parent / NAME).write_bytes(b"another")
    with attach.attached(book, plan) as made:
        assert made.file == NAME.replace(".pdf", "-2.pdf")
    assert (file.parent / NAME).read_bytes() == b"another"


def test_a_dry_run_shows_both_and_writes_nothing(file: Path, certificate: str) -> None:
    before = file.read_bytes()
    done = cme(file, "attach", "talk", certificate, "--dry-run")
    diff = (
        f"--- {file}\n"
        f"+++ {file}\n"
        "@@ -15,6 +15,7 @@\n"  # HEAD has 8 lines, the talk 9: three lines around its last
        ' provider = "Boston University"\n'
        " category = 1\n"
        " credits = 1.50   # as on the certificate\n"
        f"+evidence = [{ENTRY}]\n"
        " \n"
        " [[activity]]\n"
        ' id = "other"\n'
    )
    assert done == Result(0, diff, f"note: '{certificate}' would be copied to '{NAME}'\n")
    as_json = cme(file, "attach", "talk", certificate, "--dry-run", "--json").json
    assert as_json == {
        "schema": 1, "id": "talk", "written": False, "diff": diff, "file": NAME,
    }  # fmt: skip
    assert file.read_bytes() == before
    assert beside(file) == []
    assert not (file.parent.parent / "history").exists()


def test_undo_takes_the_ledger_back_and_the_copy_stays(file: Path, certificate: str) -> None:
    before = file.read_bytes()
    assert cme(file, "attach", "talk", certificate).code == 0
    after = file.read_bytes()
    assert cme(file, "undo").out == f"Saved in {file}: undone: attach {NAME} to talk\n"
    assert file.read_bytes() == before
    assert (file.parent / NAME).read_bytes() == b"abc"
    again = cme(file, "attach", "talk", certificate)
    assert again.err == f"note: '{NAME}' is there from before; it is not copied again\n"
    assert file.read_bytes() == after
    assert os.listdir(file.parent / "evidence") == [Path(NAME).name]


def test_the_same_file_twice_at_one_record_is_nothing_to_do(file: Path, certificate: str) -> None:
    assert cme(file, "attach", "talk", certificate).code == 0
    before = file.read_bytes()
    done = cme(file, "attach", "talk", certificate)
    note = f"note: nothing to do: the record has this file already, as '{NAME}'\n"
    assert done == Result(0, f"{file}: nothing was changed\n", note)
    as_json = cme(file, "attach", "talk", certificate, "--json").json
    assert as_json == {"schema": 1, "id": "talk", "written": False, "diff": "", "file": NAME}
    assert file.read_bytes() == before
    assert os.listdir(file.parent / "evidence") == [Path(NAME).name]


def test_the_same_file_elsewhere_is_said(file: Path, certificate: str) -> None:
    assert cme(file, "attach", "talk", certificate).code == 0
    (file.parent / "evidence" / "loose.pdf").write_bytes(b"abc")
    (file.parent / "evidence" / "as long.pdf").write_bytes(b"abd")
    done = cme(file, "attach", "other", certificate)
    assert done.code == 0
    assert done.err == (
        f"note: the same file is there already as '{NAME}', named by talk\n"
        "note: the same file is there already as 'evidence/loose.pdf', which nothing names; "
        "--link would name that one\n"
        "note: no-evidence is taken out; it said: sample\n"
    )


def test_an_entry_whose_file_is_missing_is_said(file: Path, certificate: str) -> None:
    file.write_text(HEAD + TALK + 'evidence = ["lost.pdf"]\n', "utf-8")
    done = cme(file, "attach", "talk", certificate)
    assert done.err == "note: the record names 'lost.pdf' too, which is not there\n"
    lost = f'evidence = [{{ file = "lost.pdf", sha256 = "{ABC}" }}]\n'
    file.write_text(HEAD + TALK + lost, "utf-8")
    refused = cme(file, "attach", "talk", certificate)
    assert refused == Result(
        2,
        "",
        "cmeledger: the record names this file already, as 'lost.pdf', and there it is missing or "
        "changed\nhelp: put it back under that name\n",
    )


# ── what is refused ──────────────────────────────────────────────────────────────────────────


def hostile(folder: Path) -> Iterator[tuple[Path, str]]:
    """Make files that are no certificates; give each with the reason it is refused for."""
    yield folder / "nowhere.pdf", "there is no file '{}'\nhelp: look at its name: ls -l"
    (folder / "folder").mkdir()
    yield folder / "folder", "'{}' is a folder\nhelp: attach the files in it one by one"
    save_first = "'{}' is not a regular file\nhelp: save the certificate as a file first"
    os.mkfifo(folder / "pipe")
    yield folder / "pipe", save_first
    yield Path(os.devnull), save_first
    (folder / "empty.pdf").touch()
    yield folder / "empty.pdf", "'{}' is empty\nhelp: save or download it again"
    with (folder / "film.mov").open("wb") as film:
        film.truncate(200_000_001)
    yield (
        folder / "film.mov",
        (
            "'{}' is over 200 MB, the most that is attached\n"
            "help: scan it at a lower resolution, or name the file in the ledger by hand"
        ),
    )
    (folder / "loop").symlink_to(folder / "loop")
    yield (
        folder / "loop",
        (
            "'{}' cannot be read: too many levels of symbolic links\n"
            "help: look at its permissions: ls -l"
        ),
    )


def test_what_is_no_certificate_is_refused(file: Path, tmp_path: Path) -> None:
    before = file.read_bytes()
    for path, why in hostile(tmp_path):
        for options in ((), ("--dry-run",), ("--link",), ("--json",)):
            done = cme(file, "attach", "talk", str(path), *options)
            assert done == Result(2, "", f"cmeledger: {why.format(path)}\n")
    assert file.read_bytes() == before
    assert beside(file) == []


def test_the_ledger_is_no_certificate(file: Path) -> None:
    before = file.read_bytes()
    (file.parent / "link.toml").symlink_to(file)
    for path in (str(file), str(file.parent / "link.toml")):
        for options in ((), ("--link",)):
            why = f"'{path}' is the ledger itself\nhelp: choose the file of the certificate"
            assert cme(file, "attach", "talk", path, *options) == Result(
                2, "", f"cmeledger: {why}\n"
            )
    assert file.read_bytes() == before
    assert beside(file) == ["link.toml"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(file: Path, certificate: str) -> None:
    os.chmod(certificate, 0)
    done = cme(file, "attach", "talk", certificate)
    assert done.code == 2
    assert "cannot be read: permission denied" in done.err


def test_a_name_that_acts_on_a_terminal_is_shown_as_text(file: Path) -> None:
    done = cme(file, "attach", "talk", "\x1b[31m[/red]\u202e.pdf")
    assert done.code == 2
    assert done.err == (
        "cmeledger: there is no file '\\e[31m[/red]\\u202e.pdf'\nhelp: look at its name: ls -l\n"
    )


def test_only_a_good_record_of_the_ledger_gets_one(file: Path, certificate: str) -> None:
    file.write_text(HEAD + TALK + OTHER.replace("credits = 2", "credits = -2"), "utf-8")
    archive = file.with_name("cme.archive.toml")
    archive.write_text("format = 1\n" + TALK.replace('"talk"', '"old"'), "utf-8")
    before = file.read_bytes()
    for id, why in (
        (
            "other",
            (
                "'other' has an error and is left out: nothing can be attached to it\n"
                "help: mend that first; this names it: cmeledger check\n"
            ),
        ),
        ("old", "'old' is in the archive\nhelp: bring it back first: cmeledger restore old\n"),
        (
            "nobody",
            "no record is called 'nobody'\nhelp: list the records' ids with: cmeledger list\n",
        ),
    ):
        assert cme(file, "attach", id, certificate) == Result(2, "", f"cmeledger: {why}")
    assert file.read_bytes() == before
    assert beside(file) == ["cme.archive.toml"]


def test_a_folder_for_evidence_that_leads_out_is_refused(file: Path, certificate: str) -> None:
    away = file.parent.parent / "away"
    away.mkdir()
    folder = file.parent / "evidence"
    folder.symlink_to(away)
    for options in ((), ("--dry-run",)):
        assert cme(file, "attach", "talk", certificate, *options) == Result(
            4,
            "",
            f"cmeledger: {file}: evidence beside it leads out of its folder; nothing was written\n"
            "help: make evidence a folder beside the ledger, and put the certificates there\n",
        )
    assert os.listdir(away) == []
    folder.unlink()
    folder.write_bytes(b"a file")
    assert cme(file, "attach", "talk", certificate) == Result(
        4,
        "",
        f"cmeledger: {file}: evidence beside it is no folder; nothing was written\n"
        "help: rename it: certificates go into a folder evidence\n",
    )
    folder.unlink()
    (file.parent / "papers").mkdir()
    folder.symlink_to("papers")  # it stays inside
    assert cme(file, "attach", "talk", certificate).code == 0
    assert (file.parent / "papers" / Path(NAME).name).read_bytes() == b"abc"


# ── a save that fails takes the copy back ────────────────────────────────────────────────────


def test_a_ledger_that_cannot_be_saved_leaves_no_copy(file: Path, certificate: str) -> None:
    before = file.read_bytes()
    file.chmod(0o400)
    done = cme(file, "attach", "talk", certificate)
    assert done.code == 4
    assert "the file is read-only; nothing was written" in done.err
    assert file.read_bytes() == before
    assert beside(file) == []  # the folder was made for it, and is gone too
    file.chmod(0o600)
    (file.parent / "evidence").mkdir()
    (file.parent / "evidence" / "loose.pdf").write_bytes(b"loose")
    (file.parent.parent / "history").write_bytes(b"in the way")
    assert cme(file, "attach", "talk", certificate).code == 4
    assert file.read_bytes() == before
    assert os.listdir(file.parent / "evidence") == ["loose.pdf"]


def test_a_conflict_leaves_no_copy(file: Path, certificate: str) -> None:
    book = opened(file)
    theirs = book.data.replace(b"credits = 1.50", b"credits = 1.25")
    file.write_bytes(theirs)
    plan = attach.plan(book, "talk", certificate)
    with (
        pytest.raises(Conflict, match="changed meanwhile"),
        attach.attached(book, plan) as made,
    ):
        save(str(file), book.data, made.operation.apply, made.operation.what, None)
    assert file.read_bytes() == theirs
    assert beside(file) == []


def test_what_the_ledger_names_stays_whatever_happens(file: Path, certificate: str) -> None:
    """An interruption after the save is no reason to take the certificate away."""
    book = opened(file)
    plan = attach.plan(book, "talk", certificate)
    with contextlib.suppress(KeyboardInterrupt), attach.attached(book, plan) as made:
        save(str(file), book.data, made.operation.apply, made.operation.what, None)
        raise KeyboardInterrupt
    assert NAME in file.read_text("utf-8")
    assert (file.parent / NAME).read_bytes() == b"abc"


def test_another_file_put_in_its_place_stays(file: Path, certificate: str) -> None:
    book = opened(file)
    plan = attach.plan(book, "talk", certificate)
    with contextlib.suppress(KeyboardInterrupt), attach.attached(book, plan):
        (file.parent / "theirs").write_bytes(b"theirs")
        (file.parent / "theirs").replace(file.parent / NAME)
        raise KeyboardInterrupt
    assert (file.parent / NAME).read_bytes() == b"theirs"


def test_a_file_that_changes_meanwhile_is_not_copied(file: Path, certificate: str) -> None:
    book = opened(file)
    plan = attach.plan(book, "talk", certificate)
    Path(certificate).write_bytes(b"abcd")
    with (
        pytest.raises(UsageError, match="changed while it was copied"),
        attach.attached(book, plan),
    ):
        pytest.fail("there was nothing to save")
    assert beside(file) == []


@pytest.mark.parametrize("call", ["write", "fsync", "link"])
def test_a_full_disk_leaves_nothing(
    call: str, file: Path, certificate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = file.read_bytes()
    monkeypatch.setattr(os, call, fail)
    if call == "link":
        monkeypatch.setattr(os, "replace", fail)
    done = cme(file, "attach", "talk", certificate)
    assert done == Result(
        4,
        "",
        f"cmeledger: {file}: there is no room on the disk; the file is as it was\n"
        "help: make room on that disk, then save again\n"
        "help: it is the copy in evidence/ that could not be made\n",
    )
    assert file.read_bytes() == before
    assert beside(file) == []


def test_without_hard_links_it_is_the_same(
    file: Path, certificate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    (file.parent / "evidence").mkdir()
    (file.parent / NAME).write_bytes(b"another")
    done = cme(file, "attach", "talk", certificate, "--json")
    second = NAME.replace(".pdf", "-2.pdf")
    assert done.json["file"] == second
    assert (file.parent / NAME).read_bytes() == b"another"
    assert (file.parent / second).read_bytes() == b"abc"
    assert sorted(os.listdir(file.parent / "evidence")) == sorted(
        [Path(NAME).name, Path(second).name]
    )


KILLED = """
import os, signal, sys
from datetime import date
from cmeledger import attach
from cmeledger.book import open_book

setattr(os, sys.argv[3], lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
book = open_book(sys.argv[1], date(2026, 3, 1))
with attach.attached(book, attach.plan(book, "talk", sys.argv[2])):
    pass
"""


@pytest.mark.parametrize("call", ["fsync", "link"])
def test_a_kill_leaves_no_half_certificate(call: str, file: Path, certificate: str) -> None:
    process = start(KILLED, file, certificate, call)
    process.communicate()
    assert process.returncode == -9
    (left,) = os.listdir(file.parent / "evidence")
    assert left.startswith(f".cmeledger-{process.pid}-")
    assert "unnamed" not in cme(file, "verify").out
    assert cme(file, "attach", "talk", certificate).code == 0
    assert os.listdir(file.parent / "evidence") == [Path(NAME).name]


def test_a_copy_that_is_being_made_is_left_alone(file: Path, certificate: str) -> None:
    (file.parent / "evidence").mkdir()
    busy = file.parent / "evidence" / f".cmeledger-{os.getpid()}-0123abcd.part"
    busy.write_bytes(b"ab")
    assert cme(file, "attach", "talk", certificate).code == 0
    assert busy.read_bytes() == b"ab"


# ── --link ───────────────────────────────────────────────────────────────────────────────────


def test_link_leaves_the_file_where_it_is(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named from another folder, through a link that stays inside."""
    scans = file.parent / "scans" / "2025"
    scans.mkdir(parents=True)
    (scans / "Scan 1.PDF").write_bytes(b"abc")
    (file.parent / "short").symlink_to("scans/2025")
    monkeypatch.chdir(scans)
    done = cme(file, "attach", "talk", "../../short/Scan 1.PDF", "--link")
    assert done == Result(0, f"Saved in {file}: attach scans/2025/Scan 1.PDF to talk\n", "")
    entry = f'{{ file = "scans/2025/Scan 1.PDF", sha256 = "{ABC}" }}'
    assert file.read_text("utf-8") == f"{HEAD}{TALK}evidence = [{entry}]\n{OTHER}"
    assert beside(file) == ["scans", "short"]


def test_link_refuses_what_is_outside_or_has_no_plain_path(file: Path, certificate: str) -> None:
    before = file.read_bytes()
    (file.parent / "away.pdf").symlink_to(certificate)
    for name in (certificate, str(file.parent / "away.pdf")):
        assert cme(file, "attach", "talk", name, "--link") == Result(
            2,
            "",
            f"cmeledger: '{name}' is not inside the ledger's folder\n"
            "help: leave out --link: then it is copied into evidence/\n",
        )
    for name, why in (
        ("~scan.pdf", "begins with a home folder"),
        ("a\\b.pdf", "holds a backslash"),
        ("c:scan.pdf", "begins like a web address or a drive"),
    ):
        (file.parent / name).write_bytes(b"abc")
        assert cme(file, "attach", "talk", str(file.parent / name), "--link") == Result(
            2,
            "",
            f"cmeledger: the path '{name}' {why}\n"
            "help: rename it, or leave out --link: then it is copied\n",
        )
    assert file.read_bytes() == before


def test_link_writes_the_digest_of_an_entry_that_has_none(file: Path) -> None:
    (file.parent / "a.pdf").write_bytes(b"abc")
    (file.parent / "b.pdf").write_bytes(b"b")
    shape = 'evidence = [\n  "b.pdf",   # the list\n  {}   # the letter\n]\n'
    file.write_text(HEAD + TALK + shape.replace("{}", '"./a.pdf"'), "utf-8")
    copied = cme(file, "attach", "talk", str(file.parent / "a.pdf"))
    assert copied.err == (
        "note: nothing to do: the record has this file already, as './a.pdf'; "
        "to record its digest: --link, with ./a.pdf\n"
    )
    assert cme(file, "attach", "talk", str(file.parent / "a.pdf"), "--link").code == 0
    entry = f'{{ file = "./a.pdf", sha256 = "{ABC}" }}'
    assert file.read_text("utf-8") == HEAD + TALK + shape.replace("{}", entry)


def test_link_records_another_digest_and_says_so(file: Path) -> None:
    (file.parent / "a.pdf").write_bytes(b"abc")
    shape = 'evidence = [{{ file = "a.pdf", sha256 = "{}", x-by = "mail" }}]\n'
    file.write_text(HEAD + TALK + shape.format("0" * 64), "utf-8")
    done = cme(file, "attach", "talk", str(file.parent / "a.pdf"), "--link")
    assert done.err == "note: the file was changed: another digest was recorded before\n"
    assert file.read_text("utf-8") == HEAD + TALK + shape.format(ABC)


def test_the_program_does_it_in_a_folder_as_its_users_do(file: Path, certificate: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cmeledger", "attach", "talk", certificate],
        cwd=file.parent,
        env={**os.environ, "CMELEDGER_HISTORY": "off", "CMELEDGER": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, f"Saved in cme.toml: attach {NAME} to talk\n")
    assert (file.parent / NAME).read_bytes() == b"abc"
