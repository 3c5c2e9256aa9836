"""The readers of single values: what TOML gave, checked and turned into the model's values.

A reader takes (context, value, path, key) and returns the value for the model, or BAD after
telling the context what is wrong. It never raises.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from cmeledger.ledger.context import BAD, Context, key_of, wrong_type
from cmeledger.ledger.schema import Key
from cmeledger.model import Evidence, Path, Vocabulary

ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
MONTH_DAY: Final = re.compile(r"(\d\d)-(\d\d)", re.ASCII)
SHA256: Final = re.compile(r"[0-9a-fA-F]{64}")
# A drive, or the scheme of a web address; in "Cert: pain.pdf" a blank says that it is neither.
SCHEME: Final = re.compile(
    r"[A-Za-z]:|[A-Za-z][A-Za-z0-9+.-]+:(?!\s)|(?:https?|file|data|javascript|vbscript|mailto):",
    re.IGNORECASE,
)
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199
MOST: Final = 1000
LEAST: Final = Decimal("1e-30")
"""Credits below are read as so many: nothing is counted of either."""

ID_ADVICE: Final = "an id is letters, digits, '.', '_' and '-', and begins with a letter or digit"


def text(context: Context, value: Any, path: Path, key: Key) -> Any:
    """Read any string."""
    return value if type(value) is str else wrong_type(context, value, path, '"…"')


def name(context: Context, value: Any, path: Path, key: Key) -> Any:
    """Read a string that says something."""
    if type(value) is not str:
        return wrong_type(context, value, path, '"…"')
    if not value.strip(" \t\r\n"):
        return context.error("bad-value", f"{key.name} is empty", f'write {key.name} = "…"', path)
    return value


def flag(context: Context, value: Any, path: Path, key: Key) -> Any:
    """Read true or false."""
    return value if type(value) is bool else wrong_type(context, value, path, "true or false")


def day(context: Context, value: Any, path: Path, key: Key) -> Any:
    """Read a local date between 1900 and 2199."""
    if type(value) is not date:
        return wrong_type(context, value, path, "2026-05-10")
    if FIRST_YEAR <= value.year <= LAST_YEAR:
        return value
    return context.error(
        "bad-value",
        f"{value.isoformat()} is not between {FIRST_YEAR} and {LAST_YEAR}",
        "check the year",
        path,
    )


def month_day(context: Context, value: Any, path: Path, key: Key) -> Any:
    """Read "MM-DD" as (month, day)."""
    if type(value) is not str:
        return wrong_type(context, value, path, '"05-10"')
    match = MONTH_DAY.fullmatch(value)
    try:
        if match is not None:
            found = date(2000, int(match[1]), int(match[2]))  # 2000 has a 29 February
            return found.month, found.day
    except ValueError:
        pass
    return context.error(
        "bad-value", f"'{value}' is not a month and day", 'write "MM-DD", like "05-10"', path
    )


def credits(context: Context, value: Any, path: Path, key: Key) -> Any:
    """Read a number of credits from 0 to 1000 as Decimal."""
    if type(value) is int:
        value = Decimal(value)
    elif type(value) is not Decimal:
        return wrong_type(context, value, path, "1.5")
    if value.is_finite() and not value.is_signed() and value <= MOST:
        # What is next to nothing stays that: products must not run out of exponents.
        return max(value, LEAST) if value else value
    return context.error(
        "bad-value",
        f"{key_of(path)} is {_short(value)}; it must be a number from 0 to {MOST}",
        "copy the credits from the certificate",
        path,
    )


def _short(value: Decimal) -> str:
    written = str(value)
    return written if len(written) <= 30 else f"{written[:12]}… ({len(written)} characters)"


def hours(context: Context, value: Any, path: Path, key: Key) -> Any:
    """Read a number of hours above 0."""
    value = credits(context, value, path, key)
    if value is BAD or value:
        return value
    return context.error(
        "bad-value", "hours is 0", "write the hours taught or served, or take the key out", path
    )


def category(context: Context, value: Any, path: Path, key: Key) -> Any:
    """Read 1 or 2."""
    if type(value) is not int:
        return wrong_type(context, value, path, "1 or 2")
    if value in (1, 2):
        return value
    return context.error("bad-value", f"there is no category {value}", "write 1 or 2", path)


def choice(context: Context, value: Any, path: Path, key: Key) -> Any:
    """Read one word of a fixed list."""
    if type(value) is not str:
        return wrong_type(context, value, path, f'"{key.choices[0]}"')
    if value in key.choices:
        return value
    return context.error(
        "bad-value",
        f"unknown {key.name} '{value}'",
        context.nearest(value, key.choices, "one of"),
        path,
    )


def choices(context: Context, value: Any, path: Path, key: Key) -> Any:
    """Read a list of words of a fixed list."""
    if type(value) is not list:
        return wrong_type(context, value, path, f'["{key.choices[0]}"]')
    return _all(choice(context, item, (*path, n), key) for n, item in enumerate(value))


def jurisdiction(context: Context, value: Any, path: Path, key: Key) -> Any:
    """Read a state whose rules the program has."""
    if type(value) is not str:
        return wrong_type(context, value, path, '"MA"')
    known = context.vocabulary.jurisdictions
    if value in known:
        return value
    return context.error(
        "bad-value",
        f"no rules are known for '{value}'",
        context.nearest(value, known, "rules are known for"),
        path,
    )


def record_id(context: Context, value: Any, path: Path, key: Key) -> Any:
    """Read the id of an activity."""
    if type(value) is not str:
        return wrong_type(context, value, path, '"…"')
    if ID.fullmatch(value) is None:
        return context.error("bad-value", f"'{value}' cannot be an id", ID_ADVICE, path)
    if value in context.requirement_ids:
        return context.error(
            "bad-value",
            f"'{value}' is the id of a requirement",
            "give the record an id of its own, or leave the key out",
            path,
        )
    return value


def own_id(context: Context, value: Any, path: Path, key: Key) -> Any:
    """Read the id of a requirement of the physician's own."""
    if type(value) is not str:
        return wrong_type(context, value, path, '"…"')
    if ID.fullmatch(value) is None:
        return context.error("bad-value", f"'{value}' cannot be an id", ID_ADVICE, path)
    if value in context.vocabulary.requirements:
        return context.error(
            "bad-value",
            f"'{value}' is a requirement of the rules",
            "give your own requirement another id",
            path,
        )
    return value


def requirement_ids(context: Context, value: Any, path: Path, key: Key) -> Any:
    """Read a list of requirement ids."""

    def one(item: Any, path: Path) -> Any:
        if type(item) is not str:
            return wrong_type(context, item, path, '"total"')
        if item in context.requirement_ids:
            return item
        advice = context.nearest(item, context.requirement_ids, "one of")
        return context.error("bad-value", f"no requirement is called '{item}'", advice, path)

    if type(value) is not list:
        return wrong_type(context, value, path, '["total"]')
    return _all(one(item, (*path, n)) for n, item in enumerate(value))


def topic_list(context: Context, value: Any, path: Path, key: Key) -> Any:
    """Read a list of topics; one that is unknown is the caller's business."""
    if type(value) is not list:
        return wrong_type(context, value, path, '["opioid-pain"]')
    return _all(
        item if type(item) is str else wrong_type(context, item, (*path, n), '"opioid-pain"')
        for n, item in enumerate(value)
    )


def topics(context: Context, value: Any, path: Path, key: Key) -> Any:
    """Read a list of topics, or a table of topic = credits, as topic to credits or None."""
    if type(value) is list:
        found: Any = topic_list(context, value, path, key)
        found = found if found is BAD else dict.fromkeys(found)
        named = [item for item in value if type(item) is str] if found is BAD else found
    elif type(value) is dict:
        _refuse_deep_x_keys(context, value, path)
        amounts = {
            topic: credits(context, amount, (*path, topic), key)
            for topic, amount in value.items()
            if not topic.startswith("x-")
        }
        found = BAD if BAD in amounts.values() else amounts
        named = amounts
    else:
        return wrong_type(context, value, path, '["opioid-pain"]')
    if not context.topics.issuperset(named):
        _unknown_topics(context, value, path)
    return found


def _unknown_topics(context: Context, value: Any, path: Path) -> None:
    for number, topic in enumerate(value):
        if type(topic) is str and topic not in context.topics:
            listed = type(value) is list
            if not listed and topic.startswith("x-"):
                continue
            context.warn(
                "unknown-topic",
                f"no requirement takes the topic '{topic}'",
                context.nearest(topic, sorted(context.topics), "known topics", 0.8),
                (*path, number if listed else topic),
                "value" if listed else "key",
            )


def evidence(context: Context, value: Any, path: Path, key: Key) -> Any:
    """Read a list of files, each a string or { file = "…", sha256 = "…" }."""
    if type(value) is not list:
        return wrong_type(context, value, path, '["evidence/certificate.pdf"]')
    return _all(_evidence(context, item, (*path, n)) for n, item in enumerate(value))


def readable_evidence(value: Any, path: Path) -> tuple[Evidence, ...]:
    """Read the files of a list that can be read, without a word about the others."""
    silent = Context(Vocabulary((), (), ()), (), ())
    items = enumerate(value if type(value) is list else ())
    read = (_evidence(silent, item, (*path, number)) for number, item in items)
    return tuple(item for item in read if item is not BAD)


def totals(context: Context, value: Any, path: Path, key: Key) -> Any:
    """Read a table of requirement = credits."""
    if type(value) is not dict:
        return wrong_type(context, value, path, "{ total = 50 }")
    _refuse_deep_x_keys(context, value, path)
    read = {
        name: credits(context, amount, (*path, name), key)
        for name, amount in value.items()
        if not name.startswith("x-")
    }
    return {name: amount for name, amount in read.items() if amount is not BAD}


Reader = Callable[[Context, Any, Path, Key], Any]

READERS: Final[dict[str, Reader]] = {
    "text": text,
    "name": name,
    "flag": flag,
    "date": day,
    "month-day": month_day,
    "credits": credits,
    "hours": hours,
    "category": category,
    "choice": choice,
    "choices": choices,
    "jurisdiction": jurisdiction,
    "record-id": record_id,
    "own-id": own_id,
    "requirement-ids": requirement_ids,
    "topics": topics,
    "topic-list": topic_list,
    "evidence": evidence,
    "totals": totals,
}


def outside(file: str) -> str | None:
    """Say why a path may lead out of the ledger's folder, or None where it cannot.

    Symbolic links are not looked at here: that needs the disk.
    """
    if not file or not file.strip("./"):
        return "names no file"
    if "\0" in file:
        return "holds a NUL character"
    if file[0] == "/":
        return "is an absolute path"
    if file[0] == "~":
        return "begins with a home folder"
    if "\\" in file:
        return "holds a backslash"
    if SCHEME.match(file):
        return "begins like a web address or a drive"
    return "holds '..'" if ".." in file.split("/") else None


def _evidence(context: Context, value: Any, path: Path) -> Any:
    if type(value) is str:
        return Evidence(value, None, path) if _inside(context, value, path) else BAD
    if type(value) is not dict:
        return wrong_type(context, value, path, '"evidence/certificate.pdf"')
    _refuse_deep_x_keys(context, value, path)
    bad = False
    for name, item in value.items():
        if name not in ("file", "sha256") and not name.startswith("x-"):
            context.refuse_depth(item, (*path, name))
            context.error(
                "unknown-key",
                f"unknown key '{name}' in an evidence entry",
                context.nearest(name, ("file", "sha256"), "its keys are"),
                (*path, name),
                "key",
            )
            bad = True
    if "file" not in value:
        return context.error(
            "missing-key", "the evidence entry names no file", 'add file = "…"', path, "table"
        )
    file, digest = value["file"], value.get("sha256")
    if type(file) is not str:
        bad = bool(wrong_type(context, file, (*path, "file"), '"evidence/certificate.pdf"'))
    else:
        bad = not _inside(context, file, path) or bad
    if digest is not None:
        if type(digest) is not str:
            bad = bool(wrong_type(context, digest, (*path, "sha256"), '"…"'))
        elif SHA256.fullmatch(digest) is None:
            bad = bool(
                context.error(
                    "bad-value",
                    "sha256 is not 64 hexadecimal digits",
                    "take the key out, or copy the digest again",
                    (*path, "sha256"),
                )
            )
    return BAD if bad else Evidence(file, digest and digest.lower(), path)


def _inside(context: Context, file: str, path: Path) -> bool:
    why = outside(file)
    if why is not None:
        context.error(
            "bad-value",
            f"the evidence path '{file[:200]}' {why}",
            "copy the file into a folder beside the ledger and name it from there, with /",
            path,
        )
    return why is None


def _refuse_deep_x_keys(context: Context, table: dict[str, Any], path: Path) -> None:
    for name, value in table.items():
        if name.startswith("x-"):
            context.refuse_depth(value, (*path, name))


def _all(items: Iterable[Any]) -> Any:
    """Make a tuple of the items, or BAD where one of them is."""
    found = tuple(items)
    return BAD if any(item is BAD for item in found) else found
