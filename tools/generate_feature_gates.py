"""Makes `schemas/feature-gates.json`, the feature gates of kube-apiserver per release, from Kubernetes' Go modules.

Usage: `python tools/generate_feature_gates.py [MINOR]...`: without a minor all releases that are judged for themselves,
with minors the file keeps what it says of the others. It needs Go, its module proxy and the sources that
`generate_flags.py` needs too. `python tools/generate_feature_gates.py --compare MINOR...` says where the committed file
and the list that Kubernetes keeps for its own tests differ, `test/**/versioned_feature_list.yaml` (from 1.32 on).

What is read: the lists of gates that packages add to the one registry of kube-apiserver, with the stage that they have
at the release itself. A gate whose first version is a later release counts as unknown there, and so does one that only
other programs have (kube-controller-manager, cloud controllers).
"""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from generate_flags import ROOT, module, ranges

from auditlint.kubernetes.releases import KNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

DATA = ROOT / "schemas" / "feature-gates.json"


Gates = dict[str, dict[str, Any]]
"""What each gate of one release is: `stage`, `default`, `locked`, `needs`."""


class Package(NamedTuple):
    """A package whose gates kube-apiserver has."""

    module: str
    path: str
    since: int = 0
    """The first minor in which it adds its gates to those of kube-apiserver."""


PACKAGES = (
    Package("k8s.io/kubernetes", "pkg/features"),
    Package("k8s.io/apiserver", "pkg/features"),
    Package("k8s.io/apiextensions-apiserver", "pkg/features"),
    Package("k8s.io/component-base", "logs/api/v1", 24),
    Package("k8s.io/component-base", "metrics/features", 26),
    Package("k8s.io/component-base", "zpages/features", 32),
    Package("k8s.io/client-go", "features", 30),
)
"""Where `utilfeature.DefaultMutableFeatureGate` gets its gates: cmd/kube-apiserver/app/server.go, pkg/features."""

EVERYWHERE: Gates = {
    "AllAlpha": {"stage": "alpha", "default": False, "locked": False, "needs": []},
    "AllBeta": {"stage": "beta", "default": False, "locked": False, "needs": []},
}
"""The gates of featuregate/feature_gate.go of k8s.io/component-base itself."""

NAME = re.compile(r"^\s+(\w+)\s+(?:featuregate\.)?Feature = \"(\w+)\"", re.MULTILINE)
LIST = re.compile(
    r"^(?P<indent>\t*).*map\[(?:featuregate\.)?Feature\](?:featuregate\.)?(?:FeatureSpec|VersionedSpecs)\{\n"
    r"(?P<body>.*?)^(?P=indent)\}$",
    re.MULTILINE | re.DOTALL,
)
NEEDS = re.compile(
    r"^(?P<indent>\t*).*map\[(?:featuregate\.)?Feature\]\[\](?:featuregate\.)?Feature\{\n(?P<body>.*?)^(?P=indent)\}$",
    re.MULTILINE | re.DOTALL,
)
ENTRY = re.compile(r"^\t+([\w.]+):\s+\{((?:[^{}]|\{[^{}]*\})*)\},", re.MULTILINE)
SPEC = re.compile(r"\{([^{}]*)\}")
VERSION = re.compile(r"\bVersion:\s+version\.(?:MustParse\(\"1\.(\d+)\"\)|MajorMinor\(\d+, (\d+)\))")
COMPATIBLE = re.compile(r"MinCompatibilityVersion:\s+version\.MustParse\(\"1\.(\d+)\"\)")
CONSTANT = re.compile(r"^\t(\w+)\s+= (true|false)$", re.MULTILINE)
COMMENT = re.compile(r"//.*$", re.MULTILINE)


def main(arguments: Sequence[str]) -> None:
    """Make the file, or compare it."""
    minors = [int(argument) for argument in arguments if argument.isdigit()]
    if "--compare" in arguments:
        known = gates_by_release(DATA.read_text())
        print("\n".join(line for minor in minors for line in differences(minor, known[minor])))
        return
    kept = gates_by_release(DATA.read_text()) if minors else {}
    DATA.write_text(written(kept | {minor: gates(minor) for minor in minors or KNOWN}))


def gates(minor: int) -> Gates:
    """Return the gates of one release: what each is there, and which other gates it needs."""
    sources = [text for package in PACKAGES if package.since <= minor for text in texts(package, minor)]
    names = {constant: name for text in sources for constant, name in NAME.findall(text)}
    truths = dict(CONSTANT.findall("\n".join(sources)))
    found: Gates = dict(EVERYWHERE)

    def named(constant: str) -> str:
        name = constant.rpartition(".")[2]
        return str(names.get(name, name))  # a constant of a package that is not read here is called as its gate

    for body in (match["body"] for text in sources for match in LIST.finditer(COMMENT.sub("", text))):
        for key, specs in ENTRY.findall(body):
            spec = at_release(specs, minor)
            if spec:
                found[named(key)] = {**facts(spec, truths), "needs": []}
    for body in (match["body"] for text in sources for match in NEEDS.finditer(COMMENT.sub("", text))):
        for key, needed in ENTRY.findall(body):
            needs = [named(one) for one in re.findall(r"[\w.]+(?![\w.(])", needed)]
            gate = named(key)
            if gate in found:
                found[gate] = {**found[gate], "needs": sorted({*found[gate]["needs"], *needs})}
    return found


def texts(package: Package, minor: int) -> Iterator[str]:
    """Yield the Go files of a package in one release that are not tests."""
    folder = module(package.module, minor)
    for path in sorted((folder / package.path).glob("*.go")) if folder else ():
        if not path.name.endswith("_test.go"):
            yield path.read_text()


def at_release(specs: str, minor: int) -> str:
    """Return the spec in force at a release, of which the entry may list several; empty if it begins later.

    As the servers that a server expects beside it may be one minor older, specs that need newer ones do not count.
    """
    in_force = ""
    for spec in SPEC.findall(specs) or [specs]:
        version, compatible = VERSION.search(spec), COMPATIBLE.search(spec)
        since = int(version[1] or version[2]) if version else 0
        if since <= minor and (compatible is None or int(compatible[1]) < minor):
            in_force = spec
    return in_force


def facts(spec: str, truths: Mapping[str, str]) -> dict[str, Any]:
    """Return what a spec says; absent fields are false, a gate without a stage is stable."""
    fields = {name: truths.get(value, value) for name, value in re.findall(r"(\w+):\s+([\w.]+)", spec)}
    stage = fields.get("PreRelease", "GA").rpartition(".")[2].lower()
    return {
        "stage": stage,
        "default": fields.get("Default") == "true",
        "locked": fields.get("LockToDefault") == "true",
    }


def gates_by_release(text: str) -> dict[int, Gates]:
    """Return what a file that this tool has made says of each release."""
    releases: dict[int, Gates] = {}
    for gate in json.loads(text)["gates"]:
        for span in gate["releases"]:
            first, last = (int(span[end].partition(".")[2]) for end in ("from", "to"))
            facts = {key: value for key, value in span.items() if key not in {"from", "to"}}
            for minor in range(first, last + 1):
                releases.setdefault(minor, {})[gate["name"]] = facts
    return releases


def written(releases: dict[int, Gates]) -> str:
    """Return the file: what each gate is in each range of releases, a gate on each line."""
    names = sorted({gate for gates in releases.values() for gate in gates})
    lines = [json.dumps({"name": name, "releases": ranges(name, releases)}) for name in names]
    head = f'{{"oldest": "1.{min(releases)}", "newest": "1.{max(releases)}", "gates": ['
    return "\n".join([head, ",\n".join(lines), "]}"]) + "\n"


def differences(minor: int, known: Gates) -> Iterator[str]:
    """Yield where the list that Kubernetes keeps for its tests says otherwise of a gate of ours, or lacks it."""
    from ruamel.yaml import YAML

    (path,) = (module("k8s.io/kubernetes", minor) or ROOT).glob("test/**/versioned_feature_list.yaml")
    listed = {gate["name"]: gate["versionedSpecs"] for gate in YAML(typ="safe", pure=True).load(path)}
    for name, gate in known.items():
        specs = [spec for spec in listed.get(name, ()) if int(spec["version"].partition(".")[2]) <= minor]
        if not specs:
            yield f"1.{minor}: {name} is not in Kubernetes' list"
        elif (gate["stage"], gate["default"], gate["locked"]) != told(specs[-1]):
            yield f"1.{minor}: {name} is {told(specs[-1])} in Kubernetes' list"


def told(spec: dict[str, Any]) -> tuple[str, bool, bool]:
    """Return stage, default and lock of an entry of Kubernetes' list."""
    return spec["preRelease"].lower(), spec["default"], spec["lockToDefault"]


if __name__ == "__main__":
    main(sys.argv[1:])
