"""`cmeledger remind`: one line when something is near, and nothing otherwise."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace

from cmeledger.cli import common
from cmeledger.cli.main import VERBS, Io
from cmeledger.problems import Exit
from cmeledger.report import remind_text
from cmeledger.report.ahead import ahead
from cmeledger.report.terminal import style_for

DAYS = 60


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("remind", f"Print {VERBS['remind']}.")
    made.add_argument(
        "--days",
        metavar="N",
        type=_days,
        default=DAYS,
        help=f"how many days ahead are near (default: {DAYS})",
    )
    common.add_day(made)
    common.add_ledger(made)
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb: exit 1 where there is something to say."""
    book = common.open_named(options, io)
    held = book.held(book.tallies())
    reports = common.reports(book, held, None) if held else []
    dates, short = remind_text.near(book, ahead(book, held), reports, options.days)
    line = remind_text.line(book, dates, short)
    if options.json:
        from cmeledger.report import ahead_json, documents

        found = ahead_json.remind(book, options.days, dates, short)
        io.out.write(documents.dumps(found))
    elif line is not None:
        io.out.write(f"{style_for(io.out, io.env).plain(line)}\n")
    return Exit.DONE if line is None else Exit.NO


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 4:
        raise ArgumentTypeError(f"'{text}' is not a number of days from 0 to 9999")
    return int(text)
