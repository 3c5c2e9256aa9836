"""`cmeledger edit ID`: change some keys of a record, or open it in the editor."""

from argparse import ArgumentParser, Namespace

from cmeledger import change
from cmeledger.cli import common, record_options, writing
from cmeledger.cli.main import VERBS, Io
from cmeledger.problems import Exit


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("edit", f"Change {VERBS['edit']}: it opens where no key is given.")
    made.add_argument("id", metavar="ID", help="the id of the record")
    made.add_argument("--move", action="store_true", help="put the record where its date belongs")
    record_options.add_record_options(made)
    writing.add_options(made)
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    changes = record_options.given(options, io)
    if not changes and not options.move:
        from cmeledger.cli.in_editor import edit

        return edit(options, io)
    book = writing.opened(options, io)
    operation = change.changing(book, options.id, changes, to_its_date=options.move)
    words = ["edit", options.id, *record_options.words(changes)]
    words += ["--move"] if options.move else []
    return writing.carry_out(book, operation, options, io, words)
