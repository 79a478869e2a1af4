"""What is shown, what is only counted, and where the outputs of one run go."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Auditlint

    Write = Callable[[str, str], str]

POLICY = """\
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: None
  users: [jane]
- level: Metadata
"""
INFO, WARNING = "request-received-logged", "secrets-not-audited"


@pytest.fixture(autouse=True)
def policy(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write("audit-policy.yaml", POLICY)


def closing(stderr: str) -> str:
    return stderr.splitlines()[-1]


def test_infos_are_counted_and_not_shown(auditlint: Auditlint) -> None:
    run = auditlint("check", "--no-config", "--select", INFO, "audit-policy.yaml")
    assert (run.stdout, closing(run.stderr)) == ("", "1 policy, 0 apiservers; 1 info not shown")


@pytest.mark.parametrize("options", [("--min-severity", "info"), ("--fail-on", "info")])
def test_infos_are_shown(auditlint: Auditlint, options: tuple[str, ...]) -> None:
    run = auditlint("check", "--no-config", "--select", INFO, *options, "audit-policy.yaml")
    assert (f"[{INFO}]" in run.stdout, closing(run.stderr)) == (True, "1 policy, 0 apiservers; 1 info")


def test_errors_alone(auditlint: Auditlint) -> None:
    run = auditlint("check", "--no-config", "--select", WARNING, "--min-severity", "error", "audit-policy.yaml")
    assert (run.returncode, run.stdout) == (1, "")
    assert closing(run.stderr) == "1 policy, 0 apiservers; 1 warning not shown"


def test_the_configuration_says_it_too(auditlint: Auditlint, write: Write) -> None:
    write(".auditlint.yaml", "min-severity: info\n")
    assert f"[{INFO}]" in auditlint("check", "--select", INFO, "audit-policy.yaml").stdout
    assert not auditlint("check", "--select", INFO, "--min-severity", "warning", "audit-policy.yaml").stdout


@pytest.mark.parametrize("output_format", ["json", "sarif"])
def test_machines_are_told_all(auditlint: Auditlint, output_format: str) -> None:
    run = auditlint("check", "--no-config", "--select", INFO, "--format", output_format, "audit-policy.yaml")
    assert INFO in run.stdout


def test_several_outputs(auditlint: Auditlint) -> None:
    run = auditlint(
        *("check", "--no-config", "--select", WARNING, "--format", "text", "--format", "json=out.json"),
        *("--format", "github=out.txt", "audit-policy.yaml"),
    )
    assert run.returncode == 1
    assert run.stdout.startswith("audit-policy.yaml:4:3: warning: ")
    assert Path("out.txt").read_text(encoding="utf-8").startswith("::warning file=audit-policy.yaml,")
    (finding,) = json.loads(Path("out.json").read_text(encoding="utf-8"))["findings"]
    assert finding["rule"] == WARNING


def test_the_page_shows_the_matrix_of_each_policy_that_loads(auditlint: Auditlint, write: Write) -> None:
    write("refused.yaml", POLICY.replace("None", "none"))
    page = auditlint("check", "--no-config", "--format", "html", "audit-policy.yaml", "refused.yaml").stdout
    assert re.findall(r"<h2>([^<]+)</h2>", page) == ["Findings", "Who is logged at which level: audit-policy.yaml"]
    assert '<th scope="row">secrets</th><td class="metadata">Metadata</td>' in page
    assert "<h3>jane</h3>" in page


def test_an_output_in_a_file_leaves_standard_output_empty(auditlint: Auditlint) -> None:
    run = auditlint("check", "--no-config", "--format", "json=out.json", "audit-policy.yaml")
    assert (run.returncode, run.stdout, Path("out.json").exists()) == (1, "", True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--format", "text", "--format", "json"), "--format text and json would be mixed: give one a file, json=FILE"),
        (("--format", "json=a", "--format", "text=a"), "--format: two outputs go to a"),
        (("--format", "text", "--format", "json=-"), "--format: two outputs go to standard output"),
        (("--format", "json=a", "--output-file", "b"), "--output-file b: no --format is left for it"),
        (("--format", "json="), '"json=" names no file: write json=FILE'),
        (("--format", "jsn=a"), '"jsn" is not one of'),
        (("--format", "json=audit-policy.yaml"), "cannot write to audit-policy.yaml: the command reads this file"),
    ],
)
def test_outputs_that_cannot_be(auditlint: Auditlint, options: tuple[str, ...], message: str) -> None:
    run = auditlint("check", "--no-config", *options, "audit-policy.yaml")
    assert (run.returncode, run.stdout) == (2, "")
    assert message in run.stderr
    assert Path("audit-policy.yaml").read_text(encoding="utf-8") == POLICY
