"""`auditlint replay`: its outputs, and everything that can be wrong with a log."""

from __future__ import annotations

import gzip
import json
import os
import pty
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from auditlint.cli import run
from auditlint.kubernetes.requests import Request
from tests.cli.conftest import BAD_LEVEL, GOOD
from tests.cli.test_exit_codes import complaint
from tests.events.recording import as_line, as_lines, recorded

if TYPE_CHECKING:
    from tests.cli.conftest import Auditlint
    from tests.cli.test_exit_codes import Write

ROOT = Path(__file__).parent.parent.parent
GOLDEN = Path(__file__).parent / "golden"
NEW, OLD, LOG = "good/audit-policy.yaml", "first-steps/deployments-policy.yaml", "recorded"
HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\n"
GOLDENS = {
    "replay.txt": (NEW, LOG),
    "replay.json": (NEW, LOG, "--format", "json"),
    "replay.jsonl": (NEW, LOG, "--format", "jsonl"),
    "against.txt": (NEW, LOG, "--against", OLD),
    "against.json": (NEW, LOG, "--against", OLD, "--format", "json"),
    "against.jsonl": (NEW, LOG, "--against", OLD, "--format", "jsonl"),
}
EVENT = recorded(Request("get", "alice", ("dev",), None, "", "pods", "", "prod", "web"), "/api/v1/pods")
DECISION = {
    "event": EVENT["auditID"],
    "rule": 0,
    "pointer": "/rules/0",
    "path": "p.yaml",
    "line": 5,
    "level": "Metadata",
    "omitStages": ["RequestReceived"],
    "omitManagedFields": False,
}


@pytest.mark.parametrize("name", GOLDENS)
def test_golden(name: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "examples")
    code = run(["replay", *GOLDENS[name]])
    output = capfd.readouterr()
    if os.environ.get("AUDITLINT_UPDATE_GOLDEN"):
        (GOLDEN / name).write_text(output.out, encoding="utf-8")
    assert (code, output.err) == (0, "")
    assert output.out == (GOLDEN / name).read_text(encoding="utf-8")


def test_one_by_one_is_what_eval_says(auditlint: Auditlint, write: Write) -> None:
    policy = write("p.yaml", (ROOT / "examples" / NEW).read_text())
    logs = sorted((ROOT / "examples" / LOG).iterdir())
    events = [json.loads(line) for log in logs for line in log.read_text().splitlines()][::7]
    lines = auditlint("replay", policy, "-", "--format", "jsonl", stdin=as_lines(events)).stdout.splitlines()
    for event, line in zip(events, lines, strict=True):
        one = auditlint("eval", policy, "--event", "-", "--format", "json", stdin=as_line(event))
        assert json.loads(one.stdout) == json.loads(line)


def lines_of(auditlint: Auditlint, *arguments: str, stdin: bytes = b"") -> list[dict[str, Any]]:
    run = auditlint("replay", *arguments, "--format", "jsonl", stdin=stdin)
    assert (run.returncode, run.stderr) == (0, ""), run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_an_event_without_id(auditlint: Auditlint, write: Write) -> None:
    nameless = {name: value for name, value in EVENT.items() if name != "auditID"}
    events = [EVENT, nameless, {**EVENT, "auditID": 'a"\\\u2028'}]
    found = lines_of(auditlint, write("p.yaml", GOOD), "-", stdin=as_lines(events))
    assert found == [DECISION, {**DECISION, "event": None}, {**DECISION, "event": 'a"\\\u2028'}]


def test_batches_and_indented_events(auditlint: Auditlint, write: Write) -> None:
    batch = {"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "metadata": {}, "items": [EVENT, EVENT]}
    policy = write("p.yaml", GOOD)
    assert lines_of(auditlint, policy, write("batch.log", as_line(batch))) == [DECISION] * 2
    indented = (json.dumps(batch, indent=2) + "\n" + json.dumps(EVENT, indent=4) + "\n").encode()
    assert lines_of(auditlint, policy, write("indented.json", indented)) == [DECISION] * 3


def test_rotated_files_from_old_to_new(auditlint: Auditlint, write: Write) -> None:
    names = ["audit-2024-04-30T00-00-00.000.log.gz", "audit-2024-05-01T00-00-00.000.log", "audit.log"]
    for name in names:
        line = as_lines([{**EVENT, "auditID": name}])
        write(f"logs/{name}", gzip.compress(line) if name.endswith(".gz") else line)
    policy = write("p.yaml", GOOD)
    for given in ([f"logs/{name}" for name in reversed(names)], ["logs"]):
        assert [found["event"] for found in lines_of(auditlint, policy, *given)] == names


def test_nothing_differs(auditlint: Auditlint, write: Write) -> None:
    policy = write("p.yaml", GOOD)
    old = write("old.yaml", GOOD.replace("rules:", 'rules:\n- level: Metadata\n  users: ["bob"]'))
    log = write("audit.log", as_lines([EVENT]))
    assert lines_of(auditlint, policy, log, "--against", old) == []
    run = auditlint("replay", policy, log, "--against", old)
    assert run.stdout.endswith("\nevery event gets the same from both policies\n")


def test_what_is_never_logged_does_not_differ(auditlint: Auditlint, write: Write) -> None:
    new = write("p.yaml", GOOD.replace("Metadata", "None"))
    old = write("old.yaml", GOOD.replace("Metadata", "None").replace('"RequestReceived"', ""))
    assert lines_of(auditlint, new, write("audit.log", as_lines([EVENT])), "--against", old) == []


@pytest.mark.parametrize(("level", "differ"), [("None", 0), ("Metadata", 0), ("Request", 1), ("RequestResponse", 1)])
def test_managed_fields_differ_only_where_objects_are_stored(
    auditlint: Auditlint, write: Write, level: str, differ: int
) -> None:
    new = write("new.yaml", f"{HEAD}omitManagedFields: true\nrules:\n- level: {level}\n")
    old = write("old.yaml", f"{HEAD}rules:\n- level: {level}\n")
    log = write("audit.log", as_lines([EVENT]))
    assert len(lines_of(auditlint, new, log, "--against", old)) == differ
    compared = auditlint("matrix", new, "--compare", old, "--format", "json", "--resource", "pods")
    assert any(table["rows"] for table in json.loads(compared.stdout)["tables"]) == bool(differ)


def test_bad_lines_are_counted_and_named(auditlint: Auditlint, write: Write) -> None:
    content = b"".join([b"I0501 starting\n", as_lines([EVENT]), *[b'{"kind":"Pod"}\n'] * 6, as_line(EVENT)[:50]])
    policy = write("p.yaml", GOOD)
    run = auditlint("replay", policy, write("audit.log", content), "--format", "json")
    assert run.returncode == 0
    summary = json.loads(run.stdout)
    assert (summary["events"], summary["malformed"]["lines"]) == (1, 8)
    assert [bad["line"] for bad in summary["malformed"]["first"]] == [1, 3, 4, 5, 6]
    assert run.stderr == (
        "audit.log:1: note: is not JSON: invalid character (byte 0)\n"
        + "".join(f'audit.log:{line}: note: is no audit event: its kind is "Pod"\n' for line in range(3, 7))
        + "auditlint: note: and 3 more such lines\n"
    )


HOSTILE = {
    "binary": bytes(range(256)) * 1000,
    "zeros": b"\0" * 1_000_000,
    "deep": b"[" * 1_000_000 + b"\n" + b'{"a":' * 100_000,
    "text": b"no events here\n" * 100,
    "numbers": b"1\n" * 100,
    "escapes": b'{"kind":"\x1b[31mred","verb":"\x1b]0;t\x07"}\n' + b'{"kind":"\\u001b[31m"}\n',
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("output_format", ["text", "json", "jsonl"])
def test_a_log_without_events_is_2(auditlint: Auditlint, write: Write, name: str, output_format: str) -> None:
    log = write("hostile.log", HOSTILE[name])
    run = auditlint("replay", write("p.yaml", GOOD), log, "--format", output_format)
    assert run.returncode == 2
    assert run.stderr.splitlines()[-1] == "auditlint: no line is an audit event"
    assert "Traceback" not in run.stderr
    assert "\x1b" not in run.stdout + run.stderr
    assert max(map(len, run.stderr.splitlines())) < 200


def test_names_that_drive_a_terminal(auditlint: Auditlint, write: Write) -> None:
    request = Request("get", "\x1b[31mred", (), path="x")
    log = write("audit.log", as_lines([recorded(request, "/\x1b]0;title\x07")]))
    run = auditlint("replay", write("p.yaml", GOOD), log)
    assert run.returncode == 0
    assert "\x1b" not in run.stdout


def test_an_empty_log(auditlint: Auditlint, write: Write) -> None:
    run = auditlint("replay", write("p.yaml", GOOD), write("audit.log", b""))
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == "0 events of at least 0 requests in 1 file, 0 B\n\nnever hit: 1 of 1 rules, p.yaml line 5\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("p.yaml",), "Missing argument 'LOG...'"),
        (("p.yaml", "missing.log"), "missing.log: no such file or folder"),
        (("p.yaml", "folder"), "folder: holds no log"),
        (("p.yaml", "/dev/zero"), "/dev/zero: is a device, not a log"),
        (("missing.yaml", "audit.log"), "missing.yaml: no such file or folder"),
        (("bad.yaml", "audit.log"), "bad.yaml:4:10: "),
        (("p.yaml", "audit.log", "--against", "bad.yaml"), "bad.yaml:4:10: "),
        (("audit.log", "audit.log"), "audit.log: holds recorded audit events, no policy"),
        (("-", "-"), "standard input (-) can be only one of the policies and logs"),
        (("p.yaml", "audit.log", "--format", "jsnol"), 'did you mean "jsonl"?'),
        (("p.yaml", "cut.log.gz"), "cut.log.gz: ends in the middle of its compressed data"),
    ],
)
def test_what_cannot_be_done_is_2(auditlint: Auditlint, write: Write, arguments: tuple[str, ...], said: str) -> None:
    write("p.yaml", GOOD)
    write("bad.yaml", BAD_LEVEL)
    write("audit.log", as_lines([EVENT]))
    write("cut.log.gz", gzip.compress(os.urandom(1000))[:-20])
    write("folder/notes.txt", "")
    run = auditlint("replay", *arguments)
    assert run.returncode == 2
    assert any(line.startswith(("auditlint: ", "Error")) and said in line for line in run.stderr.splitlines())
    assert "Traceback" not in run.stderr


def test_the_other_files_are_still_replayed(auditlint: Auditlint, write: Write) -> None:
    arguments = ("replay", write("p.yaml", GOOD), "missing.log", write("audit.log", as_lines([EVENT])))
    run = auditlint(*arguments, "--format", "json")
    assert run.returncode == 2
    assert complaint(run.stderr) == "auditlint: missing.log: no such file or folder"
    summary = json.loads(run.stdout)
    assert summary["events"] == 1
    assert summary["unreadable"] == [{"path": "missing.log", "reason": "no such file or folder"}]


def test_a_line_that_is_too_long(auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    with (tmp_path / "audit.log").open("wb") as log:
        log.write(b'{"verb":"')
        for _ in range(65):
            log.write(b"x" * (1 << 20))
        log.write(b'"}\n' + as_lines([EVENT]))
    run = auditlint("replay", write("p.yaml", GOOD), "audit.log", "--format", "json")
    assert (run.returncode, run.stderr) == (0, "audit.log:1: note: is longer than 64 MiB\n")
    assert json.loads(run.stdout)["events"] == 1


def test_zstd_without_its_library(write: Write, tmp_path: Path) -> None:
    write("backports/__init__.py", "")
    write("backports/zstd.py", "raise ImportError")
    write("compression/__init__.py", "raise ImportError")
    log = write("audit.log.zst", b"\x28\xb5\x2f\xfd rest")
    command = [sys.executable, "-m", "auditlint", "replay", write("p.yaml", GOOD), log]
    places = filter(None, (str(tmp_path), os.environ.get("PYTHONPATH")))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(places)}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "audit.log.zst: is compressed with zstd: install auditlint[zstd]" in complaint(run.stderr)


def test_one_process_reads_standard_input_as_it_comes(tmp_path: Path, write: Write) -> None:
    command = [sys.executable, "-m", "auditlint", "replay", write("p.yaml", GOOD), "-", "--format", "jsonl"]
    with subprocess.Popen(command, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(2):
            process.stdin.write(as_lines([EVENT]))
            process.stdin.flush()
            assert json.loads(process.stdout.readline()) == DECISION
        process.stdin.close()
    assert process.returncode == 0


@pytest.mark.parametrize("output_format", ["text", "jsonl"])
def test_a_closed_pipe_ends_the_run_silently(tmp_path: Path, write: Write, output_format: str) -> None:
    write("audit.log", as_lines([EVENT]) * 5000)
    command = [sys.executable, "-m", "auditlint", "replay", write("p.yaml", GOOD), "audit.log"]
    with subprocess.Popen(
        [*command, "--format", output_format], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        stderr = process.stderr.read().decode()
    assert (process.returncode, stderr) == (2, "")


def test_ctrl_c(tmp_path: Path, write: Write) -> None:
    command = [sys.executable, "-m", "auditlint", "replay", write("p.yaml", GOOD), "-", "--format", "jsonl"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(as_lines([EVENT]))
        process.stdin.flush()
        process.stdout.readline()  # it is at work
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        stderr = process.stderr.read().decode()
        process.wait()
    assert process.returncode == 130
    assert complaint(stderr) == "auditlint: interrupted"


def test_ctrl_c_ends_every_process(tmp_path: Path, write: Write) -> None:
    log = as_lines([{**EVENT, "requestObject": "x" * 4000}]) * 4000
    names = [write(f"{number}.log", log * 3) for number in range(2)]
    script = (
        "import os, sys; from auditlint import cli; from auditlint.policy import replaying\n"
        "replaying.cores = lambda: 2\nreplaying.WORTH_IT = 0\n"
        "from auditlint.events import parallel\n"
        "def slow(self, path, number, lines):\n"
        "    os.write(2, b'working\\n')\n"
        "    while True: self._progress(0)\n"
        "parallel.Replay._take = slow\n"
        f"sys.exit(cli.run(['replay', 'p.yaml', *{names!r}]))\n"
    )
    write("p.yaml", GOOD)
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=tmp_path, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == b"working\n"
        os.killpg(process.pid, signal.SIGINT)
        stderr = process.stderr.read().decode()  # ends when no process of the group is left
        process.wait()
    assert process.returncode == 130
    assert complaint(stderr) == "auditlint: interrupted"


STARTED = (
    "import os, signal, sys; from auditlint import cli; from auditlint.policy import replaying\n"
    "replaying.WORTH_IT = 0\n"
    "from auditlint.events import parallel\n"
    "parallel.BLOCK = 1 << 16\n"
)


def test_a_process_that_is_killed(tmp_path: Path, write: Write) -> None:
    write("audit.log", as_lines([EVENT]) * 2000)
    script = (
        STARTED + "def killed(self, path, number, lines): os.kill(os.getpid(), signal.SIGKILL)\n"
        "parallel.Replay._take = killed\n"
        "sys.exit(cli.run(['replay', 'p.yaml', 'audit.log', '--jobs', '2']))\n"
    )
    write("p.yaml", GOOD)
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert complaint(run.stderr) == (
        "auditlint: a process that read the logs was killed, perhaps because memory ran out; "
        "with --jobs 1 there is only one"
    )


def test_ctrl_c_while_several_processes_read_one_file(tmp_path: Path, write: Write) -> None:
    write("audit.log", as_lines([EVENT]) * 2000)
    script = (
        STARTED + "def slow(self, path, number, lines):\n"
        "    os.write(2, b'working\\n')\n"
        "    while True: self._progress(0)\n"
        "parallel.Replay._take = slow\n"
        "sys.exit(cli.run(['replay', 'p.yaml', 'audit.log', '--jobs', '2']))\n"
    )
    write("p.yaml", GOOD)
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=tmp_path, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stderr is not None
        assert [process.stderr.readline() for _ in range(2)] == [b"working\n"] * 2
        os.killpg(process.pid, signal.SIGINT)
        stderr = process.stderr.read().decode()  # ends when no process of the group is left
        process.wait()
    assert process.returncode == 130
    assert complaint(stderr) == "auditlint: interrupted"


@pytest.mark.parametrize("output_format", ["text", "json"])
def test_the_number_of_processes_changes_nothing(tmp_path: Path, write: Write, output_format: str) -> None:
    log = (ROOT / "examples" / LOG / "audit.log").read_bytes()
    write("audit.log", (log + b"nonsense\n") * 20)
    write("p.yaml", (ROOT / "examples" / NEW).read_text())
    write("old.yaml", (ROOT / "examples" / OLD).read_text())
    runs = []
    for jobs in ("1", "2", "3"):
        for against in ((), ("--against", "old.yaml")):
            arguments = ["replay", "p.yaml", "audit.log", "--jobs", jobs, "--format", output_format, *against]
            script = f"{STARTED}sys.exit(cli.run({arguments!r}))\n"
            run = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, check=False)
            runs.append((run.returncode, run.stdout, run.stderr))
    assert runs[0][0] == 0
    assert runs[0][2].startswith(b"audit.log:24: note: is not JSON")
    assert runs == runs[:2] * 3


@pytest.mark.parametrize("jobs", ["0", "-1", "many"])
def test_jobs_that_are_none(auditlint: Auditlint, write: Write, jobs: str) -> None:
    run = auditlint("replay", write("p.yaml", GOOD), write("audit.log", as_lines([EVENT])), "--jobs", jobs)
    assert run.returncode == 2
    assert "--jobs" in complaint(run.stderr)


def test_progress_is_shown_on_a_terminal(tmp_path: Path, write: Write) -> None:
    write("audit.log", as_lines([EVENT]) * 3000)
    script = (
        "import sys; from auditlint import cli; from auditlint.cli import terminal\n"
        "terminal.PATIENCE = terminal.TURN = 0\n"
        "sys.exit(cli.run(['replay', 'p.yaml', 'audit.log']))\n"
    )
    write("p.yaml", GOOD)
    terminal, inside = pty.openpty()
    process = subprocess.Popen([sys.executable, "-c", script], cwd=tmp_path, stdout=subprocess.PIPE, stderr=inside)
    os.close(inside)
    shown = bytearray()

    def listen() -> None:
        try:
            while some := os.read(terminal, 1 << 16):
                shown.extend(some)
        except OSError:  # the terminal's other end is closed
            pass

    listener = threading.Thread(target=listen)
    listener.start()
    stdout, _ = process.communicate()
    listener.join()
    os.close(terminal)
    assert process.returncode == 0
    assert b"\rreplaying: [" in shown
    assert b"100% of" in shown
    assert shown.endswith(b"\r\x1b[K")
    assert b"replaying" not in stdout


def test_no_summary_where_no_log_can_be_read(auditlint: Auditlint) -> None:
    """Every rule would look as if it were never hit."""
    run = auditlint("replay", str(ROOT / "examples/good/audit-policy.yaml"), "missing.log")
    assert (run.returncode, run.stdout) == (2, "")
    assert "missing.log: no such file" in run.stderr


@pytest.mark.parametrize("log", ["audit.log", "logs", "audit.yaml"])
def test_the_log_may_stand_before_the_policy(auditlint: Auditlint, write: Write, log: str) -> None:
    policy = write("p.yaml", GOOD)
    write("logs/audit.log" if log == "logs" else log, as_lines([EVENT]))
    assert lines_of(auditlint, log, policy) == lines_of(auditlint, policy, log) == [DECISION]


def test_two_logs_are_no_policy(auditlint: Auditlint, write: Write) -> None:
    log = write("audit.log", as_lines([EVENT]))
    run = auditlint("replay", log, log)
    assert (run.returncode, run.stdout) == (2, "")


OLD_POLICY = GOOD.replace("audit.k8s.io/v1", "audit.k8s.io/v1beta1")


def test_a_policy_of_an_old_release_is_decided_as_that_release_does(auditlint: Auditlint, write: Write) -> None:
    policy, log = write("p.yaml", OLD_POLICY), write("audit.log", as_lines([EVENT]))
    assert lines_of(auditlint, policy, log, "--kubernetes-version", "1.22") == [DECISION]
    request = ("--verb", "list", "--resource", "pods")
    assert auditlint("eval", policy, "--kubernetes-version", "1.22", *request).returncode == 0


@pytest.mark.parametrize("command", [("replay", "audit.log"), ("eval", "--path", "/healthz"), ("matrix",)])
def test_the_release_that_loads_an_old_policy_is_named(
    auditlint: Auditlint, write: Write, command: tuple[str, ...]
) -> None:
    write("audit.log", as_lines([EVENT]))
    run = auditlint(command[0], write("p.yaml", OLD_POLICY), *command[1:])
    assert run.returncode == 2
    assert "with --kubernetes-version 1.23 it is judged for a release that loads it" in complaint(run.stderr)
