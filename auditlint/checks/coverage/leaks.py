"""Requests whose bodies hold secrets, and the rules of a policy that write those bodies into the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.checks import identities, wording
from auditlint.kubernetes.engine.region import Region, Target, contains, meet, region_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditlint.carriers.subjects import PolicySubject
    from auditlint.checks.analysis import Analysis
    from auditlint.kubernetes.match import Request
    from auditlint.kubernetes.policy import Policy, PolicyRule

_BODY_STAGES = frozenset({"ResponseStarted", "ResponseComplete"})
"""The stages whose events can hold bodies, apart from a panic."""
_MOST_NAMED = 4
"""So many things are listed in a message."""


class Leak(NamedTuple):
    """Requests of one kind whose bodies hold secrets, and what is in them."""

    region: Region
    levels: tuple[str, ...]
    """The levels at which the secret is in the log."""
    what: str


def _requests(verbs: str, group: str, resource: str, subresource: str = "") -> Region:
    return Region(verbs=tuple(verbs.split()), targets=(Target(group, resource, subresource),), urls=())


_ANSWER = ("RequestResponse",)
_ANY_BODY = ("Request", "RequestResponse")


def _content_of(what: str, group: str, resource: str, subresource: str = "") -> tuple[Leak, ...]:
    """Return the requests that carry the content of a resource."""
    return (
        Leak(_requests("get list", group, resource, subresource), _ANSWER, what),
        Leak(_requests("create update patch", group, resource, subresource), _ANY_BODY, what),
        Leak(_requests("deletecollection", group, resource, subresource), _ANSWER, what),
    )


OF_CONFIGMAPS = _content_of("the content of configmaps", "", "configmaps")
_OF_SECRETS = (
    *_content_of("the content of secrets", "", "secrets"),
    Leak(_requests("create", "", "serviceaccounts", "token"), _ANSWER, "live service account tokens"),
    Leak(_requests("create", "authentication.k8s.io", "tokenreviews"), _ANY_BODY, "the bearer tokens under review"),
)


def of_secrets(policy: PolicySubject, found: Analysis) -> tuple[Leak, ...]:
    """Return the requests that carry secrets and tokens in the cluster of a policy, as far as it is known."""
    return (*_OF_SECRETS, *_of_custom_resources(policy, found), *_of_configuration(policy))


def _of_custom_resources(policy: PolicySubject, found: Analysis) -> Iterator[Leak]:
    """Yield those of well-known custom resources whose group the policy names or the run defines."""
    groups = found.reach.index.target_groups | {one.group for one in policy.cluster.custom}
    if not any("." in group and not group.endswith(".k8s.io") for group in groups):
        return
    from auditlint.kubernetes import data

    for row in data.table("sensitive-resources")["resources"]:
        for resource in row["resources"] if row["group"] in groups else ():
            for leak in _content_of(row["holds"], row["group"], resource):
                yield leak if row["namespaced"] else leak._replace(region=leak.region._replace(namespaces=("",)))


def _of_configuration(policy: PolicySubject) -> Iterator[Leak]:
    for group, resource, subresource in policy.cluster.sensitive:
        yield from _content_of(
            f"the content of {wording.dotted(group, resource, subresource)}", group, resource, subresource
        )


def find(found: Analysis, leaks: Iterable[Leak]) -> dict[int, list[tuple[Leak, Request]]]:
    """Return for each rule that leaks something what it leaks, each with a request that shows it."""
    shown: dict[int, list[tuple[Leak, Request]]] = {}
    for leak in leaks:
        for index in found.may_take(leak.region):
            request = _taken(found, index, leak.region) if _logs_bodies(found.policy, index, leak.levels) else None
            if request:
                shown.setdefault(index, []).append((leak, request))
    return shown


def _logs_bodies(policy: Policy, index: int, levels: tuple[str, ...]) -> bool:
    """Tell whether a rule logs at one of the levels, and at a stage whose events hold bodies."""
    now = policy.rules[index]
    return now.level in levels and not {*policy.omit_stages, *now.omit_stages} >= _BODY_STAGES


def _taken(found: Analysis, index: int, region: Region) -> Request | None:
    """Return a request of a region that a rule takes, one that a cluster serves if there is one."""
    likely = found.likely(region, index)
    if likely and contains(region, likely):
        return likely
    asked = identities.without_globs(meet(region, region_of(found.policy.rules[index])))
    request = found.find_served(asked, (index,)).request or found.reach.find(asked, (index,)).request
    return found.tidy(request, region.verbs or ()) if request else None


def contents(shown: list[tuple[Leak, Request]]) -> str:
    """Return what is in the log, in words."""
    return _some(list(dict.fromkeys(leak.what for leak, _ in shown)))


def resources(shown: list[tuple[Leak, Request]]) -> str:
    """Return the resources that leak as people write them."""
    names = (wording.dotted(request.api_group, request.resource, request.subresource) for _, request in shown)
    return _some(list(dict.fromkeys(names)))


def advice(rule: PolicyRule, shown: list[tuple[Leak, Request]]) -> str:
    """Return what to do so that a rule logs none of this."""
    leaking = {(request.api_group, _spelled(request)) for _, request in shown}
    named = {(entry.group, resource) for entry in rule.resources for resource in entry.resources or ("",)}
    if not leaking <= named:
        return f"Put a rule `level: Metadata` for {resources(shown)} above this one"
    if leaking == named:
        return "Write `level: Metadata` here"
    return f"Move {resources(shown)} from here to a rule `level: Metadata`"


def _spelled(request: Request) -> str:
    return f"{request.resource}/{request.subresource}" if request.subresource else request.resource


def _some(words: list[str]) -> str:
    more = len(words) - _MOST_NAMED
    return wording.listing(words if more <= 0 else [*words[:_MOST_NAMED], f"{more} more"])
