"""What belongs together in a run: a policy, the apiserver whose flag names it, and the kubeconfig of its webhook."""

from __future__ import annotations

import re
from itertools import takewhile
from os.path import abspath, dirname
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from auditlint.kubernetes.cluster import ORDINARY
from auditlint.kubernetes.releases import FILE, SERVER
from auditlint.records import NamedTuple
from auditlint.subjects.model import ApiServer, PolicySubject, UnreadText, WebhookConfig

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from auditlint.kubernetes.cluster import Cluster
    from auditlint.rule import Subject

POLICY_FLAG = "audit-policy-file"
WEBHOOK_FLAG = "audit-webhook-config-file"

File = PolicySubject | WebhookConfig
S = TypeVar("S", bound="File | UnreadText")


class Links(NamedTuple):
    """What belongs together among the subjects of a run: a relation beside them, which leaves them as they are."""

    subjects: tuple[Subject, ...] = ()
    """All of the run in their order, each policy as the first server that names it has it."""
    policy_of: Mapping[ApiServer, PolicySubject] = MappingProxyType({})
    """The policy that a server's flag names, as that server has it."""
    near: Mapping[ApiServer, tuple[PolicySubject | UnreadText, ...]] = MappingProxyType({})
    """Where no policy of the run has the name that the flag gives: those beside the manifest that nothing names."""
    unread_of: Mapping[ApiServer, UnreadText] = MappingProxyType({})
    """The policy that a server's flag names, where that does not parse."""
    servers_of: Mapping[File, tuple[ApiServer, ...]] = MappingProxyType({})
    """The servers whose flag names a policy or a kubeconfig."""
    webhook_of: Mapping[ApiServer, WebhookConfig] = MappingProxyType({})
    """The kubeconfig that a server's flag names."""
    first_peer_of: Mapping[ApiServer, ApiServer] = MappingProxyType({})
    """The first control plane of a cluster, by each further one: their paths differ in the number of the machine."""
    twin_of: Mapping[ApiServer, ApiServer] = MappingProxyType({})
    """The server whose static Pod another file of its folder defines too, by the one that is defined again."""

    def refused_by(self, server: ApiServer) -> tuple[str, ...]:
        """Return what keeps a server from starting, some of `policy`, `flags`, `files`, `pod`."""
        reasons = set(server.refused_by)
        policy, webhook = self.policy_of.get(server), self.webhook_of.get(server)
        if (policy is not None and policy.loaded.refused) or server in self.unread_of:
            reasons.add("policy")
        if webhook is not None:
            from auditlint.kubernetes.container import webhook_faults

            reasons.update(fault.by for fault in webhook_faults(server.container, webhook.value))
        return tuple(reason for reason in ("policy", "flags", "files", "pod") if reason in reasons)


NO_LINKS = Links()


def link(subjects: Sequence[Subject], cluster: Cluster = ORDINARY) -> Links:
    """Return what belongs together among the subjects of a run; the policies are for the cluster."""
    servers = [subject for subject in subjects if isinstance(subject, ApiServer)]
    files = [subject for subject in subjects if isinstance(subject, PolicySubject) and _is_file(subject)]
    configs = [subject for subject in subjects if isinstance(subject, WebhookConfig) and _is_first(subject)]
    broken = [subject for subject in subjects if isinstance(subject, UnreadText) and _is_policy(subject)]
    readable_or_not: list[PolicySubject | UnreadText] = [*files, *broken]
    either = _named(servers, readable_or_not, POLICY_FLAG)
    named = {server: policy for server, policy in either.items() if isinstance(policy, PolicySubject)}
    unread = {server: text for server, text in either.items() if isinstance(text, UnreadText)}
    webhooks = _named(servers, configs, WEBHOOK_FLAG)
    first = {policy: _release_of(server) for server, policy in reversed(named.items())}
    judged = {
        subject: subject.judged_for(*first.get(subject, (subject.minor, subject.kubernetes_from)), cluster)
        for subject in subjects
        if isinstance(subject, PolicySubject)
    }
    free = [judged[policy] for policy in files if policy not in first]
    free_texts = [text for text in broken if text not in unread.values()]
    return Links(
        subjects=tuple(judged[one] if isinstance(one, PolicySubject) else one for one in subjects),
        policy_of={server: policy.judged_for(*_release_of(server), cluster) for server, policy in named.items()},
        near=_near([server for server in servers if server not in either], (*free, *free_texts)),
        unread_of=unread,
        servers_of=_inverted({server: judged[policy] for server, policy in named.items()}, webhooks),
        webhook_of=webhooks,
        first_peer_of=_peers(servers),
        twin_of=_twins(servers),
    )


def _peers(servers: Iterable[ApiServer]) -> dict[ApiServer, ApiServer]:
    """Return further control planes of one cluster, each with the first: `cp-1/…` and `cp-2/…`, `master0.yaml` …."""
    first: dict[str, ApiServer] = {}
    peers: dict[ApiServer, ApiServer] = {}
    for server in sorted(servers, key=lambda server: server.path):
        nameless = re.sub(_MACHINE, r"\1#", server.path)
        known = first.setdefault(nameless, server) if nameless != server.path else server
        if known.path != server.path:
            peers[server] = known
    return peers


_MACHINE = r"(?i)(?<![a-z])((?:cp|master|control-?plane|controller)[-_.]?)\d+(?![\w])"
"""The name of a control plane with its number in a path."""


def _twins(servers: Iterable[ApiServer]) -> dict[ApiServer, ApiServer]:
    """Return the static Pods that another file of their folder defines too; the one with a usual ending comes first."""
    usual = sorted(servers, key=lambda server: (not server.path.endswith((".yaml", ".yml", ".json")), server.path))
    first: dict[tuple[str, str], ApiServer] = {}
    twins: dict[ApiServer, ApiServer] = {}
    for server in usual:
        known = first.setdefault((dirname(abspath(server.path)), server.pod), server) if server.pod else server
        if known.path != server.path:
            twins[server] = known
    return twins


def _release_of(server: ApiServer) -> tuple[int, str]:
    """Return the release for which a server's policy is judged, and who says so."""
    return server.minor, SERVER if server.kubernetes_from == FILE else server.kubernetes_from


def _inverted(*relations: Mapping[ApiServer, File]) -> dict[File, tuple[ApiServer, ...]]:
    inverted: dict[File, tuple[ApiServer, ...]] = {}
    for relation in relations:
        for server, file in relation.items():
            inverted[file] = (*inverted.get(file, ()), server)
    return inverted


def _is_file(policy: PolicySubject) -> bool:
    """Tell whether a server that is given the file reads this policy."""
    return bool(policy.file) if policy.base else _is_first(policy) and policy.shape != "snippet"


def _is_policy(text: UnreadText) -> bool:
    """Tell whether a server that is given the file reads this text, which was to be a policy."""
    return text.meant == "policy" and text.refused


def _is_first(file: File) -> bool:
    """Tell whether a server that is given the file reads this document, and there is such a file."""
    return file.document == 0 and file.file != ""


def _named(servers: Iterable[ApiServer], files: Iterable[S], flag: str) -> dict[ApiServer, S]:
    """Return the file that each server's flag names, for those whose is in the run."""
    called: dict[str, list[tuple[S, tuple[str, ...]]]] = {}
    for file in files:
        names = way((not isinstance(file, UnreadText) and file.file) or file.path)
        called.setdefault(names[-1], []).append((file, names))
    chosen: dict[ApiServer, S] = {}
    for server in servers if called else ():
        found = _nearest(server, way(server.on_disk(flag)), called) if server.flags.text(flag) else None
        if found is not None:
            chosen[server] = found
    return chosen


def _nearest(
    server: ApiServer, wanted: Sequence[str], called: Mapping[str, Sequence[tuple[S, tuple[str, ...]]]]
) -> S | None:
    """Return the file whose path ends most like that of the flag on the host; of equals the nearest to the manifest.

    None if no file has the name, or two are equally near.
    """
    ranked = [
        (_shared(wanted[::-1], names[::-1]), *_nearness(server, file), file)
        for file, names in (called.get(wanted[-1], ()) if wanted else ())
    ]
    best = max((rank[:-1] for rank in ranked), default=None)
    found = [file for *rank, file in ranked if tuple(rank) == best]
    return found[0] if len(found) == 1 else None


def _nearness(server: ApiServer, file: File | UnreadText) -> tuple[bool, bool, int]:
    """Return how near a file is to a manifest: in the same file on disk, in the same document, in the same folders."""
    together = file.path == server.path
    same_document = together and file.places.document == server.places.document
    return together, same_document, _shared(way(server.path)[:-1], way(file.path)[:-1])


def _near(
    servers: Iterable[ApiServer], free: Sequence[PolicySubject | UnreadText]
) -> dict[ApiServer, tuple[PolicySubject | UnreadText, ...]]:
    """Return the policies nearest to each server whose flag names none of the run, of those that no server names."""
    folders = [way(policy.path)[:-1] for policy in free]
    beside: dict[ApiServer, tuple[PolicySubject | UnreadText, ...]] = {}
    for server in servers if free else ():
        if server.flags.text(POLICY_FLAG):
            own = way(server.path)[:-1]
            shared = [_shared(own, folder) for folder in folders]
            closest = max(shared)
            beside[server] = tuple(policy for policy, near in zip(free, shared, strict=True) if near == closest)
    return beside


def by_name(paths: Iterable[str]) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """Return paths by their last name, each with its way."""
    found: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for path in paths:
        names = way(path)
        found.setdefault(names[-1], []).append((path, names))
    return found


def file_of(server: ApiServer, files: Mapping[str, Sequence[tuple[str, tuple[str, ...]]]]) -> str | None:
    """Return the path that the policy flag of a server surely means, whatever the file holds; None if there is none.

    It ends like the flag's file on the host: in three names, in two of which one speaks of auditing, or it lies beside
    the manifest and its own name speaks of it.
    """
    wanted = way(server.on_node(POLICY_FLAG)) if server.flags.text(POLICY_FLAG) else ()
    called = files.get(wanted[-1], ()) if wanted else ()
    ranked = [(_shared(wanted[::-1], names[::-1]), path) for path, names in called if path != server.path]
    best, path = max(ranked, default=(0, ""))
    tail = wanted[len(wanted) - best :]
    said = any("audit" in name for name in tail)
    beside = bool(tail) and way(path)[:-1] == way(server.path)[:-1]
    sure = best >= _SURELY or (said and (best > 1 or beside))
    return path if sure and [rank for rank, _ in ranked].count(best) == 1 else None


_SURELY = 3
"""How many names two ways have in common at their end where they are those of one file."""


def way(path: str) -> tuple[str, ...]:
    """Return the names on the way to a file, from the root."""
    return tuple(part for part in abspath(path).replace("\\", "/").split("/") if part)


def _shared(left: Sequence[str], right: Sequence[str]) -> int:
    """Return how many names two ways have in common from their start."""
    pairs = zip(left, right)  # noqa: B905  (the shorter one decides)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
