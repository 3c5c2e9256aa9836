"""What the form says a record would bring is what `status` says after it is saved."""

import random
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from cmeledger import change, form
from cmeledger.book import open_book
from cmeledger.model import License
from cmeledger.problems import UsageError
from cmeledger.report.terminal import MONTHS
from cmeledger.report.trial import Trial, tried
from conftest import SAMPLES, run_here
from generate import MAKERS, activity

DAY = date(2026, 11, 24)
LEDGERS = sorted(path for path in SAMPLES.glob("*.toml") if path.stem != "broken")
LINE = re.compile(r"This would bring(?:, in the cycle to (\w+ \d+, \d+))?: (.*?)\.(?= [A-Z]|$)")
CREDITS = re.compile(r"([\d.]+) → ([\d.]+) of ([\d.]+)")
UNCOUNTED = re.compile(r"(attended|planned) ([\d.]+) → ([\d.]+), not counted")

Standings = dict[str, Any]


def status(file: Path, license: License, year: int | None = None) -> dict[str, Any] | None:
    """Ask `status` for a license, in the cycle of the day or the one that ends in a year."""
    more = ("--cycle", str(year)) if year else ()
    done = run_here("status", str(file), "--as-of", DAY.isoformat(), *more, "--json")
    found = done.json["licenses"] if done.out else []
    kind = (license.number, license.type)
    return next((item for item in found if (item["number"], item["type"]) == kind), None)


def cycle_of(file: Path, license: License, when: date) -> str | None:
    """Ask in which cycle of a license a day lies; None: in none."""
    for year in range(when.year, when.year + 3):
        found = status(file, license, year)
        if found and found["cycle"]["start"] <= when.isoformat() <= found["cycle"]["end"]:
            return str(found["cycle"]["end"])
    return None


def said_of(effects: str) -> dict[str | None, dict[str, dict[str, Any]]]:
    """Read the line back: by the cycle it names, and by requirement."""
    return {
        cycle or None: dict(_read(part) for part in text.split("; "))
        for cycle, text in LINE.findall(effects)
    }


def _read(part: str) -> tuple[str, dict[str, Any]]:
    """Read "risk management 6 → 8 of 10, now met"."""
    found: dict[str, Any] = {}
    for name, old, new in UNCOUNTED.findall(part):
        found[name] = (float(old), float(new))
    rest = UNCOUNTED.sub("", part)
    if credits := CREDITS.search(rest):
        found["counted"] = (float(credits[1]), float(credits[2]), float(credits[3]))
    if now := re.search(r"now ([\w-]+)", rest):
        found["status"] = now[1]
    name = re.split(r" (?:[\d.]+ →|now |attended |planned |$)", part)[0]
    return name.rstrip(" ,"), found


def told_by_status(before: Any, after: Any) -> dict[str, dict[str, Any]]:
    """Work out what the line has to say, from what `status` says before and after."""
    wanted: dict[str, dict[str, Any]] = {}
    for old, new in zip(before["requirements"], after["requirements"], strict=True):
        found: dict[str, Any] = {}
        if new["unit"] == "credits" and old["counted"] != new["counted"]:
            found["counted"] = (old["counted"], new["counted"], new["asked"])
        if old["status"] != new["status"]:
            found["status"] = new["status"]
        for word in ("attended", "planned"):
            if old[word] != new[word]:
                found[word] = (old[word], new[word])
        if found:
            name = new["name"]
            name = name if new.get("own") else name[0].lower() + name[1:]
            wanted[name] = found
    return wanted


def in_words(end: str) -> str:
    day = date.fromisoformat(end)
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def a_record(rng: random.Random) -> dict[str, str]:
    """Draw a record of any kind, in some cycle, as it would be typed."""
    days = [DAY + timedelta(days=rng.randint(-1500, 800)) for _ in range(8)]
    table = activity(rng, rng.choice(MAKERS), days, [])
    table.pop("id", None)
    table.pop("evidence", None)
    table = {name: value for name, value in table.items() if name in form.KEYS}
    if rng.random() < 0.3:
        table["status"] = rng.choice(["claimed", "attended", "planned"])
    return form.texts(table)


def check_one(rng: random.Random, file: Path, text: bytes) -> bool:
    """Try a record out, save it, and compare; tell whether it could be saved."""
    file.write_bytes(text)
    book = open_book(str(file), DAY)
    tally = book.going(book.tallies())[0]  # the one that the screens open with
    report = book.report(tally, tally.series.shown_for(DAY))
    old = rng.choice([a for a in book.ledger.activities if not a.archived])
    record = old.id if rng.random() < 0.4 else None
    base = change.find(book, old.id)[1] if record else {}
    path = old.path if record else None
    typed = form.texts(base) | a_record(rng)
    changes = form.read(base, typed, DAY)
    assert changes.complaints == {}
    values = form.whole(base, changes.changes)
    trial = tried(book, report, path, values)
    make = change.changing(book, record, changes.changes) if record else change.adding(book, values)
    errors = [problem for problem in trial.problems if problem.severity == "error"]
    try:
        operation, _ = change.perform(book, make, None)
    except UsageError:
        assert errors, values
        return False
    assert not errors, (values, errors)
    after = file.read_bytes()
    own = next(
        item.day
        for item in open_book(str(file), DAY).ledger.activities
        if item.id == operation.record
    )
    compare(file, text, after, trial, own, tally.license)
    return True


def compare(
    file: Path, before: bytes, after: bytes, trial: Trial, own: date, license: License
) -> None:
    """Compare the line with `status` of the cycle that is looked at and that of the record."""
    said = said_of(trial.effects)
    file.write_bytes(after)
    shown = status(file, license)
    assert shown
    here, theirs = shown["cycle"]["end"], cycle_of(file, license, own)
    wanted: dict[str | None, dict[str, dict[str, Any]]] = {}
    for end in dict.fromkeys(filter(None, (here, theirs))):
        file.write_bytes(before)
        first = status(file, license, int(end[:4]))
        file.write_bytes(after)
        found = told_by_status(first, status(file, license, int(end[:4])))
        if found:
            wanted[None if end == here else in_words(end)] = found
    assert said == wanted, trial.effects
    assert ("No cycle of this license holds its day." in trial.effects) == (theirs is None)
    if not wanted and theirs is not None:
        assert trial.effects == "This would change no requirement."


@pytest.mark.parametrize(
    ("block", "records"),
    [(0, 8), *(pytest.param(n, 50, marks=pytest.mark.soak) for n in range(1, 11))],
)
@pytest.mark.parametrize("ledger", LEDGERS, ids=lambda path: path.stem)
def test_the_line_is_what_status_says_after_saving(
    ledger: Path, block: int, records: int, tmp_path: Path
) -> None:
    rng = random.Random(f"{ledger.stem} {block}")
    file, text = tmp_path / "cme.toml", ledger.read_bytes()
    saved = sum(check_one(rng, file, text) for _ in range(records))
    assert saved
