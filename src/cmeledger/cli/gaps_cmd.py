"""`cmeledger gaps`: the fewest credits that close everything short."""

from argparse import ArgumentParser, Namespace

from cmeledger.cli import common
from cmeledger.cli.main import VERBS, Io
from cmeledger.problems import Exit
from cmeledger.report import documents, gaps_text
from cmeledger.report.terminal import style_for
from cmeledger.rules.gaps import gaps


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("gaps", f"Find {VERBS['gaps']}.")
    common.add_day(made)
    common.add_ledger(made)
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    book = common.open_named(options, io)
    held = book.held(book.tallies())
    reports = common.reports(book, held, None) if held else []
    found = gaps(reports, book.day)
    if options.json:
        io.out.write(documents.dumps(gaps_text.document(book, reports, found)))
    else:
        style = style_for(io.out, io.env)
        shown = gaps_text.lines(book, reports, found, style)
        io.out.write("".join(f"{line}\n" for line in shown))
    return common.answer(book)
