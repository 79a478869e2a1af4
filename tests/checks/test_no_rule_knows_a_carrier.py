"""Rules leave to their subject what a carrier calls things: flags, mounts, and which carrier it is."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import auditlint.checks

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKS = Path(auditlint.checks.__file__).parent
MODULES = sorted(str(path.relative_to(CHECKS)) for path in CHECKS.rglob("*.py"))
WITHOUT_A_SERVER = {"audit_sink"}
"""An AuditSink stands for no server of the run, so it speaks of flags by their names."""
FLAG = re.compile(r"(^|[^-\w])--(?!kubernetes-version)[a-z]")
"""A flag of kube-apiserver; the other is auditlint's own."""
KEYS = frozenset({"volumeMounts", "volumes", "mountPath", "readOnly", "subPath", "extraArgs", "extraVolumes"})


def texts(tree: ast.AST) -> Iterator[ast.Constant]:
    """Yield the strings of a module, but for docstrings and patterns."""
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            skipped.add(id(node.value))
        elif (isinstance(node, ast.FunctionDef) and node.name in WITHOUT_A_SERVER) or (
            isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.")
        ):
            skipped.update(id(inner) for inner in ast.walk(node))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node


@pytest.mark.parametrize("module", MODULES)
def test_spells_no_flag_and_no_key(module: str) -> None:
    tree = ast.parse((CHECKS / module).read_text(encoding="utf-8"))
    spelled = [str(node.value) for node in texts(tree) if FLAG.search(str(node.value)) or node.value in KEYS]
    assert spelled == []


@pytest.mark.parametrize("module", MODULES)
def test_does_not_ask_for_the_carrier(module: str) -> None:
    tree = ast.parse((CHECKS / module).read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "carrier"]
