"""The one thing the screens remember of their own: the theme. Nothing about the physician."""

import json
import os
from typing import Final

THEME: Final = "theme"


def settings_file() -> str:
    """Name the file in the place the system has for a program's settings."""
    from platformdirs import user_config_dir

    return os.path.join(user_config_dir("cmeledger", appauthor=False), "screens.json")


def remembered_theme(file: str) -> str | None:
    """Read the theme; None where nothing readable is there."""
    try:
        with open(file, encoding="utf-8") as opened:
            found = json.load(opened)
    except (OSError, ValueError):
        return None
    theme = found.get(THEME) if isinstance(found, dict) else None
    return theme if isinstance(theme, str) else None


def remember_theme(file: str, theme: str) -> bool:
    """Write the theme down; False where the system does not let us."""
    beside = f"{file}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(beside, "w", encoding="utf-8") as opened:
            json.dump({THEME: theme}, opened)
        os.replace(beside, file)
    except OSError:
        return False
    return True
