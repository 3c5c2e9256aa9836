"""`cmeledger list`: the records, what they claim and what they count."""

from argparse import ArgumentParser, Namespace

from cmeledger.cli import common
from cmeledger.cli.main import VERBS, Io
from cmeledger.ledger.context import nearest
from cmeledger.ledger.schema import KINDS
from cmeledger.model import Activity
from cmeledger.problems import Exit, UsageError
from cmeledger.report import documents, list_text
from cmeledger.report.terminal import style_for
from cmeledger.report.views import records
from cmeledger.rules.counting import Counted


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("list", f"List {VERBS['list']}.")
    common.add_day(made)
    common.add_cycle(made)
    made.add_argument("--topic", metavar="T", help="only records that bear this topic")
    made.add_argument("--category", metavar="N", choices=("1", "2"), help="1 or 2")
    made.add_argument("--kind", metavar="K", help="only records of this kind")
    made.add_argument("--find", metavar="TEXT", help="look in title, provider and note")
    made.add_argument("--csv", action="store_true", help="print a table for a spreadsheet")
    common.add_ledger(made)
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    if options.kind is not None and options.kind not in KINDS:
        advice = nearest(options.kind, KINDS, "the kinds are")
        raise UsageError(f"there is no kind '{options.kind}'\n{advice}")
    book = common.open_named(options, io)
    report = common.reports(book, book.tallies(), options.cycle)[0]  # by the first license

    def wanted(activity: Activity, seen: Counted) -> bool:
        text = "\n".join(filter(None, (activity.title, activity.provider, activity.note)))
        return (
            (options.cycle is None or seen.cycle == report.cycle)
            and (options.topic is None or options.topic in {*activity.topics, *seen.topics})
            and (options.category is None or activity.category == int(options.category))
            and (options.kind is None or activity.kind == options.kind)
            and (options.find is None or options.find.casefold() in text.casefold())
        )

    found = [(a, seen) for a, seen in records(book, report) if wanted(a, seen)]
    if options.json:
        io.out.write(documents.dumps(documents.listing(book, found)))
    elif options.csv:
        list_text.csv(found, io.out)
    else:
        style = style_for(io.out, io.env)
        io.out.write("".join(f"{line}\n" for line in list_text.lines(book, found, style)))
    return common.answer(book)
