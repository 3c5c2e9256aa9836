"""`cmeledger rules`: what is in force, its sources, and the readings taken."""

from argparse import ArgumentParser, Namespace
from datetime import date

from cmeledger.cli import common
from cmeledger.cli.main import VERBS, Io
from cmeledger.ledger.context import nearest
from cmeledger.problems import Exit, UsageError
from cmeledger.report import documents, rules_text
from cmeledger.report.terminal import style_for
from cmeledger.rules import rulebook as rules


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("rules", f"Show {VERBS['rules']}.")
    common.add_day(made)
    made.add_argument("id", nargs="?", metavar="ID", help="a requirement's id or a kind")
    made.add_argument(
        "--renewal",
        metavar="DATE",
        type=common.a_day,
        help="a renewal date; the rules in force for it are shown (default: today)",
    )
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    rulebook = rules.load()
    renewal = options.renewal or options.as_of or date.today()
    shown = rulebook.in_force(renewal)
    kinds = list(rulebook.kinds)
    if options.id is not None:
        names = (*rulebook.ids, *kinds)
        if options.id not in names:
            advice = nearest(options.id, names, "the ids are")
            raise UsageError(f"no rule is called '{options.id}'\n{advice}")
        shown = [item for item in shown if item.id == options.id]
        kinds = [kind for kind in kinds if kind == options.id]
        if not shown and not kinds:
            editions = [item for item in rulebook.requirements if item.id == options.id]
            dates = ", ".join(rules_text.in_force(item) for item in editions)
            raise UsageError(
                f"'{options.id}' is not in force for a renewal on {renewal.isoformat()}\n"
                f"it is in force for renewals {dates}; name one with --renewal"
            )
    if options.json:
        io.out.write(documents.dumps(documents.rules(rulebook, shown, kinds, renewal)))
    else:
        style = style_for(io.out, io.env)
        found = rules_text.lines(rulebook, shown, kinds, renewal, style, brief=options.id is None)
        io.out.write("".join(f"{line}\n" for line in found))
    return Exit.DONE
