"""Merges of generated ledgers: no record missing, none doubled, values right, comments kept."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmeledger.ledger.merge import Marks
from cmeledger.merging import merged
from merging import grown, trouble, wanted
from repositories import CLEAN, needs_git

MERGES = 1000
"""How many a block of the long run makes."""


def attempt(dice: random.Random) -> str:
    """Merge once; say how it ended."""
    history = grown(dice)
    versions = [side.data for side in history]
    found = merged(versions[0], versions[1], versions[2], Marks(), CLEAN)
    where = f"{found.why}\n" + "\n────\n".join(data.decode() for data in (*versions, found.data))
    if found.way in ("records", "whole") or found.is_clean:
        wrong = trouble(history, found.data) if found.way != "whole" else None
        assert wrong is None, f"{wrong}\n{where}"
    assert "mistake" not in found.why, where
    clashes = wanted(history, ours=True).clashes
    assert not (clashes and found.is_clean), where
    if found.way != "records":
        return f"{found.way}: {found.why[:60]}"
    if found.is_clean:
        return "clean"
    return "conflict" if clashes else "conflict of lines"


@needs_git
@given(st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_a_merge_loses_and_doubles_nothing(dice: random.Random) -> None:
    attempt(dice)


@needs_git
@pytest.mark.soak
@pytest.mark.parametrize("block", range(20))
def test_twenty_thousand_merges(block: int, capsys: pytest.CaptureFixture[str]) -> None:
    dice = random.Random(f"merges {block}")
    ends = Counter(attempt(dice) for _ in range(MERGES))
    with capsys.disabled():
        print(f"\n{dict(ends.most_common())}", end="")
