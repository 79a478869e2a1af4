"""The settings of `check`: what its options say, on top of what the configuration says."""

from __future__ import annotations

import os

from auditlint import settings as config
from auditlint.errors import ConfigError, UsageError
from auditlint.finding import Severity
from auditlint.settings import config_file
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from auditlint.settings import Settings


def settings_of(options: Mapping[str, Any]) -> Settings:
    """Return the settings of the options of `check` and of the configuration.

    Raises UsageError and ConfigError where they cannot be.
    """
    if options["unsafe_fixes"] and not (options["fix"] or options["diff"]):
        raise UsageError("--unsafe-fixes says which fixes are made: give --fix or --diff with it")
    if options["new_baseline"] and (options["fix"] or options["diff"]):
        raise UsageError("--write-baseline writes what is left to fix: run it behind --fix, not with it")
    if options["add_ignores"] is not None:
        _check_ignores(options)
    if options["no_config"] and options["config_file"]:
        raise UsageError("--config and --no-config exclude each other")
    settings = _with_baseline(_read_settings(options), options)
    if not settings.source:
        return config.with_notes(_with_options(settings, options))
    plain = config.Settings(untrusted=settings.untrusted, baseline=settings.baseline)
    settings = _with_options(settings, options)._replace(without=_with_options(plain, options))
    return config.with_notes(settings)


def _check_ignores(options: Mapping[str, Any]) -> None:
    """Raise a UsageError where no ignore comments can be written as the options ask."""
    for other, name in (("fix", "--fix"), ("new_baseline", "--write-baseline"), ("untrusted", "--untrusted")):
        if options[other]:
            raise UsageError(f"--add-ignores and {name} exclude each other")
    reason = options["add_ignores"].strip()
    if not reason or not reason.isprintable():
        raise UsageError("--add-ignores wants a reason, of one line: why these findings are no fault here")


def _with_options(settings: Settings, options: Mapping[str, Any]) -> Settings:
    """Return settings with what the options say, which comes before all else; ConfigError where that cannot be."""
    selected = tuple(name for names in options["select"] for name in names)
    ignored = tuple(name for names in options["ignore"] for name in names)
    settings = settings._replace(select=selected or settings.select, ignore=(*settings.ignore, *ignored))
    settings = _without_overridden(settings, options)
    if options["fail_on"]:
        settings = settings._replace(fail_on=options["fail_on"])
    if options["min_severity"]:
        settings = settings._replace(min_severity=Severity[options["min_severity"].upper()])
    if options["kubernetes_version"]:
        settings = config.with_version(settings, options["kubernetes_version"], "--kubernetes-version")
    if options["profile"]:
        settings = config.with_profiles(settings, options["profile"], "--profile")
    return settings


def _without_overridden(settings: Settings, options: Mapping[str, Any]) -> Settings:
    """Return settings whose overrides leave out what an option says for all files."""
    overrides = settings.overrides
    if options["select"]:
        overrides = tuple(one._replace(select=()) for one in overrides)
    if options["profile"]:
        overrides = tuple(one._replace(profiles=None) for one in overrides)
    return settings._replace(overrides=overrides)


def told_of(settings: Settings) -> str:
    """Return the configuration, and what it says of exit codes; empty without one."""
    changed = settings.without is not None and settings.fail_on != settings.without.fail_on
    return settings.source + (f" (fail-on: {settings.fail_on})" if changed else "")


def _read_settings(options: Mapping[str, Any]) -> Settings:
    """Return the settings of the configuration that counts; --untrusted takes only one from outside of the repository.

    Raises ConfigError.
    """
    named, untrusted = options["config_file"], options["untrusted"]
    if options["no_config"] or (untrusted and not named):
        return config.Settings(untrusted=untrusted)
    if untrusted:
        _keep_outside("--config", named)
    return config_file.load(named, baseline=not options["baseline"])._replace(untrusted=untrusted)


def _with_baseline(settings: Settings, options: Mapping[str, Any]) -> Settings:
    """Return settings with the baseline that an option names; one that is written anew may not be there yet."""
    path, new = options["baseline"], options["new_baseline"]
    if not path and not new:
        return settings
    from auditlint.settings import baselines

    if path and settings.untrusted:
        _keep_outside("--baseline", path)
    if new:  # what it held stays, where this run does not look
        return settings._replace(baseline=baselines.read(new, missing=True)._replace(path=new))
    return settings._replace(baseline=baselines.read(path))


def _keep_outside(option: str, path: str) -> None:
    """Raise ConfigError for a file that stands in the repository that is checked, also if it is a link from there."""
    from auditlint.text import repository

    here, folder = os.getcwd(), os.path.dirname(os.path.abspath(path))
    tree = repository.root(here) or here
    if not repository.leads_out(folder, tree) or not repository.leads_out(path, tree):
        raise ConfigError(f"{option} {path}: is in the repository that is checked, so --untrusted does not read it")
