"""What `undo` and `redo` are: one step through the history, back or forth."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from cmeledger.book import open_book
from cmeledger.cli import common, writing
from cmeledger.cli.main import VERBS, Io
from cmeledger.ledger.history import open_history
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
    from cmeledger.ledger.undo import look, redo, undo

    file = common.ledger_name(options, io)
    history = writing.needed(file, open_history(io.env))
    try:
        book = open_book(file, common.today(options))
    except LedgerUnusable:  # undo may be what mends it
        book = None
    kept = writing.sweep_up(file, options, io)
    if book is not None:
        book = writing.tidied(book, options, io)
    writing.warn(file, book, kept, options, io)
    if options.dry_run:
        step = look(file, history, back=back)
        return writing.answer(None, writing.shown(step.now, step.turned(step.now)), options, io)
    entry, saved = (undo if back else redo)(file, history)
    verb = "undone" if back else "done again"
    return writing.answer(None, saved, options, io, done=f"{verb}: {entry.what}")
