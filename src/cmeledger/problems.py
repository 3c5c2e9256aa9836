"""What can be wrong with a ledger, and the exit codes of the program."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any, Final, NamedTuple

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
    "conflict-marker",
    "git-no-driver",
    "git-merge-union",
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


class Clash(NamedTuple):
    """Three versions of one record that was changed in two places, each as TOML has it."""

    record: str
    base: Mapping[str, Any]
    """What the change was made for."""
    theirs: Mapping[str, Any] | None
    """What the file holds now; None: the record was taken out."""
    yours: Mapping[str, Any] | None
    """What the change would make of it; None: it would take the record out."""


class Conflict(NotWritten):
    """Somebody else changed the same text meanwhile; nothing of it was written over."""

    def __init__(self, file: str, why: str, advice: str, clash: Clash | None = None) -> None:
        self.clash = clash
        """The versions of the record, where the two changes met in one."""
        super().__init__(file, why, advice)


class UsageError(CmeledgerError):
    """The command line asks for something that does not exist."""

    exit = Exit.USAGE
