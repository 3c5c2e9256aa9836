"""Small ledgers as TOML text, and what the program answers about them."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from conftest import run_here

RENEWAL = "2026-05-10"
"""The renewal date of a ledger that names no license: its cycle is 2024-05-11 to 2026-05-10."""

DAYS = frozenset({"date", "start", "end", "claim-by", "approved-on"})

# Records as a person writes them, for the tests of what changes them.
TALK = """
# A talk worth remembering.
[[activity]]
id = "talk"
date = 2025-05-01
title = "Heart failure at home"
provider = "Boston University"
category = 1
credits = 1.50   # as on the certificate
no-evidence = "sample"
"""
LIST = """
[[activity]]
id = "list"
date = 2025-06-01
title = "Handoffs"
provider = "BIDMC"
category = 1
credits = 2
"""
OTHER = """
[[activity]]
id = "other"
date = 2025-06-01
title = "Handoffs"
provider = "BIDMC"
category = 1
credits = 2
no-evidence = "sample"
"""


def toml(value: object) -> str:
    """Spell a value in TOML."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    return json.dumps(value)


def activity(**keys: object) -> str:
    """Write one record; `approved_on` stands for `approved-on`."""
    names = {key.replace("_", "-"): value for key, value in keys.items()}
    names = {"title": "A sample", "provider": "A school"} | names
    lines = [
        f"{key} = {value if key in DAYS else toml(value)}"
        for key, value in names.items()
        if value is not None
    ]
    return "\n".join(["[[activity]]", *lines, ""])


def course(date: str, credits: float, *topics: str, **keys: object) -> str:
    """Write a course of Category 1."""
    return activity(**{"date": date, "category": 1, "credits": credits, "topics": topics} | keys)


def waiver(renewal: str, **keys: object) -> str:
    """Write a waiver; its days are named `granted` and `requested`."""
    lines = [f"{key} = {value if key == 'granted' else toml(value)}" for key, value in keys.items()]
    return "\n".join(["[[waiver]]", 'jurisdiction = "MA"', f"renewal-date = {renewal}", *lines, ""])


def renewing(day: str, type: str = "full") -> str:
    """Write what a license says that renews on a day."""
    return f'renewal-date = {day}\ntype = "{type}"'


def ledger(
    *activities: str,
    license: str | tuple[str, ...] = renewing(RENEWAL),
    practice: str = "",
    birthday: str | None = None,
    more: str = "",
) -> str:
    """Write a ledger. Without a birthday, it is the day of the first license's renewal date."""
    licenses = (license,) if isinstance(license, str) else license
    if birthday is None:
        named = re.search(r"renewal-date = \d{4}-(\d\d-\d\d)", licenses[0])
        birthday = named[1] if named else "05-10"
    head = f'format = 1\n[physician]\nname = "Test Sample, MD"\nbirthday = "{birthday}"\n'
    tables = [
        f'[[license]]\njurisdiction = "MA"\nnumber = "{number}"\n{lines}\n'
        for number, lines in enumerate(licenses, 1)
    ]
    return "".join([head, f"[practice]\n{practice}\n", *tables, *activities, more])


def ask(folder: Path, text: str, *arguments: str, code: int = 0) -> Any:
    """Ask one command about a ledger; return its JSON document."""
    file = folder / "cme.toml"
    file.write_text(text, "utf-8")
    result = run_here(*arguments, "--json", str(file))
    assert result.code == code, result.err
    return result.json


def licenses(folder: Path, text: str, day: str, *arguments: str, code: int = 0) -> list[Any]:
    """Ask where each license stands on a day."""
    found = ask(folder, text, "status", "--as-of", day, *arguments, code=code)["licenses"]
    assert isinstance(found, list)
    return found


def by_id(license: Any) -> dict[str, Any]:
    """List the requirements of a license by their ids."""
    return {entry["id"]: entry for entry in license["requirements"]}


def standings(
    folder: Path, text: str, day: str = RENEWAL, *arguments: str, code: int = 0
) -> dict[str, Any]:
    """Ask where each requirement of the first license stands on a day."""
    return by_id(licenses(folder, text, day, *arguments, code=code)[0])


def counted(
    folder: Path, text: str, names: Sequence[str], day: str = RENEWAL, *arguments: str
) -> tuple[float, ...]:
    """Ask what is counted for some requirements of the first license."""
    found = standings(folder, text, day, *arguments)
    return tuple(found[name]["counted"] for name in names)


def why(folder: Path, text: str, id: str, day: str = RENEWAL, *arguments: str) -> Any:
    """Ask why a record or a requirement counts as it does."""
    return ask(folder, text, "why", id, "--as-of", day, *arguments)


def listed(folder: Path, text: str, day: str = RENEWAL) -> dict[str, Any]:
    """List the records by their ids."""
    return {item["id"]: item for item in ask(folder, text, "list", "--as-of", day)["records"]}


def cuts(document: Any) -> list[tuple[str, float]]:
    """List the reasons of a record: what was cut off, and by which limit."""
    return [(reason["code"], reason["cut"]) for reason in document["reasons"]]


def warnings(folder: Path, text: str, day: str = RENEWAL) -> set[tuple[str, str | None]]:
    """Check a ledger that has no errors; list each warning with its record."""
    found = ask(folder, text, "check", "--as-of", day)["problems"]
    return {(problem["code"], problem["record"]) for problem in found}


def errors(folder: Path, text: str, day: str = RENEWAL) -> set[tuple[str, str | None]]:
    """Check a ledger that has errors; list each with its record."""
    found = ask(folder, text, "check", "--as-of", day, code=1)["problems"]
    return {(p["code"], p["record"]) for p in found if p["severity"] == "error"}


def codes(folder: Path, text: str, day: str = RENEWAL) -> set[str]:
    """Check a ledger that has no errors; list the codes of its warnings."""
    return {code for code, _ in warnings(folder, text, day)}
