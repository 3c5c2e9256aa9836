"""What was merged of two versions of a ledger, in words, and what is left to decide."""

from collections.abc import Iterator
from shlex import quote
from typing import Final

from cmeledger.ledger.merge import Clash, Done
from cmeledger.merging import Outcome
from cmeledger.report.terminal import join, plural
from cmeledger.visible import visible

_NAMED: Final = 3
"""So many names are said; of more, only the number."""


def notes(outcome: Outcome) -> list[str]:
    """Say what was merged, one thing in each line."""
    if outcome.done is not None:
        return [*_merged(outcome.done), *map(_clash, outcome.done.clashes)]
    because = f"because {visible(outcome.why)}"
    if outcome.way == "whole":
        return [f"not merged, {because}: both versions stand in the file, between markers"]
    found = [f"merged line by line, as git does, {because}"]
    if outcome.way == "unread":
        return [*found, "the result could not be checked: look at it before you commit"]
    return [*found, "every record of both versions is there"] if outcome.is_clean else found


def advice(outcome: Outcome, file: str) -> str:
    """Say what to do about what is left to decide."""
    name = visible(file)
    then = f"cmeledger check {quote(name)}", f"git add {quote(name)}"
    if b"<<<<<<<" in outcome.data:
        one = ""
        clashes = outcome.done.clashes if outcome.done else ()
        if any(clash.why in ("removed", "removed-there") for clash in clashes):
            # Each file is merged by itself: nobody can tell here where a record went.
            one = " (one that was archived stands in the archive too: keep it in one of them)"
        return (
            f"open {name} in your editor, keep what is right between the lines <<<<<<< and "
            f">>>>>>>, and take these lines out{one}; then: {' && '.join(then)}"
        )
    return f"{then[0]} names what does not read; then: {then[1]}"


def document(outcome: Outcome, notes: list[str], *, written: bool) -> dict[str, object]:
    """Make the JSON document."""
    return {
        "schema": 1,
        "merged": outcome.way,
        "conflicts": [clash.name for clash in outcome.done.clashes] if outcome.done else [],
        "notes": notes,
        "written": written,
    }


def _merged(done: Done) -> Iterator[str]:
    parts = {"added": done.added, "changed": done.changed, "removed": done.removed}
    said = [f"{verb} {_names(names)}" for verb, names in parts.items() if names]
    if said:
        yield f"from the other side: {'; '.join(said)}"
    if done.both:
        what = _names(done.both)
        yield f"changed on both sides, in different keys or comments, and merged: {what}"
    for old, new in done.renamed:
        yield (f"both sides called a record {visible(old)}; the other side's is {visible(new)} now")
    if not (said or done.both or done.renamed or done.clashes):
        yield "nothing to merge from the other side"


def _names(names: list[str]) -> str:
    if len(names) > _NAMED:
        return plural(len(names), "record")
    return join([visible(name) for name in names])


def _clash(clash: Clash) -> str:
    name = visible(clash.name)
    if clash.why == "removed":
        return f"conflict: {name} was removed here and changed on the other side"
    if clash.why == "removed-there":
        return f"conflict: {name} was changed here and removed on the other side"
    keys = join([visible(key) for key in clash.keys]) or "its lines"
    verb = "added on both sides, and says different things"
    if clash.why == "changed" or clash.keys:
        verb = f"changed on both sides: {keys}"
    return f"conflict: {name} was {verb}"
