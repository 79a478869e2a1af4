"""Turns requests, values and rules of a policy into the words of messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.english import listing, several
from auditlint.kubernetes.identities import AUTHENTICATED, UNAUTHENTICATED
from auditlint.kubernetes.well_known import ANYWHERE, OTHERS, is_well_known

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from auditlint.finding import Witness
    from auditlint.kubernetes.match import Request
    from auditlint.kubernetes.policy import PolicyRule
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
_FIRST_WITH_WEBSOCKETS = 31
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
_NAMES = {"secrets": "db", "nodes": "node-1", "serviceaccounts": "build", "roles": "admin", "clusterroles": "admin"}
"""Names of objects that fit their kind better than `web`."""
_EVERYBODYS_GROUPS = frozenset({AUTHENTICATED, UNAUTHENTICATED})


def command(request: Request, *, show_user: bool = True, known: Known = ANYWHERE) -> str:
    """Return a short text for a request: a kubectl command in backquotes if there is one, and who runs it.

    `known` is what is known of the cluster that it is sent to.
    """
    return _what(request, known) + _who(request, show_user=show_user)


def proper(request: Request, known: Known = ANYWHERE) -> Request:
    """Return a request with the namespace and the name that its resource and verb call for."""
    kind = request.resource
    named = request.verb in {"get", "update", "patch", "delete"} or bool(request.subresource)
    name = (request.name or _NAMES.get(kind, "web")) if named else ""
    namespace = request.namespace if request.namespace and known.is_namespaced(request.api_group, kind) else ""
    if kind == "namespaces" and named:
        name = namespace = request.name or "prod"
    return request._replace(namespace=namespace, name=name)


def home_of(resource: str) -> str:
    """Return the API group of a resource that everybody knows, "" for any other."""
    return next((group for group, names in OTHERS.items() if resource in names.split()), "")


def witness(request: Request) -> Witness:
    """Return a request as the JSON report prints it."""
    who: Witness = {"user": request.user, "groups": list(request.groups), "verb": request.verb}
    if request.path is not None:
        return {**who, "path": request.path}
    return {
        **who,
        "apiGroup": request.api_group,
        "resource": request.resource,
        "subresource": request.subresource,
        "namespace": request.namespace,
        "name": request.name,
    }


def inline(values: Iterable[object]) -> str:
    """Return values as a YAML list on one line: `["get", "list"]`."""
    return "[" + ", ".join([f'"{value}"' for value in values]) + "]"


def singular(resource: str) -> str:
    """Return the singular that kubectl takes for a resource of Kubernetes' own naming: `policies` → `policy`."""
    if resource == "endpoints":
        return resource
    if resource.endswith("ies"):
        return resource[:-3] + "y"
    if resource.endswith("sses"):
        return resource[:-2]
    return resource.removesuffix("s")


def group_name(group: str) -> str:
    """Return an API group as people say it."""
    return "the core group" if not group else "any group" if group == "*" else f'group "{group}"'


def well_known(group: str, resource: str) -> bool:
    """Tell whether a resource is one of Kubernetes' own that everybody knows."""
    return is_well_known(group, resource)


def has_well_known(group: str) -> bool:
    """Tell whether a group holds resources of Kubernetes' own that everybody knows."""
    return not group or group in OTHERS


def dotted(group: str, resource: str, subresource: str = "") -> str:
    """Return a resource with its group where people may not know it: `tokens.management.cattle.io`."""
    name = resource if well_known(group, resource) else ".".join(filter(None, (resource, group)))
    return f"{name}/{subresource}" if subresource else name


def rule_words(rule: PolicyRule) -> str:
    """Return in words which requests a rule asks for: `every request`, `"get" of "secrets" of the core group`."""
    what = _verbs_of(rule) + _objects_of(rule)
    if rule.verbs and not (rule.resources or rule.namespaces or rule.non_resource_urls):
        what = f"every request with the verb {several(rule.verbs, last='or')}"
    who = "".join([_limit(" by ", rule.users), _limit(" by members of ", rule.user_groups)])
    return what + who + _limit(" in namespace ", rule.namespaces)


def entry_words(group: str, resources: Sequence[str], names: Sequence[str]) -> str:
    """Return in words what one entry of `resources` asks for."""
    what = several(resources) if resources and "*" not in resources else "every resource"
    return f"{what} of {group_name(group)}{_limit(' named ', names)}"


def kinds(rule: PolicyRule) -> tuple[bool, bool]:
    """Tell whether a rule asks for URLs, and whether it asks for resources; neither limits it to one of the two."""
    of_resources = bool(rule.resources or rule.namespaces)
    return bool(rule.non_resource_urls) and not of_resources, of_resources


def takes_everything(rule: PolicyRule) -> bool:
    """Tell whether a rule has no selector at all."""
    return not (
        rule.users or rule.user_groups or rule.verbs or rule.resources or rule.namespaces or rule.non_resource_urls
    )


def _verbs_of(rule: PolicyRule) -> str:
    return f"{several(rule.verbs)} of " if rule.verbs else ""


def _objects_of(rule: PolicyRule) -> str:
    if rule.resources:
        parts = [entry_words(entry.group, entry.resources, entry.resource_names) for entry in rule.resources]
        return listing(parts) if len(parts) <= 3 else f"{len(parts)} kinds of resources"  # noqa: PLR2004
    if rule.namespaces:
        return "every resource"
    if rule.non_resource_urls:
        return f"URL {several(rule.non_resource_urls)}"
    return "every request"


def _limit(words: str, values: Sequence[str]) -> str:
    return words + several(values) if values else ""


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
    if request.subresource or not well_known(request.api_group, request.resource):
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
            if well_known(request.api_group, request.resource)
            else ".".join(filter(None, (request.resource, request.api_group)))
        )
        return f"`kubectl {request.verb} {kind} {request.name}{flags}`"
    watched = "?watch=1" if request.verb == "watch" else ""
    return _raw(_METHODS.get(request.verb, "GET"), _api_path(request, known) + watched)


def _how(request: Request, minor: int) -> str:
    """Return how a command gets to the server where that is not how kubectl of the same release begins."""
    if request.subresource not in _STREAMS or (request.verb == "get") is (minor >= _FIRST_WITH_WEBSOCKETS):
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
