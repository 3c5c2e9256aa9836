"""The history of a ledger for people: one entry for each commit."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from cmeledger.difference import Change
from cmeledger.past import Entry
from cmeledger.report.diff_text import NOTHING_READ, SAME, counts, row, short_effects
from cmeledger.report.outcome import Outcome, what_it_did
from cmeledger.report.terminal import Style, fit, wrap
from cmeledger.visible import visible

_FIRST: Final = date(1900, 1, 1)
_LAST: Final = date(2199, 12, 31)
"""The days that dates of the format lie between: a commit may claim any."""
MOST: Final = 5
"""How many differences of one commit are shown, and how many of what they did."""


def lines(
    entry: Entry,
    changes: Sequence[Change],
    did: Sequence[Outcome] | None,
    style: Style,
    *,
    whole: bool = True,
) -> Iterator[str]:
    """Show one commit: when, which, whose, why; what it changed, and what that did then.

    `whole`: the changes are all of them, not those of one record.
    """
    version = entry.version
    head = f"{version.when.date().isoformat()}  {version.commit[:10]}  "
    yield style.bold(head + fit(version.author, style.width - len(head)).rstrip())
    yield "    " + fit(version.subject or "(no subject)", style.width - 4).rstrip()
    cells = style.width - 4
    if entry.after.fault is not None:
        text = f"could not be read then: {entry.after.fault}"
        yield from wrap(visible(text), style, indent="      ", first="    ! ")
    if whole and not entry.after.exists:
        yield "    - the ledger was taken out"
    elif entry.cut:
        yield f"    the first version in this clone{_records(entry)}"
    elif whole and not entry.before.exists and not entry.merges:
        yield f"    + the ledger begins{_records(entry)}"
    else:
        for change in changes[:MOST]:
            yield "    " + row(change, style, cells)
        if len(changes) > MOST:
            yield style.plain(f"    … and {len(changes) - MOST} more")
        if not changes and entry.after.readable:
            yield f"    {_nothing(entry)}"
    texts = short_effects(did or ())
    for text in texts[:MOST]:
        yield "      " + fit(style.plain(f"→ {text}"), style.width - 6).rstrip()
    if len(texts) > MOST:
        yield style.plain(f"      … and {len(texts) - MOST} more")
    yield ""


def did(entry: Entry) -> list[Outcome] | None:
    """Say what a commit did, as of its own day; None: it joins versions, or nobody can tell."""
    if entry.merges or not entry.before.exists:
        return None
    day = min(max(entry.version.when.date(), _FIRST), _LAST)
    return what_it_did(entry.before, entry.after, entry.changes, day)


def _records(entry: Entry) -> str:
    return f": {counts(entry.after)}" if entry.after.readable else ""


def _nothing(entry: Entry) -> str:
    if entry.merges:
        return "joins versions, and changes nothing else"
    if entry.version.before != entry.version.path:
        return visible(f"renamed from {entry.version.before}")
    if entry.after.fault or entry.before.fault:
        return NOTHING_READ
    return SAME if entry.only_spelling else "nothing differs"
