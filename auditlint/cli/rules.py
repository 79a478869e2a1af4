"""`auditlint rules`: the catalogue."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from auditlint import registry
from auditlint import settings as config
from auditlint.cli.options import Choice
from auditlint.kubernetes.releases import NEWEST
from auditlint.rule import REGISTRY, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.profiles import Control, Profile


_FORMAT = 1
"""The version of the JSON that tells of profiles; a key that is added does not raise it."""


@click.command("rules", short_help="List the rules, or what a profile asks.")
@click.option("--format", "output_format", type=Choice(("text", "json")), default="text", help="Output [text].")
@click.option("--profile", multiple=True, metavar="NAME", help="Show what a guide asks, and which rules check it.")
@click.option("--kubernetes-version", metavar="1.N", help="Show a guide's version for this release [the newest].")
def command(output_format: str, profile: tuple[str, ...], kubernetes_version: str | None) -> None:
    """List the rules: name, severity, category, and what they find.

    With --profile (cis, cis-1.12, stig, nsa …) list instead what the guide asks, the rules that check it, and what is
    left to look at by hand.
    """
    if profile:
        _show_profiles(profile, kubernetes_version, output_format)
        return
    if kubernetes_version:
        raise click.UsageError("--kubernetes-version goes with --profile: the rules are the same for all releases")
    registry.load()
    if output_format == "json":
        click.echo(json.dumps(_rows(), indent=1))
        return
    rows = [
        (rule.name, rule.severity.word + ("" if rule.default else " (off)"), rule.category, rule.summary)
        for rule in _catalogue()
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths)]  # noqa: B905  (the summary has no width)
        click.echo("  ".join([*cells, row[3]]))


def _rows() -> list[dict[str, object]]:
    return [
        {
            "name": rule.name,
            "severity": rule.severity.word,
            "category": rule.category,
            "fixable": rule.fixable,
            "default": rule.default,
            "summary": rule.summary,
        }
        for rule in _catalogue()
    ]


def _catalogue() -> list[Rule]:
    return sorted(REGISTRY.values(), key=lambda rule: (rule.category, rule.name))


def _show_profiles(names: tuple[str, ...], kubernetes_version: str | None, output_format: str) -> None:
    from auditlint import profiles

    try:
        chosen = config.profile_names(names, "--profile")
        wanted = config.with_version(config.Settings(), kubernetes_version or f"1.{NEWEST}", "--kubernetes-version")
    except config.ConfigError as error:
        raise click.UsageError(str(error)) from None
    minor = wanted.minor or NEWEST
    shown = [profiles.of(name, minor) for name in chosen]
    conflicts = profiles.conflicts(chosen, minor)
    if output_format == "json":
        pairs = [{"control": one.name, "contradicts": [other.name for other in others]} for one, others in conflicts]
        rows = [{"name": name, **_profile_row(one)} for name, one in zip(chosen, shown, strict=True)]
        click.echo(json.dumps({"version": _FORMAT, "profiles": rows, "conflicts": pairs}, indent=1))
        return
    blocks = ["\n".join(_profile_text(one)) for one in shown]
    blocks += [
        f"No policy meets {one.name} together with {' or '.join(other.name for other in others)}: "
        f"{one.asks}; {'; '.join(other.in_short for other in others)}"
        for one, others in conflicts
    ]
    click.echo("\n\n".join(blocks))


def _profile_row(profile: Profile) -> dict[str, object]:
    return {
        "title": profile.title,
        "version": profile.version,
        "kubernetes": profile.releases,
        "source": profile.source,
        "controls": [
            {
                "control": control.name,
                "id": control.id,
                "also": control.also,
                "asks": control.asks,
                "rules": sorted({*control.rules, *control.if_refused}),
                "manual": control.manual,
            }
            for control in profile.controls
        ],
    }


def _profile_text(profile: Profile) -> Iterator[str]:
    releases = f", for Kubernetes {profile.releases}" if profile.releases else ""
    yield f"{profile.title} {profile.version}".rstrip() + releases
    yield f"source: {profile.source}"
    for control in profile.controls:
        yield ""
        yield from _control_text(control)


def _control_text(control: Control) -> Iterator[str]:
    also = f" ({control.also})" if control.also else ""
    yield f"{control.id}{also}  {control.asks}"
    yield f"  rules:  {', '.join(control.rules)}"
    if control.if_refused:
        yield f"          where the server does not start with it: {', '.join(control.if_refused)}"
    if control.manual:
        yield f"  manual: {control.manual}"
