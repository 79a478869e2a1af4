"""How long a manifest takes to be judged again that is edited beside a large policy: `python -m benchmarks.editing`."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from auditlint.lint import Source, Workspace, check
from auditlint.settings import Settings
from benchmarks.policies import real

RULES = 1000
EDITS = 15
PROMISED = 10.0
"""Milliseconds for each edit."""
MANIFEST = """\
apiVersion: v1
kind: Pod
metadata: {{name: kube-apiserver, namespace: kube-system}}
spec:
  hostNetwork: true
  containers:
  - name: kube-apiserver
    image: registry.k8s.io/kube-apiserver:v1.34.1
    command:
    - kube-apiserver
    - --audit-policy-file=/etc/kubernetes/audit-policy.yaml
    - --audit-log-path=/var/log/kubernetes/audit/audit.log
    - --audit-log-maxage={age}
"""


def measure(folder: Path) -> tuple[float, list[float]]:
    """Return the milliseconds of the first run and of each run after an edit of the manifest."""
    (folder / "audit-policy.yaml").write_text(real(RULES))
    workspace, spent = Workspace(), []
    for age in range(EDITS + 1):
        buffer = Source(str(folder / "kube-apiserver.yaml"), named=True, data=MANIFEST.format(age=age + 1).encode())
        start = time.perf_counter()
        check([buffer, Source(str(folder / "audit-policy.yaml"), named=True)], Settings(), workspace=workspace)
        spent.append((time.perf_counter() - start) * 1000)
    return spent[0], spent[1:]


def table() -> str:
    """Return a table in Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        first, again = measure(Path(folder))
    cells = (
        f"a manifest edited beside a policy of {RULES:,} rules",
        f"{first:.0f} ms",
        f"{statistics.median(again):.1f} ms",
        f"{PROMISED:.0f} ms",
    )
    head = "| judged again in one workspace | first run | after an edit | promised at most |"
    return f"{head}\n|---|---|---|---|\n| {' | '.join(cells)} |"


if __name__ == "__main__":
    print(table())
