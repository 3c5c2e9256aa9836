"""One record changed in two places: both versions, and what becomes of them."""

from collections.abc import Sequence
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

_LATER: Final = Answer(LATER, "l", "Decide later", "your text is kept unfinished; d goes on")
_THEIRS: Final = Answer(THEIRS, "f", "Keep the file's", "what you typed is dropped")
_BOTH: Final = Answer(BOTH, "b", "Keep both", "yours becomes a record of its own")
_EDITOR: Final = Answer(EDITOR, "e", "Open editor", "at the record; your text is kept unfinished")


def question(clash: Clash) -> tuple[str, Sequence[Answer]]:
    """Say what happened, and what can be done; the first answer loses nothing."""
    if clash.theirs is None:
        mine = Answer(MINE, "m", "Write mine", "the record is added again, as yours says")
        what = "The record was taken out of the file meanwhile."
        return what, (_LATER, _THEIRS._replace(label="Leave it out"), mine, _EDITOR)
    if is_another(clash):
        what = "The record is gone from the file, and its id is that of another one now."
        return what, (_LATER, _THEIRS, _BOTH, _EDITOR)
    mine = Answer(MINE, "m", "Write mine", "your changes, over the file's version")
    what = "The record was changed in the file meanwhile."
    return what, (_LATER, _THEIRS, mine, _BOTH, _EDITOR)


def is_another(clash: Clash) -> bool:
    """Tell whether the id is that of another record now: neither title nor day is the same."""
    keys = ("title", "date", "start", "end")
    theirs = clash.theirs or clash.base
    return theirs.get("title") != clash.base.get("title") and all(
        theirs.get(key) != clash.base.get(key) or key not in theirs for key in keys
    )


async def ask_about(app: App[int], clash: Clash) -> str:
    """Show both versions field by field, and return what is chosen: later loses nothing."""
    style = Style(max(40, app.size.width - 16), color=True, unicode=True)
    what, answers = question(clash)
    shown = [Line(line) for line in lines(clash, style)]
    return await app.push_screen_wait(Choose(f"{what} Nothing was written.", answers, shown))
