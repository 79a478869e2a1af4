"""A plain line of `check` is read as click reads it, or left to click."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditlint.cli.check import command
from auditlint.cli.checking import line
from auditlint.cli.checking.options import OPTIONS, Asked, Kind, Output
from tests.cli.conftest import GOOD

ROOT = Path(__file__).parents[2]
FLAGS = [flag for option in OPTIONS for flag in option.flags]
VALUES = (
    *("", "-", "--", "---", "=", "x", "warning", "error", "info", "never", "refused", "policy", "pod", "auto", "stig"),
    *("text", "json=report.json", "json=", "text=-", "nonsense", "nonsense=x", "unreachable-rule, policy-matching"),
    *(
        "invalid-level,",
        ",",
        "no-such-rule",
        "1.30",
        "tests",
        "README.md",
        "no/such/file",
        "README.md/below",
        "~",
        "a=b",
    ),
    *("a\0b", "--no-such", "--verb", "-x", "-vq", "-qv", "-v", "--help", "-h", "\N{SNOWMAN}", "\udc80"),
)
words = st.one_of(
    st.sampled_from(FLAGS),
    st.sampled_from(VALUES),
    st.builds("{}={}".format, st.sampled_from(FLAGS), st.sampled_from(VALUES)),
    st.text(alphabet="-=vqx", max_size=4),
)


def by_click(words: list[str]) -> Asked | None:
    """Return what click makes of the words behind `check`, None where it does not run the command."""
    try:
        return Asked(**command.make_context("check", list(words)).params)
    except (click.ClickException, click.exceptions.Exit, ValueError):
        return None


def options_with_values() -> st.SearchStrategy[list[str]]:
    """Make an option as it is right, its value behind it or behind `=`."""
    right = {
        Kind.TEXT: ("x", "", "-", "--fix", "a=b"),
        Kind.PATH: ("README.md", "tests", "no/such/file"),
        Kind.FILE: ("README.md", "no/such/file", "-"),
        Kind.OUTPUT: ("text", "json=report.json", "full=-"),
        Kind.RULES: ("unreachable-rule", "policy-matching,invalid-level", ""),
    }

    def made(flag: str) -> st.SearchStrategy[list[str]]:
        option = next(option for option in OPTIONS if flag in option.flags)
        if option.kind is Kind.FLAG:
            return st.just([flag])
        values = option.words() if option.kind is Kind.WORD and option.words else right[option.kind]
        return st.sampled_from(values).flatmap(lambda value: st.sampled_from([[flag, value], [f"{flag}={value}"]]))

    return st.sampled_from(FLAGS).flatmap(made)


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@settings(max_examples=400, deadline=None)
@given(st.lists(words, max_size=6))
def test_a_line_is_read_as_click_reads_it_or_not_at_all(words: list[str]) -> None:
    read = line.read(words)
    assert read is None or read == by_click(words)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(options_with_values(), st.sampled_from([["."], ["-"], ["no/such/file"]])), max_size=5))
def test_a_line_that_is_right_is_read(parts: list[list[str]]) -> None:
    words = [word for part in parts for word in part]
    read = line.read(words)
    assert read is not None
    assert read == by_click(words)


def test_what_is_behind_two_dashes_is_a_path() -> None:
    read = line.read(["a.yaml", "-q", "--", "--fix", "-v", "--"])
    assert read is not None
    assert (read.paths, read.fix, read.quiet) == (("a.yaml", "--fix", "-v", "--"), False, True)


def test_of_options_given_twice() -> None:
    words = ["--format=text", "--format", "json=a.json", "--fail-on", "info", "--fail-on=never"]
    read = line.read(words)
    assert read is not None
    assert (read.outputs, read.fail_on) == ((Output("text"), Output("json", "a.json")), "never")


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["-h"],
        ["-vq"],
        ["--verb"],
        ["--fail-on"],
        ["--fail-on", "nonsense"],
        ["--format", "json="],
        ["--fix=yes"],
        ["-v=x"],
        ["--select", "no-such-rule"],
        ["--output-file", "tests"],
    ],
)
def test_what_is_left_to_click(words: list[str]) -> None:
    assert line.read(words) is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_must_not_be_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.touch(0o000)
    assert line.read([str(secret)]) is None


@pytest.mark.parametrize(("words", "imported"), [("-q p.yaml", "False"), ("-qv p.yaml", "True"), ("--help", "True")])
def test_click_is_imported_where_it_is_asked(tmp_path: Path, words: str, imported: str) -> None:
    (tmp_path / "p.yaml").write_text(GOOD)
    script = (
        "import sys; from auditlint import cli; code = cli.run(['check', *sys.argv[1:]]); print('click' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, *words.split()], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert run.stdout.splitlines()[-1] == imported
