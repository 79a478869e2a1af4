"""Finding the one policy in a text, as `check` finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.carriers import recognise
from auditlint.errors import PolicyError, RefusedError
from auditlint.kubernetes import releases
from auditlint.subjects.model import PolicySubject, UnreadText

if TYPE_CHECKING:
    from auditlint.carriers.recognise import Found


def policy_in(name: str, content: bytes, minor: int | None) -> PolicySubject:
    """Return the policy that a file is; PolicyError says why there is none, RefusedError why it is refused.

    `minor`: the release to judge for, None for what the file says.
    """
    found = recognise.recognise(name, content, as_kind=None, named=True, minor=minor)
    policies = [subject for subject in found.subjects if isinstance(subject, PolicySubject) and not subject.later]
    if len(policies) != 1:
        raise _missing(name, content, found, policies)
    (subject,) = policies
    if subject.loaded.refused:
        release = releases.name(subject.minor)
        error = f"{name}: kube-apiserver {release} refuses this policy: {subject.loaded.error}"
        raise RefusedError(_first_finding(name, content, subject.minor) or error, _loaded_by(subject))
    if subject.loaded.policy is None:
        raise PolicyError(f"{name}: holds a template, so what the policy says is not known: give what it renders to")
    return subject


def _loaded_by(subject: PolicySubject) -> str | None:
    """Return the newest older release that loads a policy which is refused for its head alone."""
    if not subject.loaded.head_only:
        return None
    older = range(subject.minor - 1, releases.OLDEST - 1, -1)
    found = next((minor for minor in older if not subject.decode(minor).refused), None)
    return None if found is None else releases.name(found)


def _missing(name: str, content: bytes, found: Found, policies: list[PolicySubject]) -> PolicyError:
    """Return why a file is not one policy."""
    unread = next((subject for subject in found.subjects if isinstance(subject, UnreadText)), None)
    if unread is not None and not policies:
        error = f"{name}:{unread.span.line}:{unread.span.column}: {unread.message}"
        return RefusedError(_first_finding(name, content, unread.minor) or error)
    noticed = found.notices[0].message if found.notices else "holds no audit policy"
    return PolicyError(f"{name}: {_too_many(policies) if policies else noticed}")


def _too_many(policies: list[PolicySubject]) -> str:
    lines = ", ".join(str(subject.places.key(subject.base).line) for subject in policies)
    return f"holds {len(policies)} audit policies (lines {lines}): put the one that is meant into a file of its own"


def _first_finding(name: str, content: bytes, minor: int) -> str:
    """Return the first finding for which the server refuses what is in a file, in one line; "" if there is none."""
    from auditlint import lint
    from auditlint.settings import Settings

    report = lint.check([lint.Source(name, named=True, data=content)], Settings(minor=minor))
    reasons = [finding for finding in report.findings if finding.refused]
    if not reasons:
        return ""
    first = reasons[0]
    more = f" (and {len(reasons) - 1} more: auditlint check {name})" if len(reasons) > 1 else ""
    return f"{first.path}:{first.span.line}:{first.span.column}: {first.message} [{first.rule}]{more}"
