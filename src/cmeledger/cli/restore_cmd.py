"""`cmeledger restore ID`: a record of the archive, brought back into the ledger."""

from argparse import ArgumentParser, Namespace

from cmeledger import archive
from cmeledger.cli import common, moving, writing
from cmeledger.cli.main import VERBS, Io
from cmeledger.problems import Exit


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("restore", f"Bring {VERBS['restore']}, to where its date belongs.")
    made.add_argument("id", metavar="ID", help="the id of the record")
    writing.add_options(made)
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    book = writing.opened(options, io)
    return moving.carry_out(book, options.id, archive.restoring(book, options.id), options, io)
