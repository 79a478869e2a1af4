"""Profiles on the command line and in the configuration: names, selection, output, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import jsonschema
import pytest

from auditlint.kubernetes import data

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Auditlint

POLICY = """\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: ["RequestReceived"]
rules:
- level: Metadata
  resources:
  - {group: "", resources: ["secrets", "*/exec", "*/attach", "*/portforward", "*/proxy", "*/ephemeralcontainers"]}
  - {group: rbac.authorization.k8s.io}
- level: None
"""
LEAKS = "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n- level: Request\n"


@pytest.fixture(autouse=True)
def _files(write: Callable[[str, str], str]) -> None:
    write("p.yaml", POLICY)
    write("leaks.yaml", LEAKS)


def test_an_info_that_answers_a_control_is_a_warning_and_names_it(auditlint: Auditlint) -> None:
    assert auditlint("check", "p.yaml").returncode == 0
    run = auditlint("check", "--profile", "cis", "p.yaml")
    assert run.returncode == 1
    line, note = run.stdout.splitlines()
    assert note.startswith("p.yaml:9:3: note: `kubectl ")
    assert line.startswith("p.yaml:9:3: warning: not logged from here on: ")
    assert line.endswith(
        " (CIS 1.12: 3.2.2). Write `level: Metadata` here, unless all of this is meant to be dropped [drops-the-rest]"
    )


def test_controls_stand_in_the_report_only_with_a_profile(auditlint: Auditlint) -> None:
    plain = json.loads(auditlint("check", "--format", "json", "p.yaml").stdout)
    assert [set(finding) & {"controls"} for finding in plain["findings"]] == [set()]
    report = json.loads(auditlint("check", "--format", "json", "--profile", "cis-1.8", "p.yaml").stdout)
    assert [finding["controls"] for finding in report["findings"]] == [["CIS 1.8 3.2.2"]]
    for document in (plain, report):
        jsonschema.Draft202012Validator(data.table("report.schema")).validate(document)


def test_the_benchmark_is_that_of_the_release(auditlint: Auditlint) -> None:
    run = auditlint("check", "--profile", "cis", "--kubernetes-version", "1.25", "p.yaml")
    assert "(CIS 1.7: 3.2.2)" in run.stdout


def test_rules_that_are_off_are_on_with_a_profile_that_needs_them(auditlint: Auditlint) -> None:
    assert "configmap-bodies-logged" not in auditlint("check", "leaks.yaml").stdout
    assert "configmap-bodies-logged" in auditlint("check", "--profile", "cis", "leaks.yaml").stdout
    assert "configmap-bodies-logged" not in auditlint("check", "--profile", "nsa", "leaks.yaml").stdout


@pytest.mark.parametrize(
    ("options", "rules"),
    [
        (("--select", "secret-bodies-logged"), {"secret-bodies-logged"}),
        (("--select", "policy-coverage"), {"secret-bodies-logged", "configmap-bodies-logged"}),
        (("--ignore", "configmap-bodies-logged", "--ignore", "policy-cost"), {"secret-bodies-logged"}),
        (("--select", "policy-below-profile"), set()),
    ],
)
def test_selection_goes_on_as_ever(auditlint: Auditlint, options: tuple[str, ...], rules: set[str]) -> None:
    run = auditlint("check", "--format", "json", "--profile", "cis", *options, "leaks.yaml")
    assert {finding["rule"] for finding in json.loads(run.stdout)["findings"]} == rules


def test_a_severity_from_the_configuration_wins(auditlint: Auditlint, write: Callable[[str, str], str]) -> None:
    write(".auditlint.yaml", "profile: cis\nrules: {drops-the-rest: info}\n")
    run = auditlint("check", "--min-severity", "info", "p.yaml")
    assert (run.returncode, "p.yaml:9:3: info: " in run.stdout) == (0, True)
    write(".auditlint.yaml", "profile: cis\nrules: {drops-the-rest: off}\n")
    assert not auditlint("check", "p.yaml").stdout


def test_an_ignore_comment_covers_a_finding_with_a_control(
    auditlint: Auditlint, write: Callable[[str, str], str]
) -> None:
    write("p.yaml", POLICY.replace("- level: None", "- level: None # auditlint: ignore[drops-the-rest] on purpose"))
    assert auditlint("check", "--profile", "cis", "p.yaml").returncode == 0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".auditlint.yaml", "profile: stig\n"),
        (".auditlint.yaml", "profile: [stig]\n"),
        ("pyproject.toml", '[tool.auditlint]\nprofile = "stig"\n'),
        ("pyproject.toml", '[tool.auditlint]\nprofile = ["stig", "stig"]\n'),
    ],
)
def test_configuration(auditlint: Auditlint, write: Callable[[str, str], str], name: str, text: str) -> None:
    write(name, text)
    assert "(STIG V-242403)" in auditlint("check", "p.yaml").stdout
    assert "STIG" not in auditlint("check", "--profile", "nsa", "p.yaml").stdout
    assert "STIG" not in auditlint("check", "--no-config", "p.yaml").stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("check", "--profile", "sitg", "p.yaml"), '--profile: "sitg" is not a profile, did you mean "stig"?'),
        (("check", "--profile", "cis-1.99", "p.yaml"), '--profile: "cis-1.99" is not a profile'),
        (("check", "--profile", "CIS", "p.yaml"), '"CIS" is not a profile, did you mean "cis"?'),
        (("check", "--profile", "STGI", "p.yaml"), '"STGI" is not a profile, did you mean "stig"?'),
        (("check", "--profile", "cis,sitg", "p.yaml"), '"sitg" is not a profile, did you mean "stig"?'),
        (("check", "--profile", "cis-1.13", "p.yaml"), 'did you mean "cis-1.12"?'),
        (("check", "--profile", "cis-1.21", "p.yaml"), 'did you mean "cis-1.20"?'),
        (("rules", "--profile", "CIS-1.8"), 'did you mean "cis-1.8"?'),
        (("check", "--profile", "", "p.yaml"), '"" is not a profile; there are cis'),
        (("check", "--profile", ",", "p.yaml"), '"," is not a profile; there are cis'),
        (("check", "--profile", "x", "p.yaml"), '"x" is not a profile; there are cis, cis-1.5,'),
        (("rules", "--profile", "sitg"), 'did you mean "stig"?'),
        (("rules", "--profile", "cis", "--kubernetes-version", "new"), '"new" is not a Kubernetes version'),
        (("rules", "--kubernetes-version", "1.30"), "goes with --profile"),
    ],
)
def test_usage_errors(auditlint: Auditlint, arguments: tuple[str, ...], words: str) -> None:
    run = auditlint(*arguments)
    assert (run.returncode, run.stdout) == (2, "")
    assert words in run.stderr


@pytest.mark.parametrize("text", ["profile: sitg\n", "profile: [cis, sitg]\n"])
def test_a_wrong_name_in_the_configuration(auditlint: Auditlint, write: Callable[[str, str], str], text: str) -> None:
    write(".auditlint.yaml", text)
    run = auditlint("check", "--min-severity", "info", "p.yaml")
    assert run.returncode == 2
    assert '.auditlint.yaml:1: "sitg" is not a profile, did you mean "stig"?' in run.stderr


def test_rules_prints_the_mapping(auditlint: Auditlint) -> None:
    text = auditlint("rules", "--profile", "cis", "--kubernetes-version", "1.26").stdout
    assert text.startswith("CIS Kubernetes Benchmark 1.8, for Kubernetes 1.26\n")
    lines = text.splitlines()
    at = lines.index("1.2.18  log files are kept for 30 days: --audit-log-maxage is set to 30 or more")
    assert lines[at + 1] == "  rules:  retention-below-profile, no-rotation-limits, unlimited-retention"
    assert lines[at + 2].startswith("  manual: ")


def test_rules_prints_the_mapping_as_json(auditlint: Auditlint) -> None:
    printed = json.loads(auditlint("rules", "--profile", "stig", "--profile", "cis", "--format", "json").stdout)
    stig, cis = printed["profiles"]
    assert (printed["version"], stig["name"], cis["name"]) == (1, "stig", "cis")
    assert (stig["version"], cis["version"], cis["kubernetes"]) == ("", "1.12", "1.32 and later")
    controls = {control["id"]: control for control in (*stig["controls"], *cis["controls"])}
    assert controls["V-242464"]["also"] == "CNTR-K8-003310"
    assert controls["V-242464"]["control"] == "STIG V-242464"
    assert "retention-below-profile" in controls["1.2.17"]["rules"]
    assert printed["conflicts"] == [{"control": "STIG V-242403", "contradicts": ["CIS 1.12 3.2.2"]}]


def test_rules_says_which_profiles_contradict_each_other(auditlint: Auditlint) -> None:
    text = auditlint("rules", "--profile", "stig", "--profile", "nsa").stdout
    assert "No policy meets STIG V-242403 together with NSA 1.2 secrets-at-metadata" in text.splitlines()[-1]
    assert "No policy meets" not in auditlint("rules", "--profile", "cis", "--profile", "nsa").stdout


def test_a_check_without_a_profile_loads_nothing_of_them(tmp_path: Path) -> None:
    program = (
        "import sys; from auditlint import cli; cli.run(['check', '--no-config', '--quiet', 'p.yaml']); "
        "print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    loaded = run.stdout.splitlines()[-1].split()
    assert "auditlint.checks.profiles.rules" in loaded
    assert {"auditlint.profiles", "auditlint.checks.profiles.of_policies"}.isdisjoint(loaded)


@pytest.mark.parametrize("names", ["cis,stig", "cis, stig", "stig,,cis"])
def test_several_names_with_commas(auditlint: Auditlint, names: str) -> None:
    assert "[profile-conflict]" in auditlint("check", "--profile", names, "p.yaml").stdout
    assert {"CIS Kubernetes Benchmark 1.12, for Kubernetes 1.32 and later", "DISA Kubernetes STIG"} <= {
        *auditlint("rules", "--profile", names).stdout.splitlines()
    }


@pytest.mark.parametrize("text", ["profile:\n", "profile: null\nselect: ~\n", "profile:\nexclude:\nfail-on:\n"])
def test_a_setting_without_a_value_is_as_absent(
    auditlint: Auditlint, write: Callable[[str, str], str], text: str
) -> None:
    write(".auditlint.yaml", text)
    run = auditlint("check", "--min-severity", "info", "p.yaml")
    assert (run.returncode, "drops-the-rest" in run.stdout) == (0, True), run.stderr
    write(".auditlint.yaml", "profil:\n")
    run = auditlint("check", "p.yaml")
    assert (run.returncode, 'did you mean "profile"' in run.stderr) == (2, True)


@pytest.mark.parametrize(
    ("options", "note"),
    [
        (("--select", "retention-below-profile"), 'auditlint: note: "retention-below-profile" finds nothing without'),
        (("--select", "server-below-profile,invalid-level"), "--profile, of cis, stig\n"),
        (
            ("--select", "policy-below-profile", "--select", "profile-conflict"),
            '-profile" and "profile-conflict" find ',
        ),
        (("--select", "retention-below-profile", "--profile", "cis"), ""),
        (("--select", "policy-coverage"), ""),
        (("--select", "retention-below-profile", "--quiet"), ""),
    ],
)
def test_a_selected_rule_that_needs_a_profile(auditlint: Auditlint, options: tuple[str, ...], note: str) -> None:
    run = auditlint("check", *options, "leaks.yaml")
    assert ("auditlint: note: " in run.stderr) == bool(note)
    assert note in run.stderr
    assert run.stderr.count("note: ") <= 1
