"""`config show`: which settings hold for a file, and the line that each comes from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.cli.test_exit_codes import complaint

if TYPE_CHECKING:
    from tests.cli.conftest import Auditlint
    from tests.cli.test_exit_codes import Write

CONFIGURATION = """\
fail-on: error
ignore: [redundant-rule]
exclude: [/vendor/]
rules:
  missing-catch-all: error
  age-never-reached: {severity: warning, megabytes-per-day: 500}
per-file-ignores:
  "legacy/*": [duplicate-key]
  "*.md": [yaml-syntax]
overrides:
- files: [legacy/]
  kubernetes-version: 1.20
  ignore: [missing-backend]
- files: [legacy/old.yaml]
  kubernetes-version: 1.18
  rules: {missing-catch-all: off}
"""
OF_LEGACY = """\
configuration: .auditlint.yaml
not used: pyproject.toml, because .auditlint.yaml is beside it

for legacy/old.yaml:
  kubernetes-version                         1.18             .auditlint.yaml:15 (overrides)
  fail-on                                    error            .auditlint.yaml:1
  min-severity                               warning          default
  ignore                                     redundant-rule   .auditlint.yaml:2
  ignore                                     missing-backend  .auditlint.yaml:13 (overrides)
  per-file-ignores/legacy/*                  duplicate-key    .auditlint.yaml:8
  rules/age-never-reached/severity           warning          .auditlint.yaml:6
  rules/age-never-reached/megabytes-per-day  500              .auditlint.yaml:6
  rules/missing-catch-all                    off              .auditlint.yaml:16 (overrides)
  server                                     kube-apiserver   default
"""
NONE = """\
configuration: none

for all files:
  kubernetes-version  what the file shows, else the newest  default
  fail-on             warning                               default
  min-severity        warning                               default
  server              kube-apiserver                        default
"""


def configured(write: Write) -> None:
    rule = "policy-without-backend"
    write(".auditlint.yaml", CONFIGURATION.replace("missing-backend", rule))
    write("pyproject.toml", "[tool.auditlint]\n")


def test_of_a_file(auditlint: Auditlint, write: Write) -> None:
    configured(write)
    shown = auditlint("config", "show", "legacy/old.yaml").stdout
    assert words(shown) == words(OF_LEGACY.replace("missing-backend", "policy-without-backend"))


def words(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_of_a_file_that_is_passed_over(auditlint: Auditlint, write: Write) -> None:
    configured(write)
    shown = auditlint("config", "show", "--format", "json", "vendor/a.yaml")
    document = json.loads(shown.stdout)
    assert (document["configuration"], document["not_used"]) == (".auditlint.yaml", ["pyproject.toml"])
    found = {row["setting"]: (row["value"], row["from"]) for row in document["settings"]}
    assert found["exclude"] == ("passed over in a search of folders", ".auditlint.yaml:3")
    assert found["kubernetes-version"][1] == "default"
    assert found["rules/missing-catch-all"] == ("error", ".auditlint.yaml:5")
    assert not any(name.startswith(("overrides", "per-file-ignores")) for name in found)


def test_of_all_files(auditlint: Auditlint, write: Write) -> None:
    configured(write)
    shown = auditlint("config", "show").stdout
    assert "  overrides/1/rules/missing-catch-all " in shown
    assert "  per-file-ignores/*.md " in shown


def test_without_a_configuration(auditlint: Auditlint, write: Write) -> None:
    assert auditlint("config", "show").stdout == NONE
    configured(write)
    assert auditlint("config", "show", "--no-config").stdout == NONE


def test_a_bad_configuration_and_wrong_words(auditlint: Auditlint, write: Write) -> None:
    write(".auditlint.yaml", "fail-on: erorr\n")
    run = auditlint("config", "show", "a.yaml")
    assert run.returncode == 2
    assert ".auditlint.yaml:1: fail-on: " in complaint(run.stderr)
    for arguments in (("config",), ("config", "list"), ("config", "show", "--config", "a", "--no-config")):
        run = auditlint(*arguments)
        assert (run.returncode, run.stdout) == (2, "")
        assert len(run.stderr.splitlines()) == 1
