"""A real terminal for tests: a pseudo terminal, and an emulator that reads what was drawn."""

import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

from conftest import PATIENCE


class Terminal:
    """A program running in a terminal of its own."""

    def __init__(
        self,
        command: Sequence[str],
        size: tuple[int, int] = (80, 24),
        cwd: Path | None = None,
        **env: str,
    ) -> None:
        """Start a command in a terminal of so many columns and rows."""
        columns, rows = size
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.drawn = (0, "")
        self.is_gone = False
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.slave = slave
        self.before = termios.tcgetattr(slave)
        clean = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "CMELEDGER", "TERM")}
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=cwd,
            env=clean | {"TERM": "xterm-256color", "TEXTUAL_ANIMATIONS": "none"} | env,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        """Return the terminal itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End what still runs."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if not self.is_gone:
            self.vanish()

    def vanish(self) -> None:
        """Go away, as a terminal whose window is closed."""
        self.is_gone = True
        os.close(self.slave)
        os.close(self.master)

    @property
    def text(self) -> str:
        """What stands on the screen; put together anew only when more was drawn."""
        if self.drawn[0] != len(self.raw):
            lines = (line.rstrip() for line in self.screen.display)
            self.drawn = (len(self.raw), "\n".join(lines))
        return self.drawn[1]

    @property
    def words(self) -> str:
        """The same, whatever the line breaks."""
        return " ".join(self.text.split())

    def send(self, keys: str) -> None:
        """Type keys."""
        os.write(self.master, keys.encode())

    def read(self, seconds: float = 0.05) -> bool:
        """Draw what arrives within some time; tell whether something did."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        if ready:
            with contextlib.suppress(OSError):
                data = os.read(self.master, 65536)
                self.raw += data
                self.stream.feed(data)
                return True
        return False

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Draw until a condition comes true."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self.read()
            if condition():
                return
        raise AssertionError(f"never came true: {what}\n{self.text}")

    def shows(self, words: str) -> None:
        """Draw until some words stand on the screen."""
        self.until(lambda: words in self.words, words)

    def ended(self) -> int:
        """Draw until the program has ended; return its exit code."""
        self.until(lambda: self.process.poll() is not None, "the program ends")
        while self.read(0.2):  # a busy machine has more of it than one reading gives
            pass
        return self.process.returncode

    def is_clean(self) -> bool:
        """Tell whether the terminal is as it was: screen, cursor, mouse, and modes."""
        return (
            self.raw.rfind(b"\x1b[?1049l") > self.raw.rfind(b"\x1b[?1049h")
            and self.raw.rfind(b"\x1b[?25h") > self.raw.rfind(b"\x1b[?25l")
            and self.raw.rfind(b"\x1b[?1000l") >= self.raw.rfind(b"\x1b[?1000h")
            and termios.tcgetattr(self.slave) == self.before
        )


def cmeledger(*arguments: str | Path) -> list[str]:
    """Make the command that runs the program."""
    return [sys.executable, "-m", "cmeledger", *map(str, arguments)]


def owning_it(*arguments: str) -> list[str]:
    """Make the command that runs the program where Ctrl-C on the terminal interrupts it.

    A run of the tests in the background of a shell would have it ignored.
    """
    begin = (
        "import fcntl, signal, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
        "signal.signal(signal.SIGINT, signal.default_int_handler); "
        f"sys.argv[1:] = {list(arguments)!r}; from cmeledger.__main__ import run; run()"
    )
    return [sys.executable, "-c", begin]
