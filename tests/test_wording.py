"""Names, dates and credits in the text of a certificate."""

from datetime import date
from decimal import Decimal

import pytest

from cmeledger import wording
from cmeledger.wording import flat


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("Maya Chen, MD", "This certifies that MAYA CHEN, M.D. took part", True),
        ("Maya Chen, MD", "Participant: Chen, Maya L.", True),
        ("Maya Chen MD", "Maya\nChen", True),
        ("Dr. Maya Chen", "maya l. s. chen", True),
        ("Maya L. Chen, MD, PhD", "Maya Chen", True),
        ("José Núñez, MD", "JOSE NUNEZ", True),
        ("Siobhán O'Brien-Smith, DO", "Siobhan OBrien Smith", True),
        ("Maya Chen, MD", "M A Y A  C H E N", True),
        ("Maya Chen, MD", "Maya Cheng", False),
        ("Maya Chen, MD", "Maya Lopez, host: the great and good Dr. Wei Chen", False),
        ("Maya Chen, MD", "M. Chen", False),
        ("MD", "MD", False),
    ],
)
def test_names(name: str, text: str, found: bool) -> None:
    assert wording.has_name(flat(text), name) is found


@pytest.mark.parametrize(
    "text",
    [
        "2025-06-03", "6/3/2025", "06/03/2025", "6/3/25", "06-03-2025", "6.3.2025", "June 3, 2025",
        "JUNE 3, 2025", "Jun 3 2025", "Jun. 3, 2025", "June 3rd, 2025", "June 03, 2025", "3 June 2025",
        "03-Jun-2025", "3rd day of June, 2025", "Date:June 3,2025.", "2025/06/03", "June 1-3, 2025",
        "June 1\u20133, 2025", "on 6/3/2025.", "(June\n3,\n2025)",
    ],
)  # fmt: skip
def test_dates(text: str) -> None:
    assert wording.has_date(flat(text), date(2025, 6, 3))


@pytest.mark.parametrize(
    "text",
    [
        "June 13, 2025", "June 3, 2024", "June 30, 2025", "July 3, 2025", "16/3/2025", "6/3/20251",
        "2025-06-30", "3/6/2025", "June 2025", "January 3, 2025", "1-06-03-2025",
    ],
)  # fmt: skip
def test_other_dates(text: str) -> None:
    assert not wording.has_date(flat(text), date(2025, 6, 3))


def test_september_has_four_letters_too() -> None:
    assert wording.has_date(flat("Sept. 9, 2025"), date(2025, 9, 9))


@pytest.mark.parametrize(
    ("credits", "text"),
    [
        ("3", "a maximum of 3.0 AMA PRA Category 1 Credit(s)"),
        ("3", "Credits: 3.00"),
        ("3", "awarded 3 credits"),
        ("1.5", "1.50 hours"),
        ("1.5", "1.5 Credits"),
        ("1.5", "1 1/2 hours"),
        ("1.5", "1½ credits"),
        ("0.5", "½ credit"),
        ("0.5", ".5 CME"),
        ("0.75", "CME earned: 0.75"),
        ("10", "June 3, 2025: 10 contact hours"),
        ("1", "1 AMA PRA Category 1 Credit"),
    ],
)
def test_credits(credits: str, text: str) -> None:
    assert wording.has_credits(flat(text), Decimal(credits))


@pytest.mark.parametrize(
    ("credits", "text"),
    [
        ("3", "June 3, 2025. Credit is designated for each session you took part in."),
        ("3", "13 credits"),
        ("3", "3.5 credits"),
        ("3", "3 1/2 credits"),
        ("1", "2 AMA PRA Category 1 Credits"),
        ("1", "AMA PRA Category 1 Credits(TM)"),
        ("0.5", "1 1/2 hours"),
        ("0.5", "10.5 credits"),
        ("5", "1.5 credits"),
        ("10", "10 Main Street, where for many years the school has been teaching physicians"),
    ],
)
def test_other_credits(credits: str, text: str) -> None:
    assert not wording.has_credits(flat(text), Decimal(credits))


def test_a_hostile_text_costs_no_more_than_another() -> None:
    """Each of these would keep a search busy for hours that tries every pair."""
    many = 50_000
    assert not wording.has_name("maya " * many + "x y z w " + "chen " * many, "Maya Chena")
    assert not wording.has_name("maya " * many + "x y z w " + "chen " * many, "Maya Chen")
    assert not wording.has_date("jan" * many + "-" * many, date(2025, 6, 3))
    assert not wording.has_credits("jan" * many + "0" * many + " 1 1" * many, Decimal(3))


def test_words_in_a_row() -> None:
    assert wording.has_words(flat("Title: SCOPE of\nPain -- Safer"), "Scope of Pain: safer")
    assert not wording.has_words(flat("Scope of Painting"), "Scope of Pain")
    assert not wording.has_words(flat("Anything"), "...")
