"""What terminals, and what the environment says of them, make of an output."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import BAD_LEVEL

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

VARIABLES = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "INSIDE_EMACS")
COLOR = b"\x1b["


def shown(folder: Path, variables: Mapping[str, str], *, terminal: bool, arguments: tuple[str, ...] = ()) -> bytes:
    """Return what `check` writes to a terminal or a pipe, with nothing else in the environment that matters."""
    (folder / "p.yaml").write_text(BAD_LEVEL)
    environment = {key: value for key, value in os.environ.items() if key not in VARIABLES}
    environment |= {"TERM": "xterm-256color", **variables}
    command = [sys.executable, "-m", "auditlint", "check", "--no-config", "p.yaml", *arguments]
    if not terminal:
        return subprocess.run(command, cwd=folder, capture_output=True, env=environment, check=False).stdout
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command, cwd=folder, stdout=theirs, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=environment
    ):
        os.close(theirs)
        output = b""
        while piece := _read(ours):
            output += piece
    os.close(ours)
    return output.replace(b"\r\n", b"\n")


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 1 << 16)
    except OSError:  # the other end of a terminal was closed
        return b""


def is_text(output: bytes) -> bool:
    """Tell whether each finding is one line of the style of GNU tools."""
    return output.replace(b"\x1b[1m", b"").startswith(b"p.yaml:")


@pytest.mark.parametrize(
    ("variables", "terminal", "text", "color"),
    [
        ({}, True, False, True),
        ({}, False, True, False),
        ({"NO_COLOR": "1"}, True, False, False),
        ({"NO_COLOR": ""}, True, False, True),
        ({"TERM": "dumb"}, True, True, False),
        ({"INSIDE_EMACS": "29.1,compile"}, True, True, False),
        ({"FORCE_COLOR": "1"}, False, True, True),
        ({"FORCE_COLOR": "0"}, False, True, False),
        ({"CLICOLOR_FORCE": "1"}, False, True, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, True, False),
    ],
)
def test_colour_and_format(
    tmp_path: Path, variables: dict[str, str], *, terminal: bool, text: bool, color: bool
) -> None:
    output = shown(tmp_path, variables, terminal=terminal)
    assert (is_text(output), COLOR in output) == (text, color)


@pytest.mark.parametrize(("option", "color"), [("always", True), ("never", False)])
def test_the_option_comes_before_the_environment(tmp_path: Path, option: str, *, color: bool) -> None:
    variables = {"NO_COLOR" if color else "FORCE_COLOR": "1"}
    output = shown(tmp_path, variables, terminal=True, arguments=("--color", option))
    assert (COLOR in output) is color


def test_no_file_is_in_colour(tmp_path: Path) -> None:
    shown(tmp_path, {"FORCE_COLOR": "1"}, terminal=True, arguments=("--output-file", "report.txt"))
    assert COLOR not in (tmp_path / "report.txt").read_bytes()


@pytest.mark.parametrize(("option", "color"), [("always", True), ("auto", False), ("never", False)])
def test_the_report_aside_is_in_colour_as_the_option_says(tmp_path: Path, option: str, *, color: bool) -> None:
    command = [sys.executable, "-m", "auditlint", "check", "--no-config", "--fix", "--color", option, "-"]
    text = BAD_LEVEL.replace("metadata", "Nonsense").encode()
    run = subprocess.run(command, cwd=tmp_path, input=text, capture_output=True, check=False)
    assert (run.stdout, b"[invalid-level]" in run.stderr, COLOR in run.stderr) == (text, True, color)


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_standard_error_is_in_utf_8_where_no_locale_is_set(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "p\N{SNOWMAN}.yaml").write_text("kind: Deployment\n")
    run = subprocess.run(
        [sys.executable, "-m", "auditlint", "check", "--no-config", "--verbose", "."],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    assert run.stderr.decode().splitlines()[0] == "p\N{SNOWMAN}.yaml: no policy, no apiserver"
