"""`commit`: what goes in, with which words, and what stays out; with real git in new folders."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from cmeledger import committing
from cmeledger.git.commit import NotCommitted
from cmeledger.visible import visible
from conftest import HEAD, NASTY, Result, run_here
from ledgers import LIST, TALK, activity, course
from repositories import CLEAN, needs_git, run_git
from terminal import Terminal, owning_it

pytestmark = needs_git

DAY = "2026-03-01"
CERTIFIED = TALK.replace('no-evidence = "sample"', 'evidence = ["evidence/talk.pdf"]')
RISK = course("2025-03-01", 8, "risk-management", id="risk", title="Risk", **{"no-evidence": "x"})
SCOPE = course(
    "2025-06-03", 2, "risk-management", id="scope", title="SCOPE of Pain", **{"no-evidence": "x"}
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a ledger in a repository of its own, nothing of it committed."""
    folder = tmp_path / "ledger"
    folder.mkdir()
    run_git(folder, "init", "-q", "-b", "main")
    identify(folder)
    (folder / "cme.toml").write_text(HEAD, "utf-8")
    return folder / "cme.toml"


def identify(folder: Path) -> None:
    run_git(folder, "config", "user.name", "Sample")
    run_git(folder, "config", "user.email", "sample@example.org")


def env_of(file: Path) -> dict[str, str]:
    """Let git know nothing of the person whose machine this is."""
    return {**CLEAN, "HOME": str(file.parent.parent), "XDG_CONFIG_HOME": str(file.parent.parent)}


def commit(file: Path, *options: str, code: int = 0) -> Result:
    done = run_here("commit", *options, str(file), "--as-of", DAY, env=env_of(file))
    assert done.code == code, done.err
    return done


def begun(file: Path, text: str = HEAD) -> None:
    """Commit a first version."""
    file.write_text(text, "utf-8")
    commit(file)


def message(file: Path) -> str:
    """Read the last commit's message, to the byte."""
    return run_git(file.parent, "cat-file", "commit", "HEAD").split("\n\n", 1)[1]


def holds(file: Path, commit: str = "HEAD") -> list[str]:
    """List what a commit changed, against the one before it, or as the first."""
    words = ("diff-tree", "--root", "--no-commit-id", "--name-only", "-r", "-z", commit)
    return sorted(filter(None, run_git(file.parent, *words).split("\0")))


def commits(file: Path) -> int:
    return int(run_git(file.parent, "rev-list", "--all", "--count"))


def status(file: Path) -> str:
    return run_git(file.parent, "status", "--porcelain", "--untracked-files=all")


# ── What goes in ─────────────────────────────────────────────────────────────────────────────


def test_the_first_commit_holds_the_ledger_and_all_that_belongs_to_it(file: Path) -> None:
    folder = file.parent
    file.write_text(HEAD + CERTIFIED, "utf-8")
    (folder / "cme.archive.toml").write_text(LIST, "utf-8")
    (folder / "evidence").mkdir()
    for name in ("evidence/talk.pdf", "evidence/not-named.pdf", "letter.txt"):
        (folder / name).write_bytes(b"sample")
    (folder / ".gitattributes").write_text("cme.toml text\n", "utf-8")
    (folder / ".gitignore").write_text("*.ics\n", "utf-8")
    (folder / "cmeledger.schema.json").write_text("{}", "utf-8")
    done = commit(file)
    assert holds(file) == [
        ".gitattributes", ".gitignore", "cme.archive.toml", "cme.toml",
        "cmeledger.schema.json", "evidence/talk.pdf",
    ]  # fmt: skip
    assert message(file) == "Begin the ledger: 2 records\n\nAdd 1 certificate\n"
    head = run_git(folder, "rev-parse", "HEAD")[:10]
    assert done.out == f"Committed {head} on main: Begin the ledger: 2 records\n"
    assert status(file) == "?? evidence/not-named.pdf\n?? letter.txt\n"


def test_what_is_staged_of_other_files_stays_staged(file: Path) -> None:
    begun(file)
    for name in ("staged.txt", "other.txt"):
        (file.parent / name).write_text("sample", "utf-8")
    run_git(file.parent, "add", "staged.txt")
    file.write_text(HEAD + LIST, "utf-8")
    commit(file)
    assert holds(file) == ["cme.toml"]
    assert status(file) == "A  staged.txt\n?? other.txt\n"


def test_a_half_that_was_staged_goes_in_whole(file: Path) -> None:
    begun(file)
    file.write_text(HEAD + LIST, "utf-8")
    run_git(file.parent, "add", "cme.toml")
    file.write_text(HEAD + LIST + SCOPE, "utf-8")
    commit(file)
    assert run_git(file.parent, "show", "HEAD:cme.toml") == HEAD + LIST + SCOPE
    assert status(file) == ""


def test_a_ledger_below_the_top_of_its_repository(tmp_path: Path) -> None:
    folder = tmp_path / "all" / "my [own] papers"
    folder.mkdir(parents=True)
    run_git(tmp_path / "all", "init", "-q")
    identify(tmp_path / "all")
    file = folder / "cme.toml"
    file.write_text(HEAD + CERTIFIED, "utf-8")
    (folder / "evidence").mkdir()
    (folder / "evidence" / "talk.pdf").write_bytes(b"sample")
    (tmp_path / "all" / "cme.toml").write_text("another", "utf-8")
    commit(file)
    assert holds(file) == ["my [own] papers/cme.toml", "my [own] papers/evidence/talk.pdf"]


def test_a_renamed_ledger_takes_its_old_name_out(file: Path) -> None:
    begun(file, HEAD + LIST)
    (file.parent / "cme.archive.toml").write_text(TALK, "utf-8")
    commit(file)
    run_git(file.parent, "mv", "cme.toml", "mine.toml")
    run_git(file.parent, "mv", "cme.archive.toml", "mine.archive.toml")
    renamed = file.parent / "mine.toml"
    renamed.write_text(HEAD + LIST + SCOPE, "utf-8")
    commit(renamed)
    names = ["cme.archive.toml", "cme.toml", "mine.archive.toml", "mine.toml"]
    assert holds(renamed) == names
    assert message(renamed).startswith("Add SCOPE of Pain (2025-06-03)\n")
    assert status(renamed) == ""


def test_other_line_endings_that_git_does_not_keep_are_nothing(file: Path) -> None:
    begun(file, HEAD + LIST)
    run_git(file.parent, "config", "core.autocrlf", "true")
    file.write_bytes((HEAD + LIST).replace("\n", "\r\n").encode())
    assert commit(file).out == "nothing to commit: the last commit has all of it\n"
    file.write_bytes((HEAD + LIST + SCOPE).replace("\n", "\r\n").encode())
    commit(file)
    assert message(file).startswith("Add SCOPE of Pain (2025-06-03)\n")
    assert run_git(file.parent, "show", "HEAD:cme.toml") == HEAD + LIST + SCOPE


def test_a_filter_that_fails_is_said(file: Path) -> None:
    begun(file)
    (file.parent / ".gitattributes").write_text("*.toml filter=bad\n", "utf-8")
    run_git(file.parent, "config", "filter.bad.clean", "false")
    run_git(file.parent, "config", "filter.bad.required", "true")
    file.write_text(HEAD + LIST, "utf-8")
    assert "filter 'false' failed" in commit(file, code=4).err
    assert (commits(file), status(file).split("\n")[1:]) == (1, ["?? .gitattributes", ""])


def test_a_ledger_that_was_only_renamed(file: Path) -> None:
    begun(file, HEAD + LIST)
    run_git(file.parent, "mv", "cme.toml", "mine.toml")
    commit(file.parent / "mine.toml")
    assert holds(file) == ["cme.toml", "mine.toml"]
    assert message(file) == "Rename cme.toml to mine.toml\n"


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        (".gitignore", "Set up git for the ledger\n"),
        ("cmeledger.schema.json", "Bring the schema for editors up to date\n"),
    ],
)
def test_what_lies_beside_the_ledger_alone(name: str, subject: str, file: Path) -> None:
    begun(file)
    (file.parent / name).write_text("x", "utf-8")
    commit(file)
    assert (holds(file), message(file)) == ([name], subject)


def test_a_ledger_that_was_broken_is_mended(file: Path) -> None:
    file.write_text(HEAD + LIST + "[[\n", "utf-8")
    run_git(file.parent, "add", "cme.toml")
    run_git(file.parent, "commit", "-q", "-m", "broken")
    begun(file, HEAD + LIST)
    assert message(file) == "Mend the ledger\n"


def test_line_ends_that_git_keeps_apart_are_a_change(file: Path) -> None:
    begun(file)
    crlf = HEAD.encode().replace(b"\n", b"\r\n")
    file.write_bytes(crlf)
    commit(file)
    assert message(file) == "Change line endings or permissions\n"
    assert run_git(file.parent, "cat-file", "-s", "HEAD:cme.toml") == f"{len(crlf)}\n"
    file.chmod(0o755)
    commit(file)
    assert message(file) == "Change line endings or permissions\n"
    assert run_git(file.parent, "ls-tree", "HEAD", "cme.toml").startswith("100755 ")


def test_line_ends_that_git_does_not_keep_are_none(file: Path) -> None:
    (file.parent / ".gitattributes").write_text("cme.toml text eol=crlf\n", "utf-8")
    crlf = HEAD.encode().replace(b"\n", b"\r\n")
    file.write_bytes(crlf)
    commit(file)
    file.write_text(HEAD, "utf-8")
    assert commit(file).out == "nothing to commit: the last commit has all of it\n"
    file.write_bytes(crlf + LIST.encode())
    commit(file)
    assert message(file).startswith("Add Handoffs (2025-06-01)\n")
    assert run_git(file.parent, "cat-file", "-s", "HEAD:cme.toml") == f"{len(HEAD + LIST)}\n"


def test_an_archive_that_is_gone_goes(file: Path) -> None:
    (file.parent / "cme.archive.toml").write_text(TALK, "utf-8")
    begun(file)
    (file.parent / "cme.archive.toml").unlink()
    commit(file)
    assert holds(file) == ["cme.archive.toml"]
    assert message(file).startswith("Remove Heart failure at home (2025-05-01)\n")


def test_certificates_alone_make_a_commit(file: Path) -> None:
    begun(file, HEAD + CERTIFIED)
    (file.parent / "evidence").mkdir()
    (file.parent / "evidence" / "talk.pdf").write_bytes(b"sample")
    commit(file)
    assert message(file) == "Add 1 certificate\n"
    (file.parent / "evidence" / "talk.pdf").write_bytes(b"another")
    commit(file)
    assert message(file) == "Change 1 certificate\n"
    (file.parent / "evidence" / "talk.pdf").unlink()
    assert commit(file).out == "nothing to commit: the last commit has all of it\n"


def test_ignored_certificates_stay_out_and_are_counted(file: Path) -> None:
    file.write_text(HEAD + CERTIFIED, "utf-8")
    (file.parent / "evidence").mkdir()
    (file.parent / "evidence" / "talk.pdf").write_bytes(b"sample")
    (file.parent / ".gitignore").write_text("*.pdf\n", "utf-8")
    done = commit(file)
    assert holds(file) == [".gitignore", "cme.toml"]
    assert "note: git is told to ignore 1 file of the ledger's: left out\n" in done.err


def test_certificates_in_another_repository_stay_out_and_are_counted(file: Path) -> None:
    text = activity(date="2025-05-01", category=1, credits=1, evidence=["evidence/a.pdf", "b.pdf"])
    file.write_text(HEAD + text, "utf-8")
    (file.parent / "evidence").mkdir()
    for name in ("evidence/a.pdf", "b.pdf"):
        (file.parent / name).write_bytes(b"sample")
    run_git(file.parent / "evidence", "init", "-q")
    note = "note: 1 certificate in another repository's folder: left out\n"
    assert note in commit(file).err
    assert holds(file) == ["b.pdf", "cme.toml"]
    assert note in commit(file).err
    run_git(file.parent / "evidence", "add", "a.pdf")
    run_git(file.parent / "evidence", "commit", "-q", "-m", "a")
    run_git(file.parent, "add", "evidence")
    assert note in commit(file).err
    assert holds(file) == ["b.pdf", "cme.toml"]


def test_evidence_that_leads_into_gits_own_folder_stays_out(file: Path) -> None:
    text = activity(date="2025-05-01", category=1, credits=1, evidence=[".git/config"])
    file.write_text(HEAD + text, "utf-8")
    commit(file)
    assert holds(file) == ["cme.toml"]


def test_hundreds_of_certificates(file: Path) -> None:
    (file.parent / "evidence").mkdir()
    names = [f"evidence/{number:04}-{'x' * 100}.pdf" for number in range(300)]
    for name in names:
        (file.parent / name).write_bytes(name.encode())
    text = activity(date="2025-05-01", category=1, credits=1, evidence=names)
    file.write_text(HEAD + text, "utf-8")
    commit(file)
    assert holds(file) == ["cme.toml", *names]


# ── The message ──────────────────────────────────────────────────────────────────────────────


def test_a_record_and_what_it_did(file: Path) -> None:
    begun(file, HEAD + RISK)
    file.write_text(HEAD + RISK + SCOPE, "utf-8")
    commit(file)
    # Risk management: 8, and 2 more, of 10. All credits: the same two records.
    assert message(file) == (
        "Add SCOPE of Pain (2025-06-03)\n"
        "\n"
        "+ added    2025-06-03  SCOPE of Pain, 2 credits, category 1\n"
        "\n"
        "What that does, as of Mar 1, 2026:\n"
        "→ all credits 8 → 10 of 50\n"
        "→ risk management 8 → 10 of 10, now met\n"
    )


PLANNED = LIST + 'status = "attended"\nclaim-by = 2026-04-01\n'
RENEWAL = '[[renewal]]\njurisdiction = "MA"\nrenewal-date = 2026-05-10\nattested = 2026-02-01\n'
RENEWAL += 'edition = "2026-01"\ntotals = {}\ndigest = "x"\n'


@pytest.mark.parametrize(
    ("before", "after", "subject"),
    [
        (LIST, LIST.replace("BIDMC", "MGH"), "Change Handoffs (2025-06-01)"),
        (LIST, "", "Remove Handoffs (2025-06-01)"),
        (PLANNED, LIST, "Claim Handoffs (2025-06-01)"),
        (
            LIST,
            LIST + 'evidence = ["evidence/a.pdf"]\n',
            "Attach a certificate to Handoffs (2025-06-01)",
        ),
        (LIST, TALK + SCOPE + LIST.replace("BIDMC", "MGH"), "Add 2 records, change 1"),
        ("", RENEWAL, "Attest the renewal of 2026-05-10"),
        ("", RENEWAL + LIST, "Add 1 record, attest the renewal of 2026-05-10"),
        ("", "[practice]\nserves-adults = false\n", "Add the practice"),
        (LIST, "# a comment\n" + LIST, "Rewrite comments, order or spelling"),
        ("", "[[activity]]\ndate = 2025-01-01\n", "Add a record without a title (2025-01-01)"),
    ],
)
def test_subjects(before: str, after: str, subject: str, file: Path) -> None:
    begun(file, HEAD + before)
    file.write_text(HEAD + after, "utf-8")
    commit(file, "--yes")  # one of them has an error
    assert message(file).split("\n")[0] == subject


def test_records_that_went_into_the_archive(file: Path) -> None:
    begun(file, HEAD + LIST + TALK)
    file.write_text(HEAD, "utf-8")
    (file.parent / "cme.archive.toml").write_text(LIST + TALK, "utf-8")
    commit(file)
    assert message(file) == (
        "Archive 2 records\n"
        "\n"
        "> archived 2025-05-01  Heart failure at home, 1.5 credits, category 1\n"
        "> archived 2025-06-01  Handoffs, 2 credits, category 1\n"
    )


def test_many_records_are_counted_from_the_thirty_first_on(file: Path) -> None:
    begun(file)
    records = [
        activity(date=f"2025-01-{number:02}", title=f"Number {number}", category=2, credits=1)
        for number in range(1, 32)
    ]
    file.write_text(HEAD + "".join(records), "utf-8")
    commit(file)
    subject, _, *body = message(file).split("\n")
    assert subject == "Add 31 records"
    assert body[29] == "+ added    2025-01-30  Number 30, 1 credit, category 2"
    assert body[30] == "and 1 more"


FOR_GIT = [
    "x\n\nSigned-off-by: Mallory <m@example.org>",
    "# looks like a comment",
    "------------------------ >8 ------------------------",
    "--amend",
    "\U0001f9d1\u200d\u2695\ufe0f" * 60,
    "e\u0301" * 200,
    "w" * 500,
]
"""Titles that are meant for git, or as long as no line of a message may be."""
FOR_OTHERS = [*NASTY["terminal"], *NASTY["unicode"], *NASTY["markup"]]


@pytest.mark.parametrize(
    "every_nth", [4, pytest.param(1, marks=pytest.mark.soak)], ids=["short", "soak"]
)
def test_no_title_is_more_than_a_title(every_nth: int, file: Path) -> None:
    begun(file)
    text = HEAD
    for number, title in enumerate([*FOR_GIT, *FOR_OTHERS[::every_nth]]):
        if any("\ud800" <= char <= "\udfff" for char in title):
            continue  # TOML cannot hold it
        record = f'[[activity]]\nid = "n{number}"\ndate = 2025-06-01\ncategory = 2\ncredits = 1\n'
        spelled = json.dumps(title, ensure_ascii=False).replace("\x7f", "\\u007f")
        text += record + f"title = {spelled}\n"
        file.write_text(text, "utf-8")
        commit(file, "--yes")
        said = message(file)
        subject, blank, *body = said.removesuffix("\n").split("\n")
        assert subject.startswith("Add ")
        assert subject.endswith(" (2025-06-01)")
        assert len(subject) <= 72
        assert blank == ""
        assert body[0].startswith("+ added    2025-06-01  ")
        end = body.index("")
        assert all(line.startswith(" " * 23) for line in body[1:end])  # as far as the title
        assert body[end + 1] == "What that does, as of Mar 1, 2026:"
        assert all(len(line) <= 72 for line in body)
        whole = [subject, body[0] + "".join(line[23:] for line in body[1:end]), *body[end:]]
        assert all(visible(line) == line for line in whole)  # a break may part what is joined
        assert run_git(file.parent, "log", "-1", "--format=%(trailers)").strip() == ""


def test_what_is_different_is_said_to_its_end(file: Path) -> None:
    begun(file)
    planned = LIST.replace("Handoffs", "A long title of a talk about handoffs in large hospitals")
    file.write_text(HEAD + planned + 'status = "planned"\n', "utf-8")
    commit(file, "--yes")
    file.write_text(HEAD + planned.replace("credits = 2", "credits = 3"), "utf-8")
    commit(file, "--yes")
    lines = message(file).split("\n")
    changed = lines[2 : lines.index("", 2)]
    assert changed[0].startswith("~ changed  2025-06-01  A long title of a talk about handoffs in")
    said = " ".join(" ".join(changed).split())
    assert said.endswith("hospitals: credits 2 → 3; status taken out")


def test_a_message_of_ones_own_is_taken_as_it_is(file: Path) -> None:
    own = "Tidy up\n\n# a line that git would take for a comment\n\n\nand blanks  "
    file.write_text(HEAD + LIST, "utf-8")
    done = commit(file, "-m", own)
    assert message(file) == own + "\n"
    assert done.out.endswith(" on main: Tidy up\n")
    assert "message after -m is blank" in commit(file, "-m", "  ", code=2).err


def test_the_message_is_utf_8_whatever_the_locale(file: Path) -> None:
    begun(file)
    file.write_text(HEAD + LIST.replace("Handoffs", "Übergabe"), "utf-8")
    env = env_of(file) | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-m", "cmeledger", "commit", str(file), "--as-of", DAY]
    subprocess.run(command, env=env, check=True, capture_output=True)
    assert message(file).startswith("Add Übergabe (2025-06-01)\n")
    assert "→ all credits 0 → 2 of 50" in message(file)


# ── What is asked and answered ───────────────────────────────────────────────────────────────


def test_a_dry_run_shows_files_and_message_and_writes_nothing(file: Path) -> None:
    begun(file)
    file.write_text(HEAD + LIST, "utf-8")
    before = status(file)
    done = commit(file, "--dry-run")
    assert done.out.split("\n")[:6] == [
        "To be committed on main:", "  changed  cme.toml", "", "Message:",
        "  Add Handoffs (2025-06-01)", "",
    ]  # fmt: skip
    assert (commits(file), status(file)) == (1, before)


def test_json(file: Path) -> None:
    begun(file)
    file.write_text(HEAD + LIST, "utf-8")
    dry = commit(file, "--json", "--dry-run").json
    assert (dry["written"], dry["commit"], commits(file)) == (False, None, 1)
    found = commit(file, "--json").json
    assert found["commit"] == run_git(file.parent, "rev-parse", "HEAD").strip()
    assert found | {"commit": None, "written": False} == dry
    assert (found["schema"], found["written"], found["branch"]) == (1, True, "main")
    assert found["files"] == [{"path": "cme.toml", "change": "changed"}]
    assert found["message"] + "\n" == message(file)
    assert [(item["change"], item["id"]) for item in found["changes"]] == [("added", "list")]
    total = found["effects"][0]["requirements"][0]
    assert (total["id"], total["before"]["counted"], total["after"]["counted"]) == ("total", 0, 2)
    nothing = commit(file, "--json").json
    assert (nothing["written"], nothing["files"], nothing["message"]) == (False, [], None)


def test_a_terminal_is_asked(file: Path) -> None:
    def asked(typed: str) -> str:
        command = owning_it("commit", "--as-of", DAY)
        home = str(file.parent.parent)
        with Terminal(command, (100, 40), CMELEDGER=str(file), PYTHONUTF8="1", HOME=home) as screen:
            screen.shows("Commit this? [Y/n]")
            screen.send(typed)
            assert screen.ended() == 0
            return screen.words

    file.write_text(HEAD + LIST, "utf-8")
    assert "Nothing was committed." in asked("n\n")
    assert run_git(file.parent, "rev-list", "--all", "--count") == "0\n"
    shown = asked("\n")
    assert "added cme.toml Message: Begin the ledger: 1 record" in shown
    assert "Committed" in shown
    assert commits(file) == 1


def test_a_ledger_with_errors_is_committed_only_on_purpose(file: Path) -> None:
    file.write_text(HEAD + LIST + 'kind = "sermon"\n', "utf-8")
    done = commit(file, code=4)
    assert "note: the ledger has 1 error: see cmeledger check" in done.err
    assert "nobody is there to ask" in done.err
    assert run_git(file.parent, "rev-list", "--all", "--count") == "0\n"
    commit(file, "--yes")
    assert commits(file) == 1


# ── What stands in the way ───────────────────────────────────────────────────────────────────


def refused(file: Path, *said: str, code: int = 4) -> None:
    """See that nothing is committed, nothing staged, and what is said."""
    listed = run_git(file.parent, "ls-files", "--stage")
    done = commit(file, code=code)
    for text in said:
        assert text in done.err
    assert done.out == ""
    assert run_git(file.parent, "ls-files", "--stage") == listed


def test_no_repository_and_no_git(tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    file = folder / "cme.toml"
    file.write_text(HEAD, "utf-8")
    assert "cmeledger git setup --init" in commit(file, code=4).err
    env = env_of(file) | {"PATH": str(tmp_path)}
    done = run_here("commit", str(file), env=env)
    assert (done.code, "git is not installed" in done.err) == (4, True)


def test_a_bare_repository(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "-q", "--bare", "bare")
    file = tmp_path / "bare" / "cme.toml"
    file.write_text(HEAD, "utf-8")
    assert "is a bare repository" in commit(file, code=4).err


def test_nobody_that_git_knows(file: Path) -> None:
    run_git(file.parent, "config", "--unset", "user.email")
    refused(file, "git does not know who you are", "git config --global user.email")
    env = env_of(file) | {"GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_EMAIL": "b@x.org"}
    assert run_here("commit", str(file), env=env).code == 0


def test_a_ledger_that_does_not_parse(file: Path) -> None:
    begun(file)
    file.write_text(HEAD + "<<<<<<< HEAD\n" + LIST + "=======\n>>>>>>> theirs\n", "utf-8")
    refused(file, "git left both versions here", code=3)


def test_conflict_markers_in_a_text(file: Path) -> None:
    begun(file)
    note = "note = '''\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> theirs\n'''\n"
    file.write_text(HEAD + LIST + note, "utf-8")
    refused(file, "conflict markers", "keep one")


def diverged(file: Path) -> None:
    """Make two branches that differ in one record."""
    begun(file, HEAD + LIST)
    run_git(file.parent, "switch", "-q", "-c", "other")
    begun(file, HEAD + LIST.replace("BIDMC", "MGH"))
    run_git(file.parent, "switch", "-q", "main")
    begun(file, HEAD + LIST.replace("BIDMC", "BMC"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("merge", "other"), "a merge is not finished"),
        (("rebase", "other"), "a rebase is not finished"),
        (("rebase", "--apply", "other"), "a rebase is not finished"),
        (("am", ".git/other.patch"), "applying patches (git am) is not finished"),
        (("cherry-pick", "other"), "a cherry-pick is not finished"),
        (("revert", "HEAD~1"), "a revert is not finished"),
    ],
)
def test_what_is_not_finished(words: tuple[str, ...], said: str, file: Path) -> None:
    diverged(file)
    patch = run_git(file.parent, "format-patch", "--stdout", "-1", "other")
    (file.parent / ".git" / "other.patch").write_text(patch, "utf-8")
    with pytest.raises(subprocess.CalledProcessError):
        run_git(file.parent, *words)
    file.write_text(HEAD + LIST, "utf-8")
    refused(file, said, f"git {words[0]} --continue", f"git {words[0]} --abort")


def test_conflicts_that_a_stash_left(file: Path) -> None:
    begun(file, HEAD + LIST)
    file.write_text(HEAD + LIST.replace("BIDMC", "MGH"), "utf-8")
    run_git(file.parent, "stash")
    begun(file, HEAD + LIST.replace("BIDMC", "BMC"))
    with pytest.raises(subprocess.CalledProcessError):
        run_git(file.parent, "stash", "pop")
    file.write_text(HEAD + LIST, "utf-8")
    refused(file, "cme.toml has conflicts that are not resolved", "git add FILE")


def test_another_git_at_work(file: Path) -> None:
    lock = file.parent / ".git" / "index.lock"
    lock.write_bytes(b"")
    refused(file, "another git is at work", str(lock))


def test_an_ignored_ledger(file: Path) -> None:
    (file.parent / ".gitignore").write_text("*.toml\n", "utf-8")
    refused(file, "git is told to ignore cme.toml", "git check-ignore -v cme.toml")
    run_git(file.parent, "add", "--force", "cme.toml")
    commit(file)
    assert holds(file) == [".gitignore", "cme.toml"]


@pytest.mark.parametrize("option", ["assume-unchanged", "skip-worktree"])
def test_a_ledger_that_git_is_told_not_to_look_at(option: str, file: Path) -> None:
    begun(file)
    run_git(file.parent, "update-index", f"--{option}", "cme.toml")
    assert commit(file).out == "nothing to commit: the last commit has all of it\n"
    file.write_text(HEAD + LIST, "utf-8")
    refused(file, "not to look at cme.toml", f"git update-index --no-{option} cme.toml")
    run_git(file.parent, "update-index", f"--no-{option}", "cme.toml")
    commit(file)
    assert holds(file) == ["cme.toml"]


def test_a_detached_head_is_named_and_works(file: Path) -> None:
    begun(file)
    run_git(file.parent, "switch", "-q", "--detach")
    file.write_text(HEAD + LIST, "utf-8")
    done = commit(file)
    assert "note: no branch is checked out" in done.err
    assert done.out.endswith(": Add Handoffs (2025-06-01)\n")
    assert " on " not in done.out.split(":")[0]


def test_a_worktree_and_a_submodule(file: Path, tmp_path: Path) -> None:
    begun(file)
    run_git(file.parent, "worktree", "add", "-q", "-b", "two", str(tmp_path / "two"))
    other = tmp_path / "two" / "cme.toml"
    other.write_text(HEAD + LIST, "utf-8")
    assert " on two: Add Handoffs" in commit(other).out
    outer = tmp_path / "outer"
    outer.mkdir()
    run_git(outer, "init", "-q")
    run_git(outer, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(file.parent))
    inner = outer / "ledger" / "cme.toml"
    identify(inner.parent)
    inner.write_text(HEAD + LIST, "utf-8")
    assert " on main: Add Handoffs" in commit(inner).out
    assert run_git(outer, "status", "--porcelain").split("\n")[0] == "A  .gitmodules"


def test_what_was_saved_or_committed_meanwhile_is_not_committed(file: Path) -> None:
    begun(file)
    env = env_of(file)
    file.write_text(HEAD + LIST, "utf-8")
    day = date.fromisoformat(DAY)
    plan = committing.plan(committing.compare(str(file), day, env), day, env)
    file.write_text(HEAD + TALK, "utf-8")
    with pytest.raises(NotCommitted, match="was saved meanwhile"):
        committing.carry_out(plan, plan.message, env)
    file.write_text(HEAD + LIST, "utf-8")
    run_git(file.parent, "commit", "-q", "--allow-empty", "-m", "another")
    with pytest.raises(NotCommitted, match="another commit was made"):
        committing.carry_out(plan, plan.message, env)
    assert commits(file) == 2


def test_what_git_refuses_is_said_and_new_files_are_not_staged(file: Path) -> None:
    file.write_text(HEAD + LIST, "utf-8")
    lock = file.parent / ".git" / "HEAD.lock"
    lock.write_bytes(b"")
    refused(file, "git commit failed: ", "cannot lock ref 'HEAD'")
    assert status(file) == "?? cme.toml\n"


def test_what_git_only_warns_of_is_not_why_it_failed(file: Path) -> None:
    (file.parent / ".gitattributes").write_text("cme.toml text eol=crlf\n", "utf-8")
    file.write_text(HEAD, "utf-8")
    (file.parent / ".git" / "HEAD.lock").write_bytes(b"")
    done = commit(file, code=4)
    assert "warning" not in done.err
    assert "cannot lock ref 'HEAD'" in done.err


# ── What a repository could name ─────────────────────────────────────────────────────────────


def test_nothing_that_the_repository_names_is_run(file: Path) -> None:
    begun(file)
    ran = file.parent.parent / "ran"
    program = file.parent.parent / "program"
    program.write_text(f"#!/bin/sh\necho $0 >> {ran}\nexit 1\n", "utf-8")
    program.chmod(0o755)
    hooks = file.parent / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in (
        "pre-commit", "commit-msg", "prepare-commit-msg", "post-commit", "reference-transaction",
        "post-index-change", "pre-auto-gc", "post-rewrite",
    ):  # fmt: skip
        os.symlink(program, hooks / name)
    for key, value in {
        "core.hooksPath": str(hooks),
        "core.fsmonitor": str(program),
        "core.editor": str(program),
        "core.pager": str(program),
        "commit.gpgSign": "true",
        "gpg.program": str(program),
        "commit.template": str(program),
        "commit.verbose": "true",
        "diff.external": str(program),
        "alias.commit": f"!{program}",
        "alias.status": f"!{program}",
    }.items():
        run_git(file.parent, "config", key, value)
    file.write_text(HEAD + LIST, "utf-8")
    commit(file)
    assert not ran.exists()
    assert message(file).startswith("Add Handoffs (2025-06-01)\n\n+ added")


def test_nothing_is_sent_anywhere(file: Path, tmp_path: Path) -> None:
    begun(file)
    run_git(tmp_path, "clone", "-q", "--bare", str(file.parent), "far")
    run_git(file.parent, "remote", "add", "origin", str(tmp_path / "far"))
    run_git(file.parent, "config", "push.default", "current")
    file.write_text(HEAD + LIST, "utf-8")
    commit(file)
    assert run_git(tmp_path / "far", "rev-list", "--all", "--count") == "1\n"
