"""What can be wrong with a ledger, and the exit codes of the program."""

from enum import IntEnum
from typing import Final, NamedTuple

from cmeledger.model import Ledger, Path

CODES: Final = (
    "not-toml",
    "format-version",
    "missing-key",
    "unknown-key",
    "wrong-type",
    "bad-value",
    "duplicate-id",
    "no-license",
    "renewal-mismatch",
    "three-months-exactly",
    "unknown-topic",
    "missing-provider",
    "missing-details",
    "two-mandates",
    "whole-hours",
    "quarter-hours",
    "more-than-kind",
    "future-date",
    "many-credits-a-day",
    "possible-duplicate",
    "missing-evidence",
    "no-evidence-named",
    "evidence-changed",
    "claim-by-soon",
    "statutory-waiver",
    "control-character",
)
"""Every code a problem can bear; docs/problems.md explains each."""


class Exit(IntEnum):
    """The program's exit codes."""

    DONE = 0
    NO = 1
    """Done, and the answer is no: errors found, a record left out."""
    USAGE = 2
    UNUSABLE = 3
    """The ledger cannot be used."""
    NOT_WRITTEN = 4
    UNCONFIRMED = 5
    INTERRUPTED = 130


class Span(NamedTuple):
    """A place in the text: lines and columns from 1, columns in characters, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Problem(NamedTuple):
    """Something wrong, or something an audit may trip over."""

    code: str
    message: str
    help: str
    path: Path = ()
    at: str = "value"
    """What of the path is at fault: "value", "key", or "table" (its header)."""
    severity: str = "error"
    record: str | None = None
    span: Span | None = None
    """Filled in by `ledger.source.place` only when somebody wants to see it."""
    archived: bool = False
    """Whether the place is in the archive beside the ledger."""


class CmeledgerError(Exception):
    """Base of every failure the program explains to its user."""

    exit = Exit.UNUSABLE


class LedgerUnreadable(CmeledgerError):
    """The file is not there, is no regular file, or cannot be read."""

    def __init__(self, file: str, why: str, advice: str) -> None:
        super().__init__(f"{file}: {why}\n{advice}")


class LedgerUnusable(CmeledgerError):
    """The file was read and cannot be used."""

    def __init__(
        self,
        file: str,
        problems: tuple[Problem, ...],
        text: str,
        archive_file: str | None = None,
        archive_text: str = "",
        ledger: Ledger | None = None,
    ) -> None:
        self.file = file
        self.problems = problems
        """Why, and whatever else was found; without their places where the file is TOML."""
        self.text = text
        """The ledger's text, as far as it could be decoded."""
        self.archive_file = archive_file
        self.archive_text = archive_text
        self.ledger = ledger
        """What was read of a file that is TOML."""
        super().__init__(f"{file}: the ledger cannot be used")


class NotWritten(CmeledgerError):
    """Nothing was written: what is on the disk is as it was."""

    exit = Exit.NOT_WRITTEN

    def __init__(self, file: str, why: str, advice: str) -> None:
        super().__init__(f"{file}: {why}\n{advice}")


class Conflict(NotWritten):
    """Somebody else changed the same text meanwhile; both versions are on the disk."""


class UsageError(CmeledgerError):
    """The command line asks for something that does not exist."""

    exit = Exit.USAGE
