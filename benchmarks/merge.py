"""Measure a merge of two versions of a ledger beside git's merge of lines, and `status`.

Each side makes ten edits, in other records. `git merge-file` merges the same three files as lines,
and looks at nothing. It prints and never fails.
"""

import os
import shutil
import sys
from typing import Final

from rounds import compare, run, seconds, show
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
            time_taken = seconds(arguments, env)
            if turn:  # the first is a warm-up
                taken[name].append(time_taken)
        print(f"{size:,} records: round {turn} of {rounds}", file=sys.stderr)
    show(taken, size)
    for other in ("status", "git merge-file"):
        compare(taken, "merge-file", other, size)


if __name__ == "__main__":
    run("Measure one merge of small and large ledgers.", 5, SIZES, measure)
