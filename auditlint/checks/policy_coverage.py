"""Rules about what a policy logs too much or too little of, each decided exactly over the requests it names."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.carriers.subjects import PolicySubject
from auditlint.checks import analysis, identities, kinds, silenced, wording
from auditlint.finding import Severity
from auditlint.kubernetes.region import Region, Target, meet, region_of
from auditlint.rule import Context, rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditlint.checks.analysis import Analysis
    from auditlint.finding import Finding
    from auditlint.kubernetes.match import Request
    from auditlint.kubernetes.policy import Policy

    _Check = Callable[[PolicySubject, Context], Iterator[Finding]]

CATEGORY = "policy-coverage"
_BODY_STAGES = frozenset({"ResponseStarted", "ResponseComplete"})
"""The stages whose events can hold bodies, apart from a panic."""


class Leak(NamedTuple):
    """Requests of one kind whose bodies hold secrets, and what is in them."""

    region: Region
    levels: tuple[str, ...]
    """The levels at which the secret is in the log."""
    what: str


def _requests(group: str, resource: str, subresource: str, verbs: str) -> Region:
    return Region(verbs=tuple(verbs.split()), targets=(Target(group, resource, subresource),), urls=())


_ANY_BODY = ("Request", "RequestResponse")


def _content_of(resource: str) -> tuple[Leak, ...]:
    """Return the requests that carry the content of a core resource."""
    what = f"the content of {resource}"
    return (
        Leak(_requests("", resource, "", "get list"), ("RequestResponse",), what),
        Leak(_requests("", resource, "", "create update patch"), _ANY_BODY, what),
        Leak(_requests("", resource, "", "deletecollection"), ("RequestResponse",), what),
    )


_CONFIGMAP_LEAKS = _content_of("configmaps")
_SECRET_LEAKS = (
    *_content_of("secrets"),
    Leak(_requests("", "serviceaccounts", "token", "create"), ("RequestResponse",), "live service account tokens"),
    Leak(_requests("authentication.k8s.io", "tokenreviews", "", "create"), _ANY_BODY, "the bearer tokens under review"),
)


@rule(
    "secret-bodies-logged",
    category=CATEGORY,
    severity=Severity.WARNING,
    summary="secrets or tokens are written into the audit log",
    subject=PolicySubject,
    silenced_by=("logs-nothing",),
)
def secret_bodies_logged(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules that log the bodies of requests for secrets and tokens."""
    yield from _bodies_logged(policy, context, _SECRET_LEAKS)


@rule(
    "configmap-bodies-logged",
    category=CATEGORY,
    severity=Severity.INFO,
    summary="the content of configmaps is written into the audit log",
    subject=PolicySubject,
    silenced_by=("logs-nothing",),
    default=False,
)
def configmap_bodies_logged(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules that log the bodies of requests for configmaps."""
    yield from _bodies_logged(policy, context, _CONFIGMAP_LEAKS)


def _bodies_logged(policy: PolicySubject, context: Context, leaks: tuple[Leak, ...]) -> Iterator[Finding]:
    """Report the rules by which something leaks, each with all that does."""
    found = analysis.covered(policy)
    for index, shown in _leaks(found, leaks).items() if found else ():
        if not found:
            continue
        level = found.policy.rules[index].level
        contents = wording.listing(list(dict.fromkeys(leak.what for leak, _ in shown)))
        request = shown[0][1]
        message = (
            f"{found.command(request)} is logged at {level}, so the log holds {contents}. "
            f"Put a rule `level: Metadata` for {_resources(shown)} above this one"
        )
        yield context.key(policy.at("rules", index), message, witness=wording.witness(request))


def _not_audited(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules of level None that take requests of the kind that the rule at work speaks of.

    What else such a rule takes stands in the notes, as far as it comes later in the order of the kinds.
    """
    found = analysis.covered(policy)
    for index, gaps in silenced.gaps(policy).items() if found else ():
        at = next((at for at, (kind, _) in enumerate(gaps) if kind.rule == context.rule.name), None)
        if at is None or not found:
            continue
        kind, request = gaps[at]
        place = policy.at("rules", index)
        related = tuple(
            context.related(place, f"also not logged: {found.command(other)} [{later.rule}]")
            for later, other in gaps[at + 1 :]
        )
        severity = Severity.INFO if silenced.by_loopback(found.policy.rules[index].users) else None
        message = f"{found.command(request)} is not logged because of this rule. {kind.advice}"
        witness = wording.witness(request)
        yield context.key(place, message, severity=severity, related=related, witness=witness)


def _declare(name: str, summary: str) -> Callable[[_Check], _Check]:
    """Register a rule of the kinds that stand for one another, in their order."""
    return rule(
        name,
        category=CATEGORY,
        severity=Severity.WARNING,
        summary=summary,
        subject=PolicySubject,
        gives_way_to=kinds.ORDER[: kinds.ORDER.index(name)],
        silenced_by=("logs-nothing", "drops-the-rest"),
    )


@_declare("secrets-not-audited", "access to secrets is not logged")
def secrets_not_audited(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules of level None that take access to secrets."""
    yield from _not_audited(policy, context)


@_declare("token-requests-not-audited", "the making of service account tokens is not logged")
def token_requests_not_audited(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules of level None that take requests for tokens."""
    yield from _not_audited(policy, context)


@_declare("exec-not-audited", "commands, tunnels and proxies into pods and nodes are not logged")
def exec_not_audited(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules of level None that take ways into a pod, a service or a node."""
    yield from _not_audited(policy, context)


@_declare("rbac-not-audited", "changes of roles and bindings are not logged")
def rbac_not_audited(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules of level None that take changes of who may do what."""
    yield from _not_audited(policy, context)


@_declare("workload-changes-not-audited", "changes of pods, deployments and the like are not logged")
def workload_changes_not_audited(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules of level None that take changes of what runs."""
    yield from _not_audited(policy, context)


@_declare("control-plane-changes-not-audited", "changes of what the control plane obeys are not logged")
def control_plane_changes_not_audited(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules of level None that take changes of webhooks, APIs, certificate requests and nodes."""
    yield from _not_audited(policy, context)


@_declare("failed-logins-not-audited", "requests whose login fails are not logged")
def failed_logins_not_audited(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules of level None that take what an attacker without a valid login tries first."""
    yield from _not_audited(policy, context)


@_declare("anonymous-not-audited", "requests of system:anonymous are not logged")
def anonymous_not_audited(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules of level None that take what an attacker without any login tries first."""
    yield from _not_audited(policy, context)


@_declare("privileged-user-not-audited", "changes by somebody who may do everything are not logged")
def privileged_user_not_audited(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules of level None that name administrators, or everybody, and take writes by them."""
    yield from _not_audited(policy, context)


@_declare("writes-not-audited", "changes by anyone are not logged")
def writes_not_audited(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules of level None that take writes by anyone beyond the chatter of an idle cluster."""
    yield from _not_audited(policy, context)


def _leaks(found: Analysis, asked: tuple[Leak, ...]) -> dict[int, list[tuple[Leak, Request]]]:
    """Return for each rule that leaks something what it leaks, each with a request that shows it."""
    leaks: dict[int, list[tuple[Leak, Request]]] = {}
    for leak in asked:
        for index in found.may_take(leak.region):
            request = _taken(found, index, leak.region) if _logs_bodies(found.policy, index, leak.levels) else None
            if request:
                leaks.setdefault(index, []).append((leak, request))
    return leaks


def _logs_bodies(policy: Policy, index: int, levels: tuple[str, ...]) -> bool:
    """Tell whether a rule logs at one of the levels, and at a stage whose events hold bodies."""
    now = policy.rules[index]
    return now.level in levels and not {*policy.omit_stages, *now.omit_stages} >= _BODY_STAGES


def _taken(found: Analysis, index: int, region: Region) -> Request | None:
    """Return a request of a region that a rule takes, one that a cluster serves if there is one."""
    likely = found.likely(region, index)
    if likely:
        return likely
    asked = identities.without_globs(meet(region, region_of(found.policy.rules[index])))
    request = found.find_served(asked, (index,)).request or found.reach.find(asked, (index,)).request
    return found.tidy(request, region.verbs or ()) if request else None


def _resources(leaks: list[tuple[Leak, Request]]) -> str:
    """Return the resources that leak as a rule writes them."""
    names = dict.fromkeys(
        f"{request.resource}/{request.subresource}" if request.subresource else request.resource for _, request in leaks
    )
    return wording.listing(list(names))
