"""`cmeledger merge-file`: two versions of a ledger, merged record by record, for git."""

import os
import stat
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from typing import IO

from cmeledger.cli import common
from cmeledger.cli.main import VERBS, Io
from cmeledger.ledger import disk, export
from cmeledger.ledger.merge import Marks
from cmeledger.merging import Outcome, merged
from cmeledger.problems import CmeledgerError, Exit, LedgerUnreadable
from cmeledger.report import documents, merge_text
from cmeledger.visible import visible


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser(
        "merge-file",
        f"Merge {VERBS['merge-file']}. What THEIRS changed since BASE is brought into OURS. "
        "Exit codes are git's: 0 merged, 1 conflicts are marked in the file, 129 nothing was done.",
    )
    made.wrong = Exit.NOT_MERGED
    add = made.add_argument
    add("base", metavar="BASE", help="the version that both grew from; git's %%O")
    add("ours", metavar="OURS", help="your version, which is written to; git's %%A")
    add("theirs", metavar="THEIRS", help="the other version; git's %%B")
    add("-o", "--output", metavar="FILE", help="write there instead; no file may be there yet")
    add(
        "--marker-size", metavar="N", type=_a_size, default=7,
        help="how long conflict markers are (default: 7); git's %%L",
    )  # fmt: skip
    add("--ours-label", metavar="TEXT", default="ours", help="what markers call OURS")
    add("--theirs-label", metavar="TEXT", default="theirs", help="what markers call THEIRS")
    add("--path", metavar="PATH", help="what messages call the ledger; git's %%P")
    add("--dry-run", action="store_true", help="say what would be merged, write nothing")
    common.add_json(made)
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    try:
        outcome = _merged(options, io)
    except CmeledgerError as error:
        error.exit = Exit.NOT_MERGED
        raise
    name = options.path or options.output or options.ours
    notes = merge_text.notes(outcome)
    if options.json:
        io.out.write(
            documents.dumps(merge_text.document(outcome, notes, written=not options.dry_run))
        )
    else:
        for note in notes:
            print(f"cmeledger: {visible(name)}: {note}", file=io.err)
        if not outcome.is_clean:
            print(f"help: {merge_text.advice(outcome, name)}", file=io.err)
    return Exit.DONE if outcome.is_clean else Exit.NO


def _merged(options: Namespace, io: Io) -> Outcome:
    """Read the three files, merge them, and write the result. Raises NotWritten."""
    base, ours, theirs = map(_read, (options.base, options.ours, options.theirs))
    labels = (" ".join(text.split()) for text in (options.ours_label, options.theirs_label))
    outcome = merged(base, ours, theirs, Marks(options.marker_size, *labels), io.env)
    if options.dry_run:
        return outcome
    mode = stat.S_IMODE(os.stat(options.ours).st_mode)

    def fill(opened: IO[bytes]) -> None:
        opened.write(outcome.data)
        if os.chmod in os.supports_fd:
            os.chmod(opened.fileno(), mode)

    file = options.output or os.path.realpath(options.ours)
    export.write(file, fill, force=not options.output)
    return outcome


def _read(file: str) -> bytes:
    try:
        return disk.read_file(os.path.realpath(file))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        advice = "name three versions of a ledger: the one both grew from, yours, the other"
        raise LedgerUnreadable(file, why.lower(), advice) from error


def _a_size(text: str) -> int:
    """Read the length of conflict markers."""
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= 100:
        raise ArgumentTypeError(f"'{text}' is not a length like 7")
    return int(text)
