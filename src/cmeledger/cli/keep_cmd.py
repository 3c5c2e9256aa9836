"""`cmeledger keep`: until when each record is kept, and its files."""

from argparse import ArgumentParser, Namespace

from cmeledger.cli import common
from cmeledger.cli.main import VERBS, Io
from cmeledger.problems import Exit
from cmeledger.report import documents, keep_text
from cmeledger.report.terminal import style_for
from cmeledger.rules.retention import keeping_files


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("keep", f"Say {VERBS['keep']}.")
    common.add_day(made)
    common.add_ledger(made)
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    book = common.open_named(options, io)
    tallies = book.tallies()
    keeping = book.keeping(tallies)
    order = sorted(book.ledger.activities, key=lambda activity: (activity.day, activity.id))
    found = [(activity, keeping[activity.id]) for activity in order]
    files = keeping_files(book.ledger, keeping, tallies)
    if options.json:
        io.out.write(documents.dumps(documents.keep(book, found, files)))
    else:
        style = style_for(io.out, io.env)
        io.out.write("".join(f"{line}\n" for line in keep_text.lines(book, found, files, style)))
    return common.answer(book)
