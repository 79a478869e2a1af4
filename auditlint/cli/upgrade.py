"""`auditlint upgrade`: what changes for files between two releases of Kubernetes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from auditlint.carriers import registry
from auditlint.cli import terminal
from auditlint.cli.exits import BUG, USAGE
from auditlint.cli.options import Choice
from auditlint.cli.policies import settings_for
from auditlint.report import formats, render
from auditlint.report.upgraded import BREAKS, DIFFERS

if TYPE_CHECKING:
    from auditlint.report.upgraded import Upgraded

NEVER = "never"
FINDINGS = 1


@click.command("upgrade", short_help="Show what changes for files between two Kubernetes releases.")
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH]...")
@click.option("--to", required=True, metavar="1.N", help="The release to come; an older one: the way back.")
@click.option("--from", "from_version", metavar="1.M", help="The release of today, whatever the files say.")
@click.option("--format", "output_format", type=Choice(formats("upgrade")), default="text", help="Output [text].")
@click.option("--output-file", type=click.Path(dir_okay=False), help="Write the changes there; - is stdout.")
@click.option(
    "--fail-on",
    type=Choice((BREAKS, DIFFERS, NEVER)),
    default=BREAKS,
    help="What makes the exit code 1; differs: what breaks, too [breaks].",
)
@click.option(
    "--as", "as_kind", type=Choice(registry.names()), help="Take every file for this, whatever it looks like."
)
@click.option("--exclude", multiple=True, metavar="PATTERN", help="Pass over files like this when searching folders.")
@click.option("--stdin-filename", metavar="NAME", help="What to call standard input (PATH -).")
@click.option("--color", type=Choice(("auto", "always", "never")), default="auto", help="Colour [auto: on a terminal].")
@click.option("--quiet", "-q", is_flag=True, help="No notices on stderr.")
@click.option("--debug", is_flag=True, help="Show a traceback where auditlint itself fails.")
def command(
    paths: tuple[str, ...],
    *,
    to: str,
    from_version: str | None,
    output_format: str,
    output_file: str | None,
    fail_on: str,
    as_kind: str | None,
    exclude: tuple[str, ...],
    stdin_filename: str | None,
    color: str,
    quiet: bool,
    debug: bool,
) -> int:
    """Show what another Kubernetes release does to policies and manifests; the default is the current folder.

    What breaks: the other release refuses it. What differs: both accept it, and it does something else, such as other
    defaults, fields that only one of them obeys, tokens that are newly logged, resources that come or go under a
    wildcard. What is mended: only the other release accepts it.

    The release of today is --from, or else what each file says (the image tag of a manifest, which holds for the policy
    that it names), or else the configuration.

    Exit codes: 0 nothing breaks; 1 something does, or what --fail-on names; 2 something could not be done; 3 a bug in
    auditlint.
    """
    from auditlint.upgrading import upgrade_paths

    settings = settings_for(None)
    target = terminal.target_of(output_file)
    paths = paths or (("-",) if stdin_filename else (".",))
    terminal.keep_inputs(target, (*paths, *terminal.configuration(settings)))
    texts = {stdin_filename or "<stdin>": terminal.standard_input()} if terminal.STDIN in paths else {}
    progress = terminal.Progress(lambda number: f"reading: {number} files", quiet=quiet)
    try:
        found = upgrade_paths(
            [path for path in paths if path != terminal.STDIN],
            to,
            from_version=from_version,
            settings=settings,
            as_kind=as_kind,
            exclude=exclude,
            texts=texts,
            progress=progress.at,
            debug=debug,
        )
    finally:
        progress.clear()
    terminal.write(target, render("upgrade", output_format, found, terminal.medium(target, color)))
    _tell(found, quiet=quiet)
    return _code(found, fail_on)


def _tell(found: Upgraded, *, quiet: bool) -> None:
    for notice in () if quiet else found.notices:
        place = f"{notice.path}:{'' if notice.line is None else f'{notice.line}:1:'}" if notice.path else "auditlint:"
        terminal.say(f"{place} note: {notice.message}")
    for notice in (*found.failed, *found.crashed):
        terminal.say(f"auditlint: {notice.path}: {notice.message}")


def _code(found: Upgraded, fail_on: str) -> int:
    if found.crashed:
        return BUG
    if found.failed:
        return USAGE
    kinds = {BREAKS: (BREAKS,), DIFFERS: (BREAKS, DIFFERS), NEVER: ()}[fail_on]
    return FINDINGS if any(found.of(kind) for kind in kinds) else 0
