"""Rules about policies in the wrong hands: sent to the API, set for a service that takes none, or a profile instead."""

from __future__ import annotations

from os.path import abspath, dirname, exists, join

from auditlint.finding import Related, Severity
from auditlint.rule import Category
from auditlint.subjects.model import ApiServer, ManagedService, PolicySubject
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.finding import Finding
    from auditlint.rule import Context

rule = Category("carriers", PolicySubject)
_EVERYBODY = frozenset({"system:authenticated", "system:authenticated:oauth"})


@rule(
    "policy-applied-as-object",
    severity=Severity.WARNING,
    summary="a policy that is sent to the API, which has no such objects",
)
def policy_applied_as_object(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report policies among what a kustomization, a chart or kubectl sends."""
    if policy.base or policy.file is not None or policy.shape == "snippet":
        return
    effect = "but the API has no audit policies: applying it fails, and no server reads it"
    help = "Put the file on each control-plane node, and name it in audit-policy-file"
    by = context.links.applied.get(abspath(policy.path))
    if by:
        applied, place = by
        related = (Related(applied.path, applied.places.value(place), "applied here"),)
        yield context.key((), f"{applied.path} sends this file to the API, {effect}", help=help, related=related)
    elif _in_chart(policy.path):
        yield context.key((), f"this template of a chart is sent to the API, {effect}", help=help)


def _in_chart(path: str) -> bool:
    """Tell whether a file is a template of a chart."""
    folder = dirname(abspath(path))
    while folder not in {"", dirname(folder)}:
        parent = dirname(folder)
        if folder.endswith("/templates") and exists(join(parent, "Chart.yaml")):
            return True
        folder = parent
    return False


@rule(
    "profile-logs-nothing",
    severity=Severity.WARNING,
    summary="a profile for which nothing is logged",
    subject=ApiServer,
)
def profile_logs_nothing(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report the profile None for all requests, or for everybody who is logged in."""
    for profile in server.audit_profiles:
        if profile.name == "None" and (not profile.group or profile.group in _EVERYBODY):
            whose = f"of {profile.group}, which is everybody who is logged in," if profile.group else "at all"
            message = f"profile None: no request {whose} is logged, not even logins"
            yield context.value(profile.path, message, help="Write `profile: Default`")


@rule(
    "managed-service",
    severity=Severity.INFO,
    summary="a policy or its flags for a service that runs kube-apiserver itself",
    subject=ManagedService,
)
def managed_service(cluster: ManagedService, context: Context) -> Iterator[Finding]:
    """Report settings about auditing that a cloud does not take."""
    message = f"{cluster.service} has an audit policy of its own and takes no other, so this has no effect"
    yield context.key(cluster.base, message, help=f"Delete it, and {cluster.instead}")
