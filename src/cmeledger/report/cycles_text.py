"""Cycles side by side, each judged by the rules of its own day."""

from collections.abc import Iterator, Sequence
from typing import Final

from cmeledger.report.terminal import SYMBOLS, WORDS, Style, amount, fit
from cmeledger.rules.standing import Report, Standing

NAME_CELLS: Final = 29


def lines(columns: Sequence[tuple[str, Report | None]], style: Style) -> Iterator[str]:
    """Lay out some cycles of one license as columns, a line for each requirement.

    Takes pairs of a heading ("previous") and the report, None where the license has no such
    cycle. A requirement that was not in force for a renewal has a blank in its column.
    """
    cells = min(30, max(12, (style.width - NAME_CELLS) // len(columns)))

    def row(name: str, texts: Sequence[tuple[str, str]]) -> str:
        shown = (style.paint(fit(text, cells), codes) for text, codes in texts)
        return fit(name, NAME_CELLS - 1) + " " + "".join(shown)

    reports = [report for _, report in columns]
    yield row("", [(head, "1") for head, _ in columns])
    yield row("from", [(r.cycle.start.isoformat() if r else "-", "") for r in reports])
    yield row("renewal", [(r.cycle.end.isoformat() if r else "-", "") for r in reports])
    yield row("on record", [_status(r.status, style) if r else ("-", "") for r in reports])
    yield ""
    by_id = [{s.requirement.id: s for s in r.standings} if r else {} for r in reports]
    names = {id: found[id].requirement.name for found in by_id for id in found}
    order = [id for found in reversed(by_id) for id in found]
    for id in dict.fromkeys(order):
        yield row(names[id], [_cell(found.get(id), style) for found in by_id])


def _cell(standing: Standing | None, style: Style) -> tuple[str, str]:
    if standing is None:
        return "", ""
    symbol, codes = _status(standing.status, style)
    if standing.status in ("not-applicable", "exempt", "waived"):
        return symbol, codes
    if standing.requirement.unit == "completion":
        return f"{symbol[0]} {'done' if standing.counted else 'not done'}", codes
    if standing.status == "met" and standing.counted < standing.asked:  # by another proof
        return symbol, codes
    return f"{symbol[0]} {amount(standing.counted)} / {amount(standing.asked)}", codes


def _status(status: str, style: Style) -> tuple[str, str]:
    symbol, plain, codes = SYMBOLS[status]
    return f"{symbol if style.unicode else plain} {WORDS.get(status, status)}", codes
