"""`add` on a terminal asks for what it needs; what it guesses, and from which record."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cmeledger import change
from cmeledger.book import open_book
from conftest import HEAD, Result, run_here
from ledgers import activity, ledger
from terminal import Terminal, owning_it

DAY = date(2026, 3, 1)
RECORDS = "\n" + "\n".join(
    (
        activity(
            id="old", date="2025-01-10", title="Grand rounds", provider="MGH", category=2, credits=1
        ),
        activity(
            id="new", date="2025-02-10", title="grand  Rounds", provider="BIDMC", category=1,
            credits=1,
        ),
        activity(
            id="teach", date="2025-03-10", title="Sepsis for residents", provider="BIDMC",
            kind="teaching", category=2, hours=2,
        ),
        activity(id="paper", date="2025-04-10", title="A paper", provider="JAMA", kind="article"),
        activity(id="bare", date="2025-05-10", title="Bare", provider=None, category=1, credits=1),
    )
)  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "cme.toml"
    file.write_text(HEAD + RECORDS, "utf-8")
    return file


def cme(file: Path, *arguments: str) -> Result:
    env = {"CMELEDGER_HISTORY": "off"}
    return run_here(*arguments, str(file), "--as-of", "2026-03-01", env=env)


def terminal(file: Path, *arguments: str) -> Terminal:
    return Terminal(
        owning_it(*arguments, "--as-of", "2026-03-01"), (200, 24), CMELEDGER=str(file),
        CMELEDGER_HISTORY="off", PYTHONUTF8="1",
    )  # fmt: skip


def added(*lines: str) -> str:
    return HEAD + RECORDS + "\n" + "\n".join(("[[activity]]", *lines, ""))


def test_everything_is_asked_of_who_says_nothing(file: Path) -> None:
    with terminal(file, "add") as screen:
        screen.send("\nAsthma today\n")
        screen.shows("please write the title")
        screen.send("\n3\n1\n1,5\nhalf\n1 1/2\n")
        assert screen.ended() == 0
        for said in ("Provider", "write 1 or 2", "a comma", "like 1.5", "that is 1.5", "Saved in"):
            assert said in screen.words
    assert file.read_text("utf-8") == added(
        'id = "2026-03-01-asthma-today"',
        "date = 2026-03-01",
        'title = "Asthma today"',
        "category = 1",
        "credits = 1.5",
    )


def test_what_is_given_or_guessed_is_not_asked(file: Path) -> None:
    with terminal(file, "add", "Heart failure", "--provider", "JAMA", "--category", "1") as screen:
        assert screen.ended() == 0
        # An article needs neither credits nor a category: the kind says both.
        assert "taken from paper: kind article" in screen.words
        for question in ("Title", "Provider", "Category", "Credits", "Hours"):
            assert f"{question} (" not in screen.words
    assert file.read_text("utf-8") == added(
        'id = "2026-03-01-heart-failure"',
        "date = 2026-03-01",
        'title = "Heart failure"',
        'provider = "JAMA"',
        'kind = "article"',
        "category = 1",
    )


def test_only_the_category_is_asked_where_nothing_gives_it(file: Path) -> None:
    with terminal(file, "add", "Gout", "--provider", "Elsewhere", "--credits", "1") as screen:
        screen.send("2\n")
        assert screen.ended() == 0
        assert "Category" in screen.words
        assert "Provider" not in screen.words
        assert "Credits" not in screen.words
    assert file.read_text("utf-8").endswith("category = 2\ncredits = 1\n")


def test_a_provider_that_was_typed_is_guessed_from_too(file: Path) -> None:
    with terminal(file, "add", "Gout") as screen:
        screen.send("BIDMC\nnone\n3/4\n")
        assert screen.ended() == 0
        assert "taken from teach: kind teaching, category 2" in screen.words
        assert "Hours that you gave" in screen.words
    assert file.read_text("utf-8").endswith(
        'provider = "BIDMC"\nkind = "teaching"\ncategory = 2\nhours = 0.75\n'
    )


def test_an_enrollment_is_asked_for_its_first_day(file: Path) -> None:
    with terminal(file, "add", "Residency", "--kind", "residency", "--provider", "") as screen:
        screen.send("tomorrow\n7/1/25\n")
        assert screen.ended() == 0
        assert "that is 2025-07-01" in screen.words
    assert file.read_text("utf-8") == added(
        'id = "2025-07-01-residency"',
        "start = 2025-07-01",
        'title = "Residency"',
        'kind = "residency"',
    )


@pytest.mark.parametrize(("typed", "code"), [("\x04", 4), ("\x03", 130)], ids=["end", "interrupt"])
def test_giving_up_writes_nothing(typed: str, code: int, file: Path) -> None:
    before = file.read_bytes()
    with terminal(file, "add", "Gout") as screen:
        screen.shows("Provider")
        screen.send(typed)
        assert screen.ended() == code
        assert "othing was written" in screen.words
        assert "Traceback" not in screen.words
    assert file.read_bytes() == before


def test_a_lone_ledger_is_no_title(file: Path) -> None:
    before = file.read_bytes()
    refused = run_here("add", str(file), "--category", "1", "--credits", "1")
    assert refused.code == 2
    assert "the record needs more: a title\n" in refused.err
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("Gout",), "needs more: --credits, --category"),
        (("Gout", "--credits", "1"), "needs more: --category"),
        (("Gout", "--kind", "teaching", "--category", "1"), "needs more: --hours"),
        (("Gout", "--kind", "residency"), "needs more: --start"),
        ((" ", "--credits", "1", "--category", "1"), "needs more: a title"),
        (("Gout", "--category", "", "--credits", "1"), "needs 'category'"),
    ],
)
def test_off_a_terminal_what_is_missing_is_named(
    arguments: tuple[str, ...], said: str, file: Path
) -> None:
    before = file.read_bytes()
    refused = cme(file, "add", *arguments)
    assert refused.code == 2
    assert said in refused.err
    assert "Title" not in refused.err  # nobody was asked
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("values", "guess", "source"),
    [
        # The same title, but for case and blanks: the newest of the two, before any provider.
        ({"title": "GRAND ROUNDS"}, {"provider": "BIDMC", "category": 1}, "new"),
        # What is given stays; the title still decides what is guessed.
        ({"title": "Grand rounds", "provider": "JAMA"}, {"category": 1}, "new"),
        # The newest record of the provider is of teaching.
        ({"title": "X", "provider": "BIDMC"}, {"kind": "teaching", "category": 2}, "teach"),
        # A given empty value is an answer: nothing is guessed for that key.
        ({"title": "X", "provider": "BIDMC", "category": None}, {"kind": "teaching"}, "teach"),
        # ... and without a kind it is a course, whose category is open.
        ({"title": "X", "provider": "BIDMC", "kind": None}, {"category": 2}, "teach"),
        ({"title": "Grand rounds", "category": 2}, {"provider": "BIDMC"}, "new"),
        # The category of an article goes without saying.
        ({"title": "A paper"}, {"provider": "JAMA", "kind": "article"}, "paper"),
        ({"title": "Grand rounds", "kind": "self-study"}, {"provider": "BIDMC"}, "new"),
        # What is given decides: an article is of Category 1, so this one is none.
        ({"title": "A paper", "category": 2}, {"provider": "JAMA"}, "paper"),
        ({"title": "A paper", "category": 1}, {"provider": "JAMA", "kind": "article"}, "paper"),
        ({"title": "A paper", "category": None}, {"provider": "JAMA", "kind": "article"}, "paper"),
        # Everything that could be guessed is given.
        ({"title": "Bare", "category": 2}, {}, None),
        ({"title": "Bare", "provider": "JAMA"}, {"category": 1}, "bare"),
        ({"title": "X", "provider": "Nobody"}, {}, None),
        ({"title": "X"}, {}, None),
    ],
)
def test_guesses(
    values: dict[str, Any], guess: dict[str, Any], source: str | None, file: Path
) -> None:
    book = open_book(str(file), DAY)
    assert change.guessed(book, values | {"credits": Decimal(1)}) == (guess, source)


@pytest.mark.parametrize(
    ("options", "kind", "category"),
    [
        (("--category", "1", "--credits", "2"), None, 1),
        (("--category", "2", "--credits", "2"), "publication", 2),
        (("--credits", "2"), "publication", None),
    ],
)
def test_a_guess_gives_way_to_what_is_given(
    options: tuple[str, ...], kind: str | None, category: int | None, tmp_path: Path
) -> None:
    file = tmp_path / "cme.toml"
    old = activity(date="2025-01-05", kind="publication", credits=5, title="Heart failure")
    file.write_text(ledger(old), "utf-8")
    words = ["add", "Heart failure", *options, "--date", "2026-02-01", str(file)]
    done = run_here(*words, "--as-of", "2026-03-01", env={"CMELEDGER_HISTORY": "off"})
    assert done.code == 0, done.err
    new = tomllib.loads(file.read_text("utf-8"))["activity"][-1]
    assert (new.get("kind"), new.get("category"), new["provider"]) == (kind, category, "A school")


def test_a_residency_is_not_guessed_for_a_day_with_credits(tmp_path: Path) -> None:
    file = tmp_path / "cme.toml"
    old = activity(start="2020-07-01", end="2023-06-30", kind="residency", title="BIDMC")
    file.write_text(ledger(old), "utf-8")
    words = ["add", "BIDMC", "--category", "1", "--credits", "2", str(file)]
    done = run_here(*words, "--as-of", "2026-03-01", env={"CMELEDGER_HISTORY": "off"})
    assert done.code == 0, done.err
    assert "kind" not in tomllib.loads(file.read_text("utf-8"))["activity"][-1]
