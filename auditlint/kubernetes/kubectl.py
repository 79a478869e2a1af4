"""Requests as kubectl commands, and as raw paths where kubectl sends no such request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.kubernetes.identities import AUTHENTICATED, UNAUTHENTICATED
from auditlint.kubernetes.well_known import ANYWHERE, is_well_known

if TYPE_CHECKING:
    from auditlint.kubernetes.requests import Request
    from auditlint.kubernetes.well_known import Known

_METHODS = {
    "create": "POST",
    "update": "PUT",
    "patch": "PATCH",
    "delete": "DELETE",
    "deletecollection": "DELETE",
}
_RAW = {"GET": "get", "POST": "create", "PUT": "replace", "DELETE": "delete"}
"""The kubectl commands that take `--raw`, by HTTP method."""
_STREAMS = frozenset({"exec", "attach", "portforward"})
FIRST_WITH_WEBSOCKETS = 31
"""The minor of the first kubectl that streams over WebSockets, which are GETs, and only else over SPDY, a POST.

Source: staging/src/k8s.io/kubectl/pkg/cmd/exec/exec.go and pkg/cmd/util/helpers.go (RemoteCommandWebsockets).
"""
_SUBRESOURCE_COMMANDS = {
    ("pods/exec", "create"): "kubectl exec {name}{where} -- sh",
    ("pods/exec", "get"): "kubectl exec {name}{where} -- sh",
    ("pods/attach", "create"): "kubectl attach {name}{where}",
    ("pods/attach", "get"): "kubectl attach {name}{where}",
    ("pods/portforward", "create"): "kubectl port-forward {name} 8080{where}",
    ("pods/portforward", "get"): "kubectl port-forward {name} 8080{where}",
    ("pods/ephemeralcontainers", "patch"): "kubectl debug {name}{where} --image=busybox",
    ("pods/log", "get"): "kubectl logs {name}{where}",
    ("serviceaccounts/token", "create"): "kubectl create token {name}{where}",
    ("certificatesigningrequests/approval", "update"): "kubectl certificate approve {name}",
}
_WITH_SUBRESOURCE_FLAG = {"get": "get", "patch": "patch"}
_EVERYBODYS_GROUPS = frozenset({AUTHENTICATED, UNAUTHENTICATED})


def command(request: Request, *, show_user: bool = True, known: Known = ANYWHERE) -> str:
    """Return a short text for a request: a kubectl command in backquotes if there is one, and who runs it.

    `known` is what is known of the cluster that it is sent to.
    """
    return _what(request, known) + _who(request, show_user=show_user)


def singular(resource: str) -> str:
    """Return the singular that kubectl takes for a resource of Kubernetes' own naming: `policies` → `policy`."""
    if resource == "endpoints":
        return resource
    if resource.endswith("ies"):
        return resource[:-3] + "y"
    if resource.endswith("sses"):
        return resource[:-2]
    return resource.removesuffix("s")


def dotted(group: str, resource: str, subresource: str = "") -> str:
    """Return a resource with its group where people may not know it: `tokens.management.cattle.io`."""
    name = resource if is_well_known(group, resource) else ".".join(filter(None, (resource, group)))
    return f"{name}/{subresource}" if subresource else name


def _who(request: Request, *, show_user: bool) -> str:
    if request.user is None:
        return " with a login that fails"
    groups = [group for group in request.groups if group not in _EVERYBODYS_GROUPS]
    if show_user and request.user:
        return f" by {request.user}"
    return f" by a member of {groups[0]}" if groups else ""


def _what(request: Request, known: Known) -> str:
    if request.path is not None:
        return _raw(request.verb.upper(), request.path)
    if request.verb == "proxy":
        return f"a request to {_api_path(request, known, 'proxy/')} (verb proxy)"
    if not request.verb:
        return f"a request to {_api_path(request, known)} with an unusual HTTP method"
    if request.subresource or not is_well_known(request.api_group, request.resource):
        return _subresource(request, known) if request.subresource else _plural(request, known)
    return _ordinary(request, singular(request.resource), known)


def _plural(request: Request, known: Known) -> str:
    """Return the command for a resource that kubectl may not know by a short name."""
    dotted = f"{request.resource}.{request.api_group}" if request.api_group else request.resource
    return _ordinary(request, dotted, known)


def _ordinary(request: Request, kind: str, known: Known) -> str:
    """Return the command for a main resource, or for its path where kubectl sends no such request."""
    where = _where(request, known)
    named = bool(request.name)
    own = named and request.namespace == request.name
    if own and request.verb in {"list", "watch"} and request.resource == "namespaces":
        return _raw("GET", _api_path(request, known))
    plural = request.resource if kind == singular(request.resource) else kind
    texts = {
        ("get", True): f"kubectl get {kind} {request.name}{where}",
        ("list", False): f"kubectl get {plural}{where}",
        ("list", True): f"kubectl get {plural}{where} --field-selector metadata.name={request.name}",
        ("watch", False): f"kubectl get {plural}{where} --watch",
        ("watch", True): f"kubectl get {kind} {request.name}{where} --watch",
        ("create", False): f"kubectl create -f {singular(request.resource)}.yaml{where}",
        ("update", True): f"kubectl replace -f {singular(request.resource)}.yaml{where}",
        ("patch", True): f"kubectl patch {kind} {request.name}{where} -p '{{}}'",
        ("delete", True): f"kubectl delete {kind} {request.name}{where}",
    }
    text = texts.get((request.verb, named))
    return f"`{text}`" if text else _raw(_METHODS.get(request.verb, request.verb), _api_path(request, known))


def _where(request: Request, known: Known) -> str:
    if not known.is_namespaced(request.api_group, request.resource):
        return ""
    if request.namespace:
        return f" -n {request.namespace}"
    return " -A" if request.verb in {"list", "watch"} else ""


def _subresource(request: Request, known: Known) -> str:
    full = f"{request.resource}/{request.subresource}"
    template = _SUBRESOURCE_COMMANDS.get((full, request.verb)) if _is_home(request) else None
    if template and request.name:
        text = template.format(name=request.name, where=_where(request, known))
        return f"`{text}`{_how(request, known.minor)}"
    if request.subresource in {"status", "scale"} and request.name and request.verb in _WITH_SUBRESOURCE_FLAG:
        flags = f" --subresource={request.subresource}{_where(request, known)}" + (
            " -p '{}'" if request.verb == "patch" else ""
        )
        kind = (
            singular(request.resource)
            if is_well_known(request.api_group, request.resource)
            else ".".join(filter(None, (request.resource, request.api_group)))
        )
        return f"`kubectl {request.verb} {kind} {request.name}{flags}`"
    watched = "?watch=1" if request.verb == "watch" else ""
    return _raw(_METHODS.get(request.verb, "GET"), _api_path(request, known) + watched)


def _how(request: Request, minor: int) -> str:
    """Return how a command gets to the server where that is not how kubectl of the same release begins."""
    if request.subresource not in _STREAMS or (request.verb == "get") is (minor >= FIRST_WITH_WEBSOCKETS):
        return ""
    return " (over a WebSocket)" if request.verb == "get" else " (over SPDY)"


def _is_home(request: Request) -> bool:
    return request.api_group == ("certificates.k8s.io" if request.resource == "certificatesigningrequests" else "")


def _raw(method: str, path: str) -> str:
    name = _RAW.get(method)
    if name is None:
        return f"a {method} of {path}"
    target = f"'{path}'" if set(path) & set("?&*;()<>|$ ") else path
    return f"`kubectl {name} --raw {target}{' -f body.json' if name in {'create', 'replace'} else ''}`"


def _api_path(request: Request, known: Known, prefix: str = "") -> str:
    group = request.api_group
    version = known.version(group, request.resource)
    root = f"/apis/{group}/{version}" if group else f"/api/{version}"
    parts = [root, *filter(None, [prefix.rstrip("/")])]
    if request.namespace and request.resource != "namespaces":
        parts += ["namespaces", request.namespace]
    return "/".join([*parts, *filter(None, (request.resource, request.name, request.subresource))])
