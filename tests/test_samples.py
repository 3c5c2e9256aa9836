"""The sample ledgers give the numbers that their README worked out by hand."""

import re
from pathlib import Path

import pytest

from conftest import SAMPLES, run_here

README = (SAMPLES / "README.md").read_text("utf-8")
ROW = re.compile(
    r"^\| `([\w-]+)`[^|]* \| (?:– \()?([\d.]+) / ([\d.]+)\)? \| \**([\w-]+)\**([^|]*)\|(.*)",
    re.MULTILINE,
)
FILES = re.findall(
    r"^\| `([\w-]+\.toml)` \| [^|]+ \| (\d{4}-\d\d-\d\d) \| (\d+) \| [^|]+ \| ([\w-]+) \|",
    README,
    re.MULTILINE,
)
"""File, day asked about, number of records, and the status of its license."""
AS_OF = {file: day for file, day, _, _ in FILES}
CODE = r"`([\w-]+)`"


def part(heading: str) -> str:
    """Cut out what stands under a heading of the README."""
    return README.split(f"## {heading}", 1)[1].split("\n## ", 1)[0]


def promised(how: str) -> tuple[float, float]:
    """Read the planned and the attended credits of a row: "P 2, A 1", or "one planned"."""
    planned, attended = (re.search(rf"\b{letter} ([\d.]+)", how) for letter in "PA")
    one = float("one planned" in how)
    return float(planned[1]) if planned else one, float(attended[1]) if attended else 0.0


def sections() -> list[tuple[str, str, str]]:
    parts = re.split(r"^### ", README, flags=re.MULTILINE)[1:]
    return [
        (p.split(".toml")[0] + ".toml", p.split("\n")[0], p) for p in parts if ".toml" in p[:40]
    ]


@pytest.mark.parametrize(("ledger", "title", "text"), sections(), ids=lambda s: str(s)[:30])
def test_sample_gives_the_numbers_of_its_readme(ledger: str, title: str, text: str) -> None:
    arguments = ["status", str(SAMPLES / ledger), "--as-of", AS_OF[ledger], "--json"]
    if (year := re.search(r"--cycle (\d{4})", title)) is not None:
        arguments += ["--cycle", year[1]]
    found = run_here(*arguments).json["licenses"][0]
    if (days := re.search(r"(-?\d+) days left", title)) is not None:
        assert found["cycle"]["days_left"] == int(days[1])
    dates = re.search(r"(\d{4}-\d\d-\d\d) to (\d{4}-\d\d-\d\d)", title)
    assert dates is not None
    assert (found["cycle"]["start"], found["cycle"]["end"]) == dates.groups()
    rows = ROW.findall(text)
    assert len(rows) >= 8
    got = {
        r["id"]: (r["counted"], r["asked"], r["status"], (r["planned"], r["attended"]))
        for r in found["requirements"]
    }
    assert {
        id: (float(counted), float(asked), status, promised(how))
        for id, counted, asked, status, _, how in rows
    } == got
    missing = {id: re.search(r"by ([\d.]+)", said) for id, _, _, _, said, _ in rows}
    by_id = {r["id"]: r["missing"] for r in found["requirements"]}
    assert all(by_id[id] == float(said[1]) for id, said in missing.items() if said)
    overall = re.search(r"\*\*([\w-]+)\*\*$", title)
    assert overall is not None
    assert found["status"] == overall[1]


@pytest.mark.parametrize(("file", "day", "count", "overall"), FILES)
def test_the_table_of_files_is_right(file: str, day: str, count: str, overall: str) -> None:
    assert (SAMPLES / file).read_text("utf-8").count("[[activity]]") == int(count)
    found = run_here("status", str(SAMPLES / file), "--as-of", day, "--json").json
    assert found["licenses"][0]["status"] == overall


def test_limits_at_work_cut_what_the_readme_says() -> None:
    table = README.split("Limits at work", 1)[1].split("\n### ", 1)[0]
    rows = re.findall(
        r"^\| (\d{4}-\d\d-\d\d) [^|]+ \| ([\d.]+) \| ([\d.]+) \|", table, re.MULTILINE
    )
    assert len(rows) == 10
    surgeon = "surgeon.toml"
    found = run_here("list", str(SAMPLES / surgeon), "--as-of", AS_OF[surgeon], "--json").json
    got = {(r["date"], r["claimed"]): r["counted"] for r in found["records"]}
    for day, claimed, counted in rows:
        assert got[day, float(claimed)] == float(counted), day


CHECKS = re.findall(
    r"^\| `([\w-]+\.toml)` \| (\d+) \| (\d+) \| (.+) \|$",
    part("What `check` should find"),
    re.MULTILINE,
)


def test_every_sample_is_in_the_table_of_checks() -> None:
    assert [file for file, *_ in CHECKS] == [file for file, *_ in FILES]


@pytest.mark.parametrize(("file", "errors", "warnings", "which"), CHECKS)
def test_check_finds_what_the_readme_says(
    file: str, errors: str, warnings: str, which: str
) -> None:
    found = run_here("check", str(SAMPLES / file), "--as-of", AS_OF[file], "--json").json
    assert (found["errors"], found["warnings"]) == (int(errors), int(warnings))
    if which != "below":
        named = re.findall(CODE + r" \((\d{4}-\d\d-\d\d)\)", which)
        days = {
            record["id"]: record["date"]
            for record in run_here("list", str(SAMPLES / file), "--json").json["records"]
        }
        assert [(p["code"], days[p["record"]]) for p in found["problems"]] == named


def test_samples_hold_over_250_records() -> None:
    assert (
        sum(path.read_text("utf-8").count("[[activity]]") for path in SAMPLES.glob("*.toml")) > 250
    )


@pytest.mark.parametrize("ledger", sorted(AS_OF), ids=str)
def test_every_sample_is_marked_and_its_evidence_is_there(ledger: str) -> None:
    path = SAMPLES / ledger
    assert "SAMPLE" in path.read_text("utf-8").split("format")[0]
    problems = run_here("check", str(path), "--as-of", AS_OF[ledger], "--json").json["problems"]
    missing = [p for p in problems if p["code"] in ("missing-evidence", "evidence-changed")]
    assert len(missing) == (2 if ledger == "broken.toml" else 0)
    assert Path(path.parent / "evidence").is_dir()


def test_the_broken_sample_shows_off_the_messages() -> None:
    path = str(SAMPLES / "broken.toml")
    result = run_here("check", path, "--as-of", AS_OF["broken.toml"], "--json")
    assert result.code == 1
    found: dict[str, list[str]] = {"error": [], "warning": []}
    for problem in result.json["problems"]:
        found[problem["severity"]].append(problem["code"])
    said = part("What `check` should find").split("`broken.toml`, errors: ")[1]
    errors, warnings = said.split("Warnings, one each: ")
    # "`bad-value` twice (…, …)" and "`missing-key` (…)": a code, at times how often, and where
    listed = re.findall(
        r"(?:^|, |\n)`([a-z-]+)`( twice)?(?= \(|\.|,)", re.sub(r"\([^)]*\)", "()", errors)
    )
    assert sorted(found["error"]) == sorted(
        code for code, twice in listed for _ in range(2 if twice else 1)
    )
    assert sorted(found["warning"]) == sorted(re.findall(CODE, warnings))
    codes = set(found["error"]) | set(found["warning"])
    problems = len(result.json["problems"])
    assert (problems, len(codes)) == (26, 23)
    assert f"{problems} problems of {len(codes)} codes" in README
    assert "Six records are left out" in " ".join(said.split())
    assert len(left_out(path)) == 6


def left_out(path: str) -> list[str]:
    """Name the records with an error."""
    found = run_here("check", path, "--json").json["problems"]
    records = dict.fromkeys(p["record"] for p in found if p["severity"] == "error" and p["record"])
    return list(records)


EARLIER = re.findall(
    r"^\| `([\w-]+\.toml)` \| (\d{4})-\d\d-\d\d \| ([\d.]+) / \d+ \| ([\d.]+) / \d+ \| (yes)? *\|",
    README,
    re.MULTILINE,
)


@pytest.mark.parametrize(("ledger", "year", "total", "risk", "note"), EARLIER)
def test_earlier_cycles_give_the_numbers_of_the_readme(
    ledger: str, year: str, total: str, risk: str, note: str
) -> None:
    path = str(SAMPLES / ledger)
    found = run_here("status", path, "--as-of", AS_OF[ledger], "--cycle", year, "--json")
    license_ = found.json["licenses"][0]
    by_id = {r["id"]: r for r in license_["requirements"]}
    assert license_["status"] == "met"
    assert (by_id["total"]["counted"], by_id["risk-management"]["counted"]) == (
        float(total),
        float(risk),
    )
    assert ("60 would satisfy either reading" in (by_id["total"]["note"] or "")) == bool(note)
