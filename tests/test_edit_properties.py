"""Edits of generated ledgers: the intended ledger, every other byte the same, few refusals.

What a ledger should say afterwards is worked out from the standard library's reading of the text
before: nothing of the program's own reading is believed, and nothing that only TOML 1.1 has is
ever written.
"""

import contextlib
import random
import re
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spelling
from cmeledger.ledger.edit import Edited, EditRefused, add, change, remove
from cmeledger.ledger.fmt import formatted
from cmeledger.ledger.history import History
from cmeledger.ledger.save import save
from cmeledger.ledger.undo import redo, undo
from conftest import run_here
from typed import (
    CHANGED,
    RECORDS,
    VALUES,
    Typed,
    completed,
    document,
    place_of,
    read,
    same,
    some,
    toml,
    typed,
    values_for,
)

DICE = st.randoms(use_true_random=False)
"""Dice whose every throw hypothesis draws, and makes smaller."""
EDITS = 1000
"""How many a block of the long run makes."""


def adds(dice: random.Random, data: bytes, _: Typed | None = None) -> Edited:
    """Add a record: nothing of the old bytes goes, and taking it out again gives them back."""
    table = dice.choice(["activity", "activity", *RECORDS])
    values = values_for(dice, table)
    if table == "activity":
        values["date"] = dice.choice(VALUES["date"])
    before, new = read(data), toml(values)
    edited = add(data, table, values)
    records = before.get(table, [])
    index = place_of(records, new) if table == "activity" else len(records)
    assert edited.path == (table, index)
    meant = before | {table: [*records[:index], new, *records[index:]]}
    assert same(read(edited.data), meant)
    assert is_cut_from(data, edited.data)
    assert remove(edited.data, edited.path).data == data
    return edited


def changes(dice: random.Random, data: bytes, ledger: Typed | None = None) -> Edited:
    """Change some keys of a table: every byte outside its own lines stays."""
    before = read(data)
    name = dice.choice([name for name in CHANGED if before.get(name)])
    index = dice.randrange(len(before[name])) if isinstance(before[name], list) else -1
    old = before[name] if index < 0 else before[name][index]
    given = {key: None if some(dice, 4) else value for key, value in values_for(dice, name).items()}
    if some(dice, 4):
        given[dice.choice(sorted(old))] = None
    edited = change(data, (name,) if index < 0 else (name, index), given)
    new = {key: value for key, value in (old | toml(given)).items() if value is not None}
    meant = before | {name: new}
    if index >= 0:
        meant[name] = [*before[name][:index], new, *before[name][index + 1 :]]
    assert same(read(edited.data), meant)
    if ledger:
        first, last = ledger.around((name, index))
        assert edited.data.startswith(first)
        assert edited.data.endswith(last)
    return edited


def removes(dice: random.Random, data: bytes, ledger: Typed | None = None) -> Edited:
    """Take a record out: its own lines go, and blank ones beside it."""
    before = read(data)
    name = dice.choice([name for name in RECORDS if before.get(name)])
    index = dice.randrange(len(before[name]))
    edited = remove(data, (name, index))
    after, rest = read(edited.data), [*before[name][:index], *before[name][index + 1 :]]
    assert same(after | {name: after.get(name, [])}, before | {name: rest})
    if ledger:
        first, last = (part.strip(b" \t\r\n") for part in ledger.around((name, index)))
        assert edited.data.lstrip(b" \t\r\n").startswith(first)
        assert edited.data.rstrip(b" \t\r\n").endswith(last)
        assert is_cut_from(edited.data, data)
        middle = edited.data.strip(b" \t\r\n")[len(first) :].removesuffix(last)
        assert not middle.strip(b" \t\r\n")
    return edited


def is_cut_from(short: bytes, long: bytes) -> bool:
    """Tell whether one text is the other without one stretch of it."""
    start = 0
    while start < len(short) and short[start] == long[start]:
        start += 1
    return long.endswith(short[start:])


OPERATIONS: list[Callable[[random.Random, bytes, Typed | None], Edited]] = [adds, changes, removes]


def oddly(dice: random.Random) -> bytes:
    """Spell a ledger in every way TOML has: inline tables, dotted keys, escaped keys."""
    return spelling.spell(dice, document(dice)).encode()


@given(DICE)
@settings(max_examples=80)
def test_an_edit_does_what_was_meant_and_nothing_else(dice: random.Random) -> None:
    ledger = typed(dice, document(dice))
    with contextlib.suppress(EditRefused):
        dice.choice(OPERATIONS)(dice, ledger.data, ledger)


@given(DICE)
@settings(max_examples=50)
def test_an_edit_of_any_spelling_says_what_was_meant(dice: random.Random) -> None:
    with contextlib.suppress(EditRefused):
        dice.choice(OPERATIONS)(dice, oddly(dice), None)


@given(DICE)
@settings(max_examples=10)
def test_undo_gives_the_bytes_back(dice: random.Random) -> None:
    ledger = typed(dice, document(dice))
    try:
        after = dice.choice(OPERATIONS)(dice, ledger.data, ledger).data
    except EditRefused:
        return
    with tempfile.TemporaryDirectory() as folder:
        file, history = Path(folder, "cme.toml"), History(f"{folder}/history")
        file.write_bytes(ledger.data)
        save(str(file), ledger.data, lambda _: after, "edit", history)
        assert file.read_bytes() == after
        if after != ledger.data:
            undo(str(file), history)
            assert file.read_bytes() == ledger.data
            redo(str(file), history)
        assert file.read_bytes() == after


def answers(folder: str, data: bytes) -> list[Any]:
    """Ask what the ledger counts and lists."""
    file = Path(folder, "cme.toml")
    file.write_bytes(data)
    asked = (("status",), ("list",), ("keep",), ("status", "--cycle", "2026"))
    found = [run_here(*words, "--json", "--as-of", "2026-03-01", str(file)) for words in asked]
    return [(done.code, done.json) for done in found]


def comments(data: bytes) -> Counter[bytes]:
    """Count the numbered comments."""
    return Counter(re.findall(rb"# c\d+\.", data))


@given(DICE)
@settings(max_examples=15)
def test_formatting_keeps_every_value_comment_and_answer(dice: random.Random) -> None:
    data = typed(dice, document(dice)).data
    once = formatted(data)
    assert formatted(once) == once
    assert comments(once) == comments(data)
    before, after = read(data), read(once)
    ordered = sorted(before.get("activity", []), key=completed)
    filled = [
        {"id": new["id"]} | old for old, new in zip(ordered, after.get("activity", []), strict=True)
    ]
    assert same(after.get("activity", []), filled)
    assert same(after | {"activity": []}, before | {"activity": []})
    with tempfile.TemporaryDirectory() as folder:
        assert answers(folder, once) == answers(folder, data)


@given(DICE)
@settings(max_examples=12)
def test_a_large_ledger_is_edited_like_a_small_one(dice: random.Random) -> None:
    ledger = typed(dice, document(dice))
    state = dice.getstate()
    found: list[Any] = []
    for small in (0, 1 << 30):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("cmeledger.ledger.edit.SMALL", small)
            try:
                edited = dice.choice(OPERATIONS)(dice, ledger.data, ledger).data
                # Where a new record's equals signs stand is told from its neighbors alone.
                found.append(re.sub(rb" +=", b" =", edited))
            except EditRefused as error:
                found.append(str(error))
        dice.setstate(state)
    assert found[0] == found[1]


@pytest.mark.soak
@pytest.mark.parametrize("block", range(100))
def test_a_hundred_thousand_edits(block: int, capsys: pytest.CaptureFixture[str]) -> None:
    dice = random.Random(f"edits {block}")
    ends: Counter[str] = Counter()
    while ends.total() < EDITS:
        odd = some(dice, 4)
        ledger = None if odd else typed(dice, document(dice))
        data = ledger.data if ledger else oddly(dice)
        try:
            dice.choice(OPERATIONS)(dice, data, ledger)
            ends["done"] += 1
        except EditRefused as error:
            ends["refused"] += 1
            ends[str(error).splitlines()[0][:60]] += 0
        except Exception as error:
            raise AssertionError(f"wrong after {ends}:\n{data!r}") from error
    with capsys.disabled():
        print(f"\n{ends['done']} done, {ends['refused']} refused, 0 wrong", end="")
    assert ends["refused"] < 0.02 * EDITS
