"""The rules, and what changes in them, as JSON (docs/json.md)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from cmeledger.report.changes import Change
from cmeledger.report.documents import SCHEMA, Json, number
from cmeledger.report.rules_text import gives, limits
from cmeledger.rules.rulebook import Requirement, Rulebook, limits_of, topics_of


def rules(
    rulebook: Rulebook, shown: Sequence[Requirement], kinds: Sequence[str], renewal: date
) -> Json:
    """Say what is in force for a renewal date, with sources and readings."""
    tags = {tag for item in shown for tag in item.sources}
    tags |= {tag for kind in kinds for tag in rulebook.kinds[kind].sources}
    return {
        "schema": SCHEMA,
        "jurisdiction": rulebook.jurisdiction,
        "edition": rulebook.edition,
        "checked": rulebook.checked.isoformat(),
        "renewal": renewal.isoformat(),
        "requirements": [_rule(item, renewal) for item in shown],
        "kinds": [
            {
                "id": kind,
                "gives": gives(rulebook.kinds[kind]),
                "limits": limits(rulebook.kinds[kind]),
                "source": rulebook.kinds[kind].source,
                "reading": rulebook.kinds[kind].reading,
            }
            for kind in kinds
        ],
        "sources": {tag: text for tag, text in rulebook.sources.items() if tag in tags},
        "readings": list(rulebook.readings),
    }


def rules_diff(
    rulebook: Rulebook, one: date, other: date, found: Sequence[Change], tags: set[str]
) -> Json:
    """Say what changes between renewals on two days."""
    return {
        "schema": SCHEMA,
        "jurisdiction": rulebook.jurisdiction,
        "edition": rulebook.edition,
        "checked": rulebook.checked.isoformat(),
        "renewals": [one.isoformat(), other.isoformat()],
        "changes": [
            {
                "id": change.id,
                "change": change.kind,
                "old": change.old and _rule(change.old, one),
                "new": change.new and _rule(change.new, other),
                "details": [
                    {
                        "what": detail.what,
                        "of": detail.of,
                        "old": _plain(detail.old),
                        "new": _plain(detail.new),
                        "source": ", ".join(detail.sources) or None,
                    }
                    for detail in change.details
                ],
            }
            for change in found
        ],
        "sources": {tag: text for tag, text in rulebook.sources.items() if tag in tags},
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return number(value)
    return list(value) if isinstance(value, tuple) else value


def _rule(item: Requirement, renewal: date) -> Json:
    return {
        "id": item.id,
        "name": item.name,
        "asks": item.asks,
        "unit": item.unit,
        "asked": number(item.credits),
        "by_type": {name: number(amount) for name, amount in item.by_type.items()},
        "not_for": sorted(item.not_for),
        "practice": item.practice,
        "once": item.once,
        "category": item.category,
        "topics": list(topics_of(item, renewal)),
        "topic_limits": {
            name: number(rule.limit)
            for name, rule in topics_of(item, renewal).items()
            if rule.limit is not None
        },
        "kind_limits": {
            kind: number(rule.credits) for kind, rule in limits_of(item, renewal).items()
        },
        "from": item.start.isoformat() if item.start else None,
        "to": item.end.isoformat() if item.end else None,
        "source": item.source,
        "reading": item.reading,
    }
