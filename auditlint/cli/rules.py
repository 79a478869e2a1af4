"""`auditlint rules`: the catalogue."""

from __future__ import annotations

import json

import click

from auditlint import checks
from auditlint.cli.options import Choice
from auditlint.rule import REGISTRY, Rule


@click.command("rules", short_help="List the rules.")
@click.option("--format", "output_format", type=Choice(("text", "json")), default="text", help="Output [text].")
def command(output_format: str) -> None:
    """List the rules: name, severity, category, whether they can be fixed, and what they find."""
    checks.load()
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
