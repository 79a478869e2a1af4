"""Rules to paste that log what a rule of level None silences and should not: all of it, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.checks.queries.coverage.losses import spelled
from auditlint.kubernetes.policy import GroupResources, PolicyRule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditlint.checks.queries.coverage.losses import Lost

_WHATEVER_IS_DONE = frozenset({"secrets-not-audited", "token-requests-not-audited", "exec-not-audited"})
"""Of these every request counts, of the others the changes."""
_CHANGES = ("create", "update", "patch", "delete", "deletecollection")


def logging(lost: Iterable[Lost]) -> Iterator[PolicyRule]:
    """Yield the rules of level Metadata that log what is lost: one for every verb, one for changes."""
    known = [one for one in lost if not one.kind.of_strangers]
    for verbs, some in (
        ((), [one for one in known if one.kind.rule in _WHATEVER_IS_DONE]),
        (_CHANGES, [one for one in known if one.kind.rule not in _WHATEVER_IS_DONE]),
    ):
        groups: dict[str, list[str]] = {}
        for loss in (loss for one in some for loss in one.losses):
            groups.setdefault(loss.target.group or "", []).append(spelled(loss.target))
        if groups:
            entries = tuple(GroupResources(group, tuple(names)) for group, names in groups.items())
            yield PolicyRule("Metadata", verbs=verbs, resources=entries)
