"""A process that is asked one thing after another, and has so much time for each answer."""

import subprocess
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Timer
from typing import IO, Self, TypeVar

T = TypeVar("T")
Exchange = Callable[[IO[bytes], IO[bytes]], T | None]
"""Writes a question, reads the answer and gives it; None: the process ended before."""


class Process:
    """Talks with a process, which is started for the first question and ended with the context."""

    def __init__(self, start: Callable[[], "subprocess.Popen[bytes]"], seconds: float) -> None:
        """Take what starts it, with pipes to and from it, and how long one answer may take."""
        self._start = start
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self.late = False
        """Whether the last question was given up because it took too long."""

    def __enter__(self) -> Self:
        """Begin; nothing is started yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self.end()

    def talk(self, exchange: Exchange[T]) -> T | None:
        """Ask, and wait for the answer; None: the process was late or died, and is ended.

        The next question starts another. Raises what starting it raises, and what the exchange
        does: the process is ended then too, for it may be in the middle of an answer.
        """
        process = self._process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        late = Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = Timer(self._seconds, stop)
        timer.start()
        answer = None
        try:
            with suppress(BrokenPipeError):
                answer = exchange(process.stdin, process.stdout)
        finally:
            timer.cancel()
            self.late = answer is None and late.is_set()
            if answer is None:
                self.end()
        return answer

    def end(self) -> None:
        """End the process, if one runs: what it still has to say is not read."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            # What it did not take of a question is no longer worth a word.
            with suppress(BrokenPipeError):
                process.communicate()
