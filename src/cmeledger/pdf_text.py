"""The text of a PDF, read in a process of its own: a hostile file costs seconds, never the run.

Run as a module, it answers paths with what it read.
"""

import os
from typing import IO, Final, NamedTuple

from cmeledger.aside import Aside, serve
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


class Reader(Aside):
    """Reads files one after another; the process behind it is started when it is needed."""

    def __init__(self, seconds: float = SECONDS) -> None:
        super().__init__(__name__, seconds)

    def read(self, path: str) -> Text:
        """Read the text of a regular file by a name that is no link."""
        answer = self.ask(path)
        if answer.state == "answered":
            return Text(*answer.said)
        return Text("too-slow" if answer.state == "late" else "damaged")


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


if __name__ == "__main__":
    serve(lambda path, _: (read(path), b""), MAX_MEMORY)
