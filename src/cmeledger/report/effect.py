"""What a change does to where a license stands: requirement by requirement, in a few words."""

from collections.abc import Iterator

from cmeledger.report.terminal import amount
from cmeledger.rules.rulebook import Requirement
from cmeledger.rules.standing import Report, Standing
from cmeledger.visible import visible


def effects(before: Report, after: Report) -> list[str]:
    """Say what is different between two reports of one license and cycle, in the rules' order.

    "risk management 6 → 8 of 10", "opioid and pain: now met"; nothing where nothing is.
    """
    old = {item.requirement.id: item for item in before.standings}
    return [
        f"{in_a_sentence(item.requirement)} {', '.join(said)}"
        for item in after.standings
        if item.requirement.id in old and (said := list(_between(old[item.requirement.id], item)))
    ]


def in_a_sentence(requirement: Requirement) -> str:
    """Write the name of a requirement with a small letter; one of the physician's own as it is."""
    name = requirement.name
    return visible(name) if requirement.own else name[:1].lower() + name[1:]


def _between(before: Standing, after: Standing) -> Iterator[str]:
    is_credits = after.requirement.unit == "credits"
    if is_credits and before.counted != after.counted:
        yield f"{amount(before.counted)} → {amount(after.counted)} of {amount(after.asked)}"
    if before.status != after.status:
        yield f"now {after.status}"
    for word in ("attended", "planned"):
        old, new = getattr(before, word), getattr(after, word)
        if old != new:
            yield f"{word} {amount(old)} → {amount(new)}, not counted"
