"""`verify` for people: a line for each evidence file, those that need somebody last."""

from collections.abc import Iterator, Sequence
from typing import Final

from cmeledger.book import Book
from cmeledger.evidence import FOLDER, STATES, Named, Survey, who
from cmeledger.report.terminal import Style, plural, wrap
from cmeledger.visible import visible

WORDS: Final = {"no-digest": "no digest", "not-a-file": "no file"}
MARGIN: Final = " " * 13


def lines(
    book: Book, found: Survey, without: Sequence[str], style: Style, again: str
) -> Iterator[str]:
    """Lay out what was found; `without`: records that should name a file, and name none.

    `again` is what a suggested command needs to speak of the same ledger.
    """
    order = sorted(found.files, key=lambda item: STATES.index(item.seen.state))
    for file in found.unnamed:
        yield f"{style.status('not-applicable', 'unnamed')}{visible(file)}"
    for item in order:
        yield from _file(item, style)
    if order or found.unnamed:
        yield ""
    wrong = [item for item in order if item.seen.wrong]
    summary = plural(len(order), "evidence file")
    summary += f": {len(wrong)} wrong" if wrong else ", nothing wrong"
    if found.unnamed:
        summary += f"; {len(found.unnamed)} more in {FOLDER}/ that nothing names"
    yield style.bold(summary)
    aims = ["record a digest"] * any(item.seen.state == "no-digest" for item in order)
    aims += ["name a file"] * bool(found.unnamed)
    if aims:
        text = f"To {' or '.join(aims)}: cmeledger attach ID FILE --link{again}"
        yield from wrap(text, style, "  ")
    if without:
        one = plural(len(without), "record that counts names", "records that count name")
        yield from wrap(f"{one} no evidence: cmeledger check{again}", style, "  ")
    if any(problem.severity == "error" for problem in book.problems):
        text = f"The ledger has an error, perhaps in a path: cmeledger check{again}"
        yield from wrap(text, style, "  ")


def _file(item: Named, style: Style) -> Iterator[str]:
    seen = item.seen
    look = "error" if seen.wrong else "warning" if seen.state == "no-digest" else "met"
    word = WORDS.get(seen.state, seen.state)
    name, owner = visible(seen.item.file), visible(who(item.owner))
    yield f"{style.status(look, word)}{name}  {style.dim(f'({owner})')}"
    if item.same_as is not None:
        yield f"{MARGIN}the same bytes as {visible(item.same_as)}"
    if seen.wrong:
        yield from wrap(f"{visible(seen.message)}; {visible(seen.help)}", style, MARGIN)
