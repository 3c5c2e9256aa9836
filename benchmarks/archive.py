"""Measure records moved to the archive and one brought back, beside `status` on the same ledger.

`archive --apply` finds what may go, cuts it out, puts it where it belongs in the other file, reads
both results whole, keeps all four texts in the history and saves. It prints and never fails.
"""

import os
import shutil
import sys
from typing import Final

from rounds import run, seconds, show
from status import environment, ledger, records

SIZES: Final = ((600, "2024-05-11"), (20_000, "2016-05-11"))
"""How many records, and the day on which some of them may go."""


def measure(size_and_day: tuple[int, str], folder: str, rounds: int) -> None:
    """Measure one size, each command in turn, and print it."""
    size, day = size_and_day
    entries = list(records(size))
    whole, file = os.path.join(folder, f"{size}-whole.toml"), os.path.join(folder, f"{size}.toml")
    archive = os.path.join(folder, f"{size}.archive.toml")
    with open(whole, "w", encoding="utf-8", newline="") as opened:
        opened.write(ledger(entries))
    env = environment() | {"CMELEDGER_HISTORY": os.path.join(folder, "history")}
    here = [sys.executable, "-m", "cmeledger"]
    taken: dict[str, list[float]] = {"status": [], "archive --apply": [], "restore": []}
    moved = 0
    for turn in range(rounds + 1):
        shutil.copyfile(whole, file)
        if os.path.exists(archive):
            os.unlink(archive)
        for name, words in (
            ("status", ["status", file]),
            ("archive --apply", ["archive", "--apply", "--yes", file]),
            ("restore", ["restore", entries[0].id, file]),
        ):
            time_taken = seconds([*here, *words, "--as-of", day], env)
            if turn:  # the first is a warm-up
                taken[name].append(time_taken)
            if name == "archive --apply":
                with open(archive, encoding="utf-8") as opened:
                    moved = opened.read().count("[[activity]]")
        print(f"{size:,} records: round {turn} of {rounds}", file=sys.stderr)
    print(f"{moved:,} of {size:,} records move")
    show(taken, size)


if __name__ == "__main__":
    run("Measure archive and restore.", 3, SIZES, measure)
