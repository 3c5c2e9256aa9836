"""Where the program begins, as `cmeledger` and as `python -m cmeledger`."""

import sys


def run() -> None:
    """Run the program on the real command line and exit with its code.

    The version is answered before anything else is imported: scripts ask for it. Without a verb,
    a terminal gets the screens and everything else gets `status`.
    """
    if sys.argv[1:] in (["--version"], ["-V"]):
        from cmeledger import __version__

        print(f"cmeledger {__version__}")
        return
    from cmeledger.face import for_screens, on_a_terminal

    asked = for_screens(sys.argv[1:])
    if asked is not None and on_a_terminal():
        from cmeledger.cli.common import a_day
        from cmeledger.tui.app import run as run_screens

        day = a_day(asked.as_of) if asked.as_of else None
        sys.exit(run_screens(asked.file, day, with_archive=asked.with_archive))
    from cmeledger.cli.main import run as run_command

    run_command()


if __name__ == "__main__":
    run()
