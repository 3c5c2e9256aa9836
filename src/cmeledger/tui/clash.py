"""One record changed in two places: both versions, and what becomes of them."""

from typing import Final

from textual.app import App

from cmeledger.problems import Clash
from cmeledger.report.clash_text import lines
from cmeledger.report.terminal import Line, Style
from cmeledger.tui.choose import Answer, Choose

LATER: Final = "later"
THEIRS: Final = "theirs"
MINE: Final = "mine"
BOTH: Final = "both"
EDITOR: Final = "editor"
ANSWERS: Final = (
    Answer(LATER, "l", "Decide later"),
    Answer(THEIRS, "f", "Keep the file's"),
    Answer(MINE, "m", "Write mine"),
    Answer(BOTH, "b", "Keep both"),
    Answer(EDITOR, "e", "Editor"),
)


async def ask_about(app: App[int], clash: Clash) -> str:
    """Show both versions field by field, and return what is chosen: later loses nothing."""
    style = Style(max(40, app.size.width - 16), color=True, unicode=True)
    shown = [Line(line) for line in lines(clash, style)]
    title = "The record was changed in the file meanwhile. Nothing was written."
    return await app.push_screen_wait(Choose(title, ANSWERS, shown))
