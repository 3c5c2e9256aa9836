"""The sample ledgers give the numbers that their README worked out by hand."""

import re
from pathlib import Path

import pytest

from conftest import SAMPLES, run_here

README = (SAMPLES / "README.md").read_text("utf-8")
ROW = re.compile(
    r"^\| `([\w-]+)`[^|]* \| (?:– \()?([\d.]+) / ([\d.]+)\)? \| \**([\w-]+)\**", re.MULTILINE
)
AS_OF = dict(
    re.findall(r"^\| `([\w-]+\.toml)` \| [^|]+ \| (\d{4}-\d\d-\d\d) \|", README, re.MULTILINE)
)


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
    got = {r["id"]: (r["counted"], r["asked"], r["status"]) for r in found["requirements"]}
    assert {i: (float(c), float(a), s) for i, c, a, s in rows} == got


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
    result = run_here(
        "check", str(SAMPLES / "broken.toml"), "--as-of", AS_OF["broken.toml"], "--json"
    )
    assert result.code == 1
    assert len({problem["code"] for problem in result.json["problems"]}) >= 20


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
