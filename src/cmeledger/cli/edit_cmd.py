"""`cmeledger edit ID`: change some keys of a record."""

from argparse import ArgumentParser, Namespace

from cmeledger import change
from cmeledger.cli import common, record_options, writing
from cmeledger.cli.main import VERBS, Io
from cmeledger.problems import Exit, UsageError


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("edit", f"Change {VERBS['edit']}.")
    made.add_argument("id", metavar="ID", help="the id of the record")
    record_options.add_record_options(made)
    writing.add_options(made)
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    changes = record_options.given(options)
    if not changes:
        raise UsageError("nothing to change\nname a key, like --credits 1.5")
    book = writing.opened(options, io)
    return writing.carry_out(book, change.changing(book, options.id, changes), options, io)
