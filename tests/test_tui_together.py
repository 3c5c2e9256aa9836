"""Two apps and an editor on one ledger: what an app said was saved is there, or said to be not."""

import json
import os
import random
import selectors
from pathlib import Path
from typing import Any

import pytest

from conftest import HEAD, run_here
from forms import history_of
from saving import finish, start
from together import records

TALK = """
[[activity]]
id = "{id}"
date = 2025-03-01
title = "{id}"
provider = "BIDMC"
category = 1
credits = 2
"""
ATTENDED = 'status = "attended"\nclaim-by = 2026-12-31\n'


class Editor:
    """Somebody's editor: it adds records of its own to a text that it read now, or long ago."""

    def __init__(self, file: Path) -> None:
        """Open the file."""
        self.file, self.dice = file, random.Random(6)
        self.buffer = file.read_text("utf-8")
        self.own: list[str] = []

    def save(self) -> None:
        """Save in one of the ways editors have."""
        if self.dice.random() < 0.7:
            self.buffer = self.file.read_text("utf-8")
        self.own.append(f"editor-{len(self.own)}")
        for id in self.own:
            if f'"{id}"' not in self.buffer:
                self.buffer += TALK.format(id=id)
        if self.dice.random() < 0.5:
            self.file.write_text(self.buffer, "utf-8")
        else:
            new = self.file.with_suffix(".new")
            new.write_text(self.buffer, "utf-8")
            os.replace(new, self.file)


@pytest.mark.parametrize(
    "edits", [4, pytest.param(40, marks=pytest.mark.soak)], ids=["short", "soak"]
)
def test_every_acknowledged_change_is_there_or_named(file: Path, edits: int) -> None:
    """As its last acknowledged save left it, each record is in the file, or `recover` names it."""
    first = (TALK.format(id=f"first-{number}") + ATTENDED * (number % 2) for number in range(8))
    file.write_text(HEAD + "".join(first), "utf-8")
    editor, dice = Editor(file), random.Random(7)
    saves: dict[int, dict[str, Any]] = {}
    conflicts = 0
    run = "import together; together.run()"
    apps = [start(run, file, name, edits) for name in ("anna", "ben")]
    with selectors.DefaultSelector() as ready:
        for app in apps:
            assert app.stdout
            ready.register(app.stdout, selectors.EVENT_READ)
        while ready.get_map():
            for key, _ in ready.select():
                line = key.fileobj.readline()  # type: ignore[union-attr]
                if not line:
                    ready.unregister(key.fileobj)
                    continue
                told = json.loads(line)
                if "conflict" in told:
                    conflicts += 1
                else:
                    assert told["number"] not in saves
                    saves[told["number"]] = told["records"]
                if dice.random() < 0.3:
                    editor.save()
    for app in apps:
        finish(app)
    last = {id: record for number in sorted(saves) for id, record in saves[number].items()}
    now = json.loads(json.dumps(records(file.read_bytes()), default=str))
    state = {"CMELEDGER_HISTORY": history_of(file).folder}
    named = {
        item["id"] for item in run_here("recover", str(file), "--json", env=state).json["records"]
    }
    lost = {id for id, record in last.items() if now.get(id) != record}
    assert lost <= named
    titles = [record["title"] for record in now.values()]
    assert len(set(titles)) == len(titles)
    assert run_here("check", str(file), "--json").json["errors"] == 0
    aside = "".join(path.read_text("utf-8") for path in file.parent.glob("*.theirs-*"))
    assert [id for id in editor.own if id not in now and f'"{id}"' not in aside] == []
    assert len(saves) >= edits // 2
    print(
        f"{len(saves)} saves of two apps, {len(editor.own)} of an editor, {conflicts} conflicts asked "
        f"about, {len(lost)} records written over and named, 0 lost"
    )
