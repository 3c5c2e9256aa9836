"""What the screens do for the audit: keep, attest, find what is missing, make the packet, commit.

Each does what the command of the same name does, in a thread; what writes asks first.
"""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from textual import work

from cmeledger.book import Book, archive_name, open_book
from cmeledger.problems import CmeledgerError, UsageError
from cmeledger.report.terminal import Style, day, plural, wrap
from cmeledger.tui.recovering import Recovering

if TYPE_CHECKING:
    # Loaded when it is asked for: the first picture does not wait for it.
    from cmeledger.change import Operation
    from cmeledger.handout import Tell
    from cmeledger.ledger.pair import Both, Step
    from cmeledger.ledger.save import Saved
    from cmeledger.tui.reading import Sheet

UNCONFIRMED: Final = "The disk did not confirm it."


class Proving(Recovering):
    """An app that keeps and proves what its ledger says."""

    # ── The archive ──────────────────────────────────────────────────────────────────────

    @work(group="ask")
    async def action_archive(self) -> None:
        """Show what may go into the archive, and move it when the answer is yes."""
        if not self._may_write():
            return
        from cmeledger.tui.reading import Reading

        title = "What need not be kept in the ledger any longer"
        step = await self.push_screen_wait(Reading(title, self._may_go))
        if step is not None:
            await self._move(step, None)

    def _may_go(self) -> "Sheet[Step]":
        from cmeledger import archive
        from cmeledger.report import archive_text
        from cmeledger.tui.reading import Sheet

        book, _ = archive.tidied(self._whole(), self.history, write=False)
        found = archive.going(book)
        lines = partial(archive_text.lines, book, found)
        if not found:
            return Sheet(lines)
        step = archive.archiving(book, found)
        archive.tried(book, step)  # what stands in the way is said now
        what = plural(len(found), "record")
        return Sheet(lines, f"Move {what} into {archive_name(self.file)}?", "Yes, move", step)

    @work(group="ask")
    async def action_bring_back(self) -> None:
        """Bring the record under the cursor back from the archive."""
        records = self.meant
        if not records or not self._may_write():
            return
        if len(records) > 1:
            self.say("one record at a time: M takes all marks off", warning=True)
            return
        from cmeledger import archive

        try:
            step = await asyncio.to_thread(lambda: archive.restoring(self._whole(), records[0]))
        except CmeledgerError as error:
            self.refuse(error)
        else:
            await self._move(step, records[0])

    async def _move(self, step: "Step", record: str | None) -> None:
        try:
            both = await asyncio.to_thread(self._perform_both, step)
        except CmeledgerError as error:
            self.refuse(error)
            self.action_reload()
        else:
            self.told(step.what, both.as_one(), record)

    def _perform_both(self, step: "Step") -> "Both":
        from cmeledger import archive

        self.clear_up()
        return archive.perform(self._whole(), step, self.history)

    def _whole(self) -> Book:
        """Read the ledger as it is now, with its archive; for a thread."""
        return open_book(self.file, self.today())

    # ── The renewal ──────────────────────────────────────────────────────────────────────

    @work(group="ask")
    async def action_renew(self) -> None:
        """Show what would be attested for the cycle shown, and record it when that is wanted."""
        if not self._may_write() or self.shown is None:
            return
        from cmeledger.tui.reading import Reading

        shown = self.shown
        is_present = shown.cycle == shown.tally.series.shown_for(shown.book.day)
        year = None if is_present else shown.cycle.end.year
        operation = await self.push_screen_wait(
            Reading("What you attest at the renewal", partial(self._attested, year))
        )
        if operation is None:
            return
        try:
            self.wrote(await asyncio.to_thread(self._write_attested, operation))
        except CmeledgerError as error:
            self.refuse(error)
            self.action_reload()

    def _attested(self, year: int | None) -> "Sheet[Operation]":
        from cmeledger import change, renewal
        from cmeledger.report import renewal_text
        from cmeledger.tui.reading import Sheet

        book = self._whole()
        tallies = book.tallies()
        chosen = book.going(tallies) if year is None else tallies
        reports = renewal.ready(book, book.reports(chosen, year))
        notes = [*renewal_text.before(book, reports)]
        for report in [] if year else renewal.skipped(book, reports):
            when = day(report.cycle.end)
            notes.append(f"if you mean the renewal of {when}: show that cycle with [, and press N")
        if len(reports) > 1:
            notes.append(f"these are {len(reports)} renewals, to be recorded together")
        if any(problem.severity == "error" for problem in book.problems):
            notes.append("what has an error is left out of these totals: 4 shows it")
        notes += renewal_text.notes(renewal.since(book), "")

        def lines(style: Style) -> Iterator[str]:
            for note in notes:
                yield from wrap(f"note: {note}", style, "  ", "")
            yield from [""] * bool(notes)
            yield from renewal_text.lines(book, reports, style)

        question = f"Record this as attested on {day(book.day)}? Nothing is sent to the Board."
        return Sheet(lines, question, "Yes, record", change.renewing(book, reports))

    def _write_attested(self, operation: "Operation") -> "tuple[Operation, Saved]":
        from cmeledger import change

        self.clear_up()
        return change.perform(self._whole(), operation, self.history)

    # ── What is missing ──────────────────────────────────────────────────────────────────

    def action_gaps(self) -> None:
        """Show the fewest credits that close what is short in the present cycle."""
        self._read("The fewest credits that close what is short", _gaps)

    def action_plan(self) -> None:
        """Show where each license would stand with what is planned."""
        self._read("With what is planned", _plan)

    def _read(self, title: str, find: "Callable[[Book], Sheet[None]]") -> None:
        book = self.book
        if book is None:
            self._refuse_unread()
            return
        from cmeledger.tui.reading import Reading

        self.push_screen(Reading(title, partial(_doubted, find, book, self._doubt())))

    def _doubt(self) -> str:
        """Say why what is shown may not be what the ledger says; "": it is."""
        if self.failed is None or self.shown is None:
            return ""
        if self.shown.loaded.broken is not None:
            return f"{self.failed.why}. Only what could still be read is counted: incomplete."
        return f"{self.failed.why}. This is of the text before."

    def action_git(self) -> None:
        """Show what differs from the last commit, and commit it when that is wanted."""
        from cmeledger.tui.versions import Versions

        self.push_screen(Versions(self))

    # ── Files for others ─────────────────────────────────────────────────────────────────

    def action_packet(self) -> None:
        """Ask for a cycle and a name, and make the packet of the cycle."""
        if self.shown is None:
            self._refuse_unread()
            return
        from cmeledger.tui.making import Asked, Making

        asked = (
            Asked("cycle", "Cycle that ends in", str(self.shown.cycle.end.year)),
            Asked("file", "File", "", "…-packet-YEAR.pdf beside the ledger; also .html, .zip"),
        )
        self.push_screen(Making("A packet for the Board", asked, self._packet))

    def _packet(self, typed: Mapping[str, str], tell: "Tell") -> list[str]:
        from cmeledger import handout

        book = self.read_now()
        tallies = book.tallies()
        year = typed["cycle"]
        reports = book.reports(tallies, int(year)) if year.isascii() and year.isdigit() else []
        if not reports:
            ends = sorted({report.cycle.end.year for report in book.reports(tallies)})
            raise UsageError(
                f"no license of this ledger renews in '{year}'\n"
                f"the present cycle ends in {', '.join(map(str, ends))}"
            )
        file = self._named(typed["file"], handout.packet_name(book, int(year)))
        made = handout.packet(book, reports, file, tell, kind=handout.kind_of(file))
        long = f", {made.pages} pages" if made.pages else ""
        said = [f"Wrote {file}{long}.", *made.packet.left_out, *handout.notes(made)]
        return said if made.confirmed else [*said, UNCONFIRMED]

    def action_calendar(self) -> None:
        """Ask for a name, and write the dates ahead as a calendar."""
        if self.shown is None:
            self._refuse_unread()
            return
        from cmeledger import handout
        from cmeledger.tui.making import Asked, Making

        name = handout.beside(self.shown.book, ".ics")
        asked = (Asked("file", "File", "", f"{os.path.basename(name)}, beside the ledger"),)
        self.push_screen(Making("The dates ahead, for your calendar", asked, self._calendar))

    def _calendar(self, typed: Mapping[str, str], tell: "Tell") -> list[str]:
        from cmeledger import handout

        del tell  # it takes no time
        book = self.read_now()
        file = self._named(typed["file"], handout.beside(book, ".ics"))
        made = handout.calendar(book, file)
        said = [f"{file}: {len(made.dates)} dates, {made.said}. Import it into your calendar."]
        return said if made.confirmed else [*said, UNCONFIRMED]

    def _named(self, typed: str, otherwise: str) -> str:
        """Find the file that is meant: what was typed, from the ledger's folder."""
        if not typed:
            return otherwise
        return os.path.join(os.path.dirname(self.file), os.path.expanduser(typed))

    def _refuse_unread(self) -> None:
        self.say("nothing can be counted: the file has errors; 4 shows where", warning=True)


def _doubted(find: "Callable[[Book], Sheet[None]]", book: Book, doubt: str) -> "Sheet[None]":
    """Find something in a book, and say above it what is doubtful about the book."""
    from cmeledger.tui.reading import Sheet

    sheet = find(book)
    if not doubt:
        return sheet

    def lines(style: Style) -> Iterator[str]:
        yield from wrap(f"✗ {doubt}", style, "  ", "")
        yield ""
        yield from sheet.lines(style)

    return Sheet(lines)


def _gaps(book: Book) -> "Sheet[None]":
    from cmeledger.report import gaps_text
    from cmeledger.rules.gaps import gaps
    from cmeledger.tui.reading import Sheet

    reports = book.reports(book.held(book.tallies()))
    return Sheet(partial(gaps_text.lines, book, reports, gaps(reports, book.day)))


def _plan(book: Book) -> "Sheet[None]":
    from cmeledger.report.planned import compared, lines
    from cmeledger.tui.reading import Sheet

    plan, before, after = compared(book, (), frozenset({"planned"}))
    return Sheet(partial(lines, plan, before, after))
