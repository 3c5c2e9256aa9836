"""`cmeledger renew`: what is attested at a renewal, written down."""

from argparse import ArgumentParser, Namespace

from cmeledger import change, renewal
from cmeledger.cli import common, renewals, writing
from cmeledger.cli.main import VERBS, Io
from cmeledger.problems import Exit, UsageError
from cmeledger.report import renewal_json, renewal_text
from cmeledger.report.terminal import style_for


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("renew", f"Keep {VERBS['renew']}.")
    common.add_cycle(made)
    made.add_argument(
        "--date",
        metavar="DATE",
        type=common.a_day,
        help="the day you attested (default: today); the totals are those of that day",
    )
    writing.add_yes(made)
    writing.add_options(made)
    made.epilog = (
        "It refuses nothing because something is short: it says so, and records what is. "
        "Nothing is sent to the Board."
    )
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    today = common.today(options)
    day = options.date or today
    if day > today:
        raise UsageError(
            f"{day.isoformat()} has not come yet\nrecord what you attested once you have done so"
        )
    opened = writing.opened(options, io)
    book = opened._replace(day=day)
    tallies = book.tallies()
    chosen = tallies if options.cycle else book.going(tallies)
    shown = common.reports(book, chosen, options.cycle)
    reports = renewal.ready(book, shown)
    operation = change.renewing(book, reports)
    for note in renewal_text.before(opened, reports):
        print(f"note: {note}", file=io.err)
    for report in [] if options.cycle else renewal.skipped(opened, reports):
        print(
            f"note: if you mean the renewal of {report.cycle.end.isoformat()}: cmeledger renew "
            f"--cycle {report.cycle.end.year} --date DATE{common.again(options)}",
            file=io.err,
        )
    if len(reports) > 1:
        text = f"these are {len(reports)} renewals; for one of them alone, add --cycle YEAR"
        print(f"note: {text}", file=io.err)
    if common.answer(opened) is Exit.NO:
        again = common.again(options)
        text = "what has an error is left out of these totals: see cmeledger check"
        print(f"note: {text}{again}", file=io.err)
    if not options.json:
        style = style_for(io.out, io.env)
        lines = [
            *renewal_text.lines(book, reports, style),
            *renewals.as_lines(opened, style, common.again(options)),
        ]
        io.out.write("".join(f"{line}\n" for line in lines))
    more = {
        "licenses": [renewal_json.ready(book, report) for report in reports],
        "renewals": renewals.as_json(opened),
    }
    question = f"Record this as attested on {day.isoformat()}?"
    if not writing.ask(question, options, io):
        nothing = writing.shown(book.data, book.data)
        return writing.answer(None, nothing, options, io, more=more)
    words = ["renew", "--date", day.isoformat()]
    words += ["--cycle", str(options.cycle)] if options.cycle else []
    return writing.carry_out(book, operation, options, io, words, more)
