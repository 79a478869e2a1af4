"""What is proved or refuted for every request of a set, held to trying every request of small policies."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from auditlint.errors import QuestionError
from auditlint.kubernetes.match import Request, evaluate, path_matches
from auditlint.kubernetes.policy import LEVELS, GroupResources, PolicyRule
from auditlint.kubernetes.policy import Policy as Held
from auditlint.kubernetes.requests import can_happen
from auditlint.policy import Policy
from auditlint.testing.every import Every
from auditlint.testing.expected import Expected
from tests.kubernetes import brute
from tests.kubernetes.brute import some
from tests.kubernetes.test_engine_live import as_json

ANONYMOUS = "system:anonymous"
CLUSTER_SCOPED = {("", "nodes"), ("", "namespaces"), ("rbac.authorization.k8s.io", "clusterroles")}
GROUPS = st.sampled_from(["", "", "rbac.authorization.k8s.io", "e", "*"])
RESOURCES = some(["nodes", "pods", "pods/log", "nodes/*", "namespaces", "clusterroles", "*", "*/log"], 3)
ENTRIES = st.builds(GroupResources, GROUPS, RESOURCES, some(["n"], 1)).map(
    lambda entry: entry if entry.resources else entry._replace(resource_names=())
)
COMMON: dict[str, st.SearchStrategy[Any]] = {
    "level": st.sampled_from(LEVELS),
    "users": some([ANONYMOUS, "a"], 1),
    "user_groups": some(["g"], 1),
    "verbs": some(["get", "list", "create"], 2),
}
RULES = st.one_of(
    st.builds(
        brute.make_rule, **COMMON, namespaces=some(["", "n"], 1), resources=st.lists(ENTRIES, max_size=1).map(tuple)
    ),
    st.builds(brute.make_rule, **COMMON, non_resource_urls=some(["/a*", "/a/b", "*"], 1)),
)
POLICIES = st.lists(RULES, min_size=1, max_size=4).map(lambda rules: Held(tuple(rules)))
SETS = st.fixed_dictionaries(
    {},
    optional={
        "verbs": st.lists(st.sampled_from(["get", "list", "create", "deletecollection"]), min_size=1, max_size=2),
        "resources": st.lists(
            st.sampled_from(["nodes", "pods", "pods/log", "namespaces", "clusterroles", "*", "po", "Node", "w.e"]),
            min_size=1,
            max_size=2,
        ),
        "namespaces": st.lists(st.sampled_from(["", "n", "m"]), min_size=1, max_size=2),
        "objects": st.lists(st.sampled_from(["", "n"]), min_size=1, max_size=1),
        "paths": st.lists(st.sampled_from(["/a/*", "/a", "*"]), min_size=1, max_size=1),
        "by": st.sampled_from(
            ["anyone", "logged-in", {"user": "a"}, {"user": ANONYMOUS}, {"group": "g"}, {"group": "h"}]
        ),
    },
)
EXPECTED = st.one_of(
    st.builds(
        lambda key, level: {key: level}, st.sampled_from(["level", "at-least", "at-most"]), st.sampled_from(LEVELS)
    ),
    st.builds(lambda rule: {"rule": rule}, st.sampled_from([None, 0, 1])),
    st.just({"stages": []}),
)
NAMED = {
    "nodes": ("", "nodes", ""),
    "Node": ("", "nodes", ""),
    "pods": ("", "pods", ""),
    "po": ("", "pods", ""),
    "pods/log": ("", "pods", "log"),
    "namespaces": ("", "namespaces", ""),
    "clusterroles": ("rbac.authorization.k8s.io", "clusterroles", ""),
    "w.e": ("e", "w", ""),
}


def is_in(request: Request, said: dict[str, Any]) -> bool:
    """Tell whether a request is in a set, as docs/test.md says it."""
    if request.verb not in said.get("verbs", (request.verb,)) or not is_by(request, said.get("by", "anyone")):
        return False
    of_resources = {"resources", "namespaces", "objects"} & set(said)
    if request.path is not None:
        return not of_resources and any(path_matches(request.path, url) for url in said.get("paths", ["*"]))
    if "paths" in said or not is_placed(request):
        return False
    target = request.api_group, request.resource, request.subresource
    wanted = [NAMED.get(text) for text in said.get("resources", ["*"])]
    return (
        (None in wanted or target in wanted)
        and request.namespace in said.get("namespaces", (request.namespace,))
        and request.name in said.get("objects", (request.name,))
    )


def is_placed(request: Request) -> bool:
    if (request.api_group, request.resource) == ("", "namespaces"):
        return request.namespace == request.name
    return not request.namespace or (request.api_group, request.resource) not in CLUSTER_SCOPED


def is_by(request: Request, by: Any) -> bool:
    if by == "logged-in":
        return request.user not in {None, ANONYMOUS}
    if by == "anyone":
        return True
    return request.user == by["user"] if "user" in by else by["group"] in request.groups


def domain(held: Held, said: dict[str, Any]) -> list[Request]:
    """Return requests that are enough for a policy and a set; every name is that of a namespace too."""
    targets = [NAMED[text] for text in said.get("resources", ()) if text in NAMED]
    entries = [GroupResources(group, (f"{resource}/{sub}" if sub else resource,)) for group, resource, sub in targets]
    places = {"n", brute.NEW, *said.get("namespaces", ())}
    by = said.get("by", "")
    named = PolicyRule(
        "None",
        users=(ANONYMOUS,) if by == "logged-in" else (by["user"],) if isinstance(by, dict) and "user" in by else (),
        user_groups=(by["group"],) if isinstance(by, dict) and "group" in by else (),
        verbs=tuple(said.get("verbs", ())),
        namespaces=tuple(places),
        resources=(*entries, GroupResources("", ("pods",), tuple(places))),
    )
    both = Held((*held.rules, named, PolicyRule("None", non_resource_urls=tuple(said.get("paths", ())))))
    assume(brute.size(both) <= 4 * brute.LARGEST)
    return brute.domain(both)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(POLICIES, SETS, EXPECTED)
def test_what_is_proved_or_refuted_agrees_with_trying_everything(
    held: Held, said: dict[str, Any], must: dict[str, Any]
) -> None:
    policy = Policy.from_text(as_json(held), path="policy.json")
    members = [request for request in domain(held, said) if is_in(request, said)]
    try:
        every = Every.of(said, policy)
    except QuestionError:
        assert not members
        return
    assert members
    expected = Expected(must)
    answer = every.counterexample(expected)
    assert answer.complete
    assert (answer.request is None) is all(expected.holds(evaluate(held, request)) for request in members)
    if answer.request:
        assert can_happen(answer.request)
        assert is_in(answer.request, said)
        assert not expected.holds(evaluate(held, answer.request))
