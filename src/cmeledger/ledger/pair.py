"""Save a ledger and the archive beside it in one step, so that no record is lost in between.

Both are locked, the ledger first. What gains records is written first: whenever the process is
killed, each record stands in one file or in both, never in none. One that stands in both reads as
one record (`doubled`), and the next command that writes clears it up.
"""

import contextlib
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from cmeledger.ledger import disk, lock, platform, put, save
from cmeledger.ledger.entries import Pair, Touched
from cmeledger.ledger.history import History
from cmeledger.ledger.save import Order, Saved
from cmeledger.problems import NotWritten

Operation = Callable[[bytes, bytes], tuple[bytes, bytes]]
"""From the bytes of ledger and archive to those they should have."""
UNTOUCHED: Final = Touched()


class Step(NamedTuple):
    """One step that changes both files."""

    what: str
    """In words, for the history."""
    apply: Operation
    touched: Touched = UNTOUCHED
    """The records, as the ledger sees it; the archive sees the reverse."""
    kind: str = "save"
    targets: tuple[int | None, int | None] = (None, None)
    """The entries of the two histories that are undone or redone."""


class Both(NamedTuple):
    """How the two saves ended."""

    ledger: Saved
    archive: Saved

    def as_one(self) -> Saved:
        """Give the ledger's save, with what there is to say of either."""
        notes = filter(None, (self.ledger.note, self.archive.note))
        confirmed = self.ledger.confirmed and self.archive.confirmed
        return self.ledger._replace(confirmed=confirmed, note="; ".join(notes) or None)


def save_both(
    ledger: str,
    archive: str,
    based_on: tuple[bytes, bytes],
    step: Step,
    history: History | None,
    *,
    made: bool = False,
    wait: float = save.WAIT,
) -> Both:
    """Apply a step to what both files hold and save them; both must be there.

    `made`: the archive was made for this step, by `made_if_gone`. Raises what `save` does, and what
    the step raises; then each file is as it was.
    """
    files = save.resolve(ledger), save.resolve(archive)

    def once(left: float) -> Both:
        with lock.locked(files[0], left) as first, lock.locked(files[1], left) as second:
            name = Pair(secrets.token_hex(8), *files, made) if step.kind == "save" else None
            return _both(files, (first, second), based_on, step, history, name)

    return save.patiently(ledger, once, wait)


def _both(
    files: tuple[str, str],
    handles: tuple[int, int],
    based_on: tuple[bytes, bytes],
    step: Step,
    history: History | None,
    name: Pair | None,
) -> Both:
    """Save both once, with both locked. Raises put.Moved to be called again."""
    for file, handle in zip(files, handles, strict=True):
        save.refuse_read_only(file, handle)
    found = disk.read_all(handles[0]), disk.read_all(handles[1])
    for old, now in zip(based_on, found, strict=True):
        if old and not now:
            raise put.Moved("another program has emptied the file")
    wanted = step.apply(*found)
    touched = step.touched, step.touched.reversed()
    orders = [
        Order(
            based_on[side],
            _only(found[side], wanted[side]),
            step.what,
            history,
            touched[side],
            step.kind,
            step.targets[side],
            name,
        )
        for side in (0, 1)
    ]
    first = 0 if step.touched.added else 1
    second = 1 - first
    saved = [save.attempt(files[first], handles[first], orders[first])]
    try:
        saved.append(save.attempt(files[second], handles[second], orders[second]))
    except BaseException:
        with contextlib.suppress(OSError):
            if disk.read_file(files[second]) == wanted[second]:  # it was saved all the same
                raise
        _take_back(files[first], handles[first], orders[first], saved[0])
        raise
    return Both(*(saved if first == 0 else reversed(saved)))


def _only(found: bytes, wanted: bytes) -> save.Operation:
    """Make the operation that is good for one text alone."""

    def apply(now: bytes) -> bytes:
        if now != found:
            raise put.Moved("another program is saving the file")
        return wanted

    return apply


def _take_back(file: str, handle: int, order: Order, saved: Saved) -> None:
    """Give the first file its old text again where the second could not be saved."""
    if saved.after == saved.before:
        return
    back = order._replace(
        based_on=saved.after,
        operation=_only(saved.after, saved.before),
        what=f"undo {order.what}",
        touched=order.touched.reversed(),
        kind="redo" if order.kind == "undo" else "undo",
        pair=None,
    )
    if lock.means(file, handle):  # it was written in place: the lock is ours still
        save.attempt(file, handle, back)
    else:
        save.save(
            file, back.based_on, back.operation, back.what, back.history,
            touched=back.touched, kind=back.kind,
        )  # fmt: skip


# ── an archive that comes and goes ───────────────────────────────────────────────────────────


@contextlib.contextmanager
def made_if_gone(archive: str, ledger: str) -> Iterator[bool]:
    """Make an empty archive where there is none, with the permissions of the ledger.

    Gives whether it was made; it goes again where what is done with it fails. Raises NotWritten.
    """
    made = not os.path.lexists(archive)
    if made:
        _make(archive, ledger)
    try:
        yield made
    except BaseException:
        if made:
            remove_empty(archive)
        raise


def _make(archive: str, ledger: str) -> None:
    try:
        handle = disk.make(archive)
    except OSError as error:
        raise disk.not_written(archive, error) from error
    try:
        with contextlib.suppress(OSError):  # it is the user's alone then
            if hasattr(os, "fchmod"):
                os.fchmod(handle, stat.S_IMODE(os.stat(ledger).st_mode))
    finally:
        os.close(handle)


def remove_empty(archive: str) -> None:
    """Remove an archive that has no byte and that nobody writes; it may stay, and harms nobody.

    It gets another name first and is looked at once more: what another program put in its place in
    that moment gets the name back, or, where a third has it meanwhile, one that stays.
    """
    folder, name = os.path.split(archive)
    aside = os.path.join(folder, f".{name}.cmeledger-{os.getpid()}-{secrets.token_hex(4)}")
    with contextlib.suppress(OSError, NotWritten), lock.locked(archive, 0) as handle:
        if not _is_idle(archive, handle):
            return
        with platform.signals_held():
            os.rename(archive, aside)
            if _is_idle(aside, handle):
                os.unlink(aside)
                return
            try:
                disk.settle(aside, archive)
            except OSError:
                os.rename(aside, put.theirs_name(archive))
            else:
                os.unlink(aside)  # where it has both names now


def _is_idle(file: str, handle: int) -> bool:
    """Tell whether a name means an open file that is empty, has no other name and no writer."""
    if not lock.means(file, handle) or platform.is_being_written(handle):
        return False
    found = os.fstat(handle)  # last: who had it open a moment ago may have written before closing
    return (found.st_size, found.st_nlink) == (0, 1)
