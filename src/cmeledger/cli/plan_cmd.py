"""`cmeledger plan`: where each license would stand with records not yet taken."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any

from cmeledger import entry
from cmeledger.book import Book
from cmeledger.cli import common
from cmeledger.cli.main import VERBS, Io
from cmeledger.ledger.schema import ACTIVITY, KINDS
from cmeledger.problems import Exit, UsageError
from cmeledger.report import documents
from cmeledger.report.planned import compared, document, lines
from cmeledger.report.terminal import style_for
from cmeledger.typed import value_of
from cmeledger.visible import visible

KEYS = {key.name: key for key in ACTIVITY}


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser(
        "plan",
        f'Say {VERBS["plan"]}: those with status = "planned", and those given with --with. '
        "Nothing is written.",
    )
    made.add_argument(
        "--with",
        dest="extra",
        metavar="RECORD",
        action="append",
        default=[],
        help="a record, like '2 risk-management 2026-05-01': credits, topics, date, kind, "
        "or KEY=VALUE as in the ledger; Category 1, a course and today, where nothing else "
        "is said; can be given again",
    )
    made.add_argument(
        "--attended", action="store_true", help="take attended records for claimed too"
    )
    common.add_day(made)
    common.add_ledger(made)
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    book = common.open_named(options, io)
    extra = [_record(text, number, book) for number, text in enumerate(options.extra, 1)]
    statuses = frozenset({"planned", "attended"} if options.attended else {"planned"})
    plan, before, after = compared(book, extra, statuses)
    for doubt in plan.doubts:
        print(f"warning: {visible(doubt)}", file=io.err)
    if options.json:
        io.out.write(documents.dumps(document(plan, book.day, before, after)))
    else:
        style = style_for(io.out, io.env)
        io.out.write("".join(f"{line}\n" for line in lines(plan, before, after, style)))
    return common.answer(book)


def _record(text: str, number: int, book: Book) -> Mapping[str, Any]:
    """Read a record from a few words. Raises UsageError that names the word."""
    from shlex import split

    found: dict[str, Any] = {}
    topics: list[str] = []
    try:
        for word in split(text):
            name, sign, value = word.partition("=")
            if sign and name in KEYS:
                said = name, value_of(KEYS[name], value, book.day)
            elif word in KINDS:
                said = "kind", word
            elif not word[:1].isdigit() and word[:1] != ".":
                topics.append(word)
                continue
            elif "-" in word or word.count("/") == 2:
                said = "date", entry.a_date(word, book.day)
            else:
                said = "credits", entry.an_amount(word)
            if said[0] in found:
                raise UsageError(f"--with '{text}': {said[0]} is said twice")
            found[said[0]] = said[1]
        if topics:
            found["topics"] = value_of(KEYS["topics"], ",".join(topics), book.day)
    except ValueError as error:
        raise UsageError(f"--with '{text}': {error}") from error
    kind = KINDS[found.get("kind", "course")]
    if kind.category is None and kind.needs_category:
        found.setdefault("category", 1)
    if not {"date", "start", "end"} & found.keys():
        found["date"] = book.day
    return {"title": f"With {number}: {text}"} | found
