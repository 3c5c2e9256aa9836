"""Whether a text that was merged by lines says what a merge by records would have made of it.

Lines merged without a conflict can still fuse two records, drop one or double one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cmeledger.ledger.fingerprint import fingerprint
from cmeledger.ledger.merge_keys import values
from cmeledger.ledger.pairs import pairs

Tables = Mapping[str, Any]


def is_whole(base: Tables, ours: Tables, theirs: Tables, merged: Tables) -> bool:
    """Tell whether a merged ledger has every record that its sides kept, once, and its values.

    What both sides changed to different values cannot be there without a conflict.
    """
    versions = (base, ours, theirs, merged)
    names = {name for tables in versions for name in tables}
    lists = {name for name in names if any(_is_records(tables.get(name)) for tables in versions)}
    for name in lists:
        found = [tables.get(name, []) for tables in versions]
        if not all(isinstance(records, list) for records in found):
            return False
        wanted = _wanted(name, *found[:3])
        if wanted is None or _said(wanted) != _said(found[3]):
            return False
    rest = [{name: item for name, item in t.items() if name not in lists} for t in versions]
    return _is_merged(*rest)


def keeps_shared(ours: Tables, theirs: Tables, settled: Tables) -> bool:
    """Tell whether a merge with its conflicts settled has what both sides have, and not twice."""
    mine, other, said = (
        sum((_said(value) for value in tables.values() if _is_records(value)), Counter())
        for tables in (ours, theirs, settled)
    )
    shared = mine & other
    return all(shared[it] <= said[it] <= max(mine[it], other[it]) for it in shared)


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, Mapping) for item in value)


def _said(records: Iterable[Any]) -> Counter[str]:
    """Count what records say, their ids as well."""
    return Counter(fingerprint({"record": [record, _id(record)]}) for record in records)


def _id(record: Any) -> Any:
    return record.get("id") if isinstance(record, Mapping) else None


def _wanted(
    name: str, base: Sequence[Any], ours: Sequence[Any], theirs: Sequence[Any]
) -> list[Any] | None:
    """Merge the records of one table; None: there is a conflict among them."""
    to_ours, to_theirs = pairs(name, base, ours), pairs(name, base, theirs)
    wanted = []
    for number, old in enumerate(base):
        one, two = to_ours.get(number), to_theirs.get(number)
        if one is None and two is None:
            continue
        if one is None or two is None:
            if old != (theirs[two] if two is not None else ours[one or 0]):
                return None  # changed by one side, removed by the other
            continue
        mine, _, clashing = values(old, ours[one], theirs[two])
        if clashing:
            return None
        wanted.append(mine)
    known_to_us, known_to_them = set(to_ours.values()), set(to_theirs.values())
    added = [record for number, record in enumerate(ours) if number not in known_to_us]
    wanted += added
    for number, record in enumerate(theirs):
        if number in known_to_them:
            continue
        if record in added:
            added.remove(record)
        else:
            wanted.append(record)
    ids = Counter(id for id in map(_id, wanted) if id is not None)
    return None if any(count > 1 for count in ids.values()) else wanted


def _is_merged(base: Tables, ours: Tables, theirs: Tables, merged: Tables) -> bool:
    """Tell whether single tables, and keys, say what either side changed."""
    for name in {*base, *ours, *theirs, *merged}:
        was, mine, other, said = (_keys(name, tables) for tables in (base, ours, theirs, merged))
        wanted, _, clashing = values(was, mine, other)
        if clashing or said != wanted:
            return False
    return True


def _keys(name: str, tables: Tables) -> Mapping[str, Any]:
    """Give the keys of a table, or a single key as one; nothing where there is neither."""
    found = tables.get(name, {})
    return found if isinstance(found, Mapping) else {name: found}
