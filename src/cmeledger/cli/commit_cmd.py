"""`cmeledger commit`: the ledger and what belongs to it, committed with a message that fits."""

from argparse import ArgumentParser, Namespace

from cmeledger import committing
from cmeledger.cli import asking, common, writing
from cmeledger.cli.main import VERBS, Io
from cmeledger.committing import Plan
from cmeledger.git.commit import NotCommitted
from cmeledger.problems import Exit, UsageError
from cmeledger.report import commit_text, diff_json, documents
from cmeledger.visible import visible


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("commit", f"Commit {VERBS['commit']}.")
    made.add_argument(
        "-m", metavar="MESSAGE", help="the message, in place of the one that is written for you"
    )
    writing.add_yes(made)
    writing.add_options(made)
    made.epilog = (
        "What goes in: the ledger, its archive, the certificates that they name, and beside "
        "them .gitattributes, .gitignore and cmeledger.schema.json; nothing else, "
        "staged or not. Nothing is pushed or pulled."
    )
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    if options.m is not None and not options.m.strip():
        raise UsageError("the message after -m is blank\nsay what is different, or leave -m out")
    file = common.ledger_name(options, io)
    day = common.today(options)
    plan = committing.plan(committing.compare(file, day, io.env), day, io.env)
    message: str = plan.message if options.m is None else options.m
    for note in plan.notes:
        print(f"note: {visible(note)}", file=io.err)
    if not plan.files:
        return _answer(plan, None, message, options, io)
    asks = not options.yes and asking.can_ask(io)
    if not options.dry_run:
        if plan.errors and not options.yes and not asks:
            raise NotCommitted(
                f"{file} has errors, and nobody is there to ask",
                "mend them: cmeledger check; or commit it as it is with --yes",
            )
        if asks:
            print(_shown(plan, message), file=io.err)
            question = "Commit it as it is?" if plan.errors else "Commit this?"
            if not asking.agreed(question, io, default=not plan.errors):
                print("Nothing was committed.", file=io.err)
                return _answer(plan, None, message, options, io)
    commit = None if options.dry_run else committing.carry_out(plan, message, io.env)
    return _answer(plan, commit, message, options, io)


def _answer(plan: Plan, commit: str | None, message: str, options: Namespace, io: Io) -> Exit:
    """Say what was committed, or would be."""
    first = message.split("\n", maxsplit=1)[0]
    branch = plan.compared.past.repository.branch
    if options.json:
        document = {
            "schema": documents.SCHEMA,
            "file": plan.compared.past.file,
            "written": commit is not None,
            "commit": commit,
            "branch": branch,
            "message": message if plan.files else None,
            "files": [{"path": item.path, "change": item.how} for item in plan.files],
            "changes": diff_json.changes(plan.compared.difference.changes),
            "effects": diff_json.effects(plan.compared.did),
        }
        io.out.write(documents.dumps(document))
    elif commit is not None:
        where = f" on {visible(branch)}" if branch else ""
        print(f"Committed {commit[:10]}{where}: {visible(first)}", file=io.out)
    elif not plan.files:
        print("nothing to commit: the last commit has all of it", file=io.out)
    elif options.dry_run:
        print(_shown(plan, message), file=io.out)
    return Exit.DONE


def _shown(plan: Plan, message: str) -> str:
    lines = [visible(line) for line in message.split("\n")]
    words = [f"  {line}".rstrip() for line in lines]
    return "\n".join(
        [
            *commit_text.going(plan.compared.past.repository.branch, plan.files),
            "",
            "Message:",
            *words,
        ]
    )
