"""How git will merge a ledger: by records, by lines, or in a way that breaks it.

Outside a repository this costs a few looks at the disk: git is not started, and not even loaded.
"""

import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from cmeledger.problems import Problem

_SET_UP = "have git merge it record by record: cmeledger git setup"


class Merging(NamedTuple):
    """How git merges a ledger and its archive."""

    names: tuple[str, ...]
    """The files that `way` is of."""
    way: str
    """ "records", "no-driver" (asked for by an attribute, and not known to this clone), "union", or
    "lines" (nothing is set up)."""


def merging(file: str, archive: str, env: Mapping[str, str]) -> list[Merging]:
    """Ask how git merges a ledger and its archive; nothing where git cannot say.

    Takes their paths; `archive` need not be there.
    """
    folder, name = os.path.split(os.path.realpath(file))
    if not _in_repository(folder):
        return []
    from cmeledger.git.call import GitError, caller

    git = caller(folder, env)
    if git is None:
        return []
    beside = os.path.basename(archive)
    names = [name, *([beside] if os.path.lexists(os.path.join(folder, beside)) else [])]
    try:
        asked = git.maybe("check-attr", "-z", "merge", "--", *names)
        if asked is None:
            return []
        values = asked.split(b"\0")[2::3]
        has_driver = b"cmeledger" not in values or git.maybe(
            "config", "--get", "merge.cmeledger.driver"
        )
    except GitError:
        return []
    ways = {b"cmeledger": "records" if has_driver else "no-driver", b"union": "union"}
    found: dict[str, list[str]] = {}
    for name, value in zip(names, values, strict=False):
        found.setdefault(ways.get(value, "lines"), []).append(name)
    return [Merging(tuple(of), way) for way, of in found.items()]


def look(file: str, archive: str, env: Mapping[str, str]) -> Iterator[Problem]:
    """Warn where a merge would not do what the ledger's attributes ask, or would break it."""
    for item in merging(file, archive, env):
        text = explanation(item)
        if text is not None:
            code = "git-no-driver" if item.way == "no-driver" else "git-merge-union"
            yield Problem(code, text, _SET_UP, at="table", severity="warning")


def explanation(item: Merging) -> str | None:
    """Say what is wrong with the way of merging; None where nothing is."""
    names = " and ".join(item.names)
    if item.way == "no-driver":
        return f"git is to merge {names} by cmeledger, and this clone does not know how"
    if item.way == "union":
        return f"git puts the lines of both sides into {names} (merge=union): that breaks records"
    return None


def _in_repository(folder: str) -> bool:
    while not os.path.lexists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return False
        folder = above
    return True
