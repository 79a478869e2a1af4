"""Rules about how the policies and servers of a run fit together."""

from __future__ import annotations

from os.path import abspath, basename, dirname

from auditlint.checks.server.flag_words import at_flag
from auditlint.finding import Related, Severity
from auditlint.kubernetes.container import POLICY_FLAG
from auditlint.kubernetes.mounts import Part, clean, covering, mount_point, volume_of
from auditlint.rule import Category
from auditlint.subjects.model import ApiServer, PolicySubject
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.finding import Finding
    from auditlint.path import Path
    from auditlint.rule import Context

rule = Category("carriers", ApiServer)


@rule(
    "policy-mismatch",
    severity=Severity.WARNING,
    summary="control planes of one cluster that log by different policies",
)
def policy_mismatch(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a control plane whose policy is another one than that of the first of its cluster."""
    first, policy = context.links.first_peer_of.get(server), context.links.policy_of.get(server)
    other = context.links.policy_of.get(first) if first else None
    use = server.flags.last("audit-policy-file")
    if first is None or policy is None or other is None or use is None:
        return
    if policy.loaded.policy != other.loaded.policy:
        message = f"this control plane logs by another policy than {first.path}: which requests are logged is chance"
        related = (
            Related(policy.path, policy.places.key(policy.base), "its policy"),
            Related(other.path, other.places.key(other.base), f"the policy of {first.path}"),
        )
        yield at_flag(server, context, use, message, help="Give all control planes the same policy", related=related)


@rule(
    "policy-not-found",
    severity=Severity.INFO,
    summary="a flag that names a policy which the run has under another name",
    gives_way_to=(
        "invalid-path",
        "merged-arguments",
        "missing-flag-value",
        "policy-file-not-provided",
        "stray-argument",
    ),
)
def policy_not_found(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a policy flag that fits no policy of the run, where the one policy beside it fits no flag."""
    use = server.flags.last(POLICY_FLAG)
    if use is None or not use.value:
        return
    folder = dirname(abspath(server.path))
    near = [policy for policy in context.links.near.get(server, ()) if _beside(folder, dirname(abspath(policy.path)))]
    if len(near) != 1:
        return
    found, host = near[0], server.on_node(POLICY_FLAG)
    base = found.base if isinstance(found, PolicySubject) else ()
    related = (Related(found.path, found.places.key(base), "no flag names this policy"),)
    name, on_host, there = basename(use.value), basename(host), basename(found.path)
    place = _host_path_of(server, use.value)
    if place is not None and name == there != on_host:
        message = f"the container's {name} is {on_host} on the host, and the run has {there}"
        help = f"Write `{server.volume_spelling.key(Part.HOST_PATH)}: {dirname(host)}/{there}`"
        yield context.value(place, message, help=f"{help}, or rename the file", related=related)
    else:
        message, help = _judged_apart(server, found.path)
        yield at_flag(server, context, use, message, help=help, related=related)


def _judged_apart(server: ApiServer, path: str) -> tuple[str, str]:
    """Return message and help for a policy that the flags near it do not surely name."""
    host = server.on_node(POLICY_FLAG)
    if basename(server.on_disk(POLICY_FLAG)) == basename(path):
        message = f'more than one file of this run may be "{host}", so these flags and {path} are judged apart'
        return message, f"Check them in a run of their own: `auditlint check {server.path} {path}`"
    message = f'no file of this run is "{host}", and no flag names {path}: they are judged apart'
    return message, f"Rename {path} to {basename(host)}, if that is the policy"


def _host_path_of(server: ApiServer, path: str) -> Path | None:
    """Return where the host path of the mount stands that shows a file in the container."""
    mount = covering(server.mounts, path)
    volume = volume_of(mount, server.volumes) if mount else None
    if mount is None or volume is None or mount_point(mount) != clean(path):
        return None
    return server.volume_path(volume, Part.HOST_PATH)


def _beside(folder: str, other: str) -> bool:
    """Tell whether two folders are one, or one of them is in the other."""
    return folder in {other, dirname(other)} or dirname(folder) == other
