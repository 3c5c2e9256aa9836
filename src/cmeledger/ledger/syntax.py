"""Say what to do about a line that is not TOML: the slips people make, and the way to write it."""

import re
from typing import Final

import tomli

from cmeledger.problems import Problem, Span

BY_RECORD: Final = "<<<<<<< ours"
"""What a conflict begins with that `merge-file` left; git itself names a commit or a branch."""
CONFLICT: Final = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")
_OPEN_STRING: Final = r"""=[ \t]*(["'])"""
_US_DATE: Final = r"\b(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})\b"
_SHORT_DATE: Final = r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b"

# A pattern for the line, and what to do; the first that fits is taken. Patterns are compiled when
# there is a slip to explain: every start of the program would pay for it.
_SLIPS: Final = (
    ("[\u201c\u201d\u201e\u2018\u2019]", "use plain quotes, \" or ', instead of curly ones"),
    ("\u00a0", "a no-break space stands here: write an ordinary one"),
    (r"=\s*(yes|no|True|False|TRUE|FALSE)\b", "write true or false, in small letters"),
    (r"=\s*\.\d", "write a digit before the point: 0.5"),
    (r"=\s*\d+,\d", "write a point, not a comma: 3.5"),
    (r"=\s*\d+\.\s*(#|$)", "write a digit after the point: 3.0"),
    (r"^\s*[\w-]+\s*:", "write = between key and value"),
    (r'=\s*".*\\', "write / instead of \\, or put the text in single quotes"),
    (r'=\s*"[^"]*"[^\s,#\]}]', "inside the quotes use single ones: \"The 'new' guideline\""),
    (r"=\s*$", "write a value behind the ="),
    (r"=\s*[A-Za-z]", 'put the text in quotes: "…"'),
)
_BOTH: Final = (
    "git left both versions {}: keep one, or what is right of each, and take out the marker lines"
)
_ANEW: Final = (
    "git merged lines there; for the records: cmeledger git setup, which says how to merge anew"
)
GENERAL: Final = "fix this line in your editor; strings stand in quotes, dates and numbers do not"


def explain(error: tomli.TOMLDecodeError) -> tuple[str, str, Span]:
    """Explain a syntax error: message, advice, and the place, which never leaves its line."""
    line = error.lineno
    text = error.doc.split("\n")[line - 1]
    message, advice, column, width = _fault(error, text)
    column = min(column, len(text) + 1)  # a line that ends too early is at fault at its end
    return message, advice, Span(line, column, line, min(column + width, len(text) + 1))


def marker_lines(text: str) -> list[int]:
    """Find the lines that git's conflict markers stand on, from 1."""
    return [n for n, line in enumerate(text.split("\n"), 1) if line.startswith(CONFLICT)]


def marked(text: str, *, archived: bool = False) -> list[Problem]:
    """Find git's conflict markers in a text that is TOML: they stand in one of its strings."""
    lines = marker_lines(text) if "\n<<<<<<< " in text else []
    if not lines:
        return []
    shown = ", ".join(map(str, lines[:10]))
    first = Span(lines[0], 1, lines[0], len(text.split("\n")[lines[0] - 1].rstrip("\r")) + 1)
    message = f"git's conflict markers, lines {shown}"
    advice = _BOTH.format("there")
    return [Problem("conflict-marker", message, advice, span=first, archived=archived)]


def _fault(error: tomli.TOMLDecodeError, text: str) -> tuple[str, str, int, int]:
    line, column, width = error.lineno, error.colno, 1
    message = error.msg[:1].lower() + error.msg[1:]
    if text.startswith(CONFLICT):
        advice = _BOTH.format("here")
        marked = marker_lines(error.doc)
        if len(marked) < 10:
            advice += f" ({', '.join(map(str, marked))})"
        if text.startswith(CONFLICT[0]) and text.rstrip("\r") != BY_RECORD:
            advice += f"; {_ANEW}"
        return "git's conflict marker stands in the file", advice, 1, len(text)
    if "Illegal character '\\n'" in error.msg and (opening := re.search(_OPEN_STRING, text)):
        # tomli points at the end of the line; the quote that was never closed says more.
        column, width = opening.start(1) + 1, len(text) - opening.start(1)
        return "the string is not closed", f"end it with {opening[1]}", column, width
    if "overwrite" in error.msg:
        # tomli points behind the second value; the key is what there is to change.
        key = text.split("=", maxsplit=1)[0].rstrip()
        column, width = len(key) - len(key.lstrip()) + 1, len(key.lstrip())
        advice = "keep one of them"
        return "this key stands twice in its table", advice, column, width
    if (twice := re.search(r"declare \((.*?)\) twice", error.msg)) is not None:
        name = twice[1].replace("'", "").rstrip(",").replace(", ", ".")
        message = f"the table [{name}] stands twice"
        advice = f"write [[{name}]] with double brackets, once for each"
        return message, advice, column, width
    return message, _advice(text, error.doc, line), column, width


def _advice(text: str, document: str, line: int) -> str:
    if (found := re.search(_US_DATE, text)) is not None:
        month, day, year = (int(part) for part in found.groups())
        year += 2000 if year < 100 else 0
        return f"write the date as year-month-day: {year}-{month:02}-{day:02}"
    found = re.search(_SHORT_DATE, text)
    if found is not None and (len(found[2]) < 2 or len(found[3]) < 2):
        return f"write two digits each: {found[1]}-{int(found[2]):02}-{int(found[3]):02}"
    if found is not None:
        return "check the date: is there such a day?"
    before = document.split("\n")[: line - 1]
    opened = next((n for n in range(len(before), 0, -1) if before[n - 1].strip()), 0)
    if opened and before[opened - 1].count("[") > before[opened - 1].count("]"):
        return f"the list that begins in line {opened} may not be closed: end it with ]"
    return next((advice for pattern, advice in _SLIPS if re.search(pattern, text)), GENERAL)
