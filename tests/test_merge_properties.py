"""Merges of generated ledgers: no record missing, none doubled, values right, comments kept."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmeledger.ledger.merge import CannotMerge, Marks
from cmeledger.ledger.merge_pieces import cut
from cmeledger.ledger.parse import parse
from cmeledger.merging import Outcome, merged
from merging import History, grown, trouble, wanted
from repositories import CLEAN, needs_git

MERGES = 1000
"""How many a block of the long run makes."""
DICE = st.randoms(use_true_random=False)


def attempt(history: History) -> str:
    """Merge record by record; say how it ended."""
    found, where = tried(history)
    assert found.way == "records", where
    wrong = trouble(history, found.data)
    assert wrong is None, f"{wrong}\n{where}"
    clashes = wanted(history, ours=True).clashes
    assert not (clashes and found.is_clean), where
    if found.is_clean:
        return "clean"
    return "conflict" if clashes else "conflict for a comment"


def attempt_lines(history: History) -> str:
    """Merge as where records cannot be told apart; say how it ended."""

    def cannot(*_: object) -> None:
        raise CannotMerge("for a test")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cmeledger.merging.merge", cannot)
        found, where = tried(history)
    if not found.is_clean:
        return f"{found.way}, conflict"
    wrong = trouble(history, found.data, with_comments=False)
    assert wrong is None, f"{wrong}\n{where}"
    assert not wanted(history, ours=True).clashes, where
    return f"{found.way}, clean"


def tried(history: History) -> tuple[Outcome, str]:
    """Merge a history; give the result, and all to show where it is wrong."""
    versions = [side.data for side in history]
    found = merged(versions[0], versions[1], versions[2], Marks(), CLEAN)
    texts = [data.decode() for data in (*versions, found.data)]
    return found, "\n────\n".join([found.why, *texts])


@given(DICE)
@settings(max_examples=120)
def test_a_merge_loses_and_doubles_nothing(dice: random.Random) -> None:
    attempt(grown(dice))


@needs_git
@given(DICE)
@settings(max_examples=40)
def test_a_merge_of_lines_is_called_done_only_if_it_is_right(dice: random.Random) -> None:
    attempt_lines(grown(dice))


@given(DICE)
@settings(max_examples=40)
def test_a_quick_cut_is_the_same_as_that_of_a_layout(dice: random.Random) -> None:
    for side in grown(dice):
        document = parse(side.data)
        found = cut(document)
        joined = "".join(piece.blank + piece.text for piece in found.pieces) + found.rest
        assert joined in (document.text, f"{document.text}\n", f"{document.text}\r\n")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("cmeledger.ledger.merge_pieces._headers", lambda *_: None)
            assert cut(document) == found


@needs_git
@pytest.mark.soak
@pytest.mark.parametrize("block", range(20))
def test_twenty_thousand_merges(block: int, capsys: pytest.CaptureFixture[str]) -> None:
    dice = random.Random(f"merges {block}")
    ends: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    for _ in range(MERGES):
        history = grown(dice)
        ends[attempt(history)] += 1
        lines[attempt_lines(history)] += 1
    with capsys.disabled():
        print(f"\nby records: {dict(ends.most_common())}; by lines: {dict(lines)}", end="")
