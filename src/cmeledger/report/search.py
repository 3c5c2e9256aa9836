"""The filter of the records: words to find, and fields to match.

`sepsis topic:risk-management cycle:2027 evidence:no` finds records with "sepsis" in title,
provider, note or id, that bear the topic, count in the cycle that ends in 2027, and name no file.
A minus before a word or field turns it around.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from cmeledger.ledger.context import nearest
from cmeledger.ledger.schema import KINDS
from cmeledger.report.records import Row

STATUSES: Final = ("claimed", "attended", "planned", "invalid")
VALUES: Final[dict[str, Callable[[Row], Sequence[str]]]] = {
    "topic": lambda row: row.topics,
    "kind": lambda row: (row.kind,),
    "category": lambda row: (str(row.category or "none"),),
    "cycle": lambda row: (str(row.renewal.year) if row.renewal else "none",),
    "status": lambda row: (row.status,),
    "evidence": lambda row: ("yes",) if row.evidence else ("no",) * row.expects_evidence,
}
"""What a record has for each field of a filter; evidence that is not expected is neither."""
ALIASES: Final = {"cat": "category", "topics": "topic", "ev": "evidence"}


Test = Callable[[Row], bool]


class Search(NamedTuple):
    """A filter as understood."""

    words: tuple[str, ...]
    """What must stand in the text of a record."""
    tests: tuple[Test, ...]
    problem: str | None
    """What could not be understood; the rest still filters."""

    def matches(self, row: Row) -> bool:
        """Tell whether a record passes."""
        for word in self.words:
            if word not in row.text:
                return False
        return all(test(row) for test in self.tests) if self.tests else True


def search(text: str, topics: Iterable[str] = ()) -> Search:
    """Understand a filter as it is being typed.

    Takes the text and the topics that are known. A field without a value yet filters nothing; a
    value that nothing can have is named as a problem.
    """
    tests: list[Test] = []
    words: list[str] = []
    problem = None
    for word in _words(text):
        negative = len(word) > 1 and word[0] == "-"
        name, colon, value = word[negative:].partition(":")
        field = ALIASES.get(name.lower(), name.lower())
        if colon and field in VALUES:
            if not value:
                continue
            test, found = _field(field, value.lower(), tuple(topics))
            problem = problem or found
        elif not negative:
            words.append(word.casefold())
            continue
        else:
            test = _contains(word[1:].casefold())
        tests.append(_not(test) if negative else test)
    return Search(tuple(words), tuple(tests), problem)


def _words(text: str) -> list[str]:
    """Split at blanks outside double quotes; a quote without its partner runs to the end."""
    words, current, quoted = [], "", False
    for char in text:
        if char == '"':
            quoted = not quoted
        elif char.isspace() and not quoted:
            words.append(current)
            current = ""
        else:
            current += char
    return [word for word in (*words, current) if word]


def _field(field: str, value: str, topics: tuple[str, ...]) -> tuple[Test, str | None]:
    values = VALUES[field]
    known = {
        "topic": topics,
        "kind": tuple(KINDS),
        "status": STATUSES,
        "category": ("1", "2", "none"),
        "evidence": ("yes", "no"),
        "cycle": ("none", *([value] if value.isdigit() else ())),
    }[field]
    problem = None
    if not any(word.startswith(value) for word in known):
        problem = f"no {field} is called '{value}': {nearest(value, known, 'one of')}"
    return lambda row: any(found.startswith(value) for found in values(row)), problem


def _contains(text: str) -> Test:
    return lambda row: text in row.text


def _not(test: Test) -> Test:
    return lambda row: not test(row)
