"""`verify`: every evidence file looked at, and what is said of each."""

import contextlib
import errno
import os
from hashlib import sha256
from pathlib import Path

import pytest

from conftest import HEAD, Result, run_here
from ledgers import course, ledger, waiver

# The digest of b"abc", as FIPS 180-2 prints it.
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
DAY = "2026-03-01"


def verify(folder: Path, text: str, *arguments: str) -> Result:
    """Look at a ledger from its own folder."""
    (folder / "cme.toml").write_text(text, "utf-8")
    with contextlib.chdir(folder):
        return run_here("verify", "--as-of", DAY, *arguments)


def put(folder: Path, name: str, data: bytes = b"abc") -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


def test_all_is_well(tmp_path: Path) -> None:
    put(tmp_path, "evidence/one.pdf")
    put(tmp_path, "evidence/two.pdf", b"abcd")
    put(tmp_path, "evidence/.DS_Store", b"the system's own")
    text = ledger(
        course("2025-06-01", 1, id="one", evidence=[{"file": "evidence/one.pdf", "sha256": ABC}]),
        course("2025-06-02", 1, id="two", evidence=["evidence/two.pdf"]),
        course("2025-06-03", 1, id="three", no_evidence="the hospital keeps the list"),
    )
    assert verify(tmp_path, text) == Result(
        0,
        "✓ fine       evidence/one.pdf  (one)\n"
        "! no digest  evidence/two.pdf  (two)\n"
        "\n"
        "2 evidence files, nothing wrong\n"
        "  To record a digest: cmeledger attach ID FILE --link --as-of 2026-03-01\n",
        "",
    )


def test_where_a_missing_file_may_lie_now(tmp_path: Path) -> None:
    put(tmp_path, "evidence/2025/renamed.pdf")  # b"abc"
    put(tmp_path, "evidence/2025/two.pdf", b"by its name")
    put(tmp_path, "evidence/2025/three.pdf", b"one")
    put(tmp_path, "evidence/2024/three.pdf", b"another")
    put(tmp_path, "evidence/2025/four.pdf", b"other bytes than those recorded")
    put(tmp_path, "evidence/named.pdf", b"another record's")
    text = ledger(
        course("2025-06-01", 1, id="one", evidence=[{"file": "evidence/one.pdf", "sha256": ABC}]),
        course("2025-06-02", 1, id="two", evidence=["evidence/two.pdf"]),
        course("2025-06-03", 1, id="three", evidence=["evidence/three.pdf"]),
        course("2025-06-04", 1, id="four", evidence=[{"file": "four.pdf", "sha256": "0" * 64}]),
        course("2025-06-05", 1, id="five", evidence=["evidence/named.pdf"]),
        course("2025-06-06", 1, id="six", evidence=["named.pdf"]),
    )
    done = verify(tmp_path, text, "--json")
    assert done.code == 1
    assert [(item["record"], item["state"], item["moved_to"]) for item in done.json["files"]] == [
        ("one", "missing", "evidence/2025/renamed.pdf"),
        ("two", "missing", "evidence/2025/two.pdf"),
        ("three", "missing", None),  # two of that name
        ("four", "missing", None),
        ("five", "no-digest", None),
        ("six", "missing", None),
    ]
    assert done.json["files"][0]["message"] == (
        "there is no file 'evidence/one.pdf'; its bytes are in 'evidence/2025/renamed.pdf'"
    )
    assert done.json["files"][1]["message"] == (
        "there is no file 'evidence/two.pdf'; a file of its name is 'evidence/2025/two.pdf'"
    )
    assert done.json["files"][1]["help"] == "correct the path, or move the file back"


def test_everything_that_can_be_wrong(tmp_path: Path) -> None:
    """In the order of the ledger: the worse it is, the further down it stands."""
    folder = tmp_path / "cme"
    put(tmp_path, "away.pdf", b"away")
    put(folder, "good.pdf", b"good")
    put(folder, "changed.pdf", b"abd")
    put(folder, "empty.pdf", b"")
    put(folder, "copy.pdf", b"good")
    put(folder, "evidence/loose.pdf", b"loose")
    put(folder, "evidence/old/looser.pdf", b"looser")
    (folder / "linked.pdf").symlink_to(tmp_path / "away.pdf")
    (folder / "same.pdf").symlink_to("good.pdf")
    (folder / "folder").mkdir()
    os.mkfifo(folder / "pipe")
    (folder / "loop").symlink_to("loop")
    files = [
        "linked.pdf", "loop", "pipe", "folder", "gone.pdf",
        {"file": "changed.pdf", "sha256": ABC}, "empty.pdf", "good.pdf", "same.pdf", "copy.pdf",
    ]  # fmt: skip
    records = [
        course(f"2025-06-{number:02}", 1, id=f"r{number}", evidence=[item], title=f"R {number}")
        for number, item in enumerate(files, 1)
    ]
    text = ledger(*records, course("2025-07-01", 1, id="bare"))
    assert verify(folder, text) == Result(
        1,
        "· unnamed    evidence/loose.pdf\n"
        "· unnamed    evidence/old/looser.pdf\n"
        "! no digest  good.pdf  (r8)\n"
        "! no digest  copy.pdf  (r10)\n"
        "             the same bytes as good.pdf\n"
        "✗ twice      same.pdf  (r9)\n"
        "             named by r8 already, as 'good.pdf'; name it once; in other records,\n"
        '             no-evidence = "see …" can say where it is\n'
        "✗ empty      empty.pdf  (r7)\n"
        "             'empty.pdf' is empty; bring the file back, or get it from the\n"
        "             provider\n"
        "✗ changed    changed.pdf  (r6)\n"
        "             'changed.pdf' is not the file that was recorded: its digest\n"
        "             differs; bring the old file back, or record the new digest\n"
        "✗ missing    gone.pdf  (r5)\n"
        "             there is no file 'gone.pdf'; put it there, or correct the path\n"
        "✗ no file    pipe  (r3)\n"
        "             'pipe' is not a file; name the file itself\n"
        "✗ no file    folder  (r4)\n"
        "             'folder' is not a file; name the file itself\n"
        "✗ unreadable loop  (r2)\n"
        "             the file 'loop' cannot be read: too many levels of symbolic links;\n"
        "             look at its permissions, or correct the path\n"
        "✗ outside    linked.pdf  (r1)\n"
        "             the evidence file 'linked.pdf' leads out of the ledger's folder;\n"
        "             copy the file itself into the folder\n"
        "\n"
        "10 evidence files: 8 wrong; 2 more in evidence/ that nothing names\n"
        "  To record a digest or name a file: cmeledger attach ID FILE --link --as-of\n"
        "  2026-03-01\n"
        "  1 record that counts names no evidence: cmeledger check --as-of 2026-03-01\n",
        "",
    )


def test_named_twice(tmp_path: Path) -> None:
    """By one record, by two, under two paths, by a waiver; what is missing is only missing."""
    put(tmp_path, "a.pdf")
    os.link(tmp_path / "a.pdf", tmp_path / "hard.pdf")
    text = ledger(
        course("2025-06-01", 1, id="one", evidence=["a.pdf", "./a.pdf", "gone.pdf", "gone.pdf"]),
        course("2025-06-02", 1, id="two", evidence=[{"file": "a.pdf", "sha256": ABC}, "hard.pdf"]),
        more=waiver("2026-05-10", evidence=["a.pdf"]),
    )
    found = verify(tmp_path, text, "--json")
    assert found.code == 1
    assert [(f["record"], f["state"], f["message"]) for f in found.json["files"]] == [
        ("one", "no-digest", "no digest of 'a.pdf' is recorded"),
        ("one", "twice", "named by this record already, as 'a.pdf'"),
        ("one", "missing", "there is no file 'gone.pdf'"),
        ("one", "missing", "there is no file 'gone.pdf'"),
        ("two", "twice", "named by one already"),
        ("two", "twice", "named by one already, as 'a.pdf'"),
        (None, "twice", "named by one already"),
    ]


def test_the_document(tmp_path: Path) -> None:
    put(tmp_path, "evidence/a.pdf")
    put(tmp_path, "evidence/loose.pdf", b"loose")
    text = ledger(
        course("2025-06-01", 1, id="one", evidence=[{"file": "evidence/a.pdf", "sha256": ABC}]),
        course("2025-06-02", 1, id="bare"),
        more=waiver("2026-05-10", evidence=["letter.pdf"]),
    )
    found = verify(tmp_path, text, "--json")
    assert found.json == {
        "schema": 1,
        "file": "cme.toml",
        "as_of": DAY,
        "wrong": 1,
        "files": [
            {
                "file": "evidence/a.pdf",
                "record": "one",
                "waiver": None,
                "state": "fine",
                "wrong": False,
                "recorded": ABC,
                "sha256": ABC,
                "same_bytes_as": None,
                "moved_to": None,
                "message": None,
                "help": None,
            },
            {
                "file": "letter.pdf",
                "record": None,
                "waiver": "2026-05-10",
                "state": "missing",
                "wrong": True,
                "recorded": None,
                "sha256": None,
                "same_bytes_as": None,
                "moved_to": None,
                "message": "there is no file 'letter.pdf'",
                "help": "put it there, or correct the path",
            },
        ],
        "unnamed": ["evidence/loose.pdf"],
        "without_evidence": ["bare"],
        "archive": None,
    }
    assert found.code == 1


def test_the_archive_is_looked_at_too(tmp_path: Path) -> None:
    put(tmp_path, "evidence/old.pdf")
    put(tmp_path, "evidence/new.pdf", b"new")
    old = course("2021-06-01", 1, id="old", evidence=[{"file": "evidence/old.pdf", "sha256": ABC}])
    (tmp_path / "cme.archive.toml").write_text("format = 1\n" + old, "utf-8")
    digest = sha256(b"new").hexdigest()
    new = [{"file": "evidence/new.pdf", "sha256": digest}]
    text = ledger(course("2025-06-01", 1, id="new", evidence=new))
    assert verify(tmp_path, text) == Result(
        0,
        "✓ fine       evidence/new.pdf  (new)\n"
        "✓ fine       evidence/old.pdf  (old)\n"
        "\n"
        "2 evidence files, nothing wrong\n",
        "",
    )
    # Left out, nobody knows whether the other file is one of the archive's.
    assert verify(tmp_path, text, "--without-archive") == Result(
        0,
        "✓ fine       evidence/new.pdf  (new)\n\n1 evidence file, nothing wrong\n",
        "note: the archive beside the ledger is left out\n",
    )


@pytest.mark.parametrize("path", ["../away.pdf", "/etc/passwd", "~/a.pdf", "a\\b.pdf", "c:a.pdf"])
def test_a_path_that_the_ledger_may_not_hold_is_said(path: str, tmp_path: Path) -> None:
    put(tmp_path, "a.pdf")
    text = ledger(course("2025-06-01", 1, id="one", evidence=["a.pdf", path]))
    assert verify(tmp_path, text) == Result(
        1,
        "! no digest  a.pdf  (one)\n"
        "\n"
        "1 evidence file, nothing wrong\n"
        "  To record a digest: cmeledger attach ID FILE --link --as-of 2026-03-01\n"
        "  The ledger has an error, perhaps in a path: cmeledger check --as-of 2026-03-01\n",
        "",
    )


def test_names_are_text(tmp_path: Path) -> None:
    """Of files that are named, and of such that only lie there; undecodable bytes as well."""
    name = "evidence/\x1b[31m[/red]\u202e.pdf"
    put(tmp_path, name)
    (tmp_path / "evidence" / os.fsdecode(b"z\xff\n.pdf")).write_bytes(b"z")
    escaped = "evidence/\\u001b[31m[/red]\\u202e.pdf"
    text = ledger(course("2025-06-01", 1, id="one", evidence=["x"])).replace('"x"', f'"{escaped}"')
    found = verify(tmp_path, text)
    assert found.out.split("\n")[:3] == [
        "· unnamed    evidence/z\\udcff\\n.pdf",
        "! no digest  evidence/\\e[31m[/red]\\u202e.pdf  (one)",
        "",
    ]
    as_json = verify(tmp_path, text, "--json")
    assert as_json.out.isascii()
    assert as_json.json["files"][0]["file"] == name
    assert as_json.json["unnamed"] == ["evidence/z\udcff\n.pdf"]


def test_an_unnamed_certificate_folder_out_of_reach_is_not_listed(tmp_path: Path) -> None:
    put(tmp_path, "away/secret.pdf")
    (tmp_path / "cme").mkdir()
    (tmp_path / "cme" / "evidence").symlink_to(tmp_path / "away")
    text = ledger(course("2025-06-01", 1, id="one", evidence=["evidence/secret.pdf"]))
    assert verify(tmp_path / "cme", text) == Result(
        1,
        "✗ outside    evidence/secret.pdf  (one)\n"
        "             the evidence file 'evidence/secret.pdf' leads out of the ledger's\n"
        "             folder; copy the file itself into the folder\n"
        "\n"
        "1 evidence file: 1 wrong\n",
        "",
    )


def test_a_file_that_may_not_be_read_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "evidence/a.pdf")
    text = ledger(course("2025-06-01", 1, id="one", evidence=["evidence/a.pdf"]))
    open_it = os.open

    def refuse(path: str, *arguments: int) -> int:
        if str(path).endswith("a.pdf"):
            raise OSError(errno.EACCES, "Permission denied")
        return open_it(path, *arguments)

    monkeypatch.setattr(os, "open", refuse)
    assert verify(tmp_path, text) == Result(
        1,
        "✗ unreadable evidence/a.pdf  (one)\n"
        "             the file 'evidence/a.pdf' cannot be read: permission denied; look\n"
        "             at its permissions, or correct the path\n"
        "\n"
        "1 evidence file: 1 wrong\n",
        "",
    )


def test_a_ledger_without_evidence(tmp_path: Path) -> None:
    assert verify(tmp_path, HEAD) == Result(0, "0 evidence files, nothing wrong\n", "")


def test_a_large_file_is_read_in_blocks(tmp_path: Path) -> None:
    """Three blocks of a mebibyte, the last one begun: every byte counts."""
    data = bytes(range(256)) * 8192 + b"end"
    put(tmp_path, "a.pdf", data)
    item = {"file": "a.pdf", "sha256": sha256(data).hexdigest()}
    text = ledger(course("2025-06-01", 1, id="one", evidence=[item]))
    assert verify(tmp_path, text).out.startswith("✓ fine ")
    put(tmp_path, "a.pdf", data[:-1] + b"D")
    assert verify(tmp_path, text).out.startswith("✗ changed ")


def test_nothing_is_written(tmp_path: Path) -> None:
    put(tmp_path, "evidence/.cmeledger-1-0123abcd.part")
    text = ledger(course("2025-06-01", 1, id="one", evidence=["evidence/gone.pdf"]))
    assert verify(tmp_path, text).code == 1
    found = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))
    assert found == ["cme.toml", "evidence", "evidence/.cmeledger-1-0123abcd.part"]
