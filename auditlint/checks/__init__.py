"""The rules, one module per category; importing a module registers its rules."""

from __future__ import annotations

from importlib import import_module

_POLICY = (
    "policy_syntax",
    "policy_matching",
    "policy_values",
    "policy_catalogue",
    "policy_coverage",
    "policy_cost",
    "profiles",
    "carriers",
)
_SERVER = ("apiserver_flags", "apiserver_backends", "apiserver_mounts", "apiserver_retention", "profiles", "carriers")
MODULES = {
    "UnreadText": ("policy_syntax",),
    "PolicySubject": _POLICY,
    "ApiServer": _SERVER,
    "WebhookConfig": _SERVER,
    "ManifestFile": _SERVER,
    "AuditSink": ("carriers",),
    "IgnoreComments": ("hygiene",),
}
"""The modules that hold the rules for each kind of subject: a run loads those of what it finds, to start sooner."""


def load(subject: str = "") -> None:
    """Register the rules for one kind of subject, or all rules."""
    for kind in (subject,) if subject else MODULES:
        for module in MODULES[kind]:
            import_module(f"{__name__}.{module}")
