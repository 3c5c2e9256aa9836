"""Words of a command line that may be versions, ids, or the ledger."""

import os
from argparse import ArgumentParser, Namespace

from cmeledger.book import Book
from cmeledger.cli import common
from cmeledger.cli.main import Io
from cmeledger.difference import Reading, State
from cmeledger.git.repository import Version
from cmeledger.past import Past
from cmeledger.problems import UsageError


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
    return word.endswith(".toml") or (os.path.exists(word) and not os.path.isdir(word))


def open_version(options: Namespace, io: Io) -> tuple[Version, Book]:
    """Open the ledger as it is in the version that the options name.

    Raises GitError, and LedgerUnusable as `open_book` does.
    """
    version, state = Past(common.ledger_name(options, io), io.env).at(options.at)
    skipped = options.without_archive and state.archive.data is not None
    if skipped:
        state = State(state.file, state.ledger, Reading())
    return version, state.book._replace(day=common.today(options), archive_skipped=skipped)
