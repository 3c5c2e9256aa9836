"""Every command, whatever it is given: an exit code of the list, no traceback, no harm to the file.

The options come from the verbs' own parsers, so that a new verb or option is tried by itself.
"""

import argparse
import contextlib
import io
import random
import re
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmeledger.cli.main import VERBS, Io, main, verb_module
from conftest import NASTY, Result
from test_fuzz import LEDGERS, damage
from test_hostile import RAW
from typed import document, some, typed

GOOD = {
    "DATE": ["2025-06-01", "2026-02-28", "2024-05-11"],
    "YEAR": ["2026", "2024"],
    "N": ["1", "2", "1.50"],
    "MM-DD": ["05-10"],
    "A,B": ["students", "students,residents"],
    "A,B | A=N,B=N": ["ehr", "ehr,dementia", "ehr=1,dementia=0.5"],
    "FILE,FILE": ["a.pdf", "b.pdf,c.pdf"],
    "FILE": ["a.pdf"],
    "ICS": ["dates.ics", "dates.ics", "a.pdf", "cme.toml"],
    "BASE": ["cme.toml", "a.pdf"],
    "OURS": ["cme.toml", "a.pdf"],
    "THEIRS": ["cme.toml", "a.pdf"],
    "RECORD": ["2 risk-management 2026-02-28", "3 ehr=1,dementia=0.5", "teaching hours=2"],
    "WORD": ["course", "planned", "attended"],
}
"""What may be right for an argument, by the word that its help has for it."""
USUAL = ("yes", "key_date", "key_credits", "key_category", "name", "birthday", "renewal_date")
"""Options without which little is done."""
CODES = {0, 1, 2, 3, 4, 5}
MERGES = {0, 1, 2, 129}
"""The exit codes of `merge-file`, which are what git asks for."""
RECORD_VERBS = ("add", "edit", "remove", "claim", "repeat", "attach")
"""Verbs that are about one record: all others stay."""
WORDS = ["", "2025-06-01", "3/1/2025", "2026", "1.5", "1", "-1", "1e3", "nan", "9" * 400, "course"]
WORDS += ["planned", "ehr", "ehr=1,dementia=0.5", "a,b", "=", "yes", "no", "--", "-x", "--json"]
WORDS += ["bash", "r0", "r1", "total", "opioid-pain", "05-10", "Two\nlines", "x" * 5000, "\ud800"]
SAFE = [text for group in NASTY.values() for text in group if "/" not in text and "\\" not in text]
"""Hostile texts that lead to no other folder."""


def word(dice: random.Random, ids: list[str]) -> str:
    """Choose anything at all for an argument."""
    return dice.choice(dice.choice([ids or WORDS, WORDS, SAFE]))


def meant(dice: random.Random, action: argparse.Action, ids: list[str]) -> str:
    """Choose what may be right for an argument."""
    if action.choices:
        return str(dice.choice(list(action.choices)))
    if action.dest == "id":
        return dice.choice(ids or ["total", "opioid-pain"])
    name = action.metavar[0] if isinstance(action.metavar, tuple) else action.metavar
    return dice.choice(GOOD.get(str(name), ["A title"]))


def command(dice: random.Random, verb: str, file: str, ids: list[str]) -> list[str]:
    """Type a command: its arguments, some options, and now and then what it does not know."""
    actions = verb_module(verb).parser()._actions  # noqa: SLF001
    wild = some(dice, 3)

    def value(action: argparse.Action) -> str:
        return word(dice, ids) if wild and some(dice, 3) else meant(dice, action, ids)

    words = [verb]
    options: list[str] = []
    for action in actions:
        if action.dest == "help":
            continue
        if action.dest == "ledger":
            words += [] if some(dice, 8) else [file]  # otherwise the variable names it
        elif not action.option_strings:
            words.append(value(action))
        elif action.required or some(dice, 2 if action.dest in USUAL else 14):
            options.append(action.option_strings[-1])
            count = action.nargs if isinstance(action.nargs, int) else 1
            options += [value(action) for _ in range(count)]
    if wild and some(dice, 6):
        options.append(word(dice, ids))
    return [*words, *options]


def run(words: list[str], folder: Path) -> Result:
    """Run a command with no terminal about it."""
    out, err = io.StringIO(), io.StringIO()
    env = {"CMELEDGER": str(folder / "cme.toml"), "CMELEDGER_HISTORY": str(folder / "history")}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "stdout", out)  # where argparse writes of itself
        patch.setattr(sys, "stderr", err)
        try:
            code = main(words, Io(out, err, env))
        except SystemExit as stop:
            code = int(stop.code or 0)
    return Result(code, out.getvalue(), err.getvalue())


def ids_of(data: bytes) -> list[str]:
    """Find the records' ids, or what may be some."""
    with contextlib.suppress(ValueError, AttributeError):
        return [record["id"] for record in records(data) if isinstance(record.get("id"), str)]
    return re.findall(r'^id = "([^"\n]*)"', data.decode("utf-8", "replace"), re.MULTILINE)


def records(data: bytes) -> list[Any]:
    """Read the activities with the standard library; fails on what is no TOML 1.0."""
    found = tomllib.loads(data.decode("utf-8-sig")).get("activity", [])
    return found if isinstance(found, list) else [found]


def attack(dice: random.Random, folder: Path) -> Counter[str]:
    """Give some commands, one after another, to a ledger that may be damaged."""
    file, ends = folder / "cme.toml", Counter[str]()
    way = dice.choice(["good", "good", "good", "damaged", "bytes", "gone"])
    doc = document(dice)
    for number, record in enumerate(doc.get("activity", [])):
        record.setdefault("id", f"n{number}")
    data = typed(dice, doc).data
    if way == "damaged":
        data = damage(dice, dice.choice([data, *LEDGERS]))
    elif way == "bytes":
        data = bytes(dice.choice(range(256)) for _ in range(dice.choice([0, 1, 5, 60])))
    if way != "gone":
        file.write_bytes(data)
    (folder / "a.pdf").write_bytes(b"%PDF-1.7")
    seen: list[bytes | None] = [None if way == "gone" else data]
    for _ in range(dice.choice([1, 2, 5, 8])):
        verb = dice.choice(sorted(VERBS))
        before = seen[-1]
        words = command(dice, verb, str(file), ids_of(before or b""))
        where = f"{words!r} on {before!r}"
        try:
            done = run(words, folder)
        except Exception as error:
            raise AssertionError(where) from error
        after = file.read_bytes() if file.exists() else None
        assert done.code in (MERGES if verb == "merge-file" else CODES), where
        assert "Traceback" not in done.err, where
        crlf = "--csv" in words or verb == "calendar"
        shown = done.out.replace("\r\n", "\n") if crlf else done.out
        assert verb == "completion" or not RAW.search(shown + done.err), where
        assert done.code == 0 or done.out or done.err, where  # there is something said
        ends[f"{verb} {done.code}"] += 1
        if after == before:
            continue
        assert done.code in ((0, 1) if verb == "merge-file" else (0, 5)), where
        assert "--dry-run" not in words, where
        assert after is not None, where
        held(verb, before, after, seen, where)
        seen.append(after)
    return ends


def held(
    verb: str, before: bytes | None, after: bytes, seen: list[bytes | None], where: str
) -> None:
    """See that a change is one that the verb may make."""
    if verb == "init":
        assert before is None, where
        return
    if verb == "merge-file":  # conflicts may be marked in the file
        return
    assert before is not None, where
    try:
        old = records(before)
    except tomllib.TOMLDecodeError:  # of TOML 1.1: it is read, and stays what it is
        return
    new = records(after)
    if verb in RECORD_VERBS:
        assert sum(record not in old for record in new) <= 1, where
        assert sum(record not in new for record in old) <= 1, where
    elif verb in ("undo", "redo"):
        assert after in seen, where
    elif verb == "archive":
        assert all(record in old for record in new), where
    elif verb == "restore":
        assert all(record in new for record in old), where
    elif verb == "renew":
        assert new == old, where
    elif verb == "fmt":
        assert len(new) == len(old), where
        assert all(record in new or {**record, "id": 0} in nameless(new) for record in old), where


def nameless(found: list[Any]) -> list[Any]:
    """Give records whose ids are left aside."""
    return [{**record, "id": 0} for record in found]


@given(st.randoms(use_true_random=False))
@settings(max_examples=80)
def test_no_command_ends_in_a_traceback_or_harms_the_file(
    tmp_path_factory: pytest.TempPathFactory, dice: random.Random
) -> None:
    attack(dice, tmp_path_factory.mktemp("fuzz"))


@pytest.mark.soak
@pytest.mark.parametrize("block", range(100))
def test_a_hundred_thousand_commands(
    block: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ends: Counter[str] = Counter()
    for number in range(250):  # four commands each, on the average
        folder = tmp_path / str(number)
        folder.mkdir()
        ends += attack(random.Random(f"{block} {number}"), folder)
    assert {verb for verb, _ in map(str.split, ends)} == set(VERBS)
    codes = Counter(code for end in ends.elements() for code in [end[-1]])
    with capsys.disabled():
        print(f"\n{ends.total()} commands, by exit code: {dict(sorted(codes.items()))}", end="")
