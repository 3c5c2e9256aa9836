"""A packet as an archive: the PDF, the records as TOML and CSV, the files, and a manifest."""

import io
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import IO, Any, Final
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from cmeledger.book import Book
from cmeledger.certificates import MOST_IN_ARCHIVE, Certificate
from cmeledger.ledger import spell
from cmeledger.model import Activity
from cmeledger.report import list_text
from cmeledger.rules.counting import Counted
from cmeledger.visible import visible

NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest that the format can say: the archive bears no time of making."""
_UNSAFE: Final = re.compile(r"[^\w.()+ -]")
"""What some system does not take in a file's name."""

Records = Sequence[tuple[Activity, Counted]]


def write(
    out: IO[bytes],
    pdf: bytes,
    book: Book,
    records: Records,
    certificates: Iterable[Certificate],
    read: Callable[[Certificate], Iterator[bytes]],
) -> None:
    """Write the archive into an open file. The same values and bytes give the same bytes.

    `read` gives a certificate's bytes, block by block; what it raises ends the writing. Nothing is
    compressed: certificates are already, and bytes then do not depend on a library.
    """
    sums: dict[str, str] = {}
    with ZipFile(out, "w", ZIP_STORED) as archive:
        _add(archive, "packet.pdf", [pdf], sums)
        _add(archive, "records.toml", [records_toml(book, records).encode()], sums)
        table = io.StringIO(newline="")
        list_text.csv(records, table)
        _add(archive, "records.csv", [table.getvalue().encode()], sums)
        for item in certificates:
            if fits(item):
                _add(archive, file_name(item), read(item), sums)
        manifest = "".join(f"{digest}  {name}\n" for name, digest in sums.items())
        _add(archive, "manifest.sha256", [manifest.encode()], {})


def fits(certificate: Certificate) -> bool:
    """Tell whether a certificate's file goes into the archive."""
    return certificate.seen.digest is not None and certificate.size <= MOST_IN_ARCHIVE


def file_name(certificate: Certificate) -> str:
    """Name a certificate in the archive: by its number, so that no two are alike."""
    name = _UNSAFE.sub("_", visible(os.path.basename(certificate.file)))
    return f"files/{certificate.number:03}-{name}"


def records_toml(book: Book, records: Records) -> str:
    """Write records as a ledger's tables, each with its id."""
    parts = ["# The records of this packet, as the ledger has them.\nformat = 1\n"]
    for activity, _ in records:
        document = book.archive if activity.archived else book.document
        table: Any = document.tables
        for step in activity.path:
            table = table[step]
        values: Mapping[str, Any] = {"id": activity.id, **table}
        lines = [f"{spell.key(name)} = {spell.value(item)}" for name, item in values.items()]
        parts.append("\n".join(["[[activity]]", *lines, ""]))
    return "\n".join(parts)


def _add(archive: ZipFile, name: str, blocks: Iterable[bytes], sums: dict[str, str]) -> None:
    info = ZipInfo(name, NO_TIME)
    info.create_system = 3  # whatever system makes it
    info.external_attr = 0o644 << 16
    digest = sha256()
    with archive.open(info, "w") as member:
        for block in blocks:
            digest.update(block)
            member.write(block)
    sums[name] = digest.hexdigest()
