"""What an auditor looks for on a certificate, record by record: there, missing, or to look at.

Nothing is called found that was not read: an image or a scan is the physician's to look at.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from cmeledger import wording
from cmeledger.book import Book
from cmeledger.evidence import Named, inside, survey
from cmeledger.model import Activity
from cmeledger.pdf_text import Reader, Text
from cmeledger.rules.standing import Report

ITEMS: Final = ("participant", "provider", "title", "date", "credits", "accreditation")
READ: Final = ("fine", "no-digest", "twice", "changed")
"""The states of a file whose text is worth reading."""
ACCREDITED: Final = ("course", "regulation-study")
"""The kinds whose certificate has an accreditation statement, in Category 1."""
LACKS: Final = ("missing-provider", "missing-details", "no-evidence-named")
"""The problems of `check` that an audit trips over in a record."""


class Item(NamedTuple):
    """One thing an auditor looks for."""

    name: str
    state: str
    """ "found" (on a certificate), "look" (nobody could tell: look yourself), "record" (in the
    record, and there is no certificate), "missing" or "not-asked"."""
    value: str | None
    """What the record says."""


class Paper(NamedTuple):
    """An evidence file of the record."""

    named: Named
    read: str
    """A state of `pdf_text.Text`, or "not-read"."""
    found: tuple[str, ...]
    """The items that its text has."""


class Lack(NamedTuple):
    """Something that is not as an auditor would have it, and what to do."""

    what: str
    """An item, "certificate", "details" or "file"."""
    message: str
    help: str


class Proof(NamedTuple):
    """The checklist of one record."""

    activity: Activity
    items: tuple[Item, ...]
    papers: tuple[Paper, ...]
    lacks: tuple[Lack, ...]

    @property
    def state(self) -> str:
        """Sum it up: "missing", "look", "found", or "no-file" where none is named or needed."""
        if self.lacks:
            return "missing"
        if not self.papers:
            return "no-file"
        return "look" if any(item.state == "look" for item in self.items) else "found"


def prove(book: Book, reports: Sequence[Report], *, one_cycle: bool) -> list[Proof]:
    """Go through the claimed records of these cycles, and, but for `one_cycle`, those before.

    Reads every evidence file of the ledger, and the text of those that are PDFs.
    """
    tallies = [report.tally for report in reports]
    lacks: dict[str, list[Lack]] = {}
    for problem in book.all_problems(tallies, book.keeping(tallies)):
        if problem.code in LACKS and problem.record:
            what = {"missing-provider": "provider", "no-evidence-named": "certificate"}
            lack = Lack(what.get(problem.code, "details"), problem.message, problem.help)
            lacks.setdefault(problem.record, []).append(lack)
    named: dict[int, list[Named]] = {}
    for item in survey(book.ledger, book.folder, with_unnamed=False).files:
        named.setdefault(id(item.owner), []).append(item)
    with Reader() as reader:
        return [
            _proof(book, activity, named.get(id(activity), []), lacks.get(activity.id, []), reader)
            for activity in _chosen(book, reports, one_cycle=one_cycle)
        ]


def _chosen(book: Book, reports: Sequence[Report], *, one_cycle: bool) -> Iterator[Activity]:
    """Choose the claimed records of the cycles, by day, then id."""
    windows = []
    for report in reports:
        before = None if one_cycle else report.tally.series.before(report.cycle)
        windows.append(((before or report.cycle).start, report.cycle.end))
    for activity in sorted(book.ledger.activities, key=lambda a: (a.day, a.id)):
        done = activity.completed
        lasts = done is None or book.rulebook.kinds[activity.kind].enrollment
        start = (activity.start or activity.day) if lasts else activity.day
        if activity.status == "claimed" and any(
            start <= last and (done is None or done >= first) for first, last in windows
        ):
            yield activity


def _proof(
    book: Book, activity: Activity, named: Sequence[Named], known: Sequence[Lack], reader: Reader
) -> Proof:
    looked = _looked_for(book, activity)
    read = [_read(book, item, reader) for item in named]
    texts = [wording.flat(item.text) for item in read]
    papers = tuple(
        Paper(item, text.state, tuple(n for n, look in looked.items() if folded and look(folded)))
        for item, text, folded in zip(named, read, texts, strict=True)
    )
    lacks = list(known)
    items = []
    values = _values(book, activity)
    all_read = bool(papers) and all(paper.read == "text" for paper in papers)
    for name in ITEMS:
        state = _state(name, activity, papers, values, all_read=all_read, lacks=known)
        items.append(Item(name, state, values[name]))
        if state == "missing" and not any(lack.what in (name, "certificate") for lack in known):
            lacks.append(_lack(name, values[name], papers))
    lacks += [
        Lack("file", paper.named.seen.message, paper.named.seen.help)
        for paper in papers
        if paper.named.seen.wrong
    ]
    return Proof(activity, tuple(items), papers, tuple(lacks))


def _values(book: Book, activity: Activity) -> dict[str, str | None]:
    credits = _credits(activity)
    done = activity.completed
    return {
        "participant": book.ledger.physician.name,
        "provider": activity.provider,
        "title": activity.title,
        "date": done.isoformat() if done else None,
        "credits": None if credits is None else f"{credits.normalize():f}",
        "accreditation": activity.extra.get("credit-type"),
    }


def _credits(activity: Activity) -> Decimal | None:
    """Give the number that a certificate has: of teaching and service it may be hours."""
    return (activity.credits if activity.credits is not None else activity.hours) or None


def _looked_for(book: Book, activity: Activity) -> dict[str, Callable[[str], bool]]:
    """Say how to tell from a text whether it has an item, of those of which it can be told."""
    name, provider = book.ledger.physician.name, activity.provider
    credits, done = _credits(activity), activity.completed
    found: dict[str, Callable[[str], bool]] = {
        "title": lambda text: wording.has_words(text, activity.title),
    }
    if name:
        found["participant"] = lambda text: wording.has_name(text, name)
    if provider:
        found["provider"] = lambda text: wording.has_words(text, provider)
    if done is not None:
        found["date"] = lambda text: wording.has_date(text, done)
    if credits is not None:
        found["credits"] = lambda text: wording.has_credits(text, credits)
    if _accredited(activity):
        found["accreditation"] = wording.has_accreditation
    return {item: found[item] for item in ITEMS if item in found}


def _accredited(activity: Activity) -> bool:
    return activity.category == 1 and activity.kind in ACCREDITED


def _state(
    name: str,
    activity: Activity,
    papers: Sequence[Paper],
    values: Mapping[str, str | None],
    *,
    all_read: bool,
    lacks: Sequence[Lack],
) -> str:
    """Tell how one item stands."""
    if any(lack.what == name for lack in lacks):
        return "missing"
    if any(name in paper.found for paper in papers):
        return "found"
    if name == "accreditation" and not _accredited(activity):
        return "not-asked"
    if not papers:
        if name in ("participant", "accreditation"):
            wanted = any(lack.what == "certificate" for lack in lacks)
            return "missing" if wanted else "not-asked"
        return "record" if values[name] else "not-asked"
    if name == "accreditation" and not (values[name] or "").strip():
        return "missing"
    if name in ("participant", "date", "credits"):
        if not values[name]:
            return "look" if name == "participant" else "not-asked"
        return "missing" if all_read else "look"
    return "look" if values[name] else "not-asked"


def _read(book: Book, item: Named, reader: Reader) -> Text:
    if item.seen.state not in READ:
        return Text("not-read")
    path = inside(book.folder, item.seen.item.file)
    return Text("not-read") if path is None else reader.read(path)


def _lack(name: str, value: str | None, papers: Sequence[Paper]) -> Lack:
    files = ", ".join(f"'{paper.named.seen.item.file}'" for paper in papers)
    if name == "accreditation":
        message = "no accreditation statement was found, and the record names no credit-type"
        return Lack(name, message, "copy the wording of the certificate into credit-type")
    words = {"participant": f"the name {value}", "date": f"the date {value}"}
    what = words.get(name, f"the number of credits, {value},")
    advice = "look at it: is it the right certificate, and is the record right?"
    return Lack(name, f"{what} is not in the text of {files}", advice)
