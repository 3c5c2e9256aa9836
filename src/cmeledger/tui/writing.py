"""What the screens write: add, edit, repeat, claim, remove, undo, redo, and what is unfinished.

Every change goes the way it goes on the command line. It is made in a thread of its own, so that
nothing waits for the disk; a save that fails says why, and leaves what was typed.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from textual import work

from cmeledger.book import Book, open_book
from cmeledger.ledger.history import History
from cmeledger.ledger.source import Places
from cmeledger.model import Path
from cmeledger.problems import CmeledgerError, UsageError
from cmeledger.report.terminal import day, plural
from cmeledger.tui.choose import Answer, Choose
from cmeledger.tui.live import Live
from cmeledger.tui.outward import open_editor, why

if TYPE_CHECKING:
    # What writes is loaded when something is written: the first picture does not wait for it.
    from cmeledger.change import Operation
    from cmeledger.form import Draft
    from cmeledger.ledger.save import Saved
    from cmeledger.ledger.undo import Turned

LEAVE: Final = Answer("leave", "n", "No")
CONTINUE: Final = "continue"
DISCARD: Final = "discard"
REMOVE: Final = "remove"


class Writing(Live):
    """An app that can change its ledger."""

    def __init__(
        self, file: str, today: Callable[[], date], *, with_archive: bool, history: History | None
    ) -> None:
        """Take what `Live` takes, and the history that saves are kept in (None: off)."""
        super().__init__(file, today, with_archive=with_archive)
        self.history = history
        self.marked: set[str] = set()
        """The records that are marked, to be acted on together."""
        self.wanted: str | None = None
        """The record to choose when the ledger is read again."""
        self.picked: str | None = None
        """The file that was picked last in this run."""

    @property
    def meant(self) -> list[str]:
        """The records that keys act on: the marked ones, else the one under the cursor."""
        raise NotImplementedError

    @property
    def in_question(self) -> Path:
        """What of the ledger the problem under the cursor is about."""
        raise NotImplementedError

    def action_editor(self) -> None:
        """Open the user's editor; the app that knows the place says how."""
        raise NotImplementedError

    def begin(self) -> None:
        """Offer a first ledger where there is none, or what was left unfinished."""
        if self.failed is not None and self.failed.missing:
            self.action_new_ledger()
        elif self.shown is not None and self.failed is None:
            self.offer_drafts()

    def action_new_ledger(self) -> None:
        """Offer to make a ledger where there is none."""
        raise NotImplementedError

    # ── What the keys do ─────────────────────────────────────────────────────────────────

    def action_add(self) -> None:
        """Open the form of a new record."""
        if self._may_write():
            self._open(None, {}, {"date": self.today().isoformat()}, focus="title")

    def action_edit(self) -> None:
        """Open the form of the record under the cursor, at the key that is in question."""
        found, path = self._one(), self.in_question
        if found is None:
            return
        if path and self.path_of(found[0]) != path[:2]:
            self.say("a record above has this id; E opens your editor to give this one another",
                     warning=True)  # fmt: skip
            return
        self._open(found[0], found[1], {}, focus=str(path[2]) if len(path) > 2 else "")

    def action_repeat(self) -> None:
        """Open the form of a record like the one under the cursor, today."""
        from cmeledger import change, form

        found = self._one()
        if found is not None and self.book is not None:
            typed = form.texts(change.repeated(self.book, found[0], {}))
            self._open(None, {}, typed | {"date": self.today().isoformat()}, focus="date")

    def action_claim(self) -> None:
        """Claim the marked records, or the one under the cursor."""
        from cmeledger import change

        self._each("claim", self.meant, change.claiming)

    @work(group="ask")
    async def action_remove(self) -> None:
        """Take the marked records out, or the one under the cursor, when the answer is yes."""
        records = self.meant
        if not records or not self._may_write():
            return
        what = plural(len(records), "record")
        if len(records) == 1:
            activity = self.shown.activities.get(records[0]) if self.shown else None
            what = f"{activity.title} ({day(activity.day)})" if activity else records[0]
        answers = (LEAVE, Answer(REMOVE, "y", "Yes, remove"))
        back = " u takes it back." if self.history else ""
        if await self.push_screen_wait(Choose(f"Remove {what}?{back}", answers)) == REMOVE:
            from cmeledger import change

            self._each("remove", records, change.removing)

    @work(group="ask")
    async def action_attach(self) -> None:
        """Attach a certificate to the record under the cursor."""
        found = self._one()
        if found is None:
            return
        from cmeledger.tui.attaching import pick_and_attach

        try:
            self.wrote(await pick_and_attach(self, found[0]))
        except CmeledgerError as error:
            self.refuse(error)
            self.action_reload()

    def action_undo(self) -> None:
        """Take back the last save."""
        from cmeledger.ledger.undo import undo

        self._turn(undo, "undone")

    def action_redo(self) -> None:
        """Save again what was undone last."""
        from cmeledger.ledger.undo import redo

        self._turn(redo, "done again")

    def action_unfinished(self) -> None:
        """Go on with a form that was left unfinished."""
        if self._may_write():
            self.offer_drafts(asked=True)

    # ── What forms ask of the app ────────────────────────────────────────────────────────

    @property
    def book(self) -> Book | None:
        """The ledger as it was read last."""
        return self.shown.book if self.shown is not None else None

    def path_of(self, record: str | None) -> Path | None:
        """Find where a record stands in the ledger as it was read last."""
        from cmeledger import change

        with suppress(UsageError):
            if record is not None and self.book is not None:
                return change.find(self.book, record)[0]
        return None

    def perform(self, operation: "Operation") -> "tuple[Operation, Saved]":
        """Save; for a thread. Raises what stands in the way."""
        from cmeledger import change

        assert self.book is not None
        self.clear_up()
        return change.perform(self.book, operation, self.history)

    def clear_up(self) -> None:
        """Clear up records that a move, cut off, left in both files; for a thread."""
        from cmeledger import archive

        if self.book is not None and self.failed is None:
            _, count = archive.tidied(self.book, self.history, write=True)
            if count:
                self.call_from_thread(self.say, archive.cleared_up(count))

    def read_now(self) -> Book:
        """Read the ledger as it is at this moment; for a thread."""
        return open_book(self.file, self.today(), with_archive=self.with_archive)

    def outside(self, record: str | None, base: Mapping[str, Any]) -> str:
        """Say what befell the file, or a record that said `base`, while it is in a form."""
        from cmeledger import change

        if self.failed is not None:
            return f"{self.failed.why}. What you typed stays here until that is mended."
        if record is None or self.book is None:
            return ""
        try:
            now = change.find(self.book, record)[1]
        except UsageError:
            return "The record was taken out of the file meanwhile; saving asks what to do."
        same = now == base
        return "" if same else "The record was changed in the file meanwhile; saving shows both."

    def edit_at(self, record: str) -> None:
        """Open the user's editor at a record, wherever that is in the file now."""
        from cmeledger import change

        line = 1
        with suppress(CmeledgerError):
            book = self.read_now()
            path = change.find(book, record)[0]
            line = Places(book.document.text).span(path, "table").line
        open_editor(self, self.file, line)
        self.action_reload()

    def keep_draft(self, draft: "Draft") -> bool:
        """Keep an unfinished form, if the history can; for a thread too."""
        from cmeledger import form

        if self.history is None:
            return False
        try:
            form.keep_draft(self.history, self.file, draft)
        except OSError:
            return False
        return True

    def drop_draft(self, name: str) -> None:
        """Forget an unfinished form."""
        if self.history is not None:
            self.history.drop_draft(self.file, name)

    # ── Doing it ─────────────────────────────────────────────────────────────────────────

    def _open(
        self,
        record: str | None,
        base: Mapping[str, Any],
        typed: Mapping[str, str],
        *,
        focus: str,
        name: str | None = None,
    ) -> None:
        from cmeledger.tui.form import RecordForm

        screen = RecordForm(self, record, base, typed, name=name, focus=focus)
        self.push_screen(screen, self.wrote)

    def wrote(self, done: "tuple[Operation, Saved] | None") -> None:
        """Say what was saved, and show the ledger as it is now."""
        if done is None:
            return
        operation, saved = done
        self.told(operation.what, saved, operation.record)

    def told(self, what: str, saved: "Saved", record: str | None) -> None:
        """Say what was saved, and show the ledger as it is now, at a record."""
        notes = [f"saved: {what}" + ("; u takes it back" if self.history else "")]
        notes += [saved.note] if saved.note else []
        notes += [] if saved.confirmed else ["the disk did not confirm it"]
        self.say("; ".join(notes), warning=not saved.confirmed)
        self.marked.clear()
        self.wanted = record
        self.action_reload()

    def _each(
        self, verb: str, records: Sequence[str], make: "Callable[[Book, str], Operation]"
    ) -> None:
        """Do one thing to some records, as one save."""
        from cmeledger import change

        book = self.book
        if not records or book is None or not self._may_write():
            return
        try:
            self._save(change.together(verb, [make(book, record) for record in records]))
        except CmeledgerError as error:
            self.refuse(error)

    @work(group="save")
    async def _save(self, operation: "Operation") -> None:
        try:
            self.wrote(await asyncio.to_thread(self.perform, operation))
        except CmeledgerError as error:
            self.refuse(error)
            self.action_reload()

    @work(group="save")
    async def _turn(self, turn: "Callable[[str, History], Turned]", done: str) -> None:
        if self.history is None:
            self.say("the history is switched off: there is nothing to go back to", warning=True)
            return
        try:
            entry, saved, _ = await asyncio.to_thread(self._turned, turn, self.history)
        except CmeledgerError as error:
            self.refuse(error)
        else:
            self.say(f"{done}: {entry.what}" + ("" if saved.confirmed else "; not confirmed"))
        self.action_reload()

    def _turned(self, turn: "Callable[[str, History], Turned]", history: History) -> "Turned":
        self.clear_up()
        return turn(self.file, history)

    @work(group="ask")
    async def offer_drafts(self, *, asked: bool = False) -> None:
        """Offer the forms that were left unfinished, the oldest first."""
        from cmeledger import form

        found = list(form.drafts(self.history, self.file)) if self.history else []
        if not found and asked:
            self.say("no form was left unfinished")
        for draft in found:
            begun = datetime.fromisoformat(draft.begun)
            title = f"Unfinished since {begun:%b} {begun.day}, {begun:%H:%M}: {draft.title}"
            answers = (
                Answer("later", "l", "Later"),
                Answer(CONTINUE, "c", "Continue"),
                Answer(DISCARD, "t", "Throw away"),
            )
            answer = await self.push_screen_wait(Choose(title, answers))
            if answer == DISCARD:
                self.drop_draft(draft.name)
            elif answer == CONTINUE:
                self._open(draft.record, draft.base, draft.typed, focus="title", name=draft.name)
                return

    def refuse(self, error: CmeledgerError) -> None:
        """Say why something was not done."""
        self.say(why(error), warning=True)

    def _may_write(self) -> bool:
        """Tell whether the ledger reads: one that does not is never written to."""
        if self.shown is None or self.failed is not None:
            self.say("the file has errors, and is not written to; 4 shows where", warning=True)
            return False
        return True

    def _one(self) -> tuple[str, Mapping[str, Any]] | None:
        """Find the one record that is meant, and what it says."""
        from cmeledger import change

        records, book = self.meant, self.book
        if not records or book is None or not self._may_write():
            return None
        if len(records) > 1:
            self.say("one record at a time: M takes all marks off", warning=True)
            return None
        try:
            return records[0], change.find(book, records[0])[1]
        except UsageError as error:
            self.refuse(error)
            return None
