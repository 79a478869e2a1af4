"""Requests and rules as words: short, and commands that really send the request."""

from __future__ import annotations

import pytest

from auditlint.checks import wording
from auditlint.kubernetes.match import Request
from auditlint.kubernetes.policy import GroupResources, PolicyRule


def of(verb: str, resource: str, name: str = "", namespace: str = "prod", group: str = "") -> Request:
    main, _, subresource = resource.partition("/")
    return Request(verb, "alice", (), None, group, main, subresource, namespace, name)


COMMANDS = {
    of("get", "secrets", "db"): "`kubectl get secret db -n prod`",
    of("list", "secrets"): "`kubectl get secrets -n prod`",
    of("list", "secrets", namespace=""): "`kubectl get secrets -A`",
    of("list", "secrets", "db"): "`kubectl get secrets -n prod --field-selector metadata.name=db`",
    of("watch", "pods"): "`kubectl get pods -n prod --watch`",
    of("watch", "pods", "web"): "`kubectl get pod web -n prod --watch`",
    of("create", "deployments", group="apps"): "`kubectl create -f deployment.yaml -n prod`",
    of("update", "networkpolicies", "a", group="networking.k8s.io"): "`kubectl replace -f networkpolicy.yaml -n prod`",
    of("patch", "deployments", "web", group="apps"): "`kubectl patch deployment web -n prod -p '{}'`",
    of("delete", "ingresses", "a", group="networking.k8s.io"): "`kubectl delete ingress a -n prod`",
    of("deletecollection", "pods"): "`kubectl delete --raw /api/v1/namespaces/prod/pods`",
    of("get", "endpoints", "a"): "`kubectl get endpoints a -n prod`",
    of("get", "nodes", "n1", namespace=""): "`kubectl get node n1`",
    of("list", "nodes", namespace=""): "`kubectl get nodes`",
    of("delete", "namespaces", "prod"): "`kubectl delete namespace prod`",
    of("list", "namespaces", namespace=""): "`kubectl get namespaces`",
    of("watch", "namespaces", namespace=""): "`kubectl get namespaces --watch`",
    of("get", "widgets", "a", group="example.com"): "`kubectl get widgets.example.com a -n prod`",
    of("create", "pods/exec", "web"): "`kubectl exec web -n prod -- sh` (over SPDY)",
    of("get", "pods/exec", "web"): "`kubectl exec web -n prod -- sh`",
    of("get", "pods/log", "web"): "`kubectl logs web -n prod`",
    of("create", "pods/portforward", "web"): "`kubectl port-forward web 8080 -n prod` (over SPDY)",
    of("create", "serviceaccounts/token", "build"): "`kubectl create token build -n prod`",
    of("get", "pods/proxy", "web"): "`kubectl get --raw /api/v1/namespaces/prod/pods/web/proxy`",
    of(
        "create", "pods/eviction", "web"
    ): "`kubectl create --raw /api/v1/namespaces/prod/pods/web/eviction -f body.json`",
    of("patch", "pods/ephemeralcontainers", "web"): "`kubectl debug web -n prod --image=busybox`",
    of("patch", "pods/resize", "web"): "a PATCH of /api/v1/namespaces/prod/pods/web/resize",
    of("get", "deployments/scale", "web", group="apps"): "`kubectl get deployment web --subresource=scale -n prod`",
    of(
        "update", "certificatesigningrequests/approval", "a", "", "certificates.k8s.io"
    ): "`kubectl certificate approve a`",
    of("create", "secrets", "db"): "`kubectl create --raw /api/v1/namespaces/prod/secrets/db -f body.json`",
    of("proxy", "pods", "web"): "a request to /api/v1/proxy/namespaces/prod/pods/web (verb proxy)",
    of("", "pods", "web"): "a request to /api/v1/namespaces/prod/pods/web with an unusual HTTP method",
    Request("get", "alice", path="/healthz"): "`kubectl get --raw /healthz`",
    Request("get", "alice", path="/healthz?verbose"): "`kubectl get --raw '/healthz?verbose'`",
    Request("post", "alice", path="/x"): "`kubectl create --raw /x -f body.json`",
    Request("head", "alice", path="/x"): "a HEAD of /x",
}


@pytest.mark.parametrize(("request_", "text"), COMMANDS.items(), ids=COMMANDS.values())
def test_command(request_: Request, text: str) -> None:
    assert wording.command(request_, show_user=False) == text


WHO = {
    (None, ()): " with a login that fails",
    ("system:anonymous", ("system:unauthenticated",)): " by system:anonymous",
    ("bob", ("system:authenticated",)): " by bob",
}


@pytest.mark.parametrize(("who", "text"), WHO.items(), ids=WHO.values())
def test_who_asks(who: tuple[str | None, tuple[str, ...]], text: str) -> None:
    request = Request("get", *who, path="/healthz")
    assert wording.command(request) == f"`kubectl get --raw /healthz`{text}"


def test_somebody_of_a_group() -> None:
    request = Request("get", "alice", ("system:nodes", "system:authenticated"), path="/healthz")
    assert wording.command(request, show_user=False).endswith(" by a member of system:nodes")


RULES = {
    PolicyRule("None"): "every request",
    PolicyRule("None", verbs=("get", "list")): 'every request with the verb "get" or "list"',
    PolicyRule("None", users=("a",), namespaces=("b",)): 'every resource by "a" in namespace "b"',
    PolicyRule("None", resources=(GroupResources("", ("pods",)),), verbs=("get",)): '"get" of "pods" of the core group',
    PolicyRule("None", resources=(GroupResources("apps"),)): 'every resource of group "apps"',
    PolicyRule("None", non_resource_urls=("/a", "/b")): 'URL "/a" and "/b"',
    PolicyRule("None", users=("a", "b", "c", "d", "e")): 'every request by "a", "b", "c" and 2 more',
}


@pytest.mark.parametrize(("rule", "text"), RULES.items(), ids=RULES.values())
def test_rule_words(rule: PolicyRule, text: str) -> None:
    assert wording.rule_words(rule) == text


def test_witness_of_a_path() -> None:
    request = Request("get", None, (), path="/healthz")
    assert wording.witness(request) == {"user": None, "groups": [], "verb": "get", "path": "/healthz"}


def test_witness_of_a_resource() -> None:
    assert wording.witness(of("get", "pods/log", "web")) == {
        "user": "alice",
        "groups": [],
        "verb": "get",
        "apiGroup": "",
        "resource": "pods",
        "subresource": "log",
        "namespace": "prod",
        "name": "web",
    }
