"""Reading the policy that a command is about: for the release that `check` would take."""

from __future__ import annotations

import sys

import click

from auditlint import settings as config
from auditlint.cli.terminal import STDIN
from auditlint.policy import Policy
from auditlint.settings import config_file
from auditlint.text import source


def settings_for(version: str | None, *, configured: bool = True) -> config.Settings:
    """Return the settings for the release that the command line asks for, else for that of the configuration.

    `configured`: with the rest of the configuration, too, where the command line asks for one. Says what there is to
    say of them.
    """
    try:
        settings = config_file.load(None) if configured or version is None else config.Settings()
        if version is not None:
            settings = config.with_version(settings, version, "--kubernetes-version")
    except config.ConfigError as error:
        raise click.UsageError(str(error)) from None
    for message in settings.notices:
        click.echo(f"auditlint: note: {message}", err=True)
    return settings


def read_policy(path: str, settings: config.Settings) -> Policy:
    """Return the policy in a file, `-` for standard input. Raises PolicyError."""
    version = None if settings.minor is None else f"1.{settings.minor}"
    if path != STDIN:
        return Policy.load(path, kubernetes_version=version, cluster=settings.cluster)
    content = sys.stdin.buffer.read(source.LIMIT + 1)
    if len(content) > source.LIMIT:
        raise click.UsageError(f"standard input is larger than {source.LIMIT >> 20} MiB")
    return Policy.from_text(content, path="<stdin>", kubernetes_version=version, cluster=settings.cluster)
