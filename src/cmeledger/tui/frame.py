"""The lines above the views: the tabs of the views, and those of the licenses."""

from collections.abc import Sequence

from rich.style import Style as RichStyle
from rich.text import Text
from textual.widgets import Static

from cmeledger.problems import Problem
from cmeledger.rules.counting import Tally
from cmeledger.tui.keys import VIEWS
from cmeledger.visible import visible


class Tabs(Static):
    """One line: the views with their numbers, the present one marked, problems counted."""

    def put(self, present: str, problems: Sequence[Problem], room: int) -> None:
        """Show the tabs."""
        errors = sum(problem.severity == "error" for problem in problems)
        warnings = len(problems) - errors
        counts = (f" ✗{errors}" if errors else "") + (f" !{warnings}" if warnings else "")
        texts = [
            f"{number} {title}{counts if name == 'problems' else ''}"
            for number, (name, title) in enumerate(VIEWS, 1)
        ]
        cells = sum(map(len, texts))
        pad = " " if cells + 3 * len(texts) <= room else ""
        lead = " " if cells + 2 * len(texts) <= room else ""
        line = Text(no_wrap=True, end="")
        for (name, _), text in zip(VIEWS, texts, strict=True):
            here = name == present
            shown = f"[{text}]" if here else f"{lead}{text} "
            click = RichStyle(bold=here, reverse=here, meta={"@click": f"app.view('{name}')"})
            line.append(shown, click)
            line.append(pad)
        self.update(line)


class Licenses(Static):
    """One line: the licenses, where there are several."""

    def put(self, tallies: Sequence[Tally], present: int) -> None:
        """Show the licenses, the chosen one marked."""
        self.display = len(tallies) > 1
        line = Text(no_wrap=True, end="")
        for number, tally in enumerate(tallies):
            license = tally.license
            name = f"{license.jurisdiction} {license.number or ''} ({license.type})"
            here = number == present
            shown = f"[{visible(name)}]" if here else f" {visible(name)} "
            click = RichStyle(bold=here, reverse=here, meta={"@click": f"app.license({number})"})
            line.append(shown, click)
        line.append("  l: next license" if len(tallies) > 1 else "")
        self.update(line)
