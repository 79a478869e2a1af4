"""Which fields the objects of requests and responses can have: facts of Kubernetes' OpenAPI documents, per release.

The facts are in `schemas/bodies.json`, made by `tools/generate_bodies.py`. Of what is not in them (custom resources)
nothing is known.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from auditlint.kubernetes import data
from auditlint.kubernetes.catalogue import span_of, within

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Target = tuple[str, str, str]
"""Group, resource and subresource."""

_ALWAYS_RETURNED = ("meta.v1.Status",)
"""What any request may be answered with."""
_TABLE = frozenset({"kind", "apiVersion", "metadata", "columnDefinitions", "rows"})
"""The fields of a Table (meta.k8s.io), which kubectl asks for."""
_TABLED = frozenset({"get", "list"})


def may_be_sent(target: Target, path: tuple[str, ...], minor: int) -> bool | None:
    """Tell whether the object of a create, update or patch can have a field; None: nothing is known of it."""
    known = data.table("bodies")["sent"].get("/".join(target))
    return None if known is None else _any_has(_in_release(known, minor), path, minor)


def may_be_returned(target: Target, verb: str, path: tuple[str, ...], minor: int) -> bool | None:
    """Tell whether what the server returns can have a field; None: nothing is known of it."""
    known = data.table("bodies")["returned"].get("/".join(target))
    if known is None or verb not in known:
        return None
    if verb in _TABLED and (not path or path[0] in _TABLE):
        return True
    return _any_has([*_in_release(known[verb], minor), *_ALWAYS_RETURNED], path, minor)


def _any_has(names: Iterable[str], path: tuple[str, ...], minor: int) -> bool | None:
    found = [_has(name, path, minor) for name in names]
    return any(found) if found else None


@cache
def _has(name: str, path: tuple[str, ...], minor: int) -> bool:
    """Tell whether an object of a kind can have a field; lists are passed through, a number in a path too."""
    fields = data.table("bodies")["objects"].get(name)
    if fields is None or not path:
        return True
    first, *others = path
    rest = tuple(others)
    return any(_below(kind, rest, minor) for kind in _kinds(fields, first, minor))


def _below(kind: str, path: tuple[str, ...], minor: int) -> bool:
    while kind.startswith("[]"):
        kind = kind[2:]
        if path[:1] and path[0].isdigit():
            path = path[1:]
    if not path or kind == "*" or kind.startswith("{}"):
        return True
    return kind != "" and _has(kind, path, minor)


def _kinds(fields: Mapping[str, Any], name: str, minor: int) -> list[str]:
    kinds = fields.get(name, {})
    return [kinds] if isinstance(kinds, str) else _in_release(kinds, minor)


def _in_release(table: Mapping[str, list[str]], minor: int) -> list[str]:
    return [name for name, ranges in table.items() if within(minor, map(span_of, ranges))]
