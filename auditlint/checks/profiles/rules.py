"""Rules of the profiles: what a published guide asks and a file shows otherwise.

They find nothing unless a profile is chosen, and what they need is loaded only then.
"""

from __future__ import annotations

from auditlint.finding import Severity
from auditlint.rule import Category
from auditlint.subjects.model import ApiServer, PolicySubject
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.finding import Finding
    from auditlint.rule import Context

coverage = Category("policy-coverage", PolicySubject)
backends = Category("apiserver-backends", ApiServer)
retention = Category("apiserver-retention", ApiServer)


@coverage(
    "policy-below-profile",
    severity=Severity.WARNING,
    summary="a policy that logs less than a chosen profile asks, or otherwise",
    silenced_by=("logs-nothing",),
    default=False,
    needs_profile=True,
)
def policy_below_profile(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report, once for each control of the chosen profiles, what a policy does not log as it asks."""
    if context.profiles:
        from auditlint.checks.profiles import of_policies

        yield from of_policies.below_profile(policy, context)


@coverage(
    "profile-conflict",
    severity=Severity.WARNING,
    summary="chosen profiles that no policy can meet together",
    default=False,
    needs_profile=True,
)
def profile_conflict(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report profiles that ask opposite things of a policy."""
    if context.profiles:
        from auditlint.checks.profiles import of_policies

        yield from of_policies.conflict(policy, context)


@backends(
    "server-below-profile",
    severity=Severity.WARNING,
    summary="a setting of kube-apiserver that works and that a chosen profile forbids, or wants otherwise",
    default=False,
    needs_profile=True,
)
def server_below_profile(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a webhook without a log where a profile asks for a log, and dynamic auditing."""
    if context.profiles:
        from auditlint.checks.profiles import of_servers

        yield from of_servers.below_profile(server, context)


@retention(
    "retention-below-profile",
    severity=Severity.WARNING,
    summary="limits of the log that keep less than a chosen profile asks, or that its check does not find",
    silenced_by=("backend-without-policy",),
    default=False,
    needs_profile=True,
)
def retention_below_profile(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report maxage, maxbackup and maxsize that are not set, or set too low."""
    if context.profiles:
        from auditlint.checks.profiles import of_servers

        yield from of_servers.retention(server, context)
