"""`cmeledger redo`: save again what was undone last."""

from cmeledger.cli import turning

parser, run = turning.verb("redo", "Save", back=False)
