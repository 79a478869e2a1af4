"""Reading the policy that a command is about: for the release that `check` would take."""

from __future__ import annotations

from auditlint import settings as config
from auditlint.cli import terminal
from auditlint.errors import PolicyError
from auditlint.policy import Policy
from auditlint.settings import config_file


def settings_for(version: str | None, *, configured: bool = True) -> config.Settings:
    """Return the settings for the release that the command line asks for, else for that of the configuration.

    `configured`: with the rest of the configuration, too, where the command line asks for one. Says what there is to
    say of them. Raises ConfigError.
    """
    settings = config_file.load(None) if configured or version is None else config.Settings()
    if version is not None:
        settings = config.with_version(settings, version, "--kubernetes-version")
    for message in settings.notices:
        terminal.say(f"auditlint: note: {message}")
    return settings


def read_revision(name: str, settings: config.Settings) -> Policy:
    """Return the policy in a file or in `REVISION:PATH`, `-` for standard input. Raises PolicyError."""
    path, content = read_content(name)
    return Policy.from_text(content, path=path, kubernetes_version=version_of(settings), cluster=settings.cluster)


def read_content(name: str) -> tuple[str, bytes]:
    """Return what a file or `REVISION:PATH` is called and holds, `-` for standard input. Raises PolicyError."""
    if name == terminal.STDIN:
        return "<stdin>", terminal.standard_input()
    from auditlint.text import revisions, source

    try:
        return name, revisions.read(name)
    except source.UnreadableError as error:
        raise PolicyError(str(error)) from None


def version_of(settings: config.Settings) -> str | None:
    """Return the release that settings judge for, None where each file says it."""
    return None if settings.minor is None else f"1.{settings.minor}"


def read_policy(path: str, settings: config.Settings) -> Policy:
    """Return the policy in a file, `-` for standard input. Raises PolicyError."""
    version = version_of(settings)
    if path != terminal.STDIN:
        return Policy.load(path, kubernetes_version=version, cluster=settings.cluster)
    return Policy.from_text(
        terminal.standard_input(), path="<stdin>", kubernetes_version=version, cluster=settings.cluster
    )
