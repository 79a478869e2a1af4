"""The request resolver and the set of requests there are."""

from __future__ import annotations

import pytest

from auditlint.kubernetes.requests import Request, UnreadableRequestError, can_happen, is_resource_path, resolve
from auditlint.kubernetes.selectors import label_selector_is_valid, required_name


def resource(
    verb: str, resource: str, *, api_group: str = "", subresource: str = "", namespace: str = "", name: str = ""
) -> Request:
    return Request(verb, None, (), None, api_group, resource, subresource, namespace, name)


@pytest.mark.parametrize(
    ("method", "url", "request_"),
    [
        ("GET", "/healthz", Request("get", path="/healthz")),
        ("GET", "/", Request("get", path="/")),
        ("FROB", "/healthz?verbose", Request("frob", path="/healthz")),
        ("GET", "/api/v1/", Request("get", path="/api/v1/")),
        ("GET", "/apis/apps/v1//", Request("get", path="/apis/apps/v1//")),
        ("GET", "/apix/v1/pods", Request("get", path="/apix/v1/pods")),
        ("GET", "/api/v1/pods", resource("list", "pods")),
        ("HEAD", "//api/v1/pods/", resource("list", "pods")),
        ("GET", "/api/v1/pods?watch=true", resource("watch", "pods")),
        ("GET", "/api/v1/pods?watch", resource("watch", "pods")),
        ("GET", "/api/v1/pods?watch=FALSE", resource("list", "pods")),
        ("GET", "/api/v1/pods?watch=0&watch=1", resource("list", "pods")),
        ("GET", "/api/v1/pods?fieldSelector=metadata.name%3Dweb", resource("list", "pods", name="web")),
        ("GET", "/api/v1/pods?fieldSelector=a=b,metadata.name==web", resource("list", "pods", name="web")),
        ("GET", "/api/v1/pods?fieldSelector=metadata.name!=web", resource("list", "pods")),
        ("GET", "/api/v1/pods?fieldSelector=metadata.name=a/b", resource("list", "pods")),
        ("GET", "/api/v1/pods?fieldSelector=metadata.name", resource("list", "pods")),
        ("GET", "/api/v1/pods?fieldSelector=metadata.name=web&limit=x&watch=1", resource("watch", "pods")),
        ("GET", f"/api/v1/pods?fieldSelector=metadata.name=web&limit={'9' * 4400}", resource("list", "pods")),
        ("GET", f"/api/v1/pods?fieldSelector=metadata.name=web&labelSelector=a>{'9' * 4400}", resource("list", "pods")),
        ("GET", "/api/v1/pods?fieldSelector=metadata.name=web&labelSelector=a%20b", resource("list", "pods")),
        ("GET", "/api/v1/pods/web?watch=1", resource("get", "pods", name="web")),
        ("GET", "/api/v1/watch/pods/web", resource("watch", "pods", name="web")),
        ("GET", "/api/v1/watch/namespaces/prod/pods", resource("watch", "pods", namespace="prod")),
        ("POST", "/api/v1/namespaces/prod/pods", resource("create", "pods", namespace="prod")),
        ("PUT", "/api/v1/namespaces/prod", resource("update", "namespaces", namespace="prod", name="prod")),
        (
            "PUT",
            "/api/v1/namespaces/prod/finalize",
            resource("update", "namespaces", subresource="finalize", namespace="prod", name="prod"),
        ),
        ("GET", "/api/v1/status", resource("list", "status")),
        ("DELETE", "/api/v1/namespaces/prod/pods", resource("deletecollection", "pods", namespace="prod")),
        ("DELETE", "/api/v1/nodes/a", resource("delete", "nodes", name="a")),
        ("get", "/api/v1/nodes/a", resource("", "nodes", name="a")),
        (
            "PATCH",
            "/apis/apps/v1/namespaces/prod/deployments/web/scale/more",
            resource("patch", "deployments", api_group="apps", subresource="scale", namespace="prod", name="web"),
        ),
        (
            "GET",
            "/api/v1/proxy/namespaces/prod/pods/web/index.html",
            resource("proxy", "pods", namespace="prod", name="web"),
        ),
        ("GET", "/api/v1/pods//log", resource("list", "pods", subresource="log")),
        ("GET", "/api/v1/namespaces/a%2Fb", resource("list", "b", namespace="a")),
        ("GET", "https://host:6443/api/v1/pods", resource("list", "pods")),
        ("GET", "https://host?x", Request("get", path="")),
        ("OPTIONS", "*", Request("options", path="*")),
    ],
)
def test_resolve(method: str, url: str, request_: Request) -> None:
    assert resolve(method, url) == request_


@pytest.mark.parametrize("url", ["/api/v1/watch", "/apis/apps/v1/proxy/", "healthz", "/a%2", "/a%zz", "/a\n", "*x"])
def test_unreadable(url: str) -> None:
    with pytest.raises(UnreadableRequestError):
        resolve("GET", url)


def test_resolve_keeps_the_identity() -> None:
    assert resolve("GET", "/version", user="alice", groups=("dev",)) == Request("get", "alice", ("dev",), "/version")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/api", False),
        ("/api/v1", False),
        ("/api/v1///", False),
        ("/api//x", True),
        ("///api/v1/pods", True),
        ("/apis/apps/v1", False),
        ("/apis/apps/v1/deployments", True),
        ("/apis//v1/x", True),
        ("/apis///x", True),
        ("/openapi/v3/apis/apps/v1", False),
        ("/api/v1/watch", True),
    ],
)
def test_is_resource_path(path: str, *, expected: bool) -> None:
    assert is_resource_path(path) is expected


@pytest.mark.parametrize(
    "request_",
    [
        Request("get", path="/healthz"),
        Request("options", "alice", ("dev",), "/"),
        resource("get", "pods", name="web"),
        resource("list", "pods", name="web"),
        resource("deletecollection", "pods", namespace="prod"),
        resource("", "pods", subresource="log"),
        resource("proxy", "pods", name="web"),
        resource("list", "status"),
    ],
)
def test_can_happen(request_: Request) -> None:
    assert can_happen(request_)


@pytest.mark.parametrize(
    "request_",
    [
        Request("list", path="/healthz"),
        Request("get", path="/api/v1/pods"),
        Request("get", path=""),
        Request("get", None, ("dev",), "/healthz"),
        resource("get", "pods"),
        resource("delete", "pods"),
        resource("deletecollection", "pods", name="web"),
        resource("proxy", "pods", subresource="log"),
        resource("connect", "pods", name="web"),
        resource("list", ""),
        resource("list", "pods/log"),
        resource("list", "pods", namespace="a/b"),
        resource("list", "status", namespace="prod"),
        resource("create", "finalize", namespace="prod"),
    ],
)
def test_cannot_happen(request_: Request) -> None:
    assert not can_happen(request_)


@pytest.mark.parametrize(
    "selector",
    [
        "",
        "a",
        "!a",
        "a=b",
        "a = b",
        "a==",
        "a!=b,c",
        "a in (b,c)",
        "a notin (,)",
        "a in ()",
        "in in (in)",
        "x/a>5",
        "a=b\0\0x",
    ],
)
def test_label_selectors(selector: str) -> None:
    assert label_selector_is_valid(selector)


@pytest.mark.parametrize(
    "selector",
    [
        ",",
        "a,",
        "a b",
        "a=b c",
        "a in",
        "a in (b c)",
        "a in (b",
        "a>x",
        "a>",
        "=b",
        "!a=b",
        "/a",
        "X/a",
        "-a",
        "a=-",
        "a" * 64,
    ],
)
def test_broken_label_selectors(selector: str) -> None:
    assert not label_selector_is_valid(selector)


@pytest.mark.parametrize(
    ("selector", "name"),
    [
        ("", ""),
        ("metadata.name=web", "web"),
        ("metadata.name=b,metadata.name=a", "a"),
        (r"metadata.name=a\,b", "a,b"),
        ("metadata.name=..", ""),
        ("metadata.name=a=b", None),
        ("spec.nodeName", None),
        (r"a=b\c", None),
    ],
)
def test_required_name(selector: str, name: str | None) -> None:
    assert required_name(selector) == name
