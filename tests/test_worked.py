"""Whole ledgers whose results were worked out by hand from the rules; see the comments in them.

An expected document is partial: what it names must be equal; a list is compared in full length
and order; {"contains": "…"} asks for a part of a text.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import DATA, run_here

WORKED = sorted((DATA / "worked").glob("*.toml"))


def differences(wanted: Any, got: Any, where: str = "") -> Iterator[str]:
    if isinstance(wanted, dict) and wanted.keys() == {"contains"}:
        if not isinstance(got, str) or wanted["contains"] not in got:
            yield f"{where}: {wanted['contains']!r} is not in {got!r}"
    elif isinstance(wanted, dict) and isinstance(got, dict):
        for key, value in wanted.items():
            if key in got:
                yield from differences(value, got[key], f"{where}.{key}")
            else:
                yield f"{where}.{key} is missing"
    elif isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        for number, (one, other) in enumerate(zip(wanted, got, strict=True)):
            yield from differences(one, other, f"{where}[{number}]")
    elif wanted != got or isinstance(wanted, bool) != isinstance(got, bool):
        yield f"{where}: wanted {wanted!r}, got {got!r}"


def test_there_are_thirty_of_them() -> None:
    assert len(WORKED) >= 30


@pytest.mark.parametrize("ledger", WORKED, ids=lambda path: path.stem)
def test_worked_ledger(ledger: Path) -> None:
    cases = json.loads(ledger.with_suffix(".expected.json").read_text("utf-8"))["cases"]
    assert cases
    for case in cases:
        result = run_here(*case["args"], str(ledger), "--json")
        name = " ".join(case["args"])
        assert result.code == case.get("exit", 0), (name, result.err)
        if "json" in case:
            assert list(differences(case["json"], result.json)) == [], name
