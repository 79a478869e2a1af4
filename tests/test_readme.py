"""What README.md and docs/ show of auditlint's output is what it says; `AUDITLINT_UPDATE_GOLDEN=1` rewrites it."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from auditlint.cli import run

ROOT = Path(__file__).parent.parent
SHOWN = re.compile(r"^```console\n\$ auditlint ([^\n]*)\n```\n```output\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = [path for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))) if SHOWN.search(path.read_text())]


def test_the_readme_shows_output() -> None:
    assert ROOT / "README.md" in PAGES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_shown_output(page: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    text = page.read_text(encoding="utf-8")

    def now(match: re.Match[str]) -> str:
        run(shlex.split(match[1]))
        output = capfd.readouterr().out
        return f"```console\n$ auditlint {match[1]}\n```\n```output\n{output}```"

    real = SHOWN.sub(now, text)
    if os.environ.get("AUDITLINT_UPDATE_GOLDEN"):
        page.write_text(real, encoding="utf-8")
    assert text == real


def test_links_lead_somewhere() -> None:
    broken = [
        f"{page.name}: {target}"
        for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "rules").glob("*.md"))
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []
