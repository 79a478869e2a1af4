"""`auditlint diff`: the requests whose outcome differs between two policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from auditlint.cli import terminal
from auditlint.cli.exits import USAGE
from auditlint.cli.options import Choice, Choices, debug
from auditlint.cli.policies import read_revision, settings_for
from auditlint.cli.terminal import STDIN
from auditlint.report import formats, render
from auditlint.report.differences import GROUPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.report.differences import Differences
    from auditlint.settings import Settings

CHANGED = "changed"
"""Changes of any group."""
FINDINGS = 1


@click.command("diff", short_help="Show the requests whose outcome differs between two policies.")
@click.argument("old", type=click.Path())
@click.argument("new", type=click.Path())
@click.option("--format", "output_format", type=Choice(formats("diff")), default="text", help="Output [text].")
@click.option("--output-file", type=click.Path(dir_okay=False), help="Write the changes there; - is stdout.")
@click.option(
    "--fail-on",
    type=Choices((*GROUPS, CHANGED)),
    multiple=True,
    help="Exit with 1 where there is such a change; several with commas, or repeated.",
)
@click.option("--color", type=Choice(("auto", "always", "never")), default="auto", help="Colour [auto: on a terminal].")
@click.option("--kubernetes-version", metavar="1.N", help="Decide as this release does; 1.M..1.N: OLD's and NEW's.")
@debug
def command(old: str, new: str, *, output_format: str, kubernetes_version: str | None, **options: Any) -> int:
    """Show the requests whose outcome differs between two policies, with an example of each change.

    OLD and NEW are files of a policy or of something that carries one, - for standard input, or REVISION:PATH as git
    reads it (HEAD~1:audit-policy.yaml). The outcome is the level, the stages, and whether managed fields are left out
    where objects are stored. Changes are lost (recorded before, not any more), gained, dearer or cheaper; together they
    hold every request that differs, by any user in any groups, each once. Without one, the policies are proved equal.

    `matrix --compare` shows differences as a table: cells for users and groups one by one, of resources that a release
    serves. `replay --against` shows them in recorded events: what has happened, not all that can.

    Exit codes: 0 compared; 1 there is a change that --fail-on names; 2 a policy is missing or refused, or the policies
    are too hard to compare to rule out a change that --fail-on names.
    """
    if old == new == STDIN:
        raise click.UsageError("standard input (-) can be only one of the policies")
    settings = _settings(kubernetes_version)
    target = terminal.target_of(options["output_file"])
    terminal.keep_inputs(target, (old, new, *terminal.configuration(settings[0])))
    before, after = (read_revision(name, chosen) for name, chosen in zip((old, new), settings, strict=True))
    found = before.diff(after).report
    terminal.write(target, render("diff", output_format, found, terminal.medium(target, options["color"])))
    return _code(found, [group for groups in options["fail_on"] for group in groups])


def _settings(versions: str | None) -> tuple[Settings, Settings]:
    """Return the settings for the old policy and for the new."""
    if versions is None or ".." not in versions:
        settings = settings_for(versions)
        return settings, settings
    old, _, new = versions.partition("..")
    return settings_for(old), settings_for(new)


def _code(found: Differences, fail_on: Sequence[str]) -> int:
    groups = GROUPS if CHANGED in fail_on else fail_on
    if any(change.group in groups for change in found.changes):
        return FINDINGS
    if fail_on and not found.complete:
        terminal.say("auditlint: the policies are too hard to compare to rule out such a change")
        return USAGE
    return 0
