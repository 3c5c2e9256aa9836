"""A ledger lived with for ten years: at each cycle's end what may go is archived.

The license renews on May 10 of even years. The first cycle walked through is 2018-05-11 to
2020-05-10, the fifth 2026-05-11 to 2028-05-10. Each has a course of 30 credits on its first day
and one of 20 on its last. The first also has the EHR training, asked once, and a publication of 10
credits, whose work comes out again in the fifth.
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from conftest import HEAD, Result, run_here

COURSES = {  # the year of renewal: the days of its two courses
    2020: ("2018-05-11", "2020-05-10"),
    2022: ("2020-05-11", "2022-05-10"),
    2024: ("2022-05-11", "2024-05-10"),
    2026: ("2024-05-11", "2026-05-10"),
    2028: ("2026-05-11", "2028-05-10"),
}
# What each file holds on the day after a cycle's end, once it was archived. The cycle that has just
# ended is then the one before, and the present one is empty.
AFTER = {
    2020: ({"first-2020", "ehr-course", "paper", "last-2020"}, set()),
    2022: ({"ehr-course", "first-2022", "last-2022"}, {"first-2020", "paper", "last-2020"}),
    2024: (
        {"ehr-course", "first-2024", "last-2024"},
        {"first-2020", "paper", "last-2020", "first-2022", "last-2022"},
    ),
    2026: (
        {"ehr-course", "first-2026", "last-2026"},
        {
            *("first-2020", "paper", "last-2020", "first-2022", "last-2022"),
            *("first-2024", "last-2024"),
        },
    ),
    2028: (
        {"ehr-course", "first-2028", "paper-again", "last-2028"},
        {
            *("first-2020", "paper", "last-2020", "first-2022", "last-2022"),
            *("first-2024", "last-2024", "first-2026", "last-2026"),
        },
    ),
}
TOTALS = {2020: 63, 2022: 50, 2024: 50, 2026: 50, 2028: 50}
"""30 + 20; in the first cycle 3 of the EHR training and 10 of the publication as well."""

COURSE = ("--kind", "course", "--category", "1")
PAPER = ("--kind", "publication", "--credits", "10", "--work", "doi:10.0/1")


def ids(file: Path) -> set[str]:
    """Give the ids of a file, each of which it holds once."""
    tables = tomllib.loads(file.read_text("utf-8")) if file.exists() else {}
    found = [record["id"] for record in tables.get("activity", ())]
    assert len(found) == len(set(found))
    return set(found)


class Walk:
    """A ledger that is archived, and its twin that never is."""

    def __init__(self, folder: Path) -> None:
        self.file, self.twin = folder / "cme.toml", folder / "twin.toml"
        self.archive = folder / "cme.archive.toml"
        self.env = {"CMELEDGER_HISTORY": str(folder / "history")}
        for file in (self.file, self.twin):
            file.write_text(HEAD, "utf-8")

    def run(self, file: Path, day: str, *words: str) -> Result:
        """Run a command as of a day."""
        done = run_here(*words, str(file), "--as-of", day, env=self.env)
        assert done.code == 0, done.err
        return done

    def add(self, id: str, day: str, *words: str) -> None:
        """Add a record to both, on its day."""
        for file in (self.file, self.twin):
            self.run(
                file,
                day,
                *("add", f"About {id}", "--id", id, "--provider", "BIDMC"),
                *("--no-evidence", "sample", *words),
            )

    def total(self, day: str, year: int, *words: str) -> tuple[float, float]:
        """Ask what counts for the total and for the EHR training."""
        asked = ("status", "--cycle", str(year), "--json", *words)
        (license,) = self.run(self.file, day, *asked).json["licenses"]
        counted = {item["id"]: item["counted"] for item in license["requirements"]}
        return counted["total"], counted["ehr"]

    def answers(self, file: Path, day: str, years: list[int]) -> list[Any]:
        """Ask everything there is to ask about the cycles so far."""
        found: list[Any] = [self.run(file, day, "list", "--json").json["records"]]
        for year in years:
            status = self.run(file, day, "status", "--cycle", str(year), "--json").json
            found.append(status["licenses"])
        kept = self.run(file, day, "keep", "--json").json["records"]
        # Where a record stands is the one thing that the archive changes.
        found.append([{k: v for k, v in item.items() if k != "archived"} for item in kept])
        return found


@pytest.fixture
def walk(tmp_path: Path) -> Walk:
    return Walk(tmp_path)


def test_five_cycles(walk: Walk) -> None:
    years: list[int] = []
    before: set[str] = set()
    for year, (first, last) in COURSES.items():
        years.append(year)
        walk.add(f"first-{year}", first, *COURSE, "--credits", "30")
        if year == 2020:
            walk.add("ehr-course", "2018-09-01", *COURSE, *("--credits", "3", "--topics", "ehr"))
            walk.add("paper", "2019-01-01", *PAPER)
        if year == 2028:
            walk.add(
                "paper-again",
                "2027-01-01",
                *PAPER,
            )
        walk.add(f"last-{year}", last, *COURSE, "--credits", "20")

        # On the last day nothing of this cycle, and nothing of the one before, may go.
        archived = ids(walk.archive)
        walk.run(walk.file, last, "archive", "--apply", "--yes")
        assert ids(walk.archive) == archived
        assert {f"first-{year}", f"last-{year}", "ehr-course"} | before <= ids(walk.file)
        assert walk.total(last, year) == (TOTALS[year], 3)

        day = f"{year}-05-11"
        walk.run(walk.file, day, "archive", "--apply", "--yes")
        assert (ids(walk.file), ids(walk.archive)) == AFTER[year]
        before = {f"first-{year}", f"last-{year}"}

        assert walk.answers(walk.file, day, years) == walk.answers(walk.twin, day, years)
        assert {each: walk.total(day, each)[0] for each in years} == {
            each: TOTALS[each] for each in years
        }

    # The work was counted in 2019, which only the archive tells.
    assert walk.total("2028-05-11", 2028) == (50, 3)
    assert walk.total("2028-05-11", 2028, "--without-archive") == (60, 3)
    # All of it can come back, and the ledger says what its twin says.
    for id in sorted(ids(walk.archive)):
        walk.run(walk.file, "2028-05-11", "restore", id)
    assert ids(walk.archive) == set()
    assert walk.file.read_text("utf-8") == walk.twin.read_text("utf-8")
