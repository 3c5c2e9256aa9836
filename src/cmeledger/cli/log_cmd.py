"""`cmeledger log`: what each commit did to the ledger, or to one record."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator
from itertools import chain, islice
from typing import Final

from cmeledger.cli import common, versions
from cmeledger.cli.main import VERBS, Io
from cmeledger.difference import Change
from cmeledger.ledger.context import nearest_id
from cmeledger.past import Entry, Past
from cmeledger.problems import Exit, UsageError
from cmeledger.report import diff_json, documents, log_text
from cmeledger.report.terminal import style_for

USUAL: Final = 20
"""How many commits are shown unless another number is asked for."""

Told = tuple[Entry, tuple[Change, ...]]


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("log", f"Say {VERBS['log']}.")
    common.add_json(made)
    made.add_argument(
        "-n",
        metavar="N",
        type=_count,
        default=USUAL,
        help=f"show so many commits at most; 0: all (default: {USUAL})",
    )
    versions.add_words(made, "ID", "the id of a record: only what changed it")
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    words = versions.take_ledger(options, 1)
    id = words[0] if words else None
    file = common.ledger_name(options, io)
    past = Past(file, io.env)
    found = _all(past) if id is None else _of(past, id)
    shown = islice(found, options.n or None)
    first = next(shown, None)
    if first is None:
        known = [name for name in past.at("HEAD")[1].ids if name]
        raise UsageError(f"no commit has a record called '{id}'\n{nearest_id(str(id), known)}")
    told = (
        (entry, changes, None if id else log_text.did(entry))
        for entry, changes in chain((first,), shown)
    )
    if options.json:
        document = {
            "schema": documents.SCHEMA,
            "file": file,
            "id": id,
            "entries": [diff_json.entry(*item) for item in told],
            "more": next(found, None) is not None,
        }
        io.out.write(documents.dumps(document))
        return Exit.DONE
    style = style_for(io.out, io.env)
    for entry, changes, did in told:
        lines = log_text.lines(entry, changes, did, style, whole=id is None)
        io.out.write("".join(f"{line}\n" for line in lines))
    if entry.cut:
        text = "this clone goes back no further; the whole history: git fetch --unshallow"
        print(f"note: {text}", file=io.err)
    if next(found, None) is not None:
        print("note: there are more; -n 0 shows all of them", file=io.err)
    return Exit.DONE


def _all(past: Past) -> Iterator[Told]:
    for entry, _ in past.log():
        yield entry, entry.changes


def _of(past: Past, id: str) -> Iterator[Told]:
    """Keep what changed one record, whatever it answered to earlier."""
    for entry, whole in past.log():
        changes = tuple(item for item in entry.changes if id in (item.id, item.old_id))
        if changes:
            yield entry, changes
        id = whole.renamed.get(id, id)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ArgumentTypeError(f"'{text}' is not a number like 20")
    return int(text)
