"""The request that somebody describes: names as kubectl resolves them, users in the groups that a server gives them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from auditlint.errors import QuestionError
from auditlint.kubernetes.identities import (
    ANONYMOUS,
    AUTHENTICATED,
    MASTERS,
    NODES,
    SERVICE_ACCOUNTS,
    UNAUTHENTICATED,
    groups_of,
)
from auditlint.kubernetes.requests import Request, UnreadableRequestError, resolve

if TYPE_CHECKING:
    from auditlint.kubernetes.catalogue import Catalogue

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
_VERSION = re.compile(r"v\d+(?:(?:alpha|beta)\d+)?")
_GROUPS = frozenset({AUTHENTICATED, MASTERS, NODES, SERVICE_ACCOUNTS, UNAUTHENTICATED, "system:bootstrappers"})
"""Groups of Kubernetes' own that are taken for users."""


class Words(NamedTuple):
    """What is said of a request; None and () where nothing is said."""

    user: str | None = None
    """Nobody named is somebody without credentials."""
    groups: tuple[str, ...] = ()
    no_user: bool = False
    """The login failed: the policy sees no user at all."""
    verb: str | None = None
    resource: str | None = None
    api_group: str | None = None
    namespace: str | None = None
    name: str | None = None
    path: str | None = None
    method: str | None = None
    url: str | None = None


class Described(NamedTuple):
    """A request, and what there is to say of how it was described."""

    request: Request
    notes: tuple[str, ...] = ()


def described(words: Words, catalogue: Catalogue) -> Described:
    """Return the request that words describe in a cluster; QuestionError where they describe none."""
    if sum(part is not None for part in (words.resource, words.path, words.url)) != 1:
        raise QuestionError("which request? Give one of resource, path and url")
    user, groups = _identity(words)
    return Described(_request(words, user, groups, catalogue), tuple(_notes(words)))


def _request(words: Words, user: str | None, groups: tuple[str, ...], catalogue: Catalogue) -> Request:
    if words.url is not None:
        return _of_url(words.method or "GET", words.url, user, groups)
    if words.path is not None:
        return Request(words.verb or "get", user, groups, path=words.path)
    resource, group, subresource = _resource(words, catalogue)
    name, namespace = words.name or "", words.namespace or ""
    if resource == "namespaces" and not group and words.namespace is None:
        namespace = name  # the server reads /api/v1/namespaces/prod as a request in the namespace prod
    return Request(words.verb or "", user, groups, None, group, resource, subresource, namespace, name)


def _of_url(method: str, url: str, user: str | None, groups: tuple[str, ...]) -> Request:
    method = method.upper() if method.upper() in _METHODS else method
    try:
        return resolve(method, url, user=user, groups=groups)
    except UnreadableRequestError as error:
        raise QuestionError(f"kube-apiserver answers before any policy is asked, with: {error}") from None


def _identity(words: Words) -> tuple[str | None, tuple[str, ...]]:
    if words.no_user:
        return None, ()
    user = ANONYMOUS if words.user is None else words.user
    if user == ANONYMOUS or {AUTHENTICATED, UNAUTHENTICATED} & set(words.groups):
        added = tuple(group for group in groups_of(user) if group != AUTHENTICATED)
    else:
        added = groups_of(user)
    return user, tuple(dict.fromkeys((*words.groups, *added)))


def _notes(words: Words) -> list[str]:
    user = words.user or ""
    if user in _GROUPS or user.startswith(f"{SERVICE_ACCOUNTS}:"):
        return [f'"{user}" is a group, and no user is called so: name a user, and this as a group of that user']
    return []


def _resource(words: Words, catalogue: Catalogue) -> tuple[str, str, str]:
    """Return resource, API group and subresource."""
    typed = words.resource or ""
    word, group, subresource = split_resource(typed)
    if words.api_group is not None and group and words.api_group != group:
        raise QuestionError(f'api-group "{words.api_group}" and resource "{typed}" name two API groups')
    group = group if words.api_group is None else words.api_group
    resource, found = resolved(word, group, catalogue)
    return resource, found, subresource


def resolved(word: str, group: str | None, catalogue: Catalogue) -> tuple[str, str]:
    """Return resource and API group of a word, as kubectl finds them: by plural, singular, kind or short name.

    Of several groups that have it, the one of which the server tells first. A word that names nothing stays as it is,
    in the core group where none is given.
    """
    known = [one for one in catalogue.named(word) if group in {one.group, None}]
    served = [one for one in known if one.served_in(catalogue.minor)] or known
    if not served:
        return word, group or ""
    best = min(served, key=lambda one: _RANKS.index(one.group) if one.group in _RANKS else len(_RANKS))
    return best.resource, best.group


_RANKS = ("", "apps", "events.k8s.io", "metrics.k8s.io")
"""Groups that come first where several have a resource: kubectl takes the first of the server's list that has it."""


def split_resource(typed: str) -> tuple[str, str | None, str]:
    """Return resource, API group and subresource of `pods/log`, `deployments.apps/scale`, `deployments.v1.apps`.

    The group is None where none is given.
    """
    named, _, subresource = typed.partition("/")
    resource, _, group = named.partition(".")
    version, dot, rest = group.partition(".")
    if _VERSION.fullmatch(version):
        group = rest if dot else ""
    if not resource or "/" in subresource:
        raise QuestionError(f'resource: "{typed}" is no resource, write one such as pods/log or deployments.apps')
    return resource, group or None, subresource
