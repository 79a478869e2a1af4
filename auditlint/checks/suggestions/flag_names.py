"""Which flag somebody meant by a name that kube-apiserver does not know."""

from __future__ import annotations

from auditlint.kubernetes import known_flags

_INTENDED = {
    "audit": "audit-policy-file",
    "audit-policy": "audit-policy-file",
    "audit-policy-path": "audit-policy-file",
    "audit-policy-config": "audit-policy-file",
    "audit-config": "audit-policy-file",
    "audit-config-file": "audit-policy-file",
    "audit-log": "audit-log-path",
    "audit-log-file": "audit-log-path",
    "audit-log-dir": "audit-log-path",
    "audit-logs": "audit-log-path",
    "audit-file": "audit-log-path",
    "audit-path": "audit-log-path",
    "audit-log-retention": "audit-log-maxage",
    "audit-log-max-days": "audit-log-maxage",
    "audit-log-max-files": "audit-log-maxbackup",
    "audit-log-maxfiles": "audit-log-maxbackup",
    "audit-webhook": "audit-webhook-config-file",
    "audit-webhook-config": "audit-webhook-config-file",
    "audit-webhook-file": "audit-webhook-config-file",
    "audit-webhook-kubeconfig": "audit-webhook-config-file",
    "audit-log-compression": "audit-log-compress",
    "audit-log-truncate": "audit-log-truncate-enabled",
    "audit-webhook-truncate": "audit-webhook-truncate-enabled",
    "experimental-audit-policy-file": "audit-policy-file",
}
"""Names that people write for a flag and that are too far from it for an edit distance."""


def suggest(name: str, minor: int) -> str | None:
    """Return the flag that was probably meant by an unknown name, if one is near enough."""
    written = name.strip().strip("-–—").replace("_", "-").lower()
    written = written.split(":")[0].split()[0] if written.split(":")[0].strip() else written
    names = known_flags.audit_flags(minor) if "audit" in written else known_flags.names(minor)
    intended = _INTENDED.get(written)
    if intended in names:
        return intended
    if written in names:
        return written
    limit = max(2, len(written) // 5)
    alike = [known for known in names if abs(len(known) - len(written)) <= limit]
    near = min(((_edits(written, known), known) for known in alike), default=None)
    if near and near[0] <= limit:
        return near[1]
    longer = [known for known in names if known.startswith(written) or written.endswith("-" + known)]
    return longer[0] if len(longer) == 1 else None


def _edits(left: str, right: str) -> int:
    """Return how many letters must be put in, left out or replaced to turn one word into the other."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]
