"""`cmeledger completion SHELL`: a script that completes verbs, options, words and files.

The script is made from the parsers of all verbs, so it says what they say.
"""

from argparse import ArgumentParser, Namespace
from importlib import import_module
from typing import Final

from cmeledger.cli import common
from cmeledger.cli.main import VERBS, Io
from cmeledger.ledger.schema import KINDS
from cmeledger.problems import Exit
from cmeledger.rules import rulebook as rules
from cmeledger.rules.rulebook import Rulebook

SHELLS: Final = ("bash", "zsh", "fish")


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("completion", f"Print {VERBS['completion']}.")
    made.add_argument("shell", metavar="SHELL", choices=SHELLS, help=", ".join(SHELLS))
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    import shtab

    whole = ArgumentParser(prog="cmeledger", description="CME for physicians in Massachusetts")
    whole.add_argument("-V", "--version", action="version", help="print the version")
    verbs = whole.add_subparsers(metavar="VERB")
    words = _words(rules.load())
    for verb, what in VERBS.items():
        one: ArgumentParser = import_module(f"cmeledger.cli.{verb}_cmd").parser()
        for action in one._actions:  # noqa: SLF001  argparse has no other way to its arguments
            if (verb, action.dest) in words:
                action.choices = words[verb, action.dest]
            elif action.dest in ("ledger", "file", "words"):
                action.complete = shtab.FILE  # type: ignore[attr-defined]
        verbs.add_parser(verb, parents=[one], add_help=False, help=what, description=what)
    script = shtab.complete(whole, options.shell)
    io.out.write(script if script.endswith("\n") else f"{script}\n")
    return Exit.DONE


def _words(rulebook: Rulebook) -> dict[tuple[str, str], list[str]]:
    """Choose words to offer where the parser takes any text: by verb and destination."""
    return {
        ("rules", "id"): [*rulebook.ids, *rulebook.kinds],
        ("why", "id"): list(rulebook.ids),
        ("list", "topic"): list(rulebook.topics),
        ("list", "kind"): list(KINDS),
    }
