"""Measure a merge of two versions of a ledger beside git's merge of lines, and `status`.

Each side makes ten edits, in other records. `git merge-file` merges the same three files as lines,
and looks at nothing. It prints and never fails.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Final

from status import AS_OF, environment, ledger, records

SIZES: Final = (200, 20_000)
EDITS: Final = 10


def versions(size: int, folder: str) -> list[str]:
    """Write a ledger and two versions of it; return the files: base, ours, theirs."""
    text = ledger(list(records(size)))
    files = [os.path.join(folder, f"{size}-{name}.toml") for name in ("base", "ours", "theirs")]
    for side, file in enumerate(files):
        parts = text.split("\n[[activity]]\n")
        for number in range(EDITS if side else 0):
            at = 1 + (number * 2 + side - 1) * (len(parts) - 1) // (2 * EDITS)
            parts[at] += f'note = "of side {side}"\n'
        with open(file, "w", encoding="utf-8", newline="") as opened:
            opened.write("\n[[activity]]\n".join(parts))
    return files


def measure(size: int, folder: str, rounds: int) -> None:
    """Measure one size, each command in turn, and print it."""
    base, ours, theirs = versions(size, folder)
    here = [sys.executable, "-m", "cmeledger"]
    target = os.path.join(folder, "target.toml")
    env = environment()
    ran = {
        "status": [*here, "status", base, "--as-of", AS_OF.isoformat()],
        "merge-file": [*here, "merge-file", base, target, theirs],
        "git merge-file": ["git", "merge-file", "--quiet", target, base, theirs],
    }
    taken: dict[str, list[float]] = {name: [] for name in ran}
    for turn in range(rounds + 1):
        for name, arguments in ran.items():
            shutil.copyfile(ours, target)
            began = time.perf_counter()
            quiet = subprocess.DEVNULL
            subprocess.run(arguments, env=env, stdout=quiet, stderr=quiet, check=False)
            if turn:  # the first is a warm-up
                taken[name].append(time.perf_counter() - began)
        print(f"{size:,} records: round {turn} of {rounds}", file=sys.stderr)
    for name, times in taken.items():
        label = f"{name}, {size:,}"
        print(f"{label:<28}{min(times):>10.3f} s{statistics.median(times):>10.3f} s")
    for other in ("status", "git merge-file"):
        ratio = min(taken["merge-file"]) / min(taken[other])
        label = f"merge-file / {other}, {size:,}"
        print(f"{label:<34}{ratio:>6.2f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure one merge of small and large ledgers.")
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
