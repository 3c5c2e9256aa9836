"""A first ledger: what is asked, what is written, and that nothing is ever lost or left half."""

import errno
import json
import os
import re
import select
import stat
import subprocess
import time
import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmeledger import entry, starter
from cmeledger.ledger import json_schema, schema
from cmeledger.starter import Answers
from conftest import PATIENCE, run_here, run_program

FLAGS: Final = (
    "--name", "Maya Chen, MD", "--birthday", "05-10", "--license", "267812",
    "--renewal-date", "2027-05-10",
)  # fmt: skip
ANSWERS = Answers("Maya Chen, MD", "05-10", "267812", date(2027, 5, 10))
SCHEMA = json_schema.FILE_NAME


@pytest.fixture(autouse=True)
def in_a_new_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2027-05-10", "2027-05-10"),
        ("2027-5-1", "2027-05-01"),
        ("2027/05/10", "2027-05-10"),
        ("5/10/2027", "2027-05-10"),
        ("05-10-2027", "2027-05-10"),
        ("12/5/2027", "2027-12-05"),  # December 5: the month comes first
        ("May 10, 2027", "2027-05-10"),
        ("may 10 2027", "2027-05-10"),
        ("Sept. 3rd, 2027", "2027-09-03"),
        ("10 May 2027", "2027-05-10"),
        ("2/29/2028", "2028-02-29"),
        ("1/1/1900", "1900-01-01"),
    ],
)
def test_dates_are_read_as_people_type_them(typed: str, read: str) -> None:
    assert entry.a_date(typed).isoformat() == read


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "write it like 5/10/2027"),
        ("tomorrow", "write it like 5/10/2027"),
        ("13/5/2027", "the month comes first"),
        ("5/10/27", "four digits"),
        ("5/10", "the year is missing"),
        ("2/29/2027", "February 2027 has no day 29"),
        ("4/31/2027", "April has no day 31"),
        ("5/0/2027", "May has no day 0"),
        ("5/10/1899", "1899 is not a year"),
        ("10.5.2027", "write it like"),  # day first in much of the world: not guessed
        ("Mai 10, 2027", "no month 'mai'"),
        ("\u0665/10/2027", "write it like"),
    ],
)
def test_what_is_no_date_is_explained(typed: str, said: str) -> None:
    with pytest.raises(entry.Mistyped, match=re.escape(said)):
        entry.a_date(typed)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("05-10", "05-10"), ("5/10", "05-10"), ("May 10", "05-10"), ("10 may", "05-10"),
        ("5/10/1975", "05-10"), ("1975-05-10", "05-10"), ("2/29", "02-29"),
    ],
)  # fmt: skip
def test_a_birthday_is_kept_without_its_year(typed: str, read: str) -> None:
    assert entry.a_month_day(typed) == read


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_day_can_be_typed_in_each_way(day: date) -> None:
    for typed in (
        day.isoformat(), f"{day.month}/{day.day}/{day.year}", f"{day:%B} {day.day}, {day.year}",
        f"{day.day} {day:%b} {day.year}",
    ):  # fmt: skip
        assert entry.a_date(typed) == day


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("name", "  Maya Chen, MD ", "Maya Chen, MD"),
        ("name", "José Álvarez 中文", "José Álvarez 中文"),
        ("name", " ", None),
        ("name", "a\x1b[31m", None),
        ("name", "a\nb", None),
        ("name", "a\u202eb", None),
        ("name", "a\udcff", None),
        ("name", "x" * 201, None),
        ("number", "0012", "0012"),
        ("type", "Volunteer", "volunteer"),
        ("type", "fulll", None),
        ("prescribes", "Y", True),
        ("dea", "no", False),
        ("dea", "maybe", None),
        ("renewal_date", "5/10/2027", date(2027, 5, 10)),
    ],
)
def test_one_answer_gives_a_value_or_a_message(field: str, typed: str, value: object) -> None:
    found, message = starter.validated(field, typed)
    assert found == value
    assert (message is None) == (value is not None)


@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(st.characters(exclude_categories=["Cs"])),
)
def test_any_text_survives_the_way_into_the_file(name: str, number: str) -> None:
    text = starter.starter(ANSWERS._replace(name=name, number=number))
    tables = tomllib.loads(text)
    assert tables["physician"]["name"] == name
    assert tables["license"][0].get("number", "") == number


@given(
    st.text().filter(lambda text: starter.validated("name", text)[1] is None),
    st.sampled_from(schema.LICENSE_TYPES),
    *[st.booleans()] * 5,
)
def test_a_first_ledger_has_no_problems(
    name: str, type: str, number: bool, issued: bool, prescribes: bool, adults: bool, dea: bool
) -> None:
    answers = Answers(
        starter.validated("name", name)[0],
        "05-10",
        "267812" if number else None,
        date(2027, 5, 10) if not issued or number else None,
        date(2015, 4, 2) if issued else None,  # not 38 days later: 2017, 2019, … 2027
        type,
        prescribes,
        adults,
        dea,
    )
    text = starter.starter(answers)
    assert starter.doubts(text, date(2026, 11, 24)) == []
    tables = tomllib.loads(text)
    assert tables["practice"] == {
        "prescribes-controlled-substances": prescribes,
        "serves-adults": adults,
        "dea-registered": dea,
    }
    assert tables["license"][0].get("renewal-date") == answers.renewal_date
    assert tables["license"][0].get("issued") == answers.issued
    assert tables["license"][0]["type"] == type
    assert max(map(len, starter.starter(ANSWERS).split("\n"))) <= 100


def test_the_example_record_works_once_its_marks_are_taken_off() -> None:
    text = starter.starter(ANSWERS)
    head, _, example = text.rpartition("#\n# [[activity]]")
    record = re.sub("^# ", "", f"# [[activity]]{example}", flags=re.MULTILINE)
    Path("cme.toml").write_text(head + record, "utf-8")
    found = run_here("check", "--as-of", "2026-11-24", "--json")
    assert [problem["code"] for problem in found.json["problems"]] == ["missing-evidence"]
    status = run_here("why", "opioid-pain", "--as-of", "2026-11-24", "--json").json
    assert (status["counted"], status["status"]) == (3, "met")


def test_options_are_enough_off_a_terminal(tmp_path: Path) -> None:
    result = run_program("init", *FLAGS, "--dea", "yes", "--type", "volunteer", cwd=tmp_path)
    assert (result.code, result.err) == (0, "")
    assert names(tmp_path) == ["cme.toml", SCHEMA]
    text = Path("cme.toml").read_text("utf-8")
    assert text.startswith(f"#:schema ./{SCHEMA}\n")
    assert "Schedule VI" in text
    assert tomllib.loads(text) == {
        "format": 1,
        "physician": {"name": "Maya Chen, MD", "birthday": "05-10"},
        "practice": {
            "prescribes-controlled-substances": True,
            "serves-adults": True,
            "dea-registered": True,
        },
        "license": [
            {
                "jurisdiction": "MA",
                "number": "267812",
                "type": "volunteer",
                "renewal-date": date(2027, 5, 10),
            }
        ],
    }
    assert stat.S_IMODE(Path("cme.toml").stat().st_mode) == 0o600
    assert Path(SCHEMA).read_text("utf-8") == run_here("schema").out
    assert run_here("check").out == "cme.toml: no problems\n"
    assert "cmeledger check " in result.out
    assert "cmeledger git setup --init " in result.out


def test_the_ledger_is_named_by_argument_variable_or_habit() -> None:
    made = run_here("init", "mine.toml", *FLAGS, "--json")
    assert made.json == {
        "schema": 1, "file": "mine.toml", "written": True, "schema_file": SCHEMA,
    }  # fmt: skip
    Path("folder").mkdir()
    made = run_here("init", *FLAGS, "--json", env={"CMELEDGER": "folder/a b.toml"})
    assert made.json["file"] == "folder/a b.toml"
    assert made.json["schema_file"] == f"folder/{SCHEMA}"
    assert Path("folder/a b.toml").exists()
    made = run_here("init", "folder/an other.toml", *FLAGS)
    assert "cmeledger 'folder/an other.toml'" in made.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), ("--name", "--birthday", "--renewal-date")),
        (FLAGS[2:], ("--name",)),
        (FLAGS[:4], ("--renewal-date (or --issued)",)),
        ((*FLAGS, "--issued", "2/30/2020"), ("--issued", "February has no day 30")),
        ((*FLAGS, "--name", "a\tb"), ("--name", "does not show")),
        ((*FLAGS, "--dea", "maybe"), ()),
        ((*FLAGS, "--type", "fulll"), ()),
    ],
)
def test_missing_and_bad_options_are_exit_2(
    arguments: tuple[str, ...], said: tuple[str, ...], tmp_path: Path
) -> None:
    result = run_here("init", *arguments)
    assert (result.code, result.out) == (2, "")
    for word in said:
        assert word in result.err
    assert names(tmp_path) == []


def test_a_renewal_date_off_the_birthday_is_noted_off_a_terminal() -> None:
    result = run_here("init", *FLAGS, "--renewal-date", "5/11/2027")
    assert result.code == 0
    assert "renewals fall on the birthday, 05-10; this is 05-11" in result.err


def test_no_file_of_the_ledgers_name_is_ever_touched(tmp_path: Path) -> None:
    (tmp_path / "file.toml").write_text("mine", "utf-8")
    (tmp_path / "folder.toml").mkdir()
    os.mkfifo(tmp_path / "fifo.toml")
    (tmp_path / "dangling.toml").symlink_to("nowhere.toml")
    (tmp_path / "link.toml").symlink_to("file.toml")
    before = names(tmp_path)
    for name in before:
        result = run_here("init", name, *FLAGS, "--json")
        assert (result.code, result.out) == (4, "")
        assert "left as it was" in result.err
    assert names(tmp_path) == before
    assert (tmp_path / "file.toml").read_text("utf-8") == "mine"
    assert run_here("init", "none/cme.toml", *FLAGS).code == 4
    assert run_here("init", "a\0b.toml", *FLAGS).code == 4
    assert names(tmp_path) == before


def test_a_file_made_at_the_last_moment_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    link = os.link

    def late(source: str, target: str) -> None:
        Path(target).write_text("somebody else's", "utf-8")
        link(source, target)

    monkeypatch.setattr(os, "link", late)
    assert run_here("init", *FLAGS).code == 4
    assert Path("cme.toml").read_text("utf-8") == "somebody else's"
    assert names(Path()) == ["cme.toml"]


def test_an_older_schema_of_ours_is_replaced_and_a_right_one_left(tmp_path: Path) -> None:
    file = tmp_path / SCHEMA
    assert run_here("init", "one.toml", *FLAGS).code == 0
    text, inode = file.read_text("utf-8"), file.stat().st_ino
    assert run_here("init", "two.toml", *FLAGS).err == ""
    assert file.stat().st_ino == inode
    file.write_text(json.dumps({"$comment": json_schema.MARK, "title": "older"}), "utf-8")
    assert run_here("init", "three.toml", *FLAGS).err == ""
    assert file.read_text("utf-8") == text
    assert names(tmp_path) == [SCHEMA, "one.toml", "three.toml", "two.toml"]


def test_a_schema_that_is_not_ours_is_left_with_a_note(tmp_path: Path) -> None:
    file = tmp_path / SCHEMA
    file.write_text("{}", "utf-8")
    result = run_here("init", *FLAGS, "--json")
    assert (result.code, result.json["schema_file"]) == (0, None)
    assert "left as it was" in result.err
    assert file.read_text("utf-8") == "{}"
    file.unlink()
    os.mkfifo(file)
    assert run_here("init", "two.toml", *FLAGS, "--json").json["schema_file"] is None
    file.unlink()
    (tmp_path / "older").write_text(json.dumps({"$comment": json_schema.MARK}), "utf-8")
    file.symlink_to("older")
    assert run_here("init", "three.toml", *FLAGS, "--json").json["schema_file"] is None
    assert file.is_symlink()


def failing(name: str, at: int, number: int) -> Any:
    """Make a system call fail at its n-th use, and work before and after."""
    real, calls = getattr(os, name), iter(range(1000))

    def call(*arguments: Any, **keys: Any) -> Any:
        if next(calls) == at:
            raise OSError(number, os.strerror(number))
        return real(*arguments, **keys)

    return call


@pytest.mark.parametrize(
    ("name", "number"),
    [("fsync", errno.EIO), ("fsync", errno.ENOSPC), ("open", errno.EACCES), ("chmod", errno.EROFS)],
)
def test_nothing_is_left_of_a_ledger_that_could_not_be_written(
    name: str, number: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, name, failing(name, 0, number))
        result = run_here("init", *FLAGS, "--json")
    assert (result.code, result.out) == (4, "")
    assert os.strerror(number).lower() in result.err
    assert names(tmp_path) == []


def test_an_interrupt_while_writing_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "link", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_here("init", *FLAGS)
    assert names(Path()) == []


def test_a_disk_without_hard_links_will_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", failing("fsync", 1, errno.ENOSPC))  # the second: in place
        assert run_here("init", *FLAGS).code == 4
    assert names(tmp_path) == []
    assert run_here("init", *FLAGS).code == 0
    assert names(tmp_path) == ["cme.toml", SCHEMA]
    assert stat.S_IMODE(Path("cme.toml").stat().st_mode) == 0o600
    assert run_here("init", *FLAGS).code == 4


def test_a_ledger_without_its_schema_is_still_a_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", failing("fsync", 1, errno.ENOSPC))
    result = run_here("init", *FLAGS, "--json")
    assert (result.code, result.json["schema_file"]) == (0, None)
    assert "could not be written" in result.err
    assert names(Path()) == ["cme.toml"]
    assert run_here("check").code == 0


def test_a_folder_that_is_not_confirmed_is_exit_5(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", failing("fsync", 2, errno.EIO))  # ledger, schema, folder
    result = run_here("init", *FLAGS, "--json")
    assert (result.code, result.json["written"]) == (5, True)
    assert "did not confirm" in result.err
    assert names(Path()) == ["cme.toml", SCHEMA]


def converse(steps: Sequence[tuple[str, str]], *arguments: str) -> tuple[int, str, str]:
    """Run `init` on a terminal: wait for each prompt, then type. Returns code, screen, stdout."""
    pty = pytest.importorskip("pty")
    from terminal import owning_it

    master, slave = pty.openpty()
    env = {k: v for k, v in os.environ.items() if k != "CMELEDGER"} | {"PYTHONUTF8": "1"}
    with subprocess.Popen(
        owning_it("init", *arguments),
        stdin=slave, stderr=slave, stdout=subprocess.PIPE, env=env, start_new_session=True,
    ) as process:  # fmt: skip
        os.close(slave)
        try:
            shown = _play(master, steps)
            assert process.stdout is not None
            out = process.stdout.read().decode()
            code = process.wait(PATIENCE)
        finally:
            process.kill()
            os.close(master)
    return code, shown, out


def _play(master: int, steps: Sequence[tuple[str, str]]) -> str:
    shown, seen, deadline = "", 0, time.monotonic() + PATIENCE
    waiting = list(steps)
    while True:
        ready, _, _ = select.select([master], [], [], max(0, deadline - time.monotonic()))
        assert ready, f"no prompt like {waiting[:1]} in: {shown[seen:]}"
        try:
            part = os.read(master, 65536)
        except OSError:  # the program is over
            break
        shown += part.decode("utf-8", "replace")
        while waiting and waiting[0][0] in shown[seen:]:
            prompt, typed = waiting.pop(0)
            seen = shown.index(prompt, seen) + len(prompt)
            os.write(master, typed.encode("utf-8", "surrogateescape"))
    assert not waiting, (waiting, shown)
    return shown.replace("\r\n", "\n")


def test_a_terminal_is_asked_until_every_answer_is_good(tmp_path: Path) -> None:
    code, shown, out = converse(
        [
            ("Your name", "\n"),
            ("please write your name", "Maya \udcff\n"),
            ("does not show", 'Maya "Ma" Chen\\, MD\n'),
            ("Your birthday", "13/5\n"),
            ("no month 13", "5/10\n"),
            ("05-10", ""),
            ("license number", "267812\n"),
            ("renewal date", "5/10/27\n"),
            ("four digits", "5/10/2027\n"),
            ("2027-05-10", ""),
            ("Schedule VI", ""),
            ("controlled substances, Schedule VI included?", "\n"),
            ("DEA registration", "\n"),
            ("please answer yes or no", "n\n"),
        ]
    )
    assert code == 0, shown
    assert out.startswith(f"Wrote cme.toml, and {SCHEMA} for your editor.\n")
    assert names(tmp_path) == ["cme.toml", SCHEMA]
    made = tomllib.loads(Path("cme.toml").read_text("utf-8"))
    assert made["physician"] == {"name": 'Maya "Ma" Chen\\, MD', "birthday": "05-10"}
    assert made["practice"]["prescribes-controlled-substances"] is True
    assert made["practice"]["dea-registered"] is False
    assert made["license"][0]["renewal-date"] == date(2027, 5, 10)
    assert run_here("check").out == "cme.toml: no problems\n"


def test_only_what_no_option_says_is_asked(tmp_path: Path) -> None:
    options = (*FLAGS[:6], "--prescribes", "no", "--json")
    code, shown, out = converse(
        [
            ("renewal date", "\n"),
            ("first issued", "4/2/2016\n"),
            ("2016-04-02", ""),
            ("DEA registration", "yes\n"),
        ],
        "mine.toml",
        *options,
    )
    assert code == 0
    assert json.loads(out)["file"] == "mine.toml"
    assert "Your name" not in shown
    assert "Schedule VI" not in shown
    made = tomllib.loads(Path("mine.toml").read_text("utf-8"))
    assert made["license"][0]["issued"] == date(2016, 4, 2)
    assert "renewal-date" not in made["license"][0]
    assert names(tmp_path) == [SCHEMA, "mine.toml"]


def test_dates_that_do_not_fit_are_asked_again() -> None:
    options = (*FLAGS[:2], *FLAGS[4:6], "--prescribes", "yes", "--dea", "no")
    code, shown, _ = converse(
        [
            ("Your birthday", "5/10\n"),
            ("renewal date", "5/11/2027\n"),
            ("this is 05-11", ""),
            ("Keep these dates", "hm\n"),
            ("please answer yes or no", "no\n"),
            ("Your birthday", "5/11\n"),
            ("renewal date", "5/11/2027\n"),
            ("2027-05-11", ""),
        ],
        *options,
    )
    assert code == 0, shown
    made = tomllib.loads(Path("cme.toml").read_text("utf-8"))
    assert made["physician"]["birthday"] == "05-11"


@pytest.mark.parametrize(("typed", "code"), [("\x04", 4), ("\x03", 130)], ids=["end", "interrupt"])
def test_giving_up_writes_nothing(typed: str, code: int, tmp_path: Path) -> None:
    found, shown, out = converse([("Your name", "Maya\n"), ("Your birthday", typed)])
    assert (found, out) == (code, "")
    assert "othing was written" in shown
    assert names(tmp_path) == []


def test_nothing_is_asked_where_a_ledger_is_already(tmp_path: Path) -> None:
    (tmp_path / "cme.toml").write_text("format = 1\n", "utf-8")
    code, shown, _ = converse([])
    assert code == 4
    assert "Your name" not in shown
