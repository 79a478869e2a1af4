"""What belongs together in a run: a policy, the apiserver whose flag names it, and the kubeconfig of its webhook."""

from __future__ import annotations

import re
from os.path import abspath, dirname
from types import MappingProxyType

from auditlint.kubernetes.cluster import ORDINARY
from auditlint.kubernetes.releases import FILE, SERVER, Target
from auditlint.records import NamedTuple
from auditlint.subjects.model import ApiServer, AppliedFiles, PolicySubject, UnreadText, WebhookConfig
from auditlint.subjects.nearest import SURELY, Place, alike, finder, shared, way
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import TypeVar

    from auditlint.kubernetes.cluster import Cluster
    from auditlint.path import Path
    from auditlint.subjects.model import Subject
    from auditlint.subjects.nearest import Finder, Way

    S = TypeVar("S", bound="File | UnreadText")

POLICY_FLAG = "audit-policy-file"
WEBHOOK_FLAG = "audit-webhook-config-file"

File = PolicySubject | WebhookConfig


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
    applied: Mapping[str, tuple[AppliedFiles, Path]] = MappingProxyType({})
    """What sends a file to the API, and the way to the name of it there, by the absolute path of the file."""

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
        subject: subject.judged_for(first.get(subject, subject.release), cluster)
        for subject in subjects
        if isinstance(subject, PolicySubject)
    }
    free = [judged[policy] for policy in files if policy not in first]
    free_texts = [text for text in broken if text not in unread.values()]
    return Links(
        subjects=tuple(judged[one] if isinstance(one, PolicySubject) else one for one in subjects),
        policy_of={server: policy.judged_for(_release_of(server), cluster) for server, policy in named.items()},
        near=_near([server for server in servers if server not in either], (*free, *free_texts)),
        unread_of=unread,
        servers_of=_inverted({server: judged[policy] for server, policy in named.items()}, webhooks),
        webhook_of=webhooks,
        first_peer_of=_peers(servers),
        twin_of=_twins(servers),
        applied=_applied(subjects),
    )


def _applied(subjects: Iterable[Subject]) -> dict[str, tuple[AppliedFiles, Path]]:
    """Return what sends files to the API, of several the first."""
    found: dict[str, tuple[AppliedFiles, Path]] = {}
    for one in subjects:
        if isinstance(one, AppliedFiles):
            for file, place in one.files:
                found.setdefault(abspath(file), (one, place))
    return found


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


def _release_of(server: ApiServer) -> Target:
    """Return the release for which a server's policy is judged."""
    origin = SERVER if server.kubernetes_from == FILE else server.kubernetes_from
    return Target(server.minor, origin=origin, newer=server.newer)


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


def _named(servers: Sequence[ApiServer], files: Iterable[S], flag: str) -> dict[ApiServer, S]:
    """Return the file that each server's flag names, for those whose is in the run."""
    places = [(file, _place(file)) for file in files if file.file != ""]
    wanted = {server: way(server.on_disk(flag)) for server in servers if places and server.flags.text(flag)}
    find = finder(places, ((names, way(server.path)[:-1]) for server, names in wanted.items()))
    chosen: dict[ApiServer, S] = {}
    for server, names in wanted.items():
        file = _meant(server, names, find(names, way(server.path)[:-1]))
        if file is not None:
            chosen[server] = file
    return chosen


def _place(file: File | UnreadText) -> Place:
    return Place(way(file.file or file.path), way(file.path)[:-1])


def _meant(server: ApiServer, wanted: Sequence[str], found: Sequence[tuple[S, Place]]) -> S | None:
    """Return the file that is meant among those that are near: in the manifest's own file before others.

    Of what one document writes to one path the last counts; None where two files are equally good.
    """
    ranked = [(*_nearness(server, file), alike(wanted, place.way)) for file, place in found]
    highest = max(ranked, default=None)
    best = [one for one, rank in zip(found, ranked, strict=True) if rank == highest]
    if len({(file.path, file.places.document, place.way) for file, place in best}) != 1:
        return None
    return max((file for file, _ in best), key=_start)


def _nearness(server: ApiServer, file: File | UnreadText) -> tuple[bool, bool]:
    """Return whether a file is in a manifest's own file on disk, and in the same document."""
    together = file.path == server.path
    return together, together and file.places.document == server.places.document


def _start(file: File | UnreadText) -> tuple[int, int]:
    span = file.places.key(file.base if isinstance(file, PolicySubject) else ())
    return span.line, span.column


def _near(
    servers: Iterable[ApiServer], free: Sequence[PolicySubject | UnreadText]
) -> dict[ApiServer, tuple[PolicySubject | UnreadText, ...]]:
    """Return the policies nearest to each server whose flag names none of the run, of those that no server names."""
    folders = [way(policy.path)[:-1] for policy in free]
    beside: dict[ApiServer, tuple[PolicySubject | UnreadText, ...]] = {}
    for server in servers if free else ():
        if server.flags.text(POLICY_FLAG):
            own = way(server.path)[:-1]
            common = [shared(own, folder) for folder in folders]
            closest = max(common)
            beside[server] = tuple(policy for policy, near in zip(free, common, strict=True) if near == closest)
    return beside


def files_of(servers: Iterable[ApiServer], paths: Iterable[str]) -> set[str]:
    """Return the paths that the policy flags of servers surely mean, whatever the files hold.

    Such a path ends like the flag's file on the host: in three names, in two of which one speaks of auditing, or it
    lies beside the manifest and its own name speaks of it.
    """
    wanted = {server: way(server.on_node(POLICY_FLAG)) for server in servers if server.flags.text(POLICY_FLAG)}
    readers = ((names, way(server.path)[:-1]) for server, names in wanted.items())
    find = finder(((path, Place(way(path), way(path)[:-1])) for path in paths if wanted), readers)
    found = (_surely(server, names, find) for server, names in wanted.items())
    return {path for path in found if path is not None}


def _surely(server: ApiServer, wanted: Way, find: Finder[str]) -> str | None:
    own = way(server.path)[:-1]
    ranked = [(alike(wanted, place.way), path) for path, place in find(wanted, own) if path != server.path]
    best, path = max(ranked, default=(0, ""))
    tail = wanted[len(wanted) - best :]
    said = any("audit" in name for name in tail)
    beside = bool(tail) and way(path)[:-1] == own
    sure = best >= SURELY or (said and (best > 1 or beside))
    return path if sure and [rank for rank, _ in ranked].count(best) == 1 else None
