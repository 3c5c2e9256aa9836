"""Ledgers opened in memory, without a file, and judged."""

from datetime import date

from cmeledger.book import Book
from cmeledger.ledger.parse import parse
from cmeledger.ledger.read import NOTHING, read
from cmeledger.rules import rulebook as rules
from cmeledger.rules.standing import Report

RULEBOOK = rules.load()
WORDS = rules.vocabulary(RULEBOOK)


def opened(text: str, day: date) -> Book:
    """Open a ledger that has no error, as of a day."""
    parsed = parse(text.encode())
    ledger, problems = read(parsed, WORDS)
    assert [problem for problem in problems if problem.severity == "error"] == []
    return Book("x", ledger, RULEBOOK, day, tuple(problems), parsed, NOTHING, None, False)  # noqa: FBT003


def judged(book: Book) -> list[Report]:
    """Judge each license in the cycle shown for the day."""
    return [book.report(tally, tally.series.shown_for(book.day)) for tally in book.tallies()]
