"""What `archive` and `restore` are: records moved between the ledger and the file beside it."""

import os
from argparse import Namespace
from collections.abc import Mapping

from cmeledger import archive
from cmeledger.book import Book, archive_name
from cmeledger.cli import common, writing
from cmeledger.cli.main import Io
from cmeledger.ledger.history import open_history
from cmeledger.ledger.pair import Both, Step
from cmeledger.problems import Exit
from cmeledger.visible import visible


def carry_out(
    book: Book,
    record: str | None,
    step: Step,
    options: Namespace,
    io: Io,
    more: Mapping[str, object] = writing.NO_MORE,
) -> Exit:
    """Save what a step does to both files, or show it, and answer; `more` goes into the JSON."""
    if options.dry_run:
        return answer(record, archive.tried(book, step), options, io, more=more)
    both = archive.perform(book, step, open_history(io.env))
    return answer(record, both, options, io, done=step.what, more=more)


def answer(
    record: str | None,
    both: Both,
    options: Namespace,
    io: Io,
    *,
    done: str = "",
    more: Mapping[str, object] = writing.NO_MORE,
) -> Exit:
    """Say what was written to the two files, or would be."""
    name = archive_name(common.ledger_name(options, io))
    beside = {"archive_file": name, "archive_diff": writing.diff_of(name, both.archive)}
    code = writing.answer(record, both.as_one(), options, io, done=done, more=beside | dict(more))
    if not options.json:
        if options.dry_run:
            writing.show(name, both.archive, io)
        elif both.archive.after != both.archive.before:
            there = os.path.lexists(name)
            said = f"Saved in {visible(name)}, too" if there else f"Took {visible(name)} away again"
            io.out.write(f"{said}\n")
    return code


def unchanged(book: Book) -> Both:
    """Give what is saved where nothing is moved."""
    same = writing.shown(book.data, book.data)
    return Both(same, same)
