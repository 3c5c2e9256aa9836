"""What the workers tell the app."""

from dataclasses import dataclass

from textual.message import Message

from cmeledger.tui.around import Around
from cmeledger.tui.session import Failed, Loaded, Looked


@dataclass
class LedgerRead(Message):
    """The file was read and counted, or could not be."""

    result: Loaded | Failed


@dataclass
class LedgerLooked(Message):
    """Places and evidence files of a state of the ledger were looked at."""

    loaded: Loaded
    looked: Looked


@dataclass
class LedgerAround(Message):
    """The history and the folder of a state of the ledger were looked at."""

    around: Around
    kept: list[str]
    """What a save that was cut off left, and stands nowhere else: its names."""
