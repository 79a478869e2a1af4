"""Vim's quickfix list, and what ALE in Vim and nvim-lint in Neovim make of a report: real editors, every line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.places.conftest import ROOT
from tests.places.editors import FOUND, left_by
from tests.places.pages import blocks
from tests.places.shown import NAME, POLICY, Mark, marks

if TYPE_CHECKING:
    from collections.abc import Callable

PLUGIN = ROOT / "integrations/vim"
ALE = "/usr/share/vim-ale"
LINE = POLICY.splitlines()[3]
KINDS = {"e": "error", "w": "warning", "i": "info", "n": "note"}


def in_bytes(mark: Mark) -> Mark:
    """Return a mark with the column in bytes, as Vim counts."""
    return mark._replace(column=len(POLICY.splitlines()[mark.line - 1][: mark.column - 1].encode()) + 1)


def pasted(name: str) -> list[str]:
    """Return the lines that the page says to paste."""
    return blocks("vim.md")[name].replace("~/src/auditlint", str(ROOT)).splitlines()


def vim(folder: Path, own_path: str, program: str, *commands: str) -> list[dict[str, Any]]:
    """Run Vim with commands of its own language; return the list that they leave in `g:found`."""
    script = folder / "script.vim"
    last = f"call writefile([json_encode(g:found)], '{FOUND}')"
    script.write_text("\n".join([*commands, last, "qall!", ""]), encoding="utf-8")
    command = [program, "-Nu", "NONE", "-i", "NONE", "-es", "-S", str(script)]
    found: list[dict[str, Any]] = left_by(command, folder, own_path)
    return found


@pytest.mark.parametrize("options", [(), ("--min-severity=info",)])
def test_the_compiler(options: tuple[str, ...], folder: Path, own_path: str, program: Callable[[str], str]) -> None:
    """Of each line Vim knows file, line, column and kind; the closing line stays a line of text."""
    found = vim(
        folder,
        own_path,
        program("vim"),
        *pasted(".vimrc"),
        f"edit {NAME}",
        f"silent make {' '.join(options)}",
        "let g:found = map(getqflist(), {_, one -> extend(one, {'name': bufname(one.bufnr)})})",
    )
    valid = [one for one in found if one["valid"]]
    shown = [Mark(one["name"], one["lnum"], one["col"], KINDS[one["type"]]) for one in valid]
    assert shown == marks(folder, own_path, *options)
    assert {mark.kind for mark in shown} == {"error", "warning", "note", *(["info"] if options else [])}
    (rest,) = [one["text"] for one in found if not one["valid"]]
    assert rest.startswith("1 policy, 0 apiservers; ")


def test_the_cursor_goes_to_the_place(folder: Path, own_path: str, program: Callable[[str], str]) -> None:
    """Also behind letters that take several bytes."""
    jump = ("cfirst", "let g:found = [{'line': line('.'), 'column': col('.')}]")
    (found,) = vim(folder, own_path, program("vim"), *pasted(".vimrc"), f"edit {NAME}", "silent make", *jump)
    first = in_bytes(marks(folder, own_path)[0])
    assert (found["line"], found["column"]) == (first.line, first.column)
    assert first.column > LINE.index("*") + 1


def test_the_compiler_takes_other_files_too(folder: Path, own_path: str, program: Callable[[str], str]) -> None:
    (folder / "a b.yaml").write_text(POLICY.replace("Request", "request"), encoding="utf-8")
    commands = (*pasted(".vimrc"), "edit a\\ b.yaml", "silent make .", "let g:found = getqflist()")
    named = "call map(g:found, {_, one -> extend(one, {'name': bufname(one.bufnr)})})"
    found = vim(folder, own_path, program("vim"), *commands, named)
    assert {one["name"].removeprefix("./") for one in found if one["valid"]} == {NAME, "a b.yaml"}


def test_ale(folder: Path, own_path: str, program: Callable[[str], str]) -> None:
    """ALE runs the linter of this folder over the buffer as it is, and knows columns in bytes."""
    if not Path(ALE).is_dir():
        program(ALE)
    found = vim(
        folder,
        own_path,
        program("vim"),
        f"set runtimepath+={ALE}",
        *pasted("ale.vim"),
        "let g:ale_yaml_auditlint_options = '--min-severity=info'",
        "filetype plugin on",
        f"source {ALE}/plugin/ale.vim",
        f"edit {NAME}",
        "set filetype=yaml",
        "$delete",  # what is not saved counts
        "ALELint",
        "function Found()",
        "  let all = get(g:ale_buffer_info, bufnr(''), {'loclist': []}).loclist",
        "  return filter(deepcopy(all), {_, one -> one.linter_name ==# 'auditlint'})",
        "endfunction",
        "let g:tries = 0",
        "while empty(Found()) && g:tries < 600 | sleep 50m | let g:tries += 1 | endwhile",
        "let g:found = Found()",
    )
    shown = [(one["lnum"], one["col"], one["type"]) for one in found]
    (folder / NAME).write_text("".join(POLICY.splitlines(keepends=True)[:-1]), encoding="utf-8")
    types = {"error": "E", "warning": "W", "info": "I", "note": "I"}
    expected = [in_bytes(mark) for mark in marks(folder, own_path, "--min-severity=info")]
    # of two lines that say the same of one place, such as two of a block to paste, ALE may keep one
    assert set(shown) == {(mark.line, mark.column, types[mark.kind]) for mark in expected}
    assert LINE.index("*") + 1 < max(column for line, column, _ in shown if line == 4)


LUA = r"""
local linter = require("lint.linters.auditlint")
local command = { linter.cmd }
for _, argument in ipairs(linter.args) do
  table.insert(command, type(argument) == "function" and argument() or argument)
end
local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n") .. "\n"
local namespace = vim.api.nvim_create_namespace("auditlint")
vim.diagnostic.set(namespace, 0, linter.parser(vim.fn.system(command, text), 0))
vim.fn.writefile({ vim.fn.json_encode(vim.diagnostic.get(0)) }, "found.json")
"""


def test_nvim_lint(folder: Path, own_path: str, program: Callable[[str], str]) -> None:
    """What the definition for nvim-lint says is run over the buffer, and becomes diagnostics of Neovim."""
    (folder / "script.lua").write_text(LUA, encoding="utf-8")
    commands = ("-c", f"edit {NAME}", "-c", "luafile script.lua", "-c", "qall!")
    command = [program("nvim"), "--headless", "-u", "NONE", "-i", "NONE", "--cmd", f"set rtp^={PLUGIN}", *commands]
    found = left_by(command, folder, own_path)
    kinds = {1: "error", 2: "warning", 3: "info", 4: "note"}
    shown = [Mark(NAME, one["lnum"] + 1, one["col"] + 1, kinds[one["severity"]]) for one in found]
    assert sorted(shown) == sorted(map(in_bytes, marks(folder, own_path)))
