"""A packet as values: what answers a letter of the Board, before it is drawn as PDF or HTML."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from cmeledger.book import Book
from cmeledger.certificates import Certificate
from cmeledger.model import Activity, Waiver
from cmeledger.report.status_text import headline
from cmeledger.report.terminal import amount, day, join, plural
from cmeledger.report.views import records
from cmeledger.rules.counting import Counted
from cmeledger.rules.cycles import in_year
from cmeledger.rules.standing import Report, Standing
from cmeledger.visible import visible

NOT_ADVICE: Final = (
    "Made by cmeledger from the physician's own ledger. It is no document of the Board, and says "
    "what is on record, not that the license is in order."
)
DONE: Final = {"met": "Met", "short": "Short", "exempt": "Exempt", "waived": "Waived"}
"""Statuses of requirements in words; the others are not applicable."""


class Summary(NamedTuple):
    """One requirement on the page that sums up."""

    name: str
    status: str
    numbers: str
    share: Decimal
    """Of what is asked, from 0 to 1: the length of the bar."""
    notes: tuple[str, ...]
    sources: str
    """By their tags; `Part.sources` says what they are."""


class Entry(NamedTuple):
    """One record in a list. All texts are safe to show."""

    id: str
    date: str
    title: str
    provider: str
    """Empty where none is named, and none is asked for."""
    credits: str
    details: tuple[str, ...]
    """What it serves, why it does not count in full, and what proves it."""


class Section(NamedTuple):
    """A list of records under a heading."""

    title: str
    total: str
    entries: tuple[Entry, ...]


class Part(NamedTuple):
    """One license in one cycle."""

    license: str
    cycle: str
    headline: str
    summary: tuple[Summary, ...]
    sources: tuple[str, ...]
    relief: tuple[str, ...]
    """Waivers and exemptions."""
    sections: tuple[Section, ...]


class Listed(NamedTuple):
    """A file on the index."""

    number: int
    file: str
    owners: str
    digest: str | None
    """None: it could not be read."""
    size: str
    trouble: str | None
    """What is wrong with it, as the ledger sees it."""


class Packet(NamedTuple):
    """Everything that a packet says, apart from the certificates' own pages."""

    physician: str
    as_of: str
    edition: str
    parts: tuple[Part, ...]
    left_out: tuple[str, ...]
    """What the ledger or its archive has that is not in it, in sentences."""
    files: tuple[Listed, ...]


class Chosen(NamedTuple):
    """The records of one cycle that go into a packet."""

    report: Report
    counted: tuple[tuple[Activity, Counted], ...]
    """Claimed, and counted in the cycle."""
    earlier: tuple[tuple[Activity, Counted], ...]
    """Of other days, where what is asked once, or a window of the physician's own, takes them."""
    refused: tuple[tuple[Activity, Counted], ...]
    """Of the cycle, and counted for nothing."""
    waivers: tuple[Waiver, ...]

    @property
    def records(self) -> tuple[tuple[Activity, Counted], ...]:
        """Every record, in the order of the lists."""
        return self.counted + self.earlier + self.refused


def choose(book: Book, report: Report) -> Chosen:
    """Choose the records and waivers that speak for one cycle of one license, by day, then id."""
    serving = {s.record.activity.id for r in report.standings for s in r.shares if s.amount}
    counted, earlier, refused = [], [], []
    for activity, seen in records(book, report):
        if seen.cycle != report.cycle:
            if activity.id in serving:
                earlier.append((activity, seen))
        elif seen.counted or seen.completes:
            counted.append((activity, seen))
        else:
            refused.append((activity, seen))
    waivers = tuple(
        item
        for item in book.ledger.waivers
        if item.jurisdiction == report.tally.license.jurisdiction
        and in_year(item.renewal_date, item.renewal_date.year) == report.cycle.end
    )
    return Chosen(report, tuple(counted), tuple(earlier), tuple(refused), waivers)


def together(chosen: Iterable[Chosen]) -> list[tuple[Activity, Counted]]:
    """Put the records of all licenses together, each once, as the first of them counts it."""
    found: dict[str, tuple[Activity, Counted]] = {}
    for item in chosen:
        for activity, seen in item.records:
            found.setdefault(activity.id, (activity, seen))
    return sorted(found.values(), key=lambda pair: (pair[0].day, pair[0].id))


def packet(book: Book, chosen: Sequence[Chosen], certificates: Sequence[Certificate]) -> Packet:
    """Say everything that a packet says; `certificates` are those of the chosen records."""
    files: dict[str, list[int]] = {}
    for item in certificates:
        for owner in item.owners:
            files.setdefault(owner, []).append(item.number)
    return Packet(
        visible(book.ledger.physician.name or "A physician without a name in the ledger"),
        day(book.day),
        book.rulebook.edition,
        tuple(_part(book, item, files, certificates) for item in chosen),
        tuple(_left_out(book)),
        tuple(_listed(item) for item in certificates),
    )


def _left_out(book: Book) -> Iterator[str]:
    ledger = book.ledger
    counts = {
        "record": len(ledger.left_out),
        "waiver": len(ledger.waivers_left_out),
        "requirement": len(ledger.requirements_left_out),
    }
    errors = [plural(count, what) for what, count in counts.items() if count]
    if errors:
        yield f"{join(errors)} of the ledger left out for an error"
    if book.archive_skipped:
        yield "The records of the ledger's archive are left out"


def _part(
    book: Book,
    chosen: Chosen,
    files: dict[str, list[int]],
    certificates: Sequence[Certificate],
) -> Part:
    report = chosen.report
    license, cycle = report.tally.license, report.cycle
    number = f" {visible(license.number)}" if license.number else " without a number"
    ended = f", ended {day(license.ended)}" if license.ended else ""
    shown = [s for s in report.standings if s.status != "not-applicable"]
    return Part(
        f"{license.jurisdiction} license{number} ({license.type}{ended})",
        f"{day(cycle.start)} to {day(cycle.end)}",
        headline(report),
        tuple(map(_summary, shown)),
        tuple(_sources(book, shown)),
        tuple(_relief(book, chosen, certificates)),
        tuple(_sections(chosen, files)),
    )


def _summary(standing: Standing) -> Summary:
    what = standing.requirement
    if what.unit == "completion":
        numbers = "completed" if standing.counted else "not completed"
    else:
        numbers = f"{amount(standing.counted)} of {amount(standing.asked)} credits"
    # What another proof meets has no credits to draw.
    whole = standing.status == "met" or not standing.asked
    share = Decimal(1) if whole else min(standing.counted / standing.asked, Decimal(1))
    name = f"{what.name} (the physician's own)" if what.own else what.name
    return Summary(
        visible(name),
        DONE[standing.status],
        numbers,
        share,
        tuple(map(visible, standing.notes)),
        visible(what.source) or "none named",
    )


def _sources(book: Book, shown: Iterable[Standing]) -> Iterator[str]:
    """Say what the tags of sources stand for, each once, in the order of their first use."""
    tags = dict.fromkeys(tag for standing in shown for tag in standing.requirement.sources)
    for tag in tags:
        if tag in book.rulebook.sources:
            yield visible(f"{tag}: {book.rulebook.sources[tag]}")


def _relief(book: Book, chosen: Chosen, certificates: Sequence[Certificate]) -> Iterator[str]:
    names = {s.requirement.id: s.requirement.name for s in chosen.report.standings}
    for waiver in chosen.waivers:
        asked_for = waiver.requirements
        covered = book.rulebook.waiver_default if asked_for is None else asked_for
        what = ", ".join(names.get(id, id) for id in covered) or "of no requirement"
        asked = f"requested {day(waiver.requested)}" if waiver.requested else "no day of request"
        granted = f"granted {day(waiver.granted)}" if waiver.granted else "not granted yet"
        note = f" {waiver.note}" if waiver.note else ""
        paths = {item.path for item in waiver.evidence}
        files = [item.number for item in certificates if paths.intersection(item.named)]
        proof = f" {_proof(files)}." if files else ""
        yield visible(f"Waiver: {what}; {asked}, {granted}.{note}{proof}")
    for standing in chosen.report.standings:
        if standing.status in ("exempt", "waived"):
            yield visible(f"{DONE[standing.status]}: {standing.requirement.name}.")
    off = [s.requirement.name for s in chosen.report.standings if s.status == "not-applicable"]
    if off:
        yield visible(f"Not asked of this license: {', '.join(off)}.")


def _sections(chosen: Chosen, files: dict[str, list[int]]) -> Iterator[Section]:
    serves: dict[str, list[str]] = {}
    for standing in chosen.report.standings:
        for share in standing.shares:
            if share.amount:
                asked = standing.requirement
                much = "" if asked.unit == "completion" else f" {amount(share.amount)}"
                serves.setdefault(share.record.activity.id, []).append(f"{asked.name}{much}")
    lists: dict[str, list[tuple[Activity, Counted]]] = {"Category 1": []}
    by_category = sorted(chosen.counted, key=lambda pair: (pair[0].category or 3, pair[0].kind))
    for activity, seen in by_category:
        title = {1: "Category 1", 2: f"Category 2: {activity.kind}"}.get(
            activity.category or 0, "Training and completions without a category"
        )
        lists.setdefault(title, []).append((activity, seen))
    lists["Of other days, for what is asked once or in a window of its own"] = [*chosen.earlier]
    lists["Recorded in this cycle, and not counted"] = [*chosen.refused]
    for title, found in lists.items():
        if not found and title != "Category 1":
            continue
        found.sort(key=lambda pair: (pair[0].day, pair[0].id))
        total = amount(sum((seen.counted for _, seen in found), Decimal(0)))
        entries = tuple(_entry(a, s, serves.get(a.id, []), files.get(a.id, [])) for a, s in found)
        count = plural(len(found), "record")
        credits = "" if found and found[0] in chosen.earlier else f", {total} credits counted"
        yield Section(title, f"{count}{credits}", entries)


def _entry(activity: Activity, seen: Counted, serves: list[str], files: list[int]) -> Entry:
    dates = activity.day.isoformat()
    if activity.start is not None and activity.start != activity.day:
        dates = f"{activity.start.isoformat()} to {dates}"
    elif activity.start is not None and activity.completed is None:
        dates = f"from {dates}"
    credits = amount(seen.claimed)
    if activity.credits is not None and activity.credits != seen.claimed:
        credits = f"{credits} (written {amount(activity.credits)})"
    if activity.status != "claimed":
        credits = f"{credits}, {activity.status}"
    elif seen.counted != seen.claimed:
        credits = f"{credits}, counted {amount(seen.counted)}"
    details = []
    if serves:
        details.append(f"For: {'; '.join(serves)}")
    details += [f"Not in full: {reason.text}" for reason in seen.reasons]
    details += [f"{name}: {text}" for name, text in sorted(activity.extra.items())]
    if files:
        details.append(_proof(files))
    elif activity.needs_no_evidence:
        details.append(f"No document: {activity.no_evidence}")
    else:
        details.append("No document is named.")
    return Entry(
        visible(activity.id),
        dates,
        visible(activity.title),
        visible(activity.provider or ("" if _needs_no_provider(activity) else "no provider named")),
        credits,
        tuple(map(visible, details)),
    )


def _needs_no_provider(activity: Activity) -> bool:
    """Tell whether the Board asks of a record only what kind it is of, and its credits."""
    return activity.category == 2 and activity.kind != "teaching"


def _proof(files: Iterable[int]) -> str:
    return f"Proof: file {', '.join(map(str, files))} of the index"


def _listed(certificate: Certificate) -> Listed:
    seen = certificate.seen
    too_large = "too large to be merged" if certificate.size and not certificate.merge else ""
    trouble = "; ".join(filter(None, (seen.message if seen.wrong else "", too_large)))
    return Listed(
        certificate.number,
        visible(certificate.file),
        visible(", ".join(certificate.owners)),
        seen.digest,
        f"{certificate.size:,} bytes" if seen.digest else "not read",
        visible(trouble) or None,
    )
