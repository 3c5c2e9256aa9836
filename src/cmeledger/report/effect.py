"""What a change does to where a license stands: requirement by requirement, in a few words."""

from collections.abc import Iterator
from typing import NamedTuple

from cmeledger.report.terminal import amount
from cmeledger.rules.rulebook import Requirement
from cmeledger.rules.standing import Report, Standing
from cmeledger.visible import visible


def effects(before: Report, after: Report) -> list[str]:
    """Say what is different between two reports of one license and cycle, in the rules' order.

    "risk management 6 → 8 of 10", "opioid and pain: now met"; nothing where nothing is.
    """
    return [shift.text for shift in shifts(before, after)]


class Shift(NamedTuple):
    """A requirement that stands otherwise in one of two reports."""

    requirement: Requirement
    before: Standing | None
    """None: there is no such requirement yet."""
    after: Standing | None
    """None: there is none any more."""
    text: str


def shifts(before: Report, after: Report) -> Iterator[Shift]:
    """Find the requirements that stand otherwise, in the rules' order."""
    old = {item.requirement.id: item for item in before.standings}
    for item in after.standings:
        name, was = in_a_sentence(item.requirement), old.pop(item.requirement.id, None)
        if was is None:
            text = f"{name} asked now: {amount(item.counted)} of {amount(item.asked)}"
            yield Shift(item.requirement, None, item, f"{text}, {item.status}")
        elif said := list(_between(was, item)):
            yield Shift(item.requirement, was, item, f"{name} {', '.join(said)}")
    for was in old.values():
        text = f"{in_a_sentence(was.requirement)} not asked any more"
        yield Shift(was.requirement, was, None, text)


def in_a_sentence(requirement: Requirement) -> str:
    """Write the name of a requirement small; one of the physician's own as it is written."""
    return visible(requirement.name) if requirement.own else requirement.name.lower()


def _between(before: Standing, after: Standing) -> Iterator[str]:
    is_credits = after.requirement.unit == "credits"
    if is_credits and before.counted != after.counted:
        yield f"{amount(before.counted)} → {amount(after.counted)} of {amount(after.asked)}"
    if is_credits and before.asked != after.asked:
        yield f"{amount(before.asked)} → {amount(after.asked)} asked"
    if before.status != after.status:
        yield "not asked any more" if after.status == "not-applicable" else f"now {after.status}"
    for word in ("attended", "planned"):
        old, new = getattr(before, word), getattr(after, word)
        if old != new:
            yield f"{word} {amount(old)} → {amount(new)}, not counted"
