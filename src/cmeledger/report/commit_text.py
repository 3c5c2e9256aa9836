"""The message of a commit, written from what is different: a subject, the records, what it did."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from cmeledger.difference import TOP, Change, Record
from cmeledger.git.commit import Changed
from cmeledger.ledger.fresh import day_of
from cmeledger.report import diff_text
from cmeledger.report.outcome import Outcome
from cmeledger.report.terminal import Style, day, fit, plural, wrap
from cmeledger.visible import visible

WIDTH: Final = 72
"""How long a line may be: git and its hosts cut longer subjects."""
MOST: Final = 30
"""How many records are listed, and how many requirements."""
_STYLE: Final = Style(WIDTH, color=False, unicode=True)
_VERBS: Final = {
    "added": "add",
    "changed": "change",
    "removed": "remove",
    "archived": "archive",
    "restored": "restore",
    "unread": "change",
}
_TABLES: Final = {
    "physician": "the physician's details",
    "practice": "the practice",
    "license": "a license",
    "waiver": "a waiver",
    "requirement": "a requirement of one's own",
    TOP: "the top of the ledger",
}


def message(
    changes: Sequence[Change],
    certificates: Sequence[Changed],
    did: Sequence[Outcome],
    on: date,
    *,
    begun: int | None,
    otherwise: str,
) -> str:
    """Write the message for differences, certificates, and what they do as of a day.

    `begun`: the last commit has no ledger, and this is how many records there are now. `otherwise`
    is the subject where no record and no certificate differs. All that a user wrote is made safe,
    and what goes on in another line is indented: no title can pass for a line of the message.
    """
    first = subject(changes, certificates, begun, otherwise)
    parts = [[first], _records(changes) if begun is None else [], [*_certificates(certificates)]]
    if parts[2] == [first]:
        parts.pop()
    texts = diff_text.short_effects(did)
    if texts:
        lines = [line for text in texts[:MOST] for line in wrap(text, _STYLE, "  ", "→ ")]
        lines += _more(len(texts))
        parts.append([f"What that does, as of {day(on)}:", *lines])
    return "\n\n".join("\n".join(part) for part in parts if part)


def going(branch: str | None, files: Sequence[Changed]) -> Iterator[str]:
    """List the files that go into a commit."""
    where = f"on {visible(branch)}" if branch else "on no branch"
    yield f"To be committed {where}:"
    for item in files[:MOST]:
        yield f"  {item.how:<9}{visible(item.path)}"
    yield from (f"  {text}" for text in _more(len(files)))


def subject(
    changes: Sequence[Change],
    certificates: Sequence[Changed],
    begun: int | None,
    otherwise: str,
) -> str:
    """Say in one line what is different."""
    if begun is not None:
        return f"Begin the ledger: {plural(begun, 'record')}"
    if len(changes) == 1:
        return _one(changes[0])
    if changes:
        text = ", ".join(_counted(changes))
        return text[0].upper() + text[1:]
    if certificates:
        return next(_certificates(certificates))
    return cut(otherwise, WIDTH)


def _one(change: Change) -> str:
    record = change.new if change.new is not None else change.old
    assert record is not None  # one of the versions has it
    verb = _VERBS[change.how].capitalize()
    if change.table == "renewal" and change.how == "added":
        return cut(f"Attest the renewal of {_renewal(record)}", WIDTH)
    if change.table == "renewal":
        return cut(f"{verb} the attested renewal of {_renewal(record)}", WIDTH)
    if change.table != "activity":
        return cut(f"{verb} {_TABLES.get(change.table, change.table)}", WIDTH)
    found = day_of(record)
    end = f" ({found.isoformat()})" if found else ""
    title = record.get("title")
    start = f"{_doing(change) or verb} "
    name = title if isinstance(title, str) and title.strip() else "a record without a title"
    return start + cut(name.strip(), WIDTH - len(start) - len(end)) + end


def _doing(change: Change) -> str | None:
    """Name what physicians do to a record, where a change is just that."""
    values = {item.key: (item.old, item.new) for item in change.fields}
    if change.how != "changed":
        return None
    old, new = values.get("status", (None, None))
    if old in ("attended", "planned") and new in (None, "claimed"):
        return "Claim" if values.keys() <= {"status", "claim-by"} else None
    if values.keys() == {"evidence"}:
        old, new = values["evidence"]
        if isinstance(new, list) and len(new) > len(old if isinstance(old, list) else ()):
            return "Attach a certificate to"
    return None


def _counted(changes: Sequence[Change]) -> Iterator[str]:
    verbs = Counter(_VERBS[change.how] for change in changes if change.table == "activity")
    for number, (verb, count) in enumerate(verbs.items()):
        yield f"{verb} {count if number else plural(count, 'record')}"
    renewals = [item for item in changes if item.table == "renewal" and item.how == "added"]
    days = {_renewal(item.new) for item in renewals if item.new is not None}
    if len(days) == 1:
        yield f"attest the renewal of {fit(days.pop(), 10).rstrip()}"
    elif renewals:
        yield f"attest {plural(len(renewals), 'renewal')}"
    others = len(changes) - verbs.total() - len(renewals)
    if others:
        yield f"change {plural(others, 'other entry', 'other entries')}"


def _renewal(record: Record) -> str:
    return str(record.get("renewal-date", "no date"))


def _records(changes: Sequence[Change]) -> list[str]:
    return [*diff_text.lines(changes[:MOST], _STYLE), *_more(len(changes))]


def _more(count: int) -> list[str]:
    return [f"and {count - MOST} more"] if count > MOST else []


def _certificates(files: Sequence[Changed]) -> Iterator[str]:
    """Say how many certificates are different, in one line; nothing where none is."""
    counts = Counter(file.how for file in files)
    said = [
        f"{verb} {plural(counts[how], 'certificate')}"
        for how, verb in (("added", "add"), ("changed", "change"))
        if counts[how]
    ]
    if said:
        text = ", ".join(said)
        yield text[0].upper() + text[1:]


def cut(text: str, most: int) -> str:
    """Make a user's text safe, and cut it to so many characters, which take no more cells."""
    text = visible(text)
    if len(text) > most:
        text = text[: most - 3].rstrip() + "..."
    return fit(text, most).rstrip()
