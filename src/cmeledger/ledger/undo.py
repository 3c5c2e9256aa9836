"""Take back a save, and do it again, to the byte."""

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
        raise disk.not_written(file, error) from error
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
    """Turn a save of a ledger and its archive as it was made: both in one step."""
    from cmeledger.ledger import pair

    ledger, archive = look_at_both(name, history, back=back)
    entry = ledger.entry
    return pair.save_both(
        ledger.file,
        archive.file,
        (ledger.now, archive.now),
        pair.Step(
            f"{ledger.verb} {entry.what}",
            lambda one, other: (ledger.turned(one), archive.turned(other)),
            entry.touched.reversed() if back else entry.touched,
            ledger.verb,
            (entry.number, archive.entry.number),
        ),
        history,
    )
