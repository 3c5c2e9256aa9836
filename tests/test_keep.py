"""`keep`: where each record stands."""

from pathlib import Path

from conftest import run_here
from ledgers import course, ledger

# On 2026-03-01 the cycle is 2024-05-11 to 2026-05-10: a record is kept for one full cycle after its
# own, and end-of-life care is asked once.
RECENT = course("2025-01-01", 1, id="recent", title="Sepsis", evidence=["evidence/a.pdf", "b.pdf"])
OLD = course("2021-06-01", 1, id="old", title="Handoffs")
GONE = course("2019-06-01", 1, id="gone", title="Fluids", evidence=["c.pdf"])
ONCE = course("2021-07-01", 2, "end-of-life", id="once", title="Hospice")


def test_the_records_of_the_archive_are_marked(tmp_path: Path) -> None:
    file = tmp_path / "cme.toml"
    file.write_text(ledger(RECENT, OLD, ONCE), "utf-8")
    (tmp_path / "cme.archive.toml").write_text(f"format = 1\n{GONE}", "utf-8")
    found = run_here("keep", str(file), "--as-of", "2026-03-01", "--json").json["records"]
    assert [(item["id"], item["archived"]) for item in found] == [
        ("gone", True), ("old", False), ("once", False), ("recent", False),
    ]  # fmt: skip
