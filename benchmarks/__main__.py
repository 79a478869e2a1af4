"""Measures auditlint's promises of speed against yamllint and jq in the same run: `tools/dev bench`.

Each row runs the two programs in turn, A B A B …, as whole processes with output to nowhere, and compares the medians
of wall time and of peak memory. Nothing here fails on a slow machine: it prints a table to read.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from benchmarks import diffing, documents, editing, families, policies, replay, servers
from benchmarks.process import run

BIN = Path(sys.executable).parent
FOLDER_FILES = 1000
HOOK_FILES = 300


class Case(NamedTuple):
    """One promise: what is checked, what yamllint reads beside it, and the ratio that is promised."""

    name: str
    ours: tuple[Path, ...]
    theirs: tuple[Path, ...]
    promised: float


def main() -> None:
    """Make the inputs, run each case, and print a table in Markdown."""
    parser = argparse.ArgumentParser(prog="tools/dev bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="counted runs of each program [7]")
    parser.add_argument("--before", metavar="PROGRAM", help="an older auditlint, measured beside: only the first table")
    given = parser.parse_args()
    runs, before = given.runs, given.before
    print(f"| case |{' before |' if before else ''} auditlint | yamllint | ratio | promised at most | memory |")
    print(f"|---|{'---|' if before else ''}---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for case in cases(Path(folder)):
            print(row(case, runs, before), flush=True)
        if before:
            return
        print("\n" + families.table(Path(folder), runs))
        print("\n" + replay.table(Path(folder), runs))
        print("\n" + diffing.table(Path(folder), runs))
    print("\n" + editing.table())


def cases(folder: Path) -> list[Case]:
    """Write the inputs below folder and return the cases."""
    good = (Path(__file__).parent.parent / "examples/good/audit-policy.yaml").read_text(encoding="utf-8")
    small = (_written(folder / "small", "audit-policy.yaml", good),)
    texts = [_written(folder / "texts", *documents.document(number)) for number in range(FOLDER_FILES)]
    mix = [_written(folder / "mix", *documents.unrelated(number)) for number in range(FOLDER_FILES)]
    manifests = [_written(folder / "many", f"{n}.yaml", documents.manifest(n)) for n in range(FOLDER_FILES)]
    hook = tuple(mix[:HOOK_FILES])
    one = {
        "a policy of 5,000 rules of the real kind": policies.real(5000),
        "a policy of 1,000 random rules": policies.mixed(1000),
        "a policy of 3,000 rules for URLs": policies.text(families.urls(3000)),
        "a manifest of 2,000 unknown flags": servers.unknown_flags(2000),
        "a manifest of 400 servers with mounts": servers.containers(400),
    }
    files = {
        name: (_written(folder / "one", f"{number}.yaml", data),) for number, (name, data) in enumerate(one.items())
    }
    many, beside = f"a folder of {FOLDER_FILES}", "(yamllint: one small file)"
    return [
        Case("one policy file", small, small, 0.6),
        Case(f"{many} unrelated manifests {beside}", (manifests[0].parent,), small, 2.0),
        Case(f"{many} YAML files of every kind {beside}", (mix[0].parent,), small, 2.0),
        Case(f"a hook with {HOOK_FILES} of these by name (yamllint: the same)", hook, hook, 0.1),
        Case(f"{many} Markdown files and scripts {beside}", (texts[0].parent,), small, 4.0),
        *(Case(name, path, path, 1.5 if "unknown flags" in name else 1.0) for name, path in files.items()),
    ]


def _written(folder: Path, name: str, text: str) -> Path:
    """Write a file, and return its path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def row(case: Case, runs: int, before: str | None = None) -> str:
    """Return one row of the table; `before`: an older auditlint that is measured beside."""
    arguments = ["check", "--no-config", "--", *map(str, case.ours)]
    ours = [str(BIN / "auditlint"), *arguments]
    theirs = [str(BIN / "yamllint"), "-d", "relaxed", "--", *map(str, case.theirs)]
    commands = [ours, theirs, *([[before, *arguments]] if before else [])]
    for command in commands:
        run(command)
    rounds = [[run(command) for command in commands] for _ in range(runs)]
    seconds = [statistics.median(one.seconds for one in side) for side in zip(*rounds, strict=True)]
    memory = [statistics.median(one.mebibytes for one in side) for side in zip(*rounds, strict=True)]
    cells = (
        case.name,
        *(f"{older:.3f} s" for older in seconds[2:]),
        f"{seconds[0]:.3f} s",
        f"{seconds[1]:.3f} s",
        f"{seconds[0] / seconds[1]:.2f}",
        f"{case.promised:.2f}",
        f"{memory[0]:.0f} MiB, yamllint {memory[1]:.0f} MiB",
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
