"""The rules, one module per category; importing a module registers its rules."""

from __future__ import annotations

from importlib import import_module

CATEGORIES = (
    "policy_syntax",
    "policy_matching",
    "policy_values",
    "policy_coverage",
    "apiserver_flags",
    "apiserver_backends",
    "apiserver_mounts",
    "apiserver_retention",
    "carriers",
    "hygiene",
)


def load() -> None:
    """Register every rule."""
    for category in CATEGORIES:
        import_module(f"{__name__}.{category}")
