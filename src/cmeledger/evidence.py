"""Look at the evidence files that a ledger names: there, inside the folder, unchanged."""

import os
import stat
from collections.abc import Iterator
from hashlib import sha256

from cmeledger.model import Evidence, Ledger, Waiver, WaiverLeftOut
from cmeledger.problems import Problem


def look(ledger: Ledger, folder: str) -> Iterator[Problem]:
    """Check every evidence file of the ledger and its archive on disk.

    Takes the ledger's folder; yields a problem for each file that is missing, changed, or outside
    the folder through a symbolic link. Never opens anything but a regular file inside the folder.
    """
    real = os.path.realpath(folder)
    for activity in (*ledger.activities, *(left.draft for left in ledger.left_out)):
        for item in activity.evidence:
            problem = _look_at(item, real)
            if problem is not None:
                yield problem._replace(record=activity.id or None, archived=activity.archived)
    waivers: tuple[Waiver | WaiverLeftOut, ...] = (*ledger.waivers, *ledger.waivers_left_out)
    for waiver in waivers:
        for item in waiver.evidence:
            problem = _look_at(item, real)
            if problem is not None:
                yield problem


def _look_at(item: Evidence, folder: str) -> Problem | None:
    try:
        path = os.path.realpath(os.path.join(folder, item.file))
        if os.path.commonpath([folder, path]) != folder:
            message = f"the evidence file '{item.file}' leads out of the ledger's folder"
            return Problem("bad-value", message, "copy the file itself into the folder", item.path)
        if not stat.S_ISREG(os.stat(path).st_mode):
            message = f"'{item.file}' is not a file"
            return _warning("missing-evidence", message, "name the file itself", item)
        if item.sha256 is not None and _digest(path) != item.sha256:
            message = f"'{item.file}' is not the file that was recorded: its digest differs"
            advice = "bring the old file back, or record the new digest"
            return _warning("evidence-changed", message, advice, item)
    except ValueError:  # a name that this system's file names cannot spell
        message = f"the file '{item.file}' cannot be named on this system"
        return _warning("missing-evidence", message, "use a UTF-8 locale, or rename it", item)
    except OSError as error:
        message = f"there is no file '{item.file}'"
        if not isinstance(error, FileNotFoundError):
            message = f"the file '{item.file}' cannot be read: {(error.strerror or '').lower()}"
        return _warning("missing-evidence", message, "put it there, or correct the path", item)
    return None


def _warning(code: str, message: str, advice: str, item: Evidence) -> Problem:
    return Problem(code, message, advice, item.path, severity="warning")


def _digest(path: str) -> str:
    digest = sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
