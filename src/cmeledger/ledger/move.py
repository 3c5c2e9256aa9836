"""Put an activity where its date belongs: its lines and the comments above them as they are."""

from cmeledger.ledger import edit, fresh, spell
from cmeledger.ledger.blocks import Layout
from cmeledger.ledger.edit import Edited
from cmeledger.ledger.parse import Document, NotToml, parse
from cmeledger.ledger.spell import BY_HAND, EditRefused
from cmeledger.model import Path


def move(data: bytes, path: Path, document: Document | None = None) -> Edited:
    """Move an activity to where `edit.add` would put one of its day.

    It is taken out and a record of that day is added, which the activity's own lines then replace:
    where it goes, and how many blank lines stand around, is `edit`'s to say. One that stands there
    already, or among records of its own day, stays. `document` is what the bytes read as, where
    that is known. Raises EditRefused.
    """
    stays = edit.change(data, path, {}, document)  # refuses what does not read, or is not there
    text, document = data.decode("utf-8-sig"), stays.document
    records, number = document.tables["activity"], int(path[1])
    own, rest = records[number], [*records[:number], *records[number + 1 :]]
    day = fresh.day_of(own)
    if day is None:
        raise EditRefused("the record has no date to go by", "give it one, then move it")
    index = fresh.index(rest, own)
    passed = rest[min(number, index) : max(number, index)]
    if all(fresh.day_of(other) == day for other in passed):
        return stays
    layout = Layout(text)
    if layout.places.found[path].key is None:
        raise EditRefused("the records are written as one list, activity = [ … ]", BY_HAND)
    sections = layout.sections_of(path)
    lead, end = layout.lead(sections[0]), layout.end(sections[-1])
    without = edit.remove(data, path, document)  # refuses tables that stand apart
    added = edit.add(without.data, "activity", {"date": day}, without.document)
    lines = added.data.decode("utf-8-sig").split("\n")
    first, last = added.line - 1, added.line  # the header, and the date
    ending = "\r" if lines[last].endswith("\r") else ""
    below = lines[last + 1 :]
    blank = []
    if end > layout.line_end(sections[-1].own_end) and below and below[0].strip():
        blank = [ending]  # directly above a header, its last comment would become that record's
    new = "\n".join([*lines[:first], text[lead:end] + ending, *blank, *below])
    return _judged(new, data, (*rest[:index], own, *rest[index:]), index, document)


def _judged(
    text: str, old: bytes, meant: tuple[object, ...], index: int, document: Document
) -> Edited:
    """Read the result: the same records in another order, and nothing else."""
    new = (edit.MARK if old.startswith(edit.MARK) else b"") + text.encode()
    advice = "nothing was changed; move it in your editor"
    try:
        read = parse(new)
    except NotToml as error:
        raise EditRefused(f"the ledger would not read: {error}", advice) from error
    same_lines = sorted(filter(bytes.strip, new.splitlines())) == sorted(
        filter(bytes.strip, old.splitlines())
    )
    wanted = document.tables | {"activity": list(meant)}
    if not same_lines or not spell.same(read.tables, wanted):
        raise EditRefused("the ledger would not say just what was meant", advice)
    path: Path = ("activity", index)
    layout = Layout(text)
    return Edited(new, path, layout.line_number(layout.sections_of(path)[0].start), read)
