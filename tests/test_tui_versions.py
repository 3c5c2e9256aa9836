"""The ledger in git on the screens: what is shown, committed and said; with real git."""

import subprocess
import threading
from pathlib import Path

import pytest
from textual.widgets import Button

from cmeledger.committing import Compared
from cmeledger.tui import versions
from cmeledger.tui.choose import Choose
from cmeledger.tui.fields import Field
from cmeledger.tui.lines import Page
from cmeledger.tui.versions import Versions
from conftest import HEAD, NASTY, PATIENCE
from forms import Screens, writing
from ledgers import LIST, TALK
from repositories import CLEAN, NOON, needs_git, run_git
from screens import SIZES, lines_of, press, said, same_as_before, screen, tells, until, words
from test_commit import RISK, SCOPE, diverged, file, holds, message  # noqa: F401  a fixture
from test_tui_nasty import CONTROL, basic

pytestmark = needs_git


@pytest.fixture(autouse=True)
def nobodys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let git know nothing of the person whose machine this is."""
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, CLEAN[name])


def committed(file: Path, text: str, what: str = "A first version", day: int = 0) -> None:  # noqa: F811
    """Commit a version as another program would, on a day after the first."""
    file.write_text(text, "utf-8")
    run_git(file.parent, "add", "cme.toml")
    run_git(file.parent, "commit", "-q", "-m", what, when=NOON + day * 86400)


def panel(pilot: Screens) -> Versions:
    found = pilot.app.screen
    assert isinstance(found, Versions), found
    return found


async def look(pilot: Screens, *said: str) -> None:
    """Open the panel, and wait until it says something and has read the history."""
    await press(pilot, "v")
    await shows(pilot, *said)
    found = panel(pilot).found
    if found is not None and found.compared is not None:
        await until(pilot, lambda: panel(pilot).history is not None, "the history is read")


async def shows(pilot: Screens, *texts: str) -> None:
    for text in texts:
        await until(pilot, lambda text=text: text in words(pilot), text)  # type: ignore[misc]


def page(pilot: Screens) -> str:
    return "\n".join(lines_of(pilot, "versions-text"))


def field(pilot: Screens) -> Field:
    return panel(pilot).query_one(Field)


async def test_what_differs_what_was_committed_and_committing_it(file: Path) -> None:  # noqa: F811
    committed(file, HEAD + RISK)
    committed(file, HEAD + RISK + LIST, "Add handoffs", 1)
    file.write_text(HEAD + RISK + LIST + SCOPE, "utf-8")
    async with writing(file) as pilot:
        await look(pilot, "On branch main: 1 file to commit")
        assert field(pilot).value == "Add SCOPE of Pain (2025-06-03)"
        text = page(pilot)
        assert "+ added    2025-06-03  SCOPE of Pain, 2 credits, category 1" in text
        # Risk management: 8, and 2 more, of 10.
        assert "→ risk management 8 → 10 of 10, now met" in text
        assert "To be committed on main:\n  changed  cme.toml" in text
        assert text.index("Add handoffs") < text.index("A first version")
        await press(pilot, "ctrl+s")
        await shows(pilot, "On branch main: the last commit has all of it")
        await tells(pilot, ": Add SCOPE of Pain (2025-06-03)")
        assert not panel(pilot).query_one(".field").display
        assert "No record differs." in page(pilot)
        await until(pilot, lambda: "SCOPE of Pain (2025-06-03)" in page(pilot), "the new commit")
        await press(pilot, "escape")
        assert not isinstance(pilot.app.screen, Versions)
    # All credits: 8, 2 and 2 more.
    assert message(file) == (
        "Add SCOPE of Pain (2025-06-03)\n\n"
        "+ added    2025-06-03  SCOPE of Pain, 2 credits, category 1\n\n"
        "What that does, as of Mar 1, 2026:\n"
        "→ all credits 10 → 12 of 50\n"
        "→ risk management 8 → 10 of 10, now met\n"
    )
    assert holds(file) == ["cme.toml"]


@pytest.mark.parametrize("by", ["enter", "ctrl+s", "click"])
async def test_what_is_typed_replaces_the_first_line(by: str, file: Path) -> None:  # noqa: F811
    committed(file, HEAD)
    file.write_text(HEAD + LIST, "utf-8")
    async with writing(file) as pilot:
        await look(pilot, "1 file to commit")
        await press(pilot, "tab")
        assert field(pilot).has_focus
        await press(pilot, "ctrl+u", "q", "ctrl+u", *"My own words")
        file.write_text(HEAD + LIST + SCOPE, "utf-8")  # what was typed outlives that
        await shows(pilot, "+ added 2025-06-03")
        assert field(pilot).value == "My own words"
        if by == "click":
            await pilot.click(panel(pilot).query_one("#commit", Button))
        else:
            await press(pilot, by)
        await shows(pilot, "the last commit has all of it")
    first, _, *rest = message(file).split("\n")
    assert first == "My own words"
    assert rest[:2] == [
        "+ added    2025-06-01  Handoffs, 2 credits, category 1",
        "+ added    2025-06-03  SCOPE of Pain, 2 credits, category 1",
    ]


async def test_a_blank_message_is_refused(file: Path) -> None:  # noqa: F811
    async with writing(file) as pilot:
        await look(pilot, "1 file to commit")
        assert "Not committed yet" in page(pilot)
        assert "No commit has the ledger yet." in page(pilot)
        await press(pilot, "tab", "ctrl+u", " ", "enter")
        await shows(pilot, "the message is blank")
        assert run_git(file.parent, "rev-list", "--all", "--count") == "0\n"
        await press(pilot, "ctrl+u", *"Begin", "enter")
        await shows(pilot, "the last commit has all of it")
    assert message(file) == "Begin\n"


async def test_a_commit_by_another_program_is_seen(file: Path) -> None:  # noqa: F811
    committed(file, HEAD)
    file.write_text(HEAD + LIST, "utf-8")
    async with writing(file) as pilot:
        await look(pilot, "1 file to commit")
        run_git(file.parent, "commit", "-q", "-a", "-m", "Done elsewhere")
        await shows(pilot, "the last commit has all of it", "Done elsewhere")
        run_git(file.parent, "switch", "-q", "-c", "side")
        await shows(pilot, "On branch side")


async def test_a_commit_that_came_too_late_is_refused_and_what_is_there_shown(
    file: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Versions, "_look_again", lambda _: None)
    committed(file, HEAD)
    file.write_text(HEAD + LIST, "utf-8")
    async with writing(file) as pilot:
        await look(pilot, "1 file to commit")
        run_git(file.parent, "commit", "-q", "--allow-empty", "-m", "Done elsewhere")
        await press(pilot, "ctrl+s")
        await shows(pilot, "another commit was made meanwhile")
        await press(pilot, "ctrl+s")
        await shows(pilot, "the last commit has all of it")
    assert message(file).startswith("Add Handoffs (2025-06-01)\n")


async def test_a_long_message_is_said_cut_and_committed_whole(file: Path) -> None:  # noqa: F811
    committed(file, HEAD)
    file.write_text(HEAD + LIST, "utf-8")
    async with writing(file) as pilot:
        await look(pilot, "1 file to commit")
        field(pilot).value = "# " + "w" * 10_000
        await press(pilot, "ctrl+s")
        await shows(pilot, "the last commit has all of it")
        await tells(pilot, f": # {'w' * 67}...")
        assert "w" * 68 not in said(pilot)
    assert message(file).split("\n")[0] == "# " + "w" * 10_000


async def test_the_commits_are_read_again_only_where_they_are_others(file: Path) -> None:  # noqa: F811
    committed(file, HEAD)
    async with writing(file) as pilot:
        await look(pilot, "the last commit has all of it")
        read = panel(pilot).history
        file.write_text(HEAD + LIST, "utf-8")
        await shows(pilot, "+ added 2025-06-01")
        find = [worker for worker in pilot.app.workers if worker.group == "find"]
        await pilot.app.workers.wait_for_complete(find)
        assert panel(pilot).history is read
        await press(pilot, "ctrl+s")
        await shows(pilot, "Handoffs (2025-06-01)", "A first version")


async def test_commits_that_another_look_kept_from_being_shown_are_read_by_it(
    file: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    committed(file, HEAD)
    read, asked, may_go_on = versions._history, [], threading.Event()  # noqa: SLF001

    def slow(compared: Compared) -> list[versions.Told]:
        asked.append(compared)
        if len(asked) == 1:
            may_go_on.wait(PATIENCE)
        return read(compared)

    async with writing(file) as pilot:
        await look(pilot, "the last commit has all of it")
        monkeypatch.setattr(versions, "_history", slow)
        committed(file, HEAD + LIST, "Done elsewhere", 1)
        await until(pilot, lambda: bool(asked), "the commits are being read")
        panel(pilot)._look()  # noqa: SLF001  as when the ledger changes
        try:
            await shows(pilot, "Done elsewhere", "A first version")
        finally:
            may_go_on.set()


async def test_a_ledger_with_errors_is_asked_about(file: Path) -> None:  # noqa: F811
    committed(file, HEAD)
    file.write_text(HEAD + LIST + 'kind = "sermon"\n', "utf-8")
    async with writing(file) as pilot:
        await look(pilot, "the ledger has 1 error: see cmeledger check")
        for answer, count in (("n", "1\n"), ("y", "2\n")):
            await press(pilot, "ctrl+s")
            await until(pilot, lambda: isinstance(pilot.app.screen, Choose), "a question")
            assert "The ledger has 1 error. Commit it as it is?" in words(pilot)
            await press(pilot, answer)
            await until(pilot, lambda: not panel(pilot).is_committing, "it is done")
            assert run_git(file.parent, "rev-list", "--all", "--count") == count


async def test_what_git_refuses_is_said(file: Path) -> None:  # noqa: F811
    committed(file, HEAD)
    file.write_text(HEAD + LIST, "utf-8")
    async with writing(file) as pilot:
        await look(pilot, "1 file to commit")
        (file.parent / ".git" / "HEAD.lock").write_bytes(b"")
        await press(pilot, "ctrl+s")
        await shows(pilot, "git commit failed")
        with file.open("a", encoding="utf-8") as saved:
            saved.write(TALK)  # the panel looks again, and the reason is still there
        await shows(pilot, "2 records", "git commit failed")
        (file.parent / ".git" / "HEAD.lock").unlink()
        await press(pilot, "ctrl+s")
        await shows(pilot, "the last commit has all of it")


async def test_what_stands_in_the_way_is_a_sentence(file: Path) -> None:  # noqa: F811
    diverged(file)
    with pytest.raises(subprocess.CalledProcessError):
        run_git(file.parent, "merge", "other")
    async with writing(file) as pilot:
        await look(pilot, "the file has errors in line", "git left both versions here")
        file.write_text(HEAD + LIST, "utf-8")
        await shows(pilot, "a merge is not finished in this repository", "git merge --abort")
        assert not panel(pilot).query_one("#commit").display
        await press(pilot, "ctrl+s")
        assert "~ changed" in page(pilot)
        run_git(file.parent, "merge", "--abort")
        await shows(pilot, "On branch main: the last commit has all of it")


async def test_no_repository_and_one_that_comes(file: Path) -> None:  # noqa: F811
    plain = file.parent.parent / "plain" / "cme.toml"
    plain.parent.mkdir()
    plain.write_text(HEAD + TALK, "utf-8")
    async with writing(plain) as pilot:
        await look(pilot, "is in no git repository", "cmeledger git setup --init")
        assert page(pilot) == ""
        run_git(plain.parent, "init", "-q", "-b", "main")
        await shows(pilot, "git does not know who you are")
        run_git(plain.parent, "config", "user.name", "Sample")
        run_git(plain.parent, "config", "user.email", "sample@example.org")
        await shows(pilot, "On branch main: 1 file to commit")


async def test_a_detached_head(file: Path) -> None:  # noqa: F811
    committed(file, HEAD)
    run_git(file.parent, "switch", "-q", "--detach")
    async with writing(file) as pilot:
        await look(pilot, "On no branch: the last commit has all of it", "git switch -c NAME")


async def test_the_way_git_merges_it_is_said(file: Path) -> None:  # noqa: F811
    committed(file, HEAD)
    (file.parent / ".gitattributes").write_text("cme.toml merge=union\n", "utf-8")
    async with writing(file) as pilot:
        await look(pilot, "1 file to commit", "merge=union")
        assert field(pilot).value == "Set up git for the ledger"


async def test_hostile_titles_subjects_and_authors(file: Path) -> None:  # noqa: F811
    texts = [*NASTY["terminal"], *NASTY["unicode"], *NASTY["markup"]]
    texts = [text for text in texts if not any("\ud800" <= c <= "\udfff" or not c for c in text)]
    texts = [text.replace("\0", "") for text in texts if text.strip(" \t\r\n\0")]
    records = [
        f'[[activity]]\nid = "n{number}"\ndate = 2025-06-01\ntitle = {basic(text)}\n'
        "category = 2\ncredits = 1\n"
        for number, text in enumerate(texts)
    ]
    for number, text in enumerate(texts[:6]):
        file.write_text(HEAD + records[number], "utf-8")
        run_git(file.parent, "add", "cme.toml")
        author = "".join(c for c in text if c not in "<>\n") + " x <x@example.org>"
        run_git(file.parent, "commit", "-q", "--cleanup=verbatim", "-m", text, "--author", author)
    file.write_text(HEAD + "".join(records), "utf-8")
    async with writing(file) as pilot:
        await look(pilot, "1 file to commit")
        assert CONTROL.search(page(pilot)) is None
        for _ in range(len(panel(pilot).query_one(Page).items) // 10 + 1):
            assert CONTROL.search(screen(pilot)) is None
            await press(pilot, "pagedown")
        await press(pilot, "ctrl+s")
        await shows(pilot, "the last commit has all of it")
        assert CONTROL.search(screen(pilot)) is None


@SIZES
async def test_the_pictures(size: tuple[int, int], file: Path) -> None:  # noqa: F811
    committed(file, HEAD + RISK)
    committed(file, HEAD + RISK + LIST, "Add [bold]handoffs[/]", 1)
    file.write_text(HEAD + RISK + LIST.replace("BIDMC", "MGH") + SCOPE, "utf-8")
    async with writing(file, size=size) as pilot:
        await look(pilot, "1 file to commit")
        same_as_before(pilot, "versions")
