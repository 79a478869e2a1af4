"""What no command does: reach the network, start a program, write where it was not told to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import BAD_LEVEL, GOOD

ROOT = Path(__file__).parent.parent.parent
WATCHED = """
import os, sys

seen = []
WRITES = {f"os.{word}" for word in "mkdir remove rename rmdir link symlink truncate chmod chown".split()}
OUTSIDE = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "ctypes.")

def watch(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC):
            seen.append(f"writes {path}")
    elif event in WRITES:
        seen.append(f"{event} {arguments[0]}")
    elif event.startswith(OUTSIDE):
        seen.append(event)

sys.addaudithook(watch)
sys.argv = ["auditlint", *sys.argv[1:]]
from auditlint import cli
code = cli.run(sys.argv[1:])
sys.stdout.flush()
os.write(3, "".join(f"{one}\\n" for one in seen).encode())
os._exit(code)
"""
OTHER = GOOD.replace("Metadata", "Request")
COMMANDS = {
    "check .": 1,
    "check --format json --min-severity info .": 1,
    "check --format html --untrusted .": 1,
    "check --diff .": 1,
    "diff good.yaml other.yaml": 0,
    "eval good.yaml --verb get --resource pods": 0,
    "matrix good.yaml": 0,
    "replay good.yaml audit.log": 0,
    "rules": 0,
    "explain invalid-level": 0,
    "schema report": 0,
    "test good.test.yaml": 0,
    "upgrade . --from 1.30 --to 1.37": 0,
    "version": 0,
}


def watched(folder: Path, command: str) -> tuple[int, list[str]]:
    """Run a command and return its exit code and what it did to the world, as Python's own audit hooks tell it."""
    read, write = os.pipe()
    run = subprocess.run(
        [sys.executable, "-P" if sys.version_info >= (3, 11) else "-B", "-c", WATCHED, *command.split()],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=False,
        preexec_fn=lambda: os.dup2(write, 3),
        pass_fds=(3, write),
    )
    os.close(write)
    with open(read, encoding="utf-8") as pipe:
        return run.returncode, pipe.read().split("\n")[:-1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    case = "policy: good.yaml\ncases:\n- {verb: get, resource: pods, level: Metadata}\n"
    files = {"good.yaml": GOOD, "bad.yaml": BAD_LEVEL, "audit.log": "", "good.test.yaml": case, "other.yaml": OTHER}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_only_reads(folder: Path, command: str) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert watched(folder, command) == (COMMANDS[command], [])
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_what_is_to_be_written_is_written_and_nothing_else(folder: Path) -> None:
    _, done = watched(folder, "check --format json --output-file report.json good.yaml")
    assert done
    assert all("report.json" in one for one in done), done
    _, done = watched(folder, "check --fix bad.yaml")
    assert done
    assert all("bad.yaml" in one for one in done), done
