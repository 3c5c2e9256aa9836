"""`keep`: until when each record is kept, with its files and where it stands."""

from pathlib import Path

from conftest import run_here
from ledgers import course, ledger

# On 2026-03-01 the cycle is 2024-05-11 to 2026-05-10: a record is kept for one full cycle after its
# own, and end-of-life care is asked once.
RECENT = course("2025-01-01", 1, id="recent", title="Sepsis", evidence=["evidence/a.pdf", "b.pdf"])
OLD = course("2021-06-01", 1, id="old", title="Handoffs")
GONE = course("2019-06-01", 1, id="gone", title="Fluids", evidence=["c.pdf"])
ONCE = course("2021-07-01", 2, "end-of-life", id="once", title="Hospice")


def test_files_and_places_are_named(tmp_path: Path) -> None:
    file = tmp_path / "cme.toml"
    file.write_text(ledger(RECENT, OLD, ONCE), "utf-8")
    (tmp_path / "cme.archive.toml").write_text(f"format = 1\n{GONE}", "utf-8")
    said = run_here("keep", str(file), "--as-of", "2026-03-01")
    assert said.code == 0
    assert said.out == (
        "keep until                id, title, files\n"
        "2022-05-10      archived  gone\n"
        "                          Fluids\n"
        "                          c.pdf\n"
        "2024-05-10      may go    old\n"
        "                          Handoffs\n"
        "for good                  once\n"
        "                          Hospice\n"
        "2028-05-10                recent\n"
        "                          Sepsis\n"
        "                          evidence/a.pdf\n"
        "                          b.pdf\n"
        "\n"
        "4 records, of which 2 may be discarded.\n"
    )
    found = run_here("keep", str(file), "--as-of", "2026-03-01", "--json").json["records"]
    assert [(item["id"], item["archived"], item["evidence"]) for item in found] == [
        ("gone", True, ["c.pdf"]),
        ("old", False, []),
        ("once", False, []),
        ("recent", False, ["evidence/a.pdf", "b.pdf"]),
    ]
