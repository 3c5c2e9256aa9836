"""`cmeledger repeat ID`: the same activity on another day."""

from argparse import ArgumentParser, Namespace

from cmeledger import change
from cmeledger.cli import common, record_options, writing
from cmeledger.cli.main import VERBS, Io
from cmeledger.problems import Exit


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("repeat", f"Add {VERBS['repeat']}.")
    made.add_argument("id", metavar="ID", help="the id of the record to repeat")
    record_options.add_record_options(made)
    writing.add_options(made)
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    book = writing.opened(options, io)
    changes = record_options.given(options, io)
    if not {"date", "start", "end"} & changes.keys():
        changes["date"] = book.day
    words = ["repeat", options.id, *record_options.words(changes)]
    return writing.carry_out(book, change.repeating(book, options.id, changes), options, io, words)
