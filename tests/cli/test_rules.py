"""`rules` and `explain`: what they list, how they filter, and how they fit a terminal."""

from __future__ import annotations

import json
import os
import pty
import struct
import sys
from fcntl import ioctl
from termios import TIOCSWINSZ
from typing import TYPE_CHECKING

import pytest

from auditlint import registry
from auditlint.cli import run
from auditlint.rule import REGISTRY
from tests import pages

if TYPE_CHECKING:
    from pathlib import Path


registry.load()


def lines(capfd: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert run(["rules", *arguments]) == 0
    return capfd.readouterr().out.splitlines()


def names(capfd: pytest.CaptureFixture[str], *arguments: str) -> set[str]:
    assert run(["rules", *arguments, "--format", "json"]) == 0
    return {rule["name"] for rule in json.loads(capfd.readouterr().out)}


def test_list_fits_the_width(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    listed = lines(capfd)
    assert max(map(len, listed)) <= 80
    shown = {line.split()[0] for line in listed if line.startswith("  ") and line[2] != " "}
    assert shown == set(REGISTRY)


def test_filters(capfd: pytest.CaptureFixture[str]) -> None:
    assert names(capfd, "hygiene") == {"unused-ignore", "unknown-ignore", "malformed-ignore"}
    assert names(capfd, "--severity", "info") == {one.name for one in REGISTRY.values() if one.severity.word == "info"}
    assert names(capfd, "--refuses") == {one.name for one in REGISTRY.values() if one.refuses}
    assert names(capfd, "LEASES") == {one.name for one in REGISTRY.values() if "leases" in one.name + one.summary}


def test_no_such_rule(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "unreachable-rul"]) == 0
    capfd.readouterr()
    assert run(["rules", "unreachble-rule"]) == 2
    assert capfd.readouterr().err == 'auditlint: no rule is like that, did you mean "unreachable-rule"?\n'


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_the_catalogue_says_which_rules_refuse(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = []
    for example in pages.examples((pages.RULES / f"{name}.md").read_text(encoding="utf-8")):
        if example.section == "Bad":
            paths = pages.written(example, tmp_path)
            run(["check", "--no-config", "--format", "json", "--select", name, *example.arguments, *paths])
            findings = json.loads(capfd.readouterr().out)["findings"]
            refused += [one["refused"] for one in findings if one["rule"] == name]
    assert any(refused) == REGISTRY[name].refuses


def test_explain_takes_a_category(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "hygiene"]) == 0
    assert capfd.readouterr().out.startswith("# hygiene\n\nhygiene\n")


def test_explain_suggests(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "unknown-feild"]) == 2
    assert 'did you mean "unknown-field"?' in capfd.readouterr().err


def on_a_terminal(rows: int, *arguments: str) -> str:
    """Return what a terminal of that many rows shows, with a pager that marks what goes through it."""
    process, terminal = pty.fork()
    if process == 0:  # pragma: no cover -- the child
        os.read(0, 1)
        # A library of the terminal may have put LINES into this process: the size is what the terminal says.
        environment = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
        environment |= {"PAGER": "sed s,^,paged:,", "TERM": "xterm"}
        os.execve(sys.executable, [sys.executable, "-m", "auditlint", *arguments], environment)
    ioctl(terminal, TIOCSWINSZ, struct.pack("HHHH", rows, 80, 0, 0))
    os.write(terminal, b"\n")
    shown = b""
    try:
        while piece := os.read(terminal, 1 << 16):
            shown += piece
    except OSError:  # how a terminal says that its last program has gone
        pass
    os.waitpid(process, 0)
    return shown.decode()


def test_explain_pages_only_what_does_not_fit() -> None:
    assert "paged:" not in on_a_terminal(500, "explain", "unused-ignore")
    assert "paged:# unused-ignore" in on_a_terminal(10, "explain", "unused-ignore")
