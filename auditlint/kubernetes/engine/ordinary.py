"""Makes the requests that the engine found look like those people know, without changing what they show."""

from __future__ import annotations

from auditlint.kubernetes.identities import ANONYMOUS, AUTHENTICATED, UNAUTHENTICATED
from auditlint.kubernetes.requests import Request, can_happen
from auditlint.kubernetes.well_known import ANYWHERE
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PATHS = ("/healthz", "/metrics", "/version", "/livez", "/readyz", "/api", "/apis", "/openapi/v2")
_VERBS = ("get", "list", "create", "delete", "patch", "update", "watch")


def ordinary(request: Request, keeps: Callable[[Request], bool]) -> Request:
    """Return a request as ordinary as can be; each step from the given one is one that `keeps` accepts."""
    for change in (_served, _known_path, _placed, _named, _in_real_groups):
        for better in change(request):
            if better == request:
                break
            if can_happen(better) and keeps(better):
                request = better
                break
    return request


def _served(request: Request) -> Iterator[Request]:
    """Yield the request with verbs that clusters serve, if its own is none."""
    if request.path is None and request.verb in {"", "proxy"}:
        yield from (request._replace(verb=verb) for verb in _VERBS)


def _known_path(request: Request) -> Iterator[Request]:
    if request.path is not None:
        yield from (request._replace(path=path) for path in _PATHS)


def _placed(request: Request) -> Iterator[Request]:
    """Yield the request without a namespace where its resource has none; a namespace is in its own."""
    if request.resource == "namespaces":
        yield request._replace(namespace=request.name)
    elif request.namespace and not ANYWHERE.is_namespaced(request.api_group, request.resource):
        yield request._replace(namespace="")


def _named(request: Request) -> Iterator[Request]:
    """Yield the request without a name where clients seldom send one."""
    if request.verb in {"list", "watch", "create"} and not request.subresource:
        yield request._replace(name="")


def _in_real_groups(request: Request) -> Iterator[Request]:
    """Yield the request with the group that every user is in, logged in or not."""
    if request.user == ANONYMOUS:
        yield request._replace(groups=(UNAUTHENTICATED,))
    elif request.user is not None and AUTHENTICATED not in request.groups:
        yield request._replace(groups=(*request.groups, AUTHENTICATED))
