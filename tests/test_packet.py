"""`packet`: every record is in it, every file is named in it, and nothing in it acts."""

import csv
import io
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from PIL import Image
from PIL.ExifTags import Base
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, RectangleObject, TextStringObject

from cmeledger.cli.main import Io, main
from cmeledger.ledger.spell import value
from conftest import NASTY, SAMPLES, Result, run_here, run_program
from ledgers import activity, course, ledger, waiver

needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext is missing: apt-get install poppler-utils"
)
needs_chromium = pytest.mark.skipif(
    shutil.which("chromium") is None, reason="chromium is missing: apt-get install chromium"
)
CYCLES = {
    "hospitalist": ("2026-11-24", "2025-03-23", "2027-03-22"),
    "surgeon": ("2026-11-24", "2025-02-15", "2027-02-14"),
    "fellow": ("2026-09-01", "2026-05-20", "2026-10-05"),
    "locum": ("2026-03-01", "2024-04-22", "2026-06-30"),
    "administrator": ("2026-03-01", "2024-09-19", "2026-09-18"),
    "psychiatrist": ("2026-03-01", "2024-04-28", "2026-04-27"),
    "family-doctor": ("2026-11-24", "2025-11-04", "2027-11-03"),
}
"""The day and the cycle of each sample ledger, from sample-ledgers/README.md."""


def text_of(pdf: Path) -> str:
    """Read a PDF's text with poppler, blanks and line ends as one blank each."""
    done = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def one_line(text: str) -> str:
    return " ".join(text.split())


def make(folder: Path, text: str, *arguments: str, code: int = 0) -> tuple[Result, Path]:
    """Write a ledger and make its packet, as of a fixed day."""
    file = folder / "cme.toml"
    file.write_text(text, "utf-8")
    output = folder / "packet.out"
    result = run_here(
        "packet", str(file), "--as-of", "2026-03-01", "--json", "-o", str(output), *arguments
    )
    assert result.code == code, result.err
    return result, output


def a_pdf(text: str = "A certificate", *, lock: str | None = None) -> bytes:
    """Make a small PDF of one page that says something."""
    from fpdf import FPDF

    paper = FPDF()
    paper.add_page()
    paper.set_font("helvetica", size=20)
    paper.cell(text=text)
    writer = PdfWriter(io.BytesIO(bytes(paper.output())))
    if lock is not None:
        writer.encrypt(lock, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def proven(*files: str) -> str:
    """Write a ledger of one course for each file."""
    return ledger(
        *(
            course("2025-06-03", 1, id=f"r{number}", title=f"Course {number}", evidence=[name])
            for number, name in enumerate(files)
        )
    )


# ── what is in it ────────────────────────────────────────────────────────────────────────────


def in_cycle(name: str) -> Iterator[dict[str, Any]]:
    _, start, end = CYCLES[name]
    for record in tomllib.loads((SAMPLES / f"{name}.toml").read_text("utf-8"))["activity"]:
        day = record.get("date") or record.get("end")
        if day is not None and start <= day.isoformat() <= end:
            yield record


@needs_poppler
@pytest.mark.parametrize("name", CYCLES)
def test_every_record_of_the_cycle_is_in_the_packet_of_a_sample(name: str, tmp_path: Path) -> None:
    output = tmp_path / "packet.pdf"
    day = CYCLES[name][0]
    result = run_here("packet", str(SAMPLES / f"{name}.toml"), "--as-of", day, "-o", str(output))
    assert result.code == 0, result.err
    all_there(name, text_of(output))


@pytest.mark.parametrize("name", CYCLES)
def test_every_record_of_the_cycle_is_in_the_html_of_a_sample(name: str, tmp_path: Path) -> None:
    output = tmp_path / "packet.html"
    arguments = ("packet", str(SAMPLES / f"{name}.toml"), "--as-of", CYCLES[name][0])
    assert run_here(*arguments, "--format", "html", "-o", str(output)).code == 0
    all_there(name, one_line(unescape(re.sub("<[^>]*>", " ", output.read_text("utf-8")))))


@needs_poppler
@needs_chromium
def test_a_browser_prints_every_record_of_the_html(tmp_path: Path) -> None:
    output, printed = tmp_path / "packet.html", tmp_path / "printed.pdf"
    arguments = ("packet", str(SAMPLES / "surgeon.toml"), "--as-of", CYCLES["surgeon"][0])
    assert run_here(*arguments, "--format", "html", "-o", str(output)).code == 0
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    headless = ("chromium", "--headless=new", "--no-sandbox", "--disable-gpu", profile)
    subprocess.run(
        [*headless, "--no-pdf-header-footer", f"--print-to-pdf={printed}", output.as_uri()],
        capture_output=True,
        check=True,
        timeout=120,
    )
    all_there("surgeon", text_of(printed))
    (summary,) = (
        page.extract_text()
        for page in PdfReader(printed).pages
        if "Summary:" in page.extract_text()
    )
    assert "Continuing medical education" not in summary  # the summary begins a page


def all_there(name: str, text: str) -> None:
    """Find every record of a sample's cycle: its title, provider, days and credits."""
    found = list(in_cycle(name))
    assert found
    for record in found:
        assert one_line(record["title"]) in text
        asked = record.get("category") == 1 or record.get("kind") == "teaching"
        assert one_line(record.get("provider", "no provider named" if asked else "")) in text
        days = str(record.get("date") or record["end"])
        if "start" in record:
            days = f"{record['start']} to {days}"
        credits = re.escape(f"{record['credits']:g}") if "credits" in record else ""
        # what is not in quarters, or not in whole hours where only those count, is rounded down
        assert re.search(rf"{days} · credits: ([0-9.]+ \(written )?{credits}\b", text)


@needs_poppler
def test_a_broken_ledger_says_what_is_left_out(tmp_path: Path) -> None:
    output = tmp_path / "packet.pdf"
    file = str(SAMPLES / "broken.toml")
    result = run_here("packet", file, "--as-of", "2026-03-01", "-o", str(output), "--json")
    assert result.code == 1
    assert "of the ledger left out for an error" in text_of(output)
    assert {item["file"] for item in result.json["files"] if item["trouble"]} == {
        "evidence/broken/2025-10-22-lipids.pdf",  # missing
        "evidence/broken/2025-11-19-osteoporosis.pdf",  # changed
    }


@pytest.mark.parametrize("format", ["pdf", "html"])
def test_what_is_not_in_it_is_said_in_it(tmp_path: Path, format: str) -> None:
    (tmp_path / "cme.archive.toml").write_text(f"format = 1\n{course('2025-01-03', 1)}", "utf-8")
    text = ledger(
        course("2025-06-03", 1, id="good"),
        course("2025-06-04", 1, id="bad").replace("credits", "credit"),
        activity(date="2025-07-01", title="Papers", provider=None, kind="journal-club", credits=1),
        waiver("2026-05-10"),
        waiver("2026-05-10", granted='"soon"'),
    )
    result, output = make(tmp_path, text, "--format", format, "--without-archive", code=1)
    if format == "pdf":
        said = " ".join(page.extract_text() for page in PdfReader(output).pages)
    else:
        said = unescape(re.sub("<[^>]*>", " ", output.read_text("utf-8")))
    said = one_line(said)
    assert "1 record and 1 waiver of the ledger left out for an error" in said
    assert "The records of the ledger's archive are left out" in said
    assert result.json["archive"] == "left out"
    assert "what has an error is not in it: see cmeledger check" in result.err
    assert "Waiver: All credits, Risk management, Board regulations; no day of request" in said
    assert "no provider named" not in said  # the Board asks none of it


def test_certificates_are_bookmarked_at_their_pages(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        (tmp_path / name).write_bytes(a_pdf(f"This is {name}"))
    result, output = make(tmp_path, proven("a.pdf", "b.pdf"))
    reader = PdfReader(output)
    assert result.json["pages"] == len(reader.pages)
    outline: list[Any] = reader.outline
    *_, title, certificates = outline
    assert title["/Title"] == "Certificates"
    for mark, name in zip(certificates, ("a.pdf", "b.pdf"), strict=True):
        page = reader.get_destination_page_number(mark)
        assert page is not None
        assert f"This is {name}" in reader.pages[page].extract_text()
        index = "".join(page.extract_text() for page in reader.pages)
        assert re.search(rf"{name}\s+Page +{page + 1} ", index)


def test_the_index_has_the_digest_and_every_owner(tmp_path: Path) -> None:
    data = a_pdf()
    (tmp_path / "a.pdf").write_bytes(data)
    result, output = make(tmp_path, proven("a.pdf", "./a.pdf"))
    digest = sha256(data).hexdigest()
    assert [(item["file"], item["sha256"]) for item in result.json["files"]] == [("a.pdf", digest)]
    text = "".join(page.extract_text() for page in PdfReader(output).pages)
    assert digest in text
    assert "r0, r1" in text


def test_the_proof_of_waivers_is_merged_and_named_with_each(tmp_path: Path) -> None:
    """Two waivers of one cycle, one granted and one asked for, and one of another cycle."""
    for name in ("granted.pdf", "asked.pdf", "other.pdf", "record.pdf"):
        (tmp_path / name).write_bytes(a_pdf(f"This is {name}"))
    text = ledger(
        course("2025-06-03", 1, id="r0", evidence=["record.pdf"]),
        waiver(
            "2026-05-10", granted="2026-02-01", requirements=["total"], evidence=["granted.pdf"]
        ),
        waiver(
            "2026-05-10", requirements=["risk-management"], evidence=["asked.pdf", "record.pdf"]
        ),
        waiver("2024-05-10", granted="2024-02-01", evidence=["other.pdf"]),
    )
    result, output = make(tmp_path, text)
    # The record's file comes first, then those of the waivers as the ledger has them.
    assert [(item["number"], item["file"], item["trouble"]) for item in result.json["files"]] == [
        (1, "record.pdf", None),
        (2, "granted.pdf", None),
        (3, "asked.pdf", None),
    ]
    pages = [one_line(page.extract_text()) for page in PdfReader(output).pages]
    assert [page for page in pages if page.startswith("This is")] == [
        "This is record.pdf", "This is granted.pdf", "This is asked.pdf",
    ]  # fmt: skip
    whole = " ".join(pages)
    assert (
        "Waiver: All credits; no day of request, granted Feb 1, 2026. Proof: file 2 of the index"
        in whole
    )
    assert (
        "Waiver: Risk management; no day of request, not granted yet. Proof: file 1, 3 of the index"
        in whole
    )
    assert "r0, the waiver of 2026-05-10" in whole
    _, output = make(tmp_path, text, "--zip", "--force")
    with ZipFile(output) as archive:
        assert [name for name in archive.namelist() if name.startswith("files/")] == [
            "files/001-record.pdf", "files/002-granted.pdf", "files/003-asked.pdf",
        ]  # fmt: skip


@needs_poppler
def test_titles_in_many_scripts_show_and_what_the_font_lacks_is_escaped(tmp_path: Path) -> None:
    title = "Ćwiczenia Ελληνικά Кириллица ½ 中"
    _, output = make(tmp_path, ledger(course("2025-06-03", 1, title=title, provider="中 and 文")))
    text = text_of(output)
    assert "Ćwiczenia Ελληνικά Кириллица ½ \\u4e2d" in text
    assert "\\u4e2d and \\u6587" in text


def test_a_long_name_leaves_the_page_number_at_the_foot_alone(tmp_path: Path) -> None:
    text = ledger(course("2025-06-03", 1)).replace("Test Sample, MD", "Longname " * 400)
    _, output = make(tmp_path, text)
    for number, page in enumerate(PdfReader(output).pages, 1):
        foot = one_line(page.extract_text())
        assert re.search(rf"(Longname )+\w*… · as of Mar 1, 2026 page {number}$", foot), foot


# ── the same bytes ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("options", [[], ["--zip"], ["--format", "html"]])
def test_two_runs_give_the_same_bytes(options: list[str], tmp_path: Path) -> None:
    made = []
    for number, zone in enumerate(("America/New_York", "Asia/Tokyo")):
        folder = tmp_path / ("a", "b Ünï/deep")[number]
        locale = ("C.UTF-8", "C")[number]
        shutil.copytree(SAMPLES, folder)
        for path in folder.rglob("*.pdf"):
            os.utime(path, (1_000_000 * number, 1_000_000 * number))
        result = run_program(
            "packet", "surgeon.toml", "--as-of", "2026-11-24", "-o", "out", *options,
            cwd=folder, TZ=zone, PYTHONHASHSEED=str(number), LC_ALL=locale,
            USER=f"user{number}", HOME=str(folder),
        )  # fmt: skip
        assert result.code == 0, result.err
        made.append((folder / "out").read_bytes())
    assert made[0] == made[1]
    assert b"CreationDate" not in made[0]
    assert b"ModDate" not in made[0]


# ── hostile and damaged files ────────────────────────────────────────────────────────────────


def test_files_that_will_not_do_are_named_and_stop_nothing(tmp_path: Path) -> None:
    outside = tmp_path / "outside.pdf"
    outside.write_bytes(a_pdf("SECRET"))
    folder = tmp_path / "ledger"
    folder.mkdir()
    (folder / "good.pdf").write_bytes(a_pdf("All is well"))
    (folder / "cut.pdf").write_bytes(a_pdf()[:300])
    (folder / "locked.pdf").write_bytes(a_pdf("SECRET", lock="x"))
    (folder / "open.pdf").write_bytes(a_pdf("Anybody may read", lock=""))
    (folder / "empty.pdf").write_bytes(b"")
    (folder / "text.txt").write_bytes(b"no certificate")
    (folder / "link.pdf").symlink_to(outside)
    (folder / "folder.pdf").mkdir()
    os.mkfifo(folder / "pipe.pdf")
    with (folder / "huge.pdf").open("wb") as huge:
        huge.write(a_pdf())
        huge.truncate(200_000_000)
    names = (
        "cut.pdf", "locked.pdf", "empty.pdf", "text.txt", "link.pdf", "folder.pdf", "pipe.pdf",
        "huge.pdf", "gone.pdf", "open.pdf", "good.pdf",
    )  # fmt: skip
    result, output = make(folder, proven(*names))
    troubles = {item["file"]: item["trouble"] for item in result.json["files"]}
    assert troubles == {
        "cut.pdf": troubles["cut.pdf"],
        "locked.pdf": "encrypted: save a copy without a password beside it",
        "empty.pdf": "'empty.pdf' is empty",
        "text.txt": "neither PDF, PNG nor JPEG: look at the file itself",
        "link.pdf": "the evidence file 'link.pdf' leads out of the ledger's folder",
        "folder.pdf": "'folder.pdf' is not a file",
        "pipe.pdf": "'pipe.pdf' is not a file",
        "huge.pdf": "too large to be merged",
        "gone.pdf": "there is no file 'gone.pdf'",
        "open.pdf": None,
        "good.pdf": None,
    }
    assert troubles["cut.pdf"].startswith("damaged: ")
    pages = [page.extract_text() for page in PdfReader(output).pages]
    assert any("Anybody may read" in page for page in pages)
    assert any("All is well" in page for page in pages)
    assert not any("SECRET" in page for page in pages)
    for trouble in filter(None, troubles.values()):
        assert any(one_line(trouble) in one_line(page) for page in pages)


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "~/x", "a\\b", "c:/x"])
def test_a_path_out_of_the_folder_is_left_out_with_its_record(path: str, tmp_path: Path) -> None:
    result, output = make(tmp_path, proven(path), code=1)
    assert result.json["files"] == []
    assert "root:" not in "".join(page.extract_text() for page in PdfReader(output).pages)


def test_a_certificate_cannot_act(tmp_path: Path) -> None:
    writer = PdfWriter(io.BytesIO(a_pdf("Acting")))
    page: Any = writer.pages[0]
    action = DictionaryObject(
        {
            NameObject("/S"): NameObject("/JavaScript"),
            NameObject("/JS"): TextStringObject("app.alert(2)"),
        }
    )
    writer.root_object[NameObject("/OpenAction")] = action
    page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): action})
    for kind in ("/Link", "/Widget"):
        writer.add_annotation(
            0,
            DictionaryObject(
                {
                    NameObject("/Subtype"): NameObject(kind),
                    NameObject("/Rect"): RectangleObject((0, 0, 9, 9)),
                    NameObject("/A"): action,
                    NameObject("/V"): TextStringObject("Typed in"),
                }
            ),
        )
    writer.write(tmp_path / "a.pdf")
    _, output = make(tmp_path, proven("a.pdf"))
    data = output.read_bytes()
    assert b"JavaScript" not in data
    assert b"app.alert" not in data
    annotations: Any = PdfReader(output).pages[-1]["/Annots"]
    assert [item.get_object()["/Subtype"] for item in annotations] == ["/Widget"]
    assert annotations[0].get_object()["/V"] == "Typed in"


def test_a_photograph_that_lies_is_turned_upright(tmp_path: Path) -> None:
    picture = Image.new("RGB", (300, 200), (200, 10, 10))
    exif = picture.getexif()
    exif[Base.Orientation] = 6  # the camera was held on its side
    picture.save(tmp_path / "a.jpg", exif=exif)
    _, output = make(tmp_path, proven("a.jpg"))
    last = PdfReader(output).pages[-1]
    assert (last.mediabox.width, last.mediabox.height) == (612, 792)
    (shown,) = last.images
    assert shown.image is not None
    assert shown.image.size == (200, 300)


@pytest.mark.parametrize(("name", "form"), [("a.png", "PNG"), ("a.jpg", "JPEG")])
def test_a_picture_is_placed_on_a_page(name: str, form: str, tmp_path: Path) -> None:
    Image.new("RGB", (300, 200), (200, 10, 10)).save(tmp_path / name, form)
    result, output = make(tmp_path, proven(name))
    assert result.json["files"][0]["trouble"] is None
    last = PdfReader(output).pages[-1]
    assert len(last.images) == 1
    assert (last.mediabox.width, last.mediabox.height) == (792, 612)  # it lies on its side


def test_what_is_transparent_in_a_picture_is_white(tmp_path: Path) -> None:
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(tmp_path / "a.png")
    _, output = make(tmp_path, proven("a.png"))
    (shown,) = PdfReader(output).pages[-1].images
    assert shown.image is not None
    assert shown.image.convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def test_a_picture_of_too_many_points_is_named(tmp_path: Path) -> None:
    Image.new("1", (8000, 8000)).save(tmp_path / "a.png")
    result, _ = make(tmp_path, proven("a.png"))
    assert result.json["files"][0]["trouble"] == "8000 × 8000 points: too large a picture"


@pytest.mark.parametrize("format", ["pdf", "html"])
def test_hostile_texts_are_shown_as_text(format: str, tmp_path: Path) -> None:
    texts = [text for group in NASTY.values() for text in group if text.strip()]
    spelled = [text for text in texts if not any("\ud800" <= char <= "\udfff" for char in text)]
    head = "[[activity]]\ndate = 2025-06-03\ncategory = 1\ncredits = 1\n"
    records = [
        head + "".join(f"{name} = {value(text)}\n" for name in ("title", "provider", "note"))
        for text in spelled
    ]
    file = tmp_path / "cme.toml"
    file.write_text(ledger(*records), "utf-8")
    output = tmp_path / "out"
    result = run_here(
        "packet",
        str(file),
        "--as-of",
        "2026-03-01",
        "-o",
        str(output),
        "--format",
        format,
        "--json",
    )
    assert result.code in (0, 1)
    assert result.json["records"] > 100
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", result.out + result.err)
    if format == "html":
        text = output.read_text("utf-8")
        assert "<script" not in text
        assert "<img" not in text
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)


def test_html_is_escaped_and_may_run_and_load_nothing(tmp_path: Path) -> None:
    title = "<script>alert(1)</script> & \"quoted\" 'so'"
    _, output = make(tmp_path, ledger(course("2025-06-03", 1, title=title)), "--format", "html")
    text = output.read_text("utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quoted&quot;" in text
    assert "<script" not in text
    assert "default-src 'none'" in text
    assert "<svg" in text
    assert "src=" not in text.replace("default-src", "").replace("style-src", "")
    assert "href=" not in text


# ── the archive ──────────────────────────────────────────────────────────────────────────────


def test_the_archive_holds_pdf_records_files_and_a_manifest(tmp_path: Path) -> None:
    data = a_pdf()
    (tmp_path / "a.pdf").write_bytes(data)
    record = course(
        "2025-06-03", 1.5, id="r0", title="=HYPERLINK(1)", provider="+1", evidence=["a.pdf"]
    )
    _, output = make(tmp_path, ledger(record), "--zip")
    with ZipFile(output) as archive:
        assert archive.namelist() == [
            "packet.pdf", "records.toml", "records.csv", "files/001-a.pdf", "manifest.sha256",
        ]  # fmt: skip
        assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.read("files/001-a.pdf") == data
        manifest = archive.read("manifest.sha256").decode().splitlines()
        assert len(manifest) == 4
        for line in manifest:
            digest, name = line.split("  ", 1)
            assert sha256(archive.read(name)).hexdigest() == digest
        (activity,) = tomllib.loads(archive.read("records.toml").decode())["activity"]
        assert activity["title"] == "=HYPERLINK(1)"
        assert activity["credits"] == 1.5
        table = list(csv.DictReader(io.StringIO(archive.read("records.csv").decode())))
        assert (table[0]["title"], table[0]["provider"]) == ("'=HYPERLINK(1)", "'+1")
        assert archive.read("packet.pdf").startswith(b"%PDF-")


def test_a_file_that_is_too_large_for_the_archive_is_named(tmp_path: Path) -> None:
    with (tmp_path / "big.pdf").open("wb") as big:
        big.truncate(200_000_001)
    result, output = make(tmp_path, proven("big.pdf"), "--zip")
    assert [item["trouble"] for item in result.json["files"]] == [
        "too large to be merged; too large for the archive: send it beside it"
    ]
    with ZipFile(output) as archive:
        assert not any(name.startswith("files/") for name in archive.namelist())


def test_names_in_the_archive_stay_in_its_folder(tmp_path: Path) -> None:
    name = "a; $(x) *?.pdf"
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / name).write_bytes(a_pdf())
    _, output = make(tmp_path, proven(f"sub/{name}"), "--zip")
    with ZipFile(output) as archive:
        assert "files/001-a_ _(x) __.pdf" in archive.namelist()


# ── where it goes ────────────────────────────────────────────────────────────────────────────


def test_it_goes_beside_the_ledger_and_never_over_another_file(tmp_path: Path) -> None:
    file = tmp_path / "cme.toml"
    file.write_text(ledger(course("2025-06-03", 1)), "utf-8")
    # a cover, a summary of two pages with the one record under it, an index of nothing
    arguments = ("packet", str(file), "--as-of", "2026-03-01")
    output = tmp_path / "cme-packet-2026.pdf"
    assert run_here(*arguments).out == f"Wrote {output}, 4 pages.\n"
    output.write_bytes(b"mine")
    refused = run_here(*arguments)
    assert (refused.code, refused.out) == (4, "")
    assert "--force" in refused.err
    assert output.read_bytes() == b"mine"
    assert run_here(*arguments, "--force").code == 0
    assert output.read_bytes().startswith(b"%PDF-")
    assert run_here(*arguments, "--zip").code == 0
    assert run_here(*arguments, "--format", "html").code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "cme-packet-2026.html", "cme-packet-2026.pdf", "cme-packet-2026.zip", "cme.toml",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "begins"),
    [
        (["-o", "a.html"], b"<!DOCTYPE html>"),
        (["-o", "a.HTM"], b"<!DOCTYPE html>"),
        (["-o", "a.zip"], b"PK\x03\x04"),
        (["-o", "a"], b"%PDF-"),
        (["-o", "a.html", "--format", "pdf"], b"%PDF-"),  # what is said outright holds
        (["-o", "a.html", "--zip"], b"PK\x03\x04"),
    ],
)
def test_the_name_says_which_kind_unless_an_option_does(
    options: list[str], begins: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cme.toml").write_text(ledger(course("2025-06-03", 1)), "utf-8")
    assert run_here("packet", "--as-of", "2026-03-01", *options).code == 0
    assert (tmp_path / options[1]).read_bytes()[: len(begins)].lower() == begins.lower()


def test_the_ledger_and_its_files_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(a_pdf())
    file = tmp_path / "cme.toml"
    file.write_text(proven("a.pdf"), "utf-8")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for name in ("cme.toml", "a.pdf", "cme.archive.toml"):
        result = run_here("packet", str(file), "-o", str(tmp_path / name), "--force")
        assert result.code == 4
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_link_of_that_name_is_replaced_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"other")
    (tmp_path / "packet.out").symlink_to("other")
    make(tmp_path, ledger(course("2025-06-03", 1)), "--force")
    assert (tmp_path / "other").read_bytes() == b"other"
    assert not (tmp_path / "packet.out").is_symlink()


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--zip", "--format", "html"], 2),
        (["--cycle", "2027"], 2),
        (["-o", ""], 2),
        (["-o", "."], 4),
        (["-o", "missing/folder/x.pdf"], 4),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    options: list[str], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cme.toml").write_text(ledger(course("2025-06-03", 1)), "utf-8")
    result = run_here("packet", "--as-of", "2026-03-01", *options)
    assert (result.code, result.out) == (code, "")
    assert [path.name for path in tmp_path.iterdir()] == ["cme.toml"]


def test_progress_shows_on_a_terminal_only(tmp_path: Path) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for name in ("a.pdf", "b.pdf"):
        (tmp_path / name).write_bytes(a_pdf(name))
    (tmp_path / "cme.toml").write_text(proven("a.pdf", "b.pdf"), "utf-8")
    out, err = io.StringIO(), Terminal()
    arguments = ["packet", str(tmp_path / "cme.toml"), "--as-of", "2026-03-01"]
    assert main(arguments, Io(out, err, {})) == 0
    shown = [line.strip() for line in err.getvalue().split("\r")]
    assert "looking at files ██████████·········· 1 of 2" in shown
    assert "merging files ████████████████████ 2 of 2" in shown
    assert shown[-1] == ""
    assert run_here(*arguments, "--force").err == ""
