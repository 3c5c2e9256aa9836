"""`git setup` and its undo: with real git in new repositories."""

import io
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmeledger.cli.main import Io, main
from cmeledger.git import blocks
from conftest import HEAD, run_here
from repositories import needs_git, run_git
from setting_up import (
    ATTRIBUTES,
    BROKEN,
    ENV,
    HOOK,
    IGNORED,
    PROGRAM,
    alone,
    codes,
    commit,
    in_git,
    listing,
    setup,
)

pytestmark = needs_git

CONFIG = ("merge.cmeledger.name", "merge.cmeledger.driver", "diff.cmeledger.xfuncname")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return alone(tmp_path)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return in_git(tmp_path)


# ── set up ───────────────────────────────────────────────────────────────────────────────────


def test_what_is_set_up(repository: Path) -> None:
    done = setup(repository, "--yes")
    assert done.code == 0
    assert "git is set up in " in done.out
    folder = repository.parent
    assert (folder / ".gitattributes").read_text("utf-8") == ATTRIBUTES
    assert (folder / ".gitignore").read_text("utf-8") == IGNORED
    hook = folder / ".git" / "hooks" / "pre-commit"
    assert hook.read_text("utf-8") == HOOK
    assert stat.S_IMODE(hook.stat().st_mode) == 0o755
    driver = run_git(folder, "config", "--local", "merge.cmeledger.driver")
    assert driver == (
        f'was="$(ls -i %A; git hash-object --no-filters %A)"; {PROGRAM} merge-file %O %A %B '
        "--marker-size %L --path=%P; code=$?; [ $code = 0 ] && exit 0; "
        '[ "$was" = "$(ls -i %A; git hash-object --no-filters %A)" ] || exit $code; '
        'echo "cmeledger could not merge the records: git merges the lines" >&2; '
        "git merge-file -L ours -L base -L theirs --marker-size=%L %A %O %B\n"
    )
    assert run_git(folder, "config", "diff.cmeledger.xfuncname") == (
        "^(\\[.*|title[[:blank:]]*=.*)$\n"
    )


def test_done_again_it_does_nothing(repository: Path) -> None:
    setup(repository, "--yes")
    before = listing(repository.parent)
    done = setup(repository)
    assert (done.code, done.out) == (0, f"everything is set up in {repository.parent}\n")
    assert listing(repository.parent) == before


def test_undo_gives_every_byte_back(repository: Path) -> None:
    folder = repository.parent
    (folder / ".gitattributes").write_bytes(b"*.pdf binary\r\n# mine\n")
    (folder / ".gitignore").write_bytes(b"*.bak")  # its line has no end
    run_git(folder, "config", "merge.other.driver", "true")
    before = listing(folder)
    assert setup(repository, "--yes").code == 0
    assert (folder / ".gitignore").read_text("utf-8") == "*.bak\n" + IGNORED.removesuffix("\n")
    assert run_git(folder, "check-ignore", "a.bak", "dates.ics") == "a.bak\ndates.ics\n"
    assert listing(folder) != before
    undone = setup(repository, "--undo", "--yes")
    assert (undone.code, undone.out.split("\n")[-3]) == (0, "taken back")
    assert listing(folder) == before
    assert setup(repository, "--undo").out == (
        f"nothing of cmeledger's is set up for git in {folder}\n"
    )


def test_undo_leaves_what_was_added_since(repository: Path) -> None:
    folder = repository.parent
    setup(repository, "--yes")
    for name in (".gitattributes", ".gitignore", ".git/hooks/pre-commit"):
        with (folder / name).open("a") as opened:
            opened.write("# added\n")
    setup(repository, "--undo", "--yes")
    assert (folder / ".gitattributes").read_text("utf-8") == "# added\n"
    assert (folder / ".gitignore").read_text("utf-8") == "# added\n"
    assert (folder / ".git/hooks/pre-commit").read_text("utf-8") == "#!/bin/sh\n# added\n"


def test_a_line_written_among_ours_stays(repository: Path) -> None:
    folder = repository.parent
    setup(repository, "--yes")
    texts = {".gitattributes": ATTRIBUTES, ".gitignore": IGNORED}
    for name, text in texts.items():
        first, rest = text.split("\n", 1)
        (folder / name).write_text(f"{first}\n/mine text\n{rest}", "utf-8")
    setup(repository, "--yes")
    for name, text in texts.items():
        assert (folder / name).read_text("utf-8") == f"/mine text\n{text}"
        (folder / name).write_text(text.replace("cme.toml\n", "cme.toml\r\n/mine text\r\n", 1))
    setup(repository, "--undo", "--yes")
    for name in texts:
        assert (folder / name).read_text("utf-8") == "/mine text\n"


def test_a_union_below_our_lines_does_not_win(repository: Path) -> None:
    listed = repository.with_name(".gitattributes")
    setup(repository, "--yes")
    listed.write_text(f"{ATTRIBUTES}*.toml merge=union\n", "utf-8")
    assert codes(repository) == ["git-merge-union"]
    setup(repository, "--yes")
    assert listed.read_text("utf-8") == f"*.toml merge=union\n{ATTRIBUTES}"
    assert codes(repository) == []
    assert setup(repository).out.startswith("everything is set up in ")


def test_a_union_that_is_above_all_lists_is_named(repository: Path) -> None:
    own = repository.parent / ".git" / "info" / "attributes"
    own.parent.mkdir(exist_ok=True)
    own.write_text("cme.toml merge=union\n", "utf-8")
    said = (
        "note: git does not merge cme.toml by record, whatever .gitattributes says: "
        "take out the line that is for it in .git/info/attributes\n"
    )
    assert setup(repository, "--yes").err.endswith(said)
    assert setup(repository).err == said
    own.unlink()
    assert setup(repository).err == ""


def test_a_driver_of_somebody_elses_stays(repository: Path) -> None:
    run_git(repository.parent, "config", "merge.cmeledger.driver", "my-own %A")
    done = setup(repository, "--undo", "--yes")
    assert "merge.cmeledger.driver is not as this program sets it" in done.err
    assert run_git(repository.parent, "config", "merge.cmeledger.driver") == "my-own %A\n"


def test_two_ledgers_in_one_repository(repository: Path) -> None:
    folder = repository.parent
    setup(repository, "--yes")
    alone = listing(folder)
    other = folder / "sub folder" / "Dr. O'Hara.toml"
    other.parent.mkdir()
    other.write_text(HEAD, "utf-8")
    assert setup(other, "--yes").code == 0
    assert (other.parent / ".gitattributes").read_text("utf-8").split("\n")[1] == (
        '"/Dr. O\'Hara.toml" merge=cmeledger diff=cmeledger text eol=lf'
    )
    run_git(folder, "add", "-A")
    assert commit(repository).returncode == 0
    other.write_text(BROKEN, "utf-8")
    repository.write_text(HEAD + "\n", "utf-8")
    assert commit(repository, "cme.toml").returncode == 0
    assert commit(repository, "-a").returncode == 1
    other.write_text(HEAD, "utf-8")
    assert setup(other, "--undo", "--yes").code == 0
    alone["sub folder/Dr. O'Hara.toml"] = HEAD.encode()
    alone["cme.toml"] = HEAD.encode() + b"\n"
    assert listing(folder) == alone  # the driver is still there for the first one


def test_a_ledger_that_git_ignores_is_named(repository: Path) -> None:
    repository.with_name(".gitignore").write_text("*.toml\n", "utf-8")
    assert (
        "note: git ignores cme.toml, so it keeps no version of it" in setup(repository, "--yes").err
    )
    run_git(repository.parent, "add", "--force", "cme.toml")
    assert setup(repository).err == ""


def test_nothing_is_written_without_a_yes(repository: Path) -> None:
    before = listing(repository.parent)
    refused = setup(repository)
    assert (refused.code, listing(repository.parent)) == (2, before)
    assert "say --yes" in refused.err
    shown = setup(repository, "--dry-run")
    assert (shown.code, listing(repository.parent)) == (0, before)
    assert "+/cme.toml merge=cmeledger diff=cmeledger text eol=lf\n" in shown.out


class Terminal(io.StringIO):
    """A stream that passes for a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("typed", "written"), [("y\n", True), ("\n", False), ("", False)])
def test_on_a_terminal_it_asks_and_makes_a_repository(
    typed: str, written: bool, file: Path
) -> None:
    out, err = io.StringIO(), Terminal()
    env = ENV | {"GIT_CEILING_DIRECTORIES": "/"}
    assert main(["git", "setup", str(file)], Io(out, err, env, Terminal(typed))) == 0
    assert (
        "\nIn short:\n  git: makes the folder a git repository\n  .gitattributes: how git "
        in out.getvalue()
    )
    assert "Do all this? [y/N] " in err.getvalue()
    assert (file.parent / ".git").is_dir() == written
    assert (file.parent / ".gitattributes").exists() == written


def test_a_folder_in_no_repository(file: Path) -> None:
    done = setup(file, "--yes")
    assert done.code == 2
    assert done.err == (
        f"cmeledger: {file.parent} is in no git repository\n"
        "help: to begin one there: cmeledger git setup --init\n"
    )
    assert setup(file, "--undo", "--yes").code == 2
    shown = setup(file, "--init", "--dry-run")
    assert (shown.code, list(listing(file.parent))) == (0, ["cme.toml"])
    assert setup(file, "--init", "--yes").code == 0
    assert (file.parent / ".git/hooks/pre-commit").read_text("utf-8") == HOOK
    assert setup(file, "--init").out.startswith("everything is set up in ")
    assert setup(file, "--init", "--undo").code == 2
    assert setup(file.with_name("none.toml"), "--init").code == 3
    assert setup(file, PATH="/nowhere").code == 2


def test_json(repository: Path) -> None:
    tried = setup(repository, "--dry-run", "--json").json
    done = setup(repository, "--yes", "--json").json
    assert (tried["schema"], tried["written"], done["written"]) == (1, False, True)
    assert tried["steps"] == done["steps"]
    assert [step["id"] for step in done["steps"]] == ["attributes", "ignored", "driver", "hook"]
    first, _, driver, _ = done["steps"]
    assert first.keys() == {"id", "what", "file", "diff", "config"}
    assert first["file"] == str(repository.with_name(".gitattributes"))
    assert first["diff"].endswith("+" + ATTRIBUTES.removesuffix("\n").replace("\n", "\n+") + "\n")
    assert (driver["file"], driver["diff"], tuple(driver["config"])) == (None, "", CONFIG)
    again = setup(repository, "--json").json
    assert again == {"schema": 1, "written": False, "steps": [], "advice": []}
    gone = setup(repository, "--undo", "--yes", "--json").json
    assert gone["steps"][-1]["config"] == dict.fromkeys(CONFIG)


@pytest.mark.parametrize(
    ("text", "kept"),
    [(HEAD.replace("\n", "\r\n"), "text eol=crlf"), (HEAD + "# mixed\r\n", "-text")],
)
def test_the_ends_of_lines_stay(text: str, kept: str, repository: Path) -> None:
    repository.write_bytes(text.encode())
    repository.with_name("cme.archive.toml").write_text("format = 1\n", "utf-8")
    assert setup(repository, "--yes").code == 0
    lines = repository.with_name(".gitattributes").read_text("utf-8").split("\n")
    assert lines[1] == f"/cme.toml merge=cmeledger diff=cmeledger {kept}"
    assert lines[2] == "/cme.archive.toml merge=cmeledger diff=cmeledger text eol=lf"
    run_git(repository.parent, "add", "-A")
    assert commit(repository).returncode == 0
    repository.unlink()
    run_git(repository.parent, "checkout", "-q", "--", "cme.toml")
    assert repository.read_bytes() == text.encode()


@pytest.mark.parametrize(
    "name",
    ["-x.toml", "#x.toml", "!x.toml", "a b.toml", 'a"b.toml', "a*b[c]?.toml", "a\\b.toml", "é.toml",
     "$(touch ran).toml", "%A'.toml", "\udcff.toml"],
)  # fmt: skip
def test_hostile_names(name: str, repository: Path) -> None:
    folder = repository.parent
    other = repository.rename(repository.with_name(name))
    (folder / "evidence").mkdir()
    (folder / "evidence" / "a.pdf").write_bytes(b"%PDF")
    done = run_here("git", "setup", "--yes", "--", str(other), env=ENV)
    assert done.code == 0, done.err
    for asked in (name, f"{name.removesuffix('.toml')}.archive.toml"):
        shown = run_git(folder, "check-attr", "-z", "merge", "--", asked)
        assert shown == f"{asked}\0merge\0cmeledger\0"
    others = run_git(folder, "check-attr", "-z", "merge", "--", "other.toml", "sub/" + name)
    assert others.count("unspecified") == 2
    assert run_git(folder, "check-attr", "text", "evidence/a.pdf").endswith("unset\n")
    lock = f".{name}.cmeledger-lock"
    run_git(folder, "check-ignore", "--quiet", "--", lock)  # fails for what is not ignored
    run_git(folder, "add", "-A")
    assert name in run_git(folder, "ls-files", "-z").split("\0")
    assert "evidence/a.pdf" in run_git(folder, "ls-files")
    other.write_text(BROKEN, "utf-8")
    run_git(folder, "add", "-A")
    assert commit(other).returncode == 1
    other.write_text(HEAD, "utf-8")
    run_git(folder, "add", "-A")
    assert commit(other).returncode == 0
    assert not (folder / "ran").exists()
    undone = run_here("git", "setup", "--undo", "--yes", "--", str(other), env=ENV)
    assert undone.code == 0
    assert not (folder / ".gitattributes").exists()


def test_a_name_that_git_cannot_list(repository: Path) -> None:
    done = setup(repository.rename(repository.with_name("a\nb.toml")), "--yes")
    assert done.code == 2
    assert done.err.endswith("a\\nb.toml\nhelp: rename the ledger, like cme.toml\n")
    assert not repository.with_name(".gitattributes").exists()


PIECES = ["\n", "\r\n", "a", " ", "#", "é", "\udcff", "# cmeledger git setup: other.toml\n"]
PIECES += ["# cmeledger git setup: cme.toml\n", "# end of cmeledger git setup: other.toml\n"]


@given(st.lists(st.sampled_from(PIECES)).map("".join), st.lists(st.sampled_from("ab")))
def test_lines_go_in_and_out_of_any_text(text: str, lines: list[str]) -> None:
    once = blocks.put(text, "cme.toml", lines)
    assert once.startswith(text)
    assert blocks.take(once, "cme.toml") == text
    assert blocks.put(once, "cme.toml", lines) == once
    assert blocks.take(blocks.put(once, "cme.toml", ["c"]), "cme.toml") == text
    assert blocks.has_any(once)


# ── where it cannot be written ───────────────────────────────────────────────────────────────


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_folders_that_cannot_be_written(repository: Path) -> None:
    folder = repository.parent
    for locked in (folder, folder / ".git", folder / ".git" / "hooks"):
        locked.mkdir(exist_ok=True)
        locked.chmod(0o500)
        try:
            assert setup(repository, "--yes").code == 4
        finally:
            locked.chmod(0o700)
    assert setup(repository, "--yes").code == 0


@pytest.mark.parametrize("option", ["--yes", "--undo"])
def test_a_file_that_is_read_only_stays(option: str, repository: Path) -> None:
    listed = repository.with_name(".gitignore")
    if option == "--undo":
        setup(repository, "--yes")
    text = "/mine\n" + (listed.read_text("utf-8") if listed.exists() else "")
    listed.write_text(text, "utf-8")
    listed.chmod(0o400)
    done = setup(repository, option, "--yes")
    assert (done.code, listed.read_text("utf-8")) == (4, text)
    assert done.err.endswith(
        f"{listed}: the file is read-only\nhelp: to change it: chmod u+w {listed}\n"
    )


@pytest.mark.parametrize("name", [".gitattributes", ".gitignore", ".git/hooks/pre-commit"])
def test_links_and_folders_in_the_place_of_files(name: str, repository: Path) -> None:
    path = repository.parent / name
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    target = repository.parent.parent / "target"
    target.write_bytes(b"# mine\n")
    path.symlink_to(target)
    assert setup(repository, "--yes").code == 4
    assert (target.read_bytes(), path.is_symlink()) == (b"# mine\n", True)
    path.unlink()
    path.mkdir()
    assert setup(repository, "--yes").code == 4


def test_a_configuration_that_is_locked(repository: Path) -> None:
    lock = repository.parent / ".git" / "config.lock"
    lock.touch()
    done = setup(repository, "--yes")
    assert done.code == 4
    assert "the repository's configuration: git config failed" in done.err
    lock.unlink()
    assert setup(repository, "--yes").code == 0
