"""Measure one changed field of one record, beside `status` on the same ledger and tomlkit.

`cmeledger edit ID --credits N` reads the ledger, splices, reads the whole result again, keeps both
texts in the history and saves. The round trip of the whole document through tomlkit (read, change,
write) is what an editor of TOML does without any of that. It prints and never fails.
"""

import os
import sys
from typing import Final

from rounds import compare, run, seconds, show
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
    show(taken, size)
    wanted = f"   at most {WANTED}" if size == SIZES[-1] else ""
    compare(taken, "edit", "status", size, wanted)
    compare(taken, "edit", "tomlkit, whole", size)


if __name__ == "__main__":
    run("Measure one edit in small and large ledgers.", 5, SIZES, measure)
