"""The keys of a record as options of `add`, `edit` and `repeat`: from the schema, one for each."""

import argparse
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from cmeledger.cli import common
from cmeledger.cli.main import Io
from cmeledger.ledger.schema import ACTIVITY
from cmeledger.problems import UsageError
from cmeledger.typed import text_of, value_of
from cmeledger.visible import visible

METAVARS: Final = {
    "date": "DATE",
    "credits": "N",
    "hours": "N",
    "category": "N",
    "choices": "A,B",
    "topics": "A,B | A=N,B=N",
    "evidence": "FILE,FILE",
}
PREFIX: Final = "key_"
"""Before the option's name among the parsed options: `--note` must not meet another `note`."""


def add_record_options(made: argparse.ArgumentParser, *, without: tuple[str, ...] = ()) -> None:
    """Add an option for every key of a record but some. An empty value takes the key out."""
    group = made.add_argument_group("keys of the record (an empty value takes one out)")
    for key in ACTIVITY:
        if key.name in without:
            continue
        group.add_argument(
            f"--{key.name}",
            dest=f"{PREFIX}{key.name}",
            metavar=METAVARS.get(key.type, "WORD" if key.choices else "TEXT"),
            help=key.doc.replace("%", "%%"),
        )


def given(options: argparse.Namespace, io: Io) -> dict[str, Any]:
    """Read the keys that were given, as values to write; None: take it out.

    What was typed in another way than it will be written is said. Raises UsageError that names
    the option and what it wants.
    """
    today = common.today(options)
    found: dict[str, Any] = {}
    for key in ACTIVITY:
        typed = getattr(options, f"{PREFIX}{key.name}", None)
        if typed is None:
            continue
        if not typed.strip(" \t\r\n"):
            found[key.name] = None
            continue
        try:
            value = value_of(key, typed, today)
        except ValueError as error:
            raise UsageError(f"--{key.name} '{typed}': {error}") from error
        if isinstance(value, date | Decimal) and str(value) != typed.strip():
            print(f"note: --{key.name} {visible(typed.strip())}: that is {value}", file=io.err)
        found[key.name] = value
    return found


def words(values: Mapping[str, Any]) -> list[str]:
    """Write keys as the options that give them; the inverse of `given`."""
    found = []
    for name, value in values.items():
        text = text_of(value)
        found += [f"--{name}={text}"] if text.startswith("-") else [f"--{name}", text]
    return found
