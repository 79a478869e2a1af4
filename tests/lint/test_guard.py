"""The guard around every file: want of memory in one is told with its name, and the others are judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint import lint
from auditlint.settings import Settings
from auditlint.text import reader

if TYPE_CHECKING:
    import pytest

    from auditlint.text.nodes import Stream

POLICY = b"apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: metadata\n"


def test_a_file_that_is_too_large_for_the_memory_is_named_and_the_others_are_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = reader.read

    def poor(data: bytes) -> Stream:
        if b"large" in data:
            raise MemoryError
        return read(data)

    monkeypatch.setattr(reader, "read", poor)
    sources = [lint.Source("large.yaml", named=True, data=POLICY + b"# large\n")]
    report = lint.check([*sources, lint.Source("p.yaml", named=True, data=POLICY)], Settings())
    assert [(one.path, one.message.split(":")[0]) for one in report.failed] == [("large.yaml", "out of memory")]
    assert [(one.path, one.rule) for one in report.findings] == [("p.yaml", "invalid-level")]
