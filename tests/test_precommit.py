"""The hook: its file patterns against `identify`, and itself through the real pre-commit in a scratch repository."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from identify import identify

ROOT = Path(__file__).parent.parent
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


def wanted(path: str) -> bool:
    """Tell whether pre-commit hands the path to the hook."""
    tags = identify.tags_from_filename(path)
    return bool(tags & set(HOOK["types_or"])) and not re.search(HOOK["exclude"], path)


@pytest.mark.parametrize(
    "path",
    [
        "audit-policy.yaml",
        "a/b/kube-apiserver.yml",
        "policy.json",
        "etc/kubernetes/manifests/kube-apiserver.yaml",
        "x.package.yaml",
    ],
)
def test_files_it_takes(path: str) -> None:
    assert wanted(path)


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "main.go",
        "vendor/x/policy.yaml",
        "web/node_modules/a/b.json",
        "package-lock.json",
        "web/tsconfig.json",
    ],
)
def test_files_it_leaves(path: str) -> None:
    assert not wanted(path)


def test_the_hook_through_pre_commit(tmp_path: Path) -> None:
    """One process sees policy and manifest together, and the hook fails on what is wrong with the pair."""
    repository = tmp_path / "repository"
    repository.mkdir()
    environment = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "home"), "GIT_CONFIG_GLOBAL": os.devnull}
    examples = ROOT / "examples" / "copied-notes"
    for name in ("audit-policy.yaml", "kube-apiserver.yaml"):
        (repository / name).write_bytes((examples / name).read_bytes())
    (repository / "unrelated.yaml").write_text("kind: ConfigMap\n")
    git = ["git", "-C", str(repository)]
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    program = Path(sys.executable).parent / "pre-commit"
    run = subprocess.run(
        [program, "try-repo", str(ROOT), "auditlint", "--all-files", "--color", "never"],
        cwd=repository,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1, run.stdout + run.stderr
    assert "kube-apiserver.yaml:20:20: error: " in run.stdout
    assert "[sub-path-of-file]" in run.stdout
    assert "audit-policy.yaml:" in run.stdout
    assert "unrelated.yaml" not in run.stdout
    (repository / "kube-apiserver.yaml").unlink()
    (repository / "audit-policy.yaml").write_bytes((ROOT / "examples" / "good" / "audit-policy.yaml").read_bytes())
    subprocess.run([*git, "add", "--all"], check=True)
    again = subprocess.run(
        [program, "try-repo", str(ROOT), "auditlint", "--all-files"],
        cwd=repository,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert again.returncode == 0, again.stdout
