"""`cmeledger add TITLE`: write a record down."""

from argparse import ArgumentParser, Namespace

from cmeledger import change
from cmeledger.cli import common, record_options, writing
from cmeledger.cli.main import VERBS, Io
from cmeledger.problems import Exit
from cmeledger.visible import visible


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("add", f"Add {VERBS['add']}.")
    made.add_argument("title", metavar="TITLE", help="what it was")
    record_options.add_record_options(made, without=("title",))
    writing.add_options(made)
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    book = writing.opened(options, io)
    given = record_options.given(options)
    values = {"title": options.title} | {k: v for k, v in given.items() if v is not None}
    if not {"date", "start", "end"} & values.keys():
        values["date"] = book.day
    guesses, source = change.guessed(book, given | values)
    if source is not None:
        names = ", ".join(f"{key} {value}" for key, value in guesses.items())
        print(f"note: taken from {source}: {visible(names)}", file=io.err)
    return writing.carry_out(book, change.adding(book, values | guesses), options, io)
