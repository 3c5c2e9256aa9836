"""`cmeledger recover`: records that are not in the ledger as they were saved."""

import os
from argparse import ArgumentParser, Namespace

from cmeledger import recovery
from cmeledger.book import Book, open_book
from cmeledger.cli import common, writing
from cmeledger.cli.main import VERBS, Io
from cmeledger.ledger.beside import look
from cmeledger.ledger.history import History, open_history
from cmeledger.ledger.missing import Missing
from cmeledger.problems import Exit, UsageError
from cmeledger.recovery import View
from cmeledger.report import documents, recover_text
from cmeledger.report.recover_text import Texts
from cmeledger.report.terminal import style_for
from cmeledger.visible import visible


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("recover", f"Find {VERBS['recover']}.")
    asked = made.add_mutually_exclusive_group()
    asked.add_argument("--view", metavar="ID", help="a record as it was saved, and as it is now")
    asked.add_argument(
        "--restore",
        metavar="ID",
        nargs="?",
        const="",
        action="append",
        help="put it back as it was saved; may be given again",
    )
    asked.add_argument(
        "--accept",
        metavar="ID",
        nargs="?",
        const="",
        action="append",
        help="it is right as it is now; may be given again",
    )
    made.add_argument("--all", action="store_true", help="with --restore or --accept: all of them")
    writing.add_options(made)
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    ids = options.restore or options.accept or []
    if options.all != ("" in ids) or (options.all and len(ids) > 1):
        raise UsageError("which records?\nsay --restore ID or --restore --all; --accept likewise")
    file = common.ledger_name(options, io)
    history = open_history(io.env)
    if options.view or ids:
        history = writing.needed(file, history)
    book = open_book(file, common.today(options))
    if options.restore:
        book = writing.tidied(book, options, io)
    found = recovery.find(book, history)
    if history is None:
        print("note: the history is switched off: no records are looked for", file=io.err)
    if options.view:
        return _viewed(recovery.view(book, recovery.chosen(found, [options.view])[0]), options, io)
    if not ids or history is None:
        return _listed(book, found, history, options, io)
    wanted = found if options.all else recovery.chosen(found, ids)
    if not wanted:
        raise UsageError("there is nothing to recover")
    if options.restore:
        writing.sweep_up(file, options, io)
        words = ["recover", *(word for item in wanted for word in ("--restore", item.id))]
        return writing.carry_out(book, recovery.restoring(book, wanted), options, io, words)
    if not options.dry_run:
        recovery.accept(book, history, wanted)
    return _accepted(wanted, options, io)


def _listed(
    book: Book, found: list[Missing], history: History | None, options: Namespace, io: Io
) -> Exit:
    folder = os.path.dirname(os.path.realpath(book.file))
    copies = [os.path.join(folder, item.name) for item in look(book.file) if item.kind == "theirs"]
    texts = Texts(copies, *(history.unfinished(book.file) if history else ([], [])))
    if options.json:
        document = recover_text.document(book.file, found, texts)
        io.out.write(documents.dumps(document))
    else:
        style = style_for(io.out, io.env)
        shown = recover_text.lines(book.file, found, texts, common.again(options), style)
        io.out.write("".join(f"{line}\n" for line in shown))
    return Exit.NO if found or any(texts) else Exit.DONE


def _viewed(view: View, options: Namespace, io: Io) -> Exit:
    if options.json:
        io.out.write(documents.dumps(recover_text.view_document(view)))
    else:
        shown = recover_text.view(view, style_for(io.out, io.env))
        io.out.write("".join(f"{line}\n" for line in shown))
    return Exit.DONE


def _accepted(wanted: list[Missing], options: Namespace, io: Io) -> Exit:
    """Say what is accepted; the ledger itself has not changed."""
    one = wanted[0].id if len(wanted) == 1 else None
    if options.json:
        io.out.write(documents.dumps(documents.written(one, "", written=not options.dry_run)))
    else:
        done = "would be accepted" if options.dry_run else "accepted"
        for item in wanted:
            io.out.write(f"{done} as it is now: {visible(item.id)}\n")
    return Exit.DONE
