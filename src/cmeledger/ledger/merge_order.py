"""The pieces of a merged ledger in their order: where one of the other side goes, and the text."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from cmeledger.ledger import fresh
from cmeledger.ledger.merge_keys import Sides
from cmeledger.ledger.merge_pieces import Piece
from cmeledger.model import Path

ACTIVITY: Final = ("activity", 0)
"""The kind of pieces that are in the order of their dates."""


class Marks(NamedTuple):
    """How a conflict is marked."""

    size: int = 7
    """How often each letter of a marker stands."""
    ours: str = "ours"
    theirs: str = "theirs"


class Item(NamedTuple):
    """A piece of the merged ledger."""

    kind: Path | None
    """As that of a piece."""
    blank: str
    sides: Sides

    @property
    def table(self) -> Any:
        """What it says: on our side, if it is there."""
        return self.sides.their_table if self.sides.our_table is None else self.sides.our_table

    def must_stand_apart(self, below: "Item") -> bool:
        """Tell whether a comment of one of two pieces would become the other's."""
        if self.kind is None or below.kind is None:
            return True
        texts = (self.sides.ours, self.sides.theirs)
        return any(text[text.rfind("\n", 0, -1) + 1 :].lstrip().startswith("#") for text in texts)


class Order:
    """Ours' pieces that stay, in their order, and theirs', put among them one by one.

    Ours have the number they have in their file, theirs the negative of theirs, less one.
    """

    def __init__(self, eol: str, theirs: Sequence[Piece], places: Mapping[int, int]) -> None:
        """Take theirs' pieces, and which of ours each is."""
        self.items: dict[int, Item] = {}
        self._order: list[int] = []
        self._activities: list[int] = []
        self._eol = eol
        self._theirs = theirs
        self._places = places

    def __iter__(self) -> Iterator[Item]:
        return (self.items[number] for number in self._order)

    def append(self, number: int, item: Item) -> None:
        """Put one of ours below the others."""
        self.items[number] = item
        self._order.append(number)
        if item.kind == ACTIVITY:
            self._activities.append(number)

    def insert(self, index: int, sides: Sides) -> None:
        """Put a record or a table of theirs where its date, or its place there, belongs."""
        number, piece = -1 - index, self._theirs[index]
        if piece.kind == ACTIVITY and self._activities:
            records = [self.items[other].table for other in self._activities]
            rank = fresh.index(records, piece.table)
            at = self._among_activities(rank, index)
            self._activities.insert(rank, number)
        else:
            at = self._below(index)
            if piece.kind == ACTIVITY:
                self._activities.append(number)
        self._put(at, number, Item(piece.kind, piece.blank, sides))

    def insert_comment(self, index: int, sides: Sides) -> None:
        """Put a comment of theirs above what it stands above there, or at the end."""
        at = len(self._order)
        for other in range(index + 1, len(self._theirs)):
            if self._place(other) in self.items:
                at = self._order.index(self._place(other))
                break
        self._put(at, -1 - index, Item(None, self._theirs[index].blank, sides))

    def render(self, text_of: Callable[[Sides], str]) -> str:
        """Write the whole, with what a function says of each piece."""
        parts: list[str] = []
        above: Item | None = None
        for item in self:
            blank = item.blank
            if not blank and above is not None and above.must_stand_apart(item):
                blank = self._eol
            parts += [blank, text_of(item.sides)]
            above = item
        return "".join(parts)

    def _place(self, index: int) -> int:
        return self._places.get(index, -1 - index)

    def _among_activities(self, rank: int, index: int) -> int:
        """Find the place below the record that goes before, and below comments as theirs are."""
        if not rank:
            return self._order.index(self._activities[0])
        at = self._order.index(self._activities[rank - 1]) + 1
        above = self._place(index - 1) if index else None
        if above in self.items and self.items[above].kind is None:
            there = self._order.index(above)
            if all(self.items[other].kind is None for other in self._order[at:there]):
                return max(at, there + 1)
        return at

    def _below(self, index: int) -> int:
        """Find the place below the last of the table, else below what is above it in theirs."""
        piece = self._theirs[index]
        kinds = [self.items[number].kind for number in self._order]
        if len(piece.kind or ()) > 1 and piece.kind in kinds:
            return len(kinds) - kinds[::-1].index(piece.kind)
        for other in range(index - 1, -1, -1):
            if self._theirs[other].kind is not None and self._place(other) in self.items:
                return self._order.index(self._place(other)) + 1
        if piece.kind and () in kinds:
            return kinds.index(()) + 1
        return next((at for at, kind in enumerate(kinds) if kind is not None), len(kinds))

    def _put(self, at: int, number: int, item: Item) -> None:
        above = self.items[self._order[at - 1]] if at else None
        below = self.items[self._order[at]] if at < len(self._order) else None
        blank = item.blank or self._eol
        if item.kind is not None and below is not None and below.kind == item.kind:
            blank = below.blank
        elif item.kind is not None and above is not None and above.kind == item.kind:
            blank = above.blank if at > 1 else blank
        if below is not None and (above is None or above.kind != item.kind == below.kind):
            # What is first in the file, or of its table, hands on the lines above it.
            self.items[self._order[at]] = below._replace(blank=item.blank or self._eol)
        self.items[number] = item._replace(blank="" if above is None else blank)
        self._order.insert(at, number)
