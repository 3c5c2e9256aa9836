"""`cmeledger undo`: take back the last save, to the byte."""

from argparse import ArgumentParser, Namespace

from cmeledger.cli import common, writing
from cmeledger.cli.main import VERBS, Io
from cmeledger.problems import Exit


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("undo", f"Take {VERBS['undo']}.")
    writing.add_options(made)
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    return writing.turn(options, io, back=True)
