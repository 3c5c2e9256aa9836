"""`cmeledger git setup`: a repository made ready for a ledger, and that taken back."""

import os
from argparse import ArgumentParser, Namespace

from cmeledger import git_setup
from cmeledger.book import read_bytes
from cmeledger.cli import asking, common, writing
from cmeledger.cli.main import Io
from cmeledger.git.repository import NoRepository
from cmeledger.git_setup import Place, Plan, Step
from cmeledger.ledger.save import Saved
from cmeledger.problems import Exit, UsageError
from cmeledger.report import documents
from cmeledger.visible import visible


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser(
        "git",
        "Make git ready for the ledger: it merges record by record, checks the ledger before "
        "each commit, and leaves locks and exports alone. Once in each clone.",
    )
    made.add_argument("action", metavar="setup", choices=("setup",), help="what to do")
    made.add_argument("--init", action="store_true", help="make a repository where there is none")
    made.add_argument("--undo", action="store_true", help="take back what was set up")
    writing.add_yes(made)
    common.add_json(made)
    made.add_argument("--dry-run", action="store_true", help="show the steps, write nothing")
    common.add_ledger_name(made, "the ledger")
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    if options.init and options.undo:
        raise UsageError("--init and --undo exclude each other\na repository is never taken away")
    file = common.ledger_name(options, io)
    data = read_bytes(file)
    place = _place(file, options, io)
    plan = git_setup.plan_undo(place) if options.undo else git_setup.plan(place, data, io.env)
    if not plan.steps:
        return _answer(place, plan, options, io, written=False)
    if not options.json:
        _show(place, plan, io)
    if options.dry_run:
        print("note: nothing was written", file=io.err)
        return _answer(place, plan, options, io, written=False)
    if not writing.ask("Do all this?", options, io):
        print("Nothing was written.", file=io.err)
        return _answer(place, plan, options, io, written=False)
    if place.git is None:
        place = git_setup.begin(file, io.env)
        made = git_setup.plan(place, data, io.env)
        plan = made._replace(steps=(*plan.steps[:1], *made.steps))
    for step in plan.steps:
        git_setup.carry_out(place, step)
        if not options.json:
            print(f"done: {_what(place, step)}", file=io.err)
    if not options.undo and any(step.id == "attributes" for step in plan.steps):
        advice = (*plan.advice, *git_setup.if_overruled(place, io.env))
        plan = plan._replace(advice=advice)
    return _answer(place, plan, options, io, written=True)


def _place(file: str, options: Namespace, io: Io) -> Place:
    """Find the repository; where there is none, the place of one, if it may be made."""
    try:
        return git_setup.locate(file, io.env)
    except NoRepository:
        if options.undo or not (options.init or (asking.can_ask(io) and not options.yes)):
            raise
        return git_setup.imagine(file)


def _show(place: Place, plan: Plan, io: Io) -> None:
    """Show every step: line by line, and then in words."""
    for step in plan.steps:
        if step.file is not None:
            writing.show(step.file, _saved(step), io)
            print(file=io.out)
        for key, value in step.config.items():
            shown = f"git config {key} {value}" if value else f"git config --unset {key}"
            print(visible(shown) + "\n", file=io.out)
    print("In short:", file=io.out)
    for step in plan.steps:
        print(f"  {_what(place, step)}", file=io.out)
    print(file=io.out)


def _what(place: Place, step: Step) -> str:
    """Say what a step does; a file in the ledger's folder is named from there."""
    name = {"repository": "git", "driver": "git's configuration"}.get(step.id)
    name = name or (step.file or "").removeprefix(os.path.join(place.folder, ""))
    return visible(f"{name}: {step.what}")


def _saved(step: Step) -> Saved:
    return writing.shown(step.before or b"", step.after or b"")


def _answer(place: Place, plan: Plan, options: Namespace, io: Io, *, written: bool) -> Exit:
    """Say what was done, and what is left to do."""
    if options.json:
        steps = [
            {
                "id": step.id,
                "what": step.what,
                "file": step.file,
                "diff": writing.diff_of(step.file, _saved(step)) if step.file else "",
                "config": dict(step.config),
            }
            for step in plan.steps
        ]
        document = {"written": written, "steps": steps, "advice": list(plan.advice)}
        io.out.write(documents.dumps({"schema": documents.SCHEMA} | document))
        return Exit.DONE
    folder = visible(place.folder)
    if not plan.steps:
        missing = f"nothing of cmeledger's is set up for git in {folder}"
        print(missing if options.undo else f"everything is set up in {folder}", file=io.out)
    elif written:
        print("taken back" if options.undo else f"git is set up in {folder}", file=io.out)
        if any(step.id in ("attributes", "ignored") for step in plan.steps):
            share = "every clone shares .gitattributes and .gitignore"
            print(f"next: cmeledger commit ({share})", file=io.out)
        if not options.undo:
            print("and in every other clone, once: cmeledger git setup", file=io.out)
    for text in plan.advice:
        print(f"note: {visible(text)}", file=io.err)
    return Exit.DONE
