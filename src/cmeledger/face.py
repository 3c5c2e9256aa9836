"""Which face answers a command line: the screens on a terminal, or a command."""

import os
import sys
from collections.abc import Sequence
from typing import NamedTuple


class Asked(NamedTuple):
    """What the screens are asked to show."""

    file: str
    as_of: str | None
    with_archive: bool


def for_screens(arguments: Sequence[str]) -> Asked | None:
    """Read a command line that the screens can answer; None: it is one for the commands.

    The screens take a ledger or none, `--as-of` and `--without-archive`, and nothing else.
    """
    from cmeledger.cli.main import VERBS

    file, as_of, with_archive = "", None, True
    words = iter(arguments)
    for word in words:
        if word == "--without-archive":
            with_archive = False
        elif word == "--as-of" or word.startswith("--as-of="):
            as_of = word.removeprefix("--as-of").removeprefix("=") or next(words, "")
            if not _is_day(as_of):
                return None
        elif word in VERBS or file or not _is_a_ledger(word):
            return None
        else:
            file = word
    return Asked(file or os.environ.get("CMELEDGER") or "cme.toml", as_of, with_archive)


def _is_a_ledger(word: str) -> bool:
    return not word.startswith("-") and (word.endswith(".toml") or os.path.exists(word))


def _is_day(text: str) -> bool:
    import argparse

    from cmeledger.cli.common import a_day

    try:
        a_day(text)
    except argparse.ArgumentTypeError:
        return False
    return True


def on_a_terminal() -> bool:
    """Tell whether the screens could be drawn here."""
    streams = (sys.stdin, sys.stdout)
    dumb = os.environ.get("TERM", "") in ("", "dumb") and sys.platform != "win32"
    return all(stream is not None and stream.isatty() for stream in streams) and not dumb
