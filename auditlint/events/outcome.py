"""One decision as every output of `eval` and `replay` gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from auditlint.kubernetes.match import Outcome


class RulePlace(NamedTuple):
    """Where a rule of a policy stands: RFC 6901 pointer in its document, file, line."""

    pointer: str
    path: str
    line: int


def described(outcome: Outcome, place: RulePlace | None, path: str) -> dict[str, Any]:
    """Return a decision as an object for JSON; where no rule matches, `path` is the policy's and there is no place."""
    return {
        "rule": outcome.rule,
        "pointer": place.pointer if place else None,
        "path": place.path if place else path,
        "line": place.line if place else None,
        "level": outcome.level,
        "omitStages": list(outcome.omit_stages),
        "omitManagedFields": outcome.omit_managed_fields,
    }
