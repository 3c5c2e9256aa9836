"""What the views with a list of records share: the list, and a filter above it."""

from textual import on
from textual.widgets import Input

from cmeledger.report.records import Row
from cmeledger.report.search import Search, search
from cmeledger.tui.lines import LineList
from cmeledger.tui.views.base import View


def filter_field(id: str) -> Input:
    """Make the field that a filter is typed in."""
    return Input(
        id=id,
        classes="filter",
        placeholder="/ to filter: words, topic: kind: category: cycle: status: evidence:no",
        compact=True,
        select_on_focus=False,
    )


class FilteredView(View):
    """A view of records with a filter."""

    table: LineList[Row]
    """The records that pass; made when the view is laid out."""

    @property
    def record(self) -> str | None:
        """The chosen record."""
        return self.table.key

    @property
    def filtered(self) -> bool:
        """Whether a filter is set."""
        return bool(self.query_one(Input).value)

    def wanted(self) -> Search:
        """Understand the filter."""
        assert self.shown is not None
        return search(self.query_one(Input).value, self.shown.book.rulebook.topics)

    def clear(self) -> None:
        """Clear the filter and go to the table."""
        self.query_one(Input).value = ""
        self.table.focus()

    def choose(self, record: str) -> bool:
        """Choose a record, clearing the filter if that hides it."""
        if self.table.choose(record):
            return True
        self.query_one(Input).value = ""
        self.fill()
        return self.table.choose(record)

    @on(Input.Changed)
    def narrow(self) -> None:
        """Filter as it is typed."""
        self.fill()

    @on(Input.Submitted)
    def leave_filter(self) -> None:
        """Go from the filter to what it found."""
        self.table.focus()
