"""An app that looks around its ledger after each reading, and helps to recover what was lost."""

import asyncio
from collections.abc import Callable
from datetime import date

from rich.style import Style as RichStyle
from textual import on, work
from textual.signal import Signal
from textual.widgets import Static

from cmeledger.ledger.history import History
from cmeledger.tui.around import Around, folder_stamp, look_around, notice
from cmeledger.tui.lines import plain
from cmeledger.tui.live import PAINT_SECONDS
from cmeledger.tui.messages import LedgerAround, LedgerRead
from cmeledger.tui.session import Failed, Loaded
from cmeledger.tui.writing import Writing


class Recovering(Writing):
    """An app that names what is not in its ledger as it was saved, and what lies beside it."""

    def __init__(
        self, file: str, today: Callable[[], date], *, with_archive: bool, history: History | None
    ) -> None:
        """Take what `Writing` takes."""
        super().__init__(file, today, with_archive=with_archive, history=history)
        self.around: Around | None = None
        """What was found last; None: nobody has looked yet."""
        self.around_changed: Signal[Around] = Signal(self, "around")
        self._latest: Loaded | Failed | None = None
        self._is_swept = False
        self._is_looking = False

    @on(LedgerRead)
    def look_after_reading(self, message: LedgerRead) -> None:
        """Look around when the numbers are drawn."""
        self._latest = message.result
        self.set_timer(PAINT_SECONDS, self._look_again)

    def look(self) -> None:
        """Look around again, too, when a name in the folder has come or gone."""
        super().look()
        if self.around is None or self._is_looking:
            return
        if folder_stamp(self.file) != self.around.stamp:
            self._look_again()

    def _look_again(self) -> None:
        if self._latest is not None:
            self._is_looking = True
            self.look_around(self._latest)

    @work(thread=True, exclusive=True, group="around")
    def look_around(self, result: Loaded | Failed) -> None:
        """Look in a thread of its own; the first time, clear away what killed saves left."""
        from cmeledger.recovery import sweep

        kept = [] if self._is_swept else sweep(self.file, self.history)
        self._is_swept = True
        self.post_message(LedgerAround(look_around(self.file, result, self.history), kept))

    @on(LedgerAround)
    def take_around(self, message: LedgerAround) -> None:
        """Show what was found, if it belongs to the newest state of the ledger."""
        self._is_looking = False
        for name in message.kept:
            self.say(f"a save that was cut off left {name}; V: look at it", warning=True)
        if message.around.result is self._latest:
            self._take(message.around)

    def put_notice(self) -> None:
        """Show in the frame what was found, in a line that is as wide as the screen."""
        text = notice(self.around, self.size.width - 2) if self.around is not None else ""
        screens = self.screen_stack
        for line in screens[0].query("#notice").results(Static) if screens else ():
            line.display = bool(text)
            shown = plain(text)
            shown.stylize(RichStyle(meta={"@click": "app.lost"}))
            line.update(shown)

    def _take(self, around: Around) -> None:
        self.around = around
        self.put_notice()
        self.around_changed.publish(around)

    @work(group="ask")
    async def action_lost(self) -> None:
        """Show what was lost or kept, as it is at this moment."""
        if self._latest is None:
            return
        found = await asyncio.to_thread(look_around, self.file, self._latest, self.history)
        self._take(found)
        if found.gone is not None:
            self.say(
                f"{found.gone}; its records are not counted: cmeledger doctor says what to do",
                warning=True,
            )
        if found.lost or found.files or found.unsaved:
            from cmeledger.tui.recover import Recover

            self.push_screen(Recover(self, found))
        elif found.gone is None and self.history is None:
            self.say("the history is switched off: no saved records are looked for")
        elif found.gone is None:
            self.say("nothing that you saved is missing")
