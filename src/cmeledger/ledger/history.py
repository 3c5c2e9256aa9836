"""What was saved, kept outside the ledger: for undo, for recovery, and for unfinished forms.

Each ledger has a folder of its own in the state folder, and each save a file in it, written and
confirmed by the disk before the ledger is touched. The file's name tells how the save ended:
`.begun` (not known to be finished), `.direct` (the same, writing in place) or `.saved`.
"""

import contextlib
import json
import os
import re
import time
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple

from cmeledger.ledger import disk, entries
from cmeledger.ledger.entries import Entry, Pair, Touched, digest
from cmeledger.ledger.missing import Missing, find_missing

VARIABLE: Final = "CMELEDGER_HISTORY"
"""The environment variable: another folder for the history, or "off"."""
MAX_ENTRIES: Final = 200
MAX_DAYS: Final = 400
MAX_BYTES: Final = 64 << 20
KEPT_ANYWAY: Final = 10
"""How many of the newest entries stay, whatever their age and size."""
MAX_SECONDS_BESIDE: Final = 3600
"""How old an unfinished form's new text gets before its writing is over, however it ended."""

_BESIDE: Final = ".new"
_NAME: Final = re.compile(r"(\d{8})\.(begun|direct|saved)")


class Stacks(NamedTuple):
    """What can be undone and what can be redone, the next at the end."""

    done: tuple[Entry, ...]
    undone: tuple[Entry, ...]


def open_history(environment: Mapping[str, str]) -> "History | None":
    """Open the history of this user; None: it is switched off."""
    chosen = environment.get(VARIABLE, "").strip()
    if chosen.lower() in ("off", "no", "0"):
        return None
    if chosen:
        return History(os.path.abspath(os.path.expanduser(chosen)))
    import platformdirs

    return History(
        os.path.join(platformdirs.user_state_path("cmeledger", appauthor=False), "history")
    )


class History:
    """The history of every ledger under one folder."""

    def __init__(self, folder: str, clock: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self._clock = clock

    def place(self, file: str) -> str:
        """Name the folder of one ledger. Links are followed, so each ledger has one."""
        real = os.path.realpath(file)
        return os.path.join(self.folder, sha256(os.fsencode(real)).hexdigest()[:24])

    # ── writing ──────────────────────────────────────────────────────────────────────────────

    def begin(
        self,
        file: str,
        what: str,
        before: bytes,
        after: bytes,
        touched: Touched = Touched(),  # noqa: B008 - it is immutable
        kind: str = "save",
        target: int | None = None,
        pair: Pair | None = None,
    ) -> Entry:
        """Keep a save before it happens. Raises OSError; then there is no entry."""
        folder = self._make_place(file)
        self._cut_off_torn(folder)
        data = entries.packed(
            before,
            after,
            kind=kind,
            what=what,
            time=self._clock(),
            file=os.path.realpath(file),
            touched=touched,
            target=target,
            pair=pair,
        )
        number = max((found[0] for found in self._names(folder)), default=0) + 1
        path = os.path.join(folder, f"{number:08}.begun")
        _put(path, data)
        disk.keep_names(folder)
        self._prune(folder)
        entry = entries.read_head(path)
        if entry is None:
            raise OSError(5, os.strerror(5), path)
        return entry

    def confirm(self, entry: Entry) -> None:
        """Note that a save has happened. If that cannot be noted, the next look finds it out."""
        self._rename(entry, "saved")

    def in_place(self, entry: Entry) -> Entry:
        """Note that the ledger is about to be written in place. Raises OSError."""
        path = entries.with_state(entry.path, "direct")
        os.rename(entry.path, path)
        disk.keep_names(os.path.dirname(path))
        return entry._replace(path=path, state="direct")

    def drop(self, entry: Entry) -> None:
        """Take back an entry whose save did not happen."""
        with contextlib.suppress(OSError):
            os.unlink(entry.path)

    def settle(self, file: str, now: bytes) -> None:
        """Find out how interrupted saves ended. Only for whoever holds the ledger's lock."""
        folder = self.place(file)
        names = (name for _, name in self._names(folder) if not name.endswith(".saved"))
        for entry in filter(
            None, (entries.read_head(os.path.join(folder, name)) for name in names)
        ):
            current = digest(now)
            if entry.before == current:
                self.drop(entry)
            elif entry.after == current or entry.state == "begun":
                # Nobody can tell any more whether that one was saved; to miss a record too many
                # is better than one too few.
                self.confirm(entry)

    def accept(
        self,
        file: str,
        ids: Sequence[str],
        data: bytes = b"",
        reads: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        """Miss these records no longer: as they are now, or that they are gone, is right.

        `data` is the ledger as it is, `reads` gives the fingerprint of a record that is there.
        Raises OSError.
        """
        now = tuple((id, None, reads(id)) for id in ids)
        gone = tuple(id for id, _, reading in now if reading is None)
        here = tuple(id for id in ids if id not in gone)
        touched = Touched((), here, gone, now)
        self.confirm(self.begin(file, "accept", data, data, touched, "accept"))

    def keep_unsaved(self, file: str, data: bytes) -> str:
        """Keep a text that could not be saved, to be read by people. Raises OSError."""
        folder = self._make_place(file)
        stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(self._clock()))
        for count in range(1000):
            path = os.path.join(folder, f"unsaved-{stamp}-{count}.toml")
            with contextlib.suppress(FileExistsError):
                _put(path, data)
                return path
        raise FileExistsError(path)

    # ── reading ──────────────────────────────────────────────────────────────────────────────

    def entries(self, file: str) -> list[Entry]:
        """List the saves of a ledger, oldest first. What is torn is left out."""
        folder = self.place(file)
        heads = (entries.read_head(os.path.join(folder, name)) for _, name in self._names(folder))
        return [entry for entry in heads if entry is not None]

    def stacks(self, file: str) -> Stacks:
        """Find what can be undone and redone."""
        done: list[Entry] = []
        undone: list[Entry] = []
        for entry in self.entries(file):
            if entry.kind == "save":
                done.append(entry)
                undone.clear()
            elif entry.kind == "undo" and done:
                undone.append(done.pop())
            elif entry.kind == "redo" and undone:
                done.append(undone.pop())
        return Stacks(tuple(done), tuple(undone))

    def torn(self, file: str, now: bytes) -> Entry | None:
        """Find a write in place that was cut off, leaving neither the old text nor the new."""
        folder = self.place(file)
        for _, name in self._names(folder)[-1:]:
            entry = (
                entries.read_head(os.path.join(folder, name)) if name.endswith(".direct") else None
            )
            if entry and digest(now) not in (entry.before, entry.after):
                return entry
        return None

    def missing(
        self,
        file: str,
        now: Container[str],
        reads: Callable[[str], str | None] = lambda _: None,
    ) -> list[Missing]:
        """Find records that are not in the file as they were saved; see `missing.find_missing`."""
        return find_missing(self.entries(file), now, reads)

    def of_moved(self, file: str, now: bytes) -> list[Entry]:
        """Find the last saves of ledgers that are gone, and were as this one is.

        This one was moved, then: its history is that of its old place.
        """
        found: list[Entry] = []
        with contextlib.suppress(OSError):
            for folder in sorted(item.path for item in os.scandir(self.folder) if item.is_dir()):
                heads = (
                    entries.read_head(os.path.join(folder, n)) for _, n in self._names(folder)[-1:]
                )
                found += (entry for entry in heads if entry)
        current, own = digest(now), self.place(file)
        return [
            entry
            for entry in found
            if now
            and entry.after == current
            and os.path.dirname(entry.path) != own
            and not os.path.lexists(entry.file)
        ]

    def unfinished(self, file: str) -> tuple[list[str], list[str]]:
        """List the texts that could not be saved, and the unfinished forms: paths, oldest first."""
        folder = self.place(file)
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            return [], []
        paths = [os.path.join(folder, name) for name in names]
        unsaved = [p for p, name in zip(paths, names, strict=True) if name.startswith("unsaved-")]
        return unsaved, [p for p in paths if re.fullmatch(r"draft-\w+\.json", os.path.basename(p))]

    # ── drafts ───────────────────────────────────────────────────────────────────────────────

    def put_draft(self, file: str, name: str, form: Mapping[str, Any]) -> None:
        """Keep an unfinished form. Raises OSError."""
        path = os.path.join(self._make_place(file), _draft(name))
        beside = path + _BESIDE
        with contextlib.suppress(FileNotFoundError):
            os.unlink(beside)
        _put(beside, json.dumps(form).encode("ascii"))
        os.replace(beside, path)
        disk.keep_names(os.path.dirname(path))

    def drafts(self, file: str) -> Iterator[dict[str, Any]]:
        """Give every unfinished form that can be read."""
        for path in self.unfinished(file)[1]:
            with contextlib.suppress(OSError, ValueError):
                form = json.loads(disk.read_file(path))
                if isinstance(form, dict):
                    yield form

    def drop_draft(self, file: str, name: str) -> None:
        """Forget an unfinished form."""
        with contextlib.suppress(OSError):
            os.unlink(os.path.join(self.place(file), _draft(name)))

    # ── the folder ───────────────────────────────────────────────────────────────────────────

    def _make_place(self, file: str) -> str:
        folder = self.place(file)
        os.makedirs(self.folder, 0o700, exist_ok=True)
        os.makedirs(folder, 0o700, exist_ok=True)
        return folder

    @staticmethod
    def _names(folder: str) -> list[tuple[int, str]]:
        try:
            names = os.listdir(folder)
        except OSError:  # none yet; or not ours to read, which writing will find out
            return []
        matches = ((_NAME.fullmatch(name), name) for name in names)
        return sorted((int(match[1]), name) for match, name in matches if match)

    @staticmethod
    def _rename(entry: Entry, state: str) -> None:
        with contextlib.suppress(OSError):
            os.rename(entry.path, entries.with_state(entry.path, state))

    def _cut_off_torn(self, folder: str) -> None:
        """Remove what a kill or a full disk left of the last entry."""
        for _, name in self._names(folder)[-1:]:
            path = os.path.join(folder, name)
            if not name.endswith(".saved") and entries.read_head(path) is None:
                os.unlink(path)

    def _prune(self, folder: str) -> None:
        """Let go of what is old, or too much. A failure to do so is no reason not to save."""
        with contextlib.suppress(OSError):
            oldest = self._clock() - MAX_DAYS * 86400
            size = 0
            for count, (_, name) in enumerate(reversed(self._names(folder))):
                found = os.stat(os.path.join(folder, name))
                size += found.st_size
                spare = count >= MAX_ENTRIES or size > MAX_BYTES or found.st_mtime < oldest
                if spare and count >= KEPT_ANYWAY:
                    os.unlink(os.path.join(folder, name))
            killed = self._clock() - MAX_SECONDS_BESIDE
            for name in os.listdir(folder):
                path = os.path.join(folder, name)
                if (name.startswith("unsaved-") and os.stat(path).st_mtime < oldest) or (
                    name.endswith(_BESIDE) and os.stat(path).st_mtime < killed
                ):
                    os.unlink(path)


def _put(path: str, data: bytes) -> None:
    """Write a new file whole, or leave none. Raises OSError."""
    handle = disk.make(path)
    try:
        try:
            disk.fill(handle, data)
        finally:
            os.close(handle)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(path)
        raise


def _draft(name: str) -> str:
    return f"draft-{sha256(name.encode()).hexdigest()[:16]}.json"
