"""The request that a command line describes: who asks, and for what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import click

from auditlint.kubernetes.identities import ANONYMOUS, AUTHENTICATED, UNAUTHENTICATED, groups_of
from auditlint.kubernetes.requests import Request, UnreadableRequestError, resolve

if TYPE_CHECKING:
    from collections.abc import Mapping

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
_VERSION = re.compile(r"v\d+(?:(?:alpha|beta)\d+)?")
_OF_RESOURCES = ("resource", "api_group", "namespace", "name")
_KINDS = {
    "event": ("event",),
    "url": ("url", "method"),
    "path": ("path",),
    "resource": _OF_RESOURCES,
}
"""The ways to say what is asked for, each with the options that belong to it."""


class Asked(NamedTuple):
    """What the command line says of a request; `event` and `no_user` aside, None and () where it says nothing."""

    user: str | None = None
    group: tuple[str, ...] = ()
    anonymous: bool = False
    no_user: bool = False
    verb: str | None = None
    resource: str | None = None
    api_group: str | None = None
    namespace: str | None = None
    name: str | None = None
    path: str | None = None
    method: str | None = None
    url: str | None = None
    event: str | None = None


def option(name: str) -> str:
    """Return a field of Asked as it is written on the command line."""
    return "--" + name.replace("_", "-")


def check(asked: Asked) -> None:
    """Raise a UsageError where options contradict each other, or where something is missing."""
    given = {name: value for name, value in asked._asdict().items() if value not in (None, (), False)}
    if "event" in given:
        if len(given) > 1:
            raise click.UsageError(f"--event says everything about the request: leave out {_listed(given, 'event')}")
        return
    kinds = [kind for kind, names in _KINDS.items() if any(name in given for name in names)]
    if not kinds:
        raise click.UsageError("which request? Give --verb and --resource, --path, --method and --url, or --event")
    if len(kinds) > 1:
        mixed = " and ".join(option(next(n for n in _KINDS[kind] if n in given)) for kind in kinds)
        raise click.UsageError(f"{mixed} exclude each other: a request is for a resource or for a path")
    if kinds[0] not in given:
        raise click.UsageError(f"{_listed(given, *given.keys() - _KINDS[kinds[0]])} needs {option(kinds[0])}")
    _check_verb(given, kinds[0])
    _check_identity(given)
    if not (asked.path or "/").startswith("/"):
        raise click.UsageError(f'--path "{asked.path}": a path starts with /, such as /{asked.path}')


def _check_verb(given: Mapping[str, object], kind: str) -> None:
    if kind == "url" and "verb" in given:
        raise click.UsageError("--verb and --url exclude each other: the verb follows from --method and the URL")
    if kind == "resource" and "verb" not in given:
        raise click.UsageError("--resource needs --verb: get, list, watch, create, update, patch, delete ...")


def _check_identity(given: Mapping[str, object]) -> None:
    who = [name for name in ("user", "anonymous", "no_user") if name in given]
    if len(who) > 1:
        raise click.UsageError(f"{' and '.join(map(option, who))} exclude each other")
    if "group" in given and "user" not in given:
        raise click.UsageError("--group needs --user: only somebody who was authenticated is in a group of your choice")


def _listed(given: Mapping[str, object], *without: str) -> str:
    return ", ".join(option(name) for name in given if name not in without)


def request_asked(asked: Asked) -> Request:
    """Return the request, its user in the groups that a server puts that user in."""
    user, groups = _identity(asked)
    if asked.url is not None:
        method = asked.method or "GET"
        method = method.upper() if method.upper() in _METHODS else method
        try:
            return resolve(method, asked.url, user=user, groups=groups)
        except UnreadableRequestError as error:
            raise click.ClickException(f"kube-apiserver answers before any policy is asked, with: {error}") from None
    if asked.path is not None:
        return Request(asked.verb or "get", user, groups, path=asked.path)
    resource, group, subresource = _resource(asked)
    name, namespace = asked.name or "", asked.namespace or ""
    if resource == "namespaces" and not group and asked.namespace is None:
        namespace = name  # the server reads /api/v1/namespaces/prod as a request in the namespace prod
    return Request(asked.verb or "", user, groups, None, group, resource, subresource, namespace, name)


def _identity(asked: Asked) -> tuple[str | None, tuple[str, ...]]:
    """Return user and groups; nobody named is somebody without credentials."""
    if asked.no_user:
        return None, ()
    user = ANONYMOUS if asked.user is None else asked.user
    if user == ANONYMOUS or {AUTHENTICATED, UNAUTHENTICATED} & set(asked.group):
        added = tuple(group for group in groups_of(user) if group != AUTHENTICATED)
    else:
        added = groups_of(user)
    return user, tuple(dict.fromkeys((*asked.group, *added)))


def _resource(asked: Asked) -> tuple[str, str, str]:
    """Return resource, API group and subresource."""
    typed = asked.resource or ""
    resource, group, subresource = split_resource(typed)
    if asked.api_group is not None and group and asked.api_group != group:
        raise click.UsageError(f'--api-group "{asked.api_group}" and --resource "{typed}" name two API groups')
    return resource, (group or "") if asked.api_group is None else asked.api_group, subresource


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
        raise click.UsageError(f'--resource: "{typed}" is no resource, write one such as pods/log or deployments.apps')
    return resource, group or None, subresource
