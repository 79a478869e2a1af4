"""Which request a kubectl command line sends."""

from __future__ import annotations

import shlex

import pytest

from auditlint.kubernetes import catalogue, kubectl
from auditlint.kubernetes.kubectl_line import KubectlError, Sent, read
from auditlint.kubernetes.releases import NEWEST
from auditlint.kubernetes.requests import Request
from auditlint.kubernetes.well_known import ANYWHERE

KNOWN = catalogue.of_release(NEWEST)


def sent(line: str, minor: int = NEWEST) -> Sent:
    return read(shlex.split(line), catalogue.of_release(minor))


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("kubectl get secrets -n prod", Sent("list", "", "secrets", "", "prod")),
        ("kubectl get secrets -A", Sent("list", "", "secrets")),
        ("kubectl get secrets", Sent("list", "", "secrets", "", "default", in_context=True)),
        ("kubectl get secret db -n prod -o yaml", Sent("get", "", "secrets", "", "prod", "db")),
        ("kubectl -n prod get secret/db", Sent("get", "", "secrets", "", "prod", "db")),
        ("kubectl get po -nprod -w", Sent("watch", "", "pods", "", "prod")),
        ("kubectl get pods -A --field-selector metadata.name=web", Sent("list", "", "pods", "", "", "web")),
        ("kubectl get pods -A --field-selector status.phase=Running", Sent("list", "", "pods")),
        ("kubectl get node n1", Sent("get", "", "nodes", "", "", "n1")),
        ("kubectl get ns prod", Sent("get", "", "namespaces", "", "prod", "prod")),
        ("kubectl get --raw /healthz", Sent(url="/healthz")),
        ("kubectl delete --raw /api/v1/pods", Sent(url="/api/v1/pods", method="DELETE")),
        (
            "kubectl get deploy web --subresource=scale -n prod",
            Sent("get", "apps", "deployments", "scale", "prod", "web"),
        ),
        ("kubectl describe pod web -n prod", Sent("get", "", "pods", "", "prod", "web")),
        ("kubectl create deployment web --image=nginx -n prod", Sent("create", "apps", "deployments", "", "prod")),
        ("kubectl create secret generic db --from-literal a=b -n prod", Sent("create", "", "secrets", "", "prod")),
        ("kubectl create namespace prod", Sent("create", "", "namespaces")),
        ("kubectl create token build -n prod", Sent("create", "", "serviceaccounts", "token", "prod", "build")),
        ("kubectl run web --image nginx -n prod", Sent("create", "", "pods", "", "prod")),
        ("kubectl edit cm web -n prod", Sent("patch", "", "configmaps", "", "prod", "web")),
        ("kubectl label pod web -n prod a=b c-", Sent("patch", "", "pods", "", "prod", "web")),
        (
            "kubectl delete clusterrolebinding a",
            Sent("delete", "rbac.authorization.k8s.io", "clusterrolebindings", "", "", "a"),
        ),
        (
            "kubectl scale deployment/web --replicas=3 -n prod",
            Sent("patch", "apps", "deployments", "scale", "prod", "web"),
        ),
        ("kubectl rollout restart deploy/web -n prod", Sent("patch", "apps", "deployments", "", "prod", "web")),
        ("kubectl set image deploy/web web=nginx -n prod", Sent("patch", "apps", "deployments", "", "prod", "web")),
        ("kubectl cordon n1", Sent("patch", "", "nodes", "", "", "n1")),
        ("kubectl taint nodes n1 a=b:NoSchedule", Sent("patch", "", "nodes", "", "", "n1")),
        ("kubectl exec -it web -n prod -- sh -c id", Sent("get", "", "pods", "exec", "prod", "web")),
        ("kubectl logs -f web -n prod", Sent("get", "", "pods", "log", "prod", "web")),
        ("kubectl cp -n prod web:/etc/passwd passwd", Sent("get", "", "pods", "exec", "prod", "web")),
        ("kubectl top pods -n prod", Sent("list", "metrics.k8s.io", "pods", "", "prod")),
        ("kubectl get widgets.example.com a -n prod", Sent("get", "example.com", "widgets", "", "prod", "a")),
        ("kubectl get pods -n prod --as alice", Sent("list", "", "pods", "", "prod", impersonates="alice")),
    ],
)
def test_a_command_line_is_a_request(line: str, found: Sent) -> None:
    assert sent(line) == found


def test_streams_are_posts_before_kubectl_had_websockets() -> None:
    assert (sent("kubectl exec web -n prod -- sh", 30).verb, sent("kubectl exec web -n prod -- sh", 31).verb) == (
        "create",
        "get",
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("kubectl", "needs a command"),
        ("kubectl gte pods", "`kubectl gte` is none of"),
        ("kubectl get pods,secrets", "must name one kind"),
        ("kubectl get pod a b", "must name one kind, and one object"),
        ("kubectl delete pods --all -n prod", "name one"),
        ("kubectl apply -f web.yaml", "only the file tells"),
        ("kubectl create -f web.yaml", "only the file tells"),
        ("kubectl exec deploy/web -- sh", "looks for a Pod"),
    ],
)
def test_what_a_line_does_not_tell_is_said(line: str, said: str) -> None:
    with pytest.raises(KubectlError, match=said):
        sent(line)


@pytest.mark.parametrize(
    "request_",
    [
        Request("get", None, (), None, "", "secrets", "", "prod", "db"),
        Request("list", None, (), None, "", "secrets", "", "prod"),
        Request("list", None, (), None, "", "secrets", "", "prod", "db"),
        Request("watch", None, (), None, "", "pods", "", "prod"),
        Request("patch", None, (), None, "apps", "deployments", "", "prod", "web"),
        Request("delete", None, (), None, "", "namespaces", "", "prod", "prod"),
        Request("get", None, (), None, "", "pods", "exec", "prod", "web"),
        Request("get", None, (), None, "", "pods", "log", "prod", "web"),
        Request("create", None, (), None, "", "serviceaccounts", "token", "prod", "build"),
        Request("update", None, (), None, "certificates.k8s.io", "certificatesigningrequests", "approval", "", "a"),
        Request("get", None, (), None, "apps", "deployments", "scale", "prod", "web"),
    ],
)
def test_there_and_back(request_: Request) -> None:
    line = kubectl.command(request_, known=ANYWHERE).split("`")[1]
    found = sent(line)
    back = (found.verb, found.group, found.resource, found.subresource, found.namespace, found.name)
    assert back == (request_.verb, *request_[4:])
