"""What bears on a ledger besides its own text: saves that were taken back, and files beside it."""

import os
from collections.abc import Iterator
from typing import NamedTuple

from cmeledger.ledger import beside
from cmeledger.ledger.beside import Beside
from cmeledger.ledger.history import History
from cmeledger.ledger.missing import Missing
from cmeledger.report.terminal import fit, plural, width_of
from cmeledger.tui.session import Failed, Loaded
from cmeledger.visible import visible

END = ". V: look at them"


class Around(NamedTuple):
    """What was found around one state of a ledger."""

    result: Loaded | Failed
    """The state it was looked for."""
    stamp: int | None
    """When the folder's names had changed last."""
    lost: tuple[Missing, ...]
    """The records that are not in the file as they were saved."""
    files: tuple[Beside, ...]
    """Copies beside the ledger, and editors that have it open or left something."""
    unsaved: tuple[str, ...]
    """The paths of texts that could not be saved."""
    gone: str | None
    """That the archive is not there any more, in words."""


def look_around(file: str, result: Loaded | Failed, history: History | None) -> Around:
    """Look at the history of a ledger and at its folder; for a thread, writes nothing.

    Of a file that broke, and of one read without its archive, nobody can tell what is missing.
    """
    from cmeledger import recovery  # in a thread, after the first picture

    stamp = folder_stamp(file)
    lost: list[Missing] = []
    if isinstance(result, Loaded) and result.broken is None and not result.book.archive_skipped:
        lost = recovery.find(result.book, history)
    files = [item for item in beside.look(file) if item.kind != "rest"]
    unsaved = history.unfinished(file)[0] if history is not None else []
    gone = recovery.archive_gone(file, history)
    return Around(result, stamp, tuple(lost), tuple(files), tuple(unsaved), gone)


def folder_stamp(file: str) -> int | None:
    """Tell one state of the names in a ledger's folder from the next; None: it is not there."""
    try:
        return os.stat(os.path.dirname(os.path.realpath(file))).st_mtime_ns
    except (OSError, ValueError):
        return None


def notice(around: Around, width: int) -> str:
    """Say in one line what was found and matters before the next save; "": nothing."""
    room = width - 2 - width_of(END)
    said = visible("; ".join(_parts(around, short=False)))
    if width_of(said) > room:
        said = visible("; ".join(_parts(around, short=True)))
    return f"! {fit(said, min(room, width_of(said)))}{END}" if said else ""


def _parts(around: Around, *, short: bool) -> Iterator[str]:
    from cmeledger import recovery

    if around.gone is not None:
        yield around.gone.split(":")[0] if short else around.gone
    yield from recovery.notes(around.lost)
    files = [item for item in around.files if beside.note(item)]
    copies = [item for item in files if item.kind != "editor"]
    if len(copies) == 1 and not short:
        yield f"{copies[0].name} is beside it"
    elif copies:
        yield f"{plural(len(copies), 'copy', 'copies')} beside the ledger"
    for item in files:
        if item.kind == "editor":
            who = item.who.split(",")[0] if short else item.who
            yield f"{'' if item.is_open else 'maybe '}open in {who}"
