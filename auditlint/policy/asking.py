"""The request that somebody describes: names as kubectl resolves them, users in the groups that a server gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.errors import QuestionError
from auditlint.kubernetes.catalogue import split
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
    kubectl: tuple[str, ...] = ()
    """A kubectl command line: its words, the first of them `kubectl`."""


class Described(NamedTuple):
    """A request, and what there is to say of how it was described."""

    request: Request
    notes: tuple[str, ...] = ()


def described(words: Words, catalogue: Catalogue) -> Described:
    """Return the request that words describe in a cluster; QuestionError where they describe none."""
    if sum(part not in (None, ()) for part in (words.resource, words.path, words.url, words.kubectl)) != 1:
        raise QuestionError("which request? Give one of resource, path, url and kubectl")
    notes = _notes(words)
    if words.kubectl:
        words, said = _of_kubectl(words, catalogue)
        notes += said
    user, groups = _identity(words)
    return Described(_request(words, user, groups, catalogue), tuple(notes))


def _of_kubectl(words: Words, catalogue: Catalogue) -> tuple[Words, list[str]]:
    """Return what a command line says in other words, and what there is to say of it."""
    from auditlint.kubernetes.kubectl_line import KubectlError, read

    try:
        sent = read(words.kubectl, catalogue)
    except KubectlError as error:
        raise QuestionError(str(error)) from None
    notes = []
    if sent.impersonates and words.user is None:
        raise QuestionError(
            f"--as {sent.impersonates}: the policy sees who is logged in, not {sent.impersonates}: name the user"
        )
    if sent.impersonates:
        notes.append(
            f'the policy sees the login "{words.user}"; the event has "{sent.impersonates}" under impersonatedUser'
        )
    if sent.in_context:
        notes.append(f'kubectl takes the namespace of its context, here "{sent.namespace}": give -n for another')
    if sent.url is not None:
        return words._replace(url=sent.url, method=sent.method), notes
    resource = f"{sent.resource}/{sent.subresource}" if sent.subresource else sent.resource
    return words._replace(
        verb=sent.verb, resource=resource, api_group=sent.group, namespace=sent.namespace, name=sent.name
    ), notes


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
        return [f'"{user}" is a group, so no user has that name: name a user, and this as a group of that user']
    return []


def _resource(words: Words, catalogue: Catalogue) -> tuple[str, str, str]:
    """Return resource, API group and subresource."""
    typed = words.resource or ""
    word, group, subresource = split_resource(typed)
    if words.api_group is not None and group and words.api_group != group:
        raise QuestionError(f'api-group "{words.api_group}" and resource "{typed}" name two API groups')
    group = group if words.api_group is None else words.api_group
    found, resource = catalogue.meant(word, group)
    return resource, found, subresource


def split_resource(typed: str) -> tuple[str, str | None, str]:
    """Return resource, API group and subresource of `pods/log`, `deployments.apps/scale`, `deployments.v1.apps`.

    The group is None where none is given.
    """
    named, _, subresource = typed.partition("/")
    resource, group = split(named)
    if not resource or "/" in subresource:
        raise QuestionError(f'resource: "{typed}" is no resource, write one such as pods/log or deployments.apps')
    return resource, group, subresource
