"""Every exit code, and one clear line for everything that cannot be done."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from auditlint.cli.commands import COMMANDS
from auditlint.kubernetes.releases import NEWEST
from auditlint.version import __version__
from tests.cli.conftest import BAD_LEVEL, GOOD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Auditlint

    Write = Callable[[str, str | bytes], str]


def complaint(stderr: str) -> str:
    """Return the one line that auditlint says about its trouble."""
    lines = [line for line in stderr.splitlines() if line.startswith("auditlint: ")]
    assert len(lines) == 1, stderr
    assert "Traceback" not in stderr
    return lines[0]


def test_nothing_found_is_0(auditlint: Auditlint, write: Write) -> None:
    run = auditlint("check", "--no-config", "--select", "policy-matching", write("audit-policy.yaml", GOOD))
    assert (run.returncode, run.stdout) == (0, ""), run.stdout


def test_infos_alone_are_0(auditlint: Auditlint, write: Write) -> None:
    run = auditlint("check", "--no-config", "--min-severity", "info", write("audit-policy.yaml", GOOD))
    assert run.returncode == 0
    assert {line.split(": ")[1] for line in run.stdout.splitlines()} == {"info", "note"}


def test_a_finding_is_1(auditlint: Auditlint, write: Write) -> None:
    run = auditlint("check", "--no-config", write("audit-policy.yaml", BAD_LEVEL))
    assert run.returncode == 1
    assert run.stdout.startswith("audit-policy.yaml:4:10: error: ")
    assert run.stdout.endswith("[invalid-level]\n")


def test_exit_zero(auditlint: Auditlint, write: Write) -> None:
    assert auditlint("check", "--no-config", "--exit-zero", write("p.yaml", BAD_LEVEL)).returncode == 0


@pytest.mark.parametrize(("fail_on", "code"), [("refused", 0), ("error", 0), ("warning", 1), ("info", 1), ("never", 0)])
def test_fail_on(auditlint: Auditlint, write: Write, fail_on: str, code: int) -> None:
    policy = GOOD.replace("- level: Metadata\n", '- level: Metadata\n  resources: [{group: ""}]\n')
    run = auditlint(
        "check", "--no-config", "--select", "missing-catch-all", "--fail-on", fail_on, write("p.yaml", policy)
    )
    assert "[missing-catch-all]" in run.stdout
    assert run.returncode == code


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "--frobnicate"), "--frobnicate"),
        (("check", "--format", "jsno"), 'did you mean "json"?'),
        (("check", "--select", "unreachable-rul"), 'did you mean "unreachable-rule"?'),
        (("check", "--ignore", "nonsense-without-neighbour"), '"nonsense-without-neighbour"'),
        (("check", "--kubernetes-version", "two"), '"two" is not a Kubernetes version'),
        (("check", "missing.yaml"), "missing.yaml"),
        (("chekc",), 'did you mean "check"?'),
        (("diff", "old.yaml"), "auditlint diff [OPTIONS] OLD NEW"),
        (("explain",), "auditlint explain [OPTIONS] RULE"),
        (("explain", "unreachable-rul"), 'did you mean "unreachable-rule"?'),
        (("check", "--select", "unreachable"), 'did you mean "unreachable-rule" or "unreachable-selector"?'),
        (("schema", "polcy"), 'did you mean "policy"?'),
        (("check", "--config", "nowhere.yaml"), "nowhere.yaml"),
    ],
)
def test_what_cannot_be_done_is_2(auditlint: Auditlint, arguments: tuple[str, ...], said: str) -> None:
    run = auditlint(*arguments)
    assert run.returncode == 2
    assert run.stdout == ""
    assert said in complaint(run.stderr)


def test_a_word_that_is_a_file_is_told_the_command(auditlint: Auditlint, write: Write) -> None:
    run = auditlint(write("audit-policy.yaml", GOOD))
    assert run.returncode == 2
    assert "auditlint check audit-policy.yaml" in complaint(run.stderr)


def test_the_other_files_are_still_checked(auditlint: Auditlint, write: Write) -> None:
    run = auditlint("check", "--no-config", "missing.yaml", write("p.yaml", BAD_LEVEL))
    assert run.returncode == 2
    assert "p.yaml:4:10: error: " in run.stdout
    assert "missing.yaml" in complaint(run.stderr)


@pytest.mark.parametrize(
    ("asked", "there", "hint"),
    [
        ("polcy.yaml", "policy.yaml", ', did you mean "policy.yaml"?'),
        ("etc/kube-apiserver.yml", "etc/kube-apiserver.yaml", ', did you mean "etc/kube-apiserver.yaml"?'),
        ("policy.yaml", "something-else.yaml", ""),
        ("nowhere/policy.yaml", "policy.yaml", ""),
    ],
)
def test_a_misspelt_file_is_told(auditlint: Auditlint, write: Write, asked: str, there: str, hint: str) -> None:
    write(there, GOOD)
    run = auditlint("check", "--no-config", asked)
    assert complaint(run.stderr) == f"auditlint: {asked}: no such file or folder{hint}"
    assert run.stderr.splitlines()[-1] == "1 path failed; nothing was checked"


def test_unreadable_kinds_of_paths(auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.yaml")
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    for name in ("fifo.yaml", "loop.yaml", "/dev/zero"):
        run = auditlint("check", "--no-config", name, write("p.yaml", BAD_LEVEL))
        assert run.returncode == 2
        assert name in complaint(run.stderr)
        assert "[invalid-level]" in run.stdout


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_folder_without_permission(auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    write("closed/p.yaml", GOOD)
    (tmp_path / "closed").chmod(0)
    try:
        run = auditlint("check", "--no-config", ".")
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert run.returncode == 2
    assert "closed" in complaint(run.stderr)


def test_as_pod_on_something_else_is_2(auditlint: Auditlint, write: Write) -> None:
    run = auditlint("check", "--no-config", "--as", "pod", write("p.yaml", "kind: ConfigMap\n"))
    assert run.returncode == 2
    assert "p.yaml" in complaint(run.stderr)


def test_text_that_does_not_parse_is_a_finding(auditlint: Auditlint, write: Write) -> None:
    run = auditlint("check", "--no-config", write("p.yaml", "apiVersion: audit.k8s.io/v1\nrules: [\n"))
    assert run.returncode == 1
    assert "[yaml-syntax]" in run.stdout


def test_a_closed_pipe_ends_the_run_silently(tmp_path: Path, write: Write) -> None:
    write("p.yaml", GOOD.replace("- level: Metadata\n", "- level: metadata\n" * 5000))
    command = [sys.executable, "-m", "auditlint", "check", "--no-config", "p.yaml"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        stderr = process.stderr.read().decode()
    assert (process.returncode, stderr) == (2, "")


def test_a_closed_stdout(tmp_path: Path, write: Write) -> None:
    write("p.yaml", BAD_LEVEL)
    command = f"{shlex.quote(sys.executable)} -m auditlint check --no-config p.yaml >&-"
    run = subprocess.run(["sh", "-c", command], cwd=tmp_path, stderr=subprocess.PIPE, check=False)
    assert run.returncode == 2
    assert "must be open" in complaint(run.stderr.decode())


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
def test_a_full_disk(tmp_path: Path, write: Write) -> None:
    write("p.yaml", BAD_LEVEL)
    command = [sys.executable, "-m", "auditlint", "check", "--no-config", "p.yaml"]
    with open("/dev/full", "wb") as full:
        run = subprocess.run(command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, check=False)
    assert run.returncode == 2
    assert "No space left on device" in complaint(run.stderr.decode())


def test_ctrl_c(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "auditlint", "check", "--no-config", "-"]
    with subprocess.Popen(command, cwd=tmp_path, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        # The first MiB is read before the pipe takes the second one whole: the command is at work by then.
        writer = threading.Thread(target=process.stdin.write, args=(b"#" * (2 << 20),))
        writer.start()
        writer.join()
        # A signal that arrives just before a read blocks is heard after it: one more then wakes the read.
        while process.poll() is None:
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.2)
        assert process.stderr is not None
        stderr = process.stderr.read().decode()
    assert process.returncode == 130
    assert complaint(stderr) == "auditlint: interrupted"


INTERRUPTING = """
import os, signal, sys

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == "auditlint.cli":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupt())
"""


def test_ctrl_c_while_modules_are_loaded(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(INTERRUPTING)
    run = subprocess.run(
        [sys.executable, "-m", "auditlint", "check", "--no-config", "."],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        stderr=subprocess.PIPE,
        check=False,
    )
    assert run.returncode == 130
    assert complaint(run.stderr.decode()) == "auditlint: interrupted"


@pytest.mark.parametrize("module", ["click", "typing", "yaml", "json"])
def test_no_module_of_the_working_directory_is_loaded(auditlint: Auditlint, write: Write, module: str) -> None:
    write(f"{module}.py", "raise SystemExit('a module of the checkout')")
    run = auditlint("check", "--no-config", write("p.yaml", BAD_LEVEL))
    assert (run.returncode, run.stdout[:16]) == (1, "p.yaml:4:10: err")
    assert "checkout" not in run.stderr


@pytest.mark.parametrize("command", ["check --no-config -", "eval - --verb get --resource pods", "diff - p.yaml"])
def test_a_closed_standard_input(tmp_path: Path, write: Write, command: str) -> None:
    write("p.yaml", GOOD)
    line = f"{shlex.quote(sys.executable)} -m auditlint {command} <&-"
    run = subprocess.run(["sh", "-c", line], cwd=tmp_path, stderr=subprocess.PIPE, check=False)
    assert (run.returncode, complaint(run.stderr.decode())) == (2, "auditlint: standard input is closed")


def test_a_working_directory_that_was_deleted(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    command = f"rmdir ../gone; {shlex.quote(sys.executable)} -m auditlint check --no-config"
    run = subprocess.run(["sh", "-c", command], cwd=tmp_path / "gone", stderr=subprocess.PIPE, check=False)
    said = "auditlint: the working directory, which was deleted: No such file or directory"
    assert (run.returncode, complaint(run.stderr.decode())) == (2, said)


def test_output_file_keeps_permissions_and_replaces_whole(auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("old")
    (tmp_path / "report.json").chmod(0o640)
    run = auditlint(
        "check", "--no-config", "--format", "json", "--output-file", "report.json", write("p.yaml", BAD_LEVEL)
    )
    assert (run.returncode, run.stdout) == (1, "")
    assert [finding["rule"] for finding in json.loads((tmp_path / "report.json").read_text())["findings"]] == [
        "invalid-level"
    ]
    assert (tmp_path / "report.json").stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["p.yaml", "report.json"]


def test_output_file_in_a_missing_folder(auditlint: Auditlint, write: Write) -> None:
    run = auditlint("check", "--no-config", "--output-file", "nowhere/report.txt", write("p.yaml", BAD_LEVEL))
    assert run.returncode == 2
    assert "nowhere/report.txt" in complaint(run.stderr)


def test_stdin(auditlint: Auditlint) -> None:
    run = auditlint("check", "--no-config", "--stdin-filename", "audit-policy.yaml", "-", stdin=BAD_LEVEL.encode())
    assert run.returncode == 1
    assert run.stdout.startswith("audit-policy.yaml:4:10: error: ")


@pytest.mark.parametrize("arguments", [("--version",), ("-V",), ("version",)])
def test_the_version(auditlint: Auditlint, arguments: tuple[str, ...]) -> None:
    run = auditlint(*arguments)
    assert (run.returncode, run.stdout, run.stderr) == (0, f"auditlint {__version__}\n", "")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shows_how_to_see_a_traceback(auditlint: Auditlint, command: str) -> None:
    below = {"config": ("show",)}.get(command, ())
    assert "--debug" in auditlint(command, *below, "--help").stdout


def test_verbose_names_every_file(auditlint: Auditlint, write: Write) -> None:
    write("a/policy.yaml", GOOD)
    write("a/deployment.yaml", "kind: Deployment\n")
    run = auditlint("check", "--no-config", "--verbose", "a")
    assert (run.returncode, run.stdout) == (0, "")
    assert run.stderr.splitlines()[:2] == [
        "a/deployment.yaml: no policy, no apiserver",
        f"a/policy.yaml: policy, line 1, for 1.{NEWEST}",
    ]
