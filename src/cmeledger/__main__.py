"""Run the program as `python -m cmeledger`."""

from cmeledger.cli.main import run

run()
