"""`cmeledger check`: every problem, with its place and the way out."""

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from cmeledger.book import Book, archive_name, make_book
from cmeledger.cli import common, renewals
from cmeledger.cli.main import VERBS, Io
from cmeledger.evidence import look
from cmeledger.git import attributes
from cmeledger.ledger.parse import MAX_BYTES
from cmeledger.ledger.source import Places, place
from cmeledger.ledger.syntax import marked
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
    made.add_argument(
        "--staged",
        action="store_true",
        help="the ledger as the next git commit will hold it; files beside it are not looked at",
    )
    common.add_cycle(made)
    common.add_ledger(made, "*")
    made.epilog = "--cycle goes with --proof; without it, the cycle shown and the one before."
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb: for one ledger, or for several after each other."""
    names = options.ledger or [None]
    if len(names) > 1 and (options.json or options.proof):
        raise UsageError("--json and --proof take one ledger\nname one, or leave them out")
    if options.staged and options.proof:
        raise UsageError("--proof looks at certificates, --staged does not\ngive one of the two")
    if options.cycle and not options.proof:
        raise UsageError("--cycle goes with --proof\nwithout it, check looks at the whole ledger")
    code = Exit.DONE
    for options.ledger in names:
        code = max(code, _proof(options, io) if options.proof else _check(options, io))
    return code


def _check(options: Namespace, io: Io) -> Exit:
    """Print the problems of one ledger."""
    file = common.ledger_name(options, io)
    try:
        book = _staged(file, options, io) if options.staged else common.open_named(options, io)
    except LedgerUnusable as error:
        found = list(error.problems)
        if error.ledger is not None and not options.staged:
            found += look(error.ledger, os.path.dirname(os.path.realpath(file)))
        problems = place(found, Places(error.text), Places(error.archive_text))
        archive = (error.archive_file, error.archive_text)
        _print(file, problems, error.text, archive, options.json, io)
        return Exit.UNUSABLE
    tallies = book.tallies()
    found = book.all_problems(tallies, book.keeping(tallies))
    found += [*marked(book.document.text), *marked(book.archive.text, archived=True)]
    if not options.staged:
        found += look(book.ledger, book.folder)
        found += attributes.look(file, archive_name(file), io.env)
    problems = place(found, Places(book.document.text), Places(book.archive.text))
    archive = (book.archive_file, book.archive.text)
    _print(file, problems, book.document.text, archive, options.json, io)
    if not options.json:
        style = style_for(io.out, io.env)
        shown = renewals.as_lines(book, style, common.again(options))
        io.out.write("".join(f"{line}\n" for line in shown))
    counted = {"error", "warning"} if options.strict else {"error"}
    return Exit.NO if any(p.severity in counted for p in problems) else Exit.DONE


def _staged(file: str, options: Namespace, io: Io) -> Book:
    """Open the ledger and its archive as they are staged."""
    from cmeledger.git.staged import staged

    names = tuple(os.path.basename(name) for name in (file, archive_name(file)))
    data, archive = staged(file, names, io.env, MAX_BYTES)
    without = options.without_archive or not archive
    return make_book(file, common.today(options), data, None if without else archive)


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
