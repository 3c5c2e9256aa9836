"""`check` for people: each problem with file, place, excerpt, carets and the way out."""

from collections.abc import Iterator, Sequence
from typing import Final

from cmeledger.problems import Problem, Span
from cmeledger.report.terminal import Style, plural, width_of, wrap
from cmeledger.visible import visible

NOWHERE: Final = Span(1, 1, 1, 1)
COLORS: Final = {"error": "31;1", "warning": "33;1"}
CONTEXT: Final = 24
"""Characters shown before the place in a line too long for the terminal."""


def lines(
    file: str,
    problems: Sequence[Problem],
    text: str,
    archive: tuple[str | None, str],
    style: Style,
) -> Iterator[str]:
    """Lay out all problems, and their count at the end.

    `text` and the second of `archive` are the files' texts; the first of `archive` is its name.
    """
    split = text.split("\n"), archive[1].split("\n")
    for problem in problems:
        name = archive[0] if problem.archived and archive[0] else file
        codes = COLORS[problem.severity]
        span = problem.span or NOWHERE
        head = style.paint(f"{problem.severity}[{problem.code}]", codes)
        yield f"{visible(name)}:{span.line}:{span.column}: {head}: {visible(problem.message)}"
        yield from in_context(problem, split[problem.archived], style)
        yield ""
    errors = sum(problem.severity == "error" for problem in problems)
    warnings = len(problems) - errors
    if not problems:
        yield f"{visible(file)}: no problems"
    else:
        yield f"{visible(file)}: {plural(errors, 'error')}, {plural(warnings, 'warning')}"


def in_context(problem: Problem, source: Sequence[str], style: Style) -> Iterator[str]:
    """Show the line of a problem with carets under its place, and the way out.

    `source` is the file's text, line by line.
    """
    span = problem.span or NOWHERE
    if span.line <= len(source) and source[span.line - 1].strip():
        yield from excerpt(source[span.line - 1], span, style, COLORS[problem.severity])
    first, *rest = wrap(visible(problem.help), style, indent="        ", first="")
    yield f"  {style.dim('help:')} {first}"
    yield from rest


def excerpt(line: str, span: Span, style: Style, codes: str) -> Iterator[str]:
    """Show a line of the file and carets under the place, both safe and within the width."""
    line = line.removesuffix("\r")
    start = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    margin = f"{span.line:>5} | "
    room = style.width - len(margin)
    before, place, after = line[:start], line[start:end], line[end:]
    if width_of(visible(line)) > room:
        before = before if len(before) <= CONTEXT else "..." + before[-CONTEXT:]
        space = max(8, room - width_of(visible(before)))
        place, after = (place[: space - 3] + "...", "") if len(place) > space else (place, after)
        space -= width_of(visible(place))
        after = after if width_of(visible(after)) <= space else after[: max(0, space - 3)] + "..."
    shown = [visible(part.replace("\t", " ")) for part in (before, place, after)]
    yield margin + "".join(shown)
    carets = "^" * max(1, width_of(shown[1]))
    yield " " * (len(margin) - 2) + "| " + " " * width_of(shown[0]) + style.paint(carets, codes)
