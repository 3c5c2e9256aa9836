"""The limits that stop a file from being read at all, to the byte."""

from collections.abc import Callable

import pytest

from conftest import HEAD, run_here

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
    write: Callable[[str], str],
) -> None:
    room = length - len(begin + end)
    letters = room // len(letter.encode())
    line = begin + letter * letters + "x" * (room - letters * len(letter.encode())) + end
    assert len(line.encode()) == length
    text = line + "\n" + HEAD
    result = run_here("check", write(text.replace("\n", newline)), "--json")
    assert [problem["code"] for problem in result.json["problems"]] == codes
    assert result.code == (3 if codes else 0)
