"""The rules about secrets in the log and access to them outside it: exact, with the rules above taken into account."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditlint import lint
from auditlint.carriers import recognise
from auditlint.checks.policy.coverage import KINDS
from auditlint.checks.queries.coverage import kinds
from auditlint.kubernetes import catalogue, releases
from auditlint.kubernetes.catalogue import Resource
from auditlint.kubernetes.cluster import ORDINARY, Cluster
from auditlint.kubernetes.identities import groups_of, has_fixed_groups
from auditlint.kubernetes.match import Request, evaluate
from auditlint.kubernetes.policy import GroupResources, Policy
from auditlint.kubernetes.releases import NEWEST
from auditlint.kubernetes.requests import can_happen
from auditlint.lint import Source
from auditlint.rule import REGISTRY, Context
from auditlint.settings import Settings
from auditlint.subjects.model import PolicySubject
from tests.checks.policies import CLEAN, CLOSING, HEAD, advised, findings, only, request_of, rules, short, shorts
from tests.checks.test_policy_matching import USERS, pointers, some, subject_of
from tests.kubernetes.brute import make_rule


def subject_of_text(text: str) -> PolicySubject:
    (subject,) = recognise.recognise("p.yaml", text.encode(), as_kind=None, named=True, minor=NEWEST).subjects
    assert isinstance(subject, PolicySubject)
    return subject


LEAKS = {
    ("RequestResponse", ""): True,
    ("Request", ""): True,
    ("Metadata", ""): False,
    ("RequestResponse", 'resources: [{group: ""}]'): True,
    ("RequestResponse", 'resources: [{group: "", resources: ["*"]}]'): True,
    ("RequestResponse", 'resources: [{group: "", resources: ["secrets/*"]}]'): True,
    ("RequestResponse", "namespaces: [a]"): True,
    ("Request", 'verbs: [get, list, watch, delete]\n  resources: [{group: "", resources: [secrets]}]'): False,
    ("RequestResponse", 'verbs: [list]\n  resources: [{group: "", resources: [secrets]}]'): True,
    ("RequestResponse", 'verbs: [watch, delete]\n  resources: [{group: "", resources: [secrets]}]'): False,
    ("RequestResponse", 'verbs: [deletecollection]\n  resources: [{group: "", resources: [secrets]}]'): True,
    ("Request", 'verbs: [patch]\n  resources: [{group: "", resources: [secrets]}]'): True,
    ("Request", 'resources: [{group: "", resources: [serviceaccounts/token]}]'): False,
    ("RequestResponse", 'resources: [{group: "", resources: ["*/token"]}]'): True,
    ("RequestResponse", 'verbs: [get]\n  resources: [{group: "", resources: [serviceaccounts/token]}]'): False,
    ("Request", "resources: [{group: authentication.k8s.io}]"): True,
    ("RequestResponse", 'resources: [{group: "", resources: [configmaps]}]'): False,
    ("RequestResponse", 'namespaces: ["*"]'): False,
    ("RequestResponse", 'users: ["system:serviceaccount:*"]'): False,
    ("RequestResponse", "nonResourceURLs: ['*']"): False,
}


@pytest.mark.parametrize(("rule", "leaks"), LEAKS.items(), ids=map(str, LEAKS))
def test_secret_bodies_logged(rule: tuple[str, str], leaks: bool) -> None:  # noqa: FBT001
    text = rules(f"- level: {rule[0]}\n  {rule[1]}\n{CLOSING}")
    assert shorts(text, "secret-bodies-logged") == (["secret-bodies-logged warning @ level"] if leaks else [])
    assert shorts(rules(CLEAN + f"- level: {rule[0]}\n  {rule[1]}\n{CLOSING}"), "secret-bodies-logged") == []


def test_all_that_leaks_is_named() -> None:
    found = only(rules("- level: RequestResponse\n"), "secret-bodies-logged")
    assert found.message == (
        "`kubectl get secret db -n prod` is logged at RequestResponse, so the log holds the content of secrets, live "
        "service account tokens and the bearer tokens under review"
    )
    assert advised(found.help) == advised(
        'Put this rule above this one:\n- {level: Metadata, resources: [{group: "", '
        'resources: ["secrets", "serviceaccounts/token"]}, '
        '{group: "authentication.k8s.io", resources: ["tokenreviews"]}]}'
    )


def test_bodies_need_the_stage_that_holds_them() -> None:
    for stages, leaks in (("[ResponseStarted]", True), ("[ResponseComplete]", False)):
        text = f"{HEAD}omitStages: {stages}\nrules:\n- level: RequestResponse\n"
        assert bool(findings(text, "secret-bodies-logged")) is leaks


SILENCED = {
    "verbs: [get, list, watch]": "`kubectl get secret db -n prod`",
    "userGroups: ['system:nodes']": "`kubectl get secret db -n prod` by a member of system:nodes",
    "users: ['system:kube-scheduler']": "`kubectl get secret db -n prod` by system:kube-scheduler",
    "users: ['system:apiserver', 'system:kube-scheduler']": "`kubectl get secret db -n prod` by system:kube-scheduler",
    "verbs: [deletecollection]": "`kubectl delete --raw /api/v1/namespaces/prod/secrets`",
    "namespaces: [kube-system]": "`kubectl get secret db -n kube-system`",
    'namespaces: [""]': "`kubectl get secrets -A`",
    'namespaces: [""]\n  verbs: [get, create, delete]': None,
    'resources: [{group: "", resources: [secrets], resourceNames: [a]}]': "`kubectl get secret a -n prod`",
    'verbs: [create]\n  resources: [{group: "", resources: [secrets], resourceNames: [a]}]': None,
    'resources: [{group: "", resources: [secrets], resourceNames: ["*"]}]': None,
    'resources: [{group: "", resources: [events]}]': None,
    "nonResourceURLs: ['*']": None,
    "verbs: [head, proxy]": None,
    "users: ['system:apiserver']": None,
    "userGroups: ['*', 'system:serviceaccounts:*']": None,
    "userGroups: ['system:unauthenticated']\n  users: [bob]": None,
}


@pytest.mark.parametrize(("rule", "command"), SILENCED.items(), ids=SILENCED.keys())
def test_secrets_not_audited(rule: str, command: str | None) -> None:
    found = findings(rules(f"- level: None\n  {rule}\n{CLOSING}"), "secrets-not-audited")
    assert [one.message.partition(" is not logged")[0] for one in found] == ([command] if command else [])


def of(group: str, *names: str, verbs: str = "", more: str = "") -> str:
    """Return a rule of level None, and a closing one."""
    listed = ", ".join(f"'{name}'" for name in names)
    lines = [f"resources: [{{group: '{group}', resources: [{listed}]}}]", f"verbs: [{verbs}]" if verbs else "", more]
    return rules("- level: None\n" + "".join(f"  {line}\n" for line in lines if line) + CLOSING)


RBAC, ADMISSION, CERTIFICATES = (
    "rbac.authorization.k8s.io",
    "admissionregistration.k8s.io",
    "certificates.k8s.io",
)
EVERYBODY = "userGroups: ['system:authenticated']"
ALICE = "users: [alice]"
GAPS = {
    of("", "serviceaccounts/token", more=ALICE): "token-requests-not-audited: kubectl create token build -n prod",
    of("", "serviceaccounts/token", verbs="get", more=ALICE): "",
    of("", "serviceaccounts", verbs="get, list", more=ALICE): "",
    of("", "pods/exec", verbs="get", more=ALICE): "exec-not-audited: kubectl exec web -n prod -- sh",
    of("", "pods/*", verbs="get", more=ALICE): "exec-not-audited: kubectl exec web -n prod -- sh",
    of("", "pods/attach", verbs="create", more=ALICE): "exec-not-audited: kubectl attach web -n prod",
    of("", "pods/exec", verbs="update, list, watch, delete", more=ALICE): "",
    of("", "pods/ephemeralcontainers", verbs="get", more=ALICE): "",
    of(
        "", "pods/ephemeralcontainers", verbs="patch", more=ALICE
    ): "exec-not-audited: kubectl debug web -n prod --image=busybox",
    of("", "services/proxy", verbs="list, watch, deletecollection", more=ALICE): "",
    of("", "nodes/proxy", verbs="get", more=ALICE): "exec-not-audited: kubectl get --raw /api/v1/nodes/node-1/proxy",
    of("", "nodes/proxy", verbs="get", more=ALICE + "\n  namespaces: [a]"): "",
    of("", "pods/log", "pods/status", "pods/eviction", more=ALICE): "",
    of(RBAC, "roles", verbs="create", more=ALICE): "rbac-not-audited: kubectl create -f role.yaml -n prod",
    of(RBAC, "clusterroles", verbs="patch", more=ALICE): "rbac-not-audited: kubectl patch clusterrole admin -p '{}'",
    of(RBAC, "clusterroles", "clusterrolebindings", more=ALICE + "\n  namespaces: [a]"): "",
    of(RBAC, "roles", verbs="get, list, watch", more=ALICE): "",
    of("apps", "deployments", more=ALICE): "workload-changes-not-audited: kubectl delete deployment web -n prod",
    of("apps", "deployments/scale", "*/status", "controllerrevisions", more=ALICE): "",
    of(
        "batch", "*", verbs="patch", more=ALICE
    ): "workload-changes-not-audited: kubectl patch cronjob web -n prod -p '{}'",
    of("extensions", "deployments", more=ALICE): "",
    of("", "pods/status", "pods/binding", more=ALICE): "",
    of("", "nodes", more=ALICE): "control-plane-changes-not-audited: kubectl delete node node-1",
    of("", "nodes/status", more=ALICE): "",
    of(
        CERTIFICATES, "certificatesigningrequests/approval", more=ALICE
    ): "control-plane-changes-not-audited: kubectl certificate approve web",
    of(CERTIFICATES, "certificatesigningrequests/status", more=ALICE): "",
    of(
        "apiextensions.k8s.io", "*", verbs="create", more=ALICE
    ): "control-plane-changes-not-audited: kubectl create -f customresourcedefinition.yaml",
    of(
        "apiregistration.k8s.io", "apiservices", verbs="delete", more=ALICE
    ): "control-plane-changes-not-audited: kubectl delete apiservice web",
    of("", "pods", verbs="list"): "failed-logins-not-audited: kubectl get pods -n prod",
    of("", "pods", verbs="list", more=EVERYBODY): "",
    of("", "pods", verbs="get, watch"): "",
    of("", "pods", verbs="list", more="users: ['system:anonymous']"): "anonymous-not-audited: kubectl get pods -n prod",
    of("", "pods", verbs="list", more="users: ['system:anonymous']\n  userGroups: ['system:authenticated']"): "",
    of("", "services", verbs="get", more="userGroups: ['system:unauthenticated']"): "",
    of("", "services", more="users: [kubernetes-admin, bob]"): (
        "privileged-user-not-audited: kubectl delete service web -n prod"
    ),
    of("", "services", more="users: [bob]"): "",
    of("", "services", verbs="get, list, watch", more="userGroups: ['system:masters']"): "",
    of("", "services", verbs="patch", more=EVERYBODY): (
        "privileged-user-not-audited: kubectl patch service web -n prod -p '{}'"
    ),
    of("", "services"): "writes-not-audited: kubectl delete service web -n prod",
    of("", "services", verbs="get, list, watch"): "",
    of("", "events", "endpoints", "*/status"): "",
    of("coordination.k8s.io"): "",
    of("authentication.k8s.io"): "",
    of("discovery.k8s.io", "*"): "",
    of("metrics.k8s.io"): "",
    of("example.com", "widgets"): "writes-not-audited: kubectl delete widgets.example.com web -n prod",
    of("example.com", "widgets/status"): "",
    of("core", "widgets"): "",
    of("apps", "widgets"): "",
    of("", "namespaces", verbs="delete"): "writes-not-audited: kubectl delete namespace prod",
    of("", "namespaces", verbs="deletecollection"): "",
    rules("- level: None\n  resources: [{group: '', resources: [configmaps], resourceNames: [a]}]\n" + CLOSING): "",
    rules("- level: None\n  namespaces: [default]\n  verbs: [patch]\n" + CLOSING): (
        "secrets-not-audited: kubectl patch secret db -n default -p '{}'"
    ),
    rules("- level: None\n  nonResourceURLs: ['/*']\n" + CLOSING): "",
    rules("- level: None\n  verbs: [post, put]\n" + CLOSING): "",
}
"""A policy and what is said of its rule of level None: the rule, and the request that it shows."""


@pytest.mark.parametrize(("text", "said"), GAPS.items(), ids=[f"{at}: {said}" for at, said in enumerate(GAPS.values())])
def test_one_finding_for_each_rule_of_a_policy(text: str, said: str) -> None:
    found = [one for one in findings(text) if one.rule.endswith("-not-audited")]
    assert [f"{one.rule}: {one.message.split('`')[1]}" for one in found] == ([said] if said else [])
    assert all(one.pointer == "/rules/0" and one.severity.word == "warning" for one in found)


def test_the_other_gaps_of_a_rule_are_its_notes() -> None:
    text = rules("- level: None\n  userGroups: ['system:nodes', ops]\n  verbs: [create]\n" + CLOSING)
    found = only(text, "secrets-not-audited")
    notes = {
        "token-requests-not-audited": "kubectl create token build -n prod",
        "exec-not-audited": "kubectl exec web -n prod -- sh` (over SPDY)",
        "rbac-not-audited": "kubectl create -f clusterrolebinding.yaml",
        "workload-changes-not-audited": "kubectl create -f pod.yaml -n prod",
        "control-plane-changes-not-audited": "kubectl create -f validatingwebhookconfiguration.yaml",
    }
    assert [(note.rule, note.message) for note in found.related] == [
        (name, f"also not logged: `{command}{'' if '`' in command else '`'} by a member of ops")
        for name, command in notes.items()
    ]
    assert {note.span for note in found.related} == {found.span}


def test_each_kind_gives_way_to_those_before_it() -> None:
    for at, name in enumerate(KINDS):
        assert REGISTRY[name].gives_way_to == ("widened-rule", *KINDS[:at])


def test_what_a_widened_rule_silences_is_said_by_it_alone() -> None:
    text = rules("- level: None\n  resources: [{groups: apps}]\n" + CLOSING)
    assert shorts(text) == ["widened-rule error @ groups"]


@pytest.mark.parametrize(
    ("users", "severity"),
    [
        ("system:kube-controller-manager", "info"),
        ("system:kube-scheduler, system:kube-proxy", "info"),
        ("system:serviceaccount:kube-system:generic-garbage-collector", "info"),
        ("system:serviceaccount:kube-system:cluster-autoscaler", "warning"),
        ("system:kube-scheduler, jane", "warning"),
        ("system:node:worker-1", "warning"),
    ],
)
def test_components_of_the_control_plane_are_an_info(users: str, severity: str) -> None:
    found = only(rules(f"- level: None\n  users: [{users}]\n{CLOSING}"), KINDS[0])
    assert found.severity.word == severity


META = "Write `level: Metadata` here"
DELETE = "Delete this rule"
ABOVE = "Put this rule above it:\n"
INSTEAD = "Write these rules instead:\n"
INTO_PODS = '"pods/exec", "pods/attach", "pods/portforward"'
PROXIES = '"pods/proxy", "services/proxy", "nodes/proxy"'
EVERYBODY_LISTED = 'userGroups: ["system:authenticated"]'
REMEDIES = {
    ("resources: [{group: '', resources: [secrets]}]", CLOSING): DELETE,
    ("resources: [{group: '', resources: [secrets]}]", "- level: RequestResponse\n"): META,
    ("resources: [{group: '', resources: [pods/exec]}]", "- level: Request\n  verbs: [delete]\n"): META,
    ("resources: [{group: '', resources: [secrets, events]}]", CLOSING): (
        f'{INSTEAD}- {{level: Metadata, resources: [{{group: "", resources: ["secrets"]}}]}}\n'
        '- {level: None, resources: [{group: "", resources: ["events"]}]}'
    ),
    ("verbs: [get, list, watch]", CLOSING): (
        f'{INSTEAD}- {{level: Metadata, {EVERYBODY_LISTED}, verbs: ["get", "list", "watch"], '
        f'resources: [{{group: "", resources: ["secrets", {INTO_PODS}, {PROXIES}]}}]}}\n'
        f'- {{level: None, {EVERYBODY_LISTED}, verbs: ["get", "list", "watch"]}}'
    ),
    ("users: [ann]\n  verbs: [get, list, watch]\n  namespaces: [prod]", CLOSING): (
        f'{ABOVE}- {{level: Metadata, users: ["ann"], verbs: ["get", "list", "watch"], '
        f'resources: [{{group: "", resources: ["secrets", {INTO_PODS}, "pods/proxy", "services/proxy"]}}], '
        'namespaces: ["prod"]}'
    ),
    ("users: [ann]\n  resources: [{group: '', resources: [secrets, events], resourceNames: [a]}]", CLOSING): (
        f'{INSTEAD}- {{level: Metadata, users: ["ann"], '
        'resources: [{group: "", resources: ["secrets"], resourceNames: ["a"]}]}\n'
        '- {level: None, users: ["ann"], resources: [{group: "", resources: ["events"], resourceNames: ["a"]}]}'
    ),
    ("verbs: [create]\n  resources: [{group: '', resources: [configmaps]}]", CLOSING): DELETE,
    ("verbs: [get, create]\n  resources: [{group: '', resources: [configmaps]}]", CLOSING): (
        'Write this rule instead:\n- {level: None, verbs: ["get"], resources: [{group: "", resources: ["configmaps"]}]}'
    ),
    ("userGroups: ['system:masters', 'ops']\n  resources: [{group: '', resources: [configmaps]}]", CLOSING): (
        'Write this rule instead:\n- {level: None, userGroups: ["ops"], '
        'resources: [{group: "", resources: ["configmaps"]}]}'
    ),
    ("users: ['system:anonymous']", CLOSING): (
        f'{ABOVE}- {{level: Metadata, users: ["system:anonymous"], '
        'resources: [{group: "", resources: ["pods", "secrets", "pods/exec"]}]}'
    ),
    ("users: ['system:apiserver']", CLOSING): (
        'If its changes are to be logged, write `verbs: ["get", "list", "watch"]`'
    ),
}


@pytest.mark.parametrize(("rule", "rest"), REMEDIES, ids=str)
def test_what_to_do_about_a_silence(rule: str, rest: str) -> None:
    (found,) = [one for one in findings(rules(f"- level: None\n  {rule}\n{rest}")) if one.rule in KINDS]
    assert " is not logged" in found.message
    assert advised(found.help) == advised(REMEDIES[rule, rest])


SILENCES = {
    CLOSING: " because of this rule",
    "- level: None\n  users: [kubernetes-admin]\n" + CLOSING: " because of this rule",
    "- level: None\n  namespaces: [prod]\n" + CLOSING: ": this rule drops it, and so does line 6",
    "- level: Metadata\n  namespaces: [prod]\n": " because of this rule",
    "- level: Metadata\n  users: [zed]\n": ": this rule drops it, and no rule below matches it",
}


@pytest.mark.parametrize(("below", "why"), SILENCES.items(), ids=SILENCES.keys())
def test_what_below_the_rule_drops_it_too_is_said(below: str, why: str) -> None:
    found = findings(rules("- level: None\n  users: [ann]\n" + below), KINDS[0])
    assert found[0].message.partition(" is not logged")[2] == why


def test_the_advice_closes_the_list_where_what_is_left_would_reach_no_rule() -> None:
    open_end = rules("- level: None\n  users: [kubernetes-admin]\n- level: Metadata\n  users: [ann]\n")
    sentence, _, block = only(open_end, KINDS[0]).help.partition("\n")
    assert sentence == "Write these rules instead, and end the list with `- level: Metadata`:"
    assert block == only(open_end + CLOSING, KINDS[0]).help.partition("\n")[2]


NOBODY_ELSE = "- level: Metadata\n  userGroups: ['system:authenticated']\n"


def test_what_to_do_where_only_those_without_a_login_are_left() -> None:
    silent = "- level: None\n  resources: [{group: '', resources: [pods]}]\n  verbs: [list]\n"
    failed = only(rules(NOBODY_ELSE + silent + CLOSING), "failed-logins-not-audited")
    assert failed.help == DELETE
    limited = only(rules(silent + CLOSING), "failed-logins-not-audited")
    assert advised(limited.help) == advised(
        f'Write this rule instead:\n- {{level: None, {EVERYBODY_LISTED}, verbs: ["list"], '
        'resources: [{group: "", resources: ["pods"]}]}'
    )


@pytest.mark.parametrize(
    ("rule", "minor"),
    [
        ("users: ['system:unsecured']", 20),
        ("users: ['system:unsecured', 'system:node:*']", NEWEST),
        ("userGroups: ['system:authenticated']\n  resources: [{group: '', resources: [events]}]", NEWEST),
    ],
)
def test_nobody_is_silenced(rule: str, minor: int) -> None:
    found = findings(rules(f"- level: None\n  {rule}\n{CLOSING}"), minor=minor)
    assert [one.rule for one in found if one.rule in KINDS] == []


def test_the_insecure_port_was_once_open() -> None:
    assert only(rules("- level: None\n  users: ['system:unsecured']\n" + CLOSING), KINDS[0], minor=19)


def test_what_a_server_does_not_answer_leaks_nothing() -> None:
    strangers = "- level: Metadata\n  userGroups: ['system:authenticated', 'system:unauthenticated']\n"
    assert shorts(rules(strangers + "- level: RequestResponse\n"), "secret-bodies-logged") == []
    placed = "- level: Request\n  namespaces: [prod]\n  resources: [{group: authentication.k8s.io}]\n"
    assert shorts(rules(placed + CLOSING), "secret-bodies-logged") == []
    nowhere = "- level: RequestResponse\n  verbs: [get]\n  namespaces: ['']\n"
    assert shorts(rules(nowhere + CLOSING), "secret-bodies-logged") == []


CORE_SECRETS = 'resources: [{group: "", resources: ["secrets", "serviceaccounts/token"]}'
LEAK_ADVICE = {
    "[{group: ''}]": f"Put this rule above this one:\n- {{level: Metadata, {CORE_SECRETS}]}}",
    "[{group: '', resources: [secrets]}]": META,
    "[{group: '', resources: [secrets, serviceaccounts/token]}]": META,
    "[{group: '', resources: [pods, secrets]}]": (
        'Write these rules instead:\n- {level: Metadata, resources: [{group: "", resources: ["secrets"]}]}\n'
        '- {level: RequestResponse, resources: [{group: "", resources: ["pods"]}]}'
    ),
}


@pytest.mark.parametrize(("resources", "advice"), LEAK_ADVICE.items(), ids=LEAK_ADVICE.keys())
def test_what_to_do_about_a_leak(resources: str, advice: str) -> None:
    text = rules(f"- level: RequestResponse\n  resources: {resources}\n{CLOSING}")
    assert only(text, "secret-bodies-logged").help == advice


def test_the_client_of_the_server_itself_is_an_info() -> None:
    text = rules("- level: None\n  users: ['system:apiserver']\n" + CLOSING)
    found = [one for one in findings(text) if one.rule.endswith("-not-audited")]
    assert [(one.rule, one.severity.word) for one in found] == [("privileged-user-not-audited", "info")]
    assert shorts(text.replace("'system:apiserver']", "'system:apiserver']\n  verbs: [get]")) == shorts(rules(CLOSING))


@pytest.mark.parametrize(
    ("resource", "since"),
    [("validatingadmissionpolicies", 26), ("mutatingadmissionpolicybindings", 32)],
)
def test_what_a_release_does_not_have_is_not_named(resource: str, since: int) -> None:
    text = of(ADMISSION, resource, more=ALICE)
    assert findings(text, "control-plane-changes-not-audited", minor=since - 1) == []
    assert len(findings(text, "control-plane-changes-not-audited", minor=since)) == 1


@pytest.mark.parametrize("minor", releases.KNOWN)
def test_the_kinds_name_what_each_release_serves(minor: int) -> None:
    served = catalogue.of_release(minor)
    for kind in kinds.KINDS:
        for row in kind.rows:
            for name in row.resources.split():
                resource, _, subresource = name.partition("/")
                known = served.get(row.group, resource, subresource)
                assert (known is not None and set(row.verbs.split()) <= set(known.verbs)) is (minor >= row.since), row
                assert known is None or known.namespaced is row.namespaced


def linted(text: str, cluster: Cluster) -> list[str]:
    """Return what is found in a policy of a cluster of which something is known."""
    source = Source("audit-policy.yaml", named=True, data=text.encode())
    report = lint.check([source], Settings(minor=NEWEST, cluster=cluster))
    return [short(text, one) for one in report.findings if one.category == "policy-coverage"]


KEYS = Cluster(sensitive=(("example.com", "keys", ""),))


def test_the_configuration_says_what_else_is_as_secret_as_secrets() -> None:
    silent = of("example.com", "keys", verbs="get", more=ALICE)
    assert linted(silent, ORDINARY) == []
    assert linted(silent, KEYS) == ["secrets-not-audited warning @ level"]
    logged = rules(CLEAN + "- level: Request\n  verbs: [create]\n  resources: [{group: example.com}]\n" + CLOSING)
    assert linted(logged, ORDINARY) == []
    assert linted(logged, KEYS) == ["secret-bodies-logged warning @ level"]
    assert linted(logged.replace("[create]", "[get, list]"), KEYS) == []


def test_aggregated_servers_have_no_such_resources() -> None:
    text = rules(
        "- level: None\n  verbs: [get]\n- level: RequestResponse\n  verbs: [update]\n- level: RequestResponse\n"
    )
    assert linted(text, ORDINARY) != []
    assert linted(text, Cluster(aggregated=True)) == []


NAMING = "- level: Metadata\n  resources: [{group: dex.coreos.com, resources: [authrequests]}]\n"
CATCH_ALL = "- level: RequestResponse\n"


def test_custom_resources_with_credentials_count_where_the_policy_names_their_group() -> None:
    assert shorts(rules(CLEAN + CATCH_ALL), "secret-bodies-logged") == []
    found = only(rules(CLEAN + NAMING + CATCH_ALL), "secret-bodies-logged")
    assert "so the log holds OAuth tokens, client secrets and signing keys of dex" in found.message
    assert '- group: "dex.coreos.com"\n    resources: ["authcodes", "connectors"' in found.help


def test_custom_resources_count_where_the_run_defines_them() -> None:
    cluster = Cluster(custom=(Resource("dex.coreos.com", "refreshtokens"),))
    assert linted(rules(CLEAN + CATCH_ALL), cluster) == ["secret-bodies-logged warning @ level"]


def test_configmap_bodies_logged() -> None:
    rule = REGISTRY["configmap-bodies-logged"]
    assert not rule.default
    text = rules("- level: Request\n  verbs: [patch]\n" + CLOSING)
    subject = subject_of_text(text)
    (found,) = rule.check(subject, Context(rule, subject))
    assert found.message.startswith("`kubectl patch configmap web -n prod -p '{}'` is logged at Request")


NONE = "- level: None\n"
FORGOTTEN = {
    "- level: Metadata\n  verbs: [update]\n" + NONE: ('"patch" is missing: ', "is not logged, because of line 6"),
    "- level: Metadata\n  verbs: [patch]\n" + NONE: ('"update" is missing: ', "is not logged, because of line 6"),
    "- level: Metadata\n  verbs: [update]\n": (),
    "- level: Metadata\n  verbs: [update]\n" + CLOSING: (),
    "- level: Metadata\n  verbs: [update, patch]\n" + NONE: (),
    "- level: None\n  verbs: [update]\n- level: Metadata\n  users: [bob]\n": (),
    "- level: None\n  verbs: [patch]\n- level: Metadata\n  verbs: [update]\n": ("is not logged, because of line 4",),
    "- level: None\n  verbs: [patch, update]\n- level: Metadata\n  verbs: [update]\n" + CLOSING: (),
    "- level: Metadata\n  verbs: [delete]\n" + NONE: ('"deletecollection" is missing: ',),
    "- level: Metadata\n  verbs: [delete]\n  resources: [{group: '', resources: [events]}]\n" + NONE: (),
    "- level: Metadata\n  verbs: [delete]\n  resources: [{group: '', resources: [namespaces]}]\n" + NONE: (),
    "- level: Metadata\n  verbs: [delete]\n  resources: [{group: '', resources: [pods], resourceNames: [a]}]\n"
    + NONE: (),
    "- level: Metadata\n  verbs: [update]\n  resources: [{group: '', resources: [pods], resourceNames: [a]}]\n"
    + NONE: ("`kubectl patch pod a -n prod",),
    "- level: Metadata\n  verbs: [delete]\n  resources: [{group: '', resources: [pods/proxy]}]\n" + NONE: (),
    "- level: Metadata\n  verbs: [update, delete]\n" + NONE: ('"patch" and "deletecollection" are missing: ',),
    "- level: Metadata\n  verbs: [create]\n  resources: [{group: '', resources: [pods/exec]}]\n" + NONE: (
        '"get" is missing: `kubectl exec web -n prod -- sh`, a get (WebSocket), is not logged, because of line 7',
    ),
    "- level: Metadata\n  verbs: [create]\n  resources: [{group: '', resources: [pods]}]\n" + NONE: (),
    "- level: Request\n  verbs: [create, patch]\n  resources: [{group: apps}]\n" + CLOSING: (
        '"update" is missing: ',
        "is logged by line 7 at Metadata, without its body",
    ),
    "- level: Metadata\n  verbs: [create, patch]\n  resources: [{group: apps}]\n" + CLOSING: (),
    "- level: Request\n  verbs: [patch]\n  resources: [{group: apps}]\n- level: Metadata\n  users: [ann]\n": (),
}


@pytest.mark.parametrize(("text", "words"), FORGOTTEN.items(), ids=FORGOTTEN.keys())
def test_verb_gap(text: str, words: tuple[str, ...]) -> None:
    found = findings(rules(text), "verb-gap")
    assert [all(word in one.message for word in words) for one in found] == ([True] if words else [])
    assert all(one.pointer.endswith("/verbs") for one in found)
    lower = any("without its body" in word for word in words)
    assert all(one.severity.word == ("info" if lower else "warning") for one in found)


GAP_ADVICE = {
    "- level: Metadata\n  verbs: [update]\n" + NONE: 'Write `verbs: ["update", "patch"]`',
    "- level: None\n  verbs: [patch]\n- level: Metadata\n  verbs: [update]\n": ("Write `level: Metadata` in line 4"),
    "- level: None\n  verbs: [patch, get]\n- level: Metadata\n  verbs: [update]\n  users: [bob]\n": (
        'Write `verbs: ["update", "patch"]`, and move this rule above line 4'
    ),
    "- level: Metadata\n  verbs: [create]\n  resources: [{group: '', resources: [pods/exec]}]\n" + NONE: (
        'Write `verbs: ["get", "create"]`'
    ),
    "- level: Metadata\n  verbs: [create]\n  resources: [{group: '', resources: [pods, pods/exec]}]\n" + NONE: (
        'Put this rule above line 4:\n- {level: Metadata, verbs: ["get"], '
        'resources: [{group: "", resources: ["pods/exec", "pods/attach", "pods/portforward"]}]}'
    ),
}


@pytest.mark.parametrize(("text", "advice"), GAP_ADVICE.items(), ids=GAP_ADVICE.keys())
def test_what_to_do_about_a_missing_verb(text: str, advice: str) -> None:
    assert advised(only(rules(text), "verb-gap").help) == advised(advice)


def test_the_same_gap_in_other_rules_is_a_note() -> None:
    text = "".join(
        f"- level: Metadata\n  verbs: [update]\n  resources: [{{group: '', resources: [{name}]}}]\n"
        for name in ("pods", "services", "configmaps")
    )
    found = only(rules(text + NONE), "verb-gap")
    assert [(found.span.line, note.span.line) for note in found.related] == [(5, 8), (5, 11)]


ACCOUNT, SLICES = "system:serviceaccount:kube-system:kube-proxy", "endpointslices"


def stale(rule: str, minor: int = NEWEST) -> list[str]:
    found = findings(rules(f"- level: None\n  {rule}\n" + CLOSING), "stale-exemption", minor=minor)
    assert all(one.severity.word == "info" and one.pointer == "/rules/0" for one in found)
    return [next(word for word in (ACCOUNT, SLICES) if word in f"{one.message} {one.help}") for one in found]


def test_stale_exemption() -> None:
    account = "system:serviceaccount:kube-system:kube-proxy"
    endpoints = 'resources: [{group: "", resources: [endpoints]}]'
    both = endpoints.replace("}]", "}, {group: discovery.k8s.io, resources: [endpointslices]}]")
    assert stale("users: ['system:kube-proxy']") == [account]
    assert stale(f"users: ['system:kube-proxy', '{account}']") == []
    assert stale("users: ['system:kube-proxy']\n  verbs: [patch]") == []
    assert stale(endpoints) == ["endpointslices"]
    assert stale(endpoints, minor=20) == []
    assert stale(f"verbs: [get, update]\n  {endpoints}") == []
    assert stale(both) == []
    assert stale(f"users: ['system:kube-proxy']\n  {endpoints}") == [account, "endpointslices"]


def test_an_exemption_is_not_stale_where_another_rule_knows_the_new_name() -> None:
    other = "- level: None\n  userGroups: ['system:serviceaccounts']\n"
    text = rules("- level: None\n  users: ['system:kube-proxy']\n" + other + CLOSING)
    assert shorts(text, "stale-exemption") == []


# Against all requests for secrets of a small world.

GROUPS = ("system:authenticated", "system:unauthenticated", "devs")
PEOPLE = (
    (None, ()),
    ("system:anonymous", ("system:unauthenticated",)),
    *((user, groups_of(user)) for user in USERS if has_fixed_groups(user)),
    *(
        (user, (*groups_of(user), *more))
        for user, more in product((*USERS, "zed"), ((), ("devs",)))
        if not has_fixed_groups(user)
    ),
)
VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
WORLD = tuple(
    request
    for (user, groups), verb, namespace, name in product(PEOPLE, VERBS, ("", "a", "b"), ("", "x", "y"))
    if can_happen(request := Request(verb, user, groups, None, "", "secrets", "", namespace, name))
)
ENTRIES = st.builds(
    GroupResources,
    st.sampled_from(["", "apps"]),
    st.sampled_from([("secrets",), ("*",), ("secrets/*",), ("pods",), ("secrets", "pods")]),
    st.sampled_from([(), (), ("x",)]),
)
RULES = st.builds(
    make_rule,
    level=st.sampled_from(["None", "Metadata", "Request", "RequestResponse"]),
    users=some(*USERS),
    user_groups=some(*GROUPS),
    verbs=some(*VERBS),
    namespaces=some("", "a"),
    resources=st.lists(ENTRIES, max_size=2).map(tuple),
)
POLICIES = st.lists(RULES, min_size=1, max_size=4).map(lambda found: Policy(tuple(found)))
LOGGED = {"create": "Request", "update": "Request", "patch": "Request"} | dict.fromkeys(
    ("get", "list", "deletecollection"), "RequestResponse"
)


def leaks(policy: Policy, request: Request) -> int | None:
    """Return the rule that logs the secret, if one does: of a request that a server answers, with a login."""
    nameless = request.verb in {"create", "deletecollection"}
    if request.user is None or (request.user.startswith("system:node:") and request.verb != "get"):
        return None
    if (nameless and request.name) or (request.verb != "list" and not request.namespace):
        return None
    outcome = evaluate(policy, request)
    needed = LOGGED.get(request.verb)
    return outcome.rule if needed and outcome.level in {needed, "RequestResponse"} else None


@settings(max_examples=100, deadline=None)
@given(POLICIES)
def test_findings_are_those_of_the_small_world(policy: Policy) -> None:
    subject = subject_of(policy)
    leaking = {f"/rules/{index}" for request in WORLD if (index := leaks(policy, request)) is not None}
    tokens = {
        finding.pointer
        for finding in REGISTRY["secret-bodies-logged"].check(
            subject, Context(REGISTRY["secret-bodies-logged"], subject)
        )
        if "tokens" in finding.message
    }
    assert pointers(subject, "secret-bodies-logged") - tokens <= leaking <= pointers(subject, "secret-bodies-logged")


@settings(max_examples=100, deadline=None)
@given(POLICIES)
def test_witnesses_are_true(policy: Policy) -> None:
    subject = subject_of(policy)
    for name in ("secrets-not-audited", "secret-bodies-logged", "namespaced-list-gap", "missing-catch-all"):
        rule = REGISTRY[name]
        for finding in rule.check(subject, Context(rule, subject)):
            request = request_of(finding)
            outcome = evaluate(policy, request)
            assert can_happen(request)
            if name == "missing-catch-all":
                assert outcome.rule is None
            elif name == "namespaced-list-gap":
                assert (outcome.level, request.namespace) == ("None", "")
            else:
                assert finding.pointer == f"/rules/{outcome.rule}"
