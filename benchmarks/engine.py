"""How long the exact engine takes for each of its analyses: `python -m benchmarks.engine`."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import TYPE_CHECKING

from auditlint.kubernetes.engine.dead_selectors import dead_selectors
from auditlint.kubernetes.reach import Reach
from benchmarks.policies import hard, random_rules, service_accounts

if TYPE_CHECKING:
    from auditlint.kubernetes.policy import Policy


def measure(name: str, policy: Policy) -> None:
    """Print how many seconds each analysis of a policy takes."""
    marks = [("start", time.process_time())]
    reach = Reach(policy)
    marks.append(("index", time.process_time()))
    kinds = [fate.kind.value for fate in reach.fates]
    marks.append(("fates", time.process_time()))
    _ = reach.missing_catch_all
    marks.append(("catch-all", time.process_time()))
    dead = [selector for number in range(len(policy.rules)) for selector in dead_selectors(reach, number)]
    marks.append(("selectors", time.process_time()))
    redundant = [number for number in range(len(policy.rules)) if reach.redundant(number)]
    marks.append(("redundancy", time.process_time()))
    spent = ", ".join(f"{label} {after - before:.2f}" for (_, before), (label, after) in pairwise(marks))
    fates = ", ".join(f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds)))
    print(f"{name}: {marks[-1][1] - marks[0][1]:.2f} s ({spent}); {fates}; {len(dead)} dead selectors,"
          f" {len(redundant)} redundant, gave up on {len(reach.gave_up)}")  # fmt: skip


def main() -> None:
    """Measure all kinds."""
    measure("5,000 service accounts", service_accounts(5000))
    for seed in range(3):
        measure(f"1,000 mixed rules, seed {seed}", random_rules(1000, seed))
    measure("1,000 mixed rules of few words", random_rules(1000, 0, 4))
    measure("300 hard rules", hard(300))
    measure("1,000 hard rules", hard(1000))


if __name__ == "__main__":
    main()
