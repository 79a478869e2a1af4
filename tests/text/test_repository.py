"""What git tracks, as git itself says it, from every form of its index."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from auditlint.text import repository

if TYPE_CHECKING:
    from pathlib import Path

FILES = [f"d{number % 7}/é{'x' * number}/{number}.yaml" for number in range(200)] + ["a", "d0.yaml", "z"]


def git(folder: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True).stdout


@pytest.fixture(params=["sha1", "sha256"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet", f"--object-format={request.param}")
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.mark.parametrize("version", ["2", "4"])
@pytest.mark.parametrize("split", ["false", "true"])
def test_what_git_lists(folder: Path, version: str, split: str) -> None:
    git(folder, "config", "index.version", version)
    git(folder, "config", "core.splitIndex", split)
    git(folder, "add", "--all")
    (folder / "late.yaml").touch()
    git(folder, "add", "--intent-to-add", "late.yaml")
    (folder / "untracked.yaml").touch()
    listed = [name for name in git(folder, "ls-files", "-z").split(b"\0") if name]
    index = (folder / ".git" / "index").read_bytes()
    assert sorted(repository.names(index, str(folder / ".git"))) == sorted(listed)
    tracked = repository.Tracked(str(folder))
    assert [tracked.holds(str(folder / name)) for name in ("late.yaml", "untracked.yaml", "d0", "d", "zz")] == [
        True,
        *[False] * 4,
    ]
    assert [tracked.below(str(folder / name)) for name in ("d0", "d1", "d", "d0.yam")] == [True, True, False, False]


def test_a_worktree_and_a_submodule_have_their_own(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    git(folder, "add", "a")
    names = ("-c", "user.name=a", "-c", "user.email=a@b.example")
    git(folder, *names, "commit", "--quiet", "--message", "a")
    other = tmp_path_factory.mktemp("other") / "tree"
    git(folder, "worktree", "add", "--quiet", str(other))
    (other / "only-here").touch()
    git(other, "add", "only-here")
    assert repository.root(str(other)) == str(other)
    assert repository.Tracked(str(other)).holds(str(other / "only-here"))
    assert not repository.Tracked(str(folder)).holds(str(folder / "only-here"))


def test_nothing_was_added_yet(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    failed: list[tuple[str, str]] = []
    assert not repository.Tracked(str(tmp_path), lambda *what: failed.append(what)).holds(str(tmp_path / "a"))
    assert failed == []


@pytest.mark.parametrize("index", [b"", b"DIRC", b"DIRC\0\0\0\2\0\0\0\5" + b"x" * 100, b"DIRC\0\0\0\4\xff\xff\xff\xff"])
def test_what_is_no_index(tmp_path: Path, index: bytes) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / ".git" / "index").write_bytes(index)
    failed: list[tuple[str, str]] = []
    assert not repository.Tracked(str(tmp_path), lambda *what: failed.append(what)).holds(str(tmp_path / "a"))
    assert failed == [(str(tmp_path / ".git" / "index"), "is in a form that auditlint does not know")]
