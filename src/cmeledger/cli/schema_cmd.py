"""`cmeledger schema`: the format as a JSON Schema, for editors."""

from argparse import ArgumentParser, Namespace

from cmeledger.cli import common
from cmeledger.cli.main import VERBS, Io
from cmeledger.ledger import json_schema
from cmeledger.problems import Exit
from cmeledger.rules import rulebook as rules


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    return common.parser("schema", f"Print {VERBS['schema']}.")


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    io.out.write(json_schema.text(rules.vocabulary(rules.load())))
    return Exit.DONE
