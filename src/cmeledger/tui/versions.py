"""Versions in git: what differs from the last commit, the commits before it, and committing it."""

import asyncio
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from cmeledger import committing
from cmeledger.committing import Compared, Plan
from cmeledger.git.call import GitError
from cmeledger.git.commit import watched
from cmeledger.past import Entry
from cmeledger.problems import CmeledgerError
from cmeledger.report import commit_text, diff_text, log_text
from cmeledger.report.outcome import Outcome
from cmeledger.report.terminal import Line, Style, plural
from cmeledger.tui.choose import Answer, Choose
from cmeledger.tui.fields import Field
from cmeledger.tui.lines import Page, flowing, plain
from cmeledger.tui.outward import why

if TYPE_CHECKING:
    from cmeledger.tui.proving import Proving

MOST: Final = 20
"""How many commits are shown."""
LOOK_SECONDS: Final = 1.0
"""How often git's own files are looked at."""
COMMIT: Final = "commit"

Told = tuple[Entry, list[Outcome] | None]


class Found(NamedTuple):
    """What was found in a repository."""

    said: tuple[str, ...]
    """How things stand, in sentences."""
    day: date
    compared: Compared | None = None
    """None: there is nothing to compare with."""
    plan: Plan | None = None
    """None: nothing can be committed now."""
    watched: tuple[str, ...] = ()
    """The files that tell when that has changed."""


def find(file: str, day: date) -> Found:
    """Look at a ledger and its repository; for a thread, writes nothing."""
    beside: tuple[str, ...] = (os.path.join(os.path.dirname(os.path.realpath(file)), ".git"),)
    try:
        compared = committing.compare(file, day, os.environ)
    except CmeledgerError as error:
        return Found((why(error),), day, watched=beside)
    repository = compared.past.repository
    try:
        beside += watched(repository)
        plan = committing.plan(compared, day, os.environ)
    except CmeledgerError as error:
        stands = why(error).removeprefix("nothing was written: ")
        said = (stands, committing.setup(file, os.environ))
        return Found(said, day, compared, None, beside)
    where = f"On branch {repository.branch}" if repository.branch else "On no branch"
    count = len(plan.files)
    what = f"{plural(count, 'file')} to commit" if count else "the last commit has all of it"
    stands = f"{where}: {what}; {committing.setup(file, os.environ)}"
    return Found((stands, *plan.notes), day, compared, plan, beside)


class Versions(ModalScreen[None]):
    """How a ledger stands in its repository; commits it."""

    AUTO_FOCUS = "Page"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Close", id="versions.leave"),
        Binding("ctrl+s", "commit", "Commit", id="versions.commit"),
    ]

    def __init__(self, proving: "Proving") -> None:
        """Take the app that has the ledger."""
        super().__init__()
        self.proving = proving
        self.found: Found | None = None
        """None: nobody has looked yet."""
        self.history: Sequence[Told] | None = None
        self.history_of: Found | None = None
        """The look whose commits these are; a later one may be called off before it has its own."""
        self.has_more = False
        self.offered = ""
        """The first line of the message as it was written for the user."""
        self.refused = ""
        """Why the last commit failed, until another one is tried."""
        self.is_committing = False
        self._seen: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """Lay out how things stand, the message, and what there is to read."""
        with Vertical(id="versions"):
            yield Static(id="versions-title")
            yield Static(id="versions-state")
            with Horizontal(classes="field"):
                yield Static("Message", classes="label")
                yield Field("", id="versions-message")
            with Horizontal(classes="buttons"):
                yield Button("Commit (ctrl+s)", id="commit", compact=True)
                yield Button("Close (esc)", id="leave", compact=True)
            yield Static(id="versions-said")
            yield Page(id="versions-text")

    def on_mount(self) -> None:
        """Look, and look again whenever the ledger or the repository has changed."""
        self.query_one("#versions-said").display = False
        self._put()
        self.proving.ledger_changed.subscribe(self, lambda _: self._look())
        self.set_interval(LOOK_SECONDS, self._look_again)
        self._look()

    def on_resize(self) -> None:
        """Wrap again."""
        self.call_after_refresh(self._put)

    # ── Looking ──────────────────────────────────────────────────────────────────────────

    @work(exclusive=True, group="find")
    async def _look(self) -> None:
        """Look at the ledger and its repository."""
        before = self.found
        known = before.watched if before is not None else ()
        seen = _stamp(known)  # a change meanwhile is then noticed afterwards
        found = await asyncio.to_thread(find, self.proving.file, self.proving.today())
        self._seen = seen if found.watched == known else _stamp(found.watched)
        self.found = found
        plan = found.plan
        if plan is not None and not plan.files:
            self.refused = ""  # it was committed elsewhere
        if not self.is_committing:
            self._tell(self.refused)
        offered = plan.message.split("\n", maxsplit=1)[0] if plan is not None else ""
        field = self.query_one(Field)
        if field.value == self.offered:  # what was typed there stays
            field.value = offered
        self.offered = offered
        self._put()
        if found.compared is not None and not (self.history and _is_same(self.history_of, found)):
            told = await asyncio.to_thread(_history, found.compared)
            self.history, self.has_more = told[:MOST], len(told) > MOST
            self.history_of = found
            self._put()

    def _look_again(self) -> None:
        """Look again where git's own files are not as they were."""
        if self.found is None or self.is_committing:
            return
        if _stamp(self.found.watched) != self._seen:
            self._seen = _stamp(self.found.watched)
            self._look()

    # ── Showing ──────────────────────────────────────────────────────────────────────────

    def _put(self) -> None:
        if not self.is_attached or not self.query(Page):
            return
        found = self.found
        can = found is not None and found.plan is not None and bool(found.plan.files)
        keys = "tab: the message, ctrl+s commits, esc closes" if can else "esc closes"
        self.query_one("#versions-title", Static).update(plain(f"Versions in git ({keys})"))
        said = found.said if found is not None else ("looking…",)
        self.query_one("#versions-state", Static).update(Text("\n").join(map(flowing, said)))
        self.query_one(".field").display = self.query_one("#commit").display = can
        page = self.query_one(Page)
        if not can and self.query_one(Field).has_focus:
            page.focus()
        style = Style(max(20, page.room), color=True, unicode=True)
        page.show([Line(line) for line in self._lines(style)])

    def _lines(self, style: Style) -> Iterator[str]:
        found = self.found
        if found is None or found.compared is None:
            return
        yield from _since(found, style)
        yield ""
        yield style.bold("The commits before")
        if self.history is None:
            yield "looking…"
        for entry, did in self.history or ():
            yield from log_text.lines(entry, entry.changes, did, style)
        if self.history == []:
            yield "No commit has the ledger yet."
        if self.has_more:
            yield "There are more: cmeledger log"

    def _tell(self, text: str) -> None:
        said = self.query_one("#versions-said", Static)
        said.update(flowing(text))
        said.display = bool(text)

    # ── What the keys do ─────────────────────────────────────────────────────────────────

    @on(Button.Pressed, "#leave")
    def action_leave(self) -> None:
        """Close it."""
        self.dismiss(None)

    @on(Input.Submitted)
    @on(Button.Pressed, "#commit")
    def action_commit(self) -> None:
        """Commit what is shown, once at a time."""
        plan = self.found.plan if self.found is not None else None
        if plan is not None and plan.files and not self.is_committing:
            self.is_committing = True
            # The app's, not the screen's: what became of it is said though this is closed.
            self.proving.run_worker(self._commit(plan), group="commit")

    async def _commit(self, plan: Plan) -> None:
        try:
            if plan.errors and not await self._agreed(plan):
                return
            self.refused = ""
            first = self.query_one(Field).value.strip()
            _, *rest = plan.message.split("\n")
            message = "\n".join([first, *rest]) if first else ""
            self._tell("committing…")
            make = partial(committing.carry_out, plan, message, os.environ)
            commit = await asyncio.to_thread(make)
        except CmeledgerError as error:
            if self.is_attached:
                self.refused = why(error)  # told when it was looked again: then ctrl+s is of use
                self._look()
            else:
                self.proving.refuse(error)
        else:
            self.proving.say(
                f"committed {commit[:10]}: {commit_text.cut(first, commit_text.WIDTH)}"
            )
            if self.is_attached:
                self.query_one(Field).value = self.offered  # it is said: the next one is another
                self._look()
        finally:
            self.is_committing = False

    async def _agreed(self, plan: Plan) -> bool:
        answers = (Answer("leave", "n", "No"), Answer(COMMIT, "y", "Yes, commit"))
        title = f"The ledger has {plural(plan.errors, 'error')}. Commit it as it is?"
        return await self.app.push_screen_wait(Choose(title, answers)) == COMMIT


def _is_same(before: Found | None, now: Found) -> bool:
    """Tell whether two looks saw the same commits, and the ledger under its name in them."""
    places = [
        (item.past.repository.head, item.past.repository.path, item.before_path)
        for found in (before, now)
        if found is not None and (item := found.compared) is not None
    ]
    return len(places) == 2 and places[0] == places[1] and places[0][1] == places[0][2]


def _since(found: Found, style: Style) -> Iterator[str]:
    """Say what differs from the last commit, what that does, and what would be committed."""
    assert found.compared is not None
    compared, plan = found.compared, found.plan
    yield style.bold("Since the last commit" if compared.before.exists else "Not committed yet")
    yield from diff_text.fault("the last commit", compared.before, style)
    yield from diff_text.fault("the file", compared.state, style)
    changes = compared.difference.changes
    if not compared.before.exists:
        yield diff_text.counts(compared.state)
    elif changes:
        yield from diff_text.lines(changes, style)
    elif compared.before.readable and compared.state.readable:
        yield diff_text.SAME if compared.difference.only_spelling else "No record differs."
    if compared.did:
        yield ""
        yield from diff_text.effects(compared.did, found.day, style)
    if plan is not None and plan.files:
        yield ""
        heading, *names = commit_text.going(compared.past.repository.branch, plan.files)
        yield style.bold(heading)
        yield from names


def _history(compared: Compared) -> list[Told]:
    """Read the last commits, and one more where there are more; for a thread."""
    try:
        entries = (entry for entry, _ in compared.past.log())
        return [(entry, log_text.did(entry)) for entry in islice(entries, MOST + 1)]
    except GitError:  # no commit has it yet
        return []


def _stamp(files: Iterable[str]) -> tuple[object, ...]:
    """Tell one state of some files from the next; None: not there."""
    return tuple(_stat(file) for file in files)


def _stat(file: str) -> tuple[int, int, int] | None:
    try:
        found = os.stat(file)
    except (OSError, ValueError):
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
