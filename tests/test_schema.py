"""The JSON Schema is one, says what the reader says, and works in the tools that editors use."""

import json
import os
import random
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft4Validator

from cmeledger.ledger import json_schema, schema
from cmeledger.ledger.parse import parse
from cmeledger.ledger.read import read
from cmeledger.rules import rulebook as rules
from conftest import DATA, HEAD, SAMPLES, run_here
from generate import ledger as generated
from generate import to_toml

VOCABULARY = rules.vocabulary(rules.load())
SCHEMA = json_schema.json_schema(VOCABULARY)
VALIDATOR = Draft4Validator(SCHEMA)
FILES = sorted(
    path
    for folder in (DATA / "valid", DATA / "worked", DATA / "invalid", SAMPLES)
    for path in folder.glob("*.toml")
    if "archive" not in path.name and not path.name.startswith(("not-toml", "format-version"))
)
Place = tuple[Any, ...]
"""Where an error is, as far as both tell: a record, a table, or the ledger: ()."""

UNSEEN: Final = {
    # What no schema can see: several records together, an order of days, a date in quotes, and
    # numbers that JSON does not have.
    "a13-left-out-and-derived-ids.toml": {("activity", 1)},
    "bad-value--credits-and-hours-that-are-no-amount.toml": {("activity", 0), ("activity", 3)},
    "bad-value--ids.toml": {("activity", 4)},
    "bad-value--keys-that-contradict.toml": {("activity", 4)},
    "bad-value--own-requirement-and-waiver.toml": {("waiver", 1)},
    "broken.toml": {("activity", 11)},
    "duplicate-id--inline-and-never-a-derived-id.toml": {("activity", 2)},
    "duplicate-id--of-a-record-left-out.toml": {("activity", 1)},
    "duplicate-id--requirements-with-errors.toml": {("requirement", 1)},
    "duplicate-id--twice-and-thrice.toml": {("activity", 1), ("activity", 2)},
    "wrong-type--dates.toml": {("activity", 0)},
}


def as_json(value: Any) -> Any:
    """Turn what TOML gives into what taplo hands to a schema."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def place(path: Place, tables: dict[str, Any]) -> Place:
    if not path or path[0] not in schema.TABLES or path[0] not in tables:
        return ("format",) if path[:1] == ("format",) and "format" in tables else ()
    return path[:2] if len(path) > 1 and isinstance(path[1], int) else path[:1]


def by_reader(data: bytes, unseen: str = "$^") -> set[Place]:
    tables = parse(data).tables
    _, problems = read(parse(data), VOCABULARY)
    return {
        place(problem.path, tables)
        for problem in problems
        if problem.severity == "error"
        and not (problem.code == "no-license" and tables.get("license"))
        and re.search(unseen, problem.message) is None
    }


def by_schema(data: bytes) -> set[Place]:
    tables = parse(data).tables
    found = VALIDATOR.iter_errors(as_json(tables))
    return {place(tuple(error.absolute_path), tables) for error in found}


def test_the_schema_is_one_of_draft_4_and_refers_to_nothing() -> None:
    Draft4Validator.check_schema(SCHEMA)
    text = json_schema.text(VOCABULARY)
    assert json.loads(text) == SCHEMA
    assert "$ref" not in text
    assert text.isascii()
    result = run_here("schema")
    assert (result.code, result.out) == (0, text)


def test_the_schema_holds_every_table_and_key_with_its_meaning() -> None:
    for name, keys in schema.TABLES.items():
        table = SCHEMA["properties"][name]
        table = table["items"] if name in schema.ARRAYS else table
        assert list(table["properties"]) == [key.name for key in keys]
        for key in keys:
            assert table["properties"][key.name]["description"] == key.doc
            assert table["properties"][key.name].get("default") == key.default
        assert table["additionalProperties"] is False


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_schema_and_reader_find_errors_in_the_same_records(path: Path) -> None:
    data = path.read_bytes()
    unseen = UNSEEN.get(path.name, set())
    assert by_schema(data) == by_reader(data) - unseen
    assert unseen <= by_reader(data)


JUNK: Final[tuple[Any, ...]] = (
    "", " ", "word", "full", "MA", "05-10", "02-30", "total", "../a.pdf", "a/b.pdf",
    0, 1, 2, 3, -1, 1000, 1001, 0.5, 1.25, True, False, [], [""], ["word"], ["total"], ["students"],
    ["/etc/passwd"], ["~/a"], ["a\\b"], ["c:a"], ["./."], [1], [[]], {}, {"word": 1}, {"word": -1},
    {"word": "1"}, {"x-word": "1"}, [{}], [{"file": "a.pdf"}], [{"file": "a.pdf", "x-a": 1}],
    [{"file": "a.pdf", "sha": "0"}], [{"file": "a.pdf", "sha256": "0"}],
)  # fmt: skip
DAYS: Final = (date(1899, 12, 31), date(1900, 1, 1), date(2199, 12, 31), date(2200, 1, 1))
BLIND: Final = (
    "is taken by|stands above|no requirement is called|before the start|before it begins"
    "|before it was issued|'word' is the id of a requirement"
)


def tables_of(doc: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, value in doc.items():
        for item in value if isinstance(value, list) else [value]:
            if name in schema.TABLES and isinstance(item, dict):
                yield name, item


def spoil(rng: random.Random, doc: dict[str, Any]) -> None:
    """Do to a good ledger what a hand may do to it: add, drop or change one key."""
    name, table = rng.choice(list(tables_of(doc)))
    known = {key.name: key for key in schema.TABLES[name]}
    deed = rng.randrange(6)
    if deed == 0:
        table[rng.choice(("statsu", "x-mine", "Date", "credit"))] = rng.choice(JUNK)
    elif deed == 1 and table:
        del table[rng.choice(list(table))]
    elif deed == 2 and name not in ("license", "physician"):
        doc[name] = rng.choice((1, "word", {}, []))
    else:
        key = rng.choice(list(table if table and rng.random() < 0.5 else known))
        table[key] = rng.choice(DAYS if key in known and known[key].type == "date" else JUNK)


@pytest.mark.parametrize("seed", range(25))
def test_schema_and_reader_agree_on_spoiled_ledgers(seed: int) -> None:
    rng = random.Random(seed)
    spoiled = 0
    for _ in range(12):
        doc = generated(rng)
        for _ in range(rng.randrange(1, 4)):
            spoil(rng, doc)
        data = to_toml(doc).encode()
        expected = by_reader(data, BLIND)
        assert by_schema(data) == expected, data.decode()
        spoiled += bool(expected)
    assert spoiled > 3


@pytest.fixture(scope="module")
def taplo() -> str:
    found = shutil.which("taplo", path=sysconfig.get_path("scripts")) or shutil.which("taplo")
    assert found is not None
    return found


def lint(taplo: str, *files: Path) -> tuple[int, str]:
    """Lint as an editor without a network does."""
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "ALL_PROXY"), "http://127.0.0.1:9")
    done = subprocess.run(
        [taplo, "lint", "--no-auto-config", *map(str, files)],
        capture_output=True, text=True, env=os.environ | nowhere, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


def beside_the_schema(folder: Path, name: str, text: str) -> Path:
    (folder / json_schema.FILE_NAME).write_text(run_here("schema").out, "utf-8")
    file = folder / name
    file.write_text(f"#:schema ./{json_schema.FILE_NAME}\n{text}", "utf-8")
    return file


def test_taplo_takes_every_sample_but_the_broken_one(taplo: str, tmp_path: Path) -> None:
    made = {
        path.name: beside_the_schema(tmp_path, path.name, path.read_text("utf-8"))
        for path in SAMPLES.glob("*.toml")
    }
    broken = made.pop("broken.toml")
    assert len(made) >= 7
    assert lint(taplo, *made.values())[0] == 0
    code, said = lint(taplo, broken)
    assert code != 0
    assert "'certficate-id' was unexpected" in said
    assert '"planed" is not one of' in said


def test_taplo_finds_a_misspelled_key_and_leaves_x_keys_alone(taplo: str, tmp_path: Path) -> None:
    good = HEAD + 'x-color = "blue"\n'
    assert lint(taplo, beside_the_schema(tmp_path, "good.toml", good))[0] == 0
    code, said = lint(taplo, beside_the_schema(tmp_path, "bad.toml", HEAD + "isued = 2020-01-01\n"))
    assert code != 0
    assert "'isued' was unexpected" in said


def test_a_schema_of_ours_is_known_by_its_mark() -> None:
    assert json_schema.is_ours(json_schema.text(VOCABULARY).encode())
    older = {"$comment": "Written by cmeledger. Something else was said here once."}
    assert json_schema.is_ours(json.dumps(older).encode())
    for other in (b"", b"{}", b"[1]", b"\xff", b'{"$comment": 1}', b'{"$comment": "Mine."}'):
        assert not json_schema.is_ours(other)
    assert not json_schema.is_ours(b"[" * 100_000)
