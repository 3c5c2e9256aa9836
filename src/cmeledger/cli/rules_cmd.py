"""`cmeledger rules`: what is in force, its sources, and the readings taken."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import date

from cmeledger.cli import common
from cmeledger.cli.main import VERBS, Io
from cmeledger.ledger.context import nearest
from cmeledger.problems import Exit, UsageError
from cmeledger.report import documents, rules_json, rules_text
from cmeledger.report.changes import changes
from cmeledger.report.terminal import style_for
from cmeledger.rules import rulebook as rules
from cmeledger.rules.rulebook import Rulebook


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("rules", f"Show {VERBS['rules']}.")
    common.add_day(made)
    made.add_argument("id", nargs="?", metavar="ID", help="a requirement's id or a kind")
    days = made.add_mutually_exclusive_group()
    days.add_argument(
        "--renewal",
        metavar="DATE",
        type=common.a_day,
        help="a renewal date; the rules in force for it are shown (default: today)",
    )
    days.add_argument(
        "--diff",
        nargs=2,
        metavar="DATE",
        type=common.a_day,
        help="two renewal dates; what changes from the first to the second is shown",
    )
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    rulebook = rules.load()
    if options.diff:
        return _diff(options, rulebook, io)
    renewal = options.renewal or options.as_of or date.today()
    shown = rulebook.in_force(renewal)
    kinds = list(rulebook.kinds)
    if options.id is not None:
        _refuse_unknown(options.id, (*rulebook.ids, *kinds))
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
        io.out.write(documents.dumps(rules_json.rules(rulebook, shown, kinds, renewal)))
    else:
        style = style_for(io.out, io.env)
        found = rules_text.lines(rulebook, shown, kinds, renewal, style, brief=options.id is None)
        io.out.write("".join(f"{line}\n" for line in found))
    return Exit.DONE


def _diff(options: Namespace, rulebook: Rulebook, io: Io) -> Exit:
    """Answer --diff; with an id, of that requirement alone."""
    if options.id is not None:
        _refuse_unknown(options.id, rulebook.ids)  # the kinds are the same on all days
    only = () if options.id is None else (options.id,)
    one, other = options.diff
    if options.json:
        found = list(changes(rulebook, one, other, only))
        tags = rules_text.tags_of(found)
        io.out.write(documents.dumps(rules_json.rules_diff(rulebook, one, other, found, tags)))
    else:
        style = style_for(io.out, io.env)
        head = rules_text.comparing(rulebook, one, other, style)
        shown = rules_text.differences(rulebook, one, other, style, only)
        io.out.write("".join(f"{line}\n" for line in (*head, *shown)))
    return Exit.DONE


def _refuse_unknown(name: str, names: Sequence[str]) -> None:
    if name not in names:
        advice = nearest(name, names, "the ids are")
        raise UsageError(f"no rule is called '{name}'\n{advice}")
