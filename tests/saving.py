"""What the tests of saving share: simple operations, and processes that save."""

import os
import pathlib
import subprocess
import sys
from collections.abc import Callable

import pytest

from cmeledger.ledger.history import History

FIRST = b"format = 1\n# a ledger of a few lines\n"


@pytest.fixture
def file(tmp_path: pathlib.Path) -> pathlib.Path:
    """Give a ledger alone in its folder."""
    folder = tmp_path / "ledger"
    folder.mkdir()
    (folder / "cme.toml").write_bytes(FIRST)
    return folder / "cme.toml"


@pytest.fixture
def history(tmp_path: pathlib.Path) -> History:
    """Give a history that has no folder yet."""
    return History(str(tmp_path / "state" / "history"))


def add(line: bytes) -> Callable[[bytes], bytes]:
    """Make an operation that appends a line."""
    return lambda found: found + line + b"\n"


def environment() -> dict[str, str]:
    """Give processes of their own what they need to import the program and these helpers."""
    here = pathlib.Path(__file__).parent
    path = os.pathsep.join([str(here), str(here.parent / "src"), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHONPATH": path}


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a Python process."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    """Wait for a process that should end well, and give what it printed."""
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return out


def beside(file: pathlib.Path) -> list[str]:
    """List what is in a ledger's folder, the ledger left out."""
    return sorted(found.name for found in file.parent.iterdir() if found != file)
