"""Take back a save, and do it again, to the byte."""

from cmeledger.ledger import disk
from cmeledger.ledger.history import Entry, History
from cmeledger.ledger.save import WAIT, Saved, resolve, save
from cmeledger.problems import NotWritten


def undo(file: str, history: History, *, wait: float = WAIT) -> tuple[Entry, Saved]:
    """Bring back the bytes from before the last save. Raises NotWritten with advice."""
    return _turn(file, history, wait, back=True)


def redo(file: str, history: History, *, wait: float = WAIT) -> tuple[Entry, Saved]:
    """Save again what was undone last. Raises NotWritten with advice."""
    return _turn(file, history, wait, back=False)


def _turn(file: str, history: History, wait: float, *, back: bool) -> tuple[Entry, Saved]:
    verb = "undo" if back else "redo"
    try:
        now = disk.read_file(resolve(file))
    except OSError as error:
        raise disk.not_written(file, error) from error
    stacks = history.stacks(file)
    entry = history.torn(file, now) if back else None
    if entry is None:
        stack = stacks.done if back else stacks.undone
        if not stack:
            raise NotWritten(
                file, f"there is nothing to {verb}", "the history holds what this program saved"
            )
        entry = stack[-1]
    torn = entry.state == "direct"
    try:
        before, after = history.texts(entry)
    except OSError as error:
        raise NotWritten(
            file,
            f"what would be brought back is damaged in the history ({entry.path})",
            "edit the record instead",
        ) from error
    here, wanted = (after, before) if back else (before, after)

    def turn(found: bytes) -> bytes:
        if found != (now if torn else here):
            raise NotWritten(
                file,
                f"it was changed by something else since: {entry.what}; nothing was written",
                f"to {verb} it would throw that change away: edit the record instead",
            )
        return wanted

    what = f"{verb} {entry.what}"
    touched = entry.touched.reversed() if back else entry.touched
    if torn:
        # The save never came to its end: bringing the text back is no step of its own to undo.
        saved = save(file, now, turn, what, None, kind=verb, wait=wait)
        history.drop(entry)
        return entry, saved
    saved = save(
        file, now, turn, what, history, touched=touched, kind=verb, target=entry.number, wait=wait
    )
    return entry, saved
