"""`auditlint explain`: the page of a rule, or what the rules of a category find."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from auditlint import registry
from auditlint.cli.options import debug
from auditlint.rule import REGISTRY
from auditlint.spelling import suggestion

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def _complete(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    registry.load()
    rules = [(rule.name, rule.summary) for rule in REGISTRY.values()]
    known = sorted([*rules, *((category, "a category") for category in {rule.category for rule in REGISTRY.values()})])
    return [CompletionItem(name, help=summary) for name, summary in known if name.startswith(incomplete)]


@click.command("explain", short_help="Show the page of a rule or a category.")
@click.argument("rule", shell_complete=_complete)
@debug
def command(rule: str) -> None:
    """Show the page of RULE: what it finds, what to write, and why; of a category, what its rules find.

    On a terminal a page that does not fit is shown by the pager that PAGER names.
    """
    registry.load()
    _show(_page(rule.strip().lower()))


def _page(name: str) -> str:
    """Return the text for a rule or a category; UsageError with a suggestion where there is none of that name."""
    if name in REGISTRY:
        return registry.page(name)
    categories = {rule.category for rule in REGISTRY.values()}
    if name in categories:
        from auditlint.cli.rules import listing

        return f"# {name}\n\n{listing([rule for rule in REGISTRY.values() if rule.category == name])}"
    hint = suggestion(name, {*REGISTRY, *categories})
    raise click.UsageError(f'"{name}" is not a rule or category{hint}; `auditlint rules` lists them')


def _show(text: str) -> None:
    """Print a text; through the pager where it is longer than the terminal that it goes to."""
    from shutil import get_terminal_size

    size = get_terminal_size()
    rows = sum(1 + max(len(line) - 1, 0) // size.columns for line in text.splitlines())
    if sys.stdin.isatty() and sys.stdout.isatty() and rows >= size.lines:
        click.echo_via_pager(text)
    else:
        click.echo(text, nl=False)
