"""`cmeledger remove ID`: take a record out."""

from argparse import ArgumentParser, Namespace

from cmeledger import change
from cmeledger.cli import common, writing
from cmeledger.cli.main import VERBS, Io
from cmeledger.problems import Exit


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("remove", f"Take {VERBS['remove']}.")
    made.add_argument("id", metavar="ID", help="the id of the record")
    writing.add_yes(made)
    writing.add_options(made)
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    book = writing.opened(options, io)
    operation = change.removing(book, options.id)
    title = change.find(book, options.id)[1].get("title")
    named = f"{options.id} ({title})" if title else options.id
    if not writing.ask(f"Remove {named} from the ledger?", options, io):
        return writing.answer(options.id, writing.shown(book.data, book.data), options, io)
    return writing.carry_out(book, operation, options, io, ["remove", options.id])
