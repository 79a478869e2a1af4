"""Searching folders: git itself is the judge of what is ignored."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from auditlint.text import gitignore
from auditlint.text.folders import Wanted, search
from auditlint.text.source import Telling

if TYPE_CHECKING:
    from collections.abc import Iterator

SUFFIXES = (".yaml", ".yml", ".json")
WANTED = Wanted(SUFFIXES)
Noted = list[tuple[str, str, int | None]]
FILES = {
    "a.yaml": "",
    "b.yml": "",
    "c.json": "",
    "d.txt": "",
    ".hidden.yaml": "",
    "build/x.yaml": "",
    "build/keep.yaml": "",
    "deep/er/secret.yaml": "",
    "deep/er/open.yaml": "",
    "deep/tmp/x.yaml": "",
    "deep/tmp-not.yaml": "",
    "other/secret.yaml": "",
    "other/local.yaml": "",
    ".gitignore": "/build/*\n!/build/keep.yaml\ntmp/\nsecret.yaml\n# a comment\n",
    "deep/er/.gitignore": "!secret.yaml\n",
    "other/.gitignore": "/local.yaml\n",
}


def write(folder: Path) -> None:
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)


def git_files(folder: Path) -> list[str]:
    command = ["git", "ls-files", "--others", "--exclude-standard"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return sorted(name for name in run.stdout.splitlines() if name.endswith(SUFFIXES))


def test_the_same_files_as_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    write(tmp_path)
    (tmp_path / ".git" / "info").mkdir(exist_ok=True)
    (tmp_path / ".git" / "info" / "exclude").write_text("b.yml\n")
    monkeypatch.chdir(tmp_path)
    assert sorted(search(".", WANTED)) == git_files(tmp_path)
    monkeypatch.chdir(tmp_path / "deep")
    assert sorted(search(".", WANTED)) == git_files(tmp_path / "deep")


def test_exclude(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path)
    monkeypatch.chdir(tmp_path)
    exclude = (gitignore.listed(".", ("deep/", "*.yml", "/other/secret.yaml")),)
    found = list(search(".", Wanted(SUFFIXES, exclude=exclude)))
    assert "a.yaml" in found
    assert [name for name in found if name.startswith("deep") or name.endswith(".yml") or "secret" in name] == []


def test_links_to_folders_are_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.yaml").write_text("")
    (tmp_path / "real" / "loop.yaml").symlink_to(tmp_path)
    (tmp_path / "link.yaml").symlink_to(tmp_path / "real" / "a.yaml")
    assert list(search(".", WANTED)) == ["link.yaml", os.path.join("real", "a.yaml")]


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    told: list[tuple[str, str]] = []
    gone = str(tmp_path / "gone")
    assert list(search(gone, WANTED, Telling(failed=lambda path, why: told.append((path, why))))) == []
    assert told == [(gone, "No such file or directory")]


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def test_what_git_tracks_is_looked_at_whatever_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init", "--quiet")
    write(tmp_path)
    tracked = ("build/x.yaml", "deep/er/secret.yaml", "deep/tmp/x.yaml", "other/local.yaml")
    git(tmp_path, "add", "--force", *tracked)
    (tmp_path / "deep" / "tmp" / "untracked.yaml").write_text("")
    monkeypatch.chdir(tmp_path)
    hidden: list[tuple[str, str, bool]] = []
    found = set(search(".", WANTED, Telling(hidden=lambda *what: hidden.append(what))))
    assert found == {*tracked, "build/keep.yaml", *git_files(tmp_path)}
    assert hidden == [
        (".gitignore", "./deep/tmp/untracked.yaml", False),
        (".gitignore", "./other/secret.yaml", False),
    ]
    monkeypatch.chdir(tmp_path / "deep" / "tmp")
    assert list(search(".", WANTED)) == ["x.yaml"]


def test_nothing_in_the_folder_hides_a_file_if_it_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "--quiet")
    write(tmp_path)
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "a.yaml").write_text("")
    monkeypatch.chdir(tmp_path)
    every = [*(name for name in FILES if name.endswith(SUFFIXES)), "node_modules/a.yaml"]
    assert sorted(search(".", Wanted(SUFFIXES, untrusted=True))) == sorted(every)


def test_a_repository_in_the_repository_tracks_its_own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init", "--quiet")
    inner = tmp_path / "inner"
    inner.mkdir()
    git(inner, "init", "--quiet")
    (inner / ".gitignore").write_text("*.yaml\n")
    for name in ("a.yaml", "b.yaml"):
        (inner / name).write_text("")
    git(inner, "add", "--force", "a.yaml")
    monkeypatch.chdir(tmp_path)
    assert list(search(".", WANTED)) == ["inner/a.yaml"]


def test_an_index_of_another_form_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init", "--quiet")
    write(tmp_path)
    (tmp_path / ".git" / "index").write_bytes(b"DIRC\0\0\0\x09\0\0\0\1")
    monkeypatch.chdir(tmp_path)
    noted = Noted()
    assert "build/x.yaml" not in list(search(".", WANTED, Telling(noted=lambda *what: noted.append(what))))
    ((path, said, line),) = noted
    assert (path, line) == (str(tmp_path / ".git" / "index"), None)
    assert said.startswith("is in a form that auditlint does not know: what git tracks is not known")


@pytest.fixture
def shallow_again(tmp_path: Path) -> Iterator[None]:
    """Take away what is too deep for pytest, which would fail at the end of a later run over it."""
    yield
    subprocess.run(["rm", "-rf", str(tmp_path / "d")], check=True)


@pytest.mark.usefixtures("shallow_again")
def test_deep_folders_are_walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(1500):
        os.mkdir("d")
        os.chdir("d")
    Path("a.yaml").write_text("")
    os.chdir(tmp_path)
    assert list(search(".", WANTED)) == ["d/" * 1500 + "a.yaml"]


@pytest.mark.parametrize("line", ["!", "[[:x:]]", "a\\", "\\", "[a-\\]", "/"])
def test_a_bad_pattern_is_told_of_and_ignores_nothing(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".git").mkdir()
    Path(".gitignore").write_text(f"b.yaml\n{line}\n")
    for name in ("a.yaml", "b.yaml", "c.yaml"):
        Path(name).write_text("")
    noted = Noted()
    found = search(".", WANTED, Telling(noted=lambda *what: noted.append(what)))
    assert list(found) == ["a.yaml", "c.yaml"]
    assert noted == [(".gitignore", f'"{line}" is no pattern, so it ignores nothing', 2)]


def test_a_pipe_in_place_of_patterns_blocks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo(".gitignore")
    Path("a.yaml").write_text("")
    noted = Noted()
    found = search(".", WANTED, Telling(noted=lambda *what: noted.append(what)))
    assert list(found) == ["a.yaml"]
    assert noted == [(".gitignore", "is a named pipe, not a file: nothing is ignored because of it", None)]
