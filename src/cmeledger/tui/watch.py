"""When to read the file again: after it changed and came to rest."""

from typing import Final

from cmeledger.tui.session import Stamp

LOOK_SECONDS: Final = 0.25
MISSING_LOOKS: Final = 4
"""So many looks in a row must find no file: editors move it away for a moment."""


class Watch:
    """Tells a finished save from one that is still going on."""

    def __init__(self) -> None:
        self.seen: Stamp | None = None
        """The state of the file that was read last; None while it is being read."""
        self._pending: Stamp | None = None
        self._without_file = 0

    def is_due(self, now: Stamp) -> bool:
        """Tell whether to read, given the state of the file at this look.

        True when it differs from what was read, and two looks in a row have found it alike.
        """
        if self.seen is None:
            return False
        if now == self.seen:
            self._pending = None
            return False
        self._without_file = self._without_file + 1 if now[0] is None else 0
        if now[0] is None and self._without_file < MISSING_LOOKS:
            return False
        if now != self._pending:
            self._pending = now
            return False
        self._pending = None
        return True
