"""The commands, and what click makes of a line: help, completion, what is wrong with it."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

import click

from auditlint.cli.exits import INTERRUPTED, USAGE, fail, reader_went_away
from auditlint.version import __version__

COMMANDS = {
    "check": "Lint audit policies and kube-apiserver manifests.",
    "config": "Show which settings hold for a file, and from where.",
    "detect": "Show which detection rules see what they need under a policy.",
    "diff": "Show the requests whose outcome differs between two policies.",
    "eval": "Show which rule of a policy matches one request, and why.",
    "explain": "Show the page of one rule.",
    "init": "Write a starter policy, with flags and mounts.",
    "matrix": "Show who doing what is logged at which level, as a table.",
    "replay": "Show what a policy makes of recorded audit events.",
    "rules": "List the rules.",
    "schema": "Print a JSON schema: report, matrix, diff, test, policy ....",
    "test": "Run unit tests of a policy.",
    "upgrade": "Show what changes for files between two Kubernetes releases.",
    "version": "Print the version.",
}


class Commands(click.Group):
    """The commands, each imported only when it is called or asked for help."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names in the order they are shown."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        """Return the command called name, or None."""
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"auditlint.cli.{name}").command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Find the command, and suggest one where the first word is none."""
        if args and args[0] not in COMMANDS:
            from auditlint.spelling import suggestion

            hint = suggestion(args[0], COMMANDS) or (
                f"; to lint it: auditlint check {args[0]}" if os.path.exists(args[0]) else ""
            )
            ctx.fail(f'no command "{args[0]}"{hint}')
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a reader that goes away is told here, before click ends the process with 1."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            return reader_went_away()

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="auditlint", message="%(prog)s %(version)s")
def group() -> None:
    """Lint Kubernetes audit policies and kube-apiserver manifests."""


def run(arguments: list[str], *, completing: bool) -> int:
    """Run one command and return its exit code; what is wrong with the line becomes one line on stderr.

    `completing`: a shell asks what may follow on its line. Raises what the command raises.
    """
    if not arguments and not completing:  # click ends with 0 here until 8.2, from then on with an error of its own
        click.echo(group.get_help(click.Context(group, info_name="auditlint", **group.context_settings)), err=True)
        return USAGE
    try:
        code = group.main(arguments, prog_name="auditlint", standalone_mode=False)
    except click.ClickException as error:
        return fail(_message(error), USAGE)
    except click.exceptions.Abort:
        return fail("interrupted", INTERRUPTED)
    return code if isinstance(code, int) else 0


def _message(error: click.ClickException) -> str:
    if isinstance(error, click.MissingParameter) and error.ctx:
        usage = error.ctx.get_usage().partition(": ")[2]
        return f"{error.format_message().removesuffix('.')}: {usage}"
    return error.format_message()
