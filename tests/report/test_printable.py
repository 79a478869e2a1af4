"""Nothing that others wrote drives what shows it: a terminal, the runner of a CI, a page."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from itertools import groupby
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from auditlint.report import formats
from auditlint.report.printable import as_json, printable, row

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


_PIECES = st.lists(st.tuples(st.booleans(), st.text("ab|\\*_<>&#[]@~!", min_size=1, max_size=5)), max_size=4)
"""Pieces of a sentence: whether it is code, and what it says."""


@given(st.lists(_PIECES, min_size=1, max_size=3))
def test_a_row_of_markdown_says_what_its_cells_say(cells: list[list[tuple[bool, str]]]) -> None:
    texts = [" ".join(f"`{said}`" if code else said for code, said in cell) for cell in cells]
    head = f"|{'a|' * len(cells)}\n|{'---|' * len(cells)}\n"
    shown = [token for token in MarkdownIt().enable("table").parse(head + row(texts)) if token.type == "inline"]
    read = [
        [(one.type == "code_inline", one.content) for one in token.children or () if one.type != "html_inline"]
        for token in shown[len(cells) :]
    ]
    assert list(map(_joined, read)) == list(map(_joined, [_spaced(cell) for cell in cells]))


def _spaced(cell: list[tuple[bool, str]]) -> list[tuple[bool, str]]:
    return [part for code, said in cell for part in ((False, " "), (code, said))][1:]


def _joined(parts: list[tuple[bool, str]]) -> list[tuple[bool, str]]:
    """Return parts, those of the same kind beside each other as one."""
    return [(code, "".join(said for _, said in some)) for code, some in groupby(parts, key=lambda part: part[0])]


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
