"""The rules about costly events: exact over the requests that they name, and with advice that is sound."""

from __future__ import annotations

import re
from itertools import product
from textwrap import indent
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from auditlint import lint
from auditlint.finding import Severity
from auditlint.kubernetes import traffic
from auditlint.kubernetes.cluster import Cluster
from auditlint.kubernetes.match import Request, evaluate
from auditlint.kubernetes.policy import GroupResources, Policy
from auditlint.kubernetes.releases import NEWEST
from auditlint.kubernetes.requests import can_happen
from auditlint.lint import Source
from auditlint.rule import REGISTRY, Context
from auditlint.settings import Settings
from tests import pages
from tests.checks.policies import CLEAN, CLOSING, HEAD, findings, only, request_of, rules, shorts
from tests.checks.test_policy_matching import some, subject_of
from tests.kubernetes.brute import make_rule

if TYPE_CHECKING:
    from auditlint.finding import Finding

CHATTER = ("events-logged", "leases-logged", "health-checks-logged", "noisy-watch")
COST = sorted(rule.name for rule in REGISTRY.values() if rule.category == "policy-cost")
SILENT_STAGES = "omitStages: [RequestReceived, ResponseStarted, ResponseComplete]"


def found_in(text: str, rule: str, minor: int = NEWEST) -> list[Finding]:
    """Return the findings of one rule that is selected by name, the others left alone."""
    source = Source("audit-policy.yaml", named=True, data=text.encode())
    report = lint.check([source], Settings(minor=minor, select=(rule,)))
    return [finding for finding in report.findings if finding.rule == rule]


def everything_in(text: str) -> list[Finding]:
    """Return all findings of the rules that run by themselves."""
    source = Source("audit-policy.yaml", named=True, data=text.encode())
    return list(lint.check([source], Settings(minor=NEWEST)).findings)


def silencing(rule: str) -> str:
    """Return the rules of level None that the page of a rule advises."""
    page = (pages.RULES / f"{rule}.md").read_text(encoding="utf-8")
    (example,) = (example for example in pages.examples(page) if example.section == "Good")
    ((_, text),) = example.files
    return "".join(re.findall(r"^  - level: None\n(?:    .*\n)+", text, re.MULTILINE))


# What an idle cluster sends.


@pytest.mark.parametrize("rule", CHATTER)
def test_a_policy_that_logs_everything_logs_the_chatter(rule: str) -> None:
    (finding,) = found_in(rules("  - level: Metadata\n"), rule)
    assert (finding.severity, finding.pointer, finding.related) == (Severity.INFO, "/rules/0", ())
    assert evaluate(Policy((make_rule(level="Metadata"),)), request_of(finding)).rule == 0
    assert len(finding.message) < 260
    assert found_in(rules("  - level: Metadata\n    verbs: [delete, post]\n"), rule) == []
    assert found_in(f"{HEAD}{SILENT_STAGES}\nrules:\n  - level: Metadata\n", rule) == []
    assert found_in(rules("  - level: None\n  - level: Metadata\n"), rule) == []


ORDINARY = {
    "all": ["  - level: Metadata\n"],
    "bodies": [
        '  - level: None\n    resources: [{group: "", resources: [endpoints]}]\n',
        '  - level: Metadata\n    resources: [{group: "", resources: [secrets, configmaps, serviceaccounts/token]}]\n',
        "  - level: Metadata\n    resources: [{group: authentication.k8s.io}]\n",
        '  - level: Request\n    resources: [{group: ""}, {group: coordination.k8s.io}, {group: events.k8s.io}]\n',
        "  - level: RequestResponse\n    resources: [{group: apps}, {group: discovery.k8s.io}]\n",
        "  - level: Metadata\n",
    ],
    "writes first": [
        "  - level: Metadata\n    verbs: [create, update, patch, delete, deletecollection]\n",
        "  - level: Metadata\n",
    ],
    "per namespace": [
        "  - level: Metadata\n    namespaces: [prod, kube-system]\n",
        "  - level: Metadata\n",
    ],
}


@pytest.mark.parametrize("rule", CHATTER)
@pytest.mark.parametrize("listed", ORDINARY.values(), ids=ORDINARY)
def test_the_advised_rules_at_the_advised_place_are_clean(rule: str, listed: list[str]) -> None:
    start = f'{HEAD}omitStages: ["RequestReceived"]\nrules:\n'
    text = start + "".join(listed)
    before = everything_in(text)
    (finding,) = found_in(text, rule)
    advice, _, block = finding.help.partition(":\n")
    line = advice.partition("above line ")[2]
    starts = [text.count("\n", 0, text.index(one)) + 1 for one in listed]
    index = starts.index(int(line)) if line else int(finding.pointer.removeprefix("/rules/"))
    after = everything_in(start + "".join([*listed[:index], indent(block, "  ") + "\n", *listed[index:]]))
    assert set(CHATTER).isdisjoint({one.rule for one in after})
    worse = {one.rule for one in after if one.severity > Severity.INFO}
    assert worse <= {one.rule for one in before if one.severity > Severity.INFO}


@pytest.mark.parametrize("rule", CHATTER)
def test_the_help_is_what_the_page_shows(rule: str) -> None:
    everything = yaml.safe_load(only(rules("  - level: Metadata\n"), "leases-logged").help.partition(":\n")[2])
    shown = yaml.safe_load(silencing(rule))
    assert [one for one in everything if one in shown] == shown


def test_chatter_is_one_finding_that_names_all_of_it() -> None:
    (finding,) = (one for one in everything_in(rules("  - level: Metadata\n")) if one.rule in CHATTER)
    assert finding.rule == "leases-logged"
    assert [one.rule for one in finding.related] == ["health-checks-logged", "noisy-watch", "events-logged"]


def test_all_advised_rules_together_leave_no_finding_but_none_of_ours() -> None:
    text = (
        f'{HEAD}omitStages: ["RequestReceived"]\nrules:\n' + "".join(map(silencing, CHATTER)) + "  - level: Metadata\n"
    )
    assert [one.rule for one in everything_in(text) if one.rule in COST or one.severity > Severity.INFO] == []


@pytest.mark.parametrize("rule", CHATTER)
def test_what_others_do_is_not_meant(rule: str) -> None:
    text = rules(silencing(rule) + "  - level: Metadata\n")
    assert found_in(text, rule) == []
    first = silencing(rule).partition("  - level: None\n")[2].partition("  - level: None\n")[0]
    if first.count("\n") < silencing(rule).count("\n") - 1:
        assert found_in(rules("  - level: None\n" + first + "  - level: Metadata\n"), rule) != []


LEADERS = "kube-controller-manager, kube-scheduler and kube-apiserver"
WHO = {
    "userGroups: ['system:nodes']": (LEADERS, "95,000"),
    "users: ['system:kube-controller-manager', 'system:kube-scheduler']": ("kubelets and kube-apiserver", "34,600"),
    "namespaces: [kube-system]": ("kubelets", "25,900"),
    "namespaces: [kube-node-lease]": (LEADERS, "95,000"),
    "userGroups: ['system:masters']": ("kubelets, kube-controller-manager and kube-scheduler", "112,300"),
    "resources: [{group: coordination.k8s.io}]": None,
    "verbs: [update]": None,
    "verbs: [get, patch]": (f"kubelets, {LEADERS}", "121,000"),
    "users: ['system:node:node-1']": (f"kubelets, {LEADERS}", "121,000"),
}


@pytest.mark.parametrize(("silent", "expected"), WHO.items(), ids=WHO.keys())
def test_leases_are_counted_by_who_renews_them(silent: str, expected: tuple[str, str] | None) -> None:
    found = found_in(rules(f"- level: None\n  {silent}\n{CLOSING}"), "leases-logged")
    starts = [f"lease renewals by {expected[0]} are logged at Metadata: about {expected[1]} a day"] if expected else []
    assert [one.message.partition(" with 3")[0] for one in found] == starts


def test_kube_apiserver_has_a_lease_from_1_26_on() -> None:
    text = rules(f"- level: None\n  userGroups: ['system:nodes']\n{CLOSING}")
    assert "kube-apiserver" in only(text, "leases-logged", minor=26).message
    assert "kube-apiserver" not in only(text, "leases-logged", minor=25).message


def test_the_numbers_are_those_of_the_intervals() -> None:
    day = 24 * 60 * 60
    assert [one.number for one in traffic.leases(NEWEST)] == [3 * day / 10, day / 2, day / 2, day / 10]
    assert [one.number for one in traffic.health_checks(NEWEST)] == [day / 10, day, 0]
    assert [one.number for one in traffic.health_checks(18)] == [0, 0, day / 10]
    assert {one.number for one in traffic.watches(NEWEST)} == {3 * day / (7.5 * 60)}
    assert sum(one.number for one in traffic.events()) == 6


CORE = "- level: None\n  resources:\n  - {group: '', resources: [events]}\n"
NEW = "- level: None\n  resources:\n  - {group: events.k8s.io, resources: [events]}\n"


def test_one_of_two_groups_of_events() -> None:
    (half,) = found_in(rules(CORE + CLOSING), "events-logged")
    assert half.pointer == "/rules/1"
    assert half.message == (
        'events of group "events.k8s.io" are logged at Metadata, while line 4 silences those of group ""'
    )
    (half,) = found_in(rules(NEW + CLOSING), "events-logged")
    assert (
        'events of group "" are logged at Metadata, while line 4 silences those of group "events.k8s.io"'
        in half.message
    )
    assert found_in(rules(CORE + NEW + CLOSING), "events-logged") == []
    assert (
        found_in(rules('- level: None\n  resources: [{group: "*", resources: [events]}]\n' + CLOSING), "events-logged")
        == []
    )


def test_a_group_that_an_earlier_rule_logs_is_not_said_to_be_added_to_a_later_one() -> None:
    early = "- level: Request\n  resources: [{group: events.k8s.io}]\n"
    (half,) = found_in(rules(early + CORE + CLOSING), "events-logged")
    assert half.pointer == "/rules/0"
    assert "silences those" not in half.message


def test_events_of_one_namespace_are_enough() -> None:
    text = rules(CORE + NEW.replace("None", "Metadata\n  namespaces: [prod]") + "- level: None\n")
    (half,) = found_in(text, "events-logged")
    assert request_of(half).namespace == "prod"
    assert found_in(text.replace("[prod]", "['*']"), "events-logged") == []


URLS = {
    "['/healthz*', '/version']": "/livez and /readyz are logged at Metadata: 95,040 a day from",
    "['/livez', '/healthz']": "/readyz are logged at Metadata: 86,400 a day from",
    "['/readyz', '/livez']": "/healthz are logged at Metadata",
    "['/*']": None,
    "['/livez', '/readyz', '/healthz']": None,
    "['/livez/*', '/readyz/*', '/healthz/*']": "/livez, /readyz and /healthz are logged at Metadata: 95,040 a day from",
}


@pytest.mark.parametrize(("urls", "words"), URLS.items(), ids=URLS.keys())
def test_health_checks(urls: str, words: str | None) -> None:
    found = found_in(rules(f"- level: None\n  nonResourceURLs: {urls}\n{CLOSING}"), "health-checks-logged")
    assert [words in one.message for one in found if words] == ([True] if words else [])


def test_health_checks_by_other_users_do_not_count() -> None:
    anonymous = "- level: None\n  userGroups: ['system:unauthenticated']\n"
    assert found_in(rules(anonymous + CLOSING), "health-checks-logged") == []


def test_kube_proxy_is_known_by_either_name() -> None:
    nodes = "- level: None\n  userGroups: ['system:nodes']\n"
    for user in ("system:kube-proxy", "system:serviceaccount:kube-system:kube-proxy"):
        assert found_in(rules(f"{nodes}- level: None\n  users: ['{user}']\n{CLOSING}"), "noisy-watch") == []
    (finding,) = found_in(rules(nodes + CLOSING), "noisy-watch")
    assert finding.message.startswith("watches of services and endpointslices by kube-proxy are logged")
    assert (
        "watches of services and endpoints by" in found_in(rules(nodes + CLOSING), "noisy-watch", minor=18)[0].message
    )


def test_watches_leave_an_event_when_they_are_answered() -> None:
    text = f"{HEAD}omitStages: [RequestReceived, ResponseComplete]\nrules:\n{CLOSING}"
    assert [bool(found_in(text, rule)) for rule in CHATTER] == [False, False, False, True]


def test_further_rules_are_notes() -> None:
    text = rules("- level: Metadata\n  userGroups: ['system:nodes']\n- level: Request\n  users: [a]\n" + CLOSING)
    (finding,) = found_in(text, "leases-logged")
    assert (finding.pointer, [note.span.line for note in finding.related]) == ("/rules/0", [8])


@pytest.mark.parametrize("rule", [*CHATTER, "request-received-logged", "managed-fields-logged"])
def test_nothing_is_said_of_what_a_part_of_a_policy_lacks(rule: str) -> None:
    assert found_in("- level: RequestResponse\n", rule) == []


@pytest.mark.parametrize("rule", COST)
def test_nothing_is_said_of_other_servers_and_refused_policies(rule: str) -> None:
    text = rules("- level: RequestResponse\n")
    assert found_in(text, rule) != []
    source = Source("audit-policy.yaml", named=True, data=text.encode())
    report = lint.check([source], Settings(minor=NEWEST, select=(rule,), cluster=Cluster(aggregated=True)))
    assert report.findings == ()
    assert found_in(rules("- level: RequestResponse\n- level: All\n"), rule) == []


# Bodies.

READS = {
    'resources: [{group: "", resources: [pods]}]': "`kubectl get pods -n prod`",
    'verbs: [get]\n  resources: [{group: "", resources: [pods]}]': "`kubectl get pod web -n prod`",
    'verbs: [watch, create]\n  resources: [{group: "", resources: [pods]}]': None,
    'resources: [{group: "", resources: [pods/exec, pods/log]}]': None,
    'resources: [{group: "", resources: ["pods/*"]}]': "`kubectl get pods -n prod`",
    "resources: [{group: authorization.k8s.io}]": None,
    "resources: [{group: authorization.k8s.io, resources: [subjectaccessreviews]}]": None,
    "resources: [{group: metrics.k8s.io}]": None,
    "resources: [{group: node.k8s.io}]": "`kubectl get runtimeclasses.node.k8s.io`",
    "resources: [{group: cert-manager.io}]": "`kubectl get widgets.cert-manager.io -n prod`",
    'resources: [{group: "", resources: [deployments]}]': None,
    "resources: [{group: apps}]": "`kubectl get deployments -n prod`",
    "nonResourceURLs: ['*']": None,
    "users: [alice]\n  namespaces: [a]": "`kubectl get pods -n a` by alice",
    "users: ['system:anonymous']": None,
    "users: ['system:node:*']": None,
    'resources: [{group: "", resources: [pods], resourceNames: [web]}]': "`kubectl get pod web -n prod`",
}


@pytest.mark.parametrize(("rule", "command"), READS.items(), ids=READS.keys())
def test_reads_with_bodies(rule: str, command: str | None) -> None:
    found = found_in(rules(f"- level: RequestResponse\n  {rule}\n{CLOSING}"), "reads-with-bodies")
    assert [one.message.partition(" is logged")[0] for one in found] == ([command] if command else [])
    assert found_in(rules(f"- level: Request\n  {rule}\n{CLOSING}"), "reads-with-bodies") == []


def test_one_cause_is_one_finding() -> None:
    everything = rules(CLEAN + "- level: RequestResponse\n")
    bodies = ("reads-with-bodies", "everything-with-bodies", "secret-bodies-logged")
    assert [one.rule for one in everything_in(everything) if one.rule in bodies] == ["everything-with-bodies"]
    assert [one.rule for one in everything_in(rules("- level: RequestResponse\n")) if one.rule in bodies] == [
        "secret-bodies-logged"
    ]
    reads = 'level: RequestResponse\n  resources: [{group: "", resources: [pods]}]\n'
    both = rules(f"- level: RequestResponse\n  resources: [{{group: '', resources: [secrets]}}]\n- {reads}{CLOSING}")
    assert shorts(both, "reads-with-bodies") == ["reads-with-bodies info @ level"]
    assert only(both, "reads-with-bodies").pointer == "/rules/1"
    assert shorts(rules(f"- {reads}- level: RequestResponse\n  verbs: [get]\n{CLOSING}"), "reads-with-bodies") == [
        "reads-with-bodies info @ level"
    ]


def test_what_to_write_instead_of_reads_with_bodies() -> None:
    pods = 'resources: [{group: "", resources: [pods]}]'
    only_reads = rules(f"- level: RequestResponse\n  verbs: [get, list, watch]\n  {pods}\n{CLOSING}")
    assert only(only_reads, "reads-with-bodies").help == "Write `level: Metadata`"
    assert shorts(only_reads.replace("RequestResponse", "Metadata"), "reads-with-bodies") == []
    both = rules(
        f"- level: Metadata\n  verbs: [get, list, watch]\n  {pods}\n- level: RequestResponse\n  {pods}\n{CLOSING}"
    )
    assert shorts(both, "reads-with-bodies") == []
    advice = only(rules(f"- level: RequestResponse\n  {pods}\n{CLOSING}"), "reads-with-bodies").help
    assert advice == (
        "Put this rule above this one:\n"
        '- {level: Metadata, verbs: ["get", "list", "watch"], resources: [{group: "", resources: ["pods"]}]}'
    )


EVERYTHING = {
    CLEAN + "- level: RequestResponse\n": "/rules/1",
    CLEAN + "- level: Request\n": None,
    CLEAN + "- level: Metadata\n- level: RequestResponse\n": None,
    CLEAN + "- level: RequestResponse\n  omitStages: [ResponseComplete]\n": None,
    CLEAN + "- level: Metadata\n  verbs: [get, list, watch]\n- level: RequestResponse\n": "/rules/2",
    CLEAN + "- level: Metadata\n  resources: [{group: '*'}]\n- level: RequestResponse\n": None,
    CLEAN + "- level: RequestResponse\n  namespaces: [a]\n- level: Metadata\n": None,
}


@pytest.mark.parametrize(("text", "pointer"), EVERYTHING.items(), ids=map(str, range(len(EVERYTHING))))
def test_everything_with_bodies(text: str, pointer: str | None) -> None:
    assert [one.pointer for one in findings(rules(text), "everything-with-bodies")] == ([pointer] if pointer else [])


MANAGED = {
    "- level: Request\n": "Add `omitManagedFields: true` to the policy",
    "- level: RequestResponse\n  verbs: [create]\n": "Add `omitManagedFields: true` to the policy",
    "- level: Request\n  verbs: [create, patch]\n" + CLOSING: None,
    "- level: Request\n  omitManagedFields: true\n": None,
    "- level: Request\n  omitManagedFields: false\n": "Write `omitManagedFields: true`",
    CLOSING: None,
}


@pytest.mark.parametrize(("text", "advice"), MANAGED.items(), ids=map(str, range(len(MANAGED))))
def test_managed_fields_logged(text: str, advice: str | None) -> None:
    found = found_in(rules(text), "managed-fields-logged")
    assert [one.help for one in found] == ([advice] if advice else [])
    assert found_in(rules(text), "managed-fields-logged", minor=22) == []
    assert findings(rules(text), "managed-fields-logged") == []


def test_managed_fields_of_a_rule_against_the_policy() -> None:
    start = f"{HEAD}omitManagedFields: true\nrules:\n"
    assert found_in(start + "- level: Request\n", "managed-fields-logged") == []
    (finding,) = found_in(start + "- level: Request\n  omitManagedFields: false\n", "managed-fields-logged")
    assert finding.help == "Delete `omitManagedFields: false`"


# RequestReceived.

STAGES = {
    f"{HEAD}rules:\n- level: Metadata\n": ("apiVersion", ""),
    f"{HEAD}omitStages: [Panic]\nrules:\n- level: Metadata\n": ("omitStages", "/omitStages"),
    f"{HEAD}omitStages: [RequestReceived]\nrules:\n- level: Metadata\n": None,
    f"{HEAD}rules:\n- level: Metadata\n  omitStages: [RequestReceived]\n": None,
    f"{HEAD}rules:\n- level: Metadata\n  omitStages: [ResponseComplete]\n": None,
    f"{HEAD}rules:\n- level: None\n": None,
    f"{HEAD}rules:\n- level: Metadata\n  users: [a]\n- level: Metadata\n  omitStages: [RequestReceived]\n": (
        "apiVersion",
        "",
    ),
    f"{HEAD}rules:\n- level: Metadata\n  omitStages: [RequestReceived]\n- level: Request\n  users: [a]\n": None,
    f"{HEAD}rules:\n- level: Metadata\n  verbs: [proxy]\n- level: Metadata\n  omitStages: [RequestReceived]\n": None,
}


@pytest.mark.parametrize(("text", "place"), STAGES.items(), ids=map(str, range(len(STAGES))))
def test_request_received_logged(text: str, place: tuple[str, str] | None) -> None:
    found = found_in(text, "request-received-logged")
    assert [one.pointer for one in found] == ([place[1]] if place else [])
    if place:
        assert shorts(text, "request-received-logged") == [f"request-received-logged info @ {place[0]}"]


OMITS = "- level: Metadata\n  verbs: [%s]\n  omitStages: [RequestReceived]\n"


def test_the_one_rule_that_forgot_to_omit_request_received_is_named() -> None:
    forgot = "- level: Request\n  verbs: [delete]\n"
    silent = "- level: None\n  users: [a]\n" * 3
    text = rules(
        silent + OMITS % "get" + OMITS % "list" + forgot + "- level: Metadata\n  omitStages: [RequestReceived]\n"
    )
    (found,) = found_in(text, "request-received-logged")
    assert found.pointer == "/rules/5"
    assert not found.related
    assert found.help == 'Add `omitStages: ["RequestReceived"]` to this rule, as 3 others have it'
    assert request_of(found).verb == "delete"


def test_the_few_rules_that_forgot_to_omit_request_received_are_named() -> None:
    forgot = "- level: Request\n  verbs: [delete]\n- level: Request\n  verbs: [delete]\n- level: Metadata\n"
    text = rules("".join(OMITS % verb for verb in ("get", "list", "watch", "patch")) + forgot)
    (found,) = found_in(text, "request-received-logged")
    assert found.pointer == "/rules/4"
    assert [(one.span.line, one.message) for one in found.related] == [(20, "this rule too")]
    assert found.help == 'Add `omitStages: ["RequestReceived"]` to these rules, as 4 others have it'


def test_rules_whose_omission_is_no_habit_are_not_counted() -> None:
    silent = "- level: None\n  users: [a]\n  omitStages: [RequestReceived]\n" * 3
    (found,) = found_in(rules(silent + "- level: Metadata\n"), "request-received-logged")
    assert found.pointer == ""
    more = "- level: Metadata\n  users: [a]\n" * 2
    (found,) = found_in(rules(more + OMITS % "get" + "- level: Metadata\n"), "request-received-logged")
    assert found.pointer == ""


SERVER = """\
apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver}
spec:
  hostNetwork: true
  containers:
  - name: kube-apiserver
    command: [kube-apiserver, --audit-policy-file=/etc/audit-policy.yaml, --audit-log-path=/var/log/a.log, MODE]
"""


@pytest.mark.parametrize(("mode", "number"), {"blocking-strict": 0, "blocking": 1, "batch": 1}.items())
def test_a_server_that_needs_request_received_is_spared(mode: str, number: int) -> None:
    sources = [
        Source("audit-policy.yaml", named=True, data=rules("- level: Metadata\n").encode()),
        Source("kube-apiserver.yaml", named=True, data=SERVER.replace("MODE", f"--audit-log-mode={mode}").encode()),
    ]
    found = lint.check(sources, Settings(minor=NEWEST, select=("request-received-logged", "toothless-strict"))).findings
    assert len(found) == number


# Against all requests of a small world.

NODES = ("system:node:a", "system:node:zz")
NAMESPACES = ("a", "kube-system", "kube-node-lease", "zz")
KUBE_PROXY = ("system:serviceaccount:kube-system:kube-proxy", "system:kube-proxy")
CONTROLLER = "system:serviceaccount:kube-system:replicaset-controller"
OF_ACCOUNTS = ("system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated")
ALL = ("system:authenticated",)


def groups(user: str) -> tuple[str, ...]:
    if user.startswith("system:serviceaccount:"):
        return OF_ACCOUNTS
    if user == "system:anonymous":
        return ("system:unauthenticated",)
    if user == "system:apiserver":
        return ("system:masters", *ALL)
    return ("system:nodes", *ALL) if user.startswith("system:node:") else ALL


def asked(verb: str, user: str, group: str, resource: str, *where: str) -> Request:
    return Request(verb, user, groups(user), None, group, resource, "", *where)


def lease(user: str, namespace: str, name: str) -> Request:
    return asked("update", user, "coordination.k8s.io", "leases", namespace, name)


NAMED: dict[str, list[tuple[Request, ...]]] = {
    "leases-logged": [
        *((lease(node, "kube-node-lease", node[len("system:node:") :]),) for node in NODES),
        *((lease(f"system:{name}", "kube-system", name),) for name in ("kube-controller-manager", "kube-scheduler")),
        (lease("system:apiserver", "kube-system", "apiserver-1"),),
    ],
    "events-logged": [
        (asked(verb, user, group, "events", namespace, name),)
        for verb, name in (("create", ""), ("patch", "web.1"))
        for user, group in (
            *((node, "") for node in NODES),
            (CONTROLLER, ""),
            ("system:kube-scheduler", "events.k8s.io"),
        )
        for namespace in NAMESPACES
    ],
    "health-checks-logged": [
        (Request("get", "system:anonymous", ("system:unauthenticated",), path),)
        for path in ("/livez", "/readyz", "/healthz")
    ],
    "noisy-watch": [
        *(
            (asked("watch", node, "", resource, "", node[len("system:node:") :] if resource == "nodes" else ""),)
            for node, resource in product(NODES, ("pods", "services", "nodes"))
        ),
        *(
            tuple(asked("watch", user, *target) for user in KUBE_PROXY)
            for target in (("", "services"), ("discovery.k8s.io", "endpointslices"))
        ),
    ],
}
ENTRIES = st.sampled_from(
    [
        GroupResources("", ("events",)),
        GroupResources("events.k8s.io", ("*",)),
        GroupResources("*", ("events", "leases")),
        GroupResources("coordination.k8s.io"),
        GroupResources("coordination.k8s.io", ("leases",), ("b", "kube-scheduler")),
        GroupResources("", ("pods", "services")),
        GroupResources("", ("nodes/*",)),
        GroupResources("", ("nodes",), ("b",)),
        GroupResources("discovery.k8s.io", ("endpointslices",)),
        GroupResources(""),
    ]
)
WHO_ASKS = {
    "users": some(NODES[0], "system:kube-scheduler", "system:anonymous", "system:apiserver", CONTROLLER, *KUBE_PROXY),
    "user_groups": some("system:nodes", "system:unauthenticated", "system:serviceaccounts", "system:masters"),
    "verbs": some("get", "create", "update", "patch", "watch"),
}
LEVELS = st.sampled_from(["None", "None", "Metadata", "RequestResponse"])
RULES = st.one_of(
    st.builds(
        make_rule,
        level=LEVELS,
        namespaces=some("a", "kube-system", "", "kube-node-lease"),
        resources=st.lists(ENTRIES, max_size=2).map(tuple),
        **WHO_ASKS,
    ),
    st.builds(make_rule, level=LEVELS, non_resource_urls=some("/livez", "/readyz*", "/healthz*", "/*"), **WHO_ASKS),
)
POLICIES = st.lists(RULES, min_size=1, max_size=5).map(lambda found: Policy(tuple(found)))


def logging(policy: Policy, request: Request) -> int | None:
    outcome = evaluate(policy, request)
    return outcome.rule if outcome.level != "None" else None


@settings(max_examples=150, deadline=None)
@given(POLICIES)
def test_chatter_is_found_where_a_named_request_is_logged(policy: Policy) -> None:
    subject = subject_of(policy)
    for name, named in NAMED.items():
        rule = REGISTRY[name]
        takers = {
            logging(policy, one[0]) for one in named if all(logging(policy, request) is not None for request in one)
        }
        found = list(rule.check(subject, Context(rule, subject)))
        assert len(found) == bool(takers)
        for finding in found:
            first, *others = sorted(index for index in takers if index is not None)
            assert finding.pointer == f"/rules/{first}"
            lines = [subject.places.key(("rules", index)).line for index in others]
            assert [note.span.line for note in finding.related] == lines
            request = request_of(finding)
            assert can_happen(request)
            assert evaluate(policy, request).rule == first


READERS = (
    *product(("alice", "zed"), (ALL, ("system:nodes", *ALL))),
    *product(
        ("system:serviceaccount:ci:a", "system:serviceaccount:ci:zed"),
        (("system:serviceaccounts", "system:serviceaccounts:ci", *ALL),),
    ),
    (NODES[1], groups(NODES[1])),
)
"""Users may be in any groups but those that the server keeps for others."""
OBJECTS = (
    *product([""], ["pods", "configmaps", "limitranges"]),
    *product(["apps"], ["deployments", "replicasets"]),
    *product(["example.com"], ["pods", "configmaps", "deployments", "things"]),
    ("other.com", "things"),
)
BODY_WORLD = tuple(
    request
    for (user, of_user), verb, target, namespace, name in product(
        READERS, ("get", "list", "create", "update"), OBJECTS, ("", "a", "zz"), ("", "x", "y")
    )
    if can_happen(request := Request(verb, user, of_user, None, *target, "", namespace, name))
)


BODY_RULES = st.builds(
    make_rule,
    level=st.sampled_from(["None", "Metadata", "Request", "RequestResponse", "RequestResponse"]),
    users=some("alice", "system:serviceaccount:ci:a", "system:anonymous"),
    user_groups=some("system:authenticated", "system:nodes", "system:serviceaccounts"),
    verbs=some("get", "list", "create", "update", "watch"),
    namespaces=some("", "a"),
    resources=st.lists(
        st.builds(
            GroupResources,
            st.sampled_from(["", "apps", "example.com", "*"]),
            st.sampled_from(
                [(), ("*",), ("pods",), ("pods/*", "configmaps"), ("deployments", "things"), ("pods/log",)]
            ),
            st.sampled_from([(), (), ("x",)]),
        ).filter(lambda entry: entry.resources or not entry.resource_names),
        max_size=2,
    ).map(tuple),
)
BODY_POLICIES = st.lists(BODY_RULES, min_size=1, max_size=4).map(lambda found: Policy(tuple(found)))


@settings(max_examples=150, deadline=None)
@given(BODY_POLICIES)
def test_bodies_are_found_where_a_request_of_the_small_world_is_logged_with_one(policy: Policy) -> None:
    subject = subject_of(policy)
    levels = {request: evaluate(policy, request) for request in BODY_WORLD}
    plain = {
        index
        for index, rule in enumerate(policy.rules)
        if not (rule.users or rule.user_groups or rule.verbs or rule.namespaces or rule.resources)
    }
    expected: dict[str, set[int | None]] = {
        "reads-with-bodies": {
            outcome.rule
            for request, outcome in levels.items()
            if outcome.level == "RequestResponse" and request.verb in {"get", "list"}
        },
        "everything-with-bodies": {
            outcome.rule for outcome in levels.values() if outcome.level == "RequestResponse" and outcome.rule in plain
        },
        "managed-fields-logged": {
            outcome.rule
            for request, outcome in levels.items()
            if outcome.level == "RequestResponse" or (outcome.level == "Request" and request.verb == "update")
        },
    }
    for name, takers in expected.items():
        rule = REGISTRY[name]
        found = list(rule.check(subject, Context(rule, subject)))
        assert len(found) == bool(takers), name
        for finding in found:
            request = request_of(finding)
            assert can_happen(request)
            assert finding.pointer == f"/rules/{evaluate(policy, request).rule}"
            assert int(finding.pointer.removeprefix("/rules/")) in takers


@settings(max_examples=100, deadline=None)
@given(POLICIES)
def test_a_request_that_is_logged_twice_is_found_wherever_one_is(policy: Policy) -> None:
    subject = subject_of(policy)
    rule = REGISTRY["request-received-logged"]
    named = [request for requests in NAMED.values() for one in requests for request in one]
    found = list(rule.check(subject, Context(rule, subject)))
    if any(logging(policy, request) is not None for request in named):
        assert len(found) == 1
    for finding in found:
        assert logging(policy, request_of(finding)) is not None
