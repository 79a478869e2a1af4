"""`auditlint upgrade`: what it reads, what it says beside the changes, and every exit code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from auditlint.kubernetes import releases
from tests.cli.conftest import GOOD
from tests.cli.test_exit_codes import complaint

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Auditlint
    from tests.cli.test_exit_codes import Write

OLD = GOOD.replace("k8s.io/v1", "k8s.io/v1beta1")
TOKENS = GOOD.replace("Metadata", "RequestResponse")
WAY = ("--from", "1.20", "--to", "1.30")


@pytest.fixture(autouse=True)
def policies(write: Write) -> None:
    for name, text in (("good", GOOD), ("old", OLD), ("tokens", TOKENS)):
        write(f"{name}.yaml", text)


@pytest.mark.parametrize("fail_on", [None, "breaks", "differs", "never"])
@pytest.mark.parametrize("name", ["good", "old", "tokens"])
@pytest.mark.parametrize("output_format", ["text", "markdown", "json"])
def test_fail_on(auditlint: Auditlint, name: str, fail_on: str | None, output_format: str) -> None:
    options = () if fail_on is None else ("--fail-on", fail_on)
    run = auditlint("upgrade", f"{name}.yaml", *WAY, *options, "--format", output_format)
    fails = {"good": (), "old": (None, "breaks", "differs"), "tokens": ("differs",)}[name]
    assert (run.returncode, run.stderr) == (int(fail_on in fails), "")
    assert run.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("good.yaml",), "Missing option '--to'"),
        (("good.yaml", "--to", "1.30"), "--from: good.yaml:1: nothing says which release this is for now"),
        (("good.yaml", "--from", "1.20", "--to", "later"), '--to: "later" is not a Kubernetes version'),
        (("good.yaml", "--from", "x", "--to", "1.30"), '--from: "x" is not a Kubernetes version'),
        (("good.yaml", *WAY, "--fail-on", "difers"), 'did you mean "differs"?'),
        (("good.yaml", *WAY, "--format", "jsn"), 'did you mean "json"?'),
        (("good.yaml", *WAY, "--output-file", "good.yaml"), "cannot write to good.yaml"),
        (("good.yaml", *WAY, "--as", "pods"), 'did you mean "pod"?'),
    ],
)
def test_what_cannot_be_asked_is_2(auditlint: Auditlint, arguments: tuple[str, ...], said: str) -> None:
    run = auditlint("upgrade", *arguments)
    assert (run.returncode, run.stdout) == (2, "")
    assert said in complaint(run.stderr)


def test_what_cannot_be_read_is_2_and_the_rest_is_judged(auditlint: Auditlint) -> None:
    run = auditlint("upgrade", "missing.yaml", "old.yaml", *WAY)
    assert (run.returncode, complaint(run.stderr)) == (2, "auditlint: missing.yaml: no such file or folder")
    assert run.stdout.startswith("breaks: ")


def test_the_current_folder_is_the_default(auditlint: Auditlint) -> None:
    found = json.loads(auditlint("upgrade", *WAY, "--format", "json").stdout)
    assert [subject["path"] for subject in found["subjects"]] == ["good.yaml", "old.yaml", "tokens.yaml"]
    found = json.loads(auditlint("upgrade", *WAY, "--format", "json", "--exclude", "o*.yaml").stdout)
    assert [subject["path"] for subject in found["subjects"]] == ["good.yaml", "tokens.yaml"]


def test_standard_input(auditlint: Auditlint) -> None:
    run = auditlint("upgrade", "-", *WAY, stdin=OLD.encode())
    assert (run.returncode, run.stdout.splitlines()[1].startswith("  <stdin>:1:13: ")) == (1, True)
    run = auditlint("upgrade", "--stdin-filename", "given.yaml", *WAY, stdin=OLD.encode())
    assert (run.returncode, run.stdout.splitlines()[1].startswith("  given.yaml:1:13: ")) == (1, True)


def test_the_configuration_says_the_release(auditlint: Auditlint, write: Write) -> None:
    write(".auditlint.yaml", "kubernetes-version: '1.23'\n")
    found = json.loads(auditlint("upgrade", "old.yaml", "--to", "1.24", "--format", "json").stdout)
    assert [(one["from"], one["from_source"]) for one in found["subjects"]] == [("1.23", "config")]
    assert found["from"] == "1.23"


def test_the_configuration_says_it_for_some_files(auditlint: Auditlint, write: Write) -> None:
    override = "overrides:\n- files: [old.yaml]\n  kubernetes-version: '1.20'\n"
    write(".auditlint.yaml", f"kubernetes-version: '1.23'\n{override}")
    found = json.loads(auditlint("upgrade", "--to", "1.24", "--format", "json").stdout)
    assert [(one["path"], one["from"]) for one in found["subjects"]] == [
        ("good.yaml", "1.23"),
        ("old.yaml", "1.20"),
        ("tokens.yaml", "1.23"),
    ]
    found = json.loads(auditlint("upgrade", "--from", "1.22", "--to", "1.24", "--format", "json").stdout)
    assert found["from"] == "1.22"


def test_notices(auditlint: Auditlint, write: Write) -> None:
    write("other.yaml", "a: 1\n")
    arguments = ("upgrade", "other.yaml", "good.yaml", "--from", "1.20", "--to", "1.99")
    said = auditlint(*arguments).stderr.splitlines()
    newest = releases.name(releases.NEWEST_KNOWN)
    assert said == [
        f"auditlint: note: Kubernetes 1.99 is newer than what auditlint knows, judged as {newest}",
        "other.yaml: note: holds no audit policy and starts no kube-apiserver: passed over",
    ]
    assert auditlint(*arguments, "--quiet").stderr == ""
    notices = json.loads(auditlint(*arguments, "--format", "json").stdout)["notices"]
    assert [(notice["path"], notice["line"]) for notice in notices] == [("", None), ("other.yaml", None)]


def test_nothing_to_upgrade(auditlint: Auditlint, write: Write) -> None:
    write("empty/other.yaml", "a: 1\n")
    run = auditlint("upgrade", "empty", "--to", "1.30")
    assert (run.returncode, run.stdout, run.stderr) == (0, "nothing was found that an upgrade could change\n", "")


def test_the_output_goes_into_a_file(auditlint: Auditlint, tmp_path: Path) -> None:
    run = auditlint("upgrade", "good.yaml", *WAY, "--output-file", "out.txt")
    assert (run.returncode, run.stdout) == (0, "")
    assert (tmp_path / "out.txt").read_text() == "from 1.20 to 1.30: nothing breaks\n"


def test_as_policy(auditlint: Auditlint, write: Write) -> None:
    write("rules.yaml", "- level: Metadata\n")
    found = json.loads(auditlint("upgrade", "rules.yaml", *WAY, "--as", "policy", "--format", "json").stdout)
    assert [(one["refused_before"], one["refused_after"]) for one in found["subjects"]] == [(["policy"], ["policy"])]
