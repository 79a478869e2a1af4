"""`--output-file`: it never takes the place of what a command reads, and leads to what is no file too."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import BAD_LEVEL, GOOD
from tests.cli.test_exit_codes import complaint

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Auditlint
    from tests.cli.test_exit_codes import Write

CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
spec: {group: example.com, names: {plural: widgets}}
"""
COMMANDS = {
    "matrix": ("p.yaml",),
    "matrix of standard input": ("-",),
    "matrix compared": ("other.yaml", "--compare", "p.yaml"),
    "check": ("p.yaml",),
    "check of standard input": ("-",),
    "check of a folder": ("folder", "."),
    "check of this folder": (),
    "check of a whole folder": ("--as", "policy", "."),
}


@pytest.mark.parametrize("target", ["p.yaml", "./folder/../p.yaml", "linked", "hard"])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_input_is_replaced(command: str, target: str, write: Write, tmp_path: Path) -> None:
    write("p.yaml", GOOD)
    write("other.yaml", GOOD)
    (tmp_path / "folder").mkdir()
    (tmp_path / "linked").symlink_to("p.yaml")
    (tmp_path / "hard").hardlink_to(tmp_path / "p.yaml")
    arguments = [
        sys.executable,
        "-m",
        "auditlint",
        command.split(maxsplit=1)[0],
        *COMMANDS[command],
        "--output-file",
        target,
    ]
    with (tmp_path / "p.yaml").open("rb") as stdin:
        run = subprocess.run(arguments, cwd=tmp_path, stdin=stdin, capture_output=True, check=False)
    assert (run.returncode, run.stdout) == (2, b"")
    line = complaint(run.stderr.decode())
    assert line.startswith(f"auditlint: cannot write to {target}: the command reads ")
    assert line.endswith(", so name another file")
    assert (tmp_path / "p.yaml").read_text() == GOOD


@pytest.mark.parametrize("command", ["check", "matrix"])
def test_the_configuration_is_an_input(command: str, auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    write(".auditlint.yaml", "fail-on: error\n")
    run = auditlint(command, write("p.yaml", GOOD), "--output-file", ".auditlint.yaml")
    assert run.returncode == 2
    assert complaint(run.stderr).startswith("auditlint: cannot write to .auditlint.yaml: ")
    assert (tmp_path / ".auditlint.yaml").read_text() == "fail-on: error\n"


def test_definitions_are_an_input(auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    write("crd.yaml", CRD)
    run = auditlint("check", "--no-config", ".", "--output-file", "crd.yaml")
    assert run.returncode == 2
    assert (tmp_path / "crd.yaml").read_text() == CRD


def test_the_report_of_an_earlier_run_is_replaced(auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    write("p.yaml", BAD_LEVEL)
    found = []
    for _ in range(2):
        run = auditlint("check", "--no-config", "--format", "json", "--output-file", "report.json", ".")
        assert run.returncode == 1
        found.append((run.stderr, (tmp_path / "report.json").read_text()))
    assert found[0] == found[1]


@pytest.mark.parametrize("command", ["check", "matrix"])
@pytest.mark.parametrize("target", ["-", "/dev/stdout", "/dev/fd/1"])
def test_standard_output(command: str, target: str, auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    policy = write("p.yaml", GOOD.replace("Metadata", "None"))
    run = auditlint(command, policy, "--output-file", target)
    assert run.stdout == auditlint(command, policy).stdout != ""
    assert run.returncode == auditlint(command, policy).returncode
    assert os.listdir(tmp_path) == ["p.yaml"]


def test_another_pipe(write: Write, tmp_path: Path) -> None:
    ours, theirs = os.pipe()
    arguments = [
        sys.executable,
        "-m",
        "auditlint",
        "matrix",
        write("p.yaml", GOOD),
        "--output-file",
        f"/dev/fd/{theirs}",
    ]
    run = subprocess.run(arguments, cwd=tmp_path, pass_fds=[theirs], capture_output=True, check=False)
    os.close(theirs)
    with open(ours, "rb") as pipe:
        assert pipe.read().startswith(b"p.yaml: 1 rule, Kubernetes ")
    assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"")


@pytest.mark.parametrize("command", ["check", "matrix"])
def test_a_full_device_is_called_by_its_name(command: str, auditlint: Auditlint, write: Write) -> None:
    run = auditlint(command, write("p.yaml", BAD_LEVEL if command == "check" else GOOD), "--output-file", "/dev/full")
    assert run.returncode == 2
    assert complaint(run.stderr) == "auditlint: /dev/full: No space left on device"
