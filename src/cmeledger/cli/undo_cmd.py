"""`cmeledger undo`: take back the last save, to the byte."""

from cmeledger.cli import turning

parser, run = turning.verb("undo", "Take", back=True)
