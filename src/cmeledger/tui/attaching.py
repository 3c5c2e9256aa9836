"""Attaches a certificate: picked, looked at, asked about where need be, copied and named."""

import asyncio
import os
from typing import TYPE_CHECKING, Final

from cmeledger import attach
from cmeledger.attach import Plan
from cmeledger.book import Book
from cmeledger.change import Operation
from cmeledger.evidence import FOLDER
from cmeledger.ledger.save import Saved
from cmeledger.problems import CmeledgerError
from cmeledger.report.terminal import Line, Style, wrap
from cmeledger.tui.choose import Answer, Choose
from cmeledger.tui.outward import why
from cmeledger.tui.picker import Picker
from cmeledger.visible import visible

if TYPE_CHECKING:
    from cmeledger.tui.writing import Writing

LEAVE: Final = Answer("leave", "n", "No")
ATTACH: Final = Answer("attach", "y", "Yes, attach")
THAT: Final = Answer("that", "t", "Name that one")
DIGEST: Final = Answer("that", "t", "Record its digest")
COPY: Final = Answer("copy", "c", "Copy it")
STAY: Final = Answer("stay", "w", "Name it where it is")


async def pick_and_attach(app: "Writing", record: str) -> tuple[Operation, Saved] | None:
    """Let a certificate be picked for a record, and attach it; return what was saved, or None.

    A file that will not do leads back to the list, with the reason. Raises UsageError for a record
    that nothing can be attached to, and what saving raises; the copy is then taken back.
    """
    said = ""
    while (book := app.book) is not None:
        attach.record(book, record)
        start = app.picked or _first_folder(book)
        file = await app.push_screen_wait(Picker(f"Attach a certificate to {record}", start, said))
        if file is None:
            return None
        app.picked = file
        book = app.book or book  # it may have been changed meanwhile
        try:
            plan = await _agreed(app, book, record, file)
        except CmeledgerError as error:
            said = why(error)
        else:
            return await asyncio.to_thread(_attached, app, book, plan) if plan else None
    return None


def _first_folder(book: Book) -> str:
    """Choose the folder to begin in: where browsers save, else the ledger's own."""
    downloads = os.path.expanduser(os.path.join("~", "Downloads"))
    return downloads if os.path.isdir(downloads) else book.folder


async def _agreed(app: "Writing", book: Book, record: str, file: str) -> Plan | None:
    """Plan the attaching; ask where there is something to say beforehand. None: leave it."""
    stays = attach.may_stay(book, file)
    is_asked = stays and not _among_certificates(book, file)
    while True:
        plan = await asyncio.to_thread(attach.plan, book, record, file, link=stays)
        if is_asked and not plan.known:
            is_asked = False
            where = f"{os.path.basename(file)} is in the ledger's folder already."
            more = f"A copy in {FOLDER}/ stays when the other is cleared away."
            answer = await app.push_screen_wait(Choose(where, (LEAVE, COPY, STAY), [Line(more)]))
            if answer == LEAVE.id:
                return None
            if answer == COPY.id:
                stays = False
                continue
        if not plan.notes:
            return plan
        other = next((note.file for note in plan.notes if note.file), None)
        if plan.known and other is None:
            app.say(plan.notes[0].text)
            return None
        answers = [LEAVE] if plan.known else [LEAVE, ATTACH]
        if other is not None:
            answers.append(DIGEST if plan.known else THAT)
        style = Style(max(40, app.size.width - 16), color=False, unicode=True)
        lines = [Line(text) for note in plan.notes for text in wrap(visible(note.text), style)]
        title = f"Attach {os.path.basename(file)} to {record}?"
        answer = await app.push_screen_wait(Choose(title, answers, lines))
        if answer == ATTACH.id:
            return plan
        if other is None or answer != THAT.id:
            return None
        file, stays = os.path.join(book.folder, other), True


def _among_certificates(book: Book, file: str) -> bool:
    """Tell whether a file lies in the folder for evidence."""
    folder = os.path.realpath(os.path.join(book.folder, FOLDER))
    return os.path.realpath(file).startswith(folder + os.sep)


def _attached(app: "Writing", book: Book, plan: Plan) -> tuple[Operation, Saved]:
    """Copy and save; for a thread. The error of a save that fails says what became of the copy."""
    made = None
    try:
        with attach.attached(book, plan) as made:
            operation, saved = app.perform(made.operation)
    except CmeledgerError as error:
        if made and not plan.link and not os.path.lexists(os.path.join(book.folder, made.file)):
            error.add_note("the copy was taken back")
        raise
    return operation, saved._replace(confirmed=saved.confirmed and made.confirmed)
