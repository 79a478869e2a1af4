"""OpenShift 4: APIServer, HostedCluster, KubeAPIServerConfig, and the configuration of MicroShift.

A profile stands for the policy: `Default`, `WriteRequestBodies`, `AllRequestBodies` or `None`; `customRules` give
groups profiles of their own, the first that fits counts. KubeAPIServerConfig is what the operator makes of it: flags
with lists of values, and an `auditConfig` in which a policy may stand.
Sources: openshift/api, config/v1/types_apiserver.go (`Audit`), kubecontrolplane/v1/types.go, config/v1/types.go
(`AuditConfig`); microshift, pkg/config/audit.go (0 days, 200 MB, 10 files).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.carriers import apiserver, policy
from auditlint.carriers.carrier import Carrier
from auditlint.carriers.configurations.extra_args import as_text
from auditlint.carriers.containers.command import CommandLine, Item
from auditlint.subjects.model import AuditProfile, Runs
from auditlint.subjects.spelling_of_flags import KEYS, Fields
from auditlint.subjects.templates import is_template
from auditlint.text.values import get, items, pairs, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate
    from auditlint.path import Path
    from auditlint.subjects.model import ApiServer, PolicySubject
    from auditlint.text.plain import Plain

_AUDIT: dict[str, tuple[str, ...]] = {
    "APIServer": ("spec", "audit"),
    "HostedCluster": ("spec", "configuration", "apiServer", "audit"),
    "HostedControlPlane": ("spec", "configuration", "apiServer", "audit"),
}
_MICROSHIFT = ("apiServer", "auditLog")
_KEYS = {"maxFileAge": "audit-log-maxage", "maxFiles": "audit-log-maxbackup", "maxFileSize": "audit-log-maxsize"}
_DEFAULTS = {"maxFileAge": "0", "maxFiles": "10", "maxFileSize": "200"}
_LOG = "/var/log/kube-apiserver/audit.log"
_SPELLING = Fields({flag: key for key, flag in _KEYS.items()})
_ARGUMENTS = "apiServerArguments"
_POLICY = ("auditConfig", "policyConfiguration")


def find(candidate: Candidate) -> Iterator[ApiServer | PolicySubject]:
    """Yield the apiserver that a document configures, and the policy in it."""
    value = candidate.value
    kind, group = text(value, "kind"), text(value, "apiVersion").partition("/")[0]
    if kind in _AUDIT and group.endswith("openshift.io"):
        yield _server(candidate, _AUDIT[kind])
    elif kind == "KubeAPIServerConfig" and group.endswith("openshift.io"):
        line = CommandLine(tuple(_items(get(value, _ARGUMENTS))), (_ARGUMENTS,))
        yield apiserver.build(candidate, (), line, apiserver.Settings("openshift", Runs.STATIC_POD, spelling=KEYS))
        yield from policy.inside(candidate, get(value, *_POLICY), _POLICY, "")
    elif not kind and any(key in {*_KEYS, "profile"} for key, _ in pairs(get(value, *_MICROSHIFT))):
        yield _microshift(candidate)
    elif not kind and _is_part(get(value, *_AUDIT["APIServer"])):
        yield _server(candidate, _AUDIT["APIServer"])


def _is_part(audit: Plain) -> bool:
    return text(audit, "profile") != "" or bool(items(get(audit, "customRules")))


def _server(candidate: Candidate, base: tuple[str, ...]) -> ApiServer:
    there = next(base[:end] for end in range(len(base), -1, -1) if not end or get(candidate.value, *base[:end]))
    settings = apiserver.Settings(
        "openshift", Runs.STATIC_POD, tool="OpenShift", audit_profiles=tuple(_profiles(candidate.value, base))
    )
    return apiserver.build(candidate, there, CommandLine((), there), settings)


def _profiles(value: Plain, base: tuple[str, ...]) -> Iterator[AuditProfile]:
    audit = get(value, *base)
    if text(audit, "profile"):
        yield AuditProfile((*base, "profile"), text(audit, "profile"))
    for index, rule in enumerate(items(get(audit, "customRules"))):
        yield AuditProfile((*base, "customRules", index, "profile"), text(rule, "profile"), text(rule, "group"))


def _microshift(candidate: Candidate) -> ApiServer:
    block = get(candidate.value, *_MICROSHIFT)
    found = [Item(f"--audit-log-path={_LOG}", _MICROSHIFT, by_key=True, written="path")]
    for key, flag in _KEYS.items():
        written = as_text(get(block, key))
        argument = f"--{flag}={written or _DEFAULTS[key]}"
        path: Path = (*_MICROSHIFT, key) if written else _MICROSHIFT
        found.append(Item(argument, path, is_template(argument), by_key=True, written=key))
    profile = text(block, "profile")
    profiles = (AuditProfile((*_MICROSHIFT, "profile"), profile),) if profile else ()
    settings = apiserver.Settings(
        "openshift", Runs.PROCESS, spelling=_SPELLING, tool="MicroShift", audit_profiles=profiles
    )
    return apiserver.build(candidate, _MICROSHIFT, CommandLine(tuple(found), _MICROSHIFT), settings)


def _items(value: Plain) -> Iterator[Item]:
    """Yield the flags of a mapping to lists of values."""
    for name, given in dict(pairs(value)).items():
        for index, one in enumerate(given if isinstance(given, list) else [given]):
            argument = f"--{name}={as_text(one)}"
            place: Path = (_ARGUMENTS, name, index) if isinstance(given, list) else (_ARGUMENTS, name)
            yield Item(argument, (_ARGUMENTS, name), is_template(argument), value_path=place, by_key=True, written=name)


CARRIER = Carrier(
    title="Configurations of OpenShift",
    checked=(
        "`audit` of an APIServer and of a HostedCluster of HyperShift: profiles that log nothing; "
        "`apiServerArguments` and the policy of a KubeAPIServerConfig; `apiServer.auditLog` of MicroShift. Nothing is "
        "said of what is absent."
    ),
    words=(b"config.openshift.io/", b"hypershift.openshift.io/", b"auditLog", b"customRules"),
    in_document=find,
)
