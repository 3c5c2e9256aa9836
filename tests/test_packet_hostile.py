"""Certificates made to stop a packet: each is named on its index, and the others are merged."""

import zlib
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from cmeledger.report import packet_merge
from cmeledger.report.packet_merge import Cleaner, Unusable, put_together
from conftest import run_here
from ledgers import course, ledger
from pdfs import CERTIFICATE, objects, pdf

CATALOG = "<< /Type /Catalog /Pages 2 0 R >>"
BOX = "/MediaBox [0 0 612 792]"
ANEW = "open it in a viewer, and print it to a new file"
BEYOND = f"it goes beyond the limits of what can be merged: {ANEW}"


def one(keys: str, *more: str) -> bytes:
    """Make a PDF of one page with some keys; object 4 is the first of `more`."""
    pages = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    return objects(CATALOG, pages, f"<< /Type /Page /Parent 2 0 R {BOX} {keys} >>", *more)


def stream(data: bytes, filter: str) -> str:
    body = data.decode("latin-1")
    return f"<< /Length {len(data)} /Filter {filter} >>\nstream\n{body}\nendstream"


def cycle() -> bytes:
    """Make a tree of pages that holds itself."""
    return objects(CATALOG, "<< /Type /Pages /Kids [2 0 R] /Count 1 >>")


def deep() -> bytes:
    """Make a tree of pages 3,000 levels deep, with one page at its end."""
    levels = [
        f"<< /Type /Pages /Kids [{number + 3} 0 R] /Count 1 /Parent {number + 1} 0 R >>"
        for number in range(3000)
    ]
    return objects(CATALOG, *levels, f"<< /Type /Page /Parent 3001 0 R {BOX} >>")


def doubling() -> bytes:
    """Make a tree in which every level has the next one twice: 2 to the 40th pages."""
    levels = [
        f"<< /Type /Pages /Kids [{number + 3} 0 R {number + 3} 0 R] /Count 2 >>"
        for number in range(40)
    ]
    return objects(CATALOG, *levels, f"<< /Type /Page /Parent 41 0 R {BOX} >>")


def bomb() -> bytes:
    """Make a page whose contents are a billion blanks, packed twice."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * 10_000_000) for _ in range(100)) + packer.flush()
    return one("/Contents 4 0 R", stream(zlib.compress(packed, 9), "[/FlateDecode /FlateDecode]"))


def slow() -> bytes:
    """Make a page whose contents keep pypdf busy for many seconds: 8 MB of LZW codes."""
    return one("/Contents 4 0 R", stream(b"\x80\x0b\x60\x50" * 2_000_000, "/LZWDecode"))


def endless() -> bytes:
    """Make a page that is its own resources, and theirs."""
    return one("/Resources 4 0 R", "<< /XObject 4 0 R /Font << /F 4 0 R >> /Me 3 0 R >>")


@pytest.mark.parametrize(
    ("data", "trouble"),
    [
        (cycle(), f"damaged: {ANEW} (PdfReadError)"),
        (deep(), BEYOND),
        (doubling(), BEYOND),
        (bomb(), BEYOND),
        (one("/Resources << /A [" + "1 " * 5_000_000 + "] >>"), BEYOND),
        (one("/Resources 4 0 R /Contents 4 0 R", "4 0 R"), f"damaged: {ANEW} (AttributeError)"),
    ],
    ids=["cycle", "deep", "doubling", "bomb", "array", "itself"],
)
def test_what_is_made_to_stop_a_reader_is_given_up(data: bytes, trouble: str) -> None:
    with Cleaner() as cleaner, pytest.raises(Unusable) as raised:
        cleaner.pages(data)
    assert str(raised.value) == trouble


def test_what_is_slow_is_given_up_and_the_next_one_is_read() -> None:
    with Cleaner(seconds=0) as hasty, pytest.raises(Unusable, match="could not be read in time"):
        hasty.pages(pdf(CERTIFICATE))
    with Cleaner() as cleaner:
        assert cleaner.pages(pdf(CERTIFICATE, CERTIFICATE))[1] == 2


def test_a_page_that_holds_itself_is_merged() -> None:
    with Cleaner() as cleaner:
        clean, count = cleaner.pages(endless())
    assert count == 1
    assert len(PdfReader(BytesIO(put_together([clean, clean], [], "", ""))).pages) == 2


def test_how_deep_a_certificate_may_go_is_settled_before_it_is_merged() -> None:
    """Each object leads to the next: what the process beside takes is never too deep for this one."""
    merged = []
    with Cleaner() as cleaner:
        for depth in range(50, 250, 10):
            chain = [f"<< /A {number + 5} 0 R >>" for number in range(depth)]
            with suppress(Unusable):
                clean, _ = cleaner.pages(one("/Resources 4 0 R", *chain, "<< >>"))
                assert put_together([clean], [], "", "").startswith(b"%PDF-")
                merged.append(depth)
    assert merged[0] == 50
    assert merged[-1] < 240


def test_a_packet_names_them_all_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"slow.pdf": slow(), "bomb.pdf": bomb(), "good.pdf": pdf(CERTIFICATE)}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)

    class Hasty(Cleaner):
        """Has no time for the slow one."""

        def pages(self, data: bytes) -> tuple[bytes, int]:
            self._seconds = 0.5 if data == files["slow.pdf"] else packet_merge.SECONDS
            return super().pages(data)

    monkeypatch.setattr(packet_merge, "Cleaner", Hasty)
    (tmp_path / "cme.toml").write_text(
        ledger(*(course("2025-06-03", 1, id=name[:4], evidence=[name]) for name in files))
    )
    output = tmp_path / "out.pdf"
    arguments = ("packet", str(tmp_path / "cme.toml"), "--as-of", "2026-03-01", "--json")
    result = run_here(*arguments, "-o", str(output))
    assert result.code == 0, result.err
    late = f"it could not be read in time: {ANEW}"
    # by date, then id: bomb, good, slow
    assert [(item["file"], item["trouble"]) for item in result.json["files"]] == [
        ("bomb.pdf", BEYOND),
        ("good.pdf", None),
        ("slow.pdf", late),
    ]
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(output).pages]
    assert CERTIFICATE[1] in pages[-1]
    assert f"Trouble: {BEYOND}" in pages[-2]
    assert f"Trouble: {late}" in pages[-2]
    first = output.read_bytes()
    assert run_here(*arguments, "-o", str(output), "--force").code == 0
    assert output.read_bytes() == first
