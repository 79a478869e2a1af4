"""The pages of rules as examples that run: parsing them, and running what they hold."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

from auditlint.cli import run as run_auditlint

ROOT = Path(__file__).parent.parent
RULES = ROOT / "rules"
BLOCK = re.compile(r"^(```+)(\w+)([^\n]*)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)


class Example(NamedTuple):
    """Files checked in one run; `output` is None in a good example."""

    section: str
    files: tuple[tuple[str, str], ...]
    arguments: tuple[str, ...]
    output: str | None
    start: int
    """Where the output's text starts in the page."""


def examples(page: str) -> list[Example]:
    """Return the examples of a page: in `## Bad` each ends with an output, in `## Good` with words between blocks."""
    found: list[Example] = []
    for heading in re.finditer(r"^## (Bad|Good)\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL):
        found += _section(heading[1], heading[2], heading.start(2))
    return found


def _section(section: str, text: str, offset: int) -> list[Example]:
    found: list[Example] = []
    files: list[tuple[str, str]] = []
    arguments: tuple[str, ...] = ()
    last = 0
    for block in BLOCK.finditer(text):
        attributes = dict(re.findall(r"([\w-]+)=(\S+)", block[3]))
        if section == "Good" and files and text[last : block.start()].strip():
            found.append(Example(section, tuple(files), arguments, None, 0))
            files, arguments = [], ()
        last = block.end()
        if block[2] == "output":
            found.append(Example(section, tuple(files), arguments, block[4], offset + block.start(4)))
            files, arguments = [], ()
        elif "file" in attributes:
            files.append((attributes["file"], block[4]))
            arguments += _arguments(attributes)
    if section == "Good" and files:
        found.append(Example(section, tuple(files), arguments, None, 0))
    return found


def _arguments(attributes: dict[str, str]) -> tuple[str, ...]:
    options = {"kubernetes": "--kubernetes-version", "as": "--as", "profile": "--profile"}
    return tuple(
        word
        for key, option in options.items()
        for value in (attributes[key].split(",") if key in attributes else ())
        for word in (option, value)
    )


def written(example: Example, folder: Path) -> list[str]:
    """Write the example's files below folder and return their names."""
    for name, content in example.files:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
    return [name for name, _ in example.files]


def check(example: Example, rule: str, folder: Path, capture: object) -> str:
    """Write the example's files below folder, check them for the rule alone, and return what is printed."""
    names = written(example, folder)
    before = Path.cwd()
    os.chdir(folder)
    try:
        code = run_auditlint(
            ["check", "--no-config", "--quiet", "--fail-on", "info", "--select", rule, *example.arguments, *names]
        )
    finally:
        os.chdir(before)
    output = capture.readouterr()  # type: ignore[attr-defined]
    assert code in (0, 1), output.err
    assert not output.err, output.err
    return str(output.out)
