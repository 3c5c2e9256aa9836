"""The form of a record: typed forgivingly, tried out while it is typed, saved or kept as it is."""

import asyncio
import os
import secrets
from collections.abc import Mapping
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Footer, Static

from cmeledger import change, form
from cmeledger.book import Book
from cmeledger.change import Operation
from cmeledger.ledger import spell
from cmeledger.ledger.save import Saved
from cmeledger.problems import Clash, CmeledgerError, Conflict
from cmeledger.report.terminal import Style, wrap
from cmeledger.report.trial import Trial, tried
from cmeledger.tui.clash import BOTH, EDITOR, LATER, THEIRS, ask_about
from cmeledger.tui.fields import BETWEEN_FIELDS, Field, enter
from cmeledger.tui.latest import Latest
from cmeledger.tui.lines import plain, plain_lines
from cmeledger.tui.outward import why
from cmeledger.typed import text_of

if TYPE_CHECKING:
    from textual.timer import Timer

    from cmeledger.tui.writing import Writing

PAUSE_SECONDS: Final = 0.15
"""How long what is typed waits at most before it is tried out and kept."""
PREFIX: Final = "key-"


def sentence(text: str) -> str:
    """Write a text of ours as a sentence of its own."""
    return text[:1].upper() + text[1:] + ("" if text.endswith(("?", ".", "!")) else ".")


class RecordForm(ModalScreen[tuple[Operation, Saved] | None]):
    """Adds or changes a record; returns what was saved, or None."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", id="form.save"),
        Binding("escape", "leave", "Close, keep it unfinished", id="form.leave"),
        Binding("ctrl+t", "discard", "Throw away", id="form.discard"),
        *BETWEEN_FIELDS,
    ]

    def __init__(
        self,
        writing: "Writing",
        record: str | None,
        base: Mapping[str, Any],
        typed: Mapping[str, str],
        *,
        name: str | None = None,
        focus: str = "title",
    ) -> None:
        """Open a form of a record (None: a new one) that said `base`, with what was typed."""
        super().__init__()
        self.writing = writing
        self.record = record
        self.base = dict(base)
        missing = form.needed(base) if record else []
        if missing and focus not in base:
            focus = missing[0]
        self.first = focus if focus in form.KEYS else "title"
        self.draft = form.Draft(
            name or f"form-{os.getpid()}-{secrets.token_hex(4)}",
            record,
            self.base,
            {**form.texts(base), **typed},
            datetime.now().isoformat(timespec="seconds"),  # noqa: DTZ005  the physician's own clock
        )
        begun = {key: self.draft.typed.get(key, "") for key in form.KEYS}
        self.opened_with = begun if name is None else None
        """What the form began with; None: it was kept unfinished already."""
        self.trial: Trial | None = None
        self.said = ""
        """What stands in the way of saving."""
        self.outside = ""
        """What befell the record, or the file, outside while the form is open."""
        self.seen = writing.book.data if writing.book is not None else b""
        self.saving = False
        self.keeping = Lock()
        self.is_over = False
        """Whether what was typed is saved, or thrown away."""
        self._soon: Timer | None = None
        self._keeping = Latest(self, self._keep_typed)
        self._trying = Latest(self, self._try)

    # ── Layout ───────────────────────────────────────────────────────────────────────────

    def compose(self) -> ComposeResult:
        """Lay out the fields, what is said of them, and what the record would bring."""
        book = self.writing.book
        words = form.completions(book) if book else {}
        title = f"Change {self.record}" if self.record else "Add a record"
        with Vertical(id="form-frame"):
            yield Static(plain(title), id="form-title")
            with VerticalScroll(id="form-fields", can_focus=False):
                for name, key in form.KEYS.items():
                    with Horizontal(classes="field"):
                        yield Static(id=f"label-{name}", classes="label")
                        yield Field(
                            self.draft.typed.get(name, ""),
                            words.get(name, ()),
                            several=key.type in ("topics", "choices"),
                            id=f"{PREFIX}{name}",
                        )
            yield Static(id="form-message")
            yield Static(id="form-effect")
            with Horizontal(classes="buttons"):
                yield Button("Save (ctrl+s)", id="save", variant="primary", compact=True)
                yield Button("Close (esc)", id="leave", compact=True)
        yield Footer()

    def on_mount(self) -> None:
        """Begin at the first field, or at the one that is in question."""
        self.set_focus(self.query_one(f"#{PREFIX}{self.first}", Field))  # before any key
        self.writing.ledger_changed.subscribe(self, self.look_outside)
        self.look_outside(None)

    def look_outside(self, _: None) -> None:
        """Tell what the ledger is now, and try the record out in it."""
        self.outside = self.writing.outside(self.record, self.base)
        self._examine()

    # ── While it is typed ────────────────────────────────────────────────────────────────

    @property
    def is_there(self) -> bool:
        """Whether the fields are there: the ledger may change while the form goes away."""
        return self in self.app.screen_stack and len(self.query(Field)) == len(form.KEYS)

    @property
    def typed(self) -> dict[str, str]:
        """What stands in the fields."""
        return {name: self.query_one(f"#{PREFIX}{name}", Field).value for name in form.KEYS}

    @on(Field.Changed)
    def change_soon(self) -> None:
        """Try the record out and keep the form in a moment, whether or not the typing rests."""
        self.said = ""
        if self._soon is None:
            self._soon = self.set_timer(PAUSE_SECONDS, self._examine)

    def action_enter(self) -> None:
        """Go on from a field to the next."""
        enter(self)

    @on(Field.Blurred)
    def guess(self, event: Field.Blurred) -> None:
        """Take what an earlier record of this title or provider says, where nothing is typed."""
        book, name = self.writing.book, event.input.id or ""
        if self.record or book is None or name not in (f"{PREFIX}title", f"{PREFIX}provider"):
            return
        values = form.whole({}, form.read({}, self.typed, book.day).changes)
        guesses, source = change.guessed(book, values)
        with self.prevent(Field.Changed):  # what was guessed is no answer to what is said of it
            for key, text in form.texts(guesses).items():
                self.query_one(f"#{PREFIX}{key}", Field).value = text
        if source is not None:
            self.change_soon()
            self.said = f"Taken from {source}: {', '.join(guesses)}."

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Say what the field is for."""
        del event
        self._tell()

    def _examine(self) -> None:
        """Keep what was typed, and try the record out."""
        self._soon = None
        if not self.is_there:
            return
        if self.opened_with is not None and self.typed != self.opened_with:
            self.opened_with = None
        if self.opened_with is None:
            self._keeping.ask()
        self._trying.ask()

    async def _keep_typed(self) -> None:
        self.draft = self.draft._replace(typed=self.typed)
        await asyncio.to_thread(self._keep)

    async def _try(self) -> None:
        shown = self.writing.shown
        if not self.is_there:
            return
        if shown is None:
            return
        read = form.read(self.base, self.typed, shown.book.day)
        path = self.writing.path_of(self.record)
        values = form.whole(self.base, read.changes)
        self.trial = await asyncio.to_thread(tried, shown.book, shown.report, path, values)
        self._tell()

    def _tell(self) -> None:
        """Show what is said of the fields, of the one in question, and of the whole."""
        book = self.writing.book
        if book is None or not self.is_there:
            return
        read = form.read(self.base, self.typed, book.day)
        found = self._problems()
        for name in form.KEYS:
            marks = "✗" if name in read.complaints else found.get(name, (" ", ""))[0]
            self.query_one(f"#label-{name}", Static).update(plain(f"{marks} {name}"))
        name = (getattr(self.focused, "id", None) or "").removeprefix(PREFIX)
        parts = [self.said or self.outside]
        if name in form.KEYS:
            value = read.changes.get(name)
            shown_back = "" if value is None or name == "note" else text_of(value)
            differs = shown_back not in ("", self.typed[name].strip())
            parts.append(read.complaints.get(name) or found.get(name, ("", ""))[1])
            parts.append(f"Understood as {shown_back}." if differs else "")
            if not any(parts[1:]):
                parts.append(form.hint(form.KEYS[name]))
        self._put("form-message", " ".join(filter(None, parts)))
        missing = form.needed(form.whole(self.base, read.changes))
        if missing:
            self._put("form-effect", f"Still needed: {', '.join(missing)}.")
        elif self.trial is not None:
            self._put("form-effect", f"{self.trial.effects} {found.get('', ('', ''))[1]}".strip())

    def _problems(self) -> dict[str, tuple[str, str]]:
        """Gather what `check` would say: a mark and a sentence by key; "": of the whole."""
        found: dict[str, tuple[str, str]] = {}
        for problem in self.trial.problems if self.trial else ():
            if problem.code == "missing-key":
                continue  # it is said what is still needed
            name = str(problem.path[2]) if len(problem.path) > 2 else ""
            is_error = problem.severity == "error"
            said = sentence(f"{problem.message}; {problem.help}" if name else problem.message)
            if name not in form.KEYS:
                name = ""  # no field is for it
            before = found.get(name)
            if before is None or (is_error and before[0] != "✗"):
                found[name] = ("✗" if is_error else "!", said)
        return found

    def _put(self, id: str, text: str) -> None:
        widget = self.query_one(f"#{id}", Static)
        style = Style(max(20, widget.size.width), color=False, unicode=True)
        widget.update(plain_lines(wrap(text, style) if text else [""]))

    # ── Saving and leaving ───────────────────────────────────────────────────────────────

    @on(Button.Pressed, "#save")
    def action_save(self) -> None:
        """Save the record, if everything can be read; else go to what cannot."""
        book = self.writing.book
        if self.saving or book is None:
            return
        read = form.read(self.base, self.typed, book.day)
        if read.complaints:
            name = next(iter(read.complaints))
            self.query_one(f"#{PREFIX}{name}", Field).focus()
            return
        if self.record is not None and not read.changes:
            self._close(None)
            return
        try:
            operation = self._operation(read.changes)
        except CmeledgerError as error:
            self._complain(error)
            return
        self.saving = True  # before the worker begins: the key may be there twice
        self._save(operation)

    def _operation(self, changes: Mapping[str, Any]) -> Operation:
        book = self.writing.book
        assert book is not None
        if self.record is None:
            return change.adding(book, form.whole({}, changes))
        return change.changing(book, self.record, changes, base=self.base)

    @work(group="save")
    async def _save(self, operation: Operation) -> None:
        """Save in a thread; what stands in the way is said, and the form stays."""
        self.saving = True
        self.said = "Saving …"
        self._tell()
        try:
            done = await asyncio.to_thread(self.writing.perform, operation)
        except Conflict as error:
            self.said = ""
            await self._settle(error)
        except CmeledgerError as error:
            self._complain(error)
        else:
            self._close(self._noted(operation, done))
        finally:
            self.saving = False

    def _noted(self, asked: Operation, done: tuple[Operation, Saved]) -> tuple[Operation, Saved]:
        """Note beside a save what else became of the file, and of the record's id."""
        operation, saved = done
        notes = [saved.note] if saved.note else []
        if not notes and saved.before != self.seen:
            notes = ["what changed in the file meanwhile was kept"]
        if operation.record != asked.record:
            notes.append(f"the id {asked.record} was taken meanwhile")
        return operation, saved._replace(note="; ".join(notes) or None)

    async def _settle(self, error: Conflict) -> None:
        """Ask what becomes of two changes of one record."""
        clash = error.clash
        if clash is None or clash.yours is None:
            self._complain(error)
            return
        if spell.normal(dict(clash.yours)) == clash.theirs:
            self.writing.say("the file says so already; nothing was written")
            self._close(None)
            return
        choice = await ask_about(self.app, clash)
        if choice == THEIRS:
            self._close(None)
        elif choice in (LATER, EDITOR):
            self._keep_and_leave()
            if choice == EDITOR:
                self.writing.edit_at(clash.record)
        else:
            try:
                book = await asyncio.to_thread(self.writing.read_now)
                operation = self._despite(book, clash, choice, clash.yours)
            except CmeledgerError as refused:
                self._complain(refused)
            else:
                self._save(operation)

    def _despite(
        self, book: Book, clash: Clash, choice: str, yours: Mapping[str, Any]
    ) -> Operation:
        """Make the operation that writes what was typed, though the file says something else."""
        self.seen = book.data
        if choice == BOTH:
            return change.adding(book, {key: yours[key] for key in yours if key != "id"})
        if clash.theirs is None:
            return change.adding(book, yours)
        typed = form.rebased(self.base, clash.theirs, self.typed)
        self.base = dict(clash.theirs)
        self.draft = self.draft._replace(base=self.base)
        with self.prevent(Field.Changed):
            for name, text in typed.items():
                self.query_one(f"#{PREFIX}{name}", Field).value = text
        changes = form.read(self.base, typed, book.day).changes
        return change.changing(book, clash.record, changes, base=self.base)

    def _complain(self, error: CmeledgerError) -> None:
        """Say what stands in the way of saving; the form stays as it is."""
        self.said = why(error)
        found = self._problems()
        name = next((name for name, (mark, _) in found.items() if name and mark == "✗"), None)
        if name is not None:
            self.query_one(f"#{PREFIX}{name}", Field).focus()
        self._tell()

    def _keep(self) -> bool:
        """Keep what was typed last; for a thread too. No older text replaces a newer one."""
        with self.keeping:
            return not self.is_over and self.writing.keep_draft(self.draft)

    def _close(self, done: tuple[Operation, Saved] | None) -> None:
        with self.keeping:  # what is kept just now is forgotten too
            self.is_over = True
            self.writing.drop_draft(self.draft.name)
        self.dismiss(done)

    @on(Button.Pressed, "#leave")
    def action_leave(self) -> None:
        """Close the form; what was typed is kept as an unfinished form."""
        if self.saving:
            return
        typed = self.typed
        if self.opened_with is not None and typed == self.opened_with:
            self._close(None)
            return
        self._keep_and_leave()

    def _keep_and_leave(self) -> None:
        """Close the form if what was typed can be kept; else it stays."""
        self.draft = self.draft._replace(typed=self.typed)
        if self._keep():
            self.writing.say("kept unfinished; d goes on with it")
            self.dismiss(None)
        else:
            self.said = "This cannot be kept unfinished: ctrl+s saves it, ctrl+t throws it away."
            self._tell()

    def action_discard(self) -> None:
        """Throw away what was typed."""
        if not self.saving:
            self._close(None)
