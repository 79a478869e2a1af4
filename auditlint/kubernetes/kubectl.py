"""Requests as kubectl commands, and as raw paths where kubectl sends no such request.

A command stands for exactly the request that it is shown for; what no client of the API can be told to send so is put
into words.
"""

from __future__ import annotations

import re

from auditlint.kubernetes.identities import groups_of
from auditlint.kubernetes.requests import UnreadableRequestError, resolve
from auditlint.kubernetes.well_known import ANYWHERE, home_of, is_well_known
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

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
_OF_COLLECTIONS = frozenset({"list", "watch", "create", "deletecollection"})
_FLAGGED_SUBRESOURCES = frozenset({"status", "scale"})
_SUBRESOURCE_FLAG_FROM = 24
"""The minor of the first kubectl with `--subresource` (pkg/cmd/get/get.go, pkg/cmd/patch/patch.go)."""
_WORD = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._:-]*[A-Za-z0-9])?"
_GROUP = rf"(?:{_WORD}(?:\.{_WORD})*)?"
_PLAIN_PATH = r"/(?!/)[A-Za-z0-9/._~:@!$&'()*+,;=-]*"
_NEEDS_QUOTES = r"[^A-Za-z0-9/._:@%+=,-]"


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
    """Return a resource with its group where people may not know it: `tokens.management.cattle.io`.

    A name that they know from another group is `leases of the core group`.
    """
    name = resource if not group or is_well_known(group, resource) else f"{resource}.{group}"
    written = f"{name}/{subresource}" if subresource else name
    return f"{written} of the core group" if not group and home_of(resource) else written


def _who(request: Request, *, show_user: bool) -> str:
    if request.user is None:
        return " with a login that fails"
    given = groups_of(request.user)
    groups = " and ".join([group for group in request.groups if group not in given])
    if show_user and request.user:
        return f" by {request.user}" + (f", a member of {groups}" if groups else "")
    return f" by a member of {groups}" if groups else ""


def _what(request: Request, known: Known) -> str:
    if request.path is not None:
        return _raw(request.verb.upper(), _escaped(request.path))
    if request.verb == "proxy":
        return f"a request to {_api_path(request, known, 'proxy')} (verb proxy)"
    if not request.verb:
        return f"a request to {_api_path(request, known)} with an unusual HTTP method"
    return _line(request, known) or _by_path(request, known) or _in_words(request)


def _line(request: Request, known: Known) -> str:
    """Return the command that names kind and object; "" where kubectl has none that sends just this request."""
    where = _where(request, known)
    if where is None or not _is_plain(request) or not known.resolves(request.api_group, request.resource):
        return ""
    if request.subresource:
        return _subresource(request, where, known)
    text = _ordinary(request, where, known)
    return f"`{text}`" if text else ""


def _where(request: Request, known: Known) -> str | None:
    """Return the flag for the namespace; None where kubectl would send another one."""
    if request.resource == "namespaces" and not request.api_group:
        of_collection = request.verb in _OF_COLLECTIONS and not request.subresource
        return "" if request.namespace == ("" if of_collection else request.name) else None
    if known.is_cluster_scoped(request.api_group, request.resource):
        return None if request.namespace else ""
    if request.namespace:
        return f" -n {request.namespace}"
    return " -A" if request.verb in {"list", "watch"} else None


def _is_plain(request: Request) -> bool:
    """Tell whether all names are such that a shell, kubectl and the API take them as they stand."""
    return (
        re.fullmatch(_WORD, request.resource) is not None
        and re.fullmatch(_GROUP, request.api_group) is not None
        and re.fullmatch(f"(?:{_WORD})?", request.namespace) is not None
        and re.fullmatch(f"(?:{_NAME})?", request.name) is not None
    )


def _ordinary(request: Request, where: str, known: Known) -> str:
    """Return the command for a main resource, if there is one."""
    kind, kinds = _kind(request, known), _kinds(request, known)
    name, chosen = request.name, f"{where} --field-selector metadata.name={request.name}"
    texts = {
        ("get", True): f"kubectl get {kind} {name}{where}",
        ("list", False): f"kubectl get {kinds}{where}",
        ("list", True): f"kubectl get {kinds}{chosen}",
        ("watch", False): f"kubectl get {kinds}{where} --watch",
        ("watch", True): f"kubectl get {kind} {name}{where} --watch",
        ("create", False): f"kubectl create -f {singular(request.resource)}.yaml{where}",
        ("update", True): f"kubectl replace -f {singular(request.resource)}.yaml{where}",
        ("patch", True): f"kubectl patch {kind} {name}{where} -p '{{}}'",
        ("delete", True): f"kubectl delete {kind} {name}{where}",
    }
    if request.verb == "watch" and name and where == " -A":
        return f"kubectl get {kinds}{chosen} --watch"  # kubectl takes no name with -A
    return texts.get((request.verb, bool(name)), "")


def _kind(request: Request, known: Known) -> str:
    """Return what kubectl knows one object of the resource by."""
    alone = known.needs_no_group(request.api_group, request.resource)
    return singular(request.resource) if alone else _kinds(request, known)


def _kinds(request: Request, known: Known) -> str:
    """Return what kubectl knows the resource by."""
    alone = not request.api_group or known.needs_no_group(request.api_group, request.resource)
    return request.resource if alone else f"{request.resource}.{request.api_group}"


def _subresource(request: Request, where: str, known: Known) -> str:
    """Return the command for a subresource of an object, if there is one."""
    full = f"{request.resource}/{request.subresource}"
    template = _SUBRESOURCE_COMMANDS.get((full, request.verb)) if _is_home(request) else None
    if template and request.name:
        return f"`{template.format(name=request.name, where=where)}`{_how(request, known.minor)}"
    flagged = request.subresource in _FLAGGED_SUBRESOURCES and known.minor >= _SUBRESOURCE_FLAG_FROM
    if not flagged or not request.name or request.verb not in {"get", "patch"}:
        return ""
    flags = f"--subresource={request.subresource}{where}" + (" -p '{}'" if request.verb == "patch" else "")
    return f"`kubectl {request.verb} {_kind(request, known)} {request.name} {flags}`"


def _how(request: Request, minor: int) -> str:
    """Return how a command gets to the server where that is not how kubectl of the same release begins."""
    if request.subresource not in _STREAMS or (request.verb == "get") is (minor >= FIRST_WITH_WEBSOCKETS):
        return ""
    return " (over a WebSocket)" if request.verb == "get" else " (over SPDY)"


def _is_home(request: Request) -> bool:
    return request.api_group == ("certificates.k8s.io" if request.resource == "certificatesigningrequests" else "")


def _by_path(request: Request, known: Known) -> str:
    """Return the request as a method and a path; "" if the server reads no path as this request."""
    method = _METHODS.get(request.verb, "GET")
    bare = request._replace(user=None, groups=())
    return next((_raw(method, url) for url in _urls(request, known) if _read(method, url) == bare), "")


def _read(method: str, url: str) -> Request | None:
    try:
        return resolve(method, url)
    except UnreadableRequestError:
        return None


def _urls(request: Request, known: Known) -> Iterator[str]:
    """Yield the paths that the server may read as the request."""
    watched = "watch=1" if request.verb == "watch" else ""
    if request.verb in {"list", "watch"}:
        chosen = f"fieldSelector=metadata.name%3D{_escaped(request.name)}" if request.name else ""
        query = "&".join(filter(None, (watched, chosen)))
        yield _api_path(request._replace(name=""), known) + (f"?{query}" if query else "")
        yield _api_path(request, known, request.verb)
    yield _api_path(request, known)


def _in_words(request: Request) -> str:
    name = f' "{request.name}"' if request.name else ""
    namespace = f" in namespace {request.namespace}" if request.namespace else ""
    return f"a {request.verb} of {dotted(request.api_group, request.resource, request.subresource)}{name}{namespace}"


def _raw(method: str, url: str) -> str:
    name = _RAW.get(method) if not url.startswith("//") else None
    if name is None:
        return f"a {method} of {url}"
    quoted = "'" + url.replace("'", "%27") + "'" if re.search(_NEEDS_QUOTES, url) else url
    return f"`kubectl {name} --raw {quoted}{' -f body.json' if name in {'create', 'replace'} else ''}`"


def _api_path(request: Request, known: Known, prefix: str = "") -> str:
    group = request.api_group
    version = known.version(group, request.resource)
    parts = ["apis", group, version] if group else ["api", version]
    parts += [prefix] if prefix else []
    if request.namespace and request.resource != "namespaces":
        parts += ["namespaces", request.namespace]
    return _escaped("/" + "/".join([*parts, *filter(None, (request.resource, request.name, request.subresource))]))


def _escaped(path: str) -> str:
    """Return a path as it stands in a URL."""
    if re.fullmatch(_PLAIN_PATH, path):
        return path
    from urllib.parse import quote  # only for paths that nobody writes

    return quote(path, safe="/:@!$&'()*+,;=~", errors="surrogateescape")
