"""Evidence files: inside the ledger's folder, and the ones that were recorded."""

from hashlib import sha256
from pathlib import Path

import pytest

from ledgers import ask, course, errors, ledger

DAY = "2025-06-01"


@pytest.mark.parametrize(
    "path",
    [
        # out of the folder and back into it by name: the folder's name is nothing to rely on
        "../folder/file.pdf",
        "a/../../b/c.pdf",
        "a/../../folder/file.pdf",
        "./../folder/file.pdf",
        "a/./../../folder/file.pdf",
        "a//../../folder/file.pdf",
        "..",
        "a/..",
        "a/../file.pdf",  # it stays inside, unless "a" is a link
        "a/../b/../file.pdf",
        ".",
    ],
)
def test_a_path_that_leaves_the_folder_on_its_way_is_refused(path: str, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "a").mkdir(parents=True)
    (folder / "b").mkdir()
    for file in (folder / "file.pdf", folder / "b" / "c.pdf", tmp_path / "b"):
        if not file.is_dir():
            file.write_bytes(b"a sample")
    text = ledger(course(DAY, 1, id="one", evidence=[path]))
    assert errors(folder, text) == {("bad-value", "one")}
    text = ledger(course(DAY, 1, id="one", evidence=[{"file": path}]))
    assert errors(folder, text) == {("bad-value", "one")}


@pytest.mark.parametrize(
    "path", ["./file.pdf", "a/./file.pdf", "a//file.pdf", "..pdf", "a/...pdf", "a../file.pdf"]
)
def test_a_path_that_stays_in_the_folder_is_read(path: str, tmp_path: Path) -> None:
    for name in ("file.pdf", "..pdf", "a/file.pdf", "a/...pdf", "a../file.pdf"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"a sample")
    text = ledger(course(DAY, 1, evidence=[path]))
    assert ask(tmp_path, text, "check", "--as-of", DAY)["problems"] == []


@pytest.mark.parametrize("upper", [False, True])
def test_a_digest_is_the_same_in_either_case(upper: bool, tmp_path: Path) -> None:
    (tmp_path / "file.pdf").write_bytes(b"a sample")
    digest = sha256(b"a sample").hexdigest()
    for written, codes in ((digest, []), (digest[::-1], ["evidence-changed"])):
        item = {"file": "file.pdf", "sha256": written.upper() if upper else written}
        problems = ask(tmp_path, ledger(course(DAY, 1, evidence=[item])), "check", "--as-of", DAY)
        assert [p["code"] for p in problems["problems"]] == codes
