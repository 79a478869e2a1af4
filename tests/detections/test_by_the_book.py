"""What `detect` says, held to playing acts one by one: conditions and policies at random, acts at random."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditlint.detections.advice import written
from auditlint.detections.condition import Comparison, Every, How, Not, Pattern, Some
from auditlint.detections.judging import Judge
from auditlint.detections.model import Detection, Verdict
from auditlint.kubernetes.catalogue import Catalogue, Resource, of_release
from auditlint.kubernetes.diff import difference
from auditlint.kubernetes.identities import groups_of
from auditlint.kubernetes.match import evaluate
from auditlint.kubernetes.policy import GroupResources, Policy, PolicyRule
from auditlint.kubernetes.releases import NEWEST
from auditlint.kubernetes.requests import Request
from auditlint.kubernetes.well_known import ANYWHERE
from auditlint.policy import Policy as Held
from tests.detections.oracle import Act, is_about, is_seen

if TYPE_CHECKING:
    from auditlint.detections.condition import Condition, Field
    from auditlint.detections.model import Judgement

USERS = ("alice", "system:node:node-1", "system:serviceaccount:kube-system:x", "system:anonymous", "bob")
GROUPS = ("dev", "system:masters")
STAGES = ("RequestReceived", "ResponseStarted", "ResponseComplete")
TARGETS = (
    ("", "pods", ""),
    ("", "pods", "exec"),
    ("", "pods", "log"),
    ("", "secrets", ""),
    ("apps", "deployments", ""),
    ("rbac.authorization.k8s.io", "clusterroles", ""),
    ("example.com", "widgets", ""),
)
VERBS = {
    "exec": ("get", "create"),
    "log": ("get",),
    "": ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"),
}
FIELDS: dict[Field, tuple[str, ...]] = {
    ("verb",): ("get", "list", "create", "patch", "delete"),
    ("user", "username"): (*USERS, "system:"),
    ("user", "groups"): (*GROUPS, "system:nodes", "system:authenticated"),
    ("objectRef", "resource"): ("pods", "secrets", "deployments", "clusterroles", "widgets"),
    ("objectRef", "subresource"): ("exec", "log"),
    ("objectRef", "apiGroup"): ("apps", "example.com"),
    ("objectRef", "namespace"): ("kube-system", "prod", "kube-"),
    ("objectRef", "name"): ("web", "admin", "sy"),
    ("stage",): STAGES,
    ("level",): ("Metadata", "Request", "RequestResponse"),
    ("annotations", "authorization.k8s.io/decision"): ("allow", "forbid"),
    ("responseStatus", "code"): ("200", "403", "401", "2"),
    ("requestObject", "spec", "hostPID"): ("true", "false"),
    ("responseObject", "metadata", "name"): ("web", "x7q"),
    ("userAgent",): ("curl", "curl/8", "kubectl"),
}
HOWS = (How.IS, How.IS, How.IS, How.STARTS, How.CONTAINS, How.EXISTS)
HAVING_PID = {("", "pods", ""), ("example.com", "widgets", "")}
"""Objects that may have spec.hostPID."""


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    field = draw(st.sampled_from(sorted(FIELDS)))
    texts = draw(st.lists(st.sampled_from(FIELDS[field]), min_size=1, max_size=2))
    how = draw(st.sampled_from(HOWS))
    return Comparison(
        field, tuple(Pattern(how, text) for text in texts), absent=draw(st.sampled_from((False, False, None)))
    )


CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    comparisons(),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: Every(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Some(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=6,
)
ENTRIES = st.builds(
    GroupResources,
    st.sampled_from(("", "apps", "example.com", "*", "rbac.authorization.k8s.io")),
    st.lists(st.sampled_from(("pods", "pods/exec", "pods/*", "secrets", "*", "deployments")), max_size=2).map(tuple),
    st.just(()),
)
RULES = st.builds(
    PolicyRule,
    st.sampled_from(("None", "Metadata", "Request", "RequestResponse")),
    users=st.lists(st.sampled_from(USERS), max_size=1).map(tuple),
    user_groups=st.lists(st.sampled_from((*GROUPS, "system:nodes", "system:serviceaccounts")), max_size=1).map(tuple),
    verbs=st.lists(st.sampled_from(VERBS[""]), max_size=3).map(tuple),
    resources=st.lists(ENTRIES, max_size=2).map(tuple),
    namespaces=st.lists(st.sampled_from(("kube-system", "prod")), max_size=1).map(tuple),
    non_resource_urls=st.just(()),
    omit_stages=st.lists(st.sampled_from(STAGES), max_size=1).map(tuple),
    omit_managed_fields=st.none(),
)
POLICIES = st.builds(
    Policy,
    st.lists(RULES, min_size=1, max_size=4).map(tuple),
    st.lists(st.sampled_from(STAGES), max_size=1).map(tuple),
    st.just(False),  # noqa: FBT003
)


@st.composite
def acts(draw: st.DrawFn) -> Act:
    user = draw(st.sampled_from((*USERS, None)))
    groups = () if user is None else groups_of(user)
    if user in {"alice", "bob"}:
        groups = (*draw(st.lists(st.sampled_from(GROUPS), unique=True)), *groups)
    if draw(st.integers(0, 9)) == 0:
        return Act(Request("get", user, groups, draw(st.sampled_from(("/healthz", "/metrics")))), draw(hidden(user)))
    target = draw(st.sampled_from(TARGETS))
    verb = draw(st.sampled_from(VERBS[target[2]]))
    cluster_wide = target[1] == "clusterroles" or (verb in {"list", "watch"} and draw(st.booleans()))
    namespace = "" if cluster_wide else draw(st.sampled_from(("prod", "kube-system", "kube-public")))
    nameless = verb in {"list", "watch", "deletecollection"} or (verb == "create" and not target[2])
    name = "" if nameless else draw(st.sampled_from(("web", "admin", "system:x", "other")))
    request = Request(verb, user, groups, None, *target, namespace, name)
    return Act(request, draw(hidden(user, target, nameless and verb == "create")))


@st.composite
def hidden(
    draw: st.DrawFn,
    user: str | None,
    target: tuple[str, str, str] | None = None,
    named_later: bool = False,  # noqa: FBT001, FBT002
) -> dict[Field, frozenset[str]]:
    code = "401" if user is None else draw(st.sampled_from(("200", "201", "403", "404")))
    found: dict[Field, str | None] = {
        ("responseStatus", "code"): code,
        ("annotations", "authorization.k8s.io/decision"): draw(st.sampled_from(("allow", "forbid"))),
        ("userAgent",): draw(st.sampled_from((None, "curl/8", "kubectl", "x"))),
        ("responseObject", "metadata", "name"): draw(st.sampled_from((None, "web", "other"))),
    }
    if target in HAVING_PID:
        found["requestObject", "spec", "hostPID"] = draw(st.sampled_from((None, "true", "false")))
    if named_later:
        found["objectRef", "name"] = draw(st.sampled_from(("web", "admin", "system:x", "other")))
    return {field: frozenset((value,)) for field, value in found.items() if value is not None}


class Few(Catalogue):
    """A release that serves only what the acts are about, so that more of them can be tried."""

    @property
    def served(self) -> tuple[Resource, ...]:
        return tuple(one for one in of_release(self.minor).served if one.key in TARGETS)


def judged(policy: Policy, condition: Condition, catalogue: Catalogue | None = None) -> Judgement:
    judge = Judge(policy, NEWEST, catalogue or Few(NEWEST))
    return judge.judge(Detection("falco", "one", "one.yaml", 1, (condition,)))


@settings(max_examples=3, deadline=None)
@given(POLICIES, CONDITIONS, st.lists(acts(), min_size=20, max_size=60))
def test_no_act_of_a_whole_release_says_otherwise(policy: Policy, condition: Condition, played: list[Act]) -> None:
    hold(judged(policy, condition, of_release(NEWEST)), policy, condition, played)


@settings(max_examples=25, deadline=None)
@given(POLICIES, CONDITIONS, st.lists(acts(), min_size=20, max_size=60))
def test_no_act_says_otherwise(policy: Policy, condition: Condition, played: list[Act]) -> None:
    hold(judged(policy, condition), policy, condition, played)


def hold(said: Judgement, policy: Policy, condition: Condition, played: list[Act]) -> None:
    for act in played:
        about, seen = is_about(condition, act), is_seen(condition, act, policy)
        assert about or not seen
        if said.verdict is Verdict.NEVER:
            assert not about, act
        if said.verdict is Verdict.SEES:
            assert seen or not about, act
        if said.verdict is Verdict.BLIND:
            assert not seen, act
    if said.witness is not None:
        assert evaluate(policy, said.witness).rule == said.rule


@settings(max_examples=20, deadline=None)
@given(POLICIES, CONDITIONS)
def test_the_needed_level_is_enough_and_no_lower_one_is(policy: Policy, condition: Condition) -> None:
    said = judged(policy, condition)
    if said.needs.level is None:
        return
    levels = ("Metadata", "Request", "RequestResponse")
    verdicts = [judged(Policy((PolicyRule(level),)), condition).verdict for level in levels]
    assert levels[verdicts.index(Verdict.SEES)] == said.needs.level


@settings(max_examples=25, deadline=None)
@given(POLICIES, CONDITIONS)
def test_the_advice_lets_it_see(policy: Policy, condition: Condition) -> None:
    said = judged(policy, condition)
    if said.help is None:
        return
    rules = list(policy.rules)
    for added in reversed(said.help.additions):
        rules.insert(len(policy.rules) if added.before is None else added.before, reread(added.rule))
    kept = tuple(stage for stage in policy.omit_stages if stage not in said.help.stages)
    mended = Policy(tuple(rules), kept)
    assert judged(mended, condition).verdict is Verdict.SEES
    lost = difference(policy, mended, ANYWHERE).changes
    assert {change.group.word for change in lost} <= {"gained", "dearer"}


def reread(rule: PolicyRule) -> PolicyRule:
    (read,) = Held.from_text(f"apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n{written(rule)}").held.rules
    assert read == rule
    return read


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_a_word(verdict: Verdict) -> None:
    from auditlint.report.detections import SUMMARY, VERDICTS, WORDS

    assert verdict.value in VERDICTS
    assert verdict.value in SUMMARY
    assert verdict.value in WORDS
