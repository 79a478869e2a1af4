"""`auditlint rules`: the catalogue."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from auditlint import registry
from auditlint import settings as config
from auditlint.cli import terminal
from auditlint.cli.options import Choice, debug
from auditlint.kubernetes.releases import NEWEST, target
from auditlint.rule import REGISTRY, Rule
from auditlint.spelling import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from auditlint.profiles import Control, Profile


_WIDEST = 100
"""Columns: longer lines are hard to read."""
_NAMES = 28
_MARKS = 11
"""Columns for a rule's name, and for its severity and marks."""
_FORMAT = 1
"""The version of the JSON that tells of profiles; a key that is added does not raise it."""


@click.command("rules", short_help="List the rules, or what a profile asks.")
@click.argument("names", nargs=-1, metavar="[WORD]...")
@click.option("--severity", type=Choice(("error", "warning", "info")), help="Only rules of this severity.")
@click.option("--refuses", is_flag=True, help="Only rules about what kube-apiserver or the kubelet refuses.")
@click.option("--fixable", is_flag=True, help="Only rules whose findings can be fixed.")
@click.option("--format", "output_format", type=Choice(("text", "json")), default="text", help="Output [text].")
@click.option("--profile", multiple=True, metavar="NAME", help="Show what a guide asks, and which rules check it.")
@click.option("--kubernetes-version", metavar="1.N", help="Show a guide's version for this release [the newest].")
@debug
def command(
    names: tuple[str, ...], output_format: str, profile: tuple[str, ...], kubernetes_version: str | None, **only: Any
) -> None:
    """List the rules by category: name, severity, and what they find.

    With WORD only those whose name, category or summary holds it. `R` marks rules about what kube-apiserver, or the
    kubelet, refuses; `off` those that run only when they are selected, or with a profile.

    With --profile (cis, cis-1.12, stig, nsa …) list instead what the guide asks, the rules that check it, and what is
    left to look at by hand.
    """
    if profile:
        _show_profiles(profile, kubernetes_version, output_format)
        return
    if kubernetes_version:
        raise click.UsageError("--kubernetes-version goes with --profile: the rules are the same for all releases")
    registry.load()
    rules = [rule for rule in _catalogue() if _is_wanted(rule, names, only)]
    if not rules:
        raise click.UsageError(f"no rule is like that{suggestion(' '.join(names), REGISTRY)}")
    if output_format == "json":
        click.echo(json.dumps([_row(rule) for rule in rules], indent=1))
    else:
        click.echo(listing(rules), nl=False)


def _is_wanted(rule: Rule, words: tuple[str, ...], only: Mapping[str, Any]) -> bool:
    """Tell whether a rule is as the options say, and one of the words stands in it."""
    if only["severity"] not in {None, rule.severity.word}:
        return False
    if (only["refuses"] and not rule.refuses) or (only["fixable"] and not rule.fixable):
        return False
    text = f"{rule.name} {rule.category} {rule.summary}".lower()
    return not words or any(word.lower() in text for word in words)


def listing(rules: Sequence[Rule]) -> str:
    """Return rules by category, a line each, wrapped to the width of the terminal."""
    from textwrap import fill

    width = min(terminal.columns(), _WIDEST)
    lines: list[str] = []
    for category in dict.fromkeys(rule.category for rule in rules):
        lines += ["", category]
        for rule in rules:
            if rule.category == category:
                head = f"  {rule.name:<{_NAMES}} {_marks(rule):<{_MARKS}}  "
                lines.append(fill(head + rule.summary, width, subsequent_indent=" " * len(head)))
    return "\n".join(lines[1:]) + "\n"


def _marks(rule: Rule) -> str:
    return rule.severity.word + (" R" if rule.refuses else "") + ("" if rule.default else " off")


def _row(rule: Rule) -> dict[str, object]:
    return {
        "name": rule.name,
        "severity": rule.severity.word,
        "category": rule.category,
        "refuses": rule.refuses,
        "fixable": rule.fixable,
        "default": rule.default,
        "summary": rule.summary,
    }


def _catalogue() -> list[Rule]:
    return sorted(REGISTRY.values(), key=lambda rule: (rule.category, rule.name))


def _show_profiles(names: tuple[str, ...], kubernetes_version: str | None, output_format: str) -> None:
    from auditlint import profiles

    chosen = config.profile_names(names, "--profile")
    wanted = config.with_version(config.Settings(), kubernetes_version or f"1.{NEWEST}", "--kubernetes-version")
    minor = target(wanted.minor or NEWEST).minor
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
