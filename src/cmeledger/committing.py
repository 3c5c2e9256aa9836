"""Commit a ledger: what goes in, with which words, and doing it. For a command and for a key."""

import os
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import date
from shlex import quote
from typing import Final, NamedTuple

from cmeledger.book import Book, archive_name, archive_of
from cmeledger.difference import Difference, State, difference
from cmeledger.evidence import inside, named
from cmeledger.git import commit as git
from cmeledger.git.attributes import explanation, merging
from cmeledger.git.call import GitError
from cmeledger.git.commit import Changed, NotCommitted
from cmeledger.git.repository import Repository
from cmeledger.ledger import json_schema
from cmeledger.ledger.pieces import Pieces
from cmeledger.ledger.syntax import marked
from cmeledger.past import Past, on_disk, texts
from cmeledger.problems import UsageError
from cmeledger.report import commit_text
from cmeledger.report.outcome import Outcome, what_it_did
from cmeledger.report.terminal import plural

_SETTINGS: Final = (".gitattributes", ".gitignore")
"""How git treats a ledger where it is."""
BESIDE: Final = (*_SETTINGS, json_schema.FILE_NAME)
"""What is committed beside a ledger."""


class Compared(NamedTuple):
    """A ledger as it is, and as the last commit has it."""

    past: Past
    before_path: str | None
    """Of the ledger in the last commit, from the top of the work tree; None: it has none."""
    before: State
    state: State
    """As it is now."""
    difference: Difference
    did: list[Outcome] | None
    """What the difference does; None: nobody can tell."""


class Plan(NamedTuple):
    """A commit that can be made."""

    compared: Compared
    files: tuple[Changed, ...]
    """Those that go in; none: there is nothing to commit."""
    message: str
    errors: int
    """How many problems of the ledger are errors."""
    notes: tuple[str, ...]


def compare(file: str, day: date, env: Mapping[str, str]) -> Compared:
    """Compare a ledger with the last commit, as of a day; it need not read whole.

    Raises LedgerUnreadable, LedgerUnusable for one of too many bytes, and NotCommitted without
    git or a repository.
    """
    pieces = Pieces()
    after = on_disk(file, pieces)
    with _refusing():
        past = Past(file, env, pieces)
        path, before = past.last()
    found = difference(before, after)
    did = what_it_did(before, after, found.changes, day) if before.exists else None
    return Compared(past, path, before, after, found, did)


def plan(compared: Compared, day: date, env: Mapping[str, str]) -> Plan:
    """Plan the commit of a ledger, as of a day; nothing is written.

    Raises LedgerUnusable, and NotCommitted with what to do first.
    """
    with _refusing():
        return _plan(compared, day, env)


@contextmanager
def _refusing() -> Iterator[None]:
    """Say of all that git does not do here that nothing was committed."""
    try:
        yield
    except NotCommitted:
        raise
    except GitError as error:
        raise NotCommitted(*str(error).split("\n", 1)) from error


def _plan(compared: Compared, day: date, env: Mapping[str, str]) -> Plan:
    past, before_path, before, after, found, did = compared
    book, repository = after.book._replace(day=day), past.repository
    problems = [*marked(book.document.text), *marked(book.archive.text, archived=True)]
    if problems:
        raise NotCommitted(
            f"{os.path.basename(past.file)}: {problems[0].message}", problems[0].help
        )
    git.ready(repository, env)
    folder, _, name = repository.path.rpartition("/")
    start = folder and f"{folder}/"
    gone = [] if before_path in (None, repository.path) else _gone(repository, before_path or "")
    evidence = [start + path for path in dict.fromkeys(_evidence(book))]
    others = [start + item for item in (name, archive_of(name), *BESIDE)]
    paths = list(dict.fromkeys([*others, *evidence]))
    files = git.changed(repository, paths, folder)
    files += git.changed(repository, gone, "") if gone else []
    if files:
        git.identified(repository, env)
    names = {item.path for item in files}
    both = others[:2]
    if (found.changes or found.only_spelling) and not names.issuperset(both):
        for path, option in git.held(repository, both).items():
            own = path.removeprefix(start)
            raise NotCommitted(
                f"git is told not to look at {own}",
                f"take that back: git update-index {option} {quote(own)}",
            )
    ignored = git.ignored(repository, paths, folder)
    if repository.path in ignored:
        raise NotCommitted(
            f"git is told to ignore {name}", f"see by which line: git check-ignore -v {name}"
        )
    out = set(git.unseen(repository, evidence, folder)) - names - set(ignored) if evidence else ()
    is_evidence = set(evidence).difference(others)
    message = commit_text.message(
        found.changes,
        [item for item in files if item.path in is_evidence],
        did or (),
        day,
        begun=None if before.exists else len(after.records),
        otherwise=_otherwise(compared, names),
    )
    errors = sum(problem.severity == "error" for problem in book.problems)
    notes = tuple(_notes(repository, errors, len(ignored), len(out)))
    return Plan(compared, tuple(files), message, errors, notes)


def _otherwise(compared: Compared, names: AbstractSet[str]) -> str:
    """Say in a line what is committed where no table and no certificate is different."""
    path, before = compared.past.repository.path, compared.before_path
    if compared.before.fault:
        return "Mend the ledger"
    if compared.difference.only_spelling:
        return "Rewrite comments, order or spelling"
    if before not in (None, path):
        return f"Rename {before} to {path}"
    if not names.isdisjoint((path, archive_of(path))):
        return "Change line endings or permissions"
    if any(name.endswith(_SETTINGS) for name in names):
        return "Set up git for the ledger"
    return "Bring the schema for editors up to date"


def carry_out(plan: Plan, message: str, env: Mapping[str, str]) -> str:
    """Make a planned commit with a message; return the commit. Raises NotCommitted.

    A ledger that was saved meanwhile is not committed: the message would not say it.
    """
    if not message.strip():
        raise UsageError("the message is blank\nsay in a few words what is different")
    past, state = plan.compared.past, plan.compared.state
    if texts(past.file) != (state.ledger.data, state.archive.data):
        raise NotCommitted("the ledger was saved meanwhile", "look at it, and commit again")
    return git.commit(past.repository, plan.files, message, env)


def setup(file: str, env: Mapping[str, str]) -> str:
    """Say in a sentence how git merges a ledger, and what would make it better."""
    ways = merging(file, archive_name(file), env)
    wrong = next(filter(None, map(explanation, ways)), None)
    if wrong is not None:
        return f"{wrong}: cmeledger git setup"
    if all(item.way == "records" for item in ways) and ways:
        return "git merges it record by record"
    return "git merges it line by line; record by record: cmeledger git setup"


def _notes(repository: Repository, errors: int, ignored: int, out: int) -> Iterator[str]:
    if repository.branch is None:
        yield (
            "no branch is checked out: a commit made now is easily lost; "
            "to give it a name: git switch -c NAME"
        )
    if errors:
        yield f"the ledger has {plural(errors, 'error')}: see cmeledger check"
    if ignored:
        yield f"git is told to ignore {plural(ignored, 'file')} of the ledger's: left out"
    if out:
        yield f"{plural(out, 'certificate')} in another repository's folder: left out"


def _gone(repository: Repository, before: str) -> list[str]:
    """Name the files that the ledger and its archive were, before they were renamed."""
    names = before, archive_of(before)
    return [item for item in names if not os.path.lexists(os.path.join(repository.top, item))]


def _evidence(book: Book) -> Iterator[str]:
    """Find the evidence files that are there, from the ledger's folder, with slashes."""
    for _, item in named(book.ledger):
        try:
            path = inside(book.folder, item.file)
        except ValueError:  # a name that this system's file names cannot spell
            continue
        if path is None or not os.path.isfile(path):
            continue
        yield os.path.relpath(path, book.folder).replace(os.sep, "/")
        link = os.path.normpath(os.path.join(book.folder, item.file))
        if os.path.islink(link) and os.path.realpath(os.path.dirname(link)) == os.path.dirname(
            link
        ):
            yield os.path.relpath(link, book.folder).replace(os.sep, "/")
