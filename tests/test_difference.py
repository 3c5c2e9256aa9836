"""What is different between two versions: all of it, and nothing else; shared pieces read once."""

import random
from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmeledger.difference import Difference, Reading, State, difference, differing_from_all, reading
from cmeledger.ledger.fingerprint import fingerprint
from cmeledger.ledger.parse import Document, NotToml, parse
from cmeledger.ledger.pieces import Pieces
from cmeledger.report import diff_json, diff_text, documents
from cmeledger.report.outcome import what_it_did
from cmeledger.report.terminal import Style
from conftest import DATA, HEAD, SAMPLES
from ledgers import LIST, OTHER, TALK, activity
from test_fuzz import LEDGERS, damage
from test_hostile import RAW

PIECES = Pieces()


def state(text: str, archive: str | None = None, pieces: Pieces = PIECES) -> State:
    kept = None if archive is None else archive.encode()
    return State("x", reading(text.encode(), pieces), reading(kept, pieces))


def between(old: str, new: str) -> list[tuple[str, str | None, str | None]]:
    """List what differs, in short: how, the old id and the new one."""
    found = difference(state(old), state(new)).changes
    return [(item.how, item.old_id, item.id) for item in found]


def test_which_record_is_which() -> None:
    plain = OTHER.replace('id = "other"\n', "")
    # LIST and OTHER say the same, but for what is in place of evidence.
    assert between(HEAD + TALK + LIST, HEAD + LIST + TALK) == []
    assert between(HEAD + LIST, HEAD + OTHER) == [
        ("removed", "list", "list"),
        ("added", None, "other"),
    ]
    assert between(HEAD + OTHER, HEAD + plain) == [("changed", "other", "2025-06-01-handoffs")]
    assert between(HEAD + plain, HEAD + plain + plain) == [("added", None, "2025-06-01-handoffs-2")]
    moved = plain.replace("2025-06-01", "2025-06-02")
    assert between(HEAD + plain, HEAD + moved) == [
        ("changed", "2025-06-01-handoffs", "2025-06-02-handoffs")
    ]


def test_what_is_said_once_in_both_files_is_in_the_ledger() -> None:
    assert difference(state(HEAD + LIST), state(HEAD + LIST, LIST)).changes == ()
    found = difference(state(HEAD + LIST, LIST), state(HEAD, LIST))
    assert [(item.how, item.id) for item in found.changes] == [("archived", "list")]


def test_ids_that_are_another_without_a_change() -> None:
    plain = OTHER.replace('id = "other"\n', "")
    twin = plain.replace("BIDMC", "MGH")
    found = difference(state(HEAD + twin + plain), state(HEAD + plain))
    # BIDMC's was the second of that name, and is the only one now.
    assert [item.how for item in found.changes] == ["removed"]
    assert found.renamed == {"2025-06-01-handoffs": "2025-06-01-handoffs-2"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1", "true"),
        ("2", "2.5"),
        ("[1]", "[true]"),
        ('"1"', "1"),
        ("1e400", "2e400"),
        ("nan", "1"),
    ],
)
def test_values_that_are_not_the_same(old: str, new: str) -> None:
    for place in ("x-a = {}\n" + HEAD, HEAD + TALK + "x-a = {}\n"):
        (change,) = difference(state(place.format(old)), state(place.format(new))).changes
        assert [field.key for field in change.fields] == ["x-a"]


@pytest.mark.parametrize(
    ("old", "new"), [("1", "1.0"), ("1.50", "1.5"), ("0x10", "16"), ('"a"', "'a'")]
)
def test_values_that_are_the_same(old: str, new: str) -> None:
    for place in ("x-a = {}\n" + HEAD, HEAD + TALK + "x-a = {}\n"):
        found = difference(state(place.format(old)), state(place.format(new)))
        assert (found.changes, found.only_spelling) == ((), True)


def test_a_license_without_a_number_is_corrected() -> None:
    plain = HEAD.replace('number = "1"\n', "")
    (change,) = difference(state(plain), state(plain.replace("2026-05-10", "2026-05-11"))).changes
    assert [field.key for field in change.fields] == ["renewal-date"]


def test_tables_that_are_none() -> None:
    assert between(HEAD + TALK, "activity = 3\n" + HEAD) == [
        ("changed", None, None),
        ("removed", "talk", "talk"),
    ]


def test_what_no_parent_of_a_merge_has() -> None:
    base = state(HEAD + TALK + LIST)
    assert differing_from_all([difference(base, state(HEAD + TALK))] * 2)[0].how == "removed"
    one = difference(base, state(HEAD + TALK + LIST + OTHER))
    assert differing_from_all([one, Difference((), {}, only_spelling=False)]) == ()


# ── everything, and nothing else ─────────────────────────────────────────────────────────────

TEXTS = st.sampled_from(["a", "b", "c"])
RECORDS = st.lists(
    st.builds(
        lambda name, day, title, amount: activity(
            id=name, date=f"2025-01-0{day}", title=title, credits=amount, category=1
        ),
        st.none() | st.sampled_from(["r1", "r2", "r3", "r4"]),
        st.integers(1, 3),
        TEXTS,
        st.sampled_from([1, 1.5, 2]),
    ),
    max_size=6,
)


def prints(found: State) -> Counter[tuple[str, bool]]:
    return Counter((fingerprint(record), archived) for record, archived in found.records)


@given(RECORDS, RECORDS, RECORDS, RECORDS)
def test_the_differences_lead_from_one_version_to_the_other(
    old: list[str], new: list[str], kept: list[str], archived: list[str]
) -> None:
    before = state(HEAD + "".join(old), "".join(kept))
    after = state(HEAD + "".join(new), "".join(archived))
    found = prints(before)
    for change in difference(before, after).changes:
        moved = change.how in ("archived", "restored")
        if change.old is not None:
            found[fingerprint(change.old), change.archived != moved] -= 1
        if change.new is not None:
            found[fingerprint(change.new), change.archived] += 1
    assert +found == prints(after)
    # Nothing is said of what is in both as it is.
    assert difference(after, after).changes == ()


@given(st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_no_pair_of_damaged_versions_ends_in_a_traceback(dice: random.Random) -> None:
    pieces = Pieces()
    texts = [damage(dice, dice.choice(LEDGERS)) for _ in range(4)]
    for text in texts:
        whole = repr(read(parse, text))
        assert repr(read(pieces.parse, text)) == whole or "nested deeper" in whole
    old, new, *archives = (reading(text, pieces) for text in texts)
    before = State("a", old, dice.choice([Reading(), archives[0]]))
    after = State("b", dice.choice([old, new]), dice.choice([Reading(), archives[1]]))
    found = difference(before, after)
    did = what_it_did(before, after, found.changes, date(2026, 3, 1))
    style = Style(80, color=False, unicode=True)
    shown = [*diff_text.lines(found.changes, style), *diff_text.short_effects(did or ())]
    shown += [line for state in (before, after) for line in diff_text.fault("It", state, style)]
    shown += [diff_text.row(change, style, 76) for change in found.changes]
    shown.append(documents.dumps({"x": diff_json.changes(found.changes)}))
    assert not any(RAW.search(line) for line in shown)
    assert (did is None) == bool(before.unusable or after.unusable)


# ── pieces ───────────────────────────────────────────────────────────────────────────────────

FILES = [*SAMPLES.glob("*.toml"), *DATA.glob("*valid/*.toml")]


def read(parser: Any, data: bytes) -> Document | str:
    try:
        found: Document = parser(data)
    except NotToml as error:
        return repr(error.problem)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_pieces_read_as_the_whole_does(path: Any) -> None:
    data = path.read_bytes()
    pieces = Pieces()
    assert repr(read(pieces.parse, data)) == repr(read(parse, data))
    assert repr(read(pieces.parse, data)) == repr(read(parse, data))


@pytest.mark.parametrize(
    "text",
    [
        'a = """\n[[activity]]\n"""\n[[activity]]\nb = 1\n',
        "[[activity]]\na = '''\n[[activity]]\nb = 1\n'''\n[[activity]]\n",
        "activity = []\n[[activity]]\na = 1\n",
        "[activity]\nb = 1\n[[activity]]\na = 1\n",
        "[[activity]]\na = 1\n[[license]]\nb = 2\n[[activity]]\n[activity.topics]\nc = 3\n[[license]]\n",
        "[[activity]]\na = 1\n[physician]\n[[activity]]\n[physician]\n",
        "[[activity]]\na = [1,\n[[activity]]\n, 2]\n",
        "\ufeff[[activity]] # one\r\na = 1\r\n[[activity]]\r\n",
        "[[activity]]",
        "[[activity]]x\n",
        "",
        "[[activity]]\na = 1\r\r\n[[activity]]\nb = 1\n",
    ],
)
def test_headers_that_are_none_and_tables_in_between(text: str) -> None:
    data = text.encode()
    assert repr(read(Pieces().parse, data)) == repr(read(parse, data))


def test_what_two_versions_share_is_one_table() -> None:
    pieces = Pieces()
    one = pieces.parse((HEAD + TALK + LIST).encode()).tables["activity"]
    other = pieces.parse((HEAD + TALK + LIST + OTHER).encode()).tables["activity"]
    assert one[0] is other[0]
    assert one[1] is other[1]


def test_nesting_too_deep_is_refused() -> None:
    for text in ("x-a = " + "[" * 150 + "]" * 150, "[[activity]]\nx-a = " + "[" * 150 + "]" * 150):
        assert "nested deeper" in str(read(Pieces().parse, text.encode()))
        assert state(text).fault is not None
