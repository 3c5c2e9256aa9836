"""What is typed or named reaches no terminal raw, and no locale ends the program."""

import re
from pathlib import Path

import pytest

from conftest import SAMPLES, run_here, run_program
from ledgers import course, ledger

AS_OF = ("--as-of", "2026-03-01")
HOSPITALIST = str(SAMPLES / "hospitalist.toml")
RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def test_a_requirement_and_what_would_help_it_are_shown_safely(tmp_path: Path) -> None:
    own = '[[requirement]]\nid = "own"\nname = "Ours\\u001b[2J\\u0007"\ncredits = 9\n'
    waiting = course("2026-02-01", 2, id="a", status="attended", title="Pain\x1b[31m\u202e")
    file = tmp_path / "cme.toml"
    file.write_text(ledger(waiting, more=own), "utf-8")
    result = run_here("status", str(file), *AS_OF)
    assert result.code == 0
    assert RAW.search(result.out) is None
    shown = " ".join(result.out.split())
    assert "Ours\\e[2J\\x07" in shown
    assert "Claim Pain\\e[31m\\u202e: " in shown
    why = run_here("why", "own", str(file), *AS_OF)
    assert RAW.search(why.out) is None


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "--\x1b[31m"),
        ("status", "a.toml", "\x1b]0;x\x07"),
        ("status", "--as-of", "\x1b[31m\r"),
        ("status", "--cycle", "\u202e"),
        ("list", "--category", "\x9b31m"),
    ],
)
def test_a_wrong_command_line_is_told_safely(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_here(*arguments, env={"CMELEDGER": HOSPITALIST}).code == 2
    shown = capsys.readouterr().err
    assert "error: " in shown
    assert RAW.search(shown) is None


def test_a_certificate_that_the_locale_cannot_spell_is_no_crash(tmp_path: Path) -> None:
    file = tmp_path / "cme.toml"
    file.write_text(ledger(course("2026-02-01", 2, id="a", evidence=["é.pdf"])), "utf-8")
    for arguments in (("check",), ("check", "--json")):
        result = run_program(
            *arguments, str(file), *AS_OF, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"
        )
        assert (result.code, result.err) == (0, "")
        assert "missing-evidence" in result.out
