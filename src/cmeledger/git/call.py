"""Call the installed git with fixed words, and run nothing else that a repository could name.

No shell, no hooks, monitors, aliases, pagers, nor fetches; paths are literal. The variables that
would lead git elsewhere are taken out of its environment.
"""

import os
import subprocess
from collections.abc import Mapping
from shutil import which
from typing import Final, NamedTuple

from cmeledger.problems import CmeledgerError, Exit

SECONDS: Final = 10.0
"""How long git may take for one answer."""
_ASIDE: Final = ("warning:", "hint:")


class GitError(CmeledgerError):
    """What was asked of git cannot be had, in a sentence, and what to do about it."""

    exit = Exit.USAGE

    def __init__(self, why: str, advice: str) -> None:
        super().__init__(f"{why}\n{advice}")


class Refused(GitError):
    """Git ended with an error."""

    def __init__(self, words: tuple[str, ...], said: str) -> None:
        self.said = said
        """The first line of what it said, warnings and hints aside."""
        super().__init__(f"git {words[0]} failed: {said}", "look with: git status")


class Caller(NamedTuple):
    """The program, where it is called, and its environment."""

    command: tuple[str, ...]
    env: Mapping[str, str]
    seconds: float = SECONDS

    def run(self, *words: str, given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
        """Call git, however it ends; `given` is what it reads. Raises GitError where it cannot."""
        try:
            return subprocess.run(  # noqa: S603 - fixed words, no shell
                [*self.command, *words],
                input=b"" if given is None else given,
                capture_output=True,
                env=self.env,
                timeout=self.seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise late() from error
        except (OSError, ValueError) as error:
            raise _not_run(error) from error

    def start(self, *words: str) -> "subprocess.Popen[bytes]":
        """Start git, to talk with it; nobody hears its complaints. Raises GitError."""
        pipe = subprocess.PIPE
        try:
            return subprocess.Popen(  # noqa: S603 - fixed words, no shell
                [*self.command, *words],
                stdin=pipe,
                stdout=pipe,
                stderr=subprocess.DEVNULL,
                env=self.env,
            )
        except (OSError, ValueError) as error:
            raise _not_run(error) from error

    def ask(self, *words: str, given: bytes | None = None) -> bytes:
        """Call git and return what it prints; `given` is what it reads. Raises GitError."""
        done = self.run(*words, given=given)
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().split("\n")
            first = next((line for line in said if not line.startswith(_ASIDE)), "")
            raise Refused(words, first or f"it ended with {done.returncode}")
        return done.stdout

    def maybe(self, *words: str) -> bytes | None:
        """Call git as `ask` does; None where it ends with an error."""
        try:
            return self.ask(*words)
        except Refused:
            return None


def late() -> GitError:
    """Make the error of a git that took too long."""
    return GitError("git did not answer", "look with: git status")


def _not_run(error: Exception) -> GitError:
    why = getattr(error, "strerror", None) or str(error)
    return GitError(f"git could not be run: {why}", "look with: git status")


def caller(folder: str, env: Mapping[str, str]) -> Caller | None:
    """Make the caller of git in a folder; None where git is not installed."""
    program = which("git", path=env.get("PATH") or os.defpath)
    if program is None:
        return None
    command = (
        program, "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
        "--no-optional-locks", "--no-pager", "--literal-pathspecs", "-C", folder,
    )  # fmt: skip
    clean = {key: value for key, value in env.items() if not key.startswith("GIT_")}
    # An object that is not there would be fetched, by a program that the repository names.
    clean |= {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none", "GIT_TERMINAL_PROMPT": "0"}
    clean |= {"LC_ALL": "C"}
    return Caller(command, clean)
