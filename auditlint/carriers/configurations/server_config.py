"""The configuration of a k3s server, which RKE2 shares: flags of kube-apiserver under `kube-apiserver-arg`.

Sources: k3s, pkg/configfilearg/parser.go (of a key that is there twice the last counts, `KEY+` adds to what is there,
a key that is no option of the server is passed over with a warning) and pkg/util/args.go (`GetArgs`: dashes before a
name are cut off, `+` and `-` behind one add to the flag's values, a name alone is `true`, all is sorted by name).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from auditlint.carriers import apiserver
from auditlint.carriers.candidate import Candidate, ReadText
from auditlint.carriers.carrier import LANGUAGES, YAML_AND_JSON
from auditlint.carriers.containers.command import CommandLine, Item
from auditlint.carriers.containers.options import arguments as arguments_of
from auditlint.carriers.containers.options import in_document, in_text
from auditlint.carriers.containers.word_places import OptionPlaces
from auditlint.kubernetes.container import Files
from auditlint.kubernetes.releases import from_text
from auditlint.subjects.model import Runs
from auditlint.subjects.slips import Slip, SlipKind
from auditlint.subjects.spelling_of_flags import SERVER_OPTIONS
from auditlint.subjects.templates import is_template
from auditlint.text.values import get, has, items, pairs, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.carriers.candidate import PlainText
    from auditlint.carriers.containers.word_places import Given
    from auditlint.path import Path
    from auditlint.subjects.model import ApiServer
    from auditlint.text.plain import Plain

ARGUMENTS = "kube-apiserver-arg"
WORDS = (b"kube-apiserver-arg", b"audit-")
SUFFIXES = (*YAML_AND_JSON, *LANGUAGES)
_VERSION = re.compile(r"INSTALL_(?:K3S|RKE2)_VERSION=[\"']?(v1\.\d+)")
_KEYS = frozenset({
    *("agent-token", "cluster-cidr", "cluster-dns", "cluster-domain", "cluster-init", "data-dir", "disable"),
    *("disable-cloud-controller", "embedded-registry", "etcd-expose-metrics", "etcd-snapshot-schedule-cron"),
    *("flannel-backend", "flannel-iface", "kube-controller-manager-arg", "kube-proxy-arg", "kube-scheduler-arg"),
    *("kubelet-arg", "node-ip", "node-label", "node-name", "node-taint", "protect-kernel-defaults"),
    *("secrets-encryption", "selinux", "server", "service-cidr", "tls-san", "token", "write-kubeconfig-mode"),
})  # fmt: skip
"""Options of a server in its configuration that tell it from other mappings."""
_OF_RKE2 = frozenset({
    *("audit-policy-file", "cni", "kube-apiserver-extra-env", "kube-apiserver-extra-mount", "kube-apiserver-image"),
    *("pod-security-admission-config-file", "profile"),
})  # fmt: skip
"""Options that RKE2 has and k3s has not."""


class Holder(NamedTuple):
    """A mapping that configures a server, and the way to it."""

    value: Plain
    path: Path
    whole: bool
    """It is all that the server is told, as far as a file can tell."""


def holders(candidate: Candidate) -> Iterator[Holder]:
    """Yield the mappings in a document that configure a server: the document, and those with flags anywhere in it."""
    if _is_configuration(candidate):
        yield Holder(candidate.value, (), whole=not _is_drop_in(candidate.path))
        return
    for value, path in walk(candidate.value, stop=_has_arguments):
        if _has_arguments(value):
            yield Holder(value, path, whole=path[-1:] == ("machineGlobalConfig",))


def is_rke2(candidate: Candidate, holder: Holder) -> bool:
    """Tell whether a configuration is one of RKE2."""
    if "rke2" in candidate.path.lower() or any(key in _OF_RKE2 for key, _ in pairs(holder.value)):
        return True
    return "rke2" in version(candidate) or any("/rke2/" in item.text for item in arguments(holder)[0])


def version(candidate: Candidate) -> str:
    """Return the release that a Cluster of Rancher names, such as `v1.31.4+rke2r1`."""
    found = get(candidate.value, "spec", "kubernetesVersion")
    return found if isinstance(found, str) else ""


def arguments(holder: Holder) -> tuple[tuple[Item, ...], tuple[Path, ...]]:
    """Return the flags in the order in which the server gets them, and the ways to keys that others replace."""
    found: list[Item] = []
    replaced: list[Path] = []
    for key, value in pairs(holder.value):
        if key.removesuffix("+") == ARGUMENTS:
            if found and not key.endswith("+"):
                replaced.append((*holder.path, key))
                found = []
            found += _items(value, (*holder.path, key))
    return tuple(sorted(found, key=lambda item: item.text.partition("=")[0])), tuple(replaced)


def slips(holder: Holder, reader: str, known: frozenset[str] = frozenset()) -> Iterator[Slip]:
    """Yield keys about auditing that the tool does not have, all but the known ones, and keys that are repeated."""
    for path in arguments(holder)[1]:
        yield Slip(SlipKind.REPEATED_KEY, path, reader, written=ARGUMENTS, refuses=False)
    for key, value in pairs(holder.value):
        if key.startswith("audit-") and key not in known:
            yield Slip(
                SlipKind.UNKNOWN_KEY,
                (*holder.path, key),
                reader,
                flag=key,
                value=_as_text(value),
                written=key,
                form=ARGUMENTS,
                refuses=False,
            )


def of_commands(given: PlainText) -> Iterator[ApiServer | ReadText]:
    """Yield the apiserver of each command line in a text."""
    text = given.text.text
    shown = {from_text(version) for version in _VERSION.findall(text)}
    document = given.text.document or 0
    for options, comments in in_text(given, ARGUMENTS):
        yield from comments
        places = OptionPlaces(options, document, given.text)
        candidate = Candidate(given.path, document, None, places, given.minor, given.origin, given.as_kind)
        yield from _of_command(candidate, options, text, next(iter(shown)) if len(shown) == 1 else None)


def of_strings(candidate: Candidate) -> Iterator[ApiServer]:
    """Yield the apiserver of each command line in the strings of a document."""
    for options in in_document(candidate, ARGUMENTS):
        places = OptionPlaces(options, candidate.document)
        yield from _of_command(candidate._replace(places=places), options, candidate.path, None)


def _of_command(candidate: Candidate, options: Sequence[Given], around: str, shown: int | None) -> Iterator[ApiServer]:
    """Yield the apiserver of one command line, if it is about auditing; one of k3d names nodes behind: `@server:*`."""
    plain = [option._replace(value=option.value.partition("@server")[0]) for option in options]
    if not any(option.value.removeprefix("--").startswith("audit") for option in plain):
        return
    is_rke2 = "rke2" in around.lower() and "k3s" not in around.lower()
    found = sorted(arguments_of(plain), key=lambda item: item.text.partition("=")[0])
    settings = apiserver.Settings(
        carrier="rke2" if is_rke2 else "k3s",
        runs=Runs.STATIC_POD if is_rke2 else Runs.PROCESS,
        files=Files.HOST,
        whole=True,
        shown=shown,
        spelling=SERVER_OPTIONS,
        tool="RKE2" if is_rke2 else "k3s",
        sorts_arguments=True,
    )
    yield apiserver.build(candidate, (), CommandLine(tuple(found), ()), settings)


def _is_configuration(candidate: Candidate) -> bool:
    """Tell whether a whole document is the configuration of a server."""
    value = candidate.value
    if candidate.as_kind:
        return isinstance(value, tuple)
    if has(value, "apiVersion") or has(value, "kind"):
        return False
    if _has_arguments(value):
        return True
    keys = {key for key, _ in pairs(value)}
    about_auditing = any(key.startswith("audit-") for key in keys) or is_hardened(value)
    return about_auditing and (
        not keys.isdisjoint(_KEYS | _OF_RKE2 - {"audit-policy-file", "profile"})
        or is_configuration_file(candidate.path)
    )


def is_hardened(value: Plain) -> bool:
    """Tell whether RKE2 is told to follow the CIS benchmark: `profile: cis`, in older releases `cis-1.23`."""
    profile = get(value, "profile")
    return isinstance(profile, str) and profile.startswith("cis")


def is_configuration_file(path: str) -> bool:
    """Tell whether a file lies where k3s or RKE2 look for their configuration."""
    return "/rancher/k3s/config.yaml" in f"/{path}" or "/rancher/rke2/config.yaml" in f"/{path}"


def _is_drop_in(path: str) -> bool:
    return "config.yaml.d/" in path


def _has_arguments(value: Plain) -> bool:
    return isinstance(value, tuple) and any(key.removesuffix("+") == ARGUMENTS for key, _ in value)


def _items(value: Plain, path: Path) -> Iterator[Item]:
    """Yield the items of a list; anything else is taken as the only one."""
    if not isinstance(value, list):
        if value is not None:
            yield _item(value, path)
        return
    for index, item in enumerate(items(value)):
        yield _item(item, (*path, index))


def _item(value: Plain, path: Path) -> Item:
    if not isinstance(value, str):
        return Item("", path, opaque=True)
    name, equals, given = value.removeprefix("--").partition("=")
    text = f"--{name.rstrip('-+')}={given if equals else 'true'}"
    return Item(text, path, opaque=is_template(value), written=value)


def _as_text(value: Plain) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None or isinstance(value, tuple | list) else str(value)
