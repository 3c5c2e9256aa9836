"""A conflict for people: each field in which the versions of a record differ."""

from collections.abc import Iterator, Mapping
from typing import Any

from cmeledger.ledger import spell
from cmeledger.problems import Clash
from cmeledger.report.terminal import Style, fit
from cmeledger.visible import visible


def lines(clash: Clash, style: Style) -> Iterator[str]:
    """Lay out what the file has now beside what the change would make, key by key.

    A key that is the same in all versions is left out.
    """
    yield f"'{visible(clash.record)}' was changed in two places:"
    for whole, what in ((clash.theirs, "file now"), (clash.yours, "yours")):
        if whole is None:
            yield f"  {what:<8}  the record is taken out"
    names = dict.fromkeys(name for version in clash[1:] if version is not None for name in version)
    for name in names:
        versions = {
            "before": _spelled(clash.base, name),
            "file now": _spelled(clash.theirs, name),
            "yours": _spelled(clash.yours, name),
        }
        if clash.theirs is None:
            del versions["file now"]
        if clash.yours is None:
            del versions["yours"]
        if len(set(versions.values())) == 1:
            continue
        yield f"  {style.bold(visible(name))}"
        for what, text in versions.items():
            yield f"    {what:<8}  {fit(text, style.width - 14).rstrip()}"


def _spelled(version: Mapping[str, Any] | None, name: str) -> str:
    """Write a value as the ledger would; a key that is not there is a word."""
    if version is None or name not in version:
        return "(none)"
    try:
        return spell.value(version[name])
    except spell.EditRefused:  # what only the user writes, under a key of their own
        return str(version[name])
