"""What the views show: one license in one cycle, of one state of the ledger."""

from functools import cached_property
from typing import NamedTuple

from cmeledger.model import Activity, Path
from cmeledger.report.records import Row, rows
from cmeledger.rules.counting import Tally
from cmeledger.rules.cycles import Cycle
from cmeledger.rules.retention import Keeping, keeping_files
from cmeledger.rules.standing import Report
from cmeledger.tui.session import Loaded, Looked


class Place(NamedTuple):
    """A line of the ledger or its archive, for the editor."""

    line: int
    archived: bool


class Shown:
    """One license in one cycle, with what is worked out only when a view asks for it."""

    def __init__(self, loaded: Loaded, tally: Tally, cycle: Cycle) -> None:
        self.loaded = loaded
        self.book = loaded.book
        self.tally = tally
        self.looked: Looked | None = None
        """None until the files and places have been looked at."""
        self._reports: dict[Cycle, Report] = {}
        self.report = self.report_of(cycle)

    @property
    def cycle(self) -> Cycle:
        """The cycle shown."""
        return self.report.cycle

    def report_of(self, cycle: Cycle) -> Report:
        """Judge a cycle of this license, once."""
        if cycle not in self._reports:
            self._reports[cycle] = self.book.report(self.tally, cycle)
        return self._reports[cycle]

    def next_cycle(self, steps: int) -> Cycle | None:
        """Find the cycle so many steps away; None before the first or after the last."""
        cycle: Cycle | None = self.cycle
        series = self.tally.series
        for _ in range(abs(steps)):
            if cycle is None:
                return None
            cycle = series.at(series.after(cycle).end) if steps > 0 else series.before(cycle)
        return cycle

    @cached_property
    def keeping(self) -> dict[str, Keeping]:
        """How long each record is kept, by id."""
        return self.book.keeping(self.loaded.counted)

    @cached_property
    def keeping_files(self) -> dict[str, Keeping]:
        """How long each evidence file is kept, by its path."""
        return keeping_files(self.book.ledger, self.keeping, self.loaded.counted)

    @cached_property
    def rows(self) -> list[Row]:
        """The records as rows, by date, then id."""
        return rows(self.book, self.report, self.keeping)

    @cached_property
    def activities(self) -> dict[str, Activity]:
        """The records by id."""
        return {activity.id: activity for activity in self.book.ledger.activities}

    def place_of(self, record: str) -> Place | None:
        """Find the line a record begins on; None until places have been looked at."""
        found = self._path_of(record)
        if found is None or self.looked is None:
            return None
        path, archived = found
        places = self.looked.archive_places if archived else self.looked.places
        return Place(places.span(path, "table").line, archived)

    def text_of(self, record: str) -> str:
        """Cut a record's own lines out of the file; "" until places have been looked at."""
        found = self._path_of(record)
        if found is None or self.looked is None:
            return ""
        path, archived = found
        return (self.looked.archive_places if archived else self.looked.places).text_of(path)

    def _path_of(self, record: str) -> tuple[Path, bool] | None:
        ledger = self.book.ledger
        activity = self.activities.get(record)
        if activity is not None:
            return activity.path, activity.archived
        return next(((x.path, x.archived) for x in ledger.left_out if x.id == record), None)
