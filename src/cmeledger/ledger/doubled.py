"""Activities that stand both in a ledger and in its archive: a move that was cut off."""

from typing import Any

from cmeledger.ledger.parse import Document


def doubled(document: Document, archive: Document) -> frozenset[int]:
    """Find the activities of the archive that stand in the ledger as well, key by key.

    A move between the two files that is cut off leaves them so: each is one record, not two.
    Returns their numbers in the archive.
    """
    there = _by_title(archive)
    if not there:
        return frozenset()
    own = _by_title(document)
    return frozenset(
        number
        for title, items in there.items()
        for number, item in items
        if any(_equal(item, other) for _, other in own.get(title, ()))
    )


def without_doubled(document: Document, archive: Document) -> Document:
    """Give what an archive reads as, without the activities that stand in the ledger as well."""
    both = doubled(document, archive)
    if not both:
        return archive
    rest = [item for n, item in enumerate(archive.tables["activity"]) if n not in both]
    return archive._replace(tables=archive.tables | {"activity": rest})


def _by_title(document: Document) -> dict[str, list[tuple[int, dict[str, Any]]]]:
    """Sort the activities that have a title by it, with their numbers."""
    activities = document.tables.get("activity")
    found: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for number, item in enumerate(activities if isinstance(activities, list) else ()):
        if isinstance(item, dict) and isinstance(title := item.get("title"), str):
            found.setdefault(title, []).append((number, item))
    return found


def _equal(one: dict[str, Any], other: dict[str, Any]) -> bool:
    try:
        return one == other
    except RecursionError:  # nested too deeply to be a record that counts
        return False
