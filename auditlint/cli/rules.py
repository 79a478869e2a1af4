"""`auditlint rules`: the catalogue."""

from __future__ import annotations

import json

import click

from auditlint import checks
from auditlint.cli.options import Choice
from auditlint.rule import REGISTRY


@click.command("rules", short_help="List the rules.")
@click.option("--format", "output_format", type=Choice(("text", "json")), default="text", help="Output [text].")
def command(output_format: str) -> None:
    """List the rules: name, severity, category, whether they can be fixed, and what they find."""
    checks.load()
    if output_format == "json":
        click.echo(json.dumps(_rows(), indent=1))
        return
    rows = [
        (
            str(row["name"]),
            str(row["severity"]) + ("" if row["default"] else " (off)"),
            str(row["category"]),
            str(row["summary"]),
        )
        for row in _rows()
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
        for rule in sorted(REGISTRY.values(), key=lambda rule: (rule.category, rule.name))
    ]
