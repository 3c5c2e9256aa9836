"""The splices for records written as an inline array: `activity = [{ … }, { … }]`."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from cmeledger.ledger import spell
from cmeledger.ledger.blocks import Layout
from cmeledger.ledger.spell import BY_HAND, EditRefused
from cmeledger.ledger.splice import Splice, order
from cmeledger.model import Path


def insert(layout: Layout, table: str, index: int, values: Mapping[str, Any]) -> list[Splice]:
    """Put a record into the array, before the element that has this index now."""
    found, text = layout.places.found, layout.text
    new = spell.value(dict(values))
    array = found[table,].value
    assert array is not None
    if (table, 0) not in found:
        if "\n" not in text[slice(*array)]:
            return [Splice(array[0] + 1, array[0] + 1, new)]
        after = layout.line_end(array[0])
        return [Splice(after, after, f"{layout.eol(after)}  {new},")]
    if index == 0:
        start, _ = _element(layout, table, 0)
        line = layout.line_start(start)
        if text[line:start].strip(" \t"):
            return [Splice(start, start, f"{new}, ")]
        return [Splice(start, start, f"{new},{layout.eol(start)}{text[line:start]}")]
    start, end = _element(layout, table, index - 1)
    line, after = layout.line_start(start), layout.line_end(end)
    if text[line:start].strip(" \t") or text[end:after].lstrip(" \t,").startswith(("]", "{")):
        return [Splice(end, end, f", {new}")]
    comma = text[end:after].lstrip(" \t").startswith(",")
    new = f"{layout.eol(end)}{text[line:start]}{new}"
    if comma:
        return [Splice(after, after, f"{new},")]
    return [Splice(end, end, ","), Splice(after, after, new)]


def remove(layout: Layout, path: Path) -> list[Splice]:
    """Take a record out of the array."""
    text, found = layout.text, layout.places.found
    table, index = str(path[0]), int(path[1])
    start, end = _element(layout, table, index)
    line, after = layout.line_start(start), layout.line_end(end)
    is_last = (table, index + 1) not in found
    rest = text[end:after].lstrip(" \t")
    own_line = not text[line:start].strip(" \t") and rest.lstrip(", \t")[:1] in ("", "#")
    previous = _element(layout, table, index - 1)[1] if index else None
    if own_line:
        splices = [Splice(line, layout.next_line(end), "")]
        if is_last and not rest.startswith(",") and previous is not None:
            comma = text.index(",", previous)
            if not text[previous:comma].strip():
                splices.append(Splice(comma, comma + 1, ""))
        return splices
    if not is_last:
        following = _element(layout, table, index + 1)[0]
        _refuse_comment(text[end:following])
        return [Splice(start, following, "")]
    if previous is not None:
        _refuse_comment(text[previous:start])
        return [Splice(previous, end, "")]
    _refuse_comment(text[end : text.index("]", end)])
    return [Splice(start, text.index("]", end), "")]


def change(
    layout: Layout, path: Path, old: Mapping[str, Any], new: Mapping[str, Any]
) -> list[Splice]:
    """Write an inline table anew: what stays keeps its text."""
    text, found = layout.text, layout.places.found
    start, end = _element(layout, str(path[0]), int(path[1]))
    pieces: list[tuple[str, str]] = []
    spans: list[tuple[int, int]] = []
    for name in old:
        place = found[*path, name]
        if place.key is None or place.value is None or place.value[0] <= place.key[0]:
            raise EditRefused("the record stands in braces, with keys like topics.ehr", BY_HAND)
        spans.append((place.key[0], place.value[1]))
        if name not in new:
            continue
        written = text[slice(*place.value)]
        if not spell.same(old[name], spell.normal(new[name])):
            written = _respelled(written, new[name], layout.eol(start))
        pieces.append((name, text[place.key[0] : place.value[0]] + written))
    gaps = [text[one[1] : other[0]] for one, other in pairwise(spans)]
    opening = text[start + 1 : spans[0][0]] if spans else " "
    closing = text[spans[-1][1] : end - 1] if spans else " "
    if any(set(gap) - set(", \t") for gap in [*gaps, opening, closing]):
        raise EditRefused("the record stands in braces, over several lines", BY_HAND)
    table = str(path[0])
    for name in sorted(new.keys() - old.keys(), key=lambda item: (order(table, item), item)):
        here = order(table, name)
        ranks = [(order(table, other), at) for at, (other, _) in enumerate(pieces)]
        before = [pair for pair in ranks if pair[0] <= here]
        at = max(before)[1] + 1 if before else 0
        pieces.insert(at, (name, f"{spell.key(name)} = {spell.inner(new[name])}"))
    comma = gaps[0] if gaps else ", "
    inside = comma.join(piece for _, piece in pieces)
    return [Splice(start, end, f"{{{opening}{inside}{closing}}}" if pieces else "{}")]


def _respelled(old: str, given: Any, eol: str) -> str:
    """Spell a value in the manner of the old one: on one line, unless that one had several."""
    if isinstance(given, str) and not old.startswith(('"""', "'''")):
        return spell.inner(given, literal=old.startswith("'"))
    return spell.like(old, given, eol=eol)


def _element(layout: Layout, table: str, index: int) -> tuple[int, int]:
    value = layout.places.found[table, index].value
    assert value is not None
    return value


def _refuse_comment(between: str) -> None:
    if "#" in between:
        raise EditRefused("a comment between the records would be lost", BY_HAND)
