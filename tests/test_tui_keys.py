"""Every key and every palette entry has an effect; what leaves the app goes where it should."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from textual.binding import Binding
from textual.command import CommandPalette
from textual.widgets import ContentSwitcher, Input, OptionList

from cmeledger.tui.app import CmeledgerApp
from cmeledger.tui.help import Help
from cmeledger.tui.keys import EVERYWHERE, IN_LISTS, Key
from cmeledger.tui.lines import LineList
from cmeledger.tui.settings import remember_theme, remembered_theme
from conftest import SAMPLES
from screens import LARGE, app_of, lines_of, opened, page_of, press, screen, tells, until, words

SURGEON = SAMPLES / "surgeon.toml"
DOCS = Path(__file__).parent.parent / "docs"


class Calls(list[Any]):
    """Remembers what was called instead of calling it."""

    returncode = 0

    def __call__(self, command: list[str], **_options: object) -> "Calls":
        self.append(command)
        return self


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Stand in for the programs that would be started."""
    calls = Calls()
    monkeypatch.setattr("cmeledger.tui.outward.subprocess.run", calls)
    monkeypatch.setattr("cmeledger.tui.outward.subprocess.Popen", calls)
    monkeypatch.setattr(CmeledgerApp, "suspend", lambda _app: open(os.devnull))  # noqa: SIM115
    # Before the other one: a module that is loaded then would keep the stand-in.
    monkeypatch.setattr("cmeledger.git.call.which", lambda *_name, **_options: None)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setenv("VISUAL", "vim")
    return calls


def effect(pilot: Any, calls: Calls) -> tuple[object, ...]:
    """Everything a key could change that a person would see."""
    return (
        screen(pilot),
        type(pilot.app.screen).__name__,
        getattr(pilot.app.focused, "id", None),
        len(calls),
        pilot.app.clipboard,
        pilot.app.is_running,
    )


# Where a key needs something to work on, the keys pressed before.
BEFORE = {
    "app.progress": ["2"],
    "app.reload": [],
    "app.back": ["2"],
    "app.license": [],
    "app.attach": ["2"],
    "app.certificate": ["2", "pagedown"],
    "app.copy-id": ["2"],
    "app.copy-line": ["2"],
    "app.editor": ["2"],
    "app.edit": ["2"],
    "app.repeat": ["2"],
    "app.claim": ["2"],
    "app.remove": ["2"],
    "app.mark": ["2"],
    "app.bring-back": ["6"],
    "app.unmark": ["2", "m"],
    "lines.up": ["end"],
    "lines.page-up": ["end"],
    "lines.first": ["end"],
    "lines.down": ["home"],
    "lines.page-down": ["home"],
    "lines.last": ["home"],
}


@pytest.fixture
def surgeon(tmp_path: Path) -> Path:
    """Copy the ledger: some of the keys write."""
    return Path(shutil.copy(SURGEON, tmp_path / "surgeon.toml"))


@pytest.mark.parametrize("key", [*EVERYWHERE, *IN_LISTS], ids=lambda key: key.id)
async def test_every_key_has_an_effect(
    key: Key, started: Calls, surgeon: Path, tmp_path: Path
) -> None:
    if key.id == "app.reload":
        pytest.skip("it has a test of its own: on an unchanged file it changes nothing")
    async with opened(surgeon, settings=str(tmp_path / "screens.json")) as pilot:
        for name in key.keys.split(","):
            if not pilot.app.is_running:
                break
            while len(pilot.app.screen_stack) > 1:
                await press(pilot, "escape")
            await press(pilot, "1", *BEFORE.get(key.id, []))
            before = effect(pilot, started)
            await press(pilot, name)
            if pilot.app.is_running:
                await until(
                    pilot,
                    lambda before=before: effect(pilot, started) != before,  # type: ignore[misc]
                    f"{name} does something",
                )


COMMANDS = [key for key in EVERYWHERE if key.palette]


def first_hit(pilot: Any) -> tuple[str, object] | None:
    """Read the first command that the palette offers: its name, and what it runs."""
    options = pilot.app.screen.query_one(OptionList)
    if not options.option_count:
        return None
    hit = options.get_option_at_index(0).hit
    return hit.text, getattr(hit.command, "args", None)


async def test_every_command_is_in_the_palette_and_does_what_its_key_does() -> None:
    async with opened(SURGEON) as pilot:
        await press(pilot, "ctrl+p")
        for key in COMMANDS:
            name = f"{key.label} ({key.shown})"
            pilot.app.screen.query_one(Input).value = name  # as typing does, in one step
            wanted = name, (key.action,)
            await until(pilot, lambda wanted=wanted: first_hit(pilot) == wanted, name)  # type: ignore[misc]


@pytest.mark.parametrize(
    "key",
    [
        # In each run one that asks, one that shows and one that writes; in the soak run each.
        key
        if key.id in ("app.remove", "app.help", "app.claim")
        else pytest.param(key, marks=pytest.mark.soak)
        for key in COMMANDS
    ],
    ids=lambda key: key.id,
)
async def test_every_command_of_the_palette_has_an_effect(
    key: Key, started: Calls, surgeon: Path, tmp_path: Path
) -> None:
    if key.id == "app.reload":
        pytest.skip("it has a test of its own")
    async with opened(surgeon, settings=str(tmp_path / "screens.json")) as pilot:
        await press(pilot, *(BEFORE.get(key.id) or (["2"] if key.id != "app.records" else ["3"])))
        before = effect(pilot, started)
        await press(pilot, "ctrl+p")
        name = f"{key.label} ({key.shown})"
        pilot.app.screen.query_one(Input).value = name  # as typing does, in one step
        wanted = name, (key.action,)
        await until(pilot, lambda: first_hit(pilot) == wanted, "the command stands first")
        await press(pilot, "enter")
        await until(
            pilot,
            lambda: (
                not isinstance(pilot.app.screen, CommandPalette)
                or not pilot.app.is_running
                or "theme" in words(pilot).lower()
            ),
            "the palette is closed",
        )
        await until(pilot, lambda: effect(pilot, started) != before, "the command did something")


async def test_reload_reads_the_file_at_once(tmp_path: Path) -> None:
    file = tmp_path / "cme.toml"
    file.write_bytes(SURGEON.read_bytes())
    async with opened(file) as pilot:
        loaded = app_of(pilot).shown
        await press(pilot, "r")
        await until(pilot, lambda: app_of(pilot).shown is not loaded, "another reading")


async def test_the_palette_finds_a_record_and_goes_there() -> None:
    async with opened(SURGEON) as pilot:
        await press(pilot, "ctrl+p", *"safer operating")
        await until(
            pilot, lambda: "2026-10-29-safer-list" in screen(pilot), "the record is offered"
        )
        await press(pilot, "enter")
        await until(
            pilot, lambda: app_of(pilot).view.record == "2026-10-29-safer-list", "it is shown"
        )
        assert pilot.app.query_one(ContentSwitcher).current == "records"


async def test_the_editor_opens_at_the_line_of_the_record(started: Calls) -> None:
    async with opened(SURGEON) as pilot:
        app_of(pilot).go_to("2026-10-29-safer-list")
        await pilot.pause()
        await press(pilot, "E")
        (command,) = started
        assert command[0] == "vim"
        assert command[2] == str(SURGEON)
        line = SURGEON.read_text("utf-8").split("\n")[int(command[1].removeprefix("+"))]
        assert line.split("=")[1].strip() == '"2026-10-29-safer-list"'  # the line after the header


async def test_without_an_editor_there_is_advice(
    started: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    async with opened(SURGEON) as pilot:
        await press(pilot, "E")
        await tells(pilot, "set EDITOR to yours")
        assert started == []


async def test_the_certificate_opens_by_its_absolute_path(started: Calls) -> None:
    async with opened(SURGEON) as pilot:
        app_of(pilot).go_to("2026-09-16-complaint")
        await pilot.pause()
        await press(pilot, "o")
        (command,) = started
        path = SAMPLES / "evidence" / "surgeon" / "2026-09-16-complaint.pdf"
        assert command[-1] == str(path.resolve())


async def test_a_certificate_that_is_not_there_or_leads_outside_is_not_opened(
    started: Calls, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "secret.pdf").write_bytes(b"%PDF-")
    (tmp_path / "folder" / "link.pdf").symlink_to(tmp_path / "secret.pdf")
    text = (SAMPLES / "surgeon.toml").read_text("utf-8")
    record = '[[activity]]\nid = "{0}"\ndate = 2026-11-0{1}\ntitle = "t"\nprovider = "p"\ncategory = 1\ncredits = 1\nevidence = ["{2}"]\n'
    text = text[: text.index("[[activity]]")]
    file = tmp_path / "folder" / "cme.toml"
    file.write_text(
        text + record.format("away", 2, "away.pdf") + record.format("linked", 1, "link.pdf"),
        "utf-8",
    )
    async with opened(file) as pilot:
        for record_, word in (
            ("away", "there is no file"),
            ("linked", "leads out of the ledger's"),
        ):
            app_of(pilot).go_to(record_)
            await pilot.pause()
            await press(pilot, "o")
            await tells(pilot, word)
        assert started == []


async def test_what_is_copied(started: Calls) -> None:
    del started
    async with opened(SURGEON) as pilot:
        app_of(pilot).go_to("2026-10-08-hernia-faculty")
        await pilot.pause()
        await press(pilot, "y")
        assert pilot.app.clipboard == "2026-10-08-hernia-faculty"
        await press(pilot, "Y")
        assert pilot.app.clipboard == (
            "2026-10-08; Faculty at the hernia course; Wachusett University Medical School; "
            "3 credits, Category 1"
        )


async def test_the_first_focus_is_never_a_text_field() -> None:
    async with opened(SURGEON) as pilot:
        for view in "123456":
            await press(pilot, view)
            assert isinstance(pilot.app.focused, LineList)


async def test_tab_reaches_every_pane() -> None:
    async with opened(SURGEON, size=LARGE) as pilot:
        await press(pilot, "2")
        seen = []
        for _ in range(3):
            seen.append(getattr(pilot.app.focused, "id", ""))
            await press(pilot, "tab")
        assert set(seen) == {"rows", "record", "filter"}


@pytest.mark.parametrize("size", [(80, 24), LARGE])
async def test_help_names_every_key(size: tuple[int, int]) -> None:
    async with opened(SURGEON, size=size) as pilot:
        await press(pilot, "question_mark")
        await until(pilot, lambda: len(lines_of(pilot, "help-text")) > 10, "the help")
        text = page_of(pilot, "help-text")
        for key in (*EVERYWHERE, *IN_LISTS):
            assert f"{key.shown} {key.what}" in text, key.id
        await press(pilot, "escape")
        assert not isinstance(pilot.app.screen, Help)


def test_the_page_of_keys_names_every_key() -> None:
    page = (DOCS / "keys.md").read_text("utf-8")
    for key in (*EVERYWHERE, *IN_LISTS):
        assert f"| `{key.shown}` | {key.what} |" in page, key.id
    for picture in re.findall(r"\((pictures/[^)]+)\)", page):
        assert (DOCS / picture).is_file()


def test_no_two_bindings_share_a_key_and_each_has_a_tooltip() -> None:
    names = [name for key in (*EVERYWHERE, *IN_LISTS) for name in key.keys.split(",")]
    assert len(set(names)) == len(names)
    for key in (*EVERYWHERE, *IN_LISTS):
        binding = key.binding
        assert isinstance(binding, Binding)
        assert binding.tooltip
        assert len(binding.description) <= 12


async def test_the_footer_fits_80_columns() -> None:
    async with opened(SURGEON) as pilot:
        for view in "123456":
            await press(pilot, view)
            last = screen(pilot).split("\n")[-1]
            for word in ("Open", "Filter", "Add", "Edit", "Help", "Quit", "palette"):
                assert word in last, (view, last)


async def test_a_theme_is_remembered_and_a_bad_file_does_no_harm(tmp_path: Path) -> None:
    settings = tmp_path / "deep" / "screens.json"
    async with opened(SURGEON, settings=str(settings)) as pilot:
        pilot.app.theme = "high-contrast"
        await until(pilot, settings.exists, "the file of settings")
    assert remembered_theme(str(settings)) == "high-contrast"
    async with opened(SURGEON, settings=str(settings)) as pilot:
        assert pilot.app.theme == "high-contrast"
    for bad in (
        b"",
        b"[",
        b"[1]",
        b'{"theme": 3}',
        b"\xff",
        json.dumps({"theme": "gone"}).encode(),
    ):
        settings.write_bytes(bad)
        async with opened(SURGEON, settings=str(settings)) as pilot:
            assert pilot.app.theme == "textual-dark"
    assert remember_theme("/proc/nowhere/x.json", "nord") is False


async def test_no_color_is_respected_and_nothing_is_told_by_color_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with opened(SURGEON) as pilot:
        colored = screen(pilot)
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened(SURGEON) as pilot:
        assert screen(pilot) == colored
        strips = pilot.app.screen._compositor.render_strips()  # noqa: SLF001
        assert pilot.app.no_color
        assert any(segment.text.strip() for strip in strips for segment in strip)


async def test_the_filter_field_takes_letters_that_are_keys_elsewhere(started: Calls) -> None:
    async with opened(SURGEON) as pilot:
        await press(pilot, "slash", "q", "o", "E", "question_mark")
        assert pilot.app.query_one(Input).value == "qoE?"
        assert started == []


def test_the_editor_is_named_as_a_shell_would(monkeypatch: pytest.MonkeyPatch) -> None:
    from cmeledger.outside import editor_command

    monkeypatch.setattr("shutil.which", lambda name: name)
    here = os.path.abspath("cme.toml")
    assert editor_command({"EDITOR": "nano"}, "cme.toml", 7) == ["nano", "+7", here]
    assert editor_command({"EDITOR": "vi", "VISUAL": "emacs -nw"}, "cme.toml", 7) == [
        "emacs", "-nw", "+7", here,
    ]  # fmt: skip
    assert editor_command({"VISUAL": "code"}, "cme.toml", 7) == [
        "code", "--wait", "--goto", f"{here}:7",
    ]  # fmt: skip
    assert editor_command({"VISUAL": "code -w"}, "cme.toml", 7)[:2] == ["code", "-w"]
    assert editor_command({"VISUAL": "'/opt/my editor/hx'"}, "cme.toml", 7) == [
        "/opt/my editor/hx", f"{here}:7",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="cannot be understood"):
        editor_command({"EDITOR": "vim 'x"}, "cme.toml", 7)


def test_nothing_runs_through_a_shell(tmp_path: Path) -> None:
    # A name that a shell would act on is one argument.
    from cmeledger.outside import editor_command

    file = tmp_path / "a; touch owned $(touch owned)"
    file.write_text("", "utf-8")
    subprocess.run(editor_command({"EDITOR": "true"}, str(file), 1), check=True, cwd=tmp_path)
    assert not (tmp_path / "owned").exists()
