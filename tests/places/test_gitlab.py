"""The job for GitLab, as a real runner of such jobs (gitlab-ci-local) runs it in a shell."""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
import yaml

from tests.places.conftest import ROOT
from tests.places.hosted import BAD, committed
from tests.places.pages import blocks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEMPLATE = ROOT / "integrations/gitlab/auditlint.yml"


def test_the_page_names_the_inputs() -> None:
    inputs = next(yaml.safe_load_all(TEMPLATE.read_text()))["spec"]["inputs"]
    page = (ROOT / "docs/gitlab.md").read_text()
    assert re.findall(r"^\| `([a-z]+)` \|", page, re.MULTILINE) == list(inputs)
    (include,) = yaml.safe_load(blocks("gitlab.md")[".gitlab-ci.yml"])["include"]
    assert (ROOT / include["file"].lstrip("/")) == TEMPLATE
    assert set(include["inputs"]) == {name for name, one in inputs.items() if "default" not in one}


@pytest.mark.parametrize("fork", [False, True], ids=["own", "fork"])
def test_a_merge_request(
    fork: bool,  # noqa: FBT001
    tmp_path: Path,
    program: Callable[[str], str],
    own_path: str,
) -> None:
    runner = program("gitlab-ci-local")
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies/p.yaml").write_text(BAD)
    (tmp_path / "job.yml").write_text(_without_image(TEMPLATE.read_text()))
    inputs = {"image": "none", "paths": "policies", "arguments": "--fail-on error"}
    (tmp_path / ".gitlab-ci.yml").write_text(yaml.safe_dump({"include": [{"local": "job.yml", "inputs": inputs}]}))
    committed(tmp_path)
    subprocess.run(["git", "remote", "add", "origin", "git@gitlab.example.com:a/b.git"], cwd=tmp_path, check=True)
    variables = {
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_MERGE_REQUEST_PROJECT_ID": "7",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "8" if fork else "7",
    }
    options = [option for name, value in variables.items() for option in ("--variable", f"{name}={value}")]
    run = subprocess.run(
        [runner, "--home", str(tmp_path / "home"), *options],
        cwd=tmp_path,
        env={**os.environ, "PATH": own_path},
        capture_output=True,
        text=True,
        check=False,
    )
    said = run.stdout + run.stderr
    assert run.returncode == int(fork), said
    assert ("policies/p.yaml:4:10: error: level" in said) is fork
    kept = tmp_path / ".gitlab-ci-local/artifacts/auditlint"
    found = [(one["check_name"], one["location"]["path"]) for one in json.loads((kept / QUALITY).read_text())]
    assert found == ([("invalid-level", "policies/p.yaml")] if fork else [])
    failures = list(ET.parse(kept / "auditlint.xml").iter("failure"))
    assert len(failures) == int(fork)


QUALITY = "gl-code-quality-report.json"


def _without_image(template: str) -> str:
    """Return the template for a runner that starts no containers."""
    return re.sub(r"^  image:\n(?:    .*\n)+", "", template, flags=re.MULTILINE)
