"""`auditlint explain`: one rule's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from auditlint import registry
from auditlint.kubernetes import data
from auditlint.rule import REGISTRY
from auditlint.spelling import suggestion

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def _complete(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    registry.load()
    return [
        CompletionItem(name, help=REGISTRY[name].summary) for name in sorted(REGISTRY) if name.startswith(incomplete)
    ]


@click.command("explain", short_help="Show the page of one rule.")
@click.argument("rule", shell_complete=_complete)
def command(rule: str) -> None:
    """Show the page of one rule: what it finds, why, and examples."""
    registry.load()
    if rule not in REGISTRY:
        raise click.UsageError(f'"{rule}" is not a rule{suggestion(rule, REGISTRY)}; `auditlint rules` lists them')
    page = data.folder("rules") / f"{rule}.md"
    click.echo_via_pager(page.read_text(encoding="utf-8"))
