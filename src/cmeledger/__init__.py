"""Keep a plain-text ledger of continuing medical education and see what a renewal still asks."""

__version__ = "0.1.0"
