"""`auditlint matrix`: who doing what to which resource is logged at which level, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from auditlint.cli import terminal
from auditlint.cli.options import Choice, debug
from auditlint.cli.policies import read_policy, settings_for
from auditlint.cli.terminal import STDIN
from auditlint.policy.matrix_rows import Asked
from auditlint.policy.table import table
from auditlint.report import formats, pieces

if TYPE_CHECKING:
    from auditlint.report.tables.document import Document


@click.command("matrix", short_help="Show who doing what is logged at which level, as a table.")
@click.argument("policy", type=click.Path())
@click.option(
    "--resource", multiple=True, metavar="RESOURCE", help="Only this: pods, pods/exec, deployments.apps, cm ..."
)
@click.option("--path", multiple=True, metavar="PATH", help="Only this path that is no resource, such as /healthz.")
@click.option("--user", multiple=True, metavar="NAME", help="Only this user; may be repeated.")
@click.option(
    "--group", multiple=True, metavar="NAME", help="Only somebody in this group; with --user: that user, in it."
)
@click.option("--namespace", "-n", metavar="NAME", help="Only requests in this namespace.")
@click.option("--compare", metavar="OLD", type=click.Path(), help="Show only what this older policy makes different.")
@click.option("--format", "output_format", type=Choice(formats("matrix")), default="text", help="Output [text].")
@click.option("--output-file", type=click.Path(dir_okay=False), help="Write the table there; - is stdout.")
@click.option("--color", type=Choice(("auto", "always", "never")), default="auto", help="Colour [auto: on a terminal].")
@click.option("--kubernetes-version", metavar="1.N", help="Decide as this release does.")
@debug
def command(policy: str, *, compare: str | None, namespace: str | None, **options: Any) -> int:
    """Show who doing what to which resource is logged at which level; POLICY - is standard input.

    First comes the table of everybody else, then what is different for anonymous requests, for failed logins, and for
    each user and group that the policy names. Levels are exact: where one depends on namespace or name, it says how.

    --compare shows the cells that differ, for users and groups one by one and for resources that the release serves; it
    is `diff` that proves two policies equal, for any user in any groups, and shows every request that differs.

    Exit codes: 0 shown; 2 a policy is refused, or something else keeps it from being shown.
    """
    if [policy, compare].count(STDIN) > 1:
        raise click.UsageError("standard input (-) can be only one of the policies")
    settings = settings_for(options["kubernetes_version"])
    target = terminal.target_of(options["output_file"])
    terminal.keep_inputs(target, (policy, compare, *terminal.configuration(settings)))
    new, *old = [read_policy(path, settings) for path in (policy, compare) if path is not None]
    asked = Asked(options["resource"], options["path"], options["user"], options["group"], namespace)
    shown = table(new, asked, old[0] if old else None)
    for note in shown.notes:
        terminal.say(f"auditlint: note: {note}")
    _write(shown.document, target, options)
    return 0


def _write(document: Document, target: str | None, options: dict[str, Any]) -> None:
    medium = terminal.medium(target, options["color"])
    terminal.write_pieces(target, pieces("matrix", options["output_format"], document, medium))
