"""What README, docs and help say is what the program has."""

import re
import shlex
from pathlib import Path

import pytest

from cmeledger.cli.main import VERBS
from cmeledger.ledger import schema
from cmeledger.ledger.parse import parse
from cmeledger.problems import CODES, Exit
from cmeledger.rules import rulebook as rules
from conftest import run_here

ROOT = Path(__file__).parent.parent
DOCS = {path.name: path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md")}
README = (ROOT / "README.md").read_text("utf-8")
PAGES = {
    **DOCS,
    "README.md": README,
    "CONTRIBUTING.md": (ROOT / "CONTRIBUTING.md").read_text("utf-8"),
}
RULEBOOK = rules.load()


def test_every_problem_code_has_a_section() -> None:
    assert set(re.findall(r"^### `?([\w-]+)`?", DOCS["problems.md"], re.MULTILINE)) == set(CODES)


def test_the_format_names_every_table_key_kind_and_word() -> None:
    text = DOCS["format.md"]
    for table, keys in schema.TABLES.items():
        assert f"[{table}]" in text
        for key in keys:
            assert f"`{key.name}`" in text, (table, key.name)
    for word in (*schema.KINDS, *schema.STATUSES, *schema.LEARNERS, *schema.LICENSE_TYPES):
        assert word in text, word
    for word in (*schema.EHR_PROOFS, *RULEBOOK.topics):
        assert word in text, word
    assert "Schedule VI" in text


def test_the_rules_page_names_every_requirement_and_source() -> None:
    text = DOCS["rules.md"]
    for name in RULEBOOK.ids:
        assert f"`{name}`" in text
    for tag in RULEBOOK.sources:
        assert tag in text, tag
    assert "legal advice" in text


def test_every_verb_is_in_readme_and_json_page() -> None:
    for verb in VERBS:
        assert f"cmeledger {verb}" in README
        assert f"cmeledger {verb}" in DOCS["json.md"]


def test_the_exit_codes_of_the_commands_are_explained() -> None:
    for code in Exit:
        assert re.search(rf"^\| *`?{code.value}`? *\|", DOCS["json.md"], re.MULTILINE), code


def test_the_ledger_in_the_readme_is_a_good_one(tmp_path: Path) -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    ledger = tmp_path / "cme.toml"
    ledger.write_text(text, "utf-8")
    result = run_here("check", str(ledger), "--as-of", "2026-11-24", "--json")
    assert [problem["code"] for problem in result.json["problems"]] == ["missing-evidence"]


def test_the_status_in_the_readme_is_what_the_program_prints() -> None:
    (shown,) = re.findall(r"```\n\$ cmeledger (status.*?)```", README, re.DOTALL)
    command, *lines = shown.strip().split("\n")
    arguments = shlex.split(command)
    arguments[1] = str(ROOT / arguments[1])
    printed = run_here(*arguments).out.split("\n")
    assert [line for line in lines if line != "…" and line not in printed] == []


@pytest.mark.parametrize("name", PAGES)
def test_every_relative_link_leads_somewhere(name: str) -> None:
    folder = ROOT / "docs" if name in DOCS else ROOT
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", PAGES[name]):
        assert (folder / link).exists(), link


@pytest.mark.parametrize("name", PAGES)
def test_toml_in_the_pages_is_toml(name: str) -> None:
    for block in re.findall(r"```toml\n(.*?)```", PAGES[name], re.DOTALL):
        parse(block.encode())


BRITISH = re.compile(
    r"\b(?:licen[c]e[sd]?|enrolments?|enrol|programmes?|practis(?:e[sd]?|ing)|favour\w*|colour\w*"
    r"|behaviour\w*|honour\w*|neighbour\w*|centres?|judgements?|fulfil|cancell(?:ed|ing)|labell(?:ed|ing)"
    r"|travell\w+|whilst|grey|defence|analys(?:e[sd]?|ing)|(?:mis)?spelt|learnt"
    r"|\w+(?:recognis|organis|summaris|apologis|minimis|maximis)\w*"
    r"|(?:recognis|organis|summaris|apologis|minimis|maximis)\w*)\b",
    re.IGNORECASE,
)
SPOKEN = {
    str(path.relative_to(ROOT)): path.read_text("utf-8")
    for pattern in ("src/**/*.py", "src/**/*.toml", "sample-ledgers/*", "tests/*.py")
    for path in ROOT.glob(pattern)
    if path.is_file() and path != Path(__file__)
}
"""The program's own text, with every message, the rules, the sample ledgers and the tests."""


@pytest.mark.parametrize("name", [*PAGES, *SPOKEN])
def test_american_english(name: str) -> None:
    text = {**PAGES, **SPOKEN}[name]
    # the broken sample misspells a table on purpose
    assert set(BRITISH.findall(text)) <= ({"practise"} if "sample-ledgers" in name else set())


def test_file_names_are_american_too() -> None:
    names = [path.name for path in (ROOT / "tests").rglob("*") if path.suffix in (".toml", ".json")]
    assert [name for name in names if BRITISH.search(name.replace("-", " "))] == []
