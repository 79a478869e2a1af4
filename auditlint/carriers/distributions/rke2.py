"""RKE2: `config.yaml`, the files of `config.yaml.d`, and Rancher's `machineGlobalConfig`.

RKE2 (read at 1.36) makes a static Pod that sees every file which a flag names, and the folder of the log. Where
`audit-policy-file` is set, or `profile: cis`, it sets the flags of the log too, of which those of the file win, and
writes a policy with level None where there is no file. In Rancher's `machineGlobalConfig`, `audit-policy-file` holds
the policy itself, which Rancher writes to a file of its own.
Sources: rke2, pkg/executor/staticpod/staticpod.go (`APIServer`), pkg/podtemplate/utils.go (`WriteDefaultPolicyFile`)
and podtemplate.go (`ReadFiles`); rancher, pkg/capr/planner/config.go; those of `configurations/server_config.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.carriers import apiserver
from auditlint.carriers.carrier import Carrier, Inner
from auditlint.carriers.configurations import server_config
from auditlint.carriers.configurations.server_config import is_hardened
from auditlint.carriers.containers.command import CommandLine, Item
from auditlint.kubernetes.container import Files
from auditlint.kubernetes.releases import from_text
from auditlint.subjects.model import DefaultPolicy, Runs
from auditlint.subjects.spelling_of_flags import SERVER_CONFIG
from auditlint.subjects.templates import is_template
from auditlint.text.values import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.carriers.candidate import Candidate
    from auditlint.carriers.configurations.server_config import Holder
    from auditlint.path import Path
    from auditlint.subjects.model import ApiServer

_POLICY = "audit-policy-file"
_DEFAULT_POLICY = "/etc/rancher/rke2/audit-policy.yaml"
_WRITTEN_BY_RANCHER = "/var/lib/rancher/rke2/etc/config-files/audit-policy-file"
_DEFAULT_LIMITS = {"audit-log-maxage": "30", "audit-log-maxbackup": "10", "audit-log-maxsize": "100"}
_DATA = "/var/lib/rancher/rke2"
_LOG = "server/logs/audit.log"
_HARDENED = (b"profile: cis", b"profile: 'cis", b'profile: "cis', b'"profile": "cis', b'"profile":"cis')


def find(candidate: Candidate) -> Iterator[ApiServer | Inner]:
    """Yield the apiserver of each configuration of RKE2, and the policy in it."""
    for holder in server_config.holders(candidate):
        if candidate.as_kind or server_config.is_rke2(candidate, holder):
            yield _server(candidate, holder)
            policy = candidate.piece((*holder.path, _POLICY)) if _holds_policy(holder) else None
            if policy is not None:
                yield Inner(policy, _WRITTEN_BY_RANCHER)


def _server(candidate: Candidate, holder: Holder) -> ApiServer:
    given, _ = server_config.arguments(holder)
    items = sorted((*_added(holder, given), *given), key=lambda item: item.text.partition("=")[0])
    settings = apiserver.Settings(
        carrier="rke2",
        runs=Runs.STATIC_POD,
        files=Files.HOST,
        whole=holder.whole,
        shown=from_text(server_config.version(candidate)),
        spelling=SERVER_CONFIG,
        tool="RKE2",
        sorts_arguments=True,
        slips=tuple(server_config.slips(holder, "RKE2", frozenset({_POLICY}))),
        default_policy=_default_policy(holder, given),
        host_network=True,
    )
    line = CommandLine(tuple(items), (*holder.path, server_config.ARGUMENTS))
    return apiserver.build(candidate, holder.path, line, settings)


def _added(holder: Holder, given: Sequence[Item]) -> Iterator[Item]:
    """Yield the flags that RKE2 sets where the file does not, each at the key that makes it do so."""
    policy = text(holder.value, _POLICY)
    if not policy and not is_hardened(holder.value):
        return
    set_already = {item.text.partition("=")[0][2:] for item in given}
    path: Path = (*holder.path, _POLICY if policy else "profile")
    data = text(holder.value, "data-dir") or _DATA
    file = _WRITTEN_BY_RANCHER if _holds_policy(holder) else policy or _DEFAULT_POLICY
    for flag, value in ((_POLICY, file), ("audit-log-path", f"{data}/{_LOG}"), *_DEFAULT_LIMITS.items()):
        if flag not in set_already:
            yield Item(f"--{flag}={value}", path, is_template(value), value_path=path, by_key=True, written=flag)


def _default_policy(holder: Holder, given: Sequence[Item]) -> DefaultPolicy | None:
    """Return what RKE2 writes where `profile: cis` asks for a policy and nothing names one."""
    named = text(holder.value, _POLICY) or any(item.text.startswith(f"--{_POLICY}=") for item in given)
    if named or not is_hardened(holder.value):
        return None
    return DefaultPolicy((*holder.path, "profile"), _DEFAULT_POLICY)


def _holds_policy(holder: Holder) -> bool:
    """Tell whether the option holds a policy, not the path of one."""
    return "\n" in text(holder.value, _POLICY)


CARRIER = Carrier(
    title="Configurations of RKE2",
    checked=(
        "The same as of k3s, the options `audit-policy-file`, `data-dir` and `profile: cis`, and what RKE2 adds to "
        "them: 30 days, 10 files, 100 MB, its own log path. A policy in Rancher's `machineGlobalConfig` is checked as "
        "the file that Rancher writes."
    ),
    words=(*server_config.WORDS, *_HARDENED),
    in_document=find,
)
