"""The configuration file: where it is found, what it does, and what is said of a bad one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditlint.errors import ConfigError
from auditlint.finding import Severity
from auditlint.kubernetes import data
from auditlint.kubernetes.releases import NEWEST
from auditlint.settings import config_file, values
from auditlint.settings.document import Document
from tests.cli.conftest import BAD_LEVEL, GOOD

if TYPE_CHECKING:
    from pathlib import Path

    from auditlint.settings import Settings
    from tests.cli.conftest import Auditlint
    from tests.cli.test_exit_codes import Write

OPEN_END = GOOD.replace("- level: Metadata\n", "- level: Metadata\n  verbs: [create]\n  resources: [{group: apps}]\n")
BETA = GOOD.replace("audit.k8s.io/v1", "audit.k8s.io/v1beta1")


def rules_found(auditlint: Auditlint, *arguments: str) -> list[str]:
    run = auditlint("check", "--format", "json", *arguments)
    assert run.returncode in (0, 1), run.stderr
    return [finding["rule"] for finding in json.loads(run.stdout)["findings"]]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (".auditlint.yaml", "kubernetes-version: 1.20\n"),
        (".auditlint.yml", "kubernetes-version: v1.20.3\n"),
        ("pyproject.toml", '[tool.auditlint]\nkubernetes-version = "1.20"\n'),
    ],
)
def test_kubernetes_version_as_it_is_written(auditlint: Auditlint, write: Write, name: str, content: str) -> None:
    """1.20 is not 1.2: the text counts, not the number."""
    write(name, content)
    write("p.yaml", BETA)
    assert "wrong-api-version" not in rules_found(auditlint, "p.yaml")
    assert "wrong-api-version" in rules_found(auditlint, "--kubernetes-version", "1.24", "p.yaml")
    assert "wrong-api-version" in rules_found(auditlint, "--no-config", "p.yaml")


def test_rules_off_and_severity(auditlint: Auditlint, write: Write) -> None:
    write("p.yaml", OPEN_END)
    assert rules_found(auditlint, "p.yaml") == ["missing-catch-all"]
    write(".auditlint.yaml", "rules:\n  missing-catch-all: off\n")
    assert rules_found(auditlint, "p.yaml") == []
    write(".auditlint.yaml", "rules:\n  missing-catch-all: error\n")
    run = auditlint("check", "--fail-on", "error", "p.yaml")
    assert run.returncode == 1
    assert run.stdout.startswith("p.yaml:4:1: error: ")


def test_select_ignore_and_fail_on(auditlint: Auditlint, write: Write) -> None:
    write("p.yaml", OPEN_END)
    write(".auditlint.yaml", "fail-on: error\n")
    assert auditlint("check", "p.yaml").returncode == 0
    assert auditlint("check", "--fail-on", "warning", "p.yaml").returncode == 1
    write(".auditlint.yaml", "ignore: [policy-matching]\n")
    assert rules_found(auditlint, "p.yaml") == []
    write(".auditlint.yaml", "ignore: [policy-matching]\nselect: [missing-catch-all]\n")
    assert rules_found(auditlint, "p.yaml") == ["missing-catch-all"]


def test_force_exclude_holds_for_named_files(auditlint: Auditlint, write: Write) -> None:
    write("a/policy.yaml", "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: metadata}]\n")
    write("b.yaml", "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n")
    write(".auditlint.yaml", "exclude: [/a/]\n")
    assert auditlint("check", "a/policy.yaml").returncode == 1
    assert auditlint("check", "--force-exclude", "a/policy.yaml").returncode == 0
    assert auditlint("check", "--force-exclude", "./a/policy.yaml", "b.yaml").returncode == 0
    assert auditlint("check", "--no-config", "--force-exclude", "a/policy.yaml").returncode == 1
    assert (
        auditlint("check", "--no-config", "--force-exclude", "--exclude", "policy.yaml", "a/policy.yaml").returncode
        == 0
    )


def test_exclude_and_per_file_ignores(auditlint: Auditlint, write: Write) -> None:
    write("a/p.yaml", BAD_LEVEL)
    write("b/p.yaml", BAD_LEVEL)
    write(".auditlint.yaml", "exclude: [/a/]\n")
    report = json.loads(auditlint("check", "--format", "json").stdout)
    assert {finding["path"] for finding in report["findings"]} == {"b/p.yaml"}
    write(".auditlint.yaml", "per-file-ignores:\n  a/*.yaml: [invalid-level]\n")
    report = json.loads(auditlint("check", "--format", "json").stdout)
    assert {finding["path"] for finding in report["findings"]} == {"b/p.yaml"}


def test_found_upward_to_the_root_of_the_repository(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write("repository/.git/HEAD", "")
    write("repository/deep/p.yaml", OPEN_END)
    write(".auditlint.yaml", "ignore: [missing-catch-all]\n")
    from auditlint import registry
    from auditlint.settings import config_file

    registry.load()
    monkeypatch.chdir(tmp_path / "repository" / "deep")
    assert config_file.load(None).ignore == ()
    write("repository/.auditlint.yaml", "ignore: [missing-catch-all]\n")
    assert config_file.load(None).ignore == ("missing-catch-all",)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("kubernetes_version: 1.30\n", 'did you mean "kubernetes-version"?'),
        ("ignore: [unreachable-rul]\n", 'did you mean "unreachable-rule"?'),
        ("rules: {unreachable-rul: off}\n", 'did you mean "unreachable-rule"?'),
        ("rules: {unreachable-rule: loud}\n", "loud"),
        ("fail-on: everything\n", "everything"),
        ("kubernetes-version: newest\n", "newest"),
        ("ignore: missing-catch-all\n", "ignore"),
        ("ignore: [\n", ".auditlint.yaml:"),
        ("- a list\n", "mapping"),
        ("ignore: []\nignore: []\n", "set twice"),
    ],
)
def test_a_bad_configuration_is_one_line_and_2(auditlint: Auditlint, write: Write, content: str, said: str) -> None:
    write(".auditlint.yaml", content)
    run = auditlint("check", write("p.yaml", GOOD))
    assert (run.returncode, run.stdout) == (2, "")
    (line,) = run.stderr.splitlines()
    assert ".auditlint.yaml" in line
    assert said in line


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("pyproject.toml", "# tool.auditlint\ntool = 5\n", "pyproject.toml:2: tool is not a table of settings"),
        ("pyproject.toml", f"[tool.auditlint]\nx = {'9' * 5000}\n", "Exceeds the limit"),
        ("pyproject.toml", f"[tool.auditlint]\nx = {'[' * 5000}\n", "nested too deep for a configuration"),
        (
            "pyproject.toml",
            "[tool.auditlint]\nkubernetes-version = inf\n",
            'pyproject.toml:2: kubernetes-version: "inf" is not a Kubernetes version',
        ),
        (
            ".auditlint.yaml",
            f"fail-on: error\nrules: {'[' * 3000}{']' * 3000}\n",
            ".auditlint.yaml:2: nested too deep for a configuration",
        ),
    ],
)
def test_an_odd_configuration_is_one_line_and_2(
    auditlint: Auditlint, write: Write, name: str, content: str, said: str
) -> None:
    write(name, content)
    run = auditlint("check", ".")
    assert run.returncode == 2
    assert said in run.stderr
    assert run.stderr.count("\n") == 1


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(data.table("config.schema"))


STARRED = GOOD.replace("- level: Metadata\n", '- level: Request\n  verbs: [create, "*"]\n- level: Metadata\n')


def test_a_rule_gives_way_only_to_one_that_is_reported(auditlint: Auditlint, write: Write) -> None:
    write("p.yaml", STARRED)
    assert rules_found(auditlint, "--select", "policy-matching", "p.yaml") == ["literal-wildcard"]
    assert rules_found(auditlint, "--select", "unreachable-selector", "p.yaml") == ["unreachable-selector"]
    write(".auditlint.yaml", "rules:\n  literal-wildcard: off\n")
    assert rules_found(auditlint, "--select", "policy-matching", "p.yaml") == ["unreachable-selector"]


def test_options_of_a_rule(auditlint: Auditlint, write: Write) -> None:
    write(
        "f.txt",
        "--audit-log-path=/var/log/a.log\n--audit-log-maxage=30\n--audit-log-maxbackup=3\n--audit-log-maxsize=100\n",
    )
    arguments = ("--as", "flags", "--select", "age-never-reached", "f.txt")
    assert rules_found(auditlint, *arguments) == ["age-never-reached"]
    write(".auditlint.yaml", "rules:\n  age-never-reached:\n    megabytes-per-day: 10\n")
    assert rules_found(auditlint, *arguments) == []
    write(".auditlint.yaml", "rules:\n  age-never-reached:\n    megabytes-per-day: 20\n    severity: error\n")
    assert auditlint("check", "--fail-on", "error", *arguments).returncode == 1


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("rules:\n  age-never-reached:\n    megabytes-per-dya: 10\n", 'did you mean "megabytes-per-day"?'),
        ("rules:\n  age-never-reached:\n    megabytes-per-day: many\n", '"many" is no int'),
        ("rules:\n  age-never-reached:\n    severity: loud\n", "rules/age-never-reached/severity"),
        ("rules:\n  missing-catch-all: loud\n", "rules/missing-catch-all"),
        ("server: nginx\n", "server"),
        ("custom-resources: [Widgets]\n", "custom-resources/0"),
        ("custom-resources: [widgets]\n", '"widgets" is not written as plural.group'),
        ("custom-resources: [example.com/widgets]\n", '"example.com/widgets" is not written as plural.group'),
        ("sensitive-resources: secrets\n", "a list belongs here, such as [secrets]"),
        ("fail-on: errors\n", 'did you mean "error"?'),
        ("rules: {missing-catch-all: warn}\n", 'did you mean "warning"?'),
        ("sensitive-resources: [tokens.example.com/]\n", "sensitive-resources/0"),
    ],
)
def test_bad_settings_are_told(auditlint: Auditlint, write: Write, content: str, complaint: str) -> None:
    write(".auditlint.yaml", content)
    write("p.yaml", GOOD)
    run = auditlint("check", "p.yaml")
    assert run.returncode == 2
    assert complaint in run.stderr
    assert len(run.stderr.splitlines()) == 1


def test_what_the_configuration_says_of_the_cluster(tmp_path: Path) -> None:
    path = tmp_path / ".auditlint.yaml"
    path.write_text("server: aggregated\ncustom-resources: [widgets.example.com/scale]\nsensitive-resources: [keys]\n")
    cluster = config_file.load(str(path)).cluster
    assert cluster.aggregated
    assert [resource.key for resource in cluster.custom] == [("example.com", "widgets", "scale")]
    assert cluster.sensitive == (("", "keys", ""),)


def test_what_a_file_shows_of_its_release_comes_before_the_configuration(auditlint: Auditlint, write: Write) -> None:
    write(".auditlint.yaml", "kubernetes-version: 1.25\n")
    container = "{name: kube-apiserver, image: 'registry.k8s.io/kube-apiserver:IMAGE', command: [kube-apiserver]}"
    manifest = "apiVersion: v1\nkind: Pod\nmetadata: {name: kube-apiserver}\nspec: {containers: [CONTAINER]}\n"
    paths = [
        write(f"{tag}.yaml", manifest.replace("CONTAINER", container.replace("IMAGE", tag)))
        for tag in ("v1.29.3", "latest")
    ]

    def releases(*options: str) -> list[str]:
        run = auditlint("check", *paths, "--format", "json", "--exit-zero", *options)
        return [subject["kubernetes"] for subject in json.loads(run.stdout)["subjects"]]

    assert releases() == ["1.29", "1.25"]
    assert releases("--kubernetes-version", "1.30") == ["1.30", "1.30"]


def test_a_number_in_toml_is_told_to_want_quotes(auditlint: Auditlint, write: Write) -> None:
    write("pyproject.toml", "[tool.auditlint]\nkubernetes-version = 1.30\n")
    run = auditlint("check", ".")
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.endswith('write "1.30", in quotes\n')


def test_a_configuration_that_is_not_used_is_named(auditlint: Auditlint, write: Write) -> None:
    write(".auditlint.yaml", "fail-on: never\n")
    write("pyproject.toml", '[tool.auditlint]\nfail-on = "info"\n')
    write("p.yaml", BAD_LEVEL)
    run = auditlint("check", "p.yaml")
    assert run.returncode == 0
    assert "pyproject.toml is not used, .auditlint.yaml beside it is\n" in run.stderr


OVERRIDES = """\
rules: {missing-catch-all: error}
overrides:
- files: [old/, "*.legacy.yaml"]
  kubernetes-version: 1.20
  ignore: [missing-catch-all]
- files: [/old/strict/]
  kubernetes-version: 1.36
  select: [policy-syntax]
  rules: {duplicate-key: off, age-never-reached: {megabytes-per-day: 5}}
  profile: nsa
"""


def settings_of(write: Write, tmp_path: Path, content: str) -> Settings:
    return config_file.load(str(tmp_path / write(".auditlint.yaml", content)))


def test_settings_of_some_files(write: Write, tmp_path: Path) -> None:
    settings = settings_of(write, tmp_path, OVERRIDES)
    plain, old, strict = (
        settings.of_file(str(tmp_path / name)) for name in ("a.yaml", "old/a.yaml", "old/strict/a.yaml")
    )
    assert plain == settings
    assert (old.minor, old.minor_from, old.ignore, old.select) == (20, "config", ("missing-catch-all",), ())
    assert (strict.minor, strict.ignore, strict.select) == (36, ("missing-catch-all",), ("policy-syntax",))
    assert strict.severities == {"missing-catch-all": Severity.ERROR, "duplicate-key": None}
    assert strict.options == {"age-never-reached": {"megabytes-per-day": 5}}
    assert (old.profiles, strict.profiles) == ((), ("nsa",))
    assert settings.of_file(str(tmp_path / "x" / "b.legacy.yaml")) == old
    named = settings._replace(minor=30, minor_from="option")
    assert named.of_file(str(tmp_path / "old" / "a.yaml")).minor == 30


def test_each_file_is_judged_by_its_settings(auditlint: Auditlint, write: Write) -> None:
    write(".auditlint.yaml", OVERRIDES)
    for name in ("a.yaml", "old/a.yaml", "old/strict/a.yaml"):
        write(name, OPEN_END)
    report = json.loads(auditlint("check", "--format", "json").stdout)
    assert [subject["kubernetes"] for subject in report["subjects"]] == [f"1.{NEWEST}", "1.20", "1.36"]
    found = {(finding["path"], finding["rule"]) for finding in report["findings"]}
    assert ("a.yaml", "missing-catch-all") in found
    assert {path for path, _ in found} == {"a.yaml"}
    chosen = json.loads(auditlint("check", "--format", "json", "--select", "request-received-logged").stdout)
    report = json.loads(auditlint("check", "--format", "json", "--kubernetes-version", "1.30").stdout)
    assert {subject["kubernetes"] for subject in report["subjects"]} == {"1.30"}
    assert chosen["findings"] == []


def test_options_come_before_the_settings_of_some_files(auditlint: Auditlint, write: Write) -> None:
    write(".auditlint.yaml", "overrides: [{files: [a.yaml], select: [policy-syntax], profile: nsa}]\n")
    write("a.yaml", OPEN_END)
    assert rules_found(auditlint, "a.yaml") == []
    assert rules_found(auditlint, "--select", "missing-catch-all", "a.yaml") == ["missing-catch-all"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("fail-on: error\nkubernetes_version: 1.30\n", '.auditlint.yaml:2: "kubernetes_version" is not a setting, did'),
        ("ignore:\n- yaml-syntax\n- yaml-sintax\n", ".auditlint.yaml:3: ignore: "),
        ("rules:\n  yaml-syntax: off\n  yaml-sintax: off\n", ".auditlint.yaml:3: "),
        ("rules:\n  yaml-syntax:\n    severity: loud\n", ".auditlint.yaml:3: rules/yaml-syntax/severity: "),
        (
            "overrides:\n- files: [a]\n  fail-on: never\n",
            '.auditlint.yaml:3: "fail-on" is not a setting for some files',
        ),
        ("overrides:\n- rules: {}\n", ".auditlint.yaml:2: overrides/0: `files` is missing"),
        ("overrides: {files: [a]}\n", ".auditlint.yaml:1: overrides: a list belongs here"),
        ("overrides: [a]\n", '.auditlint.yaml:1: overrides/0: "a" is no mapping of settings'),
        ("exclude:\n- a\n- [b]\n", ".auditlint.yaml:3: exclude/1: "),
        ("profile: [cis, ciss]\n", ".auditlint.yaml:1: "),
        ("\nbaseline: []\n", '.auditlint.yaml:2: baseline: "[]" is not a path'),
        ("\nbaseline: gone.json\n", "gone.json: no such file or folder"),
    ],
)
def test_the_line_is_told(auditlint: Auditlint, write: Write, content: str, said: str) -> None:
    write(".auditlint.yaml", content)
    run = auditlint("check", write("a.yaml", GOOD))
    assert (run.returncode, run.stdout) == (2, "")
    (line,) = run.stderr.splitlines()
    assert said in line


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[tool.auditlint]\nfail-on = 'error'\n\nignore = ['yaml-sintax']\n", "pyproject.toml:4: ignore: "),
        ("[tool.auditlint.rules]\nyaml-syntax = 'off'\nyaml-sintax = 'off'\n", "pyproject.toml:3: "),
        ("[tool]\nauditlint.fail-on = 'x'\n", "pyproject.toml:2: fail-on: "),
        (
            "[[tool.auditlint.overrides]]\nfiles = ['a']\n[[tool.auditlint.overrides]]\nfiles = ['b']\nignore = 5\n",
            "pyproject.toml:5: overrides/1/ignore: a list belongs here",
        ),
        ("[tool.auditlint]\nfail-on = \n", "pyproject.toml:2: Invalid value"),
        (f"[tool.auditlint]\n\nx = {'9' * 5000}\n", "pyproject.toml:3: Exceeds the limit"),
        (f"[tool.auditlint]\n\nx = {'[' * 5000}\n", "pyproject.toml:3: nested too deep"),
        ("[tool.auditlint]\nexclude = [1]\n", 'pyproject.toml:2: exclude/0: "1" is not a name or pattern'),
        ("[tool.auditlint]\nprofile = nan\n", "pyproject.toml:2: "),
        ("[tool.auditlint]\nkubernetes-version = 1979-05-27\n", "pyproject.toml:2: kubernetes-version: "),
    ],
)
def test_the_line_is_told_in_toml(auditlint: Auditlint, write: Write, content: str, said: str) -> None:
    write("pyproject.toml", content)
    run = auditlint("check", write("a.yaml", GOOD))
    assert (run.returncode, run.stdout) == (2, "")
    (line,) = run.stderr.splitlines()
    assert said in line


def test_what_is_no_file_is_no_configuration(auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".auditlint.yaml")
    run = auditlint("check", write("a.yaml", GOOD))
    assert run.returncode == 2
    assert run.stderr.endswith("/.auditlint.yaml: is a named pipe, not a file\n")
    run = auditlint("check", "--config", "/dev/zero", "a.yaml")
    assert (run.returncode, run.stderr) == (2, "auditlint: /dev/zero: is a device, not a file\n")


VALUES = st.recursive(
    st.sampled_from(
        ["", "error", "off", "1.30", "x", "yaml-syntax", "cis", "kube-apiserver", "widgets.example.com", "a/b"]
    ),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["files", "severity", "yaml-syntax", "ignore", "rules"]), inner, max_size=2)
    ),
    max_leaves=4,
)
ONLY_THE_READER_KNOWS = ("is not a rule", "is not a profile", "is not an option", "no such file", "is not a Kubernetes")
"""What a schema cannot say: which names there are."""


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(values.KEYS), VALUES)
def test_the_schema_and_the_reader_agree(key: str, value: object) -> None:
    """A configuration that the schema takes is read, and the other way round."""
    document = {key: value}
    said = ""
    try:
        values.settings_of(Document(".auditlint.yaml", document, {}))
        if key == "baseline":
            values.baseline_of(Document(".auditlint.yaml", document, {}))
    except ConfigError as error:
        said = str(error)
    errors = jsonschema.Draft202012Validator(data.table("config.schema")).iter_errors(document)
    if not any(word in said for word in ONLY_THE_READER_KNOWS):
        assert (said == "") is (next(errors, None) is None), said


def test_the_schema_and_the_reader_know_the_same_settings() -> None:
    properties = data.table("config.schema")["properties"]
    assert set(properties) == set(values.KEYS)
    assert set(properties["overrides"]["items"]["properties"]) == {"files", *values.OF_FILES}


def test_no_validator_is_loaded_for_a_configuration(write: Write, tmp_path: Path) -> None:
    write(".auditlint.yaml", OVERRIDES)
    program = "import sys; from auditlint.settings import config_file; config_file.load(None)"
    program += "; print('jsonschema' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
