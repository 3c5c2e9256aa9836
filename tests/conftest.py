"""What the tests share: running the program in this process or as its users do."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import settings

from cmeledger.cli.main import Io, main
from saving import file, history  # noqa: F401 - fixtures of the tests of saving

# Before Textual is imported: no animation, and nothing of the developer's own terminal.
for _name in list(os.environ):
    if _name.startswith("TEXTUAL") or _name in ("NO_COLOR", "COLUMNS", "LINES"):
        del os.environ[_name]
os.environ["TEXTUAL_ANIMATIONS"] = "none"

# A busy machine is no reason to fail: nothing here asserts a duration.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

DATA = Path(__file__).parent / "data"
SAMPLES = Path(__file__).parent.parent / "sample-ledgers"
PATIENCE = 60
"""Seconds until a condition that never comes true fails a test; no test depends on less."""
NASTY: dict[str, list[str]] = json.loads((DATA / "nasty-strings.json").read_text("utf-8"))
"""Hostile texts, in groups."""


class Result(NamedTuple):
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


def squeezed(text: str) -> str:
    """Leave out blanks and breaks: lines are broken at blanks, and within what is too long."""
    return "".join(text.split())


def run_here(*arguments: str, env: Mapping[str, str] | None = None) -> Result:
    """Run a command in this process, with streams that are no terminal."""
    out, err = io.StringIO(), io.StringIO()
    try:
        code = main(arguments, Io(out, err, env or {}))
    except SystemExit as stop:  # argparse ends the process for --help and for bad options
        code = int(stop.code or 0)
    return Result(code, out.getvalue(), err.getvalue())


def run_program(*arguments: str, cwd: Path | None = None, **env: str) -> Result:
    """Run the program as a process of its own."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("CMELEDGER", "NO_COLOR"))}
    done = subprocess.run(
        [sys.executable, "-m", "cmeledger", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env=clean | env,
        timeout=60,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], str]:
    """Give a function that writes a ledger and returns its path."""

    def write(text: str, name: str = "cme.toml") -> str:
        ledger = tmp_path / name
        ledger.write_bytes(text.encode())
        return str(ledger)

    return write


HEAD = """\
format = 1
[physician]
name = "Test Sample, MD"
birthday = "05-10"
[[license]]
jurisdiction = "MA"
number = "1"
renewal-date = 2026-05-10
"""
"""A ledger without records: the cycle is 2024-05-11 to 2026-05-10."""
