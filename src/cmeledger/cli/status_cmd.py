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
    made.add_argument(
        "--at", metavar="REV", help="the ledger as it is in this version in git, like HEAD~3"
    )
    common.add_ledger(made)
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    version = None
    if options.at is None:
        book = common.open_named(options, io)
    else:
        from cmeledger.cli import versions

        version, book = versions.open_version(options, io)
    tallies = book.tallies()
    reports = common.reports(book, tallies, options.cycle)
    problems = book.all_problems(tallies, book.keeping(tallies))
    if options.json:
        from cmeledger.report import documents

        document = documents.status(book, reports, problems)
        at = version and {"commit": version.commit, "committed": version.when.isoformat()}
        io.out.write(documents.dumps(document | {"renewals": renewals.as_json(book), "at": at}))
    else:
        from cmeledger.report.status_text import lines
        from cmeledger.report.terminal import day, style_for

        style = style_for(io.out, io.env)
        again = None if version else common.again(options)
        shown = list(lines(book, reports, problems, style, again))
        if version is not None:
            on = day(version.when.date())
            shown.insert(0, f"As committed in {version.commit[:10]} on {on}:")
        if again is not None:
            shown += renewals.as_lines(book, style, again)
        io.out.write("".join(f"{line}\n" for line in shown))
    return common.answer(book)
