"""All rules: which modules of `checks/` hold them. Importing a module registers its rules."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from auditlint.kubernetes import data

_TEXT = (
    "policy.syntax",
    "files.templates",
    "policy.values",
    "policy.catalogue",
    "profiles.rules",
    "files.carriers",
    "files.applied",
)
_LOADED = (*_TEXT, "policy.matching")
_CLUSTER = (*_LOADED, "policy.coverage", "policy.cost")
_SERVER = (
    "files.templates",
    "server.flags",
    "server.gates",
    "server.backends",
    "server.mounts",
    "server.retention",
    "profiles.rules",
    "files.agreement",
    "files.carriers",
    "files.applied",
    "files.configuration",
    "files.node_files",
)
MODULES = {
    "UnreadText": ("policy.syntax", "files.configuration", "files.templates"),
    "PolicySubject": _TEXT,
    "LoadedPolicy": _LOADED,
    "ClusterPolicy": _CLUSTER,
    "ApiServer": _SERVER,
    "WebhookConfig": _SERVER,
    "ManifestFile": _SERVER,
    "AuditSink": ("files.carriers",),
    "EventsFile": ("files.carriers",),
    "ManagedService": ("files.applied",),
    "AppliedFiles": (),
    "IgnoreComments": ("files.hygiene",),
}
"""The modules that hold the rules for each kind of subject: a run loads those of what it finds, to start sooner."""


@cache
def load(subject: str = "") -> None:
    """Register the rules for one kind of subject, or all rules."""
    for kind in (subject,) if subject else MODULES:
        for module in MODULES[kind]:
            import_module(f"auditlint.checks.{module}")


def page(name: str) -> str:
    """Return the page of the rule called name, as Markdown."""
    return (data.folder("rules") / f"{name}.md").read_text(encoding="utf-8")
