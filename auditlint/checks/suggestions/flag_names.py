"""Which flag somebody meant by a name that kube-apiserver does not know."""

from __future__ import annotations

from functools import lru_cache

from auditlint import spelling
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
    "audit.logoptions.format": "audit-log-format",
    "audit.logoptions.maxage": "audit-log-maxage",
    "audit.logoptions.maxbackups": "audit-log-maxbackup",
    "audit.logoptions.maxsize": "audit-log-maxsize",
    "audit.logoptions.path": "audit-log-path",
    "audit.policyfile": "audit-policy-file",
    "audit.webhookoptions.configfile": "audit-webhook-config-file",
    "experimental-audit-policy-file": "audit-policy-file",
}
"""Names that people write for a flag, and minikube did before 1.12, that are too far from it for an edit distance."""


@lru_cache(maxsize=4096)
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
    near = spelling.meant(written, sorted(names))
    endings = [known for known in names if written.endswith("-" + known)]
    return near or (endings[0] if len(endings) == 1 else None)
