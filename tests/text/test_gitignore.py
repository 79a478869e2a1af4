"""Patterns of `.gitignore`: git itself says what they match."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditlint.text.gitignore import Patterns, glob, lines_of, listed

if TYPE_CHECKING:
    from collections.abc import Iterable

PARTS = (
    *("a", "b", "c", "/", "*", "**", "?", "[ab]", "[!a]", "[^b]", "\\", "!", "#", " ", "-", "[a-c]", "[[:alpha:]]"),
    *(
        "[]a]",
        "[",
        "]",
        "**/",
        "/**",
        "é",
        ".",
        "[a",
        "[!-]",
        "[a-]",
        "[\\]]",
        "\\*",
        "\\ ",
        "[[:x:]]",
        "[[:",
        "[b-a]",
        "\t",
    ),
)
NAMES = ("a", "b", "c", "ab", "aa", "abc", "a.b", "-", "]", "!a", "#a", "a b", "é", "*", "\\a", "a ", "[a", "[:", "a\t")
LINES = st.lists(st.lists(st.sampled_from(PARTS), min_size=1, max_size=7).map("".join), min_size=1, max_size=3)
PATHS = st.lists(
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join), min_size=1, max_size=20, unique=True
)


def ignored_by_git(folder: Path, paths: Iterable[str]) -> set[str]:
    """Return the paths that git ignores, none of which need to be there."""
    command = ["git", "check-ignore", "--no-index", "--stdin", "-z"]
    given = b"".join(path.encode() + b"\0" for path in paths)
    run = subprocess.run(command, cwd=folder, input=given, capture_output=True, check=False)
    assert run.returncode in {0, 1}, run.stderr
    return {path.decode() for path in run.stdout.split(b"\0") if path}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    return folder


@settings(max_examples=300, deadline=None)
@given(LINES, PATHS)
def test_the_same_as_git(repository: Path, lines: list[str], paths: list[str]) -> None:
    data = "\n".join(lines).encode()
    (repository / ".gitignore").write_bytes(data)
    patterns = Patterns(".", lines_of(data))
    assert {path for path in paths if patterns.hold(path)} == ignored_by_git(repository, paths)


WELL_KNOWN = """\
# a comment
\\#not-a-comment
\\!important.yaml
*.py[cod]
/build/
!/build/keep.yaml
**/logs
logs/**/debug.yaml
foo/*
!foo/bar
[Bb]in/
*.sw?
a/**/b
trailing\\{blank}
spaced{blank}{blank}
doc/[!a]*.yaml
x**/y
[[:digit:]]*.json
"""
ODD_PATHS = """\
#not-a-comment|!important.yaml|m.pyc|build/x.yaml|build/keep.yaml|logs|x/logs|x/logs/a|logs/debug.yaml|logs/a/b/debug.yaml
foo/bar|foo/baz|foo/bar/baz|bin/a|Bin/a|.a.swp|a/b|a/x/b|a/x/y/b|ab|trailing |spaced|doc/a.yaml|doc/b.yaml|doc/x/b.yaml
xx/z/y|x/y|1.json|a1.json|trailing"""
WELL_KNOWN = WELL_KNOWN.replace("{blank}", " ")


def test_well_known_forms(repository: Path) -> None:
    (repository / ".gitignore").write_text(WELL_KNOWN)
    paths = ODD_PATHS.replace("\n", "|").split("|")
    patterns = Patterns(".", lines_of(WELL_KNOWN.encode()))
    assert {path for path in paths if patterns.hold(path)} == ignored_by_git(repository, paths)
    assert patterns.bad == ()


@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_byte_order_mark(repository: Path, ends: bytes, mark: bytes) -> None:
    data = mark + ends.join([b"a", b"/b/", b"#x", b"c\xff", b""])
    (repository / ".gitignore").write_bytes(data)
    patterns = Patterns(".", lines_of(data))
    paths = ["a", "b/x", "b", "#x", "c", "a\r"]
    assert {path for path in paths if patterns.hold(path)} == ignored_by_git(repository, paths)
    assert patterns.hold("c\udcff")


def test_every_bracket_expression_of_a_small_alphabet(repository: Path) -> None:
    """What is drawn at random seldom meets: all of up to three signs, each as a pattern of its own."""
    signs = ("a", "b", "]", "!", "-", "\\", "[", "^")
    inner = [
        "",
        *signs,
        *(x + y for x in signs for y in signs),
        *(x + y + z for x in signs for y in signs for z in signs),
    ]
    lines = [f"/{number}/[{text}]" for number, text in enumerate(inner)]
    (repository / ".gitignore").write_text("\n".join(lines))
    patterns = Patterns(".", lines_of("\n".join(lines).encode()))
    paths = [
        f"{number}/{name}" for number in range(len(inner)) for name in ("a", "b", "c", "]", "!", "-", "\\", "[", "^")
    ]
    assert {path for path in paths if patterns.hold(path)} == ignored_by_git(repository, paths)


def steps(pattern: str, text: str) -> int:
    """Return how often a glob asks for what follows on a byte: what it costs, whatever the machine."""
    compiled = glob(pattern.encode(), is_path=True)
    assert compiled is not None
    asked = 0
    closed = compiled._closed

    def counted(places: int) -> int:
        nonlocal asked
        asked += 1
        return closed(places)

    compiled._closed = counted  # type: ignore[method-assign]
    assert not compiled.matches(text.encode())
    return asked


@pytest.mark.parametrize("pattern", ["*a" * 50 + "b", "**/a/" * 50 + "b", "*?" * 50 + "b", "**/*" * 30 + "b"])
def test_hard_patterns_cost_one_step_a_byte(pattern: str) -> None:
    assert steps(pattern, "a" * 4000) <= 4001
    assert steps(pattern, "a/" * 2000) <= 4001


def test_patterns_of_a_configuration() -> None:
    patterns = listed("folder", ("/a/", "*.yml"))
    assert [patterns.hold(path) for path in ("folder/a/x.yaml", "a/x.yaml", "folder/b/x.yml", "x.yml", "folder/a")] == [
        True,
        False,
        True,
        False,
        False,
    ]
    assert listed(str(Path.cwd()), ("x",)).hold("x")
