"""A carrier is one module: what it declares is all that the program, the search of folders and the docs know of it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import carriers_page
import pytest

from auditlint.carriers import registry
from auditlint.carriers.carrier import Carrier

MEND = "run tools/dev run python tools/carriers_page.py"
ROOT = Path(__file__).parent.parent.parent

LINES_OF_FLAGS = '''"""Flags of kube-apiserver, one a line after `apiserver:`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.carriers.carrier import Carrier, Inner
from auditlint.text.piece import cut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import PlainText


def find(given: PlainText) -> Iterator[Inner]:
    """Yield what stands after the first line."""
    start = given.text.text.find("%%\\n") + 3
    if start > 2:
        yield Inner(cut(given.text, [(start, len(given.text.text))], "#", 0))


CARRIER = Carrier(
    title="Texts behind marks",
    checked="What stands behind a line of two percent signs.",
    words=(b"%%",),
    suffixes=(".marked",),
    in_text=find,
)
'''


def test_every_module_but_the_helpers_declares_a_carrier() -> None:
    assert all(isinstance(carrier, Carrier) for _, carrier in registry.carriers())
    assert {"policy", "pod", "flags", "json-patch", "sink", "webhook"} <= set(registry.names())


@pytest.mark.parametrize("name", registry.names())
def test_what_a_carrier_declares(name: str) -> None:
    carrier = registry.carrier(name)
    assert re.fullmatch("[A-Z][^.]*[^.]", carrier.title)
    assert carrier.checked.endswith(".")
    assert carrier.in_document or carrier.in_text
    assert all(suffix == suffix.lower() and not suffix.startswith("*") for suffix in carrier.suffixes)


def test_the_page_is_up_to_date() -> None:
    assert carriers_page.PAGE.read_text(encoding="utf-8") == carriers_page.page(), MEND


def test_what_the_first_look_goes_by_is_up_to_date() -> None:
    assert carriers_page.TABLE.read_text(encoding="utf-8") == carriers_page.table(), MEND


def test_one_more_module_is_one_more_carrier(tmp_path: Path) -> None:
    for folder in ("auditlint", "rules", "schemas", "tools"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "auditlint" / "carriers" / "inside" / "behind_marks.py").write_text(LINES_OF_FLAGS)
    (tmp_path / "searched").mkdir()
    policy = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: metadata\n"
    (tmp_path / "searched" / "a.marked").write_text("head\n%%\n" + policy)

    def python(*arguments: str) -> str:
        run = subprocess.run([sys.executable, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
        return run.stdout + run.stderr

    found = "a.marked:6:10: error: "
    check = ("-m", "auditlint", "check", "--no-config", "--quiet", "--select", "invalid-level")
    assert found in python(*check, "searched")
    assert found in python(*check, "--as", "behind-marks", "searched/a.marked")
    assert "behind-marks" in python(*check, "--as", "behind", ".")
    assert "## Texts behind marks\n\n`--as behind-marks` · `*.marked`" in python(
        "-c", "import sys; sys.path.insert(0, 'tools'); import carriers_page; print(carriers_page.page())"
    )
    words = "from auditlint.cli.check import command; print([getattr(p.type, 'choices', ()) for p in command.params])"
    assert "'behind-marks'" in python("-c", words)
