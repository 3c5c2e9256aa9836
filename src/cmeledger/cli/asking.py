"""Questions on a terminal: asked until there is an answer; nothing is written before the last."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from cmeledger.cli.main import Io
from cmeledger.problems import NotWritten
from cmeledger.visible import visible

Reader = Callable[[str], tuple[Any, str | None]]
"""Reads what was typed: the value and None, or None and what to write instead."""


def can_ask(io: Io) -> bool:
    """Tell whether somebody is there to ask: answers and questions both go by a terminal."""
    return io.inp is not None and io.inp.isatty() and io.err.isatty()


@contextmanager
def conversation(io: Io) -> Iterator[None]:
    """Ask in here what has to be known before anything is written."""
    reconfigure = getattr(io.inp, "reconfigure", None)
    if reconfigure is not None:  # bytes that are no text reach the check of the answers
        reconfigure(errors="surrogateescape")
    try:
        yield
    except KeyboardInterrupt:
        print("\nNothing was written.", file=io.err)
        raise


def _line(prompt: str, io: Io, verb: str) -> str:
    """Ask for a line. Raises NotWritten where the answers end."""
    print(prompt, end="", file=io.err, flush=True)
    typed = io.inp.readline() if io.inp else ""
    if not typed:
        print(file=io.err)
        raise NotWritten(verb, "the answers ended early; nothing was written", "run it again")
    return typed.strip()


def answer(prompt: str, read: Reader, io: Io, verb: str, *, default: str = "") -> Any:
    """Ask until what was typed can be read; an empty line stands for the default.

    What was typed in another way than it will be written is shown as it is understood.
    """
    while True:
        typed = _line(prompt, io, verb) or default
        value, message = read(typed)
        if message is None:
            if not isinstance(value, bool | None) and str(value) != typed:
                print(f"  that is {visible(str(value))}", file=io.err)
            return value
        print(f"  {visible(message)}", file=io.err)


def or_nothing(read: Reader) -> Reader:
    """Let an empty line stand for nothing at all."""
    return lambda typed: read(typed) if typed else (None, None)


def agreed(question: str, io: Io, *, default: bool) -> bool:
    """Ask for yes or no; an empty line is the default, and the end of the answers is no."""
    hint = "[Y/n]" if default else "[y/N]"
    print(f"{visible(question)} {hint} ", end="", file=io.err, flush=True)
    typed = io.inp.readline() if io.inp else ""
    if not typed:
        print(file=io.err)
        return False
    return typed.strip().lower() in ("y", "yes") if typed.strip() else default
