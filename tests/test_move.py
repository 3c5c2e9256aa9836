"""An activity moved to where its date belongs: its lines as they are, every other line too."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmeledger.ledger import edit, fresh
from cmeledger.ledger.edit import EditRefused
from cmeledger.ledger.move import move
from cmeledger.ledger.parse import parse
from conftest import HEAD, Result, run_here


def record(id: str, day: str, more: str = "") -> str:
    return (
        f'[[activity]]\nid = "{id}"\ndate = {day}\ntitle = "Talk {id}"\ncategory = 1\n'
        f"credits = 1.50 # as printed\n{more}"
    )


A, B, C = (record(id, day) for id, day in (("a", "2025-05-01"), ("b", "2025-01-01"),
                                           ("c", "2025-03-01")))  # fmt: skip


APART = (
    "[[activity]]\ndate = 2025-02-01\n[practice]\n[activity.topics]\nehr = 1\n"
    "[[activity]]\ndate = 2025-01-01\n"
)


def cme(file: Path, *arguments: str) -> Result:
    env = {"CMELEDGER_HISTORY": str(file.parent / "history")}
    return run_here(*arguments, str(file), "--as-of", "2026-03-01", env=env)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "cme.toml"
    file.write_text(f"{HEAD}\n{A}\n{B}\n{C}", "utf-8")
    return file


def test_edit_moves_a_record(file: Path) -> None:
    before = file.read_bytes()
    shown = cme(file, "edit", "a", "--move", "--dry-run")
    assert (shown.code, file.read_bytes()) == (0, before)
    # Its six lines and a blank one go and come; the file's name is a line with a plus as well.
    assert (shown.out.count("\n-"), shown.out.count("\n+")) == (7, 8)
    done = cme(file, "edit", "a", "--move", "--json")
    assert (done.code, done.json["id"], done.json["written"]) == (0, "a", True)
    assert file.read_text("utf-8") == f"{HEAD}\n{B}\n{C}\n{A}"
    assert cme(file, "undo").code == 0
    assert file.read_bytes() == before


def test_a_new_date_and_the_place_for_it(file: Path) -> None:
    assert cme(file, "edit", "c", "--date", "12/1/24", "--note", "n", "--move").code == 0
    changed = C.replace("2025-03-01", "2024-12-01") + 'note = "n"\n'
    # A, of May, and B, of January, are both later: before the first of them.
    assert file.read_text("utf-8") == f"{HEAD}\n{changed}\n{A}\n{B}"


def test_without_move_a_record_stays_where_it_is(file: Path) -> None:
    assert cme(file, "edit", "c", "--date", "2024-12-01").code == 0
    changed = C.replace("2025-03-01", "2024-12-01")
    assert file.read_text("utf-8") == f"{HEAD}\n{A}\n{B}\n{changed}"


def test_one_that_stands_right_is_not_saved(file: Path) -> None:
    file.write_text(f"{HEAD}\n{B}\n{C}\n{A}", "utf-8")
    done = cme(file, "edit", "c", "--move", "--json")
    assert (done.code, done.json["diff"]) == (0, "")
    assert cme(file, "undo").code == 4  # there is nothing to undo


def test_a_large_ledger(tmp_path: Path) -> None:
    # Beyond 32 KiB only the lines around are laid out: the same result.
    early = [record(f"e{number}", "2025-02-01") for number in range(300)]
    late = [record(f"l{number}", "2025-04-01") for number in range(300)]
    moved = "# With a comment.\n" + record("x", "2025-03-01", "x-own = '''\n[[activity]]\n'''\n")
    before = "\n".join([HEAD, moved, *early, *late]).encode()
    assert len(before) > 32 * 1024
    edited = move(before, ("activity", 0))
    assert edited.data == "\n".join([HEAD, *early, moved, *late]).encode()
    assert edited.path == ("activity", 300)
    assert edited.data.split(b"\n")[edited.line - 1 : edited.line + 1] == [
        b"[[activity]]", b'id = "x"',
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "path", "said"),
    [
        ("activity = [{ date = 2025-02-01 }, { date = 2025-01-01 }]\n", 0, "one list, activity"),
        (APART, 0, "stand apart"),
        ('[[activity]]\ntitle = "x"\n[[activity]]\ndate = 2025-01-01\n', 0, "no date"),
        ("[[activity]]\ndate = 2025-01-01\n", 1, "no such record"),
        ("[[activity]\n", 0, "does not read"),
    ],
)
def test_what_cannot_be_moved_is_refused_with_advice(text: str, path: int, said: str) -> None:
    with pytest.raises(EditRefused, match=said) as caught:
        move(text.encode(), ("activity", path))
    assert "\n" in str(caught.value)


def test_what_stands_right_needs_no_splitting_to_be_moved() -> None:
    text = b"activity = [{ date = 2025-01-01 }, { date = 2025-02-01 }]\n"
    assert move(text, ("activity", 1)).data == text


BLOCKS = st.tuples(
    st.dates(date(2025, 1, 1), date(2025, 1, 6)),
    st.sampled_from(["", "# above\n", "# free\n\n", "# free\n\n# above\n# twice\n"]),
    st.sampled_from(["", "# below\n", 'note = """\n[[activity]]\n# no comment"""\n',
                     "[activity.topics]\nehr = 1.0\n"]),
    st.sampled_from(["", "\n", "\n\n"]),
)  # fmt: skip


@given(
    st.lists(BLOCKS, min_size=1, max_size=6), st.data(), st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)  # fmt: skip
def test_any_record_of_any_ledger(
    blocks: list[tuple[date, str, str, str]], data: st.DataObject, eol: str, ended: bool
) -> None:
    text = HEAD + "\n" + "".join(
        f"{above}{record(str(number), day.isoformat(), more)}{blank}"
        for number, (day, above, more, blank) in enumerate(blocks)
    )  # fmt: skip
    before = (text if ended else text.rstrip("\n")).replace("\n", eol).encode()
    number = data.draw(st.integers(0, len(blocks) - 1))
    edited = move(before, ("activity", number))
    old, new = (parse(part).tables["activity"] for part in (before, edited.data))
    own, rest = old[number], [*old[:number], *old[number + 1 :]]
    at = new.index(own)
    assert edited.path == ("activity", at)
    assert [*new[:at], *new[at + 1 :]] == rest
    wanted: dict[str, Any] = {"date": own["date"]}
    place = fresh.index(rest, wanted)
    assert all(other["date"] == own["date"] for other in rest[min(at, place) : max(at, place)])
    lines = [sorted(filter(bytes.strip, part.split(b"\n"))) for part in (before, edited.data)]
    assert [line.rstrip(b"\r") for line in lines[0]] == [line.rstrip(b"\r") for line in lines[1]]
    assert (b"\r\n" in edited.data) == (eol == "\r\n")
    assert before.endswith(b"\n") == edited.data.endswith(b"\n")
    assert move(edited.data, edited.path).data == edited.data  # once there, it stays


def test_lines_around_are_as_edit_would_have_them() -> None:
    # Moving is taking out and adding: what `remove` leaves, and what `add` says of the place.
    before = f"{HEAD}\n# On A.\n{A}\n{B}\n{C}".encode()
    moved = move(before, ("activity", 0))
    assert edit.remove(moved.data, moved.path).data == edit.remove(before, ("activity", 0)).data
