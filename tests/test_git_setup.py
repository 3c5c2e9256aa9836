"""`git setup` and its undo, the hook, and what check says: with real git in new repositories."""

import io
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from shlex import quote

import pytest

from cmeledger.cli.main import Io, main
from cmeledger.git import patterns
from conftest import HEAD, Result, run_here
from repositories import CLEAN, needs_git, run_git

pytestmark = needs_git

ATTRIBUTES = """\
# cmeledger git setup: cme.toml
/cme.toml merge=cmeledger diff=cmeledger text eol=lf
/cme.archive.toml merge=cmeledger diff=cmeledger text eol=lf
/evidence/** binary
# end of cmeledger git setup: cme.toml
"""
IGNORED = """\
# cmeledger git setup: cme.toml
/.cme.toml.cmeledger-*
/.cme.archive.toml.cmeledger-*
/cme.toml.theirs-*
/cme.archive.toml.theirs-*
.cmeledger-*.part
/cme-packet-*.pdf
/cme-packet-*.zip
/cme-packet-*.html
/*.ics
# end of cmeledger git setup: cme.toml
"""
PROGRAM = f"{quote(sys.executable)} -P -m cmeledger"
HOOK = f"""\
#!/bin/sh
# cmeledger git setup: cme.toml
if ! git --literal-pathspecs diff --cached --quiet --diff-filter=d -- cme.toml cme.archive.toml; then
  said=$({PROGRAM} check --staged cme.toml 2>&1)
  code=$?
  [ $code = 0 ] || printf "%s\\n" "$said" >&2
  if [ $code = 1 ] || [ $code = 3 ] && {PROGRAM} --version >/dev/null 2>&1; then
    echo "Nothing was committed: mend the ledger, git add it, and commit again." >&2
    echo "To commit it as it is: git commit --no-verify" >&2
    exit 1
  elif [ $code != 0 ]; then
    echo "The ledger was not checked. To set that up anew: cmeledger git setup" >&2
  fi
fi
# end of cmeledger git setup: cme.toml
"""
BROKEN = HEAD.replace("format = 1", "format =")
CONFIG = ("merge.cmeledger.name", "merge.cmeledger.driver", "diff.cmeledger.xfuncname")
WITHOUT_IT = os.pathsep.join(
    folder
    for folder in os.environ["PATH"].split(os.pathsep)
    if not os.path.lexists(os.path.join(folder, "cmeledger"))
)
"""Where git is found, and this program is not."""
ENV = CLEAN | {"PATH": WITHOUT_IT}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "ledger"
    folder.mkdir()
    (folder / "cme.toml").write_text(HEAD, "utf-8")
    return folder / "cme.toml"


@pytest.fixture
def repository(file: Path) -> Path:
    run_git(file.parent, "init", "-q")
    return file


def setup(file: Path, *options: str, **env: str) -> Result:
    return run_here("git", "setup", *options, str(file), env=ENV | env)


def commit(file: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Commit as a person would, with hooks; give how it ended."""
    person = ("-c", "user.name=Sample", "-c", "user.email=sample@example.org")
    return subprocess.run(
        ["git", *person, "commit", "-q", "-m", "a message", *words],
        cwd=file.parent,
        env=ENV,
        capture_output=True,
        text=True,
        check=False,
    )


def commits(file: Path) -> int:
    return int(run_git(file.parent, "rev-list", "--count", "--all"))


def listing(folder: Path) -> dict[str, bytes]:
    """Give every file below a folder; of git's own, its configuration and the hooks."""
    return {
        name: path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
        and (name := path.relative_to(folder).as_posix()).startswith(
            (".git/config", ".git/hooks") if path.relative_to(folder).parts[0] == ".git" else ""
        )
    }


def codes(file: Path) -> list[str]:
    found = run_here("check", str(file), "--as-of", "2026-03-01", "--json", env=ENV)
    return [problem["code"] for problem in found.json["problems"]]


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
        f'was="$(git hash-object --no-filters %A)"; {PROGRAM} merge-file %O %A %B '
        "--marker-size %L --path %P; code=$?; [ $code = 0 ] && exit 0; "
        '[ "$was" = "$(git hash-object --no-filters %A)" ] || exit $code; '
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
    assert "repository: makes the folder a git repository\n" in out.getvalue()
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
    assert setup(repository, "--yes").code == 0
    lines = repository.with_name(".gitattributes").read_text("utf-8").split("\n")
    assert lines[1] == f"/cme.toml merge=cmeledger diff=cmeledger {kept}"
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
    assert "rename the ledger" in done.err
    assert not repository.with_name(".gitattributes").exists()


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


# ── hooks of others, and repositories of other kinds ─────────────────────────────────────────


def test_anothers_hook_is_left_alone(repository: Path) -> None:
    hook = repository.parent / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_bytes(b"#!/bin/sh\necho mine\n")
    done = setup(repository, "--yes")
    line = f"{PROGRAM} check --staged cme.toml >&2 || exit 1"
    assert done.code == 0
    assert f"the hook {hook} is left to you (it is not of cmeledger)" in done.err
    assert done.err.endswith(f"checks the ledger there: {line}\n")
    assert hook.read_bytes() == b"#!/bin/sh\necho mine\n"
    hook.write_text(f"#!/bin/sh\necho mine\n{line}\n", "utf-8")
    hook.chmod(0o755)
    assert setup(repository).err == ""
    repository.write_text(BROKEN, "utf-8")
    run_git(repository.parent, "add", "-A")
    assert commit(repository).returncode == 1
    before = hook.read_bytes()
    setup(repository, "--undo", "--yes")
    assert hook.read_bytes() == before


def test_a_hook_of_pre_commit(repository: Path) -> None:
    hook = repository.parent / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\n# File generated by pre-commit: https://pre-commit.com\n", "utf-8")
    assert "name the hook cmeledger-check in .pre-commit-config.yaml" in setup(
        repository, "--yes"
    ).err  # fmt: skip
    config = repository.with_name(".pre-commit-config.yaml")
    config.write_text("repos:\n- hooks:\n  - id: cmeledger-check\n", "utf-8")
    assert setup(repository).err == ""


def test_hooks_in_a_folder_that_others_share(repository: Path, tmp_path: Path) -> None:
    shared = tmp_path / "hooks"
    shared.mkdir()
    run_git(repository.parent, "config", "core.hooksPath", str(shared))
    done = setup(repository, "--yes")
    assert done.code == 0
    assert f"the hook {shared}/pre-commit is left to you (core.hooksPath names its folder)" in (
        done.err
    )
    assert list(shared.iterdir()) == []
    assert not (repository.parent / ".git/hooks/pre-commit").exists()
    assert setup(repository, "--undo", "--yes").code == 0


def test_a_linked_worktree(repository: Path, tmp_path: Path) -> None:
    folder = repository.parent
    run_git(folder, "add", "-A")
    run_git(folder, "commit", "-q", "-m", "first")
    run_git(folder, "worktree", "add", "-q", str(tmp_path / "other"))
    ledger = tmp_path / "other" / "cme.toml"
    assert setup(ledger, "--yes").code == 0
    assert (folder / ".git/hooks/pre-commit").read_text("utf-8") == HOOK
    for broken in (ledger, repository):
        broken.write_text(BROKEN, "utf-8")
        assert commit(broken, "-a").returncode == 1
    assert setup(ledger, "--undo", "--yes").code == 0
    assert not (folder / ".git/hooks/pre-commit").exists()


def test_a_submodule(repository: Path, tmp_path: Path) -> None:
    run_git(repository.parent, "add", "-A")
    run_git(repository.parent, "commit", "-q", "-m", "first")
    above = tmp_path / "above"
    above.mkdir()
    run_git(above, "init", "-q")
    add = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add")
    run_git(above, *add, str(repository.parent), "cme")
    ledger = above / "cme" / "cme.toml"
    assert setup(ledger, "--yes").code == 0
    assert (above / ".git/modules/cme/hooks/pre-commit").read_text("utf-8") == HOOK
    assert not (above / ".git/hooks/pre-commit").exists()
    ledger.write_text(BROKEN, "utf-8")
    assert commit(ledger, "-a").returncode == 1


def test_a_bare_repository(file: Path) -> None:
    run_git(file.parent, "init", "-q", "--bare")
    done = setup(file, "--init", "--yes")
    assert done.code == 2
    assert "a bare repository, without a work tree" in done.err


# ── the hook ─────────────────────────────────────────────────────────────────────────────────


def test_the_hook_looks_at_what_is_staged(repository: Path) -> None:
    folder = repository.parent
    setup(repository, "--yes")
    run_git(folder, "add", "-A")
    first = commit(repository)
    assert (first.returncode, first.stderr, commits(repository)) == (0, "", 1)
    repository.write_text(BROKEN, "utf-8")
    run_git(folder, "add", "cme.toml")
    repository.write_text(HEAD, "utf-8")  # mended in the folder, not in what is staged
    stopped = commit(repository)
    assert (stopped.returncode, commits(repository)) == (1, 1)
    assert "cme.toml:1:9: error[not-toml]: " in stopped.stderr
    assert "Nothing was committed: mend the ledger" in stopped.stderr
    run_git(folder, "add", "cme.toml")
    repository.write_text(BROKEN, "utf-8")  # broken in the folder, not in what is staged
    (folder / "notes").touch()
    run_git(folder, "add", "notes")
    assert commit(repository).returncode == 0
    assert commit(repository, "-a").returncode == 1
    assert commit(repository, "--", "cme.toml").returncode == 1
    assert commit(repository, "-a", "--no-verify").returncode == 0
    (folder / "more").touch()
    run_git(folder, "add", "more")  # the ledger is broken, and has no part in this commit
    assert commit(repository).returncode == 0


def test_the_hook_stops_an_error_and_conflict_markers_and_no_warning(repository: Path) -> None:
    setup(repository, "--yes")
    record = '[[activity]]\ndate = 2025-05-01\ntitle = "A talk"\ncategory = 1\ncredits = 1.0\n'
    marks = 'note = """\n<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n"""\n'
    ends = []
    for text in (record, record.replace("1.0", "5000"), record + marks):
        repository.write_text(HEAD + text, "utf-8")
        run_git(repository.parent, "add", "-A")
        ends.append(commit(repository).returncode)
    assert ends == [0, 1, 1]  # the first lacks a provider, which is a warning


def test_the_hook_looks_at_the_archive_too(repository: Path) -> None:
    setup(repository, "--yes")
    repository.with_name("cme.archive.toml").write_text("format =\n", "utf-8")
    run_git(repository.parent, "add", "-A")
    stopped = commit(repository)
    assert stopped.returncode == 1
    assert "cme.archive.toml:1:9: error[not-toml]" in stopped.stderr


def test_a_program_that_is_gone_stops_no_commit(repository: Path) -> None:
    setup(repository, "--yes")
    hook = repository.parent / ".git" / "hooks" / "pre-commit"
    for gone in ("/nowhere/python -P -m cmeledger", f"{quote(sys.executable)} -P -m cme_ledger"):
        hook.write_text(HOOK.replace(PROGRAM, gone), "utf-8")
        repository.write_text(repository.read_text("utf-8") + "# more\n", "utf-8")
        done = commit(repository, "-a") if commits(repository) else None
        if done is None:
            run_git(repository.parent, "add", "-A")
            done = commit(repository)
        assert done.returncode == 0
        assert "The ledger was not checked." in done.stderr
    assert commits(repository) == 2


def test_a_ledger_that_is_taken_out_stops_no_commit(repository: Path) -> None:
    setup(repository, "--yes")
    run_git(repository.parent, "add", "-A")
    commit(repository)
    run_git(repository.parent, "rm", "-q", "cme.toml")
    done = commit(repository)
    assert (done.returncode, done.stderr) == (0, "")


def test_no_module_of_a_repository_is_run(repository: Path) -> None:
    setup(repository, "--yes")
    trap = repository.with_name("cmeledger.py")
    trap.write_text("open('ran', 'w')\n", "utf-8")
    shutil.copy(trap, repository.with_name("tomli.py"))
    run_git(repository.parent, "add", "-A")
    assert commit(repository).returncode == 0
    assert not repository.with_name("ran").exists()


# ── the driver ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def two_sides(repository: Path) -> Path:
    """Give a ledger to which both of two branches add their own last line."""
    folder = repository.parent
    run_git(folder, "add", "-A")
    run_git(folder, "commit", "-q", "-m", "first")
    repository.with_name(".gitattributes").write_text("cme.toml merge=cmeledger\n", "utf-8")
    for branch in ("theirs", "ours"):
        run_git(folder, "checkout", "-q", "-B", branch, "HEAD")
        repository.write_text(f"{HEAD}# {branch}\n", "utf-8")
        run_git(folder, "commit", "-q", "-a", "-m", branch)
        if branch == "theirs":
            run_git(folder, "checkout", "-q", "HEAD~1")
    return repository


@pytest.mark.parametrize(
    "program",
    [
        "/nowhere/cmeledger",
        f"{quote(sys.executable)} -P -m cme_ledger",
        "sh -c 'kill $$' --",
        "false",
    ],
)
def test_where_the_program_is_gone_the_lines_are_merged(program: str, two_sides: Path) -> None:
    folder = two_sides.parent
    run_git(folder, "config", "merge.cmeledger.driver", patterns.driver(program))
    with pytest.raises(subprocess.CalledProcessError) as failed:
        run_git(folder, "merge", "theirs")
    assert failed.value.returncode == 1
    assert "cmeledger could not merge the records" in failed.value.stderr
    assert two_sides.read_text("utf-8") == (
        f"{HEAD}<<<<<<< ours\n# ours\n=======\n# theirs\n>>>>>>> theirs\n"
    )


def test_what_the_program_answers_counts(two_sides: Path, tmp_path: Path) -> None:
    folder = two_sides.parent
    script = tmp_path / "100% cmeledger"
    script.write_text('#!/bin/sh\necho "$@" > "$3"\nexit 0\n', "utf-8")
    script.chmod(0o755)
    run_git(folder, "config", "merge.cmeledger.driver", patterns.driver(quote(str(script))))
    run_git(folder, "merge", "-q", "theirs", "-m", "merged")
    words = two_sides.read_text("utf-8").split()
    assert words[0] == "merge-file"
    assert words[4:] == ["--marker-size", "7", "--path", "cme.toml"]
    run_git(folder, "reset", "-q", "--hard", "HEAD~1")
    script.write_text('#!/bin/sh\necho conflict > "$3"\nexit 1\n', "utf-8")
    with pytest.raises(subprocess.CalledProcessError):
        run_git(folder, "merge", "theirs")
    assert two_sides.read_text("utf-8") == "conflict\n"


def test_the_name_is_taken_where_everybody_finds_it(repository: Path, tmp_path: Path) -> None:
    script = tmp_path / "bin" / "cmeledger"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\n", "utf-8")
    script.chmod(0o755)
    setup(repository, "--yes", PATH=f"{script.parent}{os.pathsep}{WITHOUT_IT}")
    driver = run_git(repository.parent, "config", "merge.cmeledger.driver")
    assert " cmeledger merge-file %O %A %B " in driver
    setup(repository, "--yes")
    assert f" {PROGRAM} merge-file %O %A %B " in run_git(
        repository.parent, "config", "merge.cmeledger.driver"
    )


def test_a_diff_names_the_record(repository: Path) -> None:
    setup(repository, "--yes")
    keys = "".join(f"x-{n} = {n}\n" for n in range(8))
    text = f'{HEAD}[[activity]]\ntitle = "A talk"\n{keys}'
    repository.write_text(text, "utf-8")
    run_git(repository.parent, "add", "-A")
    repository.write_text(text.replace("x-6 = 6", "x-6 = 7"), "utf-8")
    assert ' @@ title = "A talk"\n' in run_git(repository.parent, "diff")


# ── what check and doctor say ────────────────────────────────────────────────────────────────


def test_a_clone_without_the_driver(repository: Path) -> None:
    assert codes(repository) == []
    setup(repository, "--yes")
    assert codes(repository) == []
    run_git(repository.parent, "config", "--remove-section", "merge.cmeledger")
    assert codes(repository) == ["git-no-driver"]
    found = run_here("check", str(repository), "--as-of", "2026-03-01", env=ENV)
    assert found.code == 0
    assert "git is to merge cme.toml by cmeledger, and this clone does not know how" in found.out
    assert "help: have git merge it record by record: cmeledger git setup\n" in found.out
    assert run_here("check", "--strict", str(repository), env=ENV).code == 1


def test_a_ledger_under_union(repository: Path) -> None:
    repository.with_name(".gitattributes").write_text("*.toml merge=union\n", "utf-8")
    assert codes(repository) == ["git-merge-union"]
    repository.with_name("cme.archive.toml").write_text("format = 1\n", "utf-8")
    found = run_here("check", str(repository), "--as-of", "2026-03-01", "--json", env=ENV).json
    (problem,) = found["problems"]
    assert problem["message"].startswith(
        "git puts the lines of both sides into cme.toml and cme.archive.toml (merge=union)"
    )
    setup(repository, "--yes")
    assert codes(repository) == []


@pytest.mark.parametrize(
    ("attributes", "state"),
    [("", "note"), ("*.toml merge=union", "attention"), ("*.toml merge=cmeledger", "attention")],
)
def test_doctor_says_how_git_merges(attributes: str, state: str, repository: Path) -> None:
    repository.with_name(".gitattributes").write_text(attributes, "utf-8")

    def fact() -> str:
        facts = run_here("doctor", "--json", str(repository), env=ENV).json["facts"]
        return str(next(fact["state"] for fact in facts if fact["id"] == "git-merge"))

    assert fact() == state
    setup(repository, "--yes")
    assert fact() == "ok"


def test_outside_a_repository_git_is_not_started(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cmeledger.git.call.caller", lambda *_: pytest.fail("git was asked"))
    assert codes(file) == []


def test_a_repository_that_git_will_not_read(repository: Path) -> None:
    (repository.parent / ".git" / "HEAD").unlink()
    assert codes(repository) == []


# ── check --staged, and several ledgers ──────────────────────────────────────────────────────


def test_staged_says_what_is_staged(repository: Path) -> None:
    def staged(*options: str) -> Result:
        return run_here("check", "--staged", *options, str(repository), env=ENV)

    assert staged().code == 2  # nothing is, yet
    run_git(repository.parent, "add", "cme.toml")
    repository.write_text(BROKEN, "utf-8")
    assert staged().code == 0
    assert staged("--json").json["problems"] == []
    run_git(repository.parent, "add", "cme.toml")
    repository.write_text(HEAD, "utf-8")
    assert staged("--json").json["problems"][0]["code"] == "not-toml"
    assert staged().code == 3
    assert staged("--proof").code == 2
    assert run_here("check", "--staged", str(repository), env={"PATH": "/nowhere"}).code == 2


def test_staged_does_not_take_a_link_for_a_ledger(repository: Path) -> None:
    link = repository.with_name("link.toml")
    link.symlink_to("/etc/hostname")
    run_git(repository.parent, "add", "link.toml")
    link.unlink()
    link.write_text(HEAD, "utf-8")
    done = run_here("check", "--staged", str(link), env=ENV)
    assert done.code == 2
    assert "link.toml is staged as a link" in done.err


def test_check_takes_several_ledgers(file: Path) -> None:
    broken = file.with_name("broken.toml")
    broken.write_text(BROKEN, "utf-8")
    done = run_here("check", str(file), str(broken), "--as-of", "2026-03-01")
    assert done.code == 3
    assert f"{file}: no problems\n" in done.out
    assert f"{broken}:1:9: error[not-toml]" in done.out
    for option in ("--json", "--proof"):
        assert run_here("check", str(file), str(file), option).code == 2
