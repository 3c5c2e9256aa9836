"""`edit ID` without keys: an editor on a real terminal, and what is said of its work."""

import shlex
import sys
from pathlib import Path

import pytest

from conftest import HEAD, Result, run_here
from terminal import Terminal, cmeledger, owning_it

AS_OF = ("--as-of", "2026-03-01")
RECORDS = """
# A talk worth remembering.
[[activity]]
id = "talk"
date = 2025-05-01
title = "Heart failure at home"
provider = "BIDMC"
category = 1
credits = 1.50

[[activity]]
date = 2025-06-01
title = "Handoffs"
provider = "BIDMC"
category = 1
credits = 2
"""
DERIVED = "2025-06-01-handoffs"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "cme.toml"
    file.write_text(HEAD + RECORDS, "utf-8")
    return file


def line_of(text: str) -> int:
    return (HEAD + RECORDS).split("\n").index(text) + 1


def editing(file: Path, id: str, *steps: str) -> Terminal:
    """Open an editor that does one step each time, in Python: `path`, `text` and `line` are there.

    It notes the line that it was opened at.
    """
    script = file.with_name("editor.py")
    script.write_text(
        "import os, pathlib, subprocess, sys\n"
        "line, path = int(sys.argv[1].removeprefix('+')), pathlib.Path(sys.argv[2])\n"
        "text = path.read_text('utf-8')\n"
        "with open(path.with_name('opened'), 'a') as opened:\n"
        "    opened.write(f'{line}\\n')\n"
        "count = path.with_name('opened').read_text().count('\\n')\n"
        f"exec({list(steps)!r}[count - 1])\n",
        "utf-8",
    )
    return Terminal(
        owning_it("edit", id, *AS_OF), (200, 40), CMELEDGER=str(file), PYTHONUTF8="1", VISUAL="",
        EDITOR=shlex.join([sys.executable, str(script)]),
        CMELEDGER_HISTORY=str(file.with_name("history")),
    )  # fmt: skip


def opened(file: Path) -> list[int]:
    return [int(line) for line in file.with_name("opened").read_text().split()]


def cme(file: Path, *arguments: str) -> Result:
    env = {"CMELEDGER_HISTORY": str(file.with_name("history"))}
    return run_here(*arguments, str(file), *AS_OF, env=env)


def replacing(old: str, new: str) -> str:
    return f"path.write_text(text.replace({old!r}, {new!r}, 1), 'utf-8')"


def test_it_opens_at_the_record_and_says_what_changed(file: Path) -> None:
    before = file.read_bytes()
    step = replacing('provider = "BIDMC"\ncategory = 1\ncredits = 1.50', "category = 2\ncredits=2")
    with editing(file, "talk", step + "; path.open('a').write('# the end\\n')") as screen:
        assert screen.ended() == 0
        assert "talk: changed category, credits; took out provider" in screen.words
        # Two new lines for three old ones, and the comment.
        assert "3 lines added, 3 lines taken out" in screen.words
    assert opened(file) == [line_of('id = "talk"') - 1]
    after = file.read_bytes()
    assert b"category = 2\ncredits=2\n" in after
    assert cme(file, "undo").out.endswith("undone: edit talk\n")
    assert file.read_bytes() == before
    assert cme(file, "redo").code == 0
    assert file.read_bytes() == after


def test_what_was_done_in_the_editor_is_not_missed_later(file: Path) -> None:
    # Two saves, both taken back by hand, and a third record taken out: on purpose, in the editor.
    assert cme(file, "edit", "talk", "--credits", "2").code == 0
    assert cme(file, "edit", DERIVED, "--id", "list", "--credits", "3").code == 0
    step = replacing("credits = 2\n", "credits = 1.50\n")
    taken_out = "; text = path.read_text(); path.write_text(text[: text.rindex('[[activity]]')])"
    with editing(file, "talk", step + taken_out) as screen:
        assert screen.ended() == 0
    assert cme(file, "recover", "--json").json["records"] == []
    assert cme(file, "undo").code == 0
    assert b"credits = 3\n" in file.read_bytes()


def test_an_older_text_that_comes_back_is_noticed(file: Path) -> None:
    stale = file.read_bytes()
    assert cme(file, "edit", "talk", "--credits", "2").code == 0
    with editing(file, "talk", replacing("credits = 2", "credits = 3")) as screen:
        assert screen.ended() == 0
    saved = file.read_bytes()
    assert cme(file, "recover").code == 0
    file.write_bytes(stale)
    (found,) = cme(file, "recover", "--json").json["records"]
    assert (found["id"], found["state"], found["what"]) == ("talk", "reverted", "edit talk")
    assert cme(file, "recover", "--restore", "talk").code == 0
    assert file.read_bytes() == saved


def test_nothing_was_changed(file: Path) -> None:
    before = file.read_bytes()
    with editing(file, "talk", "path.write_text(text, 'utf-8')") as screen:
        assert screen.ended() == 0
        assert "nothing was changed" in screen.words
    assert file.read_bytes() == before
    assert cme(file, "undo").code == 4  # there is nothing to undo


def test_errors_are_shown_and_the_editor_opens_again_where_they_are(file: Path) -> None:
    broken = replacing("credits = 1.50", "credits = 1,50")
    unknown = "path.write_text(text.replace('1,50', '1.5').replace('title = \"H', 'titel = \"H'))"
    mended = "path.write_text(text.replace('titel', 'title'))"
    with editing(file, "talk", broken, unknown, mended) as screen:
        screen.shows("Open the editor again?")
        at = line_of("credits = 1.50")
        assert f"cme.toml:{at}:12: error[not-toml]" in screen.words
        assert f"{at} | credits = 1,50" in screen.words
        screen.send("\n")
        screen.shows("unknown-key")
        screen.shows("did you mean 'title'?")
        screen.send("yes\n")
        assert screen.ended() == 0
        assert "talk: changed credits" in screen.words
    # The record without a title is at fault at its header, and then at the wrong key.
    header = line_of('id = "talk"') - 1
    assert opened(file) == [header, line_of("credits = 1.50"), header]


@pytest.mark.parametrize(
    ("answer", "code"), [("n\n", 1), ("\x04", 1), ("\x03", 130)], ids=["no", "end", "interrupt"]
)
def test_errors_that_stay(answer: str, code: int, file: Path) -> None:
    with editing(file, "talk", replacing("credits = 1.50", "credits = -1")) as screen:
        screen.shows("Open the editor again?")
        screen.send(answer)
        assert screen.ended() == code
        assert "error[bad-value]" in screen.words
        assert "talk: changed credits" in screen.words
    assert len(opened(file)) == 1


def test_a_file_left_broken_can_be_taken_back(file: Path) -> None:
    before = file.read_bytes()
    with editing(file, "talk", replacing("[[activity]]", "[[activity")) as screen:
        screen.shows("Open the editor again?")
        screen.send("n\n")
        assert screen.ended() == 1
        assert "cmeledger undo brings the ledger back" in screen.words
        assert "1 line added, 1 line taken out" in screen.words
    assert cme(file, "check").code == 3
    assert cme(file, "undo").code == 0
    assert file.read_bytes() == before


def test_an_error_elsewhere_that_was_there_before_is_nobody_s_business(file: Path) -> None:
    file.write_text(HEAD + RECORDS.replace("credits = 2\n", "credits = -2\n"), "utf-8")
    with editing(file, "talk", replacing("credits = 1.50", "credits = 1.25")) as screen:
        assert screen.ended() == 0
        assert "bad-value" not in screen.words


def test_a_faulty_record_that_stays_faulty(file: Path) -> None:
    file.write_text(HEAD + RECORDS.replace("credits = 1.50\n", "credits = -2\n"), "utf-8")
    with editing(file, "talk", replacing("home", "hospital")) as screen:
        screen.shows("Open the editor again?")
        screen.send("n\n")
        assert screen.ended() == 1
        assert "talk: changed title" in screen.words


def test_a_record_without_an_id_is_followed_when_its_title_changes(file: Path) -> None:
    with editing(file, DERIVED, replacing("Handoffs", "Sign-out")) as screen:
        assert screen.ended() == 0
        assert f"{DERIVED}, now 2025-06-01-sign-out: changed title" in screen.words
    assert opened(file) == [line_of('title = "Handoffs"') - 2]


def test_a_record_that_was_taken_out(file: Path) -> None:
    with editing(file, "talk", "path.write_text(text[:text.index('# A talk')])") as screen:
        assert screen.ended() == 0
        assert "talk: the record is not there any more" in screen.words


def test_an_editor_that_saves_by_renaming(file: Path) -> None:
    step = (
        "beside = path.with_name('x.tmp'); beside.write_text(text.replace('1.50', '1.25')); "
        "os.replace(beside, path)"
    )
    with editing(file, "talk", step) as screen:
        assert screen.ended() == 0
        assert "talk: changed credits" in screen.words


@pytest.mark.parametrize(
    "first", ["os.rename(path, path.with_name('away'))", "path.write_bytes(b'')"]
)
def test_a_file_that_is_gone_or_empty_for_a_moment_is_waited_for(first: str, file: Path) -> None:
    # The editor is over when its own child brings the file back.
    child = (
        "import os, pathlib, sys; parent, path = int(sys.argv[1]), pathlib.Path(sys.argv[2])\n"
        "while os.getppid() == parent: pass\n"
        "path.write_text(sys.argv[3].replace('1.50', '1.25'))"
    )
    step = (
        f"{first}; subprocess.Popen([sys.executable, '-c', {child!r}, str(os.getpid()), "
        "str(path), text])"
    )
    with editing(file, "talk", step) as screen:
        assert screen.ended() == 0
        assert "talk: changed credits" in screen.words


def test_a_command_that_saved_meanwhile_keeps_its_place_in_the_history(file: Path) -> None:
    command = [*cmeledger("edit", DERIVED, "--credits", "3", file), *AS_OF]
    step = (
        f"subprocess.run({command!r}, check=True, stdout=subprocess.DEVNULL); "
        "path.write_text(path.read_text().replace('1.50', '1.25'))"
    )
    with editing(file, "talk", step) as screen:
        assert screen.ended() == 0
        assert "saved by a command meanwhile" in screen.words
        assert "talk: changed credits" in screen.words
    after = file.read_bytes()
    assert b"credits = 3\n" in after
    assert cme(file, "undo").code == 4  # it would throw away what was done in the editor
    assert file.read_bytes() == after


@pytest.mark.parametrize(
    ("step", "said"),
    [("sys.exit(3)", "nothing was changed"),
     (replacing("1.50", "1.25") + "; sys.exit(3)", "talk: changed credits")],
)  # fmt: skip
def test_an_editor_that_ends_badly(step: str, said: str, file: Path) -> None:
    with editing(file, "talk", step) as screen:
        assert screen.ended() == 4
        assert said in screen.words
        assert "the editor ended with code 3" in screen.words


def test_an_editor_that_cannot_be_started(file: Path) -> None:
    before = file.read_bytes()
    with Terminal(
        cmeledger("edit", "talk", file, *AS_OF), (200, 24), VISUAL="", EDITOR="no-such-editor -x",
        CMELEDGER_HISTORY="off",
    ) as screen:  # fmt: skip
        assert screen.ended() == 4
        assert "there is no editor 'no-such-editor'" in screen.words
        assert "export EDITOR=nano" in screen.words
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [((), "name a key"), (("--json",), "with --json"), (("--dry-run",), "with --dry-run")],
)
def test_off_a_terminal_no_editor_opens(arguments: tuple[str, ...], said: str, file: Path) -> None:
    refused = cme(file, "edit", "talk", *arguments)
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err


def test_a_record_nobody_has_opens_nothing(file: Path) -> None:
    with editing(file, "nobody", "pass") as screen:
        assert screen.ended() == 2
        assert "no record is called 'nobody'" in screen.words
    assert not file.with_name("opened").exists()
