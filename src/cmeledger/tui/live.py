"""A ledger's state, kept as fresh as its file.

The file is read in a worker's thread; four times a second it is looked at whether it changed. A
file that broke leaves the last good state standing.
"""

import os
from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from textual import on, work
from textual.app import App
from textual.signal import Signal
from textual.worker import get_current_worker

from cmeledger.tui import session
from cmeledger.tui.lines import plain
from cmeledger.tui.messages import LedgerLooked, LedgerRead
from cmeledger.tui.session import Failed, Loaded
from cmeledger.tui.shown import Shown
from cmeledger.tui.watch import Watch

HANGUP: Final = 129
PAINT_SECONDS: Final = 0.1
NOTE_SECONDS: Final = 6
"""How long a passing note stays."""


class Live(App[int]):
    """An app that knows the state of one ledger."""

    def __init__(self, file: str, today: Callable[[], date], *, with_archive: bool) -> None:
        """Take the ledger's file; `today` is asked again whenever the day may have changed."""
        super().__init__()
        self.file = file
        self.today = today
        self.with_archive = with_archive
        self.shown: Shown | None = None
        self.failed: Failed | None = None
        self.license_number = 0
        self.file_watch = Watch()
        self.good_at: datetime | None = None
        self.ledger_changed: Signal[None] = Signal(self, "ledger")
        """Told to open forms: the ledger is not as they were opened with any more."""

    def show(self) -> None:
        """Show the state; the app that has the widgets says how."""
        raise NotImplementedError

    def say(self, text: str, *, warning: bool = False) -> None:
        """Tell the user something for a few seconds; text is never markup."""
        self.notify(
            plain(text).plain,
            severity="warning" if warning else "information",
            timeout=NOTE_SECONDS,
            markup=False,
        )

    def begin(self) -> None:
        """Do what is to be done once, when the ledger was read for the first time."""
        raise NotImplementedError

    def action_reload(self) -> None:
        """Read the file again now."""
        self.read(self.file, self.today())

    @work(thread=True, exclusive=True, group="read")
    def read(self, file: str, day: date) -> None:
        """Read and count in a thread of its own."""
        result = session.load(file, day, with_archive=self.with_archive)
        if not get_current_worker().is_cancelled:  # else one that began later has what is newer
            self.post_message(LedgerRead(result))

    @work(thread=True, exclusive=True, group="look")
    def look_closer(self, loaded: Loaded) -> None:
        """Find places and look at evidence files in a thread of its own."""
        self.post_message(LedgerLooked(loaded, session.look_closer(loaded)))

    def look(self) -> None:
        """Read the file again when it has changed and rests, or when the day has."""
        if not self.is_headless and not os.isatty(0):
            self.exit(return_code=HANGUP)  # the terminal is gone, and no signal told us
        if self.file_watch.seen is None:
            return
        is_another_day = self.shown is not None and self.shown.book.day != self.today()
        if is_another_day or self.file_watch.is_due(session.stamp(self.file)):
            self.file_watch.seen = None
            self.action_reload()

    @on(LedgerRead)
    def take(self, message: LedgerRead) -> None:
        """Show what was read; a file that broke leaves the last good state standing."""
        result = message.result
        self.file_watch.seen = result.stamp
        is_first = self.shown is None and self.failed is None
        if isinstance(result, Failed) or result.broken is not None:
            self.failed = result if isinstance(result, Failed) else result.broken
            has_good = self.shown is not None and self.shown.loaded.broken is None
            if isinstance(result, Loaded) and not has_good:
                self._use(result)
        else:
            self.failed = None
            self.good_at = datetime.now()  # noqa: DTZ005  the physician's own clock
            self._use(result)
        self.show()
        self.ledger_changed.publish(None)
        if is_first:
            self.begin()

    def _use(self, loaded: Loaded) -> None:
        """Make a state of the ledger the one that is shown, with the same license and cycle."""
        before = self.shown
        self.license_number = min(self.license_number, len(loaded.tallies) - 1)
        tally = loaded.tallies[self.license_number]
        cycle = tally.series.shown_for(loaded.book.day)
        if before is not None and before.cycle != before.tally.series.shown_for(before.book.day):
            cycle = tally.series.at(before.cycle.end) or cycle
        self.shown = Shown(loaded, tally, cycle)
        # After the numbers are drawn: looking takes longer than counting, and shares the processor.
        self.set_timer(PAINT_SECONDS, lambda: self.look_closer(loaded))

    @on(LedgerLooked)
    def take_closer(self, message: LedgerLooked) -> None:
        """Show places and problems, if they belong to what is shown."""
        if self.shown is not None and self.shown.loaded is message.loaded:
            self.shown.looked = message.looked
            self.show()
