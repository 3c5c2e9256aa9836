"""`cmeledger why ID`: why a record or a requirement counts as it does."""

from argparse import ArgumentParser, Namespace

from cmeledger.book import Book
from cmeledger.cli import common
from cmeledger.cli.main import VERBS, Io
from cmeledger.ledger.context import nearest_id
from cmeledger.problems import Exit, UsageError
from cmeledger.report import documents, why_text
from cmeledger.report.terminal import style_for
from cmeledger.report.views import find, left_out_of, view


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("why", f"Say {VERBS['why']}.")
    common.add_day(made)
    made.add_argument("id", metavar="ID", help="the id of a record or of a requirement")
    common.add_cycle(made)
    common.add_ledger(made)
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    book = common.open_named(options, io)
    tallies = book.tallies()
    reports = common.reports(book, tallies, options.cycle)
    style = style_for(io.out, io.env)
    name = options.id
    activity = next((a for a in book.ledger.activities if a.id == name), None)
    left_out = next((item for item in book.ledger.left_out if item.id == name), None)
    standings = [
        (report, standing)
        for report in reports
        for standing in report.standings
        if standing.requirement.id == name
    ]
    if activity is not None:
        views = [
            view(book, report, find(report.tally, activity, report.cycle, book))
            for report in reports
        ]
        keep = book.keeping(tallies)[name]
        document = documents.why_record(book, name, views, keep)
        lines = why_text.record(book, activity, views, keep, style)
    elif standings:
        document = documents.why_requirement(book, standings)
        seen = [
            (report, item, list(left_out_of(book, report, item, documents.invalid_reason())))
            for report, item in standings
        ]
        lines = (line.text for line in why_text.requirement(book, seen, style))
    elif left_out is not None:
        document = documents.why_left_out(book, left_out, reports)
        lines = why_text.left_out(left_out, style)
    else:
        raise UsageError(_unknown(book, name))
    io.out.write(documents.dumps(document) if options.json else "".join(f"{x}\n" for x in lines))
    return common.answer(book)


def _unknown(book: Book, name: str) -> str:
    own = [item.id for item in book.ledger.requirements]
    if name in book.rulebook.ids:
        return (
            f"'{name}' is not in force for this renewal\n"
            f"see: cmeledger rules {name}; another cycle: --cycle YEAR"
        )
    records = [activity.id for activity in book.ledger.activities]
    records += [item.id for item in book.ledger.left_out if item.id]
    advice = nearest_id(name, [*book.rulebook.ids, *own, *records])
    return f"no record and no requirement is called '{name}'\n{advice}"
