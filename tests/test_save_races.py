"""Saving beside other processes: killed ones, other writers, and editors."""

import os
import pathlib
import random
import signal
import time

import pytest

from cmeledger.ledger.history import History
from cmeledger.ledger.leftover import sweep
from cmeledger.ledger.save import save
from cmeledger.ledger.undo import undo
from cmeledger.problems import NotWritten
from saving import add, beside, finish, start

LOOP = """
import sys
from cmeledger.ledger.history import History
from cmeledger.ledger.save import save
from cmeledger.problems import Conflict
file, state, letter, count = sys.argv[1:]
history = History(state) if state != "off" else None
text = open(file, "rb").read()
print("ready", flush=True)
for number in range(int(count)):
    line = f"{letter}{number}\\n".encode()
    try:
        text = save(file, text, lambda found: found + line, "add", history, wait=120).after
    except Conflict:  # an editor's text was kept under a name of its own
        continue
    print(number, flush=True)
"""

SIZE = 40_000
"""Bytes at the beginning of the ledger that nobody changes."""


def ledger(tmp_path: pathlib.Path) -> pathlib.Path:
    folder = tmp_path / "ledger"
    folder.mkdir()
    (folder / "cme.toml").write_bytes(b"#" * SIZE + b"\n")
    return folder / "cme.toml"


def lines(file: pathlib.Path) -> list[str]:
    """Give the lines that were added; fails on anything that is not a whole text."""
    first, *others, last = file.read_bytes().split(b"\n")
    assert first == b"#" * SIZE
    assert last == b""
    return [line.decode() for line in others]


@pytest.mark.parametrize(
    "kills", [50, pytest.param(1000, marks=pytest.mark.soak)], ids=["short", "soak"]
)
def test_a_killed_save_leaves_the_old_or_the_new(tmp_path: pathlib.Path, kills: int) -> None:
    """What was said to be saved is there; at most one more is, and it is the next, whole."""
    file, state = ledger(tmp_path), tmp_path / "history"
    dice = random.Random(1)
    said: list[str] = []
    one_more = 0
    for kill in range(kills):
        process = start(LOOP, file, state, f"{kill}-", 1_000_000)
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        time.sleep(dice.uniform(0, 0.03))
        process.kill()
        numbers = process.stdout.read().split()  # communicate would miss what has been buffered
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        said += [f"{kill}-{number}" for number in numbers]
        found = lines(file)
        if found != said:
            one_more += 1
            said.append(f"{kill}-{len(numbers)}")
        assert found == said
        assert sweep(str(file), History(str(state))) == []
        assert beside(file) == []
    print(f"{kills} kills, {len(said)} saves, {one_more} of them not said any more, 0 lost")


IN_PLACE = """
import os, sys
from cmeledger.ledger.history import History
from cmeledger.ledger.save import save
file, state, first = sys.argv[1:]
write = os.write
def in_parts(handle, data):  # a system may take a part each time
    if os.fstat(handle).st_nlink == 1:
        return write(handle, data)
    write(1, b"part\\n")
    return write(handle, data[:200])
os.write = in_parts
text = open(file, "rb").read()
for number in range(int(first), 1_000_000):
    whole = b"%d\\n" % number * (8000 + number % 3 * 1000)
    text = save(file, text, lambda _: whole, "edit", History(state)).after
    print(number, flush=True)
"""
"""Saves texts in place that have nothing in common; each grows or shrinks the file."""


def number_in(file: pathlib.Path) -> int | None:
    """Tell which of the texts is there; None: it is not whole."""
    text = file.read_bytes()
    number = int(text.split(b"\n")[0] or -1)
    return number if text == b"%d\n" % number * (8000 + number % 3 * 1000) else None


@pytest.mark.parametrize(
    "kills", [20, pytest.param(400, marks=pytest.mark.soak)], ids=["short", "soak"]
)
def test_a_killed_write_in_place_is_whole_or_found_and_undone(
    file: pathlib.Path, history: History, kills: int
) -> None:
    """What is torn is refused by the next save, and undo gives the last whole text back."""
    file.write_bytes(b"0\n" * 8000)
    os.link(file, file.with_name("other.toml"))
    dice = random.Random(2)
    last, torn = 0, 0
    for _ in range(kills):
        process = start(IN_PLACE, file, history.folder, last + 1)
        assert process.stdout
        heard = [process.stdout.readline().strip() for _ in range(dice.randint(1, 300))]
        process.kill()
        heard += process.stdout.read().split()
        process.communicate()
        said = int([str(last), *(word for word in heard if word != "part")][-1])
        assert process.returncode == -signal.SIGKILL
        found = number_in(file)
        text = file.read_bytes()
        if found is None:
            torn += 1
            assert history.torn(str(file), text)
            with pytest.raises(NotWritten, match=r"cut off in the middle.*\n.*cmeledger undo"):
                save(str(file), text, add(b"one"), "add", history)
            assert file.read_bytes() == text
            undo(str(file), history)
            found = number_in(file)
            assert found == said
        assert found in (said, said + 1)
        assert history.torn(str(file), file.read_bytes()) is None
        assert file.stat().st_nlink == 2
        last = found
    print(f"{kills} kills, {last} saves in place, {torn} cut off and undone, 0 lost")
    assert torn


@pytest.mark.parametrize(
    ("writers", "each"),
    [(4, 25), pytest.param(16, 100, marks=pytest.mark.soak)],
    ids=["short", "soak"],
)
@pytest.mark.parametrize("locks", ["flock", "lock-file"])
def test_every_writers_lines_are_kept(
    tmp_path: pathlib.Path, writers: int, each: int, locks: str
) -> None:
    file = ledger(tmp_path)
    code = LOOP
    if locks == "lock-file":
        code = "from cmeledger.ledger import platform; platform.lock = lambda handle: None" + LOOP
    processes = [
        start(code, file, tmp_path / "history", f"w{writer}-", each) for writer in range(writers)
    ]
    for process in processes:
        finish(process)
    found = lines(file)
    assert sorted(found) == sorted(f"w{w}-{n}" for w in range(writers) for n in range(each))
    for writer in range(writers):  # and each in its own order
        own = [line for line in found if line.startswith(f"w{writer}-")]
        assert own == [f"w{writer}-{number}" for number in range(each)]
    assert beside(file) == []


EDITOR = """
import glob, os, random, sys, time
file, way, count = sys.argv[1:]
dice = random.Random(way)

def read(own):  # a person goes on from a text that has the line saved last, if there is one
    for _ in range(1000):
        with open(file, "rb") as opened:
            text = opened.read()
        if own in text or glob.glob(file + ".theirs-*"):
            break
        time.sleep(0.001)
    return text

own = b""
print("ready", flush=True)
for number in range(int(count)):
    time.sleep(dice.uniform(0, 0.004))
    text = read(own)
    own = f"e{number}\\n".encode()
    text += own
    if way == "truncate":
        with open(file, "wb") as opened:
            opened.write(text)
    elif way == "in-place":
        with open(file, "r+b") as opened:
            opened.write(text)
            opened.truncate()
    elif way == "rename":
        with open(file + ".new", "wb") as opened:
            opened.write(text)
        os.replace(file + ".new", file)
    else:  # Vim's: the file is moved away and made anew
        os.rename(file, file + "~")
        with open(file, "xb") as opened:
            opened.write(text)
        os.unlink(file + "~")
    print(number, flush=True)
"""


@pytest.mark.parametrize(
    "saves", [60, pytest.param(1250, marks=pytest.mark.soak)], ids=["short", "soak"]
)
@pytest.mark.parametrize("way", ["truncate", "in-place", "rename", "vim"])
def test_no_save_of_an_editor_is_lost(tmp_path: pathlib.Path, way: str, saves: int) -> None:
    """Each line of the editor stays.

    It goes on from what has its last line: what a program loses that reads ours in the instant
    before an exchange is taken back, and saves that, is among what docs/guarantees.md does not
    promise. A line that stays away is not waited for, and found missing in the end.

    The editor's stale text may take a line of ours out again, which no protocol can prevent: the
    history knows it.
    """
    file = ledger(tmp_path)
    ours = start(LOOP, file, "off", "w", 10_000_000)
    assert ours.stdout
    assert ours.stdout.readline() == "ready\n"
    finish(start(EDITOR, file, way, saves))
    ours.kill()
    out, (_, err) = ours.stdout.read(), ours.communicate()
    assert (ours.returncode, err) == (-signal.SIGKILL, "")
    assert out  # there was a race
    found = lines(file)
    sweep(str(file), young=-1)
    kept = [name for name in beside(file) if ".theirs-" in name]
    missing = [f"e{number}" for number in range(saves) if f"e{number}" not in found]
    elsewhere = "".join(file.with_name(name).read_text() for name in kept)
    assert [line for line in missing if f"{line}\n" not in elsewhere] == []
    print(
        f"{way}: {saves} of an editor, {len(out.split())} of ours, {len(kept)} kept under a name of their own, 0 lost"
    )
