"""A further release of Kubernetes is one line in the table of releases, and data that the generators write."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import generate_feature_gates
import generate_flags
import generate_resources

from auditlint.kubernetes.releases import NEWEST_KNOWN, name

ROOT = Path(__file__).parent.parent
NEXT = NEWEST_KNOWN + 1
POD = """\
apiVersion: v1
kind: Pod
metadata: {{name: kube-apiserver}}
spec:
  containers:
  - name: kube-apiserver
    image: kube-apiserver:v{release}.0
    command: [kube-apiserver, --audit-new-flag=1, --feature-gates=NewGate=true]
"""


def add_release(house: Path) -> None:
    """Add the line, and to the data what a generator would: the next release has a flag and a gate more."""
    table = house / "auditlint" / "kubernetes" / "releases.py"
    line = f'    Release({NEXT}, "v1.{NEXT}.0-alpha.1", "v0.{NEXT}.0-alpha.1"),\n'
    last = re.compile(rf"^    Release\({NEWEST_KNOWN}, .*\n", re.MULTILINE)
    text, changes = last.subn(lambda found: found[0] + line, table.read_text())
    assert changes == 1
    table.write_text(text)
    schemas = house / "schemas"
    new = {"type": "int", "bare": "", "default": "0", "deprecated": False}
    for path in (schemas / "audit-flags.json", schemas / "apiserver-flags.json"):
        flags = generate_flags.flags_by_release(path.read_text())
        path.write_text(generate_flags.written(flags | {NEXT: {**flags[NEWEST_KNOWN], "audit-new-flag": new}}))
    path = schemas / "feature-gates.json"
    gates = generate_feature_gates.gates_by_release(path.read_text())
    gate = {"stage": "alpha", "default": False, "locked": False, "needs": []}
    path.write_text(generate_feature_gates.written(gates | {NEXT: {**gates[NEWEST_KNOWN], "NewGate": gate}}))
    path = schemas / "resources.json"
    records = generate_resources.records(path.read_text())
    path.write_text(generate_resources.written([with_next(record) for record in records]))


def with_next(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record of resources as the next release has it too."""

    def longer(spans: list[str]) -> list[str]:
        minors = generate_resources.minors_of(spans)
        return generate_resources.ranges(minors | ({NEXT} if NEWEST_KNOWN in minors else set()))

    versions = {version: longer(spans) for version, spans in record["versions"].items()}
    return {**record, "releases": longer(record["releases"]), "versions": versions}


def check(house: Path, release: str) -> dict[str, Any]:
    """Return what the copy reports of a manifest that runs a release."""
    manifest = house / "manifest.yaml"
    manifest.write_text(POD.format(release=release))
    command = [sys.executable, "-m", "auditlint", "check", "manifest.yaml", "--format", "json", "--exit-zero"]
    environment = {**os.environ, "PYTHONPATH": str(house)}
    done = subprocess.run(command, cwd=house, env=environment, capture_output=True, text=True, check=True)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_a_release_is_one_line_and_generated_data(tmp_path: Path) -> None:
    for folder in ("auditlint", "schemas", "rules"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    add_release(tmp_path)
    report = check(tmp_path, name(NEXT))
    assert [subject["kubernetes"] for subject in report["subjects"]] == [name(NEXT)]
    assert report["notices"] == []
    refusing = {"unknown-flag", "unknown-feature-gate"}
    assert refusing.isdisjoint(finding["rule"] for finding in report["findings"])
    assert refusing <= {finding["rule"] for finding in check(tmp_path, name(NEWEST_KNOWN))["findings"]}
    beyond = check(tmp_path, name(NEXT + 1))
    assert [subject["kubernetes"] for subject in beyond["subjects"]] == [name(NEXT)]
