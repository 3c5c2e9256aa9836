"""What the app does outside itself: the editor, the certificate's viewer, the clipboard."""

import os
import subprocess
import traceback
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from cmeledger.evidence import inside
from cmeledger.ledger.source import Places, place
from cmeledger.model import Activity
from cmeledger.outside import editor_command, viewer_command
from cmeledger.problems import CmeledgerError, LedgerUnusable
from cmeledger.visible import visible

if TYPE_CHECKING:
    from cmeledger.tui.app import CmeledgerApp
    from cmeledger.tui.live import Live


def open_editor(app: "Live", file: str, line: int) -> None:
    """Give the terminal to the user's editor at a line of the file, and take it back."""
    try:
        command = editor_command(os.environ, file, line)
    except ValueError as error:
        app.say(str(error), warning=True)
        return
    try:
        with app.suspend():
            done = subprocess.run(command, check=False)  # noqa: S603  the user's own editor, no shell
    except SuspendNotSupported:
        app.say("this terminal cannot be lent to an editor; open the file yourself", warning=True)
        return
    except OSError as error:
        app.say(f"{command[0]} could not be started: {error.strerror}", warning=True)
        return
    if done.returncode:
        app.say(f"{command[0]} ended with code {done.returncode}", warning=True)
    app.refresh()


def open_certificate(app: "CmeledgerApp", folder: str, activity: Activity) -> None:
    """Open the first evidence file of a record with the system's viewer."""
    if not activity.evidence:
        why = f" ({activity.no_evidence})" if activity.no_evidence else ""
        app.say(f"this record names no certificate{why}; A attaches one", warning=True)
        return
    item = activity.evidence[0]
    path = inside(folder, item.file)
    if path is None:
        app.say(f"{item.file} leads out of the ledger's folder; it is not opened", warning=True)
        return
    if not os.path.isfile(path):
        app.say(f"there is no file {item.file}", warning=True)
        return
    command = viewer_command(path)
    try:
        subprocess.Popen(  # noqa: S603  a fixed program and an absolute path, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        app.say(f"{command[0]} is not there; the file is {path}", warning=True)
        return
    more = f" (1 of {len(activity.evidence)})" if len(activity.evidence) > 1 else ""
    app.say(f"opening {item.file}{more}")


def why(error: CmeledgerError) -> str:
    """Say in a line why something was not done, and what to do."""
    if isinstance(error, LedgerUnusable):
        problem = place(error.problems, Places(error.text), Places(error.archive_text))[0]
        line = f" in line {problem.span.line}" if problem.span else ""
        return f"nothing was written: the file has errors{line}: {problem.message}; {problem.help}"
    return "; ".join([*str(error).split("\n"), *getattr(error, "__notes__", ())])


def words_for_fault(error: Exception) -> list[str]:
    """Say that the screens ended by a fault of their own, without anything of the ledger."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else "?"
    fault = f"a fault of their own ({type(error).__name__} at {where})"
    return [
        f"cmeledger: the screens ended by {fault}; the ledger was not touched.",
        "help: `cmeledger status` and the other commands still work; please report this.",
    ]


def credit_line(activity: Activity, counted: str) -> str:
    """Write a record as a line for a form or a letter."""
    day = activity.day.isoformat()
    if activity.start and activity.end:
        day = f"{activity.start.isoformat()} to {activity.end.isoformat()}"
    category = f"Category {activity.category}" if activity.category else "no category"
    parts = (day, activity.title, activity.provider or "", f"{counted} credits, {category}")
    return visible("; ".join(part for part in parts if part))
