"""Makes `schemas/resources.json`, the resources that kube-apiserver serves per release, from k8s.io/kubernetes itself.

Usage: `python tools/generate_resources.py` makes the file; it needs Go, its module proxy and the sources that
`generate_flags.py` needs too. `python tools/generate_resources.py --compare FILE` says where the
committed file and one of the same facts as JSON lines differ; it needs nothing.

A resource is one that the server *can* serve: alpha and beta APIs count, and so does what a feature gate hides.

- Paths and verbs, scope, kinds and API versions: `api/openapi-spec/swagger.json`, which Kubernetes makes by asking a
  server that has every API switched on. The groups of CRDs and aggregated APIs are in it.
- Until 1.20 that server had its alpha feature gates off. What `pkg/registry/*/rest` registers and the document lacks
  is therefore taken as the next release has it, if one has; if none does, the server drops it when it starts
  (PodSecurityPolicy in 1.25).
- Singular and short names: `api/discovery`, from 1.28 on, of the newest release that has the resource. Of resources
  gone by then the short names are those in `pkg/registry`, and the singular is left empty.

One record holds for all releases in which scope, kind and verbs are the same; where they differ there are several.

Facts that were gathered from the same modules in another way, one record a resource, differ in six lines, all of them
because more is known here:

- `pods/ephemeralcontainers` is there from 1.18, `csistoragecapacities` from 1.19, behind alpha feature gates; the
  documents of these releases were made with the gates off.
- `services` have `deletecollection` from 1.23, `certificatesigningrequests/approval` has `get` and `patch` from 1.19,
  and the kind of `pods/ephemeralcontainers` is EphemeralContainers until 1.21: what one record cannot say.
- `podsecuritypolicies` have the short name `psp`, which only the code tells.
"""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from generate_flags import ROOT, module

from auditlint.kubernetes.releases import KNOWN, NEWEST_KNOWN, OLDEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

DATA = ROOT / "schemas" / "resources.json"

Key = tuple[str, str, str]
"""Group, resource, subresource."""


class Served(NamedTuple):
    """What one release serves under one key."""

    namespaced: bool
    kind: str
    verbs: tuple[str, ...]
    versions: tuple[str, ...]
    """The API versions of the group that have it, the one to prefer first."""


class Names(NamedTuple):
    """What kubectl calls a resource besides its plural."""

    singular: str = ""
    short: tuple[str, ...] = ()


class Operation(NamedTuple):
    """One operation of the OpenAPI document."""

    key: Key
    version: str
    namespaced: bool
    verb: str
    kind: str


Release = dict[Key, Served]

PATH = re.compile(
    r"/(?:api|apis/(?P<group>[^/]+))/(?P<version>v[^/]+)(?:/watch)?(?P<namespaced>/namespaces/\{namespace\})?"
    r"/(?P<resource>[a-z]+)(?:/\{name\}(?:/(?P<subresource>[a-z]+))?(?:/\{path\})?)?"
)
VERBS = {
    "get": "get",
    "list": "list",
    "watch": "watch",
    "watchlist": "watch",
    "post": "create",
    "put": "update",
    "patch": "patch",
    "delete": "delete",
    "deletecollection": "deletecollection",
}
"""The verb of an action of the document, or of the HTTP method of a connection (`pods/exec`)."""

VERSION = re.compile(r"v(\d+)(?:(alpha|beta)(\d+))?")
REGISTERED = re.compile(
    r"resource := \"(?P<current>[a-z]+)\""
    r"|[sS]torage(?:Map)?\[\"(?P<whole>[a-z/]+)\"\] = "
    r"|^\t+\"(?P<listed>[a-z/]+)\": +\w+[sS]torage"
    r"|storage\[resource ?\+ ?\"/(?P<below>[a-z]+)\"\] = ",
    re.MULTILINE,
)
"""How files in `pkg/registry/*/rest` name what they serve: with a variable since 1.24, as literals before."""
GROUP = re.compile(r"^const GroupName = \"([^\"]*)\"", re.MULTILINE)
STORED = re.compile(r"DefaultQualifiedResource: +\w+\.Resource\(\"([a-z]+)\"\)")
SHORT = re.compile(r"\) ShortNames\(\) \[\]string \{\n\treturn \[\]string\{(.*)\}")


def main(arguments: Sequence[str]) -> None:
    """Make the file, or compare it."""
    if arguments[:1] == ["--compare"] and len(arguments) > 1:
        ours, theirs = records(DATA.read_text()), records_of_lines(arguments[1])
        print("\n".join(differences(ours, theirs)))
    elif arguments:
        sys.exit("usage: generate_resources.py [--compare FILE]")
    else:
        DATA.write_text(written(table()))


def table() -> list[dict[str, Any]]:
    """Return the records of all releases."""
    folders = {minor: folder for minor in KNOWN if (folder := module("k8s.io/kubernetes", minor))}
    releases = {minor: served(operations(swagger(folder))) for minor, folder in folders.items()}
    names: dict[Key, Names] = {}
    for minor in sorted(folders):
        names |= short_names_in_code(folders[minor])
    for minor in sorted(folders):
        names |= discovered(folders[minor])
        releases[minor] |= hidden(registered(folders[minor]), minor, releases)
    return joined(releases, names)


def swagger(folder: Path) -> dict[str, Any]:
    """Return the OpenAPI document of a release."""
    document: dict[str, Any] = json.loads((folder / "api" / "openapi-spec" / "swagger.json").read_bytes())
    return document


def operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    """Yield the operations on resources that an OpenAPI document has."""
    for path, methods in document["paths"].items():
        match = PATH.fullmatch(path)
        for method, operation in methods.items() if match else ():
            action = operation.get("x-kubernetes-action") if isinstance(operation, dict) else None
            verb = VERBS.get(method if action == "connect" else action or "")
            if match and verb:
                key = (match["group"] or "", match["resource"], match["subresource"] or "")
                kind = operation.get("x-kubernetes-group-version-kind", {}).get("kind", "")
                yield Operation(key, match["version"], bool(match["namespaced"]), verb, kind)


def served(found: Iterable[Operation]) -> Release:
    """Return what a release serves: verbs of all versions together, the kind of the preferred one."""
    by_key: dict[Key, list[Operation]] = {}
    for operation in found:
        by_key.setdefault(operation.key, []).append(operation)
    return {key: _served(of_key) for key, of_key in sorted(by_key.items())}


def _served(found: list[Operation]) -> Served:
    versions = tuple(sorted({one.version for one in found}, key=preference))
    return Served(
        namespaced=any(one.namespaced for one in found),
        kind=next(one.kind for one in found if one.version == versions[0]),
        verbs=tuple(sorted({one.verb for one in found})),
        versions=versions,
    )


def preference(version: str) -> tuple[int, int, int]:
    """Return what sorts API versions as clients prefer them: v2, v1, v1beta2, v1beta1, v1alpha1."""
    match = VERSION.fullmatch(version)
    if match is None:
        raise ValueError(f"{version} is not an API version")
    return ["", "beta", "alpha"].index(match[2] or ""), -int(match[1]), -int(match[3] or 0)


def discovered(folder: Path) -> dict[Key, Names]:
    """Return the names that the discovery documents of a release have; releases before 1.28 have no documents."""
    names: dict[Key, Names] = {}
    for file in sorted((folder / "api" / "discovery").glob("api*__v*.json")):
        names |= names_in(json.loads(file.read_bytes()))
    return names


def names_in(document: Mapping[str, Any]) -> dict[Key, Names]:
    """Return the names in the discovery document of one version of a group (an APIResourceList)."""
    group, _, _ = document["groupVersion"].rpartition("/")
    return {
        (group, one["name"], ""): Names(one.get("singularName", ""), tuple(one.get("shortNames", ())))
        for one in document["resources"]
        if "/" not in one["name"]
    }


def short_names_in_code(folder: Path) -> dict[Key, Names]:
    """Return the short names that the registries of a release give their resources."""
    names: dict[Key, Names] = {}
    for file in sorted((folder / "pkg" / "registry").glob("*/*/storage/*.go")):
        names |= short_names_of(file.read_text(), group_of(folder, file.relative_to(folder).parts[2]))
    return names


def short_names_of(code: str, group: str) -> dict[Key, Names]:
    """Return the short names of the resource that one Go file stores, if it gives any."""
    stored, short = STORED.search(code), SHORT.search(code)
    if stored is None or short is None:
        return {}
    return {(group, stored[1], ""): Names(short=tuple(re.findall(r"\"([a-z]+)\"", short[1])))}


def registered(folder: Path) -> set[Key]:
    """Return what the registries of a release register in any case or behind a feature gate."""
    files = [file for file in (folder / "pkg" / "registry").glob("*/rest/*.go") if "_test" not in file.name]
    return {
        (group_of(folder, file.relative_to(folder).parts[2]), *name.partition("/")[::2])
        for file in files
        for name in names_registered(file.read_text())
    }


def names_registered(code: str) -> Iterator[str]:
    """Yield the resources and subresources that one Go file registers: `pods`, `pods/exec`."""
    current = ""
    for match in REGISTERED.finditer(code):
        current = match["current"] or current
        yield match["whole"] or match["listed"] or (f"{current}/{match['below']}" if match["below"] else current)


def group_of(folder: Path, name: str) -> str:
    """Return the API group whose registries are in `pkg/registry/<name>`."""
    file = folder / "pkg" / "apis" / name / "register.go"
    found = GROUP.search(file.read_text()) if file.exists() else None
    return found[1] if found else ""


def hidden(keys: Iterable[Key], minor: int, releases: Mapping[int, Release]) -> Release:
    """Return what a release registers but does not document, as the next release that documents it has it."""
    found: Release = {}
    for key in keys:
        later = (releases[other][key] for other in range(minor + 1, max(releases) + 1) if key in releases[other])
        as_later = None if key in releases[minor] else next(later, None)
        if as_later is not None:
            found[key] = as_later
    return found


def joined(releases: Mapping[int, Release], names: Mapping[Key, Names]) -> list[dict[str, Any]]:
    """Return the records: for each key as many as it has had differing facts, the oldest first."""
    found: list[dict[str, Any]] = []
    for key in sorted({key for release in releases.values() for key in release}):
        minors = [minor for minor in sorted(releases) if key in releases[minor]]
        for facts in dict.fromkeys(releases[minor][key][:3] for minor in minors):
            alike = [minor for minor in minors if releases[minor][key][:3] == facts]
            versions = {minor: releases[minor][key].versions for minor in alike}
            found.append(_record(key, facts, names.get(key, Names()), versions))
    return found


def _record(
    key: Key, facts: tuple[bool, str, tuple[str, ...]], names: Names, versions: Mapping[int, tuple[str, ...]]
) -> dict[str, Any]:
    namespaced, kind, verbs = facts
    every = sorted({version for of_minor in versions.values() for version in of_minor}, key=preference)
    return {
        "group": key[0],
        "resource": key[1],
        "subresource": key[2],
        "namespaced": namespaced,
        "kind": kind,
        "singular": names.singular,
        "shortNames": list(names.short),
        "verbs": list(verbs),
        "releases": ranges(versions),
        "versions": {
            version: ranges(minor for minor, of_minor in versions.items() if version in of_minor) for version in every
        },
    }


def ranges(minors: Iterable[int]) -> list[str]:
    """Return minors as ranges of releases: 18, 19, 21 as `1.18-1.19` and `1.21-1.21`."""
    found: list[list[int]] = []
    for minor in sorted(minors):
        if found and found[-1][1] == minor - 1:
            found[-1][1] = minor
        else:
            found.append([minor, minor])
    return [f"1.{first}-1.{last}" for first, last in found]


def minors_of(texts: Iterable[str]) -> set[int]:
    """Return the minors in ranges of releases."""
    found: set[int] = set()
    for text in texts:
        first, last = (int(release.partition(".")[2]) for release in text.split("-"))
        found |= set(range(first, last + 1))
    return found


def written(found: Sequence[Mapping[str, Any]]) -> str:
    """Return the file: JSON with one record a line, so that a new release reads well as a diff."""
    lines = ",\n".join(json.dumps(one) for one in found)
    return f'{{"oldest": "1.{OLDEST}", "newest": "1.{NEWEST_KNOWN}", "resources": [\n{lines}\n]}}\n'


def records(text: str) -> list[dict[str, Any]]:
    """Return the records of a file that this tool has made."""
    found: list[dict[str, Any]] = json.loads(text)["resources"]
    return found


def records_of_lines(path: str) -> list[dict[str, Any]]:
    """Return the records of a file with one JSON object a line."""
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


COMPARED = ("namespaced", "kind", "singular", "shortNames", "verbs")


def differences(ours: Iterable[Mapping[str, Any]], theirs: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield in words where two sets of records differ, release by release."""
    here, there = by_release(ours), by_release(theirs)
    for key in sorted(here.keys() | there.keys()):
        name = f"{key[0] or 'core'} {'/'.join(filter(None, key[1:]))}"
        for words in _differing(here.get(key, {}), there.get(key, {})):
            yield f"{name}: {words}"


def _differing(here: Mapping[int, Mapping[str, Any]], there: Mapping[int, Mapping[str, Any]]) -> Iterator[str]:
    """Yield in words where the records of one resource, by minor, differ."""
    if here.keys() != there.keys():
        yield f"releases: {_said(here)} here, {_said(there)} there"
    for field in COMPARED:
        differing = sorted(minor for minor in here.keys() & there.keys() if here[minor][field] != there[minor][field])
        if differing:
            values = f"{here[differing[0]][field]!r} here, {there[differing[0]][field]!r} there"
            yield f"{field}, {_said(differing)}: {values}"


def by_release(found: Iterable[Mapping[str, Any]]) -> dict[Key, dict[int, Mapping[str, Any]]]:
    """Return the record of each key in each release."""
    table: dict[Key, dict[int, Mapping[str, Any]]] = {}
    for one in found:
        of_key = table.setdefault((one["group"], one["resource"], one["subresource"]), {})
        of_key |= dict.fromkeys(minors_of(one["releases"]), one)
    return table


def _said(minors: Iterable[int]) -> str:
    return ", ".join(ranges(minors)) or "none"


if __name__ == "__main__":
    main(sys.argv[1:])
