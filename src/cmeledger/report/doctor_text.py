"""`doctor`: each fact with its verdict, and what to do; as lines and as JSON."""

from collections.abc import Iterator, Sequence

from cmeledger.doctor import Fact
from cmeledger.report.documents import SCHEMA, Json
from cmeledger.report.terminal import Style, wrap
from cmeledger.visible import visible

_MARKS = {"ok": ("✓", "+", "32"), "note": ("·", ".", "36"), "attention": ("!", "!", "33;1")}


def lines(name: str, facts: Sequence[Fact], style: Style) -> Iterator[str]:
    """Lay out the facts about a ledger, and the verdict at the end."""
    for fact in facts:
        symbol, plain, codes = _MARKS[fact.state]
        mark = style.paint(f"{symbol if style.unicode else plain} {fact.state:<9}", codes)
        first, *rest = wrap(visible(fact.text), style, indent=" " * 12, first=" " * 12)
        yield f"{mark} {first.lstrip()}"
        yield from rest
        if fact.help:
            yield from map(style.dim, wrap(f"→ {visible(fact.help)}", style, indent=" " * 12))
    count = sum(fact.state == "attention" for fact in facts)
    yield ""
    verdict = f"{count} to look at" if count else "nothing needs attention"
    yield f"{visible(name)}: {verdict}"


def document(facts: Sequence[Fact]) -> Json:
    """Make the JSON document of the facts."""
    return {"schema": SCHEMA, "facts": [fact._asdict() for fact in facts]}
