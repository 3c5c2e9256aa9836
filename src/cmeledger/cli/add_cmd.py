"""`cmeledger add TITLE`: write a record down. It asks on a terminal for what is needed."""

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any, Final

from cmeledger import change, entry
from cmeledger.book import Book
from cmeledger.cli import asking, common, record_options, writing
from cmeledger.cli.main import VERBS, Io
from cmeledger.ledger.activities import lacking
from cmeledger.ledger.schema import ACTIVITY, KINDS, Kind
from cmeledger.problems import Exit, UsageError
from cmeledger.typed import value_of
from cmeledger.visible import visible

PROMPTS: Final = {
    "title": "Title (what it was)",
    "provider": "Provider (who gave it; Enter to leave it out)",
    "start": "First day (like 7/1/2024)",
    "category": "Category (1 or 2, as on the certificate)",
    "credits": "Credits (like 1.5 or 1 1/2)",
    "hours": "Hours that you gave (like 1.5 or 1 1/2)",
}
"""What may be asked for, in the order of asking."""


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("add", f"Add {VERBS['add']}.")
    made.add_argument(
        "title", nargs="?", metavar="TITLE", help="what it was; asked for on a terminal"
    )
    record_options.add_record_options(made, without=("title",))
    writing.add_options(made)
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    _take_a_lone_ledger(options)
    book = writing.opened(options, io)
    given = record_options.given(options, io)
    if options.title is not None and options.title.strip(" \t\r\n"):
        given = {"title": options.title, **given}
    if asking.can_ask(io):
        with asking.conversation(io):
            known = _asked(book, given, io)
    else:
        known = given | _guessed(book, given, io)
        missing = [] if "title" in known else ["a title"]
        missing += [f"--{key}" for key in _open(known)]
        if missing:
            raise UsageError(
                f"the record needs more: {', '.join(missing)}\n"
                "give them, or run cmeledger add on a terminal: there it asks"
            )
    values = {key: value for key, value in known.items() if value is not None}
    if not _kind(known).enrollment and not {"date", "start", "end"} & values.keys():
        values["date"] = book.day
    words = ["add", values["title"]]
    words += record_options.words({k: v for k, v in (known | values).items() if k != "title"})
    return writing.carry_out(book, change.adding(book, values), options, io, words)


def _take_a_lone_ledger(options: Namespace) -> None:
    """Take a lone word that is a ledger for the ledger: it is the title that may be left out."""
    word = options.title
    if options.ledger is None and word and word.endswith(".toml") and os.path.exists(word):
        options.title, options.ledger = None, word


def _asked(book: Book, given: Mapping[str, Any], io: Io) -> dict[str, Any]:
    """Ask for what is neither given nor guessed. An option with an empty value is no question."""
    known = dict(given)
    if "title" not in known:
        known["title"] = _ask("title", book, io)
    guesses = _guessed(book, known, io)
    known |= guesses
    if "provider" not in known:
        known["provider"] = _ask("provider", book, io)
        if not guesses and known["provider"]:
            known |= _guessed(book, known, io)
    for key in PROMPTS:
        if key in _open(known):
            known[key] = _ask(key, book, io)
    return {key: value for key, value in known.items() if value is not None or key in given}


def _open(known: Mapping[str, Any]) -> list[str]:
    """Name what a record still needs that nothing was said about."""
    kind = _kind(known)
    start = ["start"] if kind.enrollment and "start" not in known else []
    return [*start, *lacking(kind, known)]


def _kind(known: Mapping[str, Any]) -> Kind:
    return KINDS[known.get("kind") or "course"]


def _guessed(book: Book, known: Mapping[str, Any], io: Io) -> dict[str, Any]:
    """Guess what an earlier record says, and say where it is from."""
    guesses, source = change.guessed(book, known)
    if source is not None:
        names = ", ".join(f"{key} {value}" for key, value in guesses.items())
        print(f"note: taken from {visible(source)}: {visible(names)}", file=io.err)
    return guesses


def _ask(name: str, book: Book, io: Io) -> Any:
    key = next(key for key in ACTIVITY if key.name == name)

    def read(typed: str) -> tuple[Any, str | None]:
        try:
            if name in ("title", "provider"):
                return entry.a_line(typed, f"the {name}"), None
            return value_of(key, typed, book.day), None
        except ValueError as error:
            return None, str(error)

    reader = asking.or_nothing(read) if name == "provider" else read
    return asking.answer(f"{PROMPTS[name]}: ", reader, io, "add")
