"""Hold the parser against the cases of github.com/toml-lang/toml-test.

A script, not a test that pytest runs: the cases are not part of this repository.

    python tests/toml_test.py PATH/TO/toml-test/tests

Documents that are valid in TOML 1.0 must be read, with the values that the case names. Documents
that are invalid in both 1.0 and 1.1 must raise NotToml. Documents on which the two versions
differ may be read or refused. Nothing may raise anything else, or take a second.
"""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from datetime import time as clock
from decimal import Decimal
from typing import Any, Final

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "src"))

from cmeledger.ledger.parse import NotToml, parse

SECONDS: Final = 1.0

# Parts of the messages about limits that no ledger comes near: docs/format.md.
BY_DESIGN: Final = (
    "does not fit 64 bits",
    "nested deeper than",
    "is longer than",
    "too long to be read",
    "bytes long",
)


def cases(folder: str, version: str) -> set[str]:
    """Read the names of a version's TOML documents."""
    with open(os.path.join(folder, f"files-toml-{version}"), encoding="utf-8") as names:
        return {name for name in names.read().split() if name.endswith(".toml")}


def sort_out(folder: str) -> Iterator[tuple[str, str]]:
    """Give each document's name with what is wanted of it: valid, invalid or either."""
    old, new = cases(folder, "1.0.0"), cases(folder, "1.1.0")
    for name in sorted(old | new):
        if name in old and name.startswith("valid/"):
            yield name, "valid"
        elif name in old & new:
            yield name, "invalid"
        else:
            yield name, "either"


def judge(folder: str, name: str, wanted: str) -> tuple[str, str]:
    """Run one case: what became of it, and the disagreement (empty: none)."""
    with open(os.path.join(folder, name), "rb") as file:
        data = file.read()
    began = time.perf_counter()
    try:
        tables = parse(data).tables
    except NotToml as error:
        became, tables = "refused", None
        if wanted == "valid":
            disagreement = f"refused: {error}"
            if any(part in str(error) for part in BY_DESIGN):
                became, disagreement = "refused by design", ""
        else:
            disagreement = ""
    except Exception as error:  # noqa: BLE001  whatever it is, it is the finding
        return "raised", f"raised {type(error).__name__}: {error}"
    else:
        became = "read"
        disagreement = "read, though it is no TOML" if wanted == "invalid" else ""
    taken = time.perf_counter() - began
    if taken >= SECONDS:
        return became, f"took {taken:.1f} seconds"
    expected = os.path.join(folder, name.removesuffix(".toml") + ".json")
    if tables is not None and not disagreement and os.path.exists(expected):
        with open(expected, encoding="utf-8") as file:
            disagreement = "; ".join(differences(tables, json.load(file), ""))
        became = "read, values compared"
    return became, disagreement


def differences(value: Any, expected: Any, path: str) -> Iterator[str]:
    """Compare a value with the tagged JSON of a case."""
    if isinstance(expected, list):
        if not isinstance(value, list) or len(value) != len(expected):
            yield f"{path or 'document'} is {value!r}, not {len(expected)} elements"
            return
        for number, (item, wanted) in enumerate(zip(value, expected, strict=True)):
            yield from differences(item, wanted, f"{path}[{number}]")
    elif is_tagged(expected):
        if not SAME[expected["type"]](value, expected["value"]):
            yield f"{path} is {value!r}, not {expected['type']} {expected['value']}"
    elif not isinstance(value, dict) or value.keys() != expected.keys():
        yield f"{path or 'document'} is {value!r}, not a table with {sorted(expected)}"
    else:
        for key, wanted in expected.items():
            yield from differences(value[key], wanted, f"{path}.{key}" if path else key)


def is_tagged(expected: Mapping[str, Any]) -> bool:
    """Tell a value with its type from a table that happens to have such keys."""
    return expected.keys() == {"type", "value"} and all(
        isinstance(part, str) for part in expected.values()
    )


def same_float(value: Any, text: str) -> bool:
    """Compare a Decimal with a number that the case may have rounded to a double."""
    if not isinstance(value, Decimal):
        return False
    wanted = Decimal(text)
    if wanted.is_nan():
        return value.is_nan()
    return value == wanted or float(value) == float(wanted)


def same_moment(value: Any, text: str) -> bool:
    """Compare a date with a time."""
    wanted = datetime.fromisoformat(text)
    return type(value) is datetime and value == wanted and value.utcoffset() == wanted.utcoffset()


SAME: Final[dict[str, Callable[[Any, str], bool]]] = {
    "string": lambda value, text: type(value) is str and value == text,
    "integer": lambda value, text: type(value) is int and value == int(text),
    "float": same_float,
    "bool": lambda value, text: value is (text == "true"),
    "datetime": same_moment,
    "datetime-local": same_moment,
    "date-local": lambda value, text: type(value) is date and value == date.fromisoformat(text),
    "time-local": lambda value, text: type(value) is clock and value == clock.fromisoformat(text),
}


def main() -> int:
    """Run every case, print what became of them, and return the exit code."""
    if len(sys.argv) != 2 or not os.path.exists(os.path.join(sys.argv[1], "files-toml-1.0.0")):
        print("usage: python tests/toml_test.py PATH/TO/toml-test/tests", file=sys.stderr)
        return 2
    folder = sys.argv[1]
    counts: Counter[tuple[str, str]] = Counter()
    disagreements = 0
    for name, wanted in sort_out(folder):
        became, disagreement = judge(folder, name, wanted)
        counts[wanted, became] += 1
        if disagreement:
            disagreements += 1
            print(f"{name}: {disagreement}")
        elif became == "refused by design":
            print(f"{name}: {became}")
    for (wanted, became), count in sorted(counts.items()):
        print(f"{count:>5}  {wanted:<8} {became}")
    print(f"{counts.total():>5}  cases, {disagreements} disagreements")
    return 1 if disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
