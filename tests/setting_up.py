"""What the tests of git share that set a repository up, or need one that is."""

import os
import subprocess
import sys
from pathlib import Path
from shlex import quote

from conftest import HEAD, Result, run_here
from repositories import CLEAN, run_git

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
WITHOUT_IT = os.pathsep.join(
    folder
    for folder in os.environ["PATH"].split(os.pathsep)
    if not os.path.lexists(os.path.join(folder, "cmeledger"))
)
"""Where git is found, and this program is not."""
ENV = CLEAN | {"PATH": WITHOUT_IT}


def alone(folder: Path) -> Path:
    """Make a ledger alone in a folder of its own."""
    (folder / "ledger").mkdir()
    ledger = folder / "ledger" / "cme.toml"
    ledger.write_text(HEAD, "utf-8")
    return ledger


def in_git(folder: Path) -> Path:
    """Make a ledger in a repository of its own, without a commit."""
    ledger = alone(folder)
    run_git(ledger.parent, "init", "-q")
    return ledger


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
