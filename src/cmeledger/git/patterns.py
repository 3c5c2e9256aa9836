"""The lines with which git keeps, merges, checks and leaves alone what belongs to a ledger.

Texts only: nothing here looks at a file or calls git.
"""

import re
from collections.abc import Mapping
from shlex import quote
from typing import Final

DRIVER_NAME: Final = "ledgers of cmeledger, record by record"
HEADINGS: Final = "^(\\[.*|title[[:blank:]]*=.*)$"
"""Lines that a diff shows above what changed: the headers of tables, the titles of records."""
CHECK: Final = "check --staged"
"""What a hook calls."""
_KEPT: Final = {"": "-text", "lf": "text eol=lf", "crlf": "text eol=crlf"}
_STAGED: Final = "--literal-pathspecs diff --cached --quiet --diff-filter=d"
_MERGE: Final = "merge-file %O %A %B --marker-size %L --path=%P"


def driver(command: str) -> str:
    """Write the command with which git merges two versions of a ledger.

    `command` starts this program, as a shell takes it. Where it is gone, or ends in trouble with
    the file as it was, git merges the lines: the other side's must never be missing. What the
    program wrote is another file, if with the same bytes.
    """
    command = command.replace("%", "%%")
    print_of = "$(ls -i %A; git hash-object --no-filters %A)"
    return (
        f'was="{print_of}"; {command} {_MERGE}; code=$?; [ $code = 0 ] && exit 0; '
        f'[ "$was" = "{print_of}" ] || exit $code; '
        'echo "cmeledger could not merge the records: git merges the lines" >&2; '
        "git merge-file -L ours -L base -L theirs --marker-size=%L %A %O %B"
    )


def is_driver(command: str) -> bool:
    """Tell whether a merge driver is one of ours, whichever way it starts this program."""
    return f" {_MERGE};" in command


def attributes(ends: Mapping[str, str]) -> list[str]:
    """Write the lines of .gitattributes.

    Takes the names of ledger and archive with how their lines end: "lf", "crlf", or "" for both.
    """
    return [
        *(
            f"{_quoted(_anchored(name))} merge=cmeledger diff=cmeledger {_KEPT[end]}"
            for name, end in ends.items()
        ),
        "/evidence/** binary",
    ]


def ignored(name: str, archive: str) -> list[str]:
    """Write the lines of .gitignore: locks, rests of saves, others' versions, what was exported.

    Nothing among them fits the ledger, its archive or a certificate.
    """
    both = (name, archive)
    stem = _anchored(name.rpartition(".")[0] or name)
    return [
        *(f"{_anchored(f'.{each}.')}cmeledger-*" for each in both),
        *(f"{_anchored(f'{each}.theirs-')}*" for each in both),
        ".cmeledger-*.part",
        *(f"{stem}-packet-*.{ending}" for ending in ("pdf", "zip", "html")),
        "/*.ics",
    ]


def known(name: str, archive: str) -> frozenset[str]:
    """Give every line that the two lists of a ledger may have from here."""
    lines = ignored(name, archive)
    for end in _KEPT:
        lines += attributes({name: end, archive: end})
    return frozenset(lines)


def check(command: str, path: str) -> str:
    """Write what checks a ledger as it is staged, called at the top of the work tree."""
    return f"{command} {CHECK} {quote(f'./{path}' if path.startswith('-') else path)}"


def hook(command: str, path: str, archive: str) -> list[str]:
    """Write the part of a pre-commit hook that checks a ledger as it is staged.

    `path` and `archive` are from the top of the work tree, `command` starts this program. Without
    the program, and where git cannot say what is staged, a commit is not held up.
    """
    return [
        f"if ! git {_STAGED} -- {quote(path)} {quote(archive)}; then",
        f"  said=$({check(command, path)} 2>&1)",
        "  code=$?",
        '  [ $code = 0 ] || printf "%s\\n" "$said" >&2',
        f"  if [ $code = 1 ] || [ $code = 3 ] && {command} --version >/dev/null 2>&1; then",
        '    echo "Nothing was committed: mend the ledger, git add it, and commit again." >&2',
        '    echo "To commit it as it is: git commit --no-verify" >&2',
        "    exit 1",
        "  elif [ $code != 0 ]; then",
        '    echo "The ledger was not checked. To set that up anew: cmeledger git setup" >&2',
        "  fi",
        "fi",
    ]


def block_name(path: str) -> str:
    """Name the lines that are for a ledger, on one line, whatever its path holds."""
    return _quoted(path)


def _anchored(name: str) -> str:
    """Make a pattern that fits one name in the folder of the list, and no other."""
    return "/" + re.sub(r"([\\*?\[])", r"\\\1", name)


def _quoted(text: str) -> str:
    """Quote a text as git reads it in .gitattributes, where it holds blanks."""
    if not re.search(r'[\s"\x00-\x1f\x7f]', text):
        return text
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda char: f"\\{ord(char[0]):03o}", text) + '"'
