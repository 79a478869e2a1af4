"""What becomes of each rule of a policy, for the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditlint.kubernetes.reach import Answer
    from auditlint.subjects.model import PolicySubject


def rule_fates(subject: PolicySubject) -> dict[str, object]:
    """Return what the report's `subjects` says of a policy's rules; nothing if it is refused for more than its head."""
    analysis = subject.analysis
    if analysis is None:
        return {}
    rules = [
        {
            "pointer": subject.places.pointer(subject.at("rules", index)),
            "line": subject.places.key(subject.at("rules", index)).line,
            "level": rule.level,
            "fate": fate.kind,
        }
        for index, (rule, fate) in enumerate(zip(analysis.policy.rules, analysis.reach.fates, strict=True))
    ]
    return {"catch_all": _catch_all(analysis.reach.missing_catch_all), "rules": rules}


def _catch_all(missing: Answer) -> bool | None:
    """Return whether every request reaches a rule; None where that was too hard to tell."""
    return None if missing.request is None and not missing.complete else missing.impossible
