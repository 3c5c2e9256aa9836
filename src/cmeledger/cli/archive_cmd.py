"""`cmeledger archive`: the records that may go, moved into the archive beside the ledger."""

from argparse import ArgumentParser, Namespace

from cmeledger import archive
from cmeledger.book import archive_name
from cmeledger.cli import common, moving, writing
from cmeledger.cli.main import VERBS, Io
from cmeledger.problems import Exit
from cmeledger.report import archive_text
from cmeledger.report.terminal import plural, style_for
from cmeledger.visible import visible


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser(
        "archive",
        f"Move {VERBS['archive']}: those whose keep-until date is past. "
        "Nothing is written without --apply, and nothing is ever deleted.",
    )
    made.add_argument("--apply", action="store_true", help="move them; without it, only say which")
    writing.add_yes(made)
    writing.add_options(made)
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    options.dry_run = options.dry_run or not options.apply
    book = writing.opened(options, io)
    found = archive.going(book)
    more = {"records": archive_text.records(found)}
    if not options.json and (options.dry_run or not found):
        shown = archive_text.lines(book, found, style_for(io.out, io.env))
        io.out.write("".join(f"{line}\n" for line in shown))
        if found:
            archive.tried(book, archive.archiving(book, found))  # what --apply would refuse
            command = f"cmeledger archive --apply{common.again(options)}"
            print(f"Nothing was written; to move them: {command}", file=io.err)
        return Exit.DONE
    if not found:
        return moving.answer(None, moving.unchanged(book), options, io, more=more)
    step = archive.archiving(book, found)
    name = archive_name(common.ledger_name(options, io))
    count = plural(len(found), "record")
    if not writing.ask(f"Move {count} into {visible(name)}?", options, io):
        return moving.answer(None, moving.unchanged(book), options, io, more=more)
    return moving.carry_out(book, None, step, options, io, more=more)
