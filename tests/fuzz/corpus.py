"""What fuzzing begins with: texts of our own in every form that is read."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.carriers.forms import FORMS, GOOD

ROOT = Path(__file__).parent.parent.parent
_FENCE = re.compile(r"^```(?:yaml|json)\n(.*?)^```", re.MULTILINE | re.DOTALL)


class Seed(NamedTuple):
    """A text, and the name of the file that holds it."""

    name: str
    text: str


@cache
def files() -> tuple[Seed, ...]:
    """Return what `check` reads: all carriers, our examples, and the examples in the pages of the rules."""
    forms = [Seed(form.path, form.write(GOOD)) for form in FORMS.values()]
    folder = ROOT / "examples"
    ours = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix in {".yaml", ".yml", ".md"}]
    shown = [Seed(str(path.relative_to(folder)), path.read_text(encoding="utf-8")) for path in ours]
    pages = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "rules").glob("*.md"))]
    blocks = [Seed("x.yaml", block) for page in pages for block in _FENCE.findall(page)]
    return (*forms, *shown, *blocks)


@cache
def logs() -> tuple[Seed, ...]:
    """Return recorded events, one a line and in other forms."""
    folder = ROOT / "examples" / "recorded"
    lines = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.log"))]
    first = lines[0].splitlines()[0]
    indented = first.replace("{", "{\n").replace(",", ",\n")
    return tuple(Seed("audit.log", text) for text in (*lines, indented, f'{{"items":[{first},{first}]}}', ""))


CONFIGURATIONS = (
    Seed(
        ".auditlint.yaml",
        'kubernetes-version: "1.30"\nprofile: [cis]\nfail-on: error\nselect: [policy-coverage]\nexclude: ["a/**"]\n'
        "per-file-ignores: {'*.yaml': [invalid-level]}\nrules: {unreachable-rule: off}\n",
    ),
    Seed(
        "pyproject.toml",
        '[tool.auditlint]\nkubernetes-version = "1.30"\nignore = ["invalid-level"]\n[tool.auditlint.rules]\n'
        'unreachable-rule = "off"\n',
    ),
)
