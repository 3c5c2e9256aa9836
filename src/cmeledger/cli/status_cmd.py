"""`cmeledger status`: where each license stands."""

from argparse import ArgumentParser, Namespace

from cmeledger.cli import common, renewals
from cmeledger.cli.main import VERBS, Io
from cmeledger.problems import Exit


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("status", f"Say {VERBS['status']}.")
    common.add_day(made)
    common.add_cycle(made)
    common.add_ledger(made)
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    book = common.open_named(options, io)
    tallies = book.tallies()
    reports = common.reports(book, tallies, options.cycle)
    problems = book.all_problems(tallies, book.keeping(tallies))
    if options.json:
        from cmeledger.report import documents

        document = documents.status(book, reports, problems)
        io.out.write(documents.dumps(document | {"renewals": renewals.as_json(book)}))
    else:
        from cmeledger.report.status_text import lines
        from cmeledger.report.terminal import style_for

        style = style_for(io.out, io.env)
        again = common.again(options)
        shown = [
            *lines(book, reports, problems, style, again),
            *renewals.as_lines(book, style, again),
        ]
        io.out.write("".join(f"{line}\n" for line in shown))
    return common.answer(book)
