"""What tells a finding from others in every run, wherever its lines move: what is written there, not where."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from auditlint.finding import Finding, Span

_INDEX = re.compile(r"(?<=/)\d+")


def fingerprints(findings: Iterable[Finding], lines: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return a fingerprint for each finding; equal ones of a file are counted: `...:1`, `...:2`.

    It is made of the rule, the pointer without its indexes, the marked text and the line around it.
    """
    seen: dict[tuple[str, str], int] = {}
    found = []
    for finding in findings:
        digest = _digest(finding, lines.get(finding.path, ()))
        number = seen[finding.path, digest] = seen.get((finding.path, digest), 0) + 1
        found.append(f"{digest}:{number}")
    return found


def _digest(finding: Finding, lines: tuple[str, ...]) -> str:
    marked, line = _written(finding.span, lines)
    parts = (finding.rule, _INDEX.sub("*", finding.pointer), marked, line)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _written(span: Span, lines: tuple[str, ...]) -> tuple[str, str]:
    """Return the text that a span marks on its first line, and that line."""
    if span.line > len(lines):
        return "", ""
    line = lines[span.line - 1]
    end = span.end_column if span.end_line == span.line else len(line) + 1
    return line[span.column - 1 : end - 1], line.strip()
