"""Requests as short words: commands that really send the request."""

from __future__ import annotations

import re
import shlex

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from auditlint.kubernetes import catalogue, kubectl, kubectl_line
from auditlint.kubernetes.releases import NEWEST, OLDEST
from auditlint.kubernetes.requests import RESOURCE_VERBS, Request, can_happen, resolve
from auditlint.kubernetes.well_known import Known


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
    Request("get", "alice", path="/healthz?verbose"): "`kubectl get --raw /healthz%3Fverbose`",
    Request("get", "alice", path="/a b'c;d"): "`kubectl get --raw '/a%20b%27c;d'`",
    Request("get", "alice", path="//a"): "a GET of //a",
    of("get", "deployments", "web"): "`kubectl get --raw /api/v1/namespaces/prod/deployments/web`",
    of("list", "secrets", group="apps"): "`kubectl get --raw /apis/apps/v1/namespaces/prod/secrets`",
    of("get", "secrets", "db", namespace=""): "`kubectl get --raw /api/v1/secrets/db`",
    of("create", "secrets", namespace=""): "`kubectl create --raw /api/v1/secrets -f body.json`",
    of("watch", "secrets", "db", namespace=""): "`kubectl get secrets -A --field-selector metadata.name=db --watch`",
    of("get", "nodes", "n1"): "`kubectl get --raw /api/v1/namespaces/prod/nodes/n1`",
    of("watch", "pods/log", "web"): "`kubectl get --raw /api/v1/watch/namespaces/prod/pods/web/log`",
    of("list", "pods/log"): "a list of pods/log in namespace prod",
    of("get", "secrets", "a b"): "`kubectl get --raw /api/v1/namespaces/prod/secrets/a%20b`",
    of("get", "secrets", "-o"): "`kubectl get --raw /api/v1/namespaces/prod/secrets/-o`",
    of("list", "namespaces", "prod", namespace=""): "`kubectl get namespaces --field-selector metadata.name=prod`",
    Request("post", "alice", path="/x"): "`kubectl create --raw /x -f body.json`",
    Request("head", "alice", path="/x"): "a HEAD of /x",
}


@pytest.mark.parametrize(("request_", "text"), COMMANDS.items(), ids=COMMANDS.values())
def test_command(request_: Request, text: str) -> None:
    assert kubectl.command(request_, show_user=False) == text


WHO = {
    ("bob", ("dev", "system:authenticated")): " by bob, a member of dev",
    ("system:node:a", ("system:nodes", "system:authenticated")): " by system:node:a",
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


SERVED = [one for minor in (OLDEST, NEWEST) for one in catalogue.of_release(minor).served]
odd = st.text("ab-.:%?& '\"`$*/\\\u00e9", max_size=4)
targets = st.one_of(
    st.sampled_from([(one.group, one.resource, one.subresource) for one in SERVED]),
    st.tuples(
        st.sampled_from(["", "apps", "example.com", "extensions"]) | odd,
        st.sampled_from(["secrets", "pods", "deployments", "namespaces", "nodes", "widgets", "status"]) | odd,
        st.sampled_from(["", "", "status", "scale", "exec", "log", "token", "approval", "finalize"]) | odd,
    ),
)
requests = st.builds(
    lambda verb, target, namespace, name: Request(
        verb, "alice", (), None, target[0], target[1], target[2], namespace, name
    ),
    st.sampled_from(RESOURCE_VERBS),
    targets,
    st.sampled_from(["", "prod", "web"]) | odd,
    st.sampled_from(["", "prod", "web", "system:node"]) | odd,
)
urls = st.builds(
    lambda verb, path: Request(verb, "alice", (), path=path),
    st.sampled_from(["get", "head", "post", "put", "patch", "delete"]),
    st.text("ab/%?#&' \"$;*~\u00e9", max_size=8).map(lambda path: f"/{path}"),
)
SPOKEN = {"get": "GET", "create": "POST", "replace": "PUT", "delete": "DELETE"}


def sent(text: str, asked: Request, minor: int) -> Request | None:
    """Return the request that a claim sends; None where it is put into words or only a file tells."""
    command = re.fullmatch(r"`(.*?)`(?: \(over .*\))?", text, re.DOTALL)
    spoken = re.fullmatch(r"a ([A-Z]+) of (\S+)", text)
    if spoken:
        return resolve(spoken[1], spoken[2])
    if not command:
        return None
    _, verb, *rest = shlex.split(command[1])
    if "--raw" in rest:
        return resolve(SPOKEN[verb], rest[rest.index("--raw") + 1])
    if "-f" in rest:
        assert rest[1] == f"{kubectl.singular(asked.resource)}.yaml"
        namespace = rest[rest.index("-n") + 1] if "-n" in rest else ""
        of_file = asked._replace(verb={"create": "create", "replace": "update"}[verb], user=None)
        return of_file._replace(namespace=asked.name if asked.resource == "namespaces" else namespace)
    line = kubectl_line.read([verb, *rest], catalogue.of_release(minor))
    assert not line.in_context
    verb = asked.verb if "(over" in text else line.verb
    return Request(verb, None, (), None, line.group, line.resource, line.subresource, line.namespace, line.name)


@settings(max_examples=1500, deadline=None)
@given(request_=requests | urls, minor=st.sampled_from([OLDEST, NEWEST]))
def test_a_command_sends_the_request_that_it_is_shown_for(request_: Request, minor: int) -> None:
    assume(can_happen(request_))
    claim = sent(kubectl.command(request_, show_user=False, known=Known(minor)), request_, minor)
    assert claim in {None, request_._replace(user=None)}
