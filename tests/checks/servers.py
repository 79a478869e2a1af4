"""Manifests of kube-apiserver for the tests of its rules, and what auditlint finds in them."""

from __future__ import annotations

from typing import NamedTuple

from auditlint import lint, registry
from auditlint.lint import Source
from auditlint.settings import Settings

registry.load()

POLICY = "--audit-policy-file=/etc/kubernetes/audit-policy.yaml"
LOG = "--audit-log-path=/var/log/kubernetes/audit/audit.log"
LIMITS = ("--audit-log-maxage=30", "--audit-log-maxbackup=10", "--audit-log-maxsize=100")
WEBHOOK = "--audit-webhook-config-file=/etc/kubernetes/audit-webhook.yaml"
MOUNTS = """\
- {name: policy, mountPath: /etc/kubernetes/audit-policy.yaml, readOnly: true}
- {name: webhook, mountPath: /etc/kubernetes/audit-webhook.yaml, readOnly: true}
- {name: log, mountPath: /var/log/kubernetes/audit}
"""
VOLUMES = """\
- {name: policy, hostPath: {path: /etc/kubernetes/audit-policy.yaml, type: File}}
- {name: webhook, hostPath: {path: /etc/kubernetes/audit-webhook.yaml, type: File}}
- {name: log, hostPath: {path: /var/log/kubernetes/audit, type: DirectoryOrCreate}}
"""


class Found(NamedTuple):
    """One finding, and the text of the line where it stands."""

    rule: str
    severity: str
    refused: bool
    line: str
    message: str
    help: str = ""

    @property
    def short(self) -> str:
        """Everything but the message: `rule severity[ refused] @ line`."""
        return f"{self.rule} {self.severity}{' refused' if self.refused else ''} @ {self.line}"


def pod(
    *arguments: str,
    minor: int = 34,
    mounts: str = MOUNTS,
    volumes: str = VOLUMES,
    container: str = "",
    spec: str = "hostNetwork: true",
) -> str:
    """Return a static Pod; mounts and volumes that are in order unless given."""
    lines = ["apiVersion: v1", "kind: Pod", "metadata:", "  name: kube-apiserver", "spec:"]
    lines += _indented(spec, 2)
    lines += ["  containers:", "  - name: kube-apiserver", f"    image: registry.k8s.io/kube-apiserver:v1.{minor}.1"]
    lines += [*_indented(container, 4), "    command:", "    - kube-apiserver"]
    lines += [f"    - {argument}" for argument in arguments]
    lines += ["    volumeMounts:", *_indented(mounts, 4)] if mounts else []
    lines += ["  volumes:", *_indented(volumes, 2)] if volumes else []
    return "\n".join(lines) + "\n"


def _indented(text: str, by: int) -> list[str]:
    return [" " * by + line for line in text.splitlines()]


def check(files: dict[str, str], *, as_kind: str | None = None, minor: int | None = None) -> dict[str, list[Found]]:
    """Return what auditlint finds in each of the files, all in one run."""
    sources = [Source(path, named=True, data=text.encode()) for path, text in files.items()]
    report = lint.check(sources, Settings(minor=minor), as_kind=as_kind)
    assert not report.crashed
    found: dict[str, list[Found]] = {path: [] for path in files}
    for finding in report.findings:
        line = (files[finding.path].splitlines() or [""])[finding.span.line - 1].strip()
        entry = Found(finding.rule, finding.severity.word, finding.refused, line, finding.message, finding.help)
        found[finding.path].append(entry)
    return found


def findings(text: str, *, as_kind: str | None = None, minor: int | None = None) -> list[Found]:
    """Return what auditlint finds in one file."""
    return check({"kube-apiserver.yaml": text}, as_kind=as_kind, minor=minor)["kube-apiserver.yaml"]


def shorts(text: str, *, as_kind: str | None = None, minor: int | None = None) -> list[str]:
    """Return the findings of one file in short."""
    return [found.short for found in findings(text, as_kind=as_kind, minor=minor)]


def refused_by(text: str, *, as_kind: str | None = None, minor: int | None = None) -> object:
    """Return the reasons in the report for the only apiserver of a file not to start."""
    source = Source("kube-apiserver.yaml", named=True, data=text.encode())
    report = lint.check([source], Settings(minor=minor), as_kind=as_kind)
    (subject,) = report.subjects
    return list(subject.refused_by)
