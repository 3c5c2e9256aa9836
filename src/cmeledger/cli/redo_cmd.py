"""`cmeledger redo`: save again what was undone last."""

from argparse import ArgumentParser, Namespace

from cmeledger.cli import common, writing
from cmeledger.cli.main import VERBS, Io
from cmeledger.problems import Exit


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("redo", f"Save {VERBS['redo']}.")
    writing.add_options(made)
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    return writing.turn(options, io, back=False)
