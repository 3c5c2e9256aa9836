"""`check --proof`: what is said of each record's certificate."""

import contextlib
import os
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pytest

from cmeledger.pdf_text import MAX_BYTES, Reader, Text
from conftest import Result, run_here
from ledgers import activity, course, ledger
from pdfs import CERTIFICATE, pdf

DAY = "2026-03-01"
AMA = "AMA PRA Category 1"
KEYS = {"id": "one", "credit-type": AMA, "evidence": ["a.pdf"]}


def proof(folder: Path, text: str, *arguments: str) -> Result:
    """Ask for the checklists of a ledger in its own folder."""
    (folder / "cme.toml").write_text(text, "utf-8")
    with contextlib.chdir(folder):
        return run_here("check", "--proof", "--as-of", DAY, *arguments)


def one(folder: Path, text: str, code: int, *arguments: str) -> Any:
    """Ask for the one checklist of a ledger, as JSON."""
    done = proof(folder, text, "--json", *arguments)
    assert done.code == code, done.out
    (record,) = done.json["records"]
    return record


def states(record: Any) -> str:
    """Give the states of the six items, in a row."""
    return " ".join(item["state"] for item in record["items"].values())


def without(line: int) -> bytes:
    """Make a certificate that lacks one of its lines."""
    return pdf([text for number, text in enumerate(CERTIFICATE) if number != line])


def test_all_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf(CERTIFICATE))
    assert proof(tmp_path, ledger(course("2025-06-01", 1.5, **KEYS))) == Result(
        0,
        "✓ found      one\n"
        "    A sample, Jun 1, 2025\n"
        "    participant ✓  provider ✓  title ✓  date ✓  credits ✓  accreditation ✓\n"
        "    a.pdf\n"
        "\n"
        "✓ in the text of a certificate  ? look yourself  - in the record only  ✗ missing\n"
        "· not asked\n"
        "1 record: 0 with something missing, 0 to look at yourself\n",
        "",
    )


def test_each_way_a_record_can_be(tmp_path: Path) -> None:
    (tmp_path / "good.pdf").write_bytes(pdf(CERTIFICATE))
    (tmp_path / "image.jpg").write_bytes(b"\xff\xd8\xff\xe0 an image")
    (tmp_path / "other.pdf").write_bytes(
        pdf([line.replace("Test", "Guest") for line in CERTIFICATE])
    )
    text = ledger(
        course("2025-05-01", 1, id="bare", title="Bare", provider=None),
        course("2025-05-02", 1, id="kept", title="Kept", no_evidence="the hospital keeps the list"),
        activity(date="2025-05-03", kind="self-study", credits=2, id="study", title="Study"),
        course("2025-06-01", 1.5, **KEYS | {"evidence": ["good.pdf"]}),
        course("2025-06-01", 1.5, **KEYS | {"id": "two", "evidence": ["image.jpg"]}),
        course("2025-06-01", 1.5, **KEYS | {"id": "three", "evidence": ["other.pdf"]}),
        course("2025-07-01", 9, id="later", status="attended"),
    )
    assert proof(tmp_path, text) == Result(
        1,
        "· no file    kept\n"
        "    Kept, May 2, 2025\n"
        "    participant ·  provider -  title -  date -  credits -  accreditation ·\n"
        "    no-evidence: the hospital keeps the list\n"
        "· no file    study\n"
        "    Study, May 3, 2025\n"
        "    participant ·  provider -  title -  date -  credits -  accreditation ·\n"
        "✓ found      one\n"
        "    A sample, Jun 1, 2025\n"
        "    participant ✓  provider ✓  title ✓  date ✓  credits ✓  accreditation ✓\n"
        "    good.pdf\n"
        "! look       two\n"
        "    A sample, Jun 1, 2025\n"
        "    participant ?  provider ?  title ?  date ?  credits ?  accreditation ?\n"
        "    image.jpg: no PDF, an image perhaps: not readable by this program: look\n"
        "    yourself\n"
        "✗ missing    bare\n"
        "    Bare, May 1, 2025\n"
        "    participant ✗  provider ✗  title -  date -  credits -  accreditation ✗\n"
        "    ✗ a Category 1 record names no provider; add provider = who gave it, as on\n"
        "      the certificate: an audit asks for it\n"
        "    ✗ no evidence is named for a record that counts; add evidence =\n"
        '      ["evidence/…"], or no-evidence = why there is none\n'
        "✗ missing    three\n"
        "    A sample, Jun 1, 2025\n"
        "    participant ✗  provider ✓  title ✓  date ✓  credits ✓  accreditation ✓\n"
        "    other.pdf\n"
        "    ✗ the name Test Sample, MD is not in the text of 'other.pdf'; look at it: is\n"
        "      it the right certificate, and is the record right?\n"
        "\n"
        "✓ in the text of a certificate  ? look yourself  - in the record only  ✗ missing\n"
        "· not asked\n"
        "6 records: 2 with something missing, 1 to look at yourself\n"
        "  To change a record: cmeledger edit ID --as-of 2026-03-01; to add a file:\n"
        "  cmeledger attach ID FILE --as-of 2026-03-01\n",
        "",
    )


@pytest.mark.parametrize(
    ("line", "code", "found"),
    [
        (1, 1, "missing found found found found found"),
        # The provider stands in the last line too, in other words.
        (2, 0, "found found look found found found"),
        (3, 1, "found found found missing found found"),
        (4, 1, "found found found found missing found"),
        # The AMA's words are an accreditation statement too.
        (5, 0, "found found found found found found"),
    ],
)
def test_a_line_that_is_not_on_the_certificate(
    line: int, code: int, found: str, tmp_path: Path
) -> None:
    (tmp_path / "a.pdf").write_bytes(without(line))
    record = one(tmp_path, ledger(course("2025-06-01", 1.5, **KEYS)), code)
    assert states(record) == found
    lacks = [lack["what"] for lack in record["missing"]]
    assert lacks == [name for name, item in record["items"].items() if item["state"] == "missing"]


def test_a_record_without_the_wording_of_its_credit(tmp_path: Path) -> None:
    lines = [line.replace("AMA PRA", "").replace("accredited", "known") for line in CERTIFICATE]
    (tmp_path / "a.pdf").write_bytes(pdf(lines))
    for keys, code, state in (({"credit-type": None}, 1, "missing"), ({}, 0, "look")):
        record = one(tmp_path, ledger(course("2025-06-01", 1.5, **KEYS | keys)), code)
        assert record["items"]["accreditation"]["state"] == state


def encrypted(password: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=BytesIO(pdf(CERTIFICATE)))
    writer.encrypt(password, "owner", algorithm="RC4-128")
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


@pytest.mark.parametrize(
    ("data", "read", "found"),
    [
        (pdf([]), "no-text", "look"),
        (pdf(["page 1 of 1"]), "no-text", "look"),
        (pdf(CERTIFICATE)[:300], "damaged", "look"),
        (b"%PDF-1.7\nnothing", "damaged", "look"),
        (b"plain text: Test Sample", "no-pdf", "look"),
        (pdf(*[["a page of some other text"]] * 20, CERTIFICATE), "part", "look"),
        (pdf(*[["a page of some other text"]] * 19, CERTIFICATE), "text", "found"),
        (encrypted("secret"), "encrypted", "look"),
        (encrypted(""), "text", "found"),  # protected against changes only
    ],
    ids=["empty", "few letters", "cut", "no objects", "plain", "21 pages", "20 pages", "secret", "open"],
)  # fmt: skip
def test_what_cannot_be_read_is_for_the_eye(
    data: bytes, read: str, found: str, tmp_path: Path
) -> None:
    (tmp_path / "a.pdf").write_bytes(data)
    record = one(tmp_path, ledger(course("2025-06-01", 1.5, **KEYS)), 0)
    assert record["files"][0]["read"] == read
    assert states(record) == " ".join([found] * 6)
    assert record["state"] == found


def test_a_damaged_one_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\nnothing")
    (tmp_path / "b.pdf").write_bytes(pdf(CERTIFICATE))
    text = ledger(
        course("2025-06-01", 1.5, **KEYS),
        course("2025-06-01", 1.5, **KEYS | {"id": "two", "evidence": ["b.pdf"]}),
    )
    done = proof(tmp_path, text, "--json")
    assert [record["state"] for record in done.json["records"]] == ["look", "found"]
    assert (done.code, done.json["missing"], done.json["look"]) == (0, 0, 1)


def test_too_large_and_too_slow(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(pdf(CERTIFICATE))
    with Reader(seconds=0) as reader:
        assert reader.read(str(file)) == Text("too-slow")
    with Reader() as reader:
        assert reader.read(str(tmp_path / "gone.pdf")) == Text("unreadable")
        assert reader.read(str(file)).state == "text"
        os.truncate(file, MAX_BYTES + 1)
        assert reader.read(str(file)) == Text("too-large")


def test_modules_in_the_folder_are_not_run(tmp_path: Path) -> None:
    (tmp_path / "pypdf.py").write_text("open('ran', 'w')", "utf-8")
    (tmp_path / "json.py").write_text("open('ran', 'w')", "utf-8")
    (tmp_path / "a.pdf").write_bytes(pdf(CERTIFICATE))
    record = one(tmp_path, ledger(course("2025-06-01", 1.5, **KEYS)), 0)
    assert record["state"] == "found"
    assert not (tmp_path / "ran").exists()


def test_files_that_are_wrong(tmp_path: Path) -> None:
    """Missing, empty, changed, named twice, out of the folder: as `verify` says it."""
    folder = tmp_path / "cme"
    folder.mkdir()
    (tmp_path / "away.pdf").write_bytes(pdf(CERTIFICATE))
    (folder / "good.pdf").write_bytes(pdf(CERTIFICATE))
    (folder / "empty.pdf").write_bytes(b"")
    (folder / "link.pdf").symlink_to(tmp_path / "away.pdf")
    files = [
        ("good.pdf", "no-digest", "text", "found"),
        ("good.pdf", "twice", "text", "missing"),
        ("gone.pdf", "missing", "not-read", "missing"),
        ("empty.pdf", "empty", "not-read", "missing"),
        ({"file": "good.pdf", "sha256": "0" * 64}, "changed", "text", "missing"),
        ("link.pdf", "outside", "not-read", "missing"),
    ]
    records = [
        course("2025-06-01", 1.5, **KEYS | {"id": f"r{number}", "evidence": [file]})
        for number, (file, *_) in enumerate(files)
    ]
    done = proof(folder, ledger(*records), "--json")
    assert done.code == 1
    found = [
        (record["files"][0]["state"], record["files"][0]["read"], record["state"])
        for record in done.json["records"]
    ]
    assert found == [tuple(expected) for _, *expected in files]
    assert [len(record["missing"]) for record in done.json["records"]] == [0, 1, 1, 1, 1, 1]


def test_a_file_that_was_moved(tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "a.pdf").write_bytes(pdf(CERTIFICATE))
    record = one(tmp_path, ledger(course("2025-06-01", 1.5, **KEYS)), 1)
    assert [(paper["state"], paper["moved_to"]) for paper in record["files"]] == [
        ("missing", "evidence/a.pdf")
    ]
    assert record["missing"] == [
        {
            "what": "file",
            "message": "there is no file 'a.pdf'; a file of its name is 'evidence/a.pdf'",
            "help": "correct the path, or move the file back",
        }
    ]


def test_the_same_bytes_under_another_name(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        (tmp_path / name).write_bytes(pdf(CERTIFICATE))
    text = ledger(
        course("2025-06-01", 1.5, **KEYS),
        course("2025-06-01", 1.5, **KEYS | {"id": "two", "evidence": ["b.pdf"]}),
    )
    done = proof(tmp_path, text)
    assert done.code == 0
    assert "    b.pdf: the same bytes as a.pdf\n" in done.out


def test_the_cycles(tmp_path: Path) -> None:
    """The cycle is 2024-05-11 to 2026-05-10, the one before begins on 2022-05-11."""
    days = ("2022-05-10", "2022-05-11", "2024-05-10", "2024-05-11", "2026-02-01")
    records = [
        course(day, 1, id=day, title=day, no_evidence="sample", **{"credit-type": AMA})
        for day in days
    ]
    training = activity(kind="residency", start="2021-07-01", end="2022-06-30", id="residency",
                        no_evidence="sample")  # fmt: skip
    text = ledger(*records, training)
    for more, expected in (
        ((), [*days[1:3], "residency", *days[3:]]),
        (("--cycle", "2026"), [*days[3:]]),
        (("--cycle", "2024"), [*days[1:3], "residency"]),
    ):
        done = proof(tmp_path, text, "--json", *more)
        assert sorted(record["id"] for record in done.json["records"]) == sorted(expected)
    assert proof(tmp_path, text, "--cycle", "2025").code == 2
    with contextlib.chdir(tmp_path):
        assert run_here("check", "--cycle", "2026").code == 2


def test_hostile_text_in_a_certificate_and_a_record(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf([*CERTIFICATE, "\x1b[2J\x07"]))
    record = course("2025-06-01", 1.5, **KEYS | {"title": "A \x1b[2J sample"})
    done = proof(tmp_path, ledger(record))
    assert "\x1b" not in done.out
    assert "A \\e[2J sample" in done.out
