"""Makes `schemas/bodies.json`, the objects of requests and responses per release, from Kubernetes' OpenAPI documents.

Usage: `python tools/generate_bodies.py` makes the file; it needs Go, its module proxy and the sources that
`generate_resources.py` needs too.

The source is `api/openapi-spec/swagger.json`, for every release, resource, API version and verb. `sent` and `returned`
name the objects of a resource (group, resource and subresource, joined by slashes), by verb for what is returned, with
the releases. `objects` tells the fields of each object. A field's type is made of `[]` (a list), `{}` (a map with any
keys), then the name of an object, `*` (anything may be below it) or nothing (a plain value); where only some releases
have the field so, there is one type for each of them. A patch is taken to hold what the whole object may hold.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from generate_flags import ROOT, module
from generate_resources import PATH, VERBS, ranges, swagger

from auditlint.kubernetes.releases import KNOWN, NEWEST_KNOWN, OLDEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DATA = ROOT / "schemas" / "bodies.json"
PREFIXES = (
    "io.k8s.apiextensions-apiserver.pkg.apis.",
    "io.k8s.kube-aggregator.pkg.apis.",
    "io.k8s.apimachinery.pkg.apis.",
    "io.k8s.apimachinery.pkg.",
    "io.k8s.api.",
)
SENDING = ("create", "update")

Minors = dict[str, list[int]]
"""Something by name, and the releases that have it so."""


def main() -> None:
    """Make the file."""
    sent: dict[str, Minors] = {}
    returned: dict[str, dict[str, Minors]] = {}
    objects: dict[str, dict[str, Minors]] = {}
    for minor in KNOWN:
        folder = module("k8s.io/kubernetes", minor)
        if folder is not None:
            document = swagger(folder)
            named = set[str]()
            for key, verb, bodies, responses in operations(document):
                for name in bodies if verb in SENDING else ():
                    _add(sent.setdefault(key, {}), name, minor)
                for name in responses:
                    _add(returned.setdefault(key, {}).setdefault(verb, {}), name, minor)
                named.update(bodies, responses)
            for name, fields in reached(document["definitions"], named).items():
                known = objects.setdefault(name, {})
                for field, kind in fields.items():
                    _add(known.setdefault(field, {}), kind, minor)
    DATA.write_text(written(sent, returned, objects))


def _add(table: Minors, name: str, minor: int) -> None:
    minors = table.setdefault(name, [])
    if minor not in minors:
        minors.append(minor)


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str], list[str]]]:
    """Yield key, verb, and the objects that are sent and returned, of each operation that carries objects."""
    for path, methods in document["paths"].items():
        match = PATH.fullmatch(path)
        for operation in methods.values() if match else ():
            action = operation.get("x-kubernetes-action") if isinstance(operation, dict) else None
            verb = VERBS.get(action or "")
            if match and verb and verb != "watch":
                key = "/".join((match["group"] or "", match["resource"], match["subresource"] or ""))
                parameters = (*operation.get("parameters", ()), *methods.get("parameters", ()))
                bodies = [one.get("schema", {}) for one in parameters if one.get("in") == "body"]
                responses = [one.get("schema", {}) for code, one in operation["responses"].items() if code < "300"]
                yield key, verb, named_in(bodies), named_in(responses)


def named_in(schemas: list[Mapping[str, Any]]) -> list[str]:
    """Return the objects that schemas refer to, each once."""
    return list(dict.fromkeys(short(schema["$ref"]) for schema in schemas if "$ref" in schema))


def short(reference: str) -> str:
    """Return the name of an object without what stands before all of them."""
    name = reference.rpartition("/")[2]
    return next((name.removeprefix(prefix) for prefix in PREFIXES if name.startswith(prefix)), name)


def reached(definitions: Mapping[str, Any], named: set[str]) -> dict[str, dict[str, str]]:
    """Return the fields of the named objects and of all that these hold."""
    known = {short(name): definition for name, definition in definitions.items()}
    found: dict[str, dict[str, str]] = {}
    waiting = sorted(named)
    while waiting:
        name = waiting.pop()
        if name in found or name not in known:
            continue
        properties = known[name].get("properties", {})
        found[name] = {field: kind(schema, known) for field, schema in properties.items()}
        waiting += [referred for one in found[name].values() if (referred := one.lstrip("[]{}")) not in {"", "*"}]
    return found


def kind(schema: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """Return the type of a field as the file spells it."""
    if schema.get("type") == "array":
        return f"[]{kind(schema['items'], known)}"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"{{}}{kind(schema['additionalProperties'], known)}"
    if "$ref" not in schema:
        return "*" if schema.get("type") in {"object", None} else ""
    name = short(schema["$ref"])
    definition = known.get(name, {})
    if definition.get("properties"):
        return name
    return "*" if definition.get("type") in {"object", None} else ""


def written(
    sent: Mapping[str, Minors],
    returned: Mapping[str, Mapping[str, Minors]],
    objects: Mapping[str, Mapping[str, Minors]],
) -> str:
    """Return the file: JSON with a resource or an object a line, so that a new release reads well as a diff."""
    parts = [
        f'"oldest": "1.{OLDEST}", "newest": "1.{NEWEST_KNOWN}"',
        f'"sent": {_lines({key: _spans(one) for key, one in sent.items()})}',
        f'"returned": {_lines({key: {v: _spans(one) for v, one in verbs.items()} for key, verbs in returned.items()})}',
        f'"objects": {_lines({name: _fields(fields) for name, fields in objects.items()})}',
    ]
    return f"{{{', '.join(parts)}}}\n"


def _fields(fields: Mapping[str, Minors]) -> dict[str, Any]:
    """Return the types of fields: a text where all releases that have the object have the field so."""
    every = {minor for kinds in fields.values() for minors in kinds.values() for minor in minors}
    return {
        field: next(iter(kinds)) if {*next(iter(kinds.values()))} == every else _spans(kinds)
        for field, kinds in fields.items()
    }


def _spans(minors: Minors) -> dict[str, list[str]]:
    return {name: ranges(of_name) for name, of_name in minors.items()}


def _lines(table: Mapping[str, Any]) -> str:
    """Return an object with an entry a line, sorted."""
    rows = ",\n".join(f"{json.dumps(key)}: {json.dumps(table[key])}" for key in sorted(table))
    return f"{{\n{rows}\n}}"


if __name__ == "__main__":
    main()
