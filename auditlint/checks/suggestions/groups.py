"""What people mean by names of API groups that the server refuses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditlint.english import quoted
from auditlint.kubernetes.well_known import home_of

if TYPE_CHECKING:
    from collections.abc import Sequence


def fault(group: str) -> str:
    """Return in words what is wrong with a group."""
    if group == "*":
        return 'group "*" does not exist before Kubernetes 1.36'
    if "*" in group:
        return f"group {quoted(group)} has a star, which only `*` alone may be"
    if "/" in group:
        return f"group {quoted(group)} has a version"
    if group != group.lower():
        return f"group {quoted(group)} is not in lower case"
    return f"group {quoted(group)} is no DNS name"


def right(group: str, resources: Sequence[str]) -> str:
    """Return what to write instead of a group, in an entry with these resources."""
    if "*" in group:
        homes = list(dict.fromkeys(home_of(name.partition("/")[0]) for name in resources))
        first = homes[0] if homes else ""
        return f'Write an entry for each group that you mean, such as `group: "{first}"`'
    bare = group.strip().lower().split("/", 1)[0]
    if not re.fullmatch(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", bare):
        return 'Write the group as in apiVersion, without the version; the core group is `group: ""`'
    return f'Write `group: "{"" if bare in {"core", "v1"} else bare}"`'
