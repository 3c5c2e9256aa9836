"""What the workers tell the app."""

from dataclasses import dataclass

from textual.message import Message

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
