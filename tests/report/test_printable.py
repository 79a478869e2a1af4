"""Nothing that others wrote drives what shows it: a terminal, the runner of a CI, a page."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditlint.report import formats
from auditlint.report.printable import as_json, printable

if TYPE_CHECKING:
    from pathlib import Path

ORDERS = (
    "::error file=x::boo",
    "::stop-commands::token",
    "a ::set-output name=a::b",
    "##[error]boo",
    "x##vso[task.setvariable variable=a]b",
    "##teamcity[message]",
)


@pytest.mark.parametrize("text", ORDERS)
def test_orders_to_a_runner(text: str) -> None:
    shown = printable(text)
    assert not takes_orders(shown)
    assert shown.encode().decode("unicode_escape") == text


def test_json_says_the_same() -> None:
    text = as_json({"orders": ORDERS})
    assert json.loads(text) == {"orders": [*ORDERS]}
    assert not [line for line in text.splitlines() if "##" in line or line.lstrip().startswith("::")]


@pytest.mark.parametrize("text", ["::1", "https://[::1]:443/", "a::b::c", "## title", "#[x]", "::ffff:10.0.0.1"])
def test_what_is_no_order_stays(text: str) -> None:
    assert printable(text) == text


@given(st.text())
def test_control_characters(text: str) -> None:
    shown = printable(text)
    assert {unicodedata.category(character) for character in shown}.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})
    assert not takes_orders(shown)


def takes_orders(text: str) -> bool:
    """Tell whether a runner would take an order from a line, by the rules of GitHub's and Azure's."""
    word = text.split("[", maxsplit=1)[0].rpartition("##")
    azure = "[" in text and bool(word[1]) and all(part.isalnum() for part in word[2])
    return azure or any(word.startswith("::") and word[2:3].isalpha() and "::" in word[2:] for word in text.split())


HOSTILE_NAMES = ("::error file=x::boo.yaml", "##vso[task.setvariable]x.yaml", "\x1b[31mred.yaml", "two\nlines.yaml")


@pytest.mark.parametrize("name", HOSTILE_NAMES)
@pytest.mark.parametrize("output_format", formats("check"))
def test_file_names(output_format: str, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: ##[x]\n", "utf-8")
    (tmp_path / f"no-{name}").write_text("a: [", "utf-8")
    for arguments in (["."], [name, "missing-" + name]):
        done = subprocess.run(
            [sys.executable, "-m", "auditlint", "check", "--format", output_format, *arguments],
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )
        for stream in (done.stdout, done.stderr):
            lines = stream.decode().split("\n")
            assert not any(set(map(unicodedata.category, line)) & {"Cc", "Cf"} for line in lines)
            ours = ("::error ", "::warning ") if output_format == "github" else ()
            assert not [line for line in lines if takes_orders(line) and not line.startswith(ours or "\0")]
