"""The command line: one module per command; this one runs a line and ends the process.

It starts without click, and so does `check` (`checking/`) where its line is plainly right: most runs are of that kind.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from auditlint.cli import terminal
from auditlint.cli.exits import BUG, INTERRUPTED, USAGE, drop, fail, reader_went_away
from auditlint.errors import AuditlintError, QuestionError, RefusedError
from auditlint.text.libyaml import own_process

PARAMETERS = ("resource", "path", "user", "group", "namespace", "api-group", "from: ", "to: ")
"""What the message of a QuestionError may begin with."""
_COMPLETION = "_AUDITLINT_COMPLETE"
"""The variable by which a shell asks click what may follow on a line."""


def main() -> None:
    """Run the command line and end the process with the right exit code, whatever happens."""
    own_process()
    code = run(sys.argv[1:])
    for output in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            output.flush()
    # Both are written, nothing else is open: taking the interpreter down in order would cost a seventh of a short run.
    os._exit(code)


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; every failure becomes one line on stderr."""
    if sys.stdout is None or sys.stderr is None:
        return fail("standard output and standard error must be open", USAGE)
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except AuditlintError as error:
        return fail(_message(error), USAGE)
    except KeyboardInterrupt:
        with suppress(OSError):
            terminal.write_aside("\n")  # behind the ^C that a terminal shows
        return fail("interrupted", INTERRUPTED)
    except BrokenPipeError:
        return reader_went_away()
    except OSError as error:
        drop(1)
        return fail(f"{error.filename or _unnamed()}: {error.strerror or error}", USAGE)
    except MemoryError:
        return fail("out of memory", USAGE)
    except Exception as error:
        if "--debug" in arguments:
            raise
        return fail(f"a bug in auditlint: {type(error).__name__}: {error} (run it with --debug for the details)", BUG)
    return code


def _run(arguments: list[str]) -> int:
    """Run one command, by click unless it is a plain line of `check`."""
    completing = _COMPLETION in os.environ
    if arguments[:1] == ["check"] and not completing:
        from auditlint.cli.checking import line

        asked = line.read(arguments[1:])
        if asked is not None:
            from auditlint.cli.checking.run import check

            return check(asked)
    from auditlint.cli import commands

    return commands.run(arguments, completing=completing)


def _unnamed() -> str:
    """Return what failed where the system names no file."""
    try:
        os.getcwd()
    except OSError:
        return "the working directory, which was deleted"
    return "standard output"


def _message(error: AuditlintError) -> str:
    """Return an error in the words of the command line, where parameters of a question are options."""
    if isinstance(error, RefusedError) and error.loaded_by:
        return f"{error}; with --kubernetes-version {error.loaded_by} it is judged for a release that loads it"
    is_parameter = isinstance(error, QuestionError) and str(error).startswith(PARAMETERS)
    return f"--{error}" if is_parameter else str(error)
