"""The settings of `check`: what its options say, on top of what the configuration says."""

from __future__ import annotations

import os

from auditlint import settings as config
from auditlint.errors import ConfigError, UsageError
from auditlint.finding import Severity
from auditlint.settings import config_file
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from auditlint.cli.checking.options import Asked
    from auditlint.settings import Settings


def settings_of(asked: Asked) -> Settings:
    """Return the settings of the options of `check` and of the configuration.

    Raises UsageError and ConfigError where they cannot be.
    """
    if asked.unsafe_fixes and not (asked.fix or asked.diff):
        raise UsageError("--unsafe-fixes says which fixes are made: give --fix or --diff with it")
    if asked.new_baseline and (asked.fix or asked.diff):
        raise UsageError("--write-baseline writes what is left to fix: run it behind --fix, not with it")
    if asked.add_ignores is not None:
        _check_ignores(asked, asked.add_ignores.strip())
    if asked.no_config and asked.config_file:
        raise UsageError("--config and --no-config exclude each other")
    settings = _with_baseline(_read_settings(asked), asked)
    if not settings.source:
        return config.with_notes(_with_options(settings, asked))
    plain = config.Settings(untrusted=settings.untrusted, baseline=settings.baseline)
    settings = _with_options(settings, asked)._replace(without=_with_options(plain, asked))
    return config.with_notes(settings)


def _check_ignores(asked: Asked, reason: str) -> None:
    """Raise a UsageError where no ignore comments can be written as the options ask."""
    others = ((asked.fix, "--fix"), (asked.new_baseline, "--write-baseline"), (asked.untrusted, "--untrusted"))
    for other, name in others:
        if other:
            raise UsageError(f"--add-ignores and {name} exclude each other")
    if not reason or not reason.isprintable():
        raise UsageError("--add-ignores wants a reason, of one line: why these findings are no fault here")


def _with_options(settings: Settings, asked: Asked) -> Settings:
    """Return settings with what the options say, which comes before all else; ConfigError where that cannot be."""
    selected = tuple(name for names in asked.select for name in names)
    ignored = tuple(name for names in asked.ignore for name in names)
    settings = settings._replace(select=selected or settings.select, ignore=(*settings.ignore, *ignored))
    settings = _without_overridden(settings, asked)
    if asked.fail_on:
        settings = settings._replace(fail_on=asked.fail_on)
    if asked.min_severity:
        settings = settings._replace(min_severity=Severity[asked.min_severity.upper()])
    if asked.kubernetes_version:
        settings = config.with_version(settings, asked.kubernetes_version, "--kubernetes-version")
    if asked.profile:
        settings = config.with_profiles(settings, asked.profile, "--profile")
    return settings


def _without_overridden(settings: Settings, asked: Asked) -> Settings:
    """Return settings whose overrides leave out what an option says for all files."""
    overrides = settings.overrides
    if asked.select:
        overrides = tuple(one._replace(select=()) for one in overrides)
    if asked.profile:
        overrides = tuple(one._replace(profiles=None) for one in overrides)
    return settings._replace(overrides=overrides)


def told_of(settings: Settings) -> str:
    """Return the configuration, and what it says of exit codes; empty without one."""
    changed = settings.without is not None and settings.fail_on != settings.without.fail_on
    return settings.source + (f" (fail-on: {settings.fail_on})" if changed else "")


def _read_settings(asked: Asked) -> Settings:
    """Return the settings of the configuration that counts; --untrusted takes only one from outside of the repository.

    Raises ConfigError.
    """
    named, untrusted = asked.config_file, asked.untrusted
    if asked.no_config or (untrusted and not named):
        return config.Settings(untrusted=untrusted)
    if untrusted and named:
        _keep_outside("--config", named)
    return config_file.load(named, baseline=not asked.baseline)._replace(untrusted=untrusted)


def _with_baseline(settings: Settings, asked: Asked) -> Settings:
    """Return settings with the baseline that an option names; one that is written anew may not be there yet."""
    named = asked.new_baseline or asked.baseline
    if not named:
        return settings
    from auditlint.settings import baselines

    if asked.baseline and settings.untrusted:
        _keep_outside("--baseline", asked.baseline)
    if asked.new_baseline:  # what it held stays, where this run does not look
        return settings._replace(baseline=baselines.read(named, missing=True)._replace(path=named))
    return settings._replace(baseline=baselines.read(named))


def _keep_outside(option: str, path: str) -> None:
    """Raise ConfigError for a file that stands in the repository that is checked, also if it is a link from there."""
    from auditlint.text import repository

    here, folder = os.getcwd(), os.path.dirname(os.path.abspath(path))
    tree = repository.root(here) or here
    if not repository.leads_out(folder, tree) or not repository.leads_out(path, tree):
        raise ConfigError(f"{option} {path}: is in the repository that is checked, so --untrusted does not read it")
