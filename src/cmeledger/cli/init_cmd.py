"""`cmeledger init`: a first ledger. It asks on a terminal for what no option says."""

from argparse import ArgumentParser, Namespace
from datetime import date
from typing import Any, Final

from cmeledger import starter
from cmeledger.cli import asking, common
from cmeledger.cli.main import VERBS, Io
from cmeledger.ledger.schema import LICENSE_TYPES
from cmeledger.problems import Exit, UsageError
from cmeledger.visible import visible

FLAGS: Final = {
    "name": "--name",
    "birthday": "--birthday",
    "number": "--license",
    "renewal_date": "--renewal-date",
    "issued": "--issued",
    "type": "--type",
    "prescribes": "--prescribes",
    "serves_adults": "--serves-adults",
    "dea": "--dea",
}
"""Fields of starter.Answers, each with its option."""

ASKED: Final = ("name", "birthday", "number", "renewal_date", "prescribes", "dea")
DATES: Final = ("birthday", "renewal_date", "issued")
"""The answers that have to fit each other."""


def parser() -> ArgumentParser:
    """Make the parser of the verb."""
    made = common.parser("init", f"Make {VERBS['init']}.")
    common.add_json(made)
    yes_no = ("yes", "no")
    add = made.add_argument
    add("--name", metavar="NAME", help="your name, as on your license")
    add("--birthday", metavar="MM-DD", help="month and day, like 05-10 or 5/10")
    add("--license", dest="number", metavar="NUMBER", help="the license number")
    add("--renewal-date", metavar="DATE", help="as printed on the license, like 2027-05-10")
    add("--type", choices=LICENSE_TYPES, metavar="TYPE", help="the type of license (default: full)")
    add("--issued", metavar="DATE", help="the day of first registration, like 2019-07-01")
    add(
        "--prescribes",
        choices=yes_no,
        help="controlled substances; in Massachusetts, Schedule VI holds every other prescription "
        "drug (default: yes)",
    )
    add("--serves-adults", choices=yes_no, help="you treat adults (default: yes)")
    add("--dea", choices=yes_no, help="you have a DEA registration (default: no)")
    common.add_ledger_name(made, "the ledger to make")
    return made


def run(options: Namespace, io: Io) -> Exit:
    """Run the verb."""
    file = common.ledger_name(options, io)
    starter.refuse(file)
    given = _given(options)
    if asking.can_ask(io):
        with asking.conversation(io):
            text = _asked(given, file, io)
    else:
        text = _without_asking(given, io)
    made = starter.create(file, text)
    for note in filter(None, [made.note]):
        print(f"note: {visible(note)}", file=io.err)
    if not made.confirmed:
        print("note: saved, but the disk did not confirm it", file=io.err)
    if options.json:
        from cmeledger.report import documents

        io.out.write(documents.dumps(documents.init(file, made.schema_file)))
    else:
        _say_what_next(file, made.schema_file, io)
    return Exit.DONE if made.confirmed else Exit.UNCONFIRMED


def _given(options: Namespace) -> dict[str, Any]:
    """Read the answers that the options give."""
    found: dict[str, Any] = {}
    for field, flag in FLAGS.items():
        typed = getattr(options, field)
        if typed is None:
            continue
        value, message = starter.validated(field, typed)
        if message:
            raise UsageError(f"{flag} '{typed}': {message}")
        found[field] = value
    return found


def _without_asking(given: dict[str, Any], io: Io) -> str:
    missing = [FLAGS[field] for field in ("name", "birthday") if field not in given]
    if "renewal_date" not in given and "issued" not in given:
        missing.append("--renewal-date (or --issued)")
    if missing:
        raise UsageError(
            f"a ledger needs more to begin with: {', '.join(missing)}\n"
            "give these options, or run cmeledger init on a terminal: there it asks"
        )
    text = starter.starter(_answers(given))
    for problem in starter.doubts(text, date.today()):
        print(f"note: {visible(problem.message)}: {visible(problem.help)}", file=io.err)
    return text


def _asked(given: dict[str, Any], file: str, io: Io) -> str:
    """Ask for what is not given, until everything fits together."""
    err = io.err
    print(f"A new ledger, {visible(file)}. Nothing is written before the last answer;", file=err)
    print("Ctrl-C leaves everything as it is.\n", file=err)
    asked: dict[str, Any] = {}
    while True:
        for field in ASKED:
            if field not in given | asked:
                asked[field] = _ask(field, io)
            known = given | asked
            if field == "renewal_date" and not (known[field] or known.get("issued")):
                asked["issued"] = _ask("issued", io)
        text = starter.starter(_answers(given | asked))
        doubts = starter.doubts(text, date.today())
        if not doubts:
            print(file=err)
            return text
        print(f"\nA question: {doubts[0].message};\n{doubts[0].help}.", file=err)
        keep = "Keep these dates as they are (yes or no): "
        if not asked.keys() & set(DATES) or asking.answer(keep, _reader("dea"), io, "init"):
            return text
        asked = {field: value for field, value in asked.items() if field not in DATES}


def _ask(field: str, io: Io) -> Any:
    """Ask one question until there is an answer to it; None where it may be left out."""
    question = starter.QUESTIONS[field]
    if question.why:
        from textwrap import fill

        print(f"\n{fill(question.why, 78)}", file=io.err)
    default = f"Enter for {question.default}" if question.default else ""
    hint = "; ".join(filter(None, (question.how, default, question.skip)))
    prompt = f"{question.ask} ({hint})" if hint else question.ask
    read = _reader(field)
    if question.skip:
        read = asking.or_nothing(read)
    return asking.answer(f"{prompt}: ", read, io, "init", default=question.default)


def _reader(field: str) -> asking.Reader:
    return lambda typed: starter.validated(field, typed)


def _answers(known: dict[str, Any]) -> starter.Answers:
    defaults: dict[str, Any] = {"number": None, "renewal_date": None}
    return starter.Answers(**(defaults | known))


def _say_what_next(file: str, schema_file: str | None, io: Io) -> None:
    from shlex import quote

    is_default = file == common.ledger_name(Namespace(ledger=None), io)
    named = "" if is_default else f" {visible(quote(file))}"
    commands = {
        f"cmeledger{named}": "where you stand, live beside your editor",
        f"cmeledger check{named}": "whether anything in the file is wrong",
        f"cmeledger git setup --init{named}": "keeps its history, if you like git",
    }
    width = max(map(len, commands))
    beside = f", and {visible(schema_file)} for your editor" if schema_file else ""
    lines = [
        f"Wrote {visible(file)}{beside}.",
        "",
        "Next, open it in your editor: its last lines show how a record is written. Then:",
        *(f"  {command:<{width}}  {what}" for command, what in commands.items()),
    ]
    io.out.write("".join(f"{line}\n" for line in lines))
