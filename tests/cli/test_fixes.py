"""`check --fix`, `--unsafe-fixes` and `--diff`: what is written, what is printed, and the exit code."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from auditlint.cli.checking import fixes
from auditlint.report.model import Report
from auditlint.rewriting import Fixed, FixedFile
from tests.checks.servers import pod
from tests.cli.conftest import BAD_LEVEL, GOOD

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Auditlint
    from tests.cli.test_exit_codes import Write

MENDED = BAD_LEVEL.replace("metadata", "Metadata")
OPEN = GOOD + "  users: [a]\n"


def test_fix_writes_and_exits_with_0_where_all_is_mended(auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    write("p.yaml", BAD_LEVEL)
    run = auditlint("check", "--fix", "p.yaml")
    assert (run.returncode, run.stdout) == (0, "")
    assert "fixed 1 finding in 1 file" in run.stderr
    assert (tmp_path / "p.yaml").read_text() == MENDED
    assert sorted(os.listdir(tmp_path)) == ["p.yaml"]


def test_fix_reports_what_is_left(auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    write("p.yaml", OPEN)
    run = auditlint("check", "--fix", "p.yaml")
    assert (run.returncode, "[missing-catch-all]" in run.stdout) == (1, True)
    assert (tmp_path / "p.yaml").read_text() == OPEN
    assert auditlint("check", "--fix", "--unsafe-fixes", "p.yaml").returncode == 0
    assert (tmp_path / "p.yaml").read_text() == f"{OPEN}- level: Metadata\n"


@pytest.mark.parametrize("more", [(), ("--fix",)])
def test_diff_prints_a_patch_and_writes_nothing(
    more: tuple[str, ...], auditlint: Auditlint, write: Write, tmp_path: Path
) -> None:
    write("a b/p.yaml", BAD_LEVEL.removesuffix("\n"))
    run = auditlint("check", "--diff", *more, "a b/p.yaml")
    assert run.returncode == 1
    assert (tmp_path / "a b/p.yaml").read_text() == BAD_LEVEL.removesuffix("\n")
    patch = shutil.which("patch")
    if patch is None:
        pytest.fail("patch is needed")
    subprocess.run([patch, "-s", "-p1"], input=run.stdout.encode(), cwd=tmp_path, check=True)
    assert (tmp_path / "a b/p.yaml").read_text() == MENDED.removesuffix("\n")
    assert auditlint("check", "--diff", "a b/p.yaml").returncode == 0


def test_standard_input_comes_out_mended(auditlint: Auditlint) -> None:
    run = auditlint("check", "--fix", "-", stdin=BAD_LEVEL.encode())
    assert (run.returncode, run.stdout) == (0, MENDED)
    run = auditlint("check", "--fix", "-", stdin=OPEN.encode())
    assert (run.returncode, run.stdout, "[missing-catch-all]" in run.stderr) == (1, OPEN, True)


def test_unsafe_fixes_alone_is_a_mistake(auditlint: Auditlint) -> None:
    run = auditlint("check", "--unsafe-fixes", "-")
    assert (run.returncode, run.stdout) == (2, "")
    assert "--fix or --diff" in run.stderr


@pytest.mark.parametrize("locked", ["p.yaml", "."])
def test_what_is_read_only_stays_and_is_told(locked: str, auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    write("folder/p.yaml", BAD_LEVEL)
    target = tmp_path / "folder" / locked
    mode = target.stat().st_mode
    target.chmod(mode & ~0o222)
    run = auditlint("check", "--fix", "folder/p.yaml")
    target.chmod(mode)
    assert (run.returncode, "is read-only: not fixed" in run.stderr) == (2, True)
    assert (tmp_path / "folder/p.yaml").read_text() == BAD_LEVEL


def test_mode_and_link_stay(auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    write("there/p.yaml", BAD_LEVEL)
    (tmp_path / "there/p.yaml").chmod(0o640)
    (tmp_path / "link.yaml").symlink_to("there/p.yaml")
    assert auditlint("check", "--fix", "link.yaml").returncode == 0
    assert os.readlink(tmp_path / "link.yaml") == "there/p.yaml"
    assert (tmp_path / "there/p.yaml").read_text() == MENDED
    assert (tmp_path / "there/p.yaml").stat().st_mode & 0o777 == 0o640


def test_what_was_changed_meanwhile_is_not_replaced(write: Write, tmp_path: Path) -> None:
    path = os.fspath(tmp_path / write("p.yaml", "other"))
    fixed = Fixed((FixedFile(path, BAD_LEVEL.encode(), MENDED.encode()),), Report((), (), (), 0), ())
    assert [notice.message for notice in fixes.write(fixed, {})] == [
        "was changed by somebody else while it was checked: not fixed"
    ]
    assert (tmp_path / "p.yaml").read_text() == "other"


def test_what_is_hidden_is_not_fixed(auditlint: Auditlint, write: Write, tmp_path: Path) -> None:
    ignored = BAD_LEVEL.replace("metadata", "metadata # auditlint: ignore[invalid-level] known")
    write("p.yaml", ignored)
    write("q.yaml", BAD_LEVEL)
    auditlint("check", "--fix", "p.yaml")
    auditlint("check", "--fix", "--ignore", "invalid-level", "q.yaml")
    assert (tmp_path / "p.yaml").read_text() == ignored
    assert (tmp_path / "q.yaml").read_text() == BAD_LEVEL


def test_files_beside_a_static_pod_are_mended_whatever_their_ending(
    auditlint: Auditlint, write: Write, tmp_path: Path
) -> None:
    names = ("kube-apiserver.yaml", "kube-apiserver.yaml.bak")
    for name in names:
        write(f"m/{name}", pod("--audit-log-path=-", "--audit-log-maxsise=100"))
    run = auditlint("check", "--fix", "m")
    assert "fixed 2 findings in 2 files" in run.stderr
    assert [(tmp_path / "m" / name).read_text() for name in names] == [
        pod("--audit-log-path=-", "--audit-log-maxsize=100")
    ] * 2
