"""`auditlint schema`: the JSON schemas."""

from __future__ import annotations

import click

from auditlint.cli.options import Choice, debug
from auditlint.kubernetes import data

NAMES = ("baseline", "config", "detect", "diff", "matrix", "policy", "report", "test", "test-results", "upgrade")


@click.command("schema", short_help="Print a JSON schema: report, matrix, diff, test, policy ....")
@click.argument("name", type=Choice(NAMES))
@debug
def command(name: str) -> None:
    """Print the JSON schema of a file that auditlint reads, or of what a command prints."""
    click.echo((data.folder("schemas") / f"{name}.schema.json").read_text(encoding="utf-8"), nl=False)
