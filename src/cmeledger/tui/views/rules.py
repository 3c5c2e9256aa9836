"""What is in force, with sources and readings, and what changes at the next renewal."""

from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult

from cmeledger.report import rules_text
from cmeledger.report.terminal import Line, Style, day
from cmeledger.tui.lines import LineList, Page
from cmeledger.tui.views.base import NOTHING, View, compose_split


class Entry(NamedTuple):
    """One line of the list."""

    id: str
    name: str


class Rules(View):
    """The rules for the cycle shown, one by one."""

    NAME: ClassVar[str] = "rules"
    HELP: ClassVar[str] = (
        "The rules in force on the renewal date of the cycle shown, each with its source and the "
        "reading taken. The first line tells what changes for the renewal after it. [ and ] show "
        "an earlier or later cycle. This is an aid, not legal advice."
    )

    def compose(self) -> ComposeResult:
        """Lay out the view."""
        self.entries: LineList[Entry] = LineList(
            lambda entry, _width: entry.name, lambda entry: entry.id, id="entries"
        )
        yield from compose_split(self.entries, Page(id="rule"), id="rules-split")

    def fill(self) -> None:
        """Draw everything from the state shown."""
        if self.shown is None:
            self.entries.show([])
            self.query_one("#rule", Page).show(NOTHING)
            return
        book, renewal = self.shown.book, self.shown.cycle.end
        entries = [
            Entry("next", "What changes at the next renewal"),
            Entry("readings", "Sources, and readings of cycles"),
        ]
        entries += [Entry(item.id, item.name) for item in book.rulebook.in_force(renewal)]
        entries += [
            Entry(f"kind:{name}", f"kind {name}")
            for name, rule in book.rulebook.kinds.items()
            if rules_text.facts(rule)
        ]
        self.entries.show(entries)

    @on(LineList.Highlighted, "#entries")
    def explain(self) -> None:
        """Explain the chosen rule."""
        page = self.query_one("#rule", Page)
        if self.shown is None or self.entries.key is None:
            return
        page.show([Line(text) for text in self._lines(self.entries.key, self.style_for(page))])

    def _lines(self, key: str, style: Style) -> Iterator[str]:
        assert self.shown is not None
        book, renewal = self.shown.book, self.shown.cycle.end
        if key == "next":
            after = self.shown.tally.series.after(self.shown.cycle).end
            yield style.bold(f"From the renewal on {day(renewal)} to the one on {day(after)}")
            yield from rules_text.differences(book.rulebook, renewal, after, style)
            return
        if key == "readings":
            yield from rules_text.readings(book.rulebook, style)
            yield ""
            yield from rules_text.sources(book.rulebook, book.rulebook.sources, style)
            return
        if key.startswith("kind:"):
            name = key.removeprefix("kind:")
            rule = book.rulebook.kinds[name]
            yield from rules_text.kind(name, rule, style)
            tags = rule.sources
        else:
            item = next(x for x in book.rulebook.in_force(renewal) if x.id == key)
            yield from rules_text.requirement(item, renewal, style)
            tags = item.sources
        yield ""
        yield from rules_text.sources(book.rulebook, tags, style)

    @on(LineList.Selected, "#entries")
    def look_closer(self) -> None:
        """Move into the explanation."""
        self.query_one("#rule", Page).focus()
