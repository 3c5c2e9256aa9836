"""`log`: what each commit did, through renames, merges, and versions that do not read."""

from pathlib import Path
from typing import Any

import pytest

from conftest import HEAD, Result, run_here
from ledgers import LIST, TALK, activity, course
from repositories import CLEAN, DAY, NOON, commit, needs_git, run_git

pytestmark = needs_git

RISK = course("2026-01-15", 10, "risk-management", id="risk", title="Risk in the office")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a ledger of a talk, in a repository without commits."""
    folder = tmp_path / "ledger"
    folder.mkdir()
    run_git(folder, "init", "-q", "-b", "main")
    file = folder / "cme.toml"
    file.write_text(HEAD + TALK, "utf-8")
    return file


def log(*arguments: str, **env: str) -> Result:
    return run_here("log", *arguments, env=CLEAN | env)


def entries(*arguments: str) -> list[Any]:
    done = log(*arguments, "--json")
    assert done.code == 0, done.err
    found = done.json["entries"]
    assert isinstance(found, list)
    return found


def changed(*arguments: str) -> list[list[tuple[str, str | None]]]:
    """List what each commit changed in the records, in short."""
    return [
        [(item["change"], item["id"]) for item in entry["changes"] if item["table"] == "activity"]
        for entry in entries(*arguments)
    ]


def test_the_newest_first_each_with_what_it_did_on_its_day(file: Path) -> None:
    first = commit(file, subject="Begin")
    note = TALK.replace("1.50 ", "2 ")
    second = commit(file, HEAD + note + RISK, "Correct the talk", NOON + DAY)
    third = commit(file, "# mine\n" + HEAD + note + RISK, "Say whose it is", NOON + 2 * DAY)
    # 1.5 become 2 and 10 more: 12.
    assert log(str(file)).out == (
        f"2026-02-03  {third[:10]}  Sample\n"
        "    Say whose it is\n"
        "    only comments, order or spelling differ\n"
        "\n"
        f"2026-02-02  {second[:10]}  Sample\n"
        "    Correct the talk\n"
        "    ~ changed  2025-05-01  Heart failure at home: credits 1.5 → 2\n"
        "    + added    2026-01-15  Risk in the office, 10 credits, category 1\n"
        "      → all credits 1.5 → 12 of 50\n"
        "      → risk management 0 → 10 of 10, now met\n"
        "\n"
        f"2026-02-01  {first[:10]}  Sample\n"
        "    Begin\n"
        "    + the ledger begins: 1 record\n"
        "\n"
    )


def test_json(file: Path) -> None:
    first = commit(file, subject="Begin")
    second = commit(file, HEAD + TALK + LIST, "Add a list", NOON + DAY)
    new, old = entries(str(file))
    assert {key: new[key] for key in new if key not in ("changes", "effects")} == {
        "commit": second,
        "parents": [first],
        "when": "2026-02-02T12:00:00+00:00",
        "author": "Sample",
        "subject": "Add a list",
        "path": "cme.toml",
        "problem": None,
        "records": 2,
        "cut": False,
        "only_spelling": False,
    }
    assert [item["text"] for item in new["effects"][0]["requirements"]] == [
        "all credits 1.5 → 3.5 of 50"
    ]
    assert (old["parents"], old["effects"], old["records"]) == ([], None, 1)
    document = log(str(file), "--json").json
    assert document.keys() == {"schema", "file", "id", "entries", "more"}
    assert (document["id"], document["more"]) == (None, False)


def test_effects_are_those_of_the_day_of_the_commit(file: Path) -> None:
    commit(file)
    # On February 2 the course of March 1 has not been taken: it counts for nothing yet.
    late = course("2026-03-01", 4, id="late")
    commit(file, HEAD + TALK + late, when=NOON + DAY)
    assert entries(str(file))[0]["effects"] == []
    commit(file, HEAD + TALK + late.replace("= 4", "= 5"), when=NOON + 60 * DAY)
    (outcome,) = entries(str(file))[0]["effects"]
    assert [item["text"] for item in outcome["requirements"]] == ["all credits 5.5 → 6.5 of 50"]


def test_one_record_under_all_its_ids(file: Path) -> None:
    plain = TALK.replace('id = "talk"\n', "")
    commit(file, HEAD + plain)
    commit(file, HEAD + plain + LIST)  # another record
    commit(file, HEAD + plain.replace("at home", "at work") + LIST)  # so its derived id is another
    commit(file, HEAD + TALK.replace("at home", "at work") + LIST)
    commit(file, HEAD + TALK.replace('"talk"', '"hf"').replace("at home", "at work") + LIST)
    assert changed("hf", str(file)) == [
        [("changed", "hf")],
        [("changed", "talk")],
        [("changed", "2025-05-01-heart-failure-at-work")],
        [("added", "2025-05-01-heart-failure-at-home")],
    ]
    commit(file, HEAD + LIST)
    assert changed("hf", str(file))[0] == [("removed", "hf")]
    assert entries("hf", str(file))[0]["effects"] is None
    shown = log("hf", str(file)).out
    assert "    - removed  2025-05-01  Heart failure at work, 1.5 credits, category 1\n" in shown
    assert "    + added    2025-05-01  Heart failure at home, 1.5 credits, category 1\n" in shown
    done = log("lits", str(file))
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "cmeledger: no commit has a record called 'lits'\nhelp: did you mean 'list'?\n"
    )


def test_how_many(file: Path) -> None:
    for number in range(23):
        commit(file, HEAD + TALK + f"# {number}\n")
    assert len(entries(str(file))) == 20
    assert log(str(file), "--json").json["more"] is True
    assert log(str(file)).err == "note: there are more; -n 0 shows all of them\n"
    assert len(entries(str(file), "-n", "0")) == len(entries(str(file), "-n", "23")) == 23
    assert log(str(file), "-n", "23").err == ""
    for bad in ("-1", "x", "9" * 40):
        assert log(str(file), f"-n={bad}").code == 2


def test_many_differences_are_cut_short(file: Path) -> None:
    commit(file)
    more = [course(f"2025-06-{day:02}", 1, title=f"Lecture {day}") for day in range(1, 19)]
    commit(file, HEAD + TALK + "".join(more))
    shown = log(str(file), "-n", "1").out.split("\n")
    assert shown[6:8] == [
        "    + added    2025-06-05  Lecture 5, 1 credit, category 1",
        "    … and 13 more",
    ]
    assert len(entries(str(file))[0]["changes"]) == 18


def test_renames_removals_and_the_archive(file: Path) -> None:
    commit(file)
    run_git(file.parent, "mv", "cme.toml", "mine.toml")
    mine = file.with_name("mine.toml")
    commit(mine, subject="Rename")
    archive = mine.with_name("mine.archive.toml")
    archive.write_text(TALK, "utf-8")
    commit(mine, HEAD, "Archive")
    mine.unlink()
    commit(mine, subject="Remove")
    commit(mine, HEAD, "Again")
    shown = log(str(mine)).out
    assert "    Again\n    + the ledger begins: 1 record\n" in shown
    assert "    Remove\n    - the ledger was taken out\n" in shown
    assert "    Archive\n    > archived 2025-05-01  Heart failure at home, 1.5 cred" in shown
    assert "    Rename\n    renamed from cme.toml\n" in shown
    assert [entry["path"] for entry in entries(str(mine))] == ["mine.toml"] * 4 + ["cme.toml"]
    mine.unlink()
    commit(mine, subject="Remove again")
    assert log(str(mine)).out == log("--ledger", str(mine)).out  # it need not be there


def test_versions_that_do_not_read(file: Path) -> None:
    commit(file)
    broken = commit(file, HEAD + TALK.replace('University"', "University") + LIST, "Break it")
    commit(file, HEAD + TALK + LIST, "Mend it")
    # HEAD has 8 lines; then a blank one, a comment, the header, the id, date, title, provider.
    assert log(str(file)).out.split("\n")[4:9] == [
        f"2026-02-01  {broken[:10]}  Sample",
        "    Break it",
        "    ! could not be read then: line 15: the string is not closed",
        "    ? unread   2025-05-01  Heart failure at home: it may be in the part that ...",
        "    + added    2025-06-01  Handoffs, 2 credits, category 1",
    ]
    assert [entry["problem"] is None for entry in entries(str(file))] == [True, False, True]
    assert [entry["effects"] for entry in entries(str(file))] == [None] * 3


def test_merges_say_only_what_no_parent_has(file: Path) -> None:
    commit(file)
    run_git(file.parent, "checkout", "-q", "-b", "other")
    commit(file, HEAD + TALK + LIST, "Add a list", NOON + DAY)
    run_git(file.parent, "checkout", "-q", "main")
    commit(file, HEAD + TALK + RISK, "Add risk", NOON + 2 * DAY)

    def merge(text: str) -> None:
        run_git(file.parent, "merge", "-q", "--no-commit", "-s", "ours", "other")
        commit(file, text, "Merge", NOON + 3 * DAY)

    merge(HEAD + TALK + LIST + RISK)
    assert changed(str(file)) == [
        [],
        [("added", "risk")],
        [("added", "list")],
        [("added", "talk")],
    ]
    assert "    Merge\n    joins versions, and changes nothing else\n" in log(str(file)).out
    run_git(file.parent, "reset", "-q", "--hard", "HEAD~1")
    both = HEAD + TALK.replace("1.50", "3") + LIST + RISK
    merge(both)
    assert changed(str(file))[0] == [("changed", "talk")]
    first = entries(str(file))[0]
    assert len(first["parents"]) == 2
    assert first["effects"] is None
    assert changed("list", str(file)) == [[("added", "list")]]


def test_a_record_that_both_sides_changed(file: Path) -> None:
    commit(file)
    run_git(file.parent, "checkout", "-q", "-b", "other")
    commit(file, HEAD + TALK.replace("1.50 ", "2 "))
    run_git(file.parent, "checkout", "-q", "main")
    commit(file, HEAD + TALK + 'note = "a"\n')
    run_git(file.parent, "merge", "-q", "--no-commit", "-s", "ours", "other")
    commit(file, HEAD + TALK.replace("1.50 ", "2 ") + 'note = "b"\n')
    (change,) = entries(str(file))[0]["changes"]
    # The credits are the other side's; the note is neither's.
    assert change["keys"] == [{"key": "note", "before": "a", "after": "b"}]


def test_a_shallow_clone(file: Path, tmp_path: Path) -> None:
    commit(file)
    commit(file, HEAD + TALK + LIST, "Add a list")
    url = file.parent.as_uri()
    run_git(tmp_path, "-c", "protocol.file.allow=always", "clone", "-q", "--depth=1", url, "cut")
    copy = tmp_path / "cut" / "cme.toml"
    (only,) = entries(str(copy))
    assert only["cut"] is True
    shown = log(str(copy))
    assert "    the first version in this clone: 2 records\n" in shown.out
    assert shown.err == (
        "note: this clone goes back no further; the whole history: git fetch --unshallow\n"
    )


def test_hostile_authors_and_subjects(file: Path) -> None:
    run_git(file.parent, "add", "--all")
    words = ("-c", "user.name=A\x1b[31m\u202e", "-c", "i18n.commitEncoding=latin-1")
    run_git(file.parent, *words, "commit", "-q", "-m", "x\x1b]0;y\x07 caf\u00e9 \u202e" + "z" * 300)
    for arguments in ((), ("--json",)):
        done = log(str(file), *arguments)
        assert done.code == 0
        assert not set(done.out) & set("\x1b\x07\u202e")
        assert max(map(len, done.out.split("\n"))) <= 80 or arguments


def test_a_commit_without_a_subject(file: Path) -> None:
    run_git(file.parent, "add", "--all")
    run_git(file.parent, "commit", "-q", "--allow-empty-message", "-m", "")
    assert log(str(file)).out.split("\n")[1] == "    (no subject)"


def test_a_commit_of_a_time_that_nobody_has(file: Path) -> None:
    commit(file)
    commit(file, HEAD + TALK + LIST)
    raw = run_git(file.parent, "cat-file", "commit", "HEAD")
    # The last day of the year 9999, and a time zone of more than four days.
    file.with_name("raw").write_text(raw.replace(f"{NOON} +0000", "253402300000 +9999"), "utf-8")
    name = run_git(file.parent, "hash-object", "-t", "commit", "-w", "--literally", "raw").strip()
    run_git(file.parent, "reset", "-q", "--hard", name)
    assert changed(str(file)) == [[("added", "list")], [("added", "talk")]]


def test_versions_of_other_encodings_of_the_log(file: Path) -> None:
    commit(file, subject="caf\u00e9")
    run_git(file.parent, "config", "i18n.logOutputEncoding", "UTF-16")
    assert entries(str(file))[0]["subject"] == "caf\u00e9"


def test_titles_are_no_markup_and_stay_on_their_line(file: Path) -> None:
    title = "[/b]\\n" + "x" * 500
    commit(file)
    commit(file, HEAD + activity(date="2025-05-01", title="T").replace("T", title))
    lines = log(str(file)).out.split("\n")
    assert max(map(len, lines)) <= 80
    assert "[/b]\\nxxx" in lines[3]
