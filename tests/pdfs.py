"""PDFs made for tests: as small as a reader takes them."""

from collections.abc import Sequence
from typing import Final

BOX: Final = "/MediaBox [0 0 612 792]"
FONTS: Final = "<< /Font << /F1 3 0 R >> >>"


def pdf(*pages: Sequence[str]) -> bytes:
    """Write a PDF of pages, each of lines of text."""
    count = len(pages)
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(count))
    found = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, lines in enumerate(pages):
        shown = "\n".join(f"({_escaped(line)}) Tj T*" for line in lines)
        stream = f"BT /F1 12 Tf 14 TL 72 720 Td\n{shown}\nET"
        found += [
            f"<< /Type /Page /Parent 2 0 R {BOX} /Resources {FONTS} /Contents {5 + 2 * number} 0 R >>",
            f"<< /Length {len(stream.encode('cp1252'))} >>\nstream\n{stream}\nendstream",
        ]
    return objects(*found)


def objects(*texts: str) -> bytes:
    """Write a PDF of objects, numbered from 1; the first is its catalog."""
    data = bytearray(b"%PDF-1.4\n")
    places = []
    for number, text in enumerate(texts, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    trailer = f"trailer\n<< /Size {len(places) + 1} /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF\n"
    head = f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n"
    return bytes(data) + f"{head}{table}{trailer}".encode()


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


CERTIFICATE = (
    "Certificate of Participation",
    "This certifies that Test Q. Sample, MD",
    "has taken part in: A sample",
    "given by A school on June 1, 2025",
    "and is awarded 1.50 AMA PRA Category 1 Credit(s)",
    "A school is accredited by the ACCME.",
)
"""The text of a certificate for the physician and the course of `ledgers`."""
