"""The real pre-commit framework runs the project's hook: a broken ledger is stopped, a good one not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import HEAD
from repositories import CLEAN, needs_git, run_git

pytestmark = needs_git

ROOT = Path(__file__).parent.parent
HOOKS = (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")
PROJECT = ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
"""What an installation needs, beside src."""


def provider(folder: Path, hooks: str) -> str:
    """Make a local clone of the project with the hook; give its commit."""
    folder.mkdir()
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for name in PROJECT:
        shutil.copy(ROOT / name, folder)
    (folder / ".pre-commit-hooks.yaml").write_text(hooks, "utf-8")
    run_git(folder, "init", "-q")
    run_git(folder, "add", "-A")
    run_git(folder, "commit", "-q", "-m", "the project")
    return run_git(folder, "rev-parse", "HEAD").strip()


def run_hooks(folder: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Run the hooks on all files as they are staged."""
    run_git(folder, "add", "-A")
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--all-files", "--color", "never"],
        cwd=folder,
        env=CLEAN | {"PRE_COMMIT_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "language",
    [
        # An environment of its own takes a minute to make; the short form calls this one.
        "system",
        pytest.param("python", marks=pytest.mark.soak),
    ],
)
def test_pre_commit_runs_the_hook(language: str, tmp_path: Path) -> None:
    hooks = HOOKS
    if language == "system":
        hooks = hooks.replace("entry: cmeledger", f"entry: {sys.executable} -P -m cmeledger")
        hooks = hooks.replace("language: python", "language: system")
    commit = provider(tmp_path / "project", hooks)
    folder = tmp_path / "clone"
    (folder / "other").mkdir(parents=True)
    run_git(folder, "init", "-q")
    (folder / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {tmp_path / 'project'}\n  rev: {commit}\n  hooks:\n  - id: cmeledger-check\n",
        "utf-8",
    )
    ledgers = (folder / "cme.toml", folder / "other" / "cme.toml")
    for ledger in ledgers:
        ledger.write_text(HEAD, "utf-8")
    (folder / "other.toml").write_text("this is no TOML", "utf-8")  # and no ledger
    good = run_hooks(folder, tmp_path / "home")
    assert good.returncode == 0, good.stdout + good.stderr
    assert "Passed" in good.stdout
    ledgers[1].write_text(HEAD.replace("format = 1", "format ="), "utf-8")
    broken = run_hooks(folder, tmp_path / "home")
    assert broken.returncode == 1
    assert f"other{os.sep}cme.toml:1:9: error[not-toml]" in broken.stdout
