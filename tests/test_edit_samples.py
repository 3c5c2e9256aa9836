"""Each pair in data/edits: a ledger before and after, as a careful person would have typed it."""

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cmeledger.ledger.edit import Edited, EditRefused, Value, add, change, remove, repeated
from cmeledger.ledger.move import move
from cmeledger.problems import Exit

FOLDER = Path(__file__).parent / "data" / "edits"


def value(given: Any) -> Any:
    """Read a value of an operation: dates and credits are texts there."""
    if isinstance(given, dict):
        return {name: value(item) for name, item in given.items()}
    if isinstance(given, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", given):
        return date.fromisoformat(given)
    if isinstance(given, str) and re.fullmatch(r"\d+(\.\d+)?", given):
        return Decimal(given)
    return given


def run(data: bytes, asked: dict[str, Any]) -> Edited:
    if asked["do"] == "add":
        return add(data, asked["table"], value(asked["values"]))
    path = tuple(asked["path"])
    match asked["do"]:
        case "remove":
            return remove(data, path)
        case "move":
            return move(data, path)
    return change(data, path, value(asked["changes"]))


@pytest.mark.parametrize("name", sorted(file.stem for file in FOLDER.glob("*.json")))
def test_pair(name: str) -> None:
    before, after = ((FOLDER / f"{name}.{when}.toml").read_bytes() for when in ("before", "after"))
    asked = json.loads((FOLDER / f"{name}.json").read_text())
    edited = run(before, asked)
    assert edited.data.decode() == after.decode()
    if asked["do"] == "add":
        assert remove(edited.data, edited.path).data == before


def test_refusals_have_advice() -> None:
    for data in (b"a = ", b"format = 1\n"):
        with pytest.raises(EditRefused) as caught:
            change(data, ("activity", 0), {"title": "x"})
        assert "\n" in str(caught.value)
        assert caught.value.exit is Exit.NOT_WRITTEN


def test_a_copy_leaves_out_what_is_about_one_occasion() -> None:
    record: dict[str, Value] = {
        "id": "a",
        "date": date(2025, 1, 1),
        "title": "T",
        "evidence": ["e"],
        "x-a": 1,
    }
    new = repeated(record, {"date": date(2025, 1, 8)})
    assert new == {"title": "T", "x-a": 1, "date": date(2025, 1, 8)}
