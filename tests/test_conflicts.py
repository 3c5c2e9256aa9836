"""A record changed in two places, an id taken twice: nothing typed is lost, nothing overwritten."""

import io
import shlex
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cmeledger import change
from cmeledger.book import open_book
from cmeledger.cli.main import Io, main
from cmeledger.ledger.save import Saved, save
from cmeledger.problems import Clash, Conflict
from conftest import HEAD, Result

DAY = date(2026, 3, 1)
RECORD = """
[[activity]]
id = "talk"
date = 2025-05-01
title = "Heart failure at home"
provider = "Boston University"
category = 1
credits = 1.50
"""
TALK = {
    "id": "talk",
    "date": date(2025, 5, 1),
    "title": "Heart failure at home",
    "provider": "Boston University",
    "category": 1,
    "credits": Decimal("1.50"),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "cme.toml"
    file.write_text(HEAD + RECORD, "utf-8")
    return file


def meanwhile(monkeypatch: pytest.MonkeyPatch, file: Path, *texts: bytes) -> None:
    """Let somebody else save a text between each reading of the ledger and the save."""
    waiting = list(texts)

    def saving(*arguments: object, **named: object) -> Saved:
        if waiting:
            file.write_bytes(waiting.pop(0))
        return save(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(change, "save", saving)


def cme(file: Path, *arguments: str) -> Result:
    out, err = io.StringIO(), io.StringIO()
    env = {"CMELEDGER_HISTORY": str(file.parent / "history")}
    code = main([*arguments, str(file), "--as-of", "2026-03-01"], Io(out, err, env))
    return Result(code, out.getvalue(), err.getvalue())


THEIRS = (HEAD + RECORD.replace("1.50", "1.25")).encode()


@pytest.mark.parametrize("json", [(), ("--json",)])
def test_both_versions_are_shown_and_the_change_can_be_made_again(
    json: tuple[str, ...], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile(monkeypatch, file, THEIRS)
    note = "it's a good one"
    done = cme(file, "edit", "talk", "--credits", "2", "--note", note, "--provider", "", *json)
    assert (done.code, done.out) == (4, "")
    assert file.read_bytes() == THEIRS
    shown, _, rest = done.err.partition("to make your change again: ")
    assert shown.splitlines() == [
        "'talk' was changed in two places:",
        "  provider",
        '    before    "Boston University"',
        '    file now  "Boston University"',
        "    yours     (none)",
        "  credits",
        "    before    1.50",
        "    file now  1.25",
        "    yours     2",
        "  note",
        "    before    (none)",
        "    file now  (none)",
        '    yours     "it\'s a good one"',
    ]
    command, *message = rest.splitlines()
    assert "the record 'talk' was changed meanwhile; nothing was written" in message[0]
    # The command is the change again: run as it stands, it is made.
    words = shlex.split(command)
    assert words == [
        "cmeledger", "edit", "talk", "--provider", "", "--credits", "2", "--note", note,
        str(file), "--as-of", "2026-03-01",
    ]  # fmt: skip
    again = Io(io.StringIO(), io.StringIO(), {"CMELEDGER_HISTORY": "off"})
    assert main(words[1:], again) == 0
    assert file.read_text("utf-8") == HEAD + RECORD.replace(
        'provider = "Boston University"\n', ""
    ).replace("credits = 1.50\n", f'credits = 2\nnote = "{note}"\n')


def test_a_record_taken_out_meanwhile(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile(monkeypatch, file, HEAD.encode())
    done = cme(file, "edit", "talk", "--credits", "2")
    assert (done.code, done.out) == (4, "")
    assert "  file now  the record is taken out\n" in done.err
    assert "    before    1.50\n    yours     2\n" in done.err
    assert "cmeledger edit talk --credits 2 " in done.err
    assert file.read_text("utf-8") == HEAD


def test_a_record_to_remove_that_was_changed(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile(monkeypatch, file, THEIRS)
    done = cme(file, "remove", "talk", "--yes")
    assert done.code == 4
    assert "  yours     the record is taken out\n" in done.err
    assert "    before    1.50\n    file now  1.25\n" in done.err
    assert "to make your change again: cmeledger remove talk " in done.err
    assert file.read_bytes() == THEIRS


def test_a_text_that_no_command_line_shows_is_kept(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile(monkeypatch, file, THEIRS)
    done = cme(file, "edit", "talk", "--note", "first line\nsecond\x1b[2J line")
    assert done.code == 4
    assert "\x1b" not in done.err
    (kept,) = (file.parent / "history").glob("*/unsaved-*.toml")
    assert f"the ledger as you would have had it is in {kept}\n" in done.err
    assert kept.read_text("utf-8") == HEAD + RECORD + (
        'note = """\nfirst line\nsecond\\u001b[2J line"""\n'
    )


def test_a_conflict_carries_the_versions(file: Path) -> None:
    book = open_book(str(file), DAY)
    with pytest.raises(Conflict) as caught:
        change.changing(book, "talk", {"credits": Decimal(2), "provider": None}).apply(THEIRS)
    yours = TALK | {"credits": Decimal(2)}
    del yours["provider"]
    theirs = TALK | {"credits": Decimal("1.25")}
    assert caught.value.clash == Clash("talk", TALK, theirs, yours)
    with pytest.raises(Conflict) as caught:
        change.removing(book, "talk").apply(HEAD.encode())
    assert caught.value.clash == Clash("talk", TALK, None, None)


def test_an_id_taken_meanwhile_is_no_error(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = (
        '\n[[activity]]\nid = "2026-02-01-gout"\ndate = 2026-02-01\ntitle = "Gout"\n'
        "category = 2\ncredits = 1\n"
    )
    # The first id is taken before the first try, the second before the next one.
    second = other.replace("-gout", "-gout-2")
    texts = [HEAD + RECORD + other, HEAD + RECORD + other + second]
    meanwhile(monkeypatch, file, *(text.encode() for text in texts))
    done = cme(
        file, "add", "Gout", "--date", "2026-02-01", "--category", "1", "--credits", "3", "--json"
    )
    assert done.code == 0, done.err
    assert done.json["id"] == "2026-02-01-gout-3"
    assert "2026-02-01-gout was taken meanwhile; this record is 2026-02-01-gout-3\n" in done.err
    assert file.read_text("utf-8") == HEAD + RECORD + other + second + (
        '\n[[activity]]\nid = "2026-02-01-gout-3"\ndate = 2026-02-01\ntitle = "Gout"\n'
        "category = 1\ncredits = 3\n"
    )
    assert cme(file, "undo").out.endswith("undone: add 2026-02-01-gout-3\n")
    assert file.read_text("utf-8") == texts[1]


def test_a_record_that_would_answer_to_the_id_keeps_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without an id of its own, it would be called 2026-02-01-gout-2 from then on.
    other = (
        '\n[[activity]]\ndate = 2026-02-01\ntitle = "Gout"\nprovider = "BMC"\ncategory = 2\n'
        "credits = 1\n"
    )
    meanwhile(monkeypatch, file, (HEAD + RECORD + other).encode())
    done = cme(
        file, "add", "Gout", "--date", "2026-02-01", "--category", "1", "--credits", "3", "--json"
    )
    assert done.json["id"] == "2026-02-01-gout-2"


def test_an_id_that_was_chosen_is_not_replaced(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = RECORD.replace('"talk"', '"mine"')
    meanwhile(monkeypatch, file, (HEAD + RECORD + other).encode())
    done = cme(file, "add", "Gout", "--id", "mine", "--category", "1", "--credits", "3")
    assert done.code == 2
    assert "the id 'mine' is taken" in done.err
    assert file.read_text("utf-8") == HEAD + RECORD + other
