"""`auditlint test`: unit tests of a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from auditlint.cli import terminal
from auditlint.cli.exits import USAGE
from auditlint.cli.options import Choice, debug
from auditlint.cli.policies import read_content, settings_for, version_of
from auditlint.english import counted
from auditlint.errors import AuditlintError
from auditlint.report import formats, render

if TYPE_CHECKING:
    from auditlint.report.cases import Results
    from auditlint.settings import Settings

FAILED = 1


@click.command("test", short_help="Run unit tests of a policy.")
@click.argument("files", nargs=-1, required=True, type=click.Path(), metavar="FILE...")
@click.option("--format", "output_format", type=Choice(formats("test")), default="text", help="Output [text].")
@click.option("--output-file", type=click.Path(dir_okay=False), help="Write the results there; - is stdout.")
@click.option("--update", is_flag=True, help="Write what the policy does today into level, rule and stages.")
@click.option("--policy", metavar="POLICY", help="Try this one: a file, REVISION:PATH, - for standard input.")
@click.option("--color", type=Choice(("auto", "always", "never")), default="auto", help="Colour [auto: on a terminal].")
@click.option("--kubernetes-version", metavar="1.N", help="Decide as this release does, whatever the files say.")
@debug
def command(
    files: tuple[str, ...],
    *,
    output_format: str,
    output_file: str | None,
    update: bool,
    policy: str | None,
    color: str,
    kubernetes_version: str | None,
) -> int:
    """Run the cases of test files: requests, and what a policy must make of them.

    A case asks with a resource, a path, a URL, a kubectl line, an event, or for every request of a set, which is proved
    or refuted with a counterexample. `auditlint schema test` describes the files, docs/test.md explains them.

    --policy tries another policy than the one that the files name, such as an older one (HEAD~1:audit-policy.yaml).

    Exit codes: 0 all hold; 1 one does not; 2 a file cannot be run (the others still are).
    """
    settings = settings_for(kubernetes_version)
    version = version_of(settings) if kubernetes_version is not None else None
    if update and policy is not None:
        raise click.UsageError("--update writes what the policies that the files name do: not with --policy")
    if update:
        return _update(files, version, settings)
    from auditlint.testing import Given, run_files

    target = terminal.target_of(output_file)
    terminal.keep_inputs(target, (*files, *filter(None, [policy]), *terminal.configuration(settings)))
    given = None if policy is None else Given(*read_content(policy))
    results = run_files(files, kubernetes_version=version, cluster=settings.cluster, policy=given)
    terminal.write(target, render("test", output_format, results, terminal.medium(target, color)))
    return _code(results)


def _code(results: Results) -> int:
    if results.errors:
        return USAGE
    return FAILED if results.failed else 0


def _update(files: tuple[str, ...], version: str | None, settings: Settings) -> int:
    """Bring files up to date, each by itself; say how many lines have changed."""
    from auditlint.testing import updating
    from auditlint.testing.reading import read

    code = 0
    for path in files:
        try:
            file = read(path, kubernetes_version=version, cluster=settings.cluster)
            updated = updating.update(file)
        except AuditlintError as error:
            terminal.say(f"auditlint: {' '.join(str(error).split())}")
            code = USAGE
            continue
        updating.write(file, updated)
        terminal.write(None, f"{path}: {counted(updated.lines, 'line')} changed\n")
    return code
