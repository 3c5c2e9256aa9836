"""`recover`: what is not in the ledger as it was saved; as lines and as JSON."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from cmeledger.ledger.entries import Entry
from cmeledger.ledger.missing import Missing
from cmeledger.recovery import View
from cmeledger.report.documents import SCHEMA, Json
from cmeledger.report.terminal import Style, day, fit, wrap
from cmeledger.visible import visible

_HOW: Final = {
    "missing": "no longer in the file",
    "reverted": "in the file as before that save",
    "returned": "taken out, and in the file again",
}
_ROW: Final = {
    "missing": "✗ no longer there",
    "reverted": "↶ as before your save",
    "returned": "+ back though removed",
}


class Texts(NamedTuple):
    """Whole texts kept of a ledger, by their paths."""

    copies: Sequence[str]
    """What other programs saved in the same moment."""
    unsaved: Sequence[str]
    """What could not be saved."""
    drafts: Sequence[str]
    """Unfinished forms."""


def lines(
    name: str, found: Sequence[Missing], texts: Texts, again: str, style: Style
) -> Iterator[str]:
    """List what there is to recover, and the commands that do it; `again` names the ledger."""
    if not found and not any(texts):
        yield f"{visible(name)}: nothing to recover"
        return
    for item in found:
        at = _saved_at(item.entry)
        yield f"{style.bold(visible(item.id))}: {_HOW[item.how]}"
        what = f"saved {day(at.date())}, {at:%H:%M}: {visible(item.entry.what)}"
        yield from wrap(what, style, indent="    ", first="  ")
    for paths, what in (
        (texts.copies, "what another program saved in the same moment as this one"),
        (texts.unsaved, "a text that could not be saved"),
        (texts.drafts, "an unfinished form"),
    ):
        for path in paths:
            yield style.bold(visible(path))
            yield f"  {what}"
    yield ""
    if found:
        yield from _advice("see one", f"recover --view ID{again}", style)
        yield from _advice("put it back as it was saved", f"recover --restore ID{again}", style)
        yield from _advice("it is right as it is now", f"recover --accept ID{again}", style)
        yield "  --all instead of an ID: all of them"
    if any(texts):
        yield "  take over from these files what is missing, then remove them"


def row(found: Missing, width: int) -> str:
    """Tell in one line what befell a record, when it was saved last, and by what."""
    at = _saved_at(found.entry)
    when = f"{day(at.date())}, {at:%H:%M}"
    return fit(f"{_ROW[found.how]:<21}  {when:<19}  {found.id} · {found.entry.what}", width)


def view(shown: View, style: Style) -> Iterator[str]:
    """Show a record as it was saved, and as it is."""
    at = _saved_at(shown.found.entry)
    yield style.bold(f"as saved {day(at.date())}, {at:%H:%M}: {visible(shown.found.entry.what)}")
    yield from _text(shown.saved, "it was taken out")
    yield ""
    yield style.bold("as it is now")
    yield from _text(shown.now, "it is not in the file")


def document(file: str, found: Sequence[Missing], texts: Texts) -> Json:
    """Make the JSON document of what there is to recover."""
    return {
        "schema": SCHEMA,
        "file": file,
        "records": [_entry(item) for item in found],
        "copies": list(texts.copies),
        "unsaved": list(texts.unsaved),
        "drafts": list(texts.drafts),
    }


def view_document(shown: View) -> Json:
    """Make the JSON document of one record, as it was saved and as it is."""
    texts = {"saved_text": shown.saved or None, "now_text": shown.now or None}
    return {"schema": SCHEMA, **_entry(shown.found), **texts}


def _advice(what: str, command: str, style: Style) -> Iterator[str]:
    yield from wrap(f"{what}: cmeledger {command}", style, indent="    ", first="  ")


def _text(text: str, nothing: str) -> Iterator[str]:
    for line in text.splitlines():
        yield f"  {visible(line.replace(chr(9), '    '))}"
    if not text:
        yield f"  ({nothing})"


def _entry(found: Missing) -> Json:
    when = _saved_at(found.entry).isoformat(timespec="seconds")
    return {"id": found.id, "state": found.how, "saved": when, "what": found.entry.what}


def _saved_at(entry: Entry) -> datetime:
    """Give the time of a save where the user is."""
    return datetime.fromtimestamp(entry.time, UTC).astimezone()
