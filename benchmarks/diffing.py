"""How long `diff` takes for a policy and an edited copy, beside `check` of it: `python -m benchmarks.diffing`."""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.policies import random_rules, service_accounts, text
from benchmarks.process import run

if TYPE_CHECKING:
    from auditlint.kubernetes.policy import Policy

PROGRAM = str(Path(sys.executable).parent / "auditlint")
RULES = 1000
EDITS = 5
PROMISED = 1.0
"""Of the time of `check`."""


def edited(policy: Policy, seed: int = 0) -> Policy:
    """Return a policy in which some levels are others, one rule is gone, and one stands elsewhere."""
    chance = random.Random(seed)
    rules = list(policy.rules)
    for at in chance.sample(range(len(rules)), EDITS):
        rules[at] = rules[at]._replace(level="Request" if rules[at].level != "Request" else "None")
    del rules[chance.randrange(len(rules))]
    rules.insert(3, rules.pop(chance.randrange(len(rules))))
    return policy._replace(rules=tuple(rules))


def row(folder: Path, name: str, old: Policy, new: Policy, runs: int) -> str:
    """Return one row of the table."""
    paths = [folder / "old.yaml", folder / "new.yaml"]
    for path, policy in zip(paths, (old, new), strict=True):
        path.write_text(text(policy))
    diff = [PROGRAM, "diff", *map(str, paths)]
    check = [PROGRAM, "check", "--no-config", str(paths[1])]
    pairs = [(run(diff).seconds, run(check).seconds) for _ in range(runs)]
    ours, theirs = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
    return f"| {name} | {ours:.2f} s | {theirs:.2f} s | {ours / theirs:.2f} | {PROMISED:.2f} |"


def table(folder: Path, runs: int) -> str:
    """Return a table in Markdown."""
    real, mixed = service_accounts(RULES), random_rules(RULES)
    rows = [
        row(folder, f"{RULES:,} rules of the real kind, {EDITS + 2} edits", real, edited(real), runs),
        row(folder, f"{RULES:,} random rules, {EDITS + 2} edits", mixed, edited(mixed), runs),
        row(
            folder,
            f"{RULES:,} random rules, a stage left out of all",
            mixed,
            mixed._replace(omit_stages=("Panic",)),
            runs,
        ),
    ]
    head = "| compared | `diff` | `check` of one | ratio | promised at most |\n|---|---|---|---|---|"
    return "\n".join([head, *rows])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        print(table(Path(scratch), 5))
