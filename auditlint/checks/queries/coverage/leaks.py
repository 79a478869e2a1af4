"""Requests whose bodies hold secrets, and the rules of a policy that write those bodies into the log."""

from __future__ import annotations

from auditlint import english
from auditlint.checks.queries.coverage import kinds
from auditlint.checks.suggestions import pasteable
from auditlint.kubernetes import kubectl
from auditlint.kubernetes.engine.region import Region, Target, meet
from auditlint.kubernetes.policy import GroupResources
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from auditlint.kubernetes.analysis import Analysis
    from auditlint.kubernetes.match import Request
    from auditlint.kubernetes.policy import Policy, PolicyRule
    from auditlint.subjects.model import PolicySubject

_BODY_STAGE = "ResponseComplete"
"""The stage whose events hold bodies, of all that leaks here: none of it is a watch, apart from a panic."""
_MOST_NAMED = 4
"""So many things are listed in a message."""


class Leak(NamedTuple):
    """Requests of one kind whose bodies hold secrets, and what is in them."""

    target: Target
    verbs: tuple[str, ...]
    levels: tuple[str, ...]
    """The levels at which the secret is in the log."""
    what: str
    namespaced: bool = True

    @property
    def region(self) -> Region:
        """The requests, and others that no server answers."""
        return Region(verbs=self.verbs, targets=(self.target,), urls=())


_ANSWER = ("RequestResponse",)
_ANY_BODY = ("Request", "RequestResponse")


def _content_of(what: str, target: Target, *, namespaced: bool = True) -> tuple[Leak, ...]:
    """Return the requests that carry the content of a resource."""
    return (
        Leak(target, ("get", "list"), _ANSWER, what, namespaced),
        Leak(target, ("create", "update", "patch"), _ANY_BODY, what, namespaced),
        Leak(target, ("deletecollection",), _ANSWER, what, namespaced),
    )


_REVIEWS = Target("authentication.k8s.io", "tokenreviews", "")
OF_CONFIGMAPS = _content_of("the content of configmaps", Target("", "configmaps", ""))
OF_TOKENS = Leak(Target("", "serviceaccounts", "token"), ("create",), _ANSWER, "live service account tokens")
_OF_SECRETS = (
    *_content_of("the content of secrets", Target("", "secrets", "")),
    OF_TOKENS,
    Leak(_REVIEWS, ("create",), _ANY_BODY, "the bearer tokens under review", namespaced=False),
)


def of_secrets(policy: PolicySubject, analysis: Analysis) -> tuple[Leak, ...]:
    """Return the requests that carry secrets and tokens in the cluster of a policy, as far as it is known."""
    return (*_OF_SECRETS, *_of_custom_resources(policy, analysis), *_of_configuration(policy))


def _of_custom_resources(policy: PolicySubject, analysis: Analysis) -> Iterator[Leak]:
    """Yield those of well-known custom resources whose group the policy names or the run defines."""
    groups = analysis.reach.index.target_groups | {one.group for one in policy.cluster.custom}
    if not any("." in group and not group.endswith(".k8s.io") for group in groups):
        return
    from auditlint.kubernetes import data

    for row in data.table("sensitive-resources")["resources"]:
        for resource in row["resources"] if row["group"] in groups else ():
            yield from _content_of(row["holds"], Target(row["group"], resource, ""), namespaced=row["namespaced"])


def _of_configuration(policy: PolicySubject) -> Iterator[Leak]:
    """Yield what the configuration calls sensitive; of what nobody knows the scope, both are asked for."""
    for named in policy.cluster.sensitive:
        known = policy.cluster.catalogue(policy.minor).get(*named)
        for namespaced in (True, False) if known is None else (known.namespaced,):
            yield from _content_of(f"the content of {kubectl.dotted(*named)}", Target(*named), namespaced=namespaced)


def find(analysis: Analysis, leaks: Iterable[Leak]) -> dict[int, list[tuple[Leak, Request]]]:
    """Return for each rule that leaks something what it leaks, each with a request that shows it."""
    shown: dict[int, list[tuple[Leak, Request]]] = {}
    for leak in leaks:
        for index in analysis.may_take(leak.region):
            request = _taken(analysis, index, leak) if logs_bodies(analysis.policy, index, leak.levels) else None
            if request:
                shown.setdefault(index, []).append((leak, request))
    return shown


def logs_bodies(policy: Policy, index: int, levels: tuple[str, ...]) -> bool:
    """Tell whether a rule logs at one of the levels, and at the stage whose events hold bodies."""
    rule = policy.rules[index]
    return rule.level in levels and _BODY_STAGE not in (*policy.omit_stages, *rule.omit_stages)


def _taken(analysis: Analysis, index: int, leak: Leak) -> Request | None:
    """Return a request that a rule takes and a server answers: one whose login fails leaves no bodies."""
    from auditlint.checks.queries.coverage import silenced  # many policies log no bodies, and need it not

    for calls in kinds.served_calls((leak.target,), leak.verbs, namespaced=leak.namespaced):
        within = calls._replace(region=meet(calls.region, analysis.reach.region(index)))
        request = silenced.taken(analysis, index, within, logged_in=True)
        if request:
            return request
    return None


def contents(shown: list[tuple[Leak, Request]]) -> str:
    """Return what is in the log, in words."""
    return _some(list(dict.fromkeys(leak.what for leak, _ in shown)))


def advice(rule: PolicyRule, shown: list[tuple[Leak, Request]]) -> str:
    """Return what to do so that a rule logs none of this: the rule that belongs above it, or what is left of it."""
    above, left = cure(rule, shown)
    if above is None:
        return "Write `level: Metadata` here"
    if left == rule:
        return f"Put this rule above this one:\n{pasteable.block([above])}"
    return f"Write these rules instead:\n{pasteable.block([above, left])}"


def cure(rule: PolicyRule, shown: list[tuple[Leak, Request]]) -> tuple[PolicyRule | None, PolicyRule]:
    """Return the rule that belongs above one that logs this, None if it needs none, and that one as it should be."""
    leaking = dict.fromkeys((request.api_group, _spelled(request)) for _, request in shown)
    named = {(entry.group, resource) for entry in rule.resources for resource in entry.resources or ("",)}
    if named and named <= leaking.keys():
        return None, rule._replace(level="Metadata")
    above = rule._replace(
        level="Metadata", resources=_entries(leaking), non_resource_urls=(), omit_stages=(), omit_managed_fields=None
    )
    kept = tuple(entry for one in rule.resources if (entry := _without(one, leaking)))
    return above, rule._replace(resources=kept)


def _entries(names: Iterable[tuple[str, str]]) -> tuple[GroupResources, ...]:
    groups: dict[str, list[str]] = {}
    for group, name in names:
        groups.setdefault(group, []).append(name)
    return tuple(GroupResources(group, tuple(listed)) for group, listed in groups.items())


def _without(entry: GroupResources, names: Container[tuple[str, str]]) -> GroupResources | None:
    """Return an entry without some resources; None where none are left of those that it lists."""
    kept = tuple(name for name in entry.resources if (entry.group, name) not in names)
    return entry._replace(resources=kept) if kept or not entry.resources else None


def _spelled(request: Request) -> str:
    return f"{request.resource}/{request.subresource}" if request.subresource else request.resource


def _some(words: list[str]) -> str:
    more = len(words) - _MOST_NAMED
    return english.listing(words if more <= 0 else [*words[:_MOST_NAMED], f"{more} more"])
