"""Programs of the system that are started: the editor, and the viewer of a certificate.

Never through a shell: the commands are lists, and a path is one argument whatever it holds.
"""

import os
import shlex
import sys
from collections.abc import Mapping
from typing import Final

FALLBACKS: Final = ("nano", "vi", "notepad" if sys.platform == "win32" else "vim")
COLON: Final = frozenset({"hx", "helix", "zed", "zeditor", "subl", "sublime_text", "micro"})
"""Editors that take FILE:LINE; `code` and its kin take it after --goto; the others +LINE FILE."""
GOTO: Final = frozenset({"code", "code-insiders", "codium", "vscodium", "cursor", "windsurf"})
WAITS: Final = {"code", "code-insiders", "codium", "vscodium", "cursor", "windsurf", "zed",
                "zeditor", "subl", "sublime_text"}  # fmt: skip
"""Editors with a window of their own, which return at once unless they are told to wait."""
NO_LINE: Final = frozenset({"notepad", "open", "xdg-open", "gedit-remote"})


def editor_command(env: Mapping[str, str], file: str, line: int) -> list[str]:
    """Make the command that opens the user's editor at a line of a file, and waits for it.

    Takes VISUAL, else EDITOR, split as a shell would; without them, the first of nano and vi that
    is there. Raises ValueError, with a message for people, where there is none.
    """
    from shutil import which

    written = env.get("VISUAL", "").strip() or env.get("EDITOR", "").strip()
    try:
        command = shlex.split(written, posix=os.name != "nt")
    except ValueError as error:
        raise ValueError(f"VISUAL or EDITOR cannot be understood: {error}") from error
    if not command:
        command = [name for name in FALLBACKS if which(name)][:1]
    if not command or which(command[0]) is None:
        named = f"there is no editor '{command[0]}'" if command else "no editor was found"
        raise ValueError(f"{named}; set EDITOR to yours, like: export EDITOR=nano")
    name = os.path.basename(command[0]).lower().removesuffix(".exe")
    path = os.path.abspath(file)
    if name in WAITS and not {"--wait", "-w"}.intersection(command):
        command.append("--wait")
    if name in GOTO:
        return [*command, "--goto", f"{path}:{line}"]
    if name in COLON:
        return [*command, f"{path}:{line}"]
    if name in NO_LINE:
        return [*command, path]
    return [*command, f"+{line}", path]


def viewer_command(file: str) -> list[str]:
    """Make the command that opens a file with the program the system has for it."""
    path = os.path.abspath(file)
    if sys.platform == "darwin":
        return ["open", path]
    if sys.platform == "win32":
        return ["explorer", path]
    return ["xdg-open", path]
