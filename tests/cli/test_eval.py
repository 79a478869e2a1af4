"""`auditlint eval`: decisions on one request, options that contradict each other, policies that are refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from auditlint.kubernetes.requests import Request
from tests.cli.conftest import BAD_LEVEL, GOOD
from tests.cli.test_exit_codes import complaint
from tests.events.recording import as_line, as_lines, recorded

if TYPE_CHECKING:
    from tests.cli.conftest import Auditlint
    from tests.cli.test_exit_codes import Write

POLICY = """\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: ["RequestReceived"]
omitManagedFields: true
rules:
- level: None
  users: ["system:kube-proxy"]
  verbs: ["watch"]
- level: Metadata
  resources:
  - group: ""
    resources: ["pods/log", "secrets"]
    resourceNames: ["db", ""]
- level: RequestResponse
  userGroups: ["system:serviceaccounts:prod", "system:nodes", "dev"]
  namespaces: ["prod"]
- level: Request
  resources: [{group: apps, resources: [deployments/scale]}]
  omitStages: ["ResponseComplete"]
- level: None
  nonResourceURLs: ["/healthz*"]
"""
ALICE = ("--user", "alice")
RESOURCE = ("--verb", "get", "--resource", "secrets")


def decided(auditlint: Auditlint, write: Write, *arguments: str, policy: str = POLICY) -> dict[str, Any]:
    run = auditlint("eval", write("p.yaml", policy), *arguments, "--format", "json")
    assert (run.returncode, run.stderr) == (0, ""), run.stderr
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def test_text(auditlint: Auditlint, write: Write) -> None:
    run = auditlint(
        *("eval", write("p.yaml", POLICY), "--user", "system:serviceaccount:prod:robot", "--group", "dev"),
        *("--verb", "update", "--resource", "deployments.apps/scale", "-n", "shop", "--name", "web"),
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == (
        'request:  update deployments.apps/scale "web" in namespace "shop"\n'
        "user:     system:serviceaccount:prod:robot, groups dev, system:serviceaccounts,"
        " system:serviceaccounts:prod, system:authenticated\n"
        "level:    Request\n"
        "stages:   ResponseStarted, Panic (omitted: RequestReceived, ResponseComplete)\n"
        "rule:     p.yaml:17: rules[3]\n"
        "bodies:   without managedFields\n"
        "passed over:\n"
        '  p.yaml:6: rules[0] (None): users: "system:serviceaccount:prod:robot" is not listed;'
        ' verbs: "update" is not listed\n'
        '  p.yaml:9: rules[1] (Metadata): resources: no entry for group "apps"\n'
        '  p.yaml:14: rules[2] (RequestResponse): namespaces: "shop" is not listed\n'
    )


def test_text_of_the_default(auditlint: Auditlint, write: Write) -> None:
    run = auditlint("eval", write("p.yaml", POLICY), *ALICE, "--path", "/metrics")
    assert run.stdout == (
        "request:  get /metrics\n"
        "user:     alice, groups system:authenticated\n"
        "level:    None\n"
        "stages:   none, nothing is logged\n"
        "rule:     none of the 5 rules matches, so the default holds: level None\n"
        "passed over:\n"
        '  p.yaml:6: rules[0] (None): users: "alice" is not listed; verbs: "get" is not listed\n'
        "  p.yaml:9: rules[1] (Metadata): resources: the request is for a path, not for a resource\n"
        '  p.yaml:14: rules[2] (RequestResponse): userGroups: "system:authenticated" is not listed;'
        " namespaces: the request is for a path, not for a resource\n"
        "  p.yaml:17: rules[3] (Request): resources: the request is for a path, not for a resource\n"
        '  p.yaml:20: rules[4] (None): nonResourceURLs: "/metrics" is not listed\n'
    )


def test_json(auditlint: Auditlint, write: Write) -> None:
    assert decided(auditlint, write, *ALICE, *RESOURCE) == {
        "event": None,
        "rule": 1,
        "pointer": "/rules/1",
        "path": "p.yaml",
        "line": 9,
        "level": "Metadata",
        "omitStages": ["RequestReceived"],
        "omitManagedFields": True,
    }


def test_json_of_the_default(auditlint: Auditlint, write: Write) -> None:
    found = decided(auditlint, write, *ALICE, "--verb", "get", "--resource", "nodes")
    assert found == {
        "event": None,
        "rule": None,
        "pointer": None,
        "path": "p.yaml",
        "line": None,
        "level": "None",
        "omitStages": ["RequestReceived"],
        "omitManagedFields": True,
    }


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (("--user", "system:kube-proxy", "--verb", "watch", "--resource", "endpoints"), 0),
        ((*ALICE, "--group", "dev", "--verb", "get", "--resource", "pods/log", "--namespace", "prod"), 1),
        ((*ALICE, *RESOURCE, "--name", "db"), 1),
        ((*ALICE, *RESOURCE, "--name", "web"), None),
        ((*ALICE, "--verb", "get", "--resource", "pods", "-n", "prod"), None),
        ((*ALICE, "--group", "dev", "--verb", "get", "--resource", "pods", "-n", "prod"), 2),
        (("--user", "system:serviceaccount:prod:x", "--verb", "get", "--resource", "pods", "-n", "prod"), 2),
        (("--user", "system:serviceaccount:shop:x", "--verb", "get", "--resource", "pods", "-n", "prod"), None),
        (("--user", "system:node:n1", "--verb", "get", "--resource", "pods", "-n", "prod"), 2),
        (("--no-user", "--verb", "get", "--resource", "pods", "-n", "prod"), None),
        ((*ALICE, "--group", "dev", "--verb", "get", "--resource", "namespaces", "--name", "prod"), 2),
        ((*ALICE, "--verb", "update", "--resource", "deployments/scale", "--api-group", "apps"), 3),
        ((*ALICE, "--verb", "update", "--resource", "deployments.apps/scale", "--api-group", "apps"), 3),
        ((*ALICE, "--verb", "update", "--resource", "deployments.v1.apps/scale"), 3),
        ((*ALICE, "--verb", "update", "--resource", "deployments.apps"), None),
        (("--path", "/healthz"), 4),
        (("--anonymous", "--path", "/healthz/etcd", "--verb", "head"), 4),
        (("--no-user", "--url", "/healthz?verbose"), 4),
        ((*ALICE, "--method", "GET", "--url", "/api/v1/secrets"), 1),
        ((*ALICE, "--method", "get", "--url", "https://host:6443/api/v1/secrets?watch=1"), 1),
        (("--user", "system:kube-proxy", "--url", "/api/v1/pods?watch=1"), 0),
        ((*ALICE, "--group", "dev", "--method", "PATCH", "--url", "/api/v1/namespaces/prod/pods/x"), 2),
    ],
)
def test_decisions(auditlint: Auditlint, write: Write, arguments: tuple[str, ...], rule: int | None) -> None:
    assert decided(auditlint, write, *arguments)["rule"] == rule


@pytest.mark.parametrize(
    ("identity", "shown"),
    [
        ((), "system:anonymous, groups system:unauthenticated"),
        (("--anonymous",), "system:anonymous, groups system:unauthenticated"),
        (("--user", "system:anonymous"), "system:anonymous, groups system:unauthenticated"),
        (("--no-user",), "none, the login failed"),
        (("--user", "alice", "--group", "b", "--group", "a"), "alice, groups b, a, system:authenticated"),
        (("--user", "alice", "--group", "system:authenticated"), "alice, groups system:authenticated"),
        (("--user", "alice", "--group", "system:unauthenticated"), "alice, groups system:unauthenticated"),
        (("--user", "system:node:n1"), "system:node:n1, groups system:nodes, system:authenticated"),
    ],
)
def test_who_asks(auditlint: Auditlint, write: Write, identity: tuple[str, ...], shown: str) -> None:
    run = auditlint("eval", write("p.yaml", GOOD), *identity, "--path", "/")
    assert f"\nuser:     {shown}\n" in run.stdout


EVENT = recorded(Request("create", "alice", ("dev",), None, "", "pods", "", "prod"), "/api/v1/namespaces/prod/pods")


@pytest.mark.parametrize("indent", [None, 2])
def test_an_event(auditlint: Auditlint, write: Write, indent: int | None) -> None:
    write("event.json", json.dumps(EVENT, indent=indent))
    found = decided(auditlint, write, "--event", "event.json")
    assert (found["event"], found["rule"]) == (EVENT["auditID"], 2)


def test_an_event_on_standard_input(auditlint: Auditlint, write: Write) -> None:
    run = auditlint("eval", write("p.yaml", POLICY), "--event", "-", stdin=as_line(EVENT))
    assert "\nrule:     p.yaml:14: rules[2]\n" in run.stdout
    assert "\nrecorded: at level Metadata, stage ResponseComplete\n" in run.stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (as_lines([EVENT, EVENT]), "holds 2 events: pick one, or use auditlint replay"),
        (as_line({"kind": "EventList", "items": [EVENT] * 3}), "holds 3 events: pick one, or use auditlint replay"),
        (b'{"kind":"EventList","items":[]}', "holds no event"),
        (b"", "is not JSON"),
        (b"{}", "is no audit event: it has neither kind nor verb"),
        (b"\x00\xff binary", "is not JSON"),
        (b"[" * 100_000, "is nested too deeply"),
    ],
)
def test_what_is_no_event(auditlint: Auditlint, write: Write, content: bytes, said: str) -> None:
    run = auditlint("eval", write("p.yaml", POLICY), "--event", write("event.json", content))
    assert (run.returncode, run.stdout) == (2, "")
    assert complaint(run.stderr).startswith(f"auditlint: event.json: {said}")


def test_a_long_policy_shows_the_nearest_rules(auditlint: Auditlint, write: Write) -> None:
    far = '- level: None\n  users: ["u"]\n  verbs: ["list"]\n'
    near = '- level: None\n  verbs: ["watch"]\n'
    policy = write("p.yaml", "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n" + far * 20 + near + far * 20)
    short = auditlint("eval", policy, *ALICE, *RESOURCE).stdout
    assert short.count("  p.yaml:") == 10
    assert '  p.yaml:64: rules[20] (None): verbs: "get" is not listed\n' in short
    assert short.endswith("  and 31 more; --verbose shows them\n")
    assert auditlint("eval", policy, *ALICE, *RESOURCE, "--verbose").stdout.count("  p.yaml:") == 41


def test_all_stages_omitted(auditlint: Auditlint, write: Write) -> None:
    policy = GOOD.replace('"RequestReceived"', "RequestReceived, ResponseStarted, ResponseComplete, Panic")
    run = auditlint("eval", write("p.yaml", policy), "--path", "/")
    assert "\nstages:   none, all of them are omitted: nothing is logged\n" in run.stdout


@pytest.mark.parametrize(
    ("arguments", "note"),
    [
        ((*ALICE, "--verb", "exec", "--resource", "pods"), 'no request for a resource has the verb "exec"'),
        ((*ALICE, "--verb", "GET", "--path", "/"), 'no request for a path has the verb "GET"'),
        (("--path", "/api/v1/pods"), "kube-apiserver reads /api/v1/pods as that of a resource"),
    ],
)
def test_requests_that_never_come_are_decided_with_a_note(
    auditlint: Auditlint, write: Write, arguments: tuple[str, ...], note: str
) -> None:
    run = auditlint("eval", write("p.yaml", GOOD), *arguments)
    assert run.returncode == 0
    assert "\nlevel:    Metadata\n" in run.stdout
    assert complaint(run.stderr).startswith(f"auditlint: note: {note}")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "which request?"),
        (("--user", "alice"), "which request?"),
        (("--verb", "get"), "which request?"),
        (("--resource", "pods"), "--resource needs --verb"),
        (("--namespace", "prod", "--verb", "get"), "--namespace needs --resource"),
        (("--method", "GET"), "--method needs --url"),
        ((*RESOURCE, "--path", "/"), "--path and --resource exclude each other"),
        ((*RESOURCE, "--url", "/"), "exclude each other"),
        (("--url", "/", "--verb", "get"), "--verb and --url exclude each other"),
        ((*RESOURCE, "--user", "a", "--anonymous"), "--user and --anonymous exclude each other"),
        ((*RESOURCE, "--no-user", "--anonymous"), "--anonymous and --no-user exclude each other"),
        ((*RESOURCE, "--group", "dev"), "--group needs --user"),
        ((*RESOURCE, "--no-user", "--group", "dev"), "--group needs --user"),
        (("--event", "x.json", "--user", "alice"), "--event says everything about the request: leave out --user"),
        (("--verb", "get", "--resource", ".apps"), '".apps" is no resource'),
        (("--verb", "get", "--resource", "pods/log/x"), '"pods/log/x" is no resource'),
        (("--verb", "get", "--resource", "a.b", "--api-group", "c"), "name two API groups"),
        (("--url", "/%zz"), 'holds a "%" without two hexadecimal digits'),
        (("--url", "/api/v1/watch"), "kube-apiserver answers before any policy is asked"),
        ((*RESOURCE, "--format", "jsno"), 'did you mean "json"?'),
        ((*RESOURCE, "--kubernetes-version", "two"), '"two" is not a Kubernetes version'),
        (("--event", "missing.json"), "missing.json: no such file or folder"),
    ],
)
def test_what_cannot_be_asked_is_2(auditlint: Auditlint, write: Write, arguments: tuple[str, ...], said: str) -> None:
    run = auditlint("eval", write("p.yaml", GOOD), *arguments)
    assert (run.returncode, run.stdout) == (2, "")
    assert said in complaint(run.stderr)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (BAD_LEVEL, 'p.yaml:4:10: level "metadata" does not exist, so kube-apiserver refuses this policy'),
        (BAD_LEVEL + "- level: none\n", "[invalid-level] (and 1 more: auditlint check p.yaml)"),
        (GOOD.replace("/v1", "/v1beta1"), "p.yaml:1:13: "),
        (GOOD.replace("kind: Policy", "kind: AuditPolicy"), "p.yaml:2:7: "),
        ("rules:\n- level: None\n", "[wrong-api-version]"),
        ("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [\n", "[yaml-syntax]"),
        ("kind: ConfigMap\napiVersion: v1\n", "p.yaml: holds no audit policy"),
        ("", "p.yaml: holds no audit policy"),
        ("\0\0", "p.yaml: does not parse, passed over: yaml: control characters are not allowed"),
        ("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: {{ .Values.rules }}\n", "template"),
    ],
)
def test_a_policy_that_cannot_be_asked_is_2(auditlint: Auditlint, write: Write, content: str, said: str) -> None:
    run = auditlint("eval", write("p.yaml", content), *ALICE, *RESOURCE)
    assert (run.returncode, run.stdout) == (2, "")
    assert said in complaint(run.stderr)


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_a_policy_that_cannot_be_read_is_2(auditlint: Auditlint, name: str) -> None:
    run = auditlint("eval", name, *ALICE, *RESOURCE)
    assert run.returncode == 2
    assert complaint(run.stderr).startswith(f"auditlint: {name}: ")


def test_the_release_decides(auditlint: Auditlint, write: Write) -> None:
    policy = write("p.yaml", GOOD + "  resources: [{group: '*', resources: [pods]}]\n")
    arguments = ("eval", policy, *ALICE, "--verb", "get", "--resource", "pods.example.org", "--kubernetes-version")
    assert "\nlevel:    Metadata\n" in auditlint(*arguments, "1.36").stdout
    assert auditlint(*arguments, "1.35").returncode == 2


def test_the_release_of_the_configuration(auditlint: Auditlint, write: Write) -> None:
    write(".auditlint.yaml", "kubernetes-version: 1.20\nignore: [redundant-rule]\n")
    policy = write("p.yaml", GOOD.replace("/v1\n", "/v1beta1\n"))
    assert auditlint("eval", policy, *ALICE, *RESOURCE).returncode == 0


def test_the_policy_on_standard_input(auditlint: Auditlint) -> None:
    run = auditlint("eval", "-", *ALICE, *RESOURCE, stdin=GOOD.encode())
    assert "\nrule:     <stdin>:5: rules[0]\n" in run.stdout


def test_the_first_document_is_the_policy(auditlint: Auditlint, write: Write) -> None:
    found = decided(auditlint, write, *ALICE, *RESOURCE, policy=GOOD + "---\n" + POLICY)
    assert (found["line"], found["level"]) == (5, "Metadata")


def test_nothing_drives_the_terminal(auditlint: Auditlint, write: Write) -> None:
    run = auditlint("eval", write("p.yaml", GOOD), "--user", "\x1b[31mred", "--path", "/\x1b]0;title\x07")
    assert "\x1b" not in run.stdout + run.stderr
    assert "\\x1b[31mred" in run.stdout


@pytest.mark.parametrize(
    ("asked", "note"),
    [
        (
            ("deployments", "--api-group", ""),
            'no "deployments" in the core API group, so no such request gets an answer: did you mean deployments.apps?',
        ),
        (("deploi.apps",), 'serves no "deploi" in the API group "apps"'),
        (("pods/execs",), 'serves no "pods/execs" in the core API group, so no such request gets an answer\n'),
        (("widgets.example.com",), ""),
        (("pods/exec",), ""),
    ],
)
def test_a_resource_that_is_not_served_is_decided_with_a_note(
    auditlint: Auditlint, write: Write, asked: tuple[str, ...], note: str
) -> None:
    run = auditlint("eval", write("p.yaml", POLICY), *ALICE, "--verb", "get", "--resource", *asked)
    assert run.returncode == 0
    assert note in run.stderr if note else run.stderr == ""


@pytest.mark.parametrize(
    ("word", "resource"),
    [
        ("secret", "secrets"),
        ("Secret", "secrets"),
        ("deploy", "deployments.apps"),
        ("Deployment", "deployments.apps"),
        ("deploy.apps/scale", "deployments.apps/scale"),
        ("ev", "events"),
        ("event.events.k8s.io", "events.events.k8s.io"),
        ("ing", "ingresses.networking.k8s.io"),
        ("crontab.example.com", "crontab.example.com"),
    ],
)
def test_names_are_those_that_kubectl_resolves(auditlint: Auditlint, write: Write, word: str, resource: str) -> None:
    run = auditlint("eval", write("p.yaml", POLICY), *ALICE, "--verb", "list", "--resource", word)
    assert f"request:  list {resource}, no namespace\n" in run.stdout


@pytest.mark.parametrize("group", ["system:masters", "system:authenticated", "system:serviceaccounts:prod"])
def test_a_group_given_as_a_user_is_told(auditlint: Auditlint, write: Write, group: str) -> None:
    run = auditlint("eval", write("p.yaml", POLICY), "--user", group, "--verb", "list", "--resource", "pods")
    assert run.returncode == 0
    assert f'"{group}" is a group, so no user has that name' in run.stderr


def test_a_path_starts_with_a_slash(auditlint: Auditlint, write: Write) -> None:
    run = auditlint("eval", write("p.yaml", POLICY), *ALICE, "--path", "healthz")
    assert complaint(run.stderr) == 'auditlint: --path "healthz": a path starts with /, such as /healthz'


def test_a_kubectl_command_line(auditlint: Auditlint, write: Write) -> None:
    run = auditlint("eval", write("p.yaml", POLICY), *ALICE, "--", "kubectl", "get", "secret", "db", "-n", "prod")
    assert run.returncode == 0
    assert 'request:  get secrets "db" in namespace "prod"\nuser:     alice, ' in run.stdout


def test_the_policy_sees_who_is_logged_in_not_who_is_impersonated(auditlint: Auditlint, write: Write) -> None:
    line = ("--", "kubectl", "get", "pods", "-A", "--as", "bob")
    run = auditlint("eval", write("p.yaml", POLICY), *line)
    assert (run.returncode, run.stdout) == (2, "")
    assert "the policy sees who is logged in, not bob" in complaint(run.stderr)
    run = auditlint("eval", "p.yaml", *ALICE, *line)
    assert "user:     alice, " in run.stdout
    assert 'the policy sees the login "alice"; the event has "bob" under impersonatedUser' in run.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("kubectl", "gte", "pods"), "`kubectl gte` is none of"),
        (("helm", "install"), '"helm" is no request'),
        (("--verb", "get", "--", "kubectl", "get", "pods"), "--verb and a kubectl command exclude each other"),
        (("--resource", "pods", "--", "kubectl", "get", "pods"), "exclude each other"),
        (("-n", "prod", "--", "kubectl", "get", "pods"), "write -- before kubectl, and its options behind it"),
        (("kubectl", "get", "pods", "-n", "prod"), "write -- before kubectl, and its options behind it"),
    ],
)
def test_a_kubectl_command_line_that_is_no_request(
    auditlint: Auditlint, write: Write, arguments: tuple[str, ...], said: str
) -> None:
    run = auditlint("eval", write("p.yaml", POLICY), *arguments)
    assert (run.returncode, run.stdout) == (2, "")
    assert said in complaint(run.stderr)
