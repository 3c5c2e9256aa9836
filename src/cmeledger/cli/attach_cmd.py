"""`cmeledger attach ID FILE`: a certificate for a record."""

from argparse import ArgumentParser, Namespace

from cmeledger import attach
from cmeledger.cli import common, writing
from cmeledger.cli.main import VERBS, Io
from cmeledger.problems import Exit
from cmeledger.visible import visible


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("attach", f"Attach {VERBS['attach']}.")
    made.add_argument("id", metavar="ID", help="the id of the record")
    made.add_argument("file", metavar="FILE", help="the certificate: a PDF, a picture, a letter")
    made.add_argument(
        "--link",
        action="store_true",
        help="leave FILE where it is, inside the ledger's folder: only its path and digest are "
        "written, also to an entry that has no digest yet",
    )
    writing.add_options(made)
    made.epilog = "undo takes the entry out of the ledger again; the copy stays in evidence/."
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    book = writing.opened(options, io)
    plan = attach.plan(book, options.id, options.file, link=options.link)
    notes = [note.text + _hint(note, known=plan.known) for note in plan.notes]
    if options.dry_run and not plan.link and not plan.known:
        notes.append(f"'{options.file}' would be copied to '{plan.file}'")
    for note in notes:
        print(f"note: {visible(note)}", file=io.err)
    if plan.known:
        same = writing.shown(book.data, book.data)
        return writing.answer(plan.id, same, options, io, more={"file": plan.file})
    words = ["attach", options.id, options.file, *(["--link"] if options.link else [])]
    if options.dry_run:
        operation = attach.naming(book, plan)
        return writing.carry_out(book, operation, options, io, words, {"file": plan.file})
    with attach.attached(book, plan) as made:
        exit = writing.carry_out(book, made.operation, options, io, words, {"file": made.file})
    if not made.confirmed:
        print("note: the file was copied, but the disk did not confirm it", file=io.err)
        return Exit.UNCONFIRMED
    return exit


def _hint(note: attach.Note, *, known: bool) -> str:
    """Say what --link would do with the file that a note names."""
    if note.file is None:
        return ""
    digest = f"to record its digest: --link, with {note.file}"
    return f"; {digest}" if known else "; --link would name that one"
