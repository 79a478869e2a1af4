"""Rules about what a policy logs too much or too little of, each decided exactly over the requests it names."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.carriers.subjects import PolicySubject
from auditlint.checks import analysis, identities, wording
from auditlint.finding import Severity
from auditlint.kubernetes.region import Region, Target, meet, region_of
from auditlint.rule import Context, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.checks.analysis import Analysis
    from auditlint.finding import Finding
    from auditlint.kubernetes.match import Request
    from auditlint.kubernetes.policy import Policy

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
_SECRET_LEAKS = (
    Leak(_requests("", "secrets", "", "get list"), ("RequestResponse",), "the content of secrets"),
    Leak(_requests("", "secrets", "", "create update patch"), _ANY_BODY, "the content of secrets"),
    Leak(_requests("", "secrets", "", "deletecollection"), ("RequestResponse",), "the content of secrets"),
    Leak(_requests("", "serviceaccounts", "token", "create"), ("RequestResponse",), "live service account tokens"),
    Leak(_requests("authentication.k8s.io", "tokenreviews", "", "create"), _ANY_BODY, "the bearer tokens under review"),
)
_SECRETS = _requests("", "secrets", "", "get list watch create update patch delete deletecollection")


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
    found = analysis.of(policy)
    for index, leaks in _leaks(found).items() if found else ():
        if not found:
            continue
        level = found.policy.rules[index].level
        contents = wording.listing(list(dict.fromkeys(leak.what for leak, _ in leaks)))
        request = leaks[0][1]
        message = (
            f"{found.command(request)} is logged at {level}, so the log holds {contents}. "
            f"Put a rule `level: Metadata` for {_resources(leaks)} above this one"
        )
        yield context.key(policy.at("rules", index), message, witness=wording.witness(request))


@rule(
    "secrets-not-audited",
    category=CATEGORY,
    severity=Severity.WARNING,
    summary="access to secrets is not logged",
    subject=PolicySubject,
    silenced_by=("logs-nothing", "drops-the-rest"),
)
def secrets_not_audited(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules of level None that take access to secrets."""
    found = analysis.of(policy)
    for index in found.may_take(_SECRETS) if found else ():
        if not found or found.policy.rules[index].level != "None":
            continue
        request = _taken(found, index, _SECRETS)
        if request:
            message = (
                f"{found.command(request)} is not logged because of this rule. "
                "Put a rule `level: Metadata` for secrets above it"
            )
            yield context.key(policy.at("rules", index), message, witness=wording.witness(request))


def _leaks(found: Analysis) -> dict[int, list[tuple[Leak, Request]]]:
    """Return for each rule that leaks something what it leaks, each with a request that shows it."""
    leaks: dict[int, list[tuple[Leak, Request]]] = {}
    for leak in _SECRET_LEAKS:
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
