"""`cmeledger fmt`: the ledger in its usual order and spacing; no value changes."""

import os
from argparse import ArgumentParser, Namespace

from cmeledger.book import archive_name, read_bytes
from cmeledger.cli import common, writing
from cmeledger.cli.main import VERBS, Io
from cmeledger.ledger.fmt import formatted
from cmeledger.ledger.history import open_history
from cmeledger.ledger.save import save
from cmeledger.problems import Exit
from cmeledger.visible import visible


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("fmt", f"Put {VERBS['fmt']}.")
    made.add_argument("--check", action="store_true", help="only say whether it would change")
    made.add_argument(
        "--diff", dest="dry_run", action="store_true", help="the same as --dry-run: show the change"
    )
    writing.add_options(made)
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    options.dry_run = options.dry_run or options.check
    book = writing.opened(options, io)
    beside = archive_name(book.file)
    archive = read_bytes(beside) if os.path.lexists(beside) else None

    def operation(data: bytes) -> bytes:
        return formatted(data, archive)

    after = operation(book.data)
    if options.check and not options.json:
        same = after == book.data
        name = visible(common.ledger_name(options, io))
        io.out.write(f"{name}: {'as fmt would have it' if same else 'fmt would change it'}\n")
        return Exit.DONE if same else Exit.NO
    if options.dry_run or after == book.data:
        writing.answer(None, writing.shown(book.data, after), options, io)
        return Exit.NO if options.check and after != book.data else Exit.DONE
    saved = save(book.file, book.data, operation, "fmt", open_history(io.env))
    return writing.answer(None, saved, options, io, done="fmt")
