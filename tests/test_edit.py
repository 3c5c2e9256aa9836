"""Edits of one record in every style of writing a ledger: what a careful person would have typed."""

import random
import tomllib
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

import generate
from cmeledger.ledger import edit
from cmeledger.ledger.edit import EditRefused

HEAD = 'format = 1\n[physician]\nname = "A"\nbirthday = "05-10"\n\n[[license]]\njurisdiction = "MA"\nrenewal-date = 2026-05-10\n'
ONE = '\n[[activity]]\nid = "one"\ndate = 2025-01-01\ntitle = "One"\ncategory = 1\ncredits = 1.00\n'
TWO = '\n[[activity]]\nid = "two"\ndate = 2025-02-02\ntitle = "Two"\ncategory = 1\ncredits = 1.50\n'
RECORD = ("activity", 0)

# Each style: the ledger, and the line of the first record's credits as it is and as it should be.
STYLES = {
    "plain": (HEAD + ONE + TWO, "credits = 1.00", "credits = 2.50"),
    "tabs": (
        HEAD + ONE.replace("id =", "\tid =").replace("date =", "\tdate =").replace("credits =", "\tcredits =") + TWO,
        "\tcredits = 1.00", "\tcredits = 2.50",
    ),
    "aligned equals signs": (
        HEAD + ONE.replace("credits = 1.00", "credits  = 1.00").replace("id =", "id       =") + TWO,
        "credits  = 1.00", "credits  = 2.50",
    ),
    "no blanks around equals": (
        HEAD + ONE.replace("credits = 1.00", "credits=1.00") + TWO, "credits=1.00", "credits=2.50",
    ),
    "no blank lines": (
        (HEAD + ONE + TWO).replace("\n\n", "\n"), "credits = 1.00", "credits = 2.50",
    ),
    "a trailing comment": (
        HEAD + ONE.replace("1.00", "1.00   # as printed") + TWO,
        "credits = 1.00   # as printed", "credits = 2.50   # as printed",
    ),
    "comments everywhere": (
        HEAD + "\n# above\n" + ONE.lstrip("\n").replace("credits", "# within\ncredits") + "# below\n" + TWO,
        "credits = 1.00", "credits = 2.50",
    ),
    "CRLF": (
        (HEAD + ONE + TWO).replace("\n", "\r\n"), "credits = 1.00\r", "credits = 2.50\r",
    ),
    "a byte order mark": ("\ufeff" + HEAD + ONE + TWO, "credits = 1.00", "credits = 2.50"),
    "no final newline": (HEAD + TWO + ONE.rstrip("\n"), None, None),
    "a last comment without newline": (HEAD + ONE.rstrip("\n") + "  # the end", "credits = 1.00  # the end", "credits = 2.50  # the end"),
    "literal strings": (HEAD + ONE.replace('"One"', "'One'") + TWO, "credits = 1.00", "credits = 2.50"),
    "quoted keys": (
        HEAD + ONE.replace("credits =", '"credits" =') + TWO, '"credits" = 1.00', '"credits" = 2.50',
    ),
    "another order of keys": (
        HEAD + "\n[[activity]]\ncredits = 1.00\ncategory = 1\ntitle = 'One'\ndate = 2025-01-01\n" + TWO,
        "credits = 1.00", "credits = 2.50",
    ),
    "a header in a multi-line string": (
        HEAD + ONE.replace('"One"', '"One"\nnote = """\n[[activity]]\ncredits = 1.00\n"""') + TWO,
        None, None,
    ),
    "a table of topics of its own": (
        HEAD + ONE + "[activity.topics]\nrisk-management = 1\n" + TWO, "credits = 1.00", "credits = 2.50",
    ),
    "evidence as tables": (
        HEAD + ONE + '[[activity.evidence]]\nfile = "a.pdf"\n' + TWO, "credits = 1.00", "credits = 2.50",
    ),
    "a header with blanks and a comment": (
        HEAD + ONE.replace("[[activity]]", "[[ activity ]]  # the first") + TWO,
        "credits = 1.00", "credits = 2.50",
    ),
    "records before the license": (
        "format = 1\n" + ONE + HEAD.removeprefix("format = 1\n") + TWO, "credits = 1.00", "credits = 2.50",
    ),
    "dotted keys": (
        HEAD + ONE + "topics.risk-management = 0.5\n" + TWO, "credits = 1.00", "credits = 2.50",
    ),
    "an array over several lines": (
        HEAD + ONE + 'topics = [\n  "wellness",  # seven at most\n  "ehr",\n]\n' + TWO,
        "credits = 1.00", "credits = 2.50",
    ),
    "keys of the user": (HEAD + ONE + "x-mine = { a = 1 }\n" + TWO, "credits = 1.00", "credits = 2.50"),
}  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
def test_one_value_is_replaced_and_every_other_byte_stays(style: str) -> None:
    before, old, new = STYLES[style]
    path: tuple[str, int] = RECORD
    if style == "no final newline":
        path, wanted = ("activity", 1), before.replace("credits = 1.00", "credits = 2.50")
    elif style == "a header in a multi-line string":
        head, tail = before.rsplit("credits = 1.00", 1)
        wanted = f"{head}credits = 2.50{tail}"
    else:
        assert old is not None
        assert new is not None
        assert before.count(old) == 1
        wanted = before.replace(old, new)
    done = edit.change(before.encode(), path, {"credits": Decimal("2.50")})
    assert done.data.decode() == wanted


@pytest.mark.parametrize("style", STYLES)
def test_a_record_added_and_removed_leaves_the_first_file(style: str) -> None:
    before = STYLES[style][0].encode()
    values: dict[str, Any] = {
        "date": date(2025, 3, 3),
        "title": "Three",
        "category": 1,
        "credits": Decimal("0.75"),
    }
    added = edit.add(before, "activity", values)
    assert tomllib.loads(added.data.decode("utf-8-sig"))["activity"][-1]["title"] == "Three"
    assert edit.remove(added.data, added.path).data == before


# (before, operation, after), typed by hand.
PAIRS = {
    "add keeps aligned equals signs": (
        HEAD + '\n[[activity]]\ndate     = 2025-01-01\ntitle    = "One"\ncategory = 1\ncredits  = 1\n',
        lambda data: edit.add(data, "activity", {"date": date(2025, 2, 2), "title": "Two", "category": 2, "credits": Decimal(3)}),
        HEAD + '\n[[activity]]\ndate     = 2025-01-01\ntitle    = "One"\ncategory = 1\ncredits  = 1\n'
        '\n[[activity]]\ndate     = 2025-02-02\ntitle    = "Two"\ncategory = 2\ncredits  = 3\n',
    ),
    "an element of an array over several lines keeps its comment": (
        HEAD + ONE + 'topics = [\n  "wellness",  # seven at most\n  "ehr"  # half of it\n]\n' + TWO,
        lambda data: edit.change(data, RECORD, {"topics": ["wellness", "dementia"]}),
        HEAD + ONE + 'topics = [\n  "wellness",  # seven at most\n  "dementia"  # half of it\n]\n' + TWO,
    ),
    "add without blank lines": (
        (HEAD + ONE + TWO).replace("\n\n", "\n"),
        lambda data: edit.add(data, "activity", {"date": date(2025, 3, 3), "title": "X"}),
        (HEAD + ONE + TWO).replace("\n\n", "\n") + '[[activity]]\ndate = 2025-03-03\ntitle = "X"\n',
    ),
    "add after the last one that is not later": (
        HEAD + ONE + TWO,
        lambda data: edit.add(data, "activity", {"date": date(2025, 1, 15), "title": "X"}),
        HEAD + ONE + '\n[[activity]]\ndate = 2025-01-15\ntitle = "X"\n' + TWO,
    ),
    "add before the first": (
        HEAD + ONE + TWO,
        lambda data: edit.add(data, "activity", {"date": date(2024, 1, 15), "title": "X"}),
        HEAD + '\n[[activity]]\ndate = 2024-01-15\ntitle = "X"\n' + ONE + TWO,
    ),
    "the first record of a ledger": (
        HEAD,
        lambda data: edit.add(data, "activity", {"date": date(2024, 1, 15), "title": 'A "B"'}),
        HEAD + '\n[[activity]]\ndate = 2024-01-15\ntitle = "A \\"B\\""\n',
    ),
    "remove takes the comment directly above along": (
        HEAD + "\n# of the license\n\n# of one\n" + ONE.lstrip("\n") + TWO,
        lambda data: edit.remove(data, RECORD),
        HEAD + "\n# of the license\n" + TWO,
    ),
    "remove the last one": (
        HEAD + ONE + TWO, lambda data: edit.remove(data, ("activity", 1)), HEAD + ONE,
    ),
    "take a key out with its comment": (
        HEAD + ONE.replace("category = 1", "category = 1  # AMA"),
        lambda data: edit.change(data, RECORD, {"category": None}),
        HEAD + ONE.replace("category = 1\n", ""),
    ),
    "a new key stands where the schema has it": (
        HEAD + ONE,
        lambda data: edit.change(data, RECORD, {"provider": "BIDMC", "note": "fine"}),
        HEAD + ONE.replace('title = "One"\n', 'title = "One"\nprovider = "BIDMC"\n') + 'note = "fine"\n',
    ),
    "a waiver": (
        HEAD + ONE,
        lambda data: edit.add(data, "waiver", {"jurisdiction": "MA", "renewal-date": date(2026, 5, 10)}),
        HEAD + ONE + '\n[[waiver]]\njurisdiction = "MA"\nrenewal-date = 2026-05-10\n',
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_what_a_careful_person_would_have_typed(name: str) -> None:
    before, operation, after = PAIRS[name]
    assert operation(before.encode()).data.decode() == after  # type: ignore[no-untyped-call]


def test_a_record_in_an_inline_array_is_edited() -> None:
    text = HEAD.replace(
        "format = 1\n",
        'format = 1\nactivity = [{ date = 2025-01-01, title = "One", category = 1, credits = 1.00 }]\n',
    )
    done = edit.change(text.encode(), RECORD, {"credits": Decimal("2.50")})
    assert done.data.decode() == text.replace("1.00", "2.50")


@pytest.mark.parametrize("eol", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("empty", "full"),
    [("[]", "[%s]"), ("[\n]", "[\n  %s,\n]"), ("[ # none yet\n]", "[ # none yet\n  %s,\n]")],
)
def test_a_record_in_an_empty_inline_array_comes_and_goes(empty: str, full: str, eol: str) -> None:
    before = f"activity = {empty}\n{HEAD}".replace("\n", eol).encode()
    done = edit.add(before, "activity", {"id": "a", "title": "One"})
    record = full % '{ id = "a", title = "One" }'
    assert done.data.decode() == f"activity = {record}\n{HEAD}".replace("\n", eol)
    assert done.line == 1 + full.split("%s", maxsplit=1)[0].count("\n")
    assert edit.remove(done.data, done.path).data == before


def test_a_table_by_lines_becomes_no_list_where_a_comment_would_be_lost() -> None:
    lines = "topics.risk-management = 0.5 # half\ntopics.end-of-life = 0.5"
    kept = HEAD + ONE + lines + "\n"
    done = edit.change(kept.encode(), RECORD, {"topics": ["end-of-life"]})
    assert done.data.decode() == HEAD + ONE + 'topics = ["end-of-life"] # half\n'
    with pytest.raises(EditRefused, match="comments inside topics would be lost"):
        edit.change(f"{HEAD}{ONE}{lines} # too\n".encode(), RECORD, {"topics": ["end-of-life"]})


@pytest.mark.parametrize("old", ["", ', note = "short"'])
def test_a_text_of_several_lines_stays_on_the_line_of_an_inline_record(old: str) -> None:
    record = '  { date = 2025-01-01, title = "One", category = 1, credits = 1.00%s },'
    text = HEAD.replace("format = 1\n", f"format = 1\nactivity = [\n{record % old}\n]\n")
    text = text.replace("\n", "\r\n")
    done = edit.change(text.encode(), RECORD, {"note": "one\ntwo"})
    assert done.data.decode() == text.replace(record % old, record % r', note = "one\ntwo"')


@pytest.mark.parametrize("data", [b"format = ", b"\xff", b"format = 1\n[[activity]\n"])
def test_a_file_that_is_no_toml_is_never_edited(data: bytes) -> None:
    with pytest.raises(EditRefused):
        edit.add(data, "activity", {"title": "X"})


def edits(dice: random.Random, count: int) -> tuple[int, int]:
    """Edit generated ledgers in odd spellings; return how many edits were done and refused."""
    done = refused = 0
    for _ in range(count):
        document = generate.ledger(dice)
        before = generate.to_toml(document).encode()
        if dice.random() < 0.3:
            before = before.replace(b"\n", b"\r\n")
        tables = tomllib.loads(before.decode())
        records = tables.get("activity", [])
        if not records:
            continue
        index = dice.randrange(len(records))
        path = ("activity", index)
        meant: dict[str, Any] = tomllib.loads(before.decode())
        kind = dice.choice(("change", "remove", "take out"))
        try:
            if kind == "change":
                meant["activity"][index]["note"] = "a note # [[activity]]"
                after = edit.change(before, path, {"note": "a note # [[activity]]"}).data
            elif kind == "remove":
                del meant["activity"][index]
                if not meant["activity"]:
                    del meant["activity"]
                after = edit.remove(before, path).data
            else:
                key = dice.choice(sorted(records[index]))
                del meant["activity"][index][key]
                after = edit.change(before, path, {key: None}).data
        except EditRefused:
            refused += 1
            continue
        done += 1
        assert tomllib.loads(after.decode()) == meant
        shared = 0
        while shared < min(len(before), len(after)) and before[shared] == after[shared]:
            shared += 1
        rest = 0
        most = min(len(before), len(after)) - shared
        while rest < most and before[-1 - rest] == after[-1 - rest]:
            rest += 1
        # What differs lies within one record's lines: no other header is touched.
        assert before[shared : len(before) - rest].count(b"[[activity]]") <= 1
    return done, refused


def test_edits_of_generated_ledgers_do_just_what_was_meant() -> None:
    done, refused = edits(random.Random(1), 150)
    assert done > 100
    assert refused <= done * 0.02


@pytest.mark.soak
@pytest.mark.parametrize("block", range(20))
def test_a_hundred_thousand_edits(block: int) -> None:
    done, refused = edits(random.Random(1000 + block), 5000)
    assert refused <= done * 0.02


def test_a_comment_of_nobody_does_not_become_the_next_records() -> None:
    # Without the blank line it would stand directly above the next header, and go with that record.
    first = "[[activity]]\ntitle = 'a'\n\n# Nobody's.\n\n"
    second, third = "[[activity]]\ntitle = 'b'\n", "[[activity]]\ntitle = 'c'\n"
    left = edit.remove((first + second + third).encode(), ("activity", 1)).data
    assert left.decode() == first + third
    assert edit.remove(left, ("activity", 1)).data.decode() == first.removesuffix("\n")
