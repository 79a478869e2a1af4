"""What `auditlint init` writes: a policy to start from, with flags and mounts for the tool that runs kube-apiserver.

The carriers are the modules of `carriers/`: one is there by being there, and its name is the word for `--for`.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from auditlint import profiles
from auditlint.english import listing
from auditlint.errors import AuditlintError
from auditlint.kubernetes import traffic
from auditlint.kubernetes.releases import NEWEST
from auditlint.starter import limits, policy
from auditlint.starter.plan import File, Plan, Start

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["File", "Start", "StartError", "names", "start", "title"]

_FOLDER = os.path.join(os.path.dirname(__file__), "carriers")


class StartError(AuditlintError):
    """What was asked for cannot be had in one policy."""


def names() -> tuple[str, ...]:
    """Return the words for `--for`, which are words of `--as`."""
    found = (name[:-3] for name in os.listdir(_FOLDER) if name.endswith(".py") and name != "__init__.py")
    return tuple(sorted(name.replace("_", "-") for name in found))


def title(carrier: str) -> str:
    """Return who reads what is written for a carrier: `kubeadm`, `a static Pod`."""
    found: str = _module(carrier).TITLE
    return found


def start(
    carrier: str,
    chosen: Sequence[str] = (),
    *,
    nodes: int = traffic.NODES,
    minor: int = NEWEST,
) -> Start:
    """Return the files for a carrier, and what is to be done with them.

    `chosen`: names of profiles that the policy is to meet; `nodes`: how many the cluster has, which decides how much
    the log has to hold; `minor`: the release of Kubernetes. StartError where no policy meets all profiles.
    """
    for one, others in profiles.conflicts(tuple(chosen), minor):
        against = listing([f"{other.name} ({other.in_short})" for other in others], "and")
        raise StartError(f"no policy meets both {one.name} ({one.in_short}) and {against}: choose one --profile")
    drawn = policy.draft(chosen, minor)
    kept = limits.of(drawn.policy, minor, nodes)
    keeps_files = any(control.minimum for control in profiles.controls(tuple(chosen), minor))
    found: Start = _module(carrier).write(Plan(drawn, minor, kept, keeps_files))
    return found._replace(notes=(*found.notes, limits.in_words(kept, nodes))) if found.limits_log else found


def _module(carrier: str) -> Any:
    return import_module(f"auditlint.starter.carriers.{carrier.replace('-', '_')}")
