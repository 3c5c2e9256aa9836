"""The ledger's tables and keys, said once.

Reading, "did you mean", the order of keys and the documentation all come from here. A key's
`type` names a reader in `ledger.values`.
"""

from typing import Any, Final, NamedTuple


class Key(NamedTuple):
    """One key of a table."""

    name: str
    type: str
    doc: str
    required: bool = False
    choices: tuple[str, ...] = ()
    default: Any = None


class Kind(NamedTuple):
    """What the format knows of a kind of activity. What it is worth stands with the rules."""

    name: str
    category: int | None = None
    """The category it implies; None: as given."""
    needs_category: bool = False
    needs_credits: bool = False
    by_hours: bool = False
    """One of `hours` and `credits` is required."""
    open_ended: bool = False
    """`end` may be missing: still going on."""
    enrollment: bool = False
    """Credits come by the day from `start`; `date` and `credits` have no place."""
    in_hours: bool = False
    """Its credits measure hours of one's time: more than 12 on one day is worth a look."""


KINDS: Final = {
    kind.name: kind
    for kind in (
        Kind("course", needs_category=True, needs_credits=True, in_hours=True),
        Kind("article", category=1),
        Kind("poster", category=1),
        Kind("teaching", needs_category=True, by_hours=True, in_hours=True),
        Kind("degree", category=1),
        Kind("board-certification", category=1),
        Kind("board-volunteer", category=1, by_hours=True, open_ended=True),
        Kind("medical-examiner", category=1, open_ended=True),
        Kind("board-of-health", category=1, open_ended=True),
        Kind("residency", category=1, open_ended=True, enrollment=True),
        Kind("fellowship", category=1, open_ended=True, enrollment=True),
        Kind("publication", category=2, needs_credits=True),
        Kind("regulation-study", needs_category=True, needs_credits=True, in_hours=True),
        Kind("self-study", category=2, needs_credits=True, in_hours=True),
        Kind("point-of-care", category=2, needs_credits=True, in_hours=True),
        Kind("consultation", category=2, needs_credits=True, in_hours=True),
        Kind("case-discussion", category=2, needs_credits=True, in_hours=True),
        Kind("patient-care-review", category=2, needs_credits=True, in_hours=True),
        Kind("journal-club", category=2, needs_credits=True, in_hours=True),
        Kind("self-assessment", category=2, needs_credits=True, in_hours=True),
        Kind("mandated-training", in_hours=True),
    )
}

STATUSES: Final = ("claimed", "attended", "planned")
LEARNERS: Final = ("students", "residents", "physicians", "allied-health")
LICENSE_TYPES: Final = (
    "full",
    "administrative",
    "volunteer",
    "temporary-faculty",
    "limited",
    "inactive",
    "retired",
    "temporary-substitute",
    "temporary-cme",
)
EHR_PROOFS: Final = ("meaningful-use", "hospital", "mass-hiway", "exempt")

PHYSICIAN: Final = (
    Key("name", "name", "Your name as it stands on your license.", required=True),
    Key("birthday", "month-day", 'Month and day, "MM-DD", without the year.', required=True),
    Key("specialty", "text", "Your specialty."),
    Key("npi", "text", "Your National Provider Identifier."),
)

PRACTICE: Final = (
    Key(
        "prescribes-controlled-substances",
        "flag",
        "Opioid and pain education applies. In Massachusetts, Schedule VI holds every other "
        "prescription drug: nearly every prescriber is one.",
        default=True,
    ),
    Key("serves-adults", "flag", "Dementia training applies.", default=True),
    Key("practicing-medicine", "flag", "Electronic health records apply.", default=True),
    Key(
        "ehr-proof",
        "choice",
        "Another proof of proficiency with electronic health records.",
        choices=EHR_PROOFS,
    ),
    Key(
        "full-time-faculty",
        "flag",
        "Category 2 teaching counts only where learners are neither students nor residents.",
        default=False,
    ),
    Key("dea-registered", "flag", "The federal 8-hour training applies.", default=False),
)

LICENSE: Final = (
    Key("jurisdiction", "jurisdiction", 'The state that issued it: "MA".', required=True),
    Key("number", "text", "The license number, as a string."),
    Key("type", "choice", "The type of license.", choices=LICENSE_TYPES, default="full"),
    Key("issued", "date", "The day of first registration."),
    Key("renewal-date", "date", "Any one renewal date of this license."),
    Key("ended", "date", "The last day of a license given up or turned into another type."),
)

ACTIVITY: Final = (
    Key("id", "record-id", "A name of its own; without one, DATE-slug-of-title."),
    Key("date", "date", "The day of completion."),
    Key("start", "date", "The first day of a longer activity."),
    Key("end", "date", "The last day of a longer activity: its day of completion."),
    Key("title", "name", "What it was.", required=True),
    Key("provider", "text", "Who gave it; an audit of Category 1 asks for it."),
    Key("kind", "choice", "What kind of activity it was.", choices=tuple(KINDS), default="course"),
    Key("category", "category", "1 or 2."),
    Key("credits", "credits", "Credits, in steps of 0.25."),
    Key("hours", "hours", "Hours taught or served (teaching, board-volunteer)."),
    Key("learners", "choices", "Who was taught (teaching).", choices=LEARNERS),
    Key("topics", "topics", "A list of topics, or a table of topic = credits."),
    Key("status", "choice", "Only claimed counts.", choices=STATUSES, default="claimed"),
    Key("claim-by", "date", "The last day the provider lets you claim."),
    Key("approved-on", "date", "The day the Board certified or approved it."),
    Key("work", "text", "What identifies the work (a DOI, say)."),
    Key("credit-type", "text", "The wording on the certificate."),
    Key("certificate-id", "text", "The certificate's number."),
    Key("delivery", "text", "How it was given."),
    Key("location", "text", "Where it was given."),
    Key("url", "text", "Where it is on the web."),
    Key("note", "text", "Anything else."),
    Key("evidence", "evidence", "Files that prove it, relative to the ledger."),
    Key("no-evidence", "text", "Why no document is expected."),
)

WAIVER: Final = (
    Key("jurisdiction", "jurisdiction", 'The Board asked: "MA".', required=True),
    Key("renewal-date", "date", "The renewal date of the cycle it covers.", required=True),
    Key("requested", "date", "The day it was asked for."),
    Key("granted", "date", "The day it was granted; without it nothing is waived."),
    Key("requirements", "requirement-ids", "The requirements it covers."),
    Key("evidence", "evidence", "Files that prove it, relative to the ledger."),
    Key("note", "text", "Anything else."),
)

REQUIREMENT: Final = (
    Key("id", "own-id", "A name of its own.", required=True),
    Key("name", "name", "What it is called.", required=True),
    Key("credits", "credits", "How many credits it asks.", required=True),
    Key("topics", "topic-list", "Only credits of these topics count."),
    Key("category", "category", "Only credits of this category count."),
    Key("from", "date", "The first day that counts."),
    Key("to", "date", "The last day that counts."),
    Key("source", "text", "Who asks for it."),
)

RENEWAL: Final = (
    Key("jurisdiction", "jurisdiction", "The Board attested to."),
    Key("renewal-date", "date", "The renewal date of the cycle attested."),
    Key("attested", "date", "The day of attesting."),
    Key("edition", "text", "The edition of the rules."),
    Key("totals", "totals", "Requirement to credits counted."),
    Key("digest", "text", "A digest of the records behind the totals."),
    Key("note", "text", "Anything else."),
)

TABLES: Final = {
    "physician": PHYSICIAN,
    "practice": PRACTICE,
    "license": LICENSE,
    "activity": ACTIVITY,
    "waiver": WAIVER,
    "requirement": REQUIREMENT,
    "renewal": RENEWAL,
}
"""The tables in the order a new ledger has them."""

ARRAYS: Final = ("license", "activity", "waiver", "requirement", "renewal")
"""The tables written with double brackets."""

FORMAT: Final = 1
"""The version of the format this program reads and writes."""
