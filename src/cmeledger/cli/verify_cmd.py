"""`cmeledger verify`: every evidence file, looked at closely."""

from argparse import ArgumentParser, Namespace

from cmeledger.cli import common
from cmeledger.cli.main import VERBS, Io
from cmeledger.evidence import survey
from cmeledger.problems import Exit


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("verify", f"Look at {VERBS['verify']}.")
    common.add_day(made)
    common.add_ledger(made)
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    book = common.open_named(options, io)
    tallies = book.tallies()
    problems = book.all_problems(tallies, book.keeping(tallies))
    without = [p.record or "" for p in problems if p.code == "no-evidence-named"]
    # Without the archive, nobody can say which files it names.
    found = survey(book.ledger, book.folder, with_unnamed=not book.archive_skipped)
    if options.json:
        from cmeledger.report import documents

        io.out.write(documents.dumps(documents.verify(book, found, without)))
    else:
        from cmeledger.report.terminal import style_for
        from cmeledger.report.verify_text import lines

        shown = lines(book, found, without, style_for(io.out, io.env), common.again(options))
        io.out.write("".join(f"{line}\n" for line in shown))
    return Exit.NO if any(item.seen.wrong for item in found.files) else common.answer(book)
