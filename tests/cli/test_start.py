"""What the check of one policy loads: start-up time is a promise, and modules are what it is made of."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from auditlint import cli
from auditlint.text import libyaml
libyaml.own_process()
code = cli.run(["check", "--no-config", *sys.argv[1:]])
print(*(name for name, module in sys.modules.items() if type(module).__name__ != "_LazyModule"))
sys.exit(code)
"""
NEEDLESS = (
    "auditlint.carriers.apiserver",
    "auditlint.change",
    "auditlint.checks.queries.coverage.cures",
    "auditlint.checks.repairs.policies",
    "auditlint.checks.repairs.reading",
    "auditlint.checks.repairs.values",
    "auditlint.checks.server",
    "auditlint.checks.suggestions.fields",
    "auditlint.checks.suggestions.groups",
    "auditlint.checks.suggestions.pasteable",
    "auditlint.checks.suggestions.right_types",
    "auditlint.checks.suggestions.unknown_keys",
    "auditlint.cli.check",
    "auditlint.cli.checking.fixes",
    "auditlint.cli.commands",
    "auditlint.cli.options",
    "auditlint.fixing",
    "auditlint.kubernetes.container",
    "auditlint.kubernetes.engine.causes",
    "auditlint.kubernetes.feature_gates",
    "auditlint.kubernetes.flags",
    "auditlint.kubernetes.go",
    "auditlint.kubernetes.known_flags",
    "auditlint.kubernetes.mounts",
    "auditlint.kubernetes.parsed_flags",
    "auditlint.lint.comment_places",
    "auditlint.policy",
    "auditlint.profiles",
    "auditlint.settings.document",
    "auditlint.settings.values",
    "auditlint.subjects.slips",
    "auditlint.subjects.spelling_of_flags",
    "auditlint.text.editing",
    "auditlint.text.folders",
    "auditlint.text.gitignore",
    "auditlint.text.pure",
    "auditlint.text.repository",
)
"""Our own modules, and packages with all in them, of which a policy that is in order has no need."""
HEAVY = frozenset({
    *("ast", "bz2", "click", "dataclasses", "difflib", "inspect", "json", "jsonschema", "locale", "lzma", "msgspec"),
    *("shutil", "tomllib", "typing", "uuid", "yaml.constructor", "yaml.reader"),
})  # fmt: skip
"""Modules of others that a start would notice."""


def _is_needless(name: str) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in NEEDLESS)


def _run_by(*arguments: str) -> list[str]:
    """Return the modules that a check in the folder of examples runs, in the process of the program."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], cwd=ROOT / "examples", capture_output=True, text=True, check=True
    )
    return run.stdout.split()


def test_a_policy_in_order_runs_no_module_about_servers_or_mistakes() -> None:
    ran = _run_by("good/audit-policy.yaml")
    assert "auditlint.checks.policy.syntax" in ran
    assert [name for name in ran if _is_needless(name)] == []


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (("good/audit-policy.yaml",), []),
        (("good/kube-apiserver.yaml",), ["json"]),  # for the table of flags
        (("-q", "--format=text", "--min-severity", "info", "--", "good/audit-policy.yaml"), []),
    ],
)
def test_a_check_runs_no_module_of_others_that_a_start_would_notice(
    arguments: tuple[str, ...], needed: list[str]
) -> None:
    ran = _run_by(*arguments)
    assert "auditlint.cli.checking.run" in ran
    assert sorted(HEAVY.intersection(ran)) == needed
