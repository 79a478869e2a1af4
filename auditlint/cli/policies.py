"""Reading the policy that a command is about: found as `check` finds it, for the release that `check` would take."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import click

from auditlint import settings as config
from auditlint.carriers import recognise
from auditlint.events.decision import RulePlace
from auditlint.kubernetes import releases
from auditlint.settings import config_file
from auditlint.subjects.model import PolicySubject, UnreadText
from auditlint.text import source

if TYPE_CHECKING:
    from auditlint.kubernetes.policy import Policy

STDIN = "-"


class ReadPolicy(NamedTuple):
    """A policy that the server takes, and where it stands."""

    subject: PolicySubject
    policy: Policy
    content: bytes
    """The whole file."""

    @property
    def path(self) -> str:
        """The file, as the user named it."""
        return self.subject.path

    def place(self, rule: int) -> RulePlace:
        """Return where a rule stands in the file."""
        path = self.subject.at("rules", rule)
        return RulePlace(self.subject.places.pointer(path), self.path, self.subject.places.key(path).line)


def target(version: str | None) -> int | None:
    """Return the minor release to judge for, None for what the file says; says so where it is another than asked."""
    return _settings(version, None if version is None else config.Settings()).minor


def settings_for(version: str | None) -> config.Settings:
    """Return the settings of the configuration, for the release that the command line asks for if it does."""
    return _settings(version, None)


def _settings(version: str | None, instead: config.Settings | None) -> config.Settings:
    """Return settings, and say what there is to say of them; `instead` stand for those of the configuration."""
    try:
        settings = instead or config_file.load(None)
        if version is not None:
            settings = config.with_version(settings, version, "--kubernetes-version")
    except config.ConfigError as error:
        raise click.UsageError(str(error)) from None
    for message in settings.notices:
        click.echo(f"auditlint: note: {message}", err=True)
    return settings


def read_policy(path: str, minor: int | None) -> ReadPolicy:
    """Return the policy in a file; a ClickException says why there is none, or that the server refuses it."""
    content = _content(path)
    name = "<stdin>" if path == STDIN else path
    found = recognise.recognise(name, content, as_kind=None, named=True, minor=minor)
    policies = [subject for subject in found.subjects if isinstance(subject, PolicySubject) and not subject.later]
    unread = next((subject for subject in found.subjects if isinstance(subject, UnreadText)), None)
    if unread is not None and not policies:
        error = f"{name}:{unread.span.line}:{unread.span.column}: {unread.message}"
        raise click.ClickException(_first_finding(name, content, unread.minor) or error)
    if len(policies) != 1:
        noticed = found.notices[0].message if found.notices else "holds no audit policy"
        raise click.ClickException(f"{name}: {_too_many(policies) if policies else noticed}")
    (subject,) = policies
    if subject.loaded.refused:
        release = releases.name(subject.minor)
        error = f"{name}: kube-apiserver {release} refuses this policy: {subject.loaded.error}"
        raise click.ClickException(_first_finding(name, content, subject.minor) or error)
    if subject.loaded.policy is None:
        raise click.ClickException(f"{name}: holds a template that was not rendered: what the policy says is not known")
    return ReadPolicy(subject, subject.loaded.policy, content)


def _content(path: str) -> bytes:
    if path != STDIN:
        try:
            return source.read_file(path)
        except source.UnreadableError as error:
            raise click.ClickException(str(error)) from None
    content = sys.stdin.buffer.read(source.LIMIT + 1)
    if len(content) > source.LIMIT:
        raise click.UsageError(f"standard input is larger than {source.LIMIT >> 20} MiB")
    return content


def _too_many(policies: list[PolicySubject]) -> str:
    lines = ", ".join(str(subject.places.key(subject.base).line) for subject in policies)
    return f"holds {len(policies)} audit policies (lines {lines}): put the one that is meant into a file of its own"


def _first_finding(name: str, content: bytes, minor: int) -> str:
    """Return the first finding for which the server refuses what is in a file, in one line; "" if there is none."""
    from auditlint import lint

    report = lint.check([lint.Source(name, named=True, data=content)], config.Settings(minor=minor))
    reasons = [finding for finding in report.findings if finding.refused]
    if not reasons:
        return ""
    first = reasons[0]
    more = f" (and {len(reasons) - 1} more: auditlint check {name})" if len(reasons) > 1 else ""
    return f"{first.path}:{first.span.line}:{first.span.column}: {first.message} [{first.rule}]{more}"
