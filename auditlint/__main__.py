"""The program: `auditlint`, or `python -m auditlint`."""

import gc


def main() -> None:
    """Run the command line and end the process with the right exit code."""
    # A run makes a large tree and hardly a cycle: looking for cycles often would cost a tenth of its time, and more
    # while modules are loaded.
    gc.set_threshold(100_000, 50, 1000)
    from auditlint import cli

    cli.main()


if __name__ == "__main__":
    main()
