"""`auditlint config`: which settings hold, and from where."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from auditlint.cli import terminal
from auditlint.cli.options import Choice, debug
from auditlint.report.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.settings.origins import Explained

_FORMAT = 1
"""The version of the JSON; a key that is added does not raise it."""


@click.group("config", short_help="Show which settings hold for a file, and from where.", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Show which settings hold for a file, and from where."""
    if context.invoked_subcommand is None:
        raise click.UsageError("write auditlint config show, or auditlint config show FILE")


@command.command("show")
@click.argument("file", required=False, type=click.Path())
@click.option("--config", "config_file", type=click.Path(), help="Read this configuration file.")
@click.option("--no-config", is_flag=True, help="Read no configuration file.")
@click.option("--format", "output_format", type=Choice(("text", "json")), default="text", help="Output [text].")
@debug
def show(file: str | None, config_file: str | None, output_format: str, *, no_config: bool) -> None:
    """Show which settings hold for FILE, which need not be there, or all of them, and where each comes from."""
    from auditlint.settings import origins

    if config_file and no_config:
        raise click.UsageError("--config and --no-config exclude each other")
    found = origins.explained(config_file, file, configured=not no_config)
    text = "".join(f"{printable(line)}\n" for line in _text(found, file))
    terminal.write(None, _json(found, file) if output_format == "json" else text)


def _text(found: Explained, file: str | None) -> Iterator[str]:
    """Yield the lines for people: the configuration, then a table of settings."""
    yield f"configuration: {found.path or 'none'}"
    for other in found.unused:
        yield f"not used: {other}, because {found.path} is beside it"
    yield ""
    yield f"for {file}:" if file else "for all files:"
    names, values = (max(len(row[column]) for row in found.origins) for column in (0, 1))
    for row in found.origins:
        yield f"  {row.setting:<{names}}  {row.value:<{values}}  {row.where}"


def _json(found: Explained, file: str | None) -> str:
    document = {
        "version": _FORMAT,
        "file": file,
        "configuration": found.path or None,
        "not_used": list(found.unused),
        "settings": [{"setting": row.setting, "value": row.value, "from": row.where} for row in found.origins],
    }
    return json.dumps(document, indent=1) + "\n"
