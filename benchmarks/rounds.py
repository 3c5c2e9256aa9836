"""What the benchmarks of single commands share: rounds of them, and the lines that are printed."""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

Size = TypeVar("Size")


def seconds(arguments: Sequence[str], env: Mapping[str, str]) -> float:
    """Time a command. Raises CalledProcessError where it fails."""
    began = time.perf_counter()
    quiet = subprocess.DEVNULL
    subprocess.run(arguments, env=env, stdout=quiet, stderr=quiet, check=True)
    return time.perf_counter() - began


def show(taken: Mapping[str, Sequence[float]], size: int) -> None:
    """Print the best and the median of each command, in seconds."""
    for name, times in taken.items():
        label = f"{name}, {size:,}"
        print(f"{label:<28}{min(times):>10.3f} s{statistics.median(times):>10.3f} s")


def compare(
    taken: Mapping[str, Sequence[float]], name: str, other: str, size: int, wanted: str = ""
) -> None:
    """Print how many times as long one command takes as another, by their best and medians."""
    best = min(taken[name]) / min(taken[other])
    median = statistics.median(taken[name]) / statistics.median(taken[other])
    label = f"{name} / {other}, {size:,}"
    print(f"{label:<34}{best:>6.2f}{median:>12.2f}{wanted}")


def run(
    what: str, runs: int, sizes: Iterable[Size], measure: Callable[[Size, str, int], None]
) -> None:
    """Measure each size in a temporary folder, as often as the command line says.

    `measure` gets a size, the folder and the number of rounds, and prints.
    """
    parser = argparse.ArgumentParser(description=what)
    said = f"how often each runs (default: {runs})"
    parser.add_argument("--runs", type=int, default=runs, help=said)
    options = parser.parse_args()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} processors{load}")
    print(f"{'command, records':<28}{'best':>12}{'median':>12}")
    with tempfile.TemporaryDirectory(prefix="cmeledger-benchmark-") as folder:
        for size in sizes:
            measure(size, folder, max(1, options.runs))
