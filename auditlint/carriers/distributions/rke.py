"""RKE 1: `cluster.yml`, and the same below `rancher_kubernetes_engine_config` in Rancher's configurations.

RKE (1.0 to 1.8) runs kube-apiserver in a container of its own, without a kubelet. `audit_log` with a `configuration`
gives all six flags, an absent key as nothing or 0; without a `configuration` they have defaults, and are on where
nothing is said. RKE binds /etc/kubernetes, /var/log/kube-audit where `enabled` is true, and `extra_binds`.
Sources: rke, cluster/plan.go (`BuildKubeAPIProcess`), cluster/defaults.go (`newDefaultAuditLogConfig`), types
(`AuditLogConfig`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.carriers import apiserver, policy
from auditlint.carriers.carrier import Carrier
from auditlint.carriers.configurations.extra_args import as_text
from auditlint.carriers.containers.command import CommandLine, Item
from auditlint.carriers.containers.mounting import Mounting
from auditlint.kubernetes.container import Files
from auditlint.kubernetes.mounts import Mount, Volume
from auditlint.kubernetes.releases import from_text
from auditlint.subjects.model import Runs
from auditlint.subjects.slips import Slip, SlipKind
from auditlint.subjects.spelling_of_flags import KEYS, Fields
from auditlint.subjects.spelling_of_mounts import Place, Spelling
from auditlint.subjects.templates import is_template
from auditlint.text.values import get, has, items, pairs, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate
    from auditlint.path import Path
    from auditlint.subjects.model import ApiServer, PolicySubject
    from auditlint.text.plain import Plain

_SERVICE = ("services", "kube-api")
_BASES: tuple[tuple[str, ...], ...] = ((), ("rancher_kubernetes_engine_config",))
_AUDIT = "audit_log"
_CONFIGURATION = "configuration"
_POLICY = "/etc/kubernetes/audit-policy.yaml"
_LOGS = "/var/log/kube-audit"
_TEXTS = {"path": "audit-log-path", "format": "audit-log-format"}
_NUMBERS = {"max_age": "audit-log-maxage", "max_backup": "audit-log-maxbackup", "max_size": "audit-log-maxsize"}
_FLAGS = _TEXTS | _NUMBERS
_DEFAULTS = {
    "path": f"{_LOGS}/audit-log.json",
    "format": "json",
    "max_age": "30",
    "max_backup": "10",
    "max_size": "100",
}
_SPELLING = Fields({flag: key for key, flag in _FLAGS.items()})
_BIND = Spelling("extra_binds entry", {})


def find(candidate: Candidate) -> Iterator[ApiServer | PolicySubject]:
    """Yield the apiserver of a cluster, and the policy in it."""
    for base in _BASES:
        service = get(candidate.value, *base, *_SERVICE)
        if isinstance(service, tuple) and (candidate.as_kind or _is_cluster(candidate.value, base, service)):
            holder = (*base, *_SERVICE)
            yield _server(candidate, base, service)
            path = (*holder, _AUDIT, _CONFIGURATION, "policy")
            yield from policy.inside(candidate, get(candidate.value, *path), path, _POLICY)
            return


def _is_cluster(document: Plain, base: tuple[str, ...], service: Plain) -> bool:
    """Tell whether a mapping with that service is a cluster: it has nodes, or settings that only RKE has."""
    known = {"extra_args", "extra_binds", "service_cluster_ip_range", "pod_security_policy", _AUDIT}
    return bool(base) or has(document, "nodes") or any(key in known for key, _ in pairs(service))


def _server(candidate: Candidate, base: tuple[str, ...], service: Plain) -> ApiServer:
    holder: tuple[str, ...] = (*base, *_SERVICE)
    configured = isinstance(get(service, _AUDIT, _CONFIGURATION), tuple)
    extra = get(service, "extra_args")
    settings = apiserver.Settings(
        carrier="rke",
        runs=Runs.PROCESS,
        files=Files.MOUNTS,
        whole=True,
        shown=from_text(text(candidate.value, *base, "kubernetes_version")),
        spelling=_SPELLING if configured else KEYS,
        tool="RKE",
        slips=tuple(_slips(service, holder)),
        mounting=_mounting(service, holder),
        host_network=True,
    )
    given = {item.text.partition("=")[0]: item for item in (*_of_audit_log(service, holder), *_extra(extra, holder))}
    list_path = (*holder, _AUDIT, _CONFIGURATION) if configured else (*holder, "extra_args")
    there = list_path if configured or has(service, "extra_args") else holder
    return apiserver.build(candidate, holder, CommandLine(tuple(given.values()), list_path, there), settings)


def _of_audit_log(service: Plain, holder: tuple[str, ...]) -> Iterator[Item]:
    """Yield the flags that `audit_log` makes; what no key says stands at the key above it."""
    block, path = get(service, _AUDIT), (*holder, _AUDIT)
    values = get(block, _CONFIGURATION)
    enabled = get(block, "enabled") is True or block is None
    if not isinstance(values, tuple) and not enabled:
        return
    above: Path = (*path, _CONFIGURATION) if isinstance(values, tuple) else path if block is not None else holder
    for key, flag in _FLAGS.items():
        absent = "" if key in _TEXTS else "0"
        value = as_text(get(values, key)) or absent if isinstance(values, tuple) else _DEFAULTS[key]
        place = (*above, key) if has(values, key) else above
        yield _item(flag, value, place, key)
    place = (*above, "policy") if has(values, "policy") else above
    yield _item("audit-policy-file", _POLICY, place, "policy")


def _extra(value: Plain, holder: Path) -> Iterator[Item]:
    for name, given in dict(pairs(value)).items():
        yield _item(name, as_text(given), (*holder, "extra_args", name), name)


def _item(flag: str, value: str, path: Path, written: str) -> Item:
    argument = f"--{flag}={value}"
    return Item(argument, path, is_template(argument), by_key=True, written=written)


def _slips(service: Plain, holder: tuple[str, ...]) -> Iterator[Slip]:
    """Yield values of another type than RKE has, and keys that it does not have."""
    path = (*holder, _AUDIT, _CONFIGURATION)
    for key, value in pairs(get(service, _AUDIT, _CONFIGURATION)):
        said = Slip(SlipKind.NO_NUMBER, (*path, key), "RKE", _FLAGS.get(key, ""), as_text(value), as_text(value))
        if key in _NUMBERS and isinstance(value, str) and not is_template(value):
            yield said._replace(spelling=_SPELLING)
        elif key not in _FLAGS and key != "policy":
            meant = key.replace("-", "_").removeprefix("audit_log_").replace("max", "max_").replace("__", "_")
            yield said._replace(
                kind=SlipKind.UNKNOWN_KEY, flag=_FLAGS.get(meant, ""), written=key, spelling=_SPELLING, refuses=False
            )


def _mounting(service: Plain, holder: Path) -> Mounting:
    """Return what is bound: what RKE binds by itself, and `extra_binds` such as `/a:/b:ro`."""
    bound: list[tuple[str, str, bool, Place | None]] = [("/etc/kubernetes", "/etc/kubernetes", False, None)]
    if get(service, _AUDIT, "enabled") is True or not has(service, _AUDIT):
        bound.append((_LOGS, _LOGS, False, None))
    path = (*holder, "extra_binds")
    for index, bind in enumerate(items(get(service, "extra_binds"))):
        host, _, rest = bind.partition(":") if isinstance(bind, str) else ("", "", "")
        inside, _, options = rest.partition(":")
        if inside:
            bound = [one for one in bound if one[1] != inside]
            bound.append((host, inside, "ro" in options.split(","), Place((*path, index), _BIND)))
    mounts = tuple(Mount(f"bind-{i}", inside, i, read_only) for i, (_, inside, read_only, _) in enumerate(bound))
    volumes = tuple(Volume(f"bind-{i}", "hostPath", i, host) for i, (host, *_) in enumerate(bound))
    places = tuple(place for *_, place in bound)
    unknown = any(is_template(host + inside) for host, inside, *_ in bound)
    return Mounting(mounts, volumes, places, places, path, path, _BIND, _BIND, unknown=unknown)


CARRIER = Carrier(
    title="Clusters of RKE 1",
    checked=(
        "`services.kube-api` of `cluster.yml`: `audit_log` with the flags that RKE makes of it, its defaults and the "
        "policy in it, `extra_args` and `extra_binds`; /etc/kubernetes and /var/log/kube-audit are bound by RKE."
    ),
    words=(b"kube-api",),
    in_document=find,
)
