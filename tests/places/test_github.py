"""The action: its files as actionlint and zizmor see them, and itself as a real runner, act, runs it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml

from tests.places.conftest import ROOT
from tests.places.hosted import BAD, committed
from tests.places.javascript import groups
from tests.places.pages import blocks
from tests.places.shown import NAME, POLICY, Mark, marks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WORKFLOW = ".github/workflows/auditlint.yml"
HERE = "OWNER/auditlint@COMMIT"
"""What a reader of the page replaces."""
PARTS = ("action.yml", "integrations", "auditlint", "rules", "schemas", "LICENSE", "README.md", "pyproject.toml")


def pasted() -> dict[str, str]:
    return {name: text for name, text in blocks("github.md").items() if name.endswith(".yml")}


@pytest.fixture
def workflow(tmp_path: Path) -> Path:
    """The workflow of the page, in a repository of its own."""
    path = tmp_path / WORKFLOW
    path.parent.mkdir(parents=True)
    path.write_text(pasted()[WORKFLOW].replace("COMMIT", "0" * 40))
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return path


def test_the_workflow_is_one(workflow: Path, program: Callable[[str], str]) -> None:
    run = subprocess.run([program("actionlint"), workflow], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.stdout, run.stderr, run.returncode) == ("", "", 0)


@pytest.mark.parametrize("what", ["action", "workflow"])
def test_it_is_safe(what: str, workflow: Path, program: Callable[[str], str]) -> None:
    path = workflow if what == "workflow" else ROOT / "action.yml"
    arguments = [program("zizmor"), "--offline", "--no-config", "--persona=pedantic", "--format=json", str(path)]
    run = subprocess.run(arguments, cwd=workflow.parent, capture_output=True, text=True, check=False)
    found = [(one["ident"], one["desc"]) for one in json.loads(run.stdout)]
    assert (found, run.returncode) == ([], 0), run.stderr


def test_the_inputs_of_the_page_are_those_of_the_action() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    page = (ROOT / "docs/github.md").read_text()
    assert set(re.findall(r"^\| `([a-z]+)` \|", page, re.MULTILINE)) == set(action["inputs"])


class Job(NamedTuple):
    """What a run of the workflow came to."""

    code: int
    output: str
    sarif: Path

    @property
    def uploaded(self) -> list[str] | None:
        """The rules of the findings that code scanning would show; None where nothing was uploaded."""
        if not self.sarif.exists():
            return None
        (run,) = json.loads(self.sarif.read_text())["runs"]
        return [one["ruleId"] for one in run["results"] if not one.get("suppressions")]


@pytest.fixture
def run_job(tmp_path: Path, program: Callable[[str], str]) -> Callable[..., Job]:
    """Run the workflow of the page on this machine, with the action from this checkout."""
    act = program("act")

    def run(files: dict[str, str], event: str, payload: dict[str, Any], **inputs: str) -> Job:
        repository = tmp_path / "repository"
        for name, text in files.items():
            (repository / name).parent.mkdir(parents=True, exist_ok=True)
            (repository / name).write_text(text)
        for part in PARTS:
            source, target = ROOT / part, repository / ".action" / part
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                target.parent.mkdir(exist_ok=True)
                shutil.copy(source, target)
        path = repository / WORKFLOW
        path.parent.mkdir(parents=True)
        path.write_text(_own(pasted()[WORKFLOW], inputs, tmp_path / "kept.sarif"))
        (tmp_path / "event.json").write_text(json.dumps(payload))
        committed(repository)
        (tmp_path / "home").mkdir()
        done = subprocess.run(
            [act, event, "--eventpath", tmp_path / "event.json", "--platform", "ubuntu-latest=-self-hosted"],
            cwd=repository,
            env={**os.environ, "HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": str(tmp_path / "home" / "cache")},
            capture_output=True,
            text=True,
            check=False,
        )
        return Job(done.returncode, done.stdout + done.stderr, tmp_path / "kept.sarif")

    return run


def _own(text: str, inputs: dict[str, str], kept: Path) -> str:
    """Return the workflow with the action of the checkout; instead of uploading, the file is kept."""
    document = yaml.safe_load(text)
    document["on"] = document.pop(True)  # what on is in YAML 1.1
    steps = document["jobs"]["auditlint"]["steps"]
    for step in steps:
        if step.get("uses") == HERE:
            step["uses"] = "./.action"
            step["with"] = {**step.get("with", {}), **inputs}
        if step.get("uses", "").startswith("github/codeql-action/upload-sarif@"):
            del step["uses"]
            step["run"] = 'cp "$SARIF" "$KEPT" && echo "uploaded $SARIF"'
            step["env"] = {"SARIF": step.pop("with")["sarif_file"], "KEPT": str(kept)}
    return yaml.safe_dump(document, sort_keys=False)


@pytest.mark.parametrize("fork", [False, True], ids=["own", "fork"])
def test_a_pull_request(fork: bool, run_job: Callable[..., Job]) -> None:  # noqa: FBT001
    """A comment in a file hides its finding, but not where the file comes from a fork, which may not upload."""
    head = {"ref": "x", "repo": {"full_name": "somebody/else", "fork": True}}
    payload = {"pull_request": {"number": 1, "head": head, "base": {"ref": "main"}}} if fork else {}
    files = {"policies/audit policy.yaml": BAD, "other.yaml": "level: info\n"}
    job = run_job(files, "pull_request" if fork else "push", payload, paths="policies\nother.yaml\n")
    assert job.code == int(fork), job.output
    assert ("policies/audit policy.yaml:4:10: level" in job.output) is fork, job.output
    assert job.uploaded == (None if fork else []), job.output


def test_findings_are_uploaded(run_job: Callable[..., Job]) -> None:
    job = run_job({"a.yaml": BAD.partition(" #")[0] + "\n"}, "push", {}, paths="a.yaml", arguments="--fail-on info")
    assert job.code == 1
    assert job.uploaded == ["invalid-level"]


def test_inputs_are_taken_as_they_are_written(run_job: Callable[..., Job], tmp_path: Path) -> None:
    """No shell looks at them: what would be a command or a pattern is a word."""
    made = tmp_path / "made"
    job = run_job({"a.yaml": BAD}, "push", {}, paths=f"$(touch {made})", arguments="--exclude *")
    assert job.code == 1
    assert f"auditlint: $(touch {made}): no such file or folder" in job.output, job.output
    assert not made.exists()


MATCHER = json.loads((ROOT / "integrations/github/problem-matcher.json").read_text())["problemMatcher"][0]


@pytest.mark.parametrize("color", ["never", "always"])
def test_the_problem_matcher(color: str, tmp_path: Path, program: Callable[[str], str], own_path: str) -> None:
    """Every line of a real report, as a JavaScript engine reads it (the runner's own is that of .NET)."""
    (tmp_path / NAME).write_text(POLICY, encoding="utf-8")
    command = ["auditlint", "check", "--format=text", "--min-severity=info", f"--color={color}", NAME]
    environment = {**os.environ, "PATH": own_path}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    (pattern,) = map(dict, MATCHER["pattern"])
    found = groups(program("node"), pattern.pop("regexp"), run.stdout.splitlines())
    assert pattern == {"file": 1, "line": 2, "column": 3, "severity": 4, "message": 5, "code": 6}
    shown = [Mark(file, int(line), int(column), kind) for file, line, column, kind, *_ in found]
    assert shown == marks(tmp_path, own_path, "--min-severity=info")
    assert {mark.kind for mark in shown} == {"error", "warning", "info", "note"}
    assert {"literal-wildcard", "drops-the-rest", None} <= {code for *_, code in found}
    assert all("\x1b" not in message for *_, message, _ in found)
