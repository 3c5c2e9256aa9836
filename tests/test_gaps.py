"""`gaps`: the list by hand, and doing what it says closes everything."""

import random
from datetime import date
from functools import partial
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any

import pytest

import generate
from books import opened
from cmeledger.book import Book
from cmeledger.rules.cover import fewest
from cmeledger.rules.gaps import Gaps, gaps
from conftest import SAMPLES, run_here
from ledgers import activity, ask, course, ledger, renewing, toml, waiver

DAY = "2026-01-10"
"""In the cycle 2024-05-11 to 2026-05-10; its last day to file is 2026-05-09."""
ONCE = (
    course("2024-06-01", 3, "ehr"),
    course("2024-06-02", 2, "end-of-life"),
    course("2024-06-03", 2, "implicit-bias"),
    course("2024-06-04", 1, "dementia"),
    *(
        activity(date="2024-06-05", kind="mandated-training", topics=[topic], title=topic)
        for topic in ("child-abuse", "domestic-sexual-violence")
    ),
)
"""All that is asked once: 8 credits, 7 of them risk management."""


def steps(folder: Path, text: str, day: str = DAY) -> list[tuple[Any, ...]]:
    found = ask(folder, text, "gaps", "--as-of", day)
    return [
        (step["credits"], step["topic"], step["category"], step["by"], [s["id"] for s in step["serves"]])
        for step in found["steps"]
    ]  # fmt: skip


def test_credits_that_serve_several_requirements_come_first(tmp_path: Path) -> None:
    # total 8 of 50, risk management 7 of 10, regulations 0 of 2, opioids 0 of 3.
    # 2 + 3 on those topics are 5 of risk management, which asks 3: no more of it is needed.
    # 42 of the total are missing: 5 of them, and 37 of anything.
    text = ledger(*ONCE)
    last = "2026-05-09"
    assert sorted(steps(tmp_path, text), key=lambda step: step[0]) == [
        (2, "board-regulations", None, last, ["total", "risk-management", "board-regulations"]),
        (3, "opioid-pain", None, last, ["total", "risk-management", "opioid-pain"]),
        (37, None, None, last, ["total"]),
    ]
    found = ask(tmp_path, text, "gaps", "--as-of", DAY)
    assert found["credits"] == 42
    assert found["credits_apart"] == 42 + 3 + 2 + 3


def test_two_credits_of_implicit_bias_serve_risk_management_too(tmp_path: Path) -> None:
    # without the 2 of implicit bias: total 50 of 50, risk management 8 of 10 (3 + 2 + 3)
    text = ledger(
        *(item for item in ONCE if "implicit-bias" not in item),
        course("2024-07-01", 39),
        course("2024-07-02", 3, "opioid-pain"),
        activity(date="2024-07-03", kind="regulation-study", category=2, credits=2),
    )
    assert steps(tmp_path, text) == [(2, "implicit-bias", None, "2026-05-09", ["implicit-bias"])]


def test_ehr_asks_for_category_1_and_a_training_for_no_credits(tmp_path: Path) -> None:
    text = ledger(
        *(item for item in ONCE if "ehr" not in item and "child-abuse" not in item),
        course("2024-07-01", 60, "risk-management"),
        course("2024-07-02", 3, "opioid-pain"),
        activity(date="2024-07-03", kind="regulation-study", category=2, credits=2),
    )
    assert steps(tmp_path, text) == [
        (3, "ehr", 1, "2026-05-09", ["ehr"]),
        (None, "child-abuse", None, "2026-05-09", ["child-abuse"]),
    ]
    shown = run_here("gaps", str(tmp_path / "cme.toml"), "--as-of", DAY).out
    assert "1 training to complete: no credits can stand in for it." in shown
    assert "3 credits on ehr in Category 1 by May 9, 2026: for electronic health" in shown


def test_wellness_serves_risk_management_up_to_its_limit(tmp_path: Path) -> None:
    # The hospital asks 9 of wellness, 1 is there; risk management has 3 + 2 + 3 + 1 = 9 of 10, so that
    # of the 8 missing of wellness one serves it.
    own = '[[requirement]]\nid = "own"\nname = "Own"\ncredits = 9\ntopics = ["wellness"]\n'
    done = [item for item in ONCE if "end-of-life" not in item and "implicit-bias" not in item]
    base = (
        *done,
        course("2024-06-02", 2, "end-of-life", status="planned"),
        course("2024-07-01", 39),
        course("2024-07-02", 3, "opioid-pain"),
        activity(date="2024-07-03", kind="regulation-study", category=2, credits=2),
        course("2024-07-04", 1, "wellness"),
    )
    found = ask(tmp_path, ledger(*base, more=own), "gaps", "--as-of", DAY)
    # end of life 2 and implicit bias 2 close risk management (9 + 4); wellness 8 stands apart; the
    # total has 3 + 1 + 39 + 3 + 2 + 1 = 49 of 50
    assert found["credits"] == 2 + 2 + 8
    more = (course("2024-08-01", 2, "end-of-life"), course("2024-08-02", 2, "implicit-bias"))
    # now 13 of 10: take the opioids' and the regulations' 5 out of risk management's reach: not
    # claimed, they are missing themselves; 9 + 4 - 5 = 8, and 5 are earned anyway
    none = [item for item in base if "opioid-pain" not in item and "regulation" not in item]
    found = ask(tmp_path, ledger(*none, *more, more=own), "gaps", "--as-of", DAY)
    assert found["credits"] == 3 + 2 + 8


def test_wellness_within_its_limit_closes_risk_management_too(tmp_path: Path) -> None:
    # Risk management: 2 + 2 + 2 + 2 of wellness = 8 of 10; the hospital has 2 of 12 of wellness. The
    # limit of 7 leaves room for 5: 2 of the 10 missing of wellness close risk management as well.
    own = '[[requirement]]\nid = "own"\nname = "Own"\ncredits = 12\ntopics = ["wellness"]\n'
    text = ledger(
        *(item for item in ONCE if "ehr" not in item),
        course("2024-07-01", 43),
        activity(date="2024-07-03", kind="regulation-study", category=2, credits=2),
        course("2024-07-04", 2, "wellness"),
        practice='prescribes-controlled-substances = false\nehr-proof = "hospital"',
        more=own,
    )
    found = ask(tmp_path, text, "gaps", "--as-of", DAY)
    assert found["credits"] == 10
    assert {step["topic"] for step in found["steps"]} == {"wellness"}


def test_a_window_of_ones_own_has_its_own_last_day(tmp_path: Path) -> None:
    own = '[[requirement]]\nid = "own"\nname = "Own"\ncredits = 2\ntopics = ["x"]\nfrom = {}\nto = {}\n'
    met = (
        *ONCE,
        course("2024-07-01", 50, "risk-management"),
        course("2024-07-02", 3, "opioid-pain"),
        activity(date="2024-07-03", kind="regulation-study", category=2, credits=2),
    )
    text = ledger(*met, more=own.format("2026-02-01", "2026-03-31"))
    assert steps(tmp_path, text) == [(2, "x", None, "2026-03-31", ["own"])]
    shown = run_here("gaps", str(tmp_path / "cme.toml"), "--as-of", DAY).out
    assert "not before Feb 1, 2026" in shown
    text = ledger(*met, more=own.format("2025-02-01", "2025-03-31"))
    found = ask(tmp_path, text, "gaps", "--as-of", DAY)
    assert found["steps"] == []
    assert [(item["id"], item["why"]) for item in found["unclosed"]] == [
        ("own", "its last day was 2025-03-31")
    ]
    text = ledger(*met, more=own.format("2026-06-01", "2026-07-31"))
    found = ask(tmp_path, text, "gaps", "--as-of", DAY)
    assert [item["why"] for item in found["unclosed"]] == [
        "its days begin on 2026-06-01, after this cycle"
    ]


def test_a_window_before_the_license_closes_nothing(tmp_path: Path) -> None:
    # The license comes on 2027-03-01, and its first cycle: what is done before counts for nothing.
    own = '[[requirement]]\nid = "own"\nname = "Own"\ncredits = 2\nfrom = 2026-02-01\nto = 2026-12-31\n'
    license = 'type = "inactive"\nissued = 2027-03-01\nrenewal-date = 2028-05-10'
    found = ask(tmp_path, ledger(license=license, more=own), "gaps", "--as-of", DAY)
    assert found["steps"] == []
    assert [item["why"] for item in found["unclosed"]] == [
        "its days end on 2026-12-31, before this license"
    ]


def test_on_the_renewal_date_the_day_itself_is_the_last(tmp_path: Path) -> None:
    assert {step[3] for step in steps(tmp_path, ledger(*ONCE), "2026-05-10")} == {"2026-05-10"}


def test_two_licenses_are_closed_by_the_same_credits(tmp_path: Path) -> None:
    # The second renews a year earlier: what is done by its last day counts for both.
    text = ledger(*ONCE, license=(renewing("2026-05-10"), renewing("2027-05-10")))
    found = ask(tmp_path, text, "gaps", "--as-of", DAY)
    assert found["credits"] == 42 + 8  # the other has its 50 to do: what was done lies before it
    assert {step["by"] for step in found["steps"]} == {"2026-05-09", "2027-05-09"}


def test_nothing_short_and_nothing_held(tmp_path: Path) -> None:
    shown = run_here("gaps", str(SAMPLES / "hospitalist.toml"), "--as-of", "2026-11-24")
    assert "Nothing is short: no credit is missing." in shown.out
    text = ledger(license="issued = 2020-01-01\nrenewal-date = 2026-05-10\nended = 2025-01-01")
    (tmp_path / "cme.toml").write_text(text)
    shown = run_here("gaps", str(tmp_path / "cme.toml"), "--as-of", DAY)
    assert shown.out == "No license of this ledger is held on this day.\n"


def done(found: Gaps) -> str:
    """Write the records that a list of gaps asks for."""
    texts = []
    for number, step in enumerate(found.steps):
        topics = [step.topic] if step.topic else []
        keys = {"date": step.by.isoformat(), "title": f"Step {number}", "topics": topics}
        if step.credits is None:
            texts.append(activity(**keys, kind="mandated-training"))
        else:
            texts.append(activity(**keys, category=step.category or 2, credits=float(step.credits)))
    return "\n" + "".join(texts)


def held(book: Book) -> list[Any]:
    tallies = book.held(book.tallies())
    return [book.report(tally, tally.series.shown_for(book.day)) for tally in tallies]


def assert_closes(text: str, day: date) -> None:
    book = opened(text, day)
    reports = held(book)
    found = gaps(reports, day)
    assert all(step.by >= day for step in found.steps)
    last = max([day, *(step.by for step in found.steps)])
    later = opened(text + done(found), last)
    tallies = later.tallies()
    unclosed = {key for key, _ in found.unclosed}
    for number, report in enumerate(reports):
        tally = tallies[book.ledger.licenses.index(report.tally.license)]
        for standing in later.report(tally, report.cycle).standings:
            key = (number, standing.requirement.id)
            assert standing.status != "short" or key in unclosed, (key, found)


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.glob("*.toml")))
@pytest.mark.parametrize("day", ["2021-03-01", "2024-08-31", "2026-11-24", "2027-02-14"])
def test_doing_what_it_says_closes_a_sample(name: str, day: str) -> None:
    if name != "broken.toml":
        assert_closes((SAMPLES / name).read_text("utf-8"), date.fromisoformat(day))


@pytest.mark.parametrize("seed", range(150))
def test_doing_what_it_says_closes_any_ledger(seed: int) -> None:
    dice = random.Random(seed)
    made = generate.ledger(dice)
    assert_closes(generate.to_toml(made), generate.as_of(dice, made))


def test_what_would_satisfy_either_reading_of_the_total(tmp_path: Path) -> None:
    # Done as the list says: 50 in all, of them 7 + 2 + 3 = 12 risk management (ehr 3, end of life 2,
    # implicit bias 2; regulations 2, opioids 3). 38 are apart, and the other reading asks for 50.
    found = ask(tmp_path, ledger(*ONCE), "gaps", "--as-of", DAY)
    assert [(item["id"], item["credits"]) for item in found["open_readings"]] == [("total", 12)]
    shown = " ".join(run_here("gaps", str(tmp_path / "cme.toml"), "--as-of", DAY).out.split())
    assert "12 credits more that are not risk management would satisfy either reading." in shown
    assert found["fewest"]
    # Nothing is short, of 60 in all 12 are risk management: 2 more.
    met = (
        *ONCE,
        course("2024-07-01", 47),
        course("2024-07-02", 3, "opioid-pain"),
        activity(date="2024-07-03", kind="regulation-study", category=2, credits=2),
    )
    found = ask(tmp_path, ledger(*met), "gaps", "--as-of", DAY)
    assert found["steps"] == []
    assert [item["credits"] for item in found["open_readings"]] == [2]
    # With 2 more it makes no difference; nor where the total is waived.
    found = ask(tmp_path, ledger(*met, course("2024-07-04", 2)), "gaps", "--as-of", DAY)
    assert found["open_readings"] == []
    waived = ledger(*ONCE, waiver("2026-05-10", granted="2025-01-01"))
    assert ask(tmp_path, waived, "gaps", "--as-of", DAY)["open_readings"] == []


def test_what_is_known_of_the_short_ones_is_said(tmp_path: Path) -> None:
    text = ledger(*ONCE, waiver("2026-05-10", requirements=["total"]))
    (tmp_path / "cme.toml").write_text(text, "utf-8")
    shown = run_here("gaps", str(tmp_path / "cme.toml"), "--as-of", DAY).out
    assert "\n\nAll credits: a waiver was asked for and is not granted yet.\n" in shown
    # It goes on into the 365 days before the renewal, which begin on 2025-05-11: not known yet.
    training = activity(kind="residency", start="2025-01-20", end="2026-01-31")
    (tmp_path / "cme.toml").write_text(ledger(training), "utf-8")
    shown = run_here("gaps", str(tmp_path / "cme.toml"), "--as-of", "2025-05-01").out
    flat = " ".join(shown.split())
    assert (
        "All credits, risk management, and board regulations: the enrollment still open will exempt "
        "the cycle if it goes on." in flat
    )


def test_a_limited_topic_is_shared_by_both_categories(tmp_path: Path) -> None:
    # The hospital asks 3 of wellness in Category 1 and 3 in Category 2, risk management 6, of which it
    # takes 7 of wellness: the same 6 credits do. The total is 50 + 8.
    own = "".join(
        f'[[requirement]]\nid = "own{n}"\nname = "Own"\ncredits = 3\ntopics = ["wellness"]\n'
        f"category = {n}\n"
        for n in (1, 2)
    )
    text = ledger(
        *(item for item in ONCE if "ehr" not in item),
        course("2024-07-01", 50),
        practice='prescribes-controlled-substances = false\nehr-proof = "hospital"',
        more=own + waiver("2026-05-10", granted="2025-01-01", requirements=["board-regulations"]),
    )
    assert sorted(step[:3] for step in steps(tmp_path, text)) == [
        (3, "wellness", 1),
        (3, "wellness", 2),
    ]


CROSSWISE = "".join(
    f'[[requirement]]\nid = "own{n}"\nname = "Own"\ncredits = 40\n'
    f'topics = ["t{n}", "t{(n + 1) % 12}", "t{(n + 2) % 12}"]\n'
    for n in range(12)
)
"""A circle of twelve, of which each topic serves three: 4 x 40 are the fewest."""


def test_twelve_requirements_across_each_other(tmp_path: Path) -> None:
    text = ledger(license=renewing("2026-05-10", "inactive"), more=CROSSWISE)
    found = ask(tmp_path, text, "gaps", "--as-of", DAY)
    assert (found["credits"], found["credits_apart"], found["fewest"]) == (160, 480, True)


def test_a_search_that_was_stopped_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cmeledger.rules.gaps.fewest", partial(fewest, effort=0))
    text = ledger(license=renewing("2026-05-10", "inactive"), more=CROSSWISE)
    found = ask(tmp_path, text, "gaps", "--as-of", DAY)
    assert found["fewest"] is False
    assert 160 <= found["credits"] <= 480
    shown = run_here("gaps", str(tmp_path / "cme.toml"), "--as-of", DAY).out
    assert "This may not be the fewest" in shown
    assert_closes(text, date.fromisoformat(DAY))


# Against trying everything


def small(dice: random.Random) -> str:
    """Invent a ledger of which little is missing, so that everything can be tried."""
    own = []
    for number in range(dice.randint(1, 3)):
        topics = dice.sample(["wellness", "opioid-pain", "x", "y"], dice.randint(0, 2))
        keys = [f"credits = {dice.choice([0.25, 0.5])}", f"topics = {toml(topics)}"]
        if dice.random() < 0.4:
            keys.append(f"category = {dice.randint(1, 2)}")
        if dice.random() < 0.4:
            keys.append(
                dice.choice(
                    ["from = 2026-01-10\nto = 2026-02-01", "from = 2026-03-01\nto = 2026-04-01"]
                )
            )
        keys = [f'id = "own{number}"', 'name = "Own"', *keys]
        own.append("\n".join(["[[requirement]]", *keys, ""]))
    risk = dice.choice([3, 2.75, 2.5])  # with 7 of wellness, or nearly, and 2 of regulations
    return ledger(
        course("2024-05-20", dice.choice([7, 6.75]), "wellness"),
        course("2024-05-21", risk - 2, "risk-management"),
        course("2024-05-22", 40 - dice.choice([0, 0.25]) + 3 - risk),
        activity(date="2024-05-23", kind="regulation-study", category=2, credits=2),
        course("2023-01-01", dice.choice([2, 1.75]), "end-of-life"),
        course("2023-01-02", 2, "implicit-bias"),
        practice="prescribes-controlled-substances = false\nserves-adults = false\n"
        "practicing-medicine = false",
        more="".join(own) + waiver("2026-05-10", granted="2025-01-01", requirements=TRAININGS),
    )


TRAININGS = ["child-abuse", "domestic-sexual-violence"]
TRIED = [
    (topic, category, day)
    for topic in (None, "risk-management", "wellness", "opioid-pain", "end-of-life", "x", "y")
    for category in (1, 2)
    for day in ("2026-02-01", "2026-04-01", "2026-05-09")
]


def assert_fewest(seed: int, most: int) -> None:
    """Try all smaller numbers of quarters of a credit; `most`: cases of more are let go."""
    dice = random.Random(seed)
    text, day = small(dice), date.fromisoformat(DAY)
    assert_closes(text, day)
    found = gaps(held(opened(text, day)), day)
    units = int(found.credits * 4)
    if not 1 <= units <= most:
        return
    tries = "".join(
        activity(date=on, category=category, credits=0.25, topics=[topic] if topic else [])
        for topic, category, on in TRIED
    )
    everything = opened(text + tries, date.fromisoformat("2026-05-09"))
    made = everything.ledger.activities
    done, more = made[: -len(TRIED)], made[-len(TRIED) :]
    for chosen in combinations_with_replacement(more, units - 1):
        named = [item._replace(id=f"tried-{n}") for n, item in enumerate(chosen)]
        tried = everything.ledger._replace(activities=(*done, *named))
        (report,) = held(everything._replace(ledger=tried))
        assert any(item.status == "short" for item in report.standings), (seed, found, chosen)


@pytest.mark.parametrize("seed", range(40))
def test_no_fewer_credits_close_it(seed: int) -> None:
    assert_fewest(seed, most=2)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(40, 1040))
def test_no_fewer_credits_close_it_often(seed: int) -> None:
    assert_fewest(seed, most=3)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(150, 3150))
def test_doing_what_it_says_closes_any_ledger_often(seed: int) -> None:
    test_doing_what_it_says_closes_any_ledger(seed)


def test_a_requirement_of_ones_own_is_named_once_for_several_licenses(tmp_path: Path) -> None:
    own = '[[requirement]]\nid = "own"\nname = "Own"\ncredits = 2\ntopics = ["x"]\n'
    licenses = (renewing("2026-05-10", "inactive"), renewing("2026-05-10", "limited"))
    (tmp_path / "cme.toml").write_text(ledger(license=licenses, more=own), "utf-8")
    shown = run_here("gaps", str(tmp_path / "cme.toml"), "--as-of", DAY).out
    assert "  → 2 credits on x by May 9, 2026: for Own.\n" in shown.replace("->", "→")
