"""Choose the verb, and run it with a parser of its own.

Only what the chosen verb needs is imported: `--version` costs little more than the interpreter.
"""

import gc
import os
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import IO, Final, NamedTuple

from cmeledger import __version__

VERBS: Final = {
    "status": "where each license stands: what is met, what is missing, by when",
    "why": "why a record or a requirement counts as it does",
    "check": "every problem of the ledger, with its place and how to fix it",
    "verify": "every evidence file: is it there, whole, unchanged, and named once",
    "list": "the records, what they claim and what they count",
    "keep": "until when each record and evidence file is kept",
    "packet": "one PDF that answers a letter: records, sources, certificates",
    "gaps": "the fewest credits that close everything short, and by when",
    "plan": "where each license would stand with records not yet taken",
    "remind": "one line when something is near, and nothing otherwise",
    "calendar": "the dates ahead as a calendar file (.ics) that an update replaces",
    "rules": "what is in force, its sources, and the readings taken",
    "add": "a record, every key an option; on a terminal it asks",
    "edit": "some keys of a record, or the record in your editor",
    "remove": "a record out",
    "claim": "an attended record as claimed",
    "repeat": "a record like another one, on another day",
    "attach": "a certificate to a record: a copy in evidence/, and its digest",
    "archive": "the records that may go into the archive beside the ledger",
    "restore": "a record of the archive back into the ledger",
    "renew": "what you attest at a renewal, and tell when it alters later",
    "diff": "what is different between two versions in git, and what that does",
    "log": "what each commit in git did to the ledger, or to one record",
    "commit": "the ledger to git, with a message that says what is new",
    "undo": "the last save back, to the byte",
    "redo": "again what was undone last",
    "recover": "saved records that an editor with an old text took back",
    "doctor": "what protects the ledger here, and what needs attention",
    "git": "setup: git made ready for the ledger, and that taken back (--undo)",
    "fmt": "the ledger in its usual order and spacing; no value changes",
    "merge-file": "two versions of a ledger, record by record: what git calls",
    "init": "a first ledger; on a terminal it asks for what no option says",
    "schema": "a JSON Schema of the ledger, with which editors check as you type",
    "completion": "a script with which bash, zsh or fish completes commands",
}

OVERVIEW: Final = """\
usage: cmeledger [VERB] [OPTIONS] [LEDGER]

Keep a plain-text ledger of continuing medical education, and see what a renewal
still asks. LEDGER is a TOML file; without one, the CMELEDGER variable names it,
or cme.toml in the current folder is read.

verbs:
{verbs}

Without a verb, a terminal gets the screens, and everything else gets status.
`cmeledger VERB --help` explains one verb.
Exit codes: 0 done; 1 the answer is no (errors found, a record left out);
2 the command line is wrong; 3 the ledger cannot be used; 4 nothing was written;
5 written, but the disk did not confirm it.
"""


class Io(NamedTuple):
    """What a command may touch of the world outside: passed in, so that tests can."""

    out: IO[str]
    err: IO[str]
    env: Mapping[str, str]
    inp: IO[str] | None = None
    """Where answers come from; None: nobody is there to ask."""


def run() -> None:
    """Run the program on the real command line and exit with its code."""
    # A command is over before anything would be worth collecting: walking a large ledger for
    # garbage again and again would cost a fifth of its time.
    gc.disable()
    out, err = (stream or open(os.devnull, "w") for stream in (sys.stdout, sys.stderr))  # noqa: SIM115
    try:
        code = main(sys.argv[1:], Io(out, err, os.environ, sys.stdin))
        out.flush()
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        # The reader went away (`| head`): nothing to say, and nothing more to flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
        code = 0
    except OSError as error:
        print(
            f"cmeledger: the answer could not be written: {error.strerror}\n"
            "help: what the command saved, it saved; look at the ledger before running it again",
            file=err,
        )
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
        code = 1
    # The interpreter collects once more when it ends; what is frozen it does not walk.
    gc.freeze()
    sys.exit(code)


def main(arguments: Sequence[str], io: Io) -> int:
    """Run one command; return its exit code (problems.Exit)."""
    first = arguments[0] if arguments else ""
    if first in ("--version", "-V"):
        print(f"cmeledger {__version__}", file=io.out)
        return 0
    if first in ("--help", "-h", "help"):
        verbs = "\n".join(f"  {verb:<12}{what}" for verb, what in VERBS.items())
        io.out.write(OVERVIEW.format(verbs=verbs))
        return 0
    if first in VERBS:
        return _run_verb(first, arguments[1:], io)
    if not first or first.startswith("-") or first.endswith(".toml") or os.path.exists(first):
        return _run_verb("status", arguments, io)
    from cmeledger.ledger.context import nearest
    from cmeledger.visible import visible

    print(
        f"cmeledger: there is no command '{visible(first)}', and no such file\n"
        f"help: {nearest(first, VERBS, 'the commands are')}",
        file=io.err,
    )
    return 2


def verb_module(verb: str) -> ModuleType:
    """Load the module of a verb."""
    import importlib

    return importlib.import_module(f"cmeledger.cli.{verb.replace('-', '_')}_cmd")


def _run_verb(verb: str, arguments: Sequence[str], io: Io) -> int:
    from cmeledger.problems import CmeledgerError, LedgerUnusable
    from cmeledger.visible import visible

    reconfigure = getattr(io.out, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
    module = verb_module(verb)
    try:
        options = module.parser().parse_intermixed_args(arguments)
        return int(module.run(options, io))
    except LedgerUnusable as error:
        from cmeledger.ledger.source import Places, place
        from cmeledger.report.check_text import lines
        from cmeledger.report.terminal import style_for

        problems = place(error.problems, Places(error.text), Places(error.archive_text))
        archive = (error.archive_file, error.archive_text)
        shown = lines(error.file, problems, error.text, archive, style_for(io.err, io.env))
        io.err.write("".join(f"{line}\n" for line in shown))
        return int(error.exit)
    except CmeledgerError as error:
        message, *advice = str(error).split("\n")
        print(f"cmeledger: {visible(message)}", file=io.err)
        for line in advice:
            print(f"help: {visible(line)}", file=io.err)
        return int(error.exit)
