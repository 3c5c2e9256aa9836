"""`cmeledger claim ID`: the credit is claimed."""

from argparse import ArgumentParser, Namespace

from cmeledger import change
from cmeledger.cli import common, writing
from cmeledger.cli.main import VERBS, Io
from cmeledger.problems import Exit


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("claim", f"Mark {VERBS['claim']}.")
    made.add_argument("id", metavar="ID", help="the id of the record")
    writing.add_options(made)
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    book = writing.opened(options, io)
    return writing.carry_out(
        book, change.claiming(book, options.id), options, io, ["claim", options.id]
    )
