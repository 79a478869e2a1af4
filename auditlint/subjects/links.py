"""Matches the policies and the apiservers of one run: a policy belongs to the manifest whose flag names it."""

from __future__ import annotations

from itertools import takewhile
from os.path import abspath
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from auditlint.subjects.model import ApiServer, PolicySubject

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from auditlint.rule import Subject

FLAG = "audit-policy-file"

S = TypeVar("S")


class _Placed(NamedTuple):
    """A policy of the run, and the names on the way to its file, from the root."""

    policy: PolicySubject
    way: tuple[str, ...]


def link(subjects: Sequence[Subject]) -> tuple[Subject, ...]:
    """Return the subjects in their order, each policy with its apiserver and each apiserver with its policy."""
    policies = [_Placed(s, way(s.path)) for s in subjects if isinstance(s, PolicySubject) and _is_file(s)]
    servers = [s for s in subjects if isinstance(s, ApiServer) and s.flags.text(FLAG)]
    if not policies or not servers:
        return tuple(subjects)
    chosen = _choices(servers, policies)
    served: dict[int, PolicySubject] = {}
    for server, policy in chosen.values():
        if policy is not None and id(policy) not in served:
            served[id(policy)] = _served(policy, server)
    free = [placed for placed in policies if id(placed.policy) not in served]
    return tuple(
        _linked(*chosen[id(subject)], served, free) if id(subject) in chosen else served.get(id(subject), subject)
        for subject in subjects
    )


def _is_file(policy: PolicySubject) -> bool:
    """Tell whether a server that is given the file reads this policy."""
    return policy.document == 0 and not policy.base and policy.shape != "snippet"


def _choices(
    servers: Iterable[ApiServer], policies: Iterable[_Placed]
) -> dict[int, tuple[ApiServer, PolicySubject | None]]:
    """Return the policy of each server, by the server's identity."""
    named: dict[str, list[_Placed]] = {}
    for placed in policies:
        named.setdefault(placed.way[-1], []).append(placed)
    return {id(server): (server, _choose(server, named)) for server in servers}


def _choose(server: ApiServer, named: dict[str, list[_Placed]]) -> PolicySubject | None:
    wanted = way(_host_path(server, FLAG))
    return nearest(server, FLAG, named.get(wanted[-1], [])) if wanted else None


def nearest(server: ApiServer, flag: str, placed: Iterable[tuple[S, tuple[str, ...]]]) -> S | None:
    """Return the file whose path ends most like that of the flag on the host; of equals the nearest to the manifest.

    None if no file has the name, or two are equally near. Each file is given with the names on the way to it.
    """
    wanted = way(_host_path(server, flag))
    folder = way(server.path)[:-1]
    candidates = [(file, names) for file, names in placed if names[-1:] == wanted[-1:]]
    ranked = [(_shared(wanted[::-1], names[::-1]), _shared(folder, names[:-1]), file) for file, names in candidates]
    best = max((rank[:2] for rank in ranked), default=None)
    found = [file for *rank, file in ranked if tuple(rank) == best]
    return found[0] if len(found) == 1 else None


def _host_path(server: ApiServer, flag: str) -> str:
    """Return where the file that a flag names lies on the host; its path in the container if no mount tells."""
    from auditlint.kubernetes.mounts import covering, host_path, volume_of

    path = server.flags.text(flag)
    mount = covering(server.mounts, path)
    volume = volume_of(mount, server.volumes) if mount else None
    return (host_path(mount, volume, path) if mount and volume else None) or path


def _served(policy: PolicySubject, server: ApiServer) -> PolicySubject:
    """Return the policy as the release of its server takes it."""
    if policy.minor == server.minor:
        return policy.replace(server=server)
    from auditlint.kubernetes.decode import load
    from auditlint.subjects.templates import excuse

    loaded = excuse(load(policy.value, server.minor, from_json=policy.from_json))
    return policy.replace(server=server, minor=server.minor, loaded=loaded)


def _linked(
    server: ApiServer, policy: PolicySubject | None, served: dict[int, PolicySubject], free: Sequence[_Placed]
) -> ApiServer:
    """Return the server with its policy, or else with the policies nearest to it that no server names."""
    if policy is not None:
        return server.replace(policies=(served[id(policy)],))
    folder = way(server.path)[:-1]
    near = [_shared(folder, placed.way[:-1]) for placed in free]
    closest = max(near, default=0)
    beside = tuple(placed.policy for placed, shared in zip(free, near, strict=True) if shared == closest)
    return server.replace(other_policies=beside)


def way(path: str) -> tuple[str, ...]:
    """Return the names on the way to a file, from the root."""
    return tuple(part for part in abspath(path).replace("\\", "/").split("/") if part)


def _shared(left: Sequence[str], right: Sequence[str]) -> int:
    """Return how many names two ways have in common from their start."""
    pairs = zip(left, right)  # noqa: B905  (the shorter one decides)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
