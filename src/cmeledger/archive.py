"""Records that may go, moved into the archive beside the ledger, and brought back.

Nothing is ever deleted: a record stands in one of the two files, with its lines and comments.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from cmeledger import change
from cmeledger.book import Book, archive_name, make_book, read_bytes, remake
from cmeledger.ledger.context import nearest_id
from cmeledger.ledger.doubled import doubled
from cmeledger.ledger.entries import Touched
from cmeledger.ledger.fingerprint import fingerprint
from cmeledger.ledger.history import History
from cmeledger.ledger.move import Text, across, taken_out
from cmeledger.ledger.pair import Both, Step, made_if_gone, save_both
from cmeledger.ledger.parse import NotToml, parse
from cmeledger.ledger.save import Saved
from cmeledger.ledger.spell import BY_HAND, EditRefused
from cmeledger.model import Activity, Path
from cmeledger.problems import Clash, Conflict, UsageError

OVER: Final = "the cycle after its own is over"
_ONE_OF_THEM: Final = "keep one of them, or give one another id: cmeledger check names the place"
BEFORE: Final = "it is older than the license, and the first cycle is over"


class Going(NamedTuple):
    """A record that may go."""

    activity: Activity
    until: date
    """Its keep-until date, which is past."""
    why: str
    """Why it may go, in words."""


def going(book: Book) -> list[Going]:
    """Find the ledger's own records whose keep-until date is past, by day and id.

    What serves a once-only requirement has none: it stays for good.
    """
    tallies = book.tallies()
    kept = book.keeping(tallies)
    firsts = [first.start for tally in tallies if (first := tally.series.first) is not None]
    begin = min(firsts, default=date.min)
    found = [
        Going(activity, until, BEFORE if activity.day < begin else OVER)
        for activity in book.ledger.activities
        if not activity.archived
        and kept[activity.id].expired(book.day)
        and (until := kept[activity.id].until) is not None
    ]
    return sorted(found, key=lambda item: (item.activity.day, item.activity.id))


def archiving(book: Book, found: Sequence[Going]) -> Step:
    """Move records into the archive, each to where its date belongs."""
    bases = {item.activity.id: change.table(book, item.activity.path) for item in found}

    def apply(ledger: bytes, archive: bytes) -> tuple[bytes, bytes]:
        fresh = _read(book, ledger, archive)
        now = found if fresh is book else going(fresh)
        may_go = {item.activity.id: item.activity.path for item in now}
        for id, base in bases.items():
            if id not in may_go or change.table(fresh, may_go[id]) != base:
                change.same(fresh, Clash(id, base, None, None))
                raise Conflict(
                    book.file,
                    f"'{id}' has to be kept longer now; nothing was written",
                    "look at what may go: cmeledger archive",
                )
        own, other = Text(ledger, fresh.document), Text(archive, fresh.archive)
        if not archive:  # it says its format with the first record
            archive = b"format = 1\r\n" if b"\r\n" in ledger else b"format = 1\n"
            other = Text(archive, parse(archive))
        left, there = across(own, [int(may_go[id][1]) for id in bases], other)
        _refuse_other_names(fresh, left, there)
        return left.data, there.data

    count = len(found)
    what = f"archive {found[0].activity.id}" if count == 1 else f"archive {count} records"
    reads = tuple((id, fingerprint(base), None) for id, base in bases.items())
    return Step(what, apply, Touched(removed=tuple(bases), reads=reads))


def restoring(book: Book, id: str) -> Step:
    """Bring a record of the archive back into the ledger, to where its date belongs.

    Raises UsageError for an id that no record of the archive bears.
    """
    base = _said(book, _archived(book, id))

    def apply(ledger: bytes, archive: bytes) -> tuple[bytes, bytes]:
        fresh = _read(book, ledger, archive)
        path = _archived(fresh, id)
        if _said(fresh, path) != base:
            raise Conflict(
                archive_name(book.file),
                f"the record '{id}' was changed meanwhile; nothing was written",
                "look at it as it is now, and restore it again",
            )
        own, other = Text(ledger, fresh.document), Text(archive, fresh.archive)
        left, here = across(other, [int(path[1])], own)
        _refuse_other_names(fresh, here, left)
        return here.data, left.data

    touched = Touched(added=(id,), reads=((id, None, fingerprint(base)),))
    return Step(f"restore {id}", apply, touched)


def tried(book: Book, step: Step) -> Both:
    """Give what a step would do to the two files, and write nothing. Raises what it raises."""
    before = book.data, _archive(book)
    after = step.apply(*before)
    ledger, archive = (
        Saved(old, new, confirmed=True, note=None) for old, new in zip(before, after, strict=True)
    )
    return Both(ledger, archive)


def perform(book: Book, step: Step, history: History | None) -> Both:
    """Save what a step does to the two files; an archive that is not there is made.

    Raises what `save_both` does; then both files are as they were.
    """
    file = archive_name(book.file)
    with made_if_gone(file, book.file) as made:
        before = book.data, _archive(book)
        return save_both(book.file, file, before, step, history, made=made)


def tidied(book: Book, history: History | None, *, write: bool) -> tuple[Book, int]:
    """Take out of the archive what a move that was cut off left in both files.

    Returns the book as it is then, and how many records stood in both. Raises what `save_both`
    does; where nothing is to be written, only the book is without them.
    """
    count = len(doubled(book.document, book.archive))
    if not count:
        return book, 0
    step = Step("clear up a move that was cut off", _without_doubled)
    both = tried(book, step)
    if write:
        before = both.ledger.before, both.archive.before
        both = save_both(book.file, archive_name(book.file), before, step, history)
    return make_book(book.file, book.day, both.ledger.after, both.archive.after), count


def cleared_up(count: int) -> str:
    """Say what `tidied` did."""
    words = "a record" if count == 1 else f"{count} records"
    return (
        f"a move that was cut off left {words} in the ledger and in its archive; "
        "the archive is without now"
    )


def _without_doubled(ledger: bytes, archive: bytes) -> tuple[bytes, bytes]:
    try:
        own, other = parse(ledger), Text(archive, parse(archive))
    except NotToml as error:
        raise EditRefused(f"ledger or archive does not read: {error}", BY_HAND) from error
    left, lines = taken_out(other, sorted(doubled(own, other.document)))
    return ledger, left.data + _remarks(lines, own.text)


def _remarks(lines: str, elsewhere: str) -> bytes:
    """Write the comments of some lines that are not elsewhere, for the end of a file.

    Of two records that read alike, one may have got a comment since.
    """
    there = set(_hashed(elsewhere))
    kept = [remark for remark in _hashed(lines) if remark not in there]
    eol = "\r\n" if "\r\n" in lines else "\n"
    return "".join(f"{eol}{line}" for line in (*kept, "")).encode() if kept else b""


def _hashed(text: str) -> list[str]:
    """Give each line from its first # on: a comment, or the rest of a string that has one."""
    return [f"#{line.partition('#')[2].rstrip()}" for line in text.split("\n") if "#" in line]


def _read(book: Book, ledger: bytes, archive: bytes) -> Book:
    """Read some bytes of both files; those that the book was made of have been read already."""
    if ledger == book.data and archive.decode("utf-8-sig", "replace") == book.archive.text:
        return book
    return make_book(book.file, book.day, ledger, archive)


def _archive(book: Book) -> bytes:
    """Read the archive's bytes; none where there is no archive."""
    file = archive_name(book.file)
    return read_bytes(file) if os.path.lexists(file) else b""


def _archived(book: Book, id: str) -> Path:
    """Find a record of the archive. Raises UsageError."""
    names = []
    for path, archived, name in change.records(book):
        if name == id:
            if archived:
                return path
            if any(beside and name == id for _, beside, name in change.records(book)):
                raise UsageError(f"'{id}' is in the ledger and in its archive\n{_ONE_OF_THEM}")
            raise UsageError(f"'{id}' is in the ledger, not in its archive")
        if archived and name is not None:
            names.append(name)
    raise UsageError(f"no record is called '{id}'\n{nearest_id(id, sorted(names))}")


def _said(book: Book, path: Path) -> Mapping[str, Any]:
    """Give what a record of the archive says, as TOML has it."""
    found: Mapping[str, Any] = book.archive.tables[str(path[0])][path[1]]
    return found


def _refuse_other_names(fresh: Book, ledger: Text, archive: Text) -> None:
    """See that the same records answer to the same ids afterwards. Raises EditRefused."""
    after = remake(fresh, ledger.data, ledger.document, archive.document)
    one, other = _named(fresh), _named(after)
    if one.keys() != other.keys() or any(
        one[key] != other[key] and _prints(one[key]) != _prints(other[key]) for key in one
    ):
        twice = sorted(
            {id for id, used in one if id is not None and not used and (id, True) in one}
        )
        if twice:
            raise EditRefused(
                f"more than one record has the id '{twice[0]}', and another of them would count; "
                "nothing was written",
                _ONE_OF_THEM,
            )
        raise EditRefused(
            "a record without an id would answer to another one; nothing was written",
            "write the ids into the ledger first: cmeledger fmt; or id = … in your editor",
        )


def _named(book: Book) -> dict[tuple[str | None, bool], list[Any]]:
    """Gather what each id stands for, in both files: in a record that is used, or in others."""
    used = {(item.path, item.archived) for item in book.ledger.activities}
    found: dict[tuple[str | None, bool], list[Any]] = {}
    for path, archived, id in change.records(book):
        said = _said(book, path) if archived else change.table(book, path)
        found.setdefault((id, (path, archived) in used), []).append(said)
    return found


def _prints(records: Sequence[Any]) -> list[str]:
    return sorted(map(fingerprint, records))
