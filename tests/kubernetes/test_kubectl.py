"""Requests as short words: commands that really send the request."""

from __future__ import annotations

import pytest

from auditlint.kubernetes import kubectl
from auditlint.kubernetes.requests import Request


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
    assert kubectl.command(request_, show_user=False) == text


WHO = {
    (None, ()): " with a login that fails",
    ("system:anonymous", ("system:unauthenticated",)): " by system:anonymous",
    ("bob", ("system:authenticated",)): " by bob",
}


@pytest.mark.parametrize(("who", "text"), WHO.items(), ids=WHO.values())
def test_who_asks(who: tuple[str | None, tuple[str, ...]], text: str) -> None:
    request = Request("get", *who, path="/healthz")
    assert kubectl.command(request) == f"`kubectl get --raw /healthz`{text}"


def test_somebody_of_a_group() -> None:
    request = Request("get", "alice", ("system:nodes", "system:authenticated"), path="/healthz")
    assert kubectl.command(request, show_user=False).endswith(" by a member of system:nodes")
