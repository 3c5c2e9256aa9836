"""The command line: exit codes, streams, the file it reads, and what it never does."""

import csv
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cmeledger import __version__
from cmeledger.cli.main import VERBS, run
from cmeledger.visible import visible
from conftest import HEAD, NASTY, PATIENCE, SAMPLES, run_here, run_program

Write = Callable[..., str]
HOSPITALIST = str(SAMPLES / "hospitalist.toml")
AS_OF = ("--as-of", "2026-03-01")
READING = ("status", "check", "verify", "list", "keep")
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def record(**keys: str) -> str:
    values = {"title": '"A lecture"', "date": "2025-06-01", "category": "1", "credits": "2"} | keys
    values = {"provider": '"A school"', "no-evidence": '"sample"'} | values
    return "[[activity]]\n" + "".join(f"{key} = {value}\n" for key, value in values.items())


def basic(text: str) -> str:
    """Spell any text as a TOML basic string."""
    return '"' + "".join(f"\\U{ord(char):08x}" for char in text) + '"'


def test_version_and_help() -> None:
    assert run_program("--version").out == f"cmeledger {__version__}\n"
    overview = run_program("--help")
    assert overview.code == 0
    assert all(f"  {verb}" in overview.out for verb in VERBS)
    for verb in VERBS:
        shown = run_program(verb, "--help")
        assert shown.code == 0
        assert f"usage: cmeledger {verb}" in shown.out


def test_every_line_of_help_fits_80_columns() -> None:
    for verb in ("--help", *(verb for verb in VERBS)):
        arguments = [verb] if verb == "--help" else [verb, "--help"]
        shown = run_program(*arguments, COLUMNS="80").out
        assert max(map(len, shown.split("\n"))) <= 80


def test_the_ledger_comes_from_argument_then_variable_then_folder(tmp_path: Path) -> None:
    for name, written in (("argument", "A"), ("variable", "B"), ("cme", "C")):
        text = HEAD.replace("Test Sample, MD", written)
        (tmp_path / f"{name}.toml").write_text(text, "utf-8")
    asked = ("status", "--json", *AS_OF)
    variable = str(tmp_path / "variable.toml")

    def person(*arguments: str, **env: str) -> object:
        return run_program(*asked, *arguments, cwd=tmp_path, **env).json["physician"]

    assert person("argument.toml", CMELEDGER=variable) == "A"
    assert person(CMELEDGER=variable) == "B"
    assert person() == "C"


def test_options_may_stand_anywhere() -> None:
    one = run_here("why", "total", "--json", *AS_OF, HOSPITALIST)
    other = run_here("why", "--json", "total", HOSPITALIST, *AS_OF)
    assert one.code == other.code == 0
    assert one.json == other.json
    assert one.json["id"] == "total"


def test_without_a_verb_status_is_printed() -> None:
    plain = run_here("status", HOSPITALIST, *AS_OF)
    assert run_here(HOSPITALIST, *AS_OF).out == plain.out
    variable = {"CMELEDGER": HOSPITALIST}
    assert run_here(*AS_OF, env=variable).out == run_here("status", *AS_OF, env=variable).out


def test_suggested_commands_speak_of_the_same_ledger_and_day() -> None:
    shown = run_here("status", HOSPITALIST, *AS_OF).out
    again = f"{HOSPITALIST} --as-of 2026-03-01"
    assert f"cmeledger check {again}" in " ".join(shown.split())
    variable = {"CMELEDGER": HOSPITALIST}
    shown = " ".join(run_here("status", *AS_OF, env=variable).out.split())
    assert "cmeledger check --as-of 2026-03-01" in shown


def test_a_word_that_is_no_command_and_no_file() -> None:
    result = run_here("statsu")
    assert result.code == 2
    assert "did you mean 'status'?" in result.err
    assert result.out == ""
    assert run_here("nowhere.toml").code == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ("status", "--nope"),
        ("status", "--as-of", "tomorrow"),
        ("status", "--as-of", "1899-12-31"),
        ("status", "--as-of", "20260301"),
        ("status", "--as-of", "2026-W01-1"),
        ("status", "--cycle", "26"),
        ("status", "--cycle", "2024"),
        ("why",),
        ("why", "no-such-id"),
        ("why", "category-1"),
        ("list", "--kind", "lecture"),
        ("list", "--category", "3"),
        ("rules", "no-such-rule"),
        ("rules", "implicit-bias", "--renewal", "2022-05-31"),
    ],
)
def test_a_wrong_command_line_is_exit_2(arguments: tuple[str, ...]) -> None:
    result = run_here(*arguments, env={"CMELEDGER": HOSPITALIST})
    assert result.code == 2
    assert result.out == ""


@pytest.mark.parametrize("verb", ["status", "list", "keep", "why"])
def test_an_unusable_ledger_is_exit_3_and_nothing_on_stdout(verb: str, write: Write) -> None:
    extra = ("total",) if verb == "why" else ()
    for text in ("a = ", "format = 2\n", "format = 1\n", ""):
        result = run_here(verb, *extra, write(text), "--json")
        assert (result.code, result.out) == (3, "")
        assert "help:" in result.err
    assert run_here("check", write("a = "), "--json").json["problems"][0]["code"] == "not-toml"


@pytest.mark.parametrize("verb", READING)
def test_an_error_in_a_record_is_exit_1_and_the_rest_counts(verb: str, write: Write) -> None:
    ledger = write(HEAD + record() + record(title='"Another"', status='"planed"'))
    result = run_here(verb, ledger, *AS_OF, "--json")
    assert result.code == 1
    if verb == "status":
        assert result.json["licenses"][0]["requirements"][0]["counted"] == 2
        assert result.json["problems"] == {"errors": 1, "warnings": 0}


def test_strict_lets_warnings_count(write: Write) -> None:
    ledger = write(HEAD + record(credits="1.1"))
    assert run_here("check", ledger, *AS_OF).code == 0
    assert run_here("check", ledger, *AS_OF, "--strict").code == 1


def test_only_regular_files_are_read_and_nothing_waits(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo.toml"
    os.mkfifo(fifo)
    loop = tmp_path / "loop.toml"
    loop.symlink_to(loop)
    for name in (
        fifo,
        tmp_path,
        loop,
        tmp_path / "none.toml",
        Path("/dev/null"),
        Path("a\0b.toml"),
    ):
        result = run_here("status", str(name))
        assert result.code == 3, name
        assert "help: " in result.err


def test_reading_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "cme.toml").write_text(HEAD + record(), "utf-8")
    for verb in READING:
        run_program(verb, cwd=tmp_path, HOME=str(tmp_path), XDG_STATE_HOME=str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["cme.toml"]


def test_a_reader_that_goes_away_is_no_error() -> None:
    for _ in range(3):
        command = f"{sys.executable} -m cmeledger list {HOSPITALIST} | head -1"
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)  # noqa: S602
        assert done.stderr == ""


def test_a_terminal_without_unicode_gets_plain_text() -> None:
    result = run_program("status", HOSPITALIST, *AS_OF, PYTHONIOENCODING="ascii")
    assert result.code == 0
    assert result.out.isascii()
    assert "+ met" in result.out


def test_no_color_through_a_pipe() -> None:
    for verb in READING:
        assert "\x1b" not in run_program(verb, HOSPITALIST, *AS_OF, FORCE_COLOR="1").out


@pytest.mark.parametrize("no_color", ["", "1"])
def test_color_on_a_terminal_only_adds_to_the_text(no_color: str) -> None:
    pty = pytest.importorskip("pty")
    master, slave = pty.openpty()
    env = {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | {"TERM": "xterm"}
    env |= {"NO_COLOR": no_color} if no_color else {}
    with subprocess.Popen(
        [sys.executable, "-m", "cmeledger", "status", HOSPITALIST, *AS_OF],
        stdout=slave, stderr=slave, stdin=slave, env=env,
    ) as process:  # fmt: skip
        os.close(slave)
        shown = b""
        while True:
            try:
                part = os.read(master, 65536)
            except OSError:
                break
            shown += part
            if not part:
                break
        process.wait(PATIENCE)
    os.close(master)
    text = shown.decode().replace("\r\n", "\n")
    assert ("\x1b[" in text) == (not no_color)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert plain == run_here("status", HOSPITALIST, *AS_OF).out


@pytest.mark.parametrize("group", ["markup", "terminal", "unicode", "csv", "html", "path"])
def test_hostile_text_is_shown_whole_and_never_acts(group: str, write: Write) -> None:
    for number_, nasty in enumerate(NASTY[group]):
        if not nasty.strip(" \t\r\n"):
            continue
        ledger = write(
            HEAD.replace('"Test Sample, MD"', basic(nasty))
            + record(
                title=basic(nasty), provider=basic(nasty), note=basic(nasty), id=f'"r{number_}"'
            )
        )
        for arguments in (
            *((verb,) for verb in READING),
            ("why", f"r{number_}"),
            ("list", "--csv"),
        ):
            result = run_here(*arguments, ledger, *AS_OF)
            assert result.code == 0, (arguments, result.err)
            assert CONTROL.search(result.out.replace("\r\n", "\n")) is None, (arguments, nasty)
        found = run_here("list", ledger, *AS_OF, "--json")
        assert found.json["records"][0]["title"] == nasty
        assert CONTROL.search(found.out) is None
        assert found.out.isascii()
        shown = run_here("why", f"r{number_}", ledger, *AS_OF).out
        assert visible(nasty) in shown


def test_hostile_file_names_and_ids_are_shown_safely(tmp_path: Path) -> None:
    ledger = tmp_path / "a\x1b[31m.toml"
    ledger.write_text(HEAD + record(kind='"cou\u202erse"'), "utf-8")
    for verb in READING:
        result = run_here(verb, str(ledger), *AS_OF)
        assert CONTROL.search(result.out + result.err) is None
    assert CONTROL.search(run_here("why", "\x1b[31m", HOSPITALIST).err) is None
    assert CONTROL.search(run_here("\x1b]0;x\x07").err) is None


def test_no_csv_cell_begins_a_formula(write: Write) -> None:
    text = HEAD
    for number_, nasty in enumerate(NASTY["csv"]):
        text += record(id=f'"r{number_}"', title=basic(nasty), provider=basic(nasty))
    table = run_here("list", write(text), *AS_OF, "--csv").out
    rows = list(csv.DictReader(io.StringIO(table, newline="")))
    assert len(rows) == len(NASTY["csv"])
    for row in rows:
        for key in ("title", "provider"):
            assert re.match(r"\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]", row[key]) is None
        assert float(row["claimed"]) == 2


def test_list_filters(write: Write) -> None:
    ledger = write(
        HEAD
        + record(id='"a"', title='"Stroke"', topics='["wellness"]')
        + record(id='"b"', kind='"regulation-study"', category="2", date="2024-01-02")
        + record(id='"c"', provider='"Stroke Center"', category="2")
        + record(id='"d"', note='"the STROKE unit"', date="2025-07-01")
    )

    def ids(*arguments: str) -> list[str]:
        return [
            r["id"] for r in run_here("list", ledger, *AS_OF, *arguments, "--json").json["records"]
        ]

    assert ids() == ["b", "a", "c", "d"]
    assert ids("--topic", "wellness") == ["a"]
    assert ids("--topic", "board-regulations") == ["b"]
    assert ids("--category", "2") == ["b", "c"]
    assert ids("--kind", "course") == ["a", "c", "d"]
    assert ids("--find", "stroke") == ["a", "c", "d"]
    assert ids("--cycle", "2024") == ["b"]


def test_the_archive_counts_and_can_be_left_out(write: Write) -> None:
    ledger = write(HEAD + record(id='"new"', kind='"publication"', category="2", work='"doi:1"'))
    archived = record(
        id='"old"', kind='"publication"', category="2", work='"doi:1"', date="2023-01-05"
    )
    archive = write("format = 1\n" + archived, "cme.archive.toml")
    why = run_here("why", "new", ledger, *AS_OF, "--json")
    assert why.json["counted"] == 0
    assert why.json["reasons"][0]["code"] == "cap-per-work"
    assert why.json["archive"] == "read"
    alone = run_here("why", "new", ledger, *AS_OF, "--json", "--without-archive")
    assert alone.json["counted"] == 2
    assert alone.json["archive"] == "left out"
    assert "left out" in alone.err
    Path(archive).write_text("a = ", "utf-8")
    broken = run_here("status", ledger, *AS_OF)
    assert broken.code == 3
    assert "cme.archive.toml:1:" in broken.err


def test_an_id_taken_in_the_archive_is_a_problem_of_the_archive(write: Write) -> None:
    ledger = write(HEAD + record(id='"same"'))
    write("format = 1\n" + record(id='"same"', credits="1"), "cme.archive.toml")
    result = run_here("check", ledger, *AS_OF, "--json")
    (problem,) = result.json["problems"]
    assert (problem["code"], problem["line"]) == ("duplicate-id", 9)
    assert problem["file"].endswith("cme.archive.toml")
    assert (
        run_here("status", ledger, *AS_OF, "--json").json["licenses"][0]["requirements"][0][
            "counted"
        ]
        == 2
    )


def test_symlinked_evidence_out_of_the_folder_is_refused(write: Write, tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    folder.mkdir()
    (folder / "link").symlink_to("/etc")
    os.mkfifo(folder / "fifo")
    (folder / "empty").write_bytes(b"")
    text = HEAD + record(evidence='["link/passwd", "fifo", "empty", "none.pdf"]')
    (folder / "cme.toml").write_text(text.replace('no-evidence = "sample"\n', ""), "utf-8")
    result = run_here("check", str(folder / "cme.toml"), *AS_OF, "--json")
    found = [(p["code"], p["severity"]) for p in result.json["problems"]]
    assert found == [
        ("bad-value", "error"),
        ("missing-evidence", "warning"),
        ("missing-evidence", "warning"),
    ]
    assert result.code == 1


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        (("--version",), ("argparse", "tomli", "decimal", "cmeledger.book", "typing_extensions")),
        (
            ("status", HOSPITALIST, *AS_OF),
            ("textual", "rich", "tomlkit", "dateutil.parser", "json", "difflib", "csv", "dataclasses",
             "importlib.resources", "pathlib", "cmeledger.ledger.source",
             "cmeledger.report.why_text", "shtab", "platformdirs", "tempfile", "cmeledger.starter"),
        ),
        (("status", HOSPITALIST, "--json"), ("textual", "rich", "tomlkit", "dateutil.parser")),
        *(
            ((verb, HOSPITALIST, *AS_OF), ("textual", "icalendar", "fpdf", "pypdf", "PIL"))
            for verb in ("status", "remind", "check", "list", "keep", "gaps")
        ),
        (("status", HOSPITALIST), ("cmeledger.git", "cmeledger.past", "cmeledger.difference", "subprocess")),
        (("schema",), ("textual", "rich", "tomlkit", "shtab", "platformdirs")),
        (("init", HOSPITALIST, "--name", "A"), ("textual", "rich", "tomlkit", "shtab", "platformdirs")),
    ],
)  # fmt: skip
def test_a_fresh_interpreter_loads_no_more_than_it_needs(
    arguments: tuple[str, ...], unwanted: tuple[str, ...]
) -> None:
    code = (
        "import sys; sys.stdout = open(__import__('os').devnull, 'w'); "
        "from cmeledger.cli.main import main, Io; "
        f"main({list(arguments)!r}, Io(sys.stdout, sys.stdout, {{}})); "
        f"print([m for m in {list(unwanted)!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True,
                          env={"PYTHONPATH": os.pathsep.join(sys.path)})  # fmt: skip
    assert done.stderr == "[]\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain [bold] 'x'", "plain [bold] 'x'"),
        ("a\x1b[31mb", "a\\e[31mb"),
        ("a\tb\nc\rd", "a\\tb\\nc\\rd"),
        ("\x07\x7f\x85\x9b", "\\x07\\x7f\\x85\\x9b"),
        ("abc\u202edef", "abc\\u202edef"),
        ("a\u200bb", "a\\u200bb"),
        ("a\u200db", "a\\u200db"),
        ("\U000e0041", "\\U000e0041"),
        ("\U0001f469\u200d\u2695\ufe0f", "\U0001f469\u200d\u2695\ufe0f"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        ("caf\u00e9 \u4e2d\u6587 x\u0300\u0301", "caf\u00e9 \u4e2d\u6587 x\u0300\u0301"),
    ],
)
def test_unsafe_characters_become_escapes_and_others_stay(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_an_interrupt_is_exit_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("cmeledger.cli.main.main", interrupted)
    with pytest.raises(SystemExit) as stop:
        run()
    assert stop.value.code == 130
