"""Files beyond the limits: refused at their place, cheaply, and nothing else is refused with them."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import HEAD, run_here

Write = Callable[..., str]
AS_OF = ("--as-of", "2026-03-01")
LINES = HEAD.count("\n")
"""The lines of the head: what a test adds begins on the next one."""
READING = '[[activity]]\nid = "r"\ndate = 2025-06-03\ntitle = "Reading"\nkind = "self-study"\n'
"""A record of 5 lines, to which its credits are to be added."""


def problems(ledger: str, code: int) -> list[dict[str, Any]]:
    result = run_here("check", ledger, *AS_OF, "--json")
    assert result.code == code, result.err
    found = result.json["problems"]
    assert isinstance(found, list)
    return found


def place(problem: dict[str, Any]) -> tuple[int, int, int, int]:
    line, column = problem["line"] - LINES, problem["column"]
    return line, column, problem["end_line"] - LINES, problem["end_column"]


NINES = "9" * 20
DIGITS = "8" * 5000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Text that only looks like a long integer stands above the one that is.
        (f"# 0x{'_' * 16}\nx-a = {NINES}\n", (2, 7, 2, 27)),
        (f"# {NINES}\nx-s = '{NINES}'\nx-a = {NINES}\n", (3, 7, 3, 27)),
        (f"x-{NINES} = 1\nx-a = [1, {NINES}]\n", (2, 11, 2, 31)),
        # The sign belongs to the number, and so do underscores and a prefix.
        (f"x-a = -{NINES} # {NINES}\n", (1, 7, 1, 28)),
        ("x-a = +9_999_999_999_999_999_999\n", (1, 7, 1, 33)),
        (f"x-a = {{ b = 0x{'f' * 16} }}\n", (1, 13, 1, 31)),
        # Thousands of digits, below as many in texts, comments, floats and exponents.
        (f"x-s = '{DIGITS}'\nx-a = -{DIGITS} # {DIGITS}\n", (2, 7, 2, 5008)),
        (f"x-a = 0.{DIGITS}\nx-b = {DIGITS}.5\nx-c = {DIGITS}e-7\nx-d = {DIGITS}\n", (4, 7, 4, 5007)),
        (f"x-a = 1e{DIGITS}\nx-d = [{DIGITS}]\n", (2, 8, 2, 5008)),
        # With another fault below it, too.
        (f"x-a = {DIGITS}\nx-b = \n", (1, 7, 1, 5007)),
    ],
)  # fmt: skip
def test_a_long_integer_is_refused_at_its_place(
    text: str, expected: tuple[int, ...], write: Write
) -> None:
    (problem,) = problems(write(HEAD + text), 3)
    assert (problem["code"], place(problem)) == ("not-toml", expected)


@pytest.mark.parametrize(
    "text",
    [
        f"# 0x{'_' * 16}\nx-a = 1.{NINES}\n",
        f"x-a = '{DIGITS}'\n",
        f"x-a = 0.{DIGITS}\nx-b = {DIGITS}.5\nx-c = {DIGITS}e-7\n",
        f"{DIGITS} = 1\n".replace("8", "x-8", 1),
    ],
)
def test_what_only_looks_like_a_long_integer_is_read(text: str, write: Write) -> None:
    assert problems(write(HEAD + text), 0) == []


DEEP = "[" * 101 + "]" * 101
"""202 characters."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"x-a = {DEEP}\n", (1, 7, 1, 209)),
        (f"# [\nx-a = [1, '[', # [\n {DEEP}\n]\n", (2, 7, 4, 2)),
        (f"{READING}credits = 1.0\nx-a = {DEEP}\n", (7, 7, 7, 209)),
        (f"{READING}evidence = [{{ file = 'a', x-a = {DEEP} }}]\n", (6, 33, 6, 235)),
        (f"{READING}evidence = [{{ file = 'a', why = {DEEP} }}]\n", (6, 33, 6, 235)),
        (f"{READING}topics = {{ x-a = {DEEP} }}\n", (6, 18, 6, 220)),
        (f"[[renewal]]\ntotals = {{ x-a = {DEEP} }}\n", (2, 18, 2, 220)),
        (f"[license-of-old]\na = {DEEP}\n", (1, 1, 1, 17)),  # a table: its header
        ("x-a = " + "[\n" * 1000 + "]\n" * 1000, (1, 7, 2000, 2)),  # too deep to be read at all
        ("x-a = " + "[" * 1000, (1, 7, 1, 8)),  # and never closed
    ],
)
def test_deep_nesting_is_refused_at_its_place(
    text: str, expected: tuple[int, ...], write: Write
) -> None:
    (problem,) = problems(write(HEAD + text), 3)
    assert (problem["code"], place(problem)) == ("not-toml", expected)
    assert "nested deeper" in problem["message"]


def test_deep_nesting_in_the_archive_is_placed_there(write: Write) -> None:
    archive = write(f"[physician]\nx-a = {DEEP}\n", "cme.archive.toml")
    (problem,) = problems(write(HEAD), 3)
    assert problem["file"] == archive
    assert (problem["line"], problem["column"]) == (1, 1)


DOTTED = "a." * 150 + "a"


@pytest.mark.parametrize(
    "text",
    [
        f'note = "Topics, {DOTTED}"\n',
        f"note = 'Topics, {DOTTED} = 1'\n",
        f'note = """\n{DOTTED} = 1\n"""\n',
        f"note = '''\n{DOTTED} = 1\n'''\n",
        f"# Topics, {DOTTED}\n",
        'x-a."' + "." * 300 + '" = 1\n',
        "x-versions = [" + "1.5, " * 200 + "]\n",
    ],
)
def test_dots_in_text_and_comments_are_no_deep_key(text: str, write: Write) -> None:
    assert problems(write(HEAD + READING + "credits = 1.0\n" + text), 0) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x-a" + ".a" * 32_000 + " = 1\n", (1, 1, 1, 64_004)),
        (f"# {DOTTED}\nx-a = {{ b{'.a' * 32_000} = 1 }}\n", (2, 9, 2, 64_010)),
        (f"x-a = 1\n[ x-b{' . b' * 100} ]\n", (2, 3, 2, 406)),
        (f'"x-a"{"." + repr("b")}{".c" * 32_000} = 1\n', (1, 1, 1, 64_010)),
    ],
)
def test_a_deep_key_is_refused_before_it_is_read(
    text: str, expected: tuple[int, ...], write: Write
) -> None:
    (problem,) = problems(write(HEAD + text), 3)
    assert (problem["code"], place(problem)) == ("not-toml", expected)
    assert "nested deeper" in problem["message"]


KIB_64 = 65_536


@pytest.mark.parametrize(("length", "codes"), [(KIB_64, []), (KIB_64 + 1, ["not-toml"])])
@pytest.mark.parametrize(
    ("begin", "letter", "end"),
    [
        ("# ", "x", ""),
        ('x-note = "', "x", '"'),
        ("# ", "é", ""),  # two bytes each: bytes are counted, not characters
        ('x-note = "', "漢", '"'),  # three bytes each
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_line_of_64_kib_is_read_and_one_byte_more_is_not(
    length: int,
    codes: list[str],
    begin: str,
    letter: str,
    end: str,
    newline: str,
    write: Write,
) -> None:
    room = length - len(begin + end)
    letters = room // len(letter.encode())
    line = begin + letter * letters + "x" * (room - letters * len(letter.encode())) + end
    assert len(line.encode()) == length
    text = line + "\n" + HEAD
    result = run_here("check", write(text.replace("\n", newline)), "--json")
    assert [problem["code"] for problem in result.json["problems"]] == codes
    assert result.code == (3 if codes else 0)


def test_a_file_of_gigabytes_is_refused_by_its_size(tmp_path: Path) -> None:
    ledger, archive = tmp_path / "cme.toml", tmp_path / "cme.archive.toml"
    for big, other in ((ledger, archive), (archive, ledger)):
        other.write_text(HEAD if other is ledger else "", "utf-8")
        with open(big, "wb") as file:
            os.truncate(file.fileno(), 3 * 1024**3)
        (problem,) = problems(str(ledger), 3)
        assert problem["code"] == "not-toml"
        assert "3,221,225,472 bytes" in problem["message"]
        assert problem["file"] == str(big)
        os.unlink(big)


def test_numbers_beyond_decimal_are_a_matter_of_their_record(write: Write) -> None:
    text = f"{HEAD}x-a = 1e{NINES}\nx-b = -1e-{NINES}\nx-c = 0e{NINES}\n"
    for name, credits in (("r", f"1e{NINES}"), ("s", f"1e-{NINES}"), ("t", "1e-9999999")):
        text += (
            READING.replace('"r"', f'"{name}"').replace("Reading", name) + f"credits = {credits}\n"
        )
    ledger = write(text)
    large, small, least = problems(ledger, 1)
    assert (large["code"], large["severity"], large["record"]) == ("bad-value", "error", "r")
    # 3 lines of x- keys, then a record of 6 lines; "1e" and 20 digits are 22 characters.
    assert place(large) == (9, 11, 9, 33)
    for problem, record in ((small, "s"), (least, "t")):
        assert (problem["code"], problem["record"]) == ("quarter-hours", record)
        assert len(problem["message"]) < 100
    counted = run_here("list", ledger, *AS_OF, "--json").json["records"]
    assert [(item["id"], item["counted"]) for item in counted] == [("s", 0), ("t", 0)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x-a = \n", (1, 7, 1, 7)),
        ("x-a = ", (1, 7, 1, 7)),
        ("x-a = \r\nx-b = 1\r\n", (1, 7, 1, 7)),
        ("x-a = [1,\n", (2, 1, 2, 1)),
        ('x-a = "b\n', (1, 7, 1, 9)),
        ("x-a = nope\n", (1, 7, 1, 8)),
    ],
)
def test_the_place_of_a_slip_never_leaves_its_line(
    text: str, expected: tuple[int, ...], write: Write
) -> None:
    (problem,) = problems(write(HEAD + text), 3)
    assert (problem["code"], place(problem)) == ("not-toml", expected)
    assert "\n  help: " in run_here("check", write(HEAD + text)).out


def test_an_empty_name_is_a_mistake_and_never_the_default(write: Write) -> None:
    variable = {"CMELEDGER": write(HEAD)}
    for arguments in (("check", ""), ("status", ""), ("list", ""), ("why", "total", ""), ("",)):
        result = run_here(*arguments, env=variable)
        assert (result.code, result.out) == (3, "")
        assert "the name of the ledger is empty" in result.err
