"""Read many versions of one ledger: each record that they share is read once."""

import re
from typing import Any, Final

from cmeledger.ledger.parse import MAX_LEVELS, Document, NotToml, TooDeep, levels, parse

_HEADER: Final = "[[activity]]"
_BLANK_END: Final = re.compile(r"(?<!\r)(?:\r?\n)+\Z")


class Pieces:
    """The records that were read, by their lines. One that comes again is the same table."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self._tables: dict[str, dict[str, Any] | None] = {}

    def parse(self, data: bytes) -> Document:
        """Read a file's bytes as `parse` does; raises NotToml, for any nesting too deep as well."""
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return _whole(data)
        head, *pieces = map(self._table, map(_trimmed, _cut(text)))
        records = [table["activity"][0] for table in pieces if table and _is_record(table)]
        # Pieces that read alone, and name no table twice, read the same together.
        if head is None or "activity" in head or len(records) < len(pieces):
            return _whole(data)
        return Document(text, head | {"activity": records} if records else head)

    def _table(self, piece: str) -> dict[str, Any] | None:
        """Read some lines; None: they do not read alone, or are no ledger's."""
        if piece not in self._tables:
            try:
                self._tables[piece] = _whole(piece.encode()).tables
            except NotToml:
                self._tables[piece] = None
        return self._tables[piece]


def _cut(text: str) -> list[str]:
    """Cut a text above each header of a record; what is above the first one comes first."""
    first, *others = f"\n{text}".split(f"\n{_HEADER}")
    pieces = [f"{first}\n", *(f"{_HEADER}{other}\n" for other in others)]
    pieces[-1] = pieces[-1][:-1]  # the text ended as it did
    return pieces


def _trimmed(piece: str) -> str:
    """Take the blank lines off the end of a piece: one more or less is no other record."""
    if "\r" in piece:
        return _BLANK_END.sub("\n", piece)
    start = piece.rstrip("\n")  # a pattern would try every line's end
    return piece if start == piece else start + "\n"


def _whole(data: bytes) -> Document:
    document = parse(data)
    if levels(document.tables) > MAX_LEVELS:
        raise TooDeep((), archived=False)
    return document


def _is_record(tables: dict[str, Any]) -> bool:
    return tables.keys() == {"activity"} and len(tables["activity"]) == 1
