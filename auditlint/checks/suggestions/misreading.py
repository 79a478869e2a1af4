"""Rules that mean something else than is written, by a key that is ignored or written twice."""

from __future__ import annotations

from auditlint.checks.suggestions import fields
from auditlint.kubernetes.decoding.problems import ProblemKind
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from auditlint.path import Path
    from auditlint.subjects.model import PolicySubject

SELECTORS = frozenset({"users", "userGroups", "verbs", "namespaces", "nonResourceURLs"})
"""The lists of strings by which a rule is limited."""
_ASKING = SELECTORS | {"level", "group", "resources", "resourceNames"}


def rules(policy: PolicySubject) -> frozenset[int]:
    """Return the rules that ask for other requests than their author meant, by a key that is ignored or written twice.

    What follows from them follows from that key.
    """
    found = set()
    for problem in policy.loaded.problems:
        if problem.kind is ProblemKind.UNKNOWN_FIELD:
            meaning = fields.meant_by(str(problem.path[-1]), problem.detail, problem.value)
            field = meaning.field if meaning else ""
        else:
            field = str(problem.path[-1]) if problem.kind is ProblemKind.DUPLICATE_KEY else ""
        rule, _ = indexes(problem.path)
        if rule is not None and field in _ASKING:
            found.add(rule)
    return frozenset(found)


def indexes(path: Path) -> tuple[int | None, int | None]:
    """Return the rule and the entry of its resources that a path leads into, by their indexes; None for neither."""
    rule = path[1] if len(path) > 2 and path[0] == "rules" else None  # noqa: PLR2004  (rules, its index, a key)
    entry = path[3] if rule is not None and len(path) > 4 and path[2] == "resources" else None  # noqa: PLR2004
    return rule if isinstance(rule, int) else None, entry if isinstance(entry, int) else None
