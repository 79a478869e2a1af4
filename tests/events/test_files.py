"""Which files a log consists of, and in which order."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from auditlint.events.files import in_order

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def ordered(*paths: str) -> list[str]:
    failures: list[tuple[str, str]] = []
    found = in_order(paths, lambda path, why: failures.append((path, why)))
    assert failures == []
    return found


def make(*names: str) -> None:
    for name in names:
        if folder := os.path.dirname(name):
            os.makedirs(folder, exist_ok=True)
        with open(name, "w"):
            pass


def test_files_rotated_by_the_server() -> None:
    names = ["audit.log", "audit-2024-10-01T00-00-00.000.log", "audit-2024-09-01T23-59-59.999.log.gz"]
    assert ordered(*names) == names[::-1]


def test_files_rotated_by_the_server_without_an_ending() -> None:
    names = ["audit", "audit-2024-10-01T00-00-00.000", "audit-2024-09-01T23-59-59.999.gz"]
    assert ordered(*names) == names[::-1]


def test_files_rotated_by_number() -> None:
    names = ["audit.log", "audit.log.1", "audit.log.2.gz", "audit.log.10.zst"]
    assert ordered(*sorted(names)) == names[::-1]


def test_files_rotated_by_date() -> None:
    names = ["audit.log", "audit.log-20240503", "audit.log-20240502.gz", "audit-20240501.log"]
    assert ordered(*names) == names[::-1]


def test_each_log_stays_together_in_the_order_of_naming() -> None:
    given = ["b/audit.log", "a/audit.log", "b/audit.log.1", "a/audit.log.1"]
    assert ordered(*given) == ["b/audit.log.1", "b/audit.log", "a/audit.log.1", "a/audit.log"]


def test_standard_input_keeps_its_place() -> None:
    assert ordered("a.log", "-", "b.log") == ["a.log", "-", "b.log"]


def test_each_file_once() -> None:
    make("logs/audit.log")
    os.symlink("logs", "same")
    assert ordered("logs/audit.log", "logs", "same/audit.log", "./logs/audit.log") == ["logs/audit.log"]


def test_a_folder() -> None:
    make(
        *("logs/audit.log", "logs/audit-2024-10-01T00-00-00.000.log.gz", "logs/node/events.jsonl", "logs/x.json"),
        *("logs/notes.txt", "logs/.audit.log", "logs/.git/audit.log", "logs/old.log.gz", "logs/y.ndjson.zst"),
    )
    assert ordered("logs") == [
        "logs/audit-2024-10-01T00-00-00.000.log.gz",
        "logs/audit.log",
        "logs/old.log.gz",
        "logs/x.json",
        "logs/y.ndjson.zst",
        "logs/node/events.jsonl",
    ]


def test_a_file_that_is_being_compressed_counts_once() -> None:
    make("logs/audit-2024-10-01T00-00-00.000.log", "logs/audit-2024-10-01T00-00-00.000.log.gz", "logs/audit.log")
    assert ordered("logs") == ["logs/audit-2024-10-01T00-00-00.000.log", "logs/audit.log"]


def test_a_folder_without_logs() -> None:
    make("logs/notes.txt")
    failures: list[tuple[str, str]] = []
    assert in_order(["logs"], lambda path, why: failures.append((path, why))) == []
    assert [(path, why.partition(":")[0]) for path, why in failures] == [("logs", "holds no log")]
