"""Makes `schemas/audit-flags.json` and `schemas/apiserver-flags.json` from the Go modules of Kubernetes.

Usage: `python tools/generate_flags.py [audit-flags|apiserver-flags]... [MINOR]...`: both files without a name; without
a minor all releases of `auditlint/kubernetes/releases.py`, with minors the file keeps what it says of the others. It
needs Go and its module proxy; all releases need some 3 GB of disk for the sources and an hour, one needs minutes.

- The audit flags are *registered*: `tools/audit_flags/main.go` is built against k8s.io/apiserver of each release and
  prints what `AuditOptions.AddFlags` defines, with types and defaults.
- The other flags are *read*: every call that defines a flag, in the files that make up kube-apiserver's command line.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from auditlint.kubernetes.releases import OLDEST, RELEASES
from tests.referee_client import go, require

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent
MODULES = {release.minor: release for release in RELEASES}


class Source(NamedTuple):
    """Files of one module that define flags of kube-apiserver; folders are searched through."""

    module: str
    paths: tuple[str, ...]
    since: int = 0
    until: int = 1_000
    """The first and last minor whose kube-apiserver has all the flags that these files define."""


SOURCES = (
    Source("k8s.io/kubernetes", ("cmd/kube-apiserver/app", "pkg/kubeapiserver/options", "pkg/kubeapiserver/server")),
    Source("k8s.io/kubernetes", ("pkg/controlplane/apiserver/options", "pkg/version/verflag", "plugin/pkg/admission")),
    Source("k8s.io/kubernetes", ("pkg/cloudprovider/providers/gce", "pkg/credentialprovider/gcp"), until=13),
    Source("k8s.io/apiserver", ("pkg/server/options", "pkg/util/flag", "pkg/util/globalflag", "pkg/util/logs")),
    Source("k8s.io/apiserver", ("pkg/util/feature", "pkg/util/version", "pkg/admission/plugin")),
    Source("k8s.io/component-base", ("cli/globalflag", "compatibility", "featuregate", "metrics", "version/verflag")),
    Source("k8s.io/component-base", ("logs",)),
    Source("k8s.io/klog", ("klog.go",), until=18),
    Source("k8s.io/klog/v2", ("klog.go",), since=19, until=25),
)
"""Where the flags are. Until 1.18 klog is k8s.io/klog; until 1.25 all of klog's own flags are kube-apiserver's."""

NOT_OURS = re.compile(r"Delegating|CoreAPIOptions|RecommendedOptions|\.AddUnqualifiedFlags")
"""Functions that define flags of other servers that share the files."""

NOT_SEARCHED = {"testing", "testinit", "example", "kube-log-runner"}
"""Folders among the sources that belong to tests and other programs."""

REGISTERED = {"default-not-ready-toleration-seconds": "int64", "default-unreachable-toleration-seconds": "int64"}
"""Types of flags that are defined elsewhere and only made visible by name (`globalflag.Register`)."""

ALWAYS = {"help": "bool", "version": "version"}
"""Flags that every release has, defined by cobra and by the verflag package in ways of their own."""

OUTLIVED = {"insecure-bind-address": 23, "insecure-port": 23}
"""Flags whose definition stayed for other servers when kube-apiserver gave them up, and its last minor with them."""

TYPES = {
    "ColonSeparatedMultimapStringString": "colonSeparatedMultimapStringString",
    "featureGatesConfigFlags": "colonSeparatedMultimapStringString",
    "ConfigurationMap": "mapStringString",
    "RuntimeConfig": "mapStringString",
    "MapStringStringNoSplit": "mapStringString",
    "MapStringString": "mapStringString",
    "MapStringBool": "mapStringBool",
    "NamedCertKey": "namedCertKey",
    "SNICert": "namedCertKey",
    "ServiceNodePortRange": "portRange",
    "PortRange": "portRange",
    "BufferSize": "quantity",
    "Verbosity": "Level",
    "verbosity": "Level",
    "VModule": "pattern=N,...",
    "vmodule": "pattern=N,...",
    "versionFlag": "version",
    "fs.Var(f,": "mapStringBool",
    "Tristate": "tristate",
}
"""What pflag calls the type of a flag with a value of its own kind, by a part of the Go expression that makes it."""

REPLACING = "colonSeparatedMultimapStringString"
"""The type that `feature-gates` has wherever its older definition is still there but not used."""

DEFINITION = re.compile(
    r"\b(?P<set>\w*fs|flags|flagset|flagSet|flag|pflag|globalFlags|local|fss\.FlagSet\(\"[^\"]*\"\)|commandLine)\."
    r"(?P<type>String|StringSlice|StringArray|StringToString|Bool|Int|Int32|Int32Slice|Int64|Uint|Uint16|Uint32|Uint64"
    r"|Float32|Float64|Duration|IP|IPNet|IPMask|Count|IntSlice|)(?P<form>VarP|Var|P|)\("
)
REGISTRATION = re.compile(r"globalflag\.Register\(\w+, \"([^\"]+)\"\)")
FUNCTION = re.compile(r"^func (?:\(\w* ?\*?(?P<receiver>\w+)\) )?(?P<name>\w+)\(.*?^}$", re.MULTILINE | re.DOTALL)
PROGRAM = re.compile(r"^package main$", re.MULTILINE)
CONSTANT = re.compile(r"^\s*(?:const |var )?(\w+)\s*(?:string\s*)?= \"([a-z0-9-]+)\"$", re.MULTILINE)


def main(arguments: Sequence[str]) -> None:
    """Make the files asked for."""
    only = [int(argument) for argument in arguments if argument.isdigit()]
    for name in [argument for argument in arguments if not argument.isdigit()] or MADE:
        make, oldest = MADE[name]
        minors = only or [minor for minor in MODULES if minor >= oldest]
        path = ROOT / "schemas" / f"{name}.json"
        kept = flags_by_release(path.read_text()) if only else {}
        path.write_text(written(kept | {minor: make(minor) for minor in minors}))


def flags_by_release(text: str) -> dict[int, dict[str, dict[str, Any]]]:
    """Return what a file that this tool has made says of each release."""
    table = json.loads(text)
    releases: dict[int, dict[str, dict[str, Any]]] = {}
    for flag in table["flags"]:
        for span in flag["releases"]:
            first, last = (int(span[end].partition(".")[2]) for end in ("from", "to"))
            definition = {key: value for key, value in span.items() if key not in {"from", "to"}}
            for minor in range(first, last + 1):
                releases.setdefault(minor, {})[flag["name"]] = definition
    return releases


def written(releases: dict[int, dict[str, dict[str, Any]]]) -> str:
    """Return the file: what each flag is in each range of releases."""
    names = sorted({flag for flags in releases.values() for flag in flags})
    table = {
        "oldest": f"1.{min(releases)}",
        "newest": f"1.{max(releases)}",
        "flags": [{"name": flag, "releases": ranges(flag, releases)} for flag in names],
    }
    return json.dumps(table, indent=1) + "\n"


def ranges(flag: str, releases: dict[int, dict[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return the flag's releases, those that follow each other and know it alike taken together."""
    found: list[dict[str, Any]] = []
    for minor in sorted(releases):
        definition = releases[minor].get(flag)
        if definition is None:
            continue
        alike = found and found[-1]["to"] == f"1.{minor - 1}" and definition.items() <= found[-1].items()
        if alike:
            found[-1]["to"] = f"1.{minor}"
        else:
            found.append({"from": f"1.{minor}", "to": f"1.{minor}", **definition})
    return found


def audit_flags(minor: int) -> dict[str, dict[str, Any]]:
    """Return the flags that AuditOptions of one release registers."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "main.go").write_bytes((ROOT / "tools" / "audit_flags" / "main.go").read_bytes())
        require(MODULES[minor].staging, folder)
        flags: list[dict[str, Any]] = json.loads(go(folder, "run", "-mod=mod", "-buildvcs=false", "-trimpath", "."))
    return {flag.pop("name"): flag for flag in flags}


def apiserver_flags(minor: int) -> dict[str, dict[str, Any]]:
    """Return the flags that the sources of one release define, audit flags among them."""
    sources = [source for source in SOURCES if source.since <= minor <= source.until]
    texts = [path.read_text() for source in sources for path in files(source, minor)]
    texts = [text for text in texts if not PROGRAM.search(text)]
    constants = {name: value for text in texts for name, value in CONSTANT.findall(text)}
    flags = {name: definition(kind) for name, kind in ALWAYS.items()}
    for text in texts:
        for name, kind in definitions(text, constants):
            if minor <= OUTLIVED.get(name, minor) and (name not in flags or kind == REPLACING):
                flags[name] = definition(kind)
    return flags


def definition(kind: str) -> dict[str, str]:
    """Return what the table says of a flag of some type: `bare` is its value when it stands alone."""
    return {"type": kind, "bare": "true" if kind in {"bool", "version", "tristate"} else ""}


def files(source: Source, minor: int) -> Iterator[Path]:
    """Yield the Go files of a source in one release that are not tests."""
    folder = module(source.module, minor)
    for path in source.paths if folder else ():
        target = Path(str(folder)) / path
        for file in [target] if target.is_file() else sorted(target.rglob("*.go")):
            if not file.name.endswith("_test.go") and NOT_SEARCHED.isdisjoint(file.parts):
                yield file


def module(name: str, minor: int) -> Path | None:
    """Return the folder of a module as one release uses it, downloaded if need be; None if it has none of that name."""
    release = MODULES[minor]
    kubernetes = download(f"k8s.io/kubernetes@{release.kubernetes}")
    inside = kubernetes / "staging" / "src" / name
    if name == "k8s.io/kubernetes":
        return kubernetes
    if inside.is_dir():
        return inside
    if name.startswith("k8s.io/klog"):
        return download(f"{name}@{klog_version(name, kubernetes)}")
    return download(f"{name}@{release.staging}") if release.staging else None


def klog_version(name: str, kubernetes: Path) -> str:
    """Return the version of klog that a release uses; the first one has the flags of glog, which came before it."""
    requirements = kubernetes / "go.mod"
    text = requirements.read_text() if requirements.exists() else ""
    version = re.search(rf"^\t{re.escape(name)} (v\S+)$", text, re.MULTILINE)
    return version[1] if version else "v0.1.0"


@cache
def download(spec: str) -> Path:
    """Return the folder into which Go puts a module at a version."""
    with tempfile.TemporaryDirectory() as scratch:
        return Path(json.loads(go(Path(scratch), "mod", "download", "-json", spec))["Dir"])


def definitions(text: str, constants: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield name and type of each flag that a file defines or makes visible for kube-apiserver."""
    ours = FUNCTION.sub(lambda f: "" if NOT_OURS.search(f"{f['receiver']}.{f['name']}") else f[0], text)
    yield from defined(ours, constants)
    for name in REGISTRATION.findall(text):
        yield name, REGISTERED.get(name, "string")


def defined(code: str, constants: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield name and type of each flag that a piece of Go defines."""
    for match in DEFINITION.finditer(code):
        values = split(code[match.end() : match.end() + 2_000])
        position = 1 if match["form"].startswith("Var") else 0
        if not match["type"] and not match["form"]:
            continue
        for name in names(values[position], constants) if len(values) > position + 1 else ():
            yield name.replace("_", "-"), kind_of(match, values[0])


def kind_of(match: re.Match[str], value: str) -> str:
    """Return pflag's name of the type that a definition gives a flag."""
    if match["type"]:
        return {"IP": "ip", "IPNet": "ipNet"}.get(match["type"], match["type"][0].lower() + match["type"][1:])
    return next((kind for part, kind in TYPES.items() if part in match[0] + value + ","), "value")


def names(expression: str, constants: dict[str, str]) -> list[str]:
    """Return the flag names that an expression stands for: a literal, a constant, or a pattern over audit backends."""
    pattern = re.fullmatch(r"fmt\.Sprintf\((\"[^\"]+\"), pluginName\)", expression)
    if pattern:
        return [pattern[1].strip('"').replace("%s", backend) for backend in ("log", "webhook")]
    if re.fullmatch(r"\"[A-Za-z0-9_.-]+\"", expression):
        return [expression.strip('"')]
    constant = expression.rpartition(".")[2]
    return [constants[constant]] if constant in constants else []


def split(text: str) -> list[str]:
    """Return the arguments of a call whose opening parenthesis stands just before the text."""
    depth, start, found, quote = 0, 0, [], ""
    for position, character in enumerate(text):
        if quote:
            quote = "" if character == quote and text[position - 1] != "\\" else quote
        elif character in "\"`'":
            quote = character
        elif character in "([{":
            depth += 1
        elif depth == 0 and character in ",)":
            found.append(text[start:position].strip())
            start = position + 1
            if character == ")":
                break
        elif character in ")]}":
            depth -= 1
    return found


MADE: dict[str, tuple[Callable[[int], dict[str, dict[str, Any]]], int]] = {
    "audit-flags": (audit_flags, OLDEST),
    "apiserver-flags": (apiserver_flags, RELEASES[0].minor),
}
"""How each file is made, and its oldest minor."""


if __name__ == "__main__":
    main(sys.argv[1:])
