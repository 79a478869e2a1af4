"""Policies about resources that come and go, and every request for such a one that tells two of them apart."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from auditlint.kubernetes.policy import GroupResources, Policy, PolicyRule
from auditlint.kubernetes.requests import Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.kubernetes.catalogue import Resource

GROUPS = ("", "policy", "authentication.k8s.io", "storage.k8s.io", "networking.k8s.io", "resource.k8s.io", "*")
RESOURCES = (
    *("*", "*/*", "*/status", "pods", "pods/*", "pods/resize", "serviceaccounts/token", "serviceaccounts/*", "secrets"),
    *("podsecuritypolicies", "podsecuritypolicies/*", "selfsubjectreviews", "servicecidrs", "servicecidrs/status"),
    *("ipaddresses", "csinodes/status", "resourceclaims", "resourceclaims/status", "deviceclasses"),
)
PEOPLE = (
    ("alice", ("system:authenticated",)),
    ("alice", ("dev", "system:authenticated")),
    ("somebody", ("system:authenticated",)),
    ("somebody", ("dev", "system:authenticated")),
    ("system:anonymous", ("system:unauthenticated",)),
    (None, ()),
)
"""Everybody whom these policies can tell apart, in the groups that a server gives."""


def some(values: tuple[str, ...], most: int = 2) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=most, unique=True).map(tuple)


ENTRIES = st.builds(GroupResources, st.sampled_from(GROUPS), some(RESOURCES, 3), some(("a", "b"), 1)).map(
    lambda entry: entry if entry.resources else entry._replace(resource_names=())
)
RULES = st.builds(
    PolicyRule,
    st.sampled_from(("None", "Metadata", "Request", "RequestResponse")),
    users=some(("alice", "system:anonymous", "a*")),
    user_groups=some(("dev", "system:authenticated", "system:unauthenticated"), 1),
    verbs=some(("get", "create", "list", "watch", "patch", "deletecollection"), 3),
    resources=st.lists(ENTRIES, max_size=3).map(tuple),
    namespaces=some(("prod", "", "n*"), 1),
    omit_stages=some(("ResponseComplete", "RequestReceived"), 1),
)


def _sparse(rule: PolicyRule, kept: tuple[bool, ...]) -> PolicyRule:
    """Return a rule without some of its limits, so that many rules match something."""
    limits = (rule.users, rule.user_groups, rule.verbs, rule.namespaces)
    users, groups, verbs, places = (limit if keep else () for limit, keep in zip(limits, kept, strict=True))
    return rule._replace(users=users, user_groups=groups, verbs=verbs, namespaces=places)


POLICIES = st.lists(
    st.builds(_sparse, RULES, st.tuples(*[st.sampled_from((False, False, True))] * 4)), min_size=1, max_size=4
).map(lambda rules: Policy(tuple(rules)))


def requests_for(resource: Resource) -> Iterator[Request]:
    """Yield the requests for a resource that a cluster serves and these policies can tell apart."""
    namespaces = ("prod", "other") if resource.namespaced else ("",)
    for (user, groups), verb in product(PEOPLE, resource.verbs):
        names: tuple[str, ...] = ("a", "b", "c")
        places = namespaces
        if verb in {"list", "watch"} and not resource.subresource:
            names, places = ("", *names), ("", *namespaces)
        elif verb in {"create", "deletecollection"} and not resource.subresource:
            names = ("",)
        for name, namespace in product(names, dict.fromkeys(places)):
            yield Request(verb, user, groups, None, *resource.key, namespace, name)
