"""`cmeledger doctor`: what protects the ledger here, and what needs attention."""

from argparse import ArgumentParser, Namespace
from datetime import date

from cmeledger import doctor
from cmeledger.cli import common
from cmeledger.cli.main import VERBS, Io
from cmeledger.problems import Exit
from cmeledger.report import doctor_text, documents
from cmeledger.report.terminal import style_for


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("doctor", f"Say {VERBS['doctor']}. It only reads.")
    common.add_day(made)
    common.add_ledger_name(made, "the ledger")
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    name = common.ledger_name(options, io)
    facts = doctor.examine(name, options.as_of or date.today(), io.env)
    if options.json:
        io.out.write(documents.dumps(doctor_text.document(facts)))
    else:
        style = style_for(io.out, io.env)
        io.out.write("".join(f"{line}\n" for line in doctor_text.lines(name, facts, style)))
    return Exit.NO if doctor.needs_attention(facts) else Exit.DONE
