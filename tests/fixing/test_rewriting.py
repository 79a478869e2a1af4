"""A run whose files are rewritten step by step: nothing is written, and what they were is remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from auditlint.finding import Finding, Severity, Span
from auditlint.lint import Source, Workspace
from auditlint.rewriting import FixedFile, Rewriting, known
from auditlint.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

BAD = b"apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: metadata\n"
GOOD = BAD.replace(b"metadata", b"Metadata")


def rewriting(*sources: Source) -> Rewriting:
    return Rewriting(sources, Settings(), as_kind=None, workspace=Workspace(), progress=None, debug=True)


def test_a_file_is_read_and_remembered(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_bytes(BAD)
    run = rewriting(Source(str(path), named=False))
    assert run.open(str(path)) == BAD
    path.write_bytes(b"{}")
    assert run.open(str(path)) == BAD
    report = run.check({str(path): GOOD})
    assert {one.rule for one in run.report.findings} >= {"invalid-level"}
    assert "invalid-level" not in {one.rule for one in report.findings}
    run.take({str(path): GOOD}, run.report.findings[:1], report)
    assert run.open(str(path)) == GOOD
    assert run.report is report
    done = run.outcome(report)
    assert done.files == (FixedFile(str(path), BAD, GOOD),)
    assert [one.rule for one in done.findings] == ["invalid-level"]
    assert not done.by_comments
    assert run.outcome(report, by_comments=True).by_comments
    assert path.read_bytes() == b"{}"


def test_a_file_that_becomes_what_it_was_is_none_that_changes() -> None:
    run = rewriting(Source("p.yaml", named=True, data=BAD), Source("q.yaml", named=True, data=BAD))
    run.open("p.yaml")
    run.open("q.yaml")
    run.take({"p.yaml": GOOD}, (), run.report)
    run.take({"p.yaml": BAD, "q.yaml": GOOD}, (), run.report)
    assert [one.path for one in run.outcome(run.report).files] == ["q.yaml"]


def test_what_was_given_as_a_text_may_always_be_written(tmp_path: Path) -> None:
    free, locked = tmp_path / "free.yaml", tmp_path / "locked.yaml"
    for path in (free, locked):
        path.write_bytes(BAD)
    locked.chmod(0o444)
    run = rewriting(Source(str(free), named=True), Source(str(locked), named=True, data=None))
    assert [run.may_be_written(str(path)) for path in (free, locked)] == [True, False]
    given = rewriting(Source(str(locked), named=True, data=BAD))
    assert given.may_be_written(str(locked))
    assert given.open(str(locked)) == BAD


def test_what_stands_on_the_command_line_is_known() -> None:
    run = rewriting(Source("p.yaml", named=True, data=BAD), Source("q.yaml", named=False, data=BAD))
    assert [run.is_named(path) for path in ("p.yaml", "q.yaml", "r.yaml")] == [True, False, False]
    assert len(run.subjects("p.yaml", BAD)) == len(run.subjects("q.yaml", GOOD)) == 1
    assert run.subjects("q.yaml", b"a: b\n") == ()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ignored in line 4", "ignored in line 17", True),
        ("see lines 4, 5 and 6", "see line 9", True),
        ("see lines 4 and 6", "see lines 4, 5, 6 and 8", True),
        ("see line 4, which", "see line 5, that", False),
        ("outline 4", "outline 5", False),
        ("level 4", "level 5", False),
    ],
)
def test_a_finding_is_known_wherever_it_stands(one: str, other: str, same: bool) -> None:  # noqa: FBT001
    def found(message: str, line: int) -> Finding:
        span = Span(line, 1, line, 2)
        return Finding("invalid-level", "policy-values", Severity.ERROR, False, "p.yaml", span, 0, "", message)  # noqa: FBT003

    assert (known(found(one, 4)) == known(found(other, 9))) is same
