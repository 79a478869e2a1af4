"""What a rule silences of each kind of requests, resource by resource, and the words for it."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from auditlint import english
from auditlint.checks.queries.coverage import senders, silenced
from auditlint.checks.queries.coverage.kinds import KINDS, targets_of
from auditlint.kubernetes.engine.region import Region, Target, meet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditlint.checks.queries.coverage.kinds import Kind
    from auditlint.kubernetes.analysis import Analysis
    from auditlint.kubernetes.requests import Request
    from auditlint.subjects.model import PolicySubject

_WORDS = {
    "secrets-not-audited": "access to secrets",
    "token-requests-not-audited": "new service account tokens",
    "exec-not-audited": "shells into pods (pods/exec)",
    "rbac-not-audited": "changes of RBAC",
    "workload-changes-not-audited": "changes of workloads",
    "control-plane-changes-not-audited": "changes of nodes and webhooks",
    "failed-logins-not-audited": "failed logins",
    "anonymous-not-audited": "anonymous requests",
}
_READS = frozenset({"get", "list", "watch"})
_MOST_NAMED = 3


class Loss(NamedTuple):
    """A resource of which a rule silences some requests, and one of them for each sort that it silences."""

    target: Target
    names: tuple[tuple[str, ...] | None, ...]
    """The names of objects that each entry of the rule limits it to, None for an entry without names."""
    requests: tuple[Request, ...]


class Lost(NamedTuple):
    """All that a rule silences of one kind of requests."""

    kind: Kind
    losses: tuple[Loss, ...]
    whole: bool
    """Something of each resource of the kind is among it."""

    @property
    def request(self) -> Request:
        """The most telling request."""
        return self.losses[0].requests[0]

    @property
    def words(self) -> str:
        """What is lost."""
        rule = self.kind.rule
        if rule == "secrets-not-audited":
            reads = {request.verb in _READS for request in self.losses[0].requests}
            return _WORDS[rule] if len(reads) > 1 else "reads of secrets" if True in reads else "changes of secrets"
        if self.whole or self.kind.of_strangers:
            return _WORDS[rule]
        named = _listed([spelled(loss.target) for loss in self.losses])
        return named if rule == "exec-not-audited" else f"changes of {named}"


def of_rule(policy: PolicySubject, analysis: Analysis, index: int) -> Iterator[Lost]:
    """Yield what a rule of level None silences, kind by kind, the gravest first."""
    for kind in KINDS:
        losses = tuple(_losses(policy, analysis, index, kind, analysis.reach.region(index)))
        if losses:
            yield Lost(kind, losses, len(losses) >= len(targets_of(kind, policy.minor)))


def within(
    policy: PolicySubject, analysis: Analysis, index: int, region: Region, kinds: Iterable[Kind]
) -> Iterator[tuple[Kind, Loss]]:
    """Yield what a rule of level None silences of some kinds in a part of its region, each with one request."""
    for kind in kinds:
        yield from ((kind, loss) for loss in _losses(policy, analysis, index, kind, region, shortly=True))


def _losses(
    policy: PolicySubject, analysis: Analysis, index: int, kind: Kind, rule: Region, *, shortly: bool = False
) -> Iterator[Loss]:
    """Yield the resources of which a rule gets requests, by people who are logged in where any count.

    `shortly`: one request for each, any.
    """
    rule = meet(rule, kind.who if kind.of_strangers else senders.SOMEBODY)
    sensitive = silenced.sensitive(policy, analysis) if kind is KINDS[0] else ()
    last: Request | None = None
    for target, calls in (*targets_of(kind, policy.minor), *sensitive):
        named = meet(Region(targets=(target,), urls=()), rule).targets
        if not named:
            continue
        shared = (one._replace(region=meet(one.region, rule)) for one in calls)
        taken = (silenced.taken(analysis, index, one, like=last) for one in shared)
        requests = tuple(islice(filter(None, taken), 1 if shortly else None))
        if requests:
            yield Loss(target, tuple(dict.fromkeys(one.names for one in named)), requests)
            last = requests[0] if shortly else None


def spelled(target: Target) -> str:
    """Return a resource as a rule names it."""
    return f"{target.resource}/{target.subresource}" if target.subresource else f"{target.resource}"


def _listed(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return english.listing(names if more <= 0 else [*names[:_MOST_NAMED], f"{more} more"])
