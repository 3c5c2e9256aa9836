"""Set a repository up for a ledger, and take that back: files beside it, a merge driver, a hook.

First everything is looked at and the steps are planned, then they are carried out one by one. What
is there already is no step, so that doing it again does nothing. Only lines and keys of our own
are ever changed or taken out.
"""

import os
import stat
import sys
from collections.abc import Iterator, Mapping
from shlex import quote
from shutil import which
from typing import IO, Final, NamedTuple

from cmeledger.book import archive_of
from cmeledger.git import blocks, patterns
from cmeledger.git.attributes import merging
from cmeledger.git.call import Caller, GitError, caller
from cmeledger.git.repository import find
from cmeledger.ledger import disk, export
from cmeledger.problems import NotWritten
from cmeledger.visible import visible

_SHELL: Final = "#!/bin/sh\n"
_CONFIG: Final = ("merge.cmeledger.name", "merge.cmeledger.driver", "diff.cmeledger.xfuncname")


class Place(NamedTuple):
    """A ledger, and the repository that it is in or will be in."""

    top: str
    """Of the work tree."""
    folder: str
    name: str
    archive: str
    path: str
    """Of the ledger, from the top of the work tree, with slashes."""
    git: Caller | None
    """None: the repository is still to be made."""
    hook: str
    """The hook's file."""
    shared_hooks: str | None = None
    """The folder that core.hooksPath names, where it does: not this repository's alone."""

    @property
    def archive_path(self) -> str:
        """Of the archive, from the top of the work tree."""
        return self.path.removesuffix(self.name) + self.archive


class Step(NamedTuple):
    """One thing to do."""

    id: str
    """ "repository", "attributes", "ignored", "driver" or "hook"."""
    what: str
    file: str | None = None
    before: bytes | None = None
    """What the file holds; None: there is none."""
    after: bytes | None = None
    """What it is to hold; None: it is taken away."""
    config: Mapping[str, str | None] = {}
    """Keys of the repository's own configuration; None: it is taken out."""


class Plan(NamedTuple):
    """What is to be done, and what is left to the user."""

    steps: tuple[Step, ...]
    advice: tuple[str, ...]


def locate(file: str, env: Mapping[str, str]) -> Place:
    """Find the repository of a ledger. Raises GitError."""
    repository = find(file, env)
    git = repository.git
    common = _line(git.ask("rev-parse", "--git-common-dir"))
    shared = _shared_hooks(git)
    hooks = shared or os.path.join(repository.top, common, "hooks")
    hook = os.path.join(repository.top, hooks, "pre-commit")
    return _place(file)._replace(
        top=repository.top, path=repository.path, git=git, hook=hook, shared_hooks=shared
    )


def imagine(file: str) -> Place:
    """Say what the place of a ledger will be once its folder is a repository."""
    return _place(file)


def begin(file: str, env: Mapping[str, str]) -> Place:
    """Make the ledger's folder a repository. Raises NotWritten, GitError."""
    folder = os.path.dirname(os.path.realpath(file))
    git = caller(folder, env)
    try:
        if git is not None:
            git.ask("init", "--quiet")
    except GitError as error:
        raise _failed(folder, error) from error
    return locate(file, env)


def plan(place: Place, data: bytes, env: Mapping[str, str]) -> Plan:
    """Plan what is missing. `data` is the ledger's. Raises NotWritten for what cannot be read."""
    steps = [] if place.git else [Step("repository", "makes the folder a git repository")]
    archive = _read(os.path.realpath(os.path.join(place.folder, place.archive)))
    ends = {place.name: _ends(data), place.archive: _ends(archive or data)}
    command = program(env)
    lists = (
        (
            "attributes",
            "how git keeps, merges and compares the ledger",
            patterns.attributes(ends),
        ),
        (
            "ignored",
            "what git leaves alone: locks, rests of saves, exports",
            patterns.ignored(place.name, place.archive),
        ),
    )
    overruled = list(if_overruled(place, env))
    known = patterns.known(place.name, place.archive)
    for id, what, lines in lists:
        file, name = _list_file(place, id), patterns.block_name(place.name)
        is_last = bool(overruled) and id == "attributes"  # a later line of git's lists wins
        steps += _put(id, what, file, name, lines, known, is_last=is_last)
    wanted = {
        "merge.cmeledger.name": patterns.DRIVER_NAME,
        "merge.cmeledger.driver": patterns.driver(command),
        "diff.cmeledger.xfuncname": patterns.HEADINGS,
    }
    missing = {key: value for key, value in wanted.items() if _configured(place, key) != value}
    if missing:
        steps.append(Step("driver", "how this clone merges ledgers", config=missing))
    advice = [*_if_ignored(place), *_if_unmerged(place)]
    if not any(step.id == "attributes" for step in steps):
        advice += overruled
    lines = patterns.hook(command, place.path, place.archive_path)
    own = None if place.shared_hooks else _text(_read(place.hook))
    if not place.shared_hooks and (own is None or blocks.has_any(own)):
        what = "checks the ledger before each commit"
        name = patterns.block_name(place.path)
        steps += _put("hook", what, place.hook, name, lines, begin=_SHELL)
    else:
        advice += _for_another_hook(place, command)
    return Plan(tuple(steps), tuple(advice))


def plan_undo(place: Place) -> Plan:
    """Plan to take back what was set up for a ledger, and nothing else. Raises NotWritten."""
    steps, others = [], False
    files = [(id, _list_file(place, id), place.name) for id in ("attributes", "ignored")]
    files += [] if place.shared_hooks else [("hook", place.hook, place.path)]
    known = patterns.known(place.name, place.archive)
    for id, file, named in files:
        before = _read(file)
        text = _text(before) or ""
        left = blocks.take(text, patterns.block_name(named), None if id == "hook" else known)
        others = others or blocks.has_any(left)
        if left != text:
            after = None if left in ("", _SHELL) else _data(left)
            what = "takes it away" if after is None else "takes these lines out"
            steps.append(Step(id, what, file, before, after))
    ours = {key: value for key in _CONFIG if (value := _configured(place, key)) is not None}
    driver = ours.get("merge.cmeledger.driver", "")
    advice = []
    if driver and not patterns.is_driver(driver):
        advice.append("merge.cmeledger.driver is not as this program sets it: it was left")
    elif ours and not others:  # other ledgers of this repository need it
        gone = dict.fromkeys(ours)
        steps.append(Step("driver", "takes it out of this clone", config=gone))
    return Plan(tuple(steps), tuple(advice))


def carry_out(place: Place, step: Step) -> None:
    """Do one step, but making the repository. Raises NotWritten; all that it says is as it was."""
    if step.file is not None:
        _write(step)
    for key, value in step.config.items():
        assert place.git is not None
        words = ("--unset-all", key) if value is None else ("--replace-all", key, value)
        try:
            place.git.ask("config", "--local", *words)
        except GitError as error:
            raise _failed("the repository's configuration", error) from error


def program(env: Mapping[str, str]) -> str:
    """Write what starts this program from a shell of git's.

    That is its name where it is found by everybody; where it is not, or only while an environment
    of Python's is switched on, the interpreter that runs it now, which takes no module from the
    folder that it is started in.
    """
    found = which("cmeledger", path=env.get("PATH") or os.defpath)
    switched_on = sys.prefix != sys.base_prefix and found is not None
    if found is None or (
        switched_on and os.path.dirname(os.path.abspath(found)) == os.path.dirname(sys.executable)
    ):
        return f"{quote(sys.executable)} -P -m cmeledger"
    return "cmeledger"


def _place(file: str) -> Place:
    real = os.path.realpath(file)
    folder, name = os.path.split(real)
    if any(ord(char) < 32 or char == "\x7f" for char in name):
        raise GitError(
            f"git's lists of names cannot hold {visible(real)}", "rename the ledger, like cme.toml"
        )
    hook = os.path.join(folder, ".git", "hooks", "pre-commit")
    return Place(folder, folder, name, archive_of(name), name, None, hook)


def _list_file(place: Place, id: str) -> str:
    return os.path.join(place.folder, {"attributes": ".gitattributes", "ignored": ".gitignore"}[id])


def _put(
    id: str,
    what: str,
    file: str,
    name: str,
    lines: list[str],
    known: frozenset[str] | None = None,
    *,
    begin: str = "",
    is_last: bool = False,
) -> Iterator[Step]:
    before = _read(file)
    text = begin if before is None else _text(before) or ""
    if is_last:
        text = blocks.take(text, name, known)
    after = _data(blocks.put(text, name, lines, known))
    if after != before:
        yield Step(id, what, file, before, after)


def if_overruled(place: Place, env: Mapping[str, str]) -> Iterator[str]:
    """Say that another line of git's attributes decides how the ledger or its archive is merged."""
    if place.git is None:
        return
    file, archive = (os.path.join(place.folder, name) for name in (place.name, place.archive))
    for item in merging(file, archive, env):
        if item.way not in ("records", "no-driver"):
            list_of_clone = _line(place.git.ask("rev-parse", "--git-path", "info/attributes"))
            yield (
                f"git does not merge {' and '.join(item.names)} by record, whatever .gitattributes "
                f"says: take out the line that is for it in {list_of_clone}"
            )


def _if_ignored(place: Place) -> Iterator[str]:
    """Say that the user's own lists keep the ledger out of git."""
    words = ("ls-files", "--others", "--ignored", "--exclude-standard", "--", place.path)
    if place.git is not None and place.git.maybe(*words):
        yield (
            f"git ignores {place.name}, so it keeps no version of it; the line that asks for that: "
            f"git check-ignore -v {quote(place.name)}"
        )


def _if_unmerged(place: Place) -> Iterator[str]:
    """Say how git merges once more what it stopped at, now that it is set up."""
    for name, path in ((place.name, place.path), (place.archive, place.archive_path)):
        if place.git is not None and place.git.maybe("ls-files", "--unmerged", "--", path):
            yield (
                f"git stopped at conflicts in {name}; to have it merged anew, record by record "
                f"(what you changed in it since is lost): git checkout -m -- {quote(name)}"
            )


def _for_another_hook(place: Place, command: str) -> Iterator[str]:
    """Say how another's hook would check the ledger, if it does not."""
    text = _text(_read(place.hook)) or ""
    if patterns.CHECK in text:
        return
    if "pre-commit.com" in text:
        configured = _text(_read(os.path.join(place.top, ".pre-commit-config.yaml"))) or ""
        if "cmeledger-check" not in configured:
            yield (
                "pre-commit runs the hooks here: name the hook cmeledger-check in "
                ".pre-commit-config.yaml, as docs/git.md shows"
            )
        return
    where = "core.hooksPath names its folder" if place.shared_hooks else "it is not of cmeledger"
    yield (
        f"the hook {place.hook} is left to you ({where}); a line that checks the ledger there: "
        f"{patterns.check(command, place.path)} >&2 || exit 1"
    )


def _shared_hooks(git: Caller) -> str | None:
    """Find the folder that core.hooksPath names, in whichever file; our own call names one too."""
    words = ("config", "--show-scope", "--type=path", "-z", "--get-all", "core.hooksPath")
    told = (git.maybe(*words) or b"").split(b"\0")
    values = [value for scope, value in zip(told[::2], told[1::2], strict=False)
              if scope != b"command"]  # fmt: skip
    return os.fsdecode(values[-1]) if values and values[-1] else None


def _configured(place: Place, key: str) -> str | None:
    if place.git is None:
        return None
    value = place.git.maybe("config", "--local", "--get", key)
    return None if value is None else _line(value)


def _ends(data: bytes) -> str:
    crlf = data.count(b"\r\n")
    return "" if 0 < crlf < data.count(b"\n") else "crlf" if crlf else "lf"


def _read(file: str) -> bytes | None:
    try:
        return disk.read_file(file)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise disk.not_written(file, error) from error


def _write(step: Step) -> None:
    """Give a file its new text, whole or not at all, if it is as it was looked at."""
    assert step.file is not None
    if _read(step.file) != step.before:
        raise NotWritten(step.file, "it changed meanwhile; it is as it was", "run it again")
    mode = 0o755 if step.id == "hook" else 0o644
    try:
        if step.before is not None:
            mode = stat.S_IMODE(os.stat(step.file).st_mode)
            if not mode & 0o222:
                advice = f"to change it: chmod u+w {quote(step.file)}"
                raise NotWritten(step.file, "the file is read-only", advice)
        if step.after is None:
            os.unlink(step.file)
            return
        os.makedirs(os.path.dirname(step.file), exist_ok=True)
    except OSError as error:
        raise disk.not_written(step.file, error) from error
    data = step.after

    def fill(out: IO[bytes]) -> None:
        out.write(data)
        os.chmod(out.fileno(), mode)

    export.write(step.file, fill, force=True)


def _failed(what: str, error: GitError) -> NotWritten:
    why, _, advice = str(error).partition("\n")
    return NotWritten(what, why, advice)


def _line(data: bytes) -> str:
    return os.fsdecode(data.removesuffix(b"\n"))


def _text(data: bytes | None) -> str | None:
    return None if data is None else data.decode("utf-8", "surrogateescape")


def _data(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
