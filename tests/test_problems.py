"""Every problem code has its sample file, with places counted by hand; valid files have none."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from cmeledger.problems import CODES
from conftest import DATA, run_here
from repositories import CLEAN, run_git

INVALID = sorted((DATA / "invalid").glob("*.toml"))
VALID = sorted((DATA / "valid").glob("*.toml"))
GENERATED = json.loads((DATA / "invalid" / "generated.json").read_text("utf-8"))
AS_OF = "2026-03-01"
PLACE = ("line", "column", "end_line", "end_column", "code", "severity")


def brief(problem: dict[str, Any]) -> tuple[Any, ...]:
    return (*(problem[key] for key in PLACE), problem["record"])


def placed(ledger: Path, expected: dict[str, Any], folder: Path) -> Path:
    """Give the ledger; where its sample is about git, a copy in a repository of its own."""
    if "gitattributes" not in expected:
        return ledger
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    run_git(folder, "init", "-q")
    (folder / ".gitattributes").write_text(expected["gitattributes"], "utf-8")
    return Path(shutil.copy(ledger, folder))


def test_every_code_has_a_sample_file() -> None:
    named = {path.name.split("--")[0] for path in INVALID}
    assert named == set(CODES)


@pytest.mark.parametrize("ledger", INVALID, ids=lambda path: path.stem)
def test_invalid_file(ledger: Path, tmp_path: Path) -> None:
    expected = json.loads(ledger.with_suffix(".json").read_text("utf-8"))
    ledger = placed(ledger, expected, tmp_path)
    result = run_here("check", str(ledger), "--as-of", expected["as_of"], "--json", env=CLEAN)
    found = result.json
    assert sorted(map(brief, found["problems"]), key=repr) == sorted(
        map(brief, expected["problems"]), key=repr
    )
    assert result.code == expected["exit"]
    assert found["errors"] == sum(p["severity"] == "error" for p in expected["problems"])
    assert [p["line"] for p in found["problems"]] == sorted(p["line"] for p in found["problems"])
    assert all(p["message"] and p["help"] for p in found["problems"])


@pytest.mark.parametrize("ledger", INVALID, ids=lambda path: path.stem)
def test_text_report_shows_place_and_way_out(ledger: Path, tmp_path: Path) -> None:
    expected = json.loads(ledger.with_suffix(".json").read_text("utf-8"))
    ledger = placed(ledger, expected, tmp_path)
    result = run_here("check", str(ledger), "--as-of", expected["as_of"], env=CLEAN)
    for problem in expected["problems"]:
        place = f"{ledger}:{problem['line']}:{problem['column']}: "
        assert f"{place}{problem['severity']}[{problem['code']}]: " in result.out
    assert result.out.count("\n  help: ") == len(expected["problems"])
    assert re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", result.out) is None
    assert all(len(line) <= 80 for line in result.out.split("\n") if " | " in line[:9])


@pytest.mark.parametrize("ledger", VALID, ids=lambda path: path.stem)
def test_valid_file_has_no_problem(ledger: Path) -> None:
    result = run_here("check", str(ledger), "--as-of", AS_OF, "--json")
    assert result.json["problems"] == []
    assert result.code == 0


@pytest.mark.parametrize("case", GENERATED, ids=lambda case: str(case["name"]))
def test_generated_file(case: dict[str, Any], tmp_path: Path) -> None:
    ledger = tmp_path / "cme.toml"
    ledger.write_bytes(eval(case["build"], {"__builtins__": {"str": str, "range": range}}))  # noqa: S307
    result = run_here("check", str(ledger), "--as-of", AS_OF, "--json")
    assert [p["code"] for p in result.json["problems"]] == ([case["code"]] if case["code"] else [])
    assert result.code == case["exit"]
