"""The name of the code's state."""

import subprocess
from pathlib import Path

import pytest

from bench.solver import commit


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone with one commit."""
    monkeypatch.setattr(commit, "_ROOT", tmp_path)
    (tmp_path / "code.py").write_text("once")
    for arguments in (
        ["init", "--quiet"],
        ["add", "code.py"],
        ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "--message", "Begin"],
    ):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)
    return tmp_path


def test_a_clean_tree_is_named_by_its_commit(clone: Path) -> None:
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=clone, check=True, capture_output=True, text=True)
    assert head.stdout.startswith(commit.commit())
    assert len(commit.commit()) >= 7


def test_each_change_has_its_name(clone: Path) -> None:
    clean = commit.commit()
    (clone / "code.py").write_text("twice")
    twice = commit.commit()
    (clone / "code.py").write_text("thrice")
    assert twice.startswith(f"{clean}-dirty-")
    assert commit.commit() not in (clean, twice)


def test_outside_a_clone_there_is_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commit, "_ROOT", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert commit.commit() == "unknown"
