"""The command line: one module per command; this one holds what they share."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

import click

from auditlint.errors import AuditlintError, QuestionError, RefusedError
from auditlint.report.printable import printable
from auditlint.version import __version__

COMMANDS = {
    "check": "Lint audit policies and kube-apiserver manifests.",
    "config": "Show which settings hold for a file, and from where.",
    "detect": "Show which detection rules see what they need under a policy.",
    "diff": "Show the requests whose outcome differs between two policies.",
    "eval": "Show which rule of a policy takes one request, and why.",
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
PARAMETERS = ("resource", "path", "user", "group", "namespace", "api-group", "from: ", "to: ")
"""What the message of a QuestionError may begin with."""
USAGE = 2
BUG = 3
INTERRUPTED = 130
_COMPLETION = "_AUDITLINT_COMPLETE"
"""The variable by which a shell asks click what may follow on a line."""


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
            _drop(1)
            raise click.ClickException("the reader of the output went away before all of it was written") from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="auditlint", message="%(prog)s %(version)s")
def group() -> None:
    """Lint Kubernetes audit policies and kube-apiserver manifests."""


def main() -> None:
    """Run the command line and end the process with the right exit code, whatever happens."""
    code = run(sys.argv[1:])
    for output in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            output.flush()
    # Both are written, nothing else is open: taking the interpreter down in order would cost a seventh of a short run.
    os._exit(code)


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; every failure becomes one line on stderr."""
    if sys.stdout is None or sys.stderr is None:
        return _fail("standard output and standard error must be open", USAGE)
    try:
        if (
            not arguments and _COMPLETION not in os.environ
        ):  # click ends with 0 here until 8.2, and with an error of its own from then on
            click.echo(group.get_help(click.Context(group, info_name="auditlint", **group.context_settings)), err=True)
            return USAGE
        code = group.main(arguments, prog_name="auditlint", standalone_mode=False)
        sys.stdout.flush()
    except (click.ClickException, AuditlintError) as error:
        return _fail(_message(error), USAGE)
    except (click.exceptions.Abort, KeyboardInterrupt):
        return _fail("interrupted", INTERRUPTED)
    except OSError as error:
        _drop(1)
        return _fail(f"{error.filename or _unnamed()}: {error.strerror or error}", USAGE)
    except MemoryError:
        return _fail("out of memory", USAGE)
    except Exception as error:
        if "--debug" in arguments:
            raise
        return _fail(f"a bug in auditlint: {type(error).__name__}: {error} (run it with --debug for the details)", BUG)
    return code if isinstance(code, int) else 0


def _unnamed() -> str:
    """Return what failed where the system names no file."""
    try:
        os.getcwd()
    except OSError:
        return "the working directory, which was deleted"
    return "standard output"


def _message(error: click.ClickException | AuditlintError) -> str:
    """Return an error in the words of the command line, where parameters of a question are options."""
    if isinstance(error, click.MissingParameter) and error.ctx:
        usage = error.ctx.get_usage().partition(": ")[2]
        return f"{error.format_message().removesuffix('.')}: {usage}"
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, RefusedError) and error.loaded_by:
        return f"{error}; with --kubernetes-version {error.loaded_by} it is judged for a release that loads it"
    is_parameter = isinstance(error, QuestionError) and str(error).startswith(PARAMETERS)
    return f"--{error}" if is_parameter else str(error)


def _fail(message: str, code: int) -> int:
    try:
        click.echo(printable(f"auditlint: {' '.join(message.split())}"), err=True)
    except OSError:
        _drop(2)
    return code


def _drop(descriptor: int) -> None:
    """Point an output at nothing, so that the flush at exit does not fail a second time."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
