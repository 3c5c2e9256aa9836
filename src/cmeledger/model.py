"""What a ledger says, as plain values.

Everything here is immutable, and nothing here knows a file, a rule or a screen. Credits are
`Decimal` throughout. NamedTuples rather than dataclasses: a 20,000-record ledger is built in
a third of the time, and `import dataclasses` alone costs as much as the bare interpreter.
"""

from collections.abc import Mapping
from datetime import date as Date  # noqa: N812  a field of Activity is called `date`
from decimal import Decimal
from typing import Any, Final, NamedTuple

ZERO: Final = Decimal(0)

Path = tuple[str | int, ...]
"""Where a value stands in the document: ("activity", 3, "topics", 0)."""


class Physician(NamedTuple):
    """Whose ledger it is. Keys that are missing or bad are None."""

    name: str | None
    birthday: tuple[int, int] | None
    """(month, day); the year is nobody's business."""
    specialty: str | None = None
    npi: str | None = None


class License(NamedTuple):
    """One license. `issued` or `renewal_date` (or both) is there."""

    jurisdiction: str
    number: str | None
    type: str
    issued: Date | None
    renewal_date: Date | None
    ended: Date | None
    path: Path


class Evidence(NamedTuple):
    """A file named as proof, relative to the ledger's folder."""

    file: str
    sha256: str | None
    path: Path


class Activity(NamedTuple):
    """One record, valid as written."""

    id: str
    title: str
    kind: str
    status: str
    category: int | None
    """1, 2, or None for a mandated training without credit."""
    date: Date | None
    start: Date | None
    end: Date | None
    credits: Decimal | None
    """As written; None where the kind fixes or derives them."""
    hours: Decimal | None
    topics: Mapping[str, Decimal | None]
    """Topic to its credits; None means every credit of the record."""
    listed: tuple[str, ...]
    """The topics as a list names them, one perhaps twice; empty where a table does."""
    provider: str | None
    location: str | None
    note: str | None
    claim_by: Date | None
    approved_on: Date | None
    work: str | None
    learners: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    no_evidence: str | None
    extra: Mapping[str, str]
    """The free texts that nothing is computed from: credit-type, certificate-id, delivery, url."""
    archived: bool
    path: Path

    @property
    def completed(self) -> Date | None:
        """The completion date; None for an enrollment or service without an end."""
        return self.date or self.end

    @property
    def day(self) -> Date:
        """The day a list shows the record under: completion, or the start while it goes on."""
        day = self.date or self.end or self.start
        assert day is not None  # the reader lets no activity through without a date
        return day

    @property
    def needs_no_evidence(self) -> bool:
        """Whether the record says why no document is expected; a blank reason is none."""
        return bool(self.no_evidence and self.no_evidence.strip())


class LeftOut(NamedTuple):
    """A record that could not be used as written: what of it could still be read."""

    id: str | None
    title: str | None
    kind: str | None
    day: Date | None
    topics: tuple[str, ...]
    archived: bool
    path: Path
    draft: Activity
    """What could be read, with blanks for the rest: for the warnings about the record itself."""
    faulty: frozenset[str]
    """The keys that its errors are about."""


class Waiver(NamedTuple):
    """Requirements that the Board was asked to waive for one cycle."""

    jurisdiction: str
    renewal_date: Date
    requested: Date | None
    granted: Date | None
    requirements: tuple[str, ...] | None
    """None: those that a waiver covers by default."""
    evidence: tuple[Evidence, ...]
    note: str | None
    path: Path


class WaiverLeftOut(NamedTuple):
    """A waiver that could not be used as written: what of it could still be read."""

    jurisdiction: str | None
    renewal_date: Date | None
    requirements: tuple[str, ...]
    """As written, blank where one is no text."""
    evidence: tuple[Evidence, ...]
    path: Path


class OwnRequirement(NamedTuple):
    """A requirement of the physician's own, a hospital's say."""

    id: str
    name: str
    credits: Decimal
    topics: tuple[str, ...]
    category: int | None
    start: Date | None
    end: Date | None
    """With `start`: the window, both ends inclusive. Without: the license cycle."""
    source: str | None
    path: Path


class RequirementLeftOut(NamedTuple):
    """A requirement of the physician's own that could not be used as written."""

    topics: tuple[str, ...]
    path: Path


class Renewal(NamedTuple):
    """What was attested at a renewal."""

    jurisdiction: str | None
    renewal_date: Date | None
    attested: Date | None
    edition: str | None
    totals: Mapping[str, Decimal]
    digest: str | None
    note: str | None
    path: Path


class Ledger(NamedTuple):
    """What a ledger (and the archive beside it) says, without what could not be used."""

    physician: Physician
    practice: Mapping[str, Any]
    """Every key of the practice table, with the default where the ledger is silent."""
    licenses: tuple[License, ...]
    activities: tuple[Activity, ...]
    left_out: tuple[LeftOut, ...]
    waivers: tuple[Waiver, ...]
    requirements: tuple[OwnRequirement, ...]
    renewals: tuple[Renewal, ...]
    waivers_left_out: tuple[WaiverLeftOut, ...] = ()
    requirements_left_out: tuple[RequirementLeftOut, ...] = ()


class Vocabulary(NamedTuple):
    """The names that rules bring along and a ledger may use."""

    jurisdictions: tuple[str, ...]
    requirements: tuple[str, ...]
    topics: tuple[str, ...]
