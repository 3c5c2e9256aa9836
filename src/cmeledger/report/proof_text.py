"""`check --proof` for people: a checklist for each record, those that need somebody last."""

from collections.abc import Iterator, Sequence
from typing import Final

from cmeledger.proof import Proof
from cmeledger.report.terminal import Style, day, plural, wrap
from cmeledger.visible import visible

ORDER: Final = ("no-file", "found", "look", "missing")
LOOKS: Final = {
    "no-file": ("not-applicable", "no file"),
    "found": ("met", "found"),
    "look": ("warning", "look"),
    "missing": ("error", "missing"),
}
MARKS: Final = {
    "found": ("✓", "+", "in the text of a certificate"),
    "look": ("?", "?", "look yourself"),
    "record": ("-", "-", "in the record only"),
    "missing": ("✗", "x", "missing"),
    "not-asked": ("·", ".", "not asked"),
}
UNREAD: Final = {
    "part": "only its first pages were read: look at the others yourself",
    "no-text": "no text, a scan perhaps: not readable by this program: look yourself",
    "no-pdf": "no PDF, an image perhaps: not readable by this program: look yourself",
    "encrypted": "encrypted: not readable by this program: look yourself",
    "damaged": "damaged, or no PDF that this program can read: look yourself",
    "too-large": "too large to be read by this program: look yourself",
    "too-slow": "reading it took too long: look yourself",
    "unreadable": "it could not be read: look yourself",
}
MARGIN: Final = "    "


def lines(found: Sequence[Proof], style: Style, again: str) -> Iterator[str]:
    """Lay out the checklists; `again` is what a suggested command needs to speak of the ledger."""
    for proof in sorted(found, key=lambda item: ORDER.index(item.state)):
        yield from _record(proof, style)
    if found:
        yield ""
        marks = "  ".join(f"{_mark(state, style)} {words}" for state, (*_, words) in MARKS.items())
        yield from wrap(marks, style)
    missing = sum(proof.state == "missing" for proof in found)
    look = sum(proof.state == "look" for proof in found)
    summary = f"{plural(len(found), 'record')}: {missing} with something missing"
    yield style.bold(f"{summary}, {look} to look at yourself")
    if missing:
        text = f"To change a record: cmeledger edit ID{again}; to add a file: "
        yield from wrap(f"{text}cmeledger attach ID FILE{again}", style, "  ")


def _record(proof: Proof, style: Style) -> Iterator[str]:
    activity = proof.activity
    title = f"{visible(activity.title)}, {day(activity.day)}"
    yield f"{style.status(*LOOKS[proof.state])}{visible(activity.id)}"
    yield from wrap(title, style, MARGIN)
    yield MARGIN + "  ".join(f"{item.name} {_mark(item.state, style)}" for item in proof.items)
    if activity.needs_no_evidence and not proof.papers:
        yield from wrap(f"no-evidence: {visible(activity.no_evidence or '')}", style, MARGIN)
    for paper in proof.papers:
        said = [] if paper.read == "text" else [UNREAD.get(paper.read, "not read")]
        if paper.named.same_as is not None:
            said.append(f"the same bytes as {visible(paper.named.same_as)}")
        text = f"{visible(paper.named.seen.item.file)}{': ' if said else ''}{'; '.join(said)}"
        yield from wrap(text, style, MARGIN)
    for lack in proof.lacks:
        text = f"{visible(lack.message)}; {visible(lack.help)}"
        yield from wrap(text, style, MARGIN + "  ", f"{MARGIN}{_mark('missing', style)} ")


def _mark(state: str, style: Style) -> str:
    mark, plain, _ = MARKS[state]
    return mark if style.unicode else plain
