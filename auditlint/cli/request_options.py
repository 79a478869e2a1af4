"""The request that a command line describes: who asks, and for what."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

from auditlint.policy.asking import Words

if TYPE_CHECKING:
    from collections.abc import Mapping

_OF_RESOURCES = ("resource", "api_group", "namespace", "name")
_KINDS = {
    "event": ("event",),
    "url": ("url", "method"),
    "path": ("path",),
    "resource": _OF_RESOURCES,
    "kubectl": ("kubectl",),
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
    kubectl: tuple[str, ...] = ()


def option(name: str) -> str:
    """Return a field of Asked as it is written on the command line."""
    return "a kubectl command" if name == "kubectl" else "--" + name.replace("_", "-")


def check(asked: Asked) -> None:
    """Raise a UsageError where options contradict each other, or where something is missing."""
    given = {name: value for name, value in asked._asdict().items() if value not in (None, (), False)}
    if "event" in given:
        if len(given) > 1:
            raise click.UsageError(f"--event says everything about the request: leave out {_listed(given, 'event')}")
        return
    if asked.kubectl and asked.kubectl[0] != "kubectl":
        raise click.UsageError(f'"{asked.kubectl[0]}" is no request: write -- kubectl get pods, or use options')
    kinds = [kind for kind, names in _KINDS.items() if any(name in given for name in names)]
    if not kinds:
        raise click.UsageError("which request? Give --verb and --resource, --path, --url, --event, or -- kubectl ...")
    if len(kinds) > 1:
        mixed = " and ".join(option(next(n for n in _KINDS[kind] if n in given)) for kind in kinds)
        if asked.kubectl:
            raise click.UsageError(f"{mixed} exclude each other: write -- before kubectl, and its options behind it")
        raise click.UsageError(f"{mixed} exclude each other: a request is for a resource or for a path")
    if kinds[0] not in given:
        raise click.UsageError(f"{_listed(given, *given.keys() - _KINDS[kinds[0]])} needs {option(kinds[0])}")
    _check_verb(given, kinds[0])
    _check_identity(given)
    if not (asked.path or "/").startswith("/"):
        raise click.UsageError(f'--path "{asked.path}": a path starts with /, such as /{asked.path}')


def _check_verb(given: Mapping[str, object], kind: str) -> None:
    if kind == "kubectl" and "verb" in given:
        raise click.UsageError("--verb and a kubectl command exclude each other: the verb follows from the command")
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


def words_of(asked: Asked) -> Words:
    """Return what the options say of a request."""
    return Words(
        user=asked.user,
        groups=asked.group,
        no_user=asked.no_user,
        verb=asked.verb,
        resource=asked.resource,
        api_group=asked.api_group,
        namespace=asked.namespace,
        name=asked.name,
        path=asked.path,
        method=asked.method,
        url=asked.url,
        kubectl=asked.kubectl,
    )
