"""What people mean by entries of `nonResourceURLs` that no such request can have."""

from __future__ import annotations

from auditlint import english
from auditlint.checks.suggestions import pasteable
from auditlint.kubernetes.requests import is_resource_path
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from auditlint.kubernetes.policy import PolicyRule

_VERBS = {
    "get": ("get", "list", "watch"),
    "head": ("get",),
    "post": ("create",),
    "put": ("update",),
    "patch": ("patch",),
    "delete": ("delete", "deletecollection"),
}
"""The verbs of requests for resources, by the HTTP method."""
_ROOTS = frozenset({"/api", "/apis"})
_OF_NAMESPACES = frozenset({"status", "finalize"})
"""What may follow the name of a namespace and is a subresource of it."""


class OfResource(NamedTuple):
    """What a path of the API asks for; "" where it says nothing, or has a star."""

    group: str
    resource: str
    subresource: str
    namespace: str
    name: str

    def fields(self) -> tuple[str, ...]:
        """Return the fields of a rule for it, as they are written."""
        wanted = "/".join(filter(None, (self.resource, self.subresource)))
        entry = [f'group: "{self.group}"']
        entry += [f"resources: {pasteable.inline([wanted])}"] if wanted else []
        entry += [f"resourceNames: {pasteable.inline([self.name])}"] if self.name and wanted else []
        namespaces = (f"namespaces: {pasteable.inline([self.namespace])}",) if self.namespace else ()
        return (*namespaces, f"resources: [{{{', '.join(entry)}}}]")


def without_query(url: str) -> str:
    """Return a URL without what a browser's address has around the path: scheme, host, query, fragment."""
    if "://" in url:
        url = "/" + url.split("://", 1)[1].partition("/")[2]
    return url.partition("?")[0].partition("#")[0]


def of_resource(url: str) -> OfResource | None:
    """Return what a path, with or without stars, asks for if requests with such paths are for resources.

    Source: NewRequestInfo of k8s.io/apiserver/pkg/endpoints/request/requestinfo.go.
    """
    path = "/" + without_query(url).lstrip("/")
    if not is_resource_path(path.replace("*", "x")):
        return None
    parts = path.strip("/").split("/")
    group, rest = ("", parts[2:]) if parts[0] == "api" else (parts[1], parts[3:])
    if rest[0] in {"watch", "proxy"} and len(rest) > 1:
        rest = rest[1:]
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2 and rest[2] not in _OF_NAMESPACES:  # noqa: PLR2004
        namespace, rest = rest[1], rest[2:]
    resource, name, subresource = (*rest, "", "")[:3]
    return OfResource(_exact(group), resource.rstrip("*"), subresource.rstrip("*"), _exact(namespace), _exact(name))


def write_resource(asked: OfResource, rule: PolicyRule) -> str:
    """Return what to write for a path of the API in a rule's `nonResourceURLs`."""
    methods = [verb for method in rule.verbs for verb in _VERBS.get(method, (method,))]
    verbs = [f"verbs: {pasteable.inline(dict.fromkeys(methods))}"] if methods else []
    written = english.listing([f"`{field}`" for field in (*verbs, *asked.fields())])
    if len(rule.non_resource_urls) == 1:
        return f"Write {written} instead of `nonResourceURLs`"
    return f"Move it to a rule of its own: `level: {rule.level}` with {written}"


def is_below_version(url: str) -> bool:
    """Tell whether a star behind a version was to match resources: it matches the version's discovery alone."""
    return url.endswith("*") and is_resource_path(url.rstrip("*").rstrip("/") + "/x")


def is_believed_to_be_the_api(url: str, level: str) -> bool:
    """Tell whether a pattern with a level that logs was to match requests for resources."""
    prefix = url.rstrip("*")
    return url.endswith("*") and level != "None" and (prefix in _ROOTS or prefix.startswith(("/api/", "/apis/")))


def write_api(url: str, rule: PolicyRule) -> str:
    """Return what to write for a pattern that was to match all resources, or those of a group."""
    parts = url.rstrip("*").strip("/").split("/")
    if len(parts) > 1:
        return write_resource(OfResource("" if parts[0] == "api" else parts[1], "", "", "", ""), rule)
    what = "it" if len(rule.non_resource_urls) > 1 else "the rule"
    return f"Delete {what}, and end the list of rules with `- level: Metadata`, which matches all the rest"


def valid(url: str) -> str:
    """Return what to write for a URL that the server refuses, and that asks for no resource."""
    path = without_query(url)
    if not path.strip("/"):
        return 'Write `"/"`' if path else "Delete it"
    fixed = "/" + path.lstrip("/")
    if "*" not in fixed[:-1]:
        return f'Write `"{fixed}"`'
    start = fixed[: fixed.index("*") + 1]
    return f'List the paths one by one, or write `"{start}"`, which matches all that begin so'


def _exact(part: str) -> str:
    return "" if "*" in part else part
