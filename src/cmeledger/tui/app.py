"""The screens: six views of one ledger, live beside the editor.

The app hands each new state of the ledger to the views, and does what the keys say. The views only
show and ask.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterable
from datetime import date
from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult, SystemCommand
from textual.binding import BindingType
from textual.command import Provider
from textual.screen import Screen
from textual.theme import Theme
from textual.widgets import ContentSwitcher, Footer, Input, Static

from cmeledger.book import archive_name
from cmeledger.ledger.history import History, open_history
from cmeledger.model import Activity, Path
from cmeledger.report.status_text import license_line
from cmeledger.report.terminal import amount, day
from cmeledger.tui.frame import Licenses, Tabs
from cmeledger.tui.help import Help
from cmeledger.tui.keys import EVERYWHERE, VIEWS
from cmeledger.tui.lines import plain, plain_lines
from cmeledger.tui.outward import (
    credit_line,
    open_certificate,
    open_editor,
    words_for_fault,
)
from cmeledger.tui.palette import Commands, RecordsByName
from cmeledger.tui.proving import Proving
from cmeledger.tui.settings import remember_theme, remembered_theme
from cmeledger.tui.shown import Shown
from cmeledger.tui.theme import HIGH_CONTRAST
from cmeledger.tui.views.base import GoTo, View
from cmeledger.tui.views.cycles import Cycles
from cmeledger.tui.views.filtered import FilteredView
from cmeledger.tui.views.keep import Keep
from cmeledger.tui.views.problems import Problems
from cmeledger.tui.views.progress import Progress
from cmeledger.tui.views.records import Records
from cmeledger.tui.views.rules import Rules
from cmeledger.tui.watch import LOOK_SECONDS


class CmeledgerApp(Proving):
    """The screens of one ledger."""

    CSS_PATH = "app.tcss"
    TITLE = "cmeledger"
    AUTO_FOCUS = None
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {
        Commands,
        RecordsByName,
    }
    BINDINGS: ClassVar[list[BindingType]] = [key.binding for key in EVERYWHERE]
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012  Textual declares no class variable
        (0, "-tiny"),
        (60, "-narrow"),
        (120, "-wide"),
        (150, "-very-wide"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (15, "-short"), (21, "-high")]  # noqa: RUF012

    def __init__(
        self,
        file: str,
        today: Callable[[], date] = date.today,
        *,
        with_archive: bool = True,
        settings: str | None = None,
        history: History | None = None,
    ) -> None:
        """Open the screens on a ledger's file.

        `today` is asked again whenever the day may have changed; `settings` names the file that
        remembers the theme (None: nothing is remembered); `history` keeps saves and unfinished
        forms (None: it is off).
        """
        super().__init__(file, today, with_archive=with_archive, history=history)
        self.settings = settings
        self.way_back: list[str] = []

    # ── Layout ───────────────────────────────────────────────────────────────────────────

    def compose(self) -> ComposeResult:
        """Lay out the frame and the views."""
        yield Tabs(id="tabs")
        yield Licenses(id="licenses")
        yield Static(id="masthead")
        yield Static(id="banner")
        yield Static(id="notice")
        with ContentSwitcher(initial="progress"):
            yield Progress()
            yield Records()
            yield Cycles()
            yield Problems()
            yield Rules()
            yield Keep()
        yield Static("", id="too-small")
        yield Footer()

    @property
    def view(self) -> View:
        """The view that is seen."""
        current = self.query_one(ContentSwitcher).current
        return self.query_one(f"#{current}", View)

    @property
    def meant(self) -> list[str]:
        """The records that keys act on: the marked ones, else the one under the cursor."""
        if self.shown is not None and self.marked:
            return [row.id for row in self.shown.rows if row.id in self.marked]
        record = self._record()
        return [record] if record is not None else []

    @property
    def in_question(self) -> Path:
        """What of the ledger the problem under the cursor is about."""
        return self.view.in_question

    def on_mount(self) -> None:
        """Take the remembered theme, watch signals and the file, and read it."""
        self.register_theme(HIGH_CONTRAST)
        if self.settings is not None:
            theme = remembered_theme(self.settings)
            if theme in self.available_themes:
                self.theme = theme
        self.theme_changed_signal.subscribe(self, self._remember)
        if sys.platform != "win32" and not self.is_headless:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(number, self.exit, None, 128 + number)
        self.query_one("#licenses").display = False
        self.query_one("#banner").display = False
        self.query_one("#notice").display = False
        self.query_one("#masthead", Static).update(plain(f"Reading {self.file} …"))
        self.view.home.focus()
        self.call_after_refresh(self.action_reload)
        self.set_interval(LOOK_SECONDS, self.look)

    def on_resize(self, event: events.Resize) -> None:
        """Say it plainly where the terminal is too small, and lay out the tabs anew."""
        text = f"cmeledger needs 60 × 15 cells; here are {event.size.width} × {event.size.height}."
        self.query_one("#too-small", Static).update(plain(text))
        self._put_tabs()
        self.put_notice()

    # ── Showing ──────────────────────────────────────────────────────────────────────────

    def show(self) -> None:
        """Hand the state to the frame and to every view."""
        screens = self.screen_stack
        if not screens or not screens[0].query("#masthead"):
            return  # the app is ending: its widgets are gone before its last message
        self._put_frame()
        for view in self.query(FilteredView):
            view.table.marked = self.marked
        self.view.show(self.shown, self.failed)
        if self.wanted is not None and self.shown and self.wanted in self.shown.activities:
            wanted, self.wanted = self.wanted, None
            self.query_one(Records).choose(wanted)

    def _put_frame(self) -> None:
        masthead = self.query_one("#masthead", Static)
        if self.shown is None:
            masthead.update(plain(self.file))
            self.query_one(Licenses).put([], 0)
        else:
            book = self.shown.book
            name = book.ledger.physician.name or "(no name)"
            first = plain(f"{name} · {day(book.day)} · {os.path.basename(self.file)}")
            if book.archive_skipped:
                first.append(" · without its archive")
            masthead.update(Text("\n").join([first, plain(license_line(book, self.shown.report))]))
            self.query_one(Licenses).put(self.shown.loaded.tallies, self.license_number)
        banner = self.query_one("#banner", Static)
        banner.display = self.failed is not None
        if self.failed is not None:
            banner.update(plain(self._broken()))
        self._put_tabs()

    def _broken(self) -> str:
        assert self.failed is not None
        text = f"✗ {self.failed.why}."
        if self.shown is None:
            return f"{text} {self.failed.advice}"
        if self.shown.loaded.broken is not None:
            return f"{text} Shown is what could still be read: totals are incomplete. 4: the place"
        at = f"{self.good_at:%H:%M:%S}" if self.good_at else "before"
        return f"{text} The numbers are those of {at}, before it broke. 4: the place"

    def _put_tabs(self) -> None:
        problems = self.query_one(Problems)
        problems.shown, problems.failed = self.shown, self.failed
        current = self.query_one(ContentSwitcher).current or ""
        self.query_one(Tabs).put(current, problems.problems(), self.size.width)

    # ── Keys ─────────────────────────────────────────────────────────────────────────────

    def action_view(self, name: str) -> None:
        """Show another view."""
        switcher = self.query_one(ContentSwitcher)
        if switcher.current != name:
            self.way_back.append(switcher.current or "progress")
            del self.way_back[:-20]
        switcher.current = name
        self.view.show(self.shown, self.failed)
        self.view.home.focus()
        self._put_tabs()

    async def action_back(self) -> None:
        """Clear the filter, or go back to the view before."""
        view = self.view
        if isinstance(view, FilteredView) and (view.filtered or isinstance(self.focused, Input)):
            view.clear()
        elif self.focused is not self.view.home:
            self.view.home.focus()
        elif self.way_back:
            name = self.way_back.pop()
            self.action_view(name)
            del self.way_back[-1:]

    def action_filter(self) -> None:
        """Go to the filter of the records."""
        view = self.view if isinstance(self.view, FilteredView) else self._records()
        view.query_one(Input).focus()

    def action_sort(self) -> None:
        """Sort the records by the next column."""
        self._records().sort()

    def action_reverse(self) -> None:
        """Turn the order of the records around."""
        self._records().reverse()

    def action_mark(self) -> None:
        """Mark the record under the cursor, or take its mark off, and go on to the next."""
        record = self._record()
        if record is None:
            return
        self.marked ^= {record}
        if isinstance(self.view, FilteredView):
            self.view.table.action_move(1)
        self.show()

    def action_unmark(self) -> None:
        """Take all marks off."""
        self.marked.clear()
        self.show()

    def action_cycle(self, steps: int) -> None:
        """Show an earlier or later cycle of the license."""
        if self.shown is None:
            return
        cycle = self.shown.next_cycle(steps)
        if cycle is None:
            self.say("this license has no cycle " + ("after" if steps > 0 else "before") + " this")
            return
        self._shift(Shown(self.shown.loaded, self.shown.tally, cycle))

    def action_license(self, number: int | None = None) -> None:
        """Show another license."""
        if self.shown is None or len(self.shown.loaded.tallies) < 2:
            self.say("this ledger has one license")
            return
        tallies = self.shown.loaded.tallies
        self.license_number = (self.license_number + 1) % len(tallies) if number is None else number
        tally = tallies[self.license_number]
        self._shift(Shown(self.shown.loaded, tally, tally.series.shown_for(self.shown.book.day)))

    def _shift(self, shown: Shown) -> None:
        assert self.shown is not None
        shown.looked = self.shown.looked
        self.shown = shown
        self.show()

    def action_new_ledger(self) -> None:
        """Offer to make a ledger where there is none."""
        if self.failed is None or not self.failed.missing:
            self.say(f"there is a ledger already: {self.file}")
            return
        from cmeledger.tui.first import FirstLedger  # few ever need it, and it asks for much

        self.push_screen(FirstLedger(self.file), self._made)

    def _made(self, file: str | None) -> None:
        if file is not None:
            self.say(f"wrote {file}; its last lines show how a record is written (E opens it)")
            self.action_reload()

    def action_editor(self) -> None:
        """Open the user's editor at the record or problem under the cursor."""
        place = self.view.place
        file = self.file
        if place is not None and place.archived:
            file = archive_name(self.file)
        open_editor(self, file, place.line if place else 1)
        self.action_reload()

    def action_certificate(self) -> None:
        """Open the certificate of the record under the cursor."""
        activity = self._activity()
        if activity is not None and self.shown is not None:
            open_certificate(self, self.shown.book.folder, activity)

    def action_copy_id(self) -> None:
        """Copy the id of the record under the cursor."""
        record = self._record()
        if record is None:
            return
        self.copy_to_clipboard(record)
        self.say(f"copied: {record}")

    def action_copy_line(self) -> None:
        """Copy the record under the cursor as a line."""
        activity = self._activity()
        if activity is None or self.shown is None:
            return
        row = next(row for row in self.shown.rows if row.id == activity.id)
        line = credit_line(activity, amount(row.counted))
        self.copy_to_clipboard(line)
        self.say(f"copied: {line}")

    def action_help(self) -> None:
        """Show what the view is for, and the keys."""
        self.push_screen(Help(dict(VIEWS)[self.view.NAME], self.view.HELP))

    @on(GoTo)
    def follow(self, message: GoTo) -> None:
        """Go to a record."""
        self.go_to(message.record)

    def go_to(self, record: str) -> None:
        """Show a record among the records."""
        self.action_view("records")
        if not self.query_one(Records).choose(record):
            self.say(f"the record {record} is not in the file any more", warning=True)

    def _record(self) -> str | None:
        """Find the record under the cursor; where there is none, say what to do."""
        record = self.view.record
        if record is None:
            other = self.view.place is not None
            why = "this is about no record; E opens your editor at the line" if other else ""
            self.say(why or "choose a record first", warning=True)
        return record

    def _activity(self) -> Activity | None:
        record = self._record()
        activity = self.shown.activities.get(record) if self.shown and record else None
        if record is not None and activity is None:
            self.say("this record has an error: 4 shows it, e mends it", warning=True)
        return activity

    def _records(self) -> Records:
        if not isinstance(self.view, Records):
            self.action_view("records")
        return self.query_one(Records)

    # ── Theme, palette, and the end ──────────────────────────────────────────────────────

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer none of Textual's own commands: ours are in the palette's own providers."""
        del screen
        return ()

    def _remember(self, theme: Theme) -> None:
        if self.settings is not None and not remember_theme(self.settings, theme.name):
            self.say("the theme could not be remembered: the settings folder is not writable")

    def _handle_exception(self, error: Exception) -> None:
        """Leave the terminal clean and say whose fault it is: never a screen of locals."""
        super()._handle_exception(error)
        self._exit_renderables[:] = [plain_lines(words_for_fault(error))]


def run(file: str, as_of: date | None, *, with_archive: bool) -> int:
    """Open the screens on the terminal; return the exit code."""
    from cmeledger.tui.settings import settings_file

    today = date.today if as_of is None else (lambda: as_of)
    history = open_history(os.environ)
    app = CmeledgerApp(
        file, today, with_archive=with_archive, settings=settings_file(), history=history
    )
    app.run()
    return app.return_code or 0
