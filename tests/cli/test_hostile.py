"""Inputs made to hurt: each ends in bounded time with a finding, a notice or one clear line, never a traceback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import BAD_LEVEL

if TYPE_CHECKING:
    from tests.cli.conftest import Auditlint
    from tests.cli.test_exit_codes import Write

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n"
HOSTILE = {
    "alias bomb": (HEAD + BOMB).encode(),
    "self reference": (HEAD + "x: &x [*x]\n").encode(),
    "deep flow lists": b"kind: Policy # audit.k8s.io\nrules: " + b"[" * 100_000,
    "deep flow mappings": b"kind: Policy # audit.k8s.io\nrules: " + b"{a: " * 100_000,
    "deep JSON": b'{"kind":"audit.k8s.io","rules":' + b"[" * 100_000,
    "deep block": b"audit.k8s.io:\n" + b"".join(b" " * depth + b"- \n" for depth in range(1, 2000)),
    "invalid UTF-8": HEAD.encode() + b"x: \xff\xfe\xfd\n",
    "latin-1": HEAD.encode() + "# Gruß\n".encode("latin-1"),
    "NUL": HEAD.encode() + b"x: \x00\n",
    "binary": b"audit.k8s.io" + bytes(range(256)) * 64,
    "half of UTF-16": HEAD.encode("utf-16")[:-1],
    "empty": b"",
    "only a byte order mark": b"\xef\xbb\xbf",
    "escape sequences": b'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: "\\e[31mred\\e[0m"\n',
    "one long line": HEAD.encode() + b"x: " + b"y" * 5_000_000 + b"\n",
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("as_kind", ["", "policy", "pod", "flags"])
def test_hostile_text(auditlint: Auditlint, write: Write, name: str, as_kind: str) -> None:
    options = ("--as", as_kind) if as_kind else ()
    run = auditlint("check", "--no-config", *options, write("hostile.yaml", HOSTILE[name]), write("p.yaml", BAD_LEVEL))
    assert run.returncode in (0, 1, 2), run.stderr
    assert "Traceback" not in run.stderr
    assert "bug in auditlint" not in run.stderr
    assert "failed: " not in run.stderr
    assert "\x1b" not in run.stdout + run.stderr
    assert as_kind in ("pod", "flags") or "p.yaml:4:10: error: " in run.stdout


def test_a_large_file_is_one_line(auditlint: Auditlint, write: Write) -> None:
    write("large.yaml", HEAD.encode() + b"# audit\n" * 13_000_000)
    run = auditlint("check", "--no-config", "large.yaml", write("p.yaml", BAD_LEVEL))
    assert run.returncode == 2
    assert "[invalid-level]" in run.stdout
    (line,) = [line for line in run.stderr.splitlines() if "large.yaml" in line]
    assert "MiB" in line
