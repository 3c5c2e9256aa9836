"""`diff`, and `status --at`: real repositories, in every state a ledger's can be in."""

import os
import shutil
from pathlib import Path

import pytest

from conftest import HEAD, Result, run_here
from ledgers import LIST, TALK, activity, course, waiver
from repositories import (
    CLEAN,
    DAY,
    NOON,
    commit,
    forget_tree,
    make_hostile,
    needs_git,
    run_git,
)

pytestmark = needs_git

RISK = course("2026-01-15", 10, "risk-management", id="risk", title="Risk in the office")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a ledger of two records, 3.5 credits, committed on February 1, 2026."""
    folder = tmp_path / "ledger"
    folder.mkdir()
    run_git(folder, "init", "-q", "-b", "main")
    commit(folder / "cme.toml", HEAD + TALK + LIST)
    return folder / "cme.toml"


def cme(*arguments: str, **env: str) -> Result:
    return run_here(*arguments, "--as-of", "2026-03-01", env=CLEAN | env)


def head(file: Path) -> str:
    return run_git(file.parent, "rev-parse", "HEAD").strip()


def changed(*arguments: str) -> list[tuple[str, str | None, str | None]]:
    """List what `diff` says, in short."""
    done = cme("diff", *arguments, "--json")
    assert done.code == 0, done.err
    return [(item["change"], item["table"], item["id"]) for item in done.json["changes"]]


def refused(*arguments: str, **env: str) -> tuple[str, str]:
    """Run a command that has no answer; give what it says and advises."""
    return said_by(cme(*arguments, **env))


def said_by(done: Result) -> tuple[str, str]:
    """Give what a command that has no answer says and advises."""
    assert (done.code, done.out) == (2, "")
    said, advice = done.err.rstrip("\n").split("\n")
    return said.removeprefix("cmeledger: "), advice.removeprefix("help: ")


def test_the_file_against_the_last_commit(file: Path) -> None:
    new = TALK.replace("1.50 ", '2\nnote = "seen twice" ')
    file.write_text(HEAD + new + RISK, "utf-8")
    # The talk goes from 1.5 to 2, the list's 2 go, the course brings 10: 3.5 become 12.
    # From March 1 to May 10 there are 30 + 30 + 10 = 70 days.
    assert cme("diff", str(file)).out == (
        f"From {head(file)[:10]}, committed Feb 1, 2026, to the file as it is\n"
        "\n"
        "~ changed  2025-05-01  Heart failure at home: credits 1.5 → 2; note now seen\n"
        "                       twice\n"
        "- removed  2025-06-01  Handoffs, 2 credits, category 1\n"
        "+ added    2026-01-15  Risk in the office, 10 credits, category 1\n"
        "\n"
        "What that does, as of Mar 1, 2026\n"
        "  MA license 1 (full) · May 11, 2024 – May 10, 2026 · 70 days left\n"
        "    → all credits 3.5 → 12 of 50\n"
        "    → risk management 0 → 10 of 10, now met\n"
    )


def test_json(file: Path) -> None:
    file.write_text(HEAD + TALK.replace("1.50", "2") + LIST, "utf-8")
    done = cme("diff", str(file), "--json")
    talk = {
        "id": "talk",
        "date": "2025-05-01",
        "title": "Heart failure at home",
        "provider": "Boston University",
        "category": 1,
        "credits": 1.5,
        "no-evidence": "sample",
    }
    standing = {"asked": 50, "planned": 0, "attended": 0, "status": "short"}
    assert done.json == {
        "schema": 1,
        "file": str(file),
        "as_of": "2026-03-01",
        "before": {
            "commit": head(file),
            "committed": "2026-02-01T12:00:00+00:00",
            "path": "cme.toml",
            "problem": None,
            "readable": True,
        },
        "after": {
            "commit": None,
            "committed": None,
            "path": str(file),
            "problem": None,
            "readable": True,
        },
        "only_spelling": False,
        "changes": [
            {
                "table": "activity",
                "change": "changed",
                "id": "talk",
                "old_id": "talk",
                "archived": False,
                "keys": [{"key": "credits", "before": 1.5, "after": 2}],
                "before": talk,
                "after": talk | {"credits": 2},
            }
        ],
        "effects": [
            {
                "jurisdiction": "MA",
                "number": "1",
                "type": "full",
                "cycle": {"start": "2024-05-11", "end": "2026-05-10"},
                "requirements": [
                    {
                        "id": "total",
                        "text": "all credits 3.5 → 4 of 50",
                        "before": standing | {"counted": 3.5},
                        "after": standing | {"counted": 4},
                    }
                ],
            }
        ],
    }


def test_nothing_and_only_spelling(file: Path) -> None:
    name = f"From {head(file)[:10]}, committed Feb 1, 2026, to the file as it is\n\n"
    assert cme("diff", str(file)).out == f"{name}nothing differs\n"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))  # as git writes them for some
    assert cme("diff", str(file)).out == f"{name}nothing differs\n"
    file.write_text(HEAD + LIST + "# seen\n" + TALK.replace("1.50 ", "1.5 "), "utf-8")
    done = cme("diff", str(file))
    assert (done.code, done.out) == (0, f"{name}only comments, order or spelling differ\n")
    assert cme("diff", str(file), "--json").json["only_spelling"] is True


def test_two_versions_either_way(file: Path) -> None:
    first = head(file)
    second = commit(file, HEAD + TALK + LIST + RISK, when=NOON + 2 * DAY)
    file.write_text(HEAD, "utf-8")  # the file itself has no part in it
    assert changed(first[:9], second, str(file)) == [("added", "activity", "risk")]
    assert changed(second, first, str(file)) == [("removed", "activity", "risk")]
    shown = cme("diff", "HEAD~1", "main", str(file)).out.split("\n")
    # The two versions named are one line of 78 characters.
    names = f"From {first[:10]}, committed Feb 1, 2026, to {second[:10]}, committed Feb 3, 2026"
    assert shown[0] == names
    assert changed("main~1", str(file)) == [
        ("removed", "activity", "talk"),
        ("removed", "activity", "list"),
    ]


def test_all_other_tables_by_their_keys(file: Path) -> None:
    own = '[[requirement]]\nid = "own"\nname = "Hospital"\ncredits = {}\n'
    attested = '[[renewal]]\njurisdiction = "MA"\nrenewal-date = 2024-05-10\nattested = {}\n'
    commit(file, HEAD + waiver("2024-05-10", requested="x") + own.format(20))
    new = HEAD.replace('"05-10"', '"05-10"\nspecialty = "Cardiology"').replace(
        'number = "1"', 'number = "1"\ntype = "volunteer"'
    )
    more = "\n[practice]\nserves-adults = false\n" + own.format(10) + attested.format("2024-05-01")
    file.write_text("x-seen = [1, true]\n" + new + more, "utf-8")
    shown = cme("diff", str(file)).out.split("\n")
    assert shown[2:9] == [
        "~ changed  ledger: x-seen now 1,true",
        "~ changed  physician: specialty now Cardiology",
        "+ added    practice: serves-adults false",
        "~ changed  MA license 1: type now volunteer",
        "- removed  waiver for the renewal of 2024-05-10: requested x",
        "~ changed  requirement Hospital: credits 20 → 10",
        "+ added    renewal of 2024-05-10, attested 2024-05-01",
    ]


def test_a_record_moved_into_the_archive_and_back(file: Path) -> None:
    archive = file.with_name("cme.archive.toml")
    file.write_text(HEAD + TALK, "utf-8")
    archive.write_text(LIST, "utf-8")
    shown = cme("diff", str(file)).out.split("\n")
    assert shown[2] == "> archived 2025-06-01  Handoffs, 2 credits, category 1"
    archive.write_text(LIST.replace("Handoffs", "Hand-offs"), "utf-8")
    shown = cme("diff", str(file)).out.split("\n")
    assert shown[2] == "> archived 2025-06-01  Hand-offs: title Handoffs → Hand-offs"
    assert shown[5] == "  No requirement stands otherwise."
    commit(file)
    archive.unlink()
    file.write_text(HEAD + TALK + LIST, "utf-8")
    assert changed(str(file)) == [("restored", "activity", "list")]
    assert changed("HEAD~1", str(file)) == []


def test_a_changed_record_of_an_earlier_cycle(file: Path) -> None:
    old = course("2023-03-01", 4, id="old", title="An old one")
    commit(file, HEAD + old)
    file.write_text(HEAD + old.replace("credits = 4", "credits = 6"), "utf-8")
    shown = cme("diff", str(file)).out.split("\n")
    # The cycle before is May 11, 2022 to May 10, 2024; it ended 660 days before March 1, 2026:
    # 365 days to May 10, 2025, and 295 more (21 + 30 + 31 + 31 + 30 + 31 + 30 + 31 + 31 + 28 + 1).
    assert shown[5:7] == [
        "  MA license 1 (full) · May 11, 2022 – May 10, 2024 · ended 660 days ago",
        "    → all credits 4 → 6 of 50",
    ]


def test_what_changes_the_law_for_a_license(file: Path) -> None:
    own = '[[requirement]]\nid = "own"\nname = "Hospital [A]"\ncredits = 3\n'
    file.write_text(HEAD + TALK + LIST + own, "utf-8")
    assert "    → Hospital [A] asked now: 3.5 of 3, met\n" in cme("diff", str(file)).out
    commit(file)
    file.write_text(HEAD + TALK + LIST, "utf-8")
    assert "    → Hospital [A] not asked any more\n" in cme("diff", str(file)).out
    commit(file, HEAD + TALK + LIST + own)
    file.write_text(HEAD + TALK + LIST + own.replace("= 3", "= 4"), "utf-8")
    assert "    → Hospital [A] 3 → 4 asked, now short\n" in cme("diff", str(file)).out


def test_a_requirement_that_a_fact_switches_off(file: Path) -> None:
    commit(file, HEAD + "[practice]\n" + TALK)
    file.write_text(HEAD + "[practice]\nserves-adults = false\n" + TALK, "utf-8")
    shown = cme("diff", str(file)).out.split("\n")
    assert shown[2] == "~ changed  practice: serves-adults now false"
    assert shown[6:] == ["    → dementia not asked any more", ""]
    commit(file, when=NOON + DAY)
    file.write_text(HEAD + "[practice]\n" + TALK, "utf-8")
    shown = cme("diff", str(file)).out.split("\n")
    assert shown[2] == "~ changed  practice: serves-adults taken out"
    assert shown[6:] == ["    → dementia now short", ""]


def test_a_version_that_does_not_read(file: Path) -> None:
    broken = HEAD + TALK.replace('"Heart failure at home"', '"Heart failure') + LIST + RISK
    file.write_text(broken, "utf-8")
    shown = cme("diff", str(file))
    # HEAD has 8 lines; then a blank one, a comment, the header, id, date: the title is line 14.
    assert shown.out.split("\n")[1:] == [
        "  the file as it is cannot be read: line 14: the string is not closed; what",
        "  reads of it is compared",
        "",
        "? unread   2025-05-01  Heart failure at home: it may be in the part that does",
        "                       not read",
        "+ added    2026-01-15  Risk in the office, 10 credits, category 1",
        "",
        "What that does nobody can tell: the file as it is cannot be counted: line 14:",
        "  the string is not closed",
        "",
    ]
    assert shown.code == 0
    document = cme("diff", str(file), "--json").json
    assert document["after"]["problem"] == "line 14: the string is not closed"
    assert document["effects"] is None
    commit(file)
    file.write_text(HEAD + TALK + LIST + RISK, "utf-8")
    assert changed(str(file)) == [("unread", "activity", "talk")]
    file.write_bytes(b"\xff\xfe no text at all")
    done = cme("diff", str(file), "--json").json
    assert (done["after"]["readable"], done["changes"]) == (False, [])
    assert "; nothing can be compared\n" in cme("diff", str(file)).out.replace("\n  ", " ")


def test_a_version_without_a_license_and_one_of_a_later_format(file: Path) -> None:
    file.write_text(TALK, "utf-8")
    shown = cme("diff", str(file)).out
    assert "cannot be counted: no license\n  can be used\n" in shown
    assert ("removed", "license", None) in changed(str(file))
    file.write_text(HEAD.replace("format = 1", "format = 7") + TALK + LIST, "utf-8")
    assert changed(str(file)) == [("changed", None, None)]
    assert "~ changed  ledger: format 1 → 7\n" in cme("diff", str(file)).out


def test_a_version_that_is_too_large_or_no_file(file: Path) -> None:
    commit(file, "#" * (8 * 1024 * 1024 + 1))
    file.write_text(HEAD, "utf-8")
    done = cme("diff", str(file), "--json").json["before"]
    assert done["problem"] == "line 1: cme.toml has more than 8,388,608 bytes there"
    file.unlink()
    file.symlink_to("other.toml")
    commit(file)
    file.unlink()
    file.write_text(HEAD, "utf-8")
    assert "was no file in" in cme("diff", str(file), "--json").json["before"]["problem"]
    assert cme("status", "--at", "HEAD", str(file)).code == 3


def test_which_word_is_the_ledger(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    run_git(file.parent, "branch", "notes")
    file.write_text(HEAD + TALK, "utf-8")
    gone = [("removed", "activity", "list")]
    assert changed() == changed("notes") == changed("HEAD", "cme.toml") == gone
    Path("notes").write_text("a file", "utf-8")  # which the last word now means
    assert cme("diff", "notes").code == 2
    (file.parent / "HEAD").mkdir()  # a folder is no ledger
    assert changed("HEAD", "HEAD") == []
    assert changed("notes", "cme.toml") == changed("notes", "--ledger", "cme.toml") == gone
    assert changed("--ledger", "cme.toml", "notes", "HEAD") == []
    assert refused("diff", "HEAD", "HEAD", "HEAD", "cme.toml") == (
        "'HEAD' is one word too many",
        "no such file is there; see: --help",
    )
    os.rename("cme.toml", "mine")
    Path("mine.archive.toml").write_text("x-a = 1\n", "utf-8")
    commit(file.with_name("mine"))
    Path("mine").write_text(HEAD, "utf-8")
    assert changed("mine") == [("removed", "activity", "talk")]


def test_revisions_that_name_nothing(file: Path) -> None:
    advice = "HEAD is the last; others: cmeledger log"
    for word in ("nope", "", "HEAD:cme.toml", "HEAD~9", "a\x1b[31m"):
        shown = word.replace("\x1b", "\\e")
        assert refused("diff", word, str(file)) == (f"git knows no version '{shown}'", advice)
        assert refused("status", f"--at={word}", str(file))[1] == advice
    assert refused("status", "--at=--output=x", str(file))[1] == advice
    assert refused("diff", "a\0b", str(file))[0].startswith("git could not be run: ")
    assert cme("diff", "--output=x", str(file)).code == 2
    assert sorted(os.listdir(file.parent)) == [".git", "cme.toml"]


def test_two_versions_in_one_word_are_told_apart(file: Path) -> None:
    for word, words in (("main..main", "main main"), ("..main", "HEAD main"), ("a...b", "a b")):
        assert refused("diff", word, str(file)) == (
            f"git knows no version '{word}'",
            f"two versions are two words: {words}",
        )


def test_a_ledger_that_is_not_there(file: Path) -> None:
    file.unlink()
    assert cme("diff", str(file)).code == 3
    assert changed("HEAD", "HEAD", str(file)) == []
    path = "check the path of the ledger"
    for verb in ("log", "diff --as-of=2026-03-01 HEAD HEAD", "status --at HEAD"):
        other = file.with_name("other.toml")
        said = f"{other}: there is no such file, and no commit has one"
        assert said_by(run_here(*verb.split(), str(other), env=CLEAN)) == (said, path)
        other = file.parent / "none" / "cme.toml"
        said = f"there is no folder {other.parent}"
        assert said_by(run_here(*verb.split(), str(other), env=CLEAN)) == (said, path)
    assert cme("status", "--at", "HEAD", str(file)).code == 0


# ── status --at ──────────────────────────────────────────────────────────────────────────────


def test_the_status_of_a_version(file: Path) -> None:
    first = head(file)
    commit(file, HEAD + RISK, when=NOON + DAY)
    done = cme("status", "--at", "HEAD~1", str(file))
    lines = done.out.split("\n")
    assert lines[0] == f"As committed in {first[:10]} on Feb 1, 2026:"
    assert lines[1].endswith("as of Mar 1, 2026")
    assert "3.5 / 50  46.5 to go" in done.out
    assert "cmeledger" not in done.out  # a command would speak of the file as it is
    asked = ("status", "--json", str(file))
    then, now = cme(*asked, "--at", first).json, cme(*asked).json
    assert then["at"] == {"commit": first, "committed": "2026-02-01T12:00:00+00:00"}
    assert now["at"] is None
    assert then.keys() == now.keys()
    assert [item["licenses"][0]["requirements"][0]["counted"] for item in (then, now)] == [3.5, 10]


def test_the_archive_of_a_version(file: Path) -> None:
    archive = file.with_name("cme.archive.toml")
    archive.write_text(RISK, "utf-8")
    commit(file)
    archive.unlink()
    asked = ("status", "--at", "HEAD", "--json", str(file))
    whole, without = cme(*asked).json, cme(*asked, "--without-archive").json
    assert (whole["archive"], without["archive"]) == ("read", "left out")
    counts = [item["licenses"][0]["requirements"][0]["counted"] for item in (whole, without)]
    assert counts == [13.5, 3.5]


def test_a_version_that_cannot_be_used_is_exit_3(file: Path) -> None:
    commit(file, HEAD + "[[activity\n")
    done = cme("status", "--at", "HEAD", str(file))
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith(f"{head(file)[:10]}:cme.toml:9:11: error[not-toml]: ")
    commit(file, HEAD + TALK + "oops = 1\n")
    assert cme("status", "--at", "HEAD", str(file)).code == 1


def test_a_ledger_that_had_another_name(file: Path) -> None:
    run_git(file.parent, "mv", "cme.toml", "credits.toml")
    moved = file.with_name("credits.toml")
    assert changed(str(moved)) == []  # renamed, and not committed yet
    commit(moved, when=NOON + DAY)
    (file.parent / "a b").mkdir()
    run_git(file.parent, "mv", "credits.toml", "a b/mine.toml")
    mine = file.parent / "a b" / "mine.toml"
    commit(mine, when=NOON + 2 * DAY)
    mine.write_text(HEAD + TALK, "utf-8")
    for revision in ("HEAD", "HEAD~1", "HEAD~2"):
        assert changed(revision, str(mine)) == [("removed", "activity", "list")]
        assert cme("status", "--at", revision, str(mine)).code == 0


# ── every state of a repository ──────────────────────────────────────────────────────────────


ASKED = (("diff",), ("log",), ("status", "--at", "HEAD"))


@pytest.mark.parametrize("verb", ASKED, ids=lambda words: words[0])
def test_states_in_which_there_is_no_answer(verb: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "cme.toml"
    file.write_text(HEAD, "utf-8")

    def asked(file: Path, **env: str) -> tuple[str, str]:
        return said_by(run_here(*verb, str(file), env=CLEAN | env))

    assert asked(file, PATH="/nowhere")[0] == "git is not installed"
    begin = "to begin one there: cmeledger git setup --init"
    assert asked(file) == (f"{tmp_path} is in no git repository", begin)
    run_git(tmp_path, "init", "-q", "--bare", "bare.git")
    shutil.copy(file, tmp_path / "bare.git")
    assert asked(tmp_path / "bare.git" / "cme.toml") == (
        f"{tmp_path / 'bare.git'} is a bare repository, without a work tree",
        "work in a clone of it",
    )
    run_git(tmp_path, "init", "-q")
    first = "first: cmeledger commit"
    assert asked(file) == ("nothing is committed in this repository yet", first)
    (tmp_path / "other").write_text("x", "utf-8")
    run_git(tmp_path, "add", "other")
    run_git(tmp_path, "commit", "-q", "-m", "another file")
    assert asked(file) == ("cme.toml is not committed yet", first)
    inside = tmp_path / ".git" / "cme.toml"
    shutil.copy(file, inside)
    said = f"{tmp_path / '.git'} is inside a repository's own folder, without a work tree"
    assert asked(inside)[0] == said


@pytest.mark.parametrize("holds", [None, b"", b"no object of git's"])
def test_a_version_whose_text_is_lost(holds: bytes | None, file: Path) -> None:
    old = head(file)
    commit(file, HEAD + TALK)
    name = run_git(file.parent, "rev-parse", f"{old}:cme.toml").strip()
    kept = file.parent / ".git" / "objects" / name[:2] / name[2:]
    kept.unlink()
    if holds is not None:
        kept.write_bytes(holds)
    lost = f"cme.toml of {old[:10]} is damaged, or not in this clone"
    document = cme("diff", old, str(file), "--json").json
    assert (document["before"]["readable"], document["changes"]) == (False, [])
    assert document["before"]["problem"].endswith(lost)
    done = cme("status", "--at", old, str(file))
    assert (done.code, done.out) == (3, "")
    assert lost in done.err
    entries = run_here("log", str(file), "--json", env=CLEAN).json["entries"]
    assert [(item["records"], item["problem"] or "") for item in entries] == [
        (1, ""),
        (None, f"line 1: {lost}"),
    ]
    assert "\n    + the ledger begins\n" in run_here("log", str(file), env=CLEAN).out


def test_a_version_without_the_ledger(file: Path) -> None:
    other = file.with_name("second.toml")
    commit(other, HEAD)
    assert refused("diff", "HEAD~1", str(other)) == (
        f"second.toml is not in version {run_git(file.parent, 'rev-parse', 'HEAD~1')[:10]}",
        "see which versions have it: cmeledger log",
    )


def test_a_repository_of_another_user(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    git = folder / "git"
    real = shutil.which("git")
    git.write_text(f'#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec {real} "$@"\n', "utf-8")
    git.chmod(0o700)
    (file.parent / "a").mkdir()
    inside = shutil.copy(file, file.parent / "a" / "cme.toml")
    assert refused("diff", str(inside), PATH=f"{folder}{os.pathsep}{os.environ['PATH']}") == (
        f"git does not trust {file.parent}: the folder is another user's",
        f"if you do: git config --global --add safe.directory {file.parent}",
    )


def test_a_detached_head_and_a_linked_work_tree(file: Path, tmp_path: Path) -> None:
    commit(file, HEAD + TALK)
    run_git(file.parent, "checkout", "-q", "--detach", "HEAD~1")
    assert changed(str(file)) == []
    assert changed("main", str(file)) == [("added", "activity", "list")]
    run_git(file.parent, "worktree", "add", "-q", str(tmp_path / "linked"), "main")
    linked = tmp_path / "linked" / "cme.toml"
    linked.write_text(HEAD, "utf-8")
    assert changed(str(linked)) == [("removed", "activity", "talk")]


def test_a_submodule_and_a_link_from_another_place(file: Path, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    run_git(outer, "init", "-q")
    words = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add")
    run_git(outer, *words, str(file.parent), "mine")
    run_git(outer, "commit", "-q", "-m", "a submodule")
    inner = outer / "mine" / "cme.toml"
    inner.write_text(HEAD + TALK, "utf-8")
    archive = inner.with_name("cme.archive.toml")
    archive.write_text(RISK, "utf-8")
    link = tmp_path / "link.toml"
    link.symlink_to(inner)
    expected = [("removed", "activity", "list"), ("added", "activity", "risk")]
    assert changed(str(inner)) == changed(str(link)) == expected


def test_variables_of_git_lead_nowhere_else(file: Path, tmp_path: Path) -> None:
    variables = {"GIT_DIR": str(tmp_path), "GIT_WORK_TREE": str(tmp_path), "GIT_TRACE": "1"}
    file.write_text(HEAD, "utf-8")
    assert cme("diff", str(file), **variables).out.count("- removed  ") == 2


@pytest.mark.parametrize(
    "name",
    ["a b.toml", "'q\".toml", "a\nb.toml", "ä漢.toml", "-x.toml", "a:b.toml", ":(glob)*.toml", "\x1b[31m.toml"],
)  # fmt: skip
def test_hostile_file_names(name: str, file: Path) -> None:
    other = file.with_name(name)
    commit(other, HEAD + TALK)
    other.write_text(HEAD, "utf-8")
    assert changed(str(other)) == [("removed", "activity", "talk")]
    assert cme("status", "--at", "HEAD", str(other)).code == 0
    for words in (("log",), ("diff",)):
        done = run_here(*words, str(other), env=CLEAN)
        assert done.code == 0
        assert "\x1b" not in done.out
        assert "a\nb" not in done.out


def test_a_repository_of_sha256(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "-q", "--object-format=sha256")
    file = tmp_path / "cme.toml"
    commit(file, HEAD + TALK)
    assert len(head(file)) == 64
    file.write_text(HEAD, "utf-8")
    assert changed(head(file)[:12], str(file)) == [("removed", "activity", "talk")]


@pytest.mark.parametrize("verb", ASKED, ids=lambda words: words[0])
def test_nothing_that_a_repository_names_is_run(verb: tuple[str, ...], file: Path) -> None:
    commit(file, HEAD + TALK, when=NOON + DAY)
    run_git(file.parent, "mv", "cme.toml", "mine.toml")
    mine = file.with_name("mine.toml")
    commit(mine, when=NOON + 2 * DAY)
    ran = make_hostile(file.parent)
    mine.write_text(HEAD, "utf-8")
    before = {path: path.stat().st_mtime_ns for path in file.parent.rglob("*")}
    for words in (verb, ("diff", "HEAD~2", "HEAD"), ("status", "--at", "HEAD~2")):
        assert run_here(*words, str(mine), env=CLEAN).code == 0
    assert not ran.exists()
    assert {path: path.stat().st_mtime_ns for path in file.parent.rglob("*")} == before


@pytest.mark.parametrize("verb", ASKED, ids=lambda words: words[0])
def test_nothing_is_fetched(verb: tuple[str, ...], file: Path) -> None:
    ran = forget_tree(file.parent)
    assert run_here(*verb, str(file), env=CLEAN).code == 2
    assert not ran.exists()


@pytest.mark.parametrize("verb", ASKED, ids=lambda words: words[0])
def test_a_git_that_does_not_answer(
    verb: tuple[str, ...], file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "git").write_text("#!/bin/sh\nexec sleep 60\n", "utf-8")
    (folder / "git").chmod(0o700)
    monkeypatch.setattr("cmeledger.git.call.SECONDS", 0.05)
    done = run_here(*verb, str(file), env={"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"})
    assert (done.code, done.out) == (2, "")
    assert done.err == "cmeledger: git did not answer\nhelp: look with: git status\n"


def test_hostile_texts_are_shown_as_text(file: Path) -> None:
    title = "a\\u001b[31m[b]\\u202e"
    text = HEAD + activity(date="2025-05-01", category=1, credits=1).replace("A sample", title)
    file.write_text(text + '"x-\\u001b" = "\\u0007"\n', "utf-8")
    for words in (("diff",), ("diff", "--json")):
        done = cme(*words, str(file))
        assert done.code == 0
        assert not set(done.out) & set("\x1b\x07\u202e")
