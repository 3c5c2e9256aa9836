"""Measure `cmeledger status` beside the bare interpreter, hledger and beancount.

Writes ledgers of 200, 2,000 and 20,000 invented records, the same entries as an hledger journal
and a beancount file, and times every command in turn, round after round, so that a busy moment
of the machine falls on all of them alike. It prints and never fails: a ratio is a thing to look
at, not a gate. The standard library is all it needs; a tool that is absent is skipped.
"""

import argparse
import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

SIZES: Final = (200, 2_000, 20_000)
AS_OF: Final = date(2026, 3, 1)
FIRST_DAY: Final = date(2012, 1, 2)
MAX_BYTES: Final = 8 * 1024 * 1024
SOURCE: Final = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "src")

# The lengths of these lists have no common factor: no two records of a day are alike, and every
# kind meets every topic. A list stands for how often its members turn up.
SUBJECTS: Final = (
    "Atrial fibrillation",
    "Safer opioid prescribing",
    "Heart failure at home",
    "Diabetes in the elderly",
    "Advance care planning",
    "Sepsis on the ward",
    "Asthma and its mimics",
    "Kidney stones",
    "Anticoagulation",
    "Informed consent",
    "Thyroid nodules",
    "Migraine",
    "Missed diagnoses",
    "Hypertension",
    "Delirium",
    "Skin cancer",
    "Handoffs",
    "Low back pain",
    "Palliative sedation",
    "Vaccines for adults",
    "Early dementia",
    "Pneumonia",
    "Physician well-being",
)
FORMS: Final = ("an update", "case conference", "grand rounds", "online course", "a workshop")
FORMS_OF_TITLE: Final = (*FORMS, "what is new", "a review of the evidence")
PROVIDERS: Final = (
    "Massachusetts Medical Society",
    "Boston University",
    "Bay State Education Trust",
    "Charles River School of Medicine",
    "South Shore Medical Center",
    "Commonwealth Physicians Liability Program",
    "Quarry Hill Health Center",
    "Berkshire Institute for Physician Health",
    "Harbor Hospital",
    "American College of Physicians",
    "Merrimack Valley Clinic",
)
TOPICS: Final = (
    "[]",
    '["risk-management"]',
    "[]",
    '["opioid-pain"]',
    "{ risk-management = 0.5 }",
    '["end-of-life"]',
    "[]",
    '["implicit-bias"]',
    '["wellness"]',
    "[]",
    "{ end-of-life = 0.25, risk-management = 0.25 }",
    '["ehr"]',
    '["dementia"]',
)
KINDS: Final = (
    *("course",) * 4,
    "self-study",
    *("course",) * 3,
    "journal-club",
    *("course",) * 2,
    "teaching",
    "point-of-care",
    "course",
    "regulation-study",
    "case-discussion",
    "consultation",
)
CREDITS: Final = ("1.0", "0.5", "1.5", "1.0", "2.0", "0.75", "1.0", "1.25", "3.0")

QUERY: Final = "SELECT account, sum(position) GROUP BY account ORDER BY account"
LOADER: Final = """\
import collections, sys
from beancount import loader
totals = collections.defaultdict(int)
for entry in loader.load_file(sys.argv[1])[0]:
    for posting in getattr(entry, "postings", ()):
        totals[posting.account] += posting.units.number
for account, total in sorted(totals.items()):
    print(account, total)
"""


class Record(NamedTuple):
    """One entry, as all three programs are given it."""

    day: date
    id: str
    title: str
    provider: str
    kind: str
    category: int
    credits: str
    topics: str
    """As TOML writes them: a list, or a table of credits."""
    has_evidence: bool
    is_planned: bool


class Command(NamedTuple):
    """One line of the table. Without arguments it is skipped, for the reason in `skipped`."""

    name: str
    arguments: Sequence[str]
    skipped: str = ""


class Timing(NamedTuple):
    """Seconds of one command's runs."""

    best: float
    median: float


class Goal(NamedTuple):
    """A ratio of two commands, and what is wanted of it."""

    name: str
    above: str
    below: str
    wanted: float | None
    remark: str


GOALS: Final = (
    Goal("--version / bare", "cmeledger --version", "bare interpreter", 1.5, ""),
    Goal("status / hledger, 200", "status, 200", "hledger, 200", 3, "hoped for: 2"),
    Goal("status / hledger, 20,000", "status, 20,000", "hledger, 20,000", 1.3, "hoped for: 1"),
    Goal("status / beancount, 200", "status, 200", "beancount, 200", None, ""),
    Goal("status / beancount, 20,000", "status, 20,000", "beancount, 20,000", None, ""),
    Goal("status, 20,000 / 2,000", "status, 20,000", "status, 2,000", None, "linear: 10"),
)


# The entries


def records(count: int) -> Iterator[Record]:
    """Invent so many records, the same ones every time, by date.

    The last hundredth are planned for days after AS_OF, the others are spread over 2012 to 2026.
    """
    past = count - count // 100
    days = (AS_OF - FIRST_DAY).days
    for n in range(count):
        day = FIRST_DAY + timedelta(days * n // past)
        if n >= past:
            day = AS_OF + timedelta(1 + 300 * (n - past) // (count - past))
        title = f"{_turn(SUBJECTS, n)}: {_turn(FORMS_OF_TITLE, n)}"
        kind = _turn(KINDS, n)
        slug = "-".join("".join(c if c.isalnum() else " " for c in title.lower()).split())
        yield Record(
            day,
            f"{day.isoformat()}-{slug}",
            title,
            _turn(PROVIDERS, n),
            kind,
            1 if kind == "course" else 2,
            "1.0" if kind == "consultation" else _turn(CREDITS, n),
            _turn(TOPICS, n),
            n % 4 != 1,
            n >= past,
        )


def _turn(words: Sequence[str], number: int) -> str:
    return words[number % len(words)]


def ledger(entries: Sequence[Record]) -> str:
    """Write the entries as a ledger of cmeledger."""
    head = (
        'format = 1\n\n[physician]\nname = "Benchmark, MD"\nbirthday = "05-10"\n\n'
        '[[license]]\njurisdiction = "MA"\nnumber = "SAMPLE-0000"\nissued = 2011-06-01\n'
        "renewal-date = 2026-05-10\n"
    )
    parts = [head]
    for entry in entries:
        amount = "hours" if entry.kind == "teaching" else "credits"
        proof = (
            f'evidence = ["evidence/{entry.id}.pdf"]'
            if entry.has_evidence
            else 'no-evidence = "attendance list at the office"'
        )
        parts.append(
            f'\n[[activity]]\nid = "{entry.id}"\ndate = {entry.day.isoformat()}\n'
            f'title = "{entry.title}"\nprovider = "{entry.provider}"\nkind = "{entry.kind}"\n'
            f"category = {entry.category}\n{amount} = {entry.credits}\n"
            f"topics = {entry.topics}\n{proof}\n"
            + ('location = "Boston"\n' if entry.kind == "teaching" else "")
            + ('status = "planned"\n' if entry.is_planned else "")
        )
    return "".join(parts)


def journal(entries: Sequence[Record]) -> str:
    """Write the entries as an hledger journal."""
    return "\n".join(
        f"{entry.day.isoformat()} {'!' if entry.is_planned else '*'} "
        f"{entry.provider} | {entry.title}  ; id:{entry.id}\n"
        f"    ; topics:{_plain_topics(entry)}\n"
        f"    ; {'evidence' if entry.has_evidence else 'no-evidence'}:{_proof(entry)}\n"
        f"    credits:category-{entry.category}:{entry.kind}    {entry.credits} CR\n"
        "    claimed\n"
        for entry in entries
    )


def beancount_file(entries: Sequence[Record]) -> str:
    """Write the entries as a beancount file."""
    accounts = sorted({_account(entry) for entry in entries})
    opened = "".join(f"{FIRST_DAY} open {account} CR\n" for account in (*accounts, CLAIMED))
    return opened + "".join(
        f"\n{entry.day.isoformat()} {'!' if entry.is_planned else '*'} "
        f'"{entry.provider}" "{entry.title}"\n'
        f'  id: "{entry.id}"\n'
        f'  topics: "{_plain_topics(entry)}"\n'
        f'  {"evidence" if entry.has_evidence else "no-evidence"}: "{_proof(entry)}"\n'
        f"  {_account(entry)}  {entry.credits} CR\n"
        f"  {CLAIMED}\n"
        for entry in entries
    )


CLAIMED: Final = "Equity:Claimed"


def _account(entry: Record) -> str:
    return f"Assets:Category{entry.category}:{entry.kind.title()}"


def _plain_topics(entry: Record) -> str:
    return entry.topics.strip("[]{} ").replace('"', "").replace(",", " ")


def _proof(entry: Record) -> str:
    return f"evidence/{entry.id}.pdf" if entry.has_evidence else "attendance list at the office"


def write_files(folder: str) -> None:
    """Write every size in every format.

    Raises ValueError where the largest ledger is more than the format allows.
    """
    for size in SIZES:
        entries = list(records(size))
        for name, text in (
            (f"{size}.toml", ledger(entries)),
            (f"{size}.journal", journal(entries)),
            (f"{size}.beancount", beancount_file(entries)),
        ):
            data = text.encode()
            if name.endswith(".toml") and len(data) > MAX_BYTES:
                raise ValueError(f"{name} has {len(data):,} bytes; at most {MAX_BYTES:,} are read")
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)


# The commands


def commands(folder: str) -> list[Command]:
    """List what is measured, in the order of the table."""
    here = [sys.executable, "-m", "cmeledger"]
    found = [
        Command("bare interpreter", [sys.executable, "-c", "pass"]),
        Command("cmeledger --version", [*here, "--version"]),
    ]
    for size in SIZES:
        file = os.path.join(folder, f"{size}.toml")
        day = AS_OF.isoformat()
        found.append(Command(f"status, {size:,}", [*here, "status", file, "--as-of", day]))
    hledger = shutil.which("hledger")
    for size in (SIZES[0], SIZES[-1]):
        file = os.path.join(folder, f"{size}.journal")
        found.append(
            Command(f"hledger, {size:,}", [hledger, "-f", file, "balance"])
            if hledger
            else Command(f"hledger, {size:,}", [], "hledger is not installed")
        )
    found += [
        _beancount(size, os.path.join(folder, f"{size}.beancount"))
        for size in (SIZES[0], SIZES[-1])
    ]
    return found


def _beancount(size: int, file: str) -> Command:
    """Choose bean-query where there is one, beancount's loader where there is only that."""
    name = f"beancount, {size:,}"
    beside = os.path.join(os.path.dirname(sys.executable), "bean-query")
    query = beside if os.path.isfile(beside) else shutil.which("bean-query")
    if query:
        return Command(name, [query, file, QUERY])
    if importlib.util.find_spec("beancount"):
        return Command(name, [sys.executable, "-c", LOADER, file])
    return Command(name, [], "beancount is not installed")


def environment() -> dict[str, str]:
    """Make the environment of every command.

    The source beside this script is measured, with its bytecode cached as an installed program
    has it, and beancount reads its file anew each time.
    """
    made = dict(os.environ)
    made.pop("PYTHONDONTWRITEBYTECODE", None)
    path = made.get("PYTHONPATH")
    made["PYTHONPATH"] = SOURCE + (os.pathsep + path if path else "")
    made["BEANCOUNT_DISABLE_LOAD_CACHE"] = "1"
    return made


def warm_up(command: Command, env: dict[str, str]) -> Command:
    """Run a command once, unmeasured; one that fails is skipped, with what it said last."""
    if command.skipped:
        return command
    done = subprocess.run(
        command.arguments, env=env, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or "nothing").splitlines()[-1]
        return command._replace(skipped=f"it ended with {done.returncode}: {said[:120]}")
    return command


def measure(
    measured: Sequence[Command], env: dict[str, str], rounds: int
) -> dict[str, Timing | None]:
    """Time every command once a round; a skipped one has None."""
    seconds: dict[str, list[float]] = {command.name: [] for command in measured}
    for number in range(rounds):
        for command in measured:
            if not command.skipped:
                began = time.perf_counter()
                subprocess.run(
                    command.arguments,
                    env=env,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    check=False,
                )
                seconds[command.name].append(time.perf_counter() - began)
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
    return {
        name: Timing(min(taken), statistics.median(taken)) if taken else None
        for name, taken in seconds.items()
    }


# The answer


def describe(env: dict[str, str], rounds: int) -> str:
    """Say what is measured with what: versions, processors, load."""
    parts = [f"Python {sys.version.split()[0]}", f"{os.cpu_count()} processors"]
    hledger = shutil.which("hledger")
    if hledger:
        said = subprocess.run([hledger, "--version"], capture_output=True, text=True, check=False)
        parts.append(said.stdout.strip().split(",")[0])
    said = subprocess.run(
        [sys.executable, "-c", "import beancount; print('beancount', beancount.__version__)"],
        capture_output=True,
        text=True,
        check=False,
        env=env,
    )
    if not said.returncode:
        parts.append(said.stdout.strip())
    if hasattr(os, "getloadavg"):
        parts.append(f"load {os.getloadavg()[0]:.1f}")
    return f"{', '.join(parts)}; {rounds} runs each"


def table(measured: Sequence[Command], timings: dict[str, Timing | None]) -> Iterator[str]:
    """Lay out the times."""
    yield f"{'command, records':<28}{'best':>12}{'median':>12}"
    for command in measured:
        timing = timings[command.name]
        if timing is None:
            yield f"{command.name:<28}   skipped: {command.skipped}"
        else:
            yield f"{command.name:<28}{_milliseconds(timing.best)}{_milliseconds(timing.median)}"


def ratios(timings: dict[str, Timing | None]) -> Iterator[str]:
    """Lay out the ratios, of the best runs and of the medians."""
    yield f"{'ratio':<28}{'best':>12}{'median':>12}   wanted"
    for goal in GOALS:
        above, below = timings[goal.above], timings[goal.below]
        if above is None or below is None:
            yield f"{goal.name:<28}   skipped: a part of it was"
            continue
        remarks = [goal.remark] if goal.remark else []
        if goal.wanted is not None:
            met = "met" if above.best / below.best <= goal.wanted else "MISSED"
            remarks.insert(0, f"at most {goal.wanted:g}: {met}")
        yield (
            f"{goal.name:<28}{above.best / below.best:>12.2f}{above.median / below.median:>12.2f}"
            f"   {'; '.join(remarks)}"
        ).rstrip()


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:>9,.1f} ms"


def main() -> None:
    """Write the files, measure, print."""
    parser = argparse.ArgumentParser(description="Measure cmeledger status beside other programs.")
    parser.add_argument("--runs", type=int, default=7, help="how often each runs (default: 7)")
    parser.add_argument("--keep", metavar="FOLDER", help="write the files there, and keep them")
    options = parser.parse_args()
    rounds = max(1, options.runs)
    env = environment()
    with tempfile.TemporaryDirectory(prefix="cmeledger-benchmark-") as temporary:
        folder = options.keep or temporary
        os.makedirs(folder, exist_ok=True)
        write_files(folder)
        largest = os.path.getsize(os.path.join(folder, f"{SIZES[-1]}.toml"))
        print(describe(env, rounds))
        print(f"{SIZES[-1]:,} records are {largest:,} bytes of the {MAX_BYTES:,} that are read")
        measured = [warm_up(command, env) for command in commands(folder)]
        timings = measure(measured, env, rounds)
        print("", *table(measured, timings), "", *ratios(timings), sep="\n")


if __name__ == "__main__":
    main()
