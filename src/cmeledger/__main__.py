"""Where the program begins, as `cmeledger` and as `python -m cmeledger`."""

import sys


def run() -> None:
    """Run the program on the real command line and exit with its code.

    The version is answered before anything else is imported: scripts ask for it.
    """
    if sys.argv[1:] in (["--version"], ["-V"]):
        from cmeledger import __version__

        print(f"cmeledger {__version__}")
        return
    from cmeledger.cli.main import run as run_command

    run_command()


if __name__ == "__main__":
    run()
