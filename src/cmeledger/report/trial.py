"""Try out a record before it is written: what `check` would say of it, and what it would bring."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from cmeledger.book import Book, remake
from cmeledger.ledger.fresh import index
from cmeledger.ledger.parse import Document
from cmeledger.ledger.spell import normal
from cmeledger.model import Path
from cmeledger.problems import LedgerUnusable, Problem
from cmeledger.report.effect import effects
from cmeledger.report.terminal import day
from cmeledger.rules.standing import Report


class Trial(NamedTuple):
    """What a record would do."""

    problems: tuple[Problem, ...]
    """What would be wrong with it, as `check` says it; the path's third part is the key."""
    effects: str
    """What it would bring, in a line."""


def tried(book: Book, report: Report, path: Path | None, values: Mapping[str, Any]) -> Trial:
    """Try out a record in place of that at `path`; None: as a new one.

    `report` is of the license and cycle that are looked at; where the record belongs to another
    cycle of the license, that one is told of.
    """
    records = list(book.document.tables.get("activity", ()))
    number = index(records, values) if path is None else int(path[1])
    records[number : number + (path is not None)] = [normal(dict(values))]
    tables = book.document.tables | {"activity": records}
    try:
        new = remake(book, b"", Document(book.document.text, tables))
    except LedgerUnusable as error:
        return Trial(error.problems, "")
    place = ("activity", number)
    tallies = new.tallies()
    kept = new.keeping(tallies)
    problems = tuple(
        problem
        for problem in new.all_problems(tallies, kept)
        if problem.path[:2] == place and not problem.archived
    )
    activity = next((item for item in new.ledger.activities if item.path == place), None)
    if activity is None or activity.archived:
        return Trial(problems, "It would be left out, and count for nothing.")
    before = report.tally
    after = tallies[book.ledger.licenses.index(before.license)]
    own = before.series.at(activity.day)
    said = []
    for cycle in dict.fromkeys(filter(None, (report.cycle, own))):
        found = effects(book.report(before, cycle), new.report(after, cycle))
        where = "" if cycle == report.cycle else f", in the cycle to {day(cycle.end)}"
        if found:
            said.append(f"This would bring{where}: {'; '.join(found)}.")
    if own is None:
        said.append("No cycle of this license holds its day.")
    return Trial(problems, " ".join(said) or "This would change no requirement.")
