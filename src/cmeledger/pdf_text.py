"""The text of a PDF, read in a process of its own: a hostile file costs seconds, never the run.

Run as a module, it answers paths on stdin with what it read, a line of JSON each.
"""

import json
import os
import subprocess
import sys
from contextlib import suppress
from threading import Event, Timer
from typing import IO, Any, Final, NamedTuple, Self

from cmeledger.ledger import disk

MAX_BYTES: Final = 32 * 1024 * 1024
MAX_PAGES: Final = 20
MAX_TEXT: Final = 200_000
MAX_MEMORY: Final = 1 << 30
SECONDS: Final = 30.0
"""How long one file may take."""
FEW: Final = 20
"""Letters that are no certificate's text: the number of a scanned page, say."""


class Text(NamedTuple):
    """What a file turned out to hold."""

    state: str
    """ "text", "part" (the first pages of more), "no-text" (a scan), "no-pdf" (an image, say),
    "encrypted", "damaged", "too-large", "too-slow" or "unreadable"."""
    text: str = ""


class Reader:
    """Reads files one after another; the process behind it is started when it is needed."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        """Begin; nothing is started yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self._end()

    def read(self, path: str) -> Text:
        """Read the text of a regular file by a name that is no link."""
        if self._process is None:
            # -P: modules that lie in the current folder are none of ours.
            self._process = subprocess.Popen(  # noqa: S603  our own module, and no shell
                [sys.executable, "-P", "-m", __name__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="ascii",
            )
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        late = Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = Timer(self._seconds, stop)
        timer.start()
        answer = ""
        try:
            with suppress(BrokenPipeError):
                process.stdin.write(f"{json.dumps(path)}\n")
                process.stdin.flush()
                answer = process.stdout.readline()
        finally:
            timer.cancel()
        if answer.endswith("\n"):
            return Text(*json.loads(answer))
        self._end()
        return Text("too-slow" if late.is_set() else "damaged")

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def read(path: str) -> Text:
    """Read the text of one file, in this process."""
    try:
        handle = disk.open_regular(path)
    except OSError:
        return Text("unreadable")
    with open(handle, "rb") as file:
        if b"%PDF-" not in file.read(1024):
            return Text("no-pdf")
        if os.fstat(handle).st_size > MAX_BYTES:
            return Text("too-large")
        try:
            return _read(file)
        except Exception:  # noqa: BLE001  whatever a damaged file makes of the library
            return Text("damaged")


def _read(file: IO[bytes]) -> Text:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError

    try:
        pdf = PdfReader(file)
        # Many are only protected against changes: their password for reading is empty.
        if pdf.is_encrypted and not pdf.decrypt(""):
            return Text("encrypted")
        pages = pdf.pages[:MAX_PAGES]
        parts = [page.extract_text() for page in pages]
        parts += [str(value) for value in pdf.get_form_text_fields().values() if value]
    except (DependencyError, FileNotDecryptedError):
        return Text("encrypted")
    text = "\n".join(parts)
    if sum(char.isalpha() for char in text) < FEW:
        return Text("no-text")
    whole = len(pdf.pages) <= MAX_PAGES and len(text) <= MAX_TEXT
    return Text("text" if whole else "part", text[:MAX_TEXT])


def _serve() -> None:
    with suppress(ImportError, ValueError, OSError):  # not every system can limit memory
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    for line in sys.stdin:
        path: Any = json.loads(line)
        sys.stdout.write(f"{json.dumps(read(path))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
