"""Measure one changed field of one record, beside `status` on the same ledger and tomlkit.

`cmeledger edit ID --credits N` reads the ledger, splices, reads the whole result again, keeps both
texts in the history and saves. The round trip of the whole document through tomlkit (read, change,
write) is what an editor of TOML does without any of that. It prints and never fails.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Final

from status import AS_OF, environment, ledger, records

SIZES: Final = (200, 20_000)
WANTED: Final = 1.8
WHOLE: Final = """\
import sys, tomlkit
name, number, credits = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
with open(name, encoding="utf-8", newline="") as file:
    document = tomlkit.parse(file.read())
document["activity"][number]["credits"] = credits
with open(name, "w", encoding="utf-8", newline="") as file:
    file.write(tomlkit.dumps(document))
"""


def seconds(arguments: list[str], env: dict[str, str]) -> float:
    """Time a command. Raises CalledProcessError where it fails."""
    began = time.perf_counter()
    subprocess.run(arguments, env=env, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def measure(size: int, folder: str, rounds: int) -> None:
    """Measure one size, each command in turn, and print it."""
    entries = list(records(size))
    # Where the field stands hardly matters; a course has credits to change.
    number = next(n for n in range(size // 2, size) if entries[n].kind == "course")
    file = os.path.join(folder, f"{size}.toml")
    other = os.path.join(folder, f"{size}-whole.toml")
    for name in (file, other):
        with open(name, "w", encoding="utf-8", newline="") as opened:
            opened.write(ledger(entries))
    env = environment() | {"CMELEDGER_HISTORY": os.path.join(folder, "history")}
    here = [sys.executable, "-m", "cmeledger"]
    taken: dict[str, list[float]] = {"status": [], "edit": [], "tomlkit, whole": []}
    for turn in range(rounds + 1):
        credits = str(1 + turn % 4 * 0.5)  # another number each time: every run writes
        ran = {
            "status": [*here, "status", file, "--as-of", AS_OF.isoformat()],
            "edit": [*here, "edit", entries[number].id, file, "--credits", credits],
            "tomlkit, whole": [sys.executable, "-c", WHOLE, other, str(number), credits],
        }
        for name, arguments in ran.items():
            time_taken = seconds(arguments, env)
            if turn:  # the first is a warm-up
                taken[name].append(time_taken)
        print(f"{size:,} records: round {turn} of {rounds}", file=sys.stderr)
    for name, times in taken.items():
        label = f"{name}, {size:,}"
        print(f"{label:<28}{min(times):>10.3f} s{statistics.median(times):>10.3f} s")
    for other_name in ("status", "tomlkit, whole"):
        best = min(taken["edit"]) / min(taken[other_name])
        median = statistics.median(taken["edit"]) / statistics.median(taken[other_name])
        label = f"edit / {other_name}, {size:,}"
        wanted = f"   at most {WANTED}" if (other_name, size) == ("status", SIZES[-1]) else ""
        print(f"{label:<28}{best:>12.2f}{median:>12.2f}{wanted}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure one edit in small and large ledgers.")
    parser.add_argument("--runs", type=int, default=5, help="how often each runs (default: 5)")
    options = parser.parse_args()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} processors{load}")
    print(f"{'command, records':<28}{'best':>12}{'median':>12}")
    with tempfile.TemporaryDirectory(prefix="cmeledger-benchmark-") as folder:
        for size in SIZES:
            measure(size, folder, max(1, options.runs))


if __name__ == "__main__":
    main()
