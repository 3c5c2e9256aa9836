"""The completion scripts complete: bash, and zsh and fish where they are installed."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from cmeledger.cli.completion_cmd import SHELLS
from cmeledger.cli.main import VERBS
from cmeledger.ledger.schema import KINDS, LICENSE_TYPES
from conftest import SAMPLES, run_here


def shell(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed here")
    return found


def script(name: str, folder: Path) -> Path:
    result = run_here("completion", name)
    assert (result.code, result.err) == (0, "")
    file = folder / f"cmeledger.{name}"
    file.write_text(result.out, "utf-8")
    return file


def said(*command: str, cwd: Path | None = None) -> list[str]:
    env = {k: v for k, v in os.environ.items() if k != "BASH_ENV"}
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, env=env, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), command
    return done.stdout.split("\n")[:-1]


def in_bash(folder: Path, *words: str) -> set[str]:
    """Complete the last word as bash does after a press of Tab."""
    typed = " ".join(f"'{word}'" for word in ("cmeledger", *words))
    name, last, before = "cmeledger", words[-1], ("cmeledger", *words)[-2]
    code = (
        f"source {script('bash', folder)}; function=$(complete -p cmeledger); "
        'function="${function##*-F }"; function="${function%% *}"; '
        f"COMP_WORDS=({typed}); COMP_CWORD={len(words)}; COMP_LINE='{' '.join(words)}'; "
        f"\"$function\" '{name}' '{last}' '{before}' 2>/dev/null; "
        'for reply in "${COMPREPLY[@]}"; do printf "%s\\n" "$reply"; done'
    )
    return set(said(shell("bash"), "--norc", "-c", code, cwd=SAMPLES))


def in_fish(folder: Path, *words: str) -> set[str]:
    code = f"source {script('fish', folder)}; complete -C 'cmeledger {' '.join(words)}'"
    lines = said(shell("fish"), "--no-config", "-c", code, cwd=SAMPLES)
    return {line.split("\t")[0] for line in lines}


@pytest.mark.parametrize("name", SHELLS)
def test_the_script_is_good_syntax(name: str, tmp_path: Path) -> None:
    assert said(shell(name), "-n", str(script(name, tmp_path))) == []


@pytest.mark.parametrize("complete", [in_bash, in_fish])
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("ch",), {"check"}),
        (("sta",), {"status"}),
        (("completion", ""), set(SHELLS)),
        (("list", "--ca"), {"--category"}),
        (("list", "--kind", "jour"), {"journal-club"}),
        (("list", "--category", ""), {"1", "2"}),
        (("init", "--type", "temporary-"), {t for t in LICENSE_TYPES if t.startswith("temp")}),
        (("init", "--dea", ""), {"yes", "no"}),
        (("rules", "implicit"), {"implicit-bias"}),
        (("rules", "tea"), {"teaching"}),
        (("why", "board-r"), {"board-regulations"}),
        (("check", "surg"), {"surgeon.toml"}),
        (("log", "surg"), {"surgeon.toml"}),
        (("diff", "HEAD", "surg"), {"surgeon.toml"}),
        (("why", "total", "psych"), {"psychiatrist.toml"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_words_are_completed(
    complete: object, words: tuple[str, ...], expected: set[str], tmp_path: Path
) -> None:
    assert callable(complete)
    assert complete(tmp_path, *words) == expected


def test_every_verb_and_option_is_offered(tmp_path: Path) -> None:
    assert in_bash(tmp_path, "") == set(VERBS)
    assert {"--as-of", "--json", "--strict", "--without-archive"} < in_bash(tmp_path, "check", "-")
    assert in_bash(tmp_path, "list", "--kind", "") == set(KINDS)


def test_zsh_takes_the_script_for_the_command(tmp_path: Path) -> None:
    code = (
        f"autoload -Uz compinit; compinit -u -D; eval \"$(<'{script('zsh', tmp_path)}')\"; "
        "print -r -- ${_comps[cmeledger]}"
    )
    assert said(shell("zsh"), "-f", "-c", code) == ["_shtab_cmeledger"]


@pytest.mark.parametrize("arguments", [(), ("tcsh",), ("bash", "zsh")])
def test_an_unknown_shell_is_exit_2(arguments: tuple[str, ...]) -> None:
    assert run_here("completion", *arguments).code == 2
