"""The hooks: what starts them, and themselves through the real pre-commit in a scratch repository."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import carriers_page
import pytest
import yaml

ROOT = Path(__file__).parent.parent
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
PROGRAMS = Path(sys.executable).parent
BLOCK = re.compile(r"^```yaml file=\.pre-commit-config\.yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
GOOD = ROOT / "examples" / "good"
BAD = ROOT / "examples" / "copied-notes"


def test_the_endings_of_all_carriers_start_a_hook() -> None:
    assert carriers_page.HOOKS.read_text(encoding="utf-8") == carriers_page.hooks(), "run tools/dev pages"


STARTS = {
    "audit-policy.yaml": True,
    "docs/README.md": True,
    "args/kube-apiserver": True,
    "etc/kubernetes/manifests/kube-apiserver": True,
    "node/etc/kubernetes/manifests/kube-apiserver.yaml.bak": True,
    "etc/kubernetes/manifests/.kube-apiserver.swp": False,
    "pyproject.toml": True,
    ".gitignore": True,
    "main.go": False,
    "picture.png": False,
}


@pytest.mark.parametrize("hook", HOOKS.values(), ids=HOOKS.keys())
@pytest.mark.parametrize(("path", "starts"), STARTS.items(), ids=STARTS.keys())
def test_what_starts_a_hook(path: str, hook: dict[str, str], *, starts: bool) -> None:
    assert bool(re.search(hook["files"], path)) is starts


class Repository(NamedTuple):
    """A scratch repository whose commits pre-commit looks at."""

    folder: Path
    home: Path

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PRE_COMMIT_HOME": str(self.home), "GIT_CONFIG_GLOBAL": os.devnull, "PATH": path}
        people = (f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL"))
        environment |= dict.fromkeys(people, "a@b.example")
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def commit(self) -> subprocess.CompletedProcess[str]:
        self.run("git", "add", "--all")
        return self.run("git", "commit", "--message", "more")

    def in_ci(self) -> int:
        """Return the exit code of auditlint in a fresh clone of what is committed."""
        clone = self.home / f"clone-{len([*self.home.iterdir()])}"
        self.run("git", "clone", "--quiet", self.folder, clone)
        return self._replace(folder=clone).run(PROGRAMS / "auditlint", "check", ".").returncode


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "repository", tmp_path / "home")
    made.folder.mkdir()
    made.home.mkdir()
    made.run("git", "init", "--quiet")
    return made


def read(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8")


def test_the_block_of_the_readme_holds_commits_to_what_ci_says(repository: Repository) -> None:
    (block,) = BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    repository.write(".pre-commit-config.yaml", block)
    assert repository.run(PROGRAMS / "pre-commit", "install").returncode == 0
    repository.write("audit-policy.yaml", read(GOOD, "audit-policy.yaml"))
    repository.write("kube-apiserver.yaml", read(GOOD, "kube-apiserver.yaml"))
    passed = repository.commit()
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert repository.in_ci() == 0
    repository.write("kube-apiserver.yaml", read(BAD, "kube-apiserver.yaml"))
    held = repository.commit()
    assert held.returncode == 1
    assert "kube-apiserver.yaml:20:20: error: " in held.stderr + held.stdout
    assert repository.in_ci() == 0


def test_the_hook_sees_the_tree_and_the_other_one_the_changed_files(repository: Repository) -> None:
    """A policy that only its manifest makes wrong: the release comes from there."""
    server = read(GOOD, "kube-apiserver.yaml")
    repository.write("kube-apiserver.yaml", re.sub(r"apiserver:v1\.\d+\.\d+", "apiserver:v1.30.0", server))
    rule = '  - level: Metadata\n    resources: [{group: "*", resources: ["secrets"]}]\n'
    repository.write("audit-policy.yaml", read(GOOD, "audit-policy.yaml").replace("rules:\n", f"rules:\n{rule}"))
    repository.write("vendor/bad.yaml", "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: x}]\n")
    repository.write(".auditlint.yaml", "exclude: [/vendor/]\n")
    repository.run("git", "add", "--all")
    program = PROGRAMS / "pre-commit"
    tree = repository.run(program, "try-repo", ROOT, "auditlint", "--files", "audit-policy.yaml")
    assert tree.returncode == 1, tree.stderr
    assert "[invalid-group]" in tree.stdout
    assert "vendor" not in tree.stdout
    changed = ("--files", "audit-policy.yaml", "vendor/bad.yaml")
    files = repository.run(program, "try-repo", ROOT, "auditlint-files", *changed)
    assert "[invalid-group]" not in files.stdout
    assert "[version-dependent]" in files.stdout
    assert "vendor/bad.yaml" not in files.stdout


def test_the_name_of_a_file_is_no_option(tmp_path: Path) -> None:
    """pre-commit puts the names of files behind the entry and its arguments."""
    (tmp_path / "off.yaml").write_text("fail-on: never\n")
    for name in ("--config=off.yaml", "a.yaml"):
        (tmp_path / name).write_text("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: x}]\n")
    hook = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))[1]
    command = [PROGRAMS / hook["entry"].split()[0], *hook["entry"].split()[1:], *hook["args"]]
    run = subprocess.run(
        [*command, "--config=off.yaml", "a.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout.count("[invalid-level]")) == (1, 2)
