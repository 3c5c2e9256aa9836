"""Take back a save, and do it again, to the byte."""

import os
from typing import TYPE_CHECKING, NamedTuple

from cmeledger.ledger import disk
from cmeledger.ledger.entries import Entry, Pair, texts
from cmeledger.ledger.history import History
from cmeledger.ledger.save import Saved, resolve, save
from cmeledger.problems import NotWritten

if TYPE_CHECKING:
    from cmeledger.ledger.pair import Both


class Step(NamedTuple):
    """One step back or forth."""

    file: str
    verb: str
    """ "undo" or "redo"."""
    entry: Entry
    """The save that is taken back or done again."""
    now: bytes
    """What the file held when it was looked at."""
    here: bytes
    """What the file has to hold for it."""
    wanted: bytes

    def turned(self, found: bytes) -> bytes:
        """Give the bytes that the step makes of those of the file. Raises NotWritten."""
        if found != self.here:
            raise NotWritten(
                self.file,
                f"it was changed by something else since: {self.entry.what}; nothing was written",
                f"to {self.verb} it would throw that change away: edit the record instead",
            )
        return self.wanted


def look(file: str, history: History, *, back: bool) -> Step:
    """Find the next step, and change nothing. Raises NotWritten with advice."""
    verb = "undo" if back else "redo"
    try:
        now = disk.read_file(resolve(file))
    except OSError as error:
        if back or _taken_away(file, history) is None:
            raise disk.not_written(file, error) from error
        now = b""
    entry = torn = history.torn(file, now) if back else None
    if entry is None:
        stacks = history.stacks(file)
        stack = stacks.done if back else stacks.undone
        if not stack:
            raise NotWritten(
                file, f"there is nothing to {verb}", "the history holds what this program saved"
            )
        entry = stack[-1]
    try:
        before, after = texts(entry)
    except OSError as error:
        raise NotWritten(
            file,
            f"what would be brought back is damaged in the history ({entry.path})",
            "edit the record instead",
        ) from error
    if torn:
        return Step(file, verb, entry, now, now, before)
    here, wanted = (after, before) if back else (before, after)
    return Step(file, verb, entry, now, here, wanted)


class Turned(NamedTuple):
    """What was taken back or done again."""

    entry: Entry
    saved: Saved
    both: "Both | None"
    """The saves of ledger and archive, where the step changed both in one."""


def undo(file: str, history: History) -> Turned:
    """Bring back the bytes from before the last save. Raises NotWritten with advice."""
    return _turn(file, history, back=True)


def redo(file: str, history: History) -> Turned:
    """Save again what was undone last. Raises NotWritten with advice."""
    return _turn(file, history, back=False)


def look_at_both(name: Pair, history: History, *, back: bool) -> tuple[Step, Step]:
    """Find the next steps of a ledger and its archive that were saved in one.

    Raises NotWritten where something was saved in one of the two since.
    """
    ledger, archive = (look(file, history, back=back) for file in (name.ledger, name.archive))
    for step in (ledger, archive):
        if step.entry.pair != name:
            raise NotWritten(
                step.file,
                "it was not saved in one step with the other file, or has been changed since; "
                "nothing was written",
                "move the record itself: cmeledger archive, cmeledger restore ID",
            )
    return ledger, archive


def ledger_of(file: str, history: History) -> str:
    """Give the ledger of an archive that the undo of its first move took away, else the file."""
    name = _taken_away(file, history)
    return file if name is None else name.ledger


def _taken_away(file: str, history: History) -> Pair | None:
    """Find the step that made an archive, where undoing it took the file away again."""
    undone = () if os.path.lexists(file) else history.stacks(file).undone
    name = undone[-1].pair if undone else None
    return name if name and name.made and os.path.realpath(file) == name.archive else None


def _turn(file: str, history: History, *, back: bool) -> Turned:
    step = look(file, history, back=back)
    entry, verb = step.entry, step.verb
    what = f"{verb} {entry.what}"
    if entry.state == "direct":
        # The save never came to its end: bringing the text back is no step of its own to undo.
        saved = save(file, step.now, step.turned, what, None, kind=verb)
        history.drop(entry)
        return Turned(entry, saved, None)
    touched = entry.touched.reversed() if back else entry.touched
    if entry.pair:
        both = _turn_both(entry.pair, history, back=back)
        return Turned(entry, both.as_one(), both)
    saved = save(
        file, step.now, step.turned, what, history,
        touched=touched, kind=verb, target=entry.number,
    )  # fmt: skip
    return Turned(entry, saved, None)


def _turn_both(name: Pair, history: History, *, back: bool) -> "Both":
    """Turn a save of a ledger and its archive as it was made: both in one step.

    An archive that was made for it is there afterwards, or not, as it was.
    """
    from cmeledger.ledger import pair

    ledger, archive = look_at_both(name, history, back=back)
    entry = ledger.entry
    step = pair.Step(
        f"{ledger.verb} {entry.what}",
        lambda one, other: (ledger.turned(one), archive.turned(other)),
        entry.touched.reversed() if back else entry.touched,
        ledger.verb,
        (entry.number, archive.entry.number),
    )
    with pair.made_if_gone(archive.file, ledger.file):
        both = pair.save_both(ledger.file, archive.file, (ledger.now, archive.now), step, history)
    if back and name.made:
        pair.remove_empty(archive.file)
    return both
