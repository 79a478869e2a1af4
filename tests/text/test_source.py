"""Files are read without blocking and without filling memory, or there is one reason why not."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from auditlint.text import source

if TYPE_CHECKING:
    from pathlib import Path


def reason(path: Path) -> str:
    with pytest.raises(source.UnreadableError) as caught:
        source.read_file(str(path))
    assert caught.value.path == str(path)
    return caught.value.reason


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xff\x00")
    assert source.read_file(str(tmp_path / "a")) == b"\xff\x00"


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        assert reason(tmp_path / "s")
    assert reason(tmp_path / "fifo") == "is a named pipe, not a file"
    assert reason(tmp_path) == "is a folder, not a file"
    assert reason(tmp_path / "fifo" / "x") == "Not a directory"


def test_what_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    assert reason(tmp_path / "loop") == "a loop of links"
    assert reason(tmp_path / "dangling") == reason(tmp_path / "nothing") == "no such file or folder"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_is_forbidden(tmp_path: Path) -> None:
    (tmp_path / "a").touch(mode=0)
    assert reason(tmp_path / "a") == "permission denied"


def test_what_is_too_large(tmp_path: Path) -> None:
    with (tmp_path / "a").open("wb") as file:
        file.truncate(source.LIMIT + 1)
    assert "MiB" in reason(tmp_path / "a")
    with (tmp_path / "a").open("wb") as file:
        file.truncate(source.LIMIT)
    assert len(source.read_file(str(tmp_path / "a"))) == source.LIMIT


def test_a_device_without_end() -> None:
    with pytest.raises(source.UnreadableError, match="is a device, not a file"):
        source.read_file("/dev/zero")


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", [""]),
        (b"a\nb\r\nc\rd", ["a", "b", "c", "d"]),
        (b"a\n\r\n\r", ["a", "", "", ""]),
        (b"\xef\xbb\xbfa\xff\n", ["a\ufffd", ""]),
        ("é\r\n😀".encode("utf-16"), ["é", "😀"]),
        (b"\xfe\xff\x00a\x00", ["a\ufffd"]),
        ("a\x85b\u2028c".encode(), ["a\x85b\u2028c"]),
    ],
)
def test_lines_for_people(data: bytes, lines: list[str]) -> None:
    assert source.lines(data) == lines


def test_a_file_keeps_its_other_names(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"before, and longer")
    (tmp_path / "b").hardlink_to(tmp_path / "a")
    source.replace_file(str(tmp_path / "a"), b"after")
    assert (tmp_path / "b").read_bytes() == b"after"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


@pytest.mark.parametrize("signal_name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_what_ends_the_process_leaves_nothing_behind(tmp_path: Path, signal_name: str) -> None:
    """The signal comes in the middle of the writing; it is heard behind it."""
    program = f"""
import os, signal
from auditlint.text import source
signal.signal(signal.{signal_name}, signal.SIG_DFL)  # under nohup it is ignored
os.fsync = lambda _descriptor: os.kill(os.getpid(), signal.{signal_name})
source.replace_file({str(tmp_path / "a")!r}, b"after")
print("not reached")
"""
    (tmp_path / "a").write_bytes(b"before")
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (run.returncode != 0, run.stdout) == (True, b"")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"after")]


def test_a_pipe_that_nobody_reads_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="nobody reads from this pipe"):
        source.replace_file(str(tmp_path / "pipe"), b"x")
    ours = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    source.replace_file(str(tmp_path / "pipe"), b"x")
    assert os.read(ours, 2) == b"x"
    os.close(ours)
