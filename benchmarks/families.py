"""Families of policies, each of any number of rules: what people and generators write, and what is hard for us.

`python -m benchmarks.families` prints the table alone: how processor time and memory grow with the number of rules.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from auditlint.kubernetes.policy import GroupResources, Policy, PolicyRule
from benchmarks.policies import LEVELS, RESOURCES, VERBS, random_rules, service_accounts, text
from benchmarks.process import run

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = (1000, 3000, 10_000)
"""So many rules."""
_READS = ("get", "list", "watch")
_COMPONENTS = ("system:kube-proxy", "system:kube-scheduler", "system:kube-controller-manager", "kubelet")


def gce_like(count: int, seed: int = 0) -> Policy:
    """Return a policy in the manner of GCE's: silenced components first, then levels by group, over and over."""
    chance = random.Random(seed)
    rules = [_silenced(chance, number) if number % 3 else _by_group(chance, number) for number in range(count - 1)]
    return Policy((*rules, PolicyRule("Metadata")), omit_stages=("RequestReceived",))


def _silenced(chance: random.Random, number: int) -> PolicyRule:
    group, resources = chance.choice(RESOURCES)
    return PolicyRule(
        "None",
        users=(chance.choice(_COMPONENTS), f"system:addon-manager-{number}"),
        verbs=_READS,
        namespaces=("kube-system",) if chance.randrange(2) else (),
        resources=(GroupResources(group, tuple(chance.sample(resources, chance.randint(1, min(3, len(resources)))))),),
    )


def _by_group(chance: random.Random, number: int) -> PolicyRule:
    entries = tuple(GroupResources(f"{word}-{number}.example.com") for word in ("apps", "batch", "metrics"))
    return PolicyRule(chance.choice(LEVELS[1:]), verbs=_READS if chance.randrange(2) else (), resources=entries)


def urls(count: int, seed: int = 0) -> Policy:
    """Return a policy of rules for URLs, many of them with a star at the end."""
    chance = random.Random(seed)
    rules = [
        PolicyRule(
            chance.choice(LEVELS),
            user_groups=(f"team-{chance.randrange(40)}",) if chance.randrange(2) else (),
            verbs=tuple(chance.sample(("get", "post", "put"), chance.randint(0, 2))),
            non_resource_urls=tuple(
                f"/service-{chance.randrange(count)}{chance.choice(('', '*', '/*', '/status'))}"
                for _ in range(chance.randint(1, 4))
            ),
        )
        for _ in range(count - 1)
    ]
    return Policy((*rules, PolicyRule("Metadata")))


def identities(count: int, seed: int = 0) -> Policy:
    """Return a policy whose rules each list many users and groups, of which most are in other rules too."""
    chance = random.Random(seed)
    rules = [
        PolicyRule(
            chance.choice(LEVELS),
            users=tuple(f"user-{chance.randrange(count)}@example.com" for _ in range(12)),
            user_groups=tuple(f"group-{chance.randrange(count)}" for _ in range(6)) if chance.randrange(2) else (),
            verbs=tuple(sorted(chance.sample(VERBS, chance.randint(1, 4)))),
        )
        for _ in range(count - 1)
    ]
    return Policy((*rules, PolicyRule("Metadata")))


FAMILIES: dict[str, Callable[[int], Policy]] = {
    "GCE-like": gce_like,
    "service accounts": service_accounts,
    "URLs": urls,
    "random": random_rules,
    "identities": identities,
}
"""The name of each family, and what makes a policy of so many rules."""


def table(folder: Path, runs: int) -> str:
    """Return a table in Markdown: each family at each size beside yamllint, medians of processor time."""
    lines = ["| family | rules | auditlint | yamllint | ratio | memory |", "|---|---|---|---|---|---|"]
    for name, make in FAMILIES.items():
        for size in SIZES:
            path = folder / "family.yaml"
            path.write_text(text(make(size)), encoding="utf-8")
            lines.append(_row(name, size, path, runs))
    return "\n".join(lines)


def _row(name: str, size: int, path: Path, runs: int) -> str:
    programs = Path(sys.executable).parent
    ours = [str(programs / "auditlint"), "check", "--no-config", "--exit-zero", str(path)]
    theirs = [str(programs / "yamllint"), "-d", "relaxed", str(path)]
    pairs = [(run(ours), run(theirs)) for _ in range(runs)]
    seconds = [statistics.median(pair[side].processor for pair in pairs) for side in (0, 1)]
    memory = [statistics.median(pair[side].mebibytes for pair in pairs) for side in (0, 1)]
    ratio, size_told = f"{seconds[0] / seconds[1]:.2f}", f"{path.stat().st_size / 2**20:.1f} MiB"
    return (
        f"| {name} ({size_told}) | {size:,} | {seconds[0]:.2f} s | {seconds[1]:.2f} s | {ratio} "
        f"| {memory[0]:.0f} MiB, yamllint {memory[1]:.0f} MiB |"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        print(table(Path(scratch), 3))
