"""Work on files that nobody vouches for, done in a process of its own with limits.

A module that does such work starts itself as a process: `Aside(__name__, seconds)` on this side,
`serve(answer, most_memory)` under `if __name__ == "__main__"` on the other. A question and its
answer are each one line of JSON and some bytes.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any, NamedTuple

from cmeledger.process import Process


class Answer(NamedTuple):
    """What came back."""

    state: str
    """ "answered", "late", or "died": of a lack of memory, say."""
    said: Any = None
    data: bytes = b""


class Aside(Process):
    """Asks one question after another; the process behind it is started when it is needed."""

    def __init__(self, module: str, seconds: float) -> None:
        """Take the module to start and how long one answer may take."""

        def start() -> "subprocess.Popen[bytes]":
            # -P: modules that lie in the current folder are none of ours.
            return subprocess.Popen(  # noqa: S603  our own module, and no shell
                [sys.executable, "-P", "-m", module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )

        super().__init__(start, seconds)

    def ask(self, said: Any, data: bytes = b"") -> Answer:
        """Ask, and wait for the answer; a process that is late or died is ended."""

        def exchange(to: IO[bytes], back: IO[bytes]) -> tuple[Any, bytes] | None:
            _send(to, said, data)
            return _receive(back)

        received = self.talk(exchange)
        if received is not None:
            return Answer("answered", *received)
        return Answer("late" if self.late else "died")


def serve(answer: Callable[[Any, bytes], tuple[Any, bytes]], most_memory: int) -> None:
    """Answer what comes on stdin until it ends, with so many bytes of memory at most."""
    with suppress(ImportError, ValueError, OSError):  # not every system can limit memory
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most_memory, most_memory))
    out = sys.stdout.buffer
    sys.stdout = sys.stderr  # what a library prints is no answer
    while (question := _receive(sys.stdin.buffer)) is not None:
        _send(out, *answer(*question))


def _send(stream: IO[bytes], said: Any, data: bytes) -> None:
    stream.write(json.dumps([said, len(data)]).encode("ascii") + b"\n")
    stream.write(data)
    stream.flush()


def _receive(stream: IO[bytes]) -> tuple[Any, bytes] | None:
    """Read a question or an answer; None: it ended before."""
    line = stream.readline()
    if not line.endswith(b"\n"):
        return None
    said, size = json.loads(line)
    data = stream.read(size)
    return (said, data) if len(data) == size else None
