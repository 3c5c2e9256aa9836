"""Two versions of a ledger merged: record by record, else as texts, else side by side.

Nothing that could not be read again, and seen to have every record, is ever called clean.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from cmeledger.ledger.edit import MARK
from cmeledger.ledger.kept import is_whole, keeps_shared
from cmeledger.ledger.merge import CannotMerge, Done, Marks, merge
from cmeledger.ledger.parse import NotToml, parse


class Outcome(NamedTuple):
    """What became of two versions."""

    data: bytes
    is_clean: bool
    """There is nothing left to decide."""
    done: Done | None
    """What was merged record by record; None: it was not."""
    why: str = ""
    """Why it was not: follows "because"."""
    way: str = "records"
    """What it was instead: "text" (git's merge of lines), "unread" (the same, of a version that
    does not read), or "whole" (both versions, between markers)."""


def merged(
    base: bytes, ours: bytes, theirs: bytes, marks: Marks, env: Mapping[str, str]
) -> Outcome:
    """Merge theirs into ours, both grown from `base`."""
    if theirs in (base, ours):
        return Outcome(ours, is_clean=True, done=Done([], [], [], [], [], []))
    base = _without_conflicts(base)
    try:
        data, done = merge(base, ours, theirs, marks)
        return Outcome(data, not done.clashes, done)
    except CannotMerge as error:
        why = str(error)
    except Exception as error:  # noqa: BLE001 - git would take ours for the merge
        why = f"of a mistake in this program ({type(error).__name__}: {error})"
    return _as_text(base, ours, theirs, marks, env)._replace(why=why)


def _as_text(
    base: bytes, ours: bytes, theirs: bytes, marks: Marks, env: Mapping[str, str]
) -> Outcome:
    """Merge by lines, and believe the result only where it says what both sides said."""
    from cmeledger.git.text_merge import merge_texts

    found = merge_texts((base, ours, theirs), (marks.ours, marks.theirs), marks.size, env)
    if found is None:
        return _whole(ours, theirs, marks)
    mine, other = _tables(ours), _tables(theirs)
    if mine is None or other is None:
        return Outcome(found.data, is_clean=False, done=None, way="unread")
    if found.is_clean:
        result = _tables(found.data)
        is_right = result is not None and is_whole(_tables(base) or {}, mine, other, result)
    else:
        sides = (_tables(_resolved(found.data, marks.size, side)) for side in (0, 1))
        is_right = all(side is not None and keeps_shared(mine, other, side) for side in sides)
    if not is_right:
        return _whole(ours, theirs, marks)
    return Outcome(found.data, is_clean=found.is_clean, done=None, way="text")


def _without_conflicts(base: bytes) -> bytes:
    """Take out what a common version leaves open, which git puts together where histories cross.

    What was in conflict there is new on both sides: alike, or both stay.
    """
    marker = re.search(rb"^(<{7,}) ", base, re.MULTILINE)
    if marker is None or _tables(base) is not None:
        return base
    return _resolved(base, len(marker[1]), None)


def _resolved(data: bytes, size: int, side: int | None) -> bytes:
    """Take one side of every conflict of a text: 0, ours, 1, theirs, or None, neither."""
    kept, here = [], None
    for line in data.splitlines(keepends=True):
        if line.startswith(b"<" * size + b" "):
            here = 0
        elif here == 0 and line.rstrip() == b"=" * size:
            here = 1
        elif here == 1 and line.startswith(b">" * size + b" "):
            here = None
        elif here in (None, side):
            kept.append(line)
    return b"".join(kept)


def _tables(data: bytes) -> dict[str, Any] | None:
    try:
        return parse(data).tables
    except NotToml:
        return None


def _whole(ours: bytes, theirs: bytes, marks: Marks) -> Outcome:
    """Put both versions between markers."""
    eol = b"\r\n" if b"\r\n" in ours else b"\n"
    first, second = (text.removeprefix(MARK) for text in (ours, theirs))
    parts = [
        b"<" * marks.size + b" " + marks.ours.encode("utf-8", "surrogateescape") + eol,
        first if first.endswith(b"\n") or not first else first + eol,
        b"=" * marks.size + eol,
        second if second.endswith(b"\n") or not second else second + eol,
        b">" * marks.size + b" " + marks.theirs.encode("utf-8", "surrogateescape") + eol,
    ]
    head = MARK if ours.startswith(MARK) else b""
    return Outcome(head + b"".join(parts), is_clean=False, done=None, way="whole")
