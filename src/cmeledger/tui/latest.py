"""One thing at a time, for what is asked for faster than it is done."""

from collections.abc import Callable, Coroutine
from typing import Any

from textual.screen import Screen


class Latest:
    """Does one thing at a time for a screen, and once more if it was asked for meanwhile."""

    def __init__(self, screen: Screen[Any], run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Take the screen that it ends with, and what to do."""
        self.screen, self.run = screen, run
        self.running = self.again = False

    def ask(self) -> None:
        """Ask for it to be done."""
        self.again = True
        if not self.running:
            self.running = True
            self.screen.run_worker(self._all(), group="latest")

    async def _all(self) -> None:
        try:
            while self.again and self.screen in self.screen.app.screen_stack:
                self.again = False
                await self.run()
        finally:
            self.running = False
