"""The program: `auditlint`, or `python -m auditlint`."""

import gc
import os
import sys


def main() -> None:
    """Run the command line and end the process with the right exit code."""
    # A run makes a large tree and hardly a cycle: looking for cycles often would cost a tenth of its time, and more
    # while modules are loaded.
    gc.set_threshold(100_000, 50, 1000)
    try:
        from auditlint import cli
    except KeyboardInterrupt:  # as cli.main says it
        os.write(2, b"auditlint: interrupted\n")
        os._exit(130)
    cli.main()


def _leave_working_directory() -> None:
    """Load no module from the working directory, which `python -m` looks in first: a checkout may bring a click.py."""
    try:
        here = os.getcwd()
    except OSError:  # it was deleted, and nothing is loaded from it
        return
    if not getattr(sys.flags, "safe_path", False) and sys.path[:1] in ([""], [here]):
        del sys.path[0]


if __name__ == "__main__":
    _leave_working_directory()
    main()
