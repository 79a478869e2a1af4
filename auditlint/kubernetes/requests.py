"""Requests as kube-apiserver's audit policy sees them, and how it reads them from an HTTP method and a URL.

Source: k8s.io/apiserver, pkg/endpoints/request/requestinfo.go and pkg/endpoints/filters/authorization.go.
"""

from __future__ import annotations

import re

from auditlint.records import NamedTuple

RESOURCE_VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "proxy", "")
"""Every verb of a resource request; the empty one stands for any other HTTP method."""

URL_VERBS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")
"""The verbs of non-resource requests: HTTP methods in lower case."""

NAMED_VERBS = ("get", "delete")
"""Verbs that always come with an object's name: without one the server calls them list and deletecollection."""

NAMELESS_VERB = "deletecollection"
"""The verb that never comes with an object's name."""

BARE_VERB = "proxy"
"""The verb of the old `/proxy/` prefix, behind which no subresource is read."""

NAMESPACE_SUBRESOURCES = ("status", "finalize")
"""After `namespaces/NAME/` these are read as subresources of that namespace, so as resources they never have one."""

_VERB_OF_METHOD = {
    "POST": "create",
    "GET": "get",
    "HEAD": "get",
    "PUT": "update",
    "PATCH": "patch",
    "DELETE": "delete",
}
_PREFIX_VERBS = ("proxy", "watch")
_AUTHORITY = r"[A-Za-z][A-Za-z0-9+.-]*://[^/?]*"


class Request(NamedTuple):
    """What a policy rule can look at in one request.

    `user` is None when authentication failed. A non-resource request has a `path`, a resource request has None there.
    """

    verb: str
    user: str | None = None
    groups: tuple[str, ...] = ()
    path: str | None = None
    api_group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """What stands for the resource in its path: group, resource, subresource, namespace and name."""
        return self.api_group, self.resource, self.subresource, self.namespace, self.name

    @property
    def is_resource(self) -> bool:
        """Whether the request is for an API resource, not for a plain path."""
        return self.path is None


class UnreadableRequestError(ValueError):
    """The server answers this method and URL with an error before any audit policy sees it."""


def is_resource_path(path: str) -> bool:
    """Return whether the server reads a (percent-decoded) path as one of an API resource.

    True also for the bare `/api/v1/watch` and `/api/v1/proxy`, which the server refuses as incomplete.
    """
    parts = path.strip("/").split("/", 3)
    return (parts[0] == "api" and len(parts) > 2) or (parts[0] == "apis" and len(parts) > 3)  # noqa: PLR2004


def can_happen(request: Request) -> bool:
    """Return whether some client can send this request: the set that every exact finding speaks of."""
    if request.user is None and request.groups:
        return False
    if request.path is not None:
        return request.verb in URL_VERBS and request.path.startswith("/") and not is_resource_path(request.path)
    if not request.resource or request.verb not in RESOURCE_VERBS or any("/" in part for part in request.words):
        return False
    return fits(request.verb, request.resource, request.subresource, request.namespace, request.name)


def fits(verb: str, resource: str, subresource: str, namespace: str, name: str) -> bool:
    """Return whether the attributes of a resource request can stand together."""
    if verb in NAMED_VERBS and not name:
        return False
    if (verb == NAMELESS_VERB and name) or (verb == BARE_VERB and subresource):
        return False
    return not (namespace and resource in NAMESPACE_SUBRESOURCES)


def resolve(method: str, url: str, *, user: str | None = None, groups: tuple[str, ...] = ()) -> Request:
    """Return the request that the server makes of an HTTP method and a URL (`/path?query`, or with scheme and host).

    Raises UnreadableRequestError where the server answers with an error instead.
    """
    path, query = _split_url(url)
    if not is_resource_path(path):
        return Request(method.lower(), user, groups, path=path)
    prefix, *parts = path.strip("/").split("/")
    api_group = parts.pop(0) if prefix == "apis" else ""
    parts = parts[1:]  # the version
    verb = _VERB_OF_METHOD.get(method, "")
    if parts[0] in _PREFIX_VERBS:
        verb = parts.pop(0)
        if not parts:
            raise UnreadableRequestError(f"unable to determine kind and namespace from url, {url}")
    namespace, parts = _split_namespace(parts)
    resource, name, subresource = (*parts[:3], "", "")[:3]
    if verb == BARE_VERB:
        subresource = ""
    verb, name = _collection_verb(verb, name, query)
    return Request(verb, user, groups, None, api_group, resource, subresource, namespace, name)


def _split_url(url: str) -> tuple[str, str]:
    """Return the percent-decoded path and the raw query; bytes that are not UTF-8 become lone surrogates."""
    if not url.isprintable() and any(char < " " or char == "\x7f" for char in url):
        raise UnreadableRequestError("the URL holds a control character")
    if authority := re.match(_AUTHORITY, url):
        url = url[authority.end() :]
    elif not url.startswith("/") and url != "*":
        raise UnreadableRequestError(f'"{url}" does not start with "/"')
    raw, _, query = url.partition("?")
    if "%" not in raw:
        return raw, query
    if _broken_escape(raw):
        raise UnreadableRequestError(f'"{raw}" holds a "%" without two hexadecimal digits')
    from urllib.parse import unquote  # only where a URL is read: it takes 3 ms to import

    return unquote(raw, errors="surrogateescape"), query


def _broken_escape(text: str) -> bool:
    """Return whether a percent sign is not followed by two hexadecimal digits."""
    digits = "0123456789abcdefABCDEF"
    return any(len(part) < 2 or part[0] not in digits or part[1] not in digits for part in text.split("%")[1:])  # noqa: PLR2004


def _split_namespace(parts: list[str]) -> tuple[str, list[str]]:
    """Return the namespace and what follows it; a namespace object keeps its own name as its namespace."""
    if parts[0] != "namespaces" or len(parts) == 1:
        return "", parts
    if len(parts) > 2 and parts[2] not in NAMESPACE_SUBRESOURCES:  # noqa: PLR2004
        return parts[1], parts[2:]
    return parts[1], parts


def _collection_verb(verb: str, name: str, query: str) -> tuple[str, str]:
    """Return verb and name, where a get or delete without a name is one of a whole collection."""
    if name or verb not in NAMED_VERBS:
        return verb, name
    if verb == "delete":
        return NAMELESS_VERB, ""
    from auditlint.kubernetes.go import is_int64
    from auditlint.kubernetes.selectors import label_selector_is_valid, required_name

    values = _query_values(query)
    chosen = required_name(values.get("fieldSelector", ""))
    numbers = [values[key] for key in ("limit", "timeoutSeconds") if key in values]
    watch = values.get("watch", "0")
    readable = all(map(is_int64, numbers)) and label_selector_is_valid(values.get("labelSelector", ""))
    if chosen is None or not readable:
        return ("list" if watch.lower() in {"0", "false"} else "watch"), ""
    # Unlike the fallback above, the server's decoder folds case by Unicode's rules.
    return ("list" if watch.casefold() in {"0", "false"} else "watch"), chosen


def _query_values(query: str) -> dict[str, str]:
    """Return the first value of each key, passing over pairs that Go's net/url cannot read."""
    from urllib.parse import unquote_plus

    values: dict[str, str] = {}
    for pair in query.split("&"):
        if pair and ";" not in pair and not _broken_escape(pair):
            key, _, value = pair.partition("=")
            values.setdefault(unquote_plus(key), unquote_plus(value, errors="surrogateescape"))
    return values
