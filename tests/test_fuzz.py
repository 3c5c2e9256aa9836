"""Damaged ledgers: whatever bytes a file holds, it is read or refused, and never ends in a traceback."""

import random
import time
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from cmeledger.book import make_book
from cmeledger.ledger.source import Places, place
from cmeledger.problems import LedgerUnusable
from conftest import DATA, SAMPLES, run_here

LEDGERS = [
    path.read_bytes()
    for path in sorted([*SAMPLES.glob("*.toml"), *(DATA / "valid").glob("*.toml")])
]
DAY = date(2026, 3, 1)
TOKENS = [
    b"[[activity]]", b"[activity]", b"[", b"]", b"{", b"}", b"=", b".", b",", b"#", b'"', b"'",
    b'"""', b"'''", b"\\", b"\n", b"\r", b"\r\n", b"\t", b"\x00", b"\x1b", b"\xff", b"\xc3",
    b"\xef\xbb\xbf", b"\xe2\x80\xae", b"\xed\xa0\x80", b"true", b"nan", b"-inf", b"-0.0", b"1e400",
    b"1e-400", b"0.1", b"1000.25", b"9" * 400, b"0x", b"_", b"+", b"0001-01-01", b"9999-12-31",
    b"2024-02-29", b"2025-02-29", b"T00:00:00Z", b"12:00:00", b"date = 2025-01-01", b"id", b"kind",
    b"residency", b"board-volunteer", b"planned", b"wellness", b"../", b"x-", b"[" * 120, b"a." * 120,
]  # fmt: skip
"""Pieces that mean something to TOML, to the format or to a terminal."""


def damage(dice: random.Random, data: bytes) -> bytes:
    """Damage a file as a slip, a bad merge or a bad disk does: by bytes or by lines."""
    at = dice.randrange(len(data) + 1)
    end = min(len(data), at + dice.choice([1, 1, 2, 8, 80, 800]))
    way = dice.randrange(9)
    if way == 0:
        return data[:at] + bytes([dice.randrange(256)]) + data[at + 1 :]
    if way == 1:
        return data[:at] + data[end:]
    if way == 2:
        return data[:at] + dice.choice(TOKENS) + data[at:]
    if way == 3:
        return data[:at] + dice.choice(TOKENS) + data[end:]
    if way == 4:
        return data[:end] + data[at:]
    if way == 5:
        return data[:at]
    lines = data.split(b"\n")
    first, second = dice.randrange(len(lines)), dice.randrange(len(lines))
    if way == 6:
        lines[first], lines[second] = lines[second], lines[first]
    elif way == 7:
        lines.insert(second, lines[first])
    else:
        other = dice.choice(LEDGERS).split(b"\n")
        start = dice.randrange(len(other))
        lines[first:first] = other[start : start + dice.choice([1, 5, 30])]
    return b"\n".join(lines)


def load(data: bytes) -> str:
    """Read a file, place its problems, count and judge it; say how that went."""
    try:
        book = make_book("cme.toml", DAY, data, None)
    except LedgerUnusable as error:
        return place(error.problems, Places(error.text), Places(""))[0].code
    tallies = book.tallies()
    problems = book.all_problems(tallies, book.keeping(tallies))
    for tally in tallies:
        book.report(tally, tally.series.shown_for(book.day))
    for problem in place(problems, Places(book.document.text), Places("")):
        assert problem.span is not None
    return "with errors" if any(p.severity == "error" for p in problems) else "read"


def fuzz(seeds: range, folder: Path) -> tuple[Counter[str], int, float]:
    """Damage and load one ledger for each seed; every hundredth goes through the commands, too.

    Returns how they went, how many took over a second, and the longest time.
    """
    ends: Counter[str] = Counter()
    slow, longest = 0, 0.0
    for seed in seeds:
        dice = random.Random(seed)
        data = dice.choice(LEDGERS)
        for _ in range(dice.choice([1, 1, 2, 4])):
            data = damage(dice, data)
        began = time.process_time()
        try:
            end = load(data)
        except Exception as error:
            (folder / "damaged.toml").write_bytes(data)
            raise AssertionError(f"seed {seed}, kept in {folder}") from error
        took = time.process_time() - began
        ends[end] += 1
        slow += took > 1
        longest = max(longest, took)
        if seed % 100 == 0:
            file = folder / "cme.toml"
            file.write_bytes(data)
            wanted = {"read": 0, "with errors": 1}.get(end, 3)
            for verb in ("check", "status", "list", "keep"):
                code = run_here(verb, str(file), "--as-of", DAY.isoformat()).code
                assert code == wanted, f"seed {seed}: {verb} ends with {code}, {end}"
    return ends, slow, longest


def test_damaged_ledgers_are_read_or_refused(tmp_path: Path) -> None:
    ends, _, _ = fuzz(range(1500), tmp_path)
    # the damage is of every sort: some still reads, some costs a record, some is no TOML any more
    assert {"read", "with errors", "not-toml"} <= set(ends)


@pytest.mark.soak
@pytest.mark.parametrize("block", range(1, 101))
def test_a_million_damaged_ledgers_are_read_or_refused(
    block: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ends, slow, longest = fuzz(range(block * 10_000, block * 10_000 + 10_000), tmp_path)
    with capsys.disabled():
        shown = ", ".join(f"{count} {end}" for end, count in ends.most_common())
        print(f"\n{shown}; over a second: {slow}; longest {longest * 1000:.0f} ms", end="")
