"""One decision as every output of `eval` and `replay` gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from auditlint.kubernetes.match import Decision


class RulePlace(NamedTuple):
    """Where a rule of a policy stands: RFC 6901 pointer in its document, file, line."""

    pointer: str
    path: str
    line: int


def described(decision: Decision, place: RulePlace | None, path: str) -> dict[str, Any]:
    """Return a decision as an object for JSON; where no rule matches, `path` is the policy's and there is no place."""
    return {
        "rule": decision.rule,
        "pointer": place.pointer if place else None,
        "path": place.path if place else path,
        "line": place.line if place else None,
        "level": decision.level,
        "omitStages": list(decision.omit_stages),
        "omitManagedFields": decision.omit_managed_fields,
    }
