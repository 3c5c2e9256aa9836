"""Lines of our own in a file that is others' too: put in, found again, taken out to the byte.

They stand between two comments that name what they are for. Git's lists of patterns and the
scripts of a shell have the same comments.
"""

import re
from collections.abc import Container, Sequence
from typing import Final

_BEGIN: Final = "# cmeledger git setup: "
_END: Final = "# end of cmeledger git setup: "


def put(text: str, name: str, lines: Sequence[str], known: Container[str] | None = None) -> str:
    """Put lines into a text, at its end or where they stood before.

    `name` says what they are for, on one line. The last line of the text ends as it did. `known`
    has every line that may be ours: another's that stands among them goes above them. None: all
    that stands there is ours.
    """
    block = "\n".join((_BEGIN + name, *lines, _END + name))
    found = _found(text, name)
    if found is not None:
        return text[: found.start()] + _others(found, known) + block + text[found.end() :]
    return f"{text}{block}\n" if not text or text.endswith("\n") else f"{text}\n{block}"


def take(text: str, name: str, known: Container[str] | None = None) -> str:
    """Take the lines out that `put` put there under the same name; `known` is as there."""
    found = _found(text, name)
    if found is None:
        return text
    before, after = text[: found.start()] + _others(found, known), text[found.end() :]
    if not after:  # what stood before them had no end of its own
        return before.removesuffix("\n")
    return before + after.removeprefix("\r").removeprefix("\n")


def has_any(text: str) -> bool:
    """Tell whether lines of any name are in a text."""
    return re.search(f"^{_BEGIN}", text, re.MULTILINE) is not None


def _others(found: re.Match[str], known: Container[str] | None) -> str:
    """Give the lines between the comments that are not ours."""
    if known is None:
        return ""
    lines = found[0].split("\n")[1:-1]
    return "".join(f"{line}\n" for line in lines if line.removesuffix("\r") not in known)


def _found(text: str, name: str) -> re.Match[str] | None:
    begin, end = re.escape(_BEGIN + name), re.escape(_END + name)
    between = rf"(?:(?!{_BEGIN}).*\n)*?"
    return re.search(rf"^{begin}\r?\n{between}{end}(?=\r?\n|\Z)", text, re.MULTILINE)
