"""`cmeledger diff`: what is different between two versions of the ledger."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from datetime import date

from cmeledger.cli import common, versions
from cmeledger.cli.main import VERBS, Io
from cmeledger.difference import Difference, State, difference
from cmeledger.git.repository import Version
from cmeledger.ledger.pieces import Pieces
from cmeledger.past import Past, on_disk
from cmeledger.problems import Exit
from cmeledger.report import diff_json, diff_text, documents
from cmeledger.report.outcome import Outcome, what_it_did
from cmeledger.report.terminal import Style, style_for, wrap
from cmeledger.visible import visible

Side = tuple[Version | None, State]


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("diff", f"Say {VERBS['diff']}.")
    common.add_day(made)
    what = "versions to compare: without one, the last commit with the file; with one, that"
    versions.add_words(made, "REV [REV]", f"{what} with the file; with two, one with the other")
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    revisions = versions.take_ledger(options, 2) or ["HEAD"]
    file, day = common.ledger_name(options, io), common.today(options)
    pieces = Pieces()
    now = on_disk(file, pieces) if len(revisions) == 1 else None
    past = Past(file, io.env, pieces)
    sides: list[Side] = [past.at(revision) for revision in revisions]
    sides += [] if now is None else [(None, now)]
    (_, before), (_, after) = sides
    found = difference(before, after)
    did = what_it_did(before, after, found.changes, day)
    if options.json:
        document = {
            "schema": documents.SCHEMA,
            "file": file,
            "as_of": day.isoformat(),
            "before": diff_json.version(*sides[0]),
            "after": diff_json.version(*sides[1]),
            "only_spelling": found.only_spelling,
            "changes": diff_json.changes(found.changes),
            "effects": diff_json.effects(did),
        }
        io.out.write(documents.dumps(document))
    else:
        shown = _lines(sides, found, did, day, style_for(io.out, io.env))
        io.out.write("".join(f"{line}\n" for line in shown))
    return Exit.DONE


def _lines(
    sides: Sequence[Side],
    found: Difference,
    did: Sequence[Outcome] | None,
    day: date,
    style: Style,
) -> Iterator[str]:
    names = [
        f"{diff_text.version(version.commit, version.when)}" if version else "the file as it is"
        for version, _ in sides
    ]
    (_, before), (_, after) = sides
    for line in wrap(f"From {names[0]}, to {names[1]}", style):
        yield style.bold(line)
    for name, state in zip(names, (before, after), strict=True):
        yield from diff_text.fault(name, state, style)
    if not (before.readable and after.readable):
        return
    yield ""
    if not found.changes:
        if before.fault or after.fault:
            yield diff_text.NOTHING_READ
        else:
            yield diff_text.SAME if found.only_spelling else "nothing differs"
        return
    yield from diff_text.lines(found.changes, style)
    yield ""
    if did is not None:
        yield from diff_text.effects(did, day, style)
        return
    for name, state in zip(names, (before, after), strict=True):
        if state.unusable:
            text = f"What that does nobody can tell: {name} cannot be counted: {state.unusable}"
            yield from wrap(visible(text), style, indent="  ", first="")
