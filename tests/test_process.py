"""A process that is asked one thing after another."""

import subprocess
import sys
from typing import IO

import pytest

from cmeledger.process import Process

ECHO = "import sys\nfor line in sys.stdin: print(line * 2, end='', flush=True)"
"""Says each line twice."""


def start() -> "subprocess.Popen[bytes]":
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", ECHO], stdin=pipe, stdout=pipe)


def say(word: bytes, to: IO[bytes]) -> None:
    to.write(word + b"\n")
    to.flush()


def test_an_exchange_that_fails_leaves_no_half_answer_to_the_next() -> None:
    def fail(to: IO[bytes], back: IO[bytes]) -> bytes:
        say(b"one", to)
        raise ValueError(back.readline())

    def ask(to: IO[bytes], back: IO[bytes]) -> bytes:
        say(b"two", to)
        return back.readline()

    with Process(start, 60) as process:
        with pytest.raises(ValueError, match="one"):
            process.talk(fail)
        assert process.talk(ask) == b"two\n"
