"""`auditlint version`: the same as --version."""

from __future__ import annotations

import click

from auditlint.cli.options import debug
from auditlint.version import __version__


@click.command("version", short_help="Print the version.")
@debug
def command() -> None:
    """Print the version of auditlint, as --version does."""
    click.echo(f"auditlint {__version__}")
