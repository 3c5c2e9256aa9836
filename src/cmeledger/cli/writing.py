"""What the writing verbs share: their options, saving, and saying what was done."""

import argparse
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Final

from cmeledger import recovery
from cmeledger.book import Book, open_book
from cmeledger.change import Operation, perform
from cmeledger.cli import asking, common
from cmeledger.cli.main import Io
from cmeledger.ledger import beside
from cmeledger.ledger.history import History, open_history
from cmeledger.ledger.save import Saved
from cmeledger.problems import Conflict, Exit, NotWritten, UsageError
from cmeledger.report import documents
from cmeledger.report.terminal import Style, style_for
from cmeledger.report.unified import unified
from cmeledger.visible import visible

NO_MORE: Final[Mapping[str, object]] = MappingProxyType({})


def add_options(made: argparse.ArgumentParser) -> None:
    """Add what every writing verb has; the ledger last."""
    common.add_day(made)
    made.add_argument("--dry-run", action="store_true", help="show the change, write nothing")
    common.add_ledger_name(made, "the ledger")


def add_yes(made: argparse.ArgumentParser) -> None:
    """Add the answer yes, for verbs that ask."""
    made.add_argument("--yes", action="store_true", help="answer yes to the question")


def opened(options: argparse.Namespace, io: Io) -> Book:
    """Open the ledger, with its archive: ids are taken there too. Say what is amiss with it."""
    file = common.ledger_name(options, io)
    book = open_book(file, common.today(options))
    kept = sweep_up(file, options, io)
    book = tidied(book, options, io)
    warn(file, book, kept, options, io)
    return book


def tidied(book: Book, options: argparse.Namespace, io: Io) -> Book:
    """Clear up records that a move to or from the archive, cut off, left in both files."""
    from cmeledger import archive

    write = not options.dry_run
    book, count = archive.tidied(book, open_history(io.env), write=write)
    if count and write:
        print(f"note: {archive.cleared_up(count)}", file=io.err)
    return book


def sweep_up(file: str, options: argparse.Namespace, io: Io) -> list[str]:
    """Clear away what killed saves left; give the names of the files that hold a text."""
    kept = [] if options.dry_run else recovery.sweep(file, open_history(io.env))
    for name in kept:
        print(f"note: a save that was cut off left {visible(name)}; look at it", file=io.err)
    return kept


def warn(
    file: str, book: Book | None, said: list[str], options: argparse.Namespace, io: Io
) -> None:
    """Say which saved records were lost, and what beside the ledger bears on it.

    `book` is None for a ledger that cannot be used; `said` are files that were named already.
    """
    again = common.again(options)
    gone = recovery.archive_gone(file, open_history(io.env))
    if gone is not None:
        print(f"note: {visible(gone)}: see cmeledger doctor{again}", file=io.err)
    if book is not None:
        for text in recovery.notes(recovery.find(book, open_history(io.env))):
            print(f"note: {text}: see cmeledger recover{again}", file=io.err)
    known = {os.path.basename(name) for name in said}
    for item in beside.look(file):
        text = beside.note(item)
        if text and item.name not in known:
            print(f"note: {visible(text)}", file=io.err)


def needed(file: str, history: History | None) -> History:
    """Take the history for something that cannot do without. Raises NotWritten."""
    if history is None:
        raise NotWritten(file, "the history is switched off", "git can bring an old version back")
    return history


def carry_out(
    book: Book,
    operation: Operation,
    options: argparse.Namespace,
    io: Io,
    words: Sequence[str],
    more: Mapping[str, object] = NO_MORE,
) -> Exit:
    """Save what an operation does, or show it, and answer.

    `words` are the command that does it again, without the ledger: shown where another change of
    the same record was in the way. `more` goes into the JSON.
    """
    if options.dry_run:
        after = operation.apply(book.data)
        _note(operation, io)
        return answer(operation.record, shown(book.data, after), options, io, more=more)
    try:
        done, saved = perform(book, operation, open_history(io.env))
    except Conflict as error:
        _explain(error, operation.apply, book, words, options, io)
        raise
    _note(done, io)
    if done.record != operation.record:
        print(
            f"note: the id {operation.record} was taken meanwhile; this record is {done.record}",
            file=io.err,
        )
    return answer(done.record, saved, options, io, done=done.what, more=more)


def _note(done: Operation, io: Io) -> None:
    for text in done.notes:
        print(f"note: {visible(text)}", file=io.err)


def _explain(
    error: Conflict,
    apply: Callable[[bytes], bytes],
    book: Book,
    words: Sequence[str],
    options: argparse.Namespace,
    io: Io,
) -> None:
    """Show both versions of a record, and how to make the change again: nothing typed is lost."""
    from shlex import join

    from cmeledger.report.clash_text import lines

    if error.clash is not None:
        style = style_for(io.err, io.env)
        io.err.write("".join(f"{line}\n" for line in lines(error.clash, style)))
    command = f"cmeledger {join(words)}"
    if command == visible(command):
        print(f"to make your change again: {command}{common.again(options)}", file=io.err)
        return
    # What a shell would not be given back as it was typed is kept as a text.
    history = open_history(io.env)
    if history is not None:
        with suppress(OSError):
            kept = history.keep_unsaved(book.file, apply(book.data))
            print(f"the ledger as you would have had it is in {visible(kept)}", file=io.err)
            return
    print(f"what you asked for: {visible(command)}", file=io.err)


def shown(before: bytes, after: bytes) -> Saved:
    """Take what would be saved for what was, to show it."""
    return Saved(before, after, confirmed=True, note=None)


def answer(
    record: str | None,
    saved: Saved,
    options: argparse.Namespace,
    io: Io,
    *,
    done: str = "",
    more: Mapping[str, object] = NO_MORE,
) -> Exit:
    """Say what was written, or would be; `more` goes into the JSON."""
    written = not options.dry_run and saved.after != saved.before
    if saved.note:
        print(f"note: {visible(saved.note)}", file=io.err)
    if written and not saved.confirmed:
        print("note: saved, but the disk did not confirm it", file=io.err)
    name = common.ledger_name(options, io)
    if options.json:
        diff = diff_of(name, saved)
        io.out.write(documents.dumps(documents.written(record, diff, written=written) | dict(more)))
    elif written:
        io.out.write(f"Saved in {visible(name)}: {visible(done)}\n")
    elif not options.dry_run:
        io.out.write(f"{visible(name)}: nothing was changed\n")
    elif saved.after == saved.before:
        print("note: nothing would change", file=io.err)
    else:
        show(name, saved, io)
    return Exit.DONE if saved.confirmed else Exit.UNCONFIRMED


def ask(question: str, options: argparse.Namespace, io: Io) -> bool:
    """Ask on a terminal; off it, --yes must have answered. Raises UsageError."""
    if options.yes or options.dry_run:
        return True
    if not asking.can_ask(io):
        raise UsageError("nobody is there to ask\nsay --yes to answer the question beforehand")
    return asking.agreed(question, io, default=False)


def diff_of(name: str, saved: Saved) -> str:
    """Give the change of a file as a unified diff."""
    return "".join(unified(name, saved.before, saved.after))


def show(name: str, saved: Saved, io: Io) -> None:
    """Show the change of a file."""
    style = style_for(io.out, io.env)
    lines = unified(name, saved.before, saved.after)
    io.out.write("".join(f"{line}\n" for line in _painted(lines, style)))


def _painted(lines: Iterator[str], style: Style) -> Iterator[str]:
    colors = {"+": "32", "-": "31", "@": "36"}
    for line in lines:
        shown = visible(line.rstrip("\r\n").replace("\t", "    "))
        yield style.paint(shown, colors[line[0]]) if line[0] in colors else shown
