"""What is not in the ledger as it was saved: seen as saved and as it is, put back, or let go."""

import asyncio
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from cmeledger import recovery
from cmeledger.book import Book
from cmeledger.ledger import beside
from cmeledger.ledger.history import History
from cmeledger.ledger.missing import Missing
from cmeledger.problems import CmeledgerError
from cmeledger.report import recover_text
from cmeledger.report.terminal import Line, Style, fit, plural, wrap
from cmeledger.tui.around import Around
from cmeledger.tui.choose import Answer, Choose
from cmeledger.tui.lines import LineList, Page, plain
from cmeledger.tui.session import Loaded
from cmeledger.visible import visible

if TYPE_CHECKING:
    from cmeledger.tui.recovering import Recovering

RESTORE: Final = "restore"
UNSAVED: Final = "a text that could not be saved"
NO_RECORD: Final = "Beside the ledger"
TAKE_OVER: Final = "compare the two, take over what is missing, then remove it"


class Row(NamedTuple):
    """One thing that was found."""

    key: str
    lost: Missing | None = None
    """A record that is not as it was saved; None: a file."""
    path: str = ""
    """The file, where an editor can help with it."""
    what: str = ""
    advice: str = ""


def rows(around: Around, file: str) -> list[Row]:
    """List what was found: the records, what lies beside the ledger, what could not be saved."""
    folder = os.path.dirname(os.path.realpath(file))
    found = [Row(f"record {item.id}", item) for item in around.lost]
    for item in around.files:
        path = "" if item.kind == "editor" else os.path.join(folder, item.name)
        found.append(Row(item.name, None, path, beside.what(item), beside.advice(item)))
    return found + [Row(path, None, path, UNSAVED, TAKE_OVER) for path in around.unsaved]


class Recover(ModalScreen[None]):
    """The records that are not as they were saved, the chosen one's lines, and what to do."""

    AUTO_FOCUS = "#lost"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "restore", "Restore", id="recover.restore"),
        Binding("a", "accept", "Accept", id="recover.accept"),
        Binding("R", "restore_all", "Restore all", id="recover.all"),
        Binding("u", "app.undo", "Undo", id="recover.undo"),
        Binding("E", "editor", "Editor", id="recover.editor"),
        Binding("escape,q", "dismiss", "Back", key_display="esc", id="recover.back"),
    ]

    def __init__(self, recovering: "Recovering", around: Around) -> None:
        """Take the app that saves, and what it found."""
        super().__init__()
        self.recovering, self.around = recovering, around
        self.saving = False

    def compose(self) -> ComposeResult:
        """Lay out the list, and the chosen one's lines below."""
        with Vertical(id="recover"):
            yield Static(id="recover-title")
            yield LineList[Row](_line, lambda row: row.key, id="lost", empty="Nothing is missing.")
            yield Page(id="lost-text")
        yield Footer()

    def on_mount(self) -> None:
        """Show what was found, now and whenever that changes."""
        self.recovering.around_changed.subscribe(self, self.put)
        self.put(self.around)

    def on_resize(self) -> None:
        """Words are wrapped to the width."""
        self.call_after_refresh(self._view)

    def put(self, around: Around) -> None:
        """Show what was found."""
        self.around = around
        if not self.is_there:
            return
        count = len(around.lost)
        title = f"{plural(count, 'record')} not as you saved {'it' if count == 1 else 'them'}"
        self.query_one("#recover-title", Static).update(plain(title if count else NO_RECORD))
        self.query_one("#lost", LineList).show(rows(around, self.recovering.file))

    @property
    def is_there(self) -> bool:
        """Whether the lists are there: what was found may change while the screen goes away."""
        return self in self.app.screen_stack and len(self.query(LineList)) == 2

    @property
    def chosen(self) -> Row | None:
        """What the cursor is on."""
        lines = self.query_one("#lost", LineList)
        return lines.items[lines.chosen] if lines.items else None

    @property
    def known(self) -> tuple[Book, History] | None:
        """The ledger that was looked at, and its history; None: there is none of them."""
        result, history = self.around.result, self.recovering.history
        return (result.book, history) if isinstance(result, Loaded) and history else None

    @on(LineList.Highlighted, "#lost")
    def look_at_another(self) -> None:
        """Show the lines of the one that was chosen."""
        self._view()

    @on(LineList.Selected, "#lost")
    def look_closer(self) -> None:
        """Go to the lines of the one that was chosen."""
        self.query_one("#lost-text", Page).focus()

    @work(exclusive=True, group="view")
    async def _view(self) -> None:
        if not self.is_there:
            return
        page, row, known = self.query_one("#lost-text", Page), self.chosen, self.known
        style = Style(max(20, page.room), color=True, unicode=True)
        shown: list[str] = []
        if row is not None and row.lost is None:
            texts = (f"{row.what}.", f"{row.advice}.", *(("", row.path) if row.path else ()))
            shown = [line for text in texts for line in wrap(visible(text), style)]
        elif row is not None and row.lost is not None and known is not None:
            try:
                view = await asyncio.to_thread(recovery.view, known[0], row.lost)
                shown = list(recover_text.view(view, style))
            except CmeledgerError as error:
                texts = tuple(str(error).split("\n"))
                shown = [line for text in texts for line in wrap(visible(text), style)]
        page.show([Line(line) for line in shown])

    # ── What the keys do ─────────────────────────────────────────────────────────────────

    def action_restore(self) -> None:
        """Put the chosen record back as it was saved."""
        row = self.chosen
        if row is not None and row.lost is not None:
            self._restore([row.lost])
        else:
            self._no_record()

    @work(group="ask")
    async def action_restore_all(self) -> None:
        """Put all of them back, when the answer is yes."""
        lost = self.around.lost
        if not lost:
            self._no_record()
            return
        answers = (Answer("leave", "n", "No"), Answer(RESTORE, "y", "Yes, restore"))
        title = f"Put {plural(len(lost), 'record')} back as saved? u takes it back."
        if await self.app.push_screen_wait(Choose(title, answers)) == RESTORE:
            self._restore(lost)

    @work(group="save")
    async def _restore(self, lost: Sequence[Missing]) -> None:
        known = self.known
        if known is None or self.saving:
            return
        self.saving = True
        try:
            operation = await asyncio.to_thread(recovery.restoring, known[0], lost)
            done = await asyncio.to_thread(self.recovering.perform, operation)
        except CmeledgerError as error:
            self.recovering.refuse(error)
            self.recovering.action_reload()
        else:
            self.recovering.wrote(done)
        finally:
            self.saving = False

    @work(group="save")
    async def action_accept(self) -> None:
        """Note that the chosen record is right as it is."""
        row, known = self.chosen, self.known
        if row is None or row.lost is None or known is None or self.saving:
            self._no_record()
            return
        self.saving = True
        try:
            await asyncio.to_thread(recovery.accept, *known, [row.lost])
        except CmeledgerError as error:
            self.recovering.refuse(error)
        else:
            self.recovering.say(f"accepted as it is now: {row.lost.id}")
        finally:
            self.saving = False
        self.recovering.action_reload()

    def action_editor(self) -> None:
        """Open the user's editor on the chosen file."""
        from cmeledger.tui.outward import open_editor

        row = self.chosen
        if row is not None and row.path:
            open_editor(self.recovering, row.path, 1)
            self.recovering.action_reload()
        else:
            self.recovering.say("E opens one of the files; this is none", warning=True)

    def _no_record(self) -> None:
        if not self.saving:
            self.recovering.say("choose a record that is not as you saved it", warning=True)


def _line(row: Row, width: int) -> str:
    if row.lost is not None:
        return recover_text.row(row.lost, width)
    return fit(f"· {row.what}", width)
