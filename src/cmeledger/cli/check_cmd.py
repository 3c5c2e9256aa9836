"""`cmeledger check`: every problem, with its place and the way out."""

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from cmeledger.cli import common, renewals
from cmeledger.cli.main import VERBS, Io
from cmeledger.evidence import look
from cmeledger.ledger.source import Places, place
from cmeledger.problems import Exit, LedgerUnusable, Problem, UsageError
from cmeledger.report.terminal import style_for


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("check", f"List {VERBS['check']}.")
    common.add_day(made)
    made.add_argument("--strict", action="store_true", help="treat warnings as errors")
    made.add_argument(
        "--proof",
        action="store_true",
        help="look at each record as an auditor would: a checklist of what its certificate has",
    )
    common.add_cycle(made)
    common.add_ledger(made)
    made.epilog = "--cycle goes with --proof; without it, the cycle shown and the one before."
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    if options.proof:
        return _proof(options, io)
    if options.cycle:
        raise UsageError("--cycle goes with --proof\nwithout it, check looks at the whole ledger")
    file = common.ledger_name(options, io)
    try:
        book = common.open_named(options, io)
    except LedgerUnusable as error:
        found = list(error.problems)
        if error.ledger is not None:
            found += look(error.ledger, os.path.dirname(os.path.realpath(file)))
        problems = place(found, Places(error.text), Places(error.archive_text))
        archive = (error.archive_file, error.archive_text)
        _print(file, problems, error.text, archive, options.json, io)
        return Exit.UNUSABLE
    tallies = book.tallies()
    found = book.all_problems(tallies, book.keeping(tallies))
    found += look(book.ledger, book.folder)
    problems = place(found, Places(book.document.text), Places(book.archive.text))
    archive = (book.archive_file, book.archive.text)
    _print(file, problems, book.document.text, archive, options.json, io)
    if not options.json:
        style = style_for(io.out, io.env)
        shown = renewals.as_lines(book, style, common.again(options))
        io.out.write("".join(f"{line}\n" for line in shown))
    counted = {"error", "warning"} if options.strict else {"error"}
    return Exit.NO if any(p.severity in counted for p in problems) else Exit.DONE


def _proof(options: Namespace, io: Io) -> Exit:
    """Print the checklists; the answer is no where something is missing."""
    from cmeledger.proof import prove

    book = common.open_named(options, io)
    tallies = book.tallies()
    chosen = tallies if options.cycle else book.going(tallies)
    reports = common.reports(book, chosen, options.cycle)
    found = prove(book, reports, one_cycle=options.cycle is not None)
    if options.json:
        from cmeledger.report import documents, proof_json

        io.out.write(documents.dumps(proof_json.document(book, found)))
    else:
        from cmeledger.report.proof_text import lines

        shown = lines(found, style_for(io.out, io.env), common.again(options))
        io.out.write("".join(f"{line}\n" for line in shown))
    return Exit.NO if any(proof.lacks for proof in found) else common.answer(book)


def _print(
    file: str,
    problems: Sequence[Problem],
    text: str,
    archive: tuple[str | None, str],
    as_json: bool,
    io: Io,
) -> None:
    if as_json:
        from cmeledger.report import documents

        io.out.write(documents.dumps(documents.check(file, problems, archive[0])))
        return
    from cmeledger.report.check_text import lines

    style = style_for(io.out, io.env)
    shown = lines(file, problems, text, archive, style)
    io.out.write("".join(f"{line}\n" for line in shown))
