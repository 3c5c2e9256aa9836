"""Edits of generated ledgers: the intended ledger, every other byte the same, few refusals."""

import random
import tomllib
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cmeledger.book import make_book
from cmeledger.ledger.edit import Edited, EditRefused, add, change, remove
from cmeledger.ledger.fmt import formatted
from cmeledger.ledger.parse import parse
from generate import Table, ledger, value_to_toml

BLOCK = 150


def spelled(rng: random.Random, doc: Table) -> bytes:
    """Spell a ledger as people do: comments, alignment, blank lines, line endings, sub-tables."""
    eol = rng.choice(["\n", "\n", "\r\n"])
    blanks = rng.choice([0, 1, 1, 1, 2])
    indent = rng.choice(["", "", "", "  ", "\t"])
    aligned = rng.random() < 0.2
    quote = rng.random() < 0.2
    busy = rng.choice([0, 0, 0.1, 0.4])
    lines = ["# My ledger", "format = 1"]
    for name, value in doc.items():
        for table in (
            value if isinstance(value, list) else [value] if isinstance(value, dict) else []
        ):
            lines += [""] * blanks
            if rng.random() < busy:
                lines += [f"# about this {name}"]
            elif rng.random() < busy / 2:
                lines += ["", "# free", ""]
            lines.append(f"[[{name}]]" if isinstance(value, list) else f"[{name}]")
            width = max(map(len, table), default=0) if aligned else 0
            late: list[str] = []
            for key, part in table.items():
                if key == "topics" and isinstance(part, dict) and rng.random() < 0.4:
                    late += [
                        f"[{name}.topics]",
                        *(f"{a} = {value_to_toml(b)}" for a, b in part.items()),
                    ]
                    continue
                text = value_to_toml(part)
                if isinstance(part, str) and quote and "'" not in part:
                    text = f"'{part}'"
                elif key in ("title", "provider") and rng.random() < busy / 2:
                    text = '"""\n' + text[1:-1] + '\n[[activity]]\n"""'
                elif isinstance(part, list) and rng.random() < busy:
                    text = (
                        "[\n" + "".join(f"  {value_to_toml(item)}, # why\n" for item in part) + "]"
                    )
                if rng.random() < busy:
                    lines.append(f"{indent}# beside {key}")
                tail = "  # so" if rng.random() < busy else ""
                lines.append(f"{indent}{key:<{width}} = {text}{tail}")
            lines += late
    text = "\n".join(lines).replace("\n", eol)
    text += rng.choice([eol, eol, "", eol * 2])
    return (b"\xef\xbb\xbf" if rng.random() < 0.1 else b"") + text.encode()


VALUES: dict[str, list[Any]] = {
    "title": ["New", 'With "quotes" and \\', "It's", "Two\nlines"],
    "credits": [Decimal("1.50"), 2, Decimal("0.25")],
    "date": [date(2019, 3, 1), date(2030, 1, 2)],
    "note": ["n", "漢字", "", None],
    "topics": [["opioid-pain"], ["ehr", "dementia"], {"ehr": Decimal("1.0")}, None],
    "status": ["planned", None],
    "x-mine": [True, ["a", {"b": 1}]],
}


def tables(data: bytes) -> dict[str, Any]:
    return parse(data).tables


def checked(edited: Edited) -> Edited:
    tomllib.loads(edited.data.decode("utf-8-sig"))
    return edited


@pytest.mark.parametrize("block", range(2))
def test_generated_edits(block: int) -> None:
    rng = random.Random(f"edits {block}")
    done = refused = 0
    for _ in range(BLOCK):
        data = spelled(rng, ledger(rng))
        before = tables(data)
        records = before.get("activity", [])
        values = {
            "title": "New one",
            "date": rng.choice(VALUES["date"]),
            "credits": Decimal("1.50"),
        }
        try:
            edited = checked(add(data, "activity", values))
            index = int(edited.path[1])
            assert b"1.50" in edited.data
            meant = [*records[:index], values, *records[index:]]
            assert tables(edited.data) == before | {"activity": meant}
            assert edited.data.splitlines()[edited.line - 1].strip().endswith(b"[[activity]]")
            assert remove(edited.data, edited.path).data == data
            done += 2
        except EditRefused:
            refused += 1
        if not records:
            continue
        at = rng.randrange(len(records))
        key = rng.choice([name for name in VALUES if name != "title"] + ["title"])
        given = rng.choice(VALUES[key])
        try:
            edited = checked(change(data, ("activity", at), {key: given}))
            record = records[at] | {key: given}
            if given is None:
                del record[key]
            assert tables(edited.data)["activity"] == [*records[:at], record, *records[at + 1 :]]
            edited = checked(remove(data, ("activity", at)))
            rest = [*records[:at], *records[at + 1 :]]
            assert tables(edited.data).get("activity", []) == rest
            done += 2
        except EditRefused:
            refused += 1
    assert refused <= 0.02 * (done + refused), (done, refused)


@pytest.mark.parametrize("block", range(2))
def test_a_large_ledger_is_edited_like_a_small_one(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(f"near {block}")
    for _ in range(60):
        data = spelled(rng, ledger(rng))
        count = len(tables(data).get("activity", []))
        if not count:
            continue
        path = ("activity", rng.randrange(count))
        found = []
        for small in (0, 1 << 30):
            monkeypatch.setattr("cmeledger.ledger.edit.SMALL", small)
            found.append((change(data, path, {"note": "n"}), remove(data, path)))
        assert found[0] == found[1]


def counted(data: bytes) -> list[str]:
    """Tell where every requirement stands in every cycle's license."""
    day = date(2026, 3, 1)
    book = make_book("cme.toml", day, data, None)
    found = []
    for tally in book.tallies():
        report = book.report(tally, tally.series.shown_for(day))
        found += [
            str((item.requirement.id, item.status, item.counted)) for item in report.standings
        ]
    return found


def test_formatting_twice_is_formatting_once_and_changes_no_value() -> None:
    rng = random.Random("fmt")
    for _ in range(150):
        data = spelled(rng, ledger(rng))
        once = formatted(data)
        assert formatted(once) == once
        before, after = tables(data), tables(once)
        assert before | {"activity": None} == after | {"activity": None}
        counts = [counted(text) for text in (data, once)]
        assert counts[0] == counts[1]
        comments = [sum(b"#" in line for line in text.splitlines()) for text in (data, once)]
        assert comments[0] == comments[1]
