"""The lines of logs: however they come in, however they are compressed, whatever is wrong with them."""

from __future__ import annotations

import gzip
import os
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditlint.events import stream
from auditlint.events.stream import lines, opened, texts
from auditlint.text.source import UnreadableError

try:
    from compression import zstd  # type: ignore[import-not-found,unused-ignore]
except ImportError:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Read = Callable[[int], bytes]

TEXT = b"".join(b"line %d %s\n" % (number, b"x" * (number % 700)) for number in range(3000))


def in_pieces(pieces: list[bytes]) -> Read:
    """Return what gives the pieces one after the other, as a pipe does, then nothing."""
    left = iter([piece for piece in pieces if piece])
    return lambda _: next(left, b"")


def numbered(read: Read, reader: Callable[..., object] = lines) -> tuple[list[tuple[int, bytes]], list[int]]:
    long: list[int] = []
    found = [
        (number, line)
        for first, some in reader(read, long.append)  # type: ignore[attr-defined]
        for number, line in enumerate(some, first)
    ]
    return found, long


def everything(path: Path | str) -> bytes:
    with opened(str(path), lambda _: None) as read:
        return b"".join(iter(lambda: read(1 << 16), b""))


@given(st.lists(st.binary(max_size=4) | st.just(b"\n"), max_size=30))
def test_lines_however_they_come_in(pieces: list[bytes]) -> None:
    whole = b"".join(pieces).split(b"\n")
    if not whole[-1]:
        whole.pop()
    assert numbered(in_pieces(pieces)) == (list(enumerate(whole, 1)), [])


@given(st.lists(st.integers(0, 9), max_size=12), st.integers(1, 7))
def test_lines_that_are_too_long(lengths: list[int], step: int) -> None:
    text = b"".join(b"x" * length + b"\n" for length in lengths)
    pieces = [text[start : start + step] for start in range(0, len(text), step)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "LONGEST_LINE", 6)
        found, long = numbered(in_pieces(pieces))
    assert found == [(number, b"x" * length) for number, length in enumerate(lengths, 1) if length <= 6]
    assert long == [number for number, length in enumerate(lengths, 1) if length > 6]


def test_a_last_line_that_is_too_long() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "LONGEST_LINE", 6)
        assert numbered(in_pieces([b"abc\n", b"xxxx", b"xxxx"])) == ([(1, b"abc")], [2])


INDENTED = b"""
{
  "a": {
    "b": 1
  }
}
{
  "c": [
  ]
}
[
  1
]
{
  "cut
"""


def test_indented_texts() -> None:
    expected = [
        (1, b'\n{\n  "a": {\n    "b": 1\n  }\n}'),
        (7, b'{\n  "c": [\n  ]\n}'),
        (11, b"[\n  1\n]"),
        (14, b'{\n  "cut'),
    ]
    assert numbered(in_pieces([INDENTED[:20], INDENTED[20:]]), texts) == (expected, [])


def test_indented_texts_that_are_too_long() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "LONGEST_LINE", 12)
        found = numbered(in_pieces([b'{\n"a": 1\n}\n{\n"b":\n"xxxxxxx"\n}\n{\n}\n']), texts)
    assert found == ([(1, b'{\n"a": 1\n}'), (8, b"{\n}")], [4])


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd.compress], ids=["plain", "gzip", "zstd"])
def test_compression_is_seen_by_content(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    (tmp_path / "audit.log").write_bytes(pack(TEXT) + pack(b"more\n"))
    assert everything(tmp_path / "audit.log") == TEXT + b"more\n"


@pytest.mark.parametrize("text", [b"", b"a", b"ab\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf{}"])
def test_short_files(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "audit.log").write_bytes(text)
    assert everything(tmp_path / "audit.log") == text.removeprefix(b"\xef\xbb\xbf")


def test_progress_counts_what_is_taken_from_the_file(tmp_path: Path) -> None:
    for content in (TEXT, gzip.compress(TEXT), b"ab", b""):
        (tmp_path / "audit.log").write_bytes(content)
        taken: list[int] = []
        with opened(str(tmp_path / "audit.log"), taken.append) as read:
            while read(1 << 10):
                pass
        assert sum(taken) == len(content)


@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress], ids=["gzip", "zstd"])
def test_compressed_data_that_ends_early(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    (tmp_path / "audit.log").write_bytes(pack(os.urandom(500_000))[:-1000])
    with pytest.raises(UnreadableError, match="ends in the middle of its compressed data"):
        everything(tmp_path / "audit.log")


@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress], ids=["gzip", "zstd"])
def test_damaged_data(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    (tmp_path / "audit.log").write_bytes(pack(TEXT)[:100] + b"damage" * 1000)
    with pytest.raises(UnreadableError, match="its compressed data is damaged"):
        everything(tmp_path / "audit.log")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("missing.log", "no such file or folder"),
        (".", "is a folder, not a log"),
        ("/dev/zero", "is a device, not a log"),
    ],
)
def test_what_cannot_be_opened(path: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnreadableError) as raised:
        everything(path)
    assert raised.value.reason == reason


def test_a_pipe_is_read_as_it_comes(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(gzip.compress(TEXT)))
    writer.start()
    assert everything(pipe) == TEXT
    writer.join()


def test_errors_of_the_reader_are_its_own(tmp_path: Path) -> None:
    (tmp_path / "audit.log").write_bytes(b"x")
    with pytest.raises(BrokenPipeError), opened(str(tmp_path / "audit.log"), lambda _: None):
        raise BrokenPipeError


def test_the_log_of_a_container_is_what_it_wrote_to_standard_output() -> None:
    log = (
        b'2026-03-01T10:11:12.1Z stderr F I0301 10:11:12 httplog.go:132] "HTTP" verb="LIST"\n'
        b'2026-03-01T10:11:12.2Z stdout P {"kind":"Event",\n'
        b"2026-03-01T10:11:12.3+01:00 stderr P I0301 begins\n"
        b'2026-03-01T10:11:12.4+01:00 stdout P "verb":\n'
        b'2026-03-01T10:11:12.5Z stdout F:tag "list"}\n'
        b"2026-03-01T10:11:12.6Z stdout F \n"
        b"2026-03-01T10:11:12.7Z stdout F {}\n"
    )
    found, long = numbered(in_pieces([log[at : at + 40] for at in range(0, len(log), 40)]), texts)
    assert [(number, line) for number, line in found if line] == [(5, b'{"kind":"Event","verb":"list"}'), (7, b"{}")]
    assert long == []


def test_a_container_line_in_pieces_that_are_too_long_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LONGEST_LINE", 100)
    piece = b"2026-03-01T10:11:12Z stdout P " + b"x" * 60 + b"\n"
    end = b"2026-03-01T10:11:12Z stdout F y\n"
    found, long = numbered(in_pieces([piece + piece + end + end]), texts)
    assert [(number, line) for number, line in found if line] == [(4, b"y")]
    assert long == [3]
