"""The rules about what is not logged against every request of a small world: each finding is there iff it should be.

The world holds requests that a cluster serves, by people in groups that a server gives them. What counts is written
down here a second time, from the catalogue of rules, and shares no code with the checks.
"""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from auditlint.kubernetes.match import Request, evaluate, matches
from auditlint.kubernetes.policy import GroupResources, Policy, PolicyRule
from auditlint.kubernetes.requests import can_happen
from auditlint.rule import REGISTRY, Context
from tests.checks.policies import request_of
from tests.checks.test_policy_matching import some, subject_of
from tests.kubernetes.brute import make_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditlint.finding import Finding
    from auditlint.subjects.model import PolicySubject

RBAC, CERTIFICATES, ADMISSION = "rbac.authorization.k8s.io", "certificates.k8s.io", "admissionregistration.k8s.io"
LOOPBACK, PROXY, ACCOUNT = "system:apiserver", "system:kube-proxy", "system:serviceaccount:kube-system:kube-proxy"
READS, WRITES = ("get", "list", "watch"), ("create", "update", "patch", "delete", "deletecollection")
EVERY, BELOW = (*READS, *WRITES), ("get", "update", "patch")
PROXIED = ("get", "create", "update", "patch", "delete")
NAMESPACED = {
    ("", "secrets"): EVERY,
    ("", "pods"): EVERY,
    ("", "configmaps"): EVERY,
    ("", "events"): EVERY,
    ("", "endpoints"): EVERY,
    ("", "limitranges"): EVERY,
    ("", "serviceaccounts/token"): ("create",),
    ("", "pods/exec"): ("create", "get"),
    ("", "pods/attach"): ("create", "get"),
    ("", "pods/ephemeralcontainers"): BELOW,
    ("", "pods/status"): BELOW,
    ("", "services/proxy"): PROXIED,
    ("", "services"): EVERY,
    ("apps", "deployments"): EVERY,
    ("apps", "deployments/status"): BELOW,
    ("apps", "controllerrevisions"): EVERY,
    ("discovery.k8s.io", "endpointslices"): EVERY,
    ("coordination.k8s.io", "leases"): EVERY,
    ("batch", "jobs"): EVERY,
    (CERTIFICATES, "podcertificaterequests"): EVERY,
    (RBAC, "roles"): EVERY,
    (RBAC, "rolebindings"): EVERY,
    ("networking.k8s.io", "ingresses"): EVERY,
    ("example.com", "widgets"): EVERY,
}
CLUSTER_SCOPED = {
    ("", "nodes"): EVERY,
    ("", "nodes/proxy"): PROXIED,
    ("", "nodes/status"): BELOW,
    (RBAC, "clusterroles"): EVERY,
    (RBAC, "clusterrolebindings"): EVERY,
    (CERTIFICATES, "certificatesigningrequests"): EVERY,
    (CERTIFICATES, "certificatesigningrequests/approval"): BELOW,
    (ADMISSION, "validatingwebhookconfigurations"): EVERY,
    (ADMISSION, "mutatingwebhookconfigurations"): EVERY,
    ("apiextensions.k8s.io", "customresourcedefinitions"): EVERY,
    ("authorization.k8s.io", "subjectaccessreviews"): ("create",),
    ("storage.k8s.io", "storageclasses"): EVERY,
    ("example.com", "widgets"): EVERY,  # nobody knows the scope of a custom resource
}
OF_NAMESPACES = ("get", "list", "watch", "create", "update", "patch", "delete")
NAMES = ("web", "x")


def asked() -> Iterator[Request]:
    """Yield what there is to ask for, by nobody yet."""
    scopes = ((True, NAMESPACED), (False, CLUSTER_SCOPED))
    for scoped, (group, name), verbs in ((scoped, *item) for scoped, found in scopes for item in found.items()):
        resource, _, subresource = name.partition("/")
        for verb in verbs:
            many = verb in {"list", "watch"}
            places = ("prod", "kube-system", "dev", *([""] if many else [])) if scoped else ("",)
            unnamed = not subresource and verb in {"create", "deletecollection", "list", "watch"}
            names = ("",) if unnamed and not many else ("", *NAMES) if many else NAMES
            for namespace, name_ in product(places, names):
                yield Request(verb, None, (), None, group, resource, subresource, namespace, name_)
    for verb in OF_NAMESPACES:
        for name in ("",) if verb in {"create", "list", "watch"} else ("prod", "kube-system", "dev", "x"):
            yield Request(verb, None, (), None, "", "namespaces", "", name, name)
    yield from (Request(verb, path=path) for verb, path in product(("get", "post"), ("/healthz", "/version")))


WORLD = tuple(asked())
EVERYBODY = "system:authenticated"
FREE_GROUPS = ("system:masters", "system:nodes")
PEOPLE = (
    (None, ()),
    ("system:anonymous", ("system:unauthenticated",)),
    *(
        (f"system:serviceaccount:ci:{name}", ("system:serviceaccounts", "system:serviceaccounts:ci", EVERYBODY))
        for name in ("a", "other")
    ),
    *(
        (user, (*groups, EVERYBODY))
        for user in ("alice", "zed", "kubernetes-admin", LOOPBACK)
        for groups in ((), *((group,) for group in FREE_GROUPS))
    ),
)


def is_for(request: Request, group: str, *names: str) -> bool:
    name = f"{request.resource}/{request.subresource}" if request.subresource else request.resource
    return request.path is None and request.api_group == group and name in names


def is_write(request: Request) -> bool:
    return request.path is None and request.verb in WRITES


def is_shell(request: Request) -> bool:
    return is_for(request, "", "pods/exec", "pods/attach", "services/proxy", "nodes/proxy") or (
        is_for(request, "", "pods/ephemeralcontainers") and request.verb != "get"
    )


def is_control_plane(request: Request) -> bool:
    return is_write(request) and (
        is_for(request, "", "nodes")
        or is_for(request, CERTIFICATES, "certificatesigningrequests", "certificatesigningrequests/approval")
        or is_for(request, ADMISSION, "validatingwebhookconfigurations", "mutatingwebhookconfigurations")
        or is_for(request, "apiextensions.k8s.io", "customresourcedefinitions")
    )


def is_probe(request: Request) -> bool:
    return (
        (request.verb == "list" and is_for(request, "", "pods"))
        or (request.verb == "get" and is_for(request, "", "secrets"))
        or (request.verb == "create" and is_for(request, "", "pods/exec"))
    )


def is_chatter(request: Request) -> bool:
    return (
        request.subresource == "status"
        or request.resource.endswith("reviews")
        or request.resource in {"events", "leases", "endpoints", "endpointslices"}
    )


def names_privileged(rule: PolicyRule, request: Request) -> bool:
    if set(rule.users) == {LOOPBACK}:
        return True
    return (request.user in rule.users and request.user == "kubernetes-admin") or bool(
        {"system:masters", EVERYBODY}.intersection(rule.user_groups, request.groups)
    )


def without_names(rule: PolicyRule) -> PolicyRule | None:
    """Return what is left of a rule without the entries that name objects."""
    kept = tuple(entry for entry in rule.resources if not (entry.resources and entry.resource_names))
    return rule._replace(resources=kept) if kept or not rule.resources else None


def by_anyone(rule: PolicyRule, request: Request) -> bool:
    rest = without_names(rule)
    return not rule.users and not rule.user_groups and rest is not None and matches(rest, request)


KINDS: dict[str, Callable[[PolicyRule, Request], bool]] = {
    "secrets-not-audited": lambda _, request: is_for(request, "", "secrets"),
    "token-requests-not-audited": lambda _, request: is_for(request, "", "serviceaccounts/token"),
    "exec-not-audited": lambda _, request: is_shell(request),
    "rbac-not-audited": lambda _, request: (
        is_write(request) and (is_for(request, RBAC, "roles", "rolebindings", "clusterroles", "clusterrolebindings"))
    ),
    "workload-changes-not-audited": lambda _, request: (
        is_write(request)
        and (is_for(request, "", "pods") or is_for(request, "apps", "deployments") or is_for(request, "batch", "jobs"))
    ),
    "control-plane-changes-not-audited": lambda _, request: is_control_plane(request),
    "failed-logins-not-audited": lambda _, request: is_probe(request) and request.user is None,
    "anonymous-not-audited": lambda _, request: is_probe(request) and request.user == "system:anonymous",
    "privileged-user-not-audited": lambda rule, request: (
        is_write(request) and not is_chatter(request) and names_privileged(rule, request)
    ),
    "writes-not-audited": lambda rule, request: (
        is_write(request) and not is_chatter(request) and by_anyone(rule, request)
    ),
}


def closing(policy: Policy) -> int | None:
    """Return the rule without selectors, behind which nothing falls off: what it silences is told by another rule."""
    return next((index for index, rule in enumerate(policy.rules) if rule == PolicyRule(rule.level)), None)


def outcomes(policy: Policy) -> Iterator[tuple[int, Request]]:
    """Yield each request of the world by each of the people with the rule that takes it, if one does.

    A rule matches who asks and what is asked for one by one, so each is looked at once only.
    """
    rules = policy.rules
    by_request = [sum(matches(_of_anyone(rule), one) << at for at, rule in enumerate(rules)) for one in WORLD]
    for user, groups in PEOPLE:
        whoever = Request("get", user, groups, path="/")
        admitting = sum(
            matches(PolicyRule(rule.level, rule.users, rule.user_groups), whoever) << at
            for at, rule in enumerate(rules)
        )
        for request, matching in zip(WORLD, by_request, strict=True):
            if both := admitting & matching:
                yield (both & -both).bit_length() - 1, request._replace(user=user, groups=groups)


def _of_anyone(rule: PolicyRule) -> PolicyRule:
    return rule._replace(users=(), user_groups=())


def is_sent(request: Request) -> bool:
    """Tell whether such people send such a request: whoever has no login only tries, and a kubelet minds its own."""
    if request.user is None or request.user == "system:anonymous":
        return is_probe(request)
    if "system:nodes" not in request.groups:
        return True
    return (
        (request.verb == "get" and is_for(request, "", "secrets"))
        or (request.verb == "create" and is_for(request, "", "serviceaccounts/token"))
        or (request.verb in {"create", "delete"} and is_for(request, "", "pods"))
        or (request.verb in {"create", "update", "patch"} and is_for(request, "", "nodes"))
        or (request.verb == "create" and is_for(request, CERTIFICATES, "certificatesigningrequests"))
    )


OF_STRANGERS = {"failed-logins-not-audited", "anonymous-not-audited"}


def gaps(policy: Policy) -> dict[str, set[str]]:
    """Return for each kind the rules that take a request of it, as pointers."""
    found: dict[str, set[str]] = {name: set() for name in KINDS}
    for index, request in outcomes(policy):
        rule = policy.rules[index]
        if rule.level != "None" or index == closing(policy):
            continue
        alone = set(rule.users) == {LOOPBACK}
        if not is_sent(request) or (request.user == LOOPBACK and rule.users and not alone):
            continue
        stranger = request.user is None or request.user == "system:anonymous"
        for name, counts in KINDS.items():
            if stranger and name not in OF_STRANGERS:
                continue
            pointer = f"/rules/{index}"
            if pointer not in found[name] and (not alone or name == "privileged-user-not-audited"):
                found[name].update({pointer} if counts(rule, request) else ())
    return found


def check(subject: PolicySubject, name: str) -> list[Finding]:
    rule = REGISTRY[name]
    return list(rule.check(subject, Context(rule, subject)))


SPELLINGS = {
    "": (
        *((name,) for name in ("secrets", "pods", "configmaps", "events", "namespaces", "endpoints", "nodes")),
        *((name,) for name in ("pods/*", "*", "*/status", "pods/exec", "*/proxy", "serviceaccounts/token")),
        ("events", "endpoints", "pods/status"),
        ("nodes", "nodes/status", "services"),
        (),
    ),
    "apps": (("deployments",), ("*",), ("*/status",), ()),
    RBAC: (("roles",), ("clusterroles",), ()),
    CERTIFICATES: (("certificatesigningrequests/*",), ()),
    ADMISSION: (("validatingwebhookconfigurations",), ()),
    "authorization.k8s.io": ((),),
    "coordination.k8s.io": (("leases",), ()),
    "example.com": (("widgets",), ()),
    "metrics.k8s.io": ((),),
}
ENTRIES = st.one_of(
    [
        st.builds(
            GroupResources,
            st.just(group),
            st.sampled_from(spellings),
            st.sampled_from([(), (), (), ("x",)]),
        )
        for group, spellings in SPELLINGS.items()
    ]
).map(lambda entry: entry if entry.resources else entry._replace(resource_names=()))


def unless_rare(values: st.SearchStrategy[tuple[str, ...]]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.one_of(st.just(()), st.just(()), values)


RULES = st.builds(
    make_rule,
    level=st.sampled_from(["None", "None", "Metadata", "Request"]),
    users=unless_rare(some("alice", "system:serviceaccount:ci:a", "system:anonymous", LOOPBACK, "kubernetes-admin")),
    user_groups=unless_rare(
        some(EVERYBODY, "system:unauthenticated", "system:masters", "system:nodes", "system:serviceaccounts")
    ),
    verbs=unless_rare(st.lists(st.sampled_from(EVERY), max_size=4, unique=True).map(tuple)),
    namespaces=unless_rare(some("", "prod", "kube-system")),
    resources=st.one_of(st.just(()), st.lists(ENTRIES, min_size=1, max_size=3).map(tuple)),
)
POLICIES = st.lists(RULES, min_size=1, max_size=5).map(lambda found: Policy(tuple(found)))


@settings(max_examples=100, deadline=None)
@given(POLICIES)
def test_each_gap_is_found_and_no_other(policy: Policy) -> None:
    subject = subject_of(policy)
    found = {name: {finding.pointer for finding in check(subject, name)} for name in KINDS}
    assert found == gaps(policy)


@settings(max_examples=100, deadline=None)
@given(POLICIES)
def test_each_request_shown_is_one_that_its_rule_takes(policy: Policy) -> None:
    subject = subject_of(policy)
    for name, counts in KINDS.items():
        for finding in check(subject, name):
            request = request_of(finding)
            index = int(finding.pointer.rpartition("/")[2])
            assert evaluate(policy, request)[:2] == (index, "None")
            assert can_happen(request)
            assert counts(policy.rules[index], request) or not known(request)


def known(request: Request) -> bool:
    """Tell whether the world knows what a request is for."""
    name = f"{request.resource}/{request.subresource}" if request.subresource else request.resource
    return (request.api_group, name) in {**NAMESPACED, **CLUSTER_SCOPED}


# Verbs that are forgotten, and names that are stale.

TWINS = {"update": "patch", "patch": "update", "delete": "deletecollection"}
CAREFUL_RULES = st.builds(
    make_rule,
    level=st.sampled_from(["None", "Metadata", "Metadata"]),
    users=unless_rare(some("alice", "system:serviceaccount:ci:a")),
    verbs=st.lists(st.sampled_from(("get", *WRITES)), max_size=3, unique=True).map(tuple),
    namespaces=unless_rare(some("", "prod", "kube-system")),
    resources=st.one_of(st.just(()), st.lists(ENTRIES, min_size=1, max_size=2).map(tuple)),
)


def is_stream(rule: PolicyRule, request: Request) -> bool:
    """Tell whether a request connects to a Pod by a POST, and the rule names such subresources."""
    named = {name for entry in rule.resources for name in entry.resources if entry.group == ""}
    streams = named & {"pods/exec", "pods/*", "pods/attach"}
    return bool(streams) and request.verb == "create" and is_for(request, "", "pods/exec", "pods/attach")


def verb_gaps(policy: Policy) -> dict[int, set[str]]:
    """Return for each rule the verbs that it forgets and that are lost."""
    served: dict[Request, set[str]] = {}
    for request in WORLD:
        served.setdefault(request._replace(verb="", name=""), set()).add(request.verb)
    found: dict[int, set[str]] = {}
    for index, request in outcomes(policy):
        rule = policy.rules[index]
        missing = "get" if is_stream(rule, request) else TWINS.get(request.verb, "")
        if rule.level == "None" or not missing or not rule.verbs or missing in rule.verbs or is_chatter(request):
            continue
        bare = request._replace(user=None, groups=(), verb="", name="")
        name = "" if missing == "deletecollection" else request.name
        twin = request._replace(verb=missing, name=name)
        asked_for = matches(rule._replace(verbs=()), twin)
        lost = evaluate(policy, twin)[:2]
        if asked_for and missing in served.get(bare, ()) and lost[0] is not None and lost[1] == "None":
            found.setdefault(index, set()).add(missing)
    return found


@settings(max_examples=100, deadline=None)
@given(st.lists(CAREFUL_RULES, min_size=1, max_size=5).map(lambda found: Policy(tuple(found))))
def test_each_forgotten_verb_is_found(policy: Policy) -> None:
    gaps = verb_gaps(policy)
    findings = check(subject_of(policy), "verb-gap")
    assert [finding.pointer for finding in findings] == [f"/rules/{index}/verbs" for index in sorted(gaps)[:1]]
    for finding in findings:
        request = request_of(finding)
        assert can_happen(request)
        assert evaluate(policy, request).level == "None"
        (first, *others) = sorted(gaps)
        said = set(re.findall(r'"(\w+)"', finding.message.partition(" missing: ")[0]))
        assert said == gaps[first]
        assert len(finding.related) == min(len(others), 5)


PROXY_ASKS = tuple(
    request
    for request in WORLD
    if (is_for(request, "", "services", "endpoints") and request.verb in {"list", "watch"})
    or (is_for(request, "discovery.k8s.io", "endpointslices") and request.verb in {"list", "watch"})
    or (is_for(request, "", "nodes") and request.verb in READS)
)
OLD_ENTRIES = st.builds(
    GroupResources,
    st.just(""),
    st.sampled_from([("endpoints", "services"), ("endpoints",), ("services",), ("*",), ("nodes",)]),
    st.sampled_from([(), (), ("x",)]),
) | st.builds(GroupResources, st.just("discovery.k8s.io"), st.sampled_from([("endpointslices",), ()]), st.just(()))
OLD_RULES = st.builds(
    make_rule,
    level=st.sampled_from(["None", "None", "Metadata"]),
    users=some(PROXY, ACCOUNT, "alice"),
    user_groups=unless_rare(some("system:nodes", "system:serviceaccounts")),
    verbs=some("watch", "list", "get", "update"),
    namespaces=unless_rare(some("", "prod")),
    resources=st.one_of(st.just(()), st.lists(OLD_ENTRIES, min_size=1, max_size=2).map(tuple)),
)
ACCOUNT_GROUPS = ("system:serviceaccounts", "system:serviceaccounts:kube-system", EVERYBODY)
READERS = (
    (None, ()),
    ("system:anonymous", ("system:unauthenticated",)),
    (ACCOUNT, ACCOUNT_GROUPS),
    ("system:serviceaccount:kube-system:app", ACCOUNT_GROUPS),
    *((user, (*groups, EVERYBODY)) for user in (PROXY, "alice", "zed") for groups in ((), ("system:nodes",))),
)


def is_stale(policy: Policy, index: int) -> tuple[bool, bool]:
    """Tell whether a rule is for the old user of kube-proxy, and for endpoints, while the new names are logged."""
    rule = policy.rules[index]

    def silences(old: Request, new: Request) -> bool:
        return evaluate(policy, old)[:2] == (index, "None") and evaluate(policy, new).level != "None"

    user = PROXY in rule.users and ACCOUNT not in rule.users
    named = any(entry.group == "" and "endpoints" in entry.resources for entry in rule.resources)
    return (
        user
        and any(
            silences(asked._replace(user=PROXY, groups=groups), asked._replace(user=ACCOUNT, groups=ACCOUNT_GROUPS))
            for asked, groups in product(PROXY_ASKS, ((EVERYBODY,), ("system:nodes", EVERYBODY)))
        ),
        named
        and any(
            silences(old, old._replace(api_group="discovery.k8s.io", resource="endpointslices"))
            for asked, (who, groups) in product(WORLD, READERS)
            if is_for(asked, "", "endpoints") and asked.verb in {"list", "watch"}
            for old in [asked._replace(user=who, groups=groups)]
        ),
    )


@settings(max_examples=100, deadline=None)
@given(st.lists(OLD_RULES, min_size=1, max_size=4).map(lambda found: Policy(tuple(found))))
def test_each_stale_exemption_is_found(policy: Policy) -> None:
    stale = [is_stale(policy, index) for index in range(len(policy.rules))]
    expected = [next((f"/rules/{at}" for at, one in enumerate(stale) if one[which]), None) for which in (0, 1)]
    findings = check(subject_of(policy), "stale-exemption")
    assert [finding.pointer for finding in findings] == [pointer for pointer in expected if pointer]
    for finding in findings:
        request = request_of(finding)
        assert can_happen(request)
        assert evaluate(policy, request).level != "None"
