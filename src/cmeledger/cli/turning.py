"""What `undo` and `redo` are: one step through the history, back or forth."""

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from cmeledger.book import open_book
from cmeledger.cli import common, writing
from cmeledger.cli.main import VERBS, Io
from cmeledger.ledger.entries import Entry
from cmeledger.ledger.history import open_history
from cmeledger.ledger.pair import Both
from cmeledger.problems import Exit, LedgerUnusable


def verb(
    name: str, sentence: str, *, back: bool
) -> tuple[Callable[[], ArgumentParser], Callable[[Namespace, Io], Exit]]:
    """Make the parser and the run of one of the two; `sentence` begins its help."""

    def parser() -> ArgumentParser:
        """Make the parser of the verb."""
        made = common.parser(name, f"{sentence} {VERBS[name]}.")
        writing.add_options(made)
        return made

    def run(options: Namespace, io: Io) -> Exit:
        """Run the verb."""
        return _turn(options, io, back=back)

    return parser, run


def _turn(options: Namespace, io: Io, *, back: bool) -> Exit:
    """Undo or redo the last save of the ledger, or show it."""
    from cmeledger.ledger.undo import ledger_of, look, look_at_both, redo, undo

    file = common.ledger_name(options, io)
    history = writing.needed(file, open_history(io.env))
    # An archive that is not there says nothing; its redo is looked up under its own name all the
    # same, for what the ledger would do again may be another step.
    opened = file if back else ledger_of(file, history)
    try:
        book = open_book(opened, common.today(options))
    except LedgerUnusable:  # undo may be what mends it
        book = None
    kept = writing.sweep_up(opened, options, io)
    if book is not None:
        book = writing.tidied(book, options, io)
    writing.warn(opened, book, kept, options, io)
    if options.dry_run:
        step = look(file, history, back=back)
        if step.entry.pair:
            steps = look_at_both(step.entry.pair, history, back=back)
            both = Both(*(writing.shown(one.now, one.turned(one.now)) for one in steps))
            return _answer_both(step.entry, both, options, io)
        return writing.answer(None, writing.shown(step.now, step.turned(step.now)), options, io)
    entry, saved, turned_both = (undo if back else redo)(file, history)
    done = f"{'undone' if back else 'done again'}: {entry.what}"
    if turned_both:
        return _answer_both(entry, turned_both, options, io, done=done)
    return writing.answer(None, saved, options, io, done=done)


def _answer_both(entry: Entry, both: Both, options: Namespace, io: Io, *, done: str = "") -> Exit:
    """Say what the step does to ledger and archive, whichever of the two was named."""
    from cmeledger.cli import moving

    assert entry.pair is not None  # it changed both
    if os.path.realpath(common.ledger_name(options, io)) == entry.pair.archive:
        options.ledger = entry.pair.ledger
    return moving.answer(None, both, options, io, done=done)
