"""A policy that was read, and where its rules stand: what everything that is asked of a policy begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.events.decision import RulePlace
from auditlint.kubernetes import releases
from auditlint.kubernetes.cluster import ORDINARY, Cluster
from auditlint.kubernetes.match import decision_of

if TYPE_CHECKING:
    from auditlint.kubernetes.match import Decision
    from auditlint.kubernetes.policy import Policy
    from auditlint.subjects.model import PolicySubject


class PolicyFile:
    """A policy that kube-apiserver loads, as its file has it and as the server holds it; never changes."""

    def __init__(self, subject: PolicySubject, held: Policy, content: bytes, cluster: Cluster = ORDINARY) -> None:
        """Hold what was read."""
        self.subject = subject
        self.held = held
        """The policy as the server holds it in memory."""
        self.content = content
        """The whole file."""
        self.cluster = cluster

    @property
    def path(self) -> str:
        """The file, as it was named."""
        return self.subject.path

    @property
    def kubernetes_version(self) -> str:
        """The release that the policy is judged for, such as `1.30`."""
        return releases.name(self.subject.minor)

    def place(self, rule: int) -> RulePlace:
        """Return where a rule stands in the file."""
        path = self.subject.at("rules", rule)
        return RulePlace(self.subject.places.pointer(path), self.path, self.subject.places.key(path).line)

    def decision(self, rule: int | None) -> Decision:
        """Return what is decided on every request that a rule is the first to match; None: that no rule matches."""
        return decision_of(self.held, rule)
