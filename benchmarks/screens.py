"""Measure the screens in a real pseudo terminal, beside a bare Textual app and hledger-ui.

Each program is started with a key already waiting in its terminal; the clock stops when what that
key does is drawn: that is the first frame that answers. A second clock stops when the first true
total is drawn. It prints and never fails.
"""

import argparse
import fcntl
import os
import pty
import re
import select
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

sys.path.insert(1, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "src"))

from status import AS_OF, SOURCE, journal, ledger, records

SIZES: Final = (200, 20_000)
COLUMNS, ROWS = 80, 24
PATIENCE: Final = 60.0
ESCAPES: Final = re.compile(rb"\x1b\[[0-9;?<>=]*[a-zA-Z]|\x1b[()][A-Z0-9]|\x1b[=>78]")

BARE: Final = """
from textual.app import App
from textual.widgets import DataTable, Footer

class Bare(App):
    BINDINGS = [("3", "mark", "Mark")]
    def compose(self):
        yield DataTable()
        yield Footer()
    def on_mount(self):
        table = self.query_one(DataTable)
        table.add_columns("date", "title", "credits")
        table.add_rows([("2026-01-01", f"a title {n}", "1") for n in range(20)])
    def action_mark(self):
        self.query_one(DataTable).add_row("", "ANSWERED", "")

Bare().run()
"""


class Program(NamedTuple):
    """A program, the key it is sent, and what is drawn when it is there."""

    name: str
    command: Sequence[str]
    key: str
    drawn: bytes


KEYS: Final = "/sepsis"
"""What is typed into the filter of the records, a letter at a time."""


class Run(NamedTuple):
    """One run."""

    seconds: float
    megabytes: float


def measure(program: Program) -> Run | None:
    """Start a program in a terminal and wait until it has drawn what is wanted."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    env = os.environ | {"TERM": "xterm-256color", "PYTHONPATH": SOURCE}
    if program.key:
        os.write(master, program.key.encode())
    start = time.perf_counter()
    process = subprocess.Popen(
        program.command, stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True
    )
    seen, found = b"", None
    while time.perf_counter() - start < PATIENCE and process.poll() is None:
        if not select.select([master], [], [], 0.005)[0]:
            continue
        seen = seen[-20_000:] + os.read(master, 65536)
        if program.drawn in b" ".join(ESCAPES.sub(b" ", seen).split()):
            found = Run(time.perf_counter() - start, _peak(process.pid))
            break
    process.kill()
    process.wait()
    os.close(master)
    os.close(slave)
    return found


def measure_filter(folder: str) -> list[float]:
    """Type into the filter of the largest ledger; return the seconds each letter takes.

    Without a terminal, in this process, and in processor time: what drives the app there waits
    for it to come to rest, and that waiting is not the user's.
    """
    import asyncio

    from cmeledger.tui.app import CmeledgerApp

    app = CmeledgerApp(os.path.join(folder, f"{SIZES[-1]}.toml"), lambda: AS_OF)

    async def run() -> list[float]:
        async with app.run_test(size=(COLUMNS, ROWS)) as pilot:
            while app.shown is None or app.shown.looked is None:
                await pilot.pause(0.1)
            await pilot.press("2", "slash")
            found = []
            for key in KEYS[1:]:
                start = time.process_time()
                await pilot.press(key)
                found.append(time.process_time() - start)
            return found

    return asyncio.run(run())


def _peak(pid: int) -> float:
    """Read the most memory a process has used, in MB; 0 where the system does not tell."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            kilobytes = next(line.split()[1] for line in file if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return 0
    return int(kilobytes) / 1024


def programs(folder: str) -> Iterator[Program]:
    """Lay out what is measured, with the files written into a folder."""
    yield Program(
        "bare Textual app, one table: answers", [sys.executable, "-c", BARE], "3", b"ANSWERED"
    )
    for size in SIZES:
        entries = tuple(records(size))
        toml, accounts = (os.path.join(folder, f"{size}.{end}") for end in ("toml", "journal"))
        for file, text in ((toml, ledger(entries)), (accounts, journal(entries))):
            with open(file, "w", encoding="utf-8") as opened:
                opened.write(text)
        command = [sys.executable, "-m", "cmeledger", toml, "--as-of", AS_OF.isoformat()]
        yield Program(f"cmeledger, {size:,}: answers", command, "3", b"[3 Cycles]")
        yield Program(f"cmeledger, {size:,}: first true total", command, "", b"All credits")
        if shutil.which("hledger-ui"):
            command = ["hledger-ui", "-f", accounts]
            yield Program(
                f"hledger-ui, {size:,}: first true total", command, "", b"account balances"
            )


def main() -> None:
    """Measure round after round, so that a busy moment falls on all alike, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        chosen = list(programs(folder))
        found: dict[str, list[Run]] = {program.name: [] for program in chosen}
        for number in range(runs + 1):
            for program in chosen:
                run = measure(program)
                if run is not None and number:  # the first round warms the caches
                    found[program.name].append(run)
        typed = measure_filter(folder)
    best: dict[str, float] = {}
    for name, seen in found.items():
        if not seen:
            print(f"{name:<44} did not draw it")
            continue
        best[name] = min(run.seconds for run in seen)
        median = statistics.median(run.seconds for run in seen)
        memory = max(run.megabytes for run in seen)
        print(
            f"{name:<44} best {best[name] * 1000:7.0f} ms  "
            f"median {median * 1000:7.0f} ms  {memory:5.0f} MB"
        )
    slowest = max(typed) * 1000
    print(f"a letter in the filter, {SIZES[-1]:,}: slowest {slowest:.0f} ms (wanted: under 100)")
    print()
    bare = best.get("bare Textual app, one table: answers")
    for size in SIZES:
        pairs = (
            (f"cmeledger, {size:,}: answers", bare, "a bare Textual app"),
            (
                f"cmeledger, {size:,}: first true total",
                best.get(f"hledger-ui, {size:,}: first true total"),
                "hledger-ui",
            ),
        )
        for name, other, what in pairs:
            if name in best and other:
                print(f"{name} / {what}: {best[name] / other:.2f} (wanted: at most 1.5)")


if __name__ == "__main__":
    main()
