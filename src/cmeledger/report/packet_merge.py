"""Certificates as pages of one PDF: read, stripped of what could act, and put together.

Nothing here trusts a file: whatever a reader stumbles over becomes a sentence on the index. Run as
a module, it answers the bytes of certificates with their clean pages.
"""

import io
import sys
from collections.abc import Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cmeledger.aside import Aside, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pypdf import PageObject, PdfReader, PdfWriter

MOST_PAGES: Final = 500
"""The most pages of one certificate that are merged."""
MOST_PIXELS: Final = 50_000_000
"""The largest picture that is placed on a page: a page scanned at 700 dots an inch is smaller."""
MOST_CLEAN: Final = 100_000_000
"""The most bytes of one certificate's clean pages."""
MOST_MEMORY: Final = 2 << 30
"""Of the process that reads certificates."""
SECONDS: Final = 30.0
"""How long one certificate may take."""
DEEPEST: Final = 500
"""The frames that the process may stack: pages read there are read here too, under more of them."""
MARGIN: Final = 36
"""Around a picture, in points."""
_KEPT: Final = ("/Resources", "/Contents", "/MediaBox", "/CropBox", "/Rotate", "/Group")
"""What of a page is taken over: nothing that acts when it is opened, or leads elsewhere."""
_SHOWN: Final = (
    "/Widget", "/FreeText", "/Stamp", "/Ink", "/Line", "/Square", "/Circle", "/Highlight",
    "/Underline", "/Polygon", "/PolyLine", "/StrikeOut",
)  # fmt: skip
"""The annotations that are part of what a page shows: what was typed into a form, and stamps."""
_LOOK: Final = ("/Type", "/Subtype", "/Rect", "/AP", "/AS", "/F", "/FT", "/V", "/DA", "/C", "/BS")
"""What of an annotation is taken over."""


ANEW: Final = "open it in a viewer, and print it to a new file"
TOO_MUCH: Final = f"it goes beyond the limits of what can be merged: {ANEW}"


class Unusable(Exception):
    """A certificate that cannot be merged; the text says why."""


class Mark(NamedTuple):
    """A bookmark."""

    title: str
    page: int
    """From 0."""
    level: int
    """0, or 1 for one below the last of level 0."""


class Cleaner(Aside):
    """Makes clean PDFs of certificates, in a process of its own: a hostile one costs seconds."""

    def __init__(self, seconds: float = SECONDS) -> None:
        super().__init__(__name__, seconds)

    def pages(self, data: bytes) -> tuple[bytes, int]:
        """Make a clean PDF as `pages` does. Raises Unusable with the reason."""
        answer = self.ask(None, data)
        if answer.state == "late":
            raise Unusable(f"it could not be read in time: {ANEW}")
        if answer.state == "died":
            raise Unusable(f"damaged: {ANEW}")
        trouble, count = answer.said
        if trouble is not None:
            raise Unusable(trouble)
        return answer.data, count


def pages(data: bytes) -> tuple[bytes, int]:
    """Make a clean PDF of a certificate: a PDF, PNG or JPEG; gives its bytes and its pages.

    Raises Unusable with the reason.
    """
    if data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        return _picture(data), 1
    if b"%PDF-" not in data[:1024]:
        raise Unusable("neither PDF, PNG nor JPEG: look at the file itself")
    return _clean(data)


def put_together(parts: Sequence[bytes], marks: Sequence[Mark], title: str, subject: str) -> bytes:
    """Put clean PDFs together, with bookmarks. The result bears no time and no made-up id."""
    from pypdf.generic import NameObject, TextStringObject

    writer = _joined(parts)
    above: Any = None
    for mark in marks:
        if mark.level:
            writer.add_outline_item(title=mark.title, page_number=mark.page, parent=above)
        else:
            above = writer.add_outline_item(title=mark.title, page_number=mark.page)
    writer.metadata = {"/Title": title, "/Subject": subject, "/Creator": "cmeledger"}
    writer.root_object[NameObject("/Lang")] = TextStringObject("en-US")
    writer.root_object[NameObject("/PageMode")] = NameObject("/UseOutlines")
    return _bytes(writer)


def _joined(parts: Sequence[bytes]) -> "PdfWriter":
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    for part in parts:
        for page in PdfReader(io.BytesIO(part)).pages:
            writer.add_page(page)
    return writer


def _clean(data: bytes) -> tuple[bytes, int]:
    with _reasons():
        from pypdf import PdfReader, PdfWriter

        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            _open(reader)
        count = len(reader.pages)
        if not count:
            raise Unusable("a PDF without pages")
        if count > MOST_PAGES:
            raise Unusable(f"{count} pages: over {MOST_PAGES}, the most that are merged")
        writer = PdfWriter()
        for page in reader.pages:
            contents = page.get_contents()
            if contents is not None:
                contents.get_data()  # a damaged page is found here, not by whoever opens the packet
            writer.add_page(_harmless(page))
        made = _bytes(writer)
        if len(made) > MOST_CLEAN:
            raise Unusable(TOO_MUCH)
        _bytes(_joined([made]))  # what would stop the whole packet stops here
        return made, count


def _open(reader: "PdfReader") -> None:
    """Open a PDF that anybody may open: encrypted, but without a password."""
    from pypdf.errors import DependencyError

    try:
        opened = bool(reader.decrypt(""))
    except DependencyError:
        opened = False  # an encryption that this program does not know
    if not opened:
        raise Unusable("encrypted: save a copy without a password beside it")


def _harmless(page: "PageObject") -> "PageObject":
    """Take over what a page shows, and nothing that it does."""
    from pypdf import PageObject
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject

    made = PageObject(page.pdf)
    made[NameObject("/Type")] = NameObject("/Page")
    for name in _KEPT:
        if name in page:
            made[NameObject(name)] = page.raw_get(name)
    shown = ArrayObject()
    for reference in page.get("/Annots") or ():
        item = reference.get_object()
        if isinstance(item, DictionaryObject) and item.get("/Subtype") in _SHOWN:
            look = {NameObject(name): item.raw_get(name) for name in _LOOK if name in item}
            if not isinstance(item.get("/V"), str):
                look.pop(NameObject("/V"), None)  # a signature leads to the rest of its document
            shown.append(DictionaryObject(look))
    if shown:
        made[NameObject("/Annots")] = shown
    return made


def _picture(data: bytes) -> bytes:
    """Place a picture on a page of its own, as large as it fits, the right way up."""
    with _reasons():
        from fpdf import FPDF
        from PIL import Image, ImageOps
        from PIL.ExifTags import Base

        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Unusable(f"{picture.width} × {picture.height} points: too large a picture")
            shown: Any = io.BytesIO(data)  # a JPEG goes in as it is
            turned = ImageOps.exif_transpose(picture)
            across = turned.width > turned.height
            if picture.format == "PNG":
                if turned.has_transparency_data:
                    sheet = Image.new("RGBA", turned.size, "white")
                    turned = Image.alpha_composite(sheet, turned.convert("RGBA"))
                shown = turned.convert("RGB")
            elif picture.getexif().get(Base.Orientation, 1) != 1:
                shown = io.BytesIO()
                turned.convert("RGB").save(shown, "JPEG", quality=90)
        paper = FPDF("landscape" if across else "portrait", "pt", "letter")
        paper.set_auto_page_break(auto=False)
        paper.add_page()
        width, height = paper.w - 2 * MARGIN, paper.h - 2 * MARGIN
        paper.image(shown, MARGIN, MARGIN, width, height, keep_aspect_ratio=True)
        return bytes(paper.output())


def _bytes(writer: "PdfWriter") -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@contextmanager
def _reasons() -> "Iterator[None]":
    """Turn whatever a reader of foreign files raises, or grumbles, into a reason of one line."""
    import logging
    import warnings

    before = logging.root.manager.disable
    logging.disable()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Unusable:
        raise
    except MemoryError as error:
        raise Unusable(TOO_MUCH) from error
    except Exception as error:  # readers of foreign files raise whatever they stumble over
        if type(error).__name__ == "LimitReachedError":
            raise Unusable(TOO_MUCH) from error
        raise Unusable(f"damaged: {ANEW} ({type(error).__name__})") from error
    finally:
        logging.disable(before)


def _answer(_: object, data: bytes) -> tuple[Any, bytes]:
    try:
        clean, count = pages(data)
    except Unusable as error:
        return (str(error), 0), b""
    return (None, count), clean


if __name__ == "__main__":
    sys.setrecursionlimit(DEEPEST)
    serve(_answer, MOST_MEMORY)
