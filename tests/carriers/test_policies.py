"""Which documents are audit policies, by what they say or by their shape."""

from __future__ import annotations

import pytest

from auditlint.kubernetes.releases import NEWEST
from auditlint.kubernetes.releases import name as release_name
from auditlint.lint.summaries import of_subject
from auditlint.report.model import PolicyFacts, SubjectSummary
from auditlint.subjects.model import AuditSink, PolicySubject, UnreadText
from tests.carriers.recognition import POLICY, found, only, subjects


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        (POLICY, "policy"),
        (POLICY.replace("kind: Policy\n", ""), "policy"),
        (POLICY.replace("apiVersion: audit.k8s.io/v1\n", ""), "policy"),
        (POLICY.replace("kind: Policy", "kind: policy"), "policy"),
        (POLICY.replace("kind: Policy", "kind: AuditPolicy"), "policy"),
        (POLICY.replace("kind: Policy", "kind: Deployment"), "policy"),
        (POLICY.replace("audit.k8s.io/v1", "audit.k8s.io"), "policy"),
        (POLICY.replace("audit.k8s.io/v1", "Audit.k8s.io/v1"), "policy"),
        (POLICY.replace("audit.k8s.io/v1", "v1"), "policy"),
        (POLICY.replace("audit.k8s.io/v1", "policy/v1"), "policy"),
        (POLICY.replace("audit.k8s.io/v1", "auditing.k8s.io/v1").replace("Policy", "Rules"), "policy"),
        ("apiVersion: audit.k8s.io/v1\nkind: Policy", "policy"),
        ("apiVersion: audit.k8s.io/v1\nkind: Policy\nspec: {rules: [{level: None}]}", "policy"),
        ("apiVersion: audit.k8s.io/v1\nkind: PolicyList\nitems: []", "policy"),
        ('{"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": [{"level": "None"}]}', "policy"),
        ("rules:\n- level: Metadata", "headless"),
        ("rules:\n- users: [a]\n- level: metadata", "headless"),
        ("rules:\n- level: everything\n  verbs: [get]", "headless"),
        ("omitStages: [RequestReceived]\nrules: [{level: None}]", "headless"),
        ("- level: Metadata", "snippet"),
        ("  - level: debug\n    users: [x]\n", "snippet"),
    ],
)
def test_policies(text: str, shape: str) -> None:
    for named in (True, False):
        (policy,) = found(text, named=named).subjects
        assert isinstance(policy, PolicySubject)
        assert (policy.shape, policy.document, policy.minor, policy.later) == (shape, 0, NEWEST, False)


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nrules:\n- verbs: [get]\n  resources: [pods]",
        "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec: {groups: [{rules: [{alert: audit}]}]}",
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nspec: {}  # audit",
        "apiVersion: kyverno.io/v1\nkind: Policy\nspec: {rules: [{name: audit, level: None}]}",
        "apiVersion: v1\nkind: Policy\npredicates: []  # audit",
        "apiVersion: abac.authorization.kubernetes.io/v1beta1\nkind: Policy\nspec: {user: audit}",
        "apiVersion: example.com/v1\nkind: LogRules\nrules: [{level: None}]",
        "rules: [{level: error, id: no-audit}]",
        "rules: {level: None}",
        "- rule: audit\n  priority: WARNING",
        "- level: debug\n  name: x",
        "level: None\nusers: [audit]",
        "audit",
        "",
    ],
)
def test_documents_about_something_else(text: str) -> None:
    assert subjects(text) == ()


@pytest.mark.parametrize(
    "text", ["", "# x\n", "---\n", "3", "- level: None", "kind: Service", "{}", POLICY + "---\n" + POLICY]
)
def test_as_a_policy_a_file_is_one_subject(text: str) -> None:
    policy = only(PolicySubject, text, as_kind="policy")
    assert (policy.document, policy.shape) == (0, "policy")
    assert policy.loaded.refused == (not text.startswith(POLICY))


@pytest.mark.parametrize("text", ["a: [", "{a: b}", "level: {{ .Values.level }}", "\tx"])
def test_as_a_policy_unreadable_text_is_one_subject(text: str) -> None:
    unread = only(UnreadText, text, as_kind="policy")
    entry = of_subject(unread)
    assert entry is not None
    assert (entry.kind, entry.refused_by, entry.policy) == ("policy", ("policy",), PolicyFacts(lenient=False))


def test_as_a_policy_later_documents_are_not_read() -> None:
    assert not only(PolicySubject, POLICY + "---\na: [", as_kind="policy").loaded.refused


def test_a_snippet_has_its_rules_at_the_root() -> None:
    snippet = only(PolicySubject, "- level: Metadata\n- level: metadata\n")
    (problem,) = snippet.loaded.problems
    assert problem.path == ("rules", 1, "level")
    assert snippet.at(*problem.path) == (1, "level")
    assert snippet.places.value(snippet.at(*problem.path))[:2] == (2, 10)


def later(text: str) -> list[tuple[int, bool]]:
    return [(policy.document, policy.later) for policy in subjects(text) if isinstance(policy, PolicySubject)]


def test_later_policies_of_a_policy_file() -> None:
    assert later(POLICY + "---\nkind: Service\n---\n" + POLICY) == [(0, False), (2, True)]


def test_policies_in_a_bundle_are_judged_alone() -> None:
    assert later("kind: Service\n---\n" + POLICY + "---\n" + POLICY) == [(1, False), (2, False)]


def test_what_is_never_read_has_no_entry() -> None:
    entries = [of_subject(subject) for subject in subjects(POLICY + "---\n" + POLICY)]
    assert [entry and entry.document for entry in entries] == [0, None]


def test_summary() -> None:
    policy = only(PolicySubject, "# x\n" + POLICY.replace("level: M", "Level: M"))
    assert of_subject(policy) == SubjectSummary(
        path="file.yaml",
        carrier="policy",
        document=0,
        pointer="",
        line=2,
        kubernetes=release_name(NEWEST),
        kubernetes_from="default",
        refused_by=("policy",),
        policy=PolicyFacts(lenient=True),
    )


def test_a_release_is_given() -> None:
    (policy,) = found(POLICY.replace("/v1", "/v1beta1"), minor=23).subjects
    assert isinstance(policy, PolicySubject)
    assert (policy.minor, policy.loaded.refused) == (23, False)


def test_audit_sinks() -> None:
    sink = only(AuditSink, "apiVersion: auditregistration.k8s.io/v1alpha1\nkind: AuditSink\nspec: {}\n")
    assert (sink.base, sink.minor) == ((), NEWEST)
    assert of_subject(sink) is None
