"""kops' Cluster: `spec.kubeAPIServer`, and the files and mounts that kops makes of it.

Sources in kubernetes/kops: pkg/apis/kops/v1alpha2/componentconfig.go (`KubeAPIServerConfig`: keys and their flags),
nodeup/pkg/model/kube_apiserver.go (mounts: the log's folder, the policy's folder from 1.25 on, one folder for files of
one's own from 1.22 on, all of /srv/kubernetes before; flags are sorted), nodeup/pkg/model/file_assets.go, and
pkg/kopscodecs/codecs.go (keys that kops does not have are dropped; a value of another type is refused).
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from auditlint import spelling
from auditlint.carriers import apiserver
from auditlint.carriers.carrier import Carrier
from auditlint.carriers.configurations.extra_args import as_text
from auditlint.carriers.containers.command import CommandLine, Item
from auditlint.carriers.containers.mounting import Mounting
from auditlint.kubernetes.container import Files
from auditlint.kubernetes.mounts import Mount, Volume
from auditlint.kubernetes.releases import choose, from_text
from auditlint.subjects.model import Runs
from auditlint.subjects.provided import ProvidedFile, octal
from auditlint.subjects.slips import Slip, SlipKind
from auditlint.subjects.spelling_of_flags import Fields
from auditlint.subjects.spelling_of_mounts import Spelling
from auditlint.subjects.templates import is_template
from auditlint.text.values import get, has, items, pairs, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate
    from auditlint.path import Path
    from auditlint.subjects.model import ApiServer
    from auditlint.text.plain import Plain

_SECTION = "kubeAPIServer"
_NUMBERS = {
    "auditLogMaxAge": "audit-log-maxage",
    "auditLogMaxBackups": "audit-log-maxbackup",
    "auditLogMaxSize": "audit-log-maxsize",
    "auditWebhookBatchBufferSize": "audit-webhook-batch-buffer-size",
    "auditWebhookBatchMaxSize": "audit-webhook-batch-max-size",
    "auditWebhookBatchThrottleBurst": "audit-webhook-batch-throttle-burst",
}
_TEXTS = {
    "auditLogFormat": "audit-log-format",
    "auditLogPath": "audit-log-path",
    "auditPolicyFile": "audit-policy-file",
    "auditWebhookBatchMaxWait": "audit-webhook-batch-max-wait",
    "auditWebhookConfigFile": "audit-webhook-config-file",
    "auditWebhookInitialBackoff": "audit-webhook-initial-backoff",
    "auditWebhookMode": "audit-webhook-mode",
}
_SWITCHES = {
    "auditDynamicConfiguration": "audit-dynamic-configuration",
    "auditWebhookBatchThrottleEnable": "audit-webhook-batch-throttle-enable",
}
_QUANTITIES = {"auditWebhookBatchThrottleQps": "audit-webhook-batch-throttle-qps"}
_FLAGS = _NUMBERS | _TEXTS | _SWITCHES | _QUANTITIES
_SPELLING = Fields({flag: key for key, flag in _FLAGS.items()})
_MOUNT = Spelling("mount of kops", {})
_SRV = "/srv/kubernetes"
_OWN_FOLDER = "/srv/kubernetes/kube-apiserver"
_OWN_FOLDER_FROM = 22
_POLICY_FOLDER_FROM = 25
_ASSETS = "/srv/kubernetes/assets"
_MODE = "0440"
_CONTROL_PLANE = frozenset({"master", "controlplane", "control-plane", "apiserver"})


def find(candidate: Candidate) -> Iterator[ApiServer]:
    """Yield the apiserver of a Cluster, or of a part of one that sets something about auditing."""
    value = candidate.value
    whole = text(value, "kind") == "Cluster" and text(value, "apiVersion").startswith(("kops.k8s.io/", "kops/"))
    for base in ((), ("spec",)):
        if _is_section(get(value, *base, _SECTION)) if not (whole or candidate.as_kind) else base == ("spec",):
            yield _server(candidate, base, whole=whole)
            return


def _is_section(value: Plain) -> bool:
    return any(key in _FLAGS for key, _ in pairs(value))


def _server(candidate: Candidate, base: tuple[str, ...], *, whole: bool) -> ApiServer:
    spec = get(candidate.value, *base)
    holder = (*base, _SECTION)
    value = get(spec, _SECTION)
    shown = from_text(as_text(get(spec, "kubernetesVersion")))
    minor = choose(candidate.minor, candidate.origin, shown).minor
    settings = apiserver.Settings(
        carrier="kops",
        runs=Runs.STATIC_POD,
        files=Files.MOUNTS,
        whole=whole,
        shown=shown,
        spelling=_SPELLING,
        tool="kops",
        sorts_arguments=True,
        slips=tuple(_slips(value, holder)),
        mounting=_mounting(value, minor),
        folder=_OWN_FOLDER,
        provided=tuple(_provided(get(spec, "fileAssets"), (*base, "fileAssets"))),
        host_network=True,
    )
    there = holder if has(spec, _SECTION) else base
    arguments = sorted(_items(value, holder), key=lambda item: item.text)
    return apiserver.build(candidate, there, CommandLine(tuple(arguments), holder, there), settings)


def _items(value: Plain, holder: Path) -> Iterator[Item]:
    """Yield the flags that kops makes: none of what is empty, or not a key of its own."""
    for key, given in dict(pairs(value)).items():
        if key in _FLAGS and as_text(given):
            argument = f"--{_FLAGS[key]}={as_text(given)}"
            yield Item(argument, (*holder, key), is_template(argument), by_key=True, written=key)
        elif key == "featureGates" and pairs(given):
            gates = ",".join(f"{name}={as_text(state)}" for name, state in sorted(dict(pairs(given)).items()))
            yield Item(f"--feature-gates={gates}", (*holder, key), is_template(gates), by_key=True, written=key)


def _slips(value: Plain, holder: Path) -> Iterator[Slip]:
    seen: set[str] = set()
    for key, given in pairs(value):
        said = Slip(SlipKind.UNKNOWN_KEY, (*holder, key), "kops", _FLAGS.get(key, ""), as_text(given), key)
        if key in seen:
            yield said._replace(kind=SlipKind.REPEATED_KEY, refuses=False)
        seen.add(key)
        if key not in _FLAGS:
            if _is_about_auditing(key):
                yield said._replace(flag=_meant(key), refuses=False)
        elif given is not None and not is_template(as_text(given)):
            kind = _misfit(key, given)
            if kind:
                yield said._replace(kind=kind, written=as_text(given))


def _is_about_auditing(key: str) -> bool:
    return key.lower().lstrip("-").startswith("audit")


def _meant(key: str) -> str:
    """Return the flag that a key stands for: it is the flag's own name, or one letter off."""
    plain = key.lstrip("-").replace("_", "-")
    if plain in _SPELLING.names:
        return plain
    near = spelling.meant(plain.replace("-", ""), tuple(_FLAGS))
    return _FLAGS[near] if near else ""


def _misfit(key: str, value: Plain) -> SlipKind | None:
    """Tell what is wrong with the type of a value, if anything is."""
    if key in _NUMBERS:
        return None if isinstance(value, int) and not isinstance(value, bool) else SlipKind.NO_NUMBER
    if key in _SWITCHES:
        return None if isinstance(value, bool) else SlipKind.NO_SWITCH
    if key in _TEXTS:
        return None if isinstance(value, str) else SlipKind.NO_TEXT
    return None


class _Folder(NamedTuple):
    """A folder that kops mounts where it is on the node."""

    name: str
    path: str
    read_only: bool = True


def _mounting(value: Plain, minor: int) -> Mounting:
    folders = list(_folders(value, minor))
    mounts = tuple(Mount(one.name, one.path, index, one.read_only) for index, one in enumerate(folders))
    volumes = tuple(Volume(one.name, "hostPath", index, one.path) for index, one in enumerate(folders))
    unknown = any(is_template(one.path) for one in folders)
    places = (None,) * len(folders)
    return Mounting(mounts, volumes, places, places, (), (), _MOUNT, _MOUNT, unknown=unknown)


def _folders(value: Plain, minor: int) -> Iterator[_Folder]:
    yield _Folder("logfile", "/var/log/kube-apiserver.log", read_only=False)
    yield _Folder("etcssl", "/etc/ssl")
    own = _OWN_FOLDER if minor >= _OWN_FOLDER_FROM else _SRV
    yield _Folder("srvkapi", own)
    log, policy = text(value, "auditLogPath"), text(value, "auditPolicyFile")
    if log not in {"", "-"}:
        yield _Folder("auditlogpathdir", posixpath.dirname(log), read_only=False)
    if policy and minor >= _POLICY_FOLDER_FROM and posixpath.dirname(policy) != own:
        yield _Folder("auditconfigdir", posixpath.dirname(policy))


def _provided(value: Plain, holder: Path) -> Iterator[ProvidedFile]:
    for index, asset in enumerate(items(value)):
        name, place = text(asset, "name"), (*holder, index)
        path = text(asset, "path") or f"{_ASSETS}/{name}"
        roles = [role.lower() for role in items(get(asset, "roles")) if isinstance(role, str)]
        yield ProvidedFile(
            path,
            (*place, "path"),
            reaches=not roles or not _CONTROL_PLANE.isdisjoint(roles),
            roles=(*place, "roles"),
            mode=octal(text(asset, "mode") or _MODE),
            mode_place=(*place, "mode"),
        )


CARRIER = Carrier(
    title="Clusters of kops",
    checked=(
        "`kubeAPIServer` of a Cluster, v1alpha2 and v1alpha3, as the flags of the static Pod that kops makes, with the "
        "folders that it mounts by itself in each release, the types that it wants and the keys that it has; "
        "`fileAssets`, with the nodes that get them. Of a part of a Cluster what it says is checked and nothing is "
        "said of what is absent."
    ),
    words=(b"kubeAPIServer", b"kops.k8s.io/", b"kops/v1"),
    in_document=find,
)
