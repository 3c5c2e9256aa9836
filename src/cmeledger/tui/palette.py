"""The command palette: every command and every record, by name."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from cmeledger.tui.keys import EVERYWHERE, Key
from cmeledger.visible import visible

if TYPE_CHECKING:
    from cmeledger.tui.app import CmeledgerApp

MOST: Final = 60
"""So many records are offered at once; more letters find the others."""


class Commands(Provider):
    """What the keys do, by name."""

    async def discover(self) -> Hits:
        """Offer every command before a letter is typed."""
        for key in _commands():
            yield DiscoveryHit(_name(key), self._runner(key), help=key.what)

    async def search(self, query: str) -> Hits:
        """Offer the commands whose name or explanation match."""
        matcher = self.matcher(query)
        for key in _commands():
            name = _name(key)
            score = max(matcher.match(name), matcher.match(key.what) * 0.5)
            if name.casefold().startswith(query.strip().casefold()):
                score += 10  # what begins as typed stands first: some commands write
            if score > 0:
                yield Hit(score, matcher.highlight(name), self._runner(key), help=key.what)

    def _runner(self, key: Key) -> Callable[[], object]:
        return partial(self.app.run_action, key.action)


class RecordsByName(Provider):
    """The records, by title, provider and id."""

    async def search(self, query: str) -> Hits:
        """Offer the records whose title or id match; a title is never markup."""
        app: CmeledgerApp = self.app  # type: ignore[assignment]
        if app.shown is None:
            return
        matcher = self.matcher(query)
        words = query.casefold().split()
        offered = 0
        for row in app.shown.rows:
            if not all(word in row.text for word in words):
                continue
            day = row.day.isoformat() if row.day else ""
            name = visible(f"{row.title} ({day})")
            yield Hit(
                matcher.match(name) or 0.5,
                Content(name),
                partial(app.go_to, row.id),
                text=name,
                help=visible(row.id),
            )
            offered += 1
            if offered == MOST:
                return


def _commands() -> list[Key]:
    return [key for key in EVERYWHERE if key.palette]


def _name(key: Key) -> str:
    return f"{key.label} ({key.shown})"
