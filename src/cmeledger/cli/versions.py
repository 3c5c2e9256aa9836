"""Words of a command line that may be versions, ids, or the ledger."""

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import date

from cmeledger.difference import Change, State
from cmeledger.problems import LedgerUnusable, UsageError
from cmeledger.report.outcome import Outcome, outcomes


def add_words(made: ArgumentParser, what: str, help: str) -> None:
    """Add words before the ledger, and an option that names the ledger among them."""
    made.add_argument("words", nargs="*", metavar=what, help=help)
    made.add_argument(
        "--ledger",
        metavar="LEDGER",
        help="the ledger, where a file and a version have one name; then no other word is one",
    )
    made.usage = f"%(prog)s [OPTIONS] [{what}] [LEDGER]"
    made.epilog = (
        "The last word is the ledger where it ends in .toml or a file of that name is there; "
        "without one, $CMELEDGER or cme.toml is."
    )


def take_ledger(options: Namespace, most: int) -> list[str]:
    """Put the ledger among the words into the options, and return the others, at most so many.

    Raises UsageError.
    """
    words: list[str] = list(options.words)
    if options.ledger is None and words and _is_ledger(words[-1]):
        options.ledger = words.pop()
    if len(words) > most:
        raise UsageError(
            f"'{words[most]}' is one word too many\nno such file is there; see: --help"
        )
    return words


def _is_ledger(word: str) -> bool:
    return word.endswith(".toml") or os.path.exists(word)


def what_it_did(
    before: State, after: State, changes: Sequence[Change], day: date
) -> list[Outcome] | None:
    """Work out what differences did; None where one of the versions cannot be counted."""
    try:
        return outcomes(before, after, changes, day)
    except LedgerUnusable:
        return None
