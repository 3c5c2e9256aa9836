"""A first ledger: what is asked for it, its text, and putting it on the disk.

Both faces make ledgers this way; how they ask is their own business.
"""

import contextlib
import os
import tempfile
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from cmeledger import entry
from cmeledger.book import make_book, read_bytes
from cmeledger.ledger import disk, json_schema, schema
from cmeledger.problems import LedgerUnreadable, NotWritten, Problem
from cmeledger.rules import rulebook as rules


class Answers(NamedTuple):
    """What a first ledger is made of. `renewal_date` or `issued` (or both) is there."""

    name: str
    birthday: str
    """As "MM-DD"."""
    number: str | None
    renewal_date: date | None
    issued: date | None = None
    type: str = "full"
    prescribes: bool = True
    serves_adults: bool = True
    dea: bool = False


class Question(NamedTuple):
    """How one answer is asked for."""

    field: str
    """Of `Answers`."""
    ask: str
    how: str = ""
    """How an answer looks."""
    default: str = ""
    """What an empty answer means."""
    skip: str = ""
    """How an empty answer leaves it out; without it and a default, there must be an answer."""
    why: str = ""
    """What to know before answering."""


SCHEDULE_VI: Final = (
    "Massachusetts has a Schedule VI beside the five federal schedules. It holds every other "
    "prescription drug: an antibiotic, a blood pressure tablet. So nearly everyone who writes "
    "prescriptions in Massachusetts prescribes controlled substances."
)

QUESTIONS: Final = {
    question.field: question
    for question in (
        Question("name", "Your name, as it stands on your license"),
        Question("birthday", "Your birthday, month and day", "like 5/10"),
        Question("number", "Your license number", skip="Enter for later"),
        Question(
            "renewal_date",
            "The renewal date printed on your license",
            "like 5/10/2027",
            skip="Enter if not at hand",
        ),
        Question("issued", "The day your license was first issued", "like 7/1/2019"),
        Question(
            "prescribes",
            "Do you prescribe controlled substances, Schedule VI included?",
            default="yes",
            why=SCHEDULE_VI,
        ),
        Question("serves_adults", "Do you treat adults?", default="yes"),
        Question("dea", "Do you have a DEA registration?", "yes or no"),
    )
}


def validated(field: str, typed: str) -> tuple[Any, str | None]:
    """Read one answer as a person types it.

    Takes a field of `Answers` and the text. Returns the value and None, or None and a message
    that says what to write instead.
    """
    try:
        return _READERS[field](typed.strip()), None
    except entry.Mistyped as error:
        return None, str(error)


def starter(answers: Answers) -> str:
    """Write a first ledger, with comments that say what may be added."""
    number, issued, renewal = answers.number, answers.issued, answers.renewal_date
    lines = {
        "name": (f"name = {_basic(answers.name)}", ""),
        "birthday": (
            f"birthday = {_basic(answers.birthday)}",
            "month and day; the year is not asked",
        ),
        "serves": (
            f"serves-adults = {_flag(answers.serves_adults)}",
            "true: dementia training is asked",
        ),
        "dea": (
            f"dea-registered = {_flag(answers.dea)}",
            "true: the federal 8 hours on substance use are asked",
        ),
        "number": (
            ("" if number else "# ") + f"number = {_basic(number or '123456')}",
            "in quotes, even if it is all digits",
        ),
        "issued": (
            f"issued = {issued.isoformat()}" if issued else "# issued = 2019-07-01",
            "the day of first registration",
        ),
        "renewal": (
            f"renewal-date = {renewal.isoformat()}" if renewal else "# renewal-date = 2027-05-10",
            "as printed on your license",
        ),
    }
    return _TEXT.format(
        schema=json_schema.FILE_NAME,
        format=schema.FORMAT,
        prescribes=_flag(answers.prescribes),
        type=_basic(answers.type),
        **{
            key: f"{line:<32}# {comment}" if comment else line
            for key, (line, comment) in lines.items()
        },
    )


def doubts(text: str, day: date) -> list[Problem]:
    """Find what `check` would say of a first ledger: a renewal date off the birthday, say."""
    book = make_book("", day, text.encode(), None)
    tallies = book.tallies()
    return book.all_problems(tallies, book.keeping(tallies))


class Created(NamedTuple):
    """What was put on the disk."""

    schema_file: str | None
    """The schema beside the ledger, if a right one is there now."""
    note: str | None
    """What there is to say of the schema."""
    confirmed: bool
    """The disk confirmed that it keeps the files."""


def refuse(file: str) -> None:
    """Raise NotWritten where no new ledger can be made: there is one, or there is no folder."""
    if os.path.lexists(file):
        raise _taken(file)
    if not os.path.isdir(os.path.dirname(file) or "."):
        raise NotWritten(file, "there is no such folder", "make the folder first, or name another")


def create(file: str, text: str) -> Created:
    """Write a new ledger and the schema beside it.

    The ledger is there whole or not at all, and no file of its name is ever replaced. Raises
    NotWritten. A schema that cannot be written is no reason to be without a ledger: the result
    says so.
    """
    refuse(file)
    try:
        put(file, text.encode(), 0o600)
    except FileExistsError as error:  # made by somebody else in this very moment
        raise _taken(file) from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        advice = "check the path, the folder's permissions and the room on the disk"
        raise NotWritten(file, why.lower(), advice) from error
    schema_file = os.path.join(os.path.dirname(file), json_schema.FILE_NAME)
    try:
        note = _put_schema(schema_file)
    except (OSError, LedgerUnreadable):
        note = (
            f"{schema_file} could not be written; the ledger needs it only for editors. "
            f"Make it later: cmeledger schema > {json_schema.FILE_NAME}"
        )
    return Created(None if note else schema_file, note, disk.keep_names(os.path.dirname(file)))


def _taken(file: str) -> NotWritten:
    return NotWritten(
        file,
        "there is a file of that name already; it was left as it was",
        "look at it with `cmeledger check`, or name another: cmeledger init NAME.toml",
    )


def _put_schema(file: str) -> str | None:
    """Put the schema beside the ledger; return a note where another file is in its place."""
    data = json_schema.text(rules.vocabulary(rules.load())).encode()
    if not os.path.lexists(file):
        put(file, data, 0o644)
        return None
    found = read_bytes(file)
    if found == data:
        return None
    if os.path.islink(file) or not json_schema.is_ours(found):
        return (
            f"{file} is not of this program's making; it was left as it was. "
            "Compare it with: cmeledger schema"
        )
    put(file, data, 0o644, replace=True)
    return None


def put(file: str, data: bytes, mode: int, *, replace: bool = False) -> None:
    """Write a file beside its place, then give it its name: never is half of it there.

    Raises FileExistsError where a file of that name is there and is not to be replaced.
    """
    folder, name = os.path.split(file)
    handle, temporary = tempfile.mkstemp(".new", f".{name}.", folder or ".")
    try:
        _fill(handle, data)
        os.chmod(temporary, mode)
        if replace:
            os.replace(temporary, file)
            return
        try:
            os.link(temporary, file)  # unlike a rename, it refuses where the name is taken
        except FileExistsError:
            raise
        except OSError:  # a disk without hard links
            _put_directly(file, data, mode)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def _put_directly(file: str, data: bytes, mode: int) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        _fill(handle, data)
    except BaseException:
        os.unlink(file)
        raise


def _fill(handle: int, data: bytes) -> None:
    try:
        disk.fill(handle, data)
    finally:
        os.close(handle)


def _yes_or_no(typed: str) -> bool:
    word = typed.lower()
    if word in ("y", "yes", "true"):
        return True
    if word in ("n", "no", "false"):
        return False
    raise entry.Mistyped("please answer yes or no")


def _license_type(typed: str) -> str:
    if typed.lower() in schema.LICENSE_TYPES:
        return typed.lower()
    raise entry.Mistyped(f"the types of license are: {', '.join(schema.LICENSE_TYPES)}")


_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "name": lambda typed: entry.a_line(typed, "your name"),
    "birthday": entry.a_month_day,
    "number": lambda typed: entry.a_line(typed, "the number"),
    "renewal_date": entry.a_date,
    "issued": entry.a_date,
    "type": _license_type,
    "prescribes": _yes_or_no,
    "serves_adults": _yes_or_no,
    "dea": _yes_or_no,
}


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _basic(text: str) -> str:
    """Spell a text as a TOML string on one line."""
    return '"' + "".join(map(_character, text)) + '"'


def _character(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    return f"\\u{ord(char):04X}" if ord(char) < 0x10000 else f"\\U{ord(char):08X}"


_TEXT: Final = """\
#:schema ./{schema}
# A ledger of continuing medical education. Lines that begin with # are comments: to add a record,
# copy the example at the end, take the # off, and fill it in. `cmeledger status` shows where you
# stand, `cmeledger check` what is wrong in the file.

format = {format}

[physician]
{name}
{birthday}

[practice]
# In Massachusetts, Schedule VI holds every other prescription drug: nearly every prescriber is one.
prescribes-controlled-substances = {prescribes}
{serves}
{dea}
# full-time-faculty = true      # limits Category 2 credit for teaching
# ehr-proof = "hospital"        # or "meaningful-use", "mass-hiway", "exempt"

[[license]]
jurisdiction = "MA"
{number}
type = {type}
{issued}
{renewal}

# The records, one [[activity]] each, in any order. Keep the certificates in a folder beside this
# file and name them under evidence; no-evidence = "why" where there is none to expect.
#
# [[activity]]
# date = 2026-06-03
# title = "Safer opioid prescribing"
# provider = "A medical school"
# category = 1
# credits = 3.0
# topics = ["opioid-pain"]
# evidence = ["evidence/2026-06-03-opioids.pdf"]
"""
